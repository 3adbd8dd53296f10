# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests, responses, and the errors of IAM, CCE, and the API gateway.

Error shapes and codes: OTC CCE API reference, appendix "Error Codes"; OTC API Gateway documentation, "Error Codes".
Where the reference has only the code, the messages follow responses quoted in issues of the Terraform providers.
"""

from __future__ import annotations

import gzip
import http
import json
import re
from dataclasses import dataclass, field

from .signatures import SignedRequest

JSON_TYPE = "application/json;charset=utf-8"
NEEDS_AUTHENTICATION = "The request you have made requires authentication."
WRONG_LOGIN = "The username or password is wrong."


@dataclass(frozen=True)
class Request(SignedRequest):
    """A request as received; header names in lower case. ``path`` is that of ``target`` without the prefix."""

    path: str
    query: dict[str, str]
    request_id: str
    region: str

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def accepts_gzip(self) -> bool:
        offers = re.sub(r"\s", "", self.headers.get("accept-encoding", "").lower()).split(",")
        return any(re.fullmatch(r"(gzip|\*)(;q=(1|0?\.\d*[1-9]\d*|1\.0*))?", offer) for offer in offers)


@dataclass
class Response:
    """A response; ``detail`` is for the request log only, since clients must not see it."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    detail: str | None = None


class Refused(Exception):
    """A request that IAM, CCE, or the gateway refuses; the text is the server's message."""

    def __init__(self, status: int, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail or message

    def body(self, request_id: str) -> object:
        raise NotImplementedError


class LoginRefused(Refused):
    """IAM's own error: ``{"error": {"message", "code", "title"}}``."""

    def body(self, request_id: str) -> object:
        return {"error": {"message": str(self), "code": self.status, "title": http.HTTPStatus(self.status).phrase}}


class IamRefused(Refused):
    """The error of IAM's calls under ``/v3.0``: ``{"error_msg", "error_code"}``."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, message)
        self.code = code

    def body(self, request_id: str) -> object:
        return {"error_msg": str(self), "error_code": self.code}


class GatewayRefused(Refused):
    """The gateway's error: ``{"error_msg", "error_code", "request_id"}``."""

    def __init__(self, status: int, code: str, message: str, detail: str = "") -> None:
        super().__init__(status, message, detail)
        self.code = code

    def body(self, request_id: str) -> object:
        return {"error_msg": str(self), "error_code": self.code, "request_id": request_id}


class CceRefused(Refused):
    """An error of CCE itself, in the shape that it has today: generic and specific message side by side."""

    def __init__(self, status: int, code: str, generic: str, old_code: str, message: str, reason: str) -> None:
        super().__init__(status, message)
        self.code, self.generic, self.old_code, self.reason = code, generic, old_code, reason

    def body(self, request_id: str) -> object:
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "code": self.status,
            "errorCode": self.code,
            "errorMessage": f"{self.generic}.",
            "error_code": self.old_code,
            "error_msg": self.generic,
            "message": str(self),
            "reason": self.reason,
        }


def incorrect_authentication(problem: str, detail: str = "") -> GatewayRefused:
    return GatewayRefused(401, "APIGW.0301", f"Incorrect IAM authentication information: {problem}", detail)


def expired_token() -> GatewayRefused:
    """Sent for an expired token and for one of another region (terraform-provider-opentelekomcloud, issue 2395)."""
    return GatewayRefused(401, "APIGW.0307", "The token must be updated")


def no_such_api() -> GatewayRefused:
    return GatewayRefused(404, "APIGW.0101", "The API does not exist or has not been published in the environment")


def forbidden() -> CceRefused:
    return CceRefused(403, "CCE.01403001", "Forbidden", "CCE_CM.0002", "Action forbidden", "Forbidden")


def job_not_found(job_id: str) -> CceRefused:
    message = f"Job {job_id} not found"
    return CceRefused(404, "CCE.01404001", "Resource not found", "CCE_CM.0003", message, "NotFound")


def json_response(status: int, value: object, **headers: str) -> Response:
    body = json.dumps(value, separators=(",", ":")).encode()
    return Response(status, body, {"Content-Type": JSON_TYPE, **{n.replace("_", "-"): v for n, v in headers.items()}})


def refusal(error: Refused, request_id: str) -> Response:
    response = json_response(error.status, error.body(request_id))
    response.detail = error.detail
    return response


def compressed(response: Response, request: Request) -> Response:
    """The same response in gzip if the client accepts that and the response is not encoded yet."""
    if response.body and request.accepts_gzip and "Content-Encoding" not in response.headers:
        headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(response.status, gzip.compress(response.body, mtime=0), headers, response.detail)
    return response
