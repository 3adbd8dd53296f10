# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Text of the cloud, made safe for results, for terminals, and for files; and lists of alternatives.

JSON can express characters that do harm elsewhere: control characters steer a terminal, bidirectional controls reverse
what a reader sees (Unicode Technical Report 36, section 2.6), and lone surrogates cannot be encoded as UTF-8 at all.
"""

from __future__ import annotations

import re
import typing as t

MAX_NAME = 100
"""Characters of a name in a sentence."""

RESERVED = "__ansible_"
"""The beginning of all keys that Ansible reserves."""

_REPLACEMENT = "\ufffd"

# These patterns are compiled at first use, because most tasks have only printable text.

# C0 without tab and line feed, DEL and C1, lone surrogates. A string from JSON has no surrogates in pairs.
_UNFIT_FOR_RESULTS = "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]"

# also tab and line feed, and the bidirectional controls (Unicode Standard Annex 9, section 2)
_UNFIT_FOR_SENTENCES = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"

_UNFIT_FOR_PAGES = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


def result_text(text: str) -> str:
    """Return a text for a result: control characters other than tab and line feed, and lone surrogates replaced."""
    # True for nearly every text, and much faster than a search
    return text if text.isprintable() else re.sub(_UNFIT_FOR_RESULTS, _REPLACEMENT, text)


def result_key(text: str) -> str:
    """Return a text for a key in a result: as ``result_text`` does, and not one that Ansible reserves.

    Ansible takes an object with such a key, as in ``{"__ansible_type": ...}`` from ansible-core 2.19 on or
    ``{"__ansible_vault": ...}`` in its fact caches, for one of its own types, and fails on it.
    """
    return _REPLACEMENT + result_text(text)[1:] if text.startswith(RESERVED) else result_text(text)


def sentence_text(text: str) -> str:
    """Return a text for a message: all control characters, bidirectional controls, and lone surrogates replaced."""
    return text if text.isprintable() else re.sub(_UNFIT_FOR_SENTENCES, _REPLACEMENT, text)


def page_text(text: str) -> str:
    """Return a text for a document: as ``sentence_text`` does, but tab and line feed stay. It is not escaped."""
    return text if text.isprintable() else re.sub(_UNFIT_FOR_PAGES, _REPLACEMENT, text)


def name_text(text: str, mask: t.Callable[[str], str] | None = None) -> str:
    """Return a name for a message: as ``sentence_text`` does, and cut to 100 characters.

    Args:
        text: the name as the cloud sent it.
        mask: replaces secrets. It has to run here because a secret that is cut in two is no longer recognized.
    """
    masked = mask(text) if mask else text
    shown = masked if len(masked) <= MAX_NAME else masked[: MAX_NAME - 3] + "..."
    return sentence_text(shown)


def either(names: t.Sequence[str]) -> str:
    """Return alternatives for a message: "a", "a or b", "a, b, or c". There must be at least one."""
    *others, last = names
    return f"{', '.join(others)}{',' if len(others) > 1 else ''} or {last}" if others else last


def nearest(name: str, known: t.Iterable[str], n: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return up to ``n`` names that are similar to an unknown one, the most similar first; see ``difflib``."""
    # most tasks need no suggestion
    import difflib

    return difflib.get_close_matches(name, list(known), n, cutoff)


def suggestion(name: str, known: t.Collection[str]) -> str:
    """Return advice about an unknown name, as a sentence: the nearest one, or else all of them."""
    near = nearest(name[:MAX_NAME], known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Use {either(sorted(known))}."
