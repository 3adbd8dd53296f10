# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requirements of Galaxy, the community package, and Automation Hub that no linter checks."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

import ansible_collections.opentelekomcloud.cce as collection
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import COLLECTION_VERSION

ROOT = Path(next(iter(collection.__path__)))
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
RELEASES = yaml.safe_load((ROOT / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]


def parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


NEWEST = max(RELEASES, key=parts)


def documentation() -> t.Iterator[t.Any]:
    """The documentation in the files of plugins and fragments."""
    for file in sorted(ROOT.glob("plugins/*/*.py")):
        for text in re.findall(r'DOCUMENTATION = r"""\n(.*?)"""', file.read_text(encoding="utf-8"), re.DOTALL):
            yield yaml.safe_load(text)


def versions_added(node: t.Any) -> t.Iterator[str]:
    if isinstance(node, list):
        node = dict(enumerate(node))
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "version_added":
                yield value
            else:
                yield from versions_added(value)


def test_version_is_semantic_and_not_a_preview() -> None:
    assert re.fullmatch(r"[1-9]\d*\.(0|[1-9]\d*)\.(0|[1-9]\d*)", GALAXY["version"])


def test_requests_contain_the_version() -> None:
    assert GALAXY["version"] == COLLECTION_VERSION


def test_version_is_in_the_changelog_or_the_next_one() -> None:
    waiting = list((ROOT / "changelogs" / "fragments").glob("*.yml"))
    if waiting:
        assert parts(GALAXY["version"]) > parts(NEWEST)
    else:
        assert GALAXY["version"] == NEWEST


def test_authors_are_short() -> None:
    assert GALAXY["authors"]
    assert max(map(len, GALAXY["authors"])) <= 64


def test_tags() -> None:
    tags = GALAXY["tags"]
    assert "cloud" in tags
    assert len(tags) == len(set(tags)) <= 20
    assert [tag for tag in tags if not re.fullmatch(r"[a-z][a-z0-9]*", tag)] == []


def test_all_urls_are_set() -> None:
    assert all(GALAXY[name].startswith("https://") for name in ("repository", "documentation", "homepage", "issues"))


def test_no_collection_is_required() -> None:
    assert GALAXY["dependencies"] == {}


def test_folders_are_known_to_ansible() -> None:
    folders = {path.name for path in (ROOT / "plugins").iterdir()} - {"__pycache__"}
    assert folders <= {"action", "doc_fragments", "filter", "lookup", "module_utils", "modules", "plugin_utils"}


@pytest.mark.parametrize("folder", ["module_utils", "plugin_utils"])
def test_shared_code_is_private(folder: str) -> None:
    """By its name, which is what the community package requires of code that may change at any time."""
    names = {path.name for path in (ROOT / "plugins" / folder).iterdir()} - {"__init__.py"}
    assert names
    assert [name for name in names if not name.startswith("_")] == []


def test_plugins_have_a_version_added() -> None:
    found = [version for docs in documentation() for version in versions_added(docs)]
    assert len(found) >= 2
    assert set(found) <= {*RELEASES, GALAXY["version"]}


@pytest.mark.parametrize("release", RELEASES)
def test_release_lists_its_new_plugins(release: str) -> None:
    """The changelog names each plugin in the release that added it."""
    listed = {each["name"] for each in RELEASES[release].get("modules", [])}
    listed |= {each["name"] for kind in RELEASES[release].get("plugins", {}).values() for each in kind}
    plugins = [docs for docs in documentation() if "module" in docs or "name" in docs]
    assert {docs.get("module") or docs["name"] for docs in plugins if docs["version_added"] == release} == listed
