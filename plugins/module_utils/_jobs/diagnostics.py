# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Problems that are noticed while a list of jobs is read, and the warnings they become."""

from __future__ import annotations

import typing as t

MAX_WARNINGS = 5
"""Malformed fields that are reported in full; the rest are counted."""

# bool comes first because it is a subclass of int
_KINDS: dict[type, str] = {
    bool: "boolean",
    str: "string",
    list: "list",
    dict: "object",
    int: "number",
    float: "number",
}


class Diagnostics:
    """Counts and problems of one list."""

    def __init__(self) -> None:
        self.fetched = 0
        """Number of top-level jobs in the list."""
        self._problems: list[str] = []
        # Filters, order, and normalization read the same fields, and a subjob is read with each of its ancestors:
        # hashes find the repetitions without a sentence for each of 100,000 jobs in memory.
        self._hashes: set[int] = set()

    def problem(self, sentence: str) -> None:
        """Record a problem, once."""
        if hash(sentence) not in self._hashes:
            self._hashes.add(hash(sentence))
            if len(self._problems) < MAX_WARNINGS:
                self._problems.append(sentence)

    def warnings(self) -> list[str]:
        """Return complete sentences: the first problems, then the number of the others."""
        more = len(self._hashes) - len(self._problems)
        return [*self._problems, f"{more} more malformed fields in the job list."] if more else self._problems


def mismatch(expected: type, value: t.Any) -> str:
    """Describe a JSON value of the wrong type, such as ``expected string, got number``."""
    got = next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "null")
    return f"expected {_KINDS[expected]}, got {got}"
