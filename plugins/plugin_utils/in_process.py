# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Runs a task of ``jobs_info`` in the controller process, and does for it what Ansible does for a module."""

from __future__ import annotations

import contextlib
import os
import typing as t
from collections.abc import Iterable, Mapping

from ansible.module_utils.common.text.converters import to_text

from ..module_utils._options.ansible_values import plain_text
from ..module_utils._options.validation import passwords_in_urls
from ..module_utils._report import Report
from ..module_utils._secrets import ANSIBLE_MASKS, register_secret
from ..module_utils._service.options import MODULE
from ..module_utils._service.task import Result, run_task

# what Ansible itself shows instead of a secret
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


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
    secrets: set[str] = set()
    warnings: list[str] = []

    def mask(secret: str) -> None:
        secrets.add(secret)
        register_secret(secret)

    for password in passwords_in_urls(typed):
        mask(password)
    result = run_task(typed, check_mode, Report(warning=warnings.append, info=show, secret=mask))
    if show_options:
        result["invocation"] = {"module_args": _invocation(typed)}
    if warnings:
        result["warnings"] = warnings
    return result if ANSIBLE_MASKS else _masked(result, secrets)


def _masked(result: Result, secrets: set[str]) -> Result:
    """The result without secrets, as from a module: responses may repeat what was sent."""
    # only imported where it is needed, because ansible-core 2.22 deprecates it
    from ansible.module_utils.common.parameters import remove_values

    return t.cast(Result, remove_values(result, secrets))


@contextlib.contextmanager
def working_in(folder: str) -> t.Iterator[None]:
    """Make a folder the current one, as it is for a module on the controller. Relative paths begin there.

    Raises:
        OSError: when there is no way into the folder or, later, back.
    """
    # where there is O_PATH, no permission to read the current folder is needed
    before = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def _invocation(typed: t.Mapping[str, t.Any]) -> Result:
    """All options with their values, without secrets."""
    values = {option.name: option.default for option in MODULE.options}
    for name, value in typed.items():
        # an unknown option may be a misspelled secret
        if name in MODULE.canonical and value is not None:
            option = MODULE.by_name[MODULE.canonical[name]]
            values[option.name] = _HIDDEN if option.secret else _as_json(value)
    return values


def _as_json(value: t.Any) -> t.Any:
    """The value in types of JSON, without the metadata of Ansible's own types."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {to_text(key): _as_json(each) for key, each in value.items()}
    text = plain_text(value)
    if text is None and isinstance(value, Iterable):
        return [_as_json(each) for each in value]
    return to_text(value) if text is None else text
