# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the CI configurations that the guides show to files, so that linters can check them.

usage: python snippets.py FOLDER
"""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

GUIDES = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
_BLOCK = re.compile(r"^\.\. code-block:: yaml\n   :caption: (\.\S+)\n\n((?:   .*\n|\n)+)", re.MULTILINE)


def main(folder: Path) -> None:
    for guide in sorted(GUIDES.glob("*.rst")):
        for name, text in _BLOCK.findall(guide.read_text(encoding="utf-8")):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
