# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Watch the jobs of one or several projects without an end, and report each change once.

Everything here is synchronous, and knows nothing of the rule engine. It works like this::

    watcher = Watcher(...)
    while True:
        for change in watcher.poll():
            ...  # hand it over
            watcher.sent(change)
        ...  # wait for watcher.pause() seconds
"""

from __future__ import annotations

import functools
import json
import time
import typing as t
from datetime import datetime

from .._errors import CceError
from .._jobs.filters import value_warnings
from .._jobs.query import Query
from .._jobs.timestamps import Age, time_before
from .._report import Report
from .._secrets import Mask
from .changes import ABOUT_CHANGES, Change, FirstPoll, Memory, Poll, State, compare, in_order
from .polls import Look, Polls
from .project_polls import ProjectPolls
from .request import JobsRequest
from .state_file import StateFile
from .watch_request import WatchRequest

MAX_INTERVALS = 10
"""The longest pause during an outage, in intervals."""

# A server may ask for a longer pause, but not for any length
_MAX_RETRY_AFTER = 3600.0

# Kinds of failures that end a source only if they occur before the first poll that works: later, they are most likely
# the fault of a gateway or of maintenance
_TOLERATED_LATER = ("not_found", "tls")

# Different warnings that are logged; a list with ever new faults must not fill the log
_MAX_WARNINGS = 100


class Watcher:
    """One event source.

    Args:
        request: what to watch.
        polls: polls all projects.
        report: where messages go. An outage is a warning when it begins and when it ends.
        mask: removes secrets from text and from jobs.
        state_file: where to keep what is known, None to forget it at the end.
    """

    def __init__(
        self,
        request: WatchRequest,
        polls: Polls,
        report: Report,
        mask: Mask,
        state_file: StateFile | None = None,
    ) -> None:
        self._request = request
        self._report = report
        self._mask = mask
        self._polls = polls
        self._state_file = state_file
        self._filters = _described(request.jobs)
        self._memories: dict[str, Memory] = state_file.memories if state_file else {}
        # when each outage began: of a project, or with None of the list of projects
        self._outages: dict[ProjectPolls | None, float] = {}
        self._began = 0.0
        self._failed_polls = 0
        self._retry_after = 0.0
        self._has_worked = False
        self._warned: set[str] = set()
        self._must_save = False
        self._saving_fails = False

    def poll(self) -> list[Change]:
        """Poll all projects once. The result is in order, and only contains changes to report.

        Raises:
            CceError: for a failure that will not pass by itself.
        """
        self._began = time.monotonic()
        looks = self._look()
        self._judge(looks)
        taken: dict[str, list[Change]] = {}
        for look in looks:
            if look.error:
                self._fails(look.project, look.error)
                continue
            self._works(look.project)
            # a project can be there twice, by its name and its ID, until a login has shown that they are the same
            if look.poll and look.poll.project_id not in taken:
                taken[look.poll.project_id] = self._take(look.project, look.poll)
        self._check_values(looks)
        self._save()
        return in_order(change for changes in taken.values() for change in changes)

    def sent(self, change: Change) -> None:
        """Note that a change has been handed over: it is not reported again."""
        self._learn(change.project_id, change.key, change.state)

    def close(self) -> None:
        """Let another source use the state file: the engine may start this one again in the same process."""
        if self._state_file:
            self._state_file.close()

    def pause(self) -> float:
        """Seconds until the next poll."""
        interval = self._request.interval
        if self._failed_polls:
            longest = MAX_INTERVALS * interval
            pause: float = min(interval * 2 ** min(self._failed_polls - 1, MAX_INTERVALS), longest)
            return max(pause, min(self._retry_after, max(longest, _MAX_RETRY_AFTER)))
        return max(0.0, self._began + interval - time.monotonic())

    # -----------------------------------------------------------------------------------------------------------------
    # changes

    def _look(self) -> list[Look]:
        try:
            looks = self._polls.poll(lambda project: functools.partial(self._read, project))
        except CceError as error:
            self._mask_error(error)
            if not self._passes(error):
                raise
            self._fails(None, error)
            self._back_off([error])
            return []
        self._works(None)
        for look in looks:
            if look.error:
                self._mask_error(look.error)
        return looks

    def _read(self, project: ProjectPolls, raw_jobs: t.Iterable[t.Any], query: Query, now: datetime) -> Poll:
        """Compare a list with what is known. It runs in a thread that may be abandoned, so it changes nothing."""
        origin = project.origin
        memory = self._memories.get(origin.project_id or "") or Memory()
        first = None if memory.filters == self._filters else FirstPoll(_absolute(self._request.since, now))
        return compare(raw_jobs, query, self._request.kinds, memory, origin, first, self._mask)

    def _take(self, project: ProjectPolls, poll: Poll) -> list[Change]:
        """Learn what is not reported, and return the rest."""
        memory = self._memories.setdefault(poll.project_id, Memory())
        if memory.filters != self._filters:
            memory.filters = self._filters
            self._must_save = True
        for key, state in poll.silent.items():
            self._learn(poll.project_id, key, state)
        memory.settle(poll.present, time.time())
        self._warn(poll.warnings)
        project.name_clusters([change.job for change in poll.changes])
        return [change._replace(job=self._mask.result(change.job)) for change in poll.changes]

    def _check_values(self, looks: t.Sequence[Look]) -> None:
        """Warn about values of filters that no job has, once all projects are known for the first time."""
        checked = [look.poll.checked for look in looks if look.poll and look.poll.checked]
        if checked and len(checked) == len(looks):
            for filters in zip(*checked):
                self._warn(value_warnings(filters))

    def _warn(self, sentences: t.Iterable[str]) -> None:
        for sentence in sentences:
            if sentence not in self._warned and len(self._warned) < _MAX_WARNINGS:
                self._warned.add(sentence)
                self._report.warning(sentence)

    def _learn(self, project_id: str, key: str, state: State) -> None:
        self._memories[project_id].learn(key, state)
        # one line for each of thousands of jobs would take long
        if self._state_file and not self._must_save:
            try:
                self._state_file.add(project_id, key, state)
            except OSError as error:
                self._warn_of_saving(error)

    def _save(self) -> None:
        """Write the state file if that takes more than adding lines."""
        if not self._state_file or not (self._must_save or self._state_file.is_due):
            return
        try:
            self._state_file.replace()
        except OSError as error:
            self._warn_of_saving(error)
        else:
            self._must_save = self._saving_fails = False

    def _warn_of_saving(self, error: OSError) -> None:
        if not self._saving_fails:
            self._saving_fails = True
            self._report.warning(
                f"Cannot write {self._request.state_file!r} (option state_file): {error.strerror}. "
                "Until it can be written, a restart may repeat events."
            )

    # -----------------------------------------------------------------------------------------------------------------
    # failures

    def _works(self, project: ProjectPolls | None) -> None:
        """Log the end of an outage, of a project or of the list of projects."""
        began = self._outages.pop(project, None)
        if began is None:
            return
        seconds = time.monotonic() - began
        self._report.warning(
            f"Polling project {project.name} works again, after {seconds:.0f} s."
            if project
            else f"Listing the projects works again, after {seconds:.0f} s."
        )

    def _fails(self, project: ProjectPolls | None, error: CceError) -> None:
        """Log the beginning of an outage."""
        if project in self._outages:
            return
        self._outages[project] = self._began
        self._report.warning(
            f"Polling project {project.name} failed; retrying until it works again: {error}"
            if project
            else f"Listing the projects failed; retrying until it works again: {error}"
        )

    def _judge(self, looks: t.Sequence[Look]) -> None:
        """Prepare the next pause, or raise the failure because no project is left that could work."""
        failures = [look.error for look in looks if look.error]
        if len(failures) < len(looks):
            self._has_worked = True
            self._failed_polls, self._retry_after = 0, 0.0
        elif failures:
            if not any(map(self._passes, failures)):
                raise self._polls.failure(looks)
            self._back_off(failures)

    def _back_off(self, failures: t.Sequence[CceError]) -> None:
        self._failed_polls += 1
        self._retry_after = max(error.retry_after or 0.0 for error in failures)

    def _passes(self, error: CceError) -> bool:
        return error.transient or (self._has_worked and error.kind in _TOLERATED_LATER)

    def _mask_error(self, error: CceError) -> None:
        error.reword(self._mask)
        error.url = self._mask.result(error.url)


def _absolute(since: str | Age | None, now: datetime) -> str | None:
    return time_before(now, since) if isinstance(since, Age) else since


def _described(request: JobsRequest) -> str:
    """The filters that decide which jobs are compared, as text."""
    query = request.query._replace(**ABOUT_CHANGES)
    return json.dumps([query._asdict(), request.cluster_names._asdict()], sort_keys=True)
