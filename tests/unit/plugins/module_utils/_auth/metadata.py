# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A metadata service for tests, and tasks that use it."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    response,
)

SESSION = "session-token-of-the-metadata-service"
NO_SESSIONS = response(404, "<html>")
PATHS = ("/meta-data/latest/api/token", "/openstack/latest/securitykey", "/openstack/latest/meta_data.json")
JOBS = "/api/v2/projects/p1/jobs"


def server_data(**changes: t.Any) -> bytes:
    return response(200, {"project_id": "p1", "availability_zone": "eu-de-01", "name": "runner", **changes})


def jobs(recorded: RecordedReport, url: str, **typed: t.Any) -> t.Any:
    typed = {"instance_agency": True, "metadata_url": url, "endpoint": url, "timeout": 60, "retries": 4, **typed}
    return find_jobs(read_request(MODULE, typed, {}, environment={}), "tests", recorded.report)
