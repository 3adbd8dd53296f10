# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark runs, and its report is correct. How fast anything is, is not tested."""

from __future__ import annotations

import gzip
import json
import re
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
    # remove the modules again: their names are too common
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCHMARK)):
            del sys.modules[name]


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(BENCHMARK), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_tables_replace_those_of_the_page(tmp_path: Path) -> None:
    page = tmp_path / "benchmark.md"
    parts = "\n\n".join(f"<!-- {part} -->\nold\n<!-- /{part} -->" for part in ("summary", "measured"))
    page.write_text(f"Text before.\n\n{parts}\n\nText after.\n")
    chosen = [argument for name in ("process", "wait*", "poll", "events") for argument in ("--only", name)]
    done = benchmark(*chosen, "--jobs", "50", "--runs", "1", "--output", str(tmp_path))
    assert done.returncode == 0, done.stderr
    text = page.read_text()
    assert text.startswith("Text before.\n") and text.endswith("Text after.\n")
    assert "old" not in text
    for quantity in ("time", "memory"):
        assert f"| module's own process, 10 of 50 jobs, {quantity} | requests.get + json.loads |" in text
    assert "| wait over ten polls, 1,000 jobs, CPU | uri + selectattr, until with ten tries |" in text
    assert re.search(
        r"<!-- summary -->\n\n- Waiting over ten polls takes \d.+\n\nMeasured on .+\n\n<!-- /summary -->", text
    )
    assert "| poll of an unchanged list of 50 jobs, CPU | poll of a changed list of 50 jobs |" in text
    for measured, unit in (("slowest of five events, time", "s"), ("memory", "MiB")):
        row = rf"\| event source, 50 jobs, interval 1 s, {measured} \|  \| \*\*\S+ {unit}\*\* \|"
        assert re.search(row, text), text
    assert "| wait by ID over ten polls in a project of 50, CPU | wait by ID over ten polls in a project of 1 |" in text


def test_an_unknown_comparison() -> None:
    done = benchmark("--only", "nothing")
    assert done.returncode == 2
    assert "one-job" in done.stderr


def test_ratios_are_medians_over_rounds(report: ModuleType) -> None:
    ratio = report.Ratio("speed", "ours", "theirs", 0.5)
    comparison = report.Comparison("a comparison", 1, (), (ratio, report.Ratio("size", "ours", None, 80, "mebibytes")))

    def costs(*seconds: float) -> list[object]:
        return [report.Cost(each, 0, 81) for each in seconds]

    # within the rounds 0.5, 0.5 and 1, while the ratio of the median times is 0.67
    outcome = report.Outcome(comparison, {"ours": costs(1, 2, 3), "theirs": costs(2, 4, 3)})
    header, line, *rows = report.table([outcome])
    assert header.count("|") == line.count("|") == rows[0].count("|")
    assert rows == [
        "| speed | theirs | **0.50** | 0.50 to 1.00 | 3 | 0.5 | yes |",
        "| size |  | **81.0 MiB** | 81.0 to 81.0 | 3 | 80 MiB | **no** |",
    ]


def test_the_summary_has_the_figures_of_the_table(report: ModuleType) -> None:
    ratio = report.Ratio("lookup, 10 of 100,000 jobs, time", "ours", "url lookup + from_json + selectattr", None)
    costs = {"ours": [report.Cost(0.514, 0, 81)], ratio.theirs: [report.Cost(10, 0, 81)]}
    outcome = report.Outcome(report.Comparison("", 1, (), (ratio,)), costs)
    # 1 / 0.0514 is 19.46
    assert "| **0.051** |" in report.table([outcome])[2]
    assert "is 20 times as fast" in report.summary([outcome], {})[0]


def test_an_absolute_delay(report: ModuleType) -> None:
    ratio = report.Ratio("delay", "ours", None, 2, "late")
    outcome = report.Outcome(report.Comparison("", 1, (), (ratio,)), {"ours": [report.Cost(3, 1, 50, 2.5)]})
    assert report.table([outcome])[2:] == ["| delay |  | **2.50 s** | 2.50 to 2.50 | 1 | 2 s | **no** |"]


@pytest.mark.usefixtures("report")
def test_hostile_bodies_are_lists_of_the_size_that_is_asked_for() -> None:
    import hostile_server

    for name in hostile_server.BODIES:
        text = gzip.decompress(hostile_server.packed(name, 2))
        assert text[:1] in (b"[", b"{") and text[-1:] in (b"]", b"}"), name
        assert len(text) >= 2 * hostile_server.MEBIBYTE, name
        if name != "deep entries":
            json.loads(text)


def test_growth_does_not_count_the_cost_of_one_job(report: ModuleType) -> None:
    def line(last: float) -> str:
        seconds = dict(zip(report.GROWTH_SIZES, (1.0, 2.0, last)))
        costs = {
            report.of_length(method, size): [report.Cost(each, 0, 50)]
            for method in (report.MODULE, report.LOOKUP)
            for size, each in seconds.items()
        }
        return "\n".join(report.growth_verdict(report.Outcome(report.Comparison("growth", 1, (), ()), costs)))

    assert "factor of 3.10 (linear: 3.00, n log n: 3.29): linear or better." in line(4.1)
    assert "factor of 3.20 (linear: 3.00, n log n: 3.29): **worse than linear**." in line(4.2)


def rows_of(page: str, columns: int) -> list[list[str]]:
    """The rows of the tables with that many columns, without the header."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:2] == "| "]
    return [row for row in rows if len(row) == columns and row[1] not in ("compared with", "1", "---")]


def test_the_summary_of_the_page_has_the_figures_of_its_tables(report: ModuleType) -> None:
    page = (BENCHMARK.parents[1] / "docs" / "benchmark.md").read_text(encoding="utf-8")
    medians = {(row[0], row[1]): float(row[2].strip("*").split()[0]) for row in rows_of(page, 7)}
    memory = {
        (row[0], size): float(cell.split("(")[1].split()[0])
        for row in rows_of(page, 1 + len(report.SIZES))
        for size, cell in zip(report.SIZES, row[1:])
        if cell
    }
    sentences = report.sentences(medians, memory)
    assert len(sentences) == 5
    assert re.findall(r"^- (.+)$", page.split("<!-- /summary -->")[0], re.MULTILINE) == sentences


def test_the_summary_leaves_out_what_was_not_measured(report: ModuleType) -> None:
    assert report.sentences({}, {}) == []
    many = ("module, 10 of 100,000 jobs, time", "uri + selectattr")
    assert report.sentences({many: 0.05}, {}) == []
    [sentence] = report.sentences({many: 0.05}, {("jobs_info", 100_000): 60.2, (many[1], 100_000): 500})
    assert "20 times as fast" in sentence and "60 MiB" in sentence and "500 MiB" in sentence
    assert "other nodes" not in sentence
    [sentence] = report.sentences({("50 lookups in one template with one login, time", "one lookup"): 1.2}, {})
    assert "1.20" in sentence and "cache_ttl" not in sentence


def test_the_summary_shows_on_which_side_a_figure_was_measured(report: ModuleType) -> None:
    uri = "uri + selectattr"
    medians = {
        ("module, 10 of 100,000 jobs, time", uri): 0.05,
        ("module that is sent, 10 of 100,000 jobs, time", uri): 0.0625,
        ("50 lookups in one template with one login, time", "one lookup"): 1.2,
        ("50 tasks with a lookup each and cache_ttl, time", "50 tasks with a lookup each"): 1.05,
    }
    many, lookups = report.sentences(medians, {("jobs_info", 100_000): 60.2, (uri, 100_000): 500})
    assert "16 times on other nodes" in many
    assert "1.20" in lookups and "cache_ttl" in lookups and "1.05" in lookups
