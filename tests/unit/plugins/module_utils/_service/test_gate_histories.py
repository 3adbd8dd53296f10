# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The gate over HTTP: tasks that wait, against the simulator in good and bad conditions.

A job ends only when the test lets it, before a certain poll. So a task that succeeds earlier is one that lies.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.polled_search import PolledSearch
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.task import run_task
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport

UNKNOWN = "00000000-0000-4000-8000-000000000000"
PASSWORD = ("username", "password", "domain_name")
SECONDS = 300
ENDED, FAILED, UNFINISHED, GONE = ("Success",), ("Failed",), ("unfinished",), (None,)

Rule = dict[str, t.Any]


@dataclass(frozen=True)
class History:
    """Events that happen to one new job of an idle cluster and to the network, and what the task must make of it."""

    options: Rule = field(default_factory=dict)
    """In addition to those of ``Gate.run``."""
    named: bool = False
    """Whether the task waits for this job by its ID, otherwise for the cluster."""
    fails: bool = False
    faults: tuple[Rule, ...] = ()
    absence: Rule | None = None
    deleted_before: int | None = None
    """Before which poll the job is deleted."""
    ends_before: int | None = 5
    """Before which poll the job ends."""
    login: tuple[str, ...] = ("token",)
    kind: str | None = None
    """Kind of the error, None for a success."""
    waited_for: tuple[str | None, ...] = ENDED
    outages: tuple[int, int] = (0, 0)
    """How many the log says have begun and have ended."""
    slow_polls_count: bool = False
    """Whether a poll that is slow because the machine is slow can be an outage, too."""
    says: tuple[str, ...] = ()
    """Text that the message or a warning contains."""


def during(**fault: t.Any) -> tuple[Rule, ...]:
    """A fault of the second list and the two after it."""
    return ({"call": "list", "after": 1, "times": 3, **fault},)


HISTORIES = {
    "nothing wrong": History(),
    "listed late": History({"wait_appear": 60}, absence={"times": 3}),
    "listed late, named": History(named=True, absence={"times": 3}),
    "hidden for one list": History(absence={"after": 1, "times": 1}),
    "hidden for some lists": History(absence={"after": 1, "times": 4}, ends_before=8),
    "hidden until it ends and after that": History(absence={"after": 1}),
    "deleted for two polls": History(absence={"after": 1, "times": 3, "deleted": True}, ends_before=7),
    "hidden, and no one may ask for it": History(
        absence={"after": 1, "times": 8},
        faults=({"call": "one_job", "times": None, "reply": "forbidden"},),
        ends_before=11,
    ),
    "hidden for good, and no one may ask for it": History(
        absence={"after": 1},
        faults=({"call": "one_job", "times": None, "reply": "no_such_api"},),
        ends_before=None,
        waited_for=GONE,
        says=("deleted",),
    ),
    "deleted": History(absence={"after": 1, "deleted": True}, ends_before=None, waited_for=GONE, says=("deleted",)),
    "deleted, named": History(
        named=True, deleted_before=3, ends_before=None, kind="not_found", waited_for=GONE, says=("deleted",)
    ),
    "unknown ID": History(
        {"id": UNKNOWN, "wait_appear": 0.3}, ends_before=None, kind="not_found", waited_for=(), says=(UNKNOWN, "0.3 s")
    ),
    "appears too late": History(
        {"wait_appear": 0.3}, absence={}, ends_before=None, kind="not_found", waited_for=(), says=("wait_appear",)
    ),
    "ends as a failure": History(fails=True, waited_for=FAILED),
    "ends as a failure that counts": History(
        {"fail_on_failure": True}, fails=True, kind="job_failed", waited_for=FAILED, says=("ScaleupCluster",)
    ),
    "ends as a failure in an outage": History(
        {"fail_on_failure": True},
        fails=True,
        faults=during(reply="unavailable"),
        ends_before=4,
        kind="job_failed",
        waited_for=FAILED,
        outages=(1, 1),
    ),
    "HTTP 503": History(faults=during(reply="unavailable"), outages=(1, 1)),
    "HTTP 502 as HTML": History(faults=during(reply="bad_gateway"), outages=(1, 1)),
    "HTTP 429 with Retry-After": History(faults=during(reply="throttled", times=1), outages=(1, 1)),
    "HTML with 200": History(faults=during(reply="html"), outages=(1, 1)),
    "error and empty list with 200": History(faults=during(reply="error_with_200"), outages=(1, 1)),
    "empty list": History(faults=during(reply="empty_list")),
    "gateway without this API": History(faults=during(reply="no_such_api"), outages=(1, 1)),
    "truncated": History(faults=during(truncate=20), outages=(1, 1)),
    "reset": History(faults=during(reset=True), outages=(1, 1)),
    "refused": History(faults=during(refuse=0.7, times=1), outages=(1, 1)),
    "slow": History({"timeout": 0.5}, faults=during(delay=2, times=1), outages=(1, 1), slow_polls_count=True),
    "two outages": History(
        faults=(*during(reply="unavailable", times=1), *during(reply="html", times=1, after=2)),
        ends_before=7,
        outages=(2, 2),
    ),
    "token expires": History(login=PASSWORD, faults=during(reply="token_expired", times=1)),
    "token expires while IAM is down": History(
        login=PASSWORD,
        faults=(
            *during(reply="token_expired", times=1),
            {"call": "login", "after": 1, "times": 2, "reply": "unavailable"},
        ),
        outages=(1, 1),
    ),
    "403": History(faults=during(reply="forbidden"), ends_before=None, kind="permission", waited_for=UNFINISHED),
    "401 of a token": History(
        faults=during(reply="token_expired"), ends_before=None, kind="authentication", waited_for=UNFINISHED
    ),
    "redirect": History(
        faults=during(redirect="http://127.0.0.1:9/"), ends_before=None, kind="response", waited_for=UNFINISHED
    ),
    "timeout": History(
        {"wait_timeout": 4},
        ends_before=None,
        kind="timeout",
        waited_for=UNFINISHED,
        slow_polls_count=True,
        says=("4 s",),
    ),
    "timeout in an outage": History(
        {"wait_timeout": 4},
        faults=during(reply="unavailable", times=None),
        ends_before=None,
        kind="timeout",
        waited_for=UNFINISHED,
        outages=(1, 0),
        says=("ScaleupCluster", "Polling has been failing"),
    ),
    "timeout in the last request": History(
        {"wait_timeout": 4},
        faults=during(hang=True),
        ends_before=None,
        kind="timeout",
        waited_for=UNFINISHED,
        outages=(1, 0),
        says=("ScaleupCluster",),
    ),
    "asks to wait beyond the end": History(
        {"wait_timeout": 5},
        faults=during(status=429, headers={"Retry-After": "60"}),
        ends_before=None,
        kind="timeout",
        waited_for=UNFINISHED,
        outages=(1, 0),
    ),
    "outage before the first poll that works": History(
        faults=({"call": "list", "reply": "unavailable"},), ends_before=None, kind="unavailable", waited_for=()
    ),
    **{
        f"{name}, named": History(
            named=True, faults=({"call": "one_job", "after": 1, "times": 2, **fault},), outages=(1, 1)
        )
        for name, fault in {
            "HTTP 503": {"reply": "unavailable"},
            "gateway 502": {"reply": "bad_gateway"},
            "reset": {"reset": True},
        }.items()
    },
    **{
        f"{name}, named": History(named=True, faults=({"call": "one_job", "after": 1, "times": 2, "reply": reply},))
        for name, reply in {
            # the list has the job
            "403": "forbidden",
            "HTML": "html",
            "another job": "other_job",
            "not found": "not_found",
            "gateway without this API": "no_such_api",
        }.items()
    },
}


class Gate:
    """Tasks that wait, against a simulator."""

    def __init__(self, simulator: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
        # the port of the other region, since one history closes the port of this one for a while
        self.simulator = type(simulator)({**simulator.ready, "url": simulator.ready["regions"]["eu-nl"]["url"]})
        self.recorded = RecordedReport()
        self.events: dict[int, t.Callable[[], object]] = {}
        self.polls = 0
        poll = PolledSearch.poll

        def counted(search: PolledSearch, *given: t.Any) -> t.Any:
            self.polls += 1
            self.events.pop(self.polls, lambda: None)()
            return poll(search, *given)

        monkeypatch.setattr(PolledSearch, "poll", counted)
        self.simulator.control("DELETE", "")

    def create(self, *, fails: bool = False, kind: str = "ScaleupCluster", cluster: str = "shop-archive") -> str:
        job = {"cluster": cluster, "type": kind, "seconds": SECONDS, "fails": fails}
        return str(self.simulator.control("POST", "/jobs", job)["id"])

    def end_jobs(self) -> None:
        self.simulator.control("POST", "/clock", {"advance": SECONDS + 10})

    def run(self, login: tuple[str, ...] = ("token",), **options: t.Any) -> dict[str, t.Any]:
        where = {} if "id" in options else {"cluster_name": "shop-archive"}
        waiting = {"wait": True, "wait_interval": 0.1, "wait_timeout": 60, "retries": 0}
        return run_task({**self.simulator.access(*login), **where, **waiting, **options}, False, self.recorded.report)


@pytest.fixture
def gate(simulator: t.Any, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Gate]:
    gate = Gate(simulator, monkeypatch)
    yield gate
    gate.simulator.control("DELETE", "")


def states(jobs: t.Iterable[dict[str, t.Any]]) -> tuple[str | None, ...]:
    """How jobs ended; None where that is unknown."""
    return tuple(job["status"] if job["finished"] or not job["status"] else "unfinished" for job in jobs)


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_a_wait_succeeds_only_after_the_job_has_ended(gate: Gate, history: History) -> None:
    job = gate.create(fails=history.fails)
    for fault in history.faults:
        gate.simulator.control("POST", "/faults", fault)
    if history.absence is not None:
        gate.simulator.control("POST", "/absences", {"job": job, **history.absence})
    if history.ends_before:
        gate.events[history.ends_before] = gate.end_jobs
    if history.deleted_before:
        deleted = {"job": job, "deleted": True}
        gate.events[history.deleted_before] = lambda: gate.simulator.control("POST", "/absences", deleted)

    result = gate.run(history.login, **({"id": job.upper()} if history.named else {}), **history.options)

    assert result.get("error", {}).get("kind") == history.kind, result.get("msg")
    assert gate.events == {}, "it did not wait"
    assert states(result["waited_for"]) == history.waited_for
    assert all(waited["id"] == job for waited in result["waited_for"])
    log = result["log"]
    begun = [line for line in log if line.startswith("Polling failed")]
    ended = [line for line in log if line.startswith("Polling works again")]
    if history.slow_polls_count:
        assert (len(begun), len(ended)) >= history.outages
    else:
        assert (len(begun), len(ended)) == history.outages
    assert not [line for line in log if line.startswith("Attempt")]
    assert len([line for line in log if "logging in again" in line]) == (history.login == PASSWORD)
    said = "\n".join([result.get("msg", ""), *gate.recorded.warnings])
    assert [text for text in history.says if text not in said] == []
    assert len(gate.recorded.warnings) == (history.waited_for == GONE and not history.named)
    if history.kind == "timeout":
        assert states(result["jobs"]) == UNFINISHED


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_timeout_returns_the_unfinished_jobs_in_order(gate: Gate, order: str) -> None:
    jobs = [gate.create(kind=kind) for kind in ("ScaleupCluster", "DeleteNode", "ScaleupCluster")]
    result = gate.run(wait_timeout=3, order=order, limit=1)
    expected = jobs if order == "oldest" else jobs[::-1]
    assert result["error"]["kind"] == "timeout"
    assert [job["id"] for job in result["jobs"]] == [job["id"] for job in result["waited_for"]] == expected
    assert result["summary"]["total"] == 3


def test_all_named_jobs_are_waited_for(gate: Gate) -> None:
    jobs = [gate.create() for _number in range(3)]
    gate.simulator.control("POST", "/absences", {"job": jobs[1], "times": 2})
    gate.simulator.control("POST", "/faults", {"call": "one_job", "after": 3, "times": 4, "reply": "unavailable"})
    gate.events[6] = gate.end_jobs
    result = gate.run(id=jobs)
    assert (states(result["waited_for"]), gate.events) == (ENDED * 3, {})


def test_a_job_that_starts_during_the_wait_is_waited_for(gate: Gate) -> None:
    gate.create()
    later: list[str] = []
    gate.events.update({3: lambda: later.append(gate.create()), 4: gate.end_jobs})
    result = gate.run()
    assert states(result["waited_for"]) == ENDED * 2
    assert later[0] in [job["id"] for job in result["waited_for"]]


@pytest.mark.parametrize("reply", [None, "unavailable"])
def test_a_cluster_that_is_created_again_is_waited_for(gate: Gate, reply: str | None) -> None:
    first, later = gate.create(), []
    # another cluster gets the name, which perhaps cannot be found out at first
    cluster_id = next(each["id"] for each in gate.simulator.ready["clusters"] if each["name"] == "shop-batch")
    clusters = json.dumps({"items": [{"metadata": {"uid": cluster_id, "name": "shop-archive"}}]})
    named_again = {"call": "clusters", "after": 1, "times": None, "status": 200, "body": clusters}
    if reply:
        gate.simulator.control("POST", "/faults", {"call": "clusters", "after": 1, "times": 2, "reply": reply})
    gate.simulator.control("POST", "/faults", named_again)

    def create_again() -> None:
        gate.end_jobs()
        later.append(gate.create(cluster="shop-batch"))

    gate.events.update({3: create_again, 8: gate.end_jobs})
    result = gate.run()
    assert (result.get("msg"), gate.events) == (None, {})
    assert {job["id"]: job["status"] for job in result["waited_for"]} == dict.fromkeys([first, *later], "Success")


def test_many_named_jobs_in_a_bad_hour(gate: Gate) -> None:
    """More than are requested one by one."""
    jobs = [gate.create() for _number in range(12)]
    for job in jobs[:3]:
        gate.simulator.control("POST", "/absences", {"job": job, "times": 4})
    for fault in during(reply="html"):
        gate.simulator.control("POST", "/faults", fault)
    gate.events[9] = gate.end_jobs
    result = gate.run(id=jobs)
    assert (states(result["waited_for"]), gate.events) == (ENDED * 12, {})


def test_an_idle_cluster_with_old_failures_is_idle(gate: Gate) -> None:
    result = gate.run(cluster_name="shop-batch", fail_on_failure=True)
    assert not result.get("failed")
    assert (result["waited_for"], gate.polls) == ([], 1)
    assert result["summary"]["by_status"]["Failed"]
