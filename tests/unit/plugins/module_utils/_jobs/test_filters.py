# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which jobs a query selects."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import (
    chain,
    failure,
    ids,
    raw_job,
)

ESTATE = [
    raw_job(
        id="a",
        type="CreateCluster",
        status="Success",
        cluster_id="c1",
        resource_id="r1",
        resource_name="one",
        created_at="2025-09-01 00:00:00 +0000 UTC",
    ),
    raw_job(
        id="b",
        type="ScaleupCluster",
        status="failed",
        cluster_id="c1",
        resource_id="r2",
        resource_name="two",
        created_at="2025-09-02T02:00:00+02:00",
    ),
    raw_job(id="c", type="scaleupcluster", status="Running", cluster_id="c2", created_at="2025-09-03T00:00:00Z"),
    raw_job(id="d", type="DeleteNode", status="Paused", cluster_id="C1", resource_name="One"),
    {},
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "abcd?"),
        ({"status": ("FAILED",)}, "b"),
        ({"status": ("success", "Paused")}, "ad"),
        ({"cluster_id": ("c1",)}, "ab"),
        ({"cluster_id": ("c2", "C1")}, "cd"),
        ({"type": ("scaleupCLUSTER",)}, "bc"),
        ({"type": ("createcluster", "DeleteNode", "nothing")}, "ad"),
        ({"id": ("b", "d")}, "bd"),
        ({"id": ("B",)}, ""),
        ({"resource_id": ("r1", "r2")}, "ab"),
        ({"resource_id": ("R1",)}, ""),
        ({"resource_name": ("one",)}, "a"),
        ({"resource_name": ("on",)}, ""),
        ({"finished": True}, "ab"),
        ({"finished": False}, "cd?"),
        ({"created_after": "2025-09-02T00:00:00.000000Z"}, "bc"),
        ({"created_after": "2025-09-02T00:00:00.000001Z"}, "c"),
        ({"created_before": "2025-09-02T00:00:00.000000Z"}, "a"),
        ({"created_before": "2025-09-02T00:00:00.000001Z"}, "ab"),
        ({"created_after": "2025-09-02T00:00:00.000000Z", "created_before": "2025-09-03T00:00:00.000000Z"}, "b"),
        ({"cluster_id": ("c1",), "status": ("Failed", "Running")}, "b"),
        ({"cluster_id": ("c1",), "finished": False}, ""),
    ],
    ids=str,
)
def test_filters(query: dict[str, t.Any], expected: str) -> None:
    assert sorted(id or "?" for id in ids(ESTATE, **query)) == sorted(expected)


def test_flat_filters_every_job_on_its_own() -> None:
    raw = failure("a", failure("b", failure("c", reason="r", status="Success")), status="Running")
    assert ids([raw], subjobs="flat", status=("failed",)) == ["b"]
    assert ids([raw], subjobs="flat", type=("type c", "type a"), order="oldest") == ["a", "c"]
    assert ids([raw], subjobs="flat", limit=2, order="oldest") == ["a", "b"]


@pytest.mark.parametrize("subjobs", ["nested", "none"])
def test_subjobs_that_are_no_items_are_not_filtered(subjobs: str) -> None:
    raw = failure("a", failure("b", reason="r"))
    assert ids([raw], subjobs=subjobs, id=("b",)) == []
    [job] = select([raw], Query(subjobs=subjobs, id=("a",))).jobs
    assert job["root_cause"]["id"] == "b"
    assert [subjob["id"] for subjob in job["subjobs"]] == (["b"] if subjobs == "nested" else [])


def test_fetched_counts_the_jobs_at_the_top_before_any_filter() -> None:
    assert select([chain(3), chain(2)], Query(subjobs="flat", limit=1, id=("1",))).fetched == 2


@pytest.mark.parametrize(
    ("wanted", "statuses", "there"),
    [
        (("Pausd",), ["Success", "paused", "Success"], "Success, paused"),
        (("Pausd",), [None, 1], "none"),
        (("Pausd",), [], "none"),
        (("PAUSED",), ["Success", "paused"], None),
        (("Failed", "initializing"), ["Success"], None),
        ((), ["Success"], None),
    ],
)
def test_a_status_that_is_neither_known_nor_there_is_named(
    wanted: tuple[str, ...], statuses: list[t.Any], there: str | None
) -> None:
    warnings = select([raw_job(status=status) for status in statuses], Query(status=wanted, id=("x",))).warnings
    assert [warning for warning in warnings if "number" not in warning] == (
        [f"No job has status 'Pausd'. Known: Initializing, Running, Failed, Success. Present: {there}."]
        if there
        else []
    )


def test_only_the_statuses_that_are_not_there_are_named() -> None:
    raw = failure("a", failure("b", status="Paused"))
    query = Query(status=("Nowhere", "paused", "Failed", "Elsewhere"))
    assert [warning.split("'")[1] for warning in select([raw], query).warnings] == ["Nowhere", "paused", "Elsewhere"]
    flat = Query(status=query.status, subjobs="flat")
    assert [warning.split("'")[1] for warning in select([raw], flat).warnings] == ["Nowhere", "Elsewhere"]
