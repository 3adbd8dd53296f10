# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins with entries of clouds.yaml: what is sent, and how responses are read."""

from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.cloud_entries import (
    AUTH,
    ISSUED,
    KEY,
    PASSWORD,
    ask,
    catalog_of,
    failure,
    issued,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import Server, Told, answer


@pytest.mark.parametrize("path", ["", "/", "/v3", "/v3/", "/identity/v3"])
@pytest.mark.parametrize("interface", ["public", "internalURL"])
def test_login_is_one_request(
    write: t.Callable[..., None], capfd: pytest.CaptureFixture[str], path: str, interface: str
) -> None:
    with Server() as server:
        server.answers = [issued(catalog_of(server.url, interface.replace("URL", ""))), answer()]
        auth = {**AUTH, "auth_url": server.url + path}
        write({"mine": {"auth": auth, "interface": interface, "region_name": "eu-de"}})
        told = Told()
        assert ask(told).project_id == "p1"
    login, jobs = server.requests
    assert login.line == f"POST {path.rstrip('/').removesuffix('/v3') or ''}/v3/auth/tokens HTTP/1.1"
    assert json.loads(login.body)["auth"]["identity"]["password"]["user"]["password"] == PASSWORD
    assert login.headers["user-agent"].startswith("opentelekomcloud.cce/")
    assert jobs.line.startswith("GET /api/v2/projects/p1/jobs")
    assert jobs.headers["x-auth-token"] == ISSUED
    assert {ISSUED, PASSWORD} <= set(told.secrets)
    assert capfd.readouterr() == ("", "")


def test_access_key_needs_no_login(write: t.Callable[..., None]) -> None:
    with Server(answer()) as server:
        write({"mine": {"auth": KEY, "cce_endpoint_override": server.url}})
        ask(Told())
    [request] = server.requests
    assert request.headers["authorization"].startswith("SDK-HMAC-SHA256 ")
    assert request.headers["x-project-id"] == "some-project"


def test_redirect_is_refused(write: t.Callable[..., None]) -> None:
    with Server(issued()) as other, Server(answer(307, "", Location=f"{other.url}/v3/auth/tokens")) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        failure("response")
    assert (len(server.requests), other.requests) == (1, [])


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (answer(401, {"error": {"code": 401, "message": f"{PASSWORD} is wrong"}}), "authentication", "cloud 'mine' in"),
        (answer(403, {}), "permission", "cloud 'mine' in"),
        (answer(404, {}), "not_found", "auth_url"),
        (answer(503, {}), "unavailable", "503"),
        (answer(200, "<html>", X_Subject_Token=ISSUED), "response", "auth_url"),
        (answer(200, {"token": 7}, X_Subject_Token=ISSUED), "response", "auth_url"),
        (answer(201, [], X_Subject_Token=ISSUED), "response", "auth_url"),
        (issued(X_Other="x"), "response", "auth_url"),
    ],
)
def test_unusable_responses(write: t.Callable[..., None], reply: bytes, kind: str, words: str) -> None:
    with Server(reply) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        error = failure(kind, endpoint=server.url)
    assert words in str(error)
    assert len(server.requests) == 1


def test_unknown_endpoint(write: t.Callable[..., None]) -> None:
    with Server(issued(project={"id": "p1", "name": "team", "domain": {"id": "d"}})) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url, "project_name": "team"}}})
        assert "endpoint" in str(failure("option"))


def test_timeout_applies_to_the_login(write: t.Callable[..., None]) -> None:
    with Server(lambda wire: wire.hang()) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        assert "within 0.5 s" in str(failure("timeout", timeout=0.5))


def test_login_uses_the_proxy(write: t.Callable[..., None]) -> None:
    with Server(issued(), answer()) as proxy:
        write({"mine": {"auth": {**AUTH, "auth_url": "http://iam.example.com/v3"}}})
        ask(Told(), proxy=proxy.url, endpoint="http://cce.example.com")
    assert proxy.requests[0].line == "POST http://iam.example.com/v3/auth/tokens HTTP/1.1"


def test_login_is_renewed_once(write: t.Callable[..., None]) -> None:
    second = "Zx9-second"
    with Server() as server:
        server.answers = [issued(), answer(401, {}), issued(X_Subject_Token=second), answer()]
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        ask(Told(), endpoint=server.url)
    assert [request.method for request in server.requests] == ["POST", "GET", "POST", "GET"]
    assert server.requests[-1].headers["x-auth-token"] == second


def test_passcode_is_used_once(write: t.Callable[..., None]) -> None:
    with Server() as server:
        server.answers = [issued(), answer(401, {})]
        auth = {**AUTH, "auth_url": server.url}
        methods = {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]}
        write({"mine": {"auth": auth, **methods}})
        failure("authentication", endpoint=server.url, passcode="Zx9-code")
    assert [request.method for request in server.requests] == ["POST", "GET"]
    identity = json.loads(server.requests[0].body)["auth"]["identity"]
    assert identity["totp"]["user"]["passcode"] == "Zx9-code"
