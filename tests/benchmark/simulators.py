# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulators of a run, one for each length of the list."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

TEAMS = 50
"""Projects that have the same list as the first one."""

PROGRAM = Path(__file__).resolve().parents[1] / "simulator"


class Simulator:
    """A running simulator; ``facts`` is its ready line."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.jobs_path = f"/api/v2/projects/{facts['project_id']}/jobs"
        self.job: dict[str, Any] = {}
        """The job of ``run_a_job`` as the API returns it."""
        # ignore a proxy that the environment sets
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def cluster(self, activity: str) -> str:
        """The ID of the cluster with this activity."""
        return str(next(each["id"] for each in self.facts["clusters"] if each["activity"] == activity))

    def control(self, method: str, path: str, value: object = None) -> Any:
        """Call the simulator's control API."""
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.facts["url"] + "/simulator" + path, body, method=method)
        with self._opener.open(request) as response:
            return json.loads(response.read() or b"null")

    def calls(self) -> Counter[str]:
        """How many logins, lists, and single jobs were served since the request log was cleared."""
        made: Counter[str] = Counter()
        for request in self.control("GET", "/requests")["requests"]:
            made["logins"] += request["path"].endswith("/auth/tokens")
            made["lists"] += request["path"] == self.jobs_path
            made["jobs"] += request["path"].startswith(f"{self.jobs_path}/")
        return made

    def jobs(self) -> list[dict[str, Any]]:
        """The list of jobs as the API returns it. For short lists: this process must stay small."""
        return list(self._get(self.jobs_path))

    def run_a_job(self) -> None:
        """Create a job that does not end, and keep it as ``job``. In a project of one job, it replaces that job."""
        order = {"cluster": self.cluster("quiet"), "type": "UpgradeCluster", "seconds": 3600}
        created = self.control("POST", "/jobs", order)
        self.job = self._get(f"{self.jobs_path}/{created['id']}")
        if self.facts["jobs"] == 1:
            self.control("PUT", "/jobs", [self.job])

    def _get(self, path: str) -> Any:
        headers = {"X-Auth-Token": self.facts["token"]}
        with self._opener.open(urllib.request.Request(self.facts["endpoint"] + path, headers=headers)) as response:
            return json.loads(response.read())


class Simulators(contextlib.ExitStack):
    """Starts a simulator when a length is first requested, and stops all of them on exit."""

    def __init__(self) -> None:
        super().__init__()
        self._running: dict[int, Simulator] = {}

    def with_jobs(self, jobs: int) -> Simulator:
        if jobs not in self._running:
            # the clock is stopped, so that the list is the same in every round
            fixed = ["--seed", "7", "--now", "2026-01-02T03:04:05Z", "--teams", str(TEAMS)]
            command = [sys.executable, str(PROGRAM), *fixed, "--jobs", str(jobs)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            # callbacks run in reverse: terminate, then wait, which also closes the pipe
            self.enter_context(process)
            self.callback(process.terminate)
            assert process.stdout
            line = process.stdout.readline()
            if not line:
                sys.exit("The simulator did not start.")
            self._running[jobs] = Simulator(json.loads(line))
        return self._running[jobs]
