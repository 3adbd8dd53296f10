# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Derives an identity from the settings: who is calling, for which project, at which endpoint."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._http.call import Auth
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.regions import region_of_project
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
from .instance import read_server
from .password import log_in, log_in_to_account
from .projects import find_project_id
from .token import IssuedToken, TokenAuth

_TOKEN_ADVICE = "get a new token: it has expired, or it belongs to another region"
_LOGIN_ADVICE = "run the task again: the login has expired"


@dataclass(frozen=True)
class Identity:
    """The caller of CCE: credentials, project, and endpoint."""

    auth: Auth = field(repr=False)
    project_id: str
    endpoint: str
    """Base URL of CCE, without a trailing slash."""
    renewable: bool
    """Whether calling ``identify`` again gives a new token."""
    project_name: str | None = None
    """None when it is not known without another call."""
    region: str | None = None
    """None when it is not known without another call."""
    key: AccessKeyCredential | None = field(default=None, repr=False)
    """The access key that ``auth`` signs with, None with a token."""
    advice: t.Mapping[str, str] = field(default_factory=dict)
    """Advice for the user when CCE refuses the credential, by the kind of the failure. Look it up after the response,
    which may make it more precise."""


Account = t.Union[TokenCredential, AccessKeyCredential, PasswordCredential, CloudEntry]


class Logins:
    """Logins that cannot be repeated, because a passcode is valid for one only.

    Attributes:
        token: the token of such a login, None before it.
    """

    def __init__(self) -> None:
        self.token: str | None = None


def identify(
    settings: Settings, client: Client, report: Report, deadline: Deadline, logins: Logins | None = None
) -> Identity:
    """Log in where the credential requires that, and find the project and the endpoint.

    A token or an access key with a project ID needs no request. Everything else needs one: a login, or the look-up of
    the project's ID. An agency needs another one, and the keys of a server come from its metadata service.

    Args:
        settings: who, and which project.
        client: sends the calls.
        report: learns secrets.
        deadline: when the identity must be there.
        logins: what to keep for the next call for the same settings, None if there is none.

    Raises:
        CceError: of kind ``option`` when the settings do not determine project or endpoint; any kind when IAM refuses
            or cannot be reached.
    """
    settings, credential, issued = issue_key(settings, client, report, deadline)
    if settings.agency and not isinstance(credential, AccessKeyCredential):
        auth = _account_auth(settings, credential, client, report, deadline, logins or Logins())
        return identity_of_token(agency_token(settings, settings.agency, auth, client, report, deadline), settings)
    if isinstance(credential, PasswordCredential):
        return identity_of_token(log_in(settings, credential, client, report, deadline), settings)
    if isinstance(credential, CloudEntry):
        # not imported here: the code for clouds.yaml has put it there
        return identity_of_token(credential.login.log_in(client, report, deadline), settings)
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
        return TokenAuth(credential.token, _TOKEN_ADVICE)
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


def uses_passcode(settings: Settings) -> bool:
    """Whether the login sends a passcode, which is valid for one login only."""
    credential = settings.credential
    if isinstance(credential, CloudEntry):
        return bool(credential.login.sends_passcode)
    return isinstance(credential, PasswordCredential) and bool(credential.passcode)


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
    return _identity(settings, auth, project_id, endpoint, settings.project_name, renewable=issued)


def identity_of_token(token: IssuedToken, settings: Settings) -> Identity:
    """The identity of a login.

    Raises:
        CceError: when it does not determine the endpoint.
    """
    endpoint = cce_endpoint(settings, token)
    auth = TokenAuth(token.value, token.advice)
    name = token.project_name or settings.project_name
    return _identity(settings, auth, token.project_id, endpoint, name, renewable=token.renewable)


def _identity(
    settings: Settings,
    auth: TokenAuth | SignatureAuth,
    project_id: str,
    endpoint: str,
    project_name: str | None,
    *,
    renewable: bool,
) -> Identity:
    region = settings.region or region_of_project(project_name)
    key = auth.credential if isinstance(auth, SignatureAuth) else None
    return Identity(auth, project_id, endpoint, renewable, project_name, region, key, auth.advice)


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
        return TokenAuth(credential.token, _TOKEN_ADVICE)
    return SignatureAuth(credential, headers, issued=issued)
