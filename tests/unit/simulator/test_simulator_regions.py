# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two regions, several users, and the projects that each of them may use."""

from __future__ import annotations

import pytest


def names(response) -> list[str]:
    assert response.status == 200
    return sorted(each["name"] for each in response.json["projects"])


def token_of(client, account: str, *, at=None, **scope: object) -> str:
    """Log in as the user of that name in the ready line; ``at`` is the client of another region."""
    response = (at or client).login(scope={"project": scope} if scope else None, **client.user(account))
    assert response.status == 201
    return response.headers["X-Subject-Token"]


@pytest.fixture
def second(client):
    return client.region("eu-nl")


def test_ready_line_names_both_regions(client, second) -> None:
    ready, regions = client.ready, client.ready["regions"]
    assert list(regions) == ["eu-de", "eu-nl"]
    assert {name: ready[name] for name in regions["eu-de"]} == regions["eu-de"]
    assert all(name.startswith("eu-nl") for name in second.ready["projects"])
    for name in ("url", "domain_id", "username", "password", "access_key", "token", "project_id"):
        assert regions["eu-de"][name] != regions["eu-nl"][name]
    clusters = {each["id"] for region in regions.values() for each in region["clusters"]}
    assert len(clusters) == 9
    assert second.send("GET", "/simulator").json == ready


def test_login_and_jobs_of_the_second_region(client, second) -> None:
    response = second.login(scope=second.project_scope(), **second.user())
    token = response.headers["X-Subject-Token"]
    assert response.json["token"]["project"]["id"] == second.ready["project_id"]
    jobs = second.get(second.jobs_path, X_Auth_Token=token).json
    assert len(jobs) == 12
    assert {job["spec"]["clusteruid"] for job in jobs} <= {each["id"] for each in second.ready["clusters"]}
    assert second.get(second.jobs_path, **second.signed(second.jobs_path)).json == jobs
    assert [entry["region"] for entry in client.log()["requests"]] == ["eu-nl"] * 3


@pytest.mark.parametrize("home", ["eu-de", "eu-nl"])
def test_credentials_of_the_other_region_are_refused(client, home: str) -> None:
    own = client.region(home)
    other = client.region("eu-nl" if home == "eu-de" else "eu-de")
    for path in (own.jobs_path, other.jobs_path):
        by_token = other.get(path, X_Auth_Token=own.ready["token"])
        assert (by_token.status, by_token.json["error_code"]) == (401, "APIGW.0307")
        foreign = {**own.signed(path)}
        by_key = other.get(path, **foreign)
        assert (by_key.status, by_key.json["error_code"]) == (401, "APIGW.0301")
        assert "ak not exist" in by_key.json["error_msg"]
    assert other.login(scope=own.project_scope(), **own.user()).status == 401
    assert other.login("token", scope=other.project_scope(), id=own.ready["token"]).status == 401
    assert other.get("/v3/projects", X_Auth_Token=own.ready["token"]).status == 401
    assert own.login(scope=other.project_scope(), **own.user()).status == 401


def test_catalog_of_each_region_starts_from_the_host_that_the_client_used(client, second) -> None:
    for each, other in ((client, second), (second, client)):
        catalog = {entry["type"]: entry["endpoints"] for entry in each.get("/v3/auth/catalog").json["catalog"]}
        assert [endpoint["url"] for endpoint in catalog["identity"]] == [each.ready["url"] + "/v3"]
        urls = [(endpoint["region"], endpoint["url"]) for endpoint in catalog["ccev2.0"]]
        # the other region first, so that a client that takes any entry fails
        assert urls == [(region.ready["region"], region.ready["url"]) for region in (other, each)]
    headers = {"X-Auth-Token": client.ready["token"], "Host": "iam.example.com"}
    catalog = client.send("GET", "/v3/auth/catalog", headers=headers).json["catalog"]
    assert {endpoint["url"] for endpoint in catalog[2]["endpoints"]} == {
        "http://iam.example.com",
        second.ready["url"],
    }


def test_projects_of_the_caller(client, second) -> None:
    own = ["eu-de", "eu-de_lab", "eu-de_shop"]
    assert names(client.get("/v3/auth/projects")) == own
    assert names(client.get("/v3/auth/projects", **client.signed("/v3/auth/projects"))) == own
    assert names(second.get("/v3/auth/projects")) == ["eu-nl", "eu-nl_lab"]
    assert names(client.get("/v3/auth/projects", X_Auth_Token=token_of(client, "traveler_username"))) == sorted(
        client.ready["traveler_projects"]
    )
    assert client.get("/v3/auth/projects", X_Auth_Token="garbage").status == 401
    project = client.get("/v3/auth/projects").json["projects"][0]
    assert project["enabled"] is True
    assert project["domain_id"] == client.ready["domain_id"]


def test_user_who_may_not_list_projects(client) -> None:
    token = token_of(client, "guest_username")
    refused = client.get("/v3/projects?name=eu-de_lab", X_Auth_Token=token)
    assert (refused.status, refused.json["error"]["code"]) == (403, 403)
    assert names(client.get("/v3/auth/projects", X_Auth_Token=token)) == ["eu-de_lab"]
    assert client.login(scope=client.project_scope(), **client.user("guest_username")).status == 401
    lab = client.ready["projects"]["eu-de_lab"]
    scoped = token_of(client, "guest_username", id=lab)
    assert len(client.get(f"/api/v2/projects/{lab}/jobs", X_Auth_Token=scoped).json) == 12


def test_user_of_both_regions_rescopes_one_login(client, second) -> None:
    projects = client.ready["traveler_projects"]
    token = token_of(client, "traveler_username")
    for name in ("eu-de_lab", "eu-nl_shop"):
        server, other = (client, second) if name.startswith("eu-de") else (second, client)
        path = f"/api/v2/projects/{projects[name]}/jobs"
        scoped = client.login("token", scope={"project": {"name": name}}, id=token).headers["X-Subject-Token"]
        assert len(server.get(path, X_Auth_Token=scoped).json) == 12
        wrong_region = other.get(path, X_Auth_Token=scoped)
        assert (wrong_region.status, wrong_region.json["error_code"]) == (401, "APIGW.0307")
        assert server.get(path, **server_key(client, server, path)).status == 200
        assert other.get(path, **server_key(client, other, path)).status == 403
    others = f"/api/v2/projects/{second.ready['project_id']}/jobs"
    assert second.get(others, **server_key(client, second, others)).status == 403, "a project of another account"
    assert token_of(client, "traveler_username", at=second, name="eu-nl_shop")
    assert second.login("token", scope={"project": {"name": "eu-nl_shop"}}, id=token).status == 201


def server_key(client, server, path: str) -> dict[str, str]:
    """Sign for that server with the key of the user of both regions."""
    server.ready = {**server.ready, **{name: value for name, value in client.ready.items() if "traveler" in name}}
    return server.signed(path, key="traveler_")


def test_domain_of_a_project(client) -> None:
    account = {"id": client.ready["domain_id"]}
    user, name = client.user(), client.ready["project_name"]
    assert client.login(scope=client.project_scope(name=name, domain=account), **user).status == 201
    assert client.login(scope=client.project_scope(name=name, domain={"name": "other"}), **user).status == 401


def test_control_api_is_the_same_in_both_regions(client, second) -> None:
    second.advance(90)
    assert client.send("POST", "/simulator/clock", {"advance": 0}).json == {"now": "2026-01-02T03:05:35.000000Z"}
    second.fault(call="list", status=500)
    assert client.get(client.jobs_path).status == 500


def test_prefix_of_the_second_region(start) -> None:
    client = start("--prefix", "/gateway").region("eu-nl")
    assert client.ready["endpoint"] == client.ready["url"] + "/gateway"
    assert client.get("/gateway" + client.jobs_path).json == client.jobs()


def test_clouds_yaml(client, second) -> None:
    clouds = client.send("GET", "/simulator/clouds.yaml").json["clouds"]
    for name, server in (("simulator", client), ("second-region", second)):
        auth = clouds[name]["auth"]
        user = {"name": auth["username"], "password": auth["password"], "domain": {"name": auth["user_domain_name"]}}
        scope = {"project": {"name": auth["project_name"], "domain": {"name": auth["project_domain_name"]}}}
        assert server.login(scope=scope, **user).status == 201
        assert (clouds[name]["region_name"], auth["auth_url"]) == (server.ready["region"], server.ready["auth_url"])
    storage = clouds["object-storage"]
    assert {**storage, **clouds["simulator"]} == storage
    client.ready = {
        **client.ready,
        "storage_access_key": storage["ak"],
        "storage_secret_key": storage["sk"],
    }
    refused = client.get(client.jobs_path, **client.signed(client.jobs_path, key="storage_"))
    assert (refused.status, "ak not exist" in refused.json["error_msg"]) == (401, True)
    assert not any("project_domain" in name for name in clouds["second-factor"]["auth"])
    assert clouds["token"]["auth"]["token"] == client.ready["token"]


def test_teams(start) -> None:
    client = start("--teams", "3")
    teams = client.ready["manager_projects"]
    assert list(teams) == ["eu-de_team01", "eu-de_team02", "eu-de_team03"]
    token = token_of(client, "manager_username")
    assert names(client.get("/v3/auth/projects", X_Auth_Token=token)) == list(teams)
    scoped = token_of(client, "manager_username", name="eu-de_team02")
    jobs = client.get(f"/api/v2/projects/{teams['eu-de_team02']}/jobs", X_Auth_Token=scoped)
    assert len(jobs.json) == len(client.jobs())
    refused = client.get(f"/api/v2/projects/{teams['eu-de_team01']}/jobs", X_Auth_Token=scoped)
    assert refused.status == 403
    assert not start().ready["manager_projects"]
