# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From measurements to tables."""

from __future__ import annotations

import datetime
import importlib.metadata
import math
import os
import platform
import re
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from comparisons import GROWTH, GROWTH_SIZES, SIZES
from playbooks import LOOKUP, MODULE, PING, Comparison, Ratio, of_length
from processes import Cost
from summary import sentences

_EMPTY_PAGE = "<!-- summary --><!-- /summary -->\n\n<!-- measured --><!-- /measured -->\n"


_UNITS = {"mebibytes": " MiB", "seconds": " s", "cpu": " s", "late": " s"}


@dataclass(frozen=True)
class Outcome:
    """The costs of the methods of a comparison, round by round."""

    comparison: Comparison
    costs: dict[str, list[Cost]]

    def ratios(self, ratio: Ratio) -> list[float]:
        ours = [getattr(cost, ratio.quantity) for cost in self.costs[ratio.ours]]
        if ratio.theirs is None:
            return ours
        return [mine / getattr(cost, ratio.quantity) for mine, cost in zip(ours, self.costs[ratio.theirs])]

    def point(self, method: str) -> Point:
        return Point(
            statistics.median(self.ratios(Ratio("", method, PING, None))),
            statistics.median(cost.mebibytes for cost in self.costs[method]),
        )


def _rows(cells: Sequence[Sequence[str]]) -> list[str]:
    """A Markdown table; the first row is the header."""
    header, *body = cells
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *body)]


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _as_shown(median: float) -> Callable[[float], str]:
    """How to write figures with this median."""
    # two decimals are too coarse for small ratios
    return "{:.3f}".format if median < 0.2 else _number


def _goal(goal: float | None, unit: str) -> str:
    if goal is None:
        return ""
    return f"1/{1 / goal:.0f} ({goal:.3f})" if goal < 0.2 else f"{goal:g}{unit}"


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """A row for each ratio: its median and range, the goal, and whether it is met."""
    cells = [["measurement", "compared with", "median", "range", "rounds", "goal (at most)", "met"]]
    for outcome in outcomes:
        for ratio in outcome.comparison.ratios:
            found = outcome.ratios(ratio)
            median = statistics.median(found)
            show = _as_shown(median)
            unit = "" if ratio.theirs else _UNITS[ratio.quantity]
            met = "" if ratio.goal is None else "yes" if median <= ratio.goal else "**no**"
            cells.append(
                [
                    ratio.measure,
                    ratio.theirs or "",
                    f"**{show(median)}{unit}**",
                    f"{show(min(found))} to {show(max(found))}",
                    str(len(found)),
                    _goal(ratio.goal, unit),
                    met,
                ]
            )
    return _rows(cells)


class Point(NamedTuple):
    """The median cost of a method for a length of the list."""

    times_ping: float
    """Wall time as a multiple of that of ping in the same round."""
    mebibytes: float


Growth = dict[str, dict[int, Point]]
"""By method and length of the list."""


def growth(outcomes: Iterable[Outcome]) -> Growth:
    """The cost of each method by length of the list."""
    found: Growth = {}
    for outcome in outcomes:
        if outcome.comparison.name.startswith("filter-"):
            for method in outcome.costs:
                found.setdefault(method, {})[outcome.comparison.jobs] = outcome.point(method)
    return found


def growth_table(by_method: Growth) -> list[str]:
    """The growth as a table."""
    cells = [["ten jobs of", *(f"{size:,}" for size in SIZES)]]
    for method, by_size in by_method.items():
        shown = [by_size.get(size) for size in SIZES]
        cells.append(
            [method, *(f"{_number(cell.times_ping)} ({cell.mebibytes:.0f} MiB)" if cell else "" for cell in shown)]
        )
    return _rows(cells)


def growth_verdict(outcome: Outcome) -> list[str]:
    """How the time grows from the second longest list to the longest, from medians.

    Measurements scatter around the true factor. The growth counts as worse than linear when the measured factor is
    closer to that of n log n than to that of n.
    """
    lines = []
    _least, middle_size, most_size = GROWTH_SIZES
    linear = most_size / middle_size
    next_worse = linear * math.log(most_size) / math.log(middle_size)
    for method in (MODULE, LOOKUP):
        least, middle, most = (
            statistics.median(cost.seconds for cost in outcome.costs[of_length(method, size)]) for size in GROWTH_SIZES
        )
        factor = (most - least) / (middle - least)
        verdict = "linear or better" if factor <= (linear + next_worse) / 2 else "**worse than linear**"
        lines += [
            "",
            f"From {middle_size:,} to {most_size:,} jobs, the time of {method} above that for one job grows by a "
            f"factor of {factor:.2f} (linear: {linear:.2f}, n log n: {next_worse:.2f}): {verdict}.",
        ]
    return lines


def _replace(text: str, part: str, lines: Sequence[str]) -> str:
    """The page with one of its parts replaced. A page without that part stays as it is."""
    begin, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    section = "\n".join([begin, "", *lines, "", end])
    return re.sub(f"{begin}.*{end}", lambda _: section, text, flags=re.DOTALL)


def summary(outcomes: Iterable[Outcome], by_method: Growth) -> list[str]:
    """Some of the ratios as sentences, with the figures of the table."""
    exact = {
        (ratio.measure, ratio.theirs or ""): statistics.median(outcome.ratios(ratio))
        for outcome in outcomes
        for ratio in outcome.comparison.ratios
    }
    medians = {what: float(_as_shown(median)(median)) for what, median in exact.items()}
    memory = {(method, size): point.mebibytes for method, points in by_method.items() for size, point in points.items()}
    found = [f"- {sentence}" for sentence in sentences(medians, memory)]
    return [*found, "", _machine()]


def _machine() -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "requests"))
    # in some containers, a process may use fewer cores than the machine has
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"Measured on {datetime.date.today()}: {platform.system()} on {platform.machine()}, {cores} cores, "
        f"Python {platform.python_version()}, {versions}."
    )


def write(outcomes: Sequence[Outcome], directory: Path, missing: Sequence[str]) -> None:
    """Replace summary and tables in ``benchmark.md``, whose other text is written by hand, and draw ``benchmark.svg``.

    Args:
        outcomes: the measurements.
        directory: the directory of both files.
        missing: the modules of other collections that were not compared.
    """
    by_method = growth(outcomes)
    measured = table(outcomes)
    if missing:
        measured += ["", f"Not compared, because not installed (see `--peers`): {', '.join(missing)}."]
    if all(len(by_method.get(method, ())) == len(SIZES) for method in (MODULE, LOOKUP)):
        # imported here: on Linux, the memory of this process counts in every measurement
        from plot import draw

        draw(by_method, directory / "benchmark.svg")
        measured += [
            "",
            "Time as a multiple of `ping` in the same round, and memory of the largest process:",
            "",
            *growth_table(by_method),
            *(line for outcome in outcomes if outcome.comparison.name == GROWTH for line in growth_verdict(outcome)),
        ]
    page = directory / "benchmark.md"
    text = page.read_text(encoding="utf-8") if page.exists() else _EMPTY_PAGE
    plot = ["![Time by length of the list](benchmark.svg)", ""] if (directory / "benchmark.svg").exists() else []
    text = _replace(text, "summary", [*plot, *summary(outcomes, by_method)])
    page.write_text(_replace(text, "measured", measured), encoding="utf-8")
