# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""One request, and how it is described to the user."""

from __future__ import annotations

import ipaddress
import typing as t
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

if t.TYPE_CHECKING:
    import requests

Auth = t.Callable[["requests.PreparedRequest"], "requests.PreparedRequest"]


@dataclass(frozen=True, repr=False, eq=False)
class Call:
    """One request."""

    purpose: str
    """Its purpose, worded to follow "Could not ", such as "list the jobs"."""
    url: str
    auth: Auth
    method: str = "GET"
    json: t.Any = None
    headers: t.Mapping[str, str] = field(default_factory=dict)
    advice: t.Mapping[str, str] = field(default_factory=dict)
    """Advice for the user about a failure, by its kind, where the caller knows more than this package."""
    more: t.Mapping[str, t.Any] = field(default_factory=dict)
    """Further arguments of ``requests.Session.request``."""
    on_link: bool = False
    """Whether the host is this machine or on its own link: no proxy, and no need for encryption."""
    once: bool = False
    """Whether the request must not be repeated, because it uses up a one-time code."""


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """For requests without credentials in their headers. Without any ``auth``, requests would read ``.netrc``."""
    return request


def host_of(url: str) -> str:
    """Host and port of a URL, without credentials."""
    return urlsplit(url).netloc.rpartition("@")[2]


def shown_url(url: str) -> str:
    """The URL as the user may see it: without credentials and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, host_of(url), parts.path, "", ""))


def is_loopback(host: str) -> bool:
    """Whether this is the machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
