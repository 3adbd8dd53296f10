# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: it can change at any time, without notice.
# Do not use it outside of opentelekomcloud.cce.

from __future__ import annotations


class ModuleDocFragment:
    """The attributes of all modules: they only read."""

    DOCUMENTATION = r"""
---
options: {}
attributes:
  check_mode:
    description: Returns the same in check mode. The module is read-only.
    support: full
  diff_mode:
    description: The module is read-only and has no differences to show.
    support: N/A
  idempotent:
    description: Never reports a change.
    support: full
  action:
    description: Has an action plugin, so that tasks can run in the controller process.
    support: full
    details:
      - On the controller, in Ansible's own Python and without C(become), C(async), or C(environment), the task runs in
        the process of Ansible, with the same result. The variable V(opentelekomcloud_cce_in_process) turns that off.
  action_group:
    description: Use C(group/opentelekomcloud.cce.all) in C(module_defaults) to set options for all modules.
    support: full
    membership:
      - opentelekomcloud.cce.all
"""
