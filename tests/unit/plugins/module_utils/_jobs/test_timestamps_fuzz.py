# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The reader of time texts against Python's datetime, for any moment in any zone and notation."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs import timestamps as _timestamps
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

# a day from both ends of the calendar, so that no offset leads out of it
MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 30))
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59)
MORE_DIGITS = st.text("0123456789", max_size=4)


def go(moment: datetime, digits: str) -> str:
    """As Go's time.Time.String writes it: without the zeros at the end of the fraction, or without a fraction."""
    fraction = f".{moment:%f}{digits}".rstrip("0").rstrip(".")
    return f"{clock(moment, ' ')}{fraction} {moment:%z} ZONE"


def rfc_3339(moment: datetime, digits: str) -> str:
    offset = moment.strftime("%z")
    return f"{clock(moment, 'T')}.{moment:%f}{digits}{offset[:3]}:{offset[3:]}"


def clock(moment: datetime, separator: str) -> str:
    # strftime does not pad years everywhere
    return f"{moment.year:04d}-{moment:%m-%d}{separator}{moment:%H:%M:%S}"


def normal(moment: datetime) -> str:
    return f"{clock(moment, 'T')}.{moment:%f}Z"


@examples(1000)
@given(MOMENTS, OFFSETS, MORE_DIGITS)
@example(datetime(2025, 12, 31, 23, 59, 59, 999999), -1, "9999")
@example(datetime(2024, 2, 29), 23 * 60 + 59, "")
def test_any_moment(moment: datetime, offset: int, digits: str) -> None:
    local = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    expected = normal(local.astimezone(timezone.utc))
    assert _timestamps.normalize(go(local, digits)) == expected
    assert _timestamps.normalize(rfc_3339(local, digits)) == expected
    assert _timestamps.parse_bound(rfc_3339(local, digits)) == expected
    assert _timestamps.written(local) == expected


@examples(500)
@given(MOMENTS, MOMENTS)
def test_any_two_moments(start: datetime, end: datetime) -> None:
    seconds = _timestamps.seconds_between(normal(start), normal(end))
    assert seconds == (end - start).total_seconds()
    assert (normal(start) < normal(end)) == (seconds > 0)


@examples(1000)
@given(MOMENTS, OFFSETS, st.integers(0, 9999 * 366 * 86400))
def test_any_age_before_any_moment(moment: datetime, offset: int, seconds: int) -> None:
    local = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    age = _timestamps.parse_bound(f"{seconds}s")
    assert age == _timestamps.Age(seconds)
    assert isinstance(age, _timestamps.Age)
    past = (local.astimezone(timezone.utc).replace(tzinfo=None) - datetime(1, 1, 1)).total_seconds()
    then = _timestamps.time_before(local, age)
    if seconds <= past:
        assert _timestamps.seconds_between(then, _timestamps.written(local)) == seconds
    else:
        assert then == "0001-01-01T00:00:00.000000Z"
