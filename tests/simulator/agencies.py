# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Agencies, which let an account use projects of another one, and temporary access keys.

Request and response shapes are those of the OTC IAM API reference, "Obtaining an Agency Token" and "Obtaining a
Temporary AK/SK". The tables there name the agency ``agency_name``, the samples ``xrole_name``.
"""

from __future__ import annotations

import secrets
import string
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .accounts import AccessKey, Agency, Directory, User
from .clock import NANOSECONDS, rfc3339
from .messages import IamRefused, LoginRefused

SPELLINGS = ("xrole_name", "agency_name")
# How long a temporary key may be valid, in seconds
SHORTEST_KEY, LONGEST_KEY = 900, 86400

Refusal = Callable[[int, str], Exception]


class Agencies:
    """Finds the agency that a user asks for; ``spellings`` are the members that may name it."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.spellings: tuple[str, ...] = SPELLINGS

    def role(self, claimed: dict[str, Any], user: User, refuse: Refusal) -> User:
        """The role of the agency that ``claimed`` describes, which the user assumes."""
        names = [claimed[spelling] for spelling in self.spellings if spelling in claimed]
        if not names or not {"domain_id", "domain_name"} & set(claimed):
            raise refuse(400, "Request body is invalid.")
        if not user.may_assume_agencies:
            raise refuse(403, "You are not authorized to perform the requested action: assume_role")
        agency = next((each for each in self._directory.agencies if self._is(each, claimed, names[0])), None)
        if not agency:
            raise refuse(404, "Could not find the agency.")
        if agency.delegate != user.account:
            raise refuse(403, "The agency does not delegate to your account.")
        return agency.role

    @staticmethod
    def _is(agency: Agency, claimed: dict[str, Any], name: object) -> bool:
        account = agency.role.account
        by_account = claimed.get("domain_id") == account.id or claimed.get("domain_name") == account.name
        return by_account and name == agency.name


class AccessKeys:
    """Permanent access keys, and the temporary ones that were issued. ``now`` returns nanoseconds since 1970."""

    def __init__(self, directory: Directory, now: Callable[[], int]) -> None:
        self.now = now
        self._keys = {key.id: key for key in directory.keys}
        self._issued: set[str] = set()
        self._lock = threading.Lock()

    def get(self, identifier: str) -> AccessKey | None:
        """The key with that ID if it is valid."""
        with self._lock:
            key = self._keys.get(identifier)
        return None if key and key.expires is not None and key.expires <= self.now() else key

    def issue(self, user: User, seconds: float) -> AccessKey:
        identifier = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _place in range(20))
        expires = self.now() + int(seconds * NANOSECONDS)
        # as long as a real one, with characters that are special in URLs
        token = f"ggpjbi1ub3J0aC0x{secrets.token_urlsafe(600)}/+=="
        key = AccessKey(identifier, secrets.token_urlsafe(30), user, token, expires)
        with self._lock:
            self._keys[identifier] = key
            self._issued.add(identifier)
        return key

    def revoke(self) -> None:
        """Expire all keys that were issued."""
        with self._lock:
            for identifier in self._issued:
                self._keys[identifier] = replace(self._keys[identifier], expires=0)

    @staticmethod
    def payload(key: AccessKey) -> dict[str, Any]:
        """The shape in which IAM and the metadata service return a temporary key."""
        return {
            "credential": {
                "access": key.id,
                "secret": key.secret,
                "securitytoken": key.security_token,
                "expires_at": rfc3339(key.expires or 0),
            }
        }


def refuse_login(status: int, message: str) -> Exception:
    return LoginRefused(status, message)


def refuse_key(status: int, message: str) -> Exception:
    return IamRefused(status, {400: "IAM.0011", 403: "IAM.0002", 404: "IAM.0004"}[status], message)
