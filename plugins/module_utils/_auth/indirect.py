# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Identities that take several steps or a signature: access keys, agencies, and projects known only by name."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    InstanceCredential,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from .._report import Report
from .access_key import SignatureAuth
from .agency import agency_key, agency_token
from .endpoints import cce_endpoint
from .identity import Identity, Logins, identity_of_token, identity_with, token_auth, uses_passcode
from .instance import read_server
from .password import log_in_to_account
from .projects import find_project_id
from .token import TokenAuth

_LOGIN_ADVICE = "run the task again: the login has expired"

Account = t.Union[TokenCredential, AccessKeyCredential, PasswordCredential, CloudEntry]


def identify_indirectly(
    settings: Settings, client: Client, report: Report, deadline: Deadline, logins: Logins
) -> Identity:
    """The identity where neither a token nor one login is enough: see ``identify``."""
    settings, credential, issued = issue_key(settings, client, report, deadline)
    if settings.agency and not isinstance(credential, AccessKeyCredential):
        auth = _account_auth(settings, credential, client, report, deadline, logins)
        return identity_of_token(agency_token(settings, settings.agency, auth, client, report, deadline), settings)
    if isinstance(credential, (PasswordCredential, CloudEntry)):
        raise AssertionError("without an agency, one login is enough")
    return identity_without_login(settings, credential, client, report, deadline, issued=issued)


def issue_key(settings: Settings, client: Client, report: Report, deadline: Deadline) -> tuple[Settings, Account, bool]:
    """The temporary access key that a server or an agency leads to; any other credential as it is.

    Returns:
        The settings with what the key comes with, the credential, and whether it was issued for this.

    Raises:
        CceError: when the metadata service or IAM refuses or cannot be reached.
    """
    credential, issued = settings.credential, False
    if isinstance(credential, InstanceCredential):
        (settings, credential), issued = read_server(settings, credential, client, report, deadline), True
    if settings.agency and isinstance(credential, AccessKeyCredential):
        if settings.project_id or settings.project_name:
            # first of all, so that a missing endpoint costs no request
            cce_endpoint(settings)
        signature = iam_auth(credential, settings, issued=issued)
        credential, issued = agency_key(settings, settings.agency, signature, client, report, deadline), True
        # from here on, the account is that of the agency
        settings = replace(settings, user_domain_id=settings.agency.domain_id)
    return settings, credential, issued


def _account_auth(
    settings: Settings,
    credential: TokenCredential | PasswordCredential | CloudEntry,
    client: Client,
    report: Report,
    deadline: Deadline,
    logins: Logins,
) -> TokenAuth:
    """A token of the user, whatever its scope."""
    if isinstance(credential, TokenCredential):
        return token_auth(credential)
    if logins.token:
        report.secret(logins.token)
        return TokenAuth(logins.token, _LOGIN_ADVICE)
    if isinstance(credential, PasswordCredential):
        token = log_in_to_account(settings, credential, client, report, deadline)
    else:
        token = credential.login.token(client, report, deadline)
    if uses_passcode(settings):
        logins.token = token
    return TokenAuth(token, _LOGIN_ADVICE)


def identity_without_login(
    settings: Settings,
    credential: TokenCredential | AccessKeyCredential,
    client: Client,
    report: Report,
    deadline: Deadline,
    *,
    issued: bool,
) -> Identity:
    """The identity of a token or of an access key.

    Args:
        settings: the project, and where the services are.
        credential: the token or key.
        client: sends the calls.
        report: learns secrets.
        deadline: when the identity must be there.
        issued: whether the key was issued for this, so that another one can be.
    """
    # first of all, so that a missing endpoint costs no request
    endpoint = cce_endpoint(settings)
    project_id = settings.project_id or find_project_id(
        settings, _auth(credential, _account_header(settings), issued), client, report, deadline
    )
    auth = _auth(credential, {"X-Project-Id": project_id}, issued)
    key = credential if isinstance(credential, AccessKeyCredential) else None
    return identity_with(settings, auth, project_id, endpoint, settings.project_name, renewable=issued, key=key)


def _account_header(settings: Settings) -> dict[str, str]:
    # Huawei Cloud's signing guide: calls of global services may need to name the account
    return {"X-Domain-Id": settings.user_domain_id} if settings.user_domain_id else {}


def iam_auth(credential: AccessKeyCredential, settings: Settings, *, issued: bool) -> SignatureAuth:
    """How requests to IAM are authenticated with an access key."""
    return SignatureAuth(credential, _account_header(settings), issued=issued)


def _auth(
    credential: TokenCredential | AccessKeyCredential, headers: t.Mapping[str, str], issued: bool
) -> TokenAuth | SignatureAuth:
    if isinstance(credential, TokenCredential):
        return token_auth(credential)
    return SignatureAuth(credential, headers, issued=issued)
