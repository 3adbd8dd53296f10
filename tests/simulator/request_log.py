# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log: enough to test how a client behaves, nothing that could be used to log in."""

from __future__ import annotations

import re
import threading
from typing import Any

from .messages import Request

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
    """All requests since the start or the last ``clear``; status None: no response (yet)."""

    def __init__(self) -> None:
        self._entries: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def begin(self, request: Request, connection: int, via_proxy: bool) -> dict[str, Any]:
        """Add a request; the server completes the entry later."""
        path, _mark, query = request.target.partition("?")
        headers = request.headers
        entry = {
            "method": request.method,
            "path": path,
            "query": query,
            "region": request.region,
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
