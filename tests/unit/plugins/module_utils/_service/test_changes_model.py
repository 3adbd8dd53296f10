# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model of the event source: whatever happens, no event is missed, and none comes twice.

The histories are random. The oracle knows only what lists showed, and the rules of the contract.
"""

from __future__ import annotations

import tempfile
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import state_file
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.changes import Change
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job

from .fake_projects import FakeProject, Run, transient

JOBS = ("a", "b", "c")
PROJECTS = ("p1", "p2")
STATES = ("Initializing", "Running", "Failed", "Success", "Paused")
ALL_OF_THEM = "1970-01-01"

Key = tuple[str, str]


@st.composite
def lists(draw: st.DrawFn) -> list[dict[str, t.Any]]:
    """A list of some jobs in any order, each in any state: what was before does not matter to the rules."""
    shown = draw(st.lists(st.sampled_from(JOBS), unique=True))
    return [
        raw_job(
            id=uid,
            status=draw(st.sampled_from(STATES)),
            updated_at=f"2026-01-02 12:00:0{draw(st.integers(0, 3))} +0000 UTC",
        )
        for uid in shown
    ]


@st.composite
def steps(draw: st.DrawFn) -> dict[str, t.Any]:
    """Events at one poll, and before it."""
    return {
        "lists": {project: draw(lists()) for project in PROJECTS if draw(st.integers(0, 3))},
        "outage": draw(st.sampled_from([None, None, None, "p1", "p2", "both"])),
        "truncated": draw(st.booleans()),
        "restart": draw(st.integers(0, 4)) == 0,
        "killed_after": draw(st.sampled_from([None, None, None, 0, 1])),
    }


class Oracle:
    """The rules, applied to what was shown and handed over."""

    def __init__(self, reports_first: bool) -> None:
        self.reports_first = reports_first
        self.known: dict[Key, set[str]] = {}
        self.current: dict[Key, str] = {}
        self.projects: set[str] = set()
        self.ids: dict[tuple[str, str, str], str] = {}

    def check(self, project_lists: t.Mapping[str, list[dict[str, t.Any]]], changes: list[Change], killed: bool) -> None:
        assert [change.job["updated_at"] for change in changes] == sorted(
            change.job["updated_at"] for change in changes
        )
        handed_over = {}
        for change in changes:
            key, status = (change.project_id, change.key), change.job["status"]
            # nothing twice
            assert status not in self.known.get(key, ())
            assert key not in handed_over
            handed_over[key] = status
            assert change.previous_status == self.current.get(key)
            assert change.kind == (
                "finished" if change.job["finished"] else "changed" if key in self.current else "appeared"
            )
            # a repetition after a kill has the same UUID, and no other event has it
            name = (*key, status)
            assert self.ids.setdefault(change.event()["meta"]["uuid"], name) == name
        for project, shown in project_lists.items():
            for raw in shown:
                key, status = (project, raw["metadata"]["uid"]), raw["status"]["status"]
                if key in handed_over:
                    # as the list shows it
                    assert handed_over[key] == status
                elif not killed and project in self.projects:
                    # nothing missed
                    assert status in self.known.get(key, ())
                elif not killed:
                    assert not self.reports_first
        if killed:
            handed_over.popitem()
        self._learn(project_lists, changes[: len(handed_over)])

    def _learn(self, project_lists: t.Mapping[str, list[dict[str, t.Any]]], noted: list[Change]) -> None:
        noted_keys = {(change.project_id, change.key) for change in noted}
        for project, shown in project_lists.items():
            first = project not in self.projects
            self.projects.add(project)
            for raw in shown:
                key, status = (project, raw["metadata"]["uid"]), raw["status"]["status"]
                silent = status in self.known.get(key, ()) or (first and not self.reports_first)
                if silent or key in noted_keys:
                    self.known.setdefault(key, set()).add(status)
                    self.current[key] = status


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(steps(), min_size=1, max_size=8), since=st.sampled_from(["now", ALL_OF_THEM]))
def test_nothing_is_missed_and_nothing_comes_twice(
    history: list[dict[str, t.Any]], since: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state_file.os, "fsync", lambda _descriptor: None)
    oracle = Oracle(reports_first=since != "now")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "state.json")
        projects = [FakeProject(project_id) for project_id in PROJECTS]
        run = Run(*projects, state_file=path, since=since)
        for step in history:
            if step["restart"]:
                event("restart")
                run.stop()
                run = Run(*projects, state_file=path, since=since)
            for project in projects:
                project.shown = step["lists"].get(project.project_id, project.shown)
                fails = step["outage"] in (project.project_id, "both")
                project.failing = transient() if fails else None
                project.truncated = step["truncated"]
            works = {project.project_id: project.shown for project in projects if not project.failing}
            changes = run.poll(step["killed_after"])
            killed = step["killed_after"] is not None and step["killed_after"] < len(changes)
            oracle.check(works, changes, killed)
            if killed:
                event("killed between handing over and noting it")
                run.stop()
                run = Run(*projects, state_file=path, since=since)
        run.stop()


@settings(max_examples=50)
@given(history=st.lists(steps(), min_size=1, max_size=6))
def test_a_state_file_changes_nothing_but_what_a_restart_knows(history: list[dict[str, t.Any]]) -> None:
    """One run without a state file, and as many runs with one as there are polls, report the same."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_file.os, "fsync", lambda _descriptor: None)
        one, many = FakeProject(), FakeProject()
        options = {"since": ALL_OF_THEM, "changes": ["finished", "changed"], "status": ["Failed", "Paused"]}
        whole = Run(one, **options)
        for step in history:
            one.shown = many.shown = step["lists"].get("p1", one.shown)
            part = Run(many, state_file=Path(folder, "state.json"), **options)
            assert [change.event() for change in part.poll()] == [change.event() for change in whole.poll()]
            part.stop()
