# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM over HTTP: logins, tokens, projects, and the catalog."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest


def test_password_login_scoped_to_a_project(client) -> None:
    response = client.login(scope=client.project_scope(), **client.user())
    assert response.status == 201
    token = response.json["token"]
    assert token["methods"] == ["password"]
    assert token["project"]["id"] == client.ready["project_id"]
    assert token["project"]["domain"] == token["user"]["domain"]
    assert token["user"]["domain"] == {"id": client.ready["domain_id"], "name": client.ready["domain_name"]}
    issued, expires = (
        datetime.datetime.strptime(token[f"{n}_at"], "%Y-%m-%dT%H:%M:%S.%fZ") for n in ("issued", "expires")
    )
    assert expires - issued == datetime.timedelta(days=1)
    jobs = client.get(client.jobs_path, X_Auth_Token=response.headers["X-Subject-Token"])
    assert (jobs.status, len(jobs.json)) == (200, 60)


def test_catalog_has_the_cce_of_each_region(client) -> None:
    token = client.login(scope=client.project_scope(), **client.user()).json["token"]
    urls = {entry["type"]: {each["region"]: each["url"] for each in entry["endpoints"]} for entry in token["catalog"]}
    bases = {name: region["url"] for name, region in client.ready["regions"].items()}
    assert urls["cce"] == {name: base + "/api/v1" for name, base in bases.items()}
    assert urls["ccev2.0"] == bases
    assert urls["identity"] == {"*": client.ready["url"] + "/v3"}
    assert client.get("/v3/auth/catalog").json["catalog"] == token["catalog"]
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": client.user()}}}}
    assert "catalog" not in client.send("POST", "/v3/auth/tokens?nocatalog", body).json["token"]


def test_user_and_scope_by_id(client) -> None:
    ready = client.ready
    by_id = {"id": ready["user_id"], "password": ready["password"]}
    by_domain_id = client.user(domain={"id": ready["domain_id"]})
    lab = {"id": ready["projects"]["eu-de_lab"]}
    assert client.login(scope=client.project_scope(**lab), **by_id).json["token"]["project"]["name"] == "eu-de_lab"
    assert client.login(scope={"domain": {"id": ready["domain_id"]}}, **by_domain_id).json["token"]["domain"]
    assert "project" not in client.login(**by_id).json["token"]


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"name": "unknown"}, {"domain": {"name": "other"}}, {"domain": None}]
)
def test_wrong_login(client, wrong: dict) -> None:
    response = client.login(scope=client.project_scope(), **client.user(**wrong))
    error = {"message": "The username or password is wrong.", "code": 401, "title": "Unauthorized"}
    assert (response.status, response.json) == (401, {"error": error})


def test_unknown_scope_and_unreadable_body(client) -> None:
    responses = [
        client.login(scope=client.project_scope(name="eu-de_nowhere"), **client.user()),
        client.login(scope={"domain": {"name": "other"}}, **client.user()),
    ]
    assert [(response.status, response.json["error"]["code"]) for response in responses] == [(401, 401)] * 2
    for body in (b"{", b"[]", b'{"auth": {"identity": {"methods": ["saml2"]}}}'):
        assert client.send("POST", "/v3/auth/tokens", body).status == 400


def second_factor(client) -> Callable[[dict | None], int]:
    """Logs in with this second factor; returns the status."""
    user = client.user("mfa_username")
    return lambda factor: client.login(scope=client.project_scope(), totp=factor, **user).status


def new_passcode(client) -> str:
    return client.send("POST", "/simulator/passcode").json["passcode"]


def test_second_factor(client) -> None:
    login = second_factor(client)
    by_id = {"id": client.ready["mfa_user_id"]}
    user = client.user("mfa_username")
    by_name = {"name": user["name"], "domain": user["domain"]}
    first = client.ready["passcode"]
    wrong = "000000" if first != "000000" else "000001"
    assert login(None) == 401
    assert login({"user": by_id, "passcode": wrong}) == 401
    assert login({"user": {"id": client.ready["user_id"]}, "passcode": first}) == 401
    assert login({"user": by_id, "passcode": first}) == 201
    assert login({"user": by_name, "passcode": new_passcode(client)}) == 201
    assert login({"user": {**by_name, "passcode": new_passcode(client)}}) == 201


def test_passcode_is_accepted_once(client) -> None:
    user, factor = client.user("mfa_username"), {"id": client.ready["mfa_user_id"]}
    factor = {"user": {**factor, "passcode": client.ready["passcode"]}}
    login = second_factor(client)
    wrong_password = client.login(scope=client.project_scope(), totp=factor, **{**user, "password": "wrong"})
    assert wrong_password.status == 401
    assert login(factor) == 201, "a wrong password does not use up the passcode"
    refused = client.login(scope=client.project_scope(), totp=factor, **user)
    error = {"message": "The username or password is wrong.", "code": 401, "title": "Unauthorized"}
    assert (refused.status, refused.json) == (401, {"error": error})
    older, newer = new_passcode(client), new_passcode(client)
    assert login({"user": {**factor["user"], "passcode": older}}) == 401
    assert login({"user": {**factor["user"], "passcode": newer}}) == 201


def test_passcode_can_be_reusable(start: Callable) -> None:
    client = start("--reusable-passcode")
    factor = {"user": {"id": client.ready["mfa_user_id"], "passcode": client.ready["passcode"]}}
    assert [second_factor(client)(factor) for _number in range(2)] == [201, 201]


def test_token_is_inspected_rescoped_and_revoked(client) -> None:
    token = client.ready["token"]
    both = {"X-Auth-Token": token, "X-Subject-Token": token}
    seen = client.send("GET", "/v3/auth/tokens", headers=both)
    assert (seen.status, seen.json["token"]["project"]["id"]) == (200, client.ready["project_id"])
    head = client.send("HEAD", "/v3/auth/tokens", headers=both)
    assert (head.status, head.body) == (200, b"")
    moved = client.login("token", scope=client.project_scope(name="eu-de_lab"), id=token)
    assert (moved.status, moved.json["token"]["project"]["name"]) == (201, "eu-de_lab")
    assert moved.json["token"]["expires_at"] == client.ready["token_expires_at"]
    other = moved.headers["X-Subject-Token"]
    assert (
        client.send("DELETE", "/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": other}).status
        == 204
    )
    assert client.send("GET", "/v3/auth/tokens", headers={**both, "X-Subject-Token": other}).status == 404
    assert client.login("token", scope=client.project_scope(), id=other).status == 401
    assert client.send("GET", "/v3/auth/tokens", headers={**both, "X-Auth-Token": other}).status == 401


def test_projects_by_name(client) -> None:
    found = client.get("/v3/projects?name=eu-de_lab").json["projects"]
    assert [(each["name"], each["id"]) for each in found] == [("eu-de_lab", client.ready["projects"]["eu-de_lab"])]
    assert client.get("/v3/projects?name=nowhere").json["projects"] == []
    path = "/v3/projects?name=eu-de"
    signed = client.send("GET", path, headers=client.signed(path, scope="/"))
    assert [each["name"] for each in signed.json["projects"]] == ["eu-de"]
    assert client.get("/v3/projects", X_Auth_Token="garbage").status == 401
