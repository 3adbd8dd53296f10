# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agencies on top of tokens, passwords, and access keys: what is sent, how it is renewed, and refusals."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    AGENCY,
    BY_KEY,
    BY_PASSWORD,
    BY_SESSION_KEY,
    BY_TOKEN,
    ISSUED,
    KEY,
    OF_AGENCY,
    PASSWORD,
    PROJECT_ID,
    TOKEN,
    check_signature,
    identity_for,
    login,
    projects,
    temporary_key,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Request,
    Server,
    response,
)

LOGINS = {"token": BY_TOKEN, "password": BY_PASSWORD, "key": BY_KEY}


def role(request: Request) -> dict[str, t.Any]:
    """The part of a request that names the agency, after a check of what surrounds it."""
    identity = request.json["auth"]["identity"]
    assert (request.method, identity["methods"], set(identity)) == (
        "POST",
        ["assume_role"],
        {"methods", "assume_role"},
    )
    found: dict[str, t.Any] = identity["assume_role"]
    return found


def jobs(recorded: RecordedReport, url: str, **typed: t.Any) -> t.Any:
    typed = {"timeout": 30, "retries": 4, "auth_url": url, "endpoint": url, **AGENCY, **typed}
    return find_jobs(read_request(MODULE, typed, {}, environment={}), "tests", recorded.report)


@pytest.mark.parametrize(
    ("project", "scope"),
    [
        ({"project_id": "p1"}, {"id": "p1"}),
        ({"project_name": "eu-de_x"}, {"name": "eu-de_x", "domain": {"name": "OTC-partner"}}),
        ({"project_name": "eu-de_x", "agency_domain_id": "d1"}, {"name": "eu-de_x", "domain": {"id": "d1"}}),
    ],
)
@pytest.mark.parametrize("path", ["", "/v3/", "/prefix"])
def test_on_top_of_a_token(project: dict[str, str], scope: dict[str, t.Any], path: str) -> None:
    recorded = RecordedReport()
    with Server(login(token=OF_AGENCY)) as server:
        identity = identity_for(recorded, **BY_TOKEN, **AGENCY, **project, auth_url=server.url + path)
        [request] = server.requests
    prefix = "/prefix" if path == "/prefix" else ""
    assert request.line == f"POST {prefix}/v3/auth/tokens HTTP/1.1"
    assert request.headers["x-auth-token"] == TOKEN
    assert request.json["auth"]["scope"] == {"project": scope}
    account = {"domain_id": "d1"} if "agency_domain_id" in project else {"domain_name": "OTC-partner"}
    assert role(request) == {**account, "xrole_name": "cce-reader"}
    assert (identity.project_id, identity.renewable) == (PROJECT_ID, True)
    # from the catalog
    assert identity.endpoint == "https://cce.eu-de.otc.t-systems.com"
    assert recorded.secrets == [OF_AGENCY]
    assert OF_AGENCY not in repr(identity)


@pytest.mark.parametrize(
    ("user", "scope"),
    [
        (BY_PASSWORD, {"domain": {"name": "OTC00000000001000000000"}}),
        ({"username": "ansible", "password": PASSWORD, "user_domain_id": "d1"}, {"domain": {"id": "d1"}}),
        # the user's account by default
        ({"user_id": "u1", "password": PASSWORD}, None),
    ],
)
def test_on_top_of_a_password(user: dict[str, str], scope: t.Any) -> None:
    recorded = RecordedReport()
    with Server(login({"token": {}}), login(token=OF_AGENCY)) as server:
        identity = identity_for(recorded, **user, **AGENCY, project_name="eu-de_x", auth_url=server.url)
        first, second = server.requests
    assert first.json["auth"]["identity"]["methods"] == ["password"]
    assert first.json["auth"].get("scope") == scope
    assert "x-auth-token" not in first.headers
    assert role(second)["xrole_name"] == "cce-reader"
    assert second.headers["x-auth-token"] == ISSUED
    assert recorded.secrets == [ISSUED, OF_AGENCY]
    assert identity.project_id == PROJECT_ID


@pytest.mark.parametrize("signature", ["scope", "access"])
@pytest.mark.parametrize("credential", [BY_KEY, BY_SESSION_KEY], ids=["key", "session key"])
@pytest.mark.parametrize("account", [{}, {"agency_domain_id": "d1"}])
def test_on_top_of_an_access_key(signature: str, credential: dict[str, str], account: dict[str, str]) -> None:
    recorded = RecordedReport()
    typed = {**credential, **account, "signature": signature, "project_name": "eu-de_x", "user_domain_id": "d0"}
    with Server(temporary_key(), projects({"id": "p1", "name": "eu-de_x"}), response()) as server:
        found = jobs(recorded, f"{server.url}/prefix", **typed)
        ask, look_up, listing = server.requests
        check_signature(ask)
        check_signature(look_up, KEY["secret"], KEY["access"])
        signed = check_signature(listing, KEY["secret"], KEY["access"])
    assert (found.jobs, ask.line) == ([], "POST /prefix/v3.0/OS-CREDENTIAL/securitytokens HTTP/1.1")
    expected = {"domain_id": "d1"} if account else {"domain_name": "OTC-partner"}
    assert role(ask) == {**expected, "xrole_name": "cce-reader", "duration_seconds": 3600}
    assert ask.headers["x-domain-id"] == "d0"
    assert {"x-project-id", "x-security-token"} <= signed
    # the account is that of the agency now
    assert look_up.headers.get("x-domain-id") == account.get("agency_domain_id")
    for request in (look_up, listing):
        assert request.headers["x-security-token"] == KEY["securitytoken"]
        assert ("Access=" in request.headers["authorization"]) == (signature == "access")
    assert {KEY["secret"], KEY["securitytoken"]} <= {*recorded.secrets}


@pytest.mark.parametrize("method", LOGINS)
def test_other_spelling_where_iam_refuses_the_first(method: str) -> None:
    issued = temporary_key() if method == "key" else login(token=OF_AGENCY)
    first = [login({"token": {}})] if method == "password" else []
    with Server(*first, response(400, {"error_code": "IAM.0011"}), issued) as server:
        identity_for(**LOGINS[method], **AGENCY, project_id="p1", region="eu-de", auth_url=server.url, retries=4)
        *_first, refused, accepted = server.requests
        assert len(server.requests) == len(first) + 2
    expected = {"domain_name": "OTC-partner", **({"duration_seconds": 3600} if method == "key" else {})}
    assert role(refused) == {**expected, "xrole_name": "cce-reader"}
    assert role(accepted) == {**expected, "agency_name": "cce-reader"}
