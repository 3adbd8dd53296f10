# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Normalization of raw jobs."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import JOB_KEYS, Origin, normalize
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._text import result_text
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import (
    COMPLETED,
    CREATED,
    EARLIER,
    PLACES,
    SPELLINGS,
    chain,
    failure,
    job_of,
    raw_job,
    tree,
)

KEYS = [
    "id",
    "type",
    "status",
    "finished",
    "reason",
    "root_cause",
    "project_id",
    "project_name",
    "region",
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


def test_every_key_is_there_and_in_order() -> None:
    assert list(JOB_KEYS) == KEYS
    for job in tree(job_of(chain(3, type="CreateNode", status="Failed", created_at=CREATED))):
        assert list(job) == KEYS
    assert job_of(raw_job()) == {**dict.fromkeys(KEYS), "finished": False, "extend_param": {}, "subjobs": []}


@pytest.mark.parametrize("subjobs", ["nested", "flat", "none"])
def test_every_job_shows_where_it_was_read(subjobs: str) -> None:
    origin = Origin("p1", "eu-de_shop", "eu-de")
    jobs = select([chain(3)], Query(subjobs=subjobs), origin=origin).jobs
    for job in (job for top in jobs for job in tree(top)):
        assert (job["project_id"], job["project_name"], job["region"]) == origin


@pytest.mark.parametrize(("key", "block", "name"), SPELLINGS, ids=str)
@pytest.mark.parametrize("nothing", [None, ""])
def test_every_spelling_is_read_past_nulls_and_empty_texts(key: str, block: str, name: str, nothing: t.Any) -> None:
    value, expected = {
        "status": ("Paused", "Paused"),
        "extend_param": ({"a": ""}, {"a": ""}),
        "created_at": (CREATED, "2025-09-02T10:00:00.000000Z"),
        "updated_at": (CREATED, "2025-09-02T10:00:00.000000Z"),
        "completed_at": (CREATED, "2025-09-02T10:00:00.000000Z"),
        "subjobs": ([raw_job()], [job_of(raw_job())]),
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
    assert selection.warnings == ["Job a: ignoring extend_param below level 32."]
    inner = selection.jobs[0]["extend_param"]
    for _level in range(31):
        inner = inner["deeper"]
    assert inner == {"level": 32, "deeper": None}


def test_malformed_fields_need_no_diagnostics() -> None:
    job = normalize((raw_job(id=7, created_at="x", subjobs=[7]), None, 1, False))
    assert (job["id"], job["created_at"], job["subjobs"]) == (None, None, [])


def test_lists_in_extend_param_count_as_levels() -> None:
    nested: list[t.Any] = []
    for _level in range(100):
        nested = [nested]
    selection = select([raw_job(id="a", extend_param={"nested": nested})], Query())
    assert selection.warnings == ["Job a: ignoring extend_param below level 32."]
    inner = selection.jobs[0]["extend_param"]["nested"]
    for _level in range(31):
        [inner] = inner
    assert inner is None


@pytest.mark.parametrize("others", [{}, {"number": 1}])
def test_no_key_of_extend_param_is_one_that_ansible_reserves(others: dict[str, t.Any]) -> None:
    job = job_of(raw_job(extend_param={"__ansible_type": "__ansible_vault", **others}))
    assert job["extend_param"] == {"\ufffd_ansible_type": "__ansible_vault", **others}


UNFIT = "a\x00\x1b\r\x7f\x9f\ud83d\t\n\u202e\U0001f600"
FIT = "a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\t\n\u202e\U0001f600"


@pytest.mark.parametrize(
    "name", ["id", "type", "status", "reason", "cluster_id", "resource_id", "resource_name", "parent_id"]
)
def test_every_text_is_fit_for_results(name: str) -> None:
    job = job_of(raw_job(**{name: UNFIT, "subjobs": [raw_job(**{name: UNFIT})]}))
    assert job[name] == job["subjobs"][0][name] == FIT


def test_texts_in_other_spellings_are_fit_for_results() -> None:
    job = job_of({"spec": {"clusterUID": UNFIT}, "status": {"phase": UNFIT, "message": UNFIT}})
    assert job["cluster_id"] == job["status"] == job["reason"] == FIT


def test_all_of_extend_param_is_fit_for_results() -> None:
    value = {UNFIT: UNFIT, "list": [UNFIT, {UNFIT: [UNFIT]}]}
    assert job_of(raw_job(extend_param=value))["extend_param"] == {FIT: FIT, "list": [FIT, {FIT: [FIT]}]}
    assert job_of(raw_job(extend_param={"a": UNFIT}))["extend_param"] == {"a": FIT}
    assert job_of(raw_job(extend_param={UNFIT: "a"}))["extend_param"] == {FIT: "a"}


def test_names_that_come_from_other_fields_are_fit_for_results() -> None:
    raw = raw_job(
        id=UNFIT, type="CreateCluster", resource_name=UNFIT, status="Failed", reason=UNFIT, subjobs=[raw_job()]
    )
    job = job_of(raw)
    assert job["cluster_name"] == job["subjobs"][0]["parent_id"] == FIT
    assert job["root_cause"] == {"id": FIT, "type": "CreateCluster", "resource_name": FIT, "reason": FIT}
    assert [job["parent_id"] for job in select([raw], Query(subjobs="flat")).jobs if job["parent_id"]] == [FIT]


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_a_number_that_json_cannot_express_is_null(number: float) -> None:
    extend_param = {"x": number, "y": [1.5, number], "z": "text", "n": 10**400}
    selection = select([raw_job(id="a", extend_param=extend_param)], Query())
    assert selection.jobs[0]["extend_param"] == {"x": None, "y": [1.5, None], "z": "text", "n": 10**400}
    [warning] = selection.warnings
    assert "Job a" in warning and "extend_param" in warning


REASONS = st.sampled_from(["", "CCE.01", "CCE", "The node", "The node could not be installed", "CCE.01: The node"])


@settings(database=None)
@given(st.none() | REASONS | st.text(max_size=3), st.none() | REASONS | st.text(max_size=3))
@example("CCE.01", "The node could not be installed")
def test_the_reason_says_what_both_texts_say(reason: str | None, message: str | None) -> None:
    job = job_of({"status": {"reason": reason, "message": message}})
    given_texts = [result_text(text) for text in (reason, message) if text]
    assert all(text in job["reason"] for text in given_texts)
    assert job["reason"] in (None, *given_texts, ": ".join(given_texts))
    assert (job["reason"] is None) is (not given_texts)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"reason": "CCE.01", "message": "No."}, "CCE.01: No."),
        ({"reason": "same", "message": "same"}, "same"),
        ({"reason": "No. Really.", "message": "No."}, "No. Really."),
        ({"reason": "CCE.01", "message": "CCE.01: No."}, "CCE.01: No."),
    ],
)
def test_the_reason_repeats_nothing(status: dict[str, str], expected: str) -> None:
    assert job_of({"status": status})["reason"] == expected


def test_a_message_counts_where_the_reason_is_malformed() -> None:
    selection = select([{"metadata": {"uid": "a"}, "status": {"reason": 1, "message": "No."}}], Query())
    assert [job["reason"] for job in selection.jobs] == ["No."]
    assert [warning.split(" (")[0] for warning in selection.warnings] == ["Job a: ignoring reason"]


# ---------------------------------------------------------------------------------------------------------------------
# trees


def test_the_parent() -> None:
    raw = raw_job(
        id="a",
        parent_id="above",
        subjobs=[
            raw_job(id="b", subjobs=[raw_job(id="c")]),
            raw_job(id="d", parent_id="other"),
            raw_job(subjobs=[raw_job()]),
        ],
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


@pytest.mark.parametrize(
    ("above", "completed_at", "ended"),
    [("Failed", None, True), ("success", None, True), ("Running", None, False), ("Paused", COMPLETED, True)],
)
@pytest.mark.parametrize("status", ["Initializing", "Running", None, "Paused"])
def test_nothing_below_a_finished_job_is_unfinished(
    above: str, completed_at: str | None, ended: bool, status: str | None
) -> None:
    step = raw_job(id="c", status=status, subjobs=[raw_job(id="d", status="Running")])
    raw = raw_job(
        id="a", status="Running", subjobs=[raw_job(id="b", status=above, completed_at=completed_at, subjobs=[step])]
    )
    expected = {"a": False, "b": ended, "c": ended, "d": ended}
    for subjobs in ("nested", "flat"):
        jobs = [job for top in select([raw], Query(subjobs=subjobs)).jobs for job in tree(top)]
        assert {job["id"]: job["finished"] for job in jobs} == expected
        # the status itself stays as the API sent it
        assert {job["status"] for job in jobs if job["id"] == "c"} == {status}
    unfinished = select([raw], Query(subjobs="flat", finished=False)).jobs
    assert {job["id"] for job in unfinished} == {id for id, finished in expected.items() if not finished}
    assert len(select([raw], Query(id=("c",), finished=ended)).jobs) == 1


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
    assert selection.warnings == ["Job 32: ignoring subjobs below level 32."][:warnings]


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
        pytest.param(failure("a", failure("b", reason="r", status="fAILED")), {"a": "b", "b": "b"}, id="case"),
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
