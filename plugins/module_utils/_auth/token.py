# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Tokens of IAM: how a request carries one, and what a login returns."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import requests


class TokenAuth:
    """Authenticates a request with a token of IAM.

    Attributes:
        token: the token.
        advice: what the user can do about a refusal, by the kind of the failure.
    """

    def __init__(self, token: str, advice: str) -> None:
        self.token = token
        self.advice = {"authentication": advice}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Auth-Token"] = self.token
        return request


class IssuedToken(t.NamedTuple):
    """The result of a login: a token and the facts that IAM returned with it."""

    auth: TokenAuth
    """The token, with advice for when CCE refuses it."""
    issuer: str
    """URL of IAM."""
    project_id: str
    project_name: str | None
    catalog: t.Any
    """The catalog of services, unchecked."""
    renewable: bool
    """Whether the same login can be made again."""
    interfaces: tuple[str, ...] = ("public",)
    """Which interfaces of the catalog to use."""
