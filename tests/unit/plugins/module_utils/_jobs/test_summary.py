# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts over jobs."""

from __future__ import annotations

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.summary import summarize
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job


def test_summary() -> None:
    raw_jobs = [
        raw_job(status="Paused", type="A", cluster_id="c1"),
        raw_job(status="failed", type="B", cluster_id="c2"),
        raw_job(status="Failed", type="B", cluster_id="c2"),
        raw_job(status="Success", type="", cluster_id="c2"),
        {},
    ]
    summary = summarize(iter(select(raw_jobs, Query()).jobs))
    assert summary == {
        "total": 5,
        "finished": 3,
        "by_status": {"Failed": 2, "Paused": 1, "Success": 1, "unknown": 1},
        "by_type": {"B": 2, "A": 1, "unknown": 2},
        "by_cluster": {"c2": 3, "c1": 1, "unknown": 1},
    }
    assert list(summary["by_cluster"]) == ["c2", "c1", "unknown"]
    assert next(iter(summary["by_status"])) == "Failed"


def test_summary_of_nothing() -> None:
    assert summarize([]) == {"total": 0, "finished": 0, "by_status": {}, "by_type": {}, "by_cluster": {}}
