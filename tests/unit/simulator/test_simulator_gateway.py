# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gateway over HTTP: callers with a token or a signature."""

from __future__ import annotations

import datetime
import http.server
import json
import threading
from collections.abc import Callable, Iterator

import pytest
from simulator.accounts import Directory
from simulator.clock import NANOSECONDS
from simulator.gateway import Gateway
from simulator.iam import Iam
from simulator.messages import GatewayRefused, Request


def gateway_error(response) -> tuple[int, str, str]:
    assert set(response.json) == {"error_msg", "error_code", "request_id"}
    assert response.json["request_id"] == response.headers["X-Request-Id"]
    return response.status, response.json["error_code"], response.json["error_msg"]


def test_refusals_of_tokens(client) -> None:
    problem = "Incorrect IAM authentication information: "
    assert gateway_error(client.send("GET", client.jobs_path)) == (
        401,
        "APIGW.0301",
        problem + "x-auth-token not found",
    )
    garbage = client.get(client.jobs_path, X_Auth_Token="garbage")
    assert gateway_error(garbage) == (401, "APIGW.0301", problem + "decrypt token fail")
    assert client.send("POST", "/simulator/tokens/revoke").status == 204
    assert gateway_error(client.get(client.jobs_path)) == (401, "APIGW.0307", "The token must be updated")
    renewed = client.login(scope=client.project_scope(), **client.user()).headers["X-Subject-Token"]
    assert client.get(client.jobs_path, X_Auth_Token=renewed).status == 200


def test_token_lifetime(start: Callable) -> None:
    client = start("--token-lifetime", "0")
    assert gateway_error(client.get(client.jobs_path))[1] == "APIGW.0307"


def test_callers_without_permission(client) -> None:
    lab = client.ready["projects"]["eu-de_lab"]
    by_id = {"id": client.ready["user_id"], "password": client.ready["password"]}
    domain_token = client.login(**by_id).headers["X-Subject-Token"]
    responses = [
        client.get(f"/api/v2/projects/{lab}/jobs"),
        client.get(client.jobs_path, X_Auth_Token=client.ready["restricted_token"]),
        client.get(client.jobs_path, X_Auth_Token=domain_token),
        client.get(client.jobs_path, **client.signed(client.jobs_path, key="restricted_")),
        client.get(client.jobs_path, **client.signed(client.jobs_path, x_project_id=lab)),
        client.get("/api/v2/projects/nowhere/jobs", **client.signed("/api/v2/projects/nowhere/jobs")),
    ]
    for response in responses:
        assert (response.status, response.json["errorCode"]) == (403, "CCE.01403001")
        assert (response.json["message"], response.json["status"]) == ("Action forbidden", "Failure")


@pytest.mark.parametrize("scope", [None, "/", "eu-de/cce"])
def test_signed_calls(client, scope: str | None) -> None:
    path = client.jobs_path
    plain = client.get(path, **client.signed(path, scope))
    project_signed = client.get(path, **client.signed(path, scope, x_project_id=client.ready["project_id"]))
    security_token = client.ready["security_token"]
    temporary = client.signed(path, scope, key="temporary_", x_security_token=security_token)
    assert [plain.status, project_signed.status, client.get(path, **temporary).status] == [200] * 3
    assert [entry["authentication"] for entry in client.log()["requests"]] == ["scope" if scope else "access"] * 3
    refused = [
        client.signed(path, scope, corrupt=True),
        client.signed(path, scope, x_project_id=client.ready["project_id"], unsigned=("x-project-id",)),
        client.signed(path, scope, x_security_token="not of this key"),
        client.signed("/v3/projects", scope),
    ]
    for headers in refused:
        response = client.get(path, **headers)
        message = "Incorrect IAM authentication information: verify aksk signature fail"
        assert gateway_error(response) == (401, "APIGW.0301", message)
    assert client.get(path, **client.signed(path, scope, key="temporary_")).status == 401
    assert all(entry["detail"] for entry in client.log()["requests"][3:])


def test_unknown_key_and_old_date(client) -> None:
    headers = client.signed(client.jobs_path)
    headers["Authorization"] = headers["Authorization"].replace(client.ready["access_key"], "UNKNOWN")
    assert gateway_error(client.get(client.jobs_path, **headers))[2].endswith(
        "Get secretKey failed,ak:UNKNOWN,err:ak not exist"
    )
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=16)
    assert client.get(client.jobs_path, **client.signed(client.jobs_path, at=old)).status == 401
    assert "15 minutes" in client.log()["requests"][-1]["detail"]


def test_canonical_request_can_be_shown(start: Callable) -> None:
    client = start("--echo-canonical-request")
    response = client.get(client.jobs_path, **client.signed(client.jobs_path, corrupt=True))
    assert f"verify aksk signature fail,canonicalRequest:GET|{client.jobs_path}/||host:" in response.json["error_msg"]
    assert "||host;x-sdk-date|e3b0c442" in response.json["error_msg"]


def test_key_locks_after_five_failures_in_a_row(client) -> None:
    def call(corrupt: bool) -> str:
        response = client.get(client.jobs_path, **client.signed(client.jobs_path, corrupt=corrupt))
        return "fine" if response.status == 200 else response.json["error_msg"].rpartition(": ")[2]

    wrong, locked = "verify aksk signature fail", "AK access failed to reach the limit,forbidden"
    assert [call(True) for _number in range(4)] == [wrong] * 4
    assert call(False) == "fine"
    assert [call(True) for _number in range(5)] == [wrong] * 5
    assert [call(True), call(False)] == [locked] * 2
    temporary = client.signed(client.jobs_path, key="temporary_", x_security_token=client.ready["security_token"])
    assert client.get(client.jobs_path, **temporary).status == 200


def test_lock_ends_after_five_minutes() -> None:
    now = [1_767_323_045 * NANOSECONDS]
    directory = Directory(7)
    gateway = Gateway(Iam(directory, now=lambda: now[0]))
    authorization = f"SDK-HMAC-SHA256 Access={directory.key.id}, SignedHeaders=host, Signature={'0' * 64}"

    def problem() -> str:
        headers = {"host": "x", "authorization": authorization}
        request = Request("GET", "/", headers, b"", path="/", query={}, request_id="1", region="eu-de")
        with pytest.raises(GatewayRefused) as refusal:
            gateway.caller(request)
        return str(refusal.value).rpartition(": ")[2]

    assert [problem() for _number in range(6)][4:] == [
        "verify aksk signature fail",
        "AK access failed to reach the limit,forbidden",
    ]
    now[0] += 299 * NANOSECONDS
    assert "limit" in problem()
    now[0] += 1 * NANOSECONDS
    assert "verify" in problem()


@pytest.fixture
def keystone() -> Iterator[str]:
    """A Keystone that knows one token."""

    class Keystone(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tokens = {self.headers["X-Auth-Token"], self.headers["X-Subject-Token"]}
            known = tokens == {"token-of-keystone"} and self.path == "/v3/auth/tokens"
            token = {"user": {"id": "u", "name": "n"}, "project": {"id": "project-of-keystone", "name": "p"}}
            body = json.dumps({"token": token} if known else {}).encode()
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keystone)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v3"
    server.shutdown()
    server.server_close()


def test_tokens_of_a_keystone(start: Callable, keystone: str) -> None:
    client = start("--keystone", keystone)
    path = "/api/v2/projects/project-of-keystone/jobs"
    response = client.get(path, X_Auth_Token="token-of-keystone")
    assert (response.status, len(response.json)) == (200, 60)
    clusters = client.get("/api/v3/projects/project-of-keystone/clusters", X_Auth_Token="token-of-keystone")
    assert len(clusters.json["items"]) == 5
    assert client.get(client.jobs_path, X_Auth_Token="token-of-keystone").status == 403
    assert gateway_error(client.get(path, X_Auth_Token="other"))[1] == "APIGW.0301"
    assert client.get(client.jobs_path).status == 200


def test_unreachable_keystone(start: Callable) -> None:
    client = start("--keystone", "http://127.0.0.1:1")
    assert gateway_error(client.get(client.jobs_path, X_Auth_Token="other"))[:2] == (503, "APIGW.0613")
