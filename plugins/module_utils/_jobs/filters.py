# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Filters as predicates over raw jobs.

Filters run before normalization: that makes ten jobs out of 100,000 cheap.
"""

from __future__ import annotations

import typing as t

from .diagnostics import Diagnostics
from .query import Query
from .raw_job import Candidate, is_finished, read_text, read_time

Predicate = t.Callable[[Candidate], bool]


def predicates(query: Query, diagnostics: Diagnostics) -> list[Predicate]:
    """Return one predicate for each filter in use, cheap ones first."""
    found: list[Predicate] = []
    for key in ("id", "cluster_id", "resource_id", "resource_name"):
        if getattr(query, key):
            found.append(_equals(key, getattr(query, key), diagnostics))
    if query.cluster_id_of_name:
        found.append(_equals("cluster_id", query.cluster_id_of_name, diagnostics))
    for key in ("status", "type"):
        if getattr(query, key):
            found.append(_equals_ignoring_case(key, getattr(query, key), diagnostics))
    if query.finished is not None:
        found.append(lambda candidate: is_finished(candidate[0], diagnostics) is query.finished)
    if query.created_after or query.created_before:
        found.append(_created_between(query.created_after, query.created_before, diagnostics))
    return found


def _equals(key: str, values: tuple[str, ...], diagnostics: Diagnostics) -> Predicate:
    wanted = frozenset(values)
    return lambda candidate: read_text(candidate[0], key, diagnostics) in wanted


def _equals_ignoring_case(key: str, values: tuple[str, ...], diagnostics: Diagnostics) -> Predicate:
    wanted = frozenset(value.lower() for value in values)
    return lambda candidate: (read_text(candidate[0], key, diagnostics) or "").lower() in wanted


def _created_between(start: str | None, end: str | None, diagnostics: Diagnostics) -> Predicate:
    def test(candidate: Candidate) -> bool:
        created = read_time(candidate[0], "created_at", diagnostics)
        return created is not None and (start is None or created >= start) and (end is None or created < end)

    return test
