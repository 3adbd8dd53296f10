# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit tests of the wait until jobs are finished: the loop alone, with a clock that nobody has to wait for."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import Selection, select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.tracker import UnfinishedTracker
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import wait as _wait
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import Wait
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait import (
    Poll,
    StillRunning,
    wait_until_finished,
)

CLUSTER = "7ec8b73d-83db-11f0-8baa-0255ac10003e"


def raw(uid: str | None, status: str, name: str = "node-1") -> dict[str, t.Any]:
    return {
        "metadata": {"uid": uid},
        "spec": {"type": "ScaleupCluster", "resourcename": name, "clusteruid": CLUSTER},
        "status": {"status": status},
    }


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        self.naps: list[float] = []
        monkeypatch.setattr(_wait.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(_wait.time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


class Cloud:
    """Answers each poll with the next of the given lists or failures, the last one for ever."""

    def __init__(self, *answers: list[dict[str, t.Any]] | CceError, query: Query | None = None) -> None:
        self.answers = list(answers)
        self.query = query or Query()
        self.awaited: list[list[str]] = []
        self.limits: list[float] = []
        self.notes: list[str] = []
        self.warnings: list[str] = []

    def poll(self, awaited: t.Collection[str], limit: float) -> Poll:
        self.awaited.append(sorted(awaited))
        self.limits.append(limit)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, CceError):
            raise found
        tracker = UnfinishedTracker(self.query, awaited)
        return Poll("p1", select(tracker.over(found), self.query), tracker.unfinished, tracker.seen)

    def wait(self, timeout: float = 100, interval: float = 10) -> Selection:
        report = Report(warning=self.warnings.append, info=self.notes.append, secret=self.notes.append)
        return wait_until_finished(self.poll, Wait(timeout, interval), report).selection


def ids(selection: Selection) -> list[str]:
    return [job["id"] for job in selection.jobs]


def test_no_wait_where_all_is_finished(clock: Clock) -> None:
    cloud = Cloud([raw("a", "Success"), raw("b", "Failed")])
    assert ids(cloud.wait()) == ["b", "a"]
    assert (clock.naps, cloud.notes, cloud.awaited) == ([], [], [[]])


def test_waits_for_what_the_filters_select(clock: Clock) -> None:
    cloud = Cloud(
        [raw("a", "Running"), raw("b", "Running", "other")],
        [raw("a", "Failed"), raw("b", "Running", "other")],
        query=Query(resource_name=("node-1",), status=("success",)),
    )
    # status counts in the end only: the job that failed was waited for, and is not among those asked for
    assert ids(cloud.wait()) == []
    assert (clock.naps, cloud.awaited) == ([10], [[], ["a"]])


def test_jobs_that_come_later_are_waited_for_as_well(clock: Clock) -> None:
    cloud = Cloud(
        [raw("a", "Initializing")],
        [raw("a", "Success"), raw("b", "Running")],
        [raw("a", "Success"), raw("b", "Success")],
    )
    assert ids(cloud.wait()) == ["b", "a"]
    assert cloud.awaited == [[], ["a"], ["b"]]


@pytest.mark.parametrize("mode", ["nested", "flat"])
def test_steps_of_a_finished_job_are_not_waited_for(clock: Clock, mode: str) -> None:
    subjob = raw("a1", "Running")
    parent = raw("a", "Success")
    parent["spec"]["subjobs"] = [subjob]
    done = raw("a", "Success")
    cloud = Cloud([parent], [done], query=Query(subjobs=mode))
    cloud.wait()
    assert len(cloud.awaited) == 1


def test_changes_are_told_once(clock: Clock) -> None:
    running = [raw("a", "Running"), raw("b", "Initializing", "node-2")]
    cloud = Cloud(running, running, [raw("a", "Success"), raw("b", "Running", "node-2")], [raw("b", "Success")])
    cloud.wait()
    assert cloud.notes == [
        "Waiting for ScaleupCluster of node-1 (Running), ScaleupCluster of node-2 (Initializing), after 0 s.",
        "Waiting for ScaleupCluster of node-2 (Running), after 20 s.",
    ]


def test_what_does_not_change_is_told_again_each_minute(clock: Clock) -> None:
    cloud = Cloud(*[[raw("a", "Running")]] * 14, [])
    cloud.wait(timeout=1000)
    assert cloud.notes == [
        "Waiting for ScaleupCluster of node-1 (Running), after 0 s.",
        "Waiting for ScaleupCluster of node-1 (Running), after 60 s.",
        "Waiting for ScaleupCluster of node-1 (Running), after 120 s.",
    ]


def test_many_jobs_are_not_all_named(clock: Clock) -> None:
    cloud = Cloud([raw(str(number), "Running") for number in range(8)], [])
    cloud.wait()
    assert cloud.notes[0].count("ScaleupCluster") == 5 and ", 3 more, after" in cloud.notes[0]


def test_a_job_that_vanishes_is_gone(clock: Clock) -> None:
    cloud = Cloud([raw("a", "Running"), raw("b", "Running")], [raw("b", "Success")])
    assert ids(cloud.wait()) == ["b"]
    assert cloud.warnings == ["ScaleupCluster of node-1, id a, is no longer in the list of jobs: not waited for."]


def test_a_job_without_an_id_is_waited_for(clock: Clock) -> None:
    cloud = Cloud([raw(None, "Running")], [raw(None, "Success")])
    cloud.wait()
    assert (clock.naps, cloud.warnings) == ([10], [])


def test_time_is_over(clock: Clock) -> None:
    cloud = Cloud([raw("a", "Running"), raw("b", "Success")])
    with pytest.raises(StillRunning) as caught:
        cloud.wait(timeout=25)
    # never longer than allowed: a third pause would end after 30 s
    assert clock.naps == [10, 10]
    assert cloud.limits == [25, 15, 5]
    assert caught.value.kind == "timeout"
    assert str(caught.value) == (
        "Not finished within 25 s: ScaleupCluster of node-1 (Running); look at them, or raise wait_timeout."
    )
    assert caught.value.poll and [job["id"] for job in caught.value.poll.unfinished] == ["a"]


def throttled(retry_after: float | None = None) -> CceError:
    return CceError("Too many.", "throttled", retry_after=retry_after)


@pytest.mark.parametrize(("retry_after", "pause"), [(None, 10), (3, 10), (42, 42)])
def test_too_many_requests_are_no_news(clock: Clock, retry_after: float | None, pause: float) -> None:
    cloud = Cloud([raw("a", "Running")], throttled(retry_after), [raw("a", "Success")])
    assert ids(cloud.wait()) == ["a"]
    assert clock.naps == [10, pause]
    assert cloud.awaited == [[], ["a"], ["a"]]
    assert cloud.notes[-1] == f"No news of the jobs, next try in {pause} s: Too many."


def test_too_many_requests_all_the_time(clock: Clock) -> None:
    with pytest.raises(StillRunning) as caught:
        Cloud(throttled()).wait(timeout=15)
    assert caught.value.poll is None
    assert str(caught.value) == "The list of jobs could not be had within 15 s: raise wait_timeout."


@pytest.mark.parametrize("kind", ["authentication", "permission", "unavailable", "connection", "timeout", "response"])
def test_other_failures_end_the_wait(clock: Clock, kind: str) -> None:
    error = CceError("No.", kind)
    with pytest.raises(CceError) as caught:
        Cloud([raw("a", "Running")], error).wait()
    assert caught.value is error


def test_a_list_that_comes_too_late(clock: Clock) -> None:
    cloud = Cloud([raw("a", "Running")])

    def slow(awaited: t.Collection[str], limit: float) -> Poll:
        if awaited:
            clock.now += limit
            raise CceError("Could not list the jobs within 5 s.", "timeout")
        return cloud.poll(awaited, limit)

    with pytest.raises(StillRunning) as caught:
        wait_until_finished(slow, Wait(15, 10), Report(warning=print, info=print, secret=print))
    assert caught.value.poll and caught.value.poll.unfinished
    assert clock.now == 1015
