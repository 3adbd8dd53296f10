# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Messages of a wait about jobs, and the errors that it ends with."""

from __future__ import annotations

import typing as t

from .._errors import CceError
from .._jobs.normalize import Job

# Jobs that a sentence names
_MAX_NAMED = 5


def deleted(job: Job) -> str:
    """The message about a job that CCE no longer has."""
    return f"{called(job)} (ID {job['id']}) was deleted before it ended, so its outcome is unknown. Check the resource."


def none_appeared(seconds: float) -> CceError:
    """The error for filters that selected nothing for these seconds."""
    return CceError(
        f"No job that the filters select appeared within {seconds:g} s. Check the filters, or increase wait_appear.",
        "not_found",
    )


def timed_out(limit: float, names: str, jobs: t.Sequence[Job], outage: tuple[float, CceError] | None) -> CceError:
    """The error for a wait that ran out of time.

    Args:
        limit: ``wait_timeout`` in seconds.
        names: what is unfinished.
        jobs: all jobs that were waited for.
        outage: for how many seconds polling has been failing, and why. None when it works.
    """
    parts = [f"Not finished within {limit:g} s: {names}."]
    failed = [job for job in jobs if job["status"] == "Failed"]
    if failed:
        parts.append(f"Failed meanwhile: {enumerated([with_cause(job) for job in failed])}.")
    if outage:
        seconds, error = outage
        parts.append(f"Polling has been failing for {seconds:.0f} s: {_without_advice(error)}.")
    return CceError(" ".join([*parts, "Check these jobs, or increase wait_timeout."]), "timeout")


def _without_advice(error: CceError) -> str:
    """The failure and its cause, without the last sentence, which is about other options than those of the wait."""
    sentence = str(error).rstrip(".")
    return sentence.rpartition(". ")[0] or sentence


def not_found(job_ids: t.Sequence[str], seconds: float) -> CceError:
    which = f"Job {job_ids[0]}" if len(job_ids) == 1 else f"Jobs {enumerated(job_ids)}"
    within = f" within {seconds:g} s" if seconds else ""
    return CceError(f"{which} not found{within}. Check id and the project, or increase wait_appear.", "not_found")


def job_failed(jobs: t.Sequence[Job]) -> CceError | None:
    """The error for the job among these that failed first, None when none failed."""
    failed = [job for job in jobs if job["status"] == "Failed"]
    if not failed:
        return None
    first = min(failed, key=lambda job: (job["completed_at"] or job["updated_at"] or "~", job["id"] or ""))
    others = f" {len(failed) - 1} more failed." if failed[1:] else ""
    return CceError(f"{with_cause(first)}.{others} See root_cause in waited_for.", "job_failed")


def with_cause(job: Job) -> str:
    """A failed job and its root cause, without a period."""
    cause = job["root_cause"] or {}
    reason = (cause.get("reason") or "CCE gives no reason").rstrip(".")
    step = "" if cause.get("id") == job["id"] or not cause.get("type") else f"{called(cause)}: "
    return f"{called(job)} failed: {step}{reason}"


def with_status(job: Job) -> str:
    return f"{called(job)} ({job['status'] or 'no status'})"


def called(job: t.Mapping[str, t.Any]) -> str:
    resource = job.get("resource_name") or job.get("cluster_name") or job.get("cluster_id")
    return f"{job.get('type') or 'A job'} of {resource or 'an unknown resource'}"


def enumerated(names: t.Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join([*names[:_MAX_NAMED], f"{more} more"] if more > 0 else names)
