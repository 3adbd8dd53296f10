# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running simulator, and a small client for its tests."""

from __future__ import annotations

import datetime
import http.client
import json
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))

from simulator.__main__ import build, options  # noqa: E402
from simulator.server import SimulatorServer  # noqa: E402
from simulator.signatures import ALGORITHM, SignedRequest, canonical_request, signature  # noqa: E402


class Response:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def json(self) -> object:
        return json.loads(self.body)


class Client:
    """One keep-alive connection to a region; ``ready`` is the ready line, or its entry for another region."""

    def __init__(self, ready: dict) -> None:
        self.ready = ready
        self.host = urllib.parse.urlsplit(ready["url"]).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=10)
        self.jobs_path = f"/api/v2/projects/{ready['project_id']}/jobs"

    def send(self, method: str, path: str, body: object = None, headers: dict | None = None) -> Response:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request(method, path, body=data, headers=headers or {})
        return Response(self.connection.getresponse())

    def get(self, path: str, **headers: str) -> Response:
        """GET with the token of the ready line unless another credential is set; ``_`` in names means ``-``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if not {"X-Auth-Token", "Authorization"} & set(named):
            named["X-Auth-Token"] = self.ready["token"]
        return self.send("GET", path, headers=named)

    def jobs(self) -> list[dict]:
        return self.get(self.jobs_path).json

    def job_ids(self) -> set[str]:
        return {job["metadata"]["uid"] for job in self.jobs()}

    def job(self, uid: str) -> Response:
        return self.get(f"{self.jobs_path}/{uid}")

    def user(self, account: str = "username", **changes: object) -> dict:
        """The user of that name in the ready line, as a login names it."""
        password = self.ready[account.replace("username", "password")]
        domain = {"name": self.ready["domain_name"]}
        return {"name": self.ready[account], "password": password, "domain": domain, **changes}

    def project_scope(self, **scope: object) -> dict:
        return {"project": scope or {"name": self.ready["project_name"]}}

    def login(self, method: str = "password", scope: dict | None = None, totp: dict | None = None, **user: object):
        methods = [method] + (["totp"] if totp else [])
        identity: dict = {"methods": methods, method: {"user": user} if method == "password" else user}
        if totp:
            identity["totp"] = totp
        auth = {"identity": identity} | ({"scope": scope} if scope else {})
        return self.send("POST", "/v3/auth/tokens", {"auth": auth})

    def fault(self, **rule: object) -> None:
        assert self.send("POST", "/simulator/faults", rule).status == 204

    def absence(self, job: str, **schedule: object) -> None:
        assert self.send("POST", "/simulator/absences", {"job": job, **schedule}).status == 204

    def advance(self, seconds: float) -> None:
        assert self.send("POST", "/simulator/clock", {"advance": seconds}).status == 200

    def log(self) -> dict:
        return self.send("GET", "/simulator/requests").json

    def region(self, name: str) -> Client:
        return Client(self.ready["regions"][name])

    def signed(
        self,
        path: str,
        scope: str | None = None,
        key: str = "",
        at: datetime.datetime | None = None,
        unsigned: tuple[str, ...] = (),
        corrupt: bool = False,
        method: str = "GET",
        body: bytes = b"",
        keys: dict | None = None,
        **extra: str,
    ) -> dict[str, str]:
        """Headers that sign a request; ``key`` is the prefix of the access key in ``keys`` (the ready line)."""
        keys = keys or self.ready
        moment = at or datetime.datetime.now(datetime.timezone.utc)
        headers = {"host": self.host, "x-sdk-date": f"{moment:%Y%m%dT%H%M%SZ}"}
        headers |= {name.lower().replace("_", "-"): value for name, value in extra.items()}
        names = tuple(sorted(set(headers) - set(unsigned)))
        canonical = canonical_request(SignedRequest(method, path, headers, body), names)
        full_scope = None if scope is None else f"{moment:%Y%m%d}/{scope}/sdk_request"
        value = signature(canonical, headers["x-sdk-date"], keys[f"{key}secret_key"], full_scope)
        if corrupt:
            value = value[::-1]
        access_key = keys[f"{key}access_key"]
        who = f"Access={access_key}" if scope is None else f"Credential={access_key}/{full_scope}"
        authorization = f"{ALGORITHM} {who}, SignedHeaders={';'.join(names)}, Signature={value}"
        return {"Authorization": authorization, **{name: v for name, v in headers.items() if name != "host"}}


@pytest.fixture
def start() -> Iterator[Callable[..., Client]]:
    """Start simulators in this process with these command-line options."""
    servers: list[SimulatorServer] = []

    def start_one(*arguments: str) -> Client:
        server = build(options(["--seed", "7", *arguments]))
        servers.append(server)
        server.start()
        return Client(server.ready)

    yield start_one
    for server in servers:
        server.stop()


@pytest.fixture
def client(start: Callable[..., Client]) -> Client:
    return start("--now", "2026-01-02T03:04:05Z")
