# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits over several projects: a wait that succeeds has seen every job of every project end.

Each project is a fake cloud of its own, with outages of its own. Time is not real, and projects are polled one after
the other.
"""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest

pytest.importorskip("ansible")

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import projects as projects_module
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.each_project import Outcome
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.projects import ProjectsSearch
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import Wait, read_request
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait import Waiter, WaitResult
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait_source import JobState, Poll

from .fake_cloud import Clock, FakeCloud, FakeJob, Outage
from .test_wait_model import LASTING, PASSING, TIMEOUT, Oracle, fake_jobs, outages, seconds

NAMES = ("eu-de_a", "eu-de_b", "eu-nl_c")
REQUEST = read_request(MODULE, {"token": "some-token", "projects": NAMES, "timeout": 1000}, {}, environment={})


class FakeSearch:
    """A search in one fake cloud."""

    cluster_names = None
    # the fake cloud knows that
    has_old_names = True

    def __init__(self, _request: t.Any, session: t.Any, *_more: t.Any, **_options: t.Any) -> None:
        self._cloud: FakeCloud = session.cloud

    def ask_for_named(self, _deadline: Deadline, *, announce: bool) -> t.NoReturn:
        # polls of the fake cloud ask by themselves
        raise CceError("Not asked.", "connection")

    def look(
        self, followed: t.Collection[str], newer_than: str | None, deadline: Deadline, _named: t.Any = None
    ) -> Poll:
        return self._cloud.poll(followed, newer_than, deadline.remaining())

    def look_at(self, job_ids: t.Collection[str], deadline: Deadline) -> dict[str, JobState]:
        return self._cloud.ask(job_ids, deadline.remaining())

    def clusters_added(self, deadline: Deadline) -> bool:
        return self._cloud.look_up_clusters(deadline.remaining())


class FakeEachProject:
    """All projects, one after the other."""

    def __init__(self, _settings: t.Any, sessions: t.Any) -> None:
        self._sessions = sessions

    def projects(self, *_arguments: t.Any) -> t.Any:
        return self._sessions

    def run(
        self, sessions: t.Any, work: t.Callable[..., t.Any], deadline: Deadline, **_options: t.Any
    ) -> list[Outcome[t.Any]]:
        found = []
        for session in sessions:
            try:
                found.append(Outcome(value=work(session, deadline)))
            except CceError as error:
                found.append(Outcome(error=error))
        return found


class Source(ProjectsSearch):
    """The search, which forgets what clouds showed in a poll that did not work as a whole."""

    clouds: t.Sequence[FakeCloud]

    def poll(self, *arguments: t.Any) -> Poll:
        self._before = [len(cloud.shown) for cloud in self.clouds]
        return super().poll(*arguments)

    def ask(self, *arguments: t.Any) -> dict[str, JobState]:
        try:
            return super().ask(*arguments)
        except CceError:
            for cloud, before in zip(self.clouds, self._before):
                del cloud.shown[before:], cloud.asked[before:]
            raise


class Clouds:
    """Several projects of one user."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *clouds: dict[str, t.Any], **query: t.Any) -> None:
        monkeypatch.setattr(projects_module, "PolledSearch", FakeSearch)
        monkeypatch.setattr(projects_module, "EachProject", FakeEachProject)
        self.clock = Clock(monkeypatch)
        self.query = Query(**query)
        self.clouds = [FakeCloud(self.clock, query=self.query, **cloud) for cloud in clouds]

    @property
    def notes(self) -> list[str]:
        return self.clouds[0].recorded.notes

    def wait(self, appear: float = 0.0, interval: float = 10.0, fail_on_failure: bool = False) -> WaitResult:
        sessions: t.Any = [SimpleNamespaceWithHash(name, cloud) for name, cloud in zip(NAMES, self.clouds)]
        report = self.clouds[0].recorded.report
        self.source = Source(REQUEST._replace(query=self.query), REQUEST.settings, sessions, report, str)
        self.source.clouds = self.clouds
        wait = Wait(TIMEOUT, interval, appear, fail_on_failure)
        query = self.query
        return Waiter(self.source, wait, report, ids=query.id, order=query.order, counts_ended=False).run()


class SimpleNamespaceWithHash(SimpleNamespace):
    """A session of one project."""

    __hash__ = object.__hash__

    def __init__(self, name: str, cloud: FakeCloud) -> None:
        super().__init__(name=name, cloud=cloud, settings=None)


def failing(begin: float, end: float, kind: str, **more: t.Any) -> Outage:
    return Outage(begin, end, {**PASSING, **LASTING}[kind](), **more)


# ---------------------------------------------------------------------------------------------------------------------
# one after the other


def test_outage_of_one_project_is_tolerated_and_reported_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=15)], "outages": [failing(5, 55, "503")]},
        {"jobs": [FakeJob("b", ends=95)], "outages": [failing(25, 75, "reset")]},
    )
    result = clouds.wait()
    assert result.error is None
    assert {job["id"]: job["finished"] for job in result.waited_for} == {"a": True, "b": True}
    begun, ended = ([note for note in clouds.notes if note.startswith(f"Polling {how}")] for how in ("failed", "works"))
    assert (len(begun), len(ended)) == (1, 1)
    assert "eu-de_a" in begun[0]


def test_no_success_while_a_project_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its jobs had all ended when it was seen last, but one appears meanwhile."""
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=-5), FakeJob("late", created=30, ends=90)], "outages": [failing(5, 65, "503")]},
        {"jobs": [FakeJob("b", ends=15)]},
    )
    result = clouds.wait()
    assert result.error is None
    assert {job["id"]: job["finished"] for job in result.waited_for} == {"late": True, "b": True}


def test_what_is_new_in_a_project_may_be_older_than_what_is_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", created=-100, ends=-50), FakeJob("new", created=-90, listed_from=5, ends=6)]},
        {"jobs": [FakeJob("b", created=-1, ends=35)]},
    )
    assert [job["id"] for job in clouds.wait().waited_for] == ["b", "new"]


@pytest.mark.parametrize("kind", LASTING)
def test_failure_that_does_not_pass_ends_the_wait(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=95)], "outages": [failing(5, 200, "503")]},
        {"jobs": [FakeJob("b", ends=95)], "outages": [failing(25, 200, kind)]},
        {"jobs": [FakeJob("c", ends=15)]},
    )
    result = clouds.wait()
    assert result.error
    assert (result.error.kind, result.error.transient) == (LASTING[kind]().kind, False)
    assert "eu-de_b" in str(result.error)
    assert {job["id"] for job in result.waited_for} == {"a", "b", "c"}
    assert {job["id"] for job in result.unfinished} == {"a", "b"}


def test_first_poll_must_work_in_all_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=95)]},
        {"jobs": [FakeJob("b", ends=95)], "outages": [failing(-10, 5, "503")]},
    )
    result = clouds.wait()
    assert result.error
    assert (result.error.kind, "1 of 2" in str(result.error)) == ("unavailable", True)
    assert [job["id"] for job in result.unfinished] == ["a"]
    assert not clouds.notes


def test_outage_at_the_end_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=15)]},
        {"jobs": [FakeJob("b", ends=25)], "outages": [failing(15, 1000, "503")]},
    )
    result = clouds.wait()
    assert result.error
    assert (result.error.kind, "eu-de_b" in str(result.error)) == ("timeout", True)
    assert [job["id"] for job in result.unfinished] == ["b"]


def test_project_is_not_polled_before_its_server_allows_that(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=75)], "outages": [failing(5, 15, "429, wait")]},
        {"jobs": [FakeJob("b", ends=75)]},
    )
    assert clouds.wait(interval=1.0).error is None
    first, second = (len(cloud.shown) for cloud in clouds.clouds)
    assert first < second - 10


def test_job_that_a_project_lost_is_asked_for_there(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=95)]},
        {"jobs": [FakeJob("b", deleted=15)], "outages": [failing(35, 65, "503")]},
    )
    result = clouds.wait()
    assert result.error is None
    assert {job["id"]: job["status"] for job in result.waited_for} == {"a": "Success", "b": None}
    # while the project could not be seen, nothing was concluded
    assert len(clouds.clouds[0].recorded.warnings) == 1
    assert not any("b" in states for states in clouds.clouds[0].asked)


def test_job_is_deleted_while_another_project_cannot_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a")], "outages": [failing(5, 10_000, "503")]},
        {"jobs": [FakeJob("b", deleted=15)]},
    )
    result = clouds.wait()
    assert result.error
    assert (result.error.kind, [job["id"] for job in result.unfinished]) == ("timeout", ["a"])
    assert len(clouds.clouds[0].recorded.warnings) == 1


def test_server_that_asks_for_too_long_a_pause_ends_the_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    throttled = CceError("Slow down.", "throttled", retryable=True, retry_after=2 * TIMEOUT)
    clouds = Clouds(
        monkeypatch,
        {"jobs": [FakeJob("a", ends=15)], "outages": [Outage(5, 15, throttled)]},
        {"jobs": [FakeJob("b", ends=15)]},
    )
    result = clouds.wait()
    assert result.error
    assert (result.error.kind, {job["id"] for job in result.unfinished}) == ("timeout", {"a", "b"})
    assert clouds.clock.now < 15


# ---------------------------------------------------------------------------------------------------------------------
# any histories


@st.composite
def histories(draw: st.DrawFn) -> dict[str, t.Any]:
    clouds = [
        {
            "jobs": [draw(fake_jobs(f"{name}{number}")) for number in range(draw(st.integers(0, 2)))],
            "outages": draw(st.lists(outages(), max_size=2)),
            "created_again": tuple(sorted(draw(st.lists(seconds, max_size=2)))),
            "can_ask": draw(st.booleans()),
        }
        for name in "abc"[: draw(st.integers(1, 3))]
    ]
    ids = [job.uid for cloud in clouds for job in t.cast("list[FakeJob]", cloud["jobs"])] + ["x"]
    named = draw(st.lists(st.sampled_from(ids), unique=True, max_size=2)) if draw(st.integers(0, 2)) == 0 else []
    return {
        "clouds": clouds,
        "named": tuple(named),
        "options": {
            "appear": float(draw(st.sampled_from([0, 0, 20]))),
            "fail_on_failure": draw(st.booleans()),
            "interval": draw(st.sampled_from([1.0, 10.0, 45.0])),
        },
    }


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_no_history_makes_a_wait_over_several_projects_lie(
    history: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    clouds = Clouds(monkeypatch, *history["clouds"], id=history["named"])
    result = clouds.wait(**history["options"])
    kind = result.error.kind if result.error else "success"
    event(kind)
    assert clouds.clock.now <= TIMEOUT + 1
    waited_for = {job["id"]: job for job in result.waited_for if job["id"]}
    if kind in ("success", "job_failed"):
        assert result.poll and result.poll.failure is None
        assert clouds.source.failure is None
        for cloud in clouds.clouds:
            assert kind == "job_failed" or cloud.polled_clusters >= cloud.clusters_at(cloud.polled_at)
        oracles = [Oracle(cloud) for cloud in clouds.clouds]
        ended = {uid for oracle in oracles for uid, has_ended in oracle.last.items() if has_ended}
        gone = {uid for oracle in oracles for uid in oracle.gone}
        for uid in {uid for oracle in oracles for uid in oracle.must_have_ended}:
            assert uid in ended or (uid in gone and uid not in history["named"]), uid
            assert waited_for[uid]["finished"] or (waited_for[uid]["status"] is None and uid in gone)
        assert not any(not job["finished"] for job in result.waited_for if job["status"] is not None)
    elif kind == "timeout":
        assert all(not job["finished"] for job in result.unfinished)
    elif kind != "not_found":
        # an error of the network: in the first poll, or one that does not pass
        assert result.error and (not result.error.transient or clouds.clouds[0].asked in ([], [{}]))
    begun, over = (
        len([note for note in clouds.notes if note.startswith(f"Polling {how}")]) for how in ("failed", "works")
    )
    assert 0 <= begun - over <= 1
