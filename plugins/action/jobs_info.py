# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import gc
import typing as t

from ansible.plugins.action.normal import ActionModule as AnyModule
from ansible.utils.display import Display


class ActionModule(AnyModule):
    """Runs the module like any other, and on the controller with less ado.

    There, it goes through a pipe, with the credentials in it, and not through files. With C(-v), what it says is shown
    while it still runs. Neither can be had behind a connection.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        if self._connection.transport == "local":
            self._use_pipe(task_vars)
        # Ansible parses all code that it sends and all jobs that come back, and would search all that for garbage
        enabled = gc.isenabled()
        gc.disable()
        try:
            return self._heard(tmp, task_vars)
        finally:
            if enabled:
                # nor afterwards, since the process ends with the task
                gc.freeze()
                gc.enable()

    def _use_pipe(self, task_vars: dict[str, t.Any] | None) -> None:
        """Pipelining, unless somebody decided on it, or becomes another user: some kinds of that want a terminal."""
        _value, origin = self._connection.get_option_and_origin("pipelining", hostvars=task_vars)
        if origin == "default" and not self._connection.become:
            self._connection.set_option("pipelining", True)

    def _heard(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> t.Any:
        display = Display()
        shell = self._connection._shell
        heard = self._connection.transport == "local" and not self._task.async_val and not self._task.no_log
        if not heard or display.verbosity == 0:
            return super().run(tmp, task_vars)
        # where it is used: Ansible loads this plugin for each play that has the module, and compiles all that it needs
        from ansible_collections.opentelekomcloud.cce.plugins.module_utils._progress import followed

        if shell.tmpdir is None:
            self._make_tmp_path()
        host = (task_vars or {}).get("inventory_hostname")
        with followed(shell.tmpdir, lambda sentence: display.v(sentence, host=host)):
            return super().run(tmp, task_vars)
