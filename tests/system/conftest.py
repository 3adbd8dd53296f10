# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The real parts, each started once. Tests are skipped if a part that they need is not installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system import fronts
from ansible_collections.opentelekomcloud.cce.tests.system.fronts import Authorities, TlsFront
from ansible_collections.opentelekomcloud.cce.tests.system.identity import Account, Administrator
from ansible_collections.opentelekomcloud.cce.tests.system.servers import Tap, call, running

HERE = Path(__file__).parent
REGION, OTHER_REGION = "eu-de", "eu-nl"
UNWANTED = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def part(variable: str, what: str) -> str:
    """The interpreter that has this part, which the session of nox names; without one the test is skipped."""
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"{what} is not installed: {variable} names no interpreter")
    return python


def pytest_report_header() -> str:
    front = "nginx" if shutil.which("nginx") else "Python's ssl"
    return f"real parts found here: {front} for TLS, {fronts.proxy_program()} as forward proxy"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset the proxies and certificates of the developer."""
    for name in UNWANTED:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


class Simulator:
    """A simulated cloud; ``ready`` is its ready line."""

    def __init__(self, ready: dict[str, Any]) -> None:
        self.ready = ready
        self.url: str = ready["url"]

    def options(self, *names: str) -> dict[str, Any]:
        """Options that are members of the ready line."""
        return {name: self.ready[name] for name in names}

    def forget(self) -> None:
        call("DELETE", f"{self.url}/simulator/requests")

    def requests(self) -> list[dict[str, Any]]:
        """The requests since ``forget``."""
        found: list[dict[str, Any]] = call("GET", f"{self.url}/simulator/requests").json()["requests"]
        return found


@contextlib.contextmanager
def running_simulator(folder: Path, *options: str) -> Iterator[Simulator]:
    # with a clock that does not move, two calls in succession return the same
    fixed = ["--port", "0", "--seed", "7", "--now", "2026-01-02T03:04:05Z"]
    command = [sys.executable, str(HERE.parent / "simulator"), *fixed, *options]
    with running(command, folder / "simulator.log") as program:
        yield Simulator(program.ready_line())


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A cloud with its own, simulated IAM."""
    with running_simulator(tmp_path_factory.mktemp("simulator")) as started:
        yield started


# ---------------------------------------------------------------------------------------------------------------------
# Keystone


@dataclass(frozen=True)
class Cloud:
    """A simulated CCE behind a real Keystone."""

    cce: Simulator
    account: Account

    def login(self, **changes: str | None) -> dict[str, Any]:
        """Options of a login that succeeds, with these changes."""
        options = {
            "auth_url": self.account.url,
            "username": self.account.user.name,
            "password": self.account.user.password,
            "user_domain_name": self.account.domain_name,
            "project_name": next(iter(self.account.projects)),
            "retries": 0,
        }
        return {**options, **changes}


@pytest.fixture(scope="session")
def session_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    python = part("CCE_KEYSTONE_PYTHON", "Keystone")
    folder = tmp_path_factory.mktemp("keystone")
    command = [python, str(HERE / "keystone_server.py"), str(folder)]
    with contextlib.ExitStack() as stack:
        started = stack.enter_context(running(command, folder / "keystone.log")).ready_line()
        short_lived = stack.enter_context(running([*command, "0"], folder / "short-lived.log")).ready_line()
        simulator = stack.enter_context(running_simulator(folder, "--keystone", started["url"]))
        # the same server under two names, to see which of the two a client used
        port = simulator.url.rpartition(":")[2]
        endpoints = {
            REGION: f"http://127.0.0.1:{port}/api/v3/projects/%(tenant_id)s",
            OTHER_REGION: f"http://localhost:{port}",
        }
        administrator = Administrator(started["url"], started["password"])
        yield Cloud(simulator, administrator.furnish(short_lived["url"], REGION, endpoints))


@pytest.fixture
def cloud(session_cloud: Cloud) -> Cloud:
    """The cloud, with an empty log."""
    session_cloud.cce.forget()
    return session_cloud


# ---------------------------------------------------------------------------------------------------------------------
# TLS and proxies


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="session")
def authorities(certificates: Path) -> Authorities:
    return fronts.make_certificates(certificates)


@pytest.fixture(scope="session")
def front(certificates: Path, authorities: Authorities, simulator: Simulator) -> Iterator[TlsFront]:
    """TLS before the simulator."""
    with fronts.tls_front(certificates, simulator.url) as started:
        yield started


@contextlib.contextmanager
def tapped_proxy(folder: Path, with_password: bool) -> Iterator[Tap]:
    with fronts.forward_proxy(folder, with_password) as address:
        tap = Tap(address)
        with tap.serving():
            yield tap


@pytest.fixture(scope="session")
def session_proxies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Tap]]:
    with contextlib.ExitStack() as stack:
        yield {
            with_password: stack.enter_context(tapped_proxy(tmp_path_factory.mktemp("proxy"), with_password))
            for with_password in (False, True)
        }


@pytest.fixture
def open_proxy(session_proxies: dict[bool, Tap]) -> Tap:
    """A proxy that requires no password."""
    session_proxies[False].seen.clear()
    return session_proxies[False]


@pytest.fixture
def closed_proxy(session_proxies: dict[bool, Tap]) -> Tap:
    """A proxy that requires a password."""
    session_proxies[True].seen.clear()
    return session_proxies[True]
