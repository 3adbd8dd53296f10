# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Agencies on top of entries of clouds.yaml."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.cloud_entries import (
    AUTH,
    ISSUED,
    KEY,
    ask,
    catalog_of,
    issued,
    refusal,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import login
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
)

AGENCY = {"agency_name": "cce-reader", "agency_domain_name": "OTC-partner"}
TOKEN_OF_AGENCY = "Zx9-token-of-the-agency"


def of_agency(url: str) -> bytes:
    project = {"id": "p2", "name": "eu-de_partner"}
    return login({"token": {"project": project, "catalog": catalog_of(url)}}, token=TOKEN_OF_AGENCY)


def test_entry_logs_in_to_its_own_project(write: t.Callable[..., None]) -> None:
    recorded = RecordedReport()
    with Server() as server:
        server.responses = [issued(), of_agency(server.url), response()]
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}, "region_name": "eu-de"}})
        ask(recorded, **AGENCY, project_name="eu-de_partner")
        first, second, jobs = server.requests
    assert first.json["auth"]["scope"]["project"]["name"] == AUTH["project_name"]
    assert second.json["auth"]["identity"]["assume_role"] == {
        "domain_name": "OTC-partner",
        "xrole_name": "cce-reader",
    }
    assert second.json["auth"]["scope"]["project"]["name"] == "eu-de_partner"
    assert second.headers["x-auth-token"] == ISSUED
    assert jobs.line.startswith("GET /api/v2/projects/p2/jobs")
    assert jobs.headers["x-auth-token"] == TOKEN_OF_AGENCY
    assert {ISSUED, TOKEN_OF_AGENCY} <= {*recorded.secrets}


def test_passcode_of_an_entry_is_sent_once(write: t.Callable[..., None]) -> None:
    with Server() as server:
        expired = response(401, {"error_code": "APIGW.0307"})
        server.responses = [issued(), of_agency(server.url), expired, of_agency(server.url), response()]
        auth = {**AUTH, "auth_url": server.url, "passcode": "123456"}
        write({"mine": {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"], "auth": auth}})
        ask(RecordedReport(), **AGENCY, project_name="eu-de_partner")
        methods = [r.json["auth"]["identity"]["methods"] for r in server.requests if r.method == "POST"]
    assert methods == [["password", "totp"], ["assume_role"], ["assume_role"]]


def test_entry_with_an_access_key(write: t.Callable[..., None]) -> None:
    credential = {"access": "TEMPORARYKEY00000001", "secret": "Zx9-secret", "securitytoken": "Zx9-session"}
    with Server(response(201, {"credential": credential}), response()) as server:
        write({"mine": {"auth": KEY, "region_name": "eu-de"}})
        ask(RecordedReport(), **AGENCY, project_id="p2", auth_url=server.url, endpoint=server.url)
        first, jobs = server.requests
    assert first.line == "POST /v3.0/OS-CREDENTIAL/securitytokens HTTP/1.1"
    assert jobs.headers["x-security-token"] == "Zx9-session"
    assert jobs.headers["x-project-id"] == "p2"


@pytest.mark.parametrize("entry", [{"auth": AUTH}, {"auth": KEY, "region_name": "eu-de"}])
def test_project_of_the_entry_is_not_one_of_the_agency(write: t.Callable[..., None], entry: dict[str, t.Any]) -> None:
    write({"mine": entry})
    text = refusal(**AGENCY)
    assert "project_id (OS_PROJECT_ID)" in text
