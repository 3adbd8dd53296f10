# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API gateway in front of CCE and IAM: identifies callers by token or signature."""

from __future__ import annotations

import datetime
import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

from .accounts import AccessKey, Account, User
from .clock import NANOSECONDS
from .iam import Iam
from .messages import GatewayRefused, Request, expired_token, forbidden, incorrect_authentication
from .signatures import Authorization, SignatureRefused, parse_authorization, verify

# Huawei Cloud signing guide: a key that fails too often in a row is refused for five minutes, right or wrong.
FAILURES_UNTIL_LOCK = 5
LOCK_SECONDS = 300
_KEYSTONE_TIMEOUT = 30


@dataclass(frozen=True)
class Caller:
    """``project_id`` is the scope of a token, None for a token of the account and for an access key.

    ``region`` is that of the scope; None if the scope has none.
    """

    user: User
    by_key: bool
    project_id: str | None = None
    region: str | None = None


class Gateway:
    """``keystone`` is the URL of a Keystone that is asked about unknown tokens."""

    def __init__(self, iam: Iam, keystone: str | None = None, echo_canonical_request: bool = False) -> None:
        self._iam = iam
        self._keystone = keystone
        self._echo_canonical_request = echo_canonical_request
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self._locked_until: dict[str, int] = {}

    def caller(self, request: Request) -> Caller:
        """The sender of this request. Raises GatewayRefused."""
        authorization = request.headers.get("authorization")
        if authorization:
            return self._caller_by_key(request, authorization)
        value = request.headers.get("x-auth-token")
        if not value:
            raise incorrect_authentication("x-auth-token not found")
        token = self._iam.token(value, request.region)
        if token:
            scope = token.project
            return Caller(token.user, False, scope.id if scope else None, scope.region if scope else None)
        if self._iam.has_issued(value):
            raise expired_token()
        if self._keystone:
            return self._caller_by_keystone(value)
        raise incorrect_authentication("decrypt token fail")

    def admit(self, request: Request, project_id: str) -> None:
        """Return if the caller may read jobs of that project. Raises GatewayRefused or CceRefused if not."""
        caller = self.caller(request)
        if caller.region not in (None, request.region):
            raise expired_token()
        if caller.by_key:
            project = self._iam.directory.project(project_id)
            named = request.headers.get("x-project-id", project_id)
            admitted = named == project_id and caller.user.may_use(project_id)
            admitted = admitted and project is not None and project.region == request.region
        else:
            admitted = caller.project_id == project_id
        if not admitted or not caller.user.may_list_jobs:
            raise forbidden()

    def _caller_by_key(self, request: Request, value: str) -> Caller:
        try:
            authorization = parse_authorization(value)
        except SignatureRefused as refusal:
            raise incorrect_authentication("verify aksk signature fail", str(refusal)) from refusal
        key = self._iam.access_keys.get(authorization.access_key)
        if not key or request.region not in key.user.regions:
            problem = f"Get secretKey failed,ak:{authorization.access_key},err:ak not exist"
            raise incorrect_authentication(problem)
        now = self._iam.now()
        with self._lock:
            if now < self._locked_until.get(key.id, 0):
                raise incorrect_authentication("AK access failed to reach the limit,forbidden")
            try:
                self._verify(request, authorization, key, now)
            except SignatureRefused as refusal:
                self._count_failure(key, now)
                problem = "verify aksk signature fail"
                if self._echo_canonical_request and refusal.canonical_request:
                    problem += f",canonicalRequest:{refusal.canonical_request}".replace("\n", "|")
                raise incorrect_authentication(problem, str(refusal)) from refusal
            self._failures[key.id] = 0
        return Caller(key.user, by_key=True)

    @staticmethod
    def _verify(request: Request, authorization: Authorization, key: AccessKey, now: int) -> None:
        verify(request, authorization, key.secret, datetime.datetime.fromtimestamp(now / 1e9, datetime.timezone.utc))
        if request.headers.get("x-security-token") != key.security_token:
            raise SignatureRefused("X-Security-Token does not belong to this access key")

    def _count_failure(self, key: AccessKey, now: int) -> None:
        self._failures[key.id] = self._failures.get(key.id, 0) + 1
        if self._failures[key.id] >= FAILURES_UNTIL_LOCK:
            self._failures[key.id] = 0
            self._locked_until[key.id] = now + LOCK_SECONDS * NANOSECONDS

    def _caller_by_keystone(self, value: str) -> Caller:
        """Ask a real Keystone about a token of its own."""
        url = f"{str(self._keystone).rstrip('/').removesuffix('/v3')}/v3/auth/tokens"
        question = urllib.request.Request(url, headers={"X-Auth-Token": value, "X-Subject-Token": value})
        try:
            with urllib.request.urlopen(question, timeout=_KEYSTONE_TIMEOUT) as response:
                token = json.load(response)["token"]
            user = User(token["user"]["id"], token["user"]["name"], "", Account("", ""), (), ())
            return Caller(user, by_key=False, project_id=token.get("project", {}).get("id"))
        except (OSError, ValueError, KeyError) as error:
            if isinstance(error, urllib.error.HTTPError) and error.code in (401, 404):
                raise incorrect_authentication("decrypt token fail", f"Keystone responded with {error.code}") from error
            raise GatewayRefused(503, "APIGW.0613", "The IAM service is not available", str(error)) from error
