# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs by ID: asked for directly, and looked for in the list where that does not say anything about them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as _http
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    clear_environment,
    response,
)

A, B, C = (f"{letter * 8}-83db-11f0-8baa-0255ac10003e" for letter in "abc")
LIST = "/api/v2/projects/p1/jobs"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def raw(uid: str, *subjobs: dict[str, t.Any], status: str = "Success") -> dict[str, t.Any]:
    return {
        "metadata": {"uid": uid, "creationTimestamp": "2026-01-02T03:04:05Z"},
        "spec": {"type": "CreateNode", "subjobs": list(subjobs)},
        "status": {"status": status},
    }


class Cloud:
    """A server that has these jobs, and how it responds to the call for one."""

    def __init__(self, *jobs: dict[str, t.Any], one_job: t.Callable[[str], bytes] | None = None) -> None:
        self.jobs = jobs
        self.one_job = one_job or self._one_job
        self.server = Server(lambda wire: wire.send(self._respond(wire.request.target)))

    def _respond(self, target: str) -> bytes:
        if target == LIST:
            return response(body=list(self.jobs))
        assert target.startswith(f"{LIST}/")
        return self.one_job(target[len(LIST) + 1 :])

    def _one_job(self, job_id: str) -> bytes:
        found = [job for job in self.jobs if job["metadata"]["uid"] == job_id]
        return response(body=found[0]) if found else response(404, {"errorCode": "CCE.01404001", "errorMessage": "No."})

    def ask(self, *ids: str, recorded: RecordedReport | None = None, **typed: t.Any) -> tuple[FoundJobs, list[str]]:
        """The response, and what was requested: IDs, and "list"."""
        with self.server as server:
            options = {"token": "some-token", "project_id": "p1", "endpoint": server.url, "retries": 0, "id": list(ids)}
            request = read_request(MODULE, {**options, **typed}, {}, environment={})
            found = find_jobs(request, "tests", (recorded or RecordedReport()).report)
            targets = [request.target for request in server.requests]
        return found, ["list" if target == LIST else target[len(LIST) + 1 :] for target in targets]


def ids(found: FoundJobs) -> list[str]:
    return [job["id"] for job in found.jobs]


def test_one_job_is_one_request() -> None:
    found, requested = Cloud(raw(A), raw(B)).ask(A)
    assert (ids(found), requested, found.fetched) == ([A], [A], 1)


def test_an_id_in_any_case_is_requested_as_the_cloud_writes_it() -> None:
    found, requested = Cloud(raw(A)).ask(A.upper())
    assert (ids(found), requested) == ([A], [A])


def test_an_id_that_is_given_twice_is_requested_once() -> None:
    found, requested = Cloud(raw(A)).ask(A, A.upper())
    assert (ids(found), requested, found.fetched) == ([A], [A], 1)


def test_some_jobs_are_as_many_requests() -> None:
    found, requested = Cloud(raw(A), raw(B), raw(C)).ask(A, C)
    assert (sorted(ids(found)), sorted(requested), found.fetched) == ([A, C], [A, C], 2)


def test_many_jobs_are_looked_for_in_the_list() -> None:
    many = [f"job-{number}" for number in range(9)]
    found, requested = Cloud(*map(raw, many)).ask(*many)
    assert (sorted(ids(found)), requested, found.fetched) == (many, ["list"], 9)


def test_other_filters_still_apply() -> None:
    found, requested = Cloud(raw(A), raw(B, status="Failed")).ask(A, B, status="Failed", limit=1)
    assert (ids(found), sorted(requested)) == ([B], [A, B])


def test_a_subjob_is_found_in_the_list() -> None:
    found, requested = Cloud(raw(A, raw(B))).ask(B)
    assert (ids(found), requested) == ([B], [B, "list"])
    assert found.jobs[0]["parent_id"] == A


def test_what_was_found_directly_is_not_returned_twice() -> None:
    found, requested = Cloud(raw(A), raw(C, raw(B))).ask(A, B)
    assert (sorted(ids(found)), requested[-1]) == ([A, B], "list")
    # one by its ID, two in the list
    assert found.fetched == 3


REFUSALS: dict[str, t.Callable[[str], bytes]] = {
    "no such job": lambda job_id: response(404, {"errorCode": "CCE.01404001"}),
    "no such call": lambda job_id: response(404, {"error_code": "APIGW.0101"}),
    "bad ID": lambda job_id: response(400, {"errorCode": "CCE.01400001"}),
    "no permission": lambda job_id: response(403, {"errorCode": "CCE.01403001"}),
    "another job": lambda job_id: response(body=raw(C)),
    "a list": lambda job_id: response(body=[raw(A)]),
    "HTML": lambda job_id: response(body="<html>"),
    "null": lambda job_id: response(body="null"),
    "no ID": lambda job_id: response(body={"metadata": {"uid": 7}}),
}


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_a_job_that_cannot_be_asked_for_is_looked_for_in_the_list(refusal: t.Callable[[str], bytes]) -> None:
    recorded = RecordedReport()
    found, requested = Cloud(raw(A), one_job=refusal).ask(A, recorded=recorded)
    assert (ids(found), requested) == ([A], [A, "list"])
    assert recorded.warnings == recorded.notes == []


@pytest.mark.parametrize("status", [401, 500, 503])
def test_a_failure_that_is_not_about_the_job_is_one(status: int) -> None:
    with pytest.raises(CceError) as caught:
        Cloud(raw(A), one_job=lambda job_id: response(status, "{}")).ask(A)
    assert caught.value.http_status == status


def test_retries_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_FIRST_PAUSE", 0.01)
    responses = iter([response(503, "{}"), response(body=raw(A))])
    recorded = RecordedReport()
    found, requested = Cloud(one_job=lambda job_id: next(responses)).ask(A, recorded=recorded, retries=1)
    assert (ids(found), requested) == ([A], [A, A])
    [note] = recorded.notes
    assert "503" in note


@pytest.mark.parametrize(
    ("job_id", "segment"),
    [
        ("a/../b", "a%2F..%2Fb"),
        ("a?b#c", "a%3Fb%23c"),
        ("a%2Fb", "a%252fb"),
        ("ä b", "%C3%A4%20b"),
        ("...", "..."),
    ],
)
def test_no_id_changes_the_path(job_id: str, segment: str) -> None:
    found, requested = Cloud(raw(A)).ask(job_id)
    # case does not matter
    assert (ids(found), requested) == ([], [segment, "list"])


@pytest.mark.parametrize("job_id", [".", ".."])
def test_an_id_that_a_url_folds_is_only_looked_for_in_the_list(job_id: str) -> None:
    found, requested = Cloud(raw(job_id)).ask(job_id)
    assert (ids(found), requested) == ([job_id], ["list"])


@pytest.mark.parametrize("signature", ["scope", "access"])
def test_signed_calls(signature: str) -> None:
    cloud = Cloud(raw("a b"))
    with cloud.server as server:
        options = {"access_key": "AK", "secret_key": "some-secret-key", "project_id": "p1", "endpoint": server.url}
        typed = {**options, "signature": signature, "id": "a b", "retries": 0}
        find_jobs(read_request(MODULE, typed, {}, environment={}), "tests", RecordedReport().report)
        assert server.requests[0].target == f"{LIST}/a%20b"
        assert server.requests[0].headers["authorization"].startswith("SDK-HMAC-SHA256 ")
