# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compare the collection with what else gives the same answer; write a table and a plot.

Absolute times differ from machine to machine and from minute to minute: what counts are ratios. The ways to the same
answer are gone in turn, round by round; a ratio is taken within a round, and its median over the rounds is what stands
in the table. Nothing but the simulated cloud is called.

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
from clouds import Clouds
from processes import Cost
from races import GROWTH, Race, races
from report import Outcome, growth_verdict, table, write
from ways import ROOT, Workplace


def go(race: Race, rounds: int, clouds: Clouds, workplace: Workplace) -> Outcome:
    """Go the ways of a race in turn."""
    costs: dict[str, list[Cost]] = {way.name: [] for way in race.ways}
    for number in range(rounds):
        found: dict[str, list[str]] = {}
        # every other round begins at the end, so that no way always comes after the same one
        for way in race.ways[:: -1 if number % 2 else 1]:
            cost, ids = way.go(workplace, clouds.with_jobs(way.jobs or race.jobs))
            costs[way.name].append(cost)
            if ids is not None and not way.jobs:
                found[way.name] = ids
        if len(set(map(tuple, found.values()))) > 1:
            sys.exit(f"They do not find the same jobs: {found}")
    return Outcome(race, costs)


def main() -> None:
    names = ", ".join(race.name for race in races())
    parser = argparse.ArgumentParser(prog="make benchmark", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100_000, help="of the races process and all (default: 100000)")
    parser.add_argument("--runs", type=int, default=5, help="rounds of each race, short ones have more (default: 5)")
    parser.add_argument("--only", action="append", metavar="NAME", help=f"a race, * stands for anything: {names}")
    parser.add_argument(
        "--output", type=Path, help="folder for benchmark.md and benchmark.svg (default: docs, none with --only)"
    )
    parser.add_argument(
        "--peers",
        action="store_true",
        help="install the info modules of other collections below .venv, compare them too",
    )
    arguments = parser.parse_args()
    found = peers.installed() if arguments.peers else []
    url = peers.stand_in() if found else ""
    chosen = [
        race
        for race in races(arguments.jobs, [peers.way(peer, url) for peer in found])
        if any(fnmatch.fnmatch(race.name, name) for name in arguments.only or ["*"])
    ]
    if not chosen:
        parser.error(f"there is no such race: take one of {names}")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, Clouds() as clouds:
        workplace = Workplace(Path(folder), os.environ, peers.FOLDER / "collections")
        # what the first run of all finds cold is not what is measured
        chosen[0].ways[0].go(workplace, clouds.with_jobs(chosen[0].jobs))
        outcomes = []
        for race in chosen:
            outcomes.append(go(race, arguments.runs * race.times, clouds, workplace))
            if race.ratios:
                print(*table(outcomes[-1:]), sep="\n", flush=True)
            if race.name == GROWTH:
                print(*growth_verdict(outcomes[-1]), sep="\n", flush=True)
    output = arguments.output or (None if arguments.only else ROOT / "docs")
    if output:
        missing = [peer.module for peer in peers.PEERS if peer not in found]
        write(outcomes, output, missing)
        print(f"Written to {output}")


if __name__ == "__main__":
    main()
