# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Find jobs: log in where needed, fetch the list, and return what the query selects."""

from __future__ import annotations

import difflib
import typing as t
from datetime import datetime, timezone

from ansible.module_utils.basic import missing_required_lib

from .._api.cce import ByteCache, Cce, RawList
from .._auth.session import Session, SessionPool, session_for
from .._errors import CceError
from .._garbage import collection_paused
from .._http.deadline import Deadline
from .._http.library import IMPORT_ERROR
from .._jobs.normalize import Job
from .._jobs.select import Selection, select
from .._jobs.summary import name_clusters
from .._jobs.tracker import UnfinishedTracker
from .._options.settings import CloudEntry, Settings
from .._report import Report
from .._secrets import Mask, masked
from .request import JobsRequest, Wait
from .wait import Poll, wait_until_finished

T = t.TypeVar("T")


class Answer(t.NamedTuple):
    """What both plugins return, each in its own form."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    project_id: str | None
    """None when the list was cached, so that nobody had to be asked."""


class JobCache(ByteCache, t.Protocol):
    """A cache of lists."""

    def abandon(self, deadline: Deadline) -> None:
        """Let other processes fetch, after a fetch that took too long.

        Raises:
            CceError: when the cache knows better what took so long.
        """


CacheFactory = t.Callable[[Settings, Report], JobCache]


def find_jobs(
    request: JobsRequest,
    agent: str,
    report: Report,
    pool: SessionPool | None = None,
    make_cache: CacheFactory | None = None,
) -> Answer:
    """The jobs that the user asked for.

    Args:
        request: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where messages go.
        pool: sessions of earlier calls, None to keep none.
        make_cache: makes the cache where the list may be already, None to fetch it in any case.

    Raises:
        CceError: for every failure.
    """
    if IMPORT_ERROR:
        raise CceError(missing_required_lib("requests"), "dependency")
    mask = Mask()
    report = masked(report, mask)
    for secret in request.settings.secrets():
        report.secret(secret)
    try:
        settings = _with_cloud_entry(request.settings, report)
        with session_for(settings, agent, report, pool) as session:
            cache = make_cache(settings, report) if make_cache else None
            search = _Search(request, session, report, cache)
            answer = search.wait(request.wait) if request.wait else search.run()
    except CceError as error:
        error.reword(mask)
        raise
    return answer


def _with_cloud_entry(settings: Settings, report: Report) -> Settings:
    if not isinstance(settings.credential, CloudEntry):
        return settings
    # 4.1 ms to compile, and half a second for openstacksdk: only for those who name a cloud
    from .._auth.clouds import read_entry

    return read_entry(settings, settings.credential, report)


class _Search:
    """A search for jobs in one project."""

    def __init__(self, request: JobsRequest, session: Session, report: Report, cache: JobCache | None) -> None:
        self._request = request
        self._session = session
        self._report = report
        self._cache = cache
        self._cce = Cce(session, autopilot=request.settings.autopilot, cache=cache)
        self._query = request.query.at(datetime.now(timezone.utc))
        self._names: dict[str, str] = {}

    def run(self) -> Answer:
        """The jobs as they are.

        Raises:
            CceError: when the list cannot be fetched.
        """
        selection = self._within(self._request.settings.timeout, lambda deadline: self._fetch(deadline, self._select))
        return self._answer(selection)

    def wait(self, wait: Wait) -> Answer:
        """The jobs once nothing is unfinished any more.

        Raises:
            StillRunning: when the time is over.
            CceError: when the list cannot be fetched.
        """
        poll = wait_until_finished(self._poll, wait, self._report)
        return self._answer(poll.selection)

    def _answer(self, selection: Selection) -> Answer:
        for warning in selection.warnings:
            self._report.warning(warning)
        return Answer(selection.jobs, selection.fetched, self._session.project_id)

    def _poll(self, awaited: t.Collection[str], seconds: float) -> Poll:
        def select_and_track(raw_jobs: RawList) -> Poll:
            tracker = UnfinishedTracker(self._query, awaited)
            selection = select(tracker.over(raw_jobs), self._query)
            name_clusters((*selection.jobs, *tracker.unfinished), self._names)
            return Poll(self._session.project_id or "", selection, tracker.unfinished, tracker.seen)

        timeout = min(seconds, self._request.settings.timeout)
        return self._within(timeout, lambda deadline: self._fetch(deadline, select_and_track))

    def _within(self, timeout: float, work: t.Callable[[Deadline], T]) -> T:
        """What the work, which makes calls, returns within the timeout."""
        deadline = Deadline(timeout)
        with collection_paused():
            try:
                return self._session.client.run(lambda: work(deadline), deadline)
            except CceError as error:
                if self._cache and error.kind == "timeout":
                    self._cache.abandon(deadline)
                raise

    def _fetch(self, deadline: Deadline, use: t.Callable[[RawList], T]) -> T:
        self._resolve_cluster_names(deadline)
        for attempt in self._session.attempts("list the jobs", deadline):
            with attempt, self._cce.jobs(deadline) as raw_jobs:
                return use(raw_jobs)
        raise AssertionError("the last attempt returns or raises")

    def _select(self, raw_jobs: RawList) -> Selection:
        selection = select(raw_jobs, self._query)
        name_clusters(selection.jobs, self._names)
        return selection

    def _resolve_cluster_names(self, deadline: Deadline) -> None:
        """Turn names of clusters into IDs, once."""
        wanted = self._request.cluster_names
        if self._names or not any(wanted):
            return
        self._names = self._cce.cluster_names(deadline)
        self._query = self._query._replace(
            cluster_id=self._query.cluster_id + _ids_of(wanted.terms, self._names),
            cluster_id_of_name=_ids_of(wanted.option, self._names),
        )


def _ids_of(wanted: t.Iterable[str], names: t.Mapping[str, str]) -> tuple[str, ...]:
    """The IDs of the clusters with these names.

    Raises:
        CceError: when no cluster has a name: without that filter, all clusters would match.
    """
    known = sorted(set(names.values()))
    for name in wanted:
        if name not in known:
            raise CceError(_unknown_cluster(name, known), "option")
    return tuple(cluster_id for cluster_id, name in names.items() if name in set(wanted))


def _unknown_cluster(name: str, known: t.Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:10]
    if not near:
        return f"Cluster {name!r} not found. The project has no clusters."
    return f"Cluster {name!r} not found. Did you mean {', '.join(near[:-1]) + ' or ' if near[1:] else ''}{near[-1]}?"
