# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the filter timeline: how long it takes to make and to draw, and how large it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from methods import ROOT, Method, Task, Workspace, play, program
from playbooks import Comparison, Ratio
from simulators import Simulator

SOURCES = ROOT / "tests" / "timeline_page"
sys.path.insert(0, str(SOURCES.parent))
from timeline_page.browser import find_browser  # noqa: E402

JOBS = 5_000
_HOURS = 168
_MEGABYTE = 1e6 / 2**20
_NIGHT = "night.json"
# Both values are used up before the next time is read
_TIMED = (
    "{% set begin = now(utc=true) %}{% set jobs = night | length %}{% set middle = now(utc=true) %}"
    "{% set page = night | opentelekomcloud.cce.timeline | length %}{% set end = now(utc=true) %}"
    "seconds={{ (end - middle).total_seconds() - (middle - begin).total_seconds() }} of {{ jobs }} and {{ page }}"
)

_DRAW = """
import json, pathlib, sys
sys.path.insert(0, sys.argv[3])
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.payload import normalize_payload
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.page import timeline
from timeline_page.browser import find_browser, running_browser
from timeline_page.night import END, Night
count, browser = json.loads(sys.argv[2])
jobs = normalize_payload(Night(count, 168).raw_jobs if count else [], {}).jobs
file = pathlib.Path(sys.argv[1]).with_name("page.html")
file.write_text(timeline(jobs, {"now": END}), encoding="utf-8")
seconds = 0
if browser:
    with running_browser(browser) as running:
        page = running.new_page(viewport={"width": 1280, "height": 900})
        page.goto(file.as_uri())
        seconds = page.evaluate("performance.getEntriesByName('drawn')[0].startTime") / 1000
print(json.dumps({"seconds": seconds, "cpu": 0, "kib": file.stat().st_size / 1024, "ids": []}))
"""


def _drawing(name: str, jobs: int, browser: str | None) -> Method:
    method = program(name, _DRAW, lambda simulator: [jobs, browser])

    def command(workspace: Workspace, simulator: Simulator) -> Sequence[str]:
        return [*method.command(workspace, simulator), str(SOURCES.parent)]

    return Method(name, command, measures_itself=True)


def _rendering(name: str) -> Method:
    def tasks(simulator: Simulator) -> list[Task]:
        jobs = f"{{{{ lookup('file', '{_NIGHT}') | from_json | opentelekomcloud.cce.normalize_jobs }}}}"
        return [
            {"ansible.builtin.set_fact": {"night": jobs}},
            {"ansible.builtin.debug": {"msg": _TIMED}},
        ]

    method = play(name, tasks)

    def command(workspace: Workspace, simulator: Simulator) -> Sequence[str]:
        # in a process of its own, because the memory of this one is that of each child at its start
        with (workspace.directory / _NIGHT).open("wb") as file:
            arguments = [str(SOURCES / "night.py"), str(JOBS), str(_HOURS)]
            subprocess.run([sys.executable, *arguments], stdout=file, check=True, env=dict(os.environ))
        return method.command(workspace, simulator)

    return Method(name, command, prints_seconds=True)


def pages() -> Comparison:
    """Absolute figures, since there is nothing to compare the page with."""
    rendering, drawing, empty = f"timeline of {JOBS:,} jobs", f"page of {JOBS:,} jobs", "page without jobs"
    browser = find_browser()
    ratios: list[Any] = [
        Ratio(f"{rendering} with their steps, time above that of their number", rendering, None, 0.4),
        Ratio(f"{drawing} with their steps, size", drawing, None, 2.5 * _MEGABYTE, "mebibytes"),
        Ratio(f"{empty}, size", empty, None, 0.06 * _MEGABYTE, "mebibytes"),
    ]
    if browser:
        ratios.insert(1, Ratio(f"{drawing} in Chromium, time to the first drawing", drawing, None, 0.5))
    methods = (_rendering(rendering), _drawing(drawing, JOBS, browser), _drawing(empty, 0, None))
    return Comparison("timeline", 1, methods, tuple(ratios))
