# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Jobs that matter to a wait, noticed while a list is on its way to the selection of results."""

from __future__ import annotations

import typing as t

from .._jobs.diagnostics import Diagnostics
from .._jobs.filters import matcher
from .._jobs.normalize import UNKNOWN, Job, Origin, normalize
from .._jobs.query import Query
from .._jobs.raw_job import Candidate, candidates, is_finished, read_text, read_time

# Filters that depend on whether and how a job has ended: no unfinished job would match
_NO_OUTCOME: dict[str, t.Any] = {
    "status": (),
    "finished": None,
    "completed_after": None,
    "completed_before": None,
}


class Observer:
    """Looks at raw jobs for a wait. Filters that depend on the outcome of a job do not count, nor does ``limit``.

    Args:
        query: what the user asks for, without ages.
        followed: lower-case IDs of jobs to keep in any case, at any depth.
        newer_than: keep selected jobs that were created after this time, even if they have ended. None to keep none.
        origin: the project in which the jobs are read.

    Attributes:
        jobs: by lower-case ID, the jobs to keep, and the selected jobs that are unfinished.
        without_id: selected and unfinished jobs that have no ID.
        selects_any: whether the filters select any job.
        newest_selected: when the newest selected job was created.
        newest: when the newest job was created. Only for the first poll, since it costs time.
    """

    def __init__(
        self, query: Query, followed: t.Collection[str], newer_than: str | None, origin: Origin = UNKNOWN
    ) -> None:
        query = query._replace(**_NO_OUTCOME)
        self._subjobs = query.subjobs
        self._deep = query.deep
        self._matches = matcher(query)
        self._followed = frozenset(followed)
        self._newer_than = newer_than
        self._origin = origin
        # the selection, which reads the same jobs, reports problems
        self._muted = Diagnostics(muted=True)
        self.jobs: dict[str, Job] = {}
        self.without_id: list[Job] = []
        self.selects_any = False
        self.newest_selected: str | None = None
        self.newest: str | None = None

    def over(self, raw_jobs: t.Iterable[t.Any]) -> t.Iterator[t.Any]:
        """The same elements, each after a look at it."""
        deep = self._deep or bool(self._followed)
        for raw in raw_jobs:
            for candidate in candidates((raw,), deep, self._muted):
                self._look_at(candidate)
            yield raw

    def _look_at(self, candidate: Candidate) -> None:
        job_id = (read_text(candidate[0], "id", self._muted) or "").lower()
        if job_id in self._followed:
            self._keep(job_id, candidate)
        if self._newer_than is None:
            self.newest = _later(self.newest, read_time(candidate[0], "created_at", self._muted))
        if candidate[2] > 1 and not self._deep:
            # a subjob, looked at only because it might be followed
            return
        if not self._matches(candidate):
            return
        self.selects_any = True
        if not is_finished(candidate, self._muted):
            self._keep(job_id, candidate)
        elif self._newer_than is None:
            self.newest_selected = _later(self.newest_selected, read_time(candidate[0], "created_at", self._muted))
        elif job_id and (read_time(candidate[0], "created_at", self._muted) or "") > self._newer_than:
            self._keep(job_id, candidate)

    def _keep(self, job_id: str, candidate: Candidate) -> None:
        if not job_id:
            self.without_id.append(self._normalized(candidate))
        elif job_id not in self.jobs or (self.jobs[job_id]["finished"] and not is_finished(candidate, self._muted)):
            # of two states of a job, the unfinished one counts
            self.jobs[job_id] = self._normalized(candidate)

    def _normalized(self, candidate: Candidate) -> Job:
        return normalize(candidate, self._subjobs, origin=self._origin)


def _later(time: str | None, other: str | None) -> str | None:
    return max(filter(None, (time, other)), default=None)
