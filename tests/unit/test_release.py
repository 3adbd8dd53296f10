# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tools for a release are pinned, and only commits on main are released."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
REQUIREMENTS = ROOT / "tests" / "requirements"


def content(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


PUBLISH = content(ROOT / ".github" / "workflows" / "publish.yml")["jobs"]


def script(job: str) -> str:
    """All commands of a job, one on each line."""
    return "\n".join(step.get("run", "") for step in PUBLISH[job]["steps"])


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_hash(path: Path) -> None:
    used = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    assert used
    others = [each for each in used if not each.startswith("./.github/workflows/")]
    assert [each for each in others if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", each)] == []


def test_publishing_installs_nothing_but_what_is_pinned_by_hash() -> None:
    installs = [line.strip() for line in script("publish").splitlines() if "install" in line]
    assert len(installs) == 1
    words = installs[0].split()
    assert words[:4] == ["python", "-m", "pip", "install"]
    assert "--require-hashes" in words
    named = [word for word in words if word.endswith(".txt")]
    assert named == ["tests/requirements/publish.txt"]
    # what pip would refuse without network access, too
    lines = (ROOT / named[0]).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pinned = [line for line in lines if line.strip() and not line.strip().startswith("#")]
    assert pinned
    for line in pinned:
        assert re.fullmatch(r"[a-z0-9.-]+==\S+( +--hash=sha256:[0-9a-f]{64})+ *", line), line


def test_pinned_requirements_are_those_of_their_source() -> None:
    wanted = re.findall(r"^([\w-]+) *[<>=]", (REQUIREMENTS / "publish.in").read_text(encoding="utf-8"), re.MULTILINE)
    pinned = re.findall(r"^([\w-]+)==", (REQUIREMENTS / "publish.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert wanted
    assert set(wanted) <= set(pinned)


def test_provenance_is_attested_before_anything_is_published() -> None:
    steps = PUBLISH["publish"]["steps"]
    [attested] = [number for number, step in enumerate(steps) if "attest-build-provenance@" in step.get("uses", "")]
    published = [
        number
        for number, step in enumerate(steps)
        if re.search("collection publish|release create", step.get("run", ""))
    ]
    assert attested < min(published)
    assert steps[attested]["with"]["subject-path"].endswith("/dist/*.tar.gz")
    permissions = PUBLISH["publish"]["permissions"]
    assert permissions["id-token"] == permissions["attestations"] == "write"


def test_only_commits_on_main_are_published() -> None:
    assert 'git merge-base --is-ancestor "$GITHUB_SHA" origin/main' in script("version")
    checkout = next(step for step in PUBLISH["version"]["steps"] if "checkout@" in step.get("uses", ""))
    # a shallow clone has no other branches
    assert checkout["with"]["fetch-depth"] == 0
    assert PUBLISH["test"]["needs"] == "version"
    assert PUBLISH["publish"]["needs"] == "test"


def test_dependabot_watches_all_that_is_pinned() -> None:
    updates = {each["package-ecosystem"]: each for each in content(ROOT / ".github" / "dependabot.yml")["updates"]}
    assert set(updates) == {"github-actions", "pip"}
    assert ROOT / updates["pip"]["directory"].lstrip("/") == REQUIREMENTS
    assert all(each["cooldown"]["default-days"] >= 7 for each in updates.values())
