# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many examples property tests try."""

from __future__ import annotations

import os
import typing as t

from hypothesis import settings

SHARE = float(os.environ.get("CCE_EXAMPLES", "1"))
"""``make test-all`` sets this: all examples are tried on one Python, and fewer on each of the others."""


def examples(count: int, **others: t.Any) -> settings:
    """Settings for a property test."""
    return settings(max_examples=max(1, round(count * SHARE)), database=None, **others)
