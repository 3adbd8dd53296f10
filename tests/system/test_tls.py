# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS with certificates of a private authority, and a rate limit."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system.conftest import Simulator
from ansible_collections.opentelekomcloud.cce.tests.system.fronts import LONG_WAIT, Authorities, TlsFront
from ansible_collections.opentelekomcloud.cce.tests.system.plugins import Outcome, ask, play

# what counts if no option is set
BUNDLES = [
    None,
    ("REQUESTS_CA_BUNDLE", "right"),
    ("REQUESTS_CA_BUNDLE", "wrong"),
    ("REQUESTS_CA_BUNDLE", "missing"),
    ("CURL_CA_BUNDLE", "right"),
    ("CURL_CA_BUNDLE", "wrong"),
]


@pytest.fixture(params=BUNDLES, ids=lambda bundle: " ".join(bundle or ["no bundle"]))
def bundle(request: pytest.FixtureRequest, authorities: Authorities, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """A variable that names a bundle of certificates, or none; and which bundle it is."""
    if not request.param:
        return None
    variable, which = request.param
    files = {"right": authorities.right, "wrong": authorities.wrong, "missing": "/missing.pem"}
    monkeypatch.setenv(variable, files[which])
    return str(which)


def by_token(simulator: Simulator, endpoint: str, **more: Any) -> Outcome:
    return ask({**simulator.options("project_id", "token"), "endpoint": endpoint, "retries": 0, **more})


@pytest.mark.usefixtures("bundle")
class TestTrust:
    """Options take precedence over the variables of requests."""

    def test_right_authority(self, simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
        by_token(simulator, front.url, ca_cert=authorities.right).found()

    def test_wrong_authority(self, simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
        outcome = by_token(simulator, front.url, ca_cert=authorities.wrong)
        assert "ca_cert" in str(outcome.failed("tls"))

    def test_no_authority(self, simulator: Simulator, front: TlsFront, bundle: str | None) -> None:
        outcome = by_token(simulator, front.url)
        if bundle == "right":
            outcome.found()
        else:
            assert "ca_cert" in str(outcome.failed("tls"))

    def test_wrong_host_name(self, simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
        by_token(simulator, front.other_name_url, ca_cert=authorities.right).failed("tls")

    def test_expired(self, simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
        outcome = by_token(simulator, front.expired_url, ca_cert=authorities.right)
        assert "expired" in str(outcome.failed("tls"))

    @pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
    @pytest.mark.parametrize("given", ["no", "wrong"])
    def test_unchecked(self, simulator: Simulator, front: TlsFront, authorities: Authorities, given: str) -> None:
        ca_cert = authorities.wrong if given == "wrong" else None
        for url in (front.url, front.other_name_url, front.expired_url):
            by_token(simulator, url, ca_cert=ca_cert, validate_certs=False).found()


def test_authority_from_the_environment(simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
    options = {**simulator.options("project_id", "token"), "endpoint": front.url, "retries": 0}
    ask(options, {"OS_CACERT": authorities.right}).found()
    ask(options, {"OS_CACERT": authorities.wrong}).failed("tls")
    ask({**options, "ca_cert": authorities.right}, {"OS_CACERT": authorities.wrong}).found()


def test_file_that_holds_no_authority(simulator: Simulator, front: TlsFront, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    outcome = by_token(simulator, front.url, ca_cert=str(empty))
    assert outcome.error, "the call succeeded"
    assert outcome.error.kind in ("tls", "option")
    assert "ca_cert" in str(outcome.error)


def test_login_and_look_up(simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
    account = {"auth_url": front.url, "user_domain_name": simulator.ready["domain_name"], "ca_cert": authorities.right}
    options = {**account, "endpoint": front.url, **simulator.options("project_name")}
    ask({**options, **simulator.options("username", "password")}).found()
    ask({**options, **simulator.options("token")}).found()
    error = ask({**options, **simulator.options("username", "password"), "ca_cert": authorities.wrong}).failed("tls")
    assert str(error.url).startswith(f"{front.url}/v3/")


@pytest.mark.parametrize("signature", ["scope", "access"])
def test_signed_call(simulator: Simulator, front: TlsFront, authorities: Authorities, signature: str) -> None:
    key = simulator.options("project_id", "access_key", "secret_key")
    ask({**key, "endpoint": front.url, "ca_cert": authorities.right, "signature": signature, "retries": 0}).found()


@pytest.mark.parametrize(("given", "expected"), [("right", "success"), ("wrong", "tls")])
def test_playbook(
    simulator: Simulator, front: TlsFront, authorities: Authorities, tmp_path: Path, given: str, expected: str
) -> None:
    options = {**simulator.options("project_id", "token"), "endpoint": front.url}
    ca_cert, bundle = getattr(authorities, given), authorities.wrong if given == "right" else authorities.right
    output = play(tmp_path, {**options, "ca_cert": ca_cert}, expected, REQUESTS_CA_BUNDLE=bundle)
    assert simulator.ready["token"] not in output


# ---------------------------------------------------------------------------------------------------------------------
# rate limit

needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed: there is no rate limit")


@needs_nginx
def test_wait_that_a_rate_limit_asks_for(simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
    # one call a second is allowed: on a busy machine, a second call may not come early enough to be refused
    for _attempt in range(20):
        outcome = by_token(simulator, f"{front.url}/soon", ca_cert=authorities.right, retries=4)
        outcome.found()
        if outcome.notes:
            break
    assert "429" in outcome.notes[0]


@needs_nginx
def test_wait_that_is_too_long(simulator: Simulator, front: TlsFront, authorities: Authorities) -> None:
    url = f"{front.url}/late"
    by_token(simulator, url, ca_cert=authorities.right).found()
    outcome = by_token(simulator, url, ca_cert=authorities.right, retries=4)
    error = outcome.failed("throttled")
    assert error.http_status == 429
    assert str(LONG_WAIT) in str(error)
    assert outcome.notes == []
