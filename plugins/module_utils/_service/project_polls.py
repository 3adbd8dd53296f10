# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Polls of the jobs of one project, for as long as a process runs, without parsing the same list again."""

from __future__ import annotations

import functools
import time
import typing as t
from datetime import datetime, timezone

from .._api.cce import Cce
from .._auth.session import Session
from .._errors import CceError
from .._http.deadline import Deadline
from .._jobs.normalize import Job, Origin
from .._jobs.query import Query
from .._jobs.summary import name_clusters
from .._report import Report
from .ages import Ages, or_now
from .clusters import check_names, ids_so_far
from .request import JobsRequest
from .search import origin_of

T = t.TypeVar("T")

Read = t.Callable[[t.Iterable[t.Any], Query, datetime], T]
"""Turns raw jobs, the query without ages, and the time of the response into a result, and changes nothing."""

# How long to rely on a list of clusters: a cluster can be created again with the same name and another ID
_NAMES_SECONDS = 300.0


class ProjectPolls:
    """The jobs of one project.

    Args:
        request: which jobs.
        session: who asks. It is used for all polls.
        name: the project as the user wrote it, None if it follows from the credentials.
        report: where messages go.
        mask: removes secrets from text.
        ages: checks the times in the request, once for all projects.
        one_of_several: whether there are other projects, in which clusters that do not exist here may be.

    Attributes:
        cluster_names: names of clusters by ID, as far as they are known.
    """

    def __init__(
        self,
        request: JobsRequest,
        session: Session,
        name: str | None,
        report: Report,
        mask: t.Callable[[str], str],
        ages: Ages,
        *,
        one_of_several: bool = False,
    ) -> None:
        self._name = name
        self.cluster_names: dict[str, str] = {}
        self._request = request
        self._session = session
        self._report = report
        self._mask = mask
        self._ages = ages
        self._one_of_several = one_of_several
        self._cce = Cce(session, autopilot=request.settings.autopilot)
        self._digest: bytes | None = None
        self._query: Query | None = None
        """With IDs of clusters instead of their names. None before they are known."""
        self._queried_at = 0.0

    @property
    def name(self) -> str:
        """The project, for messages."""
        return self._name or self.origin.project_name or self.origin.project_id or "unknown"

    @property
    def origin(self) -> Origin:
        """The project of the jobs, as far as it is known."""
        return origin_of(self._session)

    @property
    def identified(self) -> bool:
        return self._session.identified

    def read(self, read: Read[T], deadline: Deadline) -> tuple[T | None, bytes | None]:
        """The result of reading the list, None if it is the one that was accepted last; and a hash of the list.

        It runs in a thread that may be abandoned, so the caller has to ``accept`` the hash.

        Raises:
            CceError: when the list cannot be fetched.
        """
        query = self._resolved(deadline)
        if self._request.cluster_names.option and not query.cluster_id_of_name:
            now = datetime.now(timezone.utc)
            return read((), query.at(now), now), None
        for attempt in self._session.attempts("list the jobs", deadline, announce=False):
            with attempt, self._cce.jobs(deadline) as listed:
                digest = listed.digest()
                if digest and digest == self._digest:
                    return None, digest
                self._ages.resolve(query, listed.sent_at)
                # ages count back from each poll
                now = or_now(listed.sent_at)
                return read(listed, query.at(now), now), digest
        raise AssertionError("the last attempt returns or raises")

    def accept(self, digest: bytes | None) -> None:
        """Return no result for this list again."""
        self._digest = digest

    def name_clusters(self, jobs: t.Collection[Job]) -> None:
        """Set the names of clusters in these jobs as far as they are known and wanted."""
        unknown = {job["cluster_id"] for job in jobs if job["cluster_id"] and not job["cluster_name"]}
        if self._request.resolve_cluster_names and unknown - self.cluster_names.keys():
            deadline = Deadline(self._request.settings.timeout)
            try:
                self._learn(self._session.client.run(functools.partial(self._cce.cluster_names, deadline), deadline))
            except CceError as error:
                self._report.warning(f"Names of clusters are missing (resolve_cluster_names): {error}")
        name_clusters(jobs, self.cluster_names)

    def _resolved(self, deadline: Deadline) -> Query:
        """The query with IDs in place of the names of clusters, which are looked up again from time to time."""
        wanted = self._request.cluster_names.option
        query = self._query
        if not wanted:
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
        if query is None and not self._one_of_several:
            check_names(wanted, names.values(), self._mask)
        earlier = query.cluster_id_of_name if query else ()
        ids = ids_so_far(earlier, wanted, names)
        if query and ids != earlier:
            # jobs of an unchanged list may match now
            self._digest = None
        self._learn(names)
        self._query = self._request.query._replace(cluster_id_of_name=ids)
        return self._query

    def _learn(self, names: t.Mapping[str, str]) -> None:
        """Remember names of clusters. A deleted one is missing from the list, while its jobs stay in theirs."""
        self.cluster_names = {**self.cluster_names, **names}
