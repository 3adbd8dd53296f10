# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait, with a fake cloud and a clock that makes no test wait. Each test is one history of jobs."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait import WaitResult
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait_source import Poll

from .fake_cloud import Clock, FakeCloud, FakeJob, Outage

A = "aaaaaaaa-83db-11f0-8baa-0255ac10003e"
B = "bbbbbbbb-83db-11f0-8baa-0255ac10003e"
UNAVAILABLE = CceError("Could not list the jobs: HTTP 503.", "unavailable", http_status=503, transient=True)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def waited_for(result: WaitResult) -> dict[str, str | None]:
    return {job["id"]: job["status"] for job in result.waited_for}


def kind(result: WaitResult) -> str | None:
    return result.error.kind if result.error else None


# ---------------------------------------------------------------------------------------------------------------------
# what is waited for


def test_an_idle_cluster_is_idle(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=-5)])
    result = cloud.wait()
    assert (kind(result), result.waited_for, len(cloud.shown)) == (None, [], 1)
    assert cloud.recorded.notes == cloud.recorded.warnings == []


def test_unfinished_jobs_are_waited_for(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=25), FakeJob(B, ends=-5)])
    result = cloud.wait()
    assert waited_for(result) == {A: "Success"}
    assert 25 <= clock.now <= 36


def test_a_job_that_appears_later_is_waited_for(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=25), FakeJob(B, created=15, ends=45)])
    assert waited_for(cloud.wait()) == {A: "Success", B: "Success"}
    assert clock.now >= 45


def test_a_job_that_appears_and_ends_between_two_polls_is_waited_for(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=35), FakeJob(B, created=12, ends=14, fails=True)])
    result = cloud.wait(fail_on_failure=True)
    assert (kind(result), waited_for(result)) == ("job_failed", {A: "Success", B: "Failed"})


def test_an_old_job_that_the_list_shows_late_is_not_waited_for(clock: Clock) -> None:
    old = FakeJob(B, created=-9000, ends=-8000, fails=True, listed_from=5)
    cloud = FakeCloud(clock, [FakeJob(A, created=-20, ends=25), old])
    result = cloud.wait(fail_on_failure=True)
    assert (kind(result), waited_for(result)) == (None, {A: "Success"})


def test_a_filter_that_selects_nothing_yet_waits_for_nothing(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=25, type="DeleteNode")], query=Query(type=("CreateNode",)))
    assert (cloud.wait().waited_for, clock.now) == ([], pytest.approx(0.1))


@pytest.mark.parametrize("query", [Query(status=("Failed",)), Query(finished=True), Query(limit=1)])
def test_filters_on_the_outcome_do_not_count(clock: Clock, query: Query) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=25), FakeJob(B, ends=35)], query=query)
    assert set(waited_for(cloud.wait())) == {A, B}


def test_a_job_without_an_id_is_waited_for_while_the_list_shows_it(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob("x", ends=25, has_id=False)])
    result = cloud.wait()
    assert (kind(result), result.waited_for) == (None, [])
    assert clock.now >= 25


def test_a_job_without_an_id_has_appeared_and_is_a_result(clock: Clock) -> None:
    assert kind(FakeCloud(clock, [FakeJob("x", ends=25, has_id=False)]).wait(appear=60)) is None
    result = FakeCloud(clock, [FakeJob("x", has_id=False)]).wait(timeout=20)
    assert (kind(result), [job["resource_name"] for job in result.unfinished]) == ("timeout", ["node-1"])
    assert result.waited_for == result.unfinished


def test_cce_is_not_asked_about_jobs_that_the_list_shows_or_that_have_ended(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=15), FakeJob(B, ends=45)])
    assert kind(cloud.wait()) is None
    assert not any(cloud.asked)


# ---------------------------------------------------------------------------------------------------------------------
# jobs that are named


@pytest.mark.parametrize("name", [A, A.upper()])
def test_a_named_job_is_waited_for_ignoring_case(clock: Clock, name: str) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=25), FakeJob(B)], query=Query(id=(name,)))
    assert waited_for(cloud.wait(appear=60)) == {A: "Success"}


def test_a_named_job_that_has_ended_counts(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=-5, fails=True)], query=Query(id=(A,)))
    result = cloud.wait(appear=60, fail_on_failure=True)
    assert (kind(result), waited_for(result)) == ("job_failed", {A: "Failed"})
    assert "ScaleupCluster of node-1" in str(result.error) and "no quota" in str(result.error)


def test_a_named_job_may_appear_late(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=45, listed_from=33)], query=Query(id=(A,)), can_ask=False)
    assert waited_for(cloud.wait(appear=60)) == {A: "Success"}


def test_a_named_job_that_does_not_appear_is_an_error(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(B, ends=5)], query=Query(id=(A, B)))
    result = cloud.wait(appear=33)
    assert kind(result) == "not_found"
    assert A in str(result.error) and B not in str(result.error)
    assert waited_for(result) == {B: "Success"}
    assert 33 <= clock.now <= 34
    # at 0, 10, 20, 30 and 33 s
    assert len(cloud.shown) == 5


def test_a_named_job_that_is_deleted_is_an_error(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, deleted=15)], query=Query(id=(A,)))
    result = cloud.wait(appear=60)
    assert kind(result) == "not_found"
    assert A in str(result.error) and "deleted" in str(result.error)
    assert cloud.recorded.warnings == []


def test_wait_timeout_before_wait_appear(clock: Clock) -> None:
    result = FakeCloud(clock, [], query=Query(id=(A,))).wait(timeout=20, appear=60)
    assert kind(result) == "timeout"
    assert A in str(result.error)


# ---------------------------------------------------------------------------------------------------------------------
# wait_appear without names


def test_new_nodes_may_appear_late(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, created=-3, ends=45, listed_from=13)])
    assert waited_for(cloud.wait(appear=30)) == {A: "Success"}


def test_nothing_that_appears_is_an_error(clock: Clock) -> None:
    result = FakeCloud(clock, [FakeJob(A, ends=-5)]).wait(appear=30)
    assert kind(result) == "not_found"
    assert "wait_appear" in str(result.error)
    assert 30 <= clock.now <= 31


@pytest.mark.parametrize("appear", [1, 30])
def test_a_job_that_appears_and_ends_between_two_polls_has_appeared(clock: Clock, appear: float) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, created=appear / 3, ends=appear / 2)])
    assert waited_for(cloud.wait(appear=appear)) == {A: "Success"}
    assert kind(FakeCloud(clock, []).wait(appear=appear)) == "not_found"


def test_with_created_after_a_job_must_appear_too(clock: Clock) -> None:
    cloud = FakeCloud(clock, [], query=Query(created_after="2026-01-02T00:00:00.000000Z"))
    assert kind(cloud.wait(appear=30)) == "not_found"


def test_a_job_that_has_ended_counts_with_created_after(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=-5)], query=Query(created_after="2026-01-02T00:00:00.000000Z"))
    result = cloud.wait(appear=30)
    assert (kind(result), len(cloud.shown)) == (None, 1)


@pytest.mark.parametrize("named", [True, False])
def test_no_poll_at_the_end_of_wait_appear_when_nothing_is_missing(clock: Clock, named: bool) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=45)], query=Query(id=(A,) if named else ()))
    assert kind(cloud.wait(appear=33)) is None
    # at 0, 10, 20, 30, 40 and 50 s
    assert len(cloud.shown) == 6


def test_a_poll_at_the_end_of_wait_appear_when_nothing_has_appeared(clock: Clock) -> None:
    cloud = FakeCloud(clock, [])
    assert kind(cloud.wait(appear=33)) == "not_found"
    assert 33 <= clock.now <= 34


def test_retry_after_is_respected_at_the_end_of_wait_appear(clock: Clock) -> None:
    error = CceError("Too many.", "throttled", transient=True, retry_after=42)
    cloud = FakeCloud(clock, [FakeJob(A, ends=30, listed_from=20)], [Outage(5, 11, error)], query=Query(id=(A,)))
    assert kind(cloud.wait(appear=33)) is None
    assert clock.now >= 52


# ---------------------------------------------------------------------------------------------------------------------
# jobs that the list does not show


@pytest.mark.parametrize("hidden", [((5.0, 15.0),), ((5.0, 75.0),), ((5.0, 15.0), (25.0, 35.0))])
def test_a_job_that_the_list_hides_is_still_waited_for(clock: Clock, hidden: t.Any) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=85, hidden=hidden)])
    assert waited_for(cloud.wait()) == {A: "Success"}
    assert clock.now >= 85
    assert cloud.recorded.warnings == []


def test_a_hidden_job_that_ends_is_seen_by_asking_for_it(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=25, hidden=((5.0, 1000.0),))])
    assert waited_for(cloud.wait()) == {A: "Success"}
    assert clock.now < 40


def test_a_deleted_job_is_reported(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, deleted=15), FakeJob(B, ends=-5)])
    result = cloud.wait()
    assert kind(result) is None
    [job] = result.waited_for
    assert (job["id"], job["status"], job["finished"], job["resource_name"]) == (A, None, False, "node-1")
    [warning] = cloud.recorded.warnings
    assert A in warning and "deleted" in warning
    # polls at 20, 30 and 40 s miss it
    assert len(cloud.shown) == 5


def test_a_job_that_nobody_can_ask_for_is_waited_for_ten_polls(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, hidden=((5.0, 1000.0),))], can_ask=False)
    result = cloud.wait(timeout=500)
    assert waited_for(result) == {A: None}
    assert len(cloud.shown) == 11


def test_a_hidden_job_that_cce_returns_is_waited_for_however_long(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=215, hidden=((5.0, 1000.0),))])
    assert waited_for(cloud.wait(timeout=500)) == {A: "Success"}
    assert cloud.recorded.warnings == []


def test_polls_before_cce_returned_a_hidden_job_do_not_count(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, hidden=((5.0, 1000.0),), deleted=35)])
    assert waited_for(cloud.wait()) == {A: None}
    # polls at 40, 50 and 60 s miss it
    assert len(cloud.shown) == 7


class OfSubjobs(FakeCloud):
    """A cloud whose list shows subjobs."""

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        poll = super().poll(followed, newer_than, seconds)
        return poll._replace(jobs={uid: {**job, "parent_id": B} for uid, job in poll.jobs.items()})


def test_a_subjob_that_cce_does_not_return_may_exist(clock: Clock) -> None:
    cloud = OfSubjobs(clock, [FakeJob(A, deleted=15)])
    assert waited_for(cloud.wait(timeout=500)) == {A: None}
    # shown at 0 and 10 s, and missed ten times
    assert len(cloud.shown) == 12


# ---------------------------------------------------------------------------------------------------------------------
# outages


def test_an_outage_is_tolerated_and_logged_once(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=55)], [Outage(5, 45, UNAVAILABLE)])
    assert waited_for(cloud.wait()) == {A: "Success"}
    begun, ended = (note for note in cloud.recorded.notes if note.startswith("Polling"))
    assert "HTTP 503" in begun
    assert "again" in ended and " 40 s" in ended


def test_before_the_first_poll_that_works_an_outage_is_an_error(clock: Clock) -> None:
    result = FakeCloud(clock, [FakeJob(A)], [Outage(0, 5, UNAVAILABLE)]).wait()
    assert result.error is UNAVAILABLE
    assert (result.poll, result.waited_for) == (None, [])


@pytest.mark.parametrize("failure", ["authentication", "permission", "not_found", "tls", "connection", "response"])
def test_an_error_that_does_not_pass_ends_the_wait(clock: Clock, failure: str) -> None:
    error = CceError("No.", failure)
    result = FakeCloud(clock, [FakeJob(A)], [Outage(5, 1000, error)]).wait()
    assert (result.error, waited_for(result)) == (error, {A: "Running"})


def test_an_outage_until_the_end_is_a_timeout_with_the_unfinished_jobs(clock: Clock) -> None:
    result = FakeCloud(clock, [FakeJob(A), FakeJob(B, ends=-1)], [Outage(5, 1000, UNAVAILABLE)]).wait(timeout=40)
    assert kind(result) == "timeout"
    assert "HTTP 503" in str(result.error) and "ScaleupCluster of node-1 (Running)" in str(result.error)
    assert [job["id"] for job in result.unfinished] == [A]


def test_slow_responses_until_the_end_are_a_timeout(clock: Clock) -> None:
    result = FakeCloud(clock, [FakeJob(A)], [Outage(5, 1000, UNAVAILABLE, takes=1000)]).wait(timeout=40)
    assert (kind(result), clock.now) == ("timeout", pytest.approx(40))
    # from the beginning of the poll that failed
    assert " 30 s" in str(result.error)


def test_a_last_poll_that_has_too_little_time_is_not_an_outage(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A)], [Outage(1, 1000, UNAVAILABLE, takes=1000)])
    result = cloud.wait(timeout=2, interval=10)
    assert (kind(result), clock.now) == ("timeout", pytest.approx(2))
    assert "Polling" not in str(result.error) + "".join(cloud.recorded.notes)


@pytest.mark.parametrize(("had", "counts"), [(0.9, False), (1.2, True)])
def test_a_last_poll_counts_as_an_outage_if_it_had_enough_time_to_respond(
    clock: Clock, had: float, counts: bool
) -> None:
    # polls begin at 0, 10.1, 20.2, and 30.3
    cloud = FakeCloud(clock, [FakeJob(A)], [Outage(25, 1000, UNAVAILABLE, takes=1000)])
    result = cloud.wait(timeout=30.3 + had)
    assert (kind(result), clock.now) == ("timeout", pytest.approx(30.3 + had))
    assert ("Could not list the jobs in time" in str(result.error)) is counts


def test_an_outage_is_described_by_its_last_error_that_says_something(clock: Clock) -> None:
    slow_end = Outage(30, 1000, UNAVAILABLE, takes=1000)
    result = FakeCloud(clock, [FakeJob(A)], [Outage(5, 30, UNAVAILABLE), slow_end]).wait(timeout=31, interval=10)
    assert "HTTP 503" in str(result.error)


def test_the_last_error_of_an_outage_is_named(clock: Clock) -> None:
    other = CceError("Could not list the jobs: HTTP 502.", "unavailable", http_status=502, transient=True)
    result = FakeCloud(clock, [FakeJob(A)], [Outage(5, 25, UNAVAILABLE), Outage(25, 1000, other)]).wait(timeout=40)
    assert "HTTP 502" in str(result.error) and "HTTP 503" not in str(result.error)


class InPart(FakeCloud):
    """A cloud that shows a part of its jobs from the second poll on, because the rest cannot be fetched."""

    failure: CceError = UNAVAILABLE
    until: float = 1000

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        poll = super().poll(followed, newer_than, seconds)
        return poll._replace(failure=self.failure) if 5 < self.clock.now < self.until else poll


@pytest.mark.parametrize(("until", "expected"), [(35, "not_found"), (55, None)])
def test_a_named_job_may_be_in_the_part_that_cannot_be_fetched(
    clock: Clock, until: float, expected: str | None
) -> None:
    cloud = InPart(clock, [FakeJob(A, listed_from=48, ends=60)], query=Query(id=(A,)), can_ask=False)
    cloud.until = until
    assert kind(cloud.wait(appear=30)) == expected


class WithoutAPart(InPart):
    """A cloud that knows nothing about the jobs of the part that cannot be fetched."""

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        poll = super().poll(followed, newer_than, seconds)
        return poll._replace(jobs={}, unknown={A}) if poll.failure else poll


def test_polls_that_know_nothing_about_a_job_do_not_miss_it(clock: Clock) -> None:
    cloud = WithoutAPart(clock, [FakeJob(A, deleted=55)])
    cloud.until = 55
    assert waited_for(cloud.wait()) == {A: None}
    # polls at 60, 70 and 80 s miss it
    assert len(cloud.shown) == 9


def test_retry_after_the_end_of_a_part_is_a_timeout_at_once(clock: Clock) -> None:
    cloud = InPart(clock, [FakeJob(A)])
    cloud.failure = CceError("Too many.", "throttled", transient=True, retry_after=500)
    assert (kind(cloud.wait()), clock.now < 12) == ("timeout", True)


@pytest.mark.parametrize(
    "error",
    [
        CceError(
            "Could not list the jobs within 60 s. Check the network, or increase timeout.", "timeout", transient=True
        ),
        CceError("Could not list the jobs: a.b responded with HTTP 503 (busy. Wait). Try later.", "x", transient=True),
        CceError("Could not list the jobs: HTTP 503.", "unavailable", transient=True),
    ],
)
def test_advice_about_an_outage_is_that_of_the_wait(clock: Clock, error: CceError) -> None:
    sentence = str(FakeCloud(clock, [FakeJob(A)], [Outage(5, 1000, error)]).wait(timeout=40).error)
    assert all(fact in sentence for fact in ("Could not list the jobs", "wait_timeout")) and ".." not in sentence
    assert "increase timeout" not in sentence and "later" not in sentence


@pytest.mark.parametrize(("retry_after", "at_least"), [(3.0, 10), (42.0, 42)])
def test_retry_after_is_respected(clock: Clock, retry_after: float, at_least: float) -> None:
    error = CceError("Too many.", "throttled", transient=True, retry_after=retry_after)
    cloud = FakeCloud(clock, [FakeJob(A, ends=15)], [Outage(5, 11, error)])
    assert kind(cloud.wait()) is None
    assert clock.now >= 10 + at_least


def test_retry_after_the_end_is_a_timeout_at_once(clock: Clock) -> None:
    error = CceError("Too many.", "throttled", transient=True, retry_after=500)
    result = FakeCloud(clock, [FakeJob(A)], [Outage(5, 1000, error)]).wait()
    assert (kind(result), [job["id"] for job in result.unfinished]) == ("timeout", [A])
    assert clock.now < 12


# ---------------------------------------------------------------------------------------------------------------------
# the end


def test_a_timeout_has_the_unfinished_jobs_in_order(clock: Clock) -> None:
    jobs = [FakeJob(A, created=-50), FakeJob(B, created=-20), FakeJob("c", ends=15, fails=True)]
    for order, expected in (("newest", [B, A]), ("oldest", [A, B])):
        result = FakeCloud(clock, jobs, query=Query(order=order)).wait(timeout=25)
        assert (kind(result), [job["id"] for job in result.unfinished]) == ("timeout", expected)
    assert "25 s" in str(result.error)


def test_a_timeout_names_what_failed(clock: Clock) -> None:
    result = FakeCloud(clock, [FakeJob(A), FakeJob(B, ends=5, fails=True, name="node-2")]).wait(timeout=25)
    assert "node-2" in str(result.error) and "no quota" in str(result.error)


def test_the_last_poll_is_near_the_end(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=595)])
    assert kind(cloud.wait(timeout=600, interval=60)) is None


def test_failures_without_fail_on_failure_are_no_error(clock: Clock) -> None:
    assert kind(FakeCloud(clock, [FakeJob(A, ends=5, fails=True)]).wait()) is None


def test_the_first_failure_is_named(clock: Clock) -> None:
    jobs = [FakeJob(A, ends=25, fails=True, name="second"), FakeJob(B, ends=15, fails=True, name="first")]
    result = FakeCloud(clock, jobs).wait(fail_on_failure=True)
    assert kind(result) == "job_failed"
    assert "1 more" in str(result.error)


# ---------------------------------------------------------------------------------------------------------------------
# messages


def test_changes_are_reported_once(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, created=-1, ends=15), FakeJob(B, created=-2, ends=35, name="node-2")])
    cloud.wait()
    assert cloud.recorded.notes == [
        "Waiting for ScaleupCluster of node-1 (Running), ScaleupCluster of node-2 (Running), after 0 s.",
        "Waiting for ScaleupCluster of node-2 (Running), after 20 s.",
    ]


def test_seconds_are_those_since_the_beginning_of_the_wait(clock: Clock) -> None:
    clock.now = 1000.0
    cloud = FakeCloud(clock, [FakeJob(A, ends=1015)])
    cloud.wait()
    assert [note.rpartition(", ")[2] for note in cloud.recorded.notes] == ["after 0 s."]


def test_what_does_not_change_is_reported_again_each_minute(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(A, ends=130)])
    cloud.wait(timeout=1000)
    assert len(cloud.recorded.notes) == 3


def test_many_jobs_are_not_all_named(clock: Clock) -> None:
    cloud = FakeCloud(clock, [FakeJob(str(number), ends=5) for number in range(8)])
    cloud.wait()
    assert cloud.recorded.notes[0].count("ScaleupCluster") == 5 and "3 more" in cloud.recorded.notes[0]
