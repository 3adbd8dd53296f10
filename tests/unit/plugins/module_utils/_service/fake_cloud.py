# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cloud for waits whose time passes only by sleeping: jobs with a history, and a network with outages."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import normalize
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import wait as wait_module
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.observe import Observer
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import Wait
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait import Waiter, WaitResult
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait_source import JobState, Poll
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport

CLUSTER = "7ec8b73d-83db-11f0-8baa-0255ac10003e"
START = datetime(2026, 1, 2, 3, 0, 0, tzinfo=timezone.utc)


class Clock:
    """Time that passes only by sleeping and by what the cloud takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(wait_module.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(wait_module.time, "sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@dataclass
class FakeJob:
    """A job. All times are seconds since the start of the wait."""

    uid: str
    created: float = -10.0
    ends: float | None = None
    """None when it never ends."""
    fails: bool = False
    listed_from: float = float("-inf")
    hidden: tuple[tuple[float, float], ...] = ()
    """When the list does not show it."""
    deleted: float | None = None
    type: str = "ScaleupCluster"
    name: str = "node-1"
    has_id: bool = True
    of_cluster: int = 0
    """How many times the cluster has been created again before this job of it."""

    def raw(self, now: float) -> dict[str, t.Any]:
        ended = self.ends is not None and now >= self.ends
        status = ("Failed" if self.fails else "Success") if ended else "Running"
        created = (START + timedelta(seconds=self.created)).isoformat()
        return {
            "metadata": {"uid": self.uid if self.has_id else None, "creationTimestamp": created},
            "spec": {"type": self.type, "resourcename": self.name, "clusteruid": CLUSTER},
            "status": {"status": status, **({"reason": "no quota"} if ended and self.fails else {})},
        }

    def exists(self, now: float) -> bool:
        return self.created <= now and (self.deleted is None or now < self.deleted)

    def is_listed(self, now: float) -> bool:
        hidden = any(begin <= now < end for begin, end in self.hidden)
        return self.exists(now) and now >= self.listed_from and not hidden


@dataclass
class Outage:
    """A time in which calls fail."""

    begin: float
    end: float
    error: CceError
    takes: float = 0.0
    """Seconds until a call fails."""


@dataclass
class FakeCloud:
    """The ``Source`` of a wait."""

    clock: Clock
    jobs: t.Sequence[FakeJob]
    outages: t.Sequence[Outage] = ()
    query: Query = field(default_factory=Query)
    created_again: tuple[float, ...] = ()
    """When the cluster is created again, in order."""
    can_ask: bool = True
    asks_at_most: int | None = None
    """How many jobs it says something about in one poll, None for no limit."""
    takes: float = 0.1
    recorded: RecordedReport = field(default_factory=RecordedReport)
    shown: list[dict[str, bool]] = field(default_factory=list)
    """For each poll that worked, the IDs that its list showed and whether they were finished."""
    asked: list[dict[str, JobState]] = field(default_factory=list)
    """For each poll that worked, what CCE said about single jobs."""
    polled_at: float = -1.0
    """When the last poll began that worked."""
    clusters: int = 0
    """The clusters that are known."""
    polled_clusters: int = 0
    """The clusters that were known in the last poll that worked."""
    _looked_up_at: float = -1.0

    def clusters_at(self, time: float) -> int:
        return 1 + sum(created <= time for created in self.created_again)

    def look_up_clusters(self, seconds: float) -> bool:
        if not self.created_again or self._looked_up_at >= self.polled_at:
            return False
        began, before = self.clock.now, self.clusters
        self._call(seconds)
        self._looked_up_at, self.clusters = began, self.clusters_at(began)
        return self.clusters > before

    def _call(self, seconds: float) -> None:
        for outage in self.outages:
            if outage.begin <= self.clock.now < outage.end:
                if outage.takes >= seconds:
                    self.clock.now += seconds
                    raise CceError("Could not list the jobs in time.", "timeout", transient=True)
                self.clock.now += outage.takes
                raise outage.error
        self.clock.now += min(self.takes, seconds)

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        began = self.clock.now
        self._call(seconds)
        if not self.clusters:
            self._looked_up_at, self.clusters = began, self.clusters_at(began)
        self.polled_at, self.polled_clusters = began, self.clusters
        listed = [job for job in self.jobs if job.of_cluster < self.clusters and job.is_listed(self.clock.now)]
        raws = [job.raw(self.clock.now) for job in listed]
        observer = Observer(self.query, followed, newer_than)
        selection = select(list(observer.over(raws)), self.query)
        self.shown.append(
            {job.uid: job.ends is not None and self.clock.now >= job.ends for job in listed if job.has_id}
        )
        self.asked.append({})
        newest = observer.newest_selected or observer.newest
        return Poll(selection, observer.jobs, observer.without_id, observer.selects_any, newest)

    def ask(self, job_ids: t.Collection[str], seconds: float) -> dict[str, JobState]:
        if not self.can_ask:
            nothing = {job_id: JobState(None, False) for job_id in job_ids}
            self.asked[-1].update(nothing)
            return nothing
        try:
            self._call(seconds)
        except CceError:
            # the poll as a whole did not work then
            self.shown.pop()
            self.asked.pop()
            raise
        if self.asks_at_most is not None:
            first = len(self.asked) * self.asks_at_most % max(len(job_ids), 1)
            job_ids = [*job_ids, *job_ids][first : first + self.asks_at_most]
        known = {job.uid: job for job in self.jobs if job.exists(self.clock.now) and job.has_id}
        states = {
            job_id: JobState(normalize((known[job_id].raw(self.clock.now), None, 1, False)), False)
            if job_id in known
            else JobState(None, True)
            for job_id in job_ids
        }
        self.asked[-1].update(states)
        return states

    def wait(self, timeout: float = 100, interval: float = 10, **more: t.Any) -> WaitResult:
        options = {"ids": self.query.id, "order": self.query.order, "counts_ended": bool(self.query.created_after)}
        wait = Wait(timeout, interval, more.pop("appear", 0.0), more.pop("fail_on_failure", False))
        return Waiter(self, wait, self.recorded.report, **{**options, **more}).run()
