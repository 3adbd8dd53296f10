# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agencies that expire or cannot be assumed: renewal, refusals, and unusable responses."""

from __future__ import annotations

import itertools
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.session import Session
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    AGENCY,
    BY_KEY,
    BY_PASSWORD,
    BY_TOKEN,
    ISSUED,
    KEY,
    OF_AGENCY,
    OTHER_KEY,
    PASSCODE,
    PROJECT_ID,
    SECRET_KEY,
    login,
    refusal,
    settings_for,
    temporary_key,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
)

LOGINS = {"token": BY_TOKEN, "password": BY_PASSWORD, "key": BY_KEY}


def jobs(recorded: RecordedReport, url: str, **typed: t.Any) -> t.Any:
    typed = {"timeout": 30, "retries": 4, "auth_url": url, "endpoint": url, **AGENCY, **typed}
    return find_jobs(read_request(MODULE, typed, {}, environment={}), "tests", recorded.report)


# ---------------------------------------------------------------------------------------------------------------------
# renewal


def refused_call() -> bytes:
    return response(401, {"error_code": "APIGW.0307", "error_msg": "The token must be updated"})


@pytest.mark.parametrize(
    ("method", "login_again"), [("token", 1), ("password", 2), ("key", 1)], ids=["token", "password", "key"]
)
def test_renewed_once(method: str, login_again: int) -> None:
    recorded = RecordedReport()
    if method == "key":
        first, second = [temporary_key()], [temporary_key(OTHER_KEY)]
    else:
        first, second = ([login({"token": {}}), login(token=name)][-login_again:] for name in ("first", "second"))
    with Server(*first, refused_call(), *second, response()) as server:
        assert jobs(recorded, server.url, **LOGINS[method], project_id=PROJECT_ID).jobs == []
        sent = [r for r in server.requests if r.method == "GET"]
        assert len(server.requests) == 2 * login_again + 2
    if method == "key":
        assert [r.headers["x-security-token"] for r in sent] == [KEY["securitytoken"], OTHER_KEY["securitytoken"]]
    else:
        assert [r.headers["x-auth-token"] for r in sent] == ["first", "second"]
    assert len(recorded.notes) == 1


def test_not_renewed_twice() -> None:
    with Server(login(token="a"), refused_call(), login(token="b"), refused_call(), response()) as server:
        with pytest.raises(CceError) as caught:
            jobs(RecordedReport(), server.url, **BY_TOKEN, project_id=PROJECT_ID)
        assert len(server.requests) == 4
    assert caught.value.code == "APIGW.0307"


def test_passcode_is_sent_once_and_the_agency_renewed_without_it() -> None:
    recorded = RecordedReport()
    script = [login({"token": {}}), login(token="first"), refused_call(), login(token="second"), response()]
    with Server(*script) as server:
        jobs(recorded, server.url, **BY_PASSWORD, passcode=PASSCODE, project_id=PROJECT_ID)
        methods = [r.json["auth"]["identity"]["methods"] for r in server.requests if r.method == "POST"]
        tokens = [r.headers.get("x-auth-token") for r in server.requests]
    assert methods == [["password", "totp"], ["assume_role"], ["assume_role"]]
    assert tokens == [None, ISSUED, "first", ISSUED, "second"]


FAILURES: list[t.Any] = [response(401, ""), response(500, ""), response(503, "", Retry_After="0.01"), login("{")]


@pytest.mark.parametrize("failure", FAILURES, ids=range(len(FAILURES)))
def test_passcode_is_not_sent_again_after_a_failure(failure: bytes) -> None:
    with Server(failure, login(), response()) as server:
        with pytest.raises(CceError):
            jobs(RecordedReport(), server.url, **BY_PASSWORD, passcode=PASSCODE, project_id=PROJECT_ID)
        assert len(server.requests) == 1


@pytest.mark.parametrize("failure", [response(403, ""), response(401, "")], ids=["403", "401"])
def test_passcode_is_not_sent_again_when_the_agency_fails(failure: bytes) -> None:
    with Server(login({"token": {}}), failure, login(token=OF_AGENCY)) as server:
        typed = {**BY_PASSWORD, **AGENCY, "passcode": PASSCODE, "project_id": PROJECT_ID, "auth_url": server.url}
        session = Session(settings_for(**typed), "tests", RecordedReport().report)
        with pytest.raises(CceError):
            session.identity(Deadline(30))
        # as in a task that waits
        assert session.identity(Deadline(30)).project_id == PROJECT_ID
        session.client.close()
        assert [r.json["auth"]["identity"]["methods"][0] for r in server.requests] == [
            "password",
            "assume_role",
            "assume_role",
        ]


def test_secrets_of_a_kept_login_are_registered_again() -> None:
    first, second = RecordedReport(), RecordedReport()
    with Server(login({"token": {}}), login(token="first"), login(token="second")) as server:
        typed = {**BY_PASSWORD, **AGENCY, "passcode": PASSCODE, "project_id": PROJECT_ID, "auth_url": server.url}
        session = Session(settings_for(**typed), "tests", first.report)
        session.identity(Deadline(30))
        session._forget(session.identity(Deadline(30)))
        session.identity(Deadline(30))
        session.use_report(second.report)
        session.client.close()
    assert second.secrets == [ISSUED, "second"]


# ---------------------------------------------------------------------------------------------------------------------
# refusals


@pytest.mark.parametrize(
    ("status", "kind", "advised"),
    [
        (401, "authentication", ["project_id"]),
        (403, "permission", ["agency_name", "agency_domain_name", "Agent Operator"]),
        (404, "not_found", ["agency_name", "agency_domain_name"]),
        (400, "response", ["agency_name", "agency_domain_name"]),
        (302, "response", ["auth_url"]),
    ],
)
@pytest.mark.parametrize("method", LOGINS)
def test_agency_refused(method: str, status: int, kind: str, advised: list[str]) -> None:
    first = [login({"token": {}})] if method == "password" else []
    body = {"error_code": "IAM.0002", "error_msg": "No."}
    with Server(*first, response(status, body)) as server:
        error = refusal(**LOGINS[method], **AGENCY, project_id="p1", region="eu-de", auth_url=server.url, retries=4)
        # the other spelling after 400
        assert len(server.requests) == len(first) + 1 + (status == 400)
    assert (error.kind, error.http_status, error.code) == (kind, status, None if status == 302 else "IAM.0002")
    if status == 401 and method == "key":
        advised = ["access_key", "secret_key", "clock"]
    assert [word for word in ("cce-reader", *advised) if word not in str(error)] == []


def test_advice_names_the_account_as_it_was_given() -> None:
    with Server(response(404, {})) as server:
        error = refusal(**BY_TOKEN, **AGENCY, agency_domain_id="d1", project_id="p1", auth_url=server.url)
    assert "agency_domain_id" in str(error)
    assert "agency_domain_name" not in str(error)


UNUSABLE_KEYS: list[t.Any] = [
    {},
    None,
    [],
    {**KEY, "access": ""},
    {**KEY, "secret": None},
    {"access": KEY["access"], "secret": KEY["secret"]},
    {**KEY, "access": 5},
    {**KEY, "access": "two words"},
    {**KEY, "securitytoken": "line\nfeed"},
    {**KEY, "secret": "ä"},
]


@pytest.mark.parametrize("credential", UNUSABLE_KEYS, ids=range(len(UNUSABLE_KEYS)))
def test_unusable_key(credential: t.Any) -> None:
    recorded = RecordedReport()
    with Server(response(201, {"credential": credential})) as server:
        typed = {**BY_KEY, **AGENCY, "project_id": "p1", "region": "eu-de", "auth_url": server.url}
        error = refusal(recorded=recorded, **typed)
        assert error.url == f"{server.url}/v3.0/OS-CREDENTIAL/securitytokens"
    assert error.kind == "response"
    secrets = {credential[name] for name in ("secret", "securitytoken") if credential and credential.get(name)}
    # whatever else is wrong, these are valid
    assert {*recorded.secrets} >= secrets


@pytest.mark.parametrize("method", LOGINS)
def test_agency_token_without_a_project_or_not_json(method: str) -> None:
    first = [login({"token": {}})] if method == "password" else []
    for body in ("<html>", {"token": {}}):
        with Server(*first, login(body)) as server:
            error = refusal(**LOGINS[method], **AGENCY, project_name="eu-de_x", auth_url=server.url)
        assert error.kind == "response"


def test_missing_endpoint_costs_no_request() -> None:
    with Server() as server:
        typed = {**BY_KEY, **AGENCY, "project_id": "p1", "region": "lab", "auth_url": server.url}
        assert refusal(**typed).kind == "option"
        assert server.requests == []


def test_renewed_key_is_refused() -> None:
    with Server(temporary_key(), response(401, {"error_code": "APIGW.0301"})) as server:
        server.responses += [temporary_key(OTHER_KEY), response(401, {"error_code": "APIGW.0301"})]
        with pytest.raises(CceError) as caught:
            jobs(RecordedReport(), server.url, **BY_KEY, project_id="p1")
        assert len(server.requests) == 4
    # the keys of the options are right: IAM has accepted them
    assert "clock" in str(caught.value)
    assert "access_key" not in str(caught.value)


def test_secrets_in_responses_are_masked() -> None:
    secrets = (KEY["secret"], KEY["securitytoken"], SECRET_KEY)
    body = {"error_code": "x", "error_msg": " / ".join(secrets), "request_id": KEY["securitytoken"]}
    with Server(temporary_key(), response(403, body)) as server, pytest.raises(CceError) as caught:
        jobs(RecordedReport(), server.url, **BY_KEY, project_id="p1")
    shown = str(caught.value) + str(caught.value.as_dict())
    assert "********" in shown
    assert not [secret for secret in secrets if secret in shown]


def test_redirects_are_not_followed() -> None:
    for credential, script in itertools.product((BY_TOKEN, BY_KEY), ([], [response(400, {})])):
        with Server() as target, Server(*script, response(307, "", Location=target.url)) as server:
            error = refusal(**credential, **AGENCY, project_id="p1", region="eu-de", auth_url=server.url)
            assert (len(server.requests), target.accepted) == (len(script) + 1, 0)
        assert error.kind == "response"
