# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata service of a server in the region of the request, which hands out keys of the server's agency.

Shapes: OTC Elastic Cloud Server user guide, "Obtaining Metadata and Passing User Data". The older service knows no
session tokens; the newer one wants one (Huawei Cloud SDK for Java v3, class MetadataAccessor). Keys are valid for an
hour, and replaced ten minutes before they expire.
"""

from __future__ import annotations

import secrets
import threading

from .accounts import AccessKey, User
from .agencies import AccessKeys
from .clock import NANOSECONDS
from .messages import LoginRefused, Request, Response, json_response

SESSION_TOKENS = ("none", "optional", "required")
KEY_LIFETIME = 3600
_REPLACED_BEFORE = 600 * NANOSECONDS
_TOKEN_LIFETIME_HEADER, _TOKEN_HEADER = "x-metadata-token-ttl-seconds", "x-metadata-token"


class MetadataService:
    """``role`` is that of the server's agency."""

    def __init__(self, role: User, keys: AccessKeys) -> None:
        self._role = role
        self._keys = keys
        self._lock = threading.Lock()
        self._key: AccessKey | None = None
        self._session_tokens: set[str] = set()
        self.reset()

    def reset(self) -> None:
        self.agency_attached = True
        self.session_tokens = SESSION_TOKENS[0]

    def session_token(self, request: Request) -> Response:
        """Serve ``PUT /meta-data/latest/api/token``."""
        if self.session_tokens == "none":
            return Response(404, b"<html><body><h1>404 Not Found</h1></body></html>", {"Content-Type": "text/html"})
        if not request.headers.get(_TOKEN_LIFETIME_HEADER, "").isdigit():
            raise LoginRefused(400, "X-Metadata-Token-Ttl-Seconds is missing or invalid.")
        value = secrets.token_urlsafe(40)
        self._session_tokens.add(value)
        return Response(200, value.encode(), {"Content-Type": "text/plain"})

    def security_key(self, request: Request) -> Response:
        """Serve ``GET /openstack/latest/securitykey``."""
        self._admit(request)
        if not self.agency_attached:
            raise LoginRefused(401, "No cloud service agency is attached to this server.")
        with self._lock:
            key = self._key and self._keys.get(self._key.id)
            if not key or (key.expires or 0) - self._keys.now() < _REPLACED_BEFORE:
                key = self._keys.issue(self._role, KEY_LIFETIME)
            self._key = key
        return json_response(200, AccessKeys.payload(key))

    def meta_data(self, request: Request) -> Response:
        """Serve ``GET /openstack/latest/meta_data.json``."""
        self._admit(request)
        project = next(project for project in self._role.projects if project.region == request.region)
        server = {
            "uuid": "0c0f9bfc-5e5c-4c4c-8a4a-6f6a2f0a8e11",
            "availability_zone": f"{request.region}-01",
            "hostname": "runner.novalocal",
            "name": "runner",
            "launch_index": 0,
            "meta": {},
            "project_id": project.id,
        }
        return json_response(200, server)

    def _admit(self, request: Request) -> None:
        if self.session_tokens == "none":
            return
        value = request.headers.get(_TOKEN_HEADER)
        missing = value is None and self.session_tokens == "required"
        if missing or (value is not None and value not in self._session_tokens):
            raise LoginRefused(401, "X-Metadata-Token is missing or invalid.")
