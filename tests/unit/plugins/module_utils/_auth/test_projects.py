# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look-up of a project's ID by its name."""

from __future__ import annotations

import urllib.parse

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    BY_KEY,
    BY_SESSION_KEY,
    BY_TOKEN,
    FIXTURES,
    INVALID_IDS,
    SECRET_KEY,
    SECURITY_TOKEN,
    TOKEN,
    check_signature,
    identity_for,
    projects,
    refusal,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    Server,
    response,
)


@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY], ids=["token", "key", "session key"])
def test_project_id_needs_no_call_of_iam(credential: dict[str, str]) -> None:
    with Server() as server:
        identity = identity_for(**credential, project_id="p1", endpoint="https://x", auth_url=server.url)
        assert server.accepted == 0
    assert (identity.project_id, identity.endpoint, identity.renewable) == ("p1", "https://x", False)
    shown = repr(identity) + repr(identity.auth)
    assert not [secret for secret in (TOKEN, SECRET_KEY, SECURITY_TOKEN) if secret in shown]


@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY], ids=["token", "key", "session key"])
def test_project_by_name(credential: dict[str, str]) -> None:
    name = "eu-de_team & söhne"
    with Server(projects({"id": "other", "name": "eu-de"}, {"id": "p1", "name": name}, None, {"name": name})) as server:
        identity = identity_for(**credential, project_name=name, auth_url=server.url, user_domain_id="d1")
        [request] = server.requests
    assert identity.project_id == "p1"
    assert request.method == "GET"
    path, query = request.target.split("?")
    assert (path, urllib.parse.parse_qs(query)) == ("/v3/projects", {"name": [name]})
    if credential is BY_TOKEN:
        assert request.headers["x-auth-token"] == TOKEN
    else:
        assert request.headers["x-domain-id"] == "d1"
        assert "x-domain-id" in check_signature(request)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (projects(), "no project has that name"),
        (projects({"id": "p1", "name": "eu-de"}), "no project has that name"),
        (projects({"id": 5, "name": "eu-de_x"}), "no project has that name"),
        (response(200, {"projects": None}), "no project has that name"),
        (response(200, {"projects": {"id": "p1", "name": "eu-de_x"}}), "no project has that name"),
        (projects({"id": "p1", "name": "eu-de_x"}, {"id": "p2", "name": "eu-de_x"}), "2 projects have that name"),
    ],
    ids=range(6),
)
def test_no_single_project_of_that_name(response: bytes, words: str) -> None:
    with Server(response) as server:
        error = refusal(**BY_TOKEN, project_name="eu-de_x", auth_url=server.url)
    for fact in (words, "eu-de_x", "project_name", "project_id"):
        assert fact in str(error)
    assert error.kind == "option"


@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY], ids=["token", "key"])
@pytest.mark.parametrize(
    "first",
    [projects(), response(403, {"error": {"code": 403, "message": "No."}}), projects({"id": "p2", "name": "b"})],
)
def test_user_who_may_not_list_all_projects(credential: dict[str, str], first: bytes) -> None:
    own = projects({"id": "p2", "name": "eu-de"}, {"id": "p1", "name": "eu-de_x"})
    with Server(first, own) as server:
        identity = identity_for(**credential, project_name="eu-de_x", auth_url=server.url, retries=4)
        assert [request.target for request in server.requests] == ["/v3/projects?name=eu-de_x", "/v3/auth/projects"]
        if credential is BY_KEY:
            check_signature(server.requests[1])
    assert identity.project_id == "p1"


def test_mistyped_project() -> None:
    with Server(projects(), projects({"id": "p1", "name": "eu-de_shop"}, {"id": "p2", "name": "eu-nl"})) as server:
        assert "eu-de_shop" in str(refusal(**BY_TOKEN, project_name="eu-de_shpo", auth_url=server.url))


@pytest.mark.parametrize(
    ("responses", "status", "path"),
    [
        # the first refusal is the reason for the second call
        ([response(403, ""), response(403, "")], 403, "/v3/projects"),
        ([response(403, ""), response(404, "")], 403, "/v3/projects"),
        ([projects(), response(403, "")], 403, "/v3/auth/projects"),
        ([projects(), response(503, "")], 503, "/v3/auth/projects"),
        ([response(403, ""), response(503, "")], 503, "/v3/auth/projects"),
    ],
    ids=range(5),
)
def test_both_lists_of_projects_refused(responses: list[bytes], status: int, path: str) -> None:
    with Server(*responses) as server:
        error = refusal(**BY_TOKEN, project_name="eu-de_x", auth_url=server.url)
        assert len(server.requests) == 2
        assert (error.http_status, error.url) == (status, server.url + path)
    if status == 403:
        assert "project_id" in str(error)


def test_published_response() -> None:
    body = (FIXTURES / "projects.json").read_bytes()
    with Server(response(200, body)) as server:
        identity = identity_for(**BY_TOKEN, project_name="region_name", auth_url=server.url, endpoint="https://x")
    assert identity.project_id == "e86737682ab64b2490c48f08bcc41914"


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY], ids=["token", "key"])
def test_look_up_refused(credential: dict[str, str], status: int) -> None:
    advice = {
        401: "token" if credential is BY_TOKEN else "secret_key",
        403: "project_id",
        404: "auth_url",
    }
    with Server(response(status, "")) as server:
        error = refusal(**credential, project_name="eu-de_x", auth_url=server.url, retries=4)
        assert len(server.requests) == (2 if status == 403 else 1)
        assert error.url == server.url + "/v3/projects"
    assert advice[status] in str(error)


@pytest.mark.parametrize("project_id", INVALID_IDS, ids=range(len(INVALID_IDS)))
@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY], ids=["token", "key"])
def test_invalid_project_id(credential: dict[str, str], project_id: str) -> None:
    with Server(projects({"id": project_id, "name": "eu-de"})) as server:
        error = refusal(**credential, project_name="eu-de", auth_url=server.url)
    assert (error.kind, error.url) == ("response", f"{server.url}/v3/projects")
    str(error).encode()


def test_names_that_are_not_text() -> None:
    with Server(projects({"id": "p1", "name": "\ud800"}, {"id": "p2", "name": "eu-de"})) as server:
        assert identity_for(**BY_TOKEN, project_name="eu-de", auth_url=server.url).project_id == "p2"
