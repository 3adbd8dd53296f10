# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Jobs that the user named, which CCE is asked about one by one, and those of a list."""

from __future__ import annotations

import itertools
import typing as t
from datetime import datetime

from .._api.cce import DirectResult, RawList
from .._jobs.raw_job import RawJob


class NamedJobs(t.NamedTuple):
    """The jobs that the user named."""

    direct: t.Mapping[str, DirectResult]
    """The responses of CCE about them, by lower-case ID. Empty if it was not asked."""
    elsewhere: t.AbstractSet[str] = frozenset()
    """Lower-case IDs of those that are in another project."""


class RawJobs:
    """Raw jobs that were asked for by their IDs, and then those of a list. Each one comes once.

    Attributes:
        direct: the former, by lower-case ID.
        sent_at: when the response was sent, by the server's clock.
        repeated: how many elements of the list were left out.
    """

    def __init__(self, direct: dict[str, RawJob], listed: RawList | None, sent_at: datetime | None) -> None:
        self.direct = direct
        self._listed = listed
        self.sent_at = sent_at
        self.repeated = 0

    def digest(self) -> bytes | None:
        """A hash of the list, None when there is none or it is too large for that."""
        return self._listed.digest() if self._listed else None

    def __iter__(self) -> t.Iterator[t.Any]:
        if not self.direct:
            # no generator of our own: it would run once for each job
            return iter(self._listed or ())
        return itertools.chain(self.direct.values(), self._others())

    def _others(self) -> t.Iterator[t.Any]:
        for raw in self._listed or ():
            if _id_of(raw) in self.direct:
                self.repeated += 1
            else:
                yield raw


def _id_of(raw: t.Any) -> str | None:
    metadata = raw.get("metadata") if isinstance(raw, dict) else None
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return uid.lower() if isinstance(uid, str) else None
