# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever the API sends: malformed parts are left out and reported."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import (
    CREATED,
    PLACES,
    job_of,
    peak_of,
    raw_job,
)

WRONG = [(0, "number"), (0.5, "number"), (True, "boolean"), ([], "list"), ({}, "object"), ("x", "string")]
RIGHT = {**dict.fromkeys(PLACES, "string"), "extend_param": "object", "subjobs": "list"}


@pytest.mark.parametrize(
    ("key", "expected", "value", "got"),
    [(key, expected, value, got) for key, expected in RIGHT.items() for value, got in WRONG if got != expected],
)
def test_a_value_of_a_wrong_type_is_left_out_with_a_warning(key: str, expected: str, value: t.Any, got: str) -> None:
    selection = select([raw_job(**{"id": "a", key: value})], Query())
    assert selection.jobs == [job_of(raw_job(**{"id": "a", key: None}))]
    name = "A job without an ID" if key == "id" else "Job a"
    assert selection.warnings == [f"{name}: ignoring {key} (expected {expected}, got {got})."]


@pytest.mark.parametrize(("value", "got"), [(value, got) for value, got in WRONG if got != "object"])
@pytest.mark.parametrize("block", ["metadata", "spec", "status"])
def test_a_block_of_a_wrong_type_is_left_out_with_a_warning(block: str, value: t.Any, got: str) -> None:
    selection = select([{"metadata": {"uid": "a"}, block: value}], Query())
    name = "A job without an ID" if block == "metadata" else "Job a"
    assert selection.jobs == [job_of({"metadata": {"uid": "a"}, block: {}})]
    assert selection.warnings == [f"{name}: ignoring {block} (expected object, got {got})."]


@pytest.mark.parametrize("key", ["created_at", "updated_at", "completed_at"])
def test_a_time_that_cannot_be_read_is_left_out_with_a_warning(key: str) -> None:
    selection = select([raw_job(**{"id": "a", key: "yesterday"})], Query())
    assert selection.jobs[0][key] is None
    assert selection.warnings == [f"Job a: ignoring {key} ('yesterday' is not a time)."]


def test_entries_that_are_no_objects_are_left_out_with_a_warning() -> None:
    selection = select([None, raw_job(id="a", subjobs=[1, raw_job(), []]), [raw_job(id="b")]], Query())
    assert [job["id"] for job in selection.jobs] == ["a"]
    assert len(selection.jobs[0]["subjobs"]) == 1
    assert selection.fetched == 1
    assert selection.warnings == [
        "Ignoring entry 1 of the job list (expected object, got null).",
        "Ignoring entry 3 of the job list (expected object, got list).",
        "Job a: ignoring 2 of its subjobs (not objects).",
    ]


@pytest.mark.parametrize(
    ("query", "raw"),
    [
        (Query(status=("failed",)), raw_job(id="a", status=1)),
        (Query(type=("x",)), {**raw_job(id="a"), "spec": []}),
        (Query(finished=True), raw_job(id="a", completed_at=1)),
        (Query(resource_id=("x",)), raw_job(id="a", resource_id=1)),
        (Query(resource_id=("x",)), {**raw_job(id="a"), "spec": []}),
        (Query(resource_name=("x",)), raw_job(id="a", resource_name=1)),
        (Query(cluster_id=("x",)), raw_job(id="a", cluster_id=[])),
        (Query(created_before="2025"), raw_job(id="a", created_at="x")),
        (Query(limit=1), raw_job(id="a", created_at="x")),
    ],
)
def test_no_job_vanishes_in_silence_because_it_cannot_be_read(query: Query, raw: dict[str, t.Any]) -> None:
    selection = select([raw_job(id="b", created_at=CREATED), raw], query)
    assert "a" not in [job["id"] for job in selection.jobs]
    assert [warning.split(":")[0] for warning in selection.warnings if "No job" not in warning] == ["Job a"]


@pytest.mark.parametrize(
    ("faults", "rest"), [(5, []), (6, ["1"]), (1000, ["995"]), (1001, ["At least 996"]), (5000, ["At least 996"])]
)
def test_five_warnings_are_spelled_out_and_the_others_counted(faults: int, rest: list[str]) -> None:
    raw_jobs = [raw_job(id=str(number), completed_at=1) for number in range(faults)]
    warnings = select(raw_jobs, Query(order="oldest", finished=True)).warnings
    assert warnings[:5] == [
        f"Job {number}: ignoring completed_at (expected string, got number)." for number in range(5)
    ]
    assert warnings[5:] == [f"{more} more malformed fields in the job list." for more in rest]


def test_a_fault_that_is_met_more_than_once_is_named_once() -> None:
    # once by the filter, once for the order, once with each parent, once for itself
    raw = raw_job(id="a", subjobs=[raw_job(id="b", subjobs=[raw_job(id="c", created_at="x", type=1)])])
    selection = select([raw], Query(subjobs="flat", status=("failed",)))
    assert len(select([raw], Query(subjobs="flat", limit=3)).warnings) == 2
    assert len(selection.jobs) == 0


@pytest.mark.parametrize("nothing", [{}, {"metadata": {}}, {"metadata": {"uid": ""}}, {"metadata": {"uid": None}}])
def test_a_job_without_an_id_is_called_so(nothing: dict[str, t.Any]) -> None:
    [warning] = select([{**nothing, "spec": {"type": 1}}], Query()).warnings
    assert warning.startswith("A job without an ID: ")


def test_repeated_faults_never_make_an_exact_count_uncertain() -> None:
    raw_jobs = [raw_job(id=str(number), completed_at=1) for number in range(1000)] * 2
    assert select(raw_jobs, Query()).warnings[5:] == ["995 more malformed fields in the job list."]


@pytest.mark.parametrize("subjobs", ["nested", "flat", "none"])
@pytest.mark.parametrize("query", [Query(), Query(id=("a", "b")), Query(limit=5)])
def test_objects_that_have_nothing_of_a_job_are_left_out_and_counted_once(query: Query, subjobs: str) -> None:
    nothing: list[dict[str, t.Any]] = [{}, {"kind": "Job"}, {"metadata": None, "spec": None, "status": None}]
    raw = raw_job(id="a", subjobs=[*nothing, raw_job(id="b", subjobs=[{}])])
    selection = select([*nothing, raw, *nothing], query._replace(subjobs=subjobs))
    assert selection.fetched == 7
    assert all(job["id"] for job in selection.jobs)
    [warning] = selection.warnings
    assert "Ignoring 10 objects without metadata, spec, and status" in warning


@pytest.mark.parametrize("block", ["metadata", "spec", "status"])
def test_one_block_makes_a_job(block: str) -> None:
    for raw in ({block: {}}, raw_job(id="a", subjobs=[{block: {}}])):
        selection = select([raw], Query(subjobs="flat"))
        assert selection.warnings == []
        assert None in [job["id"] for job in selection.jobs]


UNFIT = "\x1b]0;a\x07\r\u202e\ud800\x85"


@pytest.mark.parametrize(
    ("raw", "query"),
    [
        (raw_job(id=UNFIT, type=1), Query()),
        (raw_job(id="a", created_at=UNFIT), Query()),
        (raw_job(id="a", status=UNFIT), Query(status=("Paused",))),
        (raw_job(id="a", type=UNFIT), Query(type=(UNFIT[:-1],))),
        (raw_job(id="a", type=UNFIT), Query(type=("CreateNode",))),
    ],
)
def test_names_in_warnings_cannot_steer_a_terminal(raw: dict[str, t.Any], query: Query) -> None:
    [warning] = select([raw], query).warnings
    assert "\ufffd]0;a\ufffd\ufffd\ufffd\ufffd\ufffd" in warning
    assert warning.replace("\ufffd", "").isprintable()


@pytest.mark.parametrize("before", [0, 90, 99, 5000])
@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("id", Query(finished=True)),
        ("created_at", Query(limit=1)),
        ("status", Query(status=("Paused",))),
        ("type", Query(type=("CreateNode",))),
    ],
)
def test_no_part_of_a_secret_is_in_a_warning(key: str, query: Query, before: int) -> None:
    raw = raw_job(**{"id": "a", "completed_at": 1, key: "-" * before + "QUVWXQUVWX"})
    warnings = select([raw], query, lambda text: text.replace("QUVWXQUVWX", "********")).warnings
    assert warnings
    assert not any(character in warning for character in "QUVWX" for warning in warnings)
    assert all(len(warning) < 400 for warning in warnings)


def test_memory_does_not_grow_with_the_faults() -> None:
    def peak(count: int) -> int:
        raw_jobs = (raw_job(id=str(number), created_at="x", type=1) for number in range(count))
        return peak_of(lambda: select(raw_jobs, Query(created_after="2025", type=("x",), status=("y",))))

    assert peak(40_000) < peak(4_000) + 100_000


def test_memory_does_not_grow_with_long_values() -> None:
    raw_jobs = (raw_job(type=f"{number:0100000}") for number in range(100))
    assert peak_of(lambda: select(raw_jobs, Query(type=("x",)))) < 2_000_000


def test_memory_does_not_grow_with_the_different_values() -> None:
    def peak(count: int) -> int:
        raw_jobs = (raw_job(type=f"type {number}", status=f"status {number}") for number in range(count))
        return peak_of(lambda: select(raw_jobs, Query(type=("x",), status=("y",))))

    assert peak(40_000) < peak(4_000) + 100_000
