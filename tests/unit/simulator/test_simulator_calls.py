# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of CCE, the request log, and the control API."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest


def test_one_job_and_autopilot_list(client) -> None:
    jobs = client.jobs()
    for job in (jobs[0], jobs[-1]):
        assert client.get(f"{client.jobs_path}/{job['metadata']['uid']}").json == job
    assert client.get(client.jobs_path.replace("/api/", "/autopilot/")).json == jobs
    missing = client.get(f"{client.jobs_path}/nothing")
    assert (missing.status, missing.json["errorCode"]) == (404, "CCE.01404001")


def test_clusters(client) -> None:
    response = client.get(f"/api/v3/projects/{client.ready['project_id']}/clusters").json
    assert (response["kind"], response["apiVersion"]) == ("Cluster", "v3")
    listed = {(item["metadata"]["name"], item["metadata"]["uid"]) for item in response["items"]}
    ready = client.ready
    assert listed == {(c["name"], c["id"]) for c in ready["clusters"] if c["project_id"] == ready["project_id"]}
    assert {item["status"]["phase"] for item in response["items"]} == {"Available", "Creating"}


@pytest.mark.parametrize("change", ["{}/", "/x{}", "{}/a/b"])
def test_wrong_path(client, change: str) -> None:
    response = client.get(change.format(client.jobs_path))
    assert (response.status, response.json["error_code"]) == (404, "APIGW.0101")
    assert client.send("POST", client.jobs_path, b"").status == 404


def test_path_prefix(start: Callable) -> None:
    client = start("--prefix", "/gateway/")
    assert client.ready["endpoint"] == client.ready["url"] + "/gateway"
    path = "/gateway" + client.jobs_path
    assert client.get(path).json == client.jobs()
    assert client.get(path, **client.signed(path, scope="/")).status == 200
    assert client.send("POST", "/gateway/v3/auth/tokens", b"").status == 400


@pytest.mark.parametrize(
    ("offer", "accepted"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0", False),
    ],
)
def test_gzip_if_accepted(client, offer: str, accepted: bool) -> None:
    plain = client.get(client.jobs_path)
    response = client.get(client.jobs_path, Accept_Encoding=offer)
    assert plain.headers["Content-Encoding"] is None
    assert response.headers["Content-Encoding"] == ("gzip" if accepted else None)
    assert (gzip.decompress(response.body) if accepted else response.body) == plain.body
    assert int(response.headers["Content-Length"]) == len(response.body)
    error = client.get("/nowhere", Accept_Encoding=offer)
    assert json.loads(gzip.decompress(error.body) if accepted else error.body)["error_code"] == "APIGW.0101"


def test_keep_alive_and_request_log(client) -> None:
    for _number in range(3):
        client.get(client.jobs_path + "?a=b", Content_Type="application/json", User_Agent="test")
    headers = client.signed(client.jobs_path, scope="/")
    client.get(client.jobs_path, **headers)
    log = client.log()
    assert (log["count"], log["connections"]) == (4, 1)
    assert log["by_path"] == {f"GET {client.jobs_path}": 4}
    assert log["by_status"] == {"200": 4}
    first, *_others, last = log["requests"]
    assert (first["query"], first["status"], first["authentication"]) == ("a=b", 200, "token")
    assert (first["headers"]["content-type"], first["headers"]["user-agent"]) == ("application/json", "test")
    assert (last["authentication"], last["signed_headers"]) == ("scope", ["host", "x-sdk-date"])
    text = json.dumps(log)
    for secret in (client.ready["token"], client.ready["secret_key"], headers["Authorization"].rpartition("=")[2]):
        assert secret not in text
    assert client.send("DELETE", "/simulator/requests").status == 204
    assert client.log()["count"] == 0


def test_requests_to_it_as_a_proxy(client) -> None:
    response = client.get("http://cce.example.com" + client.jobs_path)
    assert (response.status, client.log()["requests"][0]["via_proxy"]) == (200, True)
    assert client.log()["requests"][0]["path"] == client.jobs_path


def test_clock_can_be_advanced(client) -> None:
    def staging() -> set[str]:
        uid = next(c["id"] for c in client.ready["clusters"] if c["activity"] == "busy")
        return {job["status"]["status"] for job in client.jobs() if job["spec"]["clusteruid"] == uid}

    assert {"Running", "Initializing"} <= staging()
    assert client.send("POST", "/simulator/clock", {"advance": 90}).json == {"now": "2026-01-02T03:05:35.000000Z"}
    assert staging() == {"Success"}
    for wrong in ({"advance": -1}, {"advance": "1"}, {"forward": 1}, [], b"{"):
        assert client.send("POST", "/simulator/clock", wrong).status == 400


def test_job_list_can_be_replaced(client) -> None:
    jobs = client.jobs()
    assert client.send("PUT", "/simulator/jobs", b'[ {"a":1} ]').status == 204
    assert client.get(client.jobs_path).body == b'[ {"a":1} ]'
    assert client.send("PUT", "/simulator/jobs", b"{}").status == 400
    page = {"Content-Type": "text/html"}
    assert client.send("PUT", "/simulator/jobs?raw=1", b"<html>", page).status == 204
    response = client.get(client.jobs_path, Accept_Encoding="gzip")
    assert (gzip.decompress(response.body), response.headers["Content-Type"]) == (b"<html>", "text/html")
    assert client.send("DELETE", "/simulator/jobs").status == 204
    assert client.jobs() == jobs


def test_reset(client) -> None:
    jobs = client.jobs()
    uid = jobs[0]["metadata"]["uid"]
    subjob = next(job for job in jobs if "subjobs" in job["spec"])["spec"]["subjobs"][0]["metadata"]["uid"]
    client.fault(call="clusters", times=None, status=500)
    client.absence(uid, deleted=True)
    assert client.send("PUT", "/simulator/jobs", []).status == 204
    assert client.send("PUT", "/simulator/subjobs-by-id").status == 204
    assert client.send("DELETE", "/simulator").status == 204
    assert client.log()["count"] == 0
    assert client.jobs() == jobs
    assert [client.job(each).status for each in (uid, subjob)] == [200, 404]
    assert client.get(f"/api/v3/projects/{client.ready['project_id']}/clusters").status == 200


def test_unknown_control_call_and_ready_line(client) -> None:
    assert client.send("GET", "/simulator").json == client.ready
    response = client.send("GET", "/simulator/nothing")
    assert response.status == 404 and "POST /simulator/faults" in response.json["error"]
