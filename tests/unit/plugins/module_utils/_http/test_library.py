# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The import of requests: as fast from any depth of the stack, and its failure is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import library

PAGE_FAULTS = """
import os, resource, runpy, sys

def imported_at(depth):
    if depth:
        return imported_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    assert runpy.run_path(sys.argv[1])["IMPORT_ERROR"] is None
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

for depth in range(0, 140, 7):
    if not os.fork():
        print(imported_at(depth), flush=True)
        os._exit(0)
    os.wait()
"""


def test_the_import_takes_as_many_page_faults_at_each_depth() -> None:
    # on a Python that maps memory at each call from an unfortunate depth, they are some thousands more
    command = [sys.executable, "-c", PAGE_FAULTS, str(library.__file__)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    faults = [int(line) for line in done.stdout.split()]
    assert len(faults) == 20
    assert max(faults) < min(faults) + 1000


@pytest.mark.parametrize("source", ["raise ImportError('half installed')", "raise ValueError('half installed')"])
def test_the_failure_of_a_broken_installation_is_kept(tmp_path: Path, source: str) -> None:
    (tmp_path / "requests.py").write_text(source)
    code = "import runpy, sys; print(repr(runpy.run_path(sys.argv[1])['IMPORT_ERROR']))"
    command = [sys.executable, "-c", code, str(library.__file__)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)})
    error = source.partition(" ")[2]
    assert (done.stdout, done.stderr) == (f"{error}\n", "")
