# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Reading JSON whose shape is not certain: IAM documents types, but nothing enforces them."""

from __future__ import annotations

import typing as t


def dict_or_empty(value: t.Any) -> dict[str, t.Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def dicts_in(value: t.Any) -> list[dict[str, t.Any]]:
    """The objects in the value if it is a list, else nothing."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text_or_none(value: t.Any) -> str | None:
    """The value if it is a string that is not empty."""
    return value if isinstance(value, str) and value else None
