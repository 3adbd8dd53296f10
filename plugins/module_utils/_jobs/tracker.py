# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Unfinished jobs of a list on its way to ``select``."""

from __future__ import annotations

import typing as t

from .diagnostics import Diagnostics
from .filters import matcher
from .normalize import Job, normalize
from .query import Query
from .raw_job import candidates, read_text


class UnfinishedTracker:
    """Collects the jobs of a list that a query selects and that have not finished.

    The query's ``status``, ``finished``, and ``limit`` do not count here.
    """

    def __init__(self, query: Query, awaited: t.Collection[str]) -> None:
        self._query = query._replace(status=(), finished=False, limit=None)
        self._matches = matcher(self._query)
        self._awaited = {job_id.lower(): job_id for job_id in awaited}
        self.unfinished: list[Job] = []
        """Normalized, in the order of the list."""
        self.seen: set[str] = set()
        """IDs among the awaited ones that are in the list."""

    def over(self, raw_jobs: t.Iterable[t.Any]) -> t.Iterator[t.Any]:
        """Yield the same elements, each after a look at it."""
        # not reported: the selection, which gets the same elements, reports the problems
        diagnostics = Diagnostics(muted=True)
        for raw in raw_jobs:
            for candidate in candidates((raw,), self._query.deep, diagnostics):
                if self._awaited:
                    job_id = read_text(candidate[0], "id", diagnostics)
                    if job_id and job_id.lower() in self._awaited:
                        self.seen.add(self._awaited[job_id.lower()])
                if self._matches(candidate):
                    self.unfinished.append(normalize(candidate, self._query.subjobs))
            yield raw
