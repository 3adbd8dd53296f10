# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fault rules: what replaces a response, and how a response is sent."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import time
import zlib

import pytest


def test_fault_status_headers_body_times_and_after(client) -> None:
    client.fault(path=client.jobs_path, method="GET", status=429, headers={"Retry-After": "1.5"}, times=2, after=1)
    responses = [client.get(client.jobs_path) for _number in range(4)]
    assert [response.status for response in responses] == [200, 429, 429, 200]
    assert (responses[1].headers["Retry-After"], responses[1].body) == ("1.5", b"")
    client.fault(path="/jobs$", status=500, body="<html>oops</html>", times=None)
    client.fault(path="/v3/", body_base64=base64.b64encode(b"\xff\x00").decode())
    assert [client.get(client.jobs_path).body for _number in range(3)] == [b"<html>oops</html>"] * 3
    assert client.get("/v3/projects").body == b"\xff\x00"
    assert [entry["fault"] for entry in client.log()["requests"]] == [False, True, True, False] + [True] * 4
    assert client.send("DELETE", "/simulator/faults").status == 204
    assert client.get(client.jobs_path).status == 200


def test_fault_headers_alone_keep_the_real_response(client) -> None:
    client.fault(path="/api", headers={"X-Test": "1"})
    response = client.get(client.jobs_path)
    assert (response.status, response.headers["X-Test"], len(response.json)) == (200, "1", 60)


def test_fault_delay_and_drip(client) -> None:
    client.fault(path="/api", delay=0.3)
    started = time.monotonic()
    assert client.get(client.jobs_path).status == 200
    assert time.monotonic() - started >= 0.3
    client.fault(path="/api", body="abcdefgh", drip=0.05)
    started = time.monotonic()
    assert client.get(client.jobs_path).body == b"abcdefgh"
    assert time.monotonic() - started >= 8 * 0.05


def test_fault_truncate(client) -> None:
    client.fault(path="/api", truncate=100)
    with pytest.raises(http.client.IncompleteRead) as broken:
        client.get(client.jobs_path)
    assert len(broken.value.partial) == 100
    client.connection.close()
    assert client.get(client.jobs_path).status == 200


@pytest.mark.parametrize("truncate", [None, 10])
def test_fault_reset(client, truncate: int | None) -> None:
    client.fault(path="/api", reset=True, **({} if truncate is None else {"truncate": truncate}))
    with pytest.raises(ConnectionResetError):
        client.get(client.jobs_path)
    client.connection.close()
    assert client.log()["requests"][0]["status"] is None


def test_fault_hang(client) -> None:
    client.fault(path="/api", hang=True)
    client.connection.sock.settimeout(0.3)
    with pytest.raises(socket.timeout):
        client.get(client.jobs_path)
    client.connection.close()
    assert client.get(client.jobs_path).status == 200


def test_fault_redirect(client) -> None:
    client.fault(path="/api", redirect="http://elsewhere.example.com/")
    client.fault(path="/api", redirect="/there", status=308)
    responses = [client.get(client.jobs_path) for _number in range(2)]
    redirects = [(response.status, response.headers["Location"]) for response in responses]
    assert redirects == [(302, "http://elsewhere.example.com/"), (308, "/there")]


def test_fault_gzip_bomb(client) -> None:
    client.fault(path="/api", gzip_bomb=20_000_001)
    response = client.get(client.jobs_path)
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.body) < 100_000
    unpacked = zlib.decompress(response.body, 31)
    assert (len(unpacked), json.loads(unpacked)) == (20_000_001, [])


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ({"path": "/", "statsu": 503}, "unknown member statsu"),
        ({"status": 503}, "member path"),
        ({"path": "/", "status": "503"}, "status must be an integer"),
        ({"path": "/", "status": True}, "status must be an integer"),
        ({"path": "/", "headers": {"Retry-After": 1}}, "headers must be"),
        ({"path": "("}, "cannot be used"),
        ({"path": "/", "body_base64": "?"}, "cannot be used"),
        ([], "a JSON object"),
    ],
)
def test_invalid_rule(client, rule: object, hint: str) -> None:
    response = client.send("POST", "/simulator/faults", rule)
    assert response.status == 400
    assert hint in response.json["error"]
