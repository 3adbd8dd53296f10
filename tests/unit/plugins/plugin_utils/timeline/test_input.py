# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong jobs and options: errors that name what came and what to do."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timedelta, timezone

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.options import DEFAULT_TITLE, read_options
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.rows import read_rows
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.plugin_utils.timeline.pages import failed_job, job, raw


def error_of(function: t.Callable[[], t.Any]) -> str:
    with pytest.raises(CceError) as caught:
        function()
    assert caught.value.kind == "option"
    return str(caught.value)


@pytest.mark.parametrize(
    ("jobs", "facts"),
    [
        (None, ("null", "normalize_jobs")),
        ("<html>", ("a string", "normalize_jobs")),
        (7, ("an integer", "normalize_jobs")),
        ({"jobs": [], "changed": False}, ("the keys changed, jobs", "Use its key jobs")),
        (job(), ("query()",)),
        ([job(), raw()], ("Entry 2", "metadata, spec, status", "normalize_jobs")),
        ([["a"]], ("Entry 1", "a list", "normalize_jobs")),
        ([{**job("x"), "type": 7}], ("job x", "type", "an integer")),
        ([{**job("x"), "created_at": "yesterday"}], ("job x", "created_at")),
        ([{**job("x"), "completed_at": 12}], ("job x", "completed_at")),
        ([{**job("x"), "subjobs": None}], ("job x", "subjobs")),
        ([{**job("x"), "subjobs": ["a"]}], ("job x", "subjobs")),
        ([{**job("x"), "root_cause": "a"}], ("job x", "root_cause", "a string")),
        ([{**job("x"), "id": 7}], ("number 1", "id", "an integer")),
    ],
)
def test_wrong_jobs(jobs: t.Any, facts: tuple[str, ...]) -> None:
    text = error_of(lambda: read_rows(jobs))
    assert [fact for fact in facts if fact not in text] == []


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        ({"titel": "x"}, ("titel", "title?")),
        ({"quirk": "x"}, ("quirk", "lanes, now, or title")),
        ({"title": 7}, ("title", "an integer")),
        ({"title": " "}, ("title", "not empty")),
        ({"lanes": "node"}, ("'node'", "cluster, project, type, or resource")),
        ({"now": "soon"}, ("'soon'", "2025-")),
        # a control character could take over a terminal
        ({"now": "so\x1bon" + "x" * 100}, ("'so\ufffdonxx", "xx...'")),
        ({"now": "24h"}, ("'24h'", "2025-")),
        ({"now": 7}, ("an integer", "2025-")),
    ],
)
def test_wrong_options(options: dict[str, t.Any], facts: tuple[str, ...]) -> None:
    text = error_of(lambda: read_options(options))
    assert [fact for fact in facts if fact not in text] == []


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-14T06:00:00Z",
        "2026-03-14 07:00:00+01:00",
        "2026-03-14 06:00",
        datetime(2026, 3, 14, 6),
        datetime(2026, 3, 14, 8, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_forms_of_now(value: t.Any) -> None:
    assert read_options({"now": value}).now == "2026-03-14T06:00:00.000000Z"
    assert read_options({"now": date(2026, 3, 14)}).now == "2026-03-14T00:00:00.000000Z"


def test_defaults() -> None:
    before = datetime.now(timezone.utc)
    found = read_options({"title": None, "lanes": None})
    assert (found.title, found.lanes) == (DEFAULT_TITLE, "cluster")
    assert datetime.fromisoformat(found.now.replace("Z", "+00:00")) >= before


def test_jobs_without_the_keys_of_their_project() -> None:
    bare = {key: value for key, value in job("a").items() if key not in ("project_id", "project_name", "region")}
    [row] = read_rows([bare]).rows
    assert row.project == ""
    [row] = read_rows([{**bare, "project_id": "p-1", "project_name": None}]).rows
    assert row.project == "p-1"


def test_times_that_are_not_normalized_yet() -> None:
    [row] = read_rows([{**job("a"), "created_at": "2026-03-14T05:00:00+01:00"}]).rows
    [expected] = read_rows([{**job("a"), "created_at": "2026-03-14T04:00:00.000000Z"}]).rows
    assert row.job.begin == expected.job.begin


def test_steps_at_any_depth() -> None:
    [row] = read_rows([failed_job()]).rows
    [node] = row.job.steps
    assert [step.type for step in node.steps] == ["CreateNodeVM", "InstallNode"]
    assert row.cause
    assert row.cause.type == "InstallNode"
