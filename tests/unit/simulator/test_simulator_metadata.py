# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata service of a server, with its old and its new protocol."""

from __future__ import annotations

import pytest

KEY, META_DATA, TOKEN = (
    "/openstack/latest/securitykey",
    "/openstack/latest/meta_data.json",
    "/meta-data/latest/api/token",
)
LIFETIME = {"X-Metadata-Token-Ttl-Seconds": "21600"}


def configure(client, **members: object) -> None:
    assert client.send("PUT", "/simulator/metadata", members).status == 204


def jobs(client, credential: dict, project_id: str):
    path = f"/api/v2/projects/{project_id}/jobs"
    keys = {"access_key": credential["access"], "secret_key": credential["secret"]}
    headers = client.signed(path, "/", keys=keys, X_Security_Token=credential["securitytoken"])
    return client.send("GET", path, headers=headers)


@pytest.mark.parametrize("region", ["eu-de", "eu-nl"])
def test_keys_and_project_of_a_server(client, region: str) -> None:
    here = client.region(region)
    server = here.send("GET", META_DATA).json
    assert server["availability_zone"] == f"{region}-01"
    project = client.ready["traveler_projects"][f"{region}_shop"]
    assert server["project_id"] == project
    response = here.send("GET", KEY)
    assert response.status == 200
    assert jobs(here, response.json["credential"], project).status == 200
    # the same key until shortly before it expires
    assert here.send("GET", KEY).json == response.json


def test_expired_key_is_replaced(client) -> None:
    first = client.send("GET", KEY).json["credential"]
    assert client.send("POST", "/simulator/keys/revoke").status == 204
    second = client.send("GET", KEY).json["credential"]
    assert first["access"] != second["access"]
    project = client.ready["project_id"]
    assert [jobs(client, each, project).status for each in (first, second)] == [401, 200]


def test_older_service_knows_no_session_tokens(client) -> None:
    assert client.send("PUT", TOKEN, headers=LIFETIME).status == 404


@pytest.mark.parametrize(("session_tokens", "without"), [("optional", 200), ("required", 401)])
def test_session_tokens(client, session_tokens: str, without: int) -> None:
    configure(client, session_tokens=session_tokens)
    response = client.send("PUT", TOKEN, headers=LIFETIME)
    value = response.body.decode()
    assert (response.status, value) == (200, value.strip())
    assert client.send("PUT", TOKEN).status == 400
    for path in (KEY, META_DATA):
        assert client.send("GET", path, headers={"X-Metadata-Token": value}).status == 200
        assert client.send("GET", path).status == without
        assert client.send("GET", path, headers={"X-Metadata-Token": "other"}).status == 401


def test_server_without_an_agency(client) -> None:
    configure(client, agency=False)
    response = client.send("GET", KEY)
    assert response.status == 401
    assert "cloud service agency" in response.json["error"]["message"]
    assert client.send("GET", META_DATA).status == 200
    assert client.send("DELETE", "/simulator").status == 204
    assert client.send("GET", KEY).status == 200


@pytest.mark.parametrize("body", [{"session_tokens": "some"}, {"session_tokens": 1}, {"agency": 1}, {"other": 1}])
def test_invalid_configuration(client, body: dict) -> None:
    assert client.send("PUT", "/simulator/metadata", body).status == 400


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [("session_token", "PUT", TOKEN), ("security_key", "GET", KEY), ("meta_data", "GET", META_DATA)],
)
def test_faults_of_the_service(client, call: str, method: str, path: str) -> None:
    configure(client, session_tokens="optional")
    client.fault(call=call, redirect="http://127.0.0.1:1/")
    response = client.send(method, path, headers=LIFETIME)
    assert (response.status, response.headers["Location"]) == (302, "http://127.0.0.1:1/")
    assert client.send(method, path, headers=LIFETIME).status == 200
