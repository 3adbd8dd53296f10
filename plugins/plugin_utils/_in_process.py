# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Runs a task of ``jobs_info`` in the controller process, and does for it what Ansible does for a module."""

from __future__ import annotations

import typing as t

from ..module_utils._report import Report
from ..module_utils._secrets import register_secret
from ..module_utils._service.task import Result, run_task
from ._working_folder import working_in

__all__ = ("run_in_process", "working_in")


def run_in_process(
    typed: t.Mapping[str, t.Any], check_mode: bool, show: t.Callable[[str], None], show_options: bool
) -> Result:
    """The result that the module would return.

    Args:
        typed: options of the task, by name or alias, unconverted.
        check_mode: whether the task runs in check mode.
        show: shows a message while the task runs; ``log`` in the result contains all of them.
        show_options: whether the result contains the options.
    """
    warnings: list[str] = []
    result = run_task(typed, check_mode, Report(warning=warnings.append, info=show, secret=register_secret))
    if not show_options:
        del result["invocation"]
    if warnings:
        result["warnings"] = warnings
    return result
