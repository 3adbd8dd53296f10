# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses by name, for fault rules: what the cloud, its gateway, and proxies send when something is wrong.

The shapes are those of the API references and of issues; module ``messages`` names the sources.
"""

from __future__ import annotations

from collections.abc import Callable

from .messages import (
    WRONG_LOGIN,
    CceRefused,
    GatewayRefused,
    LoginRefused,
    Refused,
    Response,
    expired_token,
    forbidden,
    job_not_found,
    json_response,
    no_such_api,
    refusal,
)

# Takes the request ID, which errors of the gateway repeat.
Reply = Callable[[str], Response]


def _refused(error: Refused, **headers: str) -> Reply:
    def reply(request_id: str) -> Response:
        response = refusal(error, request_id)
        response.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
        return response

    return reply


def _page(status: int, title: str) -> Reply:
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>".encode()
    return lambda _request_id: Response(status, body, {"Content-Type": "text/html"})


def _json(value: object) -> Reply:
    return lambda _request_id: json_response(200, value)


_THROTTLED = "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:5 minute"
_OTHER_JOB = {
    "kind": "Job",
    "apiVersion": "v2",
    "metadata": {"uid": "00000000-0000-1000-8000-0255ac10003f"},
    "spec": {"type": "CreateNode"},
    "status": {"status": "Success"},
}

REPLIES: dict[str, Reply] = {
    "bad_gateway": _page(502, "502 Bad Gateway"),
    "bad_request": _refused(
        CceRefused(400, "CCE.01400001", "Invalid request", "CCE_CM.0004", "Request is invalid", "BadRequest")
    ),
    "empty_list": _json([]),
    "error_with_200": _json({"error_code": "CCE_CM.0410", "error_msg": "Internal error", "items": []}),
    "forbidden": _refused(forbidden()),
    "html": _page(200, "Please log in"),
    "login_refused": _refused(LoginRefused(401, WRONG_LOGIN)),
    "no_such_api": _refused(no_such_api()),
    "not_found": _refused(job_not_found("by a fault rule")),
    "other_job": _json(_OTHER_JOB),
    "throttled": _refused(GatewayRefused(429, "APIGW.0308", _THROTTLED), Retry_After="1"),
    "token_expired": _refused(expired_token()),
    "unavailable": _page(503, "503 Service Temporarily Unavailable"),
}
