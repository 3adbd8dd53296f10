# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers between a client and the cloud: TLS with certificates of a private authority, and forward proxies."""

from __future__ import annotations

import contextlib
import shutil
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import trustme

from ansible_collections.opentelekomcloud.cce.tests.system.servers import LOOPBACK, Front, free_port, running

PROXY_USER = "proxy-user"
PROXY_PASSWORD = "proxy-secret"
# the same, as some people write it into a URL
ENCODED_PROXY_PASSWORD = "proxy%2Dsecret"

# Seconds that the path /late/ asks to wait, longer than any timeout
LONG_WAIT = 3600


@dataclass(frozen=True)
class Authorities:
    """Files of certificates: of the authority to trust, and of another one."""

    right: str
    wrong: str


@dataclass(frozen=True)
class TlsFront:
    """One URL for each certificate, all for the same server."""

    program: str
    url: str
    other_name_url: str
    """Its certificate is for another host."""
    expired_url: str


def make_certificates(folder: Path) -> Authorities:
    """Write a file for each authority, and one for each server: ``good.pem``, ``other-name.pem``, ``expired.pem``."""
    authority, other = trustme.CA(), trustme.CA()
    now = datetime.now(timezone.utc)
    yesterday = now - timedelta(days=1)
    servers = {
        "good": authority.issue_cert("localhost", LOOPBACK),
        "other-name": authority.issue_cert("elsewhere.example.com"),
        "expired": authority.issue_cert(
            "localhost", LOOPBACK, not_before=yesterday, not_after=now - timedelta(hours=1)
        ),
    }
    for name, certificate in servers.items():
        certificate.private_key_and_cert_chain_pem.write_to_path(folder / f"{name}.pem")
    authority.cert_pem.write_to_path(folder / "right-ca.pem")
    other.cert_pem.write_to_path(folder / "wrong-ca.pem")
    return Authorities(str(folder / "right-ca.pem"), str(folder / "wrong-ca.pem"))


# ---------------------------------------------------------------------------------------------------------------------
# TLS


@contextlib.contextmanager
def tls_front(folder: Path, backend: str) -> Iterator[TlsFront]:
    """nginx where it is installed, else a server of the standard library."""
    make = _nginx if shutil.which("nginx") else _python_front
    with make(folder, backend) as front:
        yield front


_NGINX = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  # started by root, its workers run as another user, who may not write here
  proxy_max_temp_file_size 0;
  proxy_http_version 1.1;
  proxy_set_header Host $http_host;
  proxy_set_header Connection "";
  limit_req_zone $server_port zone=soon:1m rate=1r/s;
  limit_req_zone $server_port zone=late:1m rate=1r/m;
  limit_req_status 429;
{servers}
}}
"""

_NGINX_SERVER = """\
  server {{
    listen {loopback}:{port} ssl;
    ssl_certificate {folder}/{name}.pem;
    ssl_certificate_key {folder}/{name}.pem;
    location / {{ proxy_pass {backend}; }}
    location /soon/ {{ limit_req zone=soon; add_header Retry-After 1 always; proxy_pass {backend}/; }}
    location /late/ {{ limit_req zone=late; add_header Retry-After {wait} always; proxy_pass {backend}/; }}
  }}
"""


@contextlib.contextmanager
def _nginx(folder: Path, backend: str) -> Iterator[TlsFront]:
    ports = {name: free_port() for name in ("good", "other-name", "expired")}
    servers = "".join(
        _NGINX_SERVER.format(loopback=LOOPBACK, port=port, folder=folder, name=name, backend=backend, wait=LONG_WAIT)
        for name, port in ports.items()
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(_NGINX.format(folder=folder, servers=servers), encoding="utf-8")
    with running(["nginx", "-c", str(configuration)], folder / "nginx.log") as program:
        for port in ports.values():
            program.wait_for_port(port)
        yield TlsFront("nginx", *(f"https://localhost:{port}" for port in ports.values()))


@contextlib.contextmanager
def _python_front(folder: Path, backend: str) -> Iterator[TlsFront]:
    urls = []
    with contextlib.ExitStack() as stack:
        for name in ("good", "other-name", "expired"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(folder / f"{name}.pem")
            front = Front(backend, tls=context)
            stack.enter_context(front.serving())
            urls.append(f"https://localhost:{front.port}")
        yield TlsFront("a server of Python's ssl", *urls)


# ---------------------------------------------------------------------------------------------------------------------
# forward proxies


def proxy_program() -> str:
    """tinyproxy where it is installed, else the package proxy.py."""
    return "tinyproxy" if shutil.which("tinyproxy") else "proxy.py"


@contextlib.contextmanager
def forward_proxy(folder: Path, with_password: bool) -> Iterator[str]:
    """Host and port of a proxy."""
    port = free_port()
    if proxy_program() == "tinyproxy":
        command = _tinyproxy(folder, port, with_password)
    else:
        command = _proxy_py(port, with_password)
    with running(command, folder / "proxy.log") as program:
        program.wait_for_port(port)
        yield f"{LOOPBACK}:{port}"


def _tinyproxy(folder: Path, port: int, with_password: bool) -> list[str]:
    lines = [f"Port {port}", f"Listen {LOOPBACK}", f"Allow {LOOPBACK}", "Timeout 60", "MaxClients 20"]
    if with_password:
        lines.append(f"BasicAuth {PROXY_USER} {PROXY_PASSWORD}")
    configuration = folder / "tinyproxy.conf"
    configuration.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return ["tinyproxy", "-d", "-c", str(configuration)]


def _proxy_py(port: int, with_password: bool) -> list[str]:
    command = [sys.executable, "-m", "proxy", "--hostname", LOOPBACK, "--port", str(port)]
    command += ["--num-acceptors", "1", "--num-workers", "1"]
    return command + (["--basic-auth", f"{PROXY_USER}:{PROXY_PASSWORD}"] if with_password else [])
