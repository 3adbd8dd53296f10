# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs: what the API's objects become, which of them a query selects, in which order, and at which cost."""

from __future__ import annotations

import gc
import json
import tracemalloc
import typing as t
import weakref

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs import select as _jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import Query, select, summarise

KEYS = [
    "id",
    "type",
    "status",
    "finished",
    "reason",
    "root_cause",
    "cluster_id",
    "cluster_name",
    "resource_id",
    "resource_name",
    "extend_param",
    "created_at",
    "updated_at",
    "completed_at",
    "duration",
    "parent_id",
    "subjobs",
]
CREATED = "2025-09-02 10:00:00 +0000 UTC"
COMPLETED = "2025-09-02 10:01:30.5 +0000 UTC"
EARLIER = "2025-09-02 09:59:59 +0000 UTC"

# Where the value of each key stands, under every name that it has (v2, v3, SDKs, clients)
NAMES = {
    "id": ("metadata", "uid"),
    "type": ("spec", "type"),
    "status": ("status", "status phase"),
    "reason": ("status", "reason message"),
    "cluster_id": ("spec", "clusteruid clusterUID cluster_uid clusterid clusterID"),
    "resource_id": ("spec", "resourceid resourceID resource_id"),
    "resource_name": ("spec", "resourcename resourceName resource_name"),
    "extend_param": ("spec", "extendparam extendParam extend_param"),
    "created_at": ("metadata", "creationTimestamp creation_timestamp"),
    "updated_at": ("metadata", "updateTimestamp update_timestamp"),
    "completed_at": ("status", "completionTime completion_time"),
    "parent_id": ("spec", "ownerJob ownerjob owner_job"),
    "subjobs": ("spec", "subjobs subJobs sub_jobs"),
}
SPELLINGS = [(key, block, name) for key, (block, names) in NAMES.items() for name in names.split()]

# The names under which the tests themselves write raw jobs
PLACES = {key: (block, names.split()[0]) for key, (block, names) in NAMES.items()}


def raw_job(**values: t.Any) -> dict[str, t.Any]:
    """A raw job with these values, by our keys."""
    raw: dict[str, t.Any] = {"metadata": {}, "spec": {}, "status": {}}
    for key, value in values.items():
        block, name = PLACES[key]
        raw[block][name] = value
    return raw


def chain(levels: int, **values: t.Any) -> dict[str, t.Any]:
    """A raw job with one subjob, that has one subjob ... so many levels; the ids are the levels."""
    raw = raw_job(id=str(levels), **values)
    for level in range(levels - 1, 0, -1):
        raw = raw_job(id=str(level), subjobs=[raw], **values)
    return raw


def job_of(raw: t.Any) -> dict[str, t.Any]:
    """The job that the raw one becomes, without any warning."""
    selection = select([raw], Query())
    assert selection.warnings == []
    [job] = selection.jobs
    return job


def ids(raw_jobs: t.Iterable[t.Any], **query: t.Any) -> list[str | None]:
    return [job["id"] for job in select(raw_jobs, Query(**query)).jobs]


def tree(job: dict[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    yield job
    for subjob in job["subjobs"]:
        yield from tree(subjob)


# ---------------------------------------------------------------------------------------------------------------------
# normalise


def test_every_key_is_there_and_in_order() -> None:
    assert list(_jobs.JOB_KEYS) == KEYS
    for job in tree(job_of(chain(3, type="CreateNode", status="Failed", created_at=CREATED))):
        assert list(job) == KEYS
    assert job_of({}) == {**dict.fromkeys(KEYS), "finished": False, "extend_param": {}, "subjobs": []}


@pytest.mark.parametrize(("key", "block", "name"), SPELLINGS, ids=str)
@pytest.mark.parametrize("nothing", [None, ""])
def test_every_spelling_is_read_past_nulls_and_empty_texts(key: str, block: str, name: str, nothing: t.Any) -> None:
    value, expected = {
        "status": ("Paused", "Paused"),
        "extend_param": ({"a": ""}, {"a": ""}),
        "created_at": (CREATED, "2025-09-02T10:00:00.000000Z"),
        "updated_at": (CREATED, "2025-09-02T10:00:00.000000Z"),
        "completed_at": (CREATED, "2025-09-02T10:00:00.000000Z"),
        "subjobs": ([{}], [{**job_of({})}]),
    }.get(key, ("x", "x"))
    others = {other: nothing for (_key, _block, other) in SPELLINGS if (_key, _block) == (key, block)}
    job = job_of({block: {**others, name: value}})
    assert job[key] == expected


def test_the_first_spelling_wins() -> None:
    assert job_of({"status": {"phase": "Running", "status": "Failed"}})["status"] == "Failed"


@pytest.mark.parametrize("key", [key for key in PLACES if key not in ("subjobs", "extend_param")])
@pytest.mark.parametrize("nothing", [None, ""])
def test_null_and_empty_texts_are_null(key: str, nothing: t.Any) -> None:
    assert job_of(raw_job(**{key: nothing}))[key] is None


@pytest.mark.parametrize(
    ("status", "completed_at", "expected", "finished"),
    [
        ("Initializing", COMPLETED, "Initializing", False),
        ("running", COMPLETED, "Running", False),
        ("FAILED", None, "Failed", True),
        ("sUCCESS", None, "Success", True),
        ("Paused", None, "Paused", False),
        ("paused", COMPLETED, "paused", True),
        ("Creating", "0001-01-01 00:00:00 +0000 UTC", "Creating", False),
        (" Failed", None, " Failed", False),
        (None, COMPLETED, None, True),
        (None, None, None, False),
    ],
)
def test_status_and_finished(
    status: str | None, completed_at: str | None, expected: str | None, finished: bool
) -> None:
    job = job_of(raw_job(status=status, completed_at=completed_at))
    assert (job["status"], job["finished"]) == (expected, finished)


@pytest.mark.parametrize(
    ("created_at", "completed_at", "expected"),
    [
        (CREATED, COMPLETED, 90.5),
        (CREATED, CREATED, 0.0),
        (CREATED, EARLIER, None),
        (CREATED, None, None),
        (None, COMPLETED, None),
        ("0001-01-01T00:00:00Z", COMPLETED, None),
    ],
)
def test_duration(created_at: str | None, completed_at: str | None, expected: float | None) -> None:
    duration = job_of(raw_job(created_at=created_at, completed_at=completed_at))["duration"]
    assert duration == expected
    assert isinstance(duration, (float, type(None)))


@pytest.mark.parametrize(
    ("job_type", "name", "expected"),
    [
        ("CreateCluster", "c", "c"),
        ("createcluster", "c", "c"),
        ("CreateCluster", "", None),
        ("DeleteCluster", "c", None),
    ],
)
def test_the_name_of_the_cluster_is_known_when_it_is_created(job_type: str, name: str, expected: str | None) -> None:
    assert job_of(raw_job(type=job_type, resource_name=name))["cluster_name"] == expected


@pytest.mark.parametrize("value", ["", "text", 3, -0.5, True, None, [], {"a": [{"b": None}]}, "Grüße \U0001f600"])
def test_extend_param_comes_as_it_is(value: t.Any) -> None:
    extend_param = {"": value, "node.zone": value}
    assert job_of(raw_job(extend_param=extend_param))["extend_param"] == extend_param


def test_what_nests_too_deep_in_extend_param_is_left_out() -> None:
    extend_param: dict[str, t.Any] = {"level": 5000}
    for level in range(4999, 0, -1):
        extend_param = {"level": level, "deeper": extend_param}
    selection = select([raw_job(id="a", extend_param=extend_param)], Query())
    assert selection.warnings == ["Job a: extend_param nests deeper than 32 levels: what lies below is left out."]
    inner = selection.jobs[0]["extend_param"]
    for _level in range(31):
        inner = inner["deeper"]
    assert inner == {"level": 32, "deeper": None}


def test_halves_of_surrogate_pairs_become_replacement_characters() -> None:
    half = "a\ud83d\U0001f600"
    raw = {"metadata": {"uid": half}, "spec": {"extendparam": {half: [half]}, "subjobs": [{}, 1]}}
    for subjobs in ("nested", "flat", "none"):
        selection = select([raw], Query(subjobs=subjobs))
        text = json.dumps([selection.jobs, selection.warnings], ensure_ascii=False)
        text.encode("utf-8")
        assert text.count("a\ufffd\U0001f600") == {"nested": 5, "flat": 5, "none": 4}[subjobs]


# ---------------------------------------------------------------------------------------------------------------------
# trees


def test_the_parent() -> None:
    raw = raw_job(
        id="a",
        parent_id="above",
        subjobs=[raw_job(id="b", subjobs=[raw_job(id="c")]), raw_job(id="d", parent_id="other"), raw_job(subjobs=[{}])],
    )
    expected = [("a", "above"), ("b", "a"), ("c", "b"), ("d", "other"), (None, "a"), (None, None)]
    nested = [(job["id"], job["parent_id"]) for job in tree(job_of(raw))]
    flat = [(job["id"], job["parent_id"]) for job in select([raw], Query(subjobs="flat")).jobs]
    assert nested == expected
    assert sorted(flat, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("subjobs", ["flat", "none"])
def test_only_nested_jobs_hold_subjobs(subjobs: str) -> None:
    assert [job["subjobs"] for job in select([chain(3)], Query(subjobs=subjobs)).jobs] == (
        [[], [], []] if subjobs == "flat" else [[]]
    )


def test_flat_gives_the_same_facts_as_nested() -> None:
    raw = chain(4, type="CreateNode", status="Failed", reason="no", resource_name="n", created_at=CREATED)
    nested = [{**job, "subjobs": []} for job in tree(job_of(raw))]
    assert select([raw], Query(subjobs="flat", order="oldest")).jobs == nested


@pytest.mark.parametrize("subjobs", ["nested", "flat"])
@pytest.mark.parametrize(("levels", "warnings"), [(32, 0), (33, 1), (5000, 1)])
def test_levels_below_the_32nd_are_left_out(subjobs: str, levels: int, warnings: int) -> None:
    selection = select([chain(levels)], Query(subjobs=subjobs, order="oldest"))
    jobs = list(tree(selection.jobs[0])) if subjobs == "nested" else selection.jobs
    assert sorted(int(job["id"]) for job in jobs) == list(range(1, 33))
    assert selection.warnings == ["Job 32: its subjobs lie below level 32 and are left out."][:warnings]


def failure(id: str, *subjobs: dict[str, t.Any], reason: str | None = None, status: str = "Failed") -> dict[str, t.Any]:
    return raw_job(
        id=id, type=f"type {id}", resource_name=f"name {id}", status=status, reason=reason, subjobs=[*subjobs]
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param(failure("a", reason="r"), {"a": "a"}, id="own reason"),
        pytest.param(failure("a"), {"a": "a"}, id="no reason at all"),
        pytest.param(failure("a", failure("b", failure("c"))), {"a": "a", "b": "b", "c": "c"}, id="none in the tree"),
        pytest.param(
            failure("a", failure("b", failure("c", reason="r"), reason="r"), reason="r"),
            {"a": "c", "b": "c", "c": "c"},
            id="the deepest",
        ),
        pytest.param(
            failure("a", failure("b", failure("c"), reason="r"), reason="r"),
            {"a": "b", "b": "b", "c": "c"},
            id="the deepest that gives a reason",
        ),
        pytest.param(
            failure("a", failure("b", reason="r"), failure("c", failure("d", reason="r"))),
            {"a": "d", "b": "b", "c": "d", "d": "d"},
            id="the deepest, not the first",
        ),
        pytest.param(
            failure("a", failure("b", reason="r"), failure("c", reason="r")),
            {"a": "b", "b": "b", "c": "c"},
            id="the first of equals",
        ),
        pytest.param(
            failure("a", failure("b", failure("c", reason="r"), status="Success")),
            {"a": "c", "b": None, "c": "c"},
            id="below a success",
        ),
        pytest.param(
            failure("a", failure("b", failure("c", reason="r"), status=""), status="Running"),
            {"a": None, "b": None, "c": "c"},
            id="in an unfinished job",
        ),
        pytest.param(
            failure("a", failure("b", reason="r", status="Success"), failure("c", reason="r", status="Running")),
            {"a": "a", "b": None, "c": None},
            id="reasons of others",
        ),
        pytest.param(failure("a", reason="r", status="Paused"), {"a": None}, id="unknown status"),
        pytest.param(failure("a", failure("b", reason="r", status="fAILED")), {"a": "b", "b": "b"}, id="letter case"),
    ],
)
def test_root_cause(raw: dict[str, t.Any], expected: dict[str, str | None]) -> None:
    jobs = {job["id"]: job for job in tree(json.loads(json.dumps(job_of(raw))))}
    for id, cause in expected.items():
        facts = cause and {key: jobs[cause][key] for key in ("id", "type", "resource_name", "reason")}
        assert jobs[id]["root_cause"] == facts, id


def test_no_part_of_a_result_stands_in_two_places() -> None:
    # YAML would show the second one as an alias
    raw = failure("a", failure("b", failure("c", reason="r")))
    causes = [job["root_cause"] for job in tree(job_of(raw))]
    assert len({id(cause) for cause in causes}) == 3


# ---------------------------------------------------------------------------------------------------------------------
# what the API does not promise

WRONG = [(0, "a number"), (0.5, "a number"), (True, "true or false"), ([], "a list"), ({}, "an object"), ("x", "text")]
RIGHT = {**dict.fromkeys(PLACES, "text"), "extend_param": "an object", "subjobs": "a list"}


@pytest.mark.parametrize(
    ("key", "right", "value", "kind"),
    [(key, right, value, kind) for key, right in RIGHT.items() for value, kind in WRONG if kind != right],
)
def test_a_value_of_a_wrong_type_is_left_out_with_a_warning(key: str, right: str, value: t.Any, kind: str) -> None:
    selection = select([raw_job(**{"id": "a", key: value})], Query())
    assert selection.jobs == [job_of(raw_job(**{"id": "a", key: None}))]
    name = "A job without an id" if key == "id" else "Job a"
    assert selection.warnings == [f"{name}: {key} is {kind} and not {right}: it is left out."]


@pytest.mark.parametrize(("value", "kind"), [(value, kind) for value, kind in WRONG if kind != "an object"])
@pytest.mark.parametrize("block", ["metadata", "spec", "status"])
def test_a_block_of_a_wrong_type_is_left_out_with_a_warning(block: str, value: t.Any, kind: str) -> None:
    selection = select([{"metadata": {"uid": "a"}, block: value}], Query())
    name = "A job without an id" if block == "metadata" else "Job a"
    assert selection.jobs == [job_of({"metadata": {"uid": "a"}, block: None})]
    assert selection.warnings == [f"{name}: {block} is {kind} and not an object: it is left out."]


@pytest.mark.parametrize("key", ["created_at", "updated_at", "completed_at"])
def test_a_time_that_cannot_be_read_is_left_out_with_a_warning(key: str) -> None:
    selection = select([raw_job(**{"id": "a", key: "yesterday"})], Query())
    assert selection.jobs[0][key] is None
    assert selection.warnings == [f"Job a: {key} is left out, since 'yesterday' is no time."]


def test_entries_that_are_no_objects_are_left_out_with_a_warning() -> None:
    selection = select([None, raw_job(id="a", subjobs=[1, {}, []]), [raw_job(id="b")]], Query())
    assert [job["id"] for job in selection.jobs] == ["a"]
    assert len(selection.jobs[0]["subjobs"]) == 1
    assert selection.fetched == 1
    assert selection.warnings == [
        "Entry 1 of the job list is null and not an object: it is left out.",
        "Entry 3 of the job list is a list and not an object: it is left out.",
        "Job a: 2 of its subjobs are no objects: they are left out.",
    ]


@pytest.mark.parametrize(
    ("query", "raw"),
    [
        (Query(status=("failed",)), raw_job(id="a", status=1)),
        (Query(type=("x",)), {**raw_job(id="a"), "spec": []}),
        (Query(finished=True), raw_job(id="a", completed_at=1)),
        (Query(created_before="2025"), raw_job(id="a", created_at="x")),
        (Query(limit=1), raw_job(id="a", created_at="x")),
    ],
)
def test_no_job_vanishes_in_silence_because_it_cannot_be_read(query: Query, raw: dict[str, t.Any]) -> None:
    selection = select([raw_job(id="b", created_at=CREATED), raw], query)
    assert "a" not in [job["id"] for job in selection.jobs]
    assert [warning.split(":")[0] for warning in selection.warnings] == ["Job a"]


@pytest.mark.parametrize(("faults", "rest"), [(5, []), (6, [1]), (1000, [995])])
def test_five_warnings_are_spelled_out_and_the_others_counted(faults: int, rest: list[int]) -> None:
    raw_jobs = [raw_job(id=str(number), type=1) for number in range(faults)]
    warnings = select(raw_jobs, Query(order="oldest", type=("x",))).warnings
    assert warnings[:5] == [f"Job {number}: type is a number and not text: it is left out." for number in range(5)]
    assert warnings[5:] == [f"More faults of this kind in the job list: {more}." for more in rest]


def test_a_fault_that_is_met_more_than_once_is_named_once() -> None:
    # once by the filter, once for the order, once with each parent, once for itself
    raw = raw_job(id="a", subjobs=[raw_job(id="b", subjobs=[raw_job(id="c", created_at="x", type=1)])])
    selection = select([raw], Query(subjobs="flat", status=("failed", "paused")))
    assert len(select([raw], Query(subjobs="flat", limit=3)).warnings) == 2
    assert len(selection.jobs) == 0


# ---------------------------------------------------------------------------------------------------------------------
# filter

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
    {},
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "abcd?"),
        ({"status": ("FAILED",)}, "b"),
        ({"status": ("success", "Paused")}, "ad"),
        ({"cluster_id": ("c1",)}, "ab"),
        ({"cluster_id": ("c2", "C1")}, "cd"),
        ({"type": ("scaleupCLUSTER",)}, "bc"),
        ({"type": ("createcluster", "DeleteNode", "nothing")}, "ad"),
        ({"id": ("b", "d")}, "bd"),
        ({"id": ("B",)}, ""),
        ({"resource_id": ("r1", "r2")}, "ab"),
        ({"resource_id": ("R1",)}, ""),
        ({"resource_name": ("one",)}, "a"),
        ({"resource_name": ("on",)}, ""),
        ({"finished": True}, "ab"),
        ({"finished": False}, "cd?"),
        ({"created_after": "2025-09-02T00:00:00.000000Z"}, "bc"),
        ({"created_after": "2025-09-02T00:00:00.000001Z"}, "c"),
        ({"created_before": "2025-09-02T00:00:00.000000Z"}, "a"),
        ({"created_before": "2025-09-02T00:00:00.000001Z"}, "ab"),
        ({"created_after": "2025-09-02T00:00:00.000000Z", "created_before": "2025-09-03T00:00:00.000000Z"}, "b"),
        ({"cluster_id": ("c1",), "status": ("Failed", "Running")}, "b"),
        ({"cluster_id": ("c1",), "finished": False}, ""),
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
def test_subjobs_that_are_no_items_are_not_filtered(subjobs: str) -> None:
    raw = failure("a", failure("b", reason="r"))
    assert ids([raw], subjobs=subjobs, id=("b",)) == []
    [job] = select([raw], Query(subjobs=subjobs, id=("a",))).jobs
    assert job["root_cause"]["id"] == "b"
    assert [subjob["id"] for subjob in job["subjobs"]] == (["b"] if subjobs == "nested" else [])


def test_fetched_counts_the_jobs_at_the_top_before_any_filter() -> None:
    assert select([chain(3), chain(2)], Query(subjobs="flat", limit=1, id=("1",))).fetched == 2


@pytest.mark.parametrize(
    ("wanted", "statuses", "there"),
    [
        (("Pausd",), ["Success", "paused", "Success"], "Success, paused"),
        (("Pausd",), [None, 1], "no status at all"),
        (("Pausd",), [], "no status at all"),
        (("PAUSED",), ["Success", "paused"], None),
        (("Failed", "initializing"), ["Success"], None),
        ((), ["Success"], None),
    ],
)
def test_a_status_that_is_neither_known_nor_there_is_named(
    wanted: tuple[str, ...], statuses: list[t.Any], there: str | None
) -> None:
    warnings = select([raw_job(status=status) for status in statuses], Query(status=wanted, id=("x",))).warnings
    assert [warning for warning in warnings if "number" not in warning] == (
        [
            "No job has the status 'Pausd': the known ones are Initializing, Running, Failed, Success, and the fetched "
            f"jobs have {there}."
        ]
        if there
        else []
    )


def test_only_the_statuses_that_are_not_there_are_named() -> None:
    raw = failure("a", failure("b", status="Paused"))
    query = Query(status=("Nowhere", "paused", "Failed", "Elsewhere"))
    assert [warning.split("'")[1] for warning in select([raw], query).warnings] == ["Nowhere", "paused", "Elsewhere"]
    flat = Query(status=query.status, subjobs="flat")
    assert [warning.split("'")[1] for warning in select([raw], flat).warnings] == ["Nowhere", "Elsewhere"]


# ---------------------------------------------------------------------------------------------------------------------
# order and limit

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


def test_ten_of_many_cost_ten_normalisations(monkeypatch: pytest.MonkeyPatch) -> None:
    normalised = []
    normalise = _jobs._normalise

    def counted(candidate: t.Any, tally: t.Any) -> t.Any:
        normalised.append(candidate)
        return normalise(candidate, tally)

    monkeypatch.setattr(_jobs, "_normalise", counted)
    raw_jobs = (raw_job(id=str(number), status="Failed" if number % 2 else "Success") for number in range(10_000))
    selection = select(raw_jobs, Query(status=("Failed",), limit=10))
    assert (len(selection.jobs), selection.fetched, len(normalised)) == (10, 10_000, 10)


@pytest.mark.parametrize("query", [Query(status=("Failed",)), Query(limit=2), Query(subjobs="flat", limit=2)])
def test_dropped_jobs_are_let_go_at_once(query: Query) -> None:
    watched: list[weakref.ref[Weak]] = []
    most = 0

    def raw_jobs() -> t.Iterator[Weak]:
        nonlocal most
        for number in range(100):
            raw = Weak(raw_job(id=str(number), status="Success", subjobs=[{}]))
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


def peak_of(count: int, query: Query) -> int:
    tracemalloc.start()
    try:
        select((raw_job(id=str(number), status="Success") for number in range(count)), query)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("query", [Query(limit=10), Query(finished=False), Query(finished=False, limit=10_000)])
def test_memory_does_not_grow_with_the_list(query: Query) -> None:
    # the jobs are more than 10 MB; threads that other tests left behind may need some while this is measured
    assert peak_of(20_000, query) < peak_of(200, query) + 500_000


# ---------------------------------------------------------------------------------------------------------------------
# summarise


def test_summary() -> None:
    raw_jobs = [
        raw_job(status="Paused", type="A", cluster_id="c1"),
        raw_job(status="failed", type="B", cluster_id="c2"),
        raw_job(status="Failed", type="B", cluster_id="c2"),
        raw_job(status="Success", type="", cluster_id="c2"),
        {},
    ]
    summary = summarise(iter(select(raw_jobs, Query()).jobs))
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
    assert summarise([]) == {"total": 0, "finished": 0, "by_status": {}, "by_type": {}, "by_cluster": {}}
