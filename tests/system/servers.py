# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start and stop real programs, and a small server of the standard library that passes requests on."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import os
import select
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

LOOPBACK = "127.0.0.1"
# Long enough for a busy machine: nothing waits for it unless something is broken
PATIENCE = 90.0
_LOOK = 0.05


def without_proxies(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without proxies, certificates, and credentials."""
    unwanted = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle")
    return {
        name: value
        for name, value in environment.items()
        if name.lower() not in unwanted and not name.startswith("OS_")
    }


def free_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        return int(server.getsockname()[1])


@contextlib.contextmanager
def running(command: Sequence[str], log: Path) -> Iterator[Program]:
    """A program that runs in the foreground. It is terminated when the context ends."""
    with open(log, "w", encoding="utf-8") as output, open(f"{log}.errors", "w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=without_proxies(os.environ)
        )
    try:
        yield Program(process, log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Program:
    """A program that has been started; what it writes is in ``log``."""

    process: subprocess.Popen[bytes]
    log: Path

    def ready_line(self) -> dict[str, Any]:
        """The line of JSON that it prints when it is ready."""

        def line() -> str | None:
            text = self.log.read_text("utf-8")
            return text if text.endswith("\n") else None

        ready: dict[str, Any] = json.loads(self._wait_for(line))
        return ready

    def wait_for_port(self, port: int) -> None:
        """Return when it accepts connections."""

        def connected() -> bool:
            try:
                socket.create_connection((LOOPBACK, port), timeout=PATIENCE).close()
            except OSError:
                return False
            return True

        self._wait_for(connected)

    def _wait_for(self, condition: Callable[[], T | None]) -> T:
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(_LOOK)
        errors = Path(f"{self.log}.errors").read_text("utf-8")
        raise RuntimeError(f"{self.process.args!r} is not ready: {errors[-2000:]}")


@dataclass(frozen=True)
class Response:
    """A response that has been read."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(method: str, url: str, body: object = None, **headers: str) -> Response:
    """One call of a server on loopback, without a proxy. In the names of headers, ``_`` means ``-``."""
    parts = urlsplit(url)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)) as connection:
        target = parts._replace(scheme="", netloc="").geturl()
        data = None if body is None else json.dumps(body)
        connection.request(method, target, data, {"Content-Type": "application/json", **named})
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())


class _ThreadingServer(socketserver.ThreadingTCPServer):
    """A server on a free port of loopback that knows what is behind it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler: type[socketserver.BaseRequestHandler], backend: str) -> None:
        super().__init__((LOOPBACK, 0), handler)
        self.backend = backend
        self.port = int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing: in some tests, the client closes the connection or rejects the certificate."""

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": _LOOK}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.shutdown()
            thread.join()
            self.server_close()


class Front(_ThreadingServer):
    """Passes requests on to ``backend``, the URL of another server, after calling ``look`` with their headers."""

    def __init__(
        self,
        backend: str,
        look: Callable[[Mapping[str, str]], None] = lambda _headers: None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(_FrontHandler, urlsplit(backend).netloc)
        self.look = look
        if tls:
            # the handshake takes place in the thread of its connection, where it delays no other connection
            self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)


class _FrontHandler(http.server.BaseHTTPRequestHandler):
    server: Front
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: the backend has a log."""

    def _pass_on(self) -> None:
        self.server.look(dict(self.headers))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(self.server.backend, timeout=PATIENCE)
        connection.request(self.command, self.path, body or None, {**self.headers, "Connection": "close"})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        self.send_response_only(response.status)
        for name, value in response.getheaders():
            if name.lower() != "connection":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _pass_on


class Tap(_ThreadingServer):
    """Passes every byte on to a server, and keeps the first line of each connection."""

    def __init__(self, backend: str) -> None:
        super().__init__(_TapHandler, backend)
        self.seen: list[str] = []


class _TapHandler(socketserver.BaseRequestHandler):
    server: Tap

    def handle(self) -> None:
        first = self.request.recv(65536)
        if not first:
            return
        self.server.seen.append(first.partition(b"\r\n")[0].decode())
        host, port = self.server.backend.split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as backend:
            backend.sendall(first)
            other = {self.request: backend, backend: self.request}
            while True:
                for readable in select.select(list(other), [], [], PATIENCE)[0]:
                    piece = readable.recv(65536)
                    if not piece:
                        return
                    other[readable].sendall(piece)
