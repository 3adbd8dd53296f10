# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Filters as predicates over raw jobs.

Filters run before normalization: that makes ten jobs out of 100,000 cheap. They compare what users see, so that a value
can be copied from a result into a filter.
"""

from __future__ import annotations

import typing as t

from .._text import MAX_NAME, either, nearest, result_text
from .diagnostics import Diagnostics
from .query import Query
from .raw_job import FIELDS, STATUSES, Candidate, is_finished, read_string, read_text, read_time
from .timestamps import Age

Predicate = t.Callable[[Candidate], bool]
Show = t.Callable[[str], str]

# Only a payload that is not from CCE has more than a handful of different types or statuses.
_MAX_PRESENT = 1000
_MAX_SHOWN = 10


class Noticed(t.NamedTuple):
    """Observations of filters about their values in a list."""

    status: _Vocabulary
    type: _Vocabulary
    diagnostics: Diagnostics


class Filters:
    """The filters of a query, and what they notice about its values.

    Args:
        query: the query, without ages.
        diagnostics: gets the problems of the fields that are compared.
    """

    def __init__(self, query: Query, diagnostics: Diagnostics) -> None:
        self._diagnostics = diagnostics
        self._type = _Vocabulary(query.type)
        self._status = _Vocabulary(query.status)
        self._predicates = list(self._all(query))

    def matches(self, candidate: Candidate) -> bool:
        """Return whether a job matches all filters."""
        return all(predicate(candidate) for predicate in self._predicates)

    def over(self, candidates: t.Iterable[Candidate]) -> t.Iterator[Candidate]:
        """Yield the jobs that match all filters."""
        for predicate in self._predicates:
            # no generator of our own: it would run once for each job that is dropped
            candidates = filter(predicate, candidates)
        return iter(candidates)

    @property
    def noticed(self) -> Noticed:
        return Noticed(self._status, self._type, self._diagnostics)

    def _all(self, query: Query) -> t.Iterator[Predicate]:
        # These two have to see every job, because what no job has is reported; the others are ordered by their cost.
        undocumented = any(text.lower() not in STATUSES for text in query.status)
        if query.type:
            yield self._is_among("type", self._type)
        if undocumented:
            yield self._is_among("status", self._status)
        if query.id:
            yield self._has_id("id", query.id)
        for cluster_ids in (query.cluster_id, query.cluster_id_of_name):
            if cluster_ids:
                # many jobs, few clusters: remembering is faster than comparing
                yield self._is_among("cluster_id", _Vocabulary(cluster_ids))
        if query.resource_id:
            yield self._has_id("resource_id", query.resource_id)
        if query.resource_name:
            yield self._has_name(query.resource_name)
        if query.status and not undocumented:
            yield self._is_among("status", self._status)
        if query.finished is not None:
            yield lambda candidate: is_finished(candidate, self._diagnostics) is query.finished
        for key, after, before in (
            ("created_at", query.created_after, query.created_before),
            ("completed_at", query.completed_after, query.completed_before),
        ):
            if after is not None or before is not None:
                yield self._is_between(key, after, before)

    # A predicate runs for each of 100,000 jobs. So each reads the usual form of its field itself, without a call.

    def _is_among(self, key: str, vocabulary: _Vocabulary) -> Predicate:
        block_name, (usual_name, *_others) = FIELDS[key]
        diagnostics = self._diagnostics

        def predicate(candidate: Candidate) -> bool:
            block = candidate[0].get(block_name)
            if isinstance(block, dict):
                usual = block.get(usual_name)
                if isinstance(usual, str) and usual:
                    return vocabulary[usual]
            return vocabulary[read_string(candidate[0], key, diagnostics)]

        return predicate

    def _has_id(self, key: str, values: tuple[str, ...]) -> Predicate:
        block_name, (usual_name, *_others) = FIELDS[key]
        diagnostics = self._diagnostics
        wanted, read = _wanted(value.lower() for value in values)

        def predicate(candidate: Candidate) -> bool:
            block = candidate[0].get(block_name)
            if isinstance(block, dict):
                usual = block.get(usual_name)
                if isinstance(usual, str) and usual and read is read_string:
                    return usual.lower() in wanted
            return (read(candidate[0], key, diagnostics) or "").lower() in wanted

        return predicate

    def _has_name(self, values: tuple[str, ...]) -> Predicate:
        diagnostics = self._diagnostics
        wanted, read = _wanted(values)
        return lambda candidate: read(candidate[0], "resource_name", diagnostics) in wanted

    def _is_between(self, key: str, after: str | Age | None, before: str | Age | None) -> Predicate:
        if isinstance(after, Age) or isinstance(before, Age):
            raise TypeError("A query with ages cannot filter: use Query.at() first")
        diagnostics = self._diagnostics
        start, end = after or "", before or "~"

        def predicate(candidate: Candidate) -> bool:
            time = read_time(candidate[0], key, diagnostics)
            return time is not None and start <= time < end

        return predicate


def value_warnings(filters: t.Sequence[Filters]) -> list[str]:
    """Return complete sentences about values that no job has, once the lists have come to their ends.

    Args:
        filters: those of one query, for each list. At least one.
    """
    noticed = [each.noticed for each in filters]
    name = noticed[0].diagnostics.name
    status = _Vocabulary.combined([each.status for each in noticed])
    kind = _Vocabulary.combined([each.type for each in noticed])
    statuses = [name(text) for text in status.missing() if text.lower() not in STATUSES]
    types = kind.missing()
    if not any(each.diagnostics.fetched for each in noticed):
        # nothing to compare a spelling with: one sentence, since the values may well be right
        values = [*(f"status '{text}'" for text in statuses), *(f"type '{name(text)}'" for text in types)]
        return [f"The job list is empty. Cannot check {', '.join(values)}."] if values else []
    known = ", ".join(STATUSES.values())
    return [
        *(f"No job has status '{text}'. Known: {known}. Present: {status.shown(name)}." for text in statuses),
        *(
            f"No job has type '{name(text)}'.{kind.suggestion(text, name)} Present: {kind.shown(name)}."
            for text in types
        ),
    ]


def matcher(query: Query) -> Predicate:
    """Return one predicate for all filters of a query without ages. Problems of the fields are not reported."""
    return Filters(query, Diagnostics(muted=True)).matches


class _Vocabulary(dict[t.Optional[str], bool]):
    """Whether a raw value is one of the wanted ones, ignoring case. Remembers all values that were asked for."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        super().__init__()
        self._wanted = {result_text(text).lower(): text for text in wanted}
        self._found: set[str] = set()

    @classmethod
    def combined(cls, others: t.Sequence[_Vocabulary]) -> _Vocabulary:
        """Return what several lists have. Those that were not read count as well."""
        one = cls(tuple(others[0]._wanted.values()))
        for other in others:
            one.update(other)
            one._found |= other._found
        return one

    def __missing__(self, value: str | None) -> bool:
        lower = result_text(value or "").lower()
        found = lower in self._wanted
        if found:
            self._found.add(lower)
        if value is None or (len(self) < _MAX_PRESENT and len(value) <= MAX_NAME):
            self[value] = found
        return found

    def missing(self) -> list[str]:
        """Return the wanted values that no job has."""
        return [text for lower, text in self._wanted.items() if lower not in self._found]

    def shown(self, name: Show) -> str:
        """Return the values that jobs have, for a sentence."""
        return ", ".join(sorted(name(value) for value in self if value)[:_MAX_SHOWN]) or "none"

    def suggestion(self, text: str, name: Show) -> str:
        """Return a question for the most similar values that jobs have, nothing if none is similar."""
        present = {value.lower(): value for value in self if value}
        near = nearest(text.lower()[:MAX_NAME], present)
        return f" Did you mean {either([name(present[lower]) for lower in near])}?" if near else ""


def _wanted(values: t.Iterable[str]) -> tuple[frozenset[str], t.Callable[..., str | None]]:
    """Return the values as users see them, and the reader whose texts are to be compared with them."""
    wanted = frozenset(result_text(value) for value in values)
    # Without a replaced character among the wanted values, the text itself is enough: that is faster.
    return wanted, read_text if any("\ufffd" in value for value in wanted) else read_string
