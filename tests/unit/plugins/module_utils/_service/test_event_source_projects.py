# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source for several projects, over HTTP."""

from __future__ import annotations

import asyncio
import logging
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import polls, project_polls
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.event_source import run
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._service.endless_source import (
    Queue,
    end_after,
    run_polls,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    Server,
    Wire,
    clear_environment,
    response,
)

SHOP, LAB = "eu-de_shop", "eu-de_lab"
IDS = {SHOP: "a" * 32, LAB: "b" * 32}
FORBIDDEN = response(403, {"error_code": "CCE.01403001"})
REJECTED = response(401, {"error_code": "APIGW.0301"})
BROKEN = response(503, {"error_code": "APIGW.0201"})


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


class Cloud:
    """IAM and CCE on one server, with two projects.

    Args:
        lists: for each project, its list at each of its polls, or a response. The last one is repeated.
    """

    def __init__(self, lists: dict[str, list[t.Any]]) -> None:
        self.lists = lists
        # the same for the names of clusters by ID
        self.clusters: dict[str, list[t.Any]] = {SHOP: [{}], LAB: [{}]}
        self.passwords = 0
        self.counts = {SHOP: 0, LAB: 0}
        self.server = Server(self._respond)

    def _respond(self, wire: Wire) -> None:
        target = wire.request.target
        if target.endswith("/auth/tokens"):
            wire.send(self._token(wire.request.json["auth"]))
            return
        [name] = (name for name in IDS if f"/projects/{IDS[name]}/" in target)
        if target.endswith("/clusters"):
            named = self.clusters[name].pop(0) if len(self.clusters[name]) > 1 else self.clusters[name][0]
            wire.send(clusters(named) if isinstance(named, dict) else named)
            return
        listed = self.lists[name][min(self.counts[name], len(self.lists[name]) - 1)]
        self.counts[name] += 1
        wire.send(response(200, listed) if isinstance(listed, list) else listed)

    def _token(self, auth: dict[str, t.Any]) -> bytes:
        self.passwords += "password" in auth["identity"]["methods"]
        name = auth.get("scope", {}).get("project", {}).get("name")
        project = {"project": {"id": IDS[name], "name": name}} if name else {}
        token = {"catalog": [], "expires_at": "2999-01-01T00:00:00Z", **project}
        return response(201, {"token": token}, X_Subject_Token=f"token-for-{name}")

    def access(self, **options: t.Any) -> dict[str, t.Any]:
        login = {"username": "eva", "password": "correct-horse-battery", "user_domain_name": "OTC1", "retries": 0}
        urls = {"auth_url": f"{self.server.url}/v3", "endpoint": self.server.url}
        return {**login, **urls, "projects": [SHOP, LAB], **options}


def clusters(named: dict[str, str]) -> bytes:
    return response(200, {"items": [{"metadata": {"uid": uid, "name": name}} for uid, name in named.items()]})


def short(events: list[dict[str, t.Any]]) -> list[tuple[str, str]]:
    jobs = [event["cce"]["job"] for event in events]
    return [(job["project_name"], job["id"]) for job in jobs]


def job(uid: str, second: int = 0, **more: t.Any) -> dict[str, t.Any]:
    return raw_job(id=uid, status="Running", updated_at=f"2026-01-02 12:00:0{second} +0000 UTC", **more)


def test_one_password_serves_all_projects_and_polls(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud({SHOP: [[], [job("a", 2)]], LAB: [[], [job("b", 1)], [job("c", 3)]]})
    assert short(run_polls(cloud, 4, monkeypatch)) == [(LAB, "b"), (SHOP, "a"), (LAB, "c")]
    assert cloud.passwords == 1
    assert cloud.counts == {SHOP: 4, LAB: 4}


def test_the_same_job_id_in_two_projects_is_two_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    events = run_polls(Cloud({SHOP: [[], [job("a")]], LAB: [[], [job("a")]]}), 2, monkeypatch)
    assert sorted(short(events)) == [(LAB, "a"), (SHOP, "a")]
    assert len({event["meta"]["uuid"] for event in events}) == 2


def test_a_forbidden_project_is_logged_and_the_other_one_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cloud = Cloud({SHOP: [[], [job("a")], [job("b")]], LAB: [FORBIDDEN]})
    assert short(run_polls(cloud, 3, monkeypatch)) == [(SHOP, "a"), (SHOP, "b")]
    [warning] = caplog.messages
    assert LAB in warning
    assert "403" in warning


@pytest.mark.parametrize(("seconds", "requests"), [(1000.0, 2), (0.0, 6)])
def test_rejected_credentials_are_not_sent_at_each_poll(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, seconds: float, requests: int
) -> None:
    monkeypatch.setattr(polls, "_REJECTED_SECONDS", seconds)
    cloud = Cloud({SHOP: [[], [job("a")], [job("b")]], LAB: [REJECTED]})
    assert short(run_polls(cloud, 3, monkeypatch)) == [(SHOP, "a"), (SHOP, "b")]
    # the second request of a poll has a new token
    assert cloud.counts[LAB] == requests
    [warning] = caplog.messages
    assert LAB in warning
    assert "401" in warning


def test_a_project_whose_credentials_were_rejected_is_polled_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(polls, "_REJECTED_SECONDS", 0.0)
    cloud = Cloud({SHOP: [[]], LAB: [[], REJECTED, REJECTED, [job("b")]]})
    assert short(run_polls(cloud, 3, monkeypatch)) == [(LAB, "b")]
    assert len(caplog.messages) == 2


def test_an_outage_of_one_project_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cloud = Cloud({SHOP: [[], [job("a")]], LAB: [[], BROKEN, [job("b"), job("c", 1)]]})
    assert short(run_polls(cloud, 3, monkeypatch)) == [(SHOP, "a"), (LAB, "b"), (LAB, "c")]
    began, ended = caplog.messages
    assert LAB in began
    assert "503" in began
    assert LAB in ended


def test_the_source_ends_when_all_projects_are_forbidden(caplog: pytest.LogCaptureFixture) -> None:
    cloud = Cloud({SHOP: [FORBIDDEN], LAB: [FORBIDDEN]})
    with cloud.server, pytest.raises(CceError) as failure:
        asyncio.run(run(Queue(), cloud.access(), logging.getLogger("test")))
    assert failure.value.kind == "permission"
    assert "403" in str(failure.value)
    # the error says everything
    assert caplog.messages == []


def test_a_cluster_must_be_in_one_of_the_projects(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lists = {SHOP: [[], [job("a", cluster_id="c1")]], LAB: [[], [job("b", cluster_id="c1")]]}
    cloud = Cloud(lists)
    cloud.clusters = {SHOP: [{"c1": "shop"}], LAB: [{"c2": "lab"}]}
    assert short(run_polls(cloud, 2, monkeypatch, cluster_name="shop", since="1h")) == [(SHOP, "a")]
    assert caplog.messages == []
    cloud = Cloud(lists)
    with cloud.server, pytest.raises(CceError, match="shap"):
        asyncio.run(run(Queue(), cloud.access(cluster_name="shap"), logging.getLogger("test")))


def test_a_cluster_may_be_in_a_project_that_cannot_be_read_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud({SHOP: [[]], LAB: [[], [job("b", cluster_id="c2")]]})
    cloud.clusters = {SHOP: [{"c1": "shop"}], LAB: [BROKEN, {"c2": "lab"}]}
    assert short(run_polls(cloud, 3, monkeypatch, cluster_name="lab")) == [(LAB, "b")]


def test_a_cluster_that_is_deleted_later_does_not_end_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_polls, "_NAMES_SECONDS", 0.0)
    cloud = Cloud({SHOP: [[], [], [job("a", cluster_id="c1")]], LAB: [[]]})
    cloud.clusters = {SHOP: [{"c1": "shop"}, {}], LAB: [{}]}
    assert short(run_polls(cloud, 3, monkeypatch, cluster_name="shop")) == [(SHOP, "a")]


def test_a_passcode_that_may_be_used_up_ends_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud({SHOP: [[]], LAB: [[]]})
    monkeypatch.setattr(cloud, "_token", lambda auth: BROKEN)
    end_after(3, monkeypatch)
    with cloud.server, pytest.raises(CceError, match="503"):
        asyncio.run(run(Queue(), cloud.access(passcode="123456"), logging.getLogger("test")))


def test_an_outage_after_a_login_with_a_passcode_is_tolerated(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud({SHOP: [[], BROKEN, [job("a")]], LAB: [[], BROKEN, []]})
    assert short(run_polls(cloud, 3, monkeypatch, passcode="123456")) == [(SHOP, "a")]
    assert cloud.passwords == 1
