# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Find jobs: log in where needed, fetch them, and wait for them where the user asks for that."""

from __future__ import annotations

import contextlib
import typing as t
from urllib.request import getproxies

from .._auth.session import SessionPool, reused, session_for
from .._dependencies import import_failed
from .._errors import CceError
from .._http.library import IMPORT_ERROR
from .._jobs.normalize import JOB_KEYS, Job
from .._jobs.raw_job import STATUSES, TYPES
from .._options.settings import CloudEntry, Settings
from .._options.validation import passwords_in_urls
from .._report import Report
from .._secrets import Mask, masked
from .request import JobsRequest
from .search import CacheFactory, ProjectResult, Search

if t.TYPE_CHECKING:
    from .polled_search import PolledSearch
    from .projects import ProjectsSearch
    from .wait import WaitResult

AnySearch = t.Union[Search, "ProjectsSearch"]

ORDINARY_WORDS = (*STATUSES, *TYPES, *JOB_KEYS)
"""Words that results are full of, so that a secret that is one of them is not replaced there."""


class FoundJobs(t.NamedTuple):
    """Jobs as the plugins return them, each in its own form."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    projects: list[ProjectResult]
    waited_for: list[Job] | None = None
    """None when there was no wait."""
    error: CceError | None = None
    """Why a wait failed: unless it is ``job_failed``, ``jobs`` are the unfinished ones. Or why some of several projects
    could not be read: ``jobs`` are those of the others."""

    @property
    def project_id(self) -> str | None:
        """The ID of the only project, None if there are several or it is not known."""
        return self.projects[0]["id"] if len(self.projects) == 1 else None


def find_jobs(
    request: JobsRequest,
    agent: str,
    report: Report,
    pool: SessionPool | None = None,
    make_cache: CacheFactory | None = None,
    mask: Mask | None = None,
) -> FoundJobs:
    """The jobs that the user asked for.

    Args:
        request: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where messages go.
        pool: sessions of earlier calls, None to keep none.
        make_cache: makes the cache where the list may be already, None to fetch it in any case.
        mask: learns all secrets. Nothing that is returned, raised, or reported contains one.

    Raises:
        CceError: for every failure except those of a wait that has begun.
    """
    if IMPORT_ERROR:
        raise import_failed("requests", "requests", IMPORT_ERROR)
    mask = mask or Mask(ORDINARY_WORDS)
    report = masked(report, mask)
    for secret in (*request.settings.secrets(), *passwords_of_proxies()):
        report.secret(secret)
    try:
        for warning in request.warnings:
            report.warning(warning)
        settings = with_cloud_entry(request.settings, report)
        for note in settings.notes:
            report.info(note)
        with _search(request, settings, agent, report, mask, pool, make_cache) as search:
            if request.wait:
                found, warnings = _waited(t.cast("PolledSearch | ProjectsSearch", search).wait(request.wait))
            else:
                selection = search.run()
                found = FoundJobs(selection.jobs, selection.fetched, [], error=search.failure)
                warnings = selection.warnings
            for warning in warnings:
                report.warning(warning)
            found = found._replace(projects=search.projects())
    except CceError as error:
        _mask_error(error, mask)
        raise
    if found.error:
        _mask_error(found.error, mask)
    return found._replace(
        jobs=mask.result(found.jobs),
        projects=mask.result(found.projects),
        waited_for=mask.result(found.waited_for),
    )


@contextlib.contextmanager
def _search(
    request: JobsRequest,
    settings: Settings,
    agent: str,
    report: Report,
    mask: Mask,
    pool: SessionPool | None,
    make_cache: CacheFactory | None,
) -> t.Iterator[AnySearch]:
    """The search for these settings."""
    if settings.projects:
        # 5.9 ms to compile: only for those who name several projects
        from .projects import ProjectSessions, ProjectsSearch

        with reused(ProjectSessions, settings, agent, report, pool) as sessions:
            search = ProjectsSearch(request, settings, sessions, report, mask, make_cache)
            yield search
        if pool is not None and search.failure:
            # like after an exception
            pool.take(settings).client.close()
            pool.failed(settings, search.failure)
    else:
        with session_for(settings, agent, report, pool) as session:
            cache = make_cache(settings, report) if make_cache else None
            yield _search_class(request)(request, session, report, mask, cache)


def _search_class(request: JobsRequest) -> type[Search]:
    if not request.wait:
        return Search
    # 5 ms to compile, in each task that is sent: only for those who wait
    from .polled_search import PolledSearch

    return PolledSearch


def passwords_of_proxies() -> list[str]:
    """Passwords in variables such as ``HTTPS_PROXY``, which requests reads."""
    return [password for url in getproxies().values() for password in passwords_in_urls({"proxy": url})]


def _mask_error(error: CceError, mask: Mask) -> None:
    error.reword(mask)
    error.url = mask.result(error.url)


def _waited(result: WaitResult) -> tuple[FoundJobs, t.Sequence[str]]:
    jobs, fetched, warnings = result.unfinished, 0, []
    if result.poll:
        selection = result.poll.selection
        fetched, warnings = selection.fetched, selection.warnings
        if result.error is None or result.error.kind == "job_failed":
            jobs = selection.jobs
    return FoundJobs(jobs, fetched, [], result.waited_for, result.error), warnings


def with_cloud_entry(settings: Settings, report: Report) -> Settings:
    """The settings, completed by the entry of clouds.yaml if they name one."""
    if not isinstance(settings.credential, CloudEntry):
        return settings
    # 4.1 ms to compile, and half a second for openstacksdk: only for those who name a cloud
    from .._auth.clouds import read_entry

    return read_entry(settings, settings.credential, report)
