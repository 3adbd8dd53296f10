# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time texts of the API, filter bounds and durations."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs import timestamps as _timestamps
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.timestamps import Age

NOW = datetime(2026, 3, 1, 12, 0, 0, 250000, tzinfo=timezone.utc)
FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")

READABLE = {
    # OTC CCE API reference: sample of ListJobs, sample of the v3 job, times of other calls.
    "2025-09-02 10:23:38.987955 +0000 UTC": "2025-09-02T10:23:38.987955Z",
    "2020-02-02 08:12:40.672772389 +0000 UTC": "2020-02-02T08:12:40.672772Z",
    "2019-04-03T03:25:34Z": "2019-04-03T03:25:34.000000Z",
    "2025-08-05T17:10:44.648388+08:00": "2025-08-05T09:10:44.648388Z",
    " 2020-02-20T21:11:09Z": "2020-02-20T21:11:09.000000Z",
    # Go's time.Time.String: no fraction to many digits, which are cut, not rounded.
    "2025-09-02 10:23:38 +0000 UTC": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 10:23:38.1 +0000 UTC": "2025-09-02T10:23:38.100000Z",
    "2025-09-02 10:23:38.01 +0000 UTC": "2025-09-02T10:23:38.010000Z",
    "2025-09-02 10:23:38.9879559 +0000 UTC": "2025-09-02T10:23:38.987955Z",
    "2025-09-02 10:23:38.987955123 +0000 UTC": "2025-09-02T10:23:38.987955Z",
    "2025-12-31 23:59:59.999999999999 +0000 UTC": "2025-12-31T23:59:59.999999Z",
    # Go's time.Time.String: the offset counts, the zone name does not.
    "2025-09-02 12:23:38.987955 +0200 CEST": "2025-09-02T10:23:38.987955Z",
    "2025-09-02 18:23:38.987955 +0800 CST": "2025-09-02T10:23:38.987955Z",
    "2025-09-02 16:08:38 +0545 +0545": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 07:23:38 -0300 -03": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 07:23:38 -0300 Zürich/Weird:1": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 10:23:38 -0000 UTC": "2025-09-02T10:23:38.000000Z",
    # Go's time.Time.String: the monotonic reading.
    "2025-09-02 10:23:38.987955 +0000 UTC m=+0.000012345": "2025-09-02T10:23:38.987955Z",
    "2025-09-02 10:23:38 +0000 UTC m=+0.5": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 10:23:38 +0000 UTC m=-0.5": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 12:23:38 +0200 CEST m=+12345": "2025-09-02T10:23:38.000000Z",
    # RFC 3339 and its spellings.
    "2025-09-02T10:23:38Z": "2025-09-02T10:23:38.000000Z",
    "2025-09-02T10:23:38.987955Z": "2025-09-02T10:23:38.987955Z",
    "2025-09-02t10:23:38z": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 10:23:38Z": "2025-09-02T10:23:38.000000Z",
    "2025-09-02 12:23:38.5+02:00": "2025-09-02T10:23:38.500000Z",
    "2025-09-02T18:23:38.987955+08:00": "2025-09-02T10:23:38.987955Z",
    "2025-09-02T18:23:38+0800": "2025-09-02T10:23:38.000000Z",
    "2025-09-02T10:23:38+00:00": "2025-09-02T10:23:38.000000Z",
    "2025-09-02T10:23:38-00:00": "2025-09-02T10:23:38.000000Z",
    "\t2025-09-02T10:23:38Z \n": "2025-09-02T10:23:38.000000Z",
    # Offsets that cross a day, a leap day, a year.
    "2025-09-02T23:30:00-01:00": "2025-09-03T00:30:00.000000Z",
    "2024-03-01T00:30:00+01:00": "2024-02-29T23:30:00.000000Z",
    "2025-03-01T00:30:00+01:00": "2025-02-28T23:30:00.000000Z",
    "2026-01-01 00:00:00.5 +0545 +0545": "2025-12-31T18:15:00.500000Z",
    "2025-12-31T23:59:59.9-23:59": "2026-01-01T23:58:59.900000Z",
    "2024-02-29T00:00:00Z": "2024-02-29T00:00:00.000000Z",
    "2000-02-29T00:00:00Z": "2000-02-29T00:00:00.000000Z",
    # The ends of the calendar, also where only the local date lies outside of it.
    "0001-01-01T00:00:00.000001Z": "0001-01-01T00:00:00.000001Z",
    "0001-01-01T00:00:01Z": "0001-01-01T00:00:01.000000Z",
    "0001-01-01T01:01:00+01:00": "0001-01-01T00:01:00.000000Z",
    "0000-12-31T23:00:00-05:00": "0001-01-01T04:00:00.000000Z",
    "9999-12-31T23:59:59.999999Z": "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59+01:00": "9999-12-31T22:59:59.000000Z",
    "5000-01-01T00:30:00+01:00": "4999-12-31T23:30:00.000000Z",
    "4999-12-31T23:30:00-01:00": "5000-01-01T00:30:00.000000Z",
}

NO_TIME = [
    "",
    " ",
    "\t\r\n",
    "0001-01-01 00:00:00 +0000 UTC",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.000000000Z",
    " 0001-01-01 00:00:00Z",
    "0001-01-01T00:00:00+00:00",
    "0001-01-01 08:00:00 +0800 CST",
    "0001-01-01T08:00:00+08:00",
    "0000-12-31T19:00:00-05:00",
    # Local mean time: Go prints the offset +08:05:43 without its seconds, likewise -04:56:02.
    "0001-01-01 08:05:43 +0805 LMT",
    "0001-01-01T08:05:43+08:05",
    "0000-12-31 19:03:58 -0456 LMT",
]

UNREADABLE = [
    "not a time",
    "null",
    "2025",
    "2025-09-02",
    "2025-09-02 10:23:38",
    "2025-09-02T10:23:38",
    "2025-09-02T10:23Z",
    "2025-09-02 10:23:38 UTC",
    "2025-09-02 10:23:38.987955 ",
    "2025-09-02 10:23:38 +0000",
    "2025-09-02 10:23:38 +00:00 UTC",
    "2025-09-02 10:23:38 +0000 UTC and more",
    "2025-09-02 10:23:38 +0000 UTC m=0.5",
    "2025-09-02 10:23:38 +0000 UTC m=+",
    "2025-09-02  10:23:38 +0000 UTC",
    "2025-09-02T10:23:38ZZ",
    "2025-09-02T10:23:38.Z",
    "2025-09-02T10:23:38,5Z",
    "2025-09-02T10:23:38+08",
    "2025-09-02_10:23:38Z",
    "20250902T102338Z",
    "2025-W36-2T10:23:38Z",
    "1756808618",
    "-001-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    # Days and hours that do not exist.
    "2025-02-30T10:23:38Z",
    "2025-02-30T10:23:38+01:00",
    "2025-02-29 10:23:38 +0000 UTC",
    "1900-02-29T00:00:00Z",
    "2025-00-01T00:00:00Z",
    "2025-13-01T00:00:00Z",
    "2025-09-00T00:00:00Z",
    "2025-09-31T00:00:00+02:00",
    "2025-09-02T24:00:00Z",
    "2025-09-02T25:00:00Z",
    "2025-09-02T10:60:00Z",
    "2016-12-31T23:59:60Z",
    "2025-09-02T10:23:38+24:00",
    "2025-09-02T10:23:38+08:60",
    "2025-09-02 10:23:38 +9999 XXX",
    # Outside the calendar in UTC.
    "0000-01-01T00:00:00Z",
    "0000-06-01T00:00:00+01:00",
    "0001-01-01T00:00:00+02:00",
    "9999-12-31T23:30:00-01:00",
    # Digits of other scripts, other characters that look alike.
    "٢٠٢٥-٠٩-٠٢T١٠:٢٣:٣٨Z",
    "2025-09-0２T10:23:38Z",
    "2025-09-02T10:23:38.٥Z",
    "2025−09−02T10:23:38Z",
    "2025-09-02T10:23:38Z\x00",
    "\ud800",
    "'" * 200,
    "2025-09-02T10:23:38." + "9" * 10000,
    "2025-09-02T10:23:38." + "9" * 200 + "Z",
    " " * 200 + "2025-09-02T10:23:38Z",
]


@pytest.mark.parametrize(("text", "expected"), READABLE.items())
def test_normalize(text: str, expected: str) -> None:
    assert _timestamps.normalize(text) == expected


@pytest.mark.parametrize("text", NO_TIME)
def test_no_time(text: str) -> None:
    assert _timestamps.normalize(text) is None


@pytest.mark.parametrize("text", UNREADABLE, ids=lambda text: ascii(text)[:60])
def test_unreadable(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        _timestamps.normalize(text)
    assert str(caught.value) == f"{repr(text[:60])[:60]} is not a time"
    assert caught.value.__context__ is None


def test_what_was_normalized_stays_as_it_is() -> None:
    for expected in READABLE.values():
        assert _timestamps.normalize(expected) == expected


def test_text_order_is_time_order() -> None:
    source = random.Random(1)
    moments = []
    for step in (timedelta(microseconds=1), timedelta(seconds=1), timedelta(hours=1), timedelta(days=300)):
        base = datetime(2025, 12, 31, 23, 59, 59, 999990, tzinfo=timezone.utc)
        moments += [base + step * count for count in range(-50, 50)]
    texts = []
    for moment in sorted(set(moments)):
        zone = timezone(timedelta(minutes=source.randint(-1439, 1439)))
        local = moment.astimezone(zone)
        written = [
            local.isoformat(),
            local.strftime("%Y-%m-%d %H:%M:%S") + f".{local.microsecond:06}".rstrip("0").rstrip(".") + f" {local:%z} X",
        ]
        assert len({_timestamps.normalize(text) for text in written}) == 1
        texts.append(_timestamps.normalize(source.choice(written)))
    assert texts == sorted(texts)
    assert len(set(texts)) == len(texts)


def test_any_text_is_read_or_refused() -> None:
    source = random.Random(2)
    seeds = [*READABLE, *NO_TIME, *UNREADABLE[:-2]]
    for _attempt in range(20000):
        characters = list(source.choice(seeds))
        for _change in range(source.randint(1, 3)):
            position = source.randint(0, len(characters))
            characters[position : position + source.randint(0, 2)] = source.choice("0129:-+ .TZm=U٣\n")
        text = "".join(characters)
        try:
            result = _timestamps.normalize(text)
        except ValueError as error:
            assert repr(text)[:60] in str(error)
        else:
            assert result is None or FORM.fullmatch(result), text


BOUNDS: dict[str, str | Age] = {
    "2025-09-02T10:23:38Z": "2025-09-02T10:23:38.000000Z",
    "2025-09-02t12:23:38.1234567+02:00": "2025-09-02T10:23:38.123456Z",
    "2025-09-02 12:23:38+0200": "2025-09-02T10:23:38.000000Z",
    "2025-09-02": "2025-09-02T00:00:00.000000Z",
    "2025-09-02 10:23:38": "2025-09-02T10:23:38.000000Z",
    "2025-09-02T10:23:38": "2025-09-02T10:23:38.000000Z",
    "2025-09-02T10:23:38.5": "2025-09-02T10:23:38.500000Z",
    "2025-09-02 10:23:38.123456": "2025-09-02T10:23:38.123456Z",
    "2025-09-02T10:23": "2025-09-02T10:23:00.000000Z",
    "2025-09-02 10:23": "2025-09-02T10:23:00.000000Z",
    "2025-09-02T10:23Z": "2025-09-02T10:23:00.000000Z",
    "2025-09-02T12:23+02:00": "2025-09-02T10:23:00.000000Z",
    " 2025-09-02\n": "2025-09-02T00:00:00.000000Z",
    "0001-01-01": "0001-01-01T00:00:00.000000Z",
    "0001-01-01T00:00:00Z": "0001-01-01T00:00:00.000000Z",
    "0s": Age(0),
    "90s": Age(90),
    "15m": Age(900),
    "24h": Age(86400),
    "7d": Age(604800),
    "007d": Age(604800),
    " 2w ": Age(1209600),
    "800000d": Age(69120000000),
}


@pytest.mark.parametrize(("text", "expected"), BOUNDS.items())
def test_parse_bound(text: str, expected: str | Age) -> None:
    bound = _timestamps.parse_bound(text)
    assert bound == expected
    assert type(bound) is type(expected)


@pytest.mark.parametrize("moment", [datetime(2026, 11, 26, 3, 30), datetime(2026, 11, 26, 3, 30, 1, 5)])
def test_parse_bound_reads_what_python_writes(moment: datetime) -> None:
    # Ansible's now(utc=true) has no zone in some versions
    aware = moment.replace(tzinfo=timezone.utc)
    for text in (moment.isoformat(), str(moment), aware.isoformat(), str(aware)):
        assert _timestamps.parse_bound(text) == _timestamps.written(aware)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "yesterday",
        "2025-09",
        "2025-09-02T10",
        "2025-09-02T",
        "2025-09-02Z",
        "2025-09-02T10:23.5",
        "2025-09-02T10:23:38 Z",
        "2025-09-02 10:23:38 +0000 UTC",
        "2025-02-30",
        "2025-02-30T10:23",
        "0000-01-01",
        "2025-09-02 24:00:00",
        "2025-09-02 25:00",
        "2025-09-02T10:60",
        "2025-09-02T10:23:60Z",
        "9999-12-31T23:30:00-01:00",
        "7",
        "d",
        "7D",
        "7 d",
        "-7d",
        "+7d",
        "1.5h",
        "1h30m",
        "1y",
        "٧d",
        "9999999999w",
        "9" * 5000 + "s",
        "٢٠٢٥-٠٩-٠٢",
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_parse_bound_refuses(text: str) -> None:
    with pytest.raises(ValueError) as caught:
        _timestamps.parse_bound(text)
    assert "RFC 3339" in str(caught.value) and "24h" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "2026-03-01T12:00:00.250000Z"),
        (90, "2026-03-01T11:58:30.250000Z"),
        (604800, "2026-02-22T12:00:00.250000Z"),
        (739000 * 86400, "0002-11-07T12:00:00.250000Z"),
        (740000 * 86400, "0001-01-01T00:00:00.000000Z"),
        (10**14, "0001-01-01T00:00:00.000000Z"),
    ],
)
def test_an_age_counts_back_from_now(seconds: int, expected: str) -> None:
    local = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    assert _timestamps.time_before(NOW, Age(seconds)) == expected
    assert _timestamps.time_before(local, Age(seconds)) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-09-02T10:23:38.000000Z", "2025-09-02T10:23:38.000000Z", 0.0),
        ("2025-09-02T10:23:38.900000Z", "2025-09-02T10:23:39.150000Z", 0.25),
        ("2025-12-31T23:59:59.000000Z", "2026-01-01T00:01:00.000000Z", 61.0),
        ("2024-02-28T00:00:00.000000Z", "2024-03-01T00:00:00.000000Z", 172800.0),
        ("2025-09-02T10:23:38.000001Z", "2025-09-02T10:23:38.000000Z", -0.000001),
    ],
)
def test_seconds_between(start: str, end: str, expected: float) -> None:
    seconds = _timestamps.seconds_between(start, end)
    assert isinstance(seconds, float)
    assert seconds == expected
