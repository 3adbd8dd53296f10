# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark runs and tells the truth about what it measured; how fast anything is, is none of a test's business."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmark"


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    known = set(sys.modules)
    monkeypatch.syspath_prepend(str(BENCHMARK))
    import report

    yield report
    # their names are too common to stay
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARK)):
            del sys.modules[name]


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARK), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_races_are_run_and_their_table_is_put_into_the_page(tmp_path: Path) -> None:
    page = tmp_path / "benchmark.md"
    page.write_text("By hand, before.\n\n<!-- measured -->\nold\n<!-- /measured -->\n\nBy hand, after.\n")
    chosen = ("--only", "process", "--only", "wait")
    done = benchmark(*chosen, "--jobs", "50", "--runs", "1", "--output", str(tmp_path))
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert text.startswith("By hand, before.\n") and text.endswith("By hand, after.\n")
    assert "old" not in text
    for quantity in ("time", "memory"):
        assert f"| module's own process, 10 of 50 jobs, {quantity} | requests.get + json.loads |" in text
    assert "| wait over ten polls, 1,000 jobs, CPU | uri + selectattr, until with ten tries |" in text


def test_a_race_that_is_not_there() -> None:
    done = benchmark("--only", "nothing")
    assert done.returncode == 2
    assert "one-job" in done.stderr


def test_ratios_are_taken_within_rounds_and_judged_by_their_median(report: ModuleType) -> None:
    ratio = report.Ratio("speed", "ours", "theirs", 0.5)
    race = report.Race("a race", 1, (), (ratio, report.Ratio("size", "ours", None, 80, "mebibytes")))

    def costs(*seconds: float) -> list[object]:
        return [report.Cost(each, 0, 81) for each in seconds]

    # each round is twice as slow as the one before: medians of the times alone would say something else
    outcome = report.Outcome(race, {"ours": costs(1, 2, 3), "theirs": costs(2, 5, 4)})
    head, line, *rows = report.table([outcome])
    assert head.count("|") == line.count("|") == rows[0].count("|")
    assert rows == [
        "| speed | theirs | **0.50** | 0.40 to 0.75 | 3 | 0.5 | yes |",
        "| size |  | **81.0 MiB** | 81.0 to 81.0 | 3 | 80 MiB | **no** |",
    ]


def test_growth_is_judged_by_what_is_added_to_the_cost_of_one_job(report: ModuleType) -> None:
    def line(last: float) -> str:
        seconds = dict(zip(report.GROWTH_SIZES, (1.0, 2.0, last)))
        costs = {
            report.of_length(way, size): [report.Cost(each, 0, 50)]
            for way in (report.MODULE, report.LOOKUP)
            for size, each in seconds.items()
        }
        return "\n".join(report.growth_verdict(report.Outcome(report.Race("growth", 1, (), ()), costs)))

    assert "factor 3.10; 3 is linear, 3.29 is n log n: linear or better." in line(4.1)
    assert "factor 3.20; 3 is linear, 3.29 is n log n: **worse than linear**." in line(4.2)
