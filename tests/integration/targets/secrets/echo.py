# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that gives back what it was sent, as a careless gateway, IAM or proxy might.

The first part of the path says how: see ``_answer``. It keeps the signatures and tokens that pass through it, since
nobody else knows them.
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
    """Serves until the process ends; ``caught`` holds the secrets that came past."""

    daemon_threads = True

    def __init__(self, iam: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.iam = iam
        self.caught: dict[str, str] = {}
        self.last_token = ""
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def server_bind(self) -> None:
        # not the standard library's, which asks a name server for the host
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def keep(self, label: str, secret: str) -> None:
        self.caught[f"{label} {len(self.caught) + 1}"] = secret


class Handler(http.server.BaseHTTPRequestHandler):
    server: EchoServer

    def log_message(self, format: str, *args: object) -> None:
        """Nothing of this on stderr, where leaks are looked for."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        signature = re.search(r"Signature=(\w+)", self.headers.get("Authorization", ""))
        if signature:
            self.server.keep("signature", signature[1])
        status, headers, answer = self._answer(body)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_CONNECT = _serve

    def _answer(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for the way that the path names."""
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        sent = "\n".join([*lines, body.decode()])
        values = " ".join(re.split(r"[ ,;=]+", " ".join(self.headers.values())))
        secret = next((self.headers[name] for name in ("X-Auth-Token", "X-Security-Token") if name in self.headers), "")
        way = self.path.split("/")[1] if self.path.startswith("/") else "proxy"
        json_type = {"Content-Type": "application/json"}
        if way == "iam":
            return self._log_in(body)
        if way == "last-token":
            return 200, {"Content-Type": "text/plain"}, self.server.last_token.encode()
        if way == "proxy":
            return 407, {**json_type, "Proxy-Authenticate": "Basic"}, json.dumps({"message": sent}).encode()
        if way == "redirect":
            place = f"https://user:{secret}@elsewhere.invalid/{secret}?token={secret}"
            return 302, {"Location": place, "X-Request-Id": secret}, sent.encode()
        if way == "redirect-host":
            return 307, {"Location": f"https://{secret[:60]}.elsewhere.invalid/"}, b""
        if way == "page":
            return 200, {"Content-Type": "text/html"}, f"<html><pre>{sent}</pre></html>".encode()
        if way == "page-502":
            return 502, {"Content-Type": "text/html"}, f"<html><pre>{sent}</pre></html>".encode()
        if way == "cut-list":
            return 200, json_type, json.dumps([{"metadata": {"uid": sent}}]).encode()[:-5]
        if way == "object":
            return 200, json_type, json.dumps({"errorCode": "CCE.01401001", "message": values}).encode()
        if way == "cce":
            error = {"errorCode": "CCE.01400001", "errorMessage": "Invalid request.", "message": f"got {sent} there"}
            return 400, json_type, json.dumps(error).encode()
        if way == "iam-error":
            return 401, json_type, json.dumps({"error": {"message": sent, "code": 401, "title": "No"}}).encode()
        if way == "iam-page":
            return 201, {"Content-Type": "text/html", "X-Subject-Token": self._made_up()}, sent.encode()
        if way == "iam-odd":
            # a folded header: the standard library refuses such a value when it is sent, and shows it
            folded = self._made_up() + "\r\n " + self._made_up()
            return (
                201,
                {**json_type, "X-Subject-Token": folded},
                json.dumps({"token": {"project": {"id": "a"}}}).encode(),
            )
        if way == "gateway":
            error = {
                "error_code": f"APIGW.{secret}",
                "error_msg": f"bad {{{{ 6 * 7 }}}} ({values})",
                "request_id": f"x{secret}",
            }
            return 401, {**json_type, "X-Subject-Token": secret}, json.dumps(error).encode()
        if way == "busy":
            return 503, json_type, json.dumps({"message": f"busy: {values}"}).encode()
        if way == "short":
            # what some gateways do to long values
            short = " ".join(value[:40] for value in values.split())
            return 403, json_type, json.dumps({"error_msg": short, "error_code": "APIGW.0302"}).encode()
        if way == "busy-later":
            return (
                429,
                {**json_type, "Retry-After": "3600", "X-Request-Id": secret},
                json.dumps({"message": sent}).encode(),
            )
        return 404, json_type, json.dumps({"message": f"no API {values}"}).encode()

    def _made_up(self) -> str:
        token = "MIIT" + os.urandom(60).hex()
        self.server.keep("token of a broken login", token)
        return token

    def _log_in(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """The simulator's IAM, to learn what it answers."""
        request = urllib.request.Request(f"{self.server.iam}/auth/tokens", body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request) as response:
                self.server.last_token = response.headers["X-Subject-Token"]
                self.server.keep("token of a login", self.server.last_token)
                return 201, {"X-Subject-Token": self.server.last_token}, response.read()
        except urllib.error.HTTPError as error:
            return error.code, {}, error.read()
