# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The simulated clouds of a run, one for each length of the list."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

SIMULATOR = Path(__file__).resolve().parents[1] / "simulator"


class Cloud:
    """A running simulator; ``facts`` is its ready line."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts
        self.jobs_path = f"/api/v2/projects/{facts['project_id']}/jobs"
        # no proxy, wherever the environment names one
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def cluster(self, activity: str) -> str:
        """The id of the cluster where this is going on."""
        return str(next(each["id"] for each in self.facts["clusters"] if each["activity"] == activity))

    def control(self, method: str, path: str, value: object = None) -> Any:
        """Call the simulator's control API."""
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.facts["url"] + "/simulator" + path, body, method=method)
        with self._opener.open(request) as answer:
            return json.loads(answer.read() or b"null")

    def calls(self) -> Counter[str]:
        """How many logins and lists the cloud has served since it last forgot."""
        made: Counter[str] = Counter()
        for request in self.control("GET", "/requests")["requests"]:
            made["logins"] += request["path"].endswith("/auth/tokens")
            made["lists"] += request["path"] == self.jobs_path
        return made


class Clouds(contextlib.ExitStack):
    """Starts a simulator when a length of list is first asked for, and ends them all."""

    def __init__(self) -> None:
        super().__init__()
        self._running: dict[int, Cloud] = {}

    def with_jobs(self, jobs: int) -> Cloud:
        if jobs not in self._running:
            # a clock that stands: the list is the same in every round
            fixed = ["--seed", "7", "--now", "2026-01-02T03:04:05Z"]
            command = [sys.executable, str(SIMULATOR), *fixed, "--jobs", str(jobs)]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            # in reverse: terminate, then wait, which also closes the pipe
            self.enter_context(process)
            self.callback(process.terminate)
            assert process.stdout
            line = process.stdout.readline()
            if not line:
                sys.exit("The simulator did not start.")
            self._running[jobs] = Cloud(json.loads(line))
        return self._running[jobs]
