# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Raw jobs: the objects that the API sends, and how their fields are read.

The API reference marks no member of a job as mandatory, and published responses lack whole blocks. So nothing here
relies on the presence or the type of a member: what cannot be read is None and becomes a warning.
"""

from __future__ import annotations

import typing as t

from . import timestamps
from .diagnostics import Diagnostics, mismatch

RawJob = dict[str, t.Any]
T = t.TypeVar("T")

# A raw job, the ID of its parent, and its level: a plain tuple, since a named tuple makes it half as expensive again to
# look at a job and drop it.
Candidate = tuple[RawJob, t.Optional[str], int]

MAX_LEVELS = 32
"""Levels of a job tree that are read, including the top one; real trees have three (ScaleupCluster, CreateNode, …)."""

STATUSES = {"initializing": "Initializing", "running": "Running", "failed": "Failed", "success": "Success"}
"""Documented values by their lower-case spelling (OTC CCE API reference, "Obtaining the Job List")."""

FINISHED = {"initializing": False, "running": False, "failed": True, "success": True}
"""Whether a job with a documented status has ended, by the lower-case spelling of the status."""

_FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    # our key: block of the raw job and the names in it; v2 first, then v3 ShowJob and the SDKs of Huawei Cloud
    "id": ("metadata", ("uid",)),
    "type": ("spec", ("type",)),
    "status": ("status", ("status", "phase")),
    "reason": ("status", ("reason", "message")),
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


def read_text(raw: RawJob, key: str, diagnostics: Diagnostics) -> str | None:
    """Return a text under one of our keys, None when it is missing, null, empty, or not a string."""
    # the usual case first, because this runs for each of 100,000 jobs
    block_name, names = _FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        usual = block.get(names[0])
        if isinstance(usual, str) and usual and usual.isascii():
            return usual
    text = _read(raw, key, str, diagnostics)
    return text if text is None or text.isascii() else clean(text)


def read_time(raw: RawJob, key: str, diagnostics: Diagnostics) -> str | None:
    """Return a normalized time under one of our keys, None when it is missing or not a time."""
    text = _read(raw, key, str, diagnostics)
    if text is None:
        return None
    try:
        return timestamps.normalize(text)
    except ValueError as error:
        diagnostics.problem(f"{_name(raw)}: ignoring {key} ({error}).")
        return None


def read_mapping(raw: RawJob, key: str, diagnostics: Diagnostics) -> dict[str, t.Any]:
    """Return a copy of an object under one of our keys, an empty one when it is missing or not an object."""
    value = _read(raw, key, dict, diagnostics) or {}
    try:
        if "".join((*value, *value.values())).isascii():
            return dict(value)
    except TypeError:
        # not only strings
        pass

    def copy(value: t.Any, level: int) -> t.Any:
        if isinstance(value, str):
            return value if value.isascii() else clean(value)
        if isinstance(value, (dict, list)) and level > MAX_LEVELS:
            # The documented type is a map of strings to strings, so nothing real is lost. Ansible fails on values that
            # are nested far deeper.
            diagnostics.problem(f"{_name(raw)}: ignoring {key} below level {MAX_LEVELS}.")
            return None
        if isinstance(value, dict):
            return {clean(name): copy(entry, level + 1) for name, entry in value.items()}
        if isinstance(value, list):
            return [copy(entry, level + 1) for entry in value]
        return value

    return t.cast("dict[str, t.Any]", copy(value, 1))


def read_subjobs(raw: RawJob, level: int, diagnostics: Diagnostics) -> list[RawJob]:
    """Return the subjobs of a job on that level, without entries that are not objects; none below ``MAX_LEVELS``."""
    subjobs = _read(raw, "subjobs", list, diagnostics)
    if not subjobs:
        return []
    if level >= MAX_LEVELS:
        diagnostics.problem(f"{_name(raw)}: ignoring subjobs below level {MAX_LEVELS}.")
        return []
    jobs = [subjob for subjob in subjobs if isinstance(subjob, dict)]
    if len(jobs) < len(subjobs):
        diagnostics.problem(f"{_name(raw)}: ignoring {len(subjobs) - len(jobs)} of its subjobs (not objects).")
    return jobs


def is_finished(raw: RawJob, diagnostics: Diagnostics) -> bool:
    """Return whether a job has ended; for an unknown status, whether it has a completion time."""
    known = FINISHED.get((read_text(raw, "status", diagnostics) or "").lower())
    return read_time(raw, "completed_at", diagnostics) is not None if known is None else known


def candidates(raw_jobs: t.Iterable[t.Any], flat: bool, diagnostics: Diagnostics) -> t.Iterator[Candidate]:
    """Yield the jobs that filters apply to: those of the list or, when ``flat``, also those below them."""
    for number, raw in enumerate(raw_jobs, 1):
        if not isinstance(raw, dict):
            diagnostics.problem(f"Ignoring entry {number} of the job list ({mismatch(dict, raw)}).")
            continue
        diagnostics.fetched += 1
        yield raw, None, 1
        if flat:
            yield from _descendants(raw, 1, diagnostics)


def clean(text: str) -> str:
    """Replace lone surrogates: JSON can express them, but no output of Ansible can."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _descendants(raw: RawJob, level: int, diagnostics: Diagnostics) -> t.Iterator[Candidate]:
    for subjob in read_subjobs(raw, level, diagnostics):
        yield subjob, read_text(raw, "id", diagnostics), level + 1
        yield from _descendants(subjob, level + 1, diagnostics)


def _read(raw: RawJob, key: str, expected: type[T], diagnostics: Diagnostics) -> T | None:
    """Return the first value under the names of one of our keys that is neither null nor empty."""
    block_name, names = _FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        for name in names:
            value = block.get(name)
            if value is not None and value != "":
                if isinstance(value, expected):
                    return value
                diagnostics.problem(f"{_name(raw)}: ignoring {key} ({mismatch(expected, value)}).")
                return None
    elif block is not None:
        diagnostics.problem(f"{_name(raw)}: ignoring {block_name} ({mismatch(dict, block)}).")
    return None


def _name(raw: RawJob) -> str:
    metadata = raw.get("metadata")
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return f"Job {clean(uid)}" if uid and isinstance(uid, str) else "A job without an ID"
