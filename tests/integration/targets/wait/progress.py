# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task waits for is seen while it waits: the job ends only after its name was printed, or never."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

CLOUD = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text(encoding="utf-8"))
# In a result, which is printed at the end, no host stands before it
LIVE = "<localhost> Waiting for ScaleupCluster of node-1 (Running), after "


def job_is(status: str) -> None:
    job = {
        "metadata": {"uid": "a", "creationTimestamp": "2026-01-01 00:00:00 +0000 UTC"},
        "spec": {"type": "ScaleupCluster", "resourcename": "node-1"},
        "status": {"status": status},
    }
    request = urllib.request.Request(CLOUD["url"] + "/simulator/jobs", json.dumps([job]).encode(), method="PUT")
    with urllib.request.urlopen(request):
        pass


def play(*arguments: str) -> tuple[int, str]:
    """Run the playbook, and let the job end when a line names it."""
    printed = []
    job_is("Running")
    command = ["ansible-playbook", "live.yml", *arguments]
    # as on a terminal: Ansible itself sends lines into a pipe only when it ends
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout:
            printed.append(line)
            if LIVE in line:
                job_is("Success")
    return process.returncode, "".join(printed)


def expect(condition: bool, output: str) -> None:
    if not condition:
        sys.exit(output)


# Ansible does the task itself, or sends it, as what has an environment of its own
for where in ((), ("-e", '{"environment_of_tasks": {"SENT": "yes"}}')):
    status, output = play("-v", *where)
    expect(status == 0 and LIVE in output, output)
    # Nobody is told where that was not asked for: the job does not end, and so neither does the wait
    status, output = play("-e", "{patience: 2}", *where)
    expect(status == 2 and LIVE not in output and "Not finished within 2 s" in output, output)
    status, output = play("-v", "-e", "{patience: 2, quiet: true}", *where)
    expect(status == 2 and LIVE not in output, output)
