# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials together with calls of CCE: renewal, refusals, redirects, secrets."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    BY_KEY,
    BY_PASSWORD,
    BY_SESSION_KEY,
    BY_TOKEN,
    ISSUED,
    PASSCODE,
    PASSWORD,
    PROJECT_ID,
    SECRET_KEY,
    SECURITY_TOKEN,
    TOKEN,
    check_signature,
    identity_for,
    login,
    projects,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
    then_close,
)


def jobs(recorded: RecordedReport | None = None, **typed: t.Any) -> t.Any:
    request = read_request(MODULE, {"timeout": 10, "retries": 4, **typed}, {}, environment={})
    return find_jobs(request, "tests", (recorded or RecordedReport()).report)


def refused_token() -> bytes:
    return response(401, {"error_code": "APIGW.0307", "error_msg": "The token must be updated", "request_id": "1"})


def test_login_is_renewed_once() -> None:
    recorded = RecordedReport()
    with Server(login(), refused_token(), login(token="second-token"), response()) as server:
        found = jobs(recorded, **BY_PASSWORD, project_name="eu-de_test", auth_url=server.url, endpoint=server.url)
        assert [request.method for request in server.requests] == ["POST", "GET", "POST", "GET"]
        assert [server.requests[place].headers["x-auth-token"] for place in (1, 3)] == [ISSUED, "second-token"]
        # all over one connection
        assert server.accepted == 1
    assert (found.jobs, found.project_id) == ([], PROJECT_ID)
    assert len(recorded.notes) == 1
    assert recorded.secrets == [PASSWORD, ISSUED, "second-token"]
    assert recorded.warnings == []


FAILURES: list[t.Any] = [
    response(401, ""),
    response(429, "", Retry_After="0.01"),
    response(500, ""),
    response(503, "", Retry_After="0.01"),
    login("{"),
    then_close(b""),
    then_close(login()[:-5]),
]


@pytest.mark.parametrize("failure", FAILURES, ids=range(len(FAILURES)))
def test_passcode_is_sent_once(failure: t.Any) -> None:
    with Server(failure, login(), response()) as server:
        with pytest.raises(CceError):
            jobs(**BY_PASSWORD, passcode=PASSCODE, project_name="eu-de", auth_url=server.url, endpoint=server.url)
        assert [request.method for request in server.requests] == ["POST"]


def test_login_with_a_passcode_is_not_renewed() -> None:
    with Server(login(), refused_token(), login(), response()) as server:
        with pytest.raises(CceError) as caught:
            jobs(**BY_PASSWORD, passcode=PASSCODE, project_name="eu-de", auth_url=server.url, endpoint=server.url)
        assert [request.method for request in server.requests] == ["POST", "GET"]
    assert caught.value.code == "APIGW.0307"


def test_login_is_not_renewed_twice() -> None:
    with Server(login(), refused_token(), login(), refused_token(), login(), response()) as server:
        with pytest.raises(CceError) as caught:
            jobs(**BY_PASSWORD, project_name="eu-de_test", auth_url=server.url, endpoint=server.url)
        assert len(server.requests) == 4
    assert (caught.value.kind, caught.value.code) == ("authentication", "APIGW.0307")


def test_renewal_that_fails() -> None:
    with Server(login(), refused_token(), response(401, "")) as server:
        with pytest.raises(CceError) as caught:
            jobs(**BY_PASSWORD, project_name="eu-de_test", auth_url=server.url, endpoint=server.url)
        assert len(server.requests) == 3
    assert caught.value.url == f"{server.url}/v3/auth/tokens"


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY], ids=["token", "key", "session key"])
def test_refused_credentials_are_not_sent_again(credential: dict[str, str], status: int) -> None:
    with Server(response(status, {"error_code": "APIGW.0301", "error_msg": "No."})) as server:
        with pytest.raises(CceError) as caught:
            jobs(**credential, project_id="p1", endpoint=server.url, auth_url=server.url)
        assert len(server.requests) == 1
    assert caught.value.http_status == status


@pytest.mark.parametrize("variable", ["HOME", "NETRC"])
@pytest.mark.parametrize(
    "credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY, BY_PASSWORD], ids=["token", "key", "session key", "password"]
)
def test_netrc_is_never_used(
    credential: dict[str, str], variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1\nlogin user\npassword from-netrc\n")
    monkeypatch.setenv(variable, str(tmp_path if variable == "HOME" else netrc))
    first = login() if credential is BY_PASSWORD else projects({"id": "p1", "name": "eu-de_x"})
    with Server(first, response()) as server:
        jobs(**credential, project_name="eu-de_x", auth_url=server.url, endpoint=server.url)
        assert len(server.requests) == 2
        for request in server.requests:
            assert not request.headers.get("authorization", "").startswith("Basic")
            if "access_key" in credential:
                check_signature(request)


def test_redirects_are_not_followed() -> None:
    for credential in (BY_TOKEN, BY_SESSION_KEY, BY_PASSWORD):
        with Server() as target, Server(response(307, "", Location=target.url)) as server:
            with pytest.raises(CceError) as caught:
                jobs(**credential, project_name="eu-de_x", auth_url=server.url, endpoint=server.url)
            assert (len(server.requests), target.accepted) == (1, 0)
        assert caught.value.kind == "response"


def test_secrets_in_responses_are_masked() -> None:
    secrets = (TOKEN, SECRET_KEY, SECURITY_TOKEN, PASSWORD, PASSCODE, ISSUED)
    body = {"error_code": ISSUED, "error_msg": " / ".join(secrets), "request_id": TOKEN}
    for credential in (BY_TOKEN, BY_SESSION_KEY, {**BY_PASSWORD, "passcode": PASSCODE}):
        recorded = RecordedReport()
        with Server(login(), response(503, body, Retry_After="0.01"), response(403, body)) as server:
            if "password" not in credential:
                server.responses = server.responses[1:]
            with pytest.raises(CceError) as caught:
                jobs(recorded, **credential, project_id="p1", auth_url=server.url, endpoint=server.url)
            assert "********" in str(caught.value)
            assert len(recorded.notes) == 1
            shown = str(caught.value) + str(caught.value.as_dict()) + str(recorded.notes) + str(recorded.warnings)
            sent = {*credential.values()} & {*secrets}
            assert not [secret for secret in (*sent, *recorded.secrets) if secret in shown]
            # masking a string as short as a passcode would damage times and names
            assert sent - {PASSCODE} <= {*recorded.secrets}
            assert PASSCODE not in recorded.secrets


@pytest.mark.parametrize(
    ("typed", "advised", "others"),
    [
        (BY_TOKEN, ["token", "expired", "region"], ["key", "password"]),
        (BY_KEY, ["access_key", "secret_key", "signature", "clock"], ["token", "password"]),
        (BY_SESSION_KEY, ["access_key", "secret_key", "security_token", "signature", "clock"], ["password"]),
        (BY_PASSWORD, ["region", "endpoint"], ["key", "password"]),
    ],
    ids=["token", "key", "session key", "password"],
)
def test_advice_fits_the_credential(typed: dict[str, str], advised: list[str], others: list[str]) -> None:
    with Server(login()) as server:
        advice = identity_for(**typed, project_id=PROJECT_ID, endpoint="https://x", auth_url=server.url).advice
    assert [word for word in advised if word not in advice["authentication"]] == []
    assert [word for word in others if word in advice["authentication"]] == []
