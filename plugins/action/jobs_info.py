# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import functools
import gc
import sys
import typing as t

from ansible import constants
from ansible.plugins.action.normal import ActionModule as AnyModule
from ansible.utils.display import Display

Result = dict[str, t.Any]
Tell = t.Callable[[str], None]


class ActionModule(AnyModule):
    """Does the task itself where the module would do the same beside it: on the same machine, by the same Python.

    That spares packing, sending and starting the module, which takes longer than what the module does, and keeps
    credentials in this process. Anywhere else the module is run like any other.

    What is sent on the controller goes through a pipe, with the credentials in it, and not through files. With C(-v),
    what a task there says is shown while it still runs. Neither can be had behind a connection.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        variables = task_vars or {}
        tell = functools.partial(self._tell, variables.get("inventory_hostname"))
        # All code that is sent, and all jobs that come back, would be searched for garbage
        enabled = gc.isenabled()
        gc.disable()
        try:
            return self._do(tell, variables) if self._is_here(variables) else self._send(tell, task_vars)
        finally:
            if enabled:
                # nor afterwards, since the process ends with the task
                gc.freeze()
                gc.enable()

    def _is_local(self) -> bool:
        return bool(self._connection.transport == "local" and not self._task.async_val)

    def _is_here(self, variables: dict[str, t.Any]) -> bool:
        """Whether the module in a process of its own would find nothing different."""
        if not self._is_local() or self._connection.become:
            return False
        if self._task.delegate_to:
            variables = variables.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        python = constants.config.get_config_value("INTERPRETER_PYTHON", variables=variables)
        if (
            self._templar.template(python) != sys.executable
            # who wants the files of modules kept wants to look at them
            or constants.DEFAULT_KEEP_REMOTE_FILES
            # where a process that was forked may crash when it looks for proxies, as requests does
            or sys.platform == "darwin"
        ):
            return False
        # last: it is evaluated, and once more for a module that is sent
        environment: dict[str, str] = {}
        self._compute_environment_string(environment)
        return not environment

    def _do(self, tell: Tell, variables: dict[str, t.Any]) -> Result:
        # where it is used, as below: Ansible compiles the files of a collection anew in each process
        from ..plugin_utils.in_process import run_here

        Display().vvv("The module is not sent: Ansible does its task itself.", host=variables.get("inventory_hostname"))
        # before ansible-core 2.21 nobody was asked about it
        setting, show_options = "INJECT_INVOCATION", True
        if constants.config.get_configuration_definition(setting):
            show_options = constants.config.get_config_value(setting, variables=variables)
        return run_here(self._task.args, self._task.check_mode, self._loader.get_basedir(), tell, show_options)

    def _send(self, tell: Tell, task_vars: dict[str, t.Any] | None) -> Result:
        if self._is_local():
            self._use_pipe(task_vars)
        if not self._is_local() or self._task.no_log or Display().verbosity == 0:
            return t.cast(Result, super().run(task_vars=task_vars))
        from ..module_utils._progress import followed

        if self._connection._shell.tmpdir is None:
            self._make_tmp_path()
        with followed(self._connection._shell.tmpdir, tell):
            return t.cast(Result, super().run(task_vars=task_vars))

    def _use_pipe(self, task_vars: dict[str, t.Any] | None) -> None:
        """Pipelining, unless somebody decided on it, or becomes another user: some kinds of that want a terminal."""
        _value, origin = self._connection.get_option_and_origin("pipelining", hostvars=task_vars)
        if origin == "default" and not self._connection.become:
            self._connection.set_option("pipelining", True)

    def _tell(self, host: str | None, sentence: str) -> None:
        """Show a sentence to those who run with C(-v)."""
        if not self._task.no_log:
            Display().v(sentence, host=host)
