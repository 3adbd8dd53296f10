# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Do the same in each of several projects at the same time, with a failure for each project that cannot be read."""

from __future__ import annotations

import functools
import json
import typing as t
from contextlib import nullcontext
from dataclasses import dataclass

from .._auth.project_sessions import ProjectSession, ProjectSessions
from .._auth.projects import ListedProject
from .._errors import CceError
from .._garbage import collection_paused
from .._http.deadline import Deadline
from .._options.settings import Settings
from .._options.validation import ALL_PROJECTS, is_project_id
from .._report import Report
from .search import JobCache
from .wait_messages import enumerated

AT_MOST = 8
"""Projects that are read at the same time."""

T = t.TypeVar("T")


@dataclass(frozen=True)
class Outcome(t.Generic[T]):
    """The outcome of the work in one project: a value or an error."""

    value: T | None = None
    error: CceError | None = None


def report_of(session: ProjectSession, report: Report) -> Report:
    """A report whose warnings name the project."""

    def warning(text: str) -> None:
        report.warning(f"Project {session.name}: {text}")

    return report._replace(warning=warning)


class EachProject:
    """The projects of a user, and work in each of them.

    For instance, a poll of all projects that tolerates failures of some::

        each = EachProject(settings, sessions)
        deadline = Deadline(settings.timeout)
        projects = each.projects(deadline)
        for session, outcome in zip(projects, each.run(projects, poll, deadline)):
            ...  # outcome.value is what poll(session, deadline) returned, or outcome.error is what it raised

    Args:
        settings: names several projects.
        sessions: who asks. They can be used for many polls: there is one login for all.
    """

    def __init__(self, settings: Settings, sessions: ProjectSessions) -> None:
        self._settings = settings
        self._sessions = sessions
        # failures of logins before the first run
        self._early: dict[ProjectSession, CceError] = {}

    def projects(self, deadline: Deadline, cache: JobCache | None = None) -> list[ProjectSession]:
        """A session for each project, once, in the order in which the user named them, or by name with ``all``.

        Calls are made for ``all``, and where a name and an ID may mean the same project.

        Args:
            deadline: when the calls must be done.
            cache: where the list of projects may be already.

        Raises:
            CceError: when ``all`` projects cannot be listed, or there is none.
        """
        if self._settings.projects == (ALL_PROJECTS,):
            return self._sessions.all(
                self._sessions.client.run(functools.partial(self._list, deadline, cache), deadline)
            )
        sessions = self._sessions.named()
        if len({is_project_id(name) for name in self._settings.projects}) == 1:
            return sessions
        # the ID of a project whose name is there as well
        outcomes = self.run(sessions, lambda session, deadline: session.identity(deadline), deadline)
        named = {
            outcome.value.project_id.lower()
            for session, outcome in zip(sessions, outcomes)
            if outcome.value and session.settings.project_name
        }
        self._early = {session: outcome.error for session, outcome in zip(sessions, outcomes) if outcome.error}
        return [session for session in sessions if (session.settings.project_id or "").lower() not in named]

    def run(
        self,
        sessions: t.Sequence[ProjectSession],
        work: t.Callable[[ProjectSession, Deadline], T],
        deadline: Deadline,
        *,
        log_in: bool = True,
    ) -> list[Outcome[T]]:
        """Do some work in each project, at most eight at a time.

        Args:
            sessions: the projects.
            work: what to do there, in a thread that is abandoned after the deadline.
            deadline: when to stop. Projects whose work is not done by then have an error of kind ``timeout``.
            log_in: whether to log in to all projects first, which takes less time than doing that in between.
        """
        self._sessions.start_again()
        early, self._early = self._early, {}

        def attempt(session: ProjectSession) -> Outcome[T]:
            try:
                return Outcome(value=work(session, deadline))
            except CceError as error:
                return Outcome(error=error)

        def begin(session: ProjectSession) -> Outcome[T] | None:
            if session in early:
                return Outcome(error=early[session])
            try:
                session.identity(deadline)
            except CceError as error:
                return Outcome(error=error)
            return None

        tasks: list[list[t.Callable[[], Outcome[T] | None]]] = [
            [*([functools.partial(begin, session)] if log_in else []), functools.partial(attempt, session)]
            for session in sessions
        ]
        with collection_paused():
            outcomes = self._sessions.client.run_in_turns(tasks, deadline, AT_MOST)
        return [outcome or Outcome(error=_timed_out(deadline)) for outcome in outcomes]

    def _list(self, deadline: Deadline, cache: JobCache | None) -> list[ListedProject]:
        def fetch() -> t.ContextManager[t.Iterable[bytes]]:
            return nullcontext([json.dumps(self._sessions.list_projects(deadline)).encode()])

        for attempt in self._sessions.client.attempts("list the projects", deadline):
            with attempt, cache.open("projects", fetch, deadline) if cache else fetch() as chunks:
                return [ListedProject(*project) for project in json.loads(b"".join(chunks))]
        raise AssertionError("the last attempt returns or raises")


def failure_of(failed: t.Sequence[tuple[str, CceError]], total: int) -> CceError:
    """The one error for all projects that failed.

    Args:
        failed: name and error of each of them, in order. At least one.
        total: the number of all projects.
    """
    first = failed[0][1]
    sentences = {str(error) for _name, error in failed}
    if len(failed) == total and len(sentences) == 1:
        # such as a refused password: it has nothing to do with a project
        return first
    names = enumerated([name for name, _error in failed])
    what = f"Project {names}" if len(failed) == 1 else f"Projects {names}"
    return CceError(
        f"{what} failed ({total - len(failed)} of {total} projects were read): {first}",
        first.kind,
        http_status=first.http_status,
        code=first.code,
        message=first.message,
        request_id=first.request_id,
        url=first.url,
        transient=first.transient,
        retry_after=first.retry_after,
    )


def _timed_out(deadline: Deadline) -> CceError:
    return CceError(
        f"Could not list the jobs within {deadline.seconds:.10g} s. Check the network, or increase timeout.",
        "timeout",
        transient=True,
    )
