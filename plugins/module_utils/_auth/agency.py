# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Agencies: from the login of a user to a token or a temporary key for projects of another account.

A token leads to a token for one project (OTC IAM API reference, "Obtaining an Agency Token"), an access key to a
temporary key for all projects of the agency ("Obtaining a Temporary AK/SK").
"""

from __future__ import annotations

import typing as t
from collections import ChainMap

from .._errors import CceError
from .._http.call import Call
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import AccessKeyCredential, Agency, Settings
from .._report import Report
from .access_key import SignatureAuth, read_temporary_key
from .endpoints import iam_url
from .iam import call_for_project_token, call_for_token, call_iam, unusable
from .token import IssuedToken, TokenAuth

_KEY_SECONDS = 3600
"""How long a temporary key is valid. IAM allows 15 minutes, its default, to 24 hours."""

# The names of the member for the agency: the reference uses the second one in tables and the first one in samples, as
# gophertelekomcloud does
_SPELLINGS = ("xrole_name", "agency_name")

T = t.TypeVar("T")


def agency_token(
    settings: Settings, agency: Agency, auth: TokenAuth, client: Client, report: Report, deadline: Deadline
) -> IssuedToken:
    """A token for the project of the settings, which is one of the agency's account.

    Args:
        settings: the project, and where IAM is.
        agency: the agency to assume.
        auth: a token of a user who may assume it.
        client: sends the calls.
        report: learns the token.
        deadline: when the token must be there.

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not name the project.
    """
    project = "project_id" if settings.project_id else "project_name"
    # OTC and Keystone know projects by name within an account only
    scope = (
        {"id": settings.project_id}
        if settings.project_id
        else {"name": settings.project_name, "domain": _domain(agency)}
    )
    advice = f"{auth.advice['authentication']}; check {project}: it must be a project of the agency's account"

    def ask(role: dict[str, t.Any]) -> IssuedToken:
        call = _token_call(settings, agency, auth, role, {"project": scope}, advice)
        return call_for_project_token(client, call, report, deadline, project_id=settings.project_id, renewable=True)

    return _with_either_spelling(agency, {}, ask)


def agency_account_token(
    settings: Settings, agency: Agency, auth: TokenAuth, client: Client, report: Report, deadline: Deadline
) -> str:
    """A token for the agency's account, for lists of its projects: see ``agency_token``."""

    def ask(role: dict[str, t.Any]) -> str:
        call = _token_call(settings, agency, auth, role, {"domain": _domain(agency)}, auth.advice["authentication"])
        return call_for_token(client, call, report, deadline)[1]

    return _with_either_spelling(agency, {}, ask)


def _token_call(
    settings: Settings, agency: Agency, auth: TokenAuth, role: dict[str, t.Any], scope: dict[str, t.Any], advice: str
) -> Call:
    identity = {"methods": ["assume_role"], "assume_role": role}
    return Call(
        _purpose(agency),
        iam_url(settings) + "/auth/tokens",
        auth,
        method="POST",
        json={"auth": {"identity": identity, "scope": scope}},
        advice={**_advice(agency), "authentication": advice},
    )


def agency_key(
    settings: Settings, agency: Agency, auth: SignatureAuth, client: Client, report: Report, deadline: Deadline
) -> AccessKeyCredential:
    """A temporary key of the agency.

    Args:
        settings: where IAM is.
        agency: the agency to assume.
        auth: the access key of a user who may assume it.
        client: sends the calls.
        report: learns the secrets of the key.
        deadline: when the key must be there.

    Raises:
        CceError: when IAM refuses, cannot be reached, or returns no key.
    """

    def ask(role: dict[str, t.Any]) -> AccessKeyCredential:
        identity = {"methods": ["assume_role"], "assume_role": role}
        call = Call(
            _purpose(agency),
            iam_url(settings)[: -len("/v3")] + "/v3.0/OS-CREDENTIAL/securitytokens",
            auth,
            method="POST",
            json={"auth": {"identity": identity}},
            # not copied: the advice may become more precise with the response
            advice=ChainMap(auth.advice, _advice(agency)),
        )
        key = read_temporary_key(call_iam(client, call, report, deadline)[0], auth.credential.signature, report)
        if not key:
            raise unusable(call, "has no usable access key", "Check auth_url")
        return key

    return _with_either_spelling(agency, {"duration_seconds": _KEY_SECONDS}, ask)


def _with_either_spelling(agency: Agency, more: dict[str, t.Any], ask: t.Callable[[dict[str, t.Any]], T]) -> T:
    """Ask with the first name of the member for the agency, and with the second one where IAM does not know that."""
    account = {f"domain_{key}": value for key, value in _domain(agency).items()}
    first, second = ({**account, spelling: agency.name, **more} for spelling in _SPELLINGS)
    try:
        return ask(first)
    except CceError as error:
        if error.http_status != 400:
            raise
    return ask(second)


def _domain(agency: Agency) -> dict[str, str | None]:
    return {"id": agency.domain_id} if agency.domain_id else {"name": agency.domain_name}


def _purpose(agency: Agency) -> str:
    return f"assume agency {agency.name}"


def _advice(agency: Agency) -> dict[str, str]:
    names = f"agency_name and {'agency_domain_id' if agency.domain_id else 'agency_domain_name'}"
    return {
        "permission": f"check {names}, and grant the user the permission Agent Operator",
        "not_found": f"check {names}, and auth_url",
        "response": f"check {names}, and auth_url",
    }
