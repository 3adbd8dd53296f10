# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of the documentation that list things in the repository: the recipes, and the messages of the plugins."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECIPES = ROOT / "playbooks"
PLUGINS = ROOT / "plugins"
# Its texts are parts of a page, and no messages
MARKUP = PLUGINS / "plugin_utils" / "_timeline" / "markup.py"
REPOSITORY = "https://github.com/opentelekomcloud/ansible-collection-cce"

TOPICS: dict[str, tuple[str, ...]] = {
    "options": ("module_utils/_options/", "module_utils/_service/request", "module_utils/_jobs/timestamps"),
    "clouds-yaml": ("module_utils/_auth/clouds",),
    "login": ("module_utils/_auth/",),
    "connection": ("module_utils/_http/", "module_utils/_api/"),
    "waiting": ("module_utils/_service/wait",),
    "jobs": ("module_utils/_jobs/", "module_utils/_service/"),
    "sharing": ("plugin_utils/_list_cache",),
    "filters": ("filter/", "plugin_utils/_timeline"),
    "other": ("",),
}
"""Messages by topic: how the paths of files begin that contain them. The first topic that fits counts."""


def url_of(file: Path) -> str:
    """The URL of a file of the repository on GitHub."""
    return f"{REPOSITORY}/blob/main/{file.relative_to(ROOT).as_posix()}"


class Recipe(t.NamedTuple):
    """A playbook of the collection, as its first comment describes it."""

    file: Path
    summary: str
    """One sentence."""
    command: str
    """How to run it, several lines if something else comes first."""

    @property
    def name(self) -> str:
        return self.file.stem


def recipe(file: Path) -> Recipe:
    """Read the comment at the top of a playbook.

    Raises:
        ValueError: when it does not begin with a sentence that is followed by a command.
    """
    _license, _empty, rest = file.read_text(encoding="utf-8").partition("\n\n")
    top = re.match(r"(?P<summary>(?:# \S.*\n)+)#\n(?P<command>(?:#   .+\n)+)#\n", rest)
    if not top:
        raise ValueError(f"{file.name} does not begin with a sentence and a command")
    summary = re.sub(r"^# |\n# ", " ", top["summary"]).strip()
    return Recipe(file, summary, re.sub(r"^#   ", "", top["command"], flags=re.MULTILINE).strip())


def recipes() -> list[Recipe]:
    return [recipe(file) for file in sorted(RECIPES.glob("*.yml"))]


def recipe_list(link: t.Callable[[str, Path], str]) -> list[str]:
    """A line for each recipe, as an item of a list.

    Args:
        link: makes a link from a text and a file of the repository.
    """
    return [f"* {link(found.name, found.file)}: {found.summary}" for found in recipes()]


def benchmark() -> list[str]:
    """The main figures of the benchmark, as items of a list in Markdown."""
    page = (ROOT / "docs" / "benchmark.md").read_text(encoding="utf-8")
    return re.findall(r"^- .+$", page.partition("<!-- /summary -->")[0], re.MULTILINE)


# ---------------------------------------------------------------------------------------------------------------------
# messages


def topic_of(file: Path) -> str:
    """The topic of the messages in a file of the plugins."""
    path = file.relative_to(PLUGINS).as_posix()
    return next(topic for topic, beginnings in TOPICS.items() if path.startswith(beginnings))


def messages(topic: str) -> list[str]:
    """The sentences and parts of sentences that the plugins can print about a topic, with ``...`` for each value."""
    sources = (file for file in PLUGINS.rglob("*.py") if "doc_fragments" not in file.parts and file != MARKUP)
    files = (file for file in sources if topic_of(file) == topic)
    found = {words for file in files for words in _texts(ast.parse(file.read_text(encoding="utf-8")))}
    return sorted(found, key=lambda words: (words.strip(". ").lower(), words))


def _texts(tree: ast.Module) -> t.Iterator[str]:
    """The texts for users in a file: all of at least three words, except documentation, patterns, and HTML."""
    others = set(map(id, _without_users(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            # the constants in it are parts of the same text
            others |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
    for node in ast.walk(tree):
        if id(node) in others:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "..." for part in node.values)
            words = re.sub(r"(?:\.{3})+(?:\.(?=$|\s))?", "...", "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = node.value
        else:
            continue
        words = words.strip(" ,;")
        is_prose = len(words.split()) >= 3 and len(re.findall(r"\b[a-z]{2,}", words, re.IGNORECASE)) >= 3
        if is_prose and not re.search(r"[\\\[|\n<]|-src ", words):
            yield words


def _without_users(tree: ast.Module) -> t.Iterator[ast.AST]:
    """Texts that are no messages: documentation, defaults, and what exceptions say about a fault of the code."""
    documentation = {"DOCUMENTATION", "EXAMPLES", "RETURN", "DEFAULT_TITLE"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("AssertionError", "TypeError", "ValueError"):
            yield from node.args
        elif isinstance(node, ast.Expr) or (
            isinstance(node, ast.Assign) and documentation & {getattr(target, "id", "") for target in node.targets}
        ):
            yield node.value
