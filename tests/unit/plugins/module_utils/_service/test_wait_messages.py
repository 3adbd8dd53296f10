# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences about jobs that were waited for: each has the facts that a reader needs, and no others."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.wait_messages import (
    called,
    enumerated,
    job_failed,
    not_found,
    timed_out,
    with_cause,
    with_status,
)


def job(uid: str | None = "a", status: str | None = "Failed", **more: t.Any) -> dict[str, t.Any]:
    return {
        "id": uid,
        "type": "CreateNode",
        "status": status,
        "resource_name": f"node-{uid}",
        "root_cause": None,
        "completed_at": None,
        "updated_at": None,
        **more,
    }


def cause(uid: str = "a", **more: t.Any) -> dict[str, t.Any]:
    return {"id": uid, "type": "InstallNode", "resource_name": f"node-{uid}", "reason": "No quota.", **more}


# ---------------------------------------------------------------------------------------------------------------------
# a job


@pytest.mark.parametrize(
    ("known", "name"),
    [
        ({"resource_name": "node", "cluster_name": "shop", "cluster_id": "1"}, "node"),
        ({"resource_name": None, "cluster_name": "shop", "cluster_id": "1"}, "shop"),
        ({"resource_name": None, "cluster_name": None, "cluster_id": "1"}, "1"),
        ({}, "an unknown resource"),
    ],
)
def test_a_job_is_called_by_the_best_name_that_is_known(known: dict[str, t.Any], name: str) -> None:
    assert called({"type": "CreateNode", **known}) == f"CreateNode of {name}"
    assert called({"type": None, **known}) == f"A job of {name}"


def test_status() -> None:
    assert "(Running)" in with_status(job(status="Running"))
    assert "(no status)" in with_status(job(status=None))


@pytest.mark.parametrize(
    ("root_cause", "said", "unsaid"),
    [
        (None, "CCE gives no reason", "None"),
        (cause(reason=None), "CCE gives no reason", "None"),
        (cause(), "failed: No quota", "InstallNode"),
        (cause("b"), "InstallNode of node-b: No quota", "CreateNode of node-b"),
        (cause("b", type=None), "failed: No quota", "node-b"),
    ],
)
def test_root_cause(root_cause: t.Any, said: str, unsaid: str) -> None:
    sentence = with_cause(job(root_cause=root_cause))
    assert sentence.startswith("CreateNode of node-a")
    assert said in sentence and unsaid not in sentence and not sentence.endswith(".")


# ---------------------------------------------------------------------------------------------------------------------
# several jobs


@pytest.mark.parametrize(("number", "named"), [(1, 1), (5, 5), (6, 5), (100, 5)])
def test_no_more_than_five_are_named(number: int, named: int) -> None:
    text = enumerated([f"name-{index}" for index in range(number)])
    assert text.count("name-") == named
    assert (f"{number - named} more" in text) is (number > named)


def test_jobs_that_are_not_found() -> None:
    one, two = str(not_found(["a"], 30)), str(not_found(["a", "b"], 0))
    assert "Job a not found" in one and "30 s" in one
    assert "Jobs a, b not found" in two and " s." not in two


DAY = "2026-01-0{}T00:00:00.000000Z".format


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"completed_at": DAY(1), "updated_at": DAY(4)}, {"completed_at": DAY(2), "updated_at": DAY(3)}),
        ({"updated_at": DAY(1)}, {"completed_at": DAY(2)}),
        ({"completed_at": DAY(2)}, {}),
        ({"completed_at": DAY(2)}, {"completed_at": DAY(2)}),
        ({"uid": None}, {}),
    ],
)
def test_the_job_that_failed_first_is_named(first: dict[str, t.Any], second: dict[str, t.Any]) -> None:
    jobs = [job(**{"uid": "a", **first}), job("b", **second), job("c", "Success", completed_at=DAY(1))]
    for given in (jobs, jobs[::-1]):
        sentence = str(job_failed(given))
        assert f"node-{jobs[0]['id']} failed" in sentence and "1 more" in sentence


def test_a_single_failure() -> None:
    assert "more" not in str(job_failed([job(), job("b", "Success")]))
    assert job_failed([job(status="Success"), job("b", "Running")]) is None


# ---------------------------------------------------------------------------------------------------------------------
# a timeout


def test_a_timeout_says_what_failed_meanwhile() -> None:
    jobs = [job(root_cause=cause()), job("b", "Running"), job("c", "Success")]
    sentence = str(timed_out(20, "these", jobs, None))
    assert "20 s: these" in sentence and "node-a failed: No quota" in sentence
    assert "node-b" not in sentence and "node-c" not in sentence and "Polling" not in sentence
    assert "ailed" not in str(timed_out(20, "these", jobs[1:], None))


def test_a_timeout_in_an_outage_says_how_long_and_why() -> None:
    error = CceError("Could not list the jobs: HTTP 503. Try later.", "unavailable")
    sentence = str(timed_out(20, "these", [], (12.4, error)))
    assert "12 s: Could not list the jobs: HTTP 503." in sentence
    assert "Try later" not in sentence and ".." not in sentence
