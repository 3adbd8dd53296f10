# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of IAM and CCE: a request in, a response out, no sockets."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from .clock import Clock
from .gateway import Caller, Gateway
from .iam import Iam, Token
from .listing import Absences, Replacement
from .messages import (
    JSON_TYPE,
    NEEDS_AUTHENTICATION,
    GatewayRefused,
    LoginRefused,
    Refused,
    Request,
    Response,
    compressed,
    job_not_found,
    json_response,
    no_such_api,
    refusal,
)
from .metadata import MetadataService
from .sample_jobs import SampleJobs


class Cloud:
    """Routes a request to the IAM or CCE of its region.

    ``urls`` has the base URL of each region's server, ``replacement`` the body of every job list. With
    ``finds_subjobs``, GetOneJob knows the IDs of subjobs; the API reference does not say whether the real one does.
    """

    def __init__(self, samples: SampleJobs, iam: Iam, gateway: Gateway, clock: Clock, prefix: str = "") -> None:
        self.samples = samples
        self.iam = iam
        self.gateway = gateway
        self.clock = clock
        self.prefix = prefix.rstrip("/")
        self.urls: dict[str, str] = {}
        self.absences = Absences()
        self.replacement: Replacement | None = None
        self.finds_subjobs = False
        self.metadata = MetadataService(iam.directory.server_role, iam.access_keys)
        project = r"/projects/(?P<project_id>[^/]+)"
        self._routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", r"/", self._versions),
            ("GET", r"/v3/?", self._version),
            ("POST", r"/v3/auth/tokens", self._log_in),
            ("GET|HEAD", r"/v3/auth/tokens", self._validate),
            ("DELETE", r"/v3/auth/tokens", self._revoke),
            ("GET", r"/v3/auth/catalog", self._catalog),
            ("GET", r"/v3/auth/projects", self._own_projects),
            ("GET", r"/v3/projects", self._projects),
            ("POST", r"/v3\.0/OS-CREDENTIAL/securitytokens", self._temporary_key),
            ("PUT", r"/meta-data/latest/api/token", self.metadata.session_token),
            ("GET", r"/openstack/latest/securitykey", self.metadata.security_key),
            ("GET", r"/openstack/latest/meta_data\.json", self.metadata.meta_data),
            ("GET", rf"/(api|autopilot)/v2{project}/jobs", self._job_list),
            ("GET", rf"/(api|autopilot)/v2{project}/jobs/(?P<job_id>[^/]+)", self._job),
            ("GET", rf"/api/v3{project}/clusters", self._clusters),
        ]

    def request(
        self, method: str, target: str, headers: dict[str, str], body: bytes, request_id: str, region: str
    ) -> Request:
        path, _mark, query = target.partition("?")
        if self.prefix and path.startswith(self.prefix + "/"):
            path = path[len(self.prefix) :]
        arguments = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        return Request(method, target, headers, body, path, arguments, request_id, region)

    def respond(self, request: Request) -> Response:
        """The response of the simulated cloud, errors included."""
        try:
            response = self._routed(request)
        except Refused as error:
            response = refusal(error, request.request_id)
        return compressed(response, request)

    def _routed(self, request: Request) -> Response:
        for methods, pattern, respond in self._routes:
            match = re.fullmatch(pattern, request.path)
            if match and request.method in methods.split("|"):
                return respond(request, **match.groupdict())
        # A trailing slash ends here too, as it does at the real gateway.
        raise no_such_api()

    # IAM

    def _version(self, request: Request) -> Response:
        return json_response(200, {"version": self._identity_version(request)})

    def _versions(self, request: Request) -> Response:
        return json_response(300, {"versions": {"values": [self._identity_version(request)]}})

    @staticmethod
    def _identity_version(request: Request) -> dict[str, Any]:
        links = [{"rel": "self", "href": f"http://{request.host}/v3/"}]
        return {"id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z", "links": links}

    def _log_in(self, request: Request) -> Response:
        token = self.iam.log_in(request.body, request.region, lambda: self._iam_caller(request).user)
        return self._token_response(201, token, request)

    def _token_response(self, status: int, token: Token, request: Request) -> Response:
        body = self.iam.token_body(token)
        if "nocatalog" not in request.query:
            body["catalog"] = self._catalog_for(request)
        return json_response(status, {"token": body}, X_Subject_Token=token.value)

    def _catalog_for(self, request: Request) -> list[dict[str, Any]]:
        """For the region of the request, the host that the client used."""
        here = f"http://{request.host}"
        others = {region: url for region, url in self.urls.items() if region != request.region}
        return self.iam.catalog(here, {request.region: here, **others})

    def _iam_caller(self, request: Request) -> Caller:
        try:
            return self.gateway.caller(request)
        except GatewayRefused as error:
            if "authorization" in request.headers:
                raise
            raise LoginRefused(401, NEEDS_AUTHENTICATION) from error

    def _subject_token(self, request: Request) -> Token:
        self._iam_caller(request)
        token = self.iam.token(request.headers.get("x-subject-token", ""), request.region)
        if not token:
            raise LoginRefused(404, "The token cannot be found.")
        return token

    def _validate(self, request: Request) -> Response:
        return self._token_response(200, self._subject_token(request), request)

    def _revoke(self, request: Request) -> Response:
        self.iam.revoke(self._subject_token(request).value)
        return Response(204)

    def _catalog(self, request: Request) -> Response:
        self._iam_caller(request)
        links = {"self": f"http://{request.host}/v3/auth/catalog", "previous": None, "next": None}
        return json_response(200, {"catalog": self._catalog_for(request), "links": links})

    def _temporary_key(self, request: Request) -> Response:
        return json_response(201, self.iam.temporary_key(request.body, self._iam_caller(request).user))

    def _projects(self, request: Request) -> Response:
        user = self._iam_caller(request).user
        if not user.may_list_projects:
            message = "You are not authorized to perform the requested action: identity:list_projects"
            raise LoginRefused(403, message)
        own_url = f"http://{request.host}/v3/projects"
        return json_response(200, self.iam.list_projects(user, request.query.get("name"), own_url))

    def _own_projects(self, request: Request) -> Response:
        user = self._iam_caller(request).user
        return json_response(200, self.iam.list_projects(user, None, f"http://{request.host}/v3/auth/projects"))

    # CCE

    def _job_list(self, request: Request, project_id: str) -> Response:
        self.gateway.admit(request, project_id)
        now = self.clock.now()
        if self.replacement:
            without = self.absences.take(now, self.replacement.ids.__contains__)
            return Response(200, self.replacement.body(without), {"Content-Type": self.replacement.content_type})
        job_list = self.samples.jobs_of(project_id)
        without = self.absences.take(now, lambda uid: job_list.has(uid, now))
        body = job_list.body(now, request.accepts_gzip, without)
        headers = {"Content-Type": JSON_TYPE}
        if request.accepts_gzip:
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(200, body, headers)

    def _job(self, request: Request, project_id: str, job_id: str) -> Response:
        self.gateway.admit(request, project_id)
        now = self.clock.now()
        if self.replacement:
            body = self.replacement.job(job_id, self.finds_subjobs)
        else:
            body = self.samples.jobs_of(project_id).job(job_id, now, self.finds_subjobs)
        if body is None or self.absences.deleted(job_id, now):
            raise job_not_found(job_id)
        return Response(200, body, {"Content-Type": JSON_TYPE})

    def _clusters(self, request: Request, project_id: str) -> Response:
        self.gateway.admit(request, project_id)
        return json_response(200, self.samples.clusters_of(project_id, self.clock.now()))
