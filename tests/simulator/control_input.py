# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of what the control API receives: a typing error must not pass unnoticed."""

from __future__ import annotations

from typing import Any

# The Python types that a member may have, and their description in error messages.
Members = dict[str, tuple[Any, str]]
NUMBER: Any = (int, float)


class InvalidInput(Exception):
    """The control request cannot be carried out; the text is the reason."""


def checked(value: object, members: Members, what: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the JSON object after a check of its members. Raises InvalidInput."""
    if not isinstance(value, dict):
        raise InvalidInput(f"{what} must be a JSON object")
    unknown = sorted(set(value) - set(members))
    if unknown:
        raise InvalidInput(f"unknown member {', '.join(unknown)}; {what} may have {', '.join(members)}")
    for name in required:
        if name not in value:
            raise InvalidInput(f"{what} needs the member {name}")
    for name, given in value.items():
        expected, meaning = members[name]
        accepted = expected if isinstance(expected, tuple) else (expected,)
        if not isinstance(given, accepted) or (isinstance(given, bool) and bool not in accepted):
            raise InvalidInput(f"{name} must be {meaning}")
        if type(given) in (int, float) and not 0 <= given < float("inf"):
            raise InvalidInput(f"{name} must be {meaning}, finite, and not negative")
    return value
