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
    answer,
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
        (answer(200, {"projects": None}), "no project has that name"),
        (answer(200, {"projects": {"id": "p1", "name": "eu-de_x"}}), "no project has that name"),
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


def test_published_response() -> None:
    body = (FIXTURES / "projects.json").read_bytes()
    with Server(answer(200, body)) as server:
        identity = identity_for(**BY_TOKEN, project_name="region_name", auth_url=server.url, endpoint="https://x")
    assert identity.project_id == "e86737682ab64b2490c48f08bcc41914"


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY], ids=["token", "key"])
def test_look_up_refused(credential: dict[str, str], status: int) -> None:
    advice = {
        401: "credentials",
        403: "project_id",
        404: "auth_url",
    }
    with Server(answer(status, "")) as server:
        error = refusal(**credential, project_name="eu-de_x", auth_url=server.url, retries=4)
        assert len(server.requests) == 1
        assert error.url == server.url + "/v3/projects"
    assert advice[status] in str(error)
