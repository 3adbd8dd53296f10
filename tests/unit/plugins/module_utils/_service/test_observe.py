# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list shows to a wait the same jobs that a query for unfinished ones selects."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import Origin
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.observe import Observer
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.test_select_fuzz import (
    few_filters,
    lists,
    thorough,
)

NO_OUTCOME: dict[str, t.Any] = {
    "status": (),
    "finished": None,
    "completed_after": None,
    "completed_before": None,
    "limit": None,
}


@thorough
@given(lists, few_filters)
def test_unfinished_jobs_are_those_that_a_query_for_them_selects(raw_jobs: list[t.Any], query: Query) -> None:
    observer = Observer(query, (), None)
    assert list(observer.over(raw_jobs)) == raw_jobs
    selected = select(raw_jobs, query._replace(**NO_OUTCOME)).jobs
    unfinished = [job for job in selected if not job["finished"]]
    assert {*observer.jobs} == {job["id"].lower() for job in unfinished if job["id"]}
    assert all(job in unfinished for job in (*observer.jobs.values(), *observer.without_id))
    assert observer.selects_any == bool(selected)


@thorough
@given(lists, few_filters, st.sampled_from(["", "2026-01-02T03:04:05.000000Z"]))
def test_new_jobs_are_those_that_were_created_later(raw_jobs: list[t.Any], query: Query, newer_than: str) -> None:
    observer = Observer(query, (), newer_than)
    list(observer.over(raw_jobs))
    selected = select(raw_jobs, query._replace(**NO_OUTCOME)).jobs
    wanted = {
        job["id"].lower()
        for job in selected
        if job["id"] and (not job["finished"] or (job["created_at"] or "") > newer_than)
    }
    assert {*observer.jobs} == wanted


def test_a_followed_job_is_found_at_any_depth() -> None:
    deepest = {"metadata": {"uid": "C"}}
    raw = {"metadata": {"uid": "a"}, "spec": {"subjobs": [{"metadata": {"uid": "b"}, "spec": {"subjobs": [deepest]}}]}}
    observer = Observer(Query(type=("nothing",)), ("c",), None)
    list(observer.over([raw]))
    assert [*observer.jobs] == ["c"]
    assert not observer.selects_any


def test_the_newest_job_is_known_from_the_first_poll_only() -> None:
    def raw(uid: str, day: int, **spec: t.Any) -> dict[str, t.Any]:
        created = f"2026-01-{day:02} 00:00:00 +0000 UTC"
        return {
            "metadata": {"uid": uid, "creationTimestamp": created},
            "spec": {"type": "CreateNode", **spec},
            "status": {"status": "Success"},
        }

    raws = [raw("a", 2), raw("b", 4), raw("c", 3), raw("d", 5, type="DeleteNode")]
    first = Observer(Query(type=("CreateNode",)), (), None)
    list(first.over(raws))
    assert (first.newest_selected, first.newest) == ("2026-01-04T00:00:00.000000Z", "2026-01-05T00:00:00.000000Z")
    later = Observer(Query(type=("CreateNode",)), (), "2026-01-03T00:00:00.000000Z")
    list(later.over([*raws, {**raw("x", 5), "metadata": {"creationTimestamp": "2026-01-05 00:00:00 +0000 UTC"}}]))
    # a finished job without an ID cannot be waited for
    assert ([*later.jobs], later.without_id, later.newest) == (["b"], [], None)


@pytest.mark.parametrize("followed", [(), ("c",)])
def test_subjobs_are_not_selected_unless_they_are_asked_for(followed: tuple[str, ...]) -> None:
    step = {"metadata": {"uid": "b"}, "spec": {"subjobs": [{"metadata": {"uid": "c"}}]}}
    raw = {"metadata": {"uid": "a"}, "spec": {"type": "CreateNode", "subjobs": [step]}, "status": {"status": "Running"}}
    observer = Observer(Query(), followed, None)
    list(observer.over([raw]))
    assert {*observer.jobs} == {"a", *followed}
    observer = Observer(Query(), (), None, Origin("p1", "eu-de_shop", "eu-de"))
    list(observer.over([step]))
    assert observer.jobs["b"]["project_id"] == "p1"


OUTCOMES = [
    {"status": ("Failed",)},
    {"finished": True},
    {"completed_after": "2026-01-02T03:04:05.000000Z"},
    {"completed_before": "2026-01-02T03:04:05.000000Z"},
    {"limit": 1},
]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: next(iter(outcome)))
def test_filters_on_the_outcome_do_not_count(outcome: dict[str, t.Any]) -> None:
    raws = [{"metadata": {"uid": uid}, "status": {"status": "Running"}} for uid in ("a", "b")]
    observer = Observer(Query(**outcome), (), None)
    list(observer.over(raws))
    assert [*observer.jobs] == ["a", "b"]


@pytest.mark.parametrize("followed", [(), ("a",)])
@pytest.mark.parametrize(
    "states",
    [("Running", "Success"), ("Success", "Running"), ("Running", "Initializing"), ("Success", "Running", "Failed")],
)
def test_of_two_states_of_a_job_the_unfinished_one_counts(followed: tuple[str, ...], states: tuple[str, ...]) -> None:
    raws = [{"metadata": {"uid": "a"}, "status": {"status": status}} for status in states]
    observer = Observer(Query(), followed, "")
    list(observer.over(raws))
    assert observer.jobs["a"]["status"] == "Running"


def test_of_two_states_of_a_finished_job_the_first_counts() -> None:
    raws = [{"metadata": {"uid": "a"}, "status": {"status": status}} for status in ("Success", "Failed")]
    observer = Observer(Query(), ("a",), "")
    list(observer.over(raws))
    assert observer.jobs["a"]["status"] == "Success"
