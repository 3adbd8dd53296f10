# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Callbacks for warnings, progress messages and secrets, which each entry point fills in."""

from __future__ import annotations

import typing as t


def _unchanged(text: str) -> str:
    return text


def _never(_text: str) -> bool:
    return False


class Report(t.NamedTuple):
    """How the collection reports to the user before the result is there."""

    warning: t.Callable[[str], None]
    """Shows a sentence, whatever the verbosity."""
    info: t.Callable[[str], None]
    """Shows a sentence with ``-v``."""
    secret: t.Callable[[str], None]
    """Masks a value wherever it might appear from now on."""
    mask: t.Callable[[str], str] = _unchanged
    """Replaces the secrets in a text. Needed before a text is cut: half a secret is not recognized."""
    finds_secret: t.Callable[[str], bool] = _never
    """Whether there is a secret in a text, apart from those that texts contain by chance."""
    temporary: t.Callable[[str], None] | None = None
    """Like ``secret``, for values of single requests, of which early ones are forgotten. None to use ``secret``."""
