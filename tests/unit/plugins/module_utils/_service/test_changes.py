# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes from one list to the next: which ones are reported, once, and as what."""

from __future__ import annotations

import typing as t
import uuid

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.filters import value_warnings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import JOB_KEYS, Origin
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import changes
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.changes import (
    Change,
    FirstPoll,
    Memory,
    compare,
    in_order,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job

KINDS = ("appeared", "changed", "finished")
A_DAY = 24 * 60 * 60
NOON = "2026-01-02 12:00:00 +0000 UTC"


class Follower:
    """Looks at one list after the other, as an event source does."""

    def __init__(
        self,
        query: Query | None = None,
        kinds: t.Collection[str] = KINDS,
        since: str | None = None,
        mask: Mask | None = None,
    ) -> None:
        self.memory = Memory()
        self.query = query or Query()
        self.kinds = kinds
        self.mask = mask
        self.warnings: list[str] = []
        self._first: FirstPoll | None = FirstPoll(since)

    def changes(self, *raws: t.Any, now: float = 0.0) -> list[Change]:
        origin = Origin("p1", "eu-de_shop", "eu-de")
        poll = compare(raws, self.query, self.kinds, self.memory, origin, self._first, self.mask)
        for key, state in poll.silent.items():
            self.memory.learn(key, state)
        for change in poll.changes:
            self.memory.learn(change.key, change.state)
        self.memory.settle(poll.present, now)
        self._first = None
        checked = [sentence for filters in poll.checked or () for sentence in value_warnings([filters])]
        self.warnings += poll.warnings + checked
        return in_order(poll.changes)

    def see(self, *raws: t.Any, now: float = 0.0) -> list[tuple[str, str, str | None, str | None]]:
        """The changes in short: ID, kind, status before, and status now."""
        return [
            (change.key, change.kind, change.previous_status, change.state.status)
            for change in self.changes(*raws, now=now)
        ]


def job(uid: str | None, status: t.Any = "Running", **more: t.Any) -> dict[str, t.Any]:
    return raw_job(id=uid, status=status, **more)


# ---------------------------------------------------------------------------------------------------------------------
# from one poll to the next


def test_each_status_is_reported_once() -> None:
    follower = Follower()
    assert follower.see() == []
    assert follower.see(job("a", "Initializing")) == [("a", "appeared", None, "Initializing")]
    assert follower.see(job("a", "Initializing")) == []
    assert follower.see(job("a")) == [("a", "changed", "Initializing", "Running")]
    assert follower.see(job("a", "Success")) == [("a", "finished", "Running", "Success")]
    assert follower.see(job("a", "Success")) == []


def test_a_job_first_seen_finished_is_one_finished() -> None:
    follower = Follower()
    follower.see()
    assert follower.see(job("a", "Failed")) == [("a", "finished", None, "Failed")]


def test_states_between_two_polls_are_merged() -> None:
    follower = Follower()
    follower.see(job("a", "Initializing"))
    assert follower.see(job("a", "Success")) == [("a", "finished", "Initializing", "Success")]


def test_no_clock_hides_a_change() -> None:
    """Times of jobs may be anything, and go backward."""
    follower = Follower()
    follower.see(job("a", updated_at=NOON))
    changed = job("a", "Success", updated_at="2020-01-01 00:00:00 +0000 UTC", completed_at="garbage")
    assert follower.see(changed) == [("a", "finished", "Running", "Success")]


def test_a_job_that_leaves_the_list_and_returns_is_not_reported_again() -> None:
    follower = Follower()
    follower.see(job("a"))
    assert follower.see() == []
    assert follower.see(job("a")) == []
    follower.see()
    assert follower.see(job("a", "Success")) == [("a", "finished", "Running", "Success")]


def test_a_status_that_returns_is_not_reported_again() -> None:
    follower = Follower()
    follower.see(job("a", "Running"))
    assert follower.see(job("a", "Failed")) == [("a", "finished", "Running", "Failed")]
    assert follower.see(job("a", "Running")) == []
    assert follower.see(job("a", "Failed")) == []
    assert follower.see(job("a", "Running")) == []
    assert follower.see(job("a", "Success")) == [("a", "finished", "Running", "Success")]
    assert len(follower.memory.histories["a"]) == 3


@pytest.mark.parametrize("status", [None, ""])
def test_a_job_without_a_status_is_followed(status: str | None) -> None:
    follower = Follower()
    follower.see()
    assert follower.see(job("a", status)) == [("a", "appeared", None, None)]
    assert follower.see(job("a")) == [("a", "changed", None, "Running")]


def test_case_of_ids_and_states_does_not_matter() -> None:
    follower = Follower()
    follower.see(job("AB", "running"))
    assert follower.see(job("ab", "RUNNING")) == []


def test_an_undocumented_status_has_finished_when_there_is_a_completion_time() -> None:
    follower = Follower()
    follower.see(job("a", "Paused"))
    assert follower.see(job("a", "Paused", completed_at=NOON)) == [("a", "finished", "Paused", "Paused")]
    assert follower.see(job("a", "Paused", completed_at=NOON)) == []


def test_of_two_states_in_one_list_the_unfinished_one_counts() -> None:
    for twice in ((job("a", "Success"), job("a")), (job("a"), job("a", "Success"))):
        follower = Follower()
        follower.see()
        assert follower.see(*twice) == [("a", "appeared", None, "Running")]


@pytest.mark.parametrize("states", [("Success", "Failed"), ("Initializing", "Running")])
def test_of_two_states_that_are_both_finished_or_unfinished_the_first_counts(states: tuple[str, str]) -> None:
    follower = Follower()
    follower.see()
    assert [each[3] for each in follower.see(*(job("a", status) for status in states))] == [states[0]]


def test_a_finished_state_that_does_not_count_leaves_no_trace() -> None:
    follower = Follower()
    follower.see(job("a"))
    assert follower.see(job("a", "Success"), job("a")) == []
    assert follower.see(job("a", "Success")) == [("a", "finished", "Running", "Success")]
    other = Follower(since="2026-01-02T12:00:00.000000Z")
    early = job("a", "Success", completed_at="2026-01-02 11:00:00 +0000 UTC")
    assert other.see(early, job("a")) == [("a", "appeared", None, "Running")]
    assert other.see(early) == [("a", "finished", "Running", "Success")]


def test_jobs_without_an_id_are_ignored_with_a_warning() -> None:
    follower = Follower()
    follower.see()
    assert follower.see(job(None), job(""), job("a")) == [("a", "appeared", None, "Running")]
    assert [warning for warning in follower.warnings if " 2 jobs" in warning]


@pytest.mark.parametrize("query", [Query(), Query(subjobs="flat")])
def test_subjobs_that_are_not_jobs_are_counted_once(query: Query) -> None:
    follower = Follower(query)
    follower.see()
    follower.see(job("a", subjobs=[{"x": 1}, {"x": 2}]))
    assert [warning for warning in follower.warnings if " 2 objects" in warning]


@pytest.mark.parametrize("raw", [None, 1, "text", [], {}, {"metadata": 7}, {"metadata": {"uid": ["x"]}, "status": []}])
def test_nothing_in_a_list_is_an_exception(raw: t.Any) -> None:
    follower = Follower(since="2026-01-01T00:00:00.000000Z")
    assert follower.see(raw, job("a")) == [("a", "appeared", None, "Running")]
    assert follower.see(raw, job("a")) == []


def test_order_is_by_the_time_of_the_update_and_then_by_id() -> None:
    follower = Follower()
    follower.see()
    early, late = "2026-01-02 11:00:00 +0000 UTC", "2026-01-02 13:00:00 +0200 CEST"
    seen = follower.see(
        job("c", updated_at=NOON), job("b", updated_at=early), job("d", updated_at=late), job("a", updated_at=NOON)
    )
    assert [each[0] for each in seen] == ["b", "d", "a", "c"]


def test_without_a_time_of_the_update_the_order_is_by_the_other_times() -> None:
    follower = Follower()
    follower.see()
    times = [f"2026-01-02 {hour}:00:00 +0000 UTC" for hour in ("09", "10", "11", "12")]
    seen = follower.see(
        job("d", created_at=times[3]),
        job("c", "Success", created_at=times[0], completed_at=times[2]),
        job("b", created_at=times[1]),
        job("e"),
    )
    assert [each[0] for each in seen] == ["e", "b", "c", "d"]


# ---------------------------------------------------------------------------------------------------------------------
# the first poll


def test_now_makes_the_first_poll_a_silent_baseline() -> None:
    follower = Follower()
    assert follower.see(job("a"), job("b", "Success", completed_at=NOON)) == []
    assert follower.see(job("a", "Success"), job("b", "Success")) == [("a", "finished", "Running", "Success")]


def test_since_reports_what_is_unfinished_and_what_finished_since_then() -> None:
    follower = Follower(since="2026-01-02T12:00:00.000000Z")
    seen = follower.see(
        job("unfinished", "Initializing", created_at="2020-01-01 00:00:00 +0000 UTC"),
        job("before", "Success", completed_at="2026-01-02 11:59:59.999999 +0000 UTC", updated_at=NOON),
        job("at", "Failed", completed_at=NOON),
        job("updated", "Success", updated_at=NOON),
        job("timeless", "Success"),
    )
    assert sorted(each[:2] for each in seen) == [
        ("at", "finished"),
        ("unfinished", "appeared"),
        ("updated", "finished"),
    ]
    assert follower.see(job("timeless", "Success"), job("before", "Success")) == []


def test_misspelled_values_are_named_at_the_first_poll_only() -> None:
    follower = Follower(Query(type=("ScaleUpClutser",), status=("Runing",)))
    follower.see(job("a", type="ScaleupCluster"))
    [about_status, about_type] = sorted(follower.warnings)
    assert "'Runing'" in about_status
    assert "ScaleupCluster" in about_type
    follower.see(job("a", type="ScaleupCluster"))
    assert len(follower.warnings) == 2


def test_a_misspelled_status_is_compared_with_those_in_the_list() -> None:
    follower = Follower(Query(status=("Pausd",)))
    follower.see(job("a", "Paused"))
    [warning] = follower.warnings
    assert "'Pausd'" in warning and "Paused" in warning


# ---------------------------------------------------------------------------------------------------------------------
# filters


def test_kinds_select_events_but_not_what_is_known() -> None:
    follower = Follower(kinds=("finished",))
    follower.see()
    assert follower.see(job("a", "Initializing")) == []
    assert follower.see(job("a")) == []
    assert follower.see(job("a", "Failed")) == [("a", "finished", "Running", "Failed")]


def test_status_selects_events_after_comparing() -> None:
    follower = Follower(Query(status=("failed",)))
    follower.see()
    assert follower.see(job("a")) == []
    # not "appeared", although the filter selects it for the first time
    assert follower.see(job("a", "Failed")) == [("a", "finished", "Running", "Failed")]


def test_finished_selects_events_after_comparing() -> None:
    follower = Follower(Query(finished=False))
    follower.see()
    assert follower.see(job("a")) == [("a", "appeared", None, "Running")]
    assert follower.see(job("a", "Success")) == []
    follower = Follower(Query(finished=True))
    follower.see()
    assert follower.see(job("a")) == []
    assert follower.see(job("a", "Success")) == [("a", "finished", "Running", "Success")]


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"completed_after": "2026-01-02T12:00:00.000000Z"}, ["at", "later"]),
        ({"completed_before": "2026-01-02T12:00:00.000000Z"}, ["earlier"]),
        ({"created_before": "2026-01-02T09:30:00.000000Z"}, ["earlier"]),
    ],
)
def test_times_select_events_after_comparing(bounds: dict[str, str], expected: list[str]) -> None:
    follower = Follower(Query(**bounds))
    running = {"earlier": "09", "at": "10", "later": "11"}
    created = {uid: f"2026-01-02 {hour}:00:00 +0000 UTC" for uid, hour in running.items()}
    follower.see(*(job(uid, created_at=time) for uid, time in created.items()))
    hours = {"earlier": "11", "at": "12", "later": "13"}
    seen = follower.see(
        *(
            job(uid, "Success", created_at=created[uid], completed_at=f"2026-01-02 {hour}:00:00 +0000 UTC")
            for uid, hour in hours.items()
        )
    )
    assert sorted(each[:3] for each in seen) == [(uid, "finished", "Running") for uid in sorted(expected)]


def test_a_bound_that_moves_past_a_job_is_not_a_change_of_the_job() -> None:
    follower = Follower(Query(created_before="2026-01-02T11:00:00.000000Z"))
    follower.see()
    assert follower.see(job("a", created_at=NOON)) == []
    follower.query = Query(created_before="2026-01-02T13:00:00.000000Z")
    assert follower.see(job("a", created_at=NOON)) == []
    assert follower.see(job("a", "Success", created_at=NOON)) == [("a", "finished", "Running", "Success")]


def test_other_filters_select_which_jobs_are_compared() -> None:
    follower = Follower(Query(type=("CreateNode",), created_after="2026-01-01T00:00:00.000000Z"))
    follower.see()
    seen = follower.see(
        job("a", type="CreateNode", created_at=NOON),
        job("b", type="DeleteNode", created_at=NOON),
        job("c", type="CreateNode", created_at="2025-01-01 00:00:00 +0000 UTC"),
    )
    assert [each[0] for each in seen] == ["a"]
    assert list(follower.memory.histories) == ["a"]


def test_flat_subjobs_have_events_of_their_own() -> None:
    def parent(status: str, step: str) -> dict[str, t.Any]:
        return job("a", status, subjobs=[job("b", step, subjobs=[job("c", "Initializing")])])

    follower = Follower(Query(subjobs="flat"))
    follower.see()
    assert [each[:2] for each in follower.see(parent("Running", "Running"))] == [
        ("a", "appeared"),
        ("b", "appeared"),
        ("c", "appeared"),
    ]
    # no step of a finished job starts any more, whatever its own status says
    assert follower.see(parent("Failed", "Failed")) == [
        ("a", "finished", "Running", "Failed"),
        ("b", "finished", "Running", "Failed"),
        ("c", "finished", "Initializing", "Initializing"),
    ]
    for query in (Query(), Query(subjobs="none")):
        nested = Follower(query)
        nested.see()
        assert [each[0] for each in nested.see(parent("Running", "Running"))] == ["a"]


def test_an_id_finds_a_subjob() -> None:
    follower = Follower(Query(id=("B",)))
    follower.see()
    assert [each[0] for each in follower.see(job("a", subjobs=[job("b")]))] == ["b"]


# ---------------------------------------------------------------------------------------------------------------------
# events


def test_event_has_the_job_and_a_uuid_of_its_state() -> None:
    follower = Follower()
    follower.see()
    [appeared] = follower.changes(job("a", type="CreateNode"))
    [finished] = follower.changes(job("A", "Failed", reason="no quota"))
    event = finished.event()
    assert sorted(event) == ["cce", "meta"]
    assert {**event["cce"], "job": None} == {"change": "finished", "previous_status": "Running", "job": None}
    assert list(event["cce"]["job"]) == list(JOB_KEYS)
    assert event["cce"]["job"]["root_cause"]["reason"] == "no quota"
    assert [event["cce"]["job"][key] for key in Origin._fields] == ["p1", "eu-de_shop", "eu-de"]
    ids = {each.event()["meta"]["uuid"] for each in (appeared, finished, finished._replace(project_id="p2"))}
    assert len(ids) == 3
    assert {uuid.UUID(each).version for each in ids} == {5}
    # the same after a restart, so that the engine can drop a repetition
    again = Follower()
    again.see()
    [repeated] = again.changes(job("a", "Failed"))
    assert repeated.event()["meta"] == event["meta"]


def test_text_of_the_cloud_is_not_a_template_for_playbooks() -> None:
    follower = Follower()
    follower.see()
    evil = "a {{ lookup('pipe', 'id') }} {{{ {% if x %} {# c #} {x} { }"
    subjob = raw_job(id="b", status="Failed", reason=evil, extend_param={evil: [evil, 1, None]})
    [change] = follower.changes(job("a", "Failed", reason=evil, subjobs=[subjob]))
    event = change.event()
    harmless = "a { { lookup('pipe', 'id') }} { { { { % if x %} { # c #} {x} { }"
    job_in_event = event["cce"]["job"]
    assert job_in_event["reason"] == job_in_event["subjobs"][0]["reason"] == harmless
    assert job_in_event["root_cause"]["reason"] == harmless
    assert job_in_event["subjobs"][0]["extend_param"] == {harmless: [harmless, 1, None]}


def test_two_events_of_an_undocumented_status_differ() -> None:
    follower = Follower()
    follower.see()
    [running] = follower.changes(job("a", "Paused"))
    [finished] = follower.changes(job("a", "Paused", completed_at=NOON))
    assert running.event()["meta"] != finished.event()["meta"]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (job("a"), "a61a60eb-f26b-54b9-9372-ec9385d13645"),
        (job("a", "Success"), "abc182d2-ba41-5ca1-8c2f-f1900329ec1a"),
        (job("a", "Paused"), "823e8c32-fe5c-56a5-95bc-74cc30f4bac2"),
        (job("a", "Paused", completed_at=NOON), "56e261d0-bf8e-5684-b422-0ae2fc4b7776"),
        (job("a", None), "1cdf19de-085a-5fff-8776-7f503ed903b1"),
    ],
)
def test_the_uuid_of_a_state_is_the_same_in_every_release(raw: dict[str, t.Any], expected: str) -> None:
    follower = Follower()
    follower.see()
    [change] = follower.changes(raw)
    assert change.event()["meta"]["uuid"] == expected


# ---------------------------------------------------------------------------------------------------------------------
# what is remembered


def test_jobs_that_lists_do_not_show_are_forgotten_after_a_day() -> None:
    follower = Follower()
    follower.see(job("a"), job("b"), now=0.0)
    follower.see(job("b"), now=1000.0)
    follower.see(job("b"), now=1000.0 + A_DAY)
    assert set(follower.memory.histories) == {"a", "b"}
    follower.see(job("b"), now=1001.0 + A_DAY)
    assert set(follower.memory.histories) == {"b"}
    assert follower.memory.absent == {}


def test_a_job_that_returned_is_absent_again_later() -> None:
    follower = Follower()
    follower.see(job("a"), now=0.0)
    follower.see(now=10.0)
    follower.see(job("a"), now=20.0)
    follower.see(now=30.0)
    follower.see(now=29.0 + A_DAY)
    assert set(follower.memory.histories) == {"a"}


def test_too_many_absent_jobs_are_forgotten_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MAX_REMEMBERED", 2)
    follower = Follower()
    listed = [job(uid) for uid in "abcdefg"]
    follower.see(*listed)
    for number in range(1, 5):
        follower.see(*listed[number:], now=float(number))
    # those in the list do not count
    assert set(follower.memory.histories) == set("cdefg")


def test_no_secret_is_remembered_but_ids_stay_the_same_whoever_logs_in() -> None:
    usual = "0c5d7f1a-6a5e-11ef-9fd1-0255ac100042"
    mask = Mask()
    mask.add("0c5d7f1a")
    follower = Follower(mask=mask)
    follower.see()
    assert follower.see(job(usual.upper())) == [(usual, "appeared", None, "Running")]
    assert follower.see(job("x-0c5d7f1a")) == [("x-********", "appeared", None, "Running")]


def test_memory_shares_histories() -> None:
    follower = Follower()
    follower.see(*(job(str(number)) for number in range(100)))
    follower.see(*(job(str(number), "Success") for number in range(100)))
    assert len({id(history) for history in follower.memory.histories.values()}) == 1
