# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The agency of a server: both protocols of the metadata service, its project, and renewal."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import instance
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    AGENCY,
    INVALID_IDS,
    KEY,
    OTHER_KEY,
    check_signature,
    identity_for,
    projects,
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
    response,
)


@pytest.fixture(autouse=True)
def no_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be slower than a metadata service."""
    monkeypatch.setattr(instance, "CALL_SECONDS", 60)


def test_older_service() -> None:
    recorded = RecordedReport()
    with Server(NO_SESSIONS, temporary_key(), server_data(), response()) as server:
        found = jobs(recorded, server.url)
        requests = server.requests
    assert (found.jobs, [r.line for r in requests]) == (
        [],
        [
            f"PUT {PATHS[0]} HTTP/1.1",
            f"GET {PATHS[1]} HTTP/1.1",
            f"GET {PATHS[2]} HTTP/1.1",
            f"GET {JOBS} HTTP/1.1",
        ],
    )
    assert requests[0].headers["x-metadata-token-ttl-seconds"].isdigit()
    for request in requests[:3]:
        assert not {"authorization", "x-metadata-token", "x-security-token"} & set(request.headers)
    signed = check_signature(requests[3], KEY["secret"], KEY["access"])
    assert {"x-project-id", "x-security-token"} <= signed
    assert requests[3].headers["x-project-id"] == "p1"
    assert requests[3].headers["x-security-token"] == KEY["securitytoken"]
    assert {KEY["secret"], KEY["securitytoken"]} <= {*recorded.secrets}
    # plain HTTP on the link needs no warning
    assert recorded.warnings == []


@pytest.mark.parametrize("signature", ["scope", "access"])
def test_newer_service(signature: str) -> None:
    recorded = RecordedReport()
    with Server(response(200, f"{SESSION}\n"), temporary_key(), server_data(), response()) as server:
        jobs(recorded, f"{server.url}/prefix", signature=signature)
        first, *others, listing = server.requests
    assert first.line == f"PUT /prefix{PATHS[0]} HTTP/1.1"
    assert [r.headers["x-metadata-token"] for r in others] == [SESSION] * 2
    assert "x-metadata-token" not in listing.headers
    check_signature(listing, KEY["secret"], KEY["access"])
    assert ("Access=" in listing.headers["authorization"]) == (signature == "access")
    assert {SESSION, KEY["secret"], KEY["securitytoken"]} <= {*recorded.secrets}


@pytest.mark.parametrize("status", [404, 405])
def test_service_without_session_tokens(status: int) -> None:
    with Server(response(status, ""), temporary_key(), server_data()) as server:
        identity = identity_for(instance_agency=True, metadata_url=server.url)
        assert len(server.requests) == 3
    assert (identity.project_id, identity.region, identity.renewable) == ("p1", "eu-de", True)
    assert identity.endpoint == "https://cce.eu-de.otc.t-systems.com"


@pytest.mark.parametrize(
    ("typed", "calls", "expected"),
    [
        ({}, 3, ("p1", "eu-nl")),
        ({"region": "eu-nl"}, 3, ("p1", "eu-nl")),
        ({"project_id": "p2"}, 3, ("p2", "eu-nl")),
        ({"project_id": "p2", "region": "eu-de"}, 2, ("p2", "eu-de")),
        ({"project_id": "p2", "endpoint": "https://cce"}, 2, ("p2", None)),
    ],
)
def test_project_and_region_of_the_server(typed: dict[str, str], calls: int, expected: tuple[str, str]) -> None:
    with Server(NO_SESSIONS, temporary_key(), server_data(availability_zone="eu-nl-02")) as server:
        identity = identity_for(instance_agency=True, metadata_url=server.url, **typed)
        assert len(server.requests) == calls
    assert (identity.project_id, identity.region) == expected


@pytest.mark.parametrize(
    ("project", "calls", "zone"), [("eu-de_x", 2, None), ("team", 3, "eu-de-01"), ("eu-nl_x", 2, "eu-de-01")]
)
def test_project_by_name(project: str, calls: int, zone: str | None) -> None:
    of_server = [server_data(availability_zone=zone)] if calls == 3 else []
    look_up = projects({"id": "p2", "name": project})
    with Server(NO_SESSIONS, temporary_key(), *of_server, look_up) as server:
        typed = {"project_name": project, "metadata_url": server.url, "auth_url": server.url}
        assert identity_for(instance_agency=True, **typed).project_id == "p2"
        assert len(server.requests) == calls + 1
        check_signature(server.requests[-1], KEY["secret"], KEY["access"])


def test_zone_of_no_known_region_contradicts_no_option() -> None:
    with Server(NO_SESSIONS, temporary_key(), server_data(availability_zone="somewhere")) as server:
        identity = identity_for(instance_agency=True, metadata_url=server.url, region="eu-nl")
    assert (identity.project_id, identity.region) == ("p1", "eu-nl")


def test_other_region_needs_a_project() -> None:
    with Server(NO_SESSIONS, temporary_key(), server_data()) as server:
        error = refusal(instance_agency=True, metadata_url=server.url, region="eu-nl")
    assert error.kind == "option"
    for fact in ("eu-nl", "eu-de", "project_id (OS_PROJECT_ID)", "project_name (OS_PROJECT_NAME)"):
        assert fact in str(error)


def test_unknown_zone() -> None:
    with Server(NO_SESSIONS, temporary_key(), server_data(availability_zone="lab")) as server:
        error = refusal(instance_agency=True, metadata_url=server.url)
        assert error.kind == "option"
        assert "endpoint" in str(error)
        assert "region" in str(error)


@pytest.mark.parametrize("project_id", [None, "", 5, *INVALID_IDS], ids=range(3 + len(INVALID_IDS)))
def test_server_without_a_valid_project(project_id: t.Any) -> None:
    with Server(NO_SESSIONS, temporary_key(), server_data(project_id=project_id)) as server:
        error = refusal(instance_agency=True, metadata_url=server.url)
    assert (error.kind, error.url) == ("response", server.url + PATHS[2])
    assert "project_id" in str(error)
    str(error).encode()


# ---------------------------------------------------------------------------------------------------------------------
# another agency on top


def test_agency_on_top_of_that_of_the_server() -> None:
    recorded = RecordedReport()
    script = [NO_SESSIONS, temporary_key(), temporary_key(OTHER_KEY), response()]
    with Server(*script) as server:
        jobs(recorded, server.url, **AGENCY, project_id="p1", region="eu-de", auth_url=server.url)
        ask, listing = server.requests[2:]
    assert ask.line == "POST /v3.0/OS-CREDENTIAL/securitytokens HTTP/1.1"
    assert ask.json["auth"]["identity"]["assume_role"]["xrole_name"] == "cce-reader"
    check_signature(ask, KEY["secret"], KEY["access"])
    assert ask.headers["x-security-token"] == KEY["securitytoken"]
    check_signature(listing, OTHER_KEY["secret"], OTHER_KEY["access"])
    assert listing.headers["x-security-token"] == OTHER_KEY["securitytoken"]
    for credential in (KEY, OTHER_KEY):
        assert {credential["secret"], credential["securitytoken"]} <= {*recorded.secrets}


def test_region_of_the_server_for_an_agency_on_top() -> None:
    with Server(NO_SESSIONS, temporary_key(), server_data(), temporary_key(OTHER_KEY)) as server:
        typed = {**AGENCY, "project_id": "p2", "metadata_url": server.url, "auth_url": server.url}
        identity = identity_for(instance_agency=True, **typed)
    assert (identity.project_id, identity.region) == ("p2", "eu-de")


# ---------------------------------------------------------------------------------------------------------------------
# renewal


def test_keys_are_renewed_once() -> None:
    recorded = RecordedReport()
    expired = response(401, {"error_code": "APIGW.0301"})
    script = [NO_SESSIONS, temporary_key(), server_data(), expired]
    with Server(*script, NO_SESSIONS, temporary_key(OTHER_KEY), server_data(), response()) as server:
        assert jobs(recorded, server.url).jobs == []
        sent = [r.headers["x-security-token"] for r in server.requests if r.target == JOBS]
    assert sent == [KEY["securitytoken"], OTHER_KEY["securitytoken"]]
    (note,) = recorded.notes
    assert "key rejected" in note
    assert "oken" not in note
    again = [NO_SESSIONS, temporary_key(OTHER_KEY), server_data(), expired]
    with Server(*script, *again, response()) as server:
        with pytest.raises(CceError) as caught:
            jobs(recorded, server.url)
        assert len(server.requests) == 8
    assert caught.value.code == "APIGW.0301"
    # no option holds the keys
    assert "clock" in str(caught.value)
    assert "access_key" not in str(caught.value)


def test_rejected_key_is_not_used_again() -> None:
    rejected = response(401, {"error_code": "APIGW.0301"})
    script = [NO_SESSIONS, temporary_key(), server_data()]
    with Server(*script, rejected, *script, response()) as server:
        with pytest.raises(CceError) as caught:
            jobs(RecordedReport(), server.url)
        assert [request.target for request in server.requests].count(JOBS) == 1
    assert (caught.value.kind, caught.value.code) == ("authentication", "APIGW.0301")
