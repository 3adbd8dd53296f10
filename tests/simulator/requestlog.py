# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked: enough to test a client's manners, nothing that could be used to log in."""

from __future__ import annotations

import re
import threading
from typing import Any

_HEADERS = (
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "content-type",
    "content-length",
    "connection",
    "x-domain-id",
    "x-project-id",
    "x-sdk-date",
)
_SIGNATURE = re.compile(r"SDK-HMAC-SHA256 (Access|Credential)=.*SignedHeaders=([^,\s]+)")


def _kind_of_authentication(headers: dict[str, str]) -> dict[str, Any]:
    authorization = headers.get("authorization")
    if authorization:
        match = _SIGNATURE.match(authorization)
        if not match:
            return {"authentication": "other"}
        variant = {"Access": "access", "Credential": "scope"}[match[1]]
        return {"authentication": variant, "signed_headers": match[2].split(";")}
    return {"authentication": "token" if "x-auth-token" in headers else None}


class RequestLog:
    """All requests since the start or the last ``clear``; status None: not answered (yet)."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def begin(
        self, method: str, target: str, headers: dict[str, str], connection: int, via_proxy: bool
    ) -> dict[str, Any]:
        path, _mark, query = target.partition("?")
        entry = {
            "method": method,
            "path": path,
            "query": query,
            "status": None,
            "connection": connection,
            "via_proxy": via_proxy,
            "fault": False,
            "headers": {name: headers[name] for name in _HEADERS if name in headers},
            **_kind_of_authentication(headers),
        }
        with self._lock:
            self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(entry) for entry in self._entries]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
