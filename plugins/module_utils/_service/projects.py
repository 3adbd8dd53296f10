# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""One search for jobs in several projects: a search in each, and one result."""

from __future__ import annotations

import threading
import time
import typing as t

from .._api.cce import MAX_DIRECT_JOBS, DirectResult
from .._auth.project_sessions import ProjectSession, ProjectSessions
from .._errors import CceError
from .._http.deadline import Deadline
from .._jobs.select import Combined, Selection, combined
from .._options.settings import Settings
from .._report import Report
from .ages import Ages
from .clusters import check_names
from .each_project import EachProject, Outcome, failure_of, report_of
from .named_jobs import NamedJobs
from .polled_search import PolledSearch
from .request import JobsRequest, Wait
from .search import CacheFactory, JobCache, ProjectResult
from .wait import WaitResult, wait_for
from .wait_source import JobState, Poll

__all__ = ("ProjectSessions", "ProjectsSearch")

T = t.TypeVar("T")


class _Project:
    """One of the projects.

    Attributes:
        error: why it could not be read last time, None if it could.
        selection: what was selected when it could be read last.
        poll: the last poll that worked, if it is polled.
        not_before: when the server allows the next poll, by the monotonic clock.
    """

    def __init__(self, session: ProjectSession, search: PolledSearch, cache: JobCache | None) -> None:
        self.session = session
        self.search = search
        self.cache = cache
        self.error: CceError | None = None
        self.selection: Selection | None = None
        self.poll: Poll | None = None
        self.not_before = 0.0


class ProjectsSearch:
    """A search for jobs in several projects. It is the ``Source`` of a wait.

    Args:
        request: what the user asked for.
        settings: names the projects.
        sessions: who asks.
        report: where messages go.
        mask: removes secrets from text.
        make_cache: makes the cache where the list of a project may be already, None to fetch every list.
    """

    def __init__(
        self,
        request: JobsRequest,
        settings: Settings,
        sessions: ProjectSessions,
        report: Report,
        mask: t.Callable[[str], str],
        make_cache: CacheFactory | None = None,
    ) -> None:
        self._request = request
        self._settings = settings
        self._report = report
        self._mask = mask
        self._make_cache = make_cache
        self._each = EachProject(settings, sessions)
        self._ages = Ages(request, report)
        self._turn = threading.Lock()
        self._projects: list[_Project] = []
        self._not_listed: CceError | None = None
        # the project of each job that a poll showed, by lower-case ID
        self._homes: dict[str, _Project] = {}

    def run(self) -> Combined:
        """The jobs that the query selects, in all projects that can be read. ``failure`` is about the others.

        Raises:
            CceError: of kind ``option``, when there is no such cluster, or no project at all.
        """
        deadline = Deadline(self._request.settings.timeout)
        try:
            projects = self._begin(deadline)
        except CceError as error:
            if error.kind == "option":
                raise
            self._not_listed = error
            return self._combined()

        def read(project: _Project, deadline: Deadline, named: NamedJobs | None) -> Selection:
            return project.search.read(deadline, named)

        for project, outcome in zip(projects, self._fetch_in_each(projects, read, deadline, announce=True)):
            project.selection, project.error = outcome.value, outcome.error
        self._check_clusters()
        return self._combined()

    @property
    def failure(self) -> CceError | None:
        """The one error for all projects that could not be read last time, None if all could."""
        failed = [(project.session.name, project.error) for project in self._projects if project.error]
        return failure_of(failed, len(self._projects)) if failed else self._not_listed

    def projects(self) -> list[ProjectResult]:
        """All projects, as a result shows them."""
        for project in self._projects:
            if project.error:
                project.error.reword(self._mask)
        return [project.search.result(project.error) for project in self._projects]

    # -----------------------------------------------------------------------------------------------------------------
    # as a Source

    def wait(self, wait: Wait) -> WaitResult:
        """Wait for the jobs."""
        return wait_for(self, self._request, wait, self._report)

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        """See ``Source``. A project that cannot be read is the poll's ``failure``; nothing is raised for it."""
        deadline = Deadline(min(seconds, self._request.settings.timeout))
        projects = self._begin(deadline)
        due = [project for project in projects if time.monotonic() >= project.not_before]

        def look(project: _Project, deadline: Deadline, named: NamedJobs | None) -> Poll:
            # what is new in one project may be older than what was there before in another
            newest = (project.poll.newest or "") if project.poll else None
            return project.search.look(followed, newest, deadline, named)

        for project, outcome in zip(due, self._fetch_in_each(due, look, deadline, announce=False)):
            self._learn(project, outcome)
        if newer_than is None:
            self._check_clusters()
        return self._polled(followed)

    def ask(self, job_ids: t.Collection[str], seconds: float) -> dict[str, JobState]:
        """See ``Source``. A job is asked for in the project that showed it, else in all."""
        deadline = Deadline(min(seconds, self._request.settings.timeout))
        wanted = {
            project: [job_id for job_id in job_ids if self._homes.get(job_id, project) is project]
            for project in self._projects
        }
        asked = [project for project in self._projects if wanted[project] and not project.error]
        outcomes = self._in_each(
            asked, lambda project, deadline: project.search.look_at(wanted[project], deadline), deadline
        )
        states: dict[str, JobState] = {}
        for project, outcome in zip(asked, outcomes):
            if outcome.error:
                raise failure_of([(project.session.name, outcome.error)], len(self._projects))
            for job_id, state in (outcome.value or {}).items():
                # of the projects that may have it, one has it
                if state.job or job_id not in states:
                    states[job_id] = state
        return states

    def look_up_clusters(self, seconds: float) -> bool:
        """See ``Source``."""
        deadline = Deadline(min(seconds, self._request.settings.timeout))
        asked = [project for project in self._projects if project.search.has_old_names]
        outcomes = self._in_each(asked, lambda project, deadline: project.search.clusters_added(deadline), deadline)
        failed = [(project.session.name, outcome.error) for project, outcome in zip(asked, outcomes) if outcome.error]
        if failed:
            raise failure_of(sorted(failed, key=lambda each: each[1].transient), len(self._projects))
        return any(outcome.value for outcome in outcomes)

    def _learn(self, project: _Project, outcome: Outcome[Poll]) -> None:
        project.error = outcome.error
        if outcome.value:
            newest = project.poll.newest if project.poll else outcome.value.newest
            project.poll = outcome.value._replace(newest=newest)
            project.selection = t.cast(Selection, outcome.value.selection)
            self._homes.update(dict.fromkeys(outcome.value.jobs, project))
        elif outcome.error and outcome.error.retry_after:
            project.not_before = time.monotonic() + outcome.error.retry_after

    def _polled(self, followed: t.Collection[str]) -> Poll:
        seen = [project.poll for project in self._projects if project.poll and not project.error]
        known = [project.poll for project in self._projects if project.poll]
        failed = [project for project in self._projects if project.error]
        # a job that no poll has shown may be where nothing can be seen
        unknown = {job_id for job_id in followed if failed and job_id not in self._homes}
        unknown |= {job_id for job_id, project in self._homes.items() if project.error}
        return Poll(
            self._combined(),
            {job_id: job for poll in seen for job_id, job in poll.jobs.items()},
            [job for poll in known for job in poll.without_id],
            any(poll.selects_any for poll in known),
            max((poll.newest or "" for poll in known), default=""),
            self._worst_failure(),
            unknown,
        )

    def _worst_failure(self) -> CceError | None:
        """A failure that ends the wait, if there is one."""
        now = time.monotonic()
        for project in self._projects:
            if project.error and project.error.retry_after:
                project.error.retry_after = max(project.not_before - now, 0.0)
        failed = sorted(
            ((project.session.name, project.error) for project in self._projects if project.error),
            key=lambda each: each[1].transient,
        )
        return failure_of(failed, len(self._projects)) if failed else None

    # -----------------------------------------------------------------------------------------------------------------
    # for both

    def _begin(self, deadline: Deadline) -> list[_Project]:
        if not self._projects:
            cache = self._make_cache(self._settings, self._report) if self._make_cache else None
            self._projects = [self._project(session) for session in self._each.projects(deadline, cache)]
        return self._projects

    def _project(self, session: ProjectSession) -> _Project:
        report = report_of(session, self._report)
        cache = self._make_cache(session.settings, report) if self._make_cache else None
        search = PolledSearch(self._request, session, report, self._mask, cache, self._ages, turn=self._turn)
        return _Project(session, search, cache)

    def _fetch_in_each(
        self,
        projects: t.Sequence[_Project],
        fetch: t.Callable[[_Project, Deadline, NamedJobs | None], T],
        deadline: Deadline,
        *,
        announce: bool,
    ) -> list[Outcome[T]]:
        """Ask about jobs that the user named in all projects, and then fetch in each that did not reject that."""
        named, rejected = self._ask_for_named(projects, deadline, announce=announce)

        def work(project: _Project, deadline: Deadline) -> T:
            return fetch(project, deadline, named.get(project))

        others = [project for project in projects if project not in rejected]
        outcomes = dict(zip(others, self._in_each(others, work, deadline)))
        return [outcomes.get(project) or Outcome(error=rejected[project]) for project in projects]

    def _ask_for_named(
        self, projects: t.Sequence[_Project], deadline: Deadline, *, announce: bool
    ) -> tuple[dict[_Project, NamedJobs], dict[_Project, CceError]]:
        """Ask about jobs that the user named in all projects. One that finds them all makes lists unnecessary.

        Projects that reject the credentials, which must not be sent again, are in the second result. A project that
        fails in another way is in neither: its own search will fail in the same way or succeed.
        """
        ids = {job_id.lower() for job_id in self._request.query.id}
        if self._make_cache or not 0 < len(ids) <= MAX_DIRECT_JOBS:
            return {}, {}

        def ask(project: _Project, deadline: Deadline) -> dict[str, DirectResult]:
            return project.search.ask_for_named(deadline, announce=announce)

        outcomes = self._in_each(projects, ask, deadline)
        found = {job_id for outcome in outcomes for job_id, result in (outcome.value or {}).items() if result.job}
        named, rejected = {}, {}
        for project, outcome in zip(projects, outcomes):
            if outcome.value is not None:
                named[project] = NamedJobs(outcome.value, found)
            elif outcome.error and outcome.error.kind == "authentication":
                rejected[project] = outcome.error
        return named, rejected

    def _in_each(
        self, projects: t.Sequence[_Project], work: t.Callable[[_Project, Deadline], T], deadline: Deadline
    ) -> list[Outcome[T]]:
        of_session = {project.session: project for project in projects}

        def in_project(session: ProjectSession, deadline: Deadline) -> T:
            return work(of_session[session], deadline)

        # a cached list takes no login
        outcomes = self._each.run(
            [project.session for project in projects], in_project, deadline, log_in=not self._make_cache
        )
        return [self._abandoned(project, outcome, deadline) for project, outcome in zip(projects, outcomes)]

    @staticmethod
    def _abandoned(project: _Project, outcome: Outcome[T], deadline: Deadline) -> Outcome[T]:
        """The outcome, after other processes may fetch what took too long here."""
        if project.cache and outcome.error and outcome.error.kind == "timeout":
            try:
                project.cache.abandon(deadline)
            except CceError as error:
                return Outcome(error=error)
        return outcome

    def _combined(self) -> Combined:
        return combined([project.selection for project in self._projects if project.selection], self._request.query)

    def _check_clusters(self) -> None:
        """Check that each cluster that the user named is in one of the projects, as far as they can be read."""
        wanted = self._request.cluster_names
        lists = [project.search.cluster_names for project in self._projects if not project.error]
        if any(project.error for project in self._projects) or not any(wanted):
            return
        names = [name for each in lists for name in (each or {}).values()]
        check_names((*wanted.terms, *wanted.option), names, self._mask)
