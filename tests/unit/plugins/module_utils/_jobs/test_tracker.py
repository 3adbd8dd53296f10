# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that are looked up or followed from one list to the next."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import normalize
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.raw_job import find_by_ids
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.tracker import UnfinishedTracker
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import chain, raw_job, tree


def tracked(raw_jobs: list[t.Any], query: Query, *awaited: str) -> tuple[list[str | None], set[str]]:
    """IDs of the unfinished jobs, and those among the awaited ones that were seen."""
    tracker = UnfinishedTracker(query, awaited)
    assert list(tracker.over(iter(raw_jobs))) == raw_jobs
    return [job["id"] for job in tracker.unfinished], tracker.seen


LIST = [
    raw_job(id="a", status="Failed", type="T", subjobs=[raw_job(id="a1", status="Initializing"), raw_job(id="a2")]),
    raw_job(id="b", status="Running", type="T", subjobs=[raw_job(id="b1", status="Success"), raw_job(id="b2")]),
    raw_job(id="c", status="Paused", type="U"),
    "not a job",
    {},
    raw_job(status="Running"),
]


@pytest.mark.parametrize(
    ("query", "unfinished"),
    [
        (Query(), ["b", "c", None]),
        (Query(subjobs="none"), ["b", "c", None]),
        (Query(subjobs="flat"), ["b", "b2", "c", None]),
        (Query(type=("t",)), ["b"]),
        (Query(id=("A", "A1", "B2", "c")), ["b2", "c"]),
        # these do not count while jobs are followed
        (Query(status=("Failed",), finished=True, limit=1), ["b", "c", None]),
    ],
)
def test_unfinished_jobs(query: Query, unfinished: list[str | None]) -> None:
    assert tracked(LIST, query)[0] == unfinished


def test_unfinished_jobs_have_the_form_that_the_query_asks_for() -> None:
    for subjobs, count in (("nested", 2), ("none", 0), ("flat", 0)):
        tracker = UnfinishedTracker(Query(subjobs=subjobs, type=("T",)), [])
        list(tracker.over(LIST))
        assert [len(job["subjobs"]) for job in tracker.unfinished] == [count]


def test_awaited_jobs_are_seen_whatever_the_filters_say() -> None:
    query = Query(type=("nothing",))
    assert tracked(LIST, query, "A", "c", "x", "a1")[1] == {"A", "c"}
    assert tracked(LIST, query._replace(subjobs="flat"), "A", "c", "x", "a1")[1] == {"A", "c", "a1"}


def test_jobs_are_found_at_any_depth_and_in_any_letter_case() -> None:
    found = list(find_by_ids(LIST, ["B2", "a1", "A", "x"]))
    assert [(job.raw["metadata"]["uid"], job.parent_id, job.level, job.below_finished) for job in found] == [
        ("a", None, 1, False),
        ("a1", "a", 2, True),
        ("b2", "b", 2, False),
    ]


def test_found_jobs_become_what_they_are_in_the_tree() -> None:
    raw = chain(5, status="Failed", reason="no")
    nested = {job["id"]: job for job in tree(select([raw], Query()).jobs[0])}
    for level in range(1, 6):
        [found] = find_by_ids([raw], [str(level)])
        assert normalize(found) == nested[str(level)]
        assert normalize(found, "flat") == {**nested[str(level)], "subjobs": []}


def test_nothing_is_found_below_the_32nd_level() -> None:
    assert [job.level for job in find_by_ids([chain(40)], ["32", "33"])] == [32]
