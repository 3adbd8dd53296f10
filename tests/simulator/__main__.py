# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the simulator: ``python3 tests/simulator --port 0 --seed 7`` or ``... --seed 7 -- COMMAND ARGS``.

Without a command it prints one line of JSON, the ready line, when it can answer, and serves until SIGTERM or SIGINT.
With a command it runs that with CCE_SIMULATOR_URL (the address) and CCE_SIMULATOR_FILE (a file that holds the ready
line) in its environment, stops afterwards and exits with the command's status. With ``--log-in`` the environment also
holds what an ``openrc`` file of the simulated user would set, in place of all OS_* variables that were there. Module
``control`` describes what ``/simulator`` on the same address can do; module ``estate`` describes the projects and
clusters.
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
    # Started as a folder: the entry that Python made for the folder itself becomes the one of its parent.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from simulator.clock import Clock, parse_moment, rfc3339
from simulator.cloud import Cloud
from simulator.estate import MOST_JOBS, REGION, Estate
from simulator.iam import PASSCODE, Iam
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
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--seed", type=int, default=1, help="same seed and start time: same estate")
    parser.add_argument("--jobs", type=job_count, default=60, help=f"jobs of the first project, 1 to {MOST_JOBS}")
    parser.add_argument("--now", type=parse_moment, help="fix the estate's clock at this time (RFC 3339)")
    parser.add_argument("--busy-for", type=float, default=90, help="seconds until the busy cluster is quiet")
    parser.add_argument(
        "--new-jobs-every", type=float, default=240, help="seconds between new jobs of the lively cluster; 0: none"
    )
    parser.add_argument("--prefix", default="", help="path under which everything is served as well")
    parser.add_argument("--token-lifetime", type=float, default=86400, help="seconds")
    parser.add_argument("--keystone", metavar="URL", help="ask this Keystone about tokens of other origin")
    parser.add_argument("--log-in", action="store_true", help="give the command a login, as OS_* variables")
    parser.add_argument(
        "--echo-canonical-request", action="store_true", help="put it into signature errors, as some gateways do"
    )
    return parser.parse_args(arguments)


def build(chosen: argparse.Namespace) -> SimulatorServer:
    """A server that is bound and has its estate, but does not serve yet."""
    clock = Clock(chosen.now)
    start = clock.now()
    estate = Estate(chosen.seed, start, chosen.jobs, chosen.busy_for, chosen.new_jobs_every)
    iam = Iam(chosen.seed, estate.projects, chosen.token_lifetime, chosen.keystone, chosen.echo_canonical_request)
    server = SimulatorServer((chosen.host, chosen.port), Cloud(estate, iam, clock, chosen.prefix))
    first = estate.projects[0]
    for zipped in (False, True):
        estate.jobs_of(first.id).body(clock.now(), zipped)
    token = iam.issue(iam.user, ("password",), first)
    server.ready.update(
        url=server.url,
        endpoint=server.url + server.cloud.prefix,
        auth_url=server.url + server.cloud.prefix + "/v3",
        pid=os.getpid(),
        seed=chosen.seed,
        started_at=rfc3339(start),
        region=REGION,
        domain_name=iam.domain.name,
        domain_id=iam.domain.id,
        project_name=first.name,
        project_id=first.id,
        projects={project.name: project.id for project in estate.projects},
        username=iam.user.name,
        user_id=iam.user.id,
        password=iam.user.password,
        access_key=iam.key.id,
        secret_key=iam.key.secret,
        temporary_access_key=iam.temporary_key.id,
        temporary_secret_key=iam.temporary_key.secret,
        security_token=iam.temporary_key.security_token,
        token=token.value,
        token_expires_at=rfc3339(token.expires),
        mfa_username=iam.second_factor_user.name,
        mfa_user_id=iam.second_factor_user.id,
        mfa_password=iam.second_factor_user.password,
        passcode=PASSCODE,
        restricted_username=iam.restricted_user.name,
        restricted_password=iam.restricted_user.password,
        restricted_access_key=iam.restricted_key.id,
        restricted_secret_key=iam.restricted_key.secret,
        restricted_token=iam.issue(iam.restricted_user, ("password",), first).value,
        jobs=chosen.jobs,
        busy_for=chosen.busy_for,
        clusters=[
            {
                "name": cluster.name,
                "id": cluster.uid,
                "activity": cluster.activity,
                "project_name": cluster.project.name,
                "project_id": cluster.project.id,
            }
            for cluster in estate.clusters
        ],
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
    """What a file ``openrc`` sets, and the address of CCE, which the real cloud's clients know by its region."""
    return {
        "OS_AUTH_URL": ready["auth_url"],
        "OS_USERNAME": ready["username"],
        "OS_PASSWORD": ready["password"],
        "OS_USER_DOMAIN_NAME": ready["domain_name"],
        "OS_PROJECT_NAME": ready["project_name"],
        "OS_REGION_NAME": ready["region"],
        "OS_CCE_ENDPOINT_OVERRIDE": ready["endpoint"],
    }


def run(server: SimulatorServer, command: list[str], log_in: bool) -> int:
    """Run the command beside the server; its exit status, 128 + n after signal n, 127 when it cannot be started."""
    early: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: early.append(received))
    server.start()
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        ready_file = Path(folder, "ready.json")
        ready_file.write_text(json.dumps(server.ready) + "\n", encoding="utf-8")
        environment = {**os.environ, "CCE_SIMULATOR_URL": server.url, "CCE_SIMULATOR_FILE": str(ready_file)}
        if log_in:
            # one that lies there already could win, and would be sent to the simulator
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
        place = arguments.index("--")
        own, separator, command = arguments[:place], "--", arguments[place + 1 :]
    chosen = options(own)
    if separator and not command:
        print("simulator: no command after --", file=sys.stderr)
        return 2
    if chosen.log_in and not command:
        print("simulator: --log-in is for a command", file=sys.stderr)
        return 2
    server = build(chosen)
    return run(server, command, chosen.log_in) if command else serve(server)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
