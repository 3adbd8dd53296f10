# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From settings to an answer: what the module and the lookup have in common between their two doors."""

from __future__ import annotations

import time
import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._api.cce import (
    Chunks,
    list_clusters,
    list_jobs,
    names_by_id,
    raw_elements,
)
from .._api.json_stream import no_garbage_collection
from .._auth.identity import Identity
from .._auth.session import Kept, Session, session_for
from .._errors import CceError
from .._http.client import REQUESTS_IMPORT_ERROR
from .._jobs.select import (
    Job,
    Selection,
    Watch,
    name_clusters,
    select,
)
from .._options.settings import CloudEntry, Settings
from .._report import Report
from .._secrets import Mask, masked
from .request import JobsRequest, Wait

if t.TYPE_CHECKING:
    from .wait import Poll

T = t.TypeVar("T")
Tap = t.Callable[[Chunks], Chunks]


class Answer(t.NamedTuple):
    """What both plugins return, each in its way."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    project_id: str | None
    """None when the list was stored, so that nobody had to be asked."""


class Store(t.Protocol):
    """Where lists may be that were fetched before. Modules have none."""

    def obtain(self, things: str, read: t.Callable[[Chunks], T], fetch: t.Callable[[Tap], T]) -> T:
        """What ``read`` makes of a list that is there, else what ``fetch`` returns.

        Args:
            things: what is in the list, "jobs" or "clusters".
            read: gets the bytes of a list as the API sent them.
            fetch: gets a tap for such bytes.

        Raises:
            CceError: when there is no list in the end.
        """


StoreMaker = t.Callable[[Settings, Report], Store]


def find_jobs(
    request: JobsRequest, agent: str, report: Report, kept: Kept | None = None, make_store: StoreMaker | None = None
) -> Answer:
    """Log in where needed, fetch the list of jobs and return what the query leaves of it.

    Args:
        request: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where warnings and notes go.
        kept: sessions of earlier calls, None to keep none.
        make_store: makes that where lists may be already, None to fetch them in any case.

    Raises:
        CceError: whatever goes wrong.
    """
    if REQUESTS_IMPORT_ERROR:
        raise CceError(missing_required_lib("requests"), "dependency")
    settings = request.settings
    mask = Mask()
    report = masked(report, mask)
    for secret in settings.secrets():
        report.secret(secret)
    try:
        if isinstance(settings.credential, CloudEntry):
            # where it is used: Ansible compiles a module's files anew for each task, and few name a cloud
            from .._auth.clouds import read_entry

            settings = read_entry(settings, settings.credential, report)
        with session_for(settings, agent, report, kept) as session:
            search = _Search(request, session, report, make_store(settings, report) if make_store else None)
            if request.wait:
                project_id, selection = search.run_until_finished(request.wait)
            else:
                project_id, selection = search.run()
    except CceError as error:
        error.reword(mask)
        raise
    for warning in selection.warnings:
        report.warning(warning)
    return Answer(selection.jobs, selection.fetched, project_id)


class _Search:
    """One search for jobs. All calls of one fetch together have to be done within the timeout."""

    def __init__(self, request: JobsRequest, session: Session, report: Report, store: Store | None) -> None:
        self._request = request
        self._settings = request.settings
        self._session = session
        self._report = report
        self._store = store
        self._query = request.query
        self._names: dict[str, str] = {}
        self._end = time.monotonic() + request.settings.timeout

    def run(self) -> tuple[str | None, Selection]:
        """The project, where it had to be known, and what the query leaves of the list.

        Raises:
            CceError: when the list cannot be had.
        """
        self._look_up_clusters()
        project_id, selection = self._obtain("jobs", self._read, self._fetch)
        name_clusters(selection.jobs, self._names)
        return project_id, selection

    def run_until_finished(self, wait: Wait) -> tuple[str | None, Selection]:
        """The same once there is nothing to wait for any more.

        Raises:
            StillRunning: when the time is over.
            CceError: when the list cannot be had.
        """
        # where it is used, as above
        from .wait import wait_until_finished

        poll = wait_until_finished(self._poll, wait, self._report)
        return poll.project_id, poll.selection

    def _poll(self, awaited: t.Collection[str], seconds: float) -> Poll:
        """The list at this moment, in no more than so many seconds, with an eye on the jobs with these ids."""
        from .wait import Poll

        self._end = time.monotonic() + min(seconds, self._settings.timeout)
        self._look_up_clusters()

        def watch(raw_jobs: t.Iterator[t.Any]) -> tuple[Selection, Watch]:
            watch = Watch(self._query, awaited)
            return select(watch.over(raw_jobs), self._query), watch

        def fetch(identity: Identity) -> Poll:
            selection, watched = self._list(identity, watch)
            return Poll(identity.project_id, selection, watched.unfinished, watched.seen)

        poll = self._ask(fetch)
        name_clusters((*poll.selection.jobs, *poll.unfinished), self._names)
        return poll

    def _look_up_clusters(self) -> None:
        """Turn the names of clusters into ids, once."""
        if self._names or not any(self._request.cluster_names):
            return
        self._names = self._obtain("clusters", names_by_id, self._fetch_clusters)
        wanted = self._request.cluster_names
        self._query = self._query._replace(
            cluster_id=self._query.cluster_id + _ids_of(wanted.terms, self._names),
            cluster_id_of_name=_ids_of(wanted.option, self._names),
        )

    def _obtain(self, things: str, read: t.Callable[[Chunks], T], fetch: t.Callable[[Tap], T]) -> T:
        return self._store.obtain(things, read, fetch) if self._store else fetch(iter)

    def _fetch_clusters(self, tap: Tap) -> dict[str, str]:
        autopilot = self._settings.autopilot
        return self._ask(lambda identity: list_clusters(self._session.client, identity, autopilot=autopilot, tap=tap))

    def _read(self, chunks: Chunks) -> tuple[str | None, Selection]:
        with no_garbage_collection():
            return None, self._keep(raw_elements(chunks))

    def _fetch(self, tap: Tap) -> tuple[str | None, Selection]:
        def fetch(identity: Identity) -> tuple[str | None, Selection]:
            return identity.project_id, self._list(identity, self._keep, tap)

        return self._ask(fetch)

    def _list(self, identity: Identity, keep: t.Callable[[t.Iterator[t.Any]], T], tap: Tap = iter) -> T:
        return list_jobs(self._session.client, identity, keep, autopilot=self._settings.autopilot, tap=tap)

    def _keep(self, raw_jobs: t.Iterator[t.Any]) -> Selection:
        return select(raw_jobs, self._query)

    def _ask(self, call: t.Callable[[Identity], T]) -> T:
        """What the call returns in the time that is left."""
        over = self._settings.timeout - (self._end - time.monotonic())
        with no_garbage_collection():
            return self._session.client.within_timeout(lambda: self._renewing(call), over)

    def _renewing(self, call: t.Callable[[Identity], T]) -> T:
        """What the call returns, after another login where the first one is not accepted any more."""
        identity = self._session.identity()
        try:
            return call(identity)
        except CceError as error:
            if error.kind != "authentication" or not identity.renewable:
                raise
        self._report.info("The token was refused: logging in once more.")
        return call(self._session.renewed_identity())


def _ids_of(wanted: t.Iterable[str], names: t.Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the clusters with these names.

    Raises:
        CceError: when there is none of a name: a filter that is dropped would let all clusters through.
    """
    import difflib

    known = sorted(set(names.values()))
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:10]
            hint = f"did you mean {' or '.join(near)}?" if near else "the project has no cluster at all."
            raise CceError(f"No cluster has the name {name}: {hint}", "option")
    return tuple(cluster_id for cluster_id, name in names.items() if name in set(wanted))
