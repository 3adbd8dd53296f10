# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which jobs a query selects."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.filters import matcher
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import normalize
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.timestamps import Age
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import (
    chain,
    failure,
    ids,
    raw_job,
)

ESTATE = [
    raw_job(
        id="a",
        type="CreateCluster",
        status="Success",
        cluster_id="c1",
        resource_id="r1",
        resource_name="one",
        created_at="2025-09-01 00:00:00 +0000 UTC",
    ),
    raw_job(
        id="b",
        type="ScaleupCluster",
        status="failed",
        cluster_id="c1",
        resource_id="r2",
        resource_name="two",
        created_at="2025-09-02T02:00:00+02:00",
    ),
    raw_job(id="c", type="scaleupcluster", status="Running", cluster_id="c2", created_at="2025-09-03T00:00:00Z"),
    raw_job(id="d", type="DeleteNode", status="Paused", cluster_id="C1", resource_name="One"),
    raw_job(),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "abcd?"),
        ({"status": ("FAILED",)}, "b"),
        ({"status": ("success", "Paused")}, "ad"),
        ({"cluster_id": ("c1",)}, "abd"),
        ({"cluster_id": ("c2", "C1")}, "abcd"),
        ({"cluster_id_of_name": ("C2",)}, "c"),
        ({"cluster_id": ("c1",), "cluster_id_of_name": ("c2",)}, ""),
        ({"type": ("scaleupCLUSTER",)}, "bc"),
        ({"type": ("createcluster", "DeleteNode", "nothing")}, "ad"),
        ({"id": ("b", "d")}, "bd"),
        ({"id": ("B",)}, "b"),
        ({"resource_id": ("r1", "r2")}, "ab"),
        ({"resource_id": ("R1",)}, "a"),
        ({"resource_name": ("one",)}, "a"),
        ({"resource_name": ("on",)}, ""),
        ({"resource_name": ("ONE",)}, ""),
        ({"finished": True}, "ab"),
        ({"finished": False}, "cd?"),
        ({"created_after": "2025-09-02T00:00:00.000000Z"}, "bc"),
        ({"created_after": "2025-09-02T00:00:00.000001Z"}, "c"),
        ({"created_before": "2025-09-02T00:00:00.000000Z"}, "a"),
        ({"created_before": "2025-09-02T00:00:00.000001Z"}, "ab"),
        ({"created_after": "2025-09-02T00:00:00.000000Z", "created_before": "2025-09-03T00:00:00.000000Z"}, "b"),
        ({"cluster_id": ("c1",), "status": ("Failed", "Running")}, "b"),
        ({"cluster_id": ("c1",), "finished": False}, "d"),
    ],
    ids=str,
)
def test_filters(query: dict[str, t.Any], expected: str) -> None:
    assert sorted(id or "?" for id in ids(ESTATE, **query)) == sorted(expected)


def test_flat_filters_every_job_on_its_own() -> None:
    raw = failure("a", failure("b", failure("c", reason="r", status="Success")), status="Running")
    assert ids([raw], subjobs="flat", status=("failed",)) == ["b"]
    assert ids([raw], subjobs="flat", type=("type c", "type a"), order="oldest") == ["a", "c"]
    assert ids([raw], subjobs="flat", limit=2, order="oldest") == ["a", "b"]


@pytest.mark.parametrize("subjobs", ["nested", "none"])
def test_other_filters_than_id_are_about_top_level_jobs(subjobs: str) -> None:
    raw = failure("a", failure("b", reason="r"))
    assert ids([raw], subjobs=subjobs, type=("type b",)) == []
    [job] = select([raw], Query(subjobs=subjobs, type=("type a",))).jobs
    assert job["root_cause"]["id"] == "b"
    assert [subjob["id"] for subjob in job["subjobs"]] == (["b"] if subjobs == "nested" else [])


@pytest.mark.parametrize("spelling", ["subjobs", "subJobs", "sub_jobs"])
@pytest.mark.parametrize("subjobs", ["nested", "flat", "none"])
@pytest.mark.parametrize(
    ("wanted", "expected"),
    [(("B1",), ["b1"]), (("b",), ["b"]), (("a", "b2"), ["a", "b2"]), (("b", "B1", "x"), ["b", "b1"]), (("x",), [])],
)
def test_an_id_finds_a_job_at_any_depth(
    spelling: str, subjobs: str, wanted: tuple[str, ...], expected: list[str]
) -> None:
    inner = failure("b", failure("b1"), failure("b2", reason="r"))
    raw = {**failure("a"), "spec": {"type": "type a", "clusteruid": "c", spelling: [inner]}}
    selection = select([failure("z"), raw], Query(id=wanted, subjobs=subjobs, order="oldest"))
    assert [job["id"] for job in selection.jobs] == expected
    assert selection.fetched == 2
    for job in selection.jobs:
        assert job["parent_id"] == {"a": None, "b": "a", "b1": "b", "b2": "b"}[job["id"]]
        assert bool(job["subjobs"]) is (subjobs == "nested" and job["id"] in ("a", "b"))
        # the same facts as inside the tree, root cause included
        assert job["root_cause"]["id"] == {"a": "b2", "b": "b2", "b1": "b1", "b2": "b2"}[job["id"]]


def test_other_filters_apply_to_a_subjob_that_an_id_finds() -> None:
    raw = failure("a", failure("b"), raw_job(id="c", status="Running", type="type c"), status="Running")
    assert ids([raw], id=("b", "c"), status=("running",)) == ["c"]
    assert ids([raw], id=("b", "c"), finished=True) == ["b"]
    assert ids([raw], id=("b", "c"), type=("type b",)) == ["b"]
    assert ids([raw], id=("a", "b", "c"), limit=2) == ["c", "b"]


@pytest.mark.parametrize(
    ("key", "block", "names"),
    [
        ("status", "status", ("status", "phase")),
        ("cluster_id", "spec", ("clusteruid", "clusterUID")),
        ("resource_id", "spec", ("resourceid", "resourceID")),
        ("resource_name", "spec", ("resourcename", "resourceName")),
    ],
)
@pytest.mark.parametrize("nothing", [None, ""])
def test_filters_read_past_nulls_and_empty_texts(key: str, block: str, names: tuple[str, str], nothing: t.Any) -> None:
    raw = {"metadata": {"uid": "a"}, block: {names[0]: nothing, names[1]: "Failed"}}
    assert ids([raw], **{key: ("Failed",)}) == ["a"]
    assert ids([raw], **{key: ("x", "Running")}) == []


TIMED = [
    raw_job(id="a", created_at="2025-09-01T00:00:00Z", completed_at="2025-09-03T00:00:00Z", status="Success"),
    raw_job(id="b", created_at="2025-09-02T00:00:00Z", completed_at="2025-09-02T00:40:00Z", status="Failed"),
    raw_job(id="c", created_at="2025-09-02T00:00:00Z", completed_at="0001-01-01 00:00:00 +0000 UTC", status="Running"),
    raw_job(id="d", created_at="2025-09-02T00:00:00Z", status="Failed"),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"completed_after": "2025-09-02T00:40:00.000000Z"}, "ab"),
        ({"completed_after": "2025-09-02T00:40:00.000001Z"}, "a"),
        ({"completed_before": "2025-09-03T00:00:00.000000Z"}, "b"),
        ({"completed_before": "2025-09-03T00:00:00.000001Z"}, "ab"),
        ({"completed_before": "9999-12-31T23:59:59.999999Z"}, "ab"),
        ({"completed_after": "0001-01-01T00:00:00.000000Z"}, "ab"),
        ({"completed_after": "2025-09-02T12:00:00.000000Z", "completed_before": "2025-09-04T00:00:00.000000Z"}, "a"),
        ({"completed_after": "2025-09-02T12:00:00.000000Z", "created_after": "2025-09-02T00:00:00.000000Z"}, ""),
    ],
    ids=str,
)
def test_completion(query: dict[str, t.Any], expected: str) -> None:
    assert sorted(ids(TIMED, **query)) == list(expected)


@pytest.mark.parametrize("name", ["created_after", "created_before", "completed_after", "completed_before"])
def test_a_query_with_an_age_has_to_be_given_a_time_first(name: str) -> None:
    query = Query(**{name: Age(3600)})
    with pytest.raises(TypeError, match=r"Query\.at"):
        select([], query)
    assert select([], query.at(datetime.now(timezone.utc))).jobs == []


UNFIT = "a\x1b\ud800"


@pytest.mark.parametrize("key", ["id", "cluster_id", "resource_id", "resource_name", "type", "status"])
def test_what_a_result_shows_can_be_asked_for(key: str) -> None:
    [shown] = {job[key] for job in select([raw_job(**{key: UNFIT})], Query()).jobs}
    assert shown == "a\ufffd\ufffd"
    for wanted in ((shown,), (UNFIT,), (shown, "c"), (UNFIT, "c")):
        assert len(select([raw_job(**{key: UNFIT}), raw_job(**{key: "b"})], Query(**{key: wanted})).jobs) == 1
    assert select([raw_job(**{key: "a"})], Query(**{key: (shown,)})).jobs == []


def test_one_predicate_for_all_filters() -> None:
    raw_jobs = [*ESTATE, *TIMED]
    for query in (Query(), Query(status=("failed",), type=("scaleupcluster",)), Query(id=("A", "d"), finished=False)):
        matches = matcher(query)
        found = [raw for raw in raw_jobs if matches((raw, None, 1, False))]
        assert [normalize((raw, None, 1, False)) for raw in found] == [
            job for raw in raw_jobs for job in select([raw], query).jobs
        ]


def test_fetched_counts_the_jobs_at_the_top_before_any_filter() -> None:
    assert select([chain(3), chain(2)], Query(subjobs="flat", limit=1, id=("1",))).fetched == 2


STATUS = ("Initializing", "Running", "Failed", "Success")


@pytest.mark.parametrize(
    ("wanted", "statuses", "facts"),
    [
        (("Pausd",), ["Success", "paused", "Success"], ["'Pausd'", *STATUS, "Success, paused"]),
        (("Pausd",), [None, 1], ["'Pausd'", *STATUS, "none"]),
        (("PAUSED",), ["Success", "paused"], None),
        (("Failed", "initializing"), ["Success"], None),
        ((), ["Success"], None),
    ],
)
def test_a_status_that_is_neither_documented_nor_present_is_named(
    wanted: tuple[str, ...], statuses: list[t.Any], facts: list[str] | None
) -> None:
    warnings = select([raw_job(status=status) for status in statuses], Query(status=wanted, id=("x",))).warnings
    found = [warning for warning in warnings if "number" not in warning]
    assert len(found) == bool(facts)
    assert all(fact in found[0] for fact in facts or ())


def test_only_the_statuses_that_are_not_present_are_named() -> None:
    raw = failure("a", failure("b", status="Paused"))
    query = Query(status=("Nowhere", "paused", "Failed", "Elsewhere"))
    assert [warning.split("'")[1] for warning in select([raw], query).warnings] == ["Nowhere", "paused", "Elsewhere"]
    flat = Query(status=query.status, subjobs="flat")
    assert [warning.split("'")[1] for warning in select([raw], flat).warnings] == ["Nowhere", "Elsewhere"]


TYPES = ["ScaleupCluster", "CreateCluster", "scaleupcluster", None, "DeleteNode"]


@pytest.mark.parametrize(
    ("wanted", "named", "near"),
    [
        (("SCALEUPCLUSTER", "deletenode"), [], []),
        (("ScaleUpClutser",), ["ScaleUpClutser"], ["scaleupcluster"]),
        (("SCALEUP_CLUSTER",), ["SCALEUP_CLUSTER"], ["scaleupcluster"]),
        (("DeleteNode", "CreateNode"), ["CreateNode"], ["deletenode"]),
        (("zzz",), ["zzz"], []),
        ((), [], []),
    ],
)
def test_a_type_that_no_job_has_is_named_with_similar_ones(
    wanted: tuple[str, ...], named: list[str], near: list[str]
) -> None:
    # the other filters do not count: a typing error is to be found whatever they drop
    query = Query(type=wanted, id=("x",), cluster_id=("c",), status=("paused",), finished=True)
    warnings = [w for w in select([raw_job(type=job_type) for job_type in TYPES], query).warnings if "type" in w]
    assert [warning.split("'")[1] for warning in warnings] == named
    for warning in warnings:
        assert "CreateCluster, DeleteNode, ScaleupCluster" in warning.split("Present")[1]
        question = warning.split("Present")[0].partition("mean")[2].lower()
        assert bool(question) is bool(near)
        assert all(name in question for name in near)


def test_many_types_are_not_all_shown() -> None:
    raw_jobs = [raw_job(type=f"type {number:04}") for number in range(3000)]
    [warning] = select(raw_jobs, Query(type=("else",))).warnings
    assert warning.count("type 0") == 10
    assert select(raw_jobs, Query(type=("TYPE 2999",))).warnings == []


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (Query(type=("CreateNode", "X"), status=("Paused", "Failed")), ["'CreateNode'", "'X'", "'Paused'"]),
        (Query(type=("CreateNode",)), ["'CreateNode'"]),
        (Query(status=("Failed",), id=("a",)), []),
        (Query(), []),
    ],
)
def test_an_empty_list_has_nothing_to_compare_with(query: Query, values: list[str]) -> None:
    warnings = select([], query).warnings
    assert len(warnings) == bool(values)
    assert all("empty" in warning and all(value in warning for value in values) for warning in warnings)
    assert not any("'Failed'" in warning for warning in warnings)
