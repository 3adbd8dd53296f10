# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that returns what it receives, as a careless gateway, IAM or proxy might.

The first part of the path selects how, see ``Handler._respond``. The server records the signatures and tokens that pass
through it, because no other process knows them.
"""

from __future__ import annotations

import http.server
import json
import os
import re
import socketserver
import threading
import urllib.error
import urllib.request


class EchoServer(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Serves until the process ends. ``recorded`` contains the secrets that passed through it."""

    daemon_threads = True

    def __init__(self, iam: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.iam = iam
        self.recorded: dict[str, str] = {}
        self.last_token = ""
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_bind(self) -> None:
        # skip HTTPServer.server_bind, which looks up the host name in DNS
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def record(self, label: str, secret: str) -> None:
        self.recorded[f"{label} {len(self.recorded) + 1}"] = secret


class Handler(http.server.BaseHTTPRequestHandler):
    server: EchoServer

    def log_message(self, format: str, *args: object) -> None:
        """Keep stderr clean: it is searched for leaks."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signature = re.search(r"Signature=(\w+)", self.headers.get("Authorization", ""))
        if signature:
            self.server.record("signature", signature[1])
        status, headers, content = self._respond(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_CONNECT = _serve

    def _respond(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for the response that the path selects."""
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        sent = "\n".join([*lines, body.decode()])
        values = " ".join(re.split(r"[ ,;=]+", " ".join(self.headers.values())))
        secret = next((self.headers[name] for name in ("X-Auth-Token", "X-Security-Token") if name in self.headers), "")
        kind = self.path.split("/")[1] if self.path.startswith("/") else "proxy"
        json_type = {"Content-Type": "application/json"}
        if kind == "iam":
            return self._log_in(body)
        if kind == "last-token":
            return 200, {"Content-Type": "text/plain"}, self.server.last_token.encode()
        if kind == "proxy":
            return 407, {**json_type, "Proxy-Authenticate": "Basic"}, json.dumps({"message": sent}).encode()
        if kind == "redirect":
            location = f"https://user:{secret}@elsewhere.invalid/{secret}?token={secret}"
            return 302, {"Location": location, "X-Request-Id": secret}, sent.encode()
        if kind == "redirect-host":
            return 307, {"Location": f"https://{secret[:60]}.elsewhere.invalid/"}, b""
        if kind == "page":
            return 200, {"Content-Type": "text/html"}, f"<html><pre>{sent}</pre></html>".encode()
        if kind == "page-502":
            return 502, {"Content-Type": "text/html"}, f"<html><pre>{sent}</pre></html>".encode()
        if kind == "cut-list":
            return 200, json_type, json.dumps([{"metadata": {"uid": sent}}]).encode()[:-5]
        if kind == "object":
            return 200, json_type, json.dumps({"errorCode": "CCE.01401001", "message": values}).encode()
        if kind == "cce":
            error = {"errorCode": "CCE.01400001", "errorMessage": "Invalid request.", "message": f"got {sent} there"}
            return 400, json_type, json.dumps(error).encode()
        if kind == "iam-error":
            return 401, json_type, json.dumps({"error": {"message": sent, "code": 401, "title": "No"}}).encode()
        if kind == "iam-page":
            return 201, {"Content-Type": "text/html", "X-Subject-Token": self._invent_token()}, sent.encode()
        if kind == "iam-odd":
            # a folded header: the standard library rejects such a value in a request, and shows it
            folded = self._invent_token() + "\r\n " + self._invent_token()
            return (
                201,
                {**json_type, "X-Subject-Token": folded},
                json.dumps({"token": {"project": {"id": "a"}}}).encode(),
            )
        if kind == "gateway":
            error = {
                "error_code": f"APIGW.{secret}",
                "error_msg": f"bad {{{{ 6 * 7 }}}} ({values})",
                "request_id": f"x{secret}",
            }
            return 401, {**json_type, "X-Subject-Token": secret}, json.dumps(error).encode()
        if kind == "busy":
            return 503, json_type, json.dumps({"message": f"busy: {values}"}).encode()
        if kind == "short":
            # some gateways truncate long values
            short = " ".join(value[:40] for value in values.split())
            return 403, json_type, json.dumps({"error_msg": short, "error_code": "APIGW.0302"}).encode()
        if kind == "busy-later":
            return (
                429,
                {**json_type, "Retry-After": "3600", "X-Request-Id": secret},
                json.dumps({"message": sent}).encode(),
            )
        return 404, json_type, json.dumps({"message": f"no API {values}"}).encode()

    def _invent_token(self) -> str:
        token = "MIIT" + os.urandom(60).hex()
        self.server.record("token of a broken login", token)
        return token

    def _log_in(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Forward a login to the IAM of the simulator and record the token."""
        request = urllib.request.Request(f"{self.server.iam}/auth/tokens", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as response:
                self.server.last_token = response.headers["X-Subject-Token"]
                self.server.record("token of a login", self.server.last_token)
                return 201, {"X-Subject-Token": self.server.last_token}, response.read()
        except urllib.error.HTTPError as error:
            return error.code, {}, error.read()
