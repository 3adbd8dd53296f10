# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IAM: logins, tokens, projects, and the catalog. One IAM for each region, over the same accounts.

Request and response shapes are those of the OTC IAM API reference, "Obtaining a User Token Through Password
Authentication" and "... and Virtual MFA". Credentials expire on the machine's time, not on the simulator's clock,
because clients sign and judge expiry with theirs.

The IAM of a region knows the users of that region. It issues tokens for all projects that a user may use, in any
region; CCE accepts only tokens for projects of its own region.
"""

from __future__ import annotations

import json
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .accounts import Account, Directory, Project, User
from .agencies import LONGEST_KEY, SHORTEST_KEY, AccessKeys, Agencies, refuse_key, refuse_login
from .clock import NANOSECONDS, rfc3339
from .messages import NEEDS_AUTHENTICATION, WRONG_LOGIN, LoginRefused

FIRST_PASSCODE = "123456"


@dataclass(frozen=True)
class Token:
    """A token without a project is scoped to the account; times in nanoseconds since 1970."""

    value: str
    user: User
    methods: tuple[str, ...]
    project: Project | None
    issued: int
    expires: int
    assumed_by: User | None = None


def _mapping(value: object) -> dict[str, Any]:
    """A JSON object, or an empty one if the client sent something else."""
    return value if isinstance(value, dict) else {}


def _domain(account: Account) -> dict[str, str]:
    return {"id": account.id, "name": account.name}


def _matches(claimed: object, account: Account) -> bool:
    """Whether the ID or the name is that of the account."""
    members = _mapping(claimed)
    return members.get("id") == account.id or members.get("name") == account.name


class Iam:
    """Issues and checks tokens. ``now`` returns nanoseconds since 1970."""

    def __init__(
        self,
        directory: Directory,
        token_lifetime: float = 86400,
        reusable_passcode: bool = False,
        now: Callable[[], int] = time.time_ns,
    ) -> None:
        self.directory = directory
        self.now = now
        self.agencies = Agencies(directory)
        self.access_keys = AccessKeys(directory, now)
        self._lifetime = int(token_lifetime * NANOSECONDS)
        self._reusable_passcode = reusable_passcode
        self._passcode: str | None = FIRST_PASSCODE
        self._last_passcode = int(FIRST_PASSCODE)
        self._random = random.Random()
        self._lock = threading.Lock()
        self._tokens: dict[str, Token] = {}

    # Tokens

    def issue(
        self,
        user: User,
        methods: tuple[str, ...],
        project: Project | None,
        expires: int | None = None,
        assumed_by: User | None = None,
    ) -> Token:
        issued = self.now()
        expires = issued + self._lifetime if expires is None else expires
        # As long as a real one (1 to 2 kB), so that limits on header sizes show.
        value = "MIIS" + secrets.token_urlsafe(1200)
        token = Token(value, user, methods, project, issued, expires, assumed_by)
        with self._lock:
            self._tokens[value] = token
        return token

    def token(self, value: str, region: str) -> Token | None:
        """The token of that value if it is valid in the IAM of this region."""
        with self._lock:
            token = self._tokens.get(value)
        return token if token and self.now() < token.expires and region in token.user.regions else None

    def has_issued(self, value: str) -> bool:
        with self._lock:
            return value in self._tokens

    def revoke(self, value: str | None = None) -> None:
        """Expire one token, or all."""
        with self._lock:
            for each in [value] if value else list(self._tokens):
                self._tokens[each] = replace(self._tokens[each], expires=0)

    def token_body(self, token: Token) -> dict[str, Any]:
        """The body of a token without its catalog."""
        user = token.user
        domain = _domain(user.account)
        body: dict[str, Any] = {
            "methods": list(token.methods),
            "issued_at": rfc3339(token.issued),
            "expires_at": rfc3339(token.expires),
            "mfa_authn_at": rfc3339(token.issued) if "totp" in token.methods else "",
            "user": {"id": user.id, "name": user.name, "password_expires_at": "", "domain": domain},
            "roles": [{"id": "0", "name": "te_admin" if user.may_list_jobs else "readonly"}],
        }
        if token.assumed_by:
            by = token.assumed_by
            body["assumed_by"] = {"user": {"id": by.id, "name": by.name, "domain": _domain(by.account)}}
        if token.project:
            body["project"] = {"id": token.project.id, "name": token.project.name, "domain": domain}
        else:
            body["domain"] = domain
        return body

    # Login

    def new_passcode(self) -> str:
        """The next passcode of the second factor; older ones are no longer accepted."""
        with self._lock:
            self._last_passcode = (self._last_passcode + self._random.randrange(1, 10**6)) % 10**6
            self._passcode = f"{self._last_passcode:06d}"
            return self._passcode

    def log_in(self, body: bytes, region: str, caller: Callable[[], User]) -> Token:
        """Serve ``POST /v3/auth/tokens``. ``caller`` returns the user whose token the request has. Raises Refused."""
        request = self._auth(body, refuse_login)
        identity = _mapping(request.get("identity"))
        methods = identity.get("methods")
        if methods == ["assume_role"]:
            user = caller()
            role = self.agencies.role(_mapping(identity.get("assume_role")), user, refuse_login)
            return self.issue(role, ("assume_role",), self._scope(request, role), assumed_by=user)
        if methods == ["token"]:
            old = self.token(str(_mapping(identity.get("token")).get("id")), region)
            if not old:
                raise LoginRefused(401, NEEDS_AUTHENTICATION)
            return self.issue(old.user, ("token",), self._scope(request, old.user), old.expires)
        if methods not in (["password"], ["password", "totp"], ["totp", "password"]):
            raise LoginRefused(400, "Request body is invalid.")
        user = self._user_by_password(identity, region)
        if user.second_factor or "totp" in methods:
            self._check_second_factor(user, _mapping(identity.get("totp")), region)
        return self.issue(user, tuple(methods), self._scope(request, user))

    @staticmethod
    def _auth(body: bytes, refuse: Callable[[int, str], Exception]) -> dict[str, Any]:
        try:
            return _mapping(_mapping(json.loads(body)).get("auth"))
        except ValueError as error:
            raise refuse(400, "Request body is invalid.") from error

    def temporary_key(self, body: bytes, user: User) -> dict[str, Any]:
        """Serve ``POST /v3.0/OS-CREDENTIAL/securitytokens`` for this user. Raises Refused."""
        identity = _mapping(self._auth(body, refuse_key).get("identity"))
        methods = identity.get("methods")
        if methods not in (["token"], ["assume_role"]):
            raise refuse_key(400, "Request body is invalid.")
        claimed = _mapping(identity.get(methods[0]))
        seconds = claimed.get("duration_seconds", SHORTEST_KEY)
        is_integer = isinstance(seconds, int) and not isinstance(seconds, bool)
        if not is_integer or not SHORTEST_KEY <= seconds <= LONGEST_KEY:
            raise refuse_key(400, "duration_seconds is invalid.")
        owner = self.agencies.role(claimed, user, refuse_key) if methods == ["assume_role"] else user
        return self.access_keys.payload(self.access_keys.issue(owner, seconds))

    def _user_by_password(self, identity: dict[str, Any], region: str) -> User:
        claimed = _mapping(_mapping(identity.get("password")).get("user"))
        user = self._user(claimed, region)
        if not user or claimed.get("password") != user.password:
            raise LoginRefused(401, WRONG_LOGIN)
        return user

    def _user(self, claimed: dict[str, Any], region: str) -> User | None:
        for user in self.directory.users:
            if region not in user.regions:
                continue
            if claimed.get("id") == user.id:
                return user
            if claimed.get("name") == user.name and _matches(claimed.get("domain"), user.account):
                return user
        return None

    def _check_second_factor(self, user: User, factor: dict[str, Any], region: str) -> None:
        """A missing second factor gets the same message, as users report (python-otcextensions, issue 355)."""
        claimed = _mapping(factor.get("user"))
        with self._lock:
            known = self._passcode is not None and self._passcode in (factor.get("passcode"), claimed.get("passcode"))
            if not user.second_factor or self._user(claimed, region) != user or not known:
                raise LoginRefused(401, WRONG_LOGIN)
            if not self._reusable_passcode:
                self._passcode = None

    def _scope(self, request: dict[str, Any], user: User) -> Project | None:
        scope = _mapping(request.get("scope"))
        if "project" in scope:
            wanted = _mapping(scope["project"])
            for project in user.projects:
                by_name = "id" not in wanted and wanted.get("name") == project.name
                # without a domain, the name is that of a project of the user's account
                own = "domain" not in wanted or _matches(wanted["domain"], project.account)
                if wanted.get("id") == project.id or (by_name and own):
                    return project
            raise LoginRefused(401, NEEDS_AUTHENTICATION)
        if "domain" in scope and not _matches(scope["domain"], user.account):
            raise LoginRefused(401, NEEDS_AUTHENTICATION)
        return None

    # Lists

    @staticmethod
    def list_projects(user: User, name: str | None, own_url: str) -> dict[str, Any]:
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
                    "parent_id": project.account.id,
                    "domain_id": project.account.id,
                    "name": project.name,
                }
                for project in user.projects
                if name in (None, project.name)
            ],
        }

    @staticmethod
    def catalog(identity_url: str, cce_urls: dict[str, str]) -> list[dict[str, Any]]:
        """Each region's CCE, under both types that the real catalog has; the last one in ``cce_urls`` comes first."""

        def endpoint(region: str, url: str) -> dict[str, Any]:
            return {"id": f"e-{region}", "interface": "public", "region": region, "region_id": region, "url": url}

        def entry(number: int, kind: str, name: str, urls: dict[str, str]) -> dict[str, Any]:
            endpoints = [endpoint(*each) for each in reversed(urls.items())]
            return {"type": kind, "id": f"c{number}", "name": name, "endpoints": endpoints}

        return [
            entry(1, "identity", "iam", {"*": f"{identity_url}/v3"}),
            entry(2, "cce", "containeren", {region: f"{url}/api/v1" for region, url in cce_urls.items()}),
            entry(3, "ccev2.0", "ccev2.0", cce_urls),
        ]
