# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The part of Keystone's Identity API that creates an account and revokes tokens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
import time
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.opentelekomcloud.cce.tests.system.servers import call


@dataclass(frozen=True)
class Member:
    """A user of the account."""

    name: str
    password: str = field(repr=False)
    key: bytes | None = field(default=None, repr=False)
    """The key of the second factor."""
    id: str = ""
    """Empty before Keystone knows the user."""


@dataclass(frozen=True)
class Account:
    """The account in Keystone that the tests use."""

    url: str
    short_lived_url: str
    """The same Keystone, but its tokens have expired when they arrive."""
    region: str
    domain_name: str
    domain_id: str
    projects: dict[str, str]
    """IDs by name; no user has a role on the last one."""
    user: Member
    user_with_second_factor: Member
    administrator: Member


class KeystoneError(Exception):
    """Keystone refused a call that the tests need."""


def passcode(key: bytes, moment: float | None = None) -> str:
    """The code of the second factor (RFC 6238, six digits, thirty seconds)."""
    count = int((time.time() if moment is None else moment) // 30)
    digest = hmac.new(key, struct.pack(">Q", count), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


class Keystone:
    """Calls of Keystone with a password."""

    def __init__(self, url: str, user: str, password: str, domain: str, project: str) -> None:
        self.url = url
        self._login = {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user, "password": password, "domain": {"name": domain}}},
            },
            "scope": {"project": {"name": project, "domain": {"name": domain}}},
        }

    def issue(self) -> str:
        """A new token."""
        response = call("POST", f"{self.url}/auth/tokens", {"auth": self._login})
        token = response.headers["X-Subject-Token"]
        if not token:
            raise KeystoneError(f"no token: HTTP {response.status}")
        return token

    def revoke(self, token: str) -> None:
        response = call("DELETE", f"{self.url}/auth/tokens", X_Auth_Token=token, X_Subject_Token=token)
        if response.status != 204:
            raise KeystoneError(f"not revoked: HTTP {response.status}")


class Administrator(Keystone):
    """Creates the parts of an account."""

    def __init__(self, url: str, password: str) -> None:
        super().__init__(url, "admin", password, "Default", "admin")
        self._token = self.issue()

    def _call(self, method: str, path: str, body: object = None) -> Any:
        response = call(method, self.url + path, body, X_Auth_Token=self._token)
        if response.status >= 300:
            raise KeystoneError(f"{method} {path}: HTTP {response.status}")
        return response.json() if response.body else None

    def make(self, kind: str, **members: object) -> str:
        """Create something, and return its ID."""
        made: str = self._call("POST", f"/{kind}s", {kind: members})[kind]["id"]
        return made

    def grant(self, role: str, user_id: str, project_id: str) -> None:
        [found] = self._call("GET", f"/roles?name={role}")["roles"]
        self._call("PUT", f"/projects/{project_id}/users/{user_id}/roles/{found['id']}")

    def furnish(self, short_lived_url: str, region: str, endpoints: dict[str, str]) -> Account:
        """An account with projects, users, and a catalog that leads to these endpoints of CCE by region."""
        domain_name = "OTC00000000001000012345"
        domain_id = self.make("domain", name=domain_name)
        names = (f"{region}_system", "no-region", f"{region}_closed")
        projects = {name: self.make("project", name=name, domain_id=domain_id) for name in names}
        # of the same name in another account
        self.make("project", name="no-region", domain_id="default")
        user = self._member(domain_id, projects, Member("ansible", secrets.token_urlsafe()))
        strict = Member("ansible-mfa", secrets.token_urlsafe(), secrets.token_bytes(20))
        strict = self._member(domain_id, projects, strict)
        administrator = self._member(domain_id, projects, Member("administrator", secrets.token_urlsafe()), "admin")
        service = self.make("service", type="ccev2.0", name="ccev2.0")
        for name, url in endpoints.items():
            self.make("region", id=name)
            self.make("endpoint", service_id=service, interface="public", region_id=name, url=url)
        return Account(self.url, short_lived_url, region, domain_name, domain_id, projects, user, strict, administrator)

    def _member(self, domain_id: str, projects: dict[str, str], member: Member, role: str = "member") -> Member:
        options = {}
        if member.key:
            options = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "totp"]]}
        user_id = self.make("user", name=member.name, password=member.password, domain_id=domain_id, options=options)
        if member.key:
            self.make("credential", type="totp", user_id=user_id, blob=base64.b32encode(member.key).decode())
        for project_id in list(projects.values())[:-1]:
            self.grant(role, user_id, project_id)
        return replace(member, id=user_id)
