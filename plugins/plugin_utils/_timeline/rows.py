# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From jobs as users have them to checked rows with safe text."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from ...module_utils._errors import CceError
from ...module_utils._jobs import timestamps
from ...module_utils._jobs.normalize import Job
from ...module_utils._jobs.payload import describe, is_normalized
from ...module_utils._jobs.raw_job import MAX_LEVELS
from ...module_utils._jobs.select import in_order
from ...module_utils._text import page_text

MAX_JOBS = 20_000
"""Jobs on one page. A browser lays out this many in some seconds."""

_EPOCH = datetime(1970, 1, 1)
_NORMALIZED_LENGTH = len("0001-01-01T00:00:00.000000Z")


def milliseconds(text: str) -> int:
    """Return the milliseconds from 1970 to a time in the form that ``timestamps.normalize`` returns."""
    passed = datetime.fromisoformat(text[:-1]) - _EPOCH
    return (passed.days * 86400 + passed.seconds) * 1000 + passed.microseconds // 1000


class Cause(t.NamedTuple):
    """The root cause of a failure."""

    id: str
    type: str
    resource: str
    reason: str


class Step(t.NamedTuple):
    """A job or a subjob. Missing text is empty. Times are milliseconds since 1970."""

    id: str
    type: str
    status: str
    finished: bool
    begin: int | None
    end: int | None
    resource: str
    reason: str
    steps: tuple[Step, ...]


class Row(t.NamedTuple):
    """A job with what only the top level shows."""

    job: Step
    cluster: str
    """A name that is unique on the page, or the ID where the name is unknown."""
    project: str
    resource_id: str
    parent_id: str
    cause: Cause | None
    """None unless the job failed."""


class Rows(t.NamedTuple):
    """The newest jobs, newest first."""

    rows: list[Row]
    total: int
    """Number of jobs that were given."""


def read_rows(jobs: t.Any) -> Rows:
    """Check jobs and make all their text safe to show.

    Args:
        jobs: an iterable of jobs in the form that ``jobs_info`` returns, with or without the keys of their project.

    Raises ``CceError`` for anything else.
    """
    checked = _checked(jobs)
    shown = in_order(checked, "newest")[:MAX_JOBS]
    clusters = _cluster_names(shown)
    rows = []
    for number, job in enumerate(shown, 1):
        try:
            rows.append(_row(job, clusters[_cluster_key(job)]))
        except _Malformed as error:
            raise CceError(f"Cannot show job {_name(job, number)}: {error}. {_ADVICE}", "option") from error
    return Rows(rows, len(checked))


class _Malformed(Exception):
    """A value of the wrong type in a job."""


_ADVICE = "Pass raw payloads through opentelekomcloud.cce.normalize_jobs first."


def _checked(jobs: t.Any) -> list[Job]:
    # also what map() and select() of Jinja return, which are not lists
    if isinstance(jobs, (str, bytes, Mapping)) or not isinstance(jobs, Iterable):
        advice = _ADVICE
        if isinstance(jobs, Mapping) and isinstance(jobs.get("jobs"), list):
            advice = "Use its key jobs."
        elif is_normalized(jobs):
            advice = "Put the job in a list, or use query() instead of lookup()."
        raise CceError(f"Cannot show jobs: expected a list of jobs, got {describe(jobs)}. {advice}", "option")
    checked = list(jobs)
    for number, job in enumerate(checked, 1):
        if not is_normalized(job):
            raise CceError(f"Entry {number} of the list is not a job, but {describe(job)}. {_ADVICE}", "option")
    return checked


def _name(job: Job, number: int) -> str:
    return page_text(job["id"])[:100] if isinstance(job["id"], str) else f"number {number}"


def _text(job: Job, key: str) -> str:
    value = job.get(key)
    if isinstance(value, str):
        return page_text(value)
    if value is None:
        return ""
    raise _Malformed(f"{key} must be a string, not {describe(value)}")


def _time(job: Job, key: str) -> int | None:
    value = job[key]
    if value is None:
        return None
    try:
        usual = len(value) == _NORMALIZED_LENGTH and value[-1] == "Z"
        text = value if usual else timestamps.normalize(value)
        return None if text is None else milliseconds(text)
    except (TypeError, ValueError) as error:
        raise _Malformed(f"{key} is not a time") from error


def _step(job: Job, level: int = 1) -> Step:
    subjobs = job["subjobs"]
    if not isinstance(subjobs, list) or not all(map(is_normalized, subjobs)):
        raise _Malformed("subjobs must be a list of jobs")
    steps: tuple[Step, ...] = ()
    if subjobs and level < MAX_LEVELS:
        steps = tuple(_step(subjob, level + 1) for subjob in subjobs)
    return Step(
        _text(job, "id"),
        _text(job, "type"),
        _text(job, "status"),
        bool(job["finished"]),
        _time(job, "created_at"),
        _time(job, "completed_at"),
        _text(job, "resource_name") or _text(job, "resource_id"),
        _text(job, "reason"),
        steps,
    )


def _row(job: Job, cluster: str) -> Row:
    cause = job["root_cause"]
    if cause is not None and not isinstance(cause, Mapping):
        raise _Malformed(f"root_cause must be a dictionary, not {describe(cause)}")
    return Row(
        _step(job),
        cluster,
        _text(job, "project_name") or _text(job, "project_id"),
        _text(job, "resource_id"),
        _text(job, "parent_id"),
        Cause(*(_text(dict(cause), key) for key in ("id", "type", "resource_name", "reason"))) if cause else None,
    )


# of the key of a cluster whose ID is unknown
_WITHOUT_ID = "name "


def _cluster_key(job: Job) -> str:
    return str(job["cluster_id"] or "").lower() or f"{_WITHOUT_ID}{job.get('cluster_name') or ''}"


def _cluster_names(jobs: t.Iterable[Job]) -> dict[str, str]:
    """Return a unique name for each cluster. Its jobs may differ in whether they have the name of the cluster."""
    names: dict[str, str] = {}
    projects: dict[str, str] = {}
    for job in jobs:
        key = _cluster_key(job)
        if not names.get(key):
            names[key] = page_text(str(job.get("cluster_name") or ""))
        if not projects.get(key):
            projects[key] = page_text(str(job.get("project_name") or ""))
    ids = {key: "" if key.startswith(_WITHOUT_ID) else page_text(key) for key in names}
    times = Counter(names.values())
    times_in_project = Counter((name, projects[key]) for key, name in names.items())
    for key, name in names.items():
        # a cluster that was deleted and created again has the same name in the same project
        place = (times_in_project[name, projects[key]] == 1 and projects[key]) or ids[key]
        if not name:
            names[key] = ids[key]
        elif times[name] > 1 and place:
            names[key] = f"{name} ({place})"
    return names
