# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words and phrases that make a text hard to read, or that are not American English, stay out of the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Regular expression (a space matches any white space, also between lines of a comment), and what to write instead
REPLACEMENTS = {
    r"(?<!there\s)is no(?! longer)": "is not a, or not found",
    r"anew|once more": "again",
    r"mostly": "usually",
    r"tells?|telling|told": "report, show, set, specify",
    r"answer(?:s|ed|ing)?": "response, return",
    r"blanks?": "space",
    r"upper and lower case": "case",
    r"whole numbers?": "integer",
    r"(?:stands?|standing) (?:in|for|behind|below|beside|there)|lies? (?:in|below|beside)": "is in",
    r"left-?overs?|left over": "stray",
    r"half a (?:credential|login)|half of one": "incomplete credentials",
    r"could not be had|no news": "could not be retrieved, polling failed",
    r"ridden out|rides? (?:it )?out": "tolerated, retried",
    r"managed hosts?": "managed node",
    r"of (?:its|their|his) own accord": "automatically",
    r"doors?|rooms?|the house|straight street": "entry points, modules, architecture",
    r"somebody|nobody": "someone, another user, no one",
    r"\"\"\"(?:what|who)": "start the docstring with a noun or a verb",
    r"licence|artefact|catalogue|centre|grey": "license, artifact, catalog, center, gray",
    r"(?:neighb|hon|behavi|fav|col)our\w*": "neighbor, honor, behavior, favor, color",
    r"(?:normal|serial|summar|organ|recogn|initial|real)is(?:e|es|ed|ing|ation)": "-ize",
}

# Quoted data, license texts, this list
EXCLUDED = re.compile(r"(?:^|/)fixtures/|^COPYING$|^LICENSES/|\.svg$|^tests/unit/test_language\.py$")

# Files and directories that are checked
CHECKED = (
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "CONTRIBUTING.md",
    "MAINTAINERS.md",
    "README.md",
    "SECURITY.md",
    "changelogs/",
    "docs/benchmark.md",
    "docs/docsite/",
    "docs/recipes/",
    "galaxy.yml",
    "tests/benchmark/",
    "tests/integration/targets/authentication/",
    "tests/integration/targets/cache/",
    "tests/integration/targets/recipes/",
    "tests/integration/targets/secrets/",
    "tests/integration/targets/wait/",
    "tests/unit/benchmark/",
    "tests/unit/plugins/test_guides.py",
)

PATTERNS = {
    re.compile(r"(?<!\w)(?:" + pattern.replace(" ", r"[\s#]+") + r")(?!\w)", re.IGNORECASE): replacement
    for pattern, replacement in REPLACEMENTS.items()
}


def known_files() -> list[str]:
    """Paths of the files that git has or would add, except the excluded ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [name for name in listed.split("\0") if (ROOT / name).is_file() and not EXCLUDED.search(name)]


def findings(text: str) -> list[str]:
    """Line, words and replacement for everything in a text that should be reworded."""
    found = [(match.start(), match[0], new) for pattern, new in PATTERNS.items() for match in pattern.finditer(text)]
    return [f"line {text.count(chr(10), 0, start) + 1}: {old!r} -> {new}" for start, old, new in sorted(found)]


@pytest.mark.parametrize("path", CHECKED)
def test_texts_are_plain_american_english(path: str) -> None:
    files = [name for name in known_files() if name == path or (path.endswith("/") and name.startswith(path))]
    assert files
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in files}
    assert not [f"{name}, {finding}" for name, text in texts.items() for finding in findings(text)]


def test_words_are_found_across_lines_and_in_any_case() -> None:
    assert findings("# Tell it\n# that half a\n# credential") == [
        "line 1: 'Tell' -> report, show, set, specify",
        "line 2: 'half a\\n# credential' -> incomplete credentials",
    ]
    assert not findings("There is no login. It is no longer valid. A storyteller wrote it in half an hour.")
