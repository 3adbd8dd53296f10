# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of clouds.yaml for tests, and what they lead to."""

from __future__ import annotations

import re
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.clouds import read_entry
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import CloudEntry, Settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    response,
)

Entry = dict[str, t.Any]

PASSWORD = "Zx9-password"
SECRET_KEY = "Zx9SecretKey"
ISSUED = "Zx9-issued-token"
AUTH = {
    "auth_url": "https://iam.example.com/v3",
    "username": "u",
    "password": PASSWORD,
    "user_domain_name": "d",
    "project_name": "eu-de_team",
    "project_domain_name": "d",
}
KEY = {"ak": "some-ak", "sk": SECRET_KEY, "project_id": "some-project"}


def read(recorded: RecordedReport | None = None, **typed: t.Any) -> Settings:
    settings = read_request(MODULE, {"cloud": "mine", **typed}, {}, environment={}).settings
    assert isinstance(settings.credential, CloudEntry)
    return read_entry(settings, settings.credential, (recorded or RecordedReport()).report)


def refusal(kind: str = "option", **typed: t.Any) -> str:
    with pytest.raises(CceError) as caught:
        read(**typed)
    text = str(caught.value)
    assert caught.value.kind == kind
    assert re.fullmatch(r"[A-Z].*[.?]", text), text
    assert "Zx9" not in text
    return text


def issued(catalog: t.Any = None, project: t.Any = None, **headers: str) -> bytes:
    token = {
        "methods": ["password"],
        "expires_at": "2100-01-01T00:00:00.000000Z",
        "issued_at": "2025-01-01T00:00:00.000000Z",
        "user": {"id": "u", "name": "u", "domain": {"id": "d", "name": "d"}},
        "project": project or {"id": "p1", "name": "eu-de_team", "domain": {"id": "d", "name": "d"}},
        "catalog": catalog or [],
    }
    return response(201, {"token": token}, **(headers or {"X_Subject_Token": ISSUED}))


def catalog_of(url: str, interface: str = "public") -> list[Entry]:
    endpoint = {"id": "e", "interface": interface, "region": "eu-de", "region_id": "eu-de", "url": f"{url}/api/v1"}
    return [{"type": "cce", "name": "cce", "id": "s", "endpoints": [endpoint]}]


def ask(recorded: RecordedReport, **typed: t.Any) -> FoundJobs:
    return find_jobs(
        read_request(MODULE, {"cloud": "mine", "retries": 0, "timeout": 20, **typed}, {}, {}), "tests", recorded.report
    )


def failure(kind: str, **typed: t.Any) -> CceError:
    recorded = RecordedReport()
    with pytest.raises(CceError) as caught:
        ask(recorded, **typed)
    error = caught.value
    assert error.kind == kind, f"{error.kind}: {error}"
    assert "Zx9" not in f"{error} {error.as_dict()} {recorded.notes} {recorded.warnings}"
    assert error.__cause__ is None
    return error
