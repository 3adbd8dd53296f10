# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model of the wait: whatever happens to jobs and network, a wait that succeeds has seen every job it waited for end.

The histories are random. The oracle knows only what the fake cloud showed to the wait, and the rules of the contract.
"""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from hypothesis import HealthCheck, event, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait import WaitResult
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

from .fake_cloud import Clock, FakeCloud, FakeJob, Outage

IDS = ("a", "b", "c", "d")
TIMEOUT = 120.0

seconds = st.integers(-40, 130).map(float)


@st.composite
def fake_jobs(draw: st.DrawFn, uid: str) -> FakeJob:
    created = draw(seconds)
    later = st.floats(0, 100).map(lambda delay: created + delay)
    hidden = draw(st.lists(st.tuples(seconds, st.floats(1, 60)), max_size=2))
    return FakeJob(
        uid,
        created=created,
        ends=draw(st.none() | later),
        fails=draw(st.booleans()),
        listed_from=draw(st.just(float("-inf")) | later),
        hidden=tuple((begin, begin + length) for begin, length in hidden),
        deleted=draw(st.none() | st.none() | later),
        has_id=draw(st.sampled_from([True, True, True, False])),
        of_cluster=draw(st.sampled_from([0, 0, 0, 1, 2])),
    )


def failure(kind: str, status: int | None, *, transient: bool, retry_after: float | None = None) -> CceError:
    return CceError("It failed.", kind, http_status=status, transient=transient, retry_after=retry_after)


PASSING = {
    "429": lambda: failure("throttled", 429, transient=True),
    "429, wait": lambda: failure("throttled", 429, transient=True, retry_after=15),
    "429, wait long": lambda: failure("throttled", 429, transient=True, retry_after=1000),
    "503": lambda: failure("unavailable", 503, transient=True),
    "reset": lambda: failure("connection", None, transient=True),
    "HTML": lambda: failure("response", 200, transient=True),
    "truncated": lambda: failure("response", 200, transient=True),
    "gateway 404": lambda: failure("not_found", 404, transient=True),
}
LASTING = {
    "401": lambda: failure("authentication", 401, transient=False),
    "403": lambda: failure("permission", 403, transient=False),
    "TLS": lambda: failure("tls", None, transient=False),
}


@st.composite
def outages(draw: st.DrawFn) -> Outage:
    begin = draw(seconds)
    kinds = {**PASSING, **LASTING} if draw(st.integers(0, 5)) == 0 else PASSING
    return Outage(
        begin, begin + draw(st.floats(0, 60)), kinds[draw(st.sampled_from(sorted(kinds)))](), draw(st.floats(0, 40))
    )


@st.composite
def clouds(draw: st.DrawFn) -> dict[str, t.Any]:
    jobs = [draw(fake_jobs(uid)) for uid in IDS[: draw(st.integers(0, len(IDS)))]]
    named = draw(st.lists(st.sampled_from(IDS), unique=True, max_size=2)) if draw(st.booleans()) else []
    return {
        "jobs": jobs,
        "outages": draw(st.lists(outages(), max_size=3)),
        "query": Query(id=tuple(named), order=draw(st.sampled_from(["newest", "oldest"]))),
        "created_again": tuple(sorted(draw(st.lists(seconds, max_size=2)))),
        "can_ask": draw(st.booleans()),
        "asks_at_most": draw(st.sampled_from([None, 1, 2])),
        "appear": float(draw(st.sampled_from([0, 0, 20, 60]))),
        "fail_on_failure": draw(st.booleans()),
        "interval": draw(st.sampled_from([1.0, 10.0, 45.0])),
    }


class Oracle:
    """Claims that the wait may make, given what the cloud showed."""

    def __init__(self, cloud: FakeCloud) -> None:
        self.named = set(cloud.query.id)
        self.last: dict[str, bool] = {}
        self.misses: dict[str, int] = {}
        self.gone: set[str] = set()
        self.unfinished_seen: set[str] = set()
        for listed, states in zip(cloud.shown, cloud.asked):
            shown = {uid: ended for uid, ended in listed.items() if not self.named or uid in self.named}
            shown.update({uid: bool(state.job["finished"]) for uid, state in states.items() if state.job})
            for uid, ended in shown.items():
                if not ended:
                    self.unfinished_seen.add(uid)
                self.last[uid], self.misses[uid] = ended, 0
                self.gone.discard(uid)
            for uid in self.last.keys() - shown.keys():
                if self.last[uid] or uid in self.gone or uid not in self.unfinished_seen | self.named:
                    continue
                self.misses[uid] += 1
                state = states.get(uid)
                # without a response about this very job, nothing is known
                if state and self.misses[uid] >= (3 if state.deleted else 10):
                    self.gone.add(uid)

    @property
    def must_have_ended(self) -> set[str]:
        return self.unfinished_seen | self.named


def check(cloud: FakeCloud, result: WaitResult, appear: float, fail_on_failure: bool) -> None:
    oracle = Oracle(cloud)
    kind = result.error.kind if result.error else "success"
    event(kind)
    waited_for = {job["id"]: job for job in result.waited_for if job["id"]}
    if kind in ("success", "job_failed"):
        for uid in oracle.must_have_ended:
            assert oracle.last.get(uid) or (uid in oracle.gone and uid not in oracle.named), uid
            assert uid in waited_for
            assert waited_for[uid]["finished"] or (waited_for[uid]["status"] is None and uid in oracle.gone)
        # all clusters of that name that existed when the last poll began
        assert kind == "job_failed" or cloud.polled_clusters >= cloud.clusters_at(cloud.polled_at)
        # nothing in the last list that worked was unfinished
        assert not any(not job["finished"] for job in result.waited_for if job["status"] is not None)
        failed = [job for job in result.waited_for if job["status"] == "Failed"]
        assert (kind == "job_failed") == bool(fail_on_failure and failed)
        if oracle.named or appear:
            assert oracle.last or result.poll
    elif kind == "timeout":
        assert cloud.clock.now >= TIMEOUT * 0.9 or _asks_to_wait_beyond_the_end(cloud)
        assert all(not job["finished"] for job in result.unfinished)
        assert {job["id"] for job in result.unfinished} <= {*waited_for, None}
    elif kind == "not_found" and result.error and result.error.http_status is None:
        assert (oracle.named & oracle.gone) or cloud.clock.now >= appear
    else:
        # an error of the network: before the first poll that works, or one that does not pass
        assert result.error and (not cloud.shown or not result.error.transient)
    keys = [((job["created_at"] or ""), job["id"] or "") for job in result.waited_for]
    assert keys == sorted(keys, reverse=cloud.query.order == "newest")


def _asks_to_wait_beyond_the_end(cloud: FakeCloud) -> bool:
    return any((outage.error.retry_after or 0) + cloud.clock.now >= TIMEOUT for outage in cloud.outages)


@examples(1000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=clouds())
def test_no_history_makes_a_wait_lie(history: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    known = ("jobs", "outages", "query", "created_again", "can_ask", "asks_at_most")
    cloud = FakeCloud(clock, **{name: history[name] for name in known})
    options = {name: history[name] for name in ("appear", "fail_on_failure", "interval")}
    result = cloud.wait(timeout=TIMEOUT, **options)
    check(cloud, result, history["appear"], history["fail_on_failure"])
    assert clock.now <= TIMEOUT + 1
    begun = [note for note in cloud.recorded.notes if note.startswith("Polling failed")]
    ended = [note for note in cloud.recorded.notes if note.startswith("Polling works")]
    assert 0 <= len(begun) - len(ended) <= 1
