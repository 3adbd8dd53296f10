# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counts over jobs."""

from __future__ import annotations

import typing as t

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import Origin
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.summary import name_clusters, summarize
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job


def test_summary() -> None:
    raw_jobs = [
        raw_job(status="Paused", type="A", cluster_id="c1"),
        raw_job(status="failed", type="B", cluster_id="c2"),
        raw_job(status="Failed", type="B", cluster_id="c2"),
        raw_job(status="Success", type="", cluster_id="c2"),
        raw_job(),
    ]
    summary = summarize(iter(select(raw_jobs, Query()).jobs))
    assert summary == {
        "total": 5,
        "finished": 3,
        "by_status": {"Failed": 2, "Paused": 1, "Success": 1, "unknown": 1},
        "by_type": {"B": 2, "A": 1, "unknown": 2},
        "by_cluster": {"c2": 3, "c1": 1, "unknown": 1},
        "by_cluster_name": {},
        "by_project": {},
    }
    assert list(summary["by_cluster"]) == ["c2", "c1", "unknown"]
    assert next(iter(summary["by_status"])) == "Failed"


def test_counts_under_names_that_ansible_reserves() -> None:
    job = raw_job(status="__ansible_type", type="__ansible_vault", cluster_id="__ansible_x", id="__ansible_type")
    [normalized] = select([job], Query()).jobs
    summary = summarize([normalized])
    # values do no harm
    assert normalized["type"] == "__ansible_vault"
    names = [name for counts in summary.values() if isinstance(counts, dict) for name in counts]
    assert names == ["\ufffd_ansible_type", "\ufffd_ansible_vault", "\ufffd_ansible_x"]


def test_summary_of_nothing() -> None:
    assert summarize([]) == {
        "total": 0,
        "finished": 0,
        "by_status": {},
        "by_type": {},
        "by_cluster": {},
        "by_cluster_name": {},
        "by_project": {},
    }


def test_the_summary_counts_known_names_of_projects() -> None:
    lists = [(Origin("p1", "shop"), 1), (Origin("p2", "lab"), 1), (Origin("p3", "lab"), 2), (Origin("p4"), 4)]
    jobs = [job for origin, count in lists for job in select([raw_job()] * count, Query(), origin=origin).jobs]
    assert list(summarize(jobs)["by_project"].items()) == [("lab", 3), ("shop", 1)]


def named(names: dict[str, str], *raw_jobs: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    jobs = select(raw_jobs, Query(order="oldest")).jobs
    name_clusters(jobs, names)
    return jobs


def test_the_summary_counts_known_names_of_clusters() -> None:
    jobs = named(
        {"c1": "shop", "c2": "lab", "c3": "lab"},
        raw_job(cluster_id="c1"),
        raw_job(cluster_id="c2"),
        raw_job(cluster_id="c3"),
        raw_job(cluster_id="c4"),
        raw_job(),
    )
    by_name = summarize(jobs)["by_cluster_name"]
    assert list(by_name.items()) == [("lab", 2), ("shop", 1)]


def test_names_are_set_in_subjobs_too() -> None:
    subjob = raw_job(cluster_id="c2", subjobs=[raw_job(cluster_id="c1")])
    [job] = named({"c1": "shop"}, raw_job(cluster_id="c1", subjobs=[subjob]))
    assert job["cluster_name"] == "shop"
    assert job["subjobs"][0]["cluster_name"] is None
    assert job["subjobs"][0]["subjobs"][0]["cluster_name"] == "shop"


def test_a_name_that_the_job_itself_gives_stays_where_none_is_known() -> None:
    raw = raw_job(type="CreateCluster", resource_name="new", cluster_id="c1")
    assert [job["cluster_name"] for job in named({"c2": "shop"}, raw)] == ["new"]
    assert [job["cluster_name"] for job in named({"c1": "shop"}, raw)] == ["shop"]


def test_clusters_are_found_in_any_letter_case() -> None:
    assert named({"C1": "shop"}, raw_job(cluster_id="c1"))[0]["cluster_name"] == "shop"
    assert named({"c1": "shop"}, raw_job(cluster_id="C1"))[0]["cluster_name"] == "shop"


def test_names_of_clusters_are_fit_for_results() -> None:
    assert named({"c1": "a\x1b[2J\ud800\t\u202e"}, raw_job(cluster_id="c1"))[0]["cluster_name"] == (
        "a\ufffd[2J\ufffd\t\u202e"
    )
