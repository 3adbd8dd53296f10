# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever JSON a list of jobs consists of: no query fails on it, and what comes back keeps the promises."""

from __future__ import annotations

import json
import typing as t
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import JOB_KEYS
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select

# ---------------------------------------------------------------------------------------------------------------------
# lists

TIMES = (
    "2025-09-02 10:23:38.987955 +0000 UTC",
    "2025-09-02 12:23:38.987955 +0200 CEST",
    "2025-09-02T10:23:38Z",
    " 2024-01-01T00:00:00+08:00",
    "0001-01-01 00:00:00 +0000 UTC",
    "2025-02-30T00:00:00Z",
    "9999-12-31T23:59:59-12:00",
)
STATUSES = ("Success", "Failed", "failed", "Running", "INITIALIZING", "Paused")
NAMES = ("a", "b", "A", "Ä", "a\ud800", "CreateCluster")

texts = st.sampled_from(("", *NAMES, *STATUSES, *TIMES)) | st.text(st.characters(exclude_categories=()), max_size=4)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts


ODD: tuple[t.Any, ...] = (None, "", "?", "\ud83d", 0, -1.5, 10**400, True, [], ["a"], {}, {"": [{}]})


def some_blocks(**members: tuple[t.Any, ...]) -> st.SearchStrategy[t.Any]:
    """Blocks of raw jobs: each member with one of its values, with an odd one, or absent.

    They are made beforehand: drawn one by one, the members would take most of the time.
    """
    random = Random(0)

    def block() -> dict[str, t.Any]:
        drawn = {name: random.choice(values if random.random() < 0.9 else ODD) for name, values in members.items()}
        return {name: value for name, value in drawn.items() if random.random() < 0.8}

    return st.sampled_from([*ODD, *(block() for number in range(300))])


metadata = some_blocks(uid=NAMES, creationTimestamp=TIMES, updateTimestamp=TIMES)
spec = some_blocks(
    type=NAMES,
    clusteruid=NAMES,
    clusterUID=NAMES,
    resourceid=NAMES,
    resourcename=NAMES,
    resourceName=NAMES,
    ownerJob=("", "", "above"),
    extendparam=({"a": "", "\ud83d": ["\ud83d", 1]}, {}),
)
status = some_blocks(status=STATUSES, phase=STATUSES, reason=NAMES, message=NAMES, completionTime=TIMES)


def raw_job(metadata: t.Any, spec: t.Any, status: t.Any, name: str, subjobs: t.Any) -> dict[str, t.Any]:
    return {
        "metadata": metadata,
        "spec": {**spec, name: subjobs} if isinstance(spec, dict) else spec,
        "status": status,
    }


def raw_jobs_with(subjobs: st.SearchStrategy[t.Any]) -> st.SearchStrategy[t.Any]:
    names = st.sampled_from(("subjobs", "subJobs", "sub_jobs"))
    return st.builds(raw_job, metadata, spec, status, names, st.lists(subjobs, max_size=3) | subjobs)


values = st.recursive(
    scalars,
    lambda inner: raw_jobs_with(inner) | st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)
lists = st.lists(raw_jobs_with(raw_jobs_with(values)) | raw_jobs_with(values) | values, max_size=4)

# ---------------------------------------------------------------------------------------------------------------------
# queries

alternatives = st.lists(st.sampled_from(NAMES), max_size=2).map(tuple)
bounds = st.none() | st.sampled_from(
    ("2024-01-01T00:00:00.000000Z", "2025-09-02T10:23:38.000000Z", "2025-09-02T10:23:38.987955Z")
)
queries = st.builds(
    Query,
    status=st.lists(st.sampled_from((*STATUSES, "Nowhere", "\udfff")), max_size=2).map(tuple),
    cluster_id=alternatives,
    # another filter on the same value: the clusters' names are found out elsewhere
    cluster_id_of_name=st.just(()),
    type=alternatives,
    id=alternatives,
    resource_id=alternatives,
    resource_name=alternatives,
    finished=st.none() | st.booleans(),
    created_after=bounds,
    created_before=bounds,
    subjobs=st.sampled_from(("nested", "flat", "none")),
    order=st.sampled_from(("newest", "oldest")),
    limit=st.none() | st.integers(1, 4),
)
# A query of many filters selects nothing: mostly one or two are in use
FILTERS = ("status", "cluster_id", "type", "id", "resource_id", "resource_name", "finished", "created_after")
few_filters = st.builds(
    lambda query, used: query._replace(**{name: getattr(Query(), name) for name in FILTERS if name not in used}),
    queries,
    st.lists(st.sampled_from(FILTERS), max_size=2),
)

thorough = settings(max_examples=2500, deadline=None, database=None, suppress_health_check=list(HealthCheck))

# ---------------------------------------------------------------------------------------------------------------------
# promises

TEXTS = ("id", "type", "status", "reason", "cluster_id", "cluster_name", "resource_id", "resource_name", "parent_id")


def check(job: dict[str, t.Any]) -> None:
    assert tuple(job) == JOB_KEYS
    for key in (*TEXTS, "created_at", "updated_at", "completed_at"):
        assert job[key] is None or (job[key] and isinstance(job[key], str))
    assert isinstance(job["finished"], bool)
    assert isinstance(job["extend_param"], dict)
    assert job["duration"] is None or job["duration"] >= 0
    assert (job["root_cause"] is not None) == (job["status"] == "Failed")
    assert job["root_cause"] is None or list(job["root_cause"]) == ["id", "type", "resource_name", "reason"]
    for subjob in job["subjobs"]:
        check(subjob)


def holds(query: Query, job: dict[str, t.Any]) -> bool:
    """The filters once more, as the documentation words them, over what users see."""
    created = job["created_at"]
    lower = {key: (job[key] or "").lower() for key in ("status", "type")}
    return (
        all(not getattr(query, key) or job[key] in getattr(query, key) for key in ("id", "cluster_id"))
        and all(not getattr(query, key) or job[key] in getattr(query, key) for key in ("resource_id", "resource_name"))
        and all(not getattr(query, key) or lower[key] in map(str.lower, getattr(query, key)) for key in lower)
        and (query.finished is None or job["finished"] is query.finished)
        and (query.created_after is None or (created is not None and created >= query.created_after))
        and (query.created_before is None or (created is not None and created < query.created_before))
    )


def sort_key(job: dict[str, t.Any]) -> tuple[str, str]:
    return job["created_at"] or "", job["id"] or ""


@thorough
@given(lists, queries)
def test_any_query_of_any_list_keeps_the_promises(raw_jobs: list[t.Any], query: Query) -> None:
    selection = select(raw_jobs, query)
    for job in selection.jobs:
        check(job)
        assert query.subjobs == "nested" or not job["subjobs"]
    assert selection.fetched == sum(isinstance(raw, dict) for raw in raw_jobs)
    assert len(selection.warnings) <= 6 + len(query.status)
    json.dumps([selection.jobs, selection.warnings], ensure_ascii=False).encode("utf-8")


@thorough
@given(lists, few_filters)
def test_a_query_is_filter_order_and_limit_over_all_jobs(raw_jobs: list[t.Any], query: Query) -> None:
    everything = select(raw_jobs, Query(subjobs=query.subjobs, order=query.order)).jobs
    assert select(raw_jobs, query).jobs == [job for job in everything if holds(query, job)][: query.limit]
    dated = [job for job in everything if job["created_at"]]
    undated = [job for job in everything if not job["created_at"]]
    newest = query.order == "newest"
    assert everything == sorted(dated, key=sort_key, reverse=newest) + sorted(undated, key=sort_key, reverse=newest)
