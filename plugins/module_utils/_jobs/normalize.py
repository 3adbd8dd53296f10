# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From a raw job to the job that users get."""

from __future__ import annotations

import typing as t

from . import timestamps
from .diagnostics import Diagnostics
from .raw_job import (
    FINISHED,
    STATUSES,
    Candidate,
    read_mapping,
    read_reason,
    read_subjobs,
    read_text,
    read_time,
)

Job = dict[str, t.Any]

JOB_KEYS = (
    "id",
    "type",
    "status",
    "finished",
    "reason",
    "root_cause",
    "project_id",
    "project_name",
    "region",
    "cluster_id",
    "cluster_name",
    "resource_id",
    "resource_name",
    "extend_param",
    "created_at",
    "updated_at",
    "completed_at",
    "duration",
    "parent_id",
    "subjobs",
)
"""The keys of every job, in the order in which they are returned."""


class Origin(t.NamedTuple):
    """The project in which jobs were read. None for what is not known."""

    project_id: str | None = None
    project_name: str | None = None
    region: str | None = None


UNKNOWN = Origin()


class _Cause(t.NamedTuple):
    level: int
    facts: dict[str, t.Any]


def normalize(
    candidate: Candidate,
    subjobs: str = "nested",
    diagnostics: Diagnostics | None = None,
    origin: Origin = UNKNOWN,
) -> Job:
    """Return the job that users get.

    Args:
        candidate: the raw job, the ID of its parent, its level, and whether a job above it has finished.
        subjobs: ``nested`` to keep the subjobs in it.
        diagnostics: gets the problems of its fields, None to drop them.
        origin: where it was read.
    """
    job = _normalize(candidate, diagnostics or Diagnostics(muted=True), origin)[0]
    if subjobs != "nested":
        job["subjobs"] = []
    return job


def _normalize(candidate: Candidate, diagnostics: Diagnostics, origin: Origin) -> tuple[Job, _Cause | None]:
    """Return the job, and the deepest failure in its tree that gives a reason."""
    raw, parent_id, level, below_finished = candidate
    project_id, project_name, region = origin
    status = read_text(raw, "status", diagnostics) or ""
    lower_status = status.lower()
    job_type = read_text(raw, "type", diagnostics)
    resource_name = read_text(raw, "resource_name", diagnostics)
    created_at = read_time(raw, "created_at", diagnostics)
    completed_at = read_time(raw, "completed_at", diagnostics)
    own_id = read_text(raw, "id", diagnostics)
    finished = below_finished or FINISHED.get(lower_status, completed_at is not None)
    children = [
        _normalize((subjob, own_id, level + 1, finished), diagnostics, origin)
        for subjob in read_subjobs(raw, level, diagnostics)
    ]
    job: Job = {
        "id": own_id,
        "type": job_type,
        "status": STATUSES.get(lower_status, status) or None,
        "finished": finished,
        "reason": read_reason(raw, diagnostics),
        "root_cause": None,
        "project_id": project_id,
        "project_name": project_name,
        "region": region,
        "cluster_id": read_text(raw, "cluster_id", diagnostics),
        # the resource of this type of job is the cluster itself
        "cluster_name": resource_name if (job_type or "").lower() == "createcluster" else None,
        "resource_id": read_text(raw, "resource_id", diagnostics),
        "resource_name": resource_name,
        "extend_param": read_mapping(raw, "extend_param", diagnostics),
        "created_at": created_at,
        "updated_at": read_time(raw, "updated_at", diagnostics),
        "completed_at": completed_at,
        "duration": _duration(created_at, completed_at),
        "parent_id": read_text(raw, "parent_id", diagnostics) or parent_id,
        "subjobs": [child for child, cause in children],
    }
    deepest = None
    if children:
        # max() returns the first of equals: of two failures on one level, the one that the API lists first
        deepest = max((cause for child, cause in children if cause), key=lambda cause: cause.level, default=None)
    if job["status"] == "Failed":
        own = _Cause(level, {key: job[key] for key in ("id", "type", "resource_name", "reason")})
        # a copy, because YAML output turns an object that is in two places into an anchor and an alias
        job["root_cause"] = dict((deepest or own).facts)
        if deepest is None and job["reason"]:
            deepest = own
    return job, deepest


def _duration(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    seconds = timestamps.seconds_between(start, end)
    return seconds if seconds >= 0 else None
