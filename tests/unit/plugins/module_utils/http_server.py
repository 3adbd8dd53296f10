# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that responds by a script, as badly as the test wants, and remembers what it was sent.

It works on sockets and knows next to nothing of HTTP, so that nothing corrects what a test wants to be wrong.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import ssl
import struct
import threading
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report


class RecordedReport:
    """A report that keeps everything that would be shown or masked."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.secrets: list[str] = []
        self.report = Report(self.warnings.append, self.notes.append, self.secrets.append)


def clear_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Unset the variables that requests reads by itself, and its .netrc."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle", "netrc"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(home))


@dataclass(frozen=True)
class Request:
    """One request as it was received."""

    raw: bytes
    connection: int
    """Number of the connection, counted from 1."""

    @property
    def line(self) -> str:
        return self.raw.split(b"\r\n", 1)[0].decode("latin-1")

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    @property
    def header_list(self) -> list[tuple[str, str]]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return [(name.lower(), value.strip()) for name, _colon, value in (line.partition(":") for line in lines)]

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.header_list)

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> t.Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Wire:
    """The server's end of one connection."""

    socket: socket.socket
    request: Request
    stopping: threading.Event
    gone: threading.Event
    """Set when the client has closed its end while it was being dripped at or kept waiting."""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def drip(self, data: bytes, pause: float = 0.05) -> None:
        """Send a byte at a time, with pauses, until the client closes the connection."""
        for byte in data:
            if self.stopping.wait(pause):
                return
            try:
                self.socket.sendall(bytes((byte,)))
            except OSError:
                self.gone.set()
                raise

    def hang(self) -> None:
        """Send nothing until the client gives up."""
        self.socket.settimeout(0.05)
        while not self.stopping.is_set():
            with contextlib.suppress(TimeoutError, socket.timeout):
                if not self.socket.recv(4096):
                    self.gone.set()
                    return

    def reset(self) -> None:
        """End the connection with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def close(self) -> None:
        """End the connection in order, after everything that was sent."""
        self.socket.close()


ScriptedResponse = t.Union[bytes, t.Callable[[Wire], None]]


def response(status: int = 200, body: bytes | str | t.Any = b"[]", **headers: str) -> bytes:
    """A complete response. A body that is neither bytes nor a string is encoded as JSON. ``_`` in names means ``-``."""
    if not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    data = body.encode() if isinstance(body, str) else body
    named = {"Content-Length": str(len(data)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return head(status, **named) + data


def head(status: int = 200, **headers: str) -> bytes:
    """A response without its body."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunked(*pieces: bytes, **headers: str) -> bytes:
    """A response with chunked encoding, without the chunk that ends it."""
    parts = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]
    return head(200, Transfer_Encoding="chunked", **headers) + b"".join(parts)


def then_close(data: bytes) -> t.Callable[[Wire], None]:
    def script(wire: Wire) -> None:
        wire.send(data)
        wire.close()

    return script


def then_reset(data: bytes) -> t.Callable[[Wire], None]:
    def script(wire: Wire) -> None:
        wire.send(data)
        wire.reset()

    return script


class Server:
    """Sends the scripted responses in order, and repeats the last one.

    With a greeting, it sends only that on every connection, without waiting for a request.
    """

    def __init__(
        self,
        *responses: ScriptedResponse,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        greeting: t.Callable[[Wire], None] | None = None,
    ) -> None:
        self.responses = list(responses) or [response()]
        self.requests: list[Request] = []
        self.gone = threading.Event()
        self.accepted = 0
        self._tls = tls
        self._greeting = greeting
        self._stopping = threading.Event()
        self._idle = threading.Condition()
        self._serving = 0
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.socket(family)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, 0))
        self._socket.listen(64)
        self.port = self._socket.getsockname()[1]
        self.host = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"

    def __enter__(self) -> Server:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        # Each socket is closed by the thread that uses it. Closed from here, its number could be the next server's
        # before that thread calls accept() or recv() with it, and the thread would respond for that server
        self._stopping.set()
        for each in (self._socket, *self._connections):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with self._socket:
            for number in itertools.count(1):
                try:
                    connection, _address = self._socket.accept()
                except OSError:
                    return
                with self._idle:
                    self._serving += 1
                self.accepted = number
                self._connections.append(connection)
                threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def is_idle(self, seconds: float) -> bool:
        """Whether all connections end within this time. A script that drips ends when the client is gone."""
        with self._idle:
            return self._idle.wait_for(lambda: not self._serving, seconds)

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            self._serve_until_gone(connection, number)
        finally:
            with self._idle:
                self._serving -= 1
                self._idle.notify_all()

    def _serve_until_gone(self, connection: socket.socket, number: int) -> None:
        # in many tests, the client closes the connection early
        with contextlib.suppress(OSError), connection:
            if self._greeting:
                self._greeting(self._wire(connection, Request(b"", number)))
                # closed before the client's data is read, it would reset the connection, and take the greeting with it
                self._stopping.wait()
            elif self._tls:
                with self._tls.wrap_socket(connection, server_side=True) as encrypted:
                    self._connections.append(encrypted)
                    self._respond(encrypted, number)
            else:
                self._respond(connection, number)

    def _respond(self, connection: socket.socket, number: int) -> None:
        while raw := _read_request(connection):
            request = Request(raw, number)
            with self._lock:
                scripted = self.responses[min(len(self.requests), len(self.responses) - 1)]
                self.requests.append(request)
            wire = self._wire(connection, request)
            if isinstance(scripted, bytes):
                wire.send(scripted)
            else:
                scripted(wire)

    def _wire(self, connection: socket.socket, request: Request) -> Wire:
        return Wire(connection, request, self._stopping, self.gone)


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    headers = Request(data, 0).headers
    missing = int(headers.get("content-length", 0)) - len(Request(data, 0).body)
    while missing > 0:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
        missing -= len(piece)
    return data


def tunnel(wire: Wire) -> None:
    """Respond to CONNECT as a forward proxy: pass everything on to the named port, always on loopback."""
    port = int(wire.request.target.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as target:
        wire.send(head(200))
        threads = [
            threading.Thread(target=_pump, args=pair, daemon=True)
            for pair in ((wire.socket, target), (target, wire.socket))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def refusing_address() -> t.Iterator[str]:
    """Host and port that refuse connections."""
    with socket.socket() as holder:
        # bound and not listening: connections are refused, and no other process can take the port meanwhile
        holder.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{holder.getsockname()[1]}"


@contextlib.contextmanager
def full_backlog() -> t.Iterator[str]:
    """Host and port where connecting neither succeeds nor fails."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        # more than fit; on loopback, each is connected or waits forever when connect_ex() returns
        for _number in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(address)
        yield f"127.0.0.1:{address[1]}"
