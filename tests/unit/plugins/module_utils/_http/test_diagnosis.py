# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error bodies become errors: kind, code, message, request ID, and one sentence.

The files in ``fixtures/errors`` are responses that were published, in documentation or in issues of other clients, or
responses written according to the documentation.
"""

from __future__ import annotations

import http.client
import json
import typing as t
from pathlib import Path

import pytest
import requests

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.bodies import explain
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.call import Call, no_auth
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import Client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.diagnosis import (
    MAX_ERROR_BODY,
    connection_failed,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.errors import timed_out
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "errors"

ZEROS = "0" * 32
SPECIFIC = "Eni subnetId and subnetCidr not matched"

# file: status, kind, code, text, request id
EXPECTED: dict[str, tuple[int, str, str | None, str, str | None]] = {
    "cce-429": (429, "throttled", "CCE.02429001", "The throttling threshold has been reached.", None),
    "cce-doc-401": (401, "authentication", "CCE.01401001", "Authorization failed.", None),
    "cce-otc-400-2021": (
        400,
        "response",
        "E.CFE.4000201",
        "Request body invalid: Need authorize CCE to operate user resources",
        None,
    ),
    "cce-otc-400-2021b": (400, "response", "E.CFE.4000201", "Request body invalid: invalid primary fixedIp", None),
    "cce-status-400-otc": (400, "response", "CCE.01400001", f"Invalid request: {SPECIFIC}", None),
    "cce-status-400-sbercloud": (400, "response", "CCE.01400001", "Invalid request: OS:should not be empty", None),
    "cce-status-403": (403, "permission", "CCE.01403001", "Forbidden: Action forbidden", None),
    "gateway-401-0301-aksk": (
        401,
        "authentication",
        "APIGW.0301",
        "Incorrect IAM authentication information: verify aksk signature fail",
        ZEROS,
    ),
    "gateway-401-0307": (
        401,
        "authentication",
        "APIGW.0307",
        "The token must be updated",
        "42267f32fa45019ba2565844108f0000",
    ),
    "gateway-404-0101": (
        404,
        "not_found",
        "APIGW.0101",
        "The API does not exist or has not been published in the environment",
        "71d53ba40c3ad62cdea44b5e9ce5996b",
    ),
    "gateway-404-old": (404, "not_found", None, "API not found", "039c31666fb1b81109554a61c31e7f81"),
    "gateway-429-0308-ip": (
        429,
        "throttled",
        "APIGW.0308",
        "The throttling threshold has been reached: policy ip over ratelimit,limit:5,time:1 second",
        "efd9d3ca153924cc19bb9d579712f6dd",
    ),
    "gateway-429-0308-user": (
        429,
        "throttled",
        "APIGW.0308",
        "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute",
        "d4e8174b8df00840aef0c6907ec0e384",
    ),
    "iam-401": (401, "authentication", "401", "Unauthorized.", None),
    "iam-401-password": (401, "authentication", "401", "The username or password is wrong.", None),
    "iam-403-token": (403, "permission", "403", "X-Auth-Token is invalid in the request", None),
    "iam-doc-400": (400, "response", "IAM.0011", "Request body is invalid.", None),
    "iam-doc-401": (
        401,
        "authentication",
        "IAM.0001",
        "The request you have made requires authentication.",
        None,
    ),
    "kubernetes-status": (401, "authentication", "401", "Unauthorized", None),
    "string-code": (401, "authentication", "111401001", "Invalid token.", None),
}


def failure(scripted: bytes, **options: t.Any) -> CceError:
    """The error that a response to one call turns into, with SERVER in place of the server's name."""
    recorded = RecordedReport()
    client = Client(
        verify=True,
        proxy=None,
        retries=0,
        agent="tests",
        report=recorded.report,
    )
    with Server(scripted) as server, pytest.raises(CceError) as caught:
        client.fetch(
            Call("list the jobs", server.url + "/jobs?name=x", no_auth, **options), lambda response: None, Deadline(10)
        )
    client.close()
    error = caught.value
    assert error.url == server.url + "/jobs"
    error.reword(lambda text: text.replace(server.host, "SERVER"))
    sentence = str(error)
    assert sentence.startswith("Could not list the jobs: ") and sentence.endswith(".")
    assert sentence.isprintable() and len(sentence) < 2000
    assert recorded.warnings == recorded.notes == recorded.secrets == []
    return error


def test_every_file_is_expected() -> None:
    assert {path.stem for path in FIXTURES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_body(name: str) -> None:
    status, kind, code, message, request_id = EXPECTED[name]
    error = failure(response(status, (FIXTURES / f"{name}.json").read_bytes()))
    assert {**error.as_dict(), "url": ""} == {
        "kind": kind,
        "http_status": status,
        "code": code,
        "message": message,
        "request_id": request_id,
        "url": "",
    }
    # a code that only repeats the status is useless
    text = message.rstrip(".")
    words = text if code in (None, str(status)) else f"{code}: {text}"
    if request_id:
        words += f", request {request_id}"
    assert str(error).startswith(f"Could not list the jobs: SERVER responded with HTTP {status} ({words}). ")
    assert error.transient is (status == 429 or code == "APIGW.0101")


@pytest.mark.parametrize("name", EXPECTED)
def test_body_with_status_200(name: str) -> None:
    _status, _kind, code, message, request_id = EXPECTED[name]
    assert explain(json.loads((FIXTURES / f"{name}.json").read_bytes())) == (code, message, request_id)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "response"),
        (401, "authentication"),
        (403, "permission"),
        (404, "not_found"),
        (409, "response"),
        (429, "throttled"),
        (500, "unavailable"),
        (501, "unavailable"),
        (502, "unavailable"),
        (503, "unavailable"),
        (504, "unavailable"),
        (599, "unavailable"),
    ],
)
@pytest.mark.parametrize(
    "body", ["", "<html><body><h1>Something is wrong</h1></body></html>", "{", "\x00", "null", "[]", '"text"', "{}"]
)
def test_status_alone(status: int, kind: str, body: str) -> None:
    error = failure(response(status, body, Content_Type="text/html"))
    assert str(error).startswith(f"Could not list the jobs: SERVER responded with HTTP {status}. ")
    assert (error.kind, error.code, error.message, error.request_id) == (kind, None, None, None)


@pytest.mark.parametrize(
    ("headers", "in_body", "expected"),
    [
        ({"X-Request-Id": "from-the-gateway"}, None, "from-the-gateway"),
        ({"x-iam-trace-id": "from-iam"}, None, "from-iam"),
        ({"X-Request-Id": "from-the-gateway", "X-IAM-Trace-Id": "from-iam"}, None, "from-the-gateway"),
        ({"X-Request-Id": "from-the-gateway"}, "from-the-body", "from-the-body"),
        ({}, None, None),
    ],
)
def test_request_id(headers: dict[str, str], in_body: str | None, expected: str | None) -> None:
    error = failure(response(500, {"request_id": in_body} if in_body else "", **headers))
    assert error.request_id == expected
    assert (f"HTTP 500 (request {expected})." if expected else "HTTP 500.") in str(error)


# texts of 0301 that are known, and what is left of each
TEXTS_OF_0301 = {
    "verify aksk signature fail": None,
    "verify aksk signature fail, canonicalRequest:GET|/api/v2/||host:cce|x-security-token:SECRET||host|e3b0": (
        "verify aksk signature fail"
    ),
    "verify aksk signature fail canonicalRequest:GET\n/\n\nx-security-token:SECRET": "verify aksk signature fail",
    "verify aksk signature fail; Canonical Request = GET|x-auth-token:SECRET": "verify aksk signature fail",
    "verify aksk signature fail. canonical_request: SECRET": "verify aksk signature fail.",
    "ak EXAMPLEACCESSKEY0001 not exist": None,
    "Get secretKey failed,ak:EXAMPLEACCESSKEY0001,err:ak not exist": None,
    "AK access failed to reach the limit,forbidden": None,
    "decrypt token fail": None,
    "x-auth-token not found": None,
}


@pytest.mark.parametrize("text", TEXTS_OF_0301)
@pytest.mark.parametrize("member", ["error_msg", "errorMessage", "message", "code"])
def test_no_echo_of_the_signed_request(text: str, member: str) -> None:
    prefix = "Incorrect IAM authentication information: "
    body: dict[str, t.Any] = {"error_code": "APIGW.0301", "request_id": "1", member: prefix + text}
    if member == "code":
        del body["error_code"]
    error = failure(response(401, body))
    assert (error.code if member == "code" else error.message) == prefix + (TEXTS_OF_0301[text] or text)
    assert "SECRET" not in str(error) + str(error.as_dict())


@pytest.mark.parametrize(
    "body",
    [
        {"errorCode": "x" * 60_000},
        {"errorCode": "1", "errorMessage": "x" * 30_000, "message": "y" * 30_000},
        {"error": {"title": "x" * 30_000, "message": "x" * 30_000, "code": 10**400}},
        {"request_id": "x" * 60_000},
        {"message": "x" * 2_000_000},
    ],
)
def test_long_texts_are_cut(body: t.Any) -> None:
    error = failure(response(500, body))
    for text in (error.code, error.message, error.request_id):
        assert text is None or len(text) <= 500
    assert error.kind == "unavailable"


def test_long_header_is_cut() -> None:
    assert len(failure(response(500, "", X_Request_Id="x" * 10_000)).request_id or "") == 500


def test_only_the_beginning_of_a_body_is_read() -> None:
    body = {"message": "known"}
    assert failure(response(500, json.dumps(body).ljust(MAX_ERROR_BODY))).message == "known"
    assert failure(response(500, json.dumps(body).ljust(MAX_ERROR_BODY) + "nonsense")).message == "known"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (None, None, None)),
        ([{"message": "x"}], (None, None, None)),
        ({"error": "text"}, (None, None, None)),
        ({"error": ["list"]}, (None, None, None)),
        ({"errorCode": "", "error_code": " ", "code": 7, "message": "", "error_msg": "x"}, ("7", "x", None)),
        ({"errorCode": None, "errorMessage": ["x"], "message": {"x": 1}, "request_id": False}, (None, None, None)),
        ({"code": True, "message": 5}, (None, "5", None)),
        ({"errorMessage": "Same.", "message": "same"}, (None, "same", None)),
        ({"errorMessage": "General.", "message": "Special."}, (None, "General: Special.", None)),
        ({"message": "two\nlines\tand \x1b[31mcolour\x00"}, (None, "two lines and [31mcolour", None)),
        ({"badRequest": {"code": 400, "message": "bad"}}, ("400", "bad", None)),
        ({"itemNotFound": {"code": 404, "message": "gone"}}, ("404", "gone", None)),
        ({"unauthorized": {"code": 401, "message": "who"}}, ("401", "who", None)),
        ({"forbidden": {"code": 403, "message": "no"}}, ("403", "no", None)),
        ({"errorMsg": "slow down", "errorCode": "X.1"}, ("X.1", "slow down", None)),
        ({"Message": "denied", "Code": "AccessDenied"}, ("AccessDenied", "denied", None)),
        ({"message": "half a pair \ud800"}, (None, "half a pair", None)),
        ({"message": "Gültig – 有效"}, (None, "Gültig – 有效", None)),
    ],
)
def test_explain(value: t.Any, expected: tuple[str | None, str | None, str | None]) -> None:
    assert explain(value) == expected


def test_nested_body() -> None:
    assert failure(response(500, '{"error": ' + "[" * 30_000)).message is None


def test_advice_of_the_caller() -> None:
    error = failure(response(403, ""), advice={"permission": "ask the boss"})
    assert str(error) == "Could not list the jobs: SERVER responded with HTTP 403. Ask the boss."


# ---------------------------------------------------------------------------------------------------------------------
# no response


@pytest.mark.parametrize(
    ("error", "kind", "retryable", "transient"),
    [
        (requests.exceptions.ConnectionError("refused"), "connection", True, True),
        (requests.exceptions.ChunkedEncodingError("broken"), "response", True, True),
        (requests.exceptions.ConnectionError(http.client.BadStatusLine("SSH-2.0")), "response", False, True),
        (requests.exceptions.InvalidURL("no host"), "option", False, False),
    ],
)
def test_failures_that_may_pass(error: Exception, kind: str, retryable: bool, transient: bool) -> None:
    found = connection_failed(Call("list the jobs", "https://cce.example/jobs?name=x", no_auth), error)
    assert (found.kind, found.retryable, found.transient) == (kind, retryable, transient)
    assert found.url == "https://cce.example/jobs"
    once = connection_failed(Call("log in", "https://cce.example/jobs", no_auth, once=True), error)
    assert once.retryable is False


@pytest.mark.parametrize(
    ("call", "url"),
    [(Call("list the jobs", "https://cce.example/jobs?name=x", no_auth), "https://cce.example/jobs"), (None, None)],
)
def test_a_call_that_takes_too_long_may_be_faster_next_time(call: Call | None, url: str | None) -> None:
    found = timed_out(call, Deadline(5))
    assert (found.kind, found.retryable, found.transient, found.url) == ("timeout", False, True, url)


def test_a_host_name_that_dns_does_not_allow_is_not_blamed_on_the_proxy() -> None:
    url = f"https://{'a' * 64}.example"
    found = connection_failed(Call("list the jobs", url, no_auth), requests.exceptions.InvalidURL("label"))
    assert "a" * 64 in str(found)
    assert "proxy" not in str(found)
