# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agency tokens and temporary access keys."""

from __future__ import annotations

import json

import pytest

SECURITY_TOKENS = "/v3.0/OS-CREDENTIAL/securitytokens"


@pytest.fixture
def second(client):
    """The region with the projects that the agency is for."""
    return client.region("eu-nl")


def token_of(client, user: str) -> str:
    response = client.login(scope={"domain": {"id": client.ready["domain_id"]}}, **client.user(user))
    assert response.status == 201
    return response.headers["X-Subject-Token"]


def claim(client, spelling: str = "xrole_name", **changes: object) -> dict:
    role = {"domain_name": client.ready["agency_domain_name"], spelling: client.ready["agency_name"], **changes}
    return {name: value for name, value in role.items() if value is not None}


def assume(client, second, token: str, role: dict | None = None, scope: dict | None = None):
    identity = {"methods": ["assume_role"], "assume_role": role or claim(client)}
    scope = scope or {"project": {"name": "eu-nl_lab", "domain": {"name": client.ready["agency_domain_name"]}}}
    body = {"auth": {"identity": identity, "scope": scope}}
    return second.send("POST", "/v3/auth/tokens", body, {"X-Auth-Token": token})


def temporary_key(client, second, role: dict | None = None, key: str = "traveler_", method: str = "assume_role"):
    identity = {"methods": [method], method: role or claim(client)}
    body = json.dumps({"auth": {"identity": identity}}).encode()
    headers = second.signed(SECURITY_TOKENS, "/", key, method="POST", body=body, keys=client.ready)
    return second.send("POST", SECURITY_TOKENS, body, headers)


def with_key(second, credential: dict, path: str, **headers: str):
    """GET a path with a temporary key."""
    keys = {"access_key": credential["access"], "secret_key": credential["secret"]}
    signed = second.signed(path, "/", keys=keys, X_Security_Token=credential["securitytoken"], **headers)
    return second.send("GET", path, headers=signed)


@pytest.mark.parametrize("spelling", ["xrole_name", "agency_name"])
@pytest.mark.parametrize("by_id", [False, True])
def test_agency_token(client, second, spelling: str, by_id: bool) -> None:
    account = {"domain_name": None, "domain_id": client.ready["agency_domain_id"]} if by_id else {}
    response = assume(client, second, token_of(client, "traveler_username"), claim(client, spelling, **account))
    assert response.status == 201
    token = response.json["token"]
    assert token["methods"] == ["assume_role"]
    assert token["project"]["id"] == client.ready["agency_projects"]["eu-nl_lab"]
    assert token["user"]["domain"]["name"] == client.ready["agency_domain_name"]
    assert token["assumed_by"]["user"]["name"] == "traveler"
    path = f"/api/v2/projects/{token['project']['id']}/jobs"
    value = response.headers["X-Subject-Token"]
    assert len(second.get(path, X_Auth_Token=value).json) == 12
    projects = second.get("/v3/auth/projects", X_Auth_Token=value).json["projects"]
    assert {each["name"]: each["id"] for each in projects} == client.ready["agency_projects"]


@pytest.mark.parametrize("scope", [{"domain": {"id": "ID"}}, {"domain": {"name": "NAME"}}])
def test_agency_token_for_the_account(client, second, scope: dict) -> None:
    text = json.dumps(scope)
    for name in ("id", "name"):
        text = text.replace(f'"{name.upper()}"', json.dumps(client.ready[f"agency_domain_{name}"]))
    response = assume(client, second, token_of(client, "traveler_username"), scope=json.loads(text))
    assert response.json["token"]["domain"]["id"] == client.ready["agency_domain_id"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"xrole_name": "other"}, 404),
        ({"domain_name": "other"}, 404),
        ({"xrole_name": None}, 400),
        ({"domain_name": None}, 400),
    ],
)
def test_invalid_agency(client, second, changes: dict, status: int) -> None:
    response = assume(client, second, token_of(client, "traveler_username"), claim(client, **changes))
    assert (response.status, response.json["error"]["code"]) == (status, status)
    response = temporary_key(client, second, claim(client, **changes))
    assert (response.status, response.json["error_code"][:4]) == (status, "IAM.")


def test_only_agent_operators_of_the_trusted_account_may_assume_an_agency(client, second) -> None:
    # of the same account, without the permission
    assert assume(client, client, token_of(client, "username")).status == 403
    assert temporary_key(client, client, key="").status == 403
    # with the permission, but the agency is for another account
    other = {"domain_name": client.ready["domain_name"], "xrole_name": client.ready["agency_name"]}
    assert assume(client, second, token_of(client, "traveler_username"), other).status == 404
    assert assume(client, second, "garbage").status == 401
    # the project of the user's own account is not one of the agency
    scope = {"project": {"name": "eu-nl_shop"}}
    assert assume(client, second, token_of(client, "traveler_username"), scope=scope).status == 401


@pytest.mark.parametrize("spelling", ["xrole_name", "agency_name"])
def test_temporary_key_of_an_agency(client, second, spelling: str) -> None:
    response = temporary_key(client, second, claim(client, spelling, duration_seconds=3600))
    assert response.status == 201
    credential = response.json["credential"]
    assert set(credential) == {"access", "secret", "securitytoken", "expires_at"}
    project = client.ready["agency_projects"]["eu-nl_lab"]
    path = f"/api/v2/projects/{project}/jobs"
    assert len(with_key(second, credential, path, X_Project_Id=project).json) == 12
    wrong = {**credential, "securitytoken": "other"}
    assert with_key(second, wrong, path).status == 401
    found = with_key(second, credential, "/v3/projects?name=eu-nl_lab").json["projects"]
    assert [each["id"] for each in found] == [project]
    assert client.send("POST", "/simulator/keys/revoke").status == 204
    assert with_key(second, credential, path).status == 401
    # those of the ready line are not affected
    keys = {"access_key": client.ready["temporary_access_key"], "secret_key": client.ready["temporary_secret_key"]}
    ready = client.signed(client.jobs_path, "/", keys=keys, X_Security_Token=client.ready["security_token"])
    assert client.send("GET", client.jobs_path, headers=ready).status == 200


@pytest.mark.parametrize("seconds", [899, 86401, "900", True, None])
def test_invalid_lifetime_of_a_temporary_key(client, second, seconds: object) -> None:
    role = {**claim(client), "duration_seconds": seconds}
    assert temporary_key(client, second, role).status == 400


def test_temporary_key_of_the_user(client, second) -> None:
    credential = temporary_key(client, second, {"duration_seconds": 900}, method="token").json["credential"]
    project = client.ready["traveler_projects"]["eu-nl_shop"]
    assert with_key(second, credential, f"/api/v2/projects/{project}/jobs").status == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"auth": {"identity": {"methods": ["password"]}}}'])
def test_unreadable_request_for_a_temporary_key(client, second, body: bytes) -> None:
    headers = second.signed(SECURITY_TOKENS, "/", "traveler_", method="POST", body=body, keys=client.ready)
    assert second.send("POST", SECURITY_TOKENS, body, headers).json["error_code"] == "IAM.0011"


@pytest.mark.parametrize(("spelling", "other"), [("xrole_name", "agency_name"), ("agency_name", "xrole_name")])
def test_iam_with_one_spelling(client, second, spelling: str, other: str) -> None:
    assert client.send("PUT", "/simulator/agencies", {"spelling": spelling}).status == 204
    token = token_of(client, "traveler_username")
    for name, statuses in ((spelling, [201, 201]), (other, [400, 400])):
        role = claim(client, name)
        if name == other:
            del role[name]
            role[other] = client.ready["agency_name"]
        responses = (assume(client, second, token, role), temporary_key(client, second, role))
        assert [response.status for response in responses] == statuses
    assert client.send("DELETE", "/simulator/agencies").status == 204
    assert assume(client, second, token, claim(client, other)).status == 201


@pytest.mark.parametrize("body", [{}, {"spelling": "role"}, {"spelling": 1}, {"other": "xrole_name"}])
def test_invalid_spelling(client, body: dict) -> None:
    assert client.send("PUT", "/simulator/agencies", body).status == 400
