# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source over HTTP: one login, one connection, no work for a list that stays the same, and an event loop that
goes on meanwhile."""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import threading
import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api import cce
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import event_source, polls, project_polls
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.event_source import in_thread, run
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch import Watcher
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._service.endless_source import (
    EnoughPolls,
    Queue,
    end_after,
    run_polls,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    ScriptedResponse,
    Server,
    Wire,
    clear_environment,
    response,
)

# Only a failure takes so long
PATIENCE = 60.0
START = datetime(2026, 1, 2, 12, 0, 0, tzinfo=timezone.utc)
PASSWORD = "correct-horse-battery"
TOKEN = "issued-token-0123456789"
LOGIN = {
    "username": "eva",
    "password": PASSWORD,
    "user_domain_name": "OTC1",
    "project_name": "eu-de_shop",
    "retries": 0,
}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def job(uid: str, status: str = "Running", **more: t.Any) -> dict[str, t.Any]:
    return raw_job(id=uid, status=status, **more)


class Cloud:
    """IAM and CCE on one server. Each list is the next one of ``lists``, and the last one is repeated.

    Attributes:
        clusters: names of clusters by ID, or a response, for each of the calls; the last ones are repeated.
        logins: the responses to logins, instead of a token.
    """

    def __init__(self, *lists: t.Any) -> None:
        self.lists = lists
        self.clusters: list[t.Any] = [{}]
        self.logins: list[ScriptedResponse] = []
        self.counts: dict[str, int] = {}
        self.server = Server(self._respond)

    def count(self, what: str) -> int:
        return self.counts.get(what, 0)

    def _respond(self, wire: Wire) -> None:
        target = wire.request.target
        what = next(name for name in ("tokens", "clusters", "jobs") if f"/{name}" in target)
        number = self.counts[what] = self.count(what) + 1
        if what == "tokens":
            body = {"token": {"project": {"id": "p1"}, "catalog": []}}
            scripted: t.Any = response(201, body, X_Subject_Token=TOKEN)
            if self.logins:
                scripted = self.logins[min(number, len(self.logins)) - 1]
        elif what == "clusters":
            scripted = self.clusters[min(number, len(self.clusters)) - 1]
            if isinstance(scripted, dict):
                items = [{"metadata": {"uid": uid, "name": name}} for uid, name in scripted.items()]
                scripted = response(200, {"items": items})
        else:
            scripted = self.lists[min(number, len(self.lists)) - 1]
            if isinstance(scripted, list):
                scripted = response(200, scripted)
        if callable(scripted):
            scripted(wire)
        else:
            wire.send(scripted)

    def access(self, **options: t.Any) -> dict[str, t.Any]:
        return {**LOGIN, "auth_url": f"{self.server.url}/v3", "endpoint": self.server.url, **options}


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., list[t.Any]]:
    """An event source as a function of a cloud, a number of polls, and options. Returns the events."""
    return functools.partial(run_polls, monkeypatch=monkeypatch)


def short(events: list[t.Any]) -> list[tuple[str, str]]:
    return [(event["cce"]["job"]["id"], event["cce"]["change"]) for event in events]


# ---------------------------------------------------------------------------------------------------------------------
# one login, one connection, no work


def test_one_login_and_one_connection_serve_all_polls(source: t.Callable[..., list[t.Any]]) -> None:
    cloud = Cloud([], [job("a", cluster_id="c1")], [job("a", "Success", cluster_id="c1")])
    assert short(source(cloud, 5)) == [("a", "appeared"), ("a", "finished")]
    assert cloud.counts == {"tokens": 1, "jobs": 5}
    assert cloud.server.accepted == 1


def test_events_name_the_project(source: t.Callable[..., list[t.Any]]) -> None:
    [event] = source(Cloud([], [job("a")]), 2)
    origin = [event["cce"]["job"][key] for key in ("project_id", "project_name", "region")]
    assert origin == ["p1", "eu-de_shop", "eu-de"]


def test_an_idle_connection_is_replaced_and_the_login_is_kept(
    source: t.Callable[..., list[t.Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polls, "MAX_IDLE_SECONDS", -1.0)
    cloud = Cloud([])
    source(cloud, 3)
    assert cloud.counts == {"tokens": 1, "jobs": 3}
    assert cloud.server.accepted > 1


def test_an_expired_token_is_renewed(source: t.Callable[..., list[t.Any]]) -> None:
    cloud = Cloud([], response(401, {"error_code": "APIGW.0307"}), [job("a")])
    assert short(source(cloud, 2)) == [("a", "appeared")]
    assert cloud.counts == {"tokens": 2, "jobs": 3}


def test_an_unchanged_list_is_not_parsed(source: t.Callable[..., list[t.Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = []
    real = cce.elements
    monkeypatch.setattr(cce, "elements", lambda *args: (parsed.append(1), real(*args))[1])
    cloud = Cloud([job("a")], [job("a")], [job("a")], [job("a", "Failed")], [job("a")], [job("a")])
    assert short(source(cloud, 6)) == [("a", "finished")]
    assert len(parsed) == 3


def test_a_list_whose_parsing_failed_is_parsed_again(source: t.Callable[..., list[t.Any]]) -> None:
    cloud = Cloud([], response(200, "<html>"), response(200, "<html>"), [job("a")])
    assert short(source(cloud, 4)) == [("a", "appeared")]


def test_an_outage_of_the_cloud_loses_nothing(
    source: t.Callable[..., list[t.Any]], caplog: pytest.LogCaptureFixture
) -> None:
    broken = response(503, {"error_code": "APIGW.0201"})
    cloud = Cloud([job("a")], broken, broken, [job("a", "Success"), job("b", "Failed")])
    assert short(source(cloud, 4)) == [("a", "finished"), ("b", "finished")]
    began, ended = caplog.messages
    assert "503" in began
    assert "eu-de_shop" in began
    assert "works again" in ended


# ---------------------------------------------------------------------------------------------------------------------
# filters in a long run


def test_ages_move_on_with_the_clock_of_the_cloud(source: t.Callable[..., list[t.Any]]) -> None:
    def listed(minutes: int, *jobs: t.Any) -> bytes:
        date = format_datetime(START + timedelta(minutes=minutes), usegmt=True)
        return response(200, list(jobs), Date=date)

    created = "2026-01-02 11:55:00 +0000 UTC"

    def both(status: str) -> list[t.Any]:
        return [job("a", status, created_at=created)]

    cloud = Cloud(listed(0), listed(1, *both("Initializing")), listed(20, *both("Running")))
    # five minutes old, then six, then 25
    assert short(source(cloud, 3, created_before="10m")) == [("a", "changed")]


def test_a_cluster_that_was_created_again_is_found_by_its_name(
    source: t.Callable[..., list[t.Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_polls, "_NAMES_SECONDS", 0.0)
    old, new = job("a", cluster_id="c1"), job("b", cluster_id="c2")
    cloud = Cloud([old, new], [old, new], [old, new], [job("a", "Success", cluster_id="c1"), new])
    cloud.clusters = [{"c1": "shop"}, {}, {"c2": "shop", "c3": "other"}]
    assert short(source(cloud, 4, cluster_name="shop", since="1970-01-01")) == [
        ("a", "appeared"),
        ("b", "appeared"),
        ("a", "finished"),
    ]


def test_a_cluster_name_that_is_wrong_from_the_start_is_an_error() -> None:
    cloud = Cloud([])
    cloud.clusters = [{"c1": "shop"}]
    with cloud.server, pytest.raises(CceError, match=r"shap.*shop"):
        asyncio.run(run(Queue(), cloud.access(cluster_name="shap"), logging.getLogger("test")))


def test_cluster_names_in_a_filter_are_looked_up_from_time_to_time(source: t.Callable[..., list[t.Any]]) -> None:
    cloud = Cloud([], [job("a", cluster_id="c1")], [])
    cloud.clusters = [{"c1": "shop"}]
    assert short(source(cloud, 3, cluster_name="shop")) == [("a", "appeared")]
    assert cloud.count("clusters") == 1


@pytest.mark.parametrize(("before", "warnings"), [(0, 2), (1, 0)])
def test_a_list_of_clusters_that_fails_loses_nothing(
    source: t.Callable[..., list[t.Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    before: int,
    warnings: int,
) -> None:
    """At first that is an outage. Later, the IDs that are known are enough."""
    monkeypatch.setattr(project_polls, "_NAMES_SECONDS", 0.0)
    names = {"c1": "shop"}
    cloud = Cloud([], [job("a", cluster_id="c1"), job("b", cluster_id="c2")])
    cloud.clusters = [*[names] * before, response(503), names]
    assert short(source(cloud, 3, cluster_name="shop")) == [("a", "appeared")]
    assert len(caplog.messages) == warnings


def test_names_of_clusters_that_are_missing_are_a_warning(
    source: t.Callable[..., list[t.Any]], caplog: pytest.LogCaptureFixture
) -> None:
    cloud = Cloud([], [job("a", cluster_id="c1")])
    cloud.clusters = [response(503)]
    [event] = source(cloud, 2, resolve_cluster_names=True)
    assert event["cce"]["job"]["cluster_name"] is None
    [warning] = caplog.messages
    assert "resolve_cluster_names" in warning
    assert "503" in warning


def test_names_of_clusters_are_looked_up_for_events_only(source: t.Callable[..., list[t.Any]]) -> None:
    cloud = Cloud([job("a", cluster_id="c1")], [job("b", cluster_id="c1")], [job("c", cluster_id="C2")])
    cloud.clusters = [{"c1": "shop"}, {"c1": "shop", "c2": "new"}]
    events = source(cloud, 3, resolve_cluster_names=True)
    assert [event["cce"]["job"]["cluster_name"] for event in events] == ["shop", "new"]
    assert cloud.count("clusters") == 2


def test_jobs_of_a_deleted_cluster_keep_its_name(source: t.Callable[..., list[t.Any]]) -> None:
    deleted, new = job("a", "Success", cluster_id="c1"), job("b", cluster_id="c2")
    cloud = Cloud([job("a", cluster_id="c1")], [job("a", cluster_id="c1"), new], [deleted, new])
    cloud.clusters = [{"c1": "shop"}, {"c2": "new"}]
    events = source(cloud, 3, resolve_cluster_names=True, since="1970-01-01")
    assert [event["cce"]["job"]["cluster_name"] for event in events] == ["shop", "new", "shop"]


@pytest.mark.parametrize("change", ["deleted", "renamed"])
def test_jobs_selected_by_the_name_of_a_cluster_have_it(
    source: t.Callable[..., list[t.Any]], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(project_polls, "_NAMES_SECONDS", 0.0)
    cloud = Cloud([job("a", cluster_id="c1")], [job("a", "Success", cluster_id="c1")])
    cloud.clusters = [{"c1": "shop"}, {"c1": "store"} if change == "renamed" else {}]
    events = source(cloud, 2, cluster_name="shop", since="1970-01-01")
    last = "store" if change == "renamed" else "shop"
    assert [event["cce"]["job"]["cluster_name"] for event in events] == ["shop", last]


# ---------------------------------------------------------------------------------------------------------------------
# failures and secrets


def fails(cloud: Cloud, **options: t.Any) -> CceError:
    with cloud.server, pytest.raises(CceError) as failure:
        asyncio.run(run(Queue(), cloud.access(**options), logging.getLogger("test")))
    return failure.value


def test_a_wrong_password_ends_the_source() -> None:
    cloud = Cloud([])
    cloud.logins = [response(401, {"error": {"message": f"Wrong: {PASSWORD}", "code": 401}})]
    error = fails(cloud)
    assert error.kind == "authentication"
    assert PASSWORD not in str(error.as_dict()) + str(error)
    assert cloud.counts == {"tokens": 1}


def test_a_passcode_is_never_sent_twice() -> None:
    cloud = Cloud([])
    cloud.logins = [response(503)]
    assert fails(cloud, passcode="123456").http_status == 503
    assert cloud.counts == {"tokens": 1}


def test_a_passcode_of_an_entry_is_never_sent_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("openstack")
    end_after(2, monkeypatch)
    cloud = Cloud([])
    cloud.logins = [response(503)]
    auth = {**LOGIN, "auth_url": f"{cloud.server.url}/v3", "passcode": "123456", "project_domain_name": "OTC1"}
    del auth["retries"]
    entry = {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"], "auth": auth}
    file = tmp_path / "clouds.json"
    file.write_text(json.dumps({"clouds": {"shop": entry}}), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    options = {"cloud": "shop", "endpoint": cloud.server.url, "retries": 0, "interval": 1}
    with cloud.server, pytest.raises(CceError) as failure:
        asyncio.run(run(Queue(), options, logging.getLogger("test")))
    assert failure.value.http_status == 503
    assert cloud.counts == {"tokens": 1}


def test_an_empty_window_of_an_age_and_a_time_ends_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    end_after(2, monkeypatch)
    error = fails(Cloud([]), created_after="1h", created_before="2026-01-01")
    assert error.kind == "option"
    assert "created_before" in str(error)


def test_secret_in_the_value_of_another_argument_is_masked() -> None:
    error = fails(Cloud([]), since=PASSWORD)
    assert "since" in str(error)
    assert PASSWORD not in str(error)


def test_a_misspelled_argument_is_named_without_its_value() -> None:
    cloud = Cloud([])
    error = fails(cloud, pasword=PASSWORD)
    assert "pasword" in str(error)
    assert "Did you mean password?" in str(error)
    assert PASSWORD not in str(error)
    assert cloud.counts == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OS_SECRET_KEY", "secret-key-of-the-environment"),
        ("https_proxy", "http://sammy:secret-key-of-the-environment@proxy.example.com"),
    ],
)
def test_secrets_of_the_environment_are_masked(
    source: t.Callable[..., list[t.Any]],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
) -> None:
    monkeypatch.setenv(variable, value)
    source(Cloud([]), 1, cluster_id=["secret-key-of-the-environment"])
    (warning,) = caplog.messages
    assert "cluster_id" in warning
    assert "secret-key" not in warning


def test_secrets_are_in_no_event_no_log_and_no_file(
    source: t.Callable[..., list[t.Any]], caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    echo = f"{PASSWORD} {TOKEN}"
    listed = [job("a", "Failed", reason=f"Echo: {echo}", extend_param={echo: echo}, updated_at=echo)]
    listed += [job(echo, echo), job("b", f"Now {echo}")]
    later = [job(echo, f"Not {echo}"), job("b", "Success"), *listed[:1]]
    broken = response(503, {"error_code": "APIGW.0201", "error_msg": echo})
    path = tmp_path / "state.json"
    events = source(Cloud([], listed, broken, listed[::-1], later), 5, state_file=str(path))
    assert len(events) == 5
    shown = str([events, caplog.messages, path.read_text()])
    assert "Echo" in shown
    assert "503" in shown
    assert PASSWORD not in shown
    assert TOKEN not in shown


# ---------------------------------------------------------------------------------------------------------------------
# the event loop


def threads_since(before: t.Collection[threading.Thread]) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread not in before]


def test_a_source_can_start_again_in_the_same_process(source: t.Callable[..., list[t.Any]], tmp_path: Path) -> None:
    """As with --hot-reload."""
    path = str(tmp_path / "state.json")
    assert source(Cloud([job("a")]), 1, state_file=path) == []
    assert short(source(Cloud([job("a", "Success")]), 1, state_file=path)) == [("a", "finished")]


def test_the_event_loop_goes_on_while_a_request_is_under_way(source: t.Callable[..., list[t.Any]]) -> None:
    requested, permitted = threading.Event(), threading.Event()

    def wait_for_permission(wire: Wire) -> None:
        requested.set()
        assert permitted.wait(PATIENCE)
        wire.send(response(200, []))

    async def other_source() -> None:
        while not requested.is_set():
            await asyncio.sleep(0.01)
        permitted.set()

    cloud = Cloud(wait_for_permission)

    async def both() -> None:
        other = asyncio.create_task(other_source())
        task = asyncio.create_task(run(Queue(), cloud.access(), logging.getLogger("test")))
        await asyncio.wait_for(other, PATIENCE)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    with cloud.server:
        asyncio.run(both())


def test_a_request_that_hangs_does_not_delay_the_end() -> None:
    requested = threading.Event()

    def hang(wire: Wire) -> None:
        requested.set()
        wire.hang()

    async def cancel() -> None:
        task = asyncio.create_task(run(Queue(), cloud.access(timeout=1000), logging.getLogger("test")))
        while not requested.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    cloud = Cloud(hang)
    before = set(threading.enumerate())
    with cloud.server:
        # asyncio.run() waits for the threads of asyncio's own pool
        asyncio.run(asyncio.wait_for(cancel(), PATIENCE))
        assert [thread.name for thread in threads_since(before) if thread.name == event_source.THREAD]


def test_a_thread_that_outlives_the_event_loop_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    permitted, ended = threading.Event(), threading.Event()

    def work() -> None:
        assert permitted.wait(PATIENCE)
        ended.set()

    async def abandon() -> None:
        task = asyncio.create_task(in_thread(work))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    before = set(threading.enumerate())
    asyncio.run(abandon())
    [thread] = threads_since(before)
    permitted.set()
    thread.join(PATIENCE)
    assert ended.is_set()
    assert not thread.is_alive()
    assert capsys.readouterr().err == ""


# ---------------------------------------------------------------------------------------------------------------------
# feedback


class Engine:
    """The queue of an engine that confirms events as ``confirm`` says."""

    def __init__(self, confirm: t.Callable[[Engine, dict[str, t.Any]], None]) -> None:
        # which is full: an event of an earlier poll was confirmed late
        self.feedback: asyncio.Queue[t.Any] = asyncio.Queue(1)
        self.feedback.put_nowait({"meta": {"uuid": "late"}})
        self.events: list[dict[str, t.Any]] = []
        self.confirm = confirm

    async def put(self, event: dict[str, t.Any]) -> None:
        self.events.append(event)
        self.confirm(self, event)


def with_feedback(
    monkeypatch: pytest.MonkeyPatch, confirm: t.Callable[[Engine, dict[str, t.Any]], None], seconds: float
) -> list[t.Any]:
    """Two polls with an engine. Returns the events and what was noted as sent, in order."""
    order: list[t.Any] = []
    end_after(2, monkeypatch)
    real_sent = Watcher.sent

    def sent(watcher: Watcher, change: t.Any) -> None:
        order.append(("sent", change.key))
        real_sent(watcher, change)

    monkeypatch.setattr(Watcher, "sent", sent)
    monkeypatch.setattr(event_source, "MAX_INTERVALS", seconds)
    cloud = Cloud([], [job("a"), job("b")])

    async def main() -> None:
        def note(engine: Engine, event: dict[str, t.Any]) -> None:
            order.append(("put", event["cce"]["job"]["id"]))
            confirm(engine, event)

        engine = Engine(note)
        arguments = {**cloud.access(interval=1, feedback=True), "eda_feedback_queue": engine.feedback}
        await run(engine, arguments, logging.getLogger("test"))

    with cloud.server, pytest.raises(EnoughPolls):
        asyncio.run(main())
    return order


def test_an_event_is_sent_only_when_it_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    order = with_feedback(monkeypatch, lambda engine, event: engine.feedback.put_nowait(event), PATIENCE)
    assert order == [("put", "a"), ("sent", "a"), ("put", "b"), ("sent", "b")]


def test_a_missing_confirmation_does_not_stop_the_source(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    order = with_feedback(monkeypatch, lambda _engine, _event: None, 0.01)
    assert order == [("put", "a"), ("sent", "a"), ("put", "b"), ("sent", "b")]
    unconfirmed = [message for message in caplog.messages if "has not confirmed" in message]
    assert [message.partition("the event of ")[2][:5] for message in unconfirmed] == ["job a", "job b"]


def test_a_late_confirmation_is_not_that_of_the_next_event(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def confirm_the_previous(engine: Engine, _event: dict[str, t.Any]) -> None:
        if engine.events[:-1]:
            engine.feedback.put_nowait(engine.events[-2])

    with_feedback(monkeypatch, confirm_the_previous, 0.01)
    assert len(caplog.messages) == 2


def test_feedback_needs_an_engine_that_gives_it() -> None:
    error = fails(Cloud([]), feedback=True)
    assert error.kind == "option"
    assert "--persistence-id" in str(error)
