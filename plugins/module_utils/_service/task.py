# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A task of ``jobs_info``, from its options to its result, in whatever process it runs."""

from __future__ import annotations

import gc
import typing as t

from .._errors import CceError
from .._jobs.normalize import Job
from .._jobs.summary import summarize
from .._report import Report
from .find import find_jobs
from .options import MODULE
from .request import read_request
from .wait import StillRunning

Result = dict[str, t.Any]


def run_task(typed: t.Mapping[str, t.Any], check_mode: bool, report: Report) -> Result:
    """What the task returns: what RETURN of the module tells, and with a failure ``failed`` as well.

    Args:
        typed: options as they stand in the task, by name or alias, unconverted; None is not given.
        check_mode: whether the task runs in check mode, where there is no wait.
        report: where warnings and notes go; notes are in the result besides.
    """
    log: list[str] = []

    def note(sentence: str) -> None:
        log.append(sentence)
        report.info(sentence)

    try:
        request = read_request(MODULE, typed, {})
        if check_mode:
            request = request._replace(wait=None)
        if request.wait:
            # both processes put garbage collection off for a task that is over soon, which this one is not
            gc.enable()
        answer = find_jobs(request, "jobs_info", report._replace(info=note))
    except CceError as error:
        return {**failure(error, log), **_last_seen(error)}
    return {"changed": False, "log": log, **_found(answer.project_id, answer.jobs, answer.fetched)}


def failure(error: CceError, log: list[str]) -> Result:
    """What every failed task returns."""
    return {"failed": True, "msg": str(error), "error": error.as_dict(), "log": log}


def _last_seen(error: CceError) -> Result:
    """The jobs that a wait did not see the end of; nothing after any other failure."""
    if error.kind != "timeout":
        return {}
    if not isinstance(error, StillRunning) or not error.poll:
        return {}
    return _found(error.poll.project_id, error.poll.unfinished, error.poll.selection.fetched)


def _found(project_id: str | None, jobs: list[Job], fetched: int) -> Result:
    return {"jobs": jobs, "summary": summarize(jobs), "fetched": fetched, "project_id": project_id}
