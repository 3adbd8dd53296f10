# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The caller of CCE, for which project, and at which endpoint."""

from __future__ import annotations

import typing as t

from .._http.call import Auth
from .._options.regions import region_of_project
from .._options.settings import AccessKeyCredential, CloudEntry, PasswordCredential, Settings, TokenCredential
from .endpoints import cce_endpoint
from .token import IssuedToken, TokenAuth

if t.TYPE_CHECKING:
    from .access_key import SignatureAuth

_TOKEN_ADVICE = "get a new token: it has expired, or it belongs to another region"


class Identity(t.NamedTuple):
    """The caller of CCE: credentials, project, and endpoint."""

    auth: Auth
    project_id: str
    endpoint: str
    """Base URL of CCE, without a trailing slash."""
    renewable: bool
    """Whether calling ``identify`` again gives a new token."""
    project_name: str | None
    """None when it is not known without another call."""
    region: str | None
    """None when it is not known without another call."""
    key: AccessKeyCredential | None
    """The access key that ``auth`` signs with, None with a token."""
    advice: t.Mapping[str, str]
    """Advice for the user when CCE refuses the credential, by the kind of the failure. Look it up after the response,
    which may make it more precise."""


class Logins:
    """Logins that cannot be repeated, because a passcode is valid for one only.

    Attributes:
        token: the token of such a login, None before it.
    """

    def __init__(self) -> None:
        self.token: str | None = None


def token_auth(credential: TokenCredential) -> TokenAuth:
    """How requests are authenticated with a token that the user has."""
    return TokenAuth(credential.token, _TOKEN_ADVICE)


def identity_of_token(token: IssuedToken, settings: Settings) -> Identity:
    """The identity of a login.

    Raises:
        CceError: when it does not determine the endpoint.
    """
    endpoint = cce_endpoint(settings, token)
    name = token.project_name or settings.project_name
    return identity_with(settings, token.auth, token.project_id, endpoint, name, renewable=token.renewable)


def identity_with(
    settings: Settings,
    auth: TokenAuth | SignatureAuth,
    project_id: str,
    endpoint: str,
    project_name: str | None,
    *,
    renewable: bool,
    key: AccessKeyCredential | None = None,
) -> Identity:
    """The identity of these credentials, with the region of the settings or of the project's name."""
    region = settings.region or region_of_project(project_name)
    return Identity(auth, project_id, endpoint, renewable, project_name, region, key, auth.advice)


def uses_passcode(settings: Settings) -> bool:
    """Whether the login sends a passcode, which is valid for one login only."""
    credential = settings.credential
    if isinstance(credential, CloudEntry):
        return bool(credential.login.sends_passcode)
    return isinstance(credential, PasswordCredential) and bool(credential.passcode)
