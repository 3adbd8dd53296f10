# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""One search for jobs in one project: by ID where that is possible, else in the list."""

from __future__ import annotations

import contextlib
import functools
import time
import typing as t
from datetime import datetime

from .._api.cce import MAX_DIRECT_JOBS, ByteCache, Cce, DirectResult
from .._auth.session import Session
from .._errors import CceError
from .._garbage import collection_paused
from .._http.deadline import Deadline, run_by
from .._jobs.diagnostics import Diagnostics
from .._jobs.normalize import Job, Origin
from .._jobs.raw_job import RawJob, is_finished
from .._jobs.select import Selection, select
from .._jobs.summary import name_clusters
from .._options.settings import Settings
from .._report import Report
from .._text import result_text
from .ages import Ages
from .clusters import ids_of, known_ids
from .named_jobs import NamedJobs, RawJobs
from .request import JobsRequest

if t.TYPE_CHECKING:
    from .observe import Observer

_NO_TIMES: dict[str, t.Any] = dict.fromkeys(("created_after", "created_before", "completed_after", "completed_before"))


class JobCache(ByteCache, t.Protocol):
    """A cache of lists."""

    def abandon(self, deadline: Deadline) -> None:
        """Let other processes fetch, after a fetch that took too long.

        Raises:
            CceError: when the cache knows better what took so long.
        """


ProjectResult = dict[str, t.Any]
"""A project that was read: ``id``, ``name``, ``region``, ``fetched``, and ``error``."""

CacheFactory = t.Callable[[Settings, Report], JobCache]


class _Reading(t.NamedTuple):
    """The jobs at the time of one fetch."""

    selection: Selection
    observer: Observer | None
    sent_at: datetime | None


def origin_of(session: Session) -> Origin:
    """The project of a session, as far as it is known without another call, as its jobs show it."""
    return Origin(*(text and result_text(text) for text in session.project()))


class Search:
    """A search for jobs.

    Args:
        request: what the user asked for.
        session: who asks.
        report: where messages go.
        mask: removes secrets from text.
        cache: where lists may be already.
        ages: the time from which ages count, if other searches share it.
        turn: a lock for selecting among the jobs of a list, if other projects are searched at the same time: threads
            that parse together only hinder each other. Clusters that do not exist here may be in those projects.

    Attributes:
        cluster_names: names of clusters by ID, None before they are fetched.
        fetched: the number of top-level jobs in the last list.
    """

    def __init__(
        self,
        request: JobsRequest,
        session: Session,
        report: Report,
        mask: t.Callable[[str], str],
        cache: JobCache | None = None,
        ages: Ages | None = None,
        *,
        turn: t.ContextManager[t.Any] | None = None,
    ) -> None:
        self._request = request
        self._session = session
        self._report = report
        self._mask = mask
        self._cache = cache
        self._cce = Cce(session, autopilot=request.settings.autopilot, cache=cache)
        self._query = request.query
        self._ages = ages or Ages(request, report)
        self._turn = turn
        self._matches_nothing = False
        self.cluster_names: dict[str, str] | None = None
        # when a look-up of the clusters began that succeeded, by the monotonic clock
        self._named_at = float("-inf")
        self.fetched = 0
        # what the calls for single jobs said: in the current poll, and about jobs that have ended, which do not change
        self._results: dict[str, DirectResult] = {}
        self._ended: dict[str, DirectResult] = {}
        self._asked_at: dict[str, float] = {}
        # by lower-case ID, as a list spells it: CCE may distinguish case
        self._spelled: dict[str, str] = {}
        # the last list, the jobs that were asked for in addition to it, and what they showed
        self._last: tuple[bytes, dict[str, RawJob], _Reading] | None = None

    def run(self) -> Selection:
        """The jobs that the query selects.

        Raises:
            CceError: when the jobs cannot be fetched.
        """
        with self._limited(self._request.settings.timeout) as deadline:
            selection = self._session.client.run(functools.partial(self._fetch, deadline), deadline).selection
        self._name(selection.jobs)
        return selection

    # -----------------------------------------------------------------------------------------------------------------
    # the same in the current thread, which the caller abandons after the deadline

    def read(self, deadline: Deadline, named: NamedJobs | None = None) -> Selection:
        """See ``run``."""
        selection = self._fetch(deadline, named=named).selection
        self._name(selection.jobs)
        return selection

    def ask_for_named(self, deadline: Deadline, *, announce: bool) -> dict[str, DirectResult]:
        """Ask about each job that the user named, by lower-case ID. Ask nothing when they are too many.

        Args:
            deadline: when the results must be there.
            announce: whether to report further attempts.

        Raises:
            CceError: when CCE does not respond.
        """
        self._results = {}
        return self._ask_for_named(deadline, announce=announce)

    failure: CceError | None = None
    """Why one of several projects could not be read."""

    def projects(self) -> list[ProjectResult]:
        """The project, as a result shows it."""
        return [self.result()]

    def result(self, error: CceError | None = None) -> ProjectResult:
        """The project, as a result shows it.

        Args:
            error: why it could not be read, masked.
        """
        where = dict(zip(("id", "name", "region"), self.origin()))
        failed = {**error.as_dict(), "msg": str(error)} if error else None
        return {**where, "fetched": self.fetched, "error": failed}

    def origin(self) -> Origin:
        """The project of the jobs, as far as it is known without another call."""
        return origin_of(self._session)

    # -----------------------------------------------------------------------------------------------------------------
    # calls

    @contextlib.contextmanager
    def _limited(self, seconds: float) -> t.Iterator[Deadline]:
        """Time for work that makes calls: these seconds, but no more than ``timeout``."""
        deadline = Deadline(min(seconds, self._request.settings.timeout))
        with collection_paused():
            try:
                yield deadline
            except CceError as error:
                if self._cache and error.kind == "timeout":
                    self._cache.abandon(deadline)
                raise

    def _fetch(
        self, deadline: Deadline, observe: t.Callable[..., Observer] | None = None, named: NamedJobs | None = None
    ) -> _Reading:
        """Fetch the jobs and select among them; with ``observe``, for a poll of a wait."""
        polling = observe is not None
        self._resolve_clusters(deadline)
        if self._matches_nothing:
            # without a response, ages cannot be resolved, and they make no difference
            query = self._query._replace(**_NO_TIMES)
            return _Reading(select((), query), observe(query) if observe else None, None)
        named = named or NamedJobs(self._ask_for_named(deadline, announce=not polling))
        for attempt in self._session.attempts("list the jobs", deadline, announce=not polling):
            with attempt, self._raw_jobs(named, deadline) as raw_jobs:
                digest = raw_jobs.digest() if polling or self._turn else None
                if digest and self._last and self._last[:2] == (digest, raw_jobs.direct):
                    return self._last[2]
                self._query = self._ages.resolve(self._query, raw_jobs.sent_at)
                origin = self.origin()
                observer = observe(self._query, origin=origin) if observe else None
                # the digest has read all of the list, so that no other project waits for the network here
                with self._turn if self._turn and digest else contextlib.nullcontext():
                    jobs = observer.over(raw_jobs) if observer else raw_jobs
                    selection = select(jobs, self._query, self._mask, origin)
                selection = selection._replace(fetched=selection.fetched + raw_jobs.repeated)
                self.fetched = selection.fetched
                reading = _Reading(selection, observer, raw_jobs.sent_at)
                self._last = (digest, raw_jobs.direct, reading) if digest else None
                return reading
        raise AssertionError("the last attempt returns or raises")

    @contextlib.contextmanager
    def _raw_jobs(self, named: NamedJobs, deadline: Deadline) -> t.Iterator[RawJobs]:
        """The jobs that were asked for by ID, and also the list unless CCE returned them all."""
        jobs: dict[str, RawJob] = {}
        sent_at = None
        for job_id, result in named.direct.items():
            if result.job:
                jobs[job_id] = result.job
                sent_at = result.sent_at
        if named.direct and not named.direct.keys() - jobs.keys() - named.elsewhere:
            yield RawJobs(jobs, None, sent_at)
            return
        with self._cce.jobs(deadline) as listed:
            yield RawJobs(jobs, listed, listed.sent_at)

    def _ask_for_named(self, deadline: Deadline, *, announce: bool) -> dict[str, DirectResult]:
        """Ask about each job that the user named. Ask nothing when they are too many, or the list is cached."""
        ids = {job_id.lower() for job_id in self._request.query.id}
        if self._cache or not 0 < len(ids) <= MAX_DIRECT_JOBS:
            return {}
        self._ask_directly(sorted(ids - self._ended.keys()), deadline, announce=announce)
        return {**self._results, **self._ended}

    def _ask_directly(self, job_ids: t.Sequence[str], deadline: Deadline, *, announce: bool) -> None:
        """Ask about these jobs at the same time."""
        if not job_ids:
            return
        # one login, not one for each thread
        self._session.identity(deadline)
        spelled = [self._spelled.get(job_id, job_id) for job_id in job_ids]
        calls = [functools.partial(self._cce.job, job_id, deadline, announce=announce) for job_id in spelled]
        for job_id, result in zip(job_ids, run_by(deadline, *calls)):
            self._asked_at[job_id] = time.monotonic()
            self._results[job_id] = result
            if result.job and is_finished((result.job, None, 1, False), Diagnostics(muted=True)):
                self._ended[job_id] = result

    # -----------------------------------------------------------------------------------------------------------------
    # what was asked for

    def _resolve_clusters(self, deadline: Deadline) -> None:
        """Fetch the names of clusters where they are needed, and turn those in filters into IDs, once."""
        wanted = self._request.cluster_names
        if self.cluster_names is not None or not (any(wanted) or self._request.resolve_cluster_names):
            return
        now = time.monotonic()
        try:
            names = self._cce.cluster_names(deadline)
        except CceError as error:
            # the list of jobs would send what was rejected again, or a passcode that is used up
            rejected = error.kind == "authentication" or not self._session.identified
            if any(wanted) or rejected or error.kind == "timeout":
                raise
            self._report.warning(f"Names of clusters are missing (resolve_cluster_names): {error}")
            names = {}
        ids = known_ids if self._turn else functools.partial(ids_of, mask=self._mask)
        cluster_ids = self._query.cluster_id + ids(wanted.terms, names)
        ids_of_names = ids(wanted.option, names)
        self._query = self._query._replace(cluster_id=cluster_ids, cluster_id_of_name=ids_of_names)
        # an empty filter would match everything
        self._matches_nothing = bool((wanted.terms and not cluster_ids) or (wanted.option and not ids_of_names))
        self.cluster_names, self._named_at = names, now

    def _name(self, jobs: t.Iterable[Job]) -> None:
        if self.cluster_names:
            name_clusters(jobs, self.cluster_names)
