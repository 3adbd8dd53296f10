# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP servers, one for each region: connections, keep-alive, and responses sent whole or as a fault rule asks."""

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

from .accounts import FIRST_REGION, REGIONS
from .cloud import Cloud
from .control import Control
from .faults import Faults, Rule
from .messages import Response, compressed
from .request_log import RequestLog

# How often a request that hangs checks whether its client is still connected, in seconds.
_CHECK_INTERVAL = 0.05


class RegionServer(http.server.ThreadingHTTPServer):
    """The port of one region."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], region: str, simulator: SimulatorServer) -> None:
        super().__init__(address, Handler)
        self.region = region
        self.simulator = simulator
        self.url = f"http://{address[0]}:{self.server_address[1]}"
        self.refusing = False
        self._lock = threading.Lock()
        self._serving = threading.Event()

    def server_bind(self) -> None:
        # The standard library's version resolves the host name, which is slow where no name server responds.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        # Without the standard library's orderly shutdown, which would precede a requested reset.
        self.close_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def service_actions(self) -> None:
        self._serving.set()

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": _CHECK_INTERVAL}, daemon=True).start()

    def stop(self) -> None:
        with self._lock:
            if not self.refusing:
                # an earlier call of shutdown would return before the server has begun to serve
                self._serving.wait()
                self.shutdown()
            self.server_close()

    def refuse(self, seconds: float) -> None:
        """Refuse connections for that many seconds; a socket that is bound but does not listen keeps the port."""
        with self._lock:
            if self.refusing or self.simulator.stopping.is_set():
                return
            self.refusing = True
            self._serving.wait()
            self.shutdown()
            self._serving.clear()
            self.socket.close()
            self.socket = socket.socket(self.address_family, self.socket_type)
            self.server_address = (self.server_name, self.server_port)
            self.server_bind()
        threading.Thread(target=self._listen_again, args=(seconds,), daemon=True).start()

    def _listen_again(self, seconds: float) -> None:
        if not self.simulator.stopping.wait(seconds):
            with self._lock:
                if not self.simulator.stopping.is_set():
                    self.server_activate()
                    self.refusing = False
                    self.start()


class SimulatorServer:
    """Serves one cloud on a port for each region; ``port`` is that of the first, the others take free ones."""

    def __init__(self, host: str, port: int, cloud: Cloud) -> None:
        self.cloud = cloud
        self.faults = Faults()
        self.log = RequestLog()
        self.ready: dict[str, Any] = {}
        self.control = Control(cloud, self.faults, self.log, self.ready)
        self.stopping = threading.Event()
        self.connection_numbers = itertools.count(1)
        self._servers = [
            RegionServer((host, port if region == FIRST_REGION else 0), region, self) for region in REGIONS
        ]
        cloud.urls = {server.region: server.url for server in self._servers}
        self.url = cloud.urls[FIRST_REGION]

    def start(self) -> None:
        for server in self._servers:
            server.start()

    def stop(self) -> None:
        self.stopping.set()
        for server in self._servers:
            server.stop()


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection."""

    server: RegionServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.simulator = self.server.simulator
        self.number = next(self.simulator.connection_numbers)

    def version_string(self) -> str:
        return "api-gateway"

    def log_message(self, format: str, *args: object) -> None:
        """The request log of the control API replaces lines on stderr."""

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request_id = uuid.uuid4().hex
        if "transfer-encoding" in headers:
            self.close_connection = True
            self._send(Response(411), request_id, None)
            return
        body = self.rfile.read(int(headers.get("content-length", 0)))
        via_proxy = self.path.startswith("http://")
        target = urllib.parse.urlsplit(self.path)._replace(scheme="", netloc="").geturl() if via_proxy else self.path
        region, cloud = self.server.region, self.simulator.cloud
        request = cloud.request(self.command, target, headers, body, request_id, region)
        if request.path.split("/")[1:2] == ["simulator"]:
            self._send(compressed(self.simulator.control.respond(request), request), request_id, None)
            return
        entry = self.simulator.log.begin(request, self.number, via_proxy)
        if self.server.refusing:
            self._reset()
            return
        rule = self.simulator.faults.take(self.command, target, region, cloud.clock.now())
        if rule:
            entry["fault"] = True
            self.simulator.stopping.wait(rule.delay)
            if rule.hang:
                self._hang()
                return
            if rule.refuse is not None:
                self._reset()
                self.server.refuse(rule.refuse)
                return
        response = (rule.response(request_id) if rule else None) or cloud.respond(request)
        if not (rule and rule.reset):
            entry["status"] = response.status
        if response.detail:
            entry["detail"] = response.detail
        self._send(response, request_id, rule)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _send(self, response: Response, request_id: str, rule: Rule | None) -> None:
        try:
            if rule and rule.reset and rule.truncate is None:
                self._reset()
                return
            self.send_response(response.status)
            headers = {"X-Request-Id": request_id, **response.headers, **(rule.headers if rule else {})}
            for name, value in headers.items():
                self.send_header(name, value)
            if response.status not in (204, 304) and "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(response.body)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self._send_body(response.body, rule)
        except ConnectionError:
            # The client left before the end, as clients with a timeout do.
            self.close_connection = True

    def _send_body(self, body: bytes, rule: Rule | None) -> None:
        if not rule:
            self.wfile.write(body)
            return
        part = body[: rule.truncate]
        if rule.drip:
            for position in range(len(part)):
                if self.simulator.stopping.wait(rule.drip):
                    break
                self.wfile.write(part[position : position + 1])
        else:
            self.wfile.write(part)
        if rule.truncate is not None:
            self.close_connection = True
            if rule.reset:
                self._reset()

    def _reset(self) -> None:
        """Close the connection with RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def _hang(self) -> None:
        self.close_connection = True
        while not self.simulator.stopping.is_set():
            readable, *_others = select.select([self.connection], [], [], _CHECK_INTERVAL)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return
            self.simulator.stopping.wait(_CHECK_INTERVAL)
