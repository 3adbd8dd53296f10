# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever JSON a list of jobs consists of: no query fails on it, and what comes back keeps the promises."""

from __future__ import annotations

import json
import typing as t
from random import Random

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import JOB_KEYS
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._text import result_text
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import tree
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

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
NAMES = ("a", "b", "A", "Ä", "a\ud800", "a\ufffd", "a\x1b", "CreateCluster")

texts = st.sampled_from(("", *NAMES, *STATUSES, *TIMES)) | st.text(st.characters(exclude_categories=()), max_size=4)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts


ODD: tuple[t.Any, ...] = (None, "", "?", "\ud83d", 0, -1.5, 10**400, True, [], ["a"], {}, {"": [{}]})


def some_blocks(**members: tuple[t.Any, ...]) -> st.SearchStrategy[t.Any]:
    """Blocks of raw jobs: each member with one of its values, with an odd one, or absent.

    They are made once: drawing each member would take most of the time.
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
    extendparam=({"a": "", "\ud83d": ["\ud83d", 1]}, {}, {"a": float("inf")}, {"a\x00": ["\x9f"]}),
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
    cluster_id_of_name=alternatives,
    type=alternatives,
    id=alternatives,
    resource_id=alternatives,
    resource_name=alternatives,
    finished=st.none() | st.booleans(),
    created_after=bounds,
    created_before=bounds,
    completed_after=bounds,
    completed_before=bounds,
    subjobs=st.sampled_from(("nested", "flat", "none")),
    order=st.sampled_from(("newest", "oldest")),
    limit=st.none() | st.integers(1, 4),
)
# A query with many filters selects nothing: usually one or two are in use
FILTERS = (
    "status",
    "cluster_id",
    "cluster_id_of_name",
    "type",
    "id",
    "resource_id",
    "resource_name",
    "finished",
    "created_after",
    "created_before",
    "completed_after",
    "completed_before",
)
few_filters = st.builds(
    lambda query, used: query._replace(**{name: getattr(Query(), name) for name in FILTERS if name not in used}),
    queries,
    st.lists(st.sampled_from(FILTERS), max_size=2),
)

thorough = examples(500, suppress_health_check=list(HealthCheck))

# ---------------------------------------------------------------------------------------------------------------------
# promises

TEXTS = ("id", "type", "status", "reason", "cluster_id", "cluster_name", "resource_id", "resource_name", "parent_id")


def check(job: dict[str, t.Any]) -> None:
    assert tuple(job) == JOB_KEYS
    for key in (*TEXTS, "created_at", "updated_at", "completed_at"):
        assert job[key] is None or (job[key] and isinstance(job[key], str) and job[key] == result_text(job[key]))
    assert isinstance(job["finished"], bool)
    assert isinstance(job["extend_param"], dict)
    assert job["duration"] is None or job["duration"] >= 0
    assert (job["root_cause"] is not None) == (job["status"] == "Failed")
    assert job["root_cause"] is None or list(job["root_cause"]) == ["id", "type", "resource_name", "reason"]
    for subjob in job["subjobs"]:
        assert subjob["finished"] or not job["finished"]
        check(subjob)


def holds(query: Query, job: dict[str, t.Any]) -> bool:
    """The filters again, as the documentation words them, over what users see."""
    seen = {key: result_text(job[key] or "").lower() for key in ("id", "cluster_id", "resource_id", "status", "type")}
    wanted = {key: {result_text(value).lower() for value in getattr(query, key)} for key in seen}
    of_name = {result_text(value).lower() for value in query.cluster_id_of_name}
    return (
        all(not wanted[key] or seen[key] in wanted[key] for key in seen)
        and (not of_name or seen["cluster_id"] in of_name)
        and (not query.resource_name or job["resource_name"] in map(result_text, query.resource_name))
        and (query.finished is None or job["finished"] is query.finished)
        and inside(job["created_at"], query.created_after, query.created_before)
        and inside(job["completed_at"], query.completed_after, query.completed_before)
    )


def inside(time: str | None, after: t.Any, before: t.Any) -> bool:
    if after is None and before is None:
        return True
    return time is not None and (after is None or time >= after) and (before is None or time < before)


def everything(raw_jobs: list[t.Any], query: Query) -> list[dict[str, t.Any]]:
    """All jobs that the filters of the query apply to, in its form, in the order of the list."""
    tops = [job for raw in raw_jobs for job in select([raw], Query()).jobs]
    jobs = [job for top in tops for job in tree(top)] if query.subjobs == "flat" or query.id else tops
    return jobs if query.subjobs == "nested" else [{**job, "subjobs": []} for job in jobs]


def in_order(jobs: list[dict[str, t.Any]], query: Query) -> list[dict[str, t.Any]]:
    dated = [job for job in jobs if job["created_at"]]
    undated = [job for job in jobs if not job["created_at"]]
    newest = query.order == "newest"
    return sorted(dated, key=sort_key, reverse=newest) + sorted(undated, key=sort_key, reverse=newest)


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
    assert len(selection.warnings) <= 7 + len(query.status) + len(query.type)
    assert all(warning.replace("\ufffd", "").isprintable() for warning in selection.warnings)
    json.dumps([selection.jobs, selection.warnings], ensure_ascii=False, allow_nan=False).encode("utf-8")


@thorough
@given(lists, few_filters)
def test_a_query_is_filter_order_and_limit_over_all_jobs(raw_jobs: list[t.Any], query: Query) -> None:
    expected = [job for job in everything(raw_jobs, query) if holds(query, job)]
    assert select(raw_jobs, query).jobs == in_order(expected, query)[: query.limit]
