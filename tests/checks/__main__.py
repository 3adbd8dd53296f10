# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the checks in parallel, and end with a table of what was checked, what was skipped, and why.

usage: python tests/checks test|test-all

``test`` is all that one Python and one ansible-core can check. ``test-all`` adds every other version, and does not
repeat what has passed within the last day on the same commit.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from checks import environment, proofs, table
from checks.checkout import REPORTS, ROOT
from checks.versions import CORES, CURRENT, PYTHONS, newest_core, python_for

MEGABYTES = {"test": 2000, "test-all": 6000}
# On two cores; test-all after `make test` on the same commit
MINUTES = {"test": 5, "test-all": 16}
# The longest first, so that none of them runs alone at the end
ORDER = (
    "part(keystone)",
    "integration",
    "units",
    "system",
    "eda",
    "build",
    "docs",
    "ansible-lint",
    "docs-check",
    "code",
    "sanity",
    "demo",
    "lint",
    "license-check",
    "extra-checks",
)
# Which of these exist once for each core, and once for each Python
BY_CORE, BY_PYTHON = ("integration", "sanity"), ("units",)
# What nox prints before the output of a session that has ended
HEADER = re.compile(r"={10} \S+ (?P<name>.+): (?P<status>success|skipped|failed|aborted)(?P<duration>, .*)? ={10}$")


def chosen(scope: str) -> dict[str, str]:
    """The names of the sessions, in the order in which they start, with the Python of each."""
    cores, pythons = ([newest_core(CURRENT)], [CURRENT]) if scope == "test" else (list(CORES), list(PYTHONS))
    sessions = {}
    for name in ORDER:
        if name in BY_CORE:
            sessions.update({f"{name}({core})": python_for(str(core)) or CURRENT for core in cores})
        elif name in BY_PYTHON:
            sessions.update({f"{name}({python})": python for python in pythons})
        elif "CCE_MATRIX" not in os.environ:
            sessions[name] = CURRENT
    return sessions


def run(names: list[str], report: Path, jobs: int) -> tuple[int, dict[str, list[str]]]:
    """Run these sessions; print one line for each, and all that failed ones print. Return nox's status, and the latter.

    Args:
        names: the names of the sessions.
        report: where their results will be, in nox's own format.
        jobs: how many sessions run at the same time.
    """
    command = [sys.executable, "-m", "nox", "--nocolor", "--parallel", str(jobs), "--report", str(report)]
    settings = {**os.environ, "PIP_COMPILE": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    failed: dict[str, list[str]] = {}
    shown = True
    block: list[str] = []
    with subprocess.Popen(
        [*command, "--sessions", *names],
        cwd=ROOT,
        env=settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        # nox receives the signal too, stops the sessions, and ends
        signal.signal(signal.SIGINT, lambda *_: None)
        for line in process.stdout or ():
            if header := HEADER.match(line.rstrip("\n")):
                shown, block = header["status"] in ("failed", "aborted"), []
                if shown:
                    failed[header["name"]] = block
                print(f"{header['name']}: {header['status']}{header['duration'] or ''}", flush=True)
            elif line.startswith(("Starting session ", "nox > Ran ")):
                shown, block = not line.startswith("nox"), []
            elif shown:
                block.append(line)
                print(line, end="", flush=True)
    return process.returncode, failed


def other_versions(core: str | None) -> list[str]:
    """The versions that ``make test`` leaves to ``make test-all``."""
    cores = ", ".join(each for each in CORES if each != core)
    pythons = ", ".join(each for each in PYTHONS if each != CURRENT)
    return [f"ansible-core {cores}; Python {pythons}: run `make test-all`"]


def main(scope: str) -> int | str:
    core = newest_core(CURRENT)
    if core is None and scope == "test":
        return f"No supported ansible-core runs on Python {CURRENT}. Select another one with PYTHON=..."
    environment.check_machine(str(ROOT), 11, 200 if REPORTS.exists() else MEGABYTES[scope], ["git"])
    if subprocess.run(["git", "rev-parse"], cwd=ROOT, capture_output=True, check=False).returncode:
        return f"{ROOT} is not a Git checkout, and the checks read the files that Git knows. Clone the repository."
    environment.check_index(sys.executable)

    sessions = chosen(scope)
    tree = proofs.clean_tree(ROOT)
    proven = proofs.read(ROOT, tree) if scope == "test-all" else {}
    left = [name for name, python in sessions.items() if proofs.key(name, python) not in proven]
    what = f"Python {CURRENT} and ansible-core {core}" if scope == "test" else f"{len(left)} of {len(sessions)} checks"
    print(f"make {scope}: {what}, about {MINUTES[scope]} minutes on two cores", flush=True)

    shutil.rmtree(REPORTS, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        # the sessions of one version differ, and some of them always wait; those of the matrix are all busy
        jobs = max(2, os.cpu_count() or 2) + (scope == "test")
        status, failed = run(left, report, jobs) if left else (0, {})
        results = table.read_results(report)
    if tree and tree == proofs.clean_tree(ROOT):
        passed = [result.name for result in results if result.status == "success"]
        proofs.add(ROOT, tree, [proofs.key(name, sessions[name]) for name in passed if name in sessions])
    for name, block in failed.items():
        print(f"\nThe end of what {name} printed:\n{''.join(block[-25:])}", end="")
    before = [name for name in sessions if name not in left]
    print(table.render(results, before, other_versions(core) if scope == "test" else [], REPORTS), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
