# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Clusters by name."""

from __future__ import annotations

import typing as t

from .._errors import CceError
from .._text import either, name_text, nearest


def ids_of(
    wanted: t.Iterable[str], names: t.Mapping[str, str], mask: t.Callable[[str], str] | None = None
) -> tuple[str, ...]:
    """The IDs of the clusters with these names.

    Args:
        wanted: names that the user gave.
        names: names of all clusters by ID.
        mask: removes secrets from names that a message shows.

    Raises:
        CceError: when no cluster has a name: without that filter, all clusters would match.
    """
    check_names(wanted, names.values(), mask)
    return known_ids(wanted, names)


def check_names(wanted: t.Iterable[str], names: t.Iterable[str], mask: t.Callable[[str], str] | None = None) -> None:
    """Check that each of these clusters exists.

    Args:
        wanted: names that the user gave.
        names: names of all clusters.
        mask: removes secrets from names that a message shows.

    Raises:
        CceError: of kind ``option``, for a cluster that does not exist.
    """
    known = set(names)
    for name in wanted:
        if name not in known:
            raise CceError(_not_found(name, sorted(known), mask), "option")


def known_ids(wanted: t.Iterable[str], names: t.Mapping[str, str]) -> tuple[str, ...]:
    """The IDs of those clusters with these names that exist."""
    named = set(wanted)
    return tuple(cluster_id for cluster_id, name in names.items() if name in named)


def ids_so_far(earlier: t.Iterable[str], wanted: t.Iterable[str], names: t.Mapping[str, str]) -> tuple[str, ...]:
    """The IDs that were known earlier, and those of the clusters with these names that exist now.

    A deleted cluster keeps its ID: its last jobs may still be in the list. One that is created again has another ID.
    """
    return tuple(dict.fromkeys((*earlier, *known_ids(wanted, names))))


def _not_found(name: str, known: t.Sequence[str], mask: t.Callable[[str], str] | None) -> str:
    near = [name_text(each, mask) for each in nearest(name, known, cutoff=0.4) or known[:10]]
    if not near:
        return f"Cluster {name!r} not found. The project has no clusters."
    return f"Cluster {name!r} not found. Did you mean {either(near)}?"
