# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what was measured to tables that people read."""

from __future__ import annotations

import datetime
import importlib.metadata
import math
import os
import platform
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from processes import Cost
from races import GROWTH, GROWTH_SIZES, LOOKUP, MODULE, PING, SIZES, Race, Ratio, of_length

_BEGIN, _END = "<!-- measured -->", "<!-- /measured -->"


@dataclass(frozen=True)
class Outcome:
    """What the ways of a race cost, round by round."""

    race: Race
    costs: dict[str, list[Cost]]

    def ratios(self, ratio: Ratio) -> list[float]:
        ours = [getattr(cost, ratio.quantity) for cost in self.costs[ratio.ours]]
        if ratio.theirs is None:
            return ours
        return [mine / getattr(cost, ratio.quantity) for mine, cost in zip(ours, self.costs[ratio.theirs])]

    def point(self, way: str) -> Point:
        return Point(
            statistics.median(self.ratios(Ratio("", way, PING, None))),
            statistics.median(cost.mebibytes for cost in self.costs[way]),
        )


def _rows(cells: Sequence[Sequence[str]]) -> list[str]:
    """A table in Markdown; the first row is its head."""
    head, *body = cells
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body)]


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _goal(goal: float | None, unit: str) -> str:
    if goal is None:
        return ""
    return f"1/{1 / goal:.0f} ({goal:.3f})" if goal < 0.2 else f"{goal:g}{unit}"


def table(outcomes: Iterable[Outcome]) -> list[str]:
    """A row for each ratio: its median, least and most, the goal, and whether that is met."""
    cells = [["measure", "against", "median", "least to most", "rounds", "at most", "met"]]
    for outcome in outcomes:
        for ratio in outcome.race.ratios:
            found = outcome.ratios(ratio)
            median = statistics.median(found)
            # where one side takes many times as long, two digits behind the point say too little
            show = "{:.3f}".format if median < 0.2 else _number
            unit = "" if ratio.theirs else " MiB"
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
    """What a way costs for a length of the list, in medians."""

    times_ping: float
    """Wall time as a multiple of that of ping in the same round."""
    mebibytes: float


Growth = dict[str, dict[int, Point]]
"""By way and length of the list."""


def growth(outcomes: Iterable[Outcome]) -> Growth:
    """How the cost of each way grows with the list."""
    found: Growth = {}
    for outcome in outcomes:
        if outcome.race.name.startswith("filter-"):
            for way in outcome.costs:
                found.setdefault(way, {})[outcome.race.jobs] = outcome.point(way)
    return found


def growth_table(by_way: Growth) -> list[str]:
    """The growth as a table."""
    cells = [["ten jobs out of", *(f"{size:,}" for size in SIZES)]]
    for way, by_size in by_way.items():
        shown = [by_size.get(size) for size in SIZES]
        cells.append(
            [way, *(f"{_number(cell.times_ping)} ({cell.mebibytes:.0f} MiB)" if cell else "" for cell in shown)]
        )
    return _rows(cells)


def growth_verdict(outcome: Outcome) -> list[str]:
    """How the cost grows at the end, from medians of lengths that were gone in turn.

    What is linear is measured above that as often as below: it counts as worse once it is nearer to n log n.
    """
    lines = []
    _least, middle_size, most_size = GROWTH_SIZES
    linear = most_size / middle_size
    next_worse = linear * math.log(most_size) / math.log(middle_size)
    for way in (MODULE, LOOKUP):
        least, middle, most = (
            statistics.median(cost.seconds for cost in outcome.costs[of_length(way, size)]) for size in GROWTH_SIZES
        )
        factor = (most - least) / (middle - least)
        verdict = "linear or better" if factor <= (linear + next_worse) / 2 else "**worse than linear**"
        lines += [
            "",
            f"From {middle_size:,} to {most_size:,} jobs, the time that {way} takes beyond that for one job grows by "
            f"the factor {factor:.2f}; {linear:g} is linear, {next_worse:.2f} is n log n: {verdict}.",
        ]
    return lines


def _machine() -> str:
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ansible-core", "requests"))
    # what this process may use, which is less than the machine has in some containers
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"Measured on {datetime.date.today()}: {platform.system()} on {platform.machine()}, {cores} cores, "
        f"Python {platform.python_version()}, {versions}."
    )


def write(outcomes: Sequence[Outcome], folder: Path, missing: Sequence[str]) -> None:
    """Put the tables into ``benchmark.md``, where all but them is written by hand, and draw ``benchmark.svg``.

    Args:
        outcomes: what was measured.
        folder: where the files are.
        missing: the modules that could have been compared, and were not.
    """
    by_way = growth(outcomes)
    measured = [_machine(), "", *table(outcomes)]
    if missing:
        measured += ["", f"Not installed here, so not compared (see `--peers`): {', '.join(missing)}."]
    if all(len(by_way.get(way, ())) == len(SIZES) for way in (MODULE, LOOKUP)):
        # imported here: it is large, and what is started from a large process is measured as large
        from plot import draw

        draw(by_way, folder / "benchmark.svg")
        measured += [
            "",
            "Times as multiples of `ping` in the same round, in brackets the memory of the largest process:",
            "",
            *growth_table(by_way),
            *(line for outcome in outcomes if outcome.race.name == GROWTH for line in growth_verdict(outcome)),
            "",
            "![How the time grows with the length of the list](benchmark.svg)",
        ]
    page = folder / "benchmark.md"
    text = page.read_text(encoding="utf-8") if page.exists() else f"{_BEGIN}{_END}\n"
    section = "\n".join([_BEGIN, "", *measured, "", _END])
    page.write_text(re.sub(f"{_BEGIN}.*{_END}", lambda _: section, text, flags=re.DOTALL), encoding="utf-8")
