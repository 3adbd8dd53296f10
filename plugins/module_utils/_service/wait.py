# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The wait until jobs are finished."""

from __future__ import annotations

import time
import typing as t

from .._errors import CceError
from .._jobs.normalize import Job
from .._jobs.select import Selection
from .._report import Report
from .request import Wait

# Jobs that a sentence spells out
_MOST_NAMED = 5

# Seconds after which the same jobs are named once more
_REMINDER = 60


class Poll(t.NamedTuple):
    """The list of jobs at one moment."""

    project_id: str
    selection: Selection
    """What the whole query leaves of it."""
    unfinished: list[Job]
    """What is waited for."""
    seen: set[str]
    """The ids among those asked about that are still in the list."""


class StillRunning(CceError):
    """The time to wait is over, and some jobs are not finished.

    Attributes:
        poll: the last list, None when there never was one.
    """

    def __init__(self, sentence: str, poll: Poll | None) -> None:
        super().__init__(sentence, "timeout")
        self.poll = poll


def wait_until_finished(poll: t.Callable[[t.Collection[str], float], Poll], wait: Wait, report: Report) -> Poll:
    """Fetch the list again and again until nothing is unfinished in it.

    Args:
        poll: fetches the list. It gets the ids that were unfinished before, and the seconds it may take at most.
        wait: how long and how often.
        report: hears of every change, once a minute of what has not changed, and of jobs that vanish from the list.

    Raises:
        StillRunning: when the time is over.
        CceError: when the list cannot be had. Only a refusal because of too many requests counts as no news.
    """
    begin = time.monotonic()
    last: Poll | None = None
    told, told_at = "", begin
    while True:
        awaited = {job["id"]: job for job in last.unfinished if job["id"]} if last else {}
        pause = wait.interval
        try:
            last = poll(list(awaited), max(begin + wait.timeout - time.monotonic(), 0.001))
        except CceError as error:
            pause = _pause_after(error, wait, begin, last)
            report.info(f"No news of the jobs, next try in {pause:.0f} s: {error}")
        else:
            for job_id in sorted(set(awaited) - last.seen):
                report.warning(
                    f"{_called(awaited[job_id])}, id {job_id}, is no longer in the list of jobs: not waited for."
                )
            if not last.unfinished:
                return last
            names, now = _named(last.unfinished), time.monotonic()
            if names != told or now >= told_at + _REMINDER:
                told, told_at = names, now
                report.info(f"Waiting for {names}, after {now - begin:.0f} s.")
        if time.monotonic() + pause >= begin + wait.timeout:
            raise _still_running(wait, last)
        time.sleep(pause)


def _pause_after(error: CceError, wait: Wait, begin: float, last: Poll | None) -> float:
    """Seconds until the next try.

    Raises:
        CceError: when it makes no sense to try again.
    """
    if error.kind == "timeout" and time.monotonic() >= begin + wait.timeout:
        raise _still_running(wait, last) from None
    if error.kind != "throttled":
        raise error
    return max(wait.interval, error.retry_after or 0)


def _still_running(wait: Wait, last: Poll | None) -> StillRunning:
    advice = "look at them, or raise wait_timeout"
    if last is None:
        return StillRunning(f"The list of jobs could not be had within {wait.timeout:g} s: raise wait_timeout.", None)
    return StillRunning(f"Not finished within {wait.timeout:g} s: {_named(last.unfinished)}; {advice}.", last)


def _named(jobs: t.Sequence[Job]) -> str:
    names = [f"{_called(job)} ({job['status'] or 'no status'})" for job in jobs[:_MOST_NAMED]]
    more = len(jobs) - len(names)
    return ", ".join([*names, f"{more} more"] if more else names)


def _called(job: Job) -> str:
    return (
        f"{job['type'] or 'a job'} of {job['resource_name'] or job['cluster_name'] or job['cluster_id'] or 'unknown'}"
    )
