# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Raw jobs: the objects that the API sends, and how their fields are read.

The API reference marks no member of a job as mandatory, and published responses lack whole blocks. So nothing here
relies on the presence or the type of a member: what cannot be read is None and becomes a warning.
"""

from __future__ import annotations

import math
import typing as t

from .._text import RESERVED, result_key, result_text
from . import timestamps
from .diagnostics import Diagnostics, mismatch

RawJob = dict[str, t.Any]
T = t.TypeVar("T")

# A raw job, the ID of its parent, its level, and whether a job above it has finished: a plain tuple, since with a named
# tuple it costs half as much again to look at a job and drop it.
Candidate = tuple[RawJob, t.Optional[str], int, bool]

MAX_LEVELS = 32
"""Levels of a job tree that are read, including the top one; real trees have three (ScaleupCluster, CreateNode, …)."""

STATUSES = {"initializing": "Initializing", "running": "Running", "failed": "Failed", "success": "Success"}
"""Documented values by their lower-case spelling (OTC CCE API reference, "Obtaining the Job List")."""

TYPES = (
    "CreateCluster",
    "ScaleupCluster",
    "CreateNode",
    "CreateNodeVM",
    "CreateNodeBMS",
    "InstallNode",
    "InstallMaster",
    "GetPSMCert",
    "CreatePSMCert",
)
"""Types of jobs that are public (OTC CCE API reference, "Reading a Job"). There are more."""

FINISHED = {"initializing": False, "running": False, "failed": True, "success": True}
"""Whether a job with a documented status has ended, by the lower-case spelling of the status."""

FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    # our key: block of the raw job and the names in it; v2 first, then v3 ShowJob and the SDKs of Huawei Cloud
    "id": ("metadata", ("uid",)),
    "type": ("spec", ("type",)),
    "status": ("status", ("status", "phase")),
    "reason": ("status", ("reason",)),
    "message": ("status", ("message",)),
    "cluster_id": ("spec", ("clusteruid", "clusterUID", "cluster_uid", "clusterid", "clusterID")),
    "resource_id": ("spec", ("resourceid", "resourceID", "resource_id")),
    "resource_name": ("spec", ("resourcename", "resourceName", "resource_name")),
    "extend_param": ("spec", ("extendparam", "extendParam", "extend_param")),
    "created_at": ("metadata", ("creationTimestamp", "creation_timestamp")),
    "updated_at": ("metadata", ("updateTimestamp", "update_timestamp")),
    "completed_at": ("status", ("completionTime", "completion_time")),
    "parent_id": ("spec", ("ownerJob", "ownerjob", "owner_job")),
    "subjobs": ("spec", ("subjobs", "subJobs", "sub_jobs")),
}
"""Where the value of each key of ours is. ``reason`` of a job is made of ``reason`` and ``message``."""


def candidates(raw_jobs: t.Iterable[t.Any], deep: bool, diagnostics: Diagnostics) -> t.Iterator[Candidate]:
    """Yield the jobs that filters apply to: those of the list and, when ``deep``, those below them."""
    for number, raw in enumerate(raw_jobs, 1):
        if not isinstance(raw, dict):
            diagnostics.not_an_object(number, raw)
            continue
        diagnostics.fetched += 1
        if raw.get("metadata") is None and not _is_job(raw):
            diagnostics.not_a_job()
            continue
        candidate = (raw, None, 1, False)
        yield candidate
        if deep and _may_have_subjobs(raw):
            yield from _descendants(candidate, diagnostics)


def read_subjobs(raw: RawJob, level: int, diagnostics: Diagnostics) -> list[RawJob]:
    """Return the subjobs of a job on that level, without entries that are not jobs; none below ``MAX_LEVELS``."""
    subjobs = _read(raw, "subjobs", list, diagnostics) if _may_have_subjobs(raw) else None
    if not subjobs:
        return []
    if level >= MAX_LEVELS:
        diagnostics.problem(raw, f"ignoring subjobs below level {MAX_LEVELS}")
        return []
    objects = [subjob for subjob in subjobs if isinstance(subjob, dict)]
    if len(objects) < len(subjobs):
        diagnostics.problem(raw, f"ignoring {len(subjobs) - len(objects)} of its subjobs (not objects)")
    jobs = [subjob for subjob in objects if _is_job(subjob)]
    diagnostics.not_a_job(len(objects) - len(jobs))
    return jobs


def read_string(raw: RawJob, key: str, diagnostics: Diagnostics) -> str | None:
    """Return the string under one of our keys as it came, None when it is missing, null, empty, or not a string."""
    # the usual case first, because this runs for each of 100,000 jobs
    block_name, names = FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        usual = block.get(names[0])
        if isinstance(usual, str) and usual:
            return usual
    return _read(raw, key, str, diagnostics)


def read_text(raw: RawJob, key: str, diagnostics: Diagnostics) -> str | None:
    """Return the string under one of our keys as users see it, None when there is none."""
    block_name, names = FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        usual = block.get(names[0])
        if isinstance(usual, str) and usual:
            return usual if usual.isprintable() else result_text(usual)
    text = _read(raw, key, str, diagnostics)
    return text if text is None else result_text(text)


def read_reason(raw: RawJob, diagnostics: Diagnostics) -> str | None:
    """Return why a job is in its state: ``reason``, ``message``, or both where both say something different."""
    reason = read_text(raw, "reason", diagnostics)
    status = raw.get("status")
    if not isinstance(status, dict) or "message" not in status:
        # the usual case, in v2 always
        return reason
    message = read_text(raw, "message", diagnostics)
    if reason is None or message is None or message in reason:
        return reason or message
    return message if reason in message else f"{reason}: {message}"


def read_time(raw: RawJob, key: str, diagnostics: Diagnostics) -> str | None:
    """Return a normalized time under one of our keys, None when it is missing or not a time."""
    text = read_string(raw, key, diagnostics)
    if text is None:
        return None
    try:
        return timestamps.normalize(text)
    except ValueError:
        diagnostics.not_a_time(raw, key, text)
        return None


def read_mapping(raw: RawJob, key: str, diagnostics: Diagnostics) -> dict[str, t.Any]:
    """Return a copy of an object under one of our keys, an empty one when it is missing or not an object."""
    value = _read(raw, key, dict, diagnostics) or {}
    try:
        text = "".join((*value, *value.values()))
        if text.isprintable() and RESERVED not in text:
            return dict(value)
    except TypeError:
        # not only strings
        pass

    def copy(value: t.Any, level: int) -> t.Any:
        if isinstance(value, str):
            return result_text(value)
        if isinstance(value, float) and not math.isfinite(value):
            # Python reads 1e999 as infinity, which JSON cannot express
            diagnostics.problem(raw, f"ignoring a number in {key} (too large)")
            return None
        if isinstance(value, (dict, list)) and level > MAX_LEVELS:
            # The documented type is a map of strings to strings, so nothing real is lost. Ansible fails on values that
            # are nested far deeper.
            diagnostics.problem(raw, f"ignoring {key} below level {MAX_LEVELS}")
            return None
        if isinstance(value, dict):
            return {result_key(str(name)): copy(entry, level + 1) for name, entry in value.items()}
        if isinstance(value, list):
            return [copy(entry, level + 1) for entry in value]
        return value

    return t.cast("dict[str, t.Any]", copy(value, 1))


def is_finished(candidate: Candidate, diagnostics: Diagnostics) -> bool:
    """Return whether a job has ended.

    For an unknown status, that is whether it has a completion time. Whatever is below a finished job has ended: none of
    its steps starts any more, even if its own status still says that it is about to.
    """
    raw, _parent_id, _level, below_finished = candidate
    if below_finished:
        return True
    known = FINISHED.get((read_string(raw, "status", diagnostics) or "").lower())
    return read_time(raw, "completed_at", diagnostics) is not None if known is None else known


def _is_job(raw: RawJob) -> bool:
    return raw.get("metadata") is not None or raw.get("spec") is not None or raw.get("status") is not None


def _may_have_subjobs(raw: RawJob) -> bool:
    # most jobs have none, and this is faster than reading them
    spec = raw.get("spec")
    return not isinstance(spec, dict) or "subjobs" in spec or "subJobs" in spec or "sub_jobs" in spec


def _descendants(parent: Candidate, diagnostics: Diagnostics) -> t.Iterator[Candidate]:
    raw, _parent_id, level, _below_finished = parent
    subjobs = read_subjobs(raw, level, diagnostics)
    if not subjobs:
        return
    own_id, finished = read_text(raw, "id", diagnostics), is_finished(parent, diagnostics)
    for subjob in subjobs:
        candidate = (subjob, own_id, level + 1, finished)
        yield candidate
        yield from _descendants(candidate, diagnostics)


def _read(raw: RawJob, key: str, expected: type[T], diagnostics: Diagnostics) -> T | None:
    """Return the first value under the names of one of our keys that is neither null nor empty."""
    block_name, names = FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        for name in names:
            value = block.get(name)
            if value is not None and value != "":
                if isinstance(value, expected):
                    return value
                diagnostics.problem(raw, f"ignoring {key} ({mismatch(expected, value)})")
                return None
    elif block is not None:
        diagnostics.problem(raw, f"ignoring {block_name} ({mismatch(dict, block)})")
    return None
