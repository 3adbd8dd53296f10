# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Login with user and password: what is sent to IAM, and how its responses are read."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.iam import MAX_RESPONSE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.password import log_in_to_account
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.bodies import MAX_VALUES
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import PasswordCredential
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    AGENCY,
    BY_PASSWORD,
    FIXTURES,
    INVALID_IDS,
    ISSUED,
    PASSCODE,
    PASSWORD,
    PROJECT_ID,
    TOKEN_BODY,
    client_for,
    identity_for,
    login,
    refusal,
    settings_for,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(
            {**BY_PASSWORD, "project_name": "eu-de_test"},
            {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {
                            "name": "ansible",
                            "password": PASSWORD,
                            "domain": {"name": "OTC00000000001000000000"},
                        }
                    },
                },
                "scope": {"project": {"name": "eu-de_test", "domain": {"name": "OTC00000000001000000000"}}},
            },
            id="project and domain by name",
        ),
        pytest.param(
            {"username": "ansible", "password": PASSWORD, "user_domain_id": "d1", "project_id": "p1"},
            {
                "identity": {
                    "methods": ["password"],
                    "password": {"user": {"name": "ansible", "password": PASSWORD, "domain": {"id": "d1"}}},
                },
                "scope": {"project": {"id": "p1"}},
            },
            id="project and domain by id",
        ),
        pytest.param(
            {
                "username": "ansible",
                "password": PASSWORD,
                "user_domain_id": "d1",
                "project_name": "eu-de",
                "passcode": PASSCODE,
            },
            {
                "identity": {
                    "methods": ["password", "totp"],
                    "password": {"user": {"name": "ansible", "password": PASSWORD, "domain": {"id": "d1"}}},
                    "totp": {"user": {"name": "ansible", "passcode": PASSCODE, "domain": {"id": "d1"}}},
                },
                "scope": {"project": {"name": "eu-de", "domain": {"id": "d1"}}},
            },
            id="second factor",
        ),
        pytest.param(
            {"user_id": "u1", "password": PASSWORD, "project_name": "eu-de", "passcode": PASSCODE},
            {
                "identity": {
                    "methods": ["password", "totp"],
                    "password": {"user": {"id": "u1", "password": PASSWORD}},
                    "totp": {"user": {"id": "u1", "passcode": PASSCODE}},
                },
                "scope": {"project": {"name": "eu-de"}},
            },
            id="user by ID",
        ),
        pytest.param(
            {**BY_PASSWORD, "user_id": "u1", "project_name": "eu-de"},
            {
                "identity": {
                    "methods": ["password"],
                    "password": {"user": {"id": "u1", "password": PASSWORD}},
                },
                "scope": {"project": {"name": "eu-de", "domain": {"name": "OTC00000000001000000000"}}},
            },
            id="user by ID and name",
        ),
    ],
)
@pytest.mark.parametrize("path", ["", "/v3", "/prefix", "/prefix/v3/"])
def test_login_request(typed: dict[str, t.Any], expected: dict[str, t.Any], path: str) -> None:
    with Server(login()) as server:
        identity_for(**typed, auth_url=server.url + path)
        [request] = server.requests
    prefix = "/prefix" if "prefix" in path else ""
    assert request.line == f"POST {prefix}/v3/auth/tokens HTTP/1.1"
    assert request.json == {"auth": expected}
    assert request.headers["content-type"] == "application/json"
    assert not {"authorization", "x-auth-token"} & set(request.headers)


def test_login_response() -> None:
    recorded = RecordedReport()
    with Server(login()) as server:
        identity = identity_for(recorded, **BY_PASSWORD, project_name="eu-de_test", auth_url=server.url)
    assert recorded.secrets == [ISSUED]
    assert (identity.project_id, identity.renewable) == (PROJECT_ID, True)
    assert identity.endpoint == "https://cce.eu-de.otc.t-systems.com"
    assert ISSUED not in repr(identity)


def test_login_with_a_passcode_is_not_renewable() -> None:
    with Server(login()) as server:
        typed = {**BY_PASSWORD, "passcode": PASSCODE, "project_name": "eu-de_test", "auth_url": server.url}
        assert identity_for(**typed).renewable is False


def test_passcode_is_not_sent_again_after_a_truncated_response() -> None:
    with Server(login('{"token": ')) as server:
        typed = {**BY_PASSWORD, "project_name": "eu-de_test", "auth_url": server.url, "retries": 2}
        refusal(**typed, passcode=PASSCODE)
        assert len(server.requests) == 1


@pytest.mark.parametrize(("typed", "scope"), [({}, None), (AGENCY, {"domain": {"name": "OTC00000000001000000000"}})])
def test_login_without_a_project(typed: dict[str, str], scope: t.Any) -> None:
    """Keystone grants a token for the account only to users with a role for it, and agencies need one."""
    recorded = RecordedReport()
    with Server(login()) as server:
        settings = settings_for(**BY_PASSWORD, **typed, projects="all", auth_url=server.url)
        client = client_for(settings, recorded.report)
        credential = settings.credential
        assert isinstance(credential, PasswordCredential)
        assert log_in_to_account(settings, credential, client, recorded.report, Deadline(60)) == ISSUED
        client.close()
        assert server.requests[0].json["auth"].get("scope") == scope
    assert ISSUED in recorded.secrets


def test_project_of_the_login_is_used() -> None:
    with Server(login({"token": {}})) as server:
        assert identity_for(**BY_PASSWORD, project_id="p1", region="eu-de", auth_url=server.url).project_id == "p1"
    with Server(login({"token": {"project": {"id": "p2"}}})) as server:
        assert identity_for(**BY_PASSWORD, project_name="eu-de", auth_url=server.url).project_id == "p2"


DOMAIN_TOKEN = json.loads((FIXTURES / "token-domain.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html>Please log in</html>", "auth_url"),
        ("[]", "auth_url"),
        ("null", "auth_url"),
        (b"\xff\xfe{}", "auth_url"),
        ("[" * 200_000, "auth_url"),
        ('{"a":' * 100_000 + "}", "auth_url"),
        ({}, "project_id"),
        ({"token": None}, "project_id"),
        (
            {"token": {"project": {"id": 5}}},
            "project_id",
        ),
        (DOMAIN_TOKEN, "project_id"),
    ],
    ids=range(10),
)
def test_unusable_login_responses(body: t.Any, words: str) -> None:
    recorded = RecordedReport()
    with Server(login(body)) as server:
        error = refusal(recorded=recorded, **BY_PASSWORD, project_name="eu-de", auth_url=server.url, retries=3)
        assert len(server.requests) == 1
        assert error.url == f"{server.url}/v3/auth/tokens"
    assert words in str(error)
    assert error.kind == "response"
    # whatever else is wrong, this token is valid
    assert recorded.secrets == [ISSUED]


@pytest.mark.parametrize(("size", "values"), [(MAX_RESPONSE, 1), (1, MAX_VALUES)], ids=["bytes", "values"])
def test_login_response_that_is_far_too_large(size: int, values: int) -> None:
    recorded = RecordedReport()
    with Server(login(b'{"x": [""%s], "y": "%s"}' % (b',""' * values, b"y" * size))) as server:
        error = refusal(recorded=recorded, **BY_PASSWORD, project_name="eu-de", auth_url=server.url)
    assert error.kind == "response"
    assert "auth_url" in str(error)
    assert recorded.secrets == [ISSUED]


def test_login_response_without_a_token() -> None:
    recorded = RecordedReport()
    with Server(response(201, TOKEN_BODY)) as server:
        error = refusal(recorded=recorded, **BY_PASSWORD, project_name="eu-de", auth_url=server.url)
    assert "no token" in str(error)
    assert "auth_url" in str(error)
    # masking an empty string would mask everything
    assert recorded.secrets == []


@pytest.mark.parametrize("body", ["", "{", '{"token": {"project": {"id": "', '{"token": {"project": {}}'])
def test_truncated_login_response(body: str) -> None:
    recorded = RecordedReport()
    with Server(login(body), login()) as server:
        typed = {**BY_PASSWORD, "project_name": "eu-de", "auth_url": server.url}
        if body.endswith("}"):
            assert refusal(recorded=recorded, **typed, retries=1).kind == "response"
        else:
            assert identity_for(recorded, **typed, retries=1).project_id == PROJECT_ID
            assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "kind", "advised"),
    [
        (401, "authentication", ["username", "password", "user_domain_name", "project_name", "passcode"]),
        (403, "permission", ["project"]),
        (404, "not_found", ["auth_url"]),
        (302, "response", ["auth_url"]),
        (400, "response", ["auth_url"]),
    ],
)
def test_login_refused(status: int, kind: str, advised: list[str]) -> None:
    with Server(response(status, {"error": {"message": "No.", "code": status, "title": "No"}})) as server:
        error = refusal(**BY_PASSWORD, project_name="eu-de", auth_url=server.url, retries=4)
        assert len(server.requests) == 1
    assert [word for word in advised if word not in str(error)] == []
    assert error.kind == kind
    assert PASSWORD not in str(error) + str(error.as_dict())


@pytest.mark.parametrize(
    ("typed", "advised"),
    [
        ({"project_id": "p1"}, "project_id"),
        ({"project_name": "eu-de", "user_domain_id": "d1", "user_domain_name": None}, "user_domain_id"),
        ({"project_name": "eu-de", "passcode": PASSCODE}, "passcode"),
        ({"project_id": "p1", "user_id": "u1"}, "user_id"),
    ],
)
def test_advice_names_the_options_in_use(typed: dict[str, t.Any], advised: str) -> None:
    with Server(response(401, "")) as server:
        error = refusal(**{**BY_PASSWORD, **typed}, auth_url=server.url)
    names = set(
        re.findall("username|user_id|password|passcode|user_domain_(?:name|id)|project_(?:name|id)", str(error))
    )
    assert advised in names
    assert not {"project_name", "project_id"} <= names
    assert not {"user_domain_name", "user_domain_id"} <= names
    assert not {"username", "user_id"} <= names


@pytest.mark.parametrize("project_id", INVALID_IDS, ids=range(len(INVALID_IDS)))
def test_invalid_project_id(project_id: str) -> None:
    with Server(login({"token": {"project": {"id": project_id, "name": "eu-de"}}})) as server:
        error = refusal(**BY_PASSWORD, project_name="eu-de", auth_url=server.url)
    assert (error.kind, error.url) == ("response", f"{server.url}/v3/auth/tokens")
    str(error).encode()
