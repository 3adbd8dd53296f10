# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits whose jobs disappear from the list, with a fake cloud: what counts as evidence that a job was deleted."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from .fake_cloud import Clock, FakeCloud, FakeJob

A = "aaaaaaaa-83db-11f0-8baa-0255ac10003e"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def statuses(jobs: t.Iterable[dict[str, t.Any]]) -> set[str | None]:
    return {job["status"] for job in jobs}


def test_a_job_that_was_not_asked_for_does_not_count_as_deleted(clock: Clock) -> None:
    """The list shows nothing for 300 s, and CCE is asked about eight of 100 jobs in each poll."""
    jobs = [FakeJob(f"job-{number}", ends=900, hidden=((5, 300),)) for number in range(100)]
    cloud = FakeCloud(clock, jobs, asks_at_most=8)
    result = cloud.wait(timeout=2000)
    assert result.error is None
    assert statuses(result.waited_for) == {"Success"}
    assert clock.now >= 900
    assert cloud.recorded.warnings == []


def test_many_deleted_jobs_are_noticed_in_the_end(clock: Clock) -> None:
    jobs = [FakeJob(f"job-{number}", deleted=15) for number in range(30)]
    cloud = FakeCloud(clock, jobs, asks_at_most=8)
    result = cloud.wait(timeout=2000)
    assert (result.error, statuses(result.waited_for)) == (None, {None})
    assert len(cloud.recorded.warnings) == 30


@pytest.mark.parametrize("fails", [True, False])
def test_a_job_that_returns_after_it_counted_as_deleted_has_its_outcome(clock: Clock, fails: bool) -> None:
    other = FakeJob("other", ends=165)
    cloud = FakeCloud(clock, [FakeJob(A, ends=120, fails=fails, hidden=((5, 125),)), other], can_ask=False)
    result = cloud.wait(timeout=500, fail_on_failure=True)
    assert (result.error.kind if result.error else None) == ("job_failed" if fails else None)
    assert statuses(result.waited_for) == ({"Failed", "Success"} if fails else {"Success"})
