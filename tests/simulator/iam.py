# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: users, tokens and access keys, and the question who is calling.

Request and answer shapes are those of the OTC IAM API reference, "Obtaining a User Token Through Password
Authentication" and "... and Virtual MFA". Credentials live on the machine's time, not on the estate's clock, because
clients sign and judge expiry with theirs.
"""

from __future__ import annotations

import datetime
import json
import random
import secrets
import string
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .clock import NANOSECONDS, rfc3339
from .estate import REGION, Project
from .signatures import Authorization, SignatureRefused, SignedRequest, parse_authorization, verify

PASSCODE = "123456"
# Huawei Cloud signing guide: a key that fails too often in a row is refused for five minutes, right or wrong.
FAILURES_UNTIL_LOCK = 5
LOCK_SECONDS = 300
_KEYSTONE_TIMEOUT = 30


@dataclass(frozen=True)
class Domain:
    id: str
    name: str


@dataclass(frozen=True)
class User:
    id: str
    name: str
    password: str
    second_factor: bool = False
    may_list_jobs: bool = True


@dataclass(frozen=True)
class AccessKey:
    """An access key; a temporary one has a security token."""

    id: str
    secret: str
    user: User
    security_token: str | None = None


@dataclass(frozen=True)
class Token:
    """A token without a project belongs to the domain; times in nanoseconds since 1970."""

    value: str
    user: User
    methods: tuple[str, ...]
    project: Project | None
    issued: int
    expires: int


@dataclass(frozen=True)
class Caller:
    """Who calls: ``project_id`` is the scope of a token, None for a token of the domain and for an access key."""

    user: User
    by_key: bool
    project_id: str | None = None


class LoginRefused(Exception):
    """IAM's own error: ``{"error": {"message", "code", "title"}}``."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class GatewayRefused(Exception):
    """The gateway's error; ``detail`` goes to the request log only."""

    def __init__(self, status: int, code: str, message: str, detail: str = "") -> None:
        super().__init__(message)
        self.status, self.code, self.detail = status, code, detail or message


def incorrect_authentication(problem: str, detail: str = "") -> GatewayRefused:
    return GatewayRefused(401, "APIGW.0301", f"Incorrect IAM authentication information: {problem}", detail)


NEEDS_AUTHENTICATION = "The request you have made requires authentication."
WRONG_LOGIN = "The username or password is wrong."


def _mapping(value: object) -> dict[str, Any]:
    """A JSON object, or nothing where the client sent something else."""
    return value if isinstance(value, dict) else {}


class Iam:
    """The account's identities. ``now`` gives nanoseconds since 1970."""

    def __init__(
        self,
        seed: int,
        projects: list[Project],
        token_lifetime: float = 86400,
        keystone: str | None = None,
        echo_canonical_request: bool = False,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        draw = random.Random(f"{seed}/iam")

        def hexadecimal() -> str:
            return f"{draw.getrandbits(128):032x}"

        def user(name: str, **rights: bool) -> User:
            return User(hexadecimal(), name, f"Dummy-Password-{hexadecimal()[:12]}", **rights)

        def key(owner: User, security_token: str | None = None) -> AccessKey:
            identifier = "".join(draw.choices(string.ascii_uppercase + string.digits, k=20))
            secret = "".join(draw.choices(string.ascii_letters + string.digits, k=40))
            return AccessKey(identifier, secret, owner, security_token)

        self.projects = projects
        self.domain = Domain(hexadecimal(), f"OTC000000000010000{draw.randrange(10**5):05d}")
        self.user = user("ansible")
        self.second_factor_user = user("ansible-mfa", second_factor=True)
        self.restricted_user = user("auditor", may_list_jobs=False)
        self.key = key(self.user)
        self.temporary_key = key(self.user, f"gAAAAA{hexadecimal()}/with+characters==")
        self.restricted_key = key(self.restricted_user)
        self._users = (self.user, self.second_factor_user, self.restricted_user)
        self._keys = {each.id: each for each in (self.key, self.temporary_key, self.restricted_key)}
        self._lifetime = int(token_lifetime * NANOSECONDS)
        self._keystone = keystone
        self._echo_canonical_request = echo_canonical_request
        self._now = now
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}
        self._failures: dict[str, int] = {}
        self._locked_until: dict[str, int] = {}

    # Tokens

    def issue(self, user: User, methods: tuple[str, ...], project: Project | None, expires: int | None = None) -> Token:
        issued = self._now()
        # As long as a real one (1 to 2 kB), so that limits on header sizes show.
        value = "MIIS" + secrets.token_urlsafe(1200)
        token = Token(value, user, methods, project, issued, issued + self._lifetime if expires is None else expires)
        with self._lock:
            self._tokens[value] = token
        return token

    def token(self, value: str) -> Token | None:
        """The living token of that value."""
        with self._lock:
            token = self._tokens.get(value)
        return token if token and self._now() < token.expires else None

    def revoke(self, value: str | None = None) -> None:
        """End one token, or all; from then on they count as expired."""
        with self._lock:
            for each in [value] if value else list(self._tokens):
                token = self._tokens[each]
                self._tokens[each] = Token(each, token.user, token.methods, token.project, token.issued, 0)

    def token_body(self, token: Token, host: str, catalog: bool) -> dict[str, Any]:
        domain = {"id": self.domain.id, "name": self.domain.name}
        body: dict[str, Any] = {
            "methods": list(token.methods),
            "issued_at": rfc3339(token.issued),
            "expires_at": rfc3339(token.expires),
            "mfa_authn_at": rfc3339(token.issued) if "totp" in token.methods else "",
            "user": {"id": token.user.id, "name": token.user.name, "password_expires_at": "", "domain": domain},
            "roles": [{"id": "0", "name": "te_admin" if token.user.may_list_jobs else "readonly"}],
        }
        if token.project:
            body["project"] = {"id": token.project.id, "name": token.project.name, "domain": domain}
        else:
            body["domain"] = domain
        if catalog:
            body["catalog"] = self.catalog(host)
        return {"token": body}

    def catalog(self, host: str) -> list[dict[str, Any]]:
        """Points at the address the client used; the other region's host cannot exist, so nothing can leak there."""
        here, elsewhere = f"http://{host}", "https://cce.eu-nl.otc.invalid"

        def endpoint(region: str, url: str) -> dict[str, Any]:
            return {"id": f"e-{region}", "interface": "public", "region": region, "region_id": region, "url": url}

        def entry(number: int, kind: str, name: str, *places: tuple[str, str]) -> dict[str, Any]:
            return {"type": kind, "id": f"c{number}", "name": name, "endpoints": [endpoint(*each) for each in places]}

        return [
            entry(1, "identity", "iam", ("*", f"{here}/v3")),
            entry(2, "cce", "containeren", ("eu-nl", f"{elsewhere}/api/v1"), (REGION, f"{here}/api/v1")),
            entry(3, "ccev2.0", "ccev2.0", ("eu-nl", elsewhere), (REGION, here)),
        ]

    # Login

    def log_in(self, body: bytes) -> Token:
        """Answer ``POST /v3/auth/tokens``. Raises LoginRefused."""
        try:
            request = _mapping(_mapping(json.loads(body)).get("auth"))
        except ValueError as error:
            raise LoginRefused(400, "Request body is invalid.") from error
        identity = _mapping(request.get("identity"))
        methods = identity.get("methods")
        if methods == ["token"]:
            old = self.token(str(_mapping(identity.get("token")).get("id")))
            if not old:
                raise LoginRefused(401, NEEDS_AUTHENTICATION)
            return self.issue(old.user, ("token",), self._scope(request), old.expires)
        if methods not in (["password"], ["password", "totp"], ["totp", "password"]):
            raise LoginRefused(400, "Request body is invalid.")
        claimed = _mapping(_mapping(identity.get("password")).get("user"))
        user = self._user(claimed)
        if not user or claimed.get("password") != user.password:
            raise LoginRefused(401, WRONG_LOGIN)
        if user.second_factor or "totp" in methods:
            # A missing second factor shows as this text too, as users report (python-otcextensions, issue 355).
            factor = _mapping(identity.get("totp"))
            claimed = _mapping(factor.get("user"))
            if not user.second_factor or self._user(claimed) != user:
                raise LoginRefused(401, WRONG_LOGIN)
            if PASSCODE not in (factor.get("passcode"), claimed.get("passcode")):
                raise LoginRefused(401, WRONG_LOGIN)
        return self.issue(user, tuple(methods), self._scope(request))

    def _user(self, claimed: dict[str, Any]) -> User | None:
        for user in self._users:
            if claimed.get("id") == user.id:
                return user
            if claimed.get("name") == user.name and self._is_own_domain(_mapping(claimed.get("domain"))):
                return user
        return None

    def _is_own_domain(self, claimed: dict[str, Any]) -> bool:
        return claimed.get("id") == self.domain.id or claimed.get("name") == self.domain.name

    def _scope(self, request: dict[str, Any]) -> Project | None:
        scope = _mapping(request.get("scope"))
        if "project" in scope:
            wanted = _mapping(scope["project"])
            for project in self.projects:
                if wanted.get("id") == project.id or ("id" not in wanted and wanted.get("name") == project.name):
                    return project
            raise LoginRefused(401, NEEDS_AUTHENTICATION)
        if "domain" in scope and not self._is_own_domain(_mapping(scope["domain"])):
            raise LoginRefused(401, NEEDS_AUTHENTICATION)
        return None

    def list_projects(self, name: str | None, own_url: str) -> dict[str, Any]:
        """Shape of the OTC IAM API reference, "Querying Project Information Based on the Specified Criteria"."""
        return {
            "links": {"self": own_url, "previous": None, "next": None},
            "projects": [
                {
                    "is_domain": False,
                    "description": "",
                    "links": {"self": f"{own_url}/{project.id}"},
                    "enabled": True,
                    "id": project.id,
                    "parent_id": self.domain.id,
                    "domain_id": self.domain.id,
                    "name": project.name,
                }
                for project in self.projects
                if name in (None, project.name)
            ],
        }

    # Who is calling

    def caller(self, request: SignedRequest) -> Caller:
        """The caller of any other request, by token or by signature. Raises GatewayRefused."""
        authorization = request.headers.get("authorization")
        if authorization:
            return self._caller_by_key(request, authorization)
        value = request.headers.get("x-auth-token")
        if not value:
            raise incorrect_authentication("x-auth-token not found")
        token = self.token(value)
        if token:
            return Caller(token.user, by_key=False, project_id=token.project.id if token.project else None)
        if value in self._tokens:
            raise GatewayRefused(401, "APIGW.0307", "The token must be updated")
        if self._keystone:
            return self._caller_by_keystone(value)
        raise incorrect_authentication("decrypt token fail")

    def _caller_by_key(self, request: SignedRequest, value: str) -> Caller:
        try:
            authorization = parse_authorization(value)
        except SignatureRefused as refusal:
            raise incorrect_authentication("verify aksk signature fail", str(refusal)) from refusal
        key = self._keys.get(authorization.access_key)
        if not key:
            problem = f"Get secretKey failed,ak:{authorization.access_key},err:ak not exist"
            raise incorrect_authentication(problem)
        now = self._now()
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

    def _verify(self, request: SignedRequest, authorization: Authorization, key: AccessKey, now: int) -> None:
        verify(request, authorization, key.secret, datetime.datetime.fromtimestamp(now / 1e9, datetime.timezone.utc))
        if request.headers.get("x-security-token") != key.security_token:
            raise SignatureRefused("X-Security-Token is not the one of this access key")

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
            with urllib.request.urlopen(question, timeout=_KEYSTONE_TIMEOUT) as answer:
                token = json.load(answer)["token"]
            user = User(token["user"]["id"], token["user"]["name"], password="")
            return Caller(user, by_key=False, project_id=token.get("project", {}).get("id"))
        except (OSError, ValueError, KeyError) as error:
            if isinstance(error, urllib.error.HTTPError) and error.code in (401, 404):
                raise incorrect_authentication("decrypt token fail", f"Keystone answered {error.code}") from error
            raise GatewayRefused(503, "APIGW.0613", "The IAM service is not available", str(error)) from error
