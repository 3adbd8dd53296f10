# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A task of ``jobs_info``, from its options to its result, in whatever process it runs."""

from __future__ import annotations

import gc
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

from .._errors import CceError
from .._jobs.summary import summarize
from .._report import Report
from .find import find_jobs
from .options import MODULE
from .request import read_request

Result = dict[str, t.Any]


def run_task(typed: t.Mapping[str, t.Any], check_mode: bool, report: Report) -> Result:
    """The result of the task as the module's RETURN describes it, after a failure with ``failed``.

    Args:
        typed: options of the task, by name or alias, unconverted. None means not given.
        check_mode: whether the task runs in check mode, where it does not wait.
        report: where messages go. Those for ``-v`` are in the result as well.
    """
    log: list[str] = []

    def info(sentence: str) -> None:
        log.append(sentence)
        report.info(sentence)

    try:
        request = read_request(MODULE, typed, {})
        if check_mode:
            request = request._replace(wait=None)
        if request.wait:
            # entry points turn garbage collection off for a task that is over soon, and this one is not
            gc.enable()
        found = find_jobs(request, "jobs_info", report._replace(info=info))
    except CceError as error:
        return failure(error, typed, log)
    result: Result = {
        "jobs": found.jobs,
        "summary": summarize(found.jobs),
        "fetched": found.fetched,
        "project_id": found.project_id,
        **_waited_for_nothing(typed),
    }
    if found.waited_for is not None:
        result["waited_for"] = found.waited_for
    if found.error:
        return {**failure(found.error, typed, log), **result}
    return {"changed": False, "log": log, **result}


def failure(error: CceError, typed: t.Mapping[str, t.Any], log: list[str]) -> Result:
    """The result of a failed task."""
    return {
        "failed": True,
        "msg": str(error),
        "error": error.as_dict(),
        "log": log,
        **_waited_for_nothing(typed),
    }


def _waited_for_nothing(typed: t.Mapping[str, t.Any]) -> Result:
    """The part of the result that a task with ``wait`` always has, so that a playbook can rely on it."""
    # the option may be invalid, like any other
    return {"waited_for": []} if boolean(str(typed.get("wait")), strict=False) else {}
