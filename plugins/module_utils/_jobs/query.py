# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""What a user asks for: filters, form, order, and limit."""

from __future__ import annotations

import typing as t


class Query(t.NamedTuple):
    """Which jobs to return, and how. Values of one filter are alternatives; different filters must all match."""

    status: tuple[str, ...] = ()
    cluster_id: tuple[str, ...] = ()
    cluster_id_of_name: tuple[str, ...] = ()
    """IDs of the clusters that the user named: a filter of its own beside ``cluster_id``."""
    type: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    resource_id: tuple[str, ...] = ()
    resource_name: tuple[str, ...] = ()
    finished: bool | None = None
    created_after: str | None = None
    """At or after this time, in the form that ``timestamps.normalize`` returns."""
    created_before: str | None = None
    """Before this time."""
    subjobs: str = "nested"
    """``nested``, ``flat``, or ``none``."""
    order: str = "newest"
    """``newest`` or ``oldest`` first."""
    limit: int | None = None
