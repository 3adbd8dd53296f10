# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The record that ``make test`` keeps of earlier runs, and the table with which it ends."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import pytest
from checks import proofs, table

JUNIT = """\
<testsuites><testsuite>
<testcase name="a"/>
<testcase name="b"><skipped message="nginx is not installed"/></testcase>
<testcase name="c"><skipped message="nginx is not installed"/></testcase>
<testcase name="d"><skipped>No tests applicable.</skipped></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    identity = ["-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false"]
    (tmp_path / ".gitignore").write_text(".venv/\n")
    (tmp_path / ".venv").mkdir()
    for arguments in (["init"], ["add", ".gitignore"], [*identity, "commit", "--message", "first"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    return tmp_path


def test_a_changed_checkout_has_no_tree(repository: Path) -> None:
    tree = proofs.clean_tree(repository)
    assert tree
    (repository / "new").touch()
    assert proofs.clean_tree(repository) is None
    (repository / "new").unlink()
    assert proofs.clean_tree(repository) == tree


def test_no_repository_has_no_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the temporary folder can be in the checkout
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert proofs.clean_tree(tmp_path) is None


def test_what_has_passed_is_remembered_for_its_tree(repository: Path) -> None:
    assert proofs.read(repository, "t1") == {}
    proofs.add(repository, "t1", ["a", "b"])
    proofs.add(repository, "t1", ["b", "c"])
    assert proofs.read(repository, "t1").keys() == {"a", "b", "c"}
    assert proofs.read(repository, "t2") == {}
    assert proofs.read(repository, None) == {}
    proofs.add(repository, "t2", ["a"])
    assert proofs.read(repository, "t1") == {}


def test_what_has_passed_is_forgotten_after_a_day(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proofs.add(repository, "t1", ["a"])
    later = time.time() + proofs.SECONDS_OF_A_DAY
    monkeypatch.setattr(proofs.time, "time", lambda: later)
    proofs.add(repository, "t1", ["b"])
    assert proofs.read(repository, "t1").keys() == {"b"}


def test_table(tmp_path: Path) -> None:
    sessions = [
        {"name": "code", "signatures": [], "result": "success", "reason": None, "duration": 6.6},
        {"name": "units", "signatures": ["units(3.11)"], "result": "failed", "reason": None, "duration": 70.1},
        {"name": "units", "signatures": ["units(3.9)"], "result": "skipped", "reason": "no 3.9", "duration": 0},
        {"name": "system", "signatures": [], "result": "aborted", "reason": None, "duration": 1},
    ]
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"sessions": sessions}))
    (tmp_path / "units(3.11).xml").write_text(JUNIT)
    (tmp_path / "system.txt").write_text("proxies\n")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "lint.xml").write_text(JUNIT)

    lines = table.render(table.read_results(report), ["docs"], ["more"], tmp_path).splitlines()

    rows = [line.split()[:3] for line in lines[2:7]]
    assert rows == [
        ["code", "passed", "7"],
        ["units(3.11)", "failed", "70"],
        ["units(3.9)", "skipped", "0"],
        ["system", "failed", "1"],
        ["docs", "passed", "before"],
    ]
    skipped = [line.strip() for line in lines[lines.index("Skipped:") + 1 : -2]]
    assert skipped == [
        "units(3.9): no 3.9",
        "code: 2 tests: nginx is not installed",
        "units(3.11): 2 tests: nginx is not installed",
        "system: proxies",
        "more",
    ]
    assert lines[-1] == "1 passed, 2 failed, 1 skipped"


def test_table_of_a_run_that_left_nothing(tmp_path: Path) -> None:
    lines = table.render(table.read_results(tmp_path / "report.json"), [], [], tmp_path).splitlines()
    assert "Nothing was skipped." in lines
    assert lines[-1] == "0 passed, 0 failed, 0 skipped"
