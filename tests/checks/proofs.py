# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A record of which sessions have passed on which tree of files, so that they need not run again."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

# Packages that others release can make an unchanged tree fail
SECONDS_OF_A_DAY = 86400
FILE = Path(".venv", "proven.json")


def clean_tree(root: Path) -> str | None:
    """Git's hash of all files of the current commit; None if the checkout differs from it."""

    def git(*arguments: str) -> str | None:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
        return None if done.returncode else done.stdout.strip()

    return git("rev-parse", "HEAD^{tree}") if git("status", "--porcelain") == "" else None


def key(session: str, python: str) -> str:
    return f"{session} on Python {python}"


def read(root: Path, tree: str | None) -> dict[str, float]:
    """The sessions that have passed on this tree within the last day, and when, in seconds since the epoch."""
    try:
        known = json.loads((root / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    if known["tree"] != tree:
        return {}
    return {name: when for name, when in known["passed"].items() if time.time() - when < SECONDS_OF_A_DAY}


def add(root: Path, tree: str, passed: list[str]) -> None:
    """Remember these sessions, and forget those of other trees."""
    known = {**read(root, tree), **dict.fromkeys(passed, time.time())}
    (root / FILE).write_text(json.dumps({"tree": tree, "passed": known}, indent=1), encoding="utf-8")
