# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of IAM and CCE: a request in, an answer out, no sockets.

Error shapes and codes: OTC CCE API reference, appendix "Error Codes"; OTC API Gateway documentation, "Error Codes";
where the reference has only the code, the member texts follow answers quoted in issues of the Terraform providers.
"""

from __future__ import annotations

import gzip
import json
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .estate import Estate
from .iam import NEEDS_AUTHENTICATION, Caller, GatewayRefused, Iam, LoginRefused
from .signatures import SignedRequest

JSON_TYPE = "application/json;charset=utf-8"


@dataclass(frozen=True)
class Request(SignedRequest):
    """A request as it came; header names in lower case. ``path`` is that of ``target`` without the prefix."""

    path: str
    query: dict[str, str]
    request_id: str

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def accepts_gzip(self) -> bool:
        offers = re.sub(r"\s", "", self.headers.get("accept-encoding", "").lower()).split(",")
        return any(re.fullmatch(r"(gzip|\*)(;q=(1|0?\.\d*[1-9]\d*|1\.0*))?", offer) for offer in offers)


@dataclass
class Answer:
    """An answer; ``detail`` tells the request log more than the client may know."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    detail: str | None = None


class CceRefused(Exception):
    """An error of CCE itself, in the shape it has today."""

    def __init__(self, status: int, code: str, generic: str, old_code: str, message: str, reason: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "code": status,
            "errorCode": code,
            "errorMessage": f"{generic}.",
            "error_code": old_code,
            "error_msg": generic,
            "message": message,
            "reason": reason,
        }


def forbidden() -> CceRefused:
    return CceRefused(403, "CCE.01403001", "Forbidden", "CCE_CM.0002", "Action forbidden", "Forbidden")


def json_answer(status: int, value: object, **headers: str) -> Answer:
    body = json.dumps(value, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": JSON_TYPE, **{n.replace("_", "-"): v for n, v in headers.items()}})


def compressed(answer: Answer, request: Request) -> Answer:
    """The same answer in gzip, where the client takes it and the answer is not encoded yet."""
    if answer.body and request.accepts_gzip and "Content-Encoding" not in answer.headers:
        headers = {**answer.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Answer(answer.status, gzip.compress(answer.body, mtime=0), headers, answer.detail)
    return answer


class Cloud:
    """Routes a request to IAM or CCE. ``replacement`` takes the place of every job list: body and content type."""

    def __init__(self, estate: Estate, iam: Iam, clock: Clock, prefix: str = "") -> None:
        self.estate = estate
        self.iam = iam
        self.clock = clock
        self.prefix = prefix.rstrip("/")
        self.replacement: tuple[bytes, str] | None = None
        project = r"/projects/(?P<project_id>[^/]+)"
        self._routes: list[tuple[str, str, Callable[..., Answer]]] = [
            ("GET", r"/", self._versions),
            ("GET", r"/v3/?", self._version),
            ("POST", r"/v3/auth/tokens", self._log_in),
            ("GET|HEAD", r"/v3/auth/tokens", self._validate),
            ("DELETE", r"/v3/auth/tokens", self._revoke),
            ("GET", r"/v3/auth/catalog", self._catalog),
            ("GET", r"/v3/projects", self._projects),
            ("GET", rf"/(api|autopilot)/v2{project}/jobs", self._job_list),
            ("GET", rf"/(api|autopilot)/v2{project}/jobs/(?P<job_id>[^/]+)", self._job),
            ("GET", rf"/api/v3{project}/clusters", self._clusters),
        ]

    def request(self, method: str, target: str, headers: dict[str, str], body: bytes, request_id: str) -> Request:
        path, _mark, query = target.partition("?")
        if self.prefix and path.startswith(self.prefix + "/"):
            path = path[len(self.prefix) :]
        arguments = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        return Request(method, target, headers, body, path, arguments, request_id)

    def answer(self, request: Request) -> Answer:
        """Answer in the shape that the real sender of each error has."""
        try:
            return compressed(self._routed(request), request)
        except LoginRefused as refusal:
            title = {400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}[refusal.status]
            error = {"message": str(refusal), "code": refusal.status, "title": title}
            answer = json_answer(refusal.status, {"error": error})
            answer.detail = str(refusal)
        except CceRefused as refusal:
            answer = json_answer(refusal.status, refusal.body)
            answer.detail = str(refusal)
        except GatewayRefused as refusal:
            body = {"error_msg": str(refusal), "error_code": refusal.code, "request_id": request.request_id}
            answer = json_answer(refusal.status, body)
            answer.detail = refusal.detail
        return compressed(answer, request)

    def _routed(self, request: Request) -> Answer:
        for methods, pattern, respond in self._routes:
            match = re.fullmatch(pattern, request.path)
            if match and request.method in methods.split("|"):
                return respond(request, **match.groupdict())
        # A trailing slash ends here too, as it does at the real gateway.
        message = "The API does not exist or has not been published in the environment"
        raise GatewayRefused(404, "APIGW.0101", message)

    # IAM

    def _version(self, request: Request) -> Answer:
        return json_answer(200, {"version": self._identity_version(request)})

    def _versions(self, request: Request) -> Answer:
        return json_answer(300, {"versions": {"values": [self._identity_version(request)]}})

    @staticmethod
    def _identity_version(request: Request) -> dict[str, Any]:
        links = [{"rel": "self", "href": f"http://{request.host}/v3/"}]
        return {"id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z", "links": links}

    def _log_in(self, request: Request) -> Answer:
        token = self.iam.log_in(request.body)
        body = self.iam.token_body(token, request.host, catalog="nocatalog" not in request.query)
        return json_answer(201, body, X_Subject_Token=token.value)

    def _iam_caller(self, request: Request) -> Caller:
        try:
            return self.iam.caller(request)
        except GatewayRefused as refusal:
            if "authorization" in request.headers:
                raise
            raise LoginRefused(401, NEEDS_AUTHENTICATION) from refusal

    def _validate(self, request: Request) -> Answer:
        self._iam_caller(request)
        token = self.iam.token(request.headers.get("x-subject-token", ""))
        if not token:
            raise LoginRefused(404, "The token cannot be found.")
        body = self.iam.token_body(token, request.host, catalog="nocatalog" not in request.query)
        return json_answer(200, body, X_Subject_Token=token.value)

    def _revoke(self, request: Request) -> Answer:
        self._iam_caller(request)
        token = self.iam.token(request.headers.get("x-subject-token", ""))
        if not token:
            raise LoginRefused(404, "The token cannot be found.")
        self.iam.revoke(token.value)
        return Answer(204)

    def _catalog(self, request: Request) -> Answer:
        self._iam_caller(request)
        links = {"self": f"http://{request.host}/v3/auth/catalog", "previous": None, "next": None}
        return json_answer(200, {"catalog": self.iam.catalog(request.host), "links": links})

    def _projects(self, request: Request) -> Answer:
        self._iam_caller(request)
        return json_answer(200, self.iam.list_projects(request.query.get("name"), f"http://{request.host}/v3/projects"))

    # CCE

    def _admit(self, request: Request, project_id: str) -> None:
        """Let through who may read jobs of that project; raise what the gateway or CCE says to the others."""
        caller = self.iam.caller(request)
        if caller.by_key:
            named = request.headers.get("x-project-id", project_id)
            admitted = named == project_id and self.estate.knows_project(project_id)
        else:
            admitted = caller.project_id == project_id
        if not admitted or not caller.user.may_list_jobs:
            raise forbidden()

    def _job_list(self, request: Request, project_id: str) -> Answer:
        self._admit(request, project_id)
        if self.replacement:
            return Answer(200, self.replacement[0], {"Content-Type": self.replacement[1]})
        body = self.estate.jobs_of(project_id).body(self.clock.now(), request.accepts_gzip)
        headers = {"Content-Type": JSON_TYPE}
        if request.accepts_gzip:
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Answer(200, body, headers)

    def _job(self, request: Request, project_id: str, job_id: str) -> Answer:
        self._admit(request, project_id)
        body = self.estate.jobs_of(project_id).job(job_id, self.clock.now())
        if body is None:
            message = f"Job {job_id} not found"
            raise CceRefused(404, "CCE.01404001", "Resource not found", "CCE_CM.0003", message, "NotFound")
        return Answer(200, body, {"Content-Type": JSON_TYPE})

    def _clusters(self, request: Request, project_id: str) -> Answer:
        self._admit(request, project_id)
        return json_answer(200, self.estate.clusters_of(project_id, self.clock.now()))
