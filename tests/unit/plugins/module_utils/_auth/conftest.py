# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import ssl
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import clear_environment


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    for kind, file in (("CONFIG", "clouds"), ("SECURE", "secure")):
        monkeypatch.setenv(f"OS_CLIENT_{kind}_FILE", str(tmp_path / f"{file}.yaml"))


class TrustedServer(t.NamedTuple):
    """The TLS configuration of a server on loopback."""

    context: ssl.SSLContext
    authority: str
    """The file with the certificate to trust."""


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> TrustedServer:
    trustme = pytest.importorskip("trustme")
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return TrustedServer(context, str(file))


@pytest.fixture
def write(tmp_path: Path) -> t.Callable[..., None]:
    """Write entries of clouds.yaml, and the secret parts of them."""
    pytest.importorskip("openstack.config")

    def write(entries: t.Any, secure: t.Any = None) -> None:
        for name, clouds in (("clouds", entries), ("secure", secure)):
            if clouds is not None:
                (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({"clouds": clouds}), encoding="utf-8")

    return write
