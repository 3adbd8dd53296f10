# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions that are kept for later calls: which ones, for how long, and with which report."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import session as _session
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.session import SessionPool, session_for
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import Client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import Settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    BY_PASSWORD,
    ISSUED,
    login,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    clear_environment,
)


def settings_for(**typed: t.Any) -> Settings:
    access = {"token": "some-token", "project_id": "p1", "endpoint": "https://cce.example.com"}
    return read_request(MODULE, typed if "auth_url" in typed else {**access, **typed}, {}, environment={}).settings


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that a test sets."""
    state = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(_session, "time", SimpleNamespace(monotonic=lambda: state.now))
    return state


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    """The clients that were closed."""
    found: list[Client] = []

    def close(client: Client) -> None:
        found.append(client)

    monkeypatch.setattr(Client, "close", close)
    return found


def use(pool: SessionPool, settings: Settings) -> Client:
    with session_for(settings, "tests", RecordedReport().report, pool) as session:
        return session.client


@pytest.mark.parametrize(("idle", "again"), [(0, True), (29, True), (31, False), (86400, False)])
def test_session_is_used_again_for_half_a_minute(
    idle: float, again: bool, clock: SimpleNamespace, closed: list[Client]
) -> None:
    pool, settings = SessionPool(), settings_for()
    first = use(pool, settings)
    clock.now += idle
    assert (use(pool, settings) is first) is again
    assert closed == ([] if again else [first])


def test_each_use_keeps_a_session_longer(clock: SimpleNamespace, closed: list[Client]) -> None:
    pool, settings = SessionPool(), settings_for()
    clients = set()
    for _use in range(5):
        clients.add(use(pool, settings))
        clock.now += 20
    assert len(clients) == 1
    assert closed == []


def test_a_call_that_takes_long_does_not_make_a_session_idle(clock: SimpleNamespace, closed: list[Client]) -> None:
    pool, settings = SessionPool(), settings_for()
    with session_for(settings, "tests", RecordedReport().report, pool) as session:
        clock.now += 100
    assert use(pool, settings) is session.client


def test_the_session_that_was_used_the_longest_time_ago_gives_way(clock: SimpleNamespace, closed: list[Client]) -> None:
    pool = SessionPool()
    kept = [settings_for(timeout=seconds) for seconds in range(1, _session._MAX_KEPT + 1)]
    clients = []
    for settings in kept:
        clients.append(use(pool, settings))
        clock.now += 1
    assert use(pool, kept[0]) is clients[0]
    clock.now += 1
    use(pool, settings_for(timeout=100))
    assert closed == [clients[1]]
    assert len(pool) == _session._MAX_KEPT


def test_without_a_pool_a_session_is_closed(closed: list[Client]) -> None:
    with session_for(settings_for(), "tests", RecordedReport().report) as session:
        assert closed == []
    assert closed == [session.client]


def test_after_an_exception_a_session_is_closed(closed: list[Client]) -> None:
    pool, settings, report = SessionPool(), settings_for(), RecordedReport().report
    with pytest.raises(ZeroDivisionError), session_for(settings, "tests", report, pool) as session:
        raise ZeroDivisionError
    assert closed == [session.client]
    assert len(pool) == 0


def test_rejected_credentials_are_not_used_again_at_once(clock: SimpleNamespace, closed: list[Client]) -> None:
    pool, settings = SessionPool(), settings_for()

    def fail(error: CceError) -> None:
        with session_for(settings, "tests", RecordedReport().report, pool):
            raise error

    rejected = CceError("No.", "authentication")
    with pytest.raises(CceError):
        fail(rejected)
    clock.now += 30
    with pytest.raises(CceError) as caught:
        use(pool, settings)
    assert caught.value is rejected
    use(pool, settings_for(token="another-token"))
    clock.now += 1
    use(pool, settings)
    with pytest.raises(CceError):
        fail(CceError("Not now.", "unavailable"))
    use(pool, settings)


def test_secrets_of_a_login_are_masked_in_each_report(monkeypatch: pytest.MonkeyPatch, tmp_path: t.Any) -> None:
    clear_environment(monkeypatch, tmp_path)
    reports = [RecordedReport(), RecordedReport()]
    pool = SessionPool()
    with Server(login()) as server:
        urls = {"auth_url": server.url, "endpoint": "https://cce.example.com"}
        settings = settings_for(**BY_PASSWORD, **urls, project_name="eu-de_test")
        for recorded in reports:
            with session_for(settings, "tests", recorded.report, pool) as session:
                session.identity(Deadline(10))
        assert len(server.requests) == 1
    assert [recorded.secrets for recorded in reports] == [[ISSUED], [ISSUED]]
