# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When something holds: for which requests, and from when until when on the simulator's clock."""

from __future__ import annotations

from typing import Any

from .clock import NANOSECONDS
from .control_input import NUMBER, Members

SCHEDULE_MEMBERS: Members = {
    "after": (int, "an integer"),
    "times": ((int, type(None)), "an integer, or null for no limit"),
    "after_seconds": (NUMBER, "a number of seconds"),
    "seconds": ((int, float, type(None)), "a number of seconds, or null for no limit"),
}


class Schedule:
    """Holds after ``after`` requests and ``after_seconds``, for ``times`` requests and ``seconds``.

    It begins when both of the former have passed (with ``after``: at the next request) and ends with the first of the
    latter; None for no such limit. ``now`` is the time at which it was set up, in nanoseconds since 1970.
    """

    def __init__(
        self, now: int, after: int = 0, times: int | None = 1, after_seconds: float = 0, seconds: float | None = None
    ) -> None:
        self._left_to_spare = after
        self._left = times
        self._earliest = now + int(after_seconds * NANOSECONDS)
        self._length = None if seconds is None else int(seconds * NANOSECONDS)
        self._begin = self._earliest if after == 0 else None

    def holds(self, now: int) -> bool:
        """Whether a request at that time would be covered."""
        if self._left == 0:
            return False
        if self._begin is None:
            return self._left_to_spare == 0 and now >= self._earliest
        return self._begin <= now and (self._length is None or now < self._begin + self._length)

    def take(self, now: int) -> bool:
        """Count a request; return whether it is covered."""
        covered = self.holds(now)
        if covered:
            self._begin = now if self._begin is None else self._begin
            if self._left is not None:
                self._left -= 1
        elif self._left_to_spare:
            self._left_to_spare -= 1
        return covered


def schedule(now: int, members: dict[str, Any], default_times: int | None) -> Schedule:
    """A schedule from checked JSON; a limit in seconds alone sets no limit to the requests."""
    given = {name: members[name] for name in SCHEDULE_MEMBERS if name in members}
    given.setdefault("times", None if given.get("seconds") is not None else default_times)
    return Schedule(now, **given)
