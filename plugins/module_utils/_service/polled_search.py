# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Polls of the jobs of one project, for a wait."""

from __future__ import annotations

import functools
import time
import typing as t
from datetime import timedelta

from .._api.cce import MAX_DIRECT_JOBS
from .._http.deadline import Deadline
from .._jobs.normalize import normalize
from .._jobs.timestamps import written
from .ages import or_now
from .clusters import ids_so_far
from .named_jobs import NamedJobs
from .observe import Observer
from .request import Wait
from .search import Search
from .wait import WaitResult, wait_for
from .wait_source import JobState, Poll

# When the first poll of a wait shows no job at all of a cluster, a job that was created up to this long before it is a
# new one that the list shows late. An older one is an old one that the list did not show for a moment, or that ended
# before the cluster got its name.
_LISTED_LATE = timedelta(minutes=10)


class PolledSearch(Search):
    """A search that can be repeated. It is the ``Source`` of a wait."""

    # when the last poll began, by the monotonic clock
    _polled_at = float("-inf")
    # jobs that were created after this time may be new, by the time of the first poll
    _first_new = ""
    # the same since there are more clusters than in the first poll, which does not know what is new in these
    _newer_than = ""

    def wait(self, wait: Wait) -> WaitResult:
        """Wait for the jobs."""
        return wait_for(self, self._request, wait, self._report)

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        """See ``Source``."""
        with self._limited(seconds) as deadline:
            return self._session.client.run(functools.partial(self.look, followed, newer_than, deadline), deadline)

    def ask(self, job_ids: t.Collection[str], seconds: float) -> dict[str, JobState]:
        """See ``Source``."""
        with self._limited(seconds) as deadline:
            return self._session.client.run(functools.partial(self.look_at, job_ids, deadline), deadline)

    def look_up_clusters(self, seconds: float) -> bool:
        """See ``Source``."""
        if not self.has_old_names:
            return False
        with self._limited(seconds) as deadline:
            return self._session.client.run(functools.partial(self.clusters_added, deadline), deadline)

    @property
    def has_old_names(self) -> bool:
        """Whether the user named clusters that have not been looked up since the last poll began."""
        return bool(self._request.cluster_names.option) and self._named_at < self._polled_at

    # -----------------------------------------------------------------------------------------------------------------
    # the same in the current thread, which the caller abandons after the deadline

    def look(
        self,
        followed: t.Collection[str],
        newer_than: str | None,
        deadline: Deadline,
        named: NamedJobs | None = None,
    ) -> Poll:
        """See ``Source.poll``."""
        self._polled_at = time.monotonic()
        if newer_than is not None:
            newer_than = max(newer_than, self._newer_than)
        observe = functools.partial(Observer, followed=followed, newer_than=newer_than)
        if not named:
            self._results = {}
        selection, seen, sent_at = self._fetch(deadline, observe, named)
        if seen is None:
            raise AssertionError("a poll has an observer")
        self._name((*selection.jobs, *seen.jobs.values(), *seen.without_id))
        self._spelled.update({job_id: job["id"] for job_id, job in seen.jobs.items()})
        listed_late = written(or_now(sent_at) - _LISTED_LATE)
        if newer_than is None:
            self._first_new = listed_late
        newest = seen.newest_selected or seen.newest or listed_late
        return Poll(selection, seen.jobs, seen.without_id, seen.selects_any, newest)

    def look_at(self, job_ids: t.Collection[str], deadline: Deadline) -> dict[str, JobState]:
        """See ``Source.ask``."""
        left_out = [job_id for job_id in job_ids if job_id not in self._results]
        # those that were asked for the longest time ago come first
        asked = sorted(left_out, key=lambda job_id: self._asked_at.get(job_id, 0.0))[:MAX_DIRECT_JOBS]
        self._ask_directly(asked, deadline, announce=False)
        # a copy, since a thread that was abandoned in an earlier poll may still add a result
        results = dict(self._results)
        states = {
            job_id: JobState(
                normalize((result.job, None, 1, False), self._query.subjobs, origin=self.origin())
                if result.job
                else None,
                result.deleted,
            )
            for job_id, result in results.items()
            if job_id in job_ids
        }
        self._name([state.job for state in states.values() if state.job])
        return states

    def clusters_added(self, deadline: Deadline) -> bool:
        """See ``Source.look_up_clusters``."""
        now = time.monotonic()
        names = self._cce.cluster_names(deadline, announce=False)
        earlier = self._query.cluster_id_of_name
        ids = ids_so_far(earlier, self._request.cluster_names.option, names)
        self.cluster_names = {**(self.cluster_names or {}), **names}
        if ids != earlier:
            for name in sorted({names[cluster_id] for cluster_id in ids if cluster_id not in earlier}):
                self._report.info(f"Cluster {name!r} was created during the wait. Its jobs are waited for, too.")
            self._query = self._query._replace(cluster_id_of_name=ids)
            self._matches_nothing = False
            self._newer_than = self._first_new
            # jobs of an unchanged list may match now
            self._last = None
        self._named_at = now
        return ids != earlier
