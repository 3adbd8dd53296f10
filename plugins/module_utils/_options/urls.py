# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""URLs that the user gives: whether a call can be made to them, and to where it goes."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

# a name in any script, or an IPv4 or IPv6 address, the latter also with a zone
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+(?:%\w+)?")


def usable_parts(text: str) -> SplitResult | None:
    """The parts of a URL that can be called, None for anything else."""
    try:
        url = urlsplit(text)
        host = url.hostname or ""
        usable = url.port != 0 and _HOST.fullmatch(host) and host.encode("idna")
    except ValueError:
        # a port that is not a number, or a label that is empty or too long for DNS
        return None
    return url if usable and not re.search(r"[\s\x00-\x1f\x7f]", text) else None


def is_on_link(url: str) -> bool:
    """Whether the host of a valid URL is this machine or on its own link, which no router leaves (RFC 3927)."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        # a name could be that of any host
        return False
    return address.is_loopback or address.is_link_local
