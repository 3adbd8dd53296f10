# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the collection with other methods that get the same result; write tables and a plot.

Absolute times differ between machines and from minute to minute, so the ratios count. The methods run in turn, round by
round. A ratio is taken within a round, and the table shows its median over all rounds. Only the simulated cloud is
called.

usage: make benchmark [ARGS='--only wait --runs 3']
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import sys
import tempfile
from pathlib import Path

import peers
from comparisons import GROWTH, comparisons
from methods import ROOT, Workspace
from playbooks import Comparison
from processes import Cost
from report import Outcome, growth_verdict, table, write
from simulators import Simulators


def measure(comparison: Comparison, rounds: int, simulators: Simulators, workspace: Workspace) -> Outcome:
    """Run the methods of a comparison in turn. Exit if they do not find the same jobs."""
    costs: dict[str, list[Cost]] = {method.name: [] for method in comparison.methods}
    for number in range(rounds):
        found: dict[str, list[str]] = {}
        # every other round is reversed, so that no method always follows the same one
        for method in comparison.methods[:: -1 if number % 2 else 1]:
            cost, ids = method.run(workspace, simulators.with_jobs(method.jobs or comparison.jobs))
            costs[method.name].append(cost)
            if ids is not None and not method.jobs:
                found[method.name] = ids
        if len(set(map(tuple, found.values()))) > 1:
            sys.exit(f"The methods do not find the same jobs: {found}")
    return Outcome(comparison, costs)


def main() -> None:
    names = ", ".join(comparison.name for comparison in comparisons())
    parser = argparse.ArgumentParser(prog="make benchmark", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--jobs", type=int, default=100_000, help="length of the list in process and all (default: 100000)"
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=5,
        help="rounds of each comparison; short ones have more, unless it is 1 (default: 5)",
    )
    parser.add_argument("--only", action="append", metavar="NAME", help=f"a comparison, * matches anything: {names}")
    parser.add_argument(
        "--output", type=Path, help="directory for benchmark.md and benchmark.svg (default: docs, none with --only)"
    )
    parser.add_argument(
        "--peers",
        action="store_true",
        help="also compare info modules of other collections, installed below .venv",
    )
    arguments = parser.parse_args()
    found = peers.installed() if arguments.peers else []
    url = peers.start_stub_server() if found else ""
    chosen = [
        comparison
        for comparison in comparisons(arguments.jobs, [peers.method(peer, url) for peer in found])
        if any(fnmatch.fnmatch(comparison.name, name) for name in arguments.only or ["*"])
    ]
    if not chosen:
        parser.error(f"unknown comparison; use one of {names}")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as directory, Simulators() as simulators:
        workspace = Workspace(Path(directory), os.environ, peers.DIRECTORY / "collections")
        # warm up: the cold caches of the very first run are not to be measured
        chosen[0].methods[0].run(workspace, simulators.with_jobs(chosen[0].jobs))
        outcomes = []
        for comparison in chosen:
            rounds = arguments.runs * comparison.times if arguments.runs > 1 else 1
            outcomes.append(measure(comparison, rounds, simulators, workspace))
            if comparison.ratios:
                print(*table(outcomes[-1:]), sep="\n", flush=True)
            if comparison.name == GROWTH:
                print(*growth_verdict(outcomes[-1]), sep="\n", flush=True)
    output = arguments.output or (None if arguments.only else ROOT / "docs")
    if output:
        missing = [peer.module for peer in peers.PEERS if peer not in found]
        write(outcomes, output, missing)
        print(f"Written to {output}")


if __name__ == "__main__":
    main()
