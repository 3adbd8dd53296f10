# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From one token to a token for a project (method ``token`` of Keystone, which gophertelekomcloud uses at OTC)."""

from __future__ import annotations

import typing as t

from .._http.call import Call, no_auth
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import Settings
from .._report import Report
from .endpoints import iam_url
from .iam import call_for_project_token
from .token import IssuedToken


def rescope(
    settings: Settings, token: str, client: Client, report: Report, deadline: Deadline, *, renewable: bool
) -> IssuedToken:
    """A token for the project of the settings.

    Args:
        settings: the project, and where IAM is.
        token: a token of the user, of any scope.
        client: sends the call.
        report: learns the new token.
        deadline: when it must be there.
        renewable: whether another token can take the place of the given one.

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not name the project.
    """
    project = settings.project_id or settings.project_name
    check = "check the token and the project"
    call = Call(
        f"get a token for project {project}",
        iam_url(settings) + "/auth/tokens",
        no_auth,
        method="POST",
        json={
            "auth": {"identity": {"methods": ["token"], "token": {"id": token}}, "scope": {"project": _scope(settings)}}
        },
        advice={
            "authentication": f"{check}: a token expires and is valid in one region only",
            "permission": f"{check}: the user must be allowed to use it",
            "not_found": "check auth_url",
            "response": "check auth_url",
        },
    )
    return call_for_project_token(client, call, report, deadline, project_id=settings.project_id, renewable=renewable)


def _scope(settings: Settings) -> dict[str, t.Any]:
    if settings.project_id:
        return {"id": settings.project_id}
    domain = {"id": settings.user_domain_id} if settings.user_domain_id else {"name": settings.user_domain_name}
    # OTC assumes the user's account; Keystone, which has several, requires it
    return {"name": settings.project_name, **({"domain": domain} if any(domain.values()) else {})}
