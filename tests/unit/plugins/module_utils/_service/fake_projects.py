# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Projects for a watcher whose lists a test sets, and what the watcher hands over."""

from __future__ import annotations

import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import Job, Origin
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.changes import Change, Poll
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.polls import Look
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.project_polls import Read
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.state_file import StateFile
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch import Watcher
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch_request import read_watch_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport

NOW = datetime(2026, 1, 2, 12, 0, 0, tzinfo=timezone.utc)
ACCESS = {"token": "t" * 40, "project_id": "p1", "endpoint": "https://cce.example.com"}


def transient(sentence: str = "It failed.", **more: t.Any) -> CceError:
    return CceError(sentence, "unavailable", http_status=503, transient=True, **more)


def raise_if_any(error: CceError | None) -> None:
    if error:
        raise error


class FakeProject:
    """A project whose next list, or failure, is in ``shown``.

    Attributes:
        failing: raised by the next polls, None to let them succeed.
        truncated: whether the failure comes only in the middle of the list.
    """

    def __init__(self, project_id: str = "p1") -> None:
        self.project_id = project_id
        self.origin = Origin(project_id)
        self.name = f"name of {project_id}"
        self.shown: list[t.Any] = []
        self.failing: CceError | None = None
        self.truncated = False
        self.query = Query()
        self.reads = 0
        self._last: list[t.Any] | None = None

    def poll(self, read: t.Callable[[t.Iterable[t.Any], Query, datetime], Poll]) -> Poll | None:
        if not self.truncated:
            raise_if_any(self.failing)
        if not self.failing and self.shown == self._last:
            return None
        self.reads += 1
        result = read(self._elements(), self.query, NOW)
        self._last = list(self.shown)
        return result

    def _elements(self) -> t.Iterator[t.Any]:
        for number, raw in enumerate(self.shown):
            if 2 * number >= len(self.shown):
                raise_if_any(self.failing)
            yield raw
        raise_if_any(self.failing)

    def name_clusters(self, jobs: t.Collection[Job]) -> None:
        """No name is known."""


class FakePolls:
    """Polls of fake projects.

    Attributes:
        failing: raised because the projects are not known, None if they are.
    """

    def __init__(self, projects: t.Sequence[FakeProject]) -> None:
        self.projects = projects
        self.failing: CceError | None = None

    def poll(self, read: t.Callable[[t.Any], Read[Poll]]) -> list[Look]:
        raise_if_any(self.failing)
        looks = []
        for project in self.projects:
            try:
                looks.append(Look(t.cast(t.Any, project), project.poll(read(project)), None))
            except CceError as error:
                looks.append(Look(t.cast(t.Any, project), None, error))
        return looks

    def failure(self, looks: t.Sequence[Look]) -> CceError:
        return next(look.error for look in looks if look.error)


class Run:
    """One run of an event source, from its start to a stop."""

    def __init__(self, *projects: FakeProject, state_file: Path | None = None, **options: t.Any) -> None:
        self.projects = projects
        self.recorded = RecordedReport()
        path = str(state_file) if state_file else None
        self.request = read_watch_request({**ACCESS, "state_file": path, **options}, {})
        for project in projects:
            project.query = self.request.jobs.query.at(NOW)
            project._last = None
        self.polls = FakePolls(projects)
        self.state_file = StateFile(path) if path else None
        self.watcher = Watcher(self.request, self.polls, self.recorded.report, Mask(), self.state_file)

    def poll(self, killed_after: int | None = None) -> list[Change]:
        """The changes that were handed over, the last one without a note if the process is killed after so many."""
        handed_over = []
        for number, change in enumerate(self.watcher.poll()):
            handed_over.append(change)
            if number == killed_after:
                break
            self.watcher.sent(change)
        return handed_over

    def pause(self) -> float:
        return self.watcher.pause()

    def stop(self) -> None:
        if self.state_file:
            self.state_file.close()
