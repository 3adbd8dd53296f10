# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Times: what the API sends, what users type, and the one form that this collection returns.

The normalized form is ``YYYY-MM-DDTHH:MM:SS.ffffffZ``: UTC, years 0001 to 9999, always six fraction digits, so that
sorting texts sorts times.

CCE writes the times of jobs as Go's ``time.Time.String`` does, ``2025-09-02 10:23:38.987955 +0000 UTC`` (OTC CCE API
reference, sample of ListJobs), and other times in RFC 3339 (the same reference, calls for add-ons).
"""

from __future__ import annotations

import functools
import re
import typing as t
from datetime import date, datetime, timedelta, timezone

# Digits are spelled out because \d also matches those of other scripts. datetime checks which days exist.
_DAY = r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
_CLOCK = r"((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])"
_FRACTION = r"(?:\.([0-9]{1,6})[0-9]*)?"
_OFFSET_HOURS = r"[+-](?:[01][0-9]|2[0-3])"
_OFFSET_MINUTES = r"[0-5][0-9]"
_MONOTONIC_READING = r"(?: m=[+-][0-9]+(?:\.[0-9]+)?)?"

_GO = re.compile(rf"{_DAY} {_CLOCK}{_FRACTION} ({_OFFSET_HOURS}{_OFFSET_MINUTES}) \S+{_MONOTONIC_READING}")
_RFC_3339 = re.compile(rf"{_DAY}[Tt ]{_CLOCK}{_FRACTION}([Zz]|{_OFFSET_HOURS}:?{_OFFSET_MINUTES})")
# ISO 8601 as people write it: a date, or a date and a time down to minutes or finer, with or without an offset. This
# pattern and the next one are compiled at first use, because few tasks filter by time.
_ISO_8601 = (
    rf"{_DAY}(?:[Tt ]((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::([0-5][0-9]){_FRACTION})?"
    rf"([Zz]|{_OFFSET_HOURS}:?{_OFFSET_MINUTES})?)?"
)
_AGE = r"([0-9]+)([smhdw])"

_ZERO_OFFSETS = frozenset(("+0000", "Z", "z", "+00:00", "-0000", "-00:00"))
_ZERO_TIME = "0001-01-01T00:00:00.000000Z"
_SECONDS_PER_UNIT = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_YEARS_PER_CYCLE = 400
_ZERO_TIME_ONE_CYCLE_LATER = datetime(1 + _YEARS_PER_CYCLE, 1, 1)

# The longest real text is that of Go with a monotonic reading, about 60 characters. Longer ones would fill the cache.
_MAX_LENGTH = 200

# as long as the calendar of datetime
_MAX_AGE_SECONDS = 9999 * 366 * 86400

_ACCEPTED_BOUNDS = (
    "Use a date (2025-09-02), a date and time (2025-09-02 10:23:38 or 2025-09-02T10:23:38, UTC without an offset), "
    "RFC 3339 (2025-09-02T12:23:38+02:00), or an age (90s, 15m, 24h, 7d, 2w)"
)


class Age(t.NamedTuple):
    """A bound that counts back from the present."""

    seconds: int


# two of the three times of a finished job are usually the same
@functools.lru_cache(maxsize=8)
def normalize(text: str) -> str | None:
    """Return a time of the API in the normalized form, or None if the text means that there is no time.

    Reads what Go's ``time.Time.String`` writes (any number of fraction digits, any offset, any zone name, with or
    without the monotonic reading; Go documentation of time.Time.String) and RFC 3339 (also with a space instead of the
    ``T`` and without the colon of the offset), with or without surrounding whitespace. Fraction digits after the sixth
    are cut, not rounded. The offset counts, the name of the zone does not.

    None for whitespace and for Go's zero time, 0001-01-01 00:00:00 UTC, in any offset. Go prints offsets without their
    seconds, so that the zero time in local mean time is up to a minute away from it
    (``0001-01-01 08:05:43 +0805 LMT``): that is None as well.

    Raises ``ValueError`` for everything else: no offset, days and hours that do not exist, offsets of 24 hours or more,
    the leap second ``:60`` (Go has none, and calculations with it have no result), years outside 0001 to 9999 in UTC,
    and for more than 200 characters. The message contains the repr of the text, cut to 60 characters.
    """
    stripped = text.strip()
    if not stripped:
        return None
    match = len(text) <= _MAX_LENGTH and (_GO.fullmatch(stripped) or _RFC_3339.fullmatch(stripped))
    if match:
        try:
            moment = _in_utc(*match.groups(""))
        except ValueError:
            pass
        else:
            return None if moment == _ZERO_TIME else moment
    raise ValueError(f"{repr(text[:60])[:60]} is not a time")


def parse_bound(text: str) -> str | Age:
    """Return the value of a filter such as ``created_after``: a time in the normalized form, or an age.

    Accepts ISO 8601 in the forms ``YYYY-MM-DD``, ``YYYY-MM-DDTHH:MM``, and ``YYYY-MM-DDTHH:MM:SS`` with or without a
    fraction; an offset may follow the time, which is UTC without one, and a space may replace the ``T``. So RFC 3339 is
    accepted, and what ``isoformat()`` and ``str()`` of a ``datetime`` return. An age is an integer and one of ``s``,
    ``m``, ``h``, ``d``, ``w`` (seconds to weeks).

    Raises ``ValueError`` that lists the accepted forms, as a sentence without its period, for everything else, for days
    and hours that do not exist, and for times outside the years 0001 to 9999 in UTC.
    """
    stripped = text.strip()
    try:
        age = re.fullmatch(_AGE, stripped)
        if age:
            seconds = int(age[1]) * _SECONDS_PER_UNIT[age[2]]
            if seconds <= _MAX_AGE_SECONDS:
                return Age(seconds)
        match = re.fullmatch(_ISO_8601, stripped)
        if match:
            day, minute, second, fraction, offset = match.groups("")
            return _in_utc(day, f"{minute or '00:00'}:{second or '00'}", fraction, offset or "Z")
    except ValueError:
        pass
    raise ValueError(_ACCEPTED_BOUNDS)


def time_before(now: datetime, age: Age) -> str:
    """Return the time so long before ``now``, an aware datetime, but not before the year 1."""
    try:
        return written(now - timedelta(seconds=age.seconds))
    except OverflowError:
        return _ZERO_TIME


def written(moment: datetime) -> str:
    """Return an aware datetime in the normalized form."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def seconds_between(start: str, end: str) -> float:
    """Return the seconds from one time to another, negative if ``end`` is earlier.

    Both are in the normalized form; other text may raise ``ValueError``.
    """
    return (datetime.fromisoformat(end[:-1]) - datetime.fromisoformat(start[:-1])).total_seconds()


def _in_utc(day: str, clock: str, fraction: str, offset: str) -> str:
    if offset in _ZERO_OFFSETS:
        # One list can hold 100,000 jobs with three times each, nearly all in UTC: checking the date is enough.
        date.fromisoformat(day)
        return f"{day}T{clock}.{fraction:0<6}Z"
    return f"{_shifted_to_utc(day, clock, offset)}.{fraction:0<6}Z"


def _shifted_to_utc(day: str, clock: str, offset: str) -> str:
    # A time inside the years 1 to 9999 in UTC can be in the year 0 or 10000 of its own zone, which datetime cannot
    # express. The calendar repeats every 400 years, so the calculation moves by one cycle toward the middle.
    years = _YEARS_PER_CYCLE if day < "5000" else -_YEARS_PER_CYCLE
    local = datetime.fromisoformat(f"{int(day[:4]) + years:04}{day[4:]}T{clock}")
    distance = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    moment = local - distance if offset[0] == "+" else local + distance
    if abs(moment - _ZERO_TIME_ONE_CYCLE_LATER) < timedelta(minutes=1):
        return _ZERO_TIME[:19]
    return moment.replace(year=moment.year - years).isoformat()
