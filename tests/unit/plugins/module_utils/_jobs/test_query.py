# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bounds of a query: ages, windows, and times that lie ahead."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.timestamps import Age

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
BOUNDS = ("created_after", "created_before", "completed_after", "completed_before")


@pytest.mark.parametrize("name", BOUNDS)
def test_ages_become_times(name: str) -> None:
    query = Query(status=("Failed",), limit=3, **{name: Age(90)})
    assert query.has_ages
    absolute = query.at(NOW.astimezone(timezone(timedelta(hours=5))))
    assert not absolute.has_ages
    assert absolute == query._replace(**{name: "2026-03-01T11:58:30.000000Z"})


def test_times_stay_as_they_are() -> None:
    query = Query(**dict.fromkeys(BOUNDS, "2025-09-02T10:23:38.000000Z"))
    assert not query.has_ages
    assert query.at(NOW) == query
    assert Query().at(NOW) == Query()


@pytest.mark.parametrize("kind", ["created", "completed"])
@pytest.mark.parametrize(
    ("after", "before", "empty"),
    [
        ("2025-09-02T00:00:00.000000Z", "2025-09-02T00:00:00.000001Z", False),
        ("2025-09-02T00:00:00.000000Z", "2025-09-02T00:00:00.000000Z", True),
        ("2025-09-03T00:00:00.000000Z", "2025-09-02T00:00:00.000000Z", True),
        (Age(7200), Age(3600), False),
        (Age(3600), Age(3600), True),
        (Age(3600), Age(7200), True),
        (None, "2025-09-02T00:00:00.000000Z", False),
        ("2025-09-02T00:00:00.000000Z", None, False),
        (Age(3600), None, False),
        (None, None, False),
    ],
)
def test_a_window_without_any_time_in_it(kind: str, after: t.Any, before: t.Any, empty: bool) -> None:
    query = Query(**{f"{kind}_after": after, f"{kind}_before": before})
    assert query.empty_window() == ((f"{kind}_after", f"{kind}_before") if empty else None)
    # the same, whatever the time is
    assert query.at(NOW).empty_window() == query.empty_window()


def test_an_age_and_a_time_are_compared_when_it_is_known_what_time_it_is() -> None:
    query = Query(created_after=Age(3600), created_before="2026-03-01T10:00:00.000000Z")
    assert query.empty_window() is None
    assert query.at(NOW).empty_window() == ("created_after", "created_before")


def test_windows_that_begin_in_the_future() -> None:
    later, now = "2026-03-01T12:00:00.000001Z", "2026-03-01T12:00:00.000000Z"
    local = NOW.astimezone(timezone(timedelta(hours=-3)))
    assert Query(created_after=later, completed_after=later).begins_in_future(local) == [
        "created_after",
        "completed_after",
    ]
    assert Query(created_after=now, completed_after=Age(0), created_before=later).begins_in_future(local) == []


@pytest.mark.parametrize(
    ("query", "deep"),
    [(Query(), False), (Query(subjobs="none"), False), (Query(subjobs="flat"), True), (Query(id=("a",)), True)],
)
def test_queries_that_select_subjobs(query: Query, deep: bool) -> None:
    assert query.deep is deep
