# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of the checkout, as Git knows them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# From what sessions leave here, the table at the end of `make test` takes what was skipped
REPORTS = ROOT / ".venv" / "reports"


def known_files() -> list[str]:
    """Paths, from the root of the checkout, of the files that Git has or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    # Git still lists files that were deleted without "git rm"
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def copy_to(folder: Path) -> None:
    """Copy these files into a Git repository of their own, where none of them is committed yet.

    Without that repository, ansible-test asks the one of the checkout, which ignores the folder, and tests nothing.
    """
    shutil.rmtree(folder, ignore_errors=True)
    for name in known_files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
