# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The progress of a wait is printed while the task runs: the job ends only after its name was printed.

If the wait fails, its message comes before the result, which contains all jobs.
"""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

CLOUD = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text(encoding="utf-8"))
# The result, which is printed at the end, contains such a line without the host
LIVE = re.compile(r"<localhost> Waiting for .*ScaleupCluster.*node-1")


def set_status(status: str) -> None:
    """Replace the job list by one job with this status."""
    job = {
        "metadata": {"uid": "a", "creationTimestamp": "2026-01-01 00:00:00 +0000 UTC"},
        "spec": {"type": "ScaleupCluster", "resourcename": "node-1"},
        "status": {"status": status},
    }
    request = urllib.request.Request(CLOUD["url"] + "/simulator/jobs", json.dumps([job]).encode(), method="PUT")
    with urllib.request.urlopen(request):
        pass


def play(*arguments: str, terminal: bool = False) -> tuple[int, str]:
    """Run the playbook and end the job when a line names it. Return the exit status and the output."""
    printed = []
    set_status("Running")
    command = ["ansible-playbook", "progress.yml", *arguments]
    # as on a terminal: otherwise Ansible fills a buffer before it writes to a pipe
    settings = {"PYTHONUNBUFFERED": "1", "TERM": "xterm", "ANSIBLE_FORCE_COLOR": "false", "ANSIBLE_NOCOLOR": "false"}
    environment = {name: value for name, value in {**os.environ, **settings}.items() if name != "NO_COLOR"}
    reader, writer = pty.openpty() if terminal else os.pipe()
    with subprocess.Popen(command, env=environment, stdout=writer, stderr=subprocess.STDOUT) as process:
        os.close(writer)
        for line in lines_of(reader):
            printed.append(line)
            if LIVE.search(line):
                set_status("Success")
    return process.returncode, "".join(printed)


def lines_of(reader: int) -> Iterator[str]:
    """The lines that are written to the other end, until it is closed."""
    with open(reader, encoding="utf-8", newline="") as file:
        try:
            for line in file:
                yield line.replace("\r\n", "\n")
        except OSError as error:
            # how Linux reports that nothing else has the terminal open
            if error.errno != errno.EIO:
                raise


def expect(condition: object, output: str) -> None:
    """Exit with the output unless the condition is true."""
    if not condition:
        sys.exit(output)


def timed_out(status: int, output: str) -> bool:
    """Whether the wait ran into its timeout without printing its progress, so that the job never ended."""
    return status == 2 and not LIVE.search(output)


# in the Ansible process, and sent, as every task that has an environment
for where in ((), ("-e", '{"environment_of_tasks": {"SENT": "yes"}}')):
    status, output = play("-v", *where)
    expect(status == 0 and LIVE.search(output), output)
    # someone watches
    status, output = play(*where, terminal=True)
    expect(status == 0 and LIVE.search(output), output)
    # no progress without -v otherwise, and none with no_log
    status, output = play("-e", "{wait_seconds: 2}", *where)
    expect(timed_out(status, output) and re.search(r"\b2 s\b.*\n(?:.*\n)*fatal: ", output), output)
    status, output = play("-v", "-e", "{wait_seconds: 2, censored: true}", *where)
    expect(timed_out(status, output), output)
