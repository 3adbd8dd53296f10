# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""The calls of IAM: a login, and the look-up of a project's id. Loaded only when one of them is needed.

A login also brings the catalog of services, which holds the address of CCE.
"""

from __future__ import annotations

import json
import typing as t
from urllib.parse import quote, urlencode, urlsplit

from .._errors import CceError
from .._http.call import Auth, Call, no_auth, shown_url
from .._http.client import Client, Response
from .._http.deadline import Deadline
from .._options.settings import (
    AccessKeyCredential,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from .._report import Report
from .identity import (
    Identity,
    SignatureAuth,
    TokenAuth,
    public_address,
    region_of,
)

if t.TYPE_CHECKING:
    from .clouds import Login

# Types of the catalog's entries for CCE: the second one's address ends in /api/v1, and some regions lack it
_CATALOG_TYPES = ("ccev2.0", "cce")

_IAM_ADVICE = {
    "authentication": "check username, password and user_domain_name, "
    "and give passcode if the user has a second factor",
    "permission": "check that the user may call the API and belongs to the project",
    "not_found": "check auth_url",
    "response": "check auth_url",
}


def _iam_url(settings: Settings, path: str) -> str:
    base = settings.auth_url or public_address("iam", settings.region or region_of(settings.project_name))
    return (base if base.endswith("/v3") else base + "/v3") + path


def _send(client: Client, call: Call, report: Report, deadline: Deadline) -> tuple[dict[str, t.Any], str]:
    """Make a call whose answer is one JSON object; return it and the token in the headers, if any."""

    def read(response: Response) -> tuple[dict[str, t.Any], str]:
        token = response.headers.get("X-Subject-Token", "")
        if token:
            # first of all: from here on it must not appear anywhere, whatever becomes of the rest
            report.secret(token)
        body = b"".join(response).strip()
        try:
            value = json.loads(body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise _unusable(
                call,
                "is no JSON object; check auth_url",
                transient=not body or (body.startswith(b"{") and not body.endswith(b"}")),
            )
        return value, token

    return client.fetch(call, read, deadline)


def _unusable(call: Call, what: str, *, transient: bool = False) -> CceError:
    return CceError(
        f"Could not {call.purpose}: the answer of IAM {what}.",
        "response",
        url=shown_url(call.url),
        retryable=transient and not call.once,
    )


def log_in(
    settings: Settings, credential: PasswordCredential, client: Client, report: Report, deadline: Deadline
) -> Identity:
    """Log in by password (OTC IAM API reference, "Obtaining a User Token Through Password Authentication").

    Raises:
        CceError: when IAM refuses, cannot be reached, or tells no project.
    """
    call = Call(
        "log in to IAM",
        _iam_url(settings, "/auth/tokens"),
        no_auth,
        method="POST",
        json={"auth": {"identity": _login_identity(settings, credential), "scope": _login_scope(settings)}},
        advice=_IAM_ADVICE,
    )
    answer, token = _send(client, call, report, deadline)
    if not token:
        raise _unusable(call, "holds no token; check auth_url")
    body = _dict(answer.get("token"))
    project = _dict(body.get("project"))
    project_id = _str(project.get("id")) or settings.project_id
    if not project_id:
        raise _unusable(call, "holds no project; check project_name, or give project_id")
    endpoint = _endpoint(settings, body.get("catalog"), _str(project.get("name")), ("public",))
    return Identity(TokenAuth(token), project_id, endpoint, renewable=True)


def log_in_by_cloud(settings: Settings, login: Login, client: Client, report: Report, deadline: Deadline) -> Identity:
    """Log in as an entry of clouds.yaml says.

    Raises:
        CceError: as above.
    """
    # where it is used: Ansible compiles a module's files anew for each task, and few name a cloud
    from . import clouds

    access = clouds.log_in(login, client, report, deadline)
    project_id = settings.project_id or access.project_id
    if not project_id:
        raise CceError(
            f"No project is given: add project_id or project_name to the auth of the {login.source}, or as an option.",
            "option",
        )
    endpoint = _endpoint(settings, access.catalog, access.project_name, login.interfaces)
    return Identity(TokenAuth(access.token), project_id, endpoint, login.renewable)


def _domain(settings: Settings) -> dict[str, str]:
    if settings.user_domain_id:
        return {"id": settings.user_domain_id}
    return {"name": settings.user_domain_name or ""}


def _login_identity(settings: Settings, credential: PasswordCredential) -> dict[str, t.Any]:
    user = {"name": credential.username, "domain": _domain(settings)}
    identity: dict[str, t.Any] = {
        "methods": ["password"],
        "password": {"user": {**user, "password": credential.password}},
    }
    if credential.passcode:
        # by name, as gophertelekomcloud does; the reference asks for the user's id, which no option gives
        identity["methods"].append("totp")
        identity["totp"] = {"user": {**user, "passcode": credential.passcode}}
    return identity


def _login_scope(settings: Settings) -> dict[str, t.Any]:
    if settings.project_id:
        return {"project": {"id": settings.project_id}}
    # OTC takes the user's domain by itself; Keystone, which knows several, wants it said
    return {"project": {"name": settings.project_name, "domain": _domain(settings)}}


def find_project(
    settings: Settings,
    credential: TokenCredential | AccessKeyCredential,
    client: Client,
    report: Report,
    deadline: Deadline,
) -> str:
    """The id of the project of that name (OTC IAM API reference, "Querying Project Information").

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not know exactly one.
    """
    purpose = f"look up the project {settings.project_name}"
    auth: Auth
    if isinstance(credential, TokenCredential):
        auth = TokenAuth(credential.token)
    else:
        # Huawei Cloud's signing guide: calls of global services may need to name the account
        auth = SignatureAuth(credential, {"X-Domain-Id": settings.user_domain_id} if settings.user_domain_id else {})
    call = Call(
        purpose,
        # a blank as %20: not everybody takes a plus for one, and both sides must sign the same
        _iam_url(settings, "/projects?" + urlencode({"name": settings.project_name}, quote_via=quote)),
        auth,
        headers={"Content-Type": "application/json"},
        advice={
            **_IAM_ADVICE,
            "authentication": "check the credentials: a token expires, and a key needs the right signature",
            "permission": "give project_id instead, or let the user list projects",
        },
    )
    answer = _send(client, call, report, deadline)[0]
    found = [
        project["id"]
        for project in _dicts(answer.get("projects"))
        # the filter of the API is trusted for nothing but speed
        if project.get("name") == settings.project_name and _str(project.get("id"))
    ]
    if len(found) != 1:
        count = f"{len(found)} projects have" if found else "no project has"
        raise CceError(f"Could not {purpose}: {count} that name; check project_name, or give project_id.", "option")
    return t.cast(str, found[0])


# ---------------------------------------------------------------------------------------------------------------------
# the catalog


def _endpoint(settings: Settings, catalog: t.Any, project_name: str | None, interfaces: t.Sequence[str]) -> str:
    """Where CCE is: as the user said, else as the catalog says, else where the public hosts of the region are."""
    presumed = region_of(settings.project_name or project_name)
    return (
        settings.endpoint
        or _catalog_endpoint(catalog, settings.region, presumed, interfaces)
        or public_address("cce", settings.region or presumed)
    )


def _catalog_endpoint(
    catalog: t.Any, region: str | None, presumed: str | None, interfaces: t.Sequence[str]
) -> str | None:
    """Scheme and host of CCE in the region, None when the catalog does not say.

    The path is dropped: it differs between the entries, and it holds the version of another API. Where the region is
    only presumed, an address that is the only one counts as well.
    """
    for catalog_type in _CATALOG_TYPES:
        addresses = {
            address: regions
            for entry in _dicts(catalog)
            if entry.get("type") == catalog_type
            for address, regions in _endpoints(entry, interfaces)
        }
        for address, regions in addresses.items():
            if regions & ({region or presumed, "*"} - {None}):
                return address
        if region is None and len(addresses) == 1:
            return next(iter(addresses))
    return None


def _endpoints(entry: t.Mapping[str, t.Any], interfaces: t.Sequence[str]) -> t.Iterator[tuple[str, set[str | None]]]:
    for endpoint in _dicts(entry.get("endpoints")):
        try:
            url = urlsplit(_str(endpoint.get("url")) or "")
        except ValueError:
            # a bracket without its counterpart: no address of an IPv6 host
            continue
        if endpoint.get("interface", "public") in interfaces and url.scheme in ("http", "https") and url.netloc:
            yield f"{url.scheme}://{url.netloc}", {_str(endpoint.get("region")), _str(endpoint.get("region_id"))}


def _dicts(value: t.Any) -> list[dict[str, t.Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _dict(value: t.Any) -> dict[str, t.Any]:
    return value if isinstance(value, dict) else {}


def _str(value: t.Any) -> str | None:
    return value if isinstance(value, str) and value else None
