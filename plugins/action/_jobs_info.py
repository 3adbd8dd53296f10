# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: meta/runtime.yml routes tasks of jobs_info to it.

from __future__ import annotations

import contextlib
import functools
import sys
import typing as t

from ansible import constants
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action.normal import ActionModule as AnyModule
from ansible.release import __version__ as core_version
from ansible.utils.color import ANSIBLE_COLOR
from ansible.utils.display import Display

from ..module_utils._garbage import collection_paused
from ..module_utils._progress import messages_shown

Result = dict[str, t.Any]
Show = t.Callable[[str], None]

SWITCH = "opentelekomcloud_cce_in_process"
"""The Ansible variable that turns the in-process path off."""

# Ansible itself prints the message of a failure first from this version on
_PRINTS_MESSAGE = (2, 19)

# Python code that runs the program on its input
_READ_PROGRAM = 'import sys; exec(compile(sys.stdin.buffer.read(), "<stdin>", "exec"))'

# Where Ansible's own local connection comes from, depending on who loads it
_LOCAL = ("ansible.plugins.connection.local", "ansible_collections.ansible.builtin.plugins.connection.local")


class ActionModule(AnyModule):
    """Runs a task of ``jobs_info`` in this process if a separate process would return the same.

    That saves packing, sending, and starting the module, which takes longer than the module itself, and keeps the
    credentials in this process. If anything is in the way, the module is sent like any other.

    A module that is sent on the controller gets its options through a pipe instead of a file, because they contain
    credentials. With ``-v``, or if someone watches a wait in a terminal, its messages are shown while it runs.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        variables = task_vars or {}
        show = functools.partial(self._show, variables.get("inventory_hostname"))
        with collection_paused(freeze=True):
            result = self._run_in_process(variables, show)
            if result is None:
                result = self._send(task_vars, show)
            self._print_failure(variables.get("inventory_hostname"), result)
            return result

    # in-process

    def _run_in_process(self, variables: dict[str, t.Any], show: Show) -> Result | None:
        """The result of the task, or None if the module must be sent."""
        host = variables.get("inventory_hostname")
        with contextlib.ExitStack() as stack:
            try:
                obstacle = self._obstacle(variables)
                if not obstacle:
                    # 70 ms, which a task whose module is sent does not have to wait for
                    from ..plugin_utils import _in_process as in_process

                    show_options = _are_options_shown(variables)
                    stack.enter_context(in_process.working_in(self._loader.get_basedir()))
            except Exception as error:
                # a strategy plugin may have replaced parts of Ansible, and folders may be closed: see if sending works
                obstacle = f"{type(error).__name__}: {error}"
            if obstacle:
                Display().vvv(f"Sending jobs_info: {obstacle}", host=host)
                return None
            Display().vvv("Running jobs_info in the controller process.", host=host)
            return in_process.run_in_process(self._task.args, self._task.check_mode, show, show_options)

    def _obstacle(self, variables: dict[str, t.Any]) -> str | None:
        """Why a separate process might return something else, or None."""
        if self._task.delegate_to:
            variables = variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        if not boolean(self._templar.template(variables.get(SWITCH, True))):
            return f"{SWITCH} is false"
        if not self._is_local():
            return "the connection is not local"
        if self._task.async_val:
            return "the task runs in the background"
        if self._connection.become:
            return "the task runs as another user"
        if constants.DEFAULT_KEEP_REMOTE_FILES:
            return "ANSIBLE_KEEP_REMOTE_FILES is set"
        if sys.platform == "darwin":
            return "on macOS, a forked process can crash when requests looks up proxies"
        python = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        if self._templar.template(python) != sys.executable:
            return "the task runs in another Python"
        environment: dict[str, str] = {}
        # last, because it evaluates templates, and does so again for a module that is sent
        self._compute_environment_string(environment)
        return "the task sets environment variables" if environment else None

    # sending

    def _send(self, task_vars: dict[str, t.Any] | None, show: Show) -> Result:
        if not self._is_local() or self._task.async_val:
            return t.cast(Result, super().run(task_vars=task_vars))
        with contextlib.ExitStack() as stack:
            try:
                self._use_pipe(task_vars)
                stack.enter_context(self._messages(show))
            except Exception as error:
                # the module works without either of them
                Display().vvv(f"Sending jobs_info like any other module: {type(error).__name__}: {error}")
            return t.cast(Result, super().run(task_vars=task_vars))

    def _use_pipe(self, task_vars: dict[str, t.Any] | None) -> None:
        """Turn pipelining on, unless the user configured it, or becomes another user, which may need a terminal."""
        _value, origin = self._connection.get_option_and_origin("pipelining", hostvars=task_vars)
        if origin == "default" and not self._connection.become:
            self._connection.set_option("pipelining", True)

    def _low_level_execute_command(
        self, cmd: str, *arguments: t.Any, in_data: t.Any = None, **options: t.Any
    ) -> Result:
        if in_data and self._is_local():
            # Python reads a program from a pipe byte by byte, each with a system call: 60 ms for the whole module
            cmd = f"{cmd} -c {self._connection._shell.quote(_READ_PROGRAM)}"
        return t.cast(Result, super()._low_level_execute_command(cmd, *arguments, in_data=in_data, **options))

    def _messages(self, show: Show) -> t.ContextManager[None]:
        """A context in which messages of the module are shown at once."""
        if self._task.no_log or not (Display().verbosity or self._is_watched()):
            return contextlib.nullcontext()
        if self._connection._shell.tmpdir is None:
            self._make_tmp_path()
        return messages_shown(self._connection._shell.tmpdir, show)

    # both

    def _is_local(self) -> bool:
        """Whether the connection is Ansible's own local one: a replacement may lack what is used here."""
        return type(self._connection).__module__ in _LOCAL

    def _is_watched(self) -> bool:
        """Whether the task waits, and its output goes to a terminal.

        Only the main process knows the terminal, and colors its output for that reason, unless the user forces colors.
        """
        waits = boolean(self._task.args.get("wait", False), strict=False)
        return waits and bool(ANSIBLE_COLOR) and not constants.ANSIBLE_FORCE_COLOR

    def _show(self, host: str | None, message: str) -> None:
        if self._task.no_log:
            return
        if Display().verbosity:
            Display().v(message, host=host)
        elif self._is_watched():
            Display().display(f"<{host}> {message}", color=constants.COLOR_VERBOSE)

    def _print_failure(self, host: str | None, result: Result) -> None:
        """Print why a wait failed before Ansible prints the whole result, which contains all jobs."""
        expected = self._task.ignore_errors or self._task.failed_when or self._task.no_log
        prints_itself = tuple(map(int, core_version.split(".")[:2])) >= _PRINTS_MESSAGE
        if result.get("failed") and result.get("waited_for") and not expected and not prints_itself:
            Display().display(f"<{host}> {result['msg']}", color=constants.COLOR_ERROR, stderr=True)


def _are_options_shown(variables: dict[str, t.Any]) -> bool:
    setting = "INJECT_INVOCATION"
    # always, before ansible-core 2.21
    if not constants.config.get_configuration_definition(setting):
        return True
    return bool(constants.config.get_config_value(setting, variables=variables))
