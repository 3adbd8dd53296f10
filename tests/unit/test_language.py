# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words and phrases that make a text hard to read, or that are not American English, stay out of the repository."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Regular expression (a space matches any white space, also between lines of a comment), and what to write instead
REPLACEMENTS = {
    r"(?<!there\s)is no(?! longer)": "is not a, or not found",
    r"anew|once more": "again",
    r"mostly": "usually",
    r"tells?|telling|told": "report, show, set, specify",
    r"answer(?:s|ed|ing)?": "response, return",
    r"br[eo]a?k(?:e|en|ing|s)? off": "cut short",
    r"blanks?": "space",
    r"upper and lower case|letter case": "case",
    r"whole numbers?": "integer",
    r"(?:stands?|standing) (?:in|for|behind|below|beside|there)|lies? (?:in|below|beside)": "is in",
    r"left-?overs?|left over": "stray",
    r"half a (?:credential|login)|half of one": "incomplete credentials",
    r"could not be had|no news": "could not be retrieved, polling failed",
    r"ridden out|rides? (?:it )?out": "tolerated, retried",
    r"managed hosts?": "managed node",
    r"of (?:its|their|his) own accord": "automatically",
    r"doors?|rooms?|the house|straight street": "entry points, modules, architecture",
    r"(?:some|any|every)body|(?<!become_user:\s)nobody|whoever": "someone, another user, no one",
    r"beside": "with, next to, in addition to",
    r"ha(?:s|ve) to be": "must be",
    r"stand-?ins?|stranger": "substitute, other",
    r"(?:for )?so many (?:seconds|bytes|characters)|for ever": "that many, forever",
    r"(?:its|their|your) rights": "permissions",
    r"\"\"\"(?:what|who)": "start the docstring with a noun or a verb",
    r"licence|defence|artefact|catalogue|dialogue|centre|grey": "license, artifact, catalog, center, gray",
    r"(?:cancel|label|travel|model|signal)l(?:ed|ing)|judgement|fulfil|whilst": "one l, judgment, while",
    r"(?:neighb|hon|behavi|fav|col)our\w*": "neighbor, honor, behavior, favor, color",
    r"(?:normal|serial|summar|organ|recogn|initial|real)is(?:e|es|ed|ing|ation)": "-ize",
}

# Quoted data, license texts, this list
EXCLUDED = re.compile(r"(?:^|/)fixtures/|^COPYING$|^LICENSES/|\.(?:svg|png)$|^tests/unit/test_language\.py$")

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


def test_texts_are_plain_american_english() -> None:
    files = known_files()
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in files}
    assert not [f"{name}, {finding}" for name, text in texts.items() for finding in findings(text)]


def test_words_are_found_across_lines_and_in_any_case() -> None:
    assert findings("# Tell it\n# that half a\n# credential") == [
        "line 1: 'Tell' -> report, show, set, specify",
        "line 2: 'half a\\n# credential' -> incomplete credentials",
    ]
    assert not findings("There is no login. It is no longer valid. A storyteller wrote it in half an hour.")
