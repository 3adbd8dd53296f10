# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Login with user and password (OTC IAM API reference, "Obtaining a User Token Through Password Authentication")."""

from __future__ import annotations

import typing as t

from .._http.call import Call, no_auth
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import PasswordCredential, Settings
from .._report import Report
from .endpoints import iam_url
from .iam import call_for_project_token, call_for_token
from .token import IssuedToken

_ADVICE = {
    "permission": "check that the user is allowed to call the API and belongs to the project",
    "not_found": "check auth_url",
    "response": "check auth_url",
}


def log_in(
    settings: Settings, credential: PasswordCredential, client: Client, report: Report, deadline: Deadline
) -> IssuedToken:
    """Log in.

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not name a project.
    """
    project = "project_id" if settings.project_id else "project_name"
    call = _call(settings, credential, _project(settings), f", and {project}")
    return call_for_project_token(
        client, call, report, deadline, project_id=settings.project_id, renewable=not call.once
    )


def log_in_to_account(
    settings: Settings, credential: PasswordCredential, client: Client, report: Report, deadline: Deadline
) -> str:
    """Log in without a project, and return the token: at OTC, it is one for the user's account.

    Raises:
        CceError: when IAM refuses or cannot be reached.
    """
    # Keystone grants a token for the account only to users with a role for it, but has no agencies either
    scope = _domain(settings) if settings.agency else {}
    return call_for_token(client, _call(settings, credential, scope, ""), report, deadline)[1]


def _call(settings: Settings, credential: PasswordCredential, scope: dict[str, t.Any], to_check: str) -> Call:
    auth = {"identity": _identity(settings, credential), **({"scope": scope} if scope else {})}
    return Call(
        "log in to IAM",
        iam_url(settings) + "/auth/tokens",
        no_auth,
        method="POST",
        json={"auth": auth},
        advice={**_ADVICE, "authentication": _login_advice(settings, credential, to_check)},
        # a passcode is valid for one login
        once=bool(credential.passcode),
    )


def _login_advice(settings: Settings, credential: PasswordCredential, to_check: str) -> str:
    """Possible causes of a refusal: IAM responds to a mistyped project as to a wrong password."""
    account = "user_domain_id" if settings.user_domain_id else "user_domain_name"
    user = "user_id, password" if credential.user_id else f"username, password, {account}"
    factor = ", passcode" if credential.passcode else ""
    advice = f"check {user}{factor}{to_check}"
    return advice if factor else f"{advice}; set passcode if the user has a second factor"


def _domain(settings: Settings) -> dict[str, t.Any]:
    """The user's account as a member of an object, nothing if a user ID makes it unnecessary."""
    if settings.user_domain_id:
        return {"domain": {"id": settings.user_domain_id}}
    return {"domain": {"name": settings.user_domain_name}} if settings.user_domain_name else {}


def _identity(settings: Settings, credential: PasswordCredential) -> dict[str, t.Any]:
    user = {"id": credential.user_id} if credential.user_id else {"name": credential.username, **_domain(settings)}
    identity: dict[str, t.Any] = {
        "methods": ["password"],
        "password": {"user": {**user, "password": credential.password}},
    }
    if credential.passcode:
        # the reference asks for the user's ID here; gophertelekomcloud sends the name as well
        identity["methods"].append("totp")
        identity["totp"] = {"user": {**user, "passcode": credential.passcode}}
    return identity


def _project(settings: Settings) -> dict[str, t.Any]:
    if settings.project_id:
        return {"project": {"id": settings.project_id}}
    # OTC assumes the user's domain; Keystone, which has several, requires it
    return {"project": {"name": settings.project_name, **_domain(settings)}}
