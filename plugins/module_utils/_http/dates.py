# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Moments and pauses in the headers of a response."""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime


def sent_at(headers: t.Mapping[str, str]) -> datetime | None:
    """The ``Date`` of a response, None when it has none that can be read."""
    return _http_date(headers.get("Date") or "")


def retry_after(text: str | None, sent: datetime | None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for.

    Args:
        text: the header: seconds, also fractions of them (seen at Huawei Cloud), or a date.
        sent: when the response was sent, by the server's clock. Ours may differ.

    Returns:
        None when there is no header or when it cannot be read.
    """
    if not text:
        return None
    if re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", text):
        return float(text)
    moment = _http_date(text)
    return None if moment is None else max(0.0, (moment - (sent or datetime.now(timezone.utc))).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
