# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Info modules of other collections, each against a stub of its cloud that returns an empty list."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from methods import ROOT, Method, play

DIRECTORY = ROOT / ".venv" / "peers"

COLLECTIONS = "ansible==12.3.0"
"""The package that contains all of their collections; nothing else of it is used."""


@dataclass(frozen=True)
class Peer:
    """A module and the libraries it requires, pinned because not all versions work together."""

    module: str
    libraries: tuple[str, ...]
    arguments: Callable[[str], dict[str, Any]]
    """Its options, for the URL of the stub server."""

    @property
    def environment(self) -> Path:
        return DIRECTORY / self.module.rpartition(".")[0]


PEERS = (
    Peer(
        "hetzner.hcloud.server_info",
        ("requests", "python-dateutil"),
        lambda url: {"api_token": "x" * 64, "api_endpoint": f"{url}/v1"},
    ),
    Peer(
        "kubernetes.core.k8s_info",
        ("kubernetes==37.0.2",),
        lambda url: {"host": url, "api_key": "x", "kind": "Pod", "namespace": "default"},
    ),
    Peer(
        "amazon.aws.ec2_instance_info",
        ("boto3==1.43.11", "botocore==1.43.11"),
        lambda url: {"endpoint_url": url, "region": "eu-central-1", "access_key": "x", "secret_key": "x"},
    ),
    Peer(
        "openstack.cloud.identity_user_info",
        ("openstacksdk==4.7.2",),
        lambda url: {
            "auth": {
                "auth_url": f"{url}/v3",
                "username": "x",
                "password": "x",
                "project_name": "x",
                "user_domain_name": "x",
                "project_domain_name": "x",
            }
        },
    ),
)

_PODS = {"name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": True, "verbs": ["get", "list"]}
_EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"


def _responses(url: str) -> dict[str, Any]:
    """The bodies of the stubs' responses, by method and path."""
    page = {"page": 1, "per_page": 50, "previous_page": None, "next_page": None, "last_page": 1, "total_entries": 0}
    version = {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": f"{url}/v3/"}]}
    identity = {"interface": "public", "region_id": "x", "region": "x", "url": f"{url}/v3", "id": "x"}
    return {
        "GET /v1/servers": {"servers": [], "meta": {"pagination": page}},
        "GET /version": {"major": "1", "minor": "33", "gitVersion": "v1.33.0"},
        "GET /api": {"kind": "APIVersions", "versions": ["v1"]},
        "GET /apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
        "GET /api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": [_PODS]},
        "GET /api/v1/namespaces/default/pods": {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": []},
        "POST /": f'<DescribeInstancesResponse xmlns="{_EC2}"><reservationSet/></DescribeInstancesResponse>',
        "GET /v3": {"version": version},
        "POST /v3/auth/tokens": {
            "token": {
                "methods": ["password"],
                "user": {"id": "x", "name": "x", "domain": {"id": "x", "name": "x"}},
                "project": {"id": "x", "name": "x", "domain": {"id": "x", "name": "x"}},
                "roles": [{"id": "x", "name": "admin"}],
                "catalog": [{"id": "x", "type": "identity", "name": "keystone", "endpoints": [identity]}],
                "issued_at": "2026-01-02T03:04:05.000000Z",
                "expires_at": "2126-01-02T03:04:05.000000Z",
            }
        },
        "GET /v3/users": {"users": [], "links": {"self": f"{url}/v3/users", "previous": None, "next": None}},
    }


class _StubHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        url = f"http://{self.headers['Host']}"
        content = _responses(url).get(f"{self.command} {path if path == '/' else path.rstrip('/')}")
        is_text = isinstance(content, str)
        body = (content if is_text else json.dumps(content)).encode()
        self.send_response(404 if content is None else 201 if "tokens" in path else 200)
        self.send_header("Content-Type", "text/xml" if is_text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Subject-Token", "x")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output clean."""


def start_stub_server() -> str:
    """Start one server for all peers, which ends with this process; return its URL."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _StubHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def _pip(python: str | Path, *arguments: str) -> bool:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def _install_collections() -> bool:
    """Extract the collections of the peers from the package that contains all of them."""
    target = DIRECTORY / "collections"
    if target.exists():
        return True
    downloads = DIRECTORY / "downloads"
    if not _pip(sys.executable, "download", "--no-deps", "--only-binary", ":all:", "-d", str(downloads), COLLECTIONS):
        return False
    prefixes = tuple("ansible_collections/{}/{}/".format(*peer.module.split(".")) for peer in PEERS)
    [wheel] = downloads.glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target, [name for name in archive.namelist() if name.startswith(prefixes)])
    shutil.rmtree(downloads)
    return True


def installed() -> list[Peer]:
    """The peers that can be installed here; each gets its own environment, which is kept."""
    if not _install_collections():
        return []
    found = []
    for peer in PEERS:
        ready = peer.environment / "ready"
        if not ready.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(peer.environment)], check=True)
            if not _pip(peer.environment / "bin" / "python", "install", *peer.libraries):
                continue
            ready.touch()
        found.append(peer)
    return found


def method(peer: Peer, url: str) -> Method:
    """A playbook of one task, run by the Python interpreter that has the libraries."""
    return play(
        peer.module,
        lambda simulator: [{peer.module: peer.arguments(url)}],
        variables=lambda simulator: {"ansible_python_interpreter": str(peer.environment / "bin" / "python")},
    )
