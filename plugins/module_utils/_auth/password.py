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
from .iam import call_iam, is_project_id, unusable
from .json_values import dict_or_empty, text_or_none
from .token import IssuedToken

_ADVICE = {
    "permission": "check that the user is allowed to call the API and belongs to the project",
    "not_found": "check auth_url",
    "response": "check auth_url",
}


# The token is new: what remains is that it was sent to the wrong place
_TOKEN_ADVICE = "check region and endpoint: a token is valid in one region only"


def log_in(
    settings: Settings, credential: PasswordCredential, client: Client, report: Report, deadline: Deadline
) -> IssuedToken:
    """Log in.

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not name a project.
    """
    call = Call(
        "log in to IAM",
        iam_url(settings) + "/auth/tokens",
        no_auth,
        method="POST",
        json={"auth": {"identity": _identity(settings, credential), "scope": _scope(settings)}},
        advice={**_ADVICE, "authentication": _login_advice(settings, credential)},
        # a passcode is valid for one login
        once=bool(credential.passcode),
    )
    response, token = call_iam(client, call, report, deadline)
    if not token:
        raise unusable(call, "has no token", "Check auth_url")
    body = dict_or_empty(response.get("token"))
    project = dict_or_empty(body.get("project"))
    project_id = text_or_none(project.get("id")) or settings.project_id
    if not project_id:
        raise unusable(call, "has no project", "Check project_name, or set project_id")
    if not is_project_id(project_id):
        raise unusable(call, "has an invalid project ID", "Check auth_url")
    return IssuedToken(
        token,
        issuer=call.url,
        project_id=project_id,
        project_name=text_or_none(project.get("name")),
        catalog=body.get("catalog"),
        renewable=not call.once,
        advice=_TOKEN_ADVICE,
    )


def _login_advice(settings: Settings, credential: PasswordCredential) -> str:
    """Possible causes of a refusal: IAM responds to a mistyped project as to a wrong password."""
    account = "user_domain_id" if settings.user_domain_id else "user_domain_name"
    user = "user_id, password" if credential.user_id else f"username, password, {account}"
    factor = ", passcode" if credential.passcode else ""
    advice = f"check {user}{factor}, and {'project_id' if settings.project_id else 'project_name'}"
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


def _scope(settings: Settings) -> dict[str, t.Any]:
    if settings.project_id:
        return {"project": {"id": settings.project_id}}
    # OTC assumes the user's domain; Keystone, which has several, requires it
    return {"project": {"name": settings.project_name, **_domain(settings)}}
