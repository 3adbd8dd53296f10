# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Polls of the jobs of one project, for as long as a process runs: with one login, and without parsing a list again."""

from __future__ import annotations

import functools
import time
import typing as t
from datetime import datetime, timedelta, timezone

from .._api.cce import Cce
from .._auth.session import MAX_IDLE_SECONDS, Session
from .._errors import CceError
from .._http.deadline import Deadline
from .._jobs.normalize import Job, Origin
from .._jobs.query import Query
from .._jobs.summary import name_clusters
from .._report import Report
from .._text import result_text
from .clusters import ids_of
from .request import JobsRequest

T = t.TypeVar("T")

Read = t.Callable[[t.Iterable[t.Any], Query, datetime], T]
"""Turns raw jobs, the query without ages, and the time of the response into a result, and changes nothing."""

# How long to rely on a list of clusters: a cluster can be created again with the same name and another ID
_NAMES_SECONDS = 300.0

_MAX_CLOCK_DIFFERENCE = timedelta(minutes=5)


class ProjectPolls:
    """The jobs of one project.

    Args:
        request: which jobs.
        session: who asks. It is used for all polls.
        report: where messages go.
        mask: removes secrets from text.
    """

    def __init__(self, request: JobsRequest, session: Session, report: Report, mask: t.Callable[[str], str]) -> None:
        self._request = request
        self._session = session
        self._report = report
        self._mask = mask
        self._cce = Cce(session, autopilot=request.settings.autopilot)
        self._digest: bytes | None = None
        self._clusters: dict[str, str] = {}
        self._query: Query | None = None
        """With IDs of clusters instead of their names. None before they are known."""
        self._queried_at = 0.0
        self._used_at = 0.0
        self._times_checked = False

    @property
    def origin(self) -> Origin:
        """The project of the jobs, as far as it is known."""
        return Origin(*(text and result_text(text) for text in self._session.project()))

    @property
    def name(self) -> str:
        """The project as the user specified it, or its ID."""
        settings = self._request.settings
        return settings.project_name or settings.project_id or self.origin.project_id or "of the credentials"

    def poll(self, read: Read[T]) -> T | None:
        """The result of reading the current list, None if it is the same list as at the last poll that succeeded.

        Raises:
            CceError: when the list cannot be fetched.
        """
        if time.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            # not the login, only the connection: a firewall may have dropped it without notice
            self._session.client.close()
        deadline = Deadline(self._request.settings.timeout)
        try:
            # what a thread that was abandoned in an earlier poll still does must not count
            result, self._digest = self._session.client.run(functools.partial(self._read, read, deadline), deadline)
        except CceError as error:
            credential = self._request.settings.credential
            if not self._session.identified and getattr(credential, "passcode", None):
                # it may be used up
                error.transient = False
            raise
        finally:
            self._used_at = time.monotonic()
        return result

    def name_clusters(self, jobs: t.Collection[Job]) -> None:
        """Set the names of clusters in these jobs as far as they are known and wanted."""
        unknown = {job["cluster_id"] for job in jobs if job["cluster_id"] and not job["cluster_name"]}
        if self._request.resolve_cluster_names and unknown - self._clusters.keys():
            deadline = Deadline(self._request.settings.timeout)
            try:
                self._clusters = self._session.client.run(
                    functools.partial(self._cce.cluster_names, deadline), deadline
                )
            except CceError as error:
                self._report.warning(f"Names of clusters are missing (resolve_cluster_names): {error}")
        name_clusters(jobs, self._clusters)

    def _read(self, read: Read[T], deadline: Deadline) -> tuple[T | None, bytes | None]:
        query = self._resolved(deadline)
        for attempt in self._session.attempts("list the jobs", deadline, announce=False):
            with attempt, self._cce.jobs(deadline) as listed:
                digest = listed.digest()
                if digest and digest == self._digest:
                    return None, digest
                now = listed.sent_at or datetime.now(timezone.utc)
                # ages count back from each poll
                query = query.at(now)
                self._check_times(query, now)
                return read(listed, query, now), digest
        raise AssertionError("the last attempt returns or raises")

    def _resolved(self, deadline: Deadline) -> Query:
        """The query with IDs in place of the names of clusters, which are looked up again from time to time."""
        wanted = self._request.cluster_names
        query = self._query
        if not any(wanted):
            return self._request.query
        if query and time.monotonic() - self._queried_at < _NAMES_SECONDS:
            return query
        self._queried_at = time.monotonic()
        try:
            names = self._cce.cluster_names(deadline)
        except CceError:
            if query is None:
                raise
            # the poll does not depend on it: what is known is still right
            return query
        if query is None:
            query = self._request.query
            by_term, by_option = (ids_of(each, names, self._mask) for each in (wanted.terms, wanted.option))
        else:
            # a deleted cluster keeps its ID: its last jobs may still be in the list
            by_term, by_option = (
                tuple(cluster_id for cluster_id, name in names.items() if name in each)
                for each in (wanted.terms, wanted.option)
            )
        found = query._replace(
            cluster_id=_union(query.cluster_id, by_term),
            cluster_id_of_name=_union(query.cluster_id_of_name, by_option),
        )
        if found != self._query:
            # jobs of an unchanged list may match now
            self._digest = None
        self._clusters, self._query = names, found
        return found

    def _check_times(self, query: Query, now: datetime) -> None:
        if self._times_checked:
            return
        window = query.empty_window()
        if window:
            raise CceError(f"Empty time window: {window[0]} is not before {window[1]}. Correct one of them.", "option")
        for name in query.begins_in_future(now):
            self._report.warning(
                f"{name} is in the future ({getattr(query, name)}), so no job matches. "
                "Times without an offset are in UTC."
            )
        difference = abs(now - datetime.now(timezone.utc))
        if difference > _MAX_CLOCK_DIFFERENCE and self._request.query.has_ages:
            self._report.warning(
                f"This machine's clock and the cloud's differ by {difference.total_seconds():.0f} s. "
                "Ages in filters count by the cloud's clock."
            )
        self._times_checked = True


def _union(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *more)))
