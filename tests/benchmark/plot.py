# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plot the time over the length of the list."""

from __future__ import annotations

import io
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure
from playbooks import LOOKUP, MODULE
from report import Growth


def draw(by_method: Growth, file: Path) -> None:
    """Draw the times, as multiples of ping, on two logarithmic axes: a line at 45 degrees is linear growth."""
    # no random IDs, and text as text: the file changes only where the figures do
    matplotlib.rcParams.update({"svg.hashsalt": "benchmark", "svg.fonttype": "none", "font.family": "sans-serif"})
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    for method, by_size in by_method.items():
        sizes = sorted(by_size)
        ours = method in (MODULE, LOOKUP)
        axes.plot(
            sizes,
            [by_size[size].times_ping for size in sizes],
            marker="o",
            label=method,
            linewidth=2.5 if ours else 1.2,
            linestyle="-" if ours else "--",
        )
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="jobs in the list",
        ylabel="time of the playbook (ping = 1)",
        title="Finding ten failed jobs of one cluster",
    )
    axes.xaxis.set_major_formatter(lambda value, _position: f"{value:,.0f}")
    axes.yaxis.set_major_formatter(lambda value, _position: f"{value:g}")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    # a check forbids trailing spaces
    file.write_text("".join(f"{line.rstrip()}\n" for line in drawn.getvalue().splitlines()), encoding="utf-8")
