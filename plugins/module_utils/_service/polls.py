# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Polls of all projects of an event source: one login, and for each project a result or an error."""

from __future__ import annotations

import functools
import math
import time
import typing as t

from .._auth.identity import uses_passcode
from .._auth.project_sessions import ProjectSession, ProjectSessions
from .._auth.session import MAX_IDLE_SECONDS, Session
from .._errors import CceError
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import Settings
from .._report import Report
from .ages import Ages
from .changes import Poll
from .clusters import check_names
from .each_project import EachProject, failure_of, report_of
from .project_polls import ProjectPolls, Read
from .request import JobsRequest

ReadProject = t.Callable[[ProjectPolls], Read[Poll]]
"""For a project, the function that reads its list."""


# How long not to poll a project that rejected the credentials, while others work: after some failures in a row, the
# cloud locks the user, for other programs, too
_REJECTED_SECONDS = 1800.0


class Look(t.NamedTuple):
    """One project at the time of one poll."""

    project: ProjectPolls
    poll: Poll | None
    """None when the list is the same as before, or could not be fetched."""
    error: CceError | None


class Polls(t.Protocol):
    """All projects."""

    def poll(self, read: ReadProject) -> list[Look]:
        """Poll them once.

        Raises:
            CceError: when it is not even known which projects there are.
        """

    def failure(self, looks: t.Sequence[Look]) -> CceError:
        """The one error for a poll in which all projects failed."""


class _Connection:
    """The connections of a client, which are closed if they were idle for too long: not the login.

    A firewall may have dropped them without notice.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._used_at = time.monotonic()

    def __enter__(self) -> None:
        if time.monotonic() - self._used_at > MAX_IDLE_SECONDS:
            self._client.close()

    def __exit__(self, *_error: object) -> None:
        self._used_at = time.monotonic()


class OneProject:
    """The only project.

    Args:
        request: what to watch.
        settings: the project, and who asks.
        report: where messages go.
        mask: removes secrets from text.
    """

    def __init__(self, request: JobsRequest, settings: Settings, report: Report, mask: t.Callable[[str], str]) -> None:
        session = Session(settings, "event_source", report)
        name = settings.project_name or settings.project_id
        self._settings = settings
        self._client = session.client
        self._connection = _Connection(session.client)
        self._project = ProjectPolls(request, session, name, report, mask, Ages(request, report))

    def poll(self, read: ReadProject) -> list[Look]:
        project = self._project
        deadline = Deadline(self._settings.timeout)
        with self._connection:
            try:
                poll, digest = self._client.run(functools.partial(project.read, read(project), deadline), deadline)
            except CceError as error:
                if not project.identified and uses_passcode(self._settings):
                    # it may be used up
                    error.transient = False
                return [Look(project, None, error)]
        project.accept(digest)
        return [Look(project, poll, None)]

    def failure(self, looks: t.Sequence[Look]) -> CceError:
        return next(look.error for look in looks if look.error)


class SeveralProjects:
    """Several projects, with one login for each host of IAM.

    Args:
        request: what to watch.
        settings: the projects, and who asks.
        report: where messages go.
        mask: removes secrets from text.
    """

    def __init__(self, request: JobsRequest, settings: Settings, report: Report, mask: t.Callable[[str], str]) -> None:
        sessions = ProjectSessions(settings, "event_source", report)
        self._request = request
        self._settings = settings
        self._report = report
        self._mask = mask
        self._connection = _Connection(sessions.client)
        self._each = EachProject(settings, sessions)
        self._ages = Ages(request, report)
        self._projects: dict[ProjectSession, ProjectPolls] = {}
        # when the credentials were rejected, and the error
        self._rejected: dict[ProjectSession, tuple[float, CceError]] = {}
        self._clusters_checked = False

    def poll(self, read: ReadProject) -> list[Look]:
        deadline = Deadline(self._settings.timeout)

        def read_one(session: ProjectSession, deadline: Deadline) -> tuple[Poll | None, bytes | None]:
            project = self._projects[session]
            return project.read(read(project), deadline)

        with self._connection:
            if not self._projects:
                self._projects = {session: self._of(session) for session in self._each.projects(deadline)}
            due = [session for session in self._projects if not self._is_rejected(session)]
            outcomes = dict(zip(due, self._each.run(due, read_one, deadline)))
        looks = []
        for session, project in self._projects.items():
            outcome = outcomes.get(session)
            if not outcome:
                looks.append(Look(project, None, self._rejected[session][1]))
                continue
            poll = None
            if outcome.value:
                poll, digest = outcome.value
                project.accept(digest)
            elif outcome.error and not project.identified and uses_passcode(self._settings):
                # it was used for the one login that failed
                outcome.error.transient = False
            if outcome.error and outcome.error.kind == "authentication":
                self._rejected[session] = time.monotonic(), outcome.error
            looks.append(Look(project, poll, outcome.error))
        self._check_clusters(looks)
        return looks

    def failure(self, looks: t.Sequence[Look]) -> CceError:
        return failure_of([(look.project.name, look.error) for look in looks if look.error], len(looks))

    def _is_rejected(self, session: ProjectSession) -> bool:
        since, _error = self._rejected.get(session, (-math.inf, None))
        return time.monotonic() - since < _REJECTED_SECONDS

    def _of(self, session: ProjectSession) -> ProjectPolls:
        report = report_of(session, self._report)
        return ProjectPolls(self._request, session, session.name, report, self._mask, self._ages, one_of_several=True)

    def _check_clusters(self, looks: t.Sequence[Look]) -> None:
        """Check once that each cluster that the user named is in one of the projects."""
        if self._clusters_checked or any(look.error for look in looks):
            return
        self._clusters_checked = True
        names = [name for look in looks for name in look.project.cluster_names.values()]
        check_names(self._request.cluster_names.option, names, self._mask)
