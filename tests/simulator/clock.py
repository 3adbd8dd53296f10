# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's clock: the machine's or a fixed time, plus what the control API added."""

from __future__ import annotations

import datetime
import threading
import time

NANOSECONDS = 1_000_000_000
LONGEST_ADVANCE = 366 * 86400


def nanoseconds_of(moment: datetime.datetime) -> int:
    """Nanoseconds since 1970, without the rounding of a float."""
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * NANOSECONDS + since.microseconds * 1000


def rfc3339(nanoseconds: int) -> str:
    """UTC with microseconds, as IAM writes it (IAM API reference: 2015-11-09T01:42:57.527363Z)."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{fraction // 1000:06d}Z"


def parse_moment(text: str) -> datetime.datetime:
    """Read RFC 3339 with Z or an offset; a time without either is UTC. Raises ValueError."""
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)


class Clock:
    """The time in nanoseconds since 1970; it never goes back."""

    def __init__(self, fixed: datetime.datetime | None = None) -> None:
        self._fixed = nanoseconds_of(fixed) if fixed else None
        self._advanced = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        with self._lock:
            return (time.time_ns() if self._fixed is None else self._fixed) + self._advanced

    def advance(self, seconds: float) -> None:
        """Move forward. Raises ValueError for a step back or more than a year, whose jobs would take long to create."""
        if not 0 <= seconds <= LONGEST_ADVANCE:
            raise ValueError(f"advance must be between 0 and {LONGEST_ADVANCE} seconds, not {seconds}")
        with self._lock:
            self._advanced += int(seconds * NANOSECONDS)
