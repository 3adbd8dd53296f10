# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""Who is calling, for which project, at which address: from the settings to what every call needs.

At most one call is made for that, by ``_iam``: a login by password, or the look-up of a project's id by its name. A
token or an access key with a project id needs none.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone
from urllib.parse import parse_qsl, unquote, urlsplit

from .._errors import CceError
from .._http.call import Auth
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from .._report import Report

if t.TYPE_CHECKING:
    import requests

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
        from . import signature

        url = urlsplit(str(request.url))
        # given to the request as well, so that what is sent is what was signed
        request.headers["Host"] = _host_header(url.scheme, url.hostname or "", url.port)
        request.headers.update(self.headers)
        if self.credential.security_token:
            request.headers["X-Security-Token"] = self.credential.security_token
        names = ("Content-Type", "X-Project-Id", "X-Domain-Id", "X-Security-Token")
        body = request.body or b""
        request.headers.update(
            signature.sign(
                procedure=self.credential.signature,
                access_key=self.credential.access_key,
                secret_key=self.credential.secret_key,
                method=str(request.method),
                host=request.headers["Host"],
                path=unquote(url.path),
                query=parse_qsl(url.query, keep_blank_values=True),
                headers={name: request.headers[name] for name in names if name in request.headers},
                body=body.encode() if isinstance(body, str) else body,
                timestamp=signature.timestamp_of(datetime.now(timezone.utc)),
            )
        )
        return request


def _host_header(scheme: str, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host
    return name if port in (None, {"http": 80, "https": 443}[scheme]) else f"{name}:{port}"


def identify(settings: Settings, client: Client, report: Report, deadline: Deadline) -> Identity:
    """Find out who is calling, for which project and at which endpoint.

    Raises:
        CceError: of kind ``option`` when project or endpoint cannot be told from the settings; any kind when IAM
            refuses or cannot be reached.
    """
    credential = settings.credential
    if isinstance(credential, PasswordCredential):
        # where it is used, as below: Ansible compiles a module's files anew for each task
        from .iam import log_in

        return log_in(settings, credential, client, report, deadline)
    if isinstance(credential, CloudEntry):
        from .iam import log_in_by_cloud

        return log_in_by_cloud(settings, credential.login, client, report, deadline)
    endpoint = settings.endpoint or public_address("cce", settings.region or region_of(settings.project_name))
    project_id = settings.project_id
    if not project_id:
        from .iam import find_project

        project_id = find_project(settings, credential, client, report, deadline)
    auth: Auth
    if isinstance(credential, TokenCredential):
        auth = TokenAuth(credential.token)
    else:
        auth = SignatureAuth(credential, {"X-Project-Id": project_id})
    return Identity(auth, project_id, endpoint, renewable=False)


# ---------------------------------------------------------------------------------------------------------------------
# addresses


def public_address(service: str, region: str | None) -> str:
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


def region_of(project_name: str | None) -> str | None:
    """The region in a project's name: "eu-de_team" and "eu-de" lie in eu-de (OTC IAM API reference, projects)."""
    return (project_name or "").partition("_")[0] or None
