# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The page: one HTML file with its style, its script, and its data."""

from __future__ import annotations

import base64
import functools
import hashlib
import html
import re
import typing as t
from pathlib import Path

from ...module_utils._text import page_text
from . import markup
from .data import page_data
from .options import read_options
from .rows import milliseconds, read_rows

SCRIPTS = ("model", "view", "chart", "details", "table", "pointer", "main")
"""The files of the script, in the order in which they follow each other in one function."""

STYLES = ("base", "chart", "job", "table", "media")
"""The files of the style, in the order in which later rules override earlier ones."""

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{\{ (\w+) \}\}")


class Assets(t.NamedTuple):
    """The fixed parts of each page."""

    template: str
    style: str
    script: str


def timeline(jobs: t.Any, options: t.Mapping[str, t.Any]) -> str:
    """Return the page as HTML. The same jobs, title, lanes, and ``now`` give the same text.

    Args:
        jobs: an iterable of jobs in the form that ``jobs_info`` returns.
        options: ``title``, ``lanes``, and ``now``; see ``options.py``.

    Raises ``CceError`` for wrong jobs and options.
    """
    chosen = read_options(options)
    now = milliseconds(chosen.now)
    rows = read_rows(jobs)
    parts = assets()
    values = {
        "title": html.escape(page_text(chosen.title)),
        "policy": _policy(parts),
        "style": parts.style,
        "script": parts.script,
        "subtitle": markup.subtitle(rows, now),
        "counts": markup.counts(rows.rows),
        "failures": markup.failures(rows.rows),
        "data": page_data(rows.rows, now, chosen.lanes),
        "table": markup.table(rows.rows, now),
    }
    # in one pass, so that text that looks like a slot stays text
    return _SLOT.sub(lambda match: values[match[1]], parts.template)


@functools.lru_cache(maxsize=1)
def assets() -> Assets:
    """Read the files of the page."""
    scripts = [_text("script", f"{name}.js") for name in SCRIPTS]
    styles = [_text("style", f"{name}.css") for name in STYLES]
    return Assets(
        _text("page.html"),
        "\n" + "\n".join(styles),
        '\n"use strict";\n(() => {\n' + "\n".join(scripts) + "})();\n",
    )


def _text(*path: str) -> str:
    return _HERE.joinpath(*path).read_text(encoding="utf-8")


def _policy(parts: Assets) -> str:
    """Return a Content-Security-Policy that allows the style and the script of the page, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_hash(parts.style)}'; script-src '{_hash(parts.script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
