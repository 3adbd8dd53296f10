# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A metadata service that refuses, fails, is slow, or is not there."""

from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import instance
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    KEY,
    identity_for,
    refusal,
    temporary_key,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.metadata import (
    JOBS,
    NO_SESSIONS,
    PATHS,
    SESSION,
    jobs,
    server_data,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    Wire,
    refusing_address,
    response,
)

CALL_SECONDS = instance.CALL_SECONDS


@pytest.fixture(autouse=True)
def no_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be slower than a metadata service."""
    monkeypatch.setattr(instance, "CALL_SECONDS", 60)


@pytest.mark.parametrize(
    "reply",
    [
        response(401, {"error": {"code": 401, "message": "No cloud service agency is attached to this server."}}),
        response(401, "no cloud service agency"),
        response(404, {}),
    ],
)
@pytest.mark.parametrize("session", [NO_SESSIONS, response(200, SESSION)], ids=["old", "new"])
def test_no_agency_attached(reply: bytes, session: bytes) -> None:
    with Server(session, reply) as server:
        error = refusal(instance_agency=True, metadata_url=server.url, retries=4)
        assert len(server.requests) == 2
    assert (error.kind, error.url) == ("authentication", server.url + PATHS[1])
    assert [word for word in ("ttach an agency", "ECS") if word not in str(error)] == []


@pytest.mark.parametrize(
    ("place", "reply", "kind"),
    [
        (0, response(403, {}), "permission"),
        (0, response(400, {}), "response"),
        (0, response(200, ""), "response"),
        (0, response(200, "two words"), "response"),
        (0, response(200, "<html>\n<body>"), "response"),
        (0, response(200, "ä"), "response"),
        (1, response(403, {}), "permission"),
        (1, response(200, "<html>"), "response"),
        (1, response(200, ""), "response"),
        (1, response(200, "[]"), "response"),
        (1, response(200, {}), "response"),
        (1, response(200, {"credential": {**KEY, "secret": ""}}), "response"),
        (1, response(200, {"credential": {**KEY, "securitytoken": "a b"}}), "response"),
        (2, response(404, {}), "authentication"),
        (2, response(200, "null"), "response"),
    ],
)
def test_failures_of_the_service(place: int, reply: bytes, kind: str) -> None:
    script = [response(200, SESSION), temporary_key(), server_data()]
    script[place] = reply
    with Server(*script) as server:
        error = refusal(instance_agency=True, metadata_url=server.url, retries=4)
        assert len(server.requests) == place + 1
    assert (error.kind, error.url) == (kind, server.url + PATHS[place])


def test_failure_that_passes_is_retried() -> None:
    passing = response(503, "", Retry_After="0.01")
    script = [passing, NO_SESSIONS, passing, temporary_key(), passing, server_data()]
    with Server(*script) as server:
        assert identity_for(instance_agency=True, metadata_url=server.url, retries=1).project_id == "p1"


@pytest.mark.parametrize("place", range(3))
def test_redirects_are_not_followed(place: int) -> None:
    script = [response(200, SESSION), temporary_key(), server_data()]
    with Server() as target:
        script[place] = response(302, "", Location=target.url + PATHS[place])
        with Server(*script) as server:
            error = refusal(instance_agency=True, metadata_url=server.url)
            assert (len(server.requests), target.accepted) == (place + 1, 0)
    assert error.kind == "response"
    assert "metadata_url" in str(error)


@pytest.mark.parametrize("proxy", ["option", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_no_proxy_is_used(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(response(502, "")) as through, Server(NO_SESSIONS, temporary_key(), server_data()) as server:
        typed = {"proxy": through.url} if proxy == "option" else {}
        if not typed:
            monkeypatch.setenv(proxy, through.url)
        assert identity_for(instance_agency=True, metadata_url=server.url, **typed).project_id == "p1"
        assert (len(server.requests), through.accepted) == (3, 0)


def test_proxy_is_used_for_cce(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(response()) as through, Server(NO_SESSIONS, temporary_key(), server_data()) as server:
        monkeypatch.setenv("HTTP_PROXY", through.url)
        jobs(RecordedReport(), server.url, endpoint="http://cce.example.test")
        assert [request.target for request in through.requests] == [f"http://cce.example.test{JOBS}"]


def hang(wire: Wire) -> None:
    wire.hang()


def drip_head(wire: Wire) -> None:
    wire.drip(response(200, "x" * 10_000), pause=0.02)


def drip_body(wire: Wire) -> None:
    data = response(200, json.dumps({"a": "x" * 10_000}))
    begin = data.index(b"\r\n\r\n") + 4
    wire.send(data[:begin])
    wire.drip(data[begin:], pause=0.02)


@pytest.mark.parametrize("script", [hang, drip_head, drip_body])
@pytest.mark.parametrize("place", range(3))
def test_slow_service(place: int, script: t.Callable[[Wire], None], monkeypatch: pytest.MonkeyPatch) -> None:
    assert CALL_SECONDS == 3
    monkeypatch.setattr(instance, "CALL_SECONDS", 0.3)
    replies: list[t.Any] = [response(200, SESSION), temporary_key(), server_data()]
    # on a slow machine, an earlier call may take too long: that is the same error
    replies[place] = script
    with Server(*replies) as server:
        error = refusal(instance_agency=True, metadata_url=server.url, timeout=600)
    assert error.kind == "timeout"
    assert "instance_agency" in str(error)


def test_nothing_there() -> None:
    with refusing_address() as host:
        error = refusal(instance_agency=True, metadata_url=f"http://{host}")
    assert (error.kind, error.url) == ("connection", f"http://{host}{PATHS[0]}")
    assert [word for word in ("instance_agency", "metadata_url", host) if word not in str(error)] == []


def test_secrets_in_responses_are_masked() -> None:
    body = {"error_code": "x", "error_msg": " / ".join([SESSION, *KEY.values()]), "request_id": SESSION}
    script = [response(200, SESSION), temporary_key(), server_data()]
    with Server(*script, response(403, body)) as server, pytest.raises(CceError) as caught:
        jobs(RecordedReport(), server.url)
    shown = str(caught.value) + str(caught.value.as_dict())
    assert "********" in shown
    assert not [secret for secret in (SESSION, KEY["secret"], KEY["securitytoken"]) if secret in shown]
