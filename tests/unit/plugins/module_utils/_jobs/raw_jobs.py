# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Raw jobs for tests, and what becomes of them."""

from __future__ import annotations

import tracemalloc
import typing as t

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select

CREATED = "2025-09-02 10:00:00 +0000 UTC"
COMPLETED = "2025-09-02 10:01:30.5 +0000 UTC"
EARLIER = "2025-09-02 09:59:59 +0000 UTC"

# Where the value of each key is, under every name that it has (v2, v3, SDKs, clients)
NAMES = {
    "id": ("metadata", "uid"),
    "type": ("spec", "type"),
    "status": ("status", "status phase"),
    "reason": ("status", "reason message"),
    "cluster_id": ("spec", "clusteruid clusterUID cluster_uid clusterid clusterID"),
    "resource_id": ("spec", "resourceid resourceID resource_id"),
    "resource_name": ("spec", "resourcename resourceName resource_name"),
    "extend_param": ("spec", "extendparam extendParam extend_param"),
    "created_at": ("metadata", "creationTimestamp creation_timestamp"),
    "updated_at": ("metadata", "updateTimestamp update_timestamp"),
    "completed_at": ("status", "completionTime completion_time"),
    "parent_id": ("spec", "ownerJob ownerjob owner_job"),
    "subjobs": ("spec", "subjobs subJobs sub_jobs"),
}
SPELLINGS = [(key, block, name) for key, (block, names) in NAMES.items() for name in names.split()]

# The names under which the tests themselves write raw jobs
PLACES = {key: (block, names.split()[0]) for key, (block, names) in NAMES.items()}


def raw_job(**values: t.Any) -> dict[str, t.Any]:
    """A raw job with these values, by our keys."""
    raw: dict[str, t.Any] = {"metadata": {}, "spec": {}, "status": {}}
    for key, value in values.items():
        block, name = PLACES[key]
        raw[block][name] = value
    return raw


def chain(levels: int, **values: t.Any) -> dict[str, t.Any]:
    """A raw job with one subjob, that has one subjob ... so many levels; the ids are the levels."""
    raw = raw_job(id=str(levels), **values)
    for level in range(levels - 1, 0, -1):
        raw = raw_job(id=str(level), subjobs=[raw], **values)
    return raw


def failure(id: str, *subjobs: dict[str, t.Any], reason: str | None = None, status: str = "Failed") -> dict[str, t.Any]:
    return raw_job(
        id=id, type=f"type {id}", resource_name=f"name {id}", status=status, reason=reason, subjobs=[*subjobs]
    )


def job_of(raw: t.Any) -> dict[str, t.Any]:
    """The job that the raw one becomes, without any warning."""
    selection = select([raw], Query())
    assert selection.warnings == []
    [job] = selection.jobs
    return job


def ids(raw_jobs: t.Iterable[t.Any], **query: t.Any) -> list[str | None]:
    return [job["id"] for job in select(raw_jobs, Query(**query)).jobs]


def tree(job: dict[str, t.Any]) -> t.Iterator[dict[str, t.Any]]:
    yield job
    for subjob in job["subjobs"]:
        yield from tree(subjob)


def peak_of(call: t.Callable[[], t.Any]) -> int:
    """Bytes that the call needs at most, its result included."""
    tracemalloc.start()
    try:
        result = call()
        del result
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
