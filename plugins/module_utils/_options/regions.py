# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Known regions and their public hosts."""

from __future__ import annotations

import re

# Open Telekom Cloud, "Regions and Endpoints"; the name of CCE in eu-ch2 follows the pattern of the other services there
_DOMAINS = {
    "eu-de": "eu-de.otc.t-systems.com",
    "eu-nl": "eu-nl.otc.t-systems.com",
    "eu-ch2": "eu-ch2.sc.otc.t-systems.com",
    "eu-west-101": "eu-west-101.myhuaweicloud.eu",
}
_IAM_HOSTS = {"eu-ch2": "iam-pub"}

# Regions of Huawei Cloud outside Europe, such as cn-north-4 or ap-southeast-1. Not just any string: a mistyped eu-de
# must not send credentials to another cloud.
_HUAWEI_REGION = re.compile(r"(?:ae|af|ap|cn|la|me|my|na|ru|sa|tr)-[a-z0-9]+-[0-9]+")
_HUAWEI_DOMAIN = ".myhuaweicloud.com"


def known_region(name: str | None) -> bool:
    """Whether a region has this name, for all that is known."""
    return bool(name) and (name in _DOMAINS or bool(_HUAWEI_REGION.fullmatch(str(name))))


def public_host(service: str, region: str | None) -> str | None:
    """The public host of a service ("cce" or "iam") in a region, None for an unknown region."""
    if region in _DOMAINS:
        name = _IAM_HOSTS.get(region, service) if service == "iam" else service
        return f"{name}.{_DOMAINS[region]}"
    return f"{service}.{region}{_HUAWEI_DOMAIN}" if known_region(region) else None


def project_prefix(project_name: str | None) -> str | None:
    """The part of a project's name that should be its region: "eu-de" for "eu-de_team" and "eu-de".

    Source: OTC IAM API reference, projects.
    """
    return (project_name or "").partition("_")[0] or None


def region_of_project(project_name: str | None) -> str | None:
    """The known region that a project's name begins with, None if there is none."""
    prefix = project_prefix(project_name)
    return prefix if known_region(prefix) else None


def region_of_zone(zone: str | None) -> str | None:
    """The known region of an availability zone: "eu-de" for "eu-de-01", "eu-ch2" for "eu-ch2a", None for any other.

    Source: OTC "Regions and Endpoints"; Huawei Cloud has zones such as "cn-north-4a".
    """
    found = re.fullmatch(r"(.+?)(?:-[0-9]{2}|(?<=[0-9])[a-z])", zone or "")
    return found[1] if found and known_region(found[1]) else None


def region_of_host(host: str | None) -> str | None:
    """The known region to which a public host belongs, None for any other host, such as a private one."""
    name = (host or "").lower().rstrip(".")
    for region, domain in _DOMAINS.items():
        if name.endswith("." + domain):
            return region
    if name.endswith(_HUAWEI_DOMAIN):
        region = name[: -len(_HUAWEI_DOMAIN)].rpartition(".")[2]
        return region if known_region(region) else None
    return None
