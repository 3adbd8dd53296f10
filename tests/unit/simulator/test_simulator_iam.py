# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logging in, and being refused, over HTTP."""

from __future__ import annotations

import datetime
import http.server
import json
import threading
from collections.abc import Callable, Iterator

import pytest
from simulator.clock import NANOSECONDS
from simulator.cloud import Cloud
from simulator.estate import Estate
from simulator.iam import GatewayRefused, Iam


def who(client, account: str = "username", **more: object) -> dict:
    password = client.ready[account.replace("username", "password")]
    domain = {"name": client.ready["domain_name"]}
    return {"name": client.ready[account], "password": password, "domain": domain, **more}


def project(client, **scope: str) -> dict:
    return {"project": scope or {"name": client.ready["project_name"]}}


def gateway_error(answer) -> tuple[int, str, str]:
    assert set(answer.json) == {"error_msg", "error_code", "request_id"}
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    return answer.status, answer.json["error_code"], answer.json["error_msg"]


def test_password_login_for_a_project_by_name(client) -> None:
    answer = client.login(scope=project(client), **who(client))
    assert answer.status == 201
    token = answer.json["token"]
    assert token["methods"] == ["password"]
    assert token["project"]["id"] == client.ready["project_id"]
    assert token["project"]["domain"] == token["user"]["domain"]
    assert token["user"]["domain"] == {"id": client.ready["domain_id"], "name": client.ready["domain_name"]}
    issued, expires = (
        datetime.datetime.strptime(token[f"{n}_at"], "%Y-%m-%dT%H:%M:%S.%fZ") for n in ("issued", "expires")
    )
    assert expires - issued == datetime.timedelta(days=1)
    jobs = client.get(client.jobs_path, X_Auth_Token=answer.headers["X-Subject-Token"])
    assert (jobs.status, len(jobs.json)) == (200, 60)


def test_the_catalog_points_here(client) -> None:
    token = client.login(scope=project(client), **who(client)).json["token"]
    urls = {entry["type"]: {each["region"]: each["url"] for each in entry["endpoints"]} for entry in token["catalog"]}
    assert urls["cce"]["eu-de"] == client.ready["url"] + "/api/v1"
    assert urls["ccev2.0"]["eu-de"] == client.ready["url"]
    assert urls["identity"] == {"*": client.ready["url"] + "/v3"}
    assert set(urls["ccev2.0"]) == {"eu-de", "eu-nl"}
    assert client.get("/v3/auth/catalog").json["catalog"] == token["catalog"]
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": who(client)}}}}
    assert "catalog" not in client.send("POST", "/v3/auth/tokens?nocatalog", body).json["token"]


def test_other_ways_to_name_user_and_scope(client) -> None:
    ready = client.ready
    by_id = {"id": ready["user_id"], "password": ready["password"]}
    by_domain_id = who(client, domain={"id": ready["domain_id"]})
    lab = {"id": ready["projects"]["eu-de_lab"]}
    assert client.login(scope=project(client, **lab), **by_id).json["token"]["project"]["name"] == "eu-de_lab"
    assert client.login(scope={"domain": {"id": ready["domain_id"]}}, **by_domain_id).json["token"]["domain"]
    assert "project" not in client.login(**by_id).json["token"]


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"name": "nobody"}, {"domain": {"name": "other"}}, {"domain": None}]
)
def test_wrong_login(client, wrong: dict) -> None:
    answer = client.login(scope=project(client), **who(client, **wrong))
    error = {"message": "The username or password is wrong.", "code": 401, "title": "Unauthorized"}
    assert (answer.status, answer.json) == (401, {"error": error})


def test_unknown_scope_and_unreadable_body(client) -> None:
    answers = [
        client.login(scope=project(client, name="eu-de_nowhere"), **who(client)),
        client.login(scope={"domain": {"name": "other"}}, **who(client)),
    ]
    assert [(answer.status, answer.json["error"]["code"]) for answer in answers] == [(401, 401)] * 2
    for body in (b"{", b"[]", b'{"auth": {"identity": {"methods": ["assume_role"]}}}'):
        assert client.send("POST", "/v3/auth/tokens", body).status == 400


def test_second_factor(client) -> None:
    user = who(client, "mfa_username")
    right, wrong = client.ready["passcode"], "654321"

    def login(factor: dict | None) -> int:
        return client.login(scope=project(client), totp=factor, **user).status

    by_id = {"id": client.ready["mfa_user_id"]}
    by_name = {"name": user["name"], "domain": user["domain"]}
    assert login({"user": by_id, "passcode": right}) == 201
    assert login({"user": by_name, "passcode": right}) == 201
    assert login({"user": {**by_name, "passcode": right}}) == 201
    assert login(None) == 401
    assert login({"user": by_id, "passcode": wrong}) == 401
    assert login({"user": {"id": client.ready["user_id"]}, "passcode": right}) == 401


def test_a_token_is_examined_exchanged_and_revoked(client) -> None:
    token = client.ready["token"]
    both = {"X-Auth-Token": token, "X-Subject-Token": token}
    seen = client.send("GET", "/v3/auth/tokens", headers=both)
    assert (seen.status, seen.json["token"]["project"]["id"]) == (200, client.ready["project_id"])
    head = client.send("HEAD", "/v3/auth/tokens", headers=both)
    assert (head.status, head.body) == (200, b"")
    moved = client.login("token", scope=project(client, name="eu-de_lab"), id=token)
    assert (moved.status, moved.json["token"]["project"]["name"]) == (201, "eu-de_lab")
    assert moved.json["token"]["expires_at"] == client.ready["token_expires_at"]
    other = moved.headers["X-Subject-Token"]
    assert (
        client.send("DELETE", "/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": other}).status
        == 204
    )
    assert client.send("GET", "/v3/auth/tokens", headers={**both, "X-Subject-Token": other}).status == 404
    assert client.login("token", scope=project(client), id=other).status == 401
    assert client.send("GET", "/v3/auth/tokens", headers={**both, "X-Auth-Token": other}).status == 401


def test_projects_by_name(client) -> None:
    found = client.get("/v3/projects?name=eu-de_lab").json["projects"]
    assert [(each["name"], each["id"]) for each in found] == [("eu-de_lab", client.ready["projects"]["eu-de_lab"])]
    assert client.get("/v3/projects?name=nowhere").json["projects"] == []
    path = "/v3/projects?name=eu-de"
    signed = client.send("GET", path, headers=client.signed(path, scope="/"))
    assert [each["name"] for each in signed.json["projects"]] == ["eu-de"]
    assert client.get("/v3/projects", X_Auth_Token="garbage").status == 401


def test_what_the_gateway_says_about_tokens(client) -> None:
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
    renewed = client.login(scope=project(client), **who(client)).headers["X-Subject-Token"]
    assert client.get(client.jobs_path, X_Auth_Token=renewed).status == 200


def test_a_token_lives_as_long_as_asked_for(start: Callable) -> None:
    client = start("--token-lifetime", "0")
    assert gateway_error(client.get(client.jobs_path))[1] == "APIGW.0307"


def test_who_may_not(client) -> None:
    lab = client.ready["projects"]["eu-de_lab"]
    by_id = {"id": client.ready["user_id"], "password": client.ready["password"]}
    domain_token = client.login(**by_id).headers["X-Subject-Token"]
    answers = [
        client.get(f"/api/v2/projects/{lab}/jobs"),
        client.get(client.jobs_path, X_Auth_Token=client.ready["restricted_token"]),
        client.get(client.jobs_path, X_Auth_Token=domain_token),
        client.get(client.jobs_path, **client.signed(client.jobs_path, key="restricted_")),
        client.get(client.jobs_path, **client.signed(client.jobs_path, x_project_id=lab)),
        client.get("/api/v2/projects/nowhere/jobs", **client.signed("/api/v2/projects/nowhere/jobs")),
    ]
    for answer in answers:
        assert (answer.status, answer.json["errorCode"]) == (403, "CCE.01403001")
        assert (answer.json["message"], answer.json["status"]) == ("Action forbidden", "Failure")


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
        client.signed(path, scope, break_it=True),
        client.signed(path, scope, x_project_id=client.ready["project_id"], unsigned=("x-project-id",)),
        client.signed(path, scope, x_security_token="not of this key"),
        client.signed("/v3/projects", scope),
    ]
    for headers in refused:
        answer = client.get(path, **headers)
        message = "Incorrect IAM authentication information: verify aksk signature fail"
        assert gateway_error(answer) == (401, "APIGW.0301", message)
    assert client.get(path, **client.signed(path, scope, key="temporary_")).status == 401
    assert all(entry["detail"] for entry in client.log()["requests"][3:])


def test_an_unknown_key_and_an_old_date(client) -> None:
    headers = client.signed(client.jobs_path)
    headers["Authorization"] = headers["Authorization"].replace(client.ready["access_key"], "NOBODY")
    assert gateway_error(client.get(client.jobs_path, **headers))[2].endswith(
        "Get secretKey failed,ak:NOBODY,err:ak not exist"
    )
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=16)
    assert client.get(client.jobs_path, **client.signed(client.jobs_path, at=old)).status == 401
    assert "15 minutes" in client.log()["requests"][-1]["detail"]


def test_the_gateway_can_show_its_canonical_request(start: Callable) -> None:
    client = start("--echo-canonical-request")
    answer = client.get(client.jobs_path, **client.signed(client.jobs_path, break_it=True))
    assert f"verify aksk signature fail,canonicalRequest:GET|{client.jobs_path}/||host:" in answer.json["error_msg"]
    assert "||host;x-sdk-date|e3b0c442" in answer.json["error_msg"]


def test_a_key_locks_after_five_failures_in_a_row(client) -> None:
    def call(broken: bool) -> str:
        answer = client.get(client.jobs_path, **client.signed(client.jobs_path, break_it=broken))
        return "fine" if answer.status == 200 else answer.json["error_msg"].rpartition(": ")[2]

    wrong, locked = "verify aksk signature fail", "AK access failed to reach the limit,forbidden"
    assert [call(True) for _number in range(4)] == [wrong] * 4
    assert call(False) == "fine"
    assert [call(True) for _number in range(5)] == [wrong] * 5
    assert [call(True), call(False)] == [locked] * 2
    temporary = client.signed(client.jobs_path, key="temporary_", x_security_token=client.ready["security_token"])
    assert client.get(client.jobs_path, **temporary).status == 200


def test_the_lock_ends_after_five_minutes() -> None:
    now = [1_767_323_045 * NANOSECONDS]
    estate = Estate(7, now[0])
    iam = Iam(7, estate.projects, now=lambda: now[0])
    cloud = Cloud(estate, iam, clock=None)
    authorization = f"SDK-HMAC-SHA256 Access={iam.key.id}, SignedHeaders=host, Signature={'0' * 64}"

    def problem() -> str:
        request = cloud.request("GET", "/", {"host": "x", "authorization": authorization}, b"", "1")
        with pytest.raises(GatewayRefused) as refusal:
            iam.caller(request)
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


def test_tokens_of_a_real_keystone(start: Callable, keystone: str) -> None:
    client = start("--keystone", keystone)
    path = "/api/v2/projects/project-of-keystone/jobs"
    answer = client.get(path, X_Auth_Token="token-of-keystone")
    assert (answer.status, len(answer.json)) == (200, 60)
    clusters = client.get("/api/v3/projects/project-of-keystone/clusters", X_Auth_Token="token-of-keystone")
    assert len(clusters.json["items"]) == 5
    assert client.get(client.jobs_path, X_Auth_Token="token-of-keystone").status == 403
    assert gateway_error(client.get(path, X_Auth_Token="other"))[1] == "APIGW.0301"
    assert client.get(client.jobs_path).status == 200


def test_a_keystone_that_is_away(start: Callable) -> None:
    client = start("--keystone", "http://127.0.0.1:1")
    assert gateway_error(client.get(client.jobs_path, X_Auth_Token="other"))[:2] == (503, "APIGW.0613")
