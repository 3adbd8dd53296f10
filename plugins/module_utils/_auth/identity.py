# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Derives an identity from the settings: who is calling, for which project, at which endpoint."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._http.call import Auth
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.regions import region_of_project
from .._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from .._report import Report
from .access_key import SignatureAuth
from .endpoints import cce_endpoint
from .password import log_in
from .projects import find_project_id
from .token import IssuedToken, TokenAuth

_TOKEN_ADVICE = "get a new token: it has expired, or it belongs to another region"


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
    advice: t.Mapping[str, str] = field(default_factory=dict)
    """Advice for the user when CCE refuses the credential, by the kind of the failure. Look it up after the response,
    which may make it more precise."""


def identify(settings: Settings, client: Client, report: Report, deadline: Deadline) -> Identity:
    """Log in where the credential requires that, and find the project and the endpoint.

    A token or an access key with a project ID needs no request. Everything else needs one: a login, or the look-up of
    the project's ID.

    Raises:
        CceError: of kind ``option`` when the settings do not determine project or endpoint; any kind when IAM refuses
            or cannot be reached.
    """
    credential = settings.credential
    if isinstance(credential, PasswordCredential):
        return _identity_of(log_in(settings, credential, client, report, deadline), settings)
    if isinstance(credential, CloudEntry):
        # not imported here: the code for clouds.yaml has put it there
        return _identity_of(credential.login.log_in(client, report, deadline), settings)
    # first of all, so that a missing endpoint costs no request
    endpoint = cce_endpoint(settings)
    project_id = settings.project_id or find_project_id(
        settings, _iam_auth(credential, settings), client, report, deadline
    )
    auth = _cce_auth(credential, project_id)
    return _identity(settings, auth, project_id, endpoint, settings.project_name, renewable=False)


def _identity_of(token: IssuedToken, settings: Settings) -> Identity:
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
    return Identity(auth, project_id, endpoint, renewable, project_name, region, auth.advice)


def _iam_auth(credential: TokenCredential | AccessKeyCredential, settings: Settings) -> TokenAuth | SignatureAuth:
    if isinstance(credential, TokenCredential):
        return TokenAuth(credential.token, _TOKEN_ADVICE)
    # Huawei Cloud's signing guide: calls of global services may need to name the account
    return SignatureAuth(credential, {"X-Domain-Id": settings.user_domain_id} if settings.user_domain_id else {})


def _cce_auth(credential: TokenCredential | AccessKeyCredential, project_id: str) -> TokenAuth | SignatureAuth:
    if isinstance(credential, TokenCredential):
        return TokenAuth(credential.token, _TOKEN_ADVICE)
    return SignatureAuth(credential, {"X-Project-Id": project_id})
