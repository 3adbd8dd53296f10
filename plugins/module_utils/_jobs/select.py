# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From the raw list to the jobs that a query asks for: filter, order, limit, normalize."""

from __future__ import annotations

import heapq
import typing as t

from .diagnostics import Diagnostics
from .filters import predicates
from .normalize import Job, normalize
from .query import Query
from .raw_job import STATUSES, Candidate, candidates, read_text, read_time


class Selection(t.NamedTuple):
    """The part of a list that a query asks for."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    warnings: list[str]
    """Complete sentences."""


def select(raw_jobs: t.Iterable[t.Any], query: Query) -> Selection:
    """Filter, order, limit, and normalize a list of jobs.

    Args:
        raw_jobs: elements of the API's list. Each is read once and released unless it is selected.
        query: what to select.

    No element raises an exception, whatever it is: what cannot be read becomes a warning.
    """
    diagnostics = Diagnostics()
    unknown = _Unknown(query)
    matching = _matching(candidates(raw_jobs, query.subjobs == "flat", diagnostics), query, unknown, diagnostics)
    # Normalize only when the list has come to its end: a truncated one is fetched again.
    found = list(matching) if query.limit is None else _first(query.limit, matching, query, diagnostics)
    jobs = [normalize(candidate, query.subjobs, diagnostics) for candidate in found]
    # sorted only now, so that each time is parsed once where all jobs are wanted
    newest = query.order == "newest"
    jobs.sort(key=lambda job: _sort_key(job["created_at"], job["id"], newest), reverse=newest)
    return Selection(jobs, diagnostics.fetched, unknown.warnings() + diagnostics.warnings())


class _Unknown:
    """Values of the filter on status that are not documented, to be compared with those in the list."""

    def __init__(self, query: Query) -> None:
        self.wanted = {text.lower(): text for text in query.status if text.lower() not in STATUSES}
        self._present: set[str] = set()

    def compared(self, jobs: t.Iterable[Candidate], diagnostics: Diagnostics) -> t.Iterator[Candidate]:
        for candidate in jobs:
            status = read_text(candidate[0], "status", diagnostics)
            if status:
                self._present.add(status)
            yield candidate

    def warnings(self) -> list[str]:
        present = {text.lower() for text in self._present}
        # only a payload that is not from CCE has more than a handful
        shown = ", ".join(sorted(self._present)[:10]) or "none"
        return [
            f"No job has status {text!r}. Known: {', '.join(STATUSES.values())}. Present: {shown}."
            for lower, text in self.wanted.items()
            if lower not in present
        ]


def _matching(
    jobs: t.Iterable[Candidate], query: Query, unknown: _Unknown, diagnostics: Diagnostics
) -> t.Iterator[Candidate]:
    if unknown.wanted:
        jobs = unknown.compared(jobs, diagnostics)
    for predicate in predicates(query, diagnostics):
        # no generator of our own: it would run once for each job that is dropped
        jobs = filter(predicate, jobs)
    return iter(jobs)


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
