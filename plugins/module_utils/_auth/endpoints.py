# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Where IAM and CCE are: public hosts by region, and the catalog of services that comes with a token."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

from .._options.settings import Settings
from .._options.validation import option_error
from .json_values import dicts_in, text_or_none

# Open Telekom Cloud, "Regions and Endpoints"; the name of CCE in eu-ch2 follows the pattern of the other services there
_PUBLIC_DOMAINS = {
    "eu-de": "eu-de.otc.t-systems.com",
    "eu-nl": "eu-nl.otc.t-systems.com",
    "eu-ch2": "eu-ch2.sc.otc.t-systems.com",
    "eu-west-101": "eu-west-101.myhuaweicloud.eu",
}
_PUBLIC_IAM_HOSTS = {"eu-ch2": "iam-pub"}

# Regions of Huawei Cloud outside Europe, such as cn-north-4 or ap-southeast-1. Not just any string: a mistyped eu-de
# must not send credentials to another cloud.
_HUAWEI_REGION = re.compile(r"(?:ae|af|ap|cn|la|me|my|na|ru|sa|tr)-[a-z0-9]+-[0-9]+")

# Types of the catalog entries for CCE, best first: the URL of "cce" ends in /api/v1, and some regions lack that entry
_CATALOG_TYPES = ("ccev2.0", "cce")


# ---------------------------------------------------------------------------------------------------------------------
# regions


def public_host(service: str, region: str) -> str | None:
    """The public host of a service ("cce" or "iam") in a region, None for an unknown region."""
    if region in _PUBLIC_DOMAINS:
        name = _PUBLIC_IAM_HOSTS.get(region, service) if service == "iam" else service
        return f"{name}.{_PUBLIC_DOMAINS[region]}"
    if _HUAWEI_REGION.fullmatch(region):
        return f"{service}.{region}.myhuaweicloud.com"
    return None


def public_url(service: str, region: str | None) -> str:
    """The public URL of a service ("cce" or "iam") in a region.

    Raises:
        CceError: of kind ``option``, when no region is given or it is unknown.
    """
    host = public_host(service, region) if region else None
    if host:
        return f"https://{host}"
    option = {"cce": "endpoint", "iam": "auth_url"}[service]
    if region:
        raise option_error(f"Unknown region '{region}'. Correct region, or set {option}.")
    what = {"cce": "CCE endpoint", "iam": "IAM URL"}[service]
    raise option_error(f"Cannot determine the {what}. Set {option} or region.")


def known_region(name: str) -> bool:
    """Whether this is a region with known public hosts."""
    return public_host("iam", name) is not None


def region_of_project(name: t.Any) -> str | None:
    """The known region in a project's name: "eu-de_team" and "eu-de" are in eu-de (OTC IAM API reference, projects)."""
    prefix = name.partition("_")[0] if isinstance(name, str) else ""
    return prefix if known_region(prefix) else None


def region_of_url(url: t.Any) -> str | None:
    """The region whose public host of IAM or CCE is in a URL."""
    match = (
        re.match(r"https?://((?:iam|iam-pub|cce)\.([a-z0-9-]+)\.[a-z0-9.-]+)", url) if isinstance(url, str) else None
    )
    if match and match[1] in (public_host("iam", match[2]), public_host("cce", match[2])):
        return match[2]
    return None


def iam_url(settings: Settings) -> str:
    """The base URL of IAM, which ends in "/v3".

    Raises:
        CceError: of kind ``option``, when it cannot be determined.
    """
    base = settings.auth_url or public_url("iam", settings.region or region_of_project(settings.project_name))
    return base if base.endswith("/v3") else base + "/v3"


# ---------------------------------------------------------------------------------------------------------------------
# the catalog


def cce_endpoint(
    settings: Settings,
    catalog: t.Any = None,
    project_name: str | None = None,
    interfaces: t.Sequence[str] = ("public",),
) -> str:
    """The base URL of CCE: from the settings, else from the catalog, else the public host of the region.

    Args:
        settings: the connection.
        catalog: the member ``catalog`` of a token, whatever it is.
        project_name: the name of the token's project.
        interfaces: which interfaces of the catalog to use.

    Raises:
        CceError: of kind ``option``, when it cannot be determined.
    """
    name = settings.project_name or project_name
    return (
        settings.endpoint
        or _catalog_endpoint(catalog, settings.region, name, interfaces)
        or public_url("cce", settings.region or region_of_project(name))
    )


def _catalog_endpoint(
    catalog: t.Any, region: str | None, project_name: str | None, interfaces: t.Sequence[str]
) -> str | None:
    """Scheme and host of CCE in the region, None when the catalog does not have them.

    The path is dropped: it differs between the entries, and it holds the version of another API. Where the region is
    only presumed from the project's name, the only URL in the catalog is used whatever its region.
    """
    # not only known regions: this cloud may have others
    presumed = (project_name or "").partition("_")[0] or None
    for catalog_type in _CATALOG_TYPES:
        urls = {
            url: regions
            for entry in dicts_in(catalog)
            if entry.get("type") == catalog_type
            for url, regions in _catalog_urls(entry, interfaces)
        }
        for url, regions in urls.items():
            if regions & ({region or presumed, "*"} - {None}):
                return url
        if region is None and len(urls) == 1:
            return next(iter(urls))
    return None


def _catalog_urls(entry: t.Mapping[str, t.Any], interfaces: t.Sequence[str]) -> t.Iterator[tuple[str, set[str | None]]]:
    for endpoint in dicts_in(entry.get("endpoints")):
        try:
            url = urlsplit(text_or_none(endpoint.get("url")) or "")
        except ValueError:
            # an IPv6 address with a bracket missing
            continue
        if endpoint.get("interface", "public") in interfaces and url.scheme in ("http", "https") and url.netloc:
            regions = {text_or_none(endpoint.get("region")), text_or_none(endpoint.get("region_id"))}
            yield f"{url.scheme}://{url.netloc}", regions
