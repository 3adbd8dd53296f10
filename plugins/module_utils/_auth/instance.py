# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The agency of the server that this runs on: its metadata service hands out temporary access keys.

Sources: OTC Elastic Cloud Server user guide, "Obtaining Metadata and Passing User Data"; Huawei Cloud SDK for Java v3,
class MetadataAccessor, for session tokens and the time limit.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace

from .._errors import CceError
from .._http.bodies import parse
from .._http.call import Call, no_auth, shown_url
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.regions import region_of_project, region_of_zone
from .._options.settings import AccessKeyCredential, InstanceCredential, Settings
from .._options.validation import option_error
from .._report import Report
from .access_key import read_temporary_key
from .iam import MAX_RESPONSE, is_project_id
from .json_values import text_or_none

CALL_SECONDS = 3.0
"""How long a call may take, with retries. The service is on the same machine."""

_TOKEN_PATH = "/meta-data/latest/api/token"
_KEY_PATH = "/openstack/latest/securitykey"
_SERVER_PATH = "/openstack/latest/meta_data.json"
_TOKEN_SECONDS = "21600"

_ATTACH = (
    "attach an agency for the cloud service ECS to this server (ECS console, Management Information), or use other "
    "credentials"
)
_ELSEWHERE = "set instance_agency only on servers of the cloud, or correct metadata_url"
_ADVICE = {
    "authentication": _ATTACH,
    "permission": _ATTACH,
    "not_found": _ATTACH,
    "response": "check metadata_url",
    "connection": _ELSEWHERE,
    "timeout": _ELSEWHERE,
}


def read_server(
    settings: Settings, credential: InstanceCredential, client: Client, report: Report, deadline: Deadline
) -> tuple[Settings, AccessKeyCredential]:
    """A temporary access key of the server, and the settings with its project and region where none is set.

    Raises:
        CceError: of kind ``authentication``, when the server has no agency; of kind ``option``, when the project must
            be set; any kind when the metadata service cannot be reached or used.
    """
    service = _MetadataService(credential.metadata_url, client, report, deadline)
    call, response = service.get("get the keys of this server's agency", _KEY_PATH)
    key = read_temporary_key(response, credential.signature, report)
    if not key:
        raise _unusable(call, "has no usable access key", _ATTACH)
    return (settings if _is_complete(settings) else _completed(settings, service)), key


def _is_complete(settings: Settings) -> bool:
    if not settings.project_id and not settings.project_name:
        return False
    finds_iam = settings.auth_url or (settings.project_id and not settings.agency)
    return bool(settings.region or region_of_project(settings.project_name) or (settings.endpoint and finds_iam))


def _completed(settings: Settings, service: _MetadataService) -> Settings:
    call, server = service.get("get the project of this server", _SERVER_PATH)
    region = region_of_zone(text_or_none(server.get("availability_zone")))
    if settings.project_id or settings.project_name:
        return replace(settings, region=settings.region or region)
    if settings.region and region and settings.region != region:
        raise option_error(
            f"No project specified for region {settings.region}: this server is in {region}. Set project_id "
            "(OS_PROJECT_ID) or project_name (OS_PROJECT_NAME)."
        )
    project_id = text_or_none(server.get("project_id"))
    if not project_id or not is_project_id(project_id):
        raise _unusable(call, "has no valid project ID", "set project_id or project_name")
    return replace(settings, project_id=project_id, region=settings.region or region)


class _MetadataService:
    """The metadata service of this server."""

    def __init__(self, url: str, client: Client, report: Report, deadline: Deadline) -> None:
        self._url = url
        self._client = client
        self._report = report
        self._deadline = deadline
        self._headers = self._session_token()

    def get(self, purpose: str, path: str) -> tuple[Call, dict[str, t.Any]]:
        """A call, and the object that it returns.

        Raises:
            CceError: when the service refuses, cannot be reached in time, or sends something else.
        """
        call = Call(purpose, self._url + path, no_auth, headers=self._headers, advice=_ADVICE, on_link=True)
        try:
            body = self._fetch(call)
        except CceError as error:
            if error.http_status == 404:
                # a server without an agency has no such resource
                error.kind = "authentication"
            raise
        value = parse(body)
        if not isinstance(value, dict):
            raise _unusable(call, "is not a JSON object", _ADVICE["response"])
        return call, value

    def _session_token(self) -> dict[str, str]:
        """The header that the newer service wants, nothing for the older one."""
        headers = {"X-Metadata-Token-Ttl-Seconds": _TOKEN_SECONDS}
        purpose = "get a session token of the metadata service"
        call = Call(
            purpose, self._url + _TOKEN_PATH, no_auth, method="PUT", headers=headers, advice=_ADVICE, on_link=True
        )
        try:
            token = self._fetch(call).decode("latin-1").strip()
        except CceError as error:
            if error.http_status in (404, 405):
                return {}
            raise
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise _unusable(call, "is not a session token", _ADVICE["response"])
        self._report.secret(token)
        return {"X-Metadata-Token": token}

    def _fetch(self, call: Call) -> bytes:
        limit = Deadline(min(CALL_SECONDS, self._deadline.remaining()))
        return self._client.fetch(call, lambda response: response.content(MAX_RESPONSE), limit)


def _unusable(call: Call, what: str, advice: str) -> CceError:
    return CceError(
        f"Could not {call.purpose}: the response from the metadata service {what}. {advice[0].upper()}{advice[1:]}.",
        "response",
        url=shown_url(call.url),
        transient=True,
    )
