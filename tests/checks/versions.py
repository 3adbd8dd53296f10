# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Supported versions of ansible-core and Python, and which of them this machine can run.

Run as a program it prints the matrix for CI as JSON.
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
# The Python that runs this, as MAJOR.MINOR
CURRENT = "{}.{}".format(*sys.version_info[:2])


class Core(NamedTuple):
    """An ansible-core: the requirement for pip, and the Python versions of its controller, preferred one first."""

    requirement: str
    pythons: tuple[str, ...]

    @property
    def is_prerelease(self) -> bool:
        return "rc" in self.requirement


# Oldest first. The order of the Python versions differs so that between them the cores meet old and new ones
CORES = {
    "2.16": Core("ansible-core~=2.16.0", ("3.10", "3.11", "3.12")),
    "2.17": Core("ansible-core~=2.17.0", ("3.12", "3.11", "3.10")),
    "2.18": Core("ansible-core~=2.18.0", ("3.11", "3.12", "3.13")),
    "2.19": Core("ansible-core~=2.19.0", ("3.13", "3.12", "3.11")),
    "2.20": Core("ansible-core~=2.20.0", ("3.12", "3.13", "3.14")),
    "2.21": Core("ansible-core~=2.21.0", ("3.14", "3.13", "3.12")),
    "2.22": Core("ansible-core~=2.22.0rc1", ("3.13", "3.14")),
}

# CI runs one entry of the matrix at a time, such as 2.16/3.10
if entry := os.environ.get("CCE_MATRIX"):
    only, PYTHONS = entry.split("/")[0], (entry.split("/")[1],)
    CORES = {only: CORES[only]._replace(pythons=PYTHONS)}


@functools.cache
def runs(python: str | Path) -> bool:
    """Whether this interpreter exists and works: the shim of a version manager can be on PATH and not run."""
    command = shutil.which(python)
    return command is not None and subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0


def without_shims(folders: list[str]) -> str:
    """PATH without folders of interpreters that do not work: ansible-test uses all it finds, and fails on those."""
    versioned = re.compile(r"python\d\.\d+")
    return os.pathsep.join(
        folder
        for folder in folders
        if all(runs(file) for file in Path(folder).glob("python*") if versioned.fullmatch(file.name))
    )


def java_version() -> int:
    """The major version of the Java on PATH, 0 if there is none."""
    if not shutil.which("java"):
        return 0
    done = subprocess.run(["java", "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', done.stderr)
    return int(found[1]) if found else 0


def has_python(version: str) -> bool:
    return version == CURRENT or runs(f"python{version}")


def newest_core(python: str) -> str | None:
    """The newest ansible-core whose controller runs on this Python, a pre-release only if there is no other."""
    fitting = [core for core in CORES if python in CORES[core].pythons]
    return max(fitting, key=lambda core: (not CORES[core].is_prerelease, fitting.index(core)), default=None)


def python_for(core: str) -> str | None:
    """The Python to run this ansible-core with; None if the machine has none that it supports."""
    # what `make test` has checked is what `make test-all` need not check again
    preferred = [CURRENT] if newest_core(CURRENT) == core else []
    return next(filter(has_python, [*preferred, *CORES[core].pythons]), None)


def matrix() -> list[dict[str, str]]:
    """Each ansible-core with the lowest and the highest Python of its controller."""
    return [
        {"core": core, "python": python}
        for core, each in CORES.items()
        for python in (min(each.pythons, key=PYTHONS.index), max(each.pythons, key=PYTHONS.index))
    ]


if __name__ == "__main__":
    print(json.dumps(matrix()))
