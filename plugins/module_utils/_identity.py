# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""Who is calling, for which project, at which address: from the settings to what every call needs.

At most one call is made here: a login by password, or the look-up of a project's id by its name. A token or an access
key with a project id needs none.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError, Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import Auth, Call, Client, no_auth, shown_url
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._settings import (
    AccessKeyCredential,
    CloudEntry,
    PasswordCredential,
    Settings,
    TokenCredential,
)

if t.TYPE_CHECKING:
    import requests

    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._clouds import Login

# Open Telekom Cloud, "Regions and Endpoints"; the name of CCE in eu-ch2 follows the pattern of the other services there
_PUBLIC_DOMAINS = {
    "eu-de": "eu-de.otc.t-systems.com",
    "eu-nl": "eu-nl.otc.t-systems.com",
    "eu-ch2": "eu-ch2.sc.otc.t-systems.com",
    "eu-west-101": "eu-west-101.myhuaweicloud.eu",
}
_PUBLIC_IAM_HOSTS = {"eu-ch2": "iam-pub"}

# Regions of Huawei Cloud outside Europe, such as cn-north-4 or ap-southeast-1. Not any text: a misspelt eu-de must not
# send credentials to another cloud.
_HUAWEI_REGION = re.compile(r"(?:ae|af|ap|cn|la|me|my|na|ru|sa|tr)-[a-z0-9]+-[0-9]+")

# Types of the catalog's entries for CCE: the second one's address ends in /api/v1, and some regions lack it
_CATALOG_TYPES = ("ccev2.0", "cce")

_IAM_ADVICE = {
    "authentication": "check username, password and user_domain_name, "
    "and give passcode if the user has a second factor",
    "permission": "check that the user may call the API and belongs to the project",
    "not_found": "check auth_url",
    "response": "check auth_url",
}


@dataclass(frozen=True)
class Identity:
    """What a call of CCE needs to know about its caller."""

    auth: Auth = field(repr=False)
    project_id: str
    endpoint: str
    """Base address of CCE, without a trailing slash."""
    renewable: bool
    """Whether calling ``identify`` again gives a new token."""


class TokenAuth:
    """Authenticates a request by a token of IAM."""

    def __init__(self, token: str) -> None:
        self.token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Auth-Token"] = self.token
        return request


class SignatureAuth:
    """Authenticates a request by an access key. It signs all that identifies the request and its sender.

    Args:
        credential: the access key.
        headers: further headers to send and to sign: ``X-Project-Id`` or ``X-Domain-Id``.
    """

    def __init__(self, credential: AccessKeyCredential, headers: t.Mapping[str, str]) -> None:
        self.credential = credential
        self.headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # where it is used: Ansible compiles a module's files anew for each task
        from ansible_collections.opentelekomcloud.cce.plugins.module_utils import _signature

        url = urlsplit(str(request.url))
        # given to the request as well, so that what is sent is what was signed
        request.headers["Host"] = _host_header(url.scheme, url.hostname or "", url.port)
        request.headers.update(self.headers)
        if self.credential.security_token:
            request.headers["X-Security-Token"] = self.credential.security_token
        names = ("Content-Type", "X-Project-Id", "X-Domain-Id", "X-Security-Token")
        body = request.body or b""
        request.headers.update(
            _signature.sign(
                procedure=self.credential.signature,
                access_key=self.credential.access_key,
                secret_key=self.credential.secret_key,
                method=str(request.method),
                host=request.headers["Host"],
                path=unquote(url.path),
                query=parse_qsl(url.query, keep_blank_values=True),
                headers={name: request.headers[name] for name in names if name in request.headers},
                body=body.encode() if isinstance(body, str) else body,
                timestamp=_signature.timestamp_of(datetime.now(timezone.utc)),
            )
        )
        return request


def _host_header(scheme: str, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, {"http": 80, "https": 443}[scheme]) else f"{name}:{port}"


def identify(settings: Settings, client: Client, report: Report) -> Identity:
    """Find out who is calling, for which project and at which endpoint.

    Raises:
        CceError: of kind ``option`` when project or endpoint cannot be told from the settings; any kind when IAM
            refuses or cannot be reached.
    """
    credential = settings.credential
    if isinstance(credential, PasswordCredential):
        return _log_in(settings, credential, client, report)
    if isinstance(credential, CloudEntry):
        return _log_in_by_cloud(settings, credential.login, client, report)
    endpoint = settings.endpoint or _public_address("cce", settings.region or _region_of(settings.project_name))
    project_id = settings.project_id or _find_project(settings, credential, client, report)
    auth: Auth
    if isinstance(credential, TokenCredential):
        auth = TokenAuth(credential.token)
    else:
        auth = SignatureAuth(credential, {"X-Project-Id": project_id})
    return Identity(auth, project_id, endpoint, renewable=False)


# ---------------------------------------------------------------------------------------------------------------------
# calls of IAM


def _iam_url(settings: Settings, path: str) -> str:
    base = settings.auth_url or _public_address("iam", settings.region or _region_of(settings.project_name))
    return (base if base.endswith("/v3") else base + "/v3") + path


def _send(client: Client, call: Call, report: Report) -> tuple[dict[str, t.Any], str]:
    """Make a call whose answer is one JSON object; return it and the token in the headers, if any."""

    def read(chunks: t.Iterator[bytes], headers: t.Mapping[str, str]) -> tuple[dict[str, t.Any], str]:
        token = headers.get("X-Subject-Token", "")
        if token:
            # first of all: from here on it must not appear anywhere, whatever becomes of the rest
            report.secret(token)
        body = b"".join(chunks).strip()
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

    return client.send(call, read)


def _unusable(call: Call, what: str, *, transient: bool = False) -> CceError:
    return CceError(
        f"Could not {call.purpose}: the answer of IAM {what}.",
        "response",
        url=shown_url(call.url),
        transient=transient,
    )


def _log_in(settings: Settings, credential: PasswordCredential, client: Client, report: Report) -> Identity:
    """Log in by password (OTC IAM API reference, "Obtaining a User Token Through Password Authentication")."""
    call = Call(
        "log in to IAM",
        _iam_url(settings, "/auth/tokens"),
        no_auth,
        method="POST",
        json={"auth": {"identity": _login_identity(settings, credential), "scope": _login_scope(settings)}},
        advice=_IAM_ADVICE,
    )
    answer, token = _send(client, call, report)
    if not token:
        raise _unusable(call, "holds no token; check auth_url")
    body = _dict(answer.get("token"))
    project = _dict(body.get("project"))
    project_id = _str(project.get("id")) or settings.project_id
    if not project_id:
        raise _unusable(call, "holds no project; check project_name, or give project_id")
    presumed = _region_of(settings.project_name or _str(project.get("name")))
    endpoint = (
        settings.endpoint
        or _catalog_endpoint(body.get("catalog"), settings.region, presumed)
        or _public_address("cce", settings.region or presumed)
    )
    return Identity(TokenAuth(token), project_id, endpoint, renewable=True)


def _log_in_by_cloud(settings: Settings, login: Login, client: Client, report: Report) -> Identity:
    # where it is used: Ansible compiles a module's files anew for each task, and few name a cloud
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._clouds import log_in

    access = log_in(login, client, report)
    project_id = settings.project_id or access.project_id
    if not project_id:
        raise CceError(
            f"No project is given: add project_id or project_name to the auth of the {login.source}, or as an option.",
            "option",
        )
    presumed = _region_of(settings.project_name or access.project_name)
    endpoint = (
        settings.endpoint
        or _catalog_endpoint(access.catalog, settings.region, presumed, login.interfaces)
        or _public_address("cce", settings.region or presumed)
    )
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


def _find_project(
    settings: Settings, credential: TokenCredential | AccessKeyCredential, client: Client, report: Report
) -> str:
    """The id of the project of that name (OTC IAM API reference, "Querying Project Information")."""
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
    answer = _send(client, call, report)[0]
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
# addresses


def _public_address(service: str, region: str | None) -> str:
    """Where the public hosts of a region are."""
    if region in _PUBLIC_DOMAINS:
        host = _PUBLIC_IAM_HOSTS.get(region, service) if service == "iam" else service
        return f"https://{host}.{_PUBLIC_DOMAINS[region]}"
    if region and _HUAWEI_REGION.fullmatch(region):
        return f"https://{service}.{region}.myhuaweicloud.com"
    option = {"cce": "endpoint", "iam": "auth_url"}[service]
    if region:
        raise CceError(f"The region {region} is not known: correct region, or add {option}.", "option")
    raise CceError(f"No address of {service.upper()} is known: add {option}, or region.", "option")


def _region_of(project_name: str | None) -> str | None:
    """The region in a project's name: "eu-de_team" and "eu-de" lie in eu-de (OTC IAM API reference, projects)."""
    return (project_name or "").partition("_")[0] or None


def _catalog_endpoint(
    catalog: t.Any, region: str | None, presumed: str | None, interfaces: t.Sequence[str] = ("public",)
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
