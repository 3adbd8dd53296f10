# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP server: connections, keep-alive, and answers sent whole or, on request, badly."""

from __future__ import annotations

import http.server
import itertools
import select
import socket
import socketserver
import struct
import sys
import threading
import urllib.parse
import uuid
from typing import Any

from .cloud import Answer, Cloud, compressed
from .control import Control
from .faults import Faults, Rule
from .requestlog import RequestLog

# How often a request that hangs looks whether its client is still there, in seconds.
_LOOK = 0.05


class SimulatorServer(http.server.ThreadingHTTPServer):
    """Serves one cloud; ``url`` is its address without the prefix."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], cloud: Cloud) -> None:
        super().__init__(address, Handler)
        self.url = f"http://{address[0]}:{self.server_address[1]}"
        self.cloud = cloud
        self.faults = Faults()
        self.log = RequestLog()
        self.ready: dict[str, Any] = {}
        self.control = Control(cloud, self.faults, self.log, self.ready)
        self.stopping = threading.Event()
        self.connection_numbers = itertools.count(1)

    def server_bind(self) -> None:
        # The standard library's version looks the host's name up, which takes long where no name server answers.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        # Without the orderly end of the standard library's version, which would come before a requested reset.
        self.close_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": _LOOK}, daemon=True).start()

    def stop(self) -> None:
        self.stopping.set()
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    server: SimulatorServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.number = next(self.server.connection_numbers)

    def version_string(self) -> str:
        return "api-gateway"

    def log_message(self, format: str, *args: object) -> None:
        """The request log of the control API takes the place of lines on stderr."""

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request_id = uuid.uuid4().hex
        if "transfer-encoding" in headers:
            self.close_connection = True
            self._send(Answer(411), request_id, None)
            return
        body = self.rfile.read(int(headers.get("content-length", 0)))
        via_proxy = self.path.startswith("http://")
        target = urllib.parse.urlsplit(self.path)._replace(scheme="", netloc="").geturl() if via_proxy else self.path
        request = self.server.cloud.request(self.command, target, headers, body, request_id)
        if request.path.split("/")[1:2] == ["simulator"]:
            self._send(compressed(self.server.control.answer(request), request), request_id, None)
            return
        entry = self.server.log.begin(self.command, target, headers, self.number, via_proxy)
        rule = self.server.faults.take(self.command, target)
        if rule:
            entry["fault"] = True
            self.server.stopping.wait(rule.delay)
            if rule.hang:
                self._hang()
                return
        if rule and rule.answer is not None:
            answer = Answer(rule.status or 200, rule.answer)
        else:
            answer = self.server.cloud.answer(request)
        if not (rule and rule.reset):
            entry["status"] = answer.status
        if answer.detail:
            entry["detail"] = answer.detail
        self._send(answer, request_id, rule)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _send(self, answer: Answer, request_id: str, rule: Rule | None) -> None:
        try:
            if rule and rule.reset and rule.truncate is None:
                self._reset()
                return
            self.send_response(answer.status)
            headers = {"X-Request-Id": request_id, **answer.headers, **(rule.headers if rule else {})}
            for name, value in headers.items():
                self.send_header(name, value)
            if answer.status not in (204, 304) and "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(answer.body)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(answer.body, rule)
        except ConnectionError:
            # The client left in the middle, as clients with a time limit do; there is nobody to tell.
            self.close_connection = True

    def _send_body(self, body: bytes, rule: Rule | None) -> None:
        if not rule:
            self.wfile.write(body)
            return
        part = body[: rule.truncate]
        if rule.drip:
            for place in range(len(part)):
                if self.server.stopping.wait(rule.drip):
                    break
                self.wfile.write(part[place : place + 1])
        else:
            self.wfile.write(part)
        if rule.truncate is not None:
            self.close_connection = True
            if rule.reset:
                self._reset()

    def _reset(self) -> None:
        """Have the socket's end tell the client RST instead of an orderly end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _hang(self) -> None:
        self.close_connection = True
        while not self.server.stopping.is_set():
            readable, *_others = select.select([self.connection], [], [], _LOOK)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return
            self.server.stopping.wait(_LOOK)
