# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Where IAM and CCE are: public hosts by region, and the catalog of services that comes with a token."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from .._errors import CceError
from .._http.call import is_loopback
from .._options.regions import project_prefix, public_host, region_of_project
from .._options.settings import Settings
from .._options.validation import option_error
from .json_values import dicts_in, text_or_none
from .token import IssuedToken

# A name or an IPv6 address, and a port. Without a user name, and with none of the letters that a URL has to encode
_LABEL = "[A-Za-z0-9_-]{1,63}"
_HOST = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")

# Types of the catalog entries for CCE, best first: the URL of "cce" ends in /api/v1, and some regions lack that entry
_CATALOG_TYPES = ("ccev2.0", "cce")


def public_url(service: str, region: str | None) -> str:
    """The public URL of a service ("cce" or "iam") in a region.

    Raises:
        CceError: of kind ``option``, when no region is given or it is unknown.
    """
    host = public_host(service, region)
    if host:
        return f"https://{host}"
    option = {"cce": "endpoint", "iam": "auth_url"}[service]
    if region:
        raise option_error(f"Unknown region '{region}'. Correct region, or set {option}.")
    what = {"cce": "CCE endpoint", "iam": "IAM URL"}[service]
    raise option_error(f"Cannot determine the {what}. Set {option} or region.")


def iam_url(settings: Settings) -> str:
    """The base URL of IAM, which ends in "/v3".

    Raises:
        CceError: of kind ``option``, when it cannot be determined.
    """
    base = settings.auth_url or public_url("iam", settings.region or region_of_project(settings.project_name))
    return base if base.endswith("/v3") else base + "/v3"


def _loses_encryption(issuer: str, url: str) -> bool:
    """Whether a token that came encrypted would leave this machine unencrypted."""
    parts = urlsplit(url)
    return issuer.startswith("https:") and parts.scheme == "http" and not is_loopback(parts.hostname or "")


def cce_endpoint(settings: Settings, token: IssuedToken | None = None) -> str:
    """The base URL of CCE: from the settings, else from the catalog, else the public host of the region.

    Args:
        settings: the connection.
        token: what a login returned, None without one.

    Raises:
        CceError: of kind ``option``, when it cannot be determined; of kind ``response``, when the catalog wants the
            token sent unencrypted, although IAM was reached by https.
    """
    if settings.endpoint:
        return settings.endpoint
    name = settings.project_name or (token.project_name if token else None)
    found = _catalog_endpoint(token, settings.region, name) if token else None
    if token and found and _loses_encryption(token.issuer, found):
        issuer = "/".join(token.issuer.split("/", 3)[:3])
        raise CceError(
            f"The service catalog of {issuer} lists CCE at {found}, without encryption. Set endpoint to an https URL.",
            "response",
            url=found,
        )
    return found or public_url("cce", settings.region or region_of_project(name))


def _catalog_endpoint(token: IssuedToken, region: str | None, project_name: str | None) -> str | None:
    """Scheme and host of CCE in the region, None when the catalog does not have them.

    The path is dropped: it differs between the entries, and it holds the version of another API. Where the region is
    only presumed from the project's name, the only URL in the catalog is used whatever its region.
    """
    # not only known regions: this cloud may have others
    presumed = project_prefix(project_name)
    for catalog_type in _CATALOG_TYPES:
        urls = {
            url: regions
            for entry in dicts_in(token.catalog)
            if entry.get("type") == catalog_type
            for url, regions in _catalog_urls(entry, token.interfaces)
        }
        for url, regions in urls.items():
            if regions & ({region or presumed, "*"} - {None}):
                return url
        if region is None and len(urls) == 1:
            return next(iter(urls))
    return None


def _catalog_urls(entry: t.Mapping[str, t.Any], interfaces: t.Sequence[str]) -> t.Iterator[tuple[str, set[str | None]]]:
    for endpoint in dicts_in(entry.get("endpoints")):
        base = _base_url(text_or_none(endpoint.get("url")) or "")
        if base and endpoint.get("interface", "public") in interfaces:
            yield base, {text_or_none(endpoint.get("region")), text_or_none(endpoint.get("region_id"))}


def _base_url(url: str) -> str | None:
    """Scheme and host of a URL, None when no call can be made to it."""
    try:
        parts = urlsplit(url)
        # raises ValueError for a port that is out of range
        usable = parts.scheme in ("http", "https") and _HOST.fullmatch(parts.netloc) and parts.port != 0
    except ValueError:
        return None
    return f"{parts.scheme}://{parts.netloc}" if usable else None
