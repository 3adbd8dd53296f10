# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A task of ``jobs_info`` in the process of Ansible that would else send the module: what Ansible does around one."""

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

# what Ansible itself shows in place of a secret
_HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


def run_here(
    typed: t.Mapping[str, t.Any], check_mode: bool, folder: str, tell: t.Callable[[str], None], show_options: bool
) -> Result:
    """The result that the module would return.

    Args:
        typed: options as they stand in the task.
        check_mode: whether the task runs in check mode.
        folder: where relative paths of files begin.
        tell: hears at once what ``log`` in the result tells in the end.
        show_options: whether the options are part of the result.
    """
    secrets: set[str] = set()
    warnings: list[str] = []

    def mask(secret: str) -> None:
        secrets.add(secret)
        register_secret(secret)

    for password in passwords_in_urls(typed):
        mask(password)
    with _working_in(folder):
        result = run_task(typed, check_mode, Report(warning=warnings.append, info=tell, secret=mask))
    if show_options:
        result["invocation"] = {"module_args": _invocation(typed)}
    if warnings:
        result["warnings"] = warnings
    return result if ANSIBLE_MASKS else _masked(result, secrets)


def _masked(result: Result, secrets: set[str]) -> Result:
    """The result without secrets, as a module's: what the cloud says may repeat what was sent."""
    # where it is used: it is deprecated from ansible-core 2.22 on
    from ansible.module_utils.common.parameters import remove_values

    return t.cast(Result, remove_values(result, secrets))


@contextlib.contextmanager
def _working_in(folder: str) -> t.Iterator[None]:
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def _invocation(typed: t.Mapping[str, t.Any]) -> Result:
    """All options with their values, but no secret."""
    values = {option.name: option.default for option in MODULE.options}
    for name, value in typed.items():
        # what is no option may be a misspelt secret
        if name in MODULE.canonical and value is not None:
            option = MODULE.by_name[MODULE.canonical[name]]
            values[option.name] = _HIDDEN if option.secret else _as_json(value)
    return values


def _as_json(value: t.Any) -> t.Any:
    """The value in the types that JSON has, without what Ansible's own types add to it."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {to_text(key): _as_json(each) for key, each in value.items()}
    text = plain_text(value)
    if text is None and isinstance(value, Iterable):
        return [_as_json(each) for each in value]
    return to_text(value) if text is None else text
