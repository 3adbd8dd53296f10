# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: it can change at any time, without notice.
# Do not use it outside of opentelekomcloud.cce.

from __future__ import annotations


class ModuleDocFragment:
    """What every module of the collection is able to do; all of them only read."""

    DOCUMENTATION = r"""
---
options: {}
attributes:
  check_mode:
    description: Can run in check mode and says what it would do without changing anything.
    support: full
    details:
      - The module only reads. The result is the same with and without check mode.
  diff_mode:
    description: Shows what has changed, or would change in check mode, when run in diff mode.
    support: N/A
    details:
      - The module changes nothing, so there is no difference to show.
  idempotent:
    description: A second run with the same options, in an otherwise unchanged cloud, reports no change.
    support: full
    details:
      - The module changes nothing, so it never reports a change.
  action_group:
    description: >-
      Use C(group/opentelekomcloud.cce.all) in C(module_defaults) to set options for all modules of this collection.
    support: full
    details:
      - This is the place to give region, project and credentials once for many tasks.
    membership:
      - opentelekomcloud.cce.all
"""
