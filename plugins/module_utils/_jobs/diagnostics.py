# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Problems that are noticed while a list of jobs is read, and the warnings they become."""

from __future__ import annotations

import typing as t

from .._text import name_text

MAX_WARNINGS = 5
"""Malformed fields that are reported in full; the rest are counted."""

MAX_COUNTED = 1000
"""Malformed fields that are counted exactly; beyond that, a list only has at least so many."""

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
    """Counts and problems of one list.

    Args:
        mask: replaces secrets in names of the cloud, before they are cut.
        muted: whether the problems are not going to be read.
    """

    def __init__(self, mask: t.Callable[[str], str] | None = None, *, muted: bool = False) -> None:
        self.fetched = 0
        """Number of top-level objects in the list."""
        self.not_jobs = 0
        """Number of objects that were ignored because they have nothing of a job."""
        self.counts_not_jobs = True
        """False from when a subjob would be counted again."""
        self._mask = mask
        self._problems: list[str] = []
        # Filters, order, and normalization read the same fields, and a subjob is read with each of its ancestors.
        # Hashes find the repetitions; their number is limited because a list can have millions of malformed fields.
        self._hashes: set[int] = set()
        self._more_than_counted = muted

    @classmethod
    def combined(cls, others: t.Iterable[Diagnostics]) -> Diagnostics:
        """Return the problems of several lists, each sentence once."""
        one = cls()
        for other in others:
            one.not_jobs += other.not_jobs
            new = [sentence for sentence in other._problems if hash(sentence) not in one._hashes]
            one._problems += new[: MAX_WARNINGS - len(one._problems)]
            one._hashes |= other._hashes
            one._more_than_counted |= other._more_than_counted
        return one

    def problem(self, raw: dict[str, t.Any], description: str) -> None:
        """Record a problem of a raw job, once."""
        # first of all, because a sentence for each of millions of problems takes time
        if not self._more_than_counted:
            self._add(f"{self._job(raw)}: {description}.")

    def not_a_time(self, raw: dict[str, t.Any], key: str, text: str) -> None:
        """Record a time that cannot be read."""
        if not self._more_than_counted:
            self.problem(raw, f"ignoring {key} ('{self.name(text)}' is not a time)")

    def not_an_object(self, number: int, value: t.Any) -> None:
        """Record an entry of the list that is not even an object."""
        if not self._more_than_counted:
            self._add(f"Ignoring entry {number} of the job list ({mismatch(dict, value)}).")

    def not_a_job(self, count: int = 1) -> None:
        """Record objects that have nothing of a job."""
        if self.counts_not_jobs:
            self.not_jobs += count

    def name(self, text: str) -> str:
        """Return a name of the cloud for a sentence."""
        return name_text(text, self._mask)

    def warnings(self) -> list[str]:
        """Return complete sentences: the first problems, then the numbers of the others."""
        found = list(self._problems)
        if self.not_jobs:
            objects = "1 object" if self.not_jobs == 1 else f"{self.not_jobs} objects"
            found.append(f"Ignoring {objects} without metadata, spec, and status in the job list (not a job).")
        more = len(self._hashes) - len(self._problems) + self._more_than_counted
        if more:
            at_least = "At least " if self._more_than_counted else ""
            found.append(f"{at_least}{more} more malformed fields in the job list.")
        return found

    def _add(self, sentence: str) -> None:
        if hash(sentence) in self._hashes:
            return
        if len(self._hashes) == MAX_COUNTED:
            self._more_than_counted = True
            return
        self._hashes.add(hash(sentence))
        if len(self._problems) < MAX_WARNINGS:
            self._problems.append(sentence)

    def _job(self, raw: dict[str, t.Any]) -> str:
        metadata = raw.get("metadata")
        uid = metadata.get("uid") if isinstance(metadata, dict) else None
        return f"Job {self.name(uid)}" if uid and isinstance(uid, str) else "A job without an ID"


def mismatch(expected: type, value: t.Any) -> str:
    """Describe a JSON value of the wrong type, such as ``expected string, got number``."""
    got = next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "null")
    return f"expected {_KINDS[expected]}, got {got}"
