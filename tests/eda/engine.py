# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-rulebook as a process, a server for its webhooks, and a simulated cloud."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.opentelekomcloud.cce.tests.system.servers import Program, call, running, without_proxies

ROOT = Path(__file__).resolve().parents[2]
RULEBOOKS = ROOT / "extensions" / "eda" / "rulebooks"
SOURCES = ROOT / "extensions" / "eda" / "plugins" / "event_source"
COLLECTION = "opentelekomcloud.cce"
# Only a failure takes so long
PATIENCE = 120.0
_LOOK = 0.05


def until(condition: Callable[[], Any], what: str, context: Callable[[], str] = lambda: "") -> None:
    """Return when the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited for {what} in vain: {context()}"
        time.sleep(_LOOK)


class Cloud:
    """A simulated cloud. Its clock stands still unless ``advance`` moves it."""

    def __init__(self, program: Program) -> None:
        self.ready = program.ready_line()
        self.url = self.ready["url"]
        [self.cluster] = (each for each in self.ready["clusters"] if each["name"] == "shop-archive")

    @property
    def secrets(self) -> list[str]:
        return [self.ready[name] for name in ("password", "token", "secret_key")]

    def environment(self) -> dict[str, str]:
        """The variables of an openrc file."""
        return {
            "OS_AUTH_URL": self.ready["auth_url"],
            "OS_USERNAME": self.ready["username"],
            "OS_PASSWORD": self.ready["password"],
            "OS_USER_DOMAIN_NAME": self.ready["domain_name"],
            "OS_PROJECT_NAME": self.ready["project_name"],
            "OS_REGION_NAME": self.ready["region"],
            "OS_CCE_ENDPOINT_OVERRIDE": self.ready["endpoint"],
        }

    def create(self, seconds: float, *, fails: bool = False) -> str:
        """The ID of a new job of the quiet cluster."""
        body = {"cluster": self.cluster["id"], "type": "ScaleupCluster", "seconds": seconds, "fails": fails}
        job_id: str = call("POST", f"{self.url}/simulator/jobs", body).json()["id"]
        return job_id

    def advance(self, seconds: float) -> None:
        call("POST", f"{self.url}/simulator/clock", {"advance": seconds})

    def lists(self, agent: str) -> dict[int, int]:
        """How many lists this agent was sent, by connection."""
        counts: dict[int, int] = {}
        for request in call("GET", f"{self.url}/simulator/requests").json()["requests"]:
            is_list = request["path"].endswith("/jobs") and request["status"] == 200
            if is_list and agent in request["headers"]["user-agent"]:
                counts[request["connection"]] = counts.get(request["connection"], 0) + 1
        return counts

    def wait_for_polls(self, sources: int, engine: Engine) -> None:
        """Return when each of so many sources has polled twice, so that its first poll is done."""
        call("DELETE", f"{self.url}/simulator/requests")
        until(
            lambda: sum(count > 1 for count in self.lists("event_source").values()) == sources,
            f"{sources} sources to poll",
            engine.output,
        )


@contextmanager
def simulated_cloud(folder: Path) -> Iterator[Cloud]:
    command = [sys.executable, str(ROOT / "tests" / "simulator"), "--seed", "7", "--jobs", "12"]
    command += ["--now", "2026-01-02T03:04:05Z"]
    with running(command, folder / "simulator.log") as program:
        yield Cloud(program)


class Hooks:
    """A server that accepts JSON, and keeps it by the last part of the path."""

    def __init__(self) -> None:
        received: dict[str, list[Any]] = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                received.setdefault(self.path.strip("/"), []).append(body)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Print nothing."""

        self.received = received
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Hooks:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def got(self, name: str) -> list[Any]:
        return list(self.received.get(name, ()))


class Engine:
    """One run of ansible-rulebook in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        rulesets: list[dict[str, Any]],
        cloud: Cloud,
        *arguments: str,
        variables: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        number = len(list(folder.glob("*.log")))
        self._log = folder / f"{number}.log"
        # JSON is YAML
        (folder / "rulebook.yml").write_text(json.dumps(rulesets), encoding="utf-8")
        (folder / "variables.yml").write_text(json.dumps(dict(variables or {})), encoding="utf-8")
        localhost = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        inventory = {"all": {"hosts": {"localhost": localhost}}}
        (folder / "inventory.yml").write_text(json.dumps(inventory), encoding="utf-8")
        command = [shutil.which("ansible-rulebook") or "ansible-rulebook", "-r", "rulebook.yml", "-i", "inventory.yml"]
        command += ["--vars", "variables.yml", *arguments]
        settings = {**without_proxies(os.environ), "NO_PROXY": "127.0.0.1", **cloud.environment()}
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={**settings, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # so that what it starts can be ended with it
                start_new_session=True,
            )

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def output(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, condition: Callable[[], Any], what: str) -> None:
        """Return when the condition holds, and fail if the process ends before that."""

        def holds() -> bool:
            ended = self._process.poll() is not None
            if condition():
                return True
            assert not ended, f"ended before {what}: {self.output()}"
            return False

        until(holds, what, self.output)

    def terminate(self) -> int:
        """Send SIGTERM, and return the status with which the process ends."""
        self._process.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """The status with which the process ends."""
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end: {self.output()}") from None


def shipped(name: str) -> list[dict[str, Any]]:
    """A rulebook of the collection."""
    rulesets: list[dict[str, Any]] = yaml.safe_load((RULEBOOKS / f"{name}.yml").read_text(encoding="utf-8"))
    return rulesets
