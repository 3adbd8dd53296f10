# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Find jobs: log in where needed, fetch them, and wait for them where the user asks for that."""

from __future__ import annotations

import typing as t

from ansible.module_utils.basic import missing_required_lib

from .._auth.session import SessionPool, session_for
from .._errors import CceError
from .._http.library import IMPORT_ERROR
from .._jobs.normalize import Job
from .._jobs.select import Selection
from .._options.settings import CloudEntry, Settings
from .._report import Report
from .._secrets import Mask, masked
from .request import JobsRequest, Wait
from .search import CacheFactory, Search
from .wait import Waiter


class FoundJobs(t.NamedTuple):
    """Jobs as the plugins return them, each in its own form."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    project_id: str | None
    """None when the list was cached, and the project did not matter."""
    waited_for: list[Job] | None = None
    """None when there was no wait."""
    error: CceError | None = None
    """Why a wait failed. Unless that is ``job_failed``, ``jobs`` are the unfinished ones."""


def find_jobs(
    request: JobsRequest,
    agent: str,
    report: Report,
    pool: SessionPool | None = None,
    make_cache: CacheFactory | None = None,
) -> FoundJobs:
    """The jobs that the user asked for.

    Args:
        request: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where messages go.
        pool: sessions of earlier calls, None to keep none.
        make_cache: makes the cache where the list may be already, None to fetch it in any case.

    Raises:
        CceError: for every failure except those of a wait that has begun.
    """
    if IMPORT_ERROR:
        raise CceError(missing_required_lib("requests"), "dependency")
    mask = Mask()
    report = masked(report, mask)
    for secret in request.settings.secrets():
        report.secret(secret)
    try:
        for warning in request.warnings:
            report.warning(warning)
        settings = _with_cloud_entry(request.settings, report)
        for note in settings.notes:
            report.info(note)
        with session_for(settings, agent, report, pool) as session:
            cache = make_cache(settings, report) if make_cache else None
            search = Search(request, session, report, mask, cache)
            if request.wait:
                found, warnings = _wait(request, request.wait, search, report)
            else:
                selection = search.run()
                found, warnings = FoundJobs(selection.jobs, selection.fetched, None), selection.warnings
            for warning in warnings:
                report.warning(warning)
            found = found._replace(project_id=session.project_id)
    except CceError as error:
        error.reword(mask)
        raise
    if found.error:
        found.error.reword(mask)
    return found


def _wait(request: JobsRequest, wait: Wait, search: Search, report: Report) -> tuple[FoundJobs, t.Sequence[str]]:
    query = request.query
    ended_counts = query.created_after is not None
    waiter = Waiter(search, wait, report, ids=query.id, order=query.order, counts_ended=ended_counts)
    result = waiter.run()
    selection = result.poll.selection if result.poll else Selection([], 0, [])
    ended = result.error is None or result.error.kind == "job_failed"
    jobs = selection.jobs if ended else result.unfinished
    return FoundJobs(jobs, selection.fetched, None, result.waited_for, result.error), selection.warnings


def _with_cloud_entry(settings: Settings, report: Report) -> Settings:
    if not isinstance(settings.credential, CloudEntry):
        return settings
    # 4.1 ms to compile, and half a second for openstacksdk: only for those who name a cloud
    from .._auth.clouds import read_entry

    return read_entry(settings, settings.credential, report)
