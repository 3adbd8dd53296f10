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
    description: Returns the same in check mode, but does not wait. The module is read-only and never reports a change.
    support: full
  action:
    description: Can run in the process of Ansible. V(opentelekomcloud_cce_in_process=false) turns that off.
    support: full
  action_group:
    description: Use C(group/opentelekomcloud.cce.all) in C(module_defaults).
    support: full
    membership:
      - opentelekomcloud.cce.all
"""
