# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Values of variables without the wrappers of ansible-core 2.19 and newer."""

from __future__ import annotations

import typing as t


class _NeedsTemplating(Exception):
    """A value that ansible-core may have to change when it is read."""


def plain_values(value: t.Any) -> t.Any:
    """Return a copy of a list or a dictionary that is fast to read, or what cannot be copied as it is.

    From ansible-core 2.19 on, filters get containers that look for templates whenever a value is read. That takes ten
    times as long as everything that our filters do. Jobs usually contain no templates, so that the values behind these
    containers are the same. They are used only if they cannot be templates; entries with a brace, which begins each
    template, and entries of other types are left to ansible-core.
    """
    copy = getattr(value, "_non_lazy_copy", None)
    if copy is None:
        # an older ansible-core, a plain value, or an iterator
        return value
    if isinstance(value, list):
        return [_entry(value, number, entry) for number, entry in enumerate(copy())]
    try:
        return _plain(value)
    except _NeedsTemplating:
        return value


def _entry(values: list[t.Any], number: int, entry: t.Any) -> t.Any:
    try:
        return _plain(entry)
    except _NeedsTemplating:
        return values[number]


def _plain(value: t.Any) -> t.Any:
    if isinstance(value, str):
        if "{" in value:
            raise _NeedsTemplating
        return value
    if value is None or isinstance(value, (bool, int, float)):
        return value
    copy = getattr(value, "_non_lazy_copy", None)
    raw = value if copy is None else copy()
    if isinstance(raw, dict):
        return {key: _plain(inner) for key, inner in raw.items()}
    if isinstance(raw, list):
        return [_plain(inner) for inner in raw]
    raise _NeedsTemplating
