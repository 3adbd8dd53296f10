# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real forward proxy, with and without a password."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system.conftest import Simulator
from ansible_collections.opentelekomcloud.cce.tests.system.fronts import (
    ENCODED_PROXY_PASSWORD,
    PROXY_PASSWORD,
    PROXY_USER,
    Authorities,
    TlsFront,
    proxy_program,
)
from ansible_collections.opentelekomcloud.cce.tests.system.plugins import Outcome, ask, play
from ansible_collections.opentelekomcloud.cce.tests.system.servers import Tap

# a proxy that refuses connections: nothing listens on port 1
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(params=["http", "https"])
def target(
    request: pytest.FixtureRequest, simulator: Simulator, front: TlsFront, authorities: Authorities
) -> dict[str, Any]:
    """Options that lead to CCE by plain http or through TLS."""
    endpoint = front.url if request.param == "https" else simulator.url
    return {
        **simulator.options("project_id", "token"),
        "endpoint": endpoint,
        "ca_cert": authorities.right,
        "retries": 0,
    }


def address(tap: Tap, password: str | None = None) -> str:
    return f"http://{PROXY_USER}:{password}@127.0.0.1:{tap.port}" if password else f"http://127.0.0.1:{tap.port}"


def passed(tap: Tap, target: dict[str, Any]) -> bool:
    """Whether the call went through the proxy, in the way that its scheme requires."""
    if not tap.seen:
        return False
    url = urlsplit(target["endpoint"])
    expected = f"CONNECT {url.netloc} " if url.scheme == "https" else f"GET {target['endpoint']}/api/"
    assert tap.seen[0].startswith(expected)
    assert len(tap.seen) == 1
    return True


def refusal(target: dict[str, Any]) -> str:
    """The kind of error that a wrong password gives."""
    # tinyproxy responds with 401 to it, and with 407 only to a missing one; without TLS, that looks like CCE
    in_plain_sight = urlsplit(target["endpoint"]).scheme == "http"
    return "authentication" if in_plain_sight and proxy_program() == "tinyproxy" else "connection"


def assert_silent(outcome: Outcome, password: str) -> None:
    """Check that no message repeats the password of the proxy."""
    assert password not in outcome.text()
    assert PROXY_USER not in outcome.text()


def test_option(open_proxy: Tap, target: dict[str, Any]) -> None:
    ask({**target, "proxy": address(open_proxy)}).found()
    assert passed(open_proxy, target)


@pytest.mark.parametrize("password", [PROXY_PASSWORD, ENCODED_PROXY_PASSWORD])
def test_password(closed_proxy: Tap, target: dict[str, Any], password: str) -> None:
    outcome = ask({**target, "proxy": address(closed_proxy, password)})
    outcome.found()
    assert passed(closed_proxy, target)
    assert_silent(outcome, password)


def test_password_missing(closed_proxy: Tap, target: dict[str, Any]) -> None:
    outcome = ask({**target, "proxy": address(closed_proxy), "retries": 4})
    assert "proxy" in str(outcome.failed("connection"))
    # the same call would be refused again
    assert passed(closed_proxy, target)


def test_password_wrong(closed_proxy: Tap, target: dict[str, Any]) -> None:
    outcome = ask({**target, "proxy": address(closed_proxy, "wrong-password"), "retries": 4})
    outcome.failed(refusal(target))
    assert passed(closed_proxy, target)
    assert_silent(outcome, "wrong-password")


def test_proxy_that_refuses_connections(target: dict[str, Any]) -> None:
    error = ask({**target, "proxy": NOWHERE}).failed("connection")
    assert "proxy" in str(error)


@pytest.mark.parametrize("lower", [False, True], ids=["upper case", "lower case"])
class TestVariables:
    """The usual variables, which programs spell in upper and in lower case."""

    @pytest.fixture(autouse=True)
    def spelling(self, lower: bool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lower = lower
        self.monkeypatch = monkeypatch

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name.lower() if self.lower else name, value)

    def set_proxy(self, target: dict[str, Any], url: str) -> None:
        """Set the one variable that counts for the target; the other leads nowhere."""
        scheme = urlsplit(target["endpoint"]).scheme
        self.set(HTTP_PROXY=NOWHERE, HTTPS_PROXY=NOWHERE)
        self.set(**{f"{scheme.upper()}_PROXY": url})

    def test_proxy(self, open_proxy: Tap, target: dict[str, Any]) -> None:
        self.set_proxy(target, address(open_proxy))
        ask(target).found()
        assert passed(open_proxy, target)

    def test_password(self, closed_proxy: Tap, target: dict[str, Any]) -> None:
        self.set_proxy(target, address(closed_proxy, PROXY_PASSWORD))
        outcome = ask(target)
        outcome.found()
        assert passed(closed_proxy, target)
        assert_silent(outcome, PROXY_PASSWORD)

    def test_wrong_password(self, closed_proxy: Tap, target: dict[str, Any]) -> None:
        self.set_proxy(target, address(closed_proxy, "wrong-password"))
        outcome = ask(target)
        outcome.failed(refusal(target))
        assert passed(closed_proxy, target)
        assert_silent(outcome, "wrong-password")

    @pytest.mark.parametrize("hosts", ["localhost,127.0.0.1", "example.com, localhost, 127.0.0.0/8", "*"])
    def test_exception(self, target: dict[str, Any], hosts: str) -> None:
        self.set(HTTP_PROXY=NOWHERE, HTTPS_PROXY=NOWHERE, NO_PROXY=hosts)
        ask(target).found()

    def test_option_beats_variables(self, open_proxy: Tap, target: dict[str, Any]) -> None:
        self.set(HTTP_PROXY=NOWHERE, HTTPS_PROXY=NOWHERE)
        ask({**target, "proxy": address(open_proxy)}).found()
        assert passed(open_proxy, target)

    def test_option_beats_exceptions(self, open_proxy: Tap, target: dict[str, Any]) -> None:
        self.set(NO_PROXY="localhost,127.0.0.1")
        ask({**target, "proxy": address(open_proxy)}).found()
        assert passed(open_proxy, target)


@pytest.mark.parametrize("password", [PROXY_PASSWORD, "wrong-password"])
def test_playbook(closed_proxy: Tap, target: dict[str, Any], tmp_path: Path, password: str) -> None:
    expected = "success" if password == PROXY_PASSWORD else refusal(target)
    output = play(tmp_path, {**target, "proxy": address(closed_proxy, password)}, expected)
    assert len(closed_proxy.seen) == 2
    assert password not in output
    assert target["token"] not in output
