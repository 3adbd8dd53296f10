# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as AnyModule
from ansible.utils.display import Display

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._json_stream import no_garbage_collection
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._progress import followed


class ActionModule(AnyModule):
    """Runs the module like any other, and with C(-v) shows what it says while it still runs.

    Only a module that runs on the controller can be heard, not one behind a connection.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> t.Any:
        # Ansible parses all code that it sends, and all jobs that come back
        with no_garbage_collection():
            return self._heard(tmp, task_vars)

    def _heard(self, tmp: str | None, task_vars: dict[str, t.Any] | None) -> t.Any:
        display = Display()
        shell = self._connection._shell
        heard = self._connection.transport == "local" and not self._task.async_val and not self._task.no_log
        if not heard or display.verbosity == 0:
            return super().run(tmp, task_vars)
        if shell.tmpdir is None:
            self._make_tmp_path()
        host = (task_vars or {}).get("inventory_hostname")
        with followed(shell.tmpdir, lambda sentence: display.v(sentence, host=host)):
            return super().run(tmp, task_vars)
