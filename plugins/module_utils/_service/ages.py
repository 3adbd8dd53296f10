# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Ages in filters, which count back from the time of the first response, by the server's clock."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

from .._errors import CceError
from .._jobs.query import Query
from .._report import Report
from .request import JobsRequest

_MAX_CLOCK_DIFFERENCE = timedelta(minutes=5)


class Ages:
    """The time from which the ages of a request count, the same for all projects and polls.

    Args:
        request: what the user asked for.
        report: gets warnings about times that are probably a mistake, once.
    """

    def __init__(self, request: JobsRequest, report: Report) -> None:
        self._request = request
        self._report = report
        self._now: datetime | None = None
        self._lock = threading.Lock()

    def resolve(self, query: Query, sent_at: datetime | None) -> Query:
        """The query with times instead of ages.

        Args:
            query: what to select in a list.
            sent_at: when the list was sent, None if that is not known.

        Raises:
            CceError: of kind ``option``, for a window in which no time is.
        """
        with self._lock:
            if self._now is None:
                now = or_now(sent_at)
                self._check(query.at(now), now)
                self._now = now
            return query.at(self._now)

    def _check(self, query: Query, now: datetime) -> None:
        difference = abs(now - datetime.now(timezone.utc))
        if difference > _MAX_CLOCK_DIFFERENCE:
            self._warn_of_clocks(difference.total_seconds())
        window = query.empty_window()
        if window:
            raise CceError(f"Empty time window: {window[0]} is not before {window[1]}. Correct one of them.", "option")
        for name in query.begins_in_future(now):
            self._report.warning(
                f"{name} is in the future ({getattr(query, name)}), so no job matches. "
                "Times without an offset are in UTC."
            )

    def _warn_of_clocks(self, difference: float) -> None:
        query = self._request.query
        if query.has_ages:
            meaning = "Ages in filters count by the cloud's clock."
        elif self._request.wait and query.created_after:
            # most likely the time at which a playbook began, by this machine's clock
            meaning = "If created_after is a time of this machine, the task may wait for other jobs than you expect."
        else:
            return
        self._report.warning(f"This machine's clock and the cloud's differ by {difference:.0f} s. {meaning}")


def or_now(sent_at: datetime | None) -> datetime:
    return sent_at or datetime.now(timezone.utc)
