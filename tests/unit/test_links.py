# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Links in texts lead somewhere. The session ``docs`` checks those between the pages of the site.

Files, headings, and pages of this project must exist. Other links are only checked for their form, without network.
"""

from __future__ import annotations

import re
import subprocess
import typing as t
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/opentelekomcloud/ansible-collection-cce"
PICTURES = "https://raw.githubusercontent.com/opentelekomcloud/ansible-collection-cce"
SITE = "https://opentelekomcloud.github.io/ansible-collection-cce/"

# Pages that antsibull-docs adds to the guides
OTHER_PAGES = {"", "index.html", "changelog.html", "environment_variables.html", "search.html"}
SUFFIXES = (".md", ".rst", ".yml", ".py", ".toml", ".cfg", ".j2")
# Quoted data, license texts, made-up hosts
EXCLUDED = re.compile(r"(?:^|/)fixtures/|^COPYING$|^LICENSES/|^tests/|^CODE_OF_CONDUCT\.md$")
# The end of a URL in prose, in Markdown, in YAML, and in reStructuredText
URL = re.compile(r"https?://[^\s<>()\"'`*\\{}|]+[^\s<>()\"'`*\\{}|.,;:]")


def known_files() -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [name for name in listed.split("\0") if (ROOT / name).is_file()]


FILES = known_files()
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in FILES
    if name.endswith(SUFFIXES) and not EXCLUDED.search(name)
}


def anchor(heading: str) -> str:
    """The anchor of a heading, as GitHub and Sphinx make it from plain words."""
    words = re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors_of(name: str) -> set[str]:
    text = TEXTS[name]
    if name.endswith(".rst"):
        labels = re.findall(r"^\.\. _(\S+):$", text, re.MULTILINE)
        headings = re.findall(r"^(\S.*)\n[=\-~]{3,}$", text, re.MULTILINE)
        return {*map(anchor, headings), *(re.sub(r"[._]", "-", label) for label in labels)}
    return set(map(anchor, re.findall(r"^#+ (.+)$", text, re.MULTILINE)))


def fault_of_file(name: str, link: str) -> str | None:
    """Why a relative link in a Markdown file leads nowhere, or None."""
    path, _sharp, fragment = link.partition("#")
    target = (ROOT / name).parent.joinpath(path).resolve() if path else ROOT / name
    if not target.is_relative_to(ROOT) or not target.exists():
        return "no such file"
    relative = target.relative_to(ROOT).as_posix()
    if relative.endswith(".rst"):
        return "GitHub shows the roles of Ansible as raw text: link to the site"
    if fragment and fragment not in anchors_of(relative):
        return "no such heading"
    return None


def fault_of_page(link: str) -> str | None:
    """Why a link to the site leads nowhere, or None."""
    path, _sharp, fragment = link[len(SITE) :].partition("#")
    if not path and not fragment:
        return None
    version, _slash, page = path.partition("/")
    if version not in ("latest", "main"):
        return "no such version"
    guide = re.fullmatch(r"docsite/(\w+)\.html", page)
    plugin = re.fullmatch(r"(\w+)_(module|lookup|filter)\.html", page)
    if guide:
        name = f"docs/docsite/rst/{guide[1]}.rst"
        if name not in TEXTS:
            return "no such guide"
        return None if not fragment or fragment in anchors_of(name) else "no such heading"
    if plugin:
        folder = "modules" if plugin[2] == "module" else plugin[2]
        return None if f"plugins/{folder}/{plugin[1]}.py" in FILES else "no such plugin"
    return None if page in OTHER_PAGES else "no such page"


def fault_of_url(link: str) -> str | None:
    """Why a link to this project leads nowhere, or another one has a wrong form, or None."""
    if link.startswith(SITE) or link == SITE.rstrip("/"):
        return fault_of_page(link)
    source = re.match(rf"(?:{REPOSITORY}/(?:blob|tree)|{PICTURES})/main/([^#?]+)", link)
    if source:
        return None if (ROOT / source[1]).exists() else "no such file"
    parts = urlsplit(link)
    host = parts.hostname or ""
    if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host):
        return "not a host"
    return None


def links() -> t.Iterator[tuple[str, str]]:
    """Each file and the links in it."""
    for name, text in TEXTS.items():
        found = set(URL.findall(text))
        if name.endswith(".md"):
            found |= {link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link}
        yield from ((name, link) for link in sorted(found))


def fault(name: str, link: str) -> str | None:
    return fault_of_url(link) if "://" in link else fault_of_file(name, link)


def test_links_lead_somewhere() -> None:
    found = [(name, link, fault(name, link)) for name, link in links()]
    assert len(found) > 100
    assert not [f"{name}: {link}: {why}" for name, link, why in found if why]


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("README.md", None),
        ("#license", None),
        ("docs/benchmark.md#methodology", None),
        ("docs/none.md", "no such file"),
        ("#none", "no such heading"),
        ("docs/benchmark.md#none", "no such heading"),
        ("../../../etc/passwd", "no such file"),
        ("docs/docsite/rst/wait.rst", "GitHub shows the roles of Ansible as raw text: link to the site"),
        (SITE, None),
        (f"{SITE}latest/", None),
        (f"{SITE}latest/docsite/wait.html#set-a-time-limit", None),
        (f"{SITE}latest/jobs_info_module.html#parameter-wait", None),
        (f"{SITE}2.0/docsite/wait.html", "no such version"),
        (f"{SITE}main/docsite/none.html", "no such guide"),
        (f"{SITE}main/docsite/wait.html#none", "no such heading"),
        (f"{SITE}main/none_module.html", "no such plugin"),
        (f"{SITE}main/none.html", "no such page"),
        (f"{REPOSITORY}/blob/main/playbooks/gate.yml", None),
        (f"{REPOSITORY}/blob/main/playbooks/none.yml", "no such file"),
        (f"{PICTURES}/main/docs/benchmark.svg", None),
        (f"{PICTURES}/main/docs/none.png", "no such file"),
        ("https://docs.ansible.com/x", None),
        ("https://docs/x", "not a host"),
    ],
)
def test_broken_links_are_found(link: str, expected: str | None) -> None:
    assert fault("README.md", link) == expected
