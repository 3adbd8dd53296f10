# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Derives an identity from the settings: who is calling, for which project, at which endpoint."""

from __future__ import annotations

from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import CloudEntry, PasswordCredential, Settings, TokenCredential
from .._report import Report
from .endpoints import cce_endpoint
from .identity import Identity, Logins, identity_of_token, identity_with, token_auth


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
    # A task that is sent compiles what it imports, 1 ms for a password and 6 ms for an agency or a project without ID.
    credential = settings.credential
    if not settings.agency:
        if isinstance(credential, PasswordCredential):
            from .password import log_in

            return identity_of_token(log_in(settings, credential, client, report, deadline), settings)
        if isinstance(credential, CloudEntry):
            # _auth.clouds has put it there
            return identity_of_token(credential.login.log_in(client, report, deadline), settings)
        if isinstance(credential, TokenCredential) and settings.project_id:
            auth, endpoint = token_auth(credential), cce_endpoint(settings)
            return identity_with(settings, auth, settings.project_id, endpoint, settings.project_name, renewable=False)
    from .indirect import identify_indirectly

    return identify_indirectly(settings, client, report, deadline, logins or Logins())
