# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Order, limit, and cost of a selection."""

from __future__ import annotations

import gc
import json
import typing as t
import weakref

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs import select as _select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import combined, select
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import (
    COMPLETED,
    CREATED,
    ids,
    peak_of,
    raw_job,
)

UNORDERED = [
    raw_job(id="b", created_at="2025-09-02 10:00:00 +0000 UTC"),
    raw_job(id="z"),
    raw_job(id="c", created_at="2025-09-02 10:00:00.000001 +0000 UTC"),
    raw_job(id="a", created_at="2025-09-02T12:00:00+02:00"),
    raw_job(id="y", created_at=""),
    raw_job(id="d", created_at="2024-09-02 10:00:00 +0000 UTC"),
]


@pytest.mark.parametrize(("order", "expected"), [("newest", "cbadzy"), ("oldest", "dabcyz")])
@pytest.mark.parametrize("limit", [None, *range(1, 8), 10**18])
def test_order_and_limit(order: str, expected: str, limit: int | None) -> None:
    assert ids(UNORDERED, order=order, limit=limit) == list(expected)[:limit]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_equals_keep_their_order(order: str) -> None:
    raw_jobs = [raw_job(id="a", type=type) for type in "xyz"]
    for limit in (None, 1, 2):
        jobs = select(raw_jobs, Query(order=order, limit=limit)).jobs
        assert [job["type"] for job in jobs] == list("xyz")[:limit]


# ---------------------------------------------------------------------------------------------------------------------
# cost


class Weak(dict):  # type: ignore[type-arg]
    """A raw job that can be watched while it goes away."""


def test_ten_of_many_cost_ten_normalizations(monkeypatch: pytest.MonkeyPatch) -> None:
    normalized = []
    normalize = _select.normalize

    def counted(candidate: t.Any, *arguments: t.Any) -> t.Any:
        normalized.append(candidate)
        return normalize(candidate, *arguments)

    monkeypatch.setattr(_select, "normalize", counted)
    raw_jobs = (raw_job(id=str(number), status="Failed" if number % 2 else "Success") for number in range(10_000))
    selection = select(raw_jobs, Query(status=("Failed",), limit=10))
    assert (len(selection.jobs), selection.fetched, len(normalized)) == (10, 10_000, 10)


@pytest.mark.parametrize("query", [Query(status=("Failed",)), Query(limit=2), Query(subjobs="flat", limit=2)])
def test_dropped_jobs_are_let_go_at_once(query: Query) -> None:
    watched: list[weakref.ref[Weak]] = []
    most = 0

    def raw_jobs() -> t.Iterator[Weak]:
        nonlocal most
        for number in range(100):
            raw = Weak(raw_job(id=str(number), status="Success", subjobs=[raw_job()]))
            watched.append(weakref.ref(raw))
            yield raw
            del raw
            most = max(most, sum(reference() is not None for reference in watched))

    gc.disable()
    try:
        assert select(raw_jobs(), query).fetched == 100
    finally:
        gc.enable()
    assert most <= 4


def test_the_iterator_is_consumed_once() -> None:
    iterator = iter([raw_job(id="a"), raw_job(id="b")])
    assert ids(iterator, limit=1) == ["b"]
    assert next(iterator, None) is None


def peak(count: int, query: Query) -> int:
    return peak_of(lambda: select((raw_job(id=str(number), status="Success") for number in range(count)), query))


@pytest.mark.parametrize("query", [Query(limit=10), Query(finished=False), Query(finished=False, limit=10_000)])
def test_memory_does_not_grow_with_the_list(query: Query) -> None:
    # the jobs are more than 10 MB; threads that other tests left behind may need some while this is measured
    assert peak(20_000, query) < peak(200, query) + 500_000


def test_raw_jobs_are_released_while_the_others_are_normalized(monkeypatch: pytest.MonkeyPatch) -> None:
    watched: list[weakref.ref[Weak]] = []
    alive = []
    normalize = _select.normalize

    def counted(*arguments: t.Any) -> t.Any:
        alive.append(sum(reference() is not None for reference in watched))
        return normalize(*arguments)

    def raw_jobs() -> t.Iterator[Weak]:
        for number in range(50):
            raw = Weak(raw_job(id=str(number)))
            watched.append(weakref.ref(raw))
            yield raw

    monkeypatch.setattr(_select, "normalize", counted)
    select(raw_jobs(), Query())
    assert alive[0] == 50
    assert alive[-1] <= 3


def test_a_selected_job_needs_no_more_than_4_kib() -> None:
    count = 2000
    text = json.dumps(
        raw_job(
            id="e43c6f3b-87e6-11f0-be88-0255ac10003f",
            type="ScaleupCluster",
            status="Failed",
            reason="Something bad happened at server, recycle resource",
            cluster_id="7ec8b73d-83db-11f0-8baa-0255ac10003e",
            resource_id="3b4410fa-87e6-11f0-be88-0255ac10003f",
            resource_name="node-iv28j9",
            created_at=CREATED,
            updated_at=COMPLETED,
            completed_at=COMPLETED,
            extend_param={"claimrollback": "true", "node.zone": "", "nodepooluid": "", "v3-scaleup": "true"},
        )
    )
    for payload in (text, '{"spec": 0}'):
        need = peak_of(lambda payload=payload: select((json.loads(payload) for _number in range(count)), Query()))
        assert need / count < 4096 + len(payload)


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("limit", [None, 1, 3, 100])
def test_several_lists_are_like_one(order: str, limit: int | None) -> None:
    query = Query(order=order, limit=limit, type=("type b", "missing"), status=("Paused",))
    named = [{**raw, "spec": {"type": "type b"}, "status": {"status": "Paused"}} for raw in UNORDERED]
    whole = [{}, *named, {}, {"spec": 7}]
    lists = [whole[:1], [], whole[1:4], whole[4:]]
    one, several = select(whole, query), combined([select(part, query) for part in lists], query)
    assert (several.jobs, several.fetched, several.warnings) == (one.jobs, one.fetched, one.warnings)
    assert combined([], query) == ([], 0, [])


def test_problems_of_several_lists_are_counted_together() -> None:
    lists = [[raw_job(id=f"{name}{number}", type=7) for number in range(4)] for name in "abc"]
    warnings = combined([select(part, Query()) for part in lists], Query()).warnings
    assert [warning[:6] for warning in warnings] == ["Job a0", "Job a1", "Job a2", "Job a3", "Job b0", "7 more"]


def test_a_problem_of_several_lists_is_named_once() -> None:
    lists: list[list[t.Any]] = [[7], [7, 7], [raw_job(type=7)], [raw_job(type=7), 7]]
    warnings = combined([select(part, Query()) for part in lists], Query()).warnings
    assert warnings == [
        "Ignoring entry 1 of the job list (expected object, got number).",
        "Ignoring entry 2 of the job list (expected object, got number).",
        "A job without an ID: ignoring type (expected string, got number).",
    ]


def test_a_value_that_one_of_several_lists_has_is_not_missing() -> None:
    lists = [[raw_job(type="x", status="Paused")], [raw_job(type="y")]]
    query = Query(type=("x", "y", "z"), status=("Paused",))
    [warning] = combined([select(part, query) for part in lists], query).warnings
    assert warning.startswith("No job has type 'z'.")


@pytest.mark.parametrize("uncertain", [0, 1])
def test_an_uncertain_count_of_one_list_makes_that_of_all_uncertain(uncertain: int) -> None:
    lists = [[raw_job(id="a", type=7)], [raw_job(id="a", type=7)]]
    lists[uncertain] = [raw_job(id=str(number), type=7) for number in range(1001)]
    assert combined([select(part, Query()) for part in lists], Query()).warnings[5:] == [
        "At least 997 more malformed fields in the job list."
    ]
