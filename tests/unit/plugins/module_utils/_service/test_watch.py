# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Outages, failures, filters, and restarts of an event source."""

from __future__ import annotations

import errno
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.timestamps import Age
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import state_file, watch
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import EVENT_SOURCE, MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch_request import read_watch_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job

from .fake_projects import ACCESS, FakeProject, Run, transient


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[float], None]:
    """Time that passes only when this is called with a number of seconds."""
    now = [1000.0]
    monkeypatch.setattr(watch.time, "monotonic", lambda: now[0])

    def advance(seconds: float) -> None:
        now[0] += seconds

    return advance


def job(uid: str, status: str = "Running", **more: t.Any) -> dict[str, t.Any]:
    return raw_job(id=uid, status=status, **more)


def lasting(kind: str, status: int | None = None) -> CceError:
    return CceError(f"A lasting failure: {kind}.", kind, http_status=status)


# ---------------------------------------------------------------------------------------------------------------------
# options


def test_options_are_those_of_the_module_without_what_has_no_meaning() -> None:
    own = {"interval", "since", "changes", "state_file", "feedback"}
    without = {"order", "limit", "wait", "wait_timeout", "wait_interval", "wait_appear", "fail_on_failure"}
    assert set(EVENT_SOURCE.by_name) == set(MODULE.by_name) - without | own


def test_defaults() -> None:
    request = read_watch_request(ACCESS, {})
    assert (request.interval, request.since, request.state_file, request.feedback) == (30.0, None, None, False)
    assert request.kinds == ("appeared", "changed", "finished")


@pytest.mark.parametrize(
    ("option", "value", "facts"),
    [
        ("interval", 0.5, ["interval", "0.5", "1"]),
        ("interval", "soon", ["interval", "number", "soon"]),
        ("since", "yesterday", ["since", "yesterday", "now", "15m"]),
        ("since", [1], ["since", "string"]),
        ("changes", ["apeared"], ["changes", "apeared", "appeared", "changed", "finished"]),
        ("changes", {}, ["changes", "list"]),
        ("changes", [], ["changes", "at least one", "appeared"]),
        ("feedback", "maybe", ["feedback", "maybe"]),
        ("intervall", 3, ["intervall", "Did you mean interval?"]),
        ("limit", 3, ["limit"]),
        ("wait", True, ["wait"]),
        ("cache_ttl", 3, ["cache_ttl"]),
        ("status", [None], ["status", "empty"]),
    ],
)
def test_invalid_arguments_are_named(option: str, value: t.Any, facts: list[str]) -> None:
    with pytest.raises(CceError) as failure:
        read_watch_request({**ACCESS, option: value}, {})
    assert failure.value.kind == "option"
    assert [fact for fact in facts if fact not in str(failure.value)] == []


def test_since_is_a_time_or_an_age() -> None:
    assert read_watch_request({**ACCESS, "since": "15m"}, {}).since == Age(900)
    assert read_watch_request({**ACCESS, "since": "2026-01-02"}, {}).since == "2026-01-02T00:00:00.000000Z"


# ---------------------------------------------------------------------------------------------------------------------
# the first poll


def test_since_now_is_silent_and_an_age_is_not() -> None:
    project = FakeProject()
    project.shown = [
        job("running"),
        job("late", "Success", completed_at="2026-01-02 11:50:00 +0000 UTC"),
        job("early", "Success", completed_at="2026-01-02 11:40:00 +0000 UTC"),
    ]
    assert Run(project).poll() == []
    assert {change.key for change in Run(project, since="15m").poll()} == {"running", "late"}


def test_a_project_whose_first_polls_fail_has_its_baseline_later() -> None:
    one, other = FakeProject("p1"), FakeProject("p2")
    other.failing = transient()
    run = Run(one, other)
    one.shown = other.shown = [job("a")]
    assert run.poll() == []
    other.failing = None
    assert run.poll() == []
    other.shown = [job("a", "Success")]
    assert [(change.project_id, change.kind) for change in run.poll()] == [("p2", "finished")]


# ---------------------------------------------------------------------------------------------------------------------
# outages


def test_an_outage_is_logged_once_when_it_begins_and_once_when_it_ends(clock: t.Callable[[float], None]) -> None:
    project = FakeProject()
    run = Run(project, interval=10)
    run.poll()
    project.failing = transient("CCE is unavailable.")
    for _number in range(3):
        clock(10)
        assert run.poll() == []
    project.failing, project.shown = None, [job("a")]
    clock(12)
    assert [change.key for change in run.poll()] == ["a"]
    began, ended = run.recorded.warnings
    assert "name of p1" in began
    assert "CCE is unavailable." in began
    assert "32 s" in ended
    assert "name of p1" in ended
    clock(10)
    project.failing = transient()
    run.poll()
    assert len(run.recorded.warnings) == 3


def test_the_end_of_an_outage_is_logged_for_a_project_whose_name_is_learned_meanwhile() -> None:
    project = FakeProject()
    project.name, project.failing = "unknown", transient()
    run = Run(project)
    run.poll()
    # an entry of clouds.yaml and the agency of a server name it with the first login
    project.name, project.failing = "eu-de_shop", None
    run.poll()
    project.failing = transient()
    run.poll()
    _began, ended, began_again = run.recorded.warnings
    assert "eu-de_shop works again" in ended
    assert "eu-de_shop" in began_again


def test_an_outage_before_the_first_poll_that_works_is_tolerated() -> None:
    project = FakeProject()
    project.failing = transient()
    run = Run(project, since="1970-01-01")
    assert run.poll() == []
    project.failing, project.shown = None, [job("a")]
    assert [change.key for change in run.poll()] == ["a"]


def test_a_truncated_list_changes_nothing() -> None:
    project = FakeProject()
    run = Run(project)
    project.shown = [job("a"), job("b")]
    run.poll()
    project.shown = [job("a", "Success"), job("c")]
    project.failing, project.truncated = transient(), True
    assert run.poll() == []
    assert project.reads == 2
    project.failing = None
    assert {change.key for change in run.poll()} == {"a", "c"}


def test_pauses_grow_up_to_ten_intervals(clock: t.Callable[[float], None]) -> None:
    project = FakeProject()
    run = Run(project, interval=10)
    run.poll()
    clock(4)
    assert run.pause() == 6
    clock(60)
    # polls never overlap, and a slow one is followed by the next at once
    assert run.pause() == 0
    project.failing = transient()
    pauses = []
    for _number in range(6):
        run.poll()
        pauses.append(run.pause())
    assert pauses == [10, 20, 40, 80, 100, 100]
    project.failing = None
    run.poll()
    assert run.pause() == 10


@pytest.mark.parametrize(("asked", "pause"), [(5, 10), (600, 600), (10**9, 3600)])
def test_a_server_may_ask_for_a_longer_pause(asked: float, pause: float) -> None:
    project = FakeProject()
    run = Run(project, interval=10)
    project.failing = transient(retry_after=asked)
    run.poll()
    assert run.pause() == pause


@pytest.mark.parametrize(
    "kind", ["option", "dependency", "authentication", "permission", "not_found", "tls", "response"]
)
def test_a_lasting_failure_at_the_first_poll_ends_the_source(kind: str) -> None:
    project = FakeProject()
    project.failing = lasting(kind)
    run = Run(project)
    with pytest.raises(CceError, match=f"A lasting failure: {kind}"):
        run.poll()
    # the exception says it
    assert run.recorded.warnings == []


@pytest.mark.parametrize(
    ("kind", "ends"), [("authentication", True), ("permission", True), ("not_found", False), ("tls", False)]
)
def test_a_lasting_failure_later(kind: str, ends: bool) -> None:
    project = FakeProject()
    run = Run(project)
    run.poll()
    project.failing = lasting(kind)
    if ends:
        with pytest.raises(CceError, match=kind):
            run.poll()
    else:
        assert run.poll() == []
        assert [warning for warning in run.recorded.warnings if kind in warning]


def test_a_project_that_is_forbidden_does_not_stop_the_others() -> None:
    one, other = FakeProject("p1"), FakeProject("p2")
    run = Run(one, other, interval=10)
    run.poll()
    other.failing = lasting("permission", 403)
    one.shown = [job("a")]
    assert [change.key for change in run.poll()] == ["a"]
    [warning] = run.recorded.warnings
    assert "name of p2" in warning
    assert run.poll() == []
    assert len(run.recorded.warnings) == 1
    # the interval stays
    assert 0 < run.pause() <= 10
    one.failing = lasting("permission", 403)
    with pytest.raises(CceError, match="permission"):
        run.poll()


def test_a_list_of_projects_that_fails_for_a_while_is_tolerated() -> None:
    project = FakeProject()
    run = Run(project, interval=10)
    run.polls.failing = transient("IAM is unavailable.")
    assert run.poll() == []
    assert run.poll() == []
    assert run.pause() == 20
    run.polls.failing = None
    assert run.poll() == []
    began, ended = run.recorded.warnings
    assert "Listing the projects" in began
    assert "IAM is unavailable." in began
    assert "Listing the projects" in ended
    run.polls.failing = lasting("permission", 403)
    with pytest.raises(CceError, match="permission"):
        run.poll()


def test_a_value_that_one_of_several_projects_has_causes_no_warning() -> None:
    one, other = FakeProject("p1"), FakeProject("p2")
    one.shown = [job("a", type="CreateNode")]
    other.shown = [job("b", type="DeleteNode")]
    run = Run(one, other, type=["CreateNode", "DeleetNode"])
    run.poll()
    [warning] = run.recorded.warnings
    assert "DeleetNode" in warning
    assert "DeleteNode" in warning


def test_a_value_that_an_unread_project_may_have_causes_no_warning() -> None:
    one, other = FakeProject("p1"), FakeProject("p2")
    one.shown, other.failing = [job("a", type="CreateNode")], transient()
    run = Run(one, other, type=["CreateNode", "DeleteNode"])
    run.poll()
    [outage] = run.recorded.warnings
    assert "name of p2" in outage


def test_a_project_that_is_there_twice_is_reported_once() -> None:
    """Once by its name, and once by its ID."""
    one, again = FakeProject("p1"), FakeProject("p1")
    run = Run(one, again)
    run.poll()
    one.shown = again.shown = [job("a")]
    assert [change.key for change in run.poll()] == ["a"]


def test_events_of_several_projects_are_in_one_order() -> None:
    one, other = FakeProject("p1"), FakeProject("p2")
    run = Run(one, other)
    run.poll()
    times = [f"2026-01-02 12:00:0{second} +0000 UTC" for second in range(3)]
    one.shown = [job("a", updated_at=times[0]), job("b", updated_at=times[2])]
    other.shown = [job("a", updated_at=times[1])]
    assert [(change.project_id, change.key) for change in run.poll()] == [("p1", "a"), ("p2", "a"), ("p1", "b")]


# ---------------------------------------------------------------------------------------------------------------------
# warnings and secrets


def test_a_warning_is_logged_once() -> None:
    project = FakeProject()
    run = Run(project)
    for status in ("Initializing", "Running", "Success"):
        project.shown = [job("a", status, updated_at="noon")]
        run.poll()
    assert len(run.recorded.warnings) == 1
    assert "noon" in run.recorded.warnings[0]


def test_secrets_are_masked_in_events_and_failures() -> None:
    project = FakeProject()
    run = Run(project)
    run.watcher._mask.add("a-secret-password")
    run.poll()
    project.shown = [job("a", "Failed", reason="Wrong: a-secret-password")]
    [change] = run.poll()
    assert "a-secret-password" not in str(change.event())
    project.failing = transient("The response was a-secret-password.")
    run.poll()
    project.failing = lasting("authentication")
    project.failing.message = "a-secret-password"
    with pytest.raises(CceError) as failure:
        run.poll()
    assert "a-secret-password" not in "".join([*run.recorded.warnings, str(failure.value.as_dict())])


# ---------------------------------------------------------------------------------------------------------------------
# restarts


def test_a_restart_with_a_state_file_goes_on(tmp_path: Path) -> None:
    project, path = FakeProject(), tmp_path / "state.json"
    run = Run(project, state_file=path)
    project.shown = [job("a"), job("b", "Success")]
    assert run.poll() == []
    run.stop()
    project.shown = [job("a", "Failed"), job("b", "Success"), job("c", "Success")]
    run = Run(project, state_file=path)
    assert sorted((change.key, change.previous_status) for change in run.poll()) == [("a", "Running"), ("c", None)]
    run.stop()
    run = Run(project, state_file=path)
    assert run.poll() == []
    run.stop()


def test_a_job_is_sent_only_when_that_is_noted(tmp_path: Path) -> None:
    project, path = FakeProject(), tmp_path / "state.json"
    run = Run(project, state_file=path)
    run.poll()
    project.shown = [job("a"), job("b"), job("c")]
    killed = run.poll(killed_after=1)
    run.stop()
    run = Run(project, state_file=path)
    again = run.poll()
    run.stop()
    assert [change.key for change in killed] == ["a", "b"]
    assert [change.key for change in again] == ["b", "c"]
    assert again[0].event()["meta"] == killed[1].event()["meta"]


def test_other_filters_after_a_restart_bring_no_flood(tmp_path: Path) -> None:
    project, path = FakeProject(), tmp_path / "state.json"
    project.shown = [job("a", type="CreateNode"), *(job(str(number), "Success") for number in range(9))]
    run = Run(project, state_file=path, type=["CreateNode"])
    run.poll()
    run.stop()
    project.shown[0] = job("a", "Success", type="CreateNode")
    run = Run(project, state_file=path)
    # what was known is compared, and the rest is a baseline
    assert [change.key for change in run.poll()] == ["a"]
    run.stop()
    # filters that only select events do not make another baseline
    project.shown.append(job("b"))
    run = Run(project, state_file=path, status=["Running"], changes=["appeared"])
    assert [change.key for change in run.poll()] == ["b"]
    run.stop()


def test_a_state_file_that_cannot_be_written_does_not_end_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, path = FakeProject(), tmp_path / "state.json"
    run = Run(project, state_file=path)

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(state_file.os, "fsync", fail)
        run.poll()
        project.shown = [job("a")]
        assert [change.key for change in run.poll()] == ["a"]
    [warning] = run.recorded.warnings
    assert "state.json" in warning
    assert "No space" in warning
    project.shown = [job("a"), job("b")]
    assert [change.key for change in run.poll()] == ["b"]
    run.stop()
    run = Run(project, state_file=path)
    assert run.poll() == []
    run.stop()


def test_a_line_that_cannot_be_added_to_the_state_file_does_not_end_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: t.Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    project, path = FakeProject(), tmp_path / "state.json"
    run = Run(project, state_file=path)
    run.poll()
    monkeypatch.setattr(state_file.StateFile, "add", fail)
    project.shown = [job("a"), job("b")]
    assert [change.key for change in run.poll()] == ["a", "b"]
    [warning] = run.recorded.warnings
    assert "state.json" in warning
    assert "No space" in warning
    run.stop()
