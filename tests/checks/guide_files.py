# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that a guide shows: code blocks with a caption, which is the name of the file."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from checks import checkout

GUIDES = checkout.ROOT / "docs" / "docsite" / "rst"


def files_of(guide: str) -> dict[str, str]:
    """The content of each file in a guide, by name."""
    text = (GUIDES / f"{guide}.rst").read_text(encoding="utf-8")
    blocks = re.findall(r"^   :caption: (\S+)\n\n((?:   .*\n|\n)+)", text, re.MULTILINE)
    return {name: textwrap.dedent(block).strip("\n") + "\n" for name, block in blocks}


def write_all(folder: Path) -> None:
    """Write the files of each guide to a folder with its name."""
    for guide in sorted(GUIDES.glob("*.rst")):
        for name, text in files_of(guide.stem).items():
            file = folder / guide.stem / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
