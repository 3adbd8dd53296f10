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
from .._secrets import Mask, masked
from .find import FoundJobs, find_jobs
from .invocation import mask_of, secrets_in, shown_options
from .options import MODULE
from .request import JobsRequest, read_request

Result = dict[str, t.Any]


def run_task(typed: t.Mapping[str, t.Any], check_mode: bool, report: Report) -> Result:
    """The result of the task as the module's RETURN describes it, after a failure with ``failed``.

    Args:
        typed: options of the task, by name or alias, unconverted. None means not given.
        check_mode: whether the task runs in check mode, where it does not wait.
        report: where messages go. Those for ``-v`` are in the result as well.
    """
    log: list[str] = []
    mask = mask_of(typed)
    learn = masked(report, mask).secret
    for secret in secrets_in(typed):
        learn(secret)

    def info(sentence: str) -> None:
        log.append(sentence)
        report.info(sentence)

    try:
        request = _request(typed, mask)
        if check_mode:
            request = request._replace(wait=None)
        if request.wait:
            # entry points turn garbage collection off for a task that is over soon, and this one is not
            gc.enable()
        found = find_jobs(request, "jobs_info", report._replace(info=info), mask=mask)
    except CceError as error:
        result = _failure(error, typed)
    else:
        result = _found(found, typed, mask)
    return {**result, "log": log, "invocation": _invocation(typed, mask)}


def _request(typed: t.Mapping[str, t.Any], mask: Mask) -> JobsRequest:
    try:
        return read_request(MODULE, typed, {})
    except CceError as error:
        error.reword(mask)
        raise


def _found(found: FoundJobs, typed: t.Mapping[str, t.Any], mask: Mask) -> Result:
    result: Result = {
        "jobs": found.jobs,
        "summary": summarize(found.jobs),
        "fetched": found.fetched,
        "project_id": found.project_id,
        "projects": found.projects,
        **_waited_for_nothing(typed),
    }
    if found.waited_for is not None:
        result["waited_for"] = found.waited_for
    if found.error:
        return {**_failure(found.error, typed), **result}
    return {"changed": False, **result}


def option_failure(typed: t.Mapping[str, t.Any], error: CceError) -> Result:
    """The result of a task that fails because of its options.

    Args:
        typed: options of the task, by name or alias, unconverted.
        error: what is wrong with them.
    """
    mask = mask_of(typed)
    error.reword(mask)
    return {**_failure(error, typed), "log": [], "invocation": _invocation(typed, mask)}


def _failure(error: CceError, typed: t.Mapping[str, t.Any]) -> Result:
    return {"failed": True, "msg": str(error), "error": error.as_dict(), **_waited_for_nothing(typed)}


def _waited_for_nothing(typed: t.Mapping[str, t.Any]) -> Result:
    """The part of the result that a task with ``wait`` always has, so that a playbook can rely on it."""
    # the option may be invalid, like any other
    return {"waited_for": []} if boolean(str(typed.get("wait")), strict=False) else {}


def _invocation(typed: t.Mapping[str, t.Any], mask: Mask) -> Result:
    """The options, as Ansible can add them to the result of a module. One may repeat a secret of another."""
    shown = shown_options(typed)
    return {"module_args": dict(zip(shown, mask.result(list(shown.values()))))}
