# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From the raw list to the jobs that a query asks for: filter, order, limit, normalize."""

from __future__ import annotations

import heapq
import typing as t

from .diagnostics import Diagnostics
from .filters import Filters, value_warnings
from .normalize import UNKNOWN, Job, Origin, normalize
from .query import Query
from .raw_job import Candidate, candidates, read_text, read_time


class Selection(t.NamedTuple):
    """The part of a list that a query asks for."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    filters: Filters
    """With what was noticed about their values."""
    diagnostics: Diagnostics
    """The problems of the list."""

    @property
    def warnings(self) -> list[str]:
        """Complete sentences."""
        return value_warnings([self.filters]) + self.diagnostics.warnings()


def select(
    raw_jobs: t.Iterable[t.Any],
    query: Query,
    mask: t.Callable[[str], str] | None = None,
    origin: Origin = UNKNOWN,
) -> Selection:
    """Filter, order, limit, and normalize a list of jobs.

    Args:
        raw_jobs: elements of the API's list. Each is read once and released unless it is selected.
        query: what to select, without ages.
        mask: replaces secrets in the names that warnings contain, before they are cut.
        origin: the project in which the list was read.

    No element raises an exception, whatever it is: what cannot be read becomes a warning.
    """
    diagnostics = Diagnostics(mask)
    filters = Filters(query, diagnostics)
    matching = filters.over(candidates(raw_jobs, query.deep, diagnostics))
    # Normalize only when the list has come to its end: a truncated one is fetched again.
    found = list(matching) if query.limit is None else _first(query.limit, matching, query, diagnostics)
    # the search through the subjobs has counted them all
    diagnostics.counts_not_jobs = not query.deep
    jobs = []
    # each raw job is released as soon as it is normalized, so that both forms of all jobs are never in memory together
    found.reverse()
    while found:
        jobs.append(normalize(found.pop(), query.subjobs, diagnostics, origin))
    # sorted only now, so that each time is parsed once where all jobs are wanted
    jobs = in_order(jobs, query.order)
    return Selection(jobs, diagnostics.fetched, filters, diagnostics)


class Combined(t.NamedTuple):
    """The parts of several lists that a query asks for. It is like a ``Selection``."""

    jobs: list[Job]
    fetched: int
    warnings: list[str]


def combined(selections: t.Sequence[Selection], query: Query) -> Combined:
    """Return the jobs of several selections in one order and within one limit, and the warnings about all lists.

    Args:
        selections: what was selected in each list.
        query: what was selected, without ages.
    """
    if not selections:
        return Combined([], 0, [])
    jobs = in_order((job for selection in selections for job in selection.jobs), query.order)
    fetched = sum(selection.fetched for selection in selections)
    warnings = value_warnings([selection.filters for selection in selections])
    problems = Diagnostics.combined([selection.diagnostics for selection in selections]).warnings()
    return Combined(jobs if query.limit is None else jobs[: query.limit], fetched, warnings + problems)


def in_order(jobs: t.Iterable[Job], order: str) -> list[Job]:
    """Return jobs in the order ``newest`` or ``oldest``: by creation, then ID, without a time last."""
    newest = order == "newest"
    return sorted(jobs, key=lambda job: _sort_key(job["created_at"], job["id"], newest), reverse=newest)


def _first(limit: int, jobs: t.Iterable[Candidate], query: Query, diagnostics: Diagnostics) -> list[Candidate]:
    """Return as many jobs as the limit allows, in order, without ever holding more than these."""
    newest = query.order == "newest"

    def key(candidate: Candidate) -> str:
        raw = candidate[0]
        return _sort_key(read_time(raw, "created_at", diagnostics), read_text(raw, "id", diagnostics), newest)

    return (heapq.nlargest if newest else heapq.nsmallest)(limit, jobs, key=key)


def _sort_key(created: str | None, job_id: str | None, newest: bool) -> str:
    """Return the key for sorting by creation, then ID, without a time last; for newest first, in reverse."""
    # one text, because it is compared faster than a tuple; all times have the same length
    return f"{'1' if (created is not None) is newest else '0'}{created or ''}{job_id or ''}"
