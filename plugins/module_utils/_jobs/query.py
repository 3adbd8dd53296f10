# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A user's request: filters, form, order, and limit."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .timestamps import Age, time_before, written

_WINDOWS = (("created_after", "created_before"), ("completed_after", "completed_before"))


class Query(t.NamedTuple):
    """Which jobs to return, and how. Values of one filter are alternatives; different filters must all match.

    IDs, types, and states ignore case, names do not. A bound is a time in the form that
    ``timestamps.normalize`` returns, or an age, which ``at`` turns into one.
    """

    status: tuple[str, ...] = ()
    cluster_id: tuple[str, ...] = ()
    cluster_id_of_name: tuple[str, ...] = ()
    """IDs of the clusters that the user named: a filter of its own in addition to ``cluster_id``."""
    type: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    resource_id: tuple[str, ...] = ()
    resource_name: tuple[str, ...] = ()
    finished: bool | None = None
    created_after: str | Age | None = None
    """At or after this time."""
    created_before: str | Age | None = None
    """Before this time."""
    completed_after: str | Age | None = None
    completed_before: str | Age | None = None
    subjobs: str = "nested"
    """``nested``, ``flat``, or ``none``."""
    order: str = "newest"
    """``newest`` or ``oldest`` first."""
    limit: int | None = None

    @property
    def deep(self) -> bool:
        """Whether subjobs are results of their own: with ``flat``, and with ``id``, which finds a subjob as well."""
        return self.subjobs == "flat" or bool(self.id)

    @property
    def has_ages(self) -> bool:
        """Whether a bound is an age, so that ``at`` is needed."""
        return any(isinstance(getattr(self, name), Age) for window in _WINDOWS for name in window)

    def at(self, now: datetime) -> Query:
        """Return the query with absolute times instead of ages, which count back from ``now``, an aware datetime."""

        def absolute(bound: str | Age | None) -> str | None:
            return time_before(now, bound) if isinstance(bound, Age) else bound

        return self._replace(
            created_after=absolute(self.created_after),
            created_before=absolute(self.created_before),
            completed_after=absolute(self.completed_after),
            completed_before=absolute(self.completed_before),
        )

    def empty_window(self) -> tuple[str, str] | None:
        """Return the names of two bounds that no time can satisfy together, None if there are none.

        An age and an absolute time can only be compared after ``at``.
        """
        for names in _WINDOWS:
            after, before = (getattr(self, name) for name in names)
            if isinstance(after, str) and isinstance(before, str) and after >= before:
                return names
            if isinstance(after, Age) and isinstance(before, Age) and after.seconds <= before.seconds:
                return names
        return None

    def begins_in_future(self, now: datetime) -> list[str]:
        """Return the names of the lower bounds that are later than ``now``, an aware datetime."""
        bounds = {after: getattr(self, after) for after, _before in _WINDOWS}
        return [name for name, bound in bounds.items() if isinstance(bound, str) and bound > written(now)]
