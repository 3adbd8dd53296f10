# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Values as Ansible passes them on: its own kinds of strings, and the placeholder for an omitted value."""

from __future__ import annotations

import re
import typing as t
from datetime import date

from ansible.module_utils.common.text.converters import to_text

_OMIT_PLACEHOLDER = re.compile(r"__omit_place_holder__[0-9a-f]{40}")


def is_omitted(value: t.Any) -> bool:
    """Whether the value is the one that ``omit`` has.

    Ansible removes it from the options of tasks, but not from the arguments of lookups. It is a placeholder string up
    to ansible-core 2.18, and a singleton of a private class since 2.19.
    """
    if isinstance(value, str):
        return bool(_OMIT_PLACEHOLDER.fullmatch(value))
    # by name, since managed nodes do not have the class
    return type(value).__name__ == "_OmitType"


def is_given(value: t.Any) -> bool:
    """Whether the user gave a value: neither null nor ``omit``."""
    return value is not None and not is_omitted(value)


def plain(value: t.Any) -> str:
    """The value as a string without what Ansible's subclasses of str add to it."""
    return str.__str__(to_text(value))


def plain_text(value: t.Any) -> str | None:
    """A string, a number, or a date (which YAML makes of some strings) as a plain string; None for anything else."""
    # up to ansible-core 2.18, vaulted values are not strings but convert to them
    vaulted = getattr(value, "__ENCRYPTED__", False)
    if isinstance(value, bool) or not (vaulted or isinstance(value, (str, int, float, date))):
        return None
    return plain(value)
