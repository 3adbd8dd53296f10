# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ten jobs out of many: the module's own work beside a bare ``requests.get`` and ``json.loads`` of the same body.

Both fetch the same list from the same simulator, in turn, each run in a process of its own. The time is that of the
work without imports; the memory is the largest that the process ever had. What counts are the ratios, pair by pair:
absolute figures differ from machine to machine and from minute to minute.

usage: python tests/benchmark/fetch.py [--jobs N] [--runs N]     (with ansible-core and requests installed)
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FAILED_OF_ONE_CLUSTER = {"status": ["Failed"], "limit": 10}

BARE = """
import json, resource, sys, time
import requests
cloud = json.load(open(sys.argv[1]))
query = json.loads(sys.argv[2])
begin = time.perf_counter()
answer = requests.get(
    cloud["endpoint"] + "/api/v2/projects/" + cloud["project_id"] + "/jobs", headers={"X-Auth-Token": cloud["token"]}
)
jobs = [
    job
    for job in json.loads(answer.content)
    if job["spec"]["clusteruid"] in query["cluster_id"] and job["status"]["status"] in query["status"]
]
jobs.sort(key=lambda job: job["metadata"]["creationTimestamp"], reverse=True)
ids = [job["metadata"]["uid"] for job in jobs[: query["limit"]]]
seconds = time.perf_counter() - begin
print(json.dumps({"ids": ids, "seconds": seconds, "kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""

OURS = """
import json, resource, sys, time
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs_info import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._settings import settings_from
cloud = json.load(open(sys.argv[1]))
query = json.loads(sys.argv[2])
begin = time.perf_counter()
typed = {name: cloud[name] for name in ("endpoint", "project_id", "token")}
settings = settings_from("benchmark", {**typed, **query}, {}, environment={})
answer = find_jobs(settings, "benchmark", Report(warn=print, note=print, secret=lambda secret: None))
ids = [job["id"] for job in answer.jobs]
seconds = time.perf_counter() - begin
print(json.dumps({"ids": ids, "seconds": seconds, "kib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def measure(program: str, cloud: Path, query: dict[str, t.Any], path: Path) -> dict[str, t.Any]:
    """Run a program in a fresh interpreter; what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-c", program, str(cloud), json.dumps(query)]
    output = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return t.cast("dict[str, t.Any]", json.loads(output.splitlines()[-1]))


def compare(runs: int) -> None:
    """Measure inside of the simulator's exec mode, and print a table."""
    cloud = Path(os.environ["CCE_SIMULATOR_FILE"])
    facts = json.loads(cloud.read_text())
    cluster = next(cluster["id"] for cluster in facts["clusters"] if cluster["activity"] == "failing")
    query = {**FAILED_OF_ONE_CLUSTER, "cluster_id": [cluster]}
    with tempfile.TemporaryDirectory() as folder:
        namespace = Path(folder, "ansible_collections", "opentelekomcloud")
        namespace.mkdir(parents=True)
        (namespace / "cce").symlink_to(ROOT)
        pairs = []
        for number in range(runs + 1):
            pair = [measure(program, cloud, query, Path(folder)) for program in (OURS, BARE)]
            if pair[0]["ids"] != pair[1]["ids"] or not pair[0]["ids"]:
                sys.exit(f"The two do not find the same jobs: {pair[0]['ids']} and {pair[1]['ids']}.")
            # the first pair only warms the caches of the machine and of the simulator
            if number:
                pairs.append(pair)
    print(f"{len(pairs[0][0]['ids'])} of {facts['jobs']} jobs, medians of {runs} pairs")
    print(f"{'':<28}{'seconds':>10}{'MiB':>8}")
    for name, index in (("opentelekomcloud.cce", 0), ("requests.get + json.loads", 1)):
        seconds = statistics.median(pair[index]["seconds"] for pair in pairs)
        mebibytes = statistics.median(pair[index]["kib"] for pair in pairs) / 1024
        print(f"{name:<28}{seconds:>10.3f}{mebibytes:>8.0f}")
    ratios = [statistics.median(pair[0][key] / pair[1][key] for pair in pairs) for key in ("seconds", "kib")]
    print(f"{'ratio':<28}{ratios[0]:>10.2f}{ratios[1]:>8.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--jobs", type=int, default=100_000, help="length of the list (default: 100000)")
    parser.add_argument("--runs", type=int, default=7, help="counted pairs (default: 7)")
    arguments = parser.parse_args()
    if "CCE_SIMULATOR_FILE" in os.environ:
        compare(arguments.runs)
        return
    simulator = [sys.executable, str(ROOT / "tests" / "simulator"), "--seed", "7", "--jobs", str(arguments.jobs)]
    sys.exit(subprocess.call([*simulator, "--", sys.executable, __file__, "--runs", str(arguments.runs)]))


if __name__ == "__main__":
    main()
