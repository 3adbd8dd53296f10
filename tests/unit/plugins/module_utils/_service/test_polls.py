# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Polls of a wait over HTTP: what is remembered between them, and what clocks have to do with it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    Wire,
    clear_environment,
    response,
)

A, B = (f"{letter * 8}-83db-11f0-8baa-0255ac10003e" for letter in "ab")
LIST = "/api/v2/projects/p1/jobs"
NOT_FOUND = response(404, {"errorCode": "CCE.01404001", "errorMessage": "No."})


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def raw(uid: str, status: str = "Running") -> dict[str, t.Any]:
    return {
        "metadata": {"uid": uid, "creationTimestamp": "2026-01-02T03:04:05Z"},
        "spec": {"type": "CreateNode"},
        "status": {"status": status},
    }


class Cloud:
    """A server whose responses are functions of how often a path was requested before."""

    def __init__(
        self, listed: t.Callable[[int], bytes], one_job: t.Callable[[str, int], bytes] = lambda job_id, count: NOT_FOUND
    ) -> None:
        self.listed = listed
        self.one_job = one_job
        self.counts: dict[str, int] = {}
        self.recorded = RecordedReport()

    def _respond(self, wire: Wire) -> None:
        target = wire.request.target
        if target.endswith("/clusters"):
            wire.send(response(body={"items": [{"metadata": {"uid": "c1", "name": "shop"}}]}))
            return
        count = self.counts.get(target, 0)
        self.counts[target] = count + 1
        wire.send(self.listed(count) if target == LIST else self.one_job(target[len(LIST) + 1 :], count))

    def ask(self, **typed: t.Any) -> FoundJobs:
        with Server(self._respond) as server:
            access = {"token": "some-token", "project_id": "p1", "endpoint": server.url, "retries": 0}
            waiting = {"wait": True, "wait_interval": 0.02, "wait_timeout": 60}
            request = read_request(MODULE, {**access, **waiting, **typed}, {}, environment={})
            return find_jobs(request, "tests", self.recorded.report)


def kind(found: FoundJobs) -> str | None:
    return found.error.kind if found.error else None


def waited_for(found: FoundJobs) -> dict[str, str | None]:
    return {job["id"]: job["status"] for job in found.waited_for or ()}


# ---------------------------------------------------------------------------------------------------------------------
# what is remembered


def test_an_unchanged_list_does_not_hide_what_cce_says_about_a_named_job() -> None:
    def one_job(job_id: str, count: int) -> bytes:
        return response(body=raw(A, "Running" if count < 2 else "Success")) if job_id == A else NOT_FOUND

    found = Cloud(lambda count: response(body=[raw(B)]), one_job).ask(id=[A, B], wait_timeout=3)
    assert (kind(found), waited_for(found)) == ("timeout", {A: "Success", B: "Running"})
    assert [job["id"] for job in found.jobs] == [B]


def test_an_unchanged_list_is_not_evaluated_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import search

    evaluated = []
    select = search.select
    monkeypatch.setattr(search, "select", lambda *given: evaluated.append(given) or select(*given))
    cloud = Cloud(lambda count: response(body=[raw(A, "Running" if count < 6 else "Success")]))
    assert waited_for(cloud.ask()) == {A: "Success"}
    assert cloud.counts[LIST] == 7
    assert len(evaluated) == 2


@pytest.mark.parametrize("shown", [A.upper(), "Job 1/2"])
def test_a_hidden_job_is_requested_as_the_list_spells_its_id(shown: str) -> None:
    from urllib.parse import unquote

    def one_job(job_id: str, count: int) -> bytes:
        known = unquote(job_id) == shown
        return response(body=raw(shown, "Running" if count < 6 else "Success")) if known else NOT_FOUND

    cloud = Cloud(lambda count: response(body=[] if count else [raw(shown)]), one_job)
    assert waited_for(cloud.ask()) == {shown: "Success"}
    assert cloud.recorded.warnings == []


@pytest.mark.parametrize("hidden", [False, True])
def test_jobs_of_a_wait_have_the_names_of_their_clusters(hidden: bool) -> None:
    def job(count: int) -> dict[str, t.Any]:
        return {**raw(A, "Running" if count < 2 else "Success"), "spec": {"type": "CreateNode", "clusteruid": "c1"}}

    # a list that shows the job only once leads to calls for it
    cloud = Cloud(
        lambda count: response(body=[] if hidden and count else [job(count)]),
        lambda job_id, count: response(body=job(count)),
    )
    found = cloud.ask(resolve_cluster_names=True)
    assert [(job["status"], job["cluster_name"]) for job in found.waited_for or ()] == [("Success", "shop")]


def made(uid: str, minute: int, status: str = "Success", job_type: str = "CreateNode") -> dict[str, t.Any]:
    created_at = f"2026-01-02T03:{minute:02}:00Z"
    return {
        "metadata": {"uid": uid, "creationTimestamp": created_at},
        "spec": {"type": job_type},
        "status": {"status": status},
    }


@pytest.mark.parametrize(
    ("first", "later", "expected"),
    [
        # newer than the newest job that the filters select
        ([made("selected", 10), made("other", 20, job_type="DeleteNode")], [made("old", 9), made("new", 11)], "new"),
        # newer than any job, if the filters select none that has ended
        ([made("other", 20, job_type="DeleteNode")], [made("old", 19), made("new", 21)], "new"),
    ],
)
def test_a_job_that_began_and_ended_between_two_polls_counts(
    first: list[dict[str, t.Any]], later: list[dict[str, t.Any]], expected: str
) -> None:
    def listed(count: int) -> bytes:
        waiting = made("waiting", 0, "Success" if count else "Running")
        return response(body=[waiting, *first, *(later if count else [])])

    assert set(waited_for(Cloud(listed).ask(type="CreateNode"))) == {"waiting", expected}


def test_a_job_that_the_first_list_shows_late_counts() -> None:
    def listed(count: int) -> bytes:
        old = {**created(timedelta(minutes=-20), "Success"), "spec": {"type": "old"}}
        new = {**created(timedelta(minutes=-5), "Success"), "spec": {"type": "new"}}
        new["metadata"]["uid"] = B
        return dated(timedelta(), *([old, new] if count else []))

    assert waited_for(Cloud(listed).ask(wait_appear=60)) == {B: "Success"}


# ---------------------------------------------------------------------------------------------------------------------
# clocks


def dated(offset: timedelta, *jobs: dict[str, t.Any]) -> bytes:
    """A list by a cloud whose clock differs from this machine's."""
    return response(body=list(jobs), Date=format_datetime(datetime.now(timezone.utc) + offset, usegmt=True))


def created(offset: timedelta, status: str = "Running") -> dict[str, t.Any]:
    job = raw(A, status)
    job["metadata"]["creationTimestamp"] = (datetime.now(timezone.utc) + offset).isoformat()
    return job


@pytest.mark.parametrize("offset", [timedelta(hours=-26), timedelta(hours=26)], ids=["behind", "ahead"])
def test_ages_count_by_the_clock_of_the_cloud(offset: timedelta) -> None:
    cloud = Cloud(lambda count: dated(offset, created(offset - timedelta(hours=1))))
    found = cloud.ask(wait=False, created_after="2h", finished=False)
    assert [job["id"] for job in found.jobs] == [A]
    [warning] = cloud.recorded.warnings
    assert any(f"{seconds} s" in warning for seconds in range(93590, 93611))


def test_a_time_in_a_filter_of_a_wait_needs_a_clock_that_is_right() -> None:
    """A playbook takes the time from this machine, and an old job counts as new if that is behind."""
    offset = timedelta(minutes=20)
    now = datetime.now(timezone.utc).isoformat()
    cloud = Cloud(lambda count: dated(offset, created(offset - timedelta(minutes=5), "Success")))
    assert kind(cloud.ask(created_after=now)) is None
    [warning] = cloud.recorded.warnings
    assert "created_after" in warning
    assert any(f"{seconds} s" in warning for seconds in range(1195, 1206))


def test_a_time_in_a_filter_without_a_wait_needs_no_warning() -> None:
    cloud = Cloud(lambda count: dated(timedelta(hours=26)))
    cloud.ask(wait=False, created_after="2026-01-01")
    assert cloud.recorded.warnings == []


def test_a_beginning_in_the_future_is_a_warning() -> None:
    cloud = Cloud(lambda count: dated(timedelta()))
    local = (datetime.now(timezone.utc) + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S")
    cloud.ask(created_after=local)
    [warning] = cloud.recorded.warnings
    assert "created_after" in warning and "UTC" in warning


def test_an_empty_window_of_an_age_and_a_time_is_an_error() -> None:
    cloud = Cloud(lambda count: dated(timedelta()))
    found = cloud.ask(created_after="1h", created_before="2026-01-01")
    assert kind(found) == "option"
    assert "created_before" in str(found.error)


def test_a_failure_long_after_the_creation_is_found_by_its_completion() -> None:
    job = created(timedelta(minutes=-40), "Failed")
    job["status"]["completionTime"] = (datetime.now(timezone.utc) - timedelta(minutes=5)).isoformat()
    cloud = Cloud(lambda count: dated(timedelta(), job))
    assert cloud.ask(wait=False, created_after="15m").jobs == []
    assert [found["id"] for found in cloud.ask(wait=False, completed_after="15m").jobs] == [A]


# ---------------------------------------------------------------------------------------------------------------------
# what filters have to do with it


@pytest.mark.parametrize("status", ["Initializing", None])
def test_steps_of_a_failed_job_are_not_waited_for(status: str | None) -> None:
    job = raw(A, "Failed")
    job["spec"]["subjobs"] = [{**raw(B), "status": {"status": status}}]
    cloud = Cloud(lambda count: response(body=[job]))
    found = cloud.ask(subjobs="flat")
    assert (kind(found), found.waited_for, cloud.counts[LIST]) == (None, [], 1)


@pytest.mark.parametrize(
    ("mistake", "hint"), [({"type": "CreatNode"}, "CreateNode"), ({"cluster_id": "shop-prod"}, "cluster_name")]
)
def test_a_wait_whose_filters_can_select_nothing_warns(mistake: dict[str, str], hint: str) -> None:
    cloud = Cloud(lambda count: response(body=[raw(A)]))
    assert kind(cloud.ask(**mistake)) is None
    [warning] = cloud.recorded.warnings
    assert hint in warning
    assert kind(cloud.ask(**mistake, wait_appear=0.1)) == "not_found"


@pytest.mark.parametrize("outcome", [{"completed_after": "1h"}, {"status": "Failed"}, {"finished": True}])
def test_a_filter_by_the_outcome_does_not_end_a_wait(outcome: dict[str, t.Any]) -> None:
    cloud = Cloud(lambda count: response(body=[raw(A, "Running" if count < 3 else "Success")]))
    assert waited_for(cloud.ask(**outcome)) == {A: "Success"}


# ---------------------------------------------------------------------------------------------------------------------
# limits


def test_a_list_that_is_too_large_to_remember(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import decoding

    monkeypatch.setattr(decoding, "MAX_AHEAD", 100_000)
    padding = [{**raw(f"{B}-{number}", "Success"), "padding": "x" * 10_000} for number in range(30)]

    def listed(count: int) -> bytes:
        return response(body=[*padding, raw(A, "Running" if count < 2 else "Success")])

    cloud = Cloud(listed)
    found = cloud.ask()
    assert (kind(found), waited_for(found), cloud.counts[LIST]) == (None, {A: "Success"}, 3)


def test_an_error_before_the_first_poll_that_works_has_an_answer_too() -> None:
    found = Cloud(lambda count: response(503, "{}")).ask()
    assert isinstance(found.error, CceError)
    assert (kind(found), found.waited_for) == ("unavailable", [])
