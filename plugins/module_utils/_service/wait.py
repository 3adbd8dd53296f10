# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Wait until jobs have ended.

A wait that succeeds has seen every job it waited for end, or has seen it deleted and reports that. Whatever else
happens is an error.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from .._errors import CceError
from .._jobs.normalize import Job
from .._jobs.select import in_order
from .._report import Report
from .request import JobsRequest, Wait
from .wait_messages import deleted, enumerated, job_failed, none_appeared, not_found, timed_out, with_status
from .wait_source import JobState, Poll, Source

MISSES_UNTIL_DELETED = 3
"""Polls in a row that must not show a job, while CCE says that there is no such job, before it counts as deleted."""

MISSES_UNTIL_UNKNOWN = 10
"""The same where CCE cannot be asked about one job."""

# Seconds that a poll must have had before it counts as a failure of the cloud that the wait is over
_LEAST_SECONDS = 1

# Seconds after which the same jobs are named again
_REMINDER = 60


class WaitResult(t.NamedTuple):
    """How a wait ended."""

    error: CceError | None
    """None when it succeeded."""
    poll: Poll | None
    """The last poll that worked."""
    waited_for: list[Job]
    """In order, in their last known state."""
    unfinished: list[Job]
    """Those among them that have not ended."""


@dataclass
class _Tracked:
    """A job that is waited for."""

    name: str | None
    """Its ID as the user wrote it, None when the user did not name it."""
    job: Job | None = None
    """Its last known state, None when it has not appeared yet."""
    misses: int = 0
    """Polls in a row that did not show it."""
    gone: bool = False
    """Whether it counts as deleted."""

    @property
    def ended(self) -> bool:
        return self.gone or (self.job is not None and self.job["finished"])

    def state(self) -> Job | None:
        """The job as a result: how a deleted job ended is unknown."""
        return {**self.job, "status": None, "finished": False} if self.job and self.gone else self.job


def wait_for(source: Source, request: JobsRequest, wait: Wait, report: Report) -> WaitResult:
    """Wait for the jobs of a request.

    Args:
        source: where the jobs come from.
        request: which jobs.
        wait: how long, how often, and what counts as an error.
        report: where messages go.
    """
    query = request.query
    ended_counts = query.created_after is not None
    return Waiter(source, wait, report, ids=query.id, order=query.order, counts_ended=ended_counts).run()


class Waiter:
    """One wait.

    Args:
        source: where the jobs come from.
        wait: how long, how often, and what counts as an error.
        report: where messages go: what is waited for at each change and once a minute, when an outage begins and when
            it ends.
        ids: IDs of the jobs that the user named.
        order: ``newest`` or ``oldest`` first, for results.
        counts_ended: whether a job that has ended at the first poll counts as one that has appeared.
    """

    def __init__(
        self,
        source: Source,
        wait: Wait,
        report: Report,
        *,
        ids: t.Collection[str],
        order: str,
        counts_ended: bool,
    ) -> None:
        self._source = source
        self._wait = wait
        self._report = report
        self._order = order
        self._counts_ended = counts_ended
        self._tracked = {job_id.lower(): _Tracked(job_id) for job_id in ids}
        self._must_appear = bool(ids) or wait.appear > 0
        self._appeared = False
        self._begin = time.monotonic()
        self._end = self._begin + wait.timeout
        self._poll: Poll | None = None
        self._newest: str | None = None
        self._outage: tuple[float, CceError] | None = None
        self._poll_seconds = 0.0
        self._last_chance = False
        self._told, self._told_at = "", self._begin

    def run(self) -> WaitResult:
        """Poll until nothing is left to wait for."""
        while True:
            pause = self._wait.interval
            try:
                result = self._step()
            except CceError as error:
                if not self._tolerates(error):
                    return self._result(error)
                if (error.retry_after or 0) >= self._left():
                    return self._result(self._timeout())
                pause = max(pause, error.retry_after or 0)
            else:
                if result:
                    return result
            next_pause = self._until_next_poll(pause)
            if next_pause is None:
                return self._result(self._timeout())
            time.sleep(next_pause)

    def _step(self) -> WaitResult | None:
        """Poll once. Returns the result if the wait is over.

        Raises:
            CceError: when the poll fails, or what must be known at the end cannot be fetched.
        """
        poll, states = self._look()
        tolerated = not poll.failure or self._tolerates(poll.failure)
        self._learn(poll, states)
        if not tolerated:
            return self._result(poll.failure)
        if poll.failure and (poll.failure.retry_after or 0) >= self._left():
            return self._result(self._timeout())
        verdict = self._verdict(poll)
        if verdict or (self._is_over(poll) and not self._source.look_up_clusters(self._left())):
            return self._result(verdict)
        self._tell(poll)
        return None

    # -----------------------------------------------------------------------------------------------------------------
    # what a poll says

    def _look(self) -> tuple[Poll, dict[str, JobState]]:
        """A poll, and what CCE says about each followed job that it does not show."""
        began = time.monotonic()
        # a job that counts as deleted may return
        followed = {job_id for job_id, tracked in self._tracked.items() if tracked.gone or not tracked.ended}
        try:
            newer_than = (self._newest or "") if self._poll else None
            poll = self._source.poll(followed, newer_than, self._left())
            shown = {*poll.jobs, *poll.unknown}
            missing = [job_id for job_id, tracked in self._tracked.items() if not tracked.ended and job_id not in shown]
            states = self._source.ask(missing, self._left()) if missing and self._poll else {}
        finally:
            self._poll_seconds = time.monotonic() - began
        return poll, states

    def _learn(self, poll: Poll, states: t.Mapping[str, JobState]) -> None:
        if self._outage and not poll.failure:
            self._report.info(f"Polling works again, after {time.monotonic() - self._outage[0]:.0f} s.")
            self._outage = None
        if self._poll is None:
            self._newest = poll.newest
        self._poll = poll
        for job_id, job in poll.jobs.items():
            tracked = self._tracked.setdefault(job_id, _Tracked(None))
            tracked.job, tracked.misses, tracked.gone = job, 0, False
        for job_id, tracked in self._tracked.items():
            if job_id not in poll.jobs and job_id not in poll.unknown and not tracked.ended:
                self._miss(tracked, states.get(job_id))
        seen = any(tracked.job for tracked in self._tracked.values())
        self._appeared |= seen or bool(poll.without_id) or (self._counts_ended and poll.selects_any)

    def _miss(self, tracked: _Tracked, state: JobState | None) -> None:
        """A poll did not show a job, but CCE may return it when it is asked for this job."""
        if state and state.job:
            tracked.job, tracked.misses = state.job, 0
            return
        tracked.misses += 1
        if not (state and tracked.job):
            # CCE was not asked about it in this poll, so that nothing can be concluded
            return
        # whether CCE returns a subjob by its ID is not documented, so that a 404 says nothing about one
        known_deleted = state.deleted and not tracked.job["parent_id"]
        if tracked.misses >= (MISSES_UNTIL_DELETED if known_deleted else MISSES_UNTIL_UNKNOWN):
            tracked.gone = True
            if tracked.name is None:
                self._report.warning(deleted(tracked.job))

    def _verdict(self, poll: Poll) -> CceError | None:
        """The error that a poll leads to, None when there is none."""
        for tracked in self._tracked.values():
            if tracked.gone and tracked.name is not None and tracked.job:
                return CceError(deleted(tracked.job), "not_found")
        # a job that has not appeared may be where nothing can be seen
        if not poll.failure and time.monotonic() >= self._begin + self._wait.appear:
            missing = self._missing()
            if missing:
                return not_found(missing, self._wait.appear)
            if self._must_appear and not self._appeared:
                return none_appeared(self._wait.appear)
        if self._is_over(poll) and self._wait.fail_on_failure:
            return job_failed([tracked.job for tracked in self._tracked.values() if tracked.job and not tracked.gone])
        return None

    def _is_over(self, poll: Poll) -> bool:
        awaits_appearance = self._must_appear and not self._appeared
        unfinished = any(not tracked.ended for tracked in self._tracked.values()) or bool(poll.without_id)
        if poll.failure:
            return False
        return not awaits_appearance and not unfinished

    def _missing(self) -> list[str]:
        """IDs that the user named and that have not appeared."""
        return [tracked.name for tracked in self._tracked.values() if tracked.name is not None and not tracked.job]

    # -----------------------------------------------------------------------------------------------------------------
    # time and outages

    def _left(self) -> float:
        return max(self._end - time.monotonic(), 0.001)

    def _tolerates(self, error: CceError) -> bool:
        """Whether to poll again after this error. Before the first poll that works, the rules of a plain fetch hold."""
        if self._poll is None or not error.transient:
            return False
        if error.kind == "timeout" and time.monotonic() >= self._end and self._poll_seconds < _LEAST_SECONDS:
            # the last poll had only the rest of the time, which says nothing about the cloud
            return True
        if not self._outage:
            self._outage = time.monotonic() - self._poll_seconds, error
            self._report.info(f"Polling failed; retrying until it works again: {error}")
        self._outage = self._outage[0], error
        return True

    def _until_next_poll(self, pause: float) -> float | None:
        """Seconds to sleep, None when the time is over."""
        now = time.monotonic()
        appear = self._begin + self._wait.appear
        if now < appear and not self._outage and (self._missing() or (self._must_appear and not self._appeared)):
            pause = min(pause, appear - now)
        left = self._end - now
        if pause < left:
            return pause
        # a last poll, so that the whole time counts
        margin = min(max(2 * self._poll_seconds, 1.0), self._wait.timeout / 20)
        if self._last_chance or left <= margin:
            return None
        self._last_chance = True
        return left - margin

    # -----------------------------------------------------------------------------------------------------------------
    # messages and results

    def _tell(self, poll: Poll) -> None:
        names, now = self._names(poll), time.monotonic()
        if names != self._told or now >= self._told_at + _REMINDER:
            self._told, self._told_at = names, now
            self._report.info(f"Waiting for {names}, after {now - self._begin:.0f} s.")

    def _names(self, poll: Poll) -> str:
        unfinished = [tracked.job for tracked in self._tracked.values() if tracked.job and not tracked.ended]
        missing = [f"job {job_id} to appear" for job_id in self._missing()]
        named = [*map(with_status, in_order([*unfinished, *poll.without_id], self._order)), *missing]
        return enumerated(named) or ("one more poll" if self._is_over(poll) else "a job to appear")

    def _timeout(self) -> CceError:
        names = self._names(self._poll) if self._poll else "a job to appear"
        failed = [tracked.job for tracked in self._tracked.values() if tracked.job]
        outage = (time.monotonic() - self._outage[0], self._outage[1]) if self._outage else None
        return timed_out(self._wait.timeout, names, failed, outage)

    def _result(self, error: CceError | None) -> WaitResult:
        without_id = self._poll.without_id if self._poll else []
        states = [state for state in (tracked.state() for tracked in self._tracked.values()) if state]
        unfinished = [tracked.job for tracked in self._tracked.values() if tracked.job and not tracked.ended]
        return WaitResult(
            error,
            self._poll,
            in_order([*states, *without_id], self._order),
            in_order([*unfinished, *without_id], self._order),
        )
