# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the simulator: ``python3 tests/simulator --port 0 --seed 7`` or ``... --seed 7 -- COMMAND ARGS``.

Without a command, the simulator prints one line of JSON (the ready line) as soon as it accepts requests, and serves
until SIGTERM or SIGINT. With a command, it runs the command, stops afterwards, and exits with the command's status. The
command's environment has CCE_SIMULATOR_URL (the URL of the first region) and CCE_SIMULATOR_FILE (a file that holds the
ready line). With ``--log-in`` it also has the variables of an ``openrc`` file of the simulated user, and no other OS_*
variables.

Each region (eu-de, eu-nl) has its own port with its own IAM and CCE. See module ``control`` for the control API under
``/simulator``, ``accounts`` for users and projects, and ``sample_jobs`` for clusters and jobs.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

if not __package__:
    # Started as a directory: replace the path entry for the directory itself by one for its parent.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from simulator.accounts import Directory
from simulator.clock import Clock, parse_moment, rfc3339
from simulator.cloud import Cloud
from simulator.gateway import Gateway
from simulator.iam import Iam
from simulator.ready_line import ready_line
from simulator.sample_jobs import MOST_JOBS, SampleJobs
from simulator.server import SimulatorServer


def job_count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"must be between 1 and {MOST_JOBS}")
    return count


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="simulator", description=(__doc__ or "").partition("\n")[0], epilog="-- COMMAND ARGS: run it and stop"
    )
    parser.add_argument("--host", default="127.0.0.1", help="IP address to listen on; default: 127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="port of the first region; 0, the default: a free one")
    parser.add_argument("--seed", type=int, default=1, help="same seed and start time: same projects and jobs")
    parser.add_argument("--jobs", type=job_count, default=60, help=f"jobs of the first project, 1 to {MOST_JOBS}")
    parser.add_argument("--teams", type=int, default=0, help="projects of user manager; default: 0")
    parser.add_argument("--now", type=parse_moment, help="stop the clock at this time (RFC 3339)")
    parser.add_argument("--busy-for", type=float, default=90, help="seconds until the busy cluster is idle")
    parser.add_argument(
        "--new-jobs-every", type=float, default=240, help="seconds between new jobs of the lively cluster; 0: none"
    )
    parser.add_argument("--prefix", default="", help="also serve everything under this path")
    parser.add_argument("--token-lifetime", type=float, default=86400, help="seconds; default: one day")
    parser.add_argument("--keystone", metavar="URL", help="ask this Keystone about unknown tokens")
    parser.add_argument("--reusable-passcode", action="store_true", help="accept a passcode for more than one login")
    parser.add_argument("--log-in", action="store_true", help="set OS_* variables for the command")
    parser.add_argument(
        "--echo-canonical-request", action="store_true", help="show it in signature errors, as some gateways do"
    )
    return parser.parse_args(arguments)


def build(chosen: argparse.Namespace) -> SimulatorServer:
    """A server that is bound and has its jobs, but does not serve yet."""
    clock = Clock(chosen.now)
    start = clock.now()
    directory = Directory(chosen.seed, chosen.teams)
    samples = SampleJobs(chosen.seed, directory.projects, start, chosen.jobs, chosen.busy_for, chosen.new_jobs_every)
    iam = Iam(directory, chosen.token_lifetime, chosen.reusable_passcode)
    gateway = Gateway(iam, chosen.keystone, chosen.echo_canonical_request)
    server = SimulatorServer(chosen.host, chosen.port, Cloud(samples, iam, gateway, clock, chosen.prefix))
    first_list = samples.jobs_of(directory.projects[0].id)
    for zipped in (False, True):
        first_list.body(start, zipped)
    server.ready.update(
        ready_line(server.cloud),
        pid=os.getpid(),
        seed=chosen.seed,
        started_at=rfc3339(start),
        jobs=chosen.jobs,
        busy_for=chosen.busy_for,
    )
    return server


def serve(server: SimulatorServer) -> int:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    server.start()
    print(json.dumps(server.ready), flush=True)
    stop.wait()
    server.stop()
    return 0


def login(ready: dict[str, Any]) -> dict[str, str]:
    """The variables of an ``openrc`` file, and the URLs of CCE and of the metadata service, which clients know."""
    return {
        "OS_AUTH_URL": ready["auth_url"],
        "OS_USERNAME": ready["username"],
        "OS_PASSWORD": ready["password"],
        "OS_USER_DOMAIN_NAME": ready["domain_name"],
        "OS_PROJECT_NAME": ready["project_name"],
        "OS_REGION_NAME": ready["region"],
        "OS_CCE_ENDPOINT_OVERRIDE": ready["endpoint"],
        "OS_METADATA_URL": ready["metadata_url"],
    }


def run(server: SimulatorServer, command: list[str], log_in: bool) -> int:
    """Run the command; return its exit status, 128 + n after signal n, 127 if it cannot be started."""
    early: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: early.append(received))
    server.start()
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        ready_file = Path(folder, "ready.json")
        ready_file.write_text(json.dumps(server.ready) + "\n", encoding="utf-8")
        environment = {**os.environ, "CCE_SIMULATOR_URL": server.url, "CCE_SIMULATOR_FILE": str(ready_file)}
        if log_in:
            # a stray variable could take precedence, and a real credential would be sent to the simulator
            others = {name: value for name, value in environment.items() if not name.startswith("OS_")}
            environment = {**others, **login(server.ready)}
        try:
            process = subprocess.Popen(command, env=environment)
        except OSError as error:
            print(f"simulator: cannot run {command[0]}: {error.strerror}", file=sys.stderr)
            server.stop()
            return 127
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: process.send_signal(received))
        for received in early:
            process.send_signal(received)
        status = process.wait()
    server.stop()
    return status if status >= 0 else 128 - status


def main(arguments: list[str]) -> int:
    own, separator, command = arguments, "", []
    if "--" in arguments:
        position = arguments.index("--")
        own, separator, command = arguments[:position], "--", arguments[position + 1 :]
    chosen = options(own)
    if separator and not command:
        print("simulator: no command after --", file=sys.stderr)
        return 2
    if chosen.log_in and not command:
        print("simulator: --log-in requires a command", file=sys.stderr)
        return 2
    server = build(chosen)
    return run(server, command, chosen.log_in) if command else serve(server)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
