# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials for tests, and the identity that a credential leads to."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import typing as t
import urllib.parse
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.identity import Identity
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.login import identify
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import Client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import Settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Request,
    response,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "iam"
TOKEN_BODY: dict[str, t.Any] = json.loads((FIXTURES / "token-project.json").read_text(encoding="utf-8"))

PROJECT_ID = "0123456789abcdef0123456789abcdef"
TOKEN = "MIIF-the-token-of-the-user"
ISSUED = "MIIF-the-token-that-iam-issued"
ACCESS_KEY = "EXAMPLEACCESSKEY0001"
SECRET_KEY = "ExampleSecretKey0000000000000000000000001"
SECURITY_TOKEN = "ggpjbi1ub3J0aC0xT-the-session"
PASSWORD = "correct horse battery staple"
PASSCODE = "135790"

# IDs that a URL or a header cannot hold, or would change
INVALID_IDS = ["\ud800", "a/b", "..", ".", "a b", "a?b", "a#b", "a%2fb", "a\nb", "ä", "a" * 65]

BY_TOKEN = {"token": TOKEN}
BY_KEY = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
BY_SESSION_KEY = {**BY_KEY, "security_token": SECURITY_TOKEN}
BY_PASSWORD = {"username": "ansible", "password": PASSWORD, "user_domain_name": "OTC00000000001000000000"}


ACCOUNT = {"agency_domain_name": "OTC-partner"}
AGENCY = {"agency_name": "cce-reader", **ACCOUNT}
OF_AGENCY = "MIIF-the-token-of-the-agency"
KEY = {"access": "TEMPORARYKEY00000001", "secret": "Secret-Of-The-Agency", "securitytoken": "Session-Of-The-Agency"}
OTHER_KEY = {"access": "TEMPORARYKEY00000002", "secret": "Second-Secret-Of-It", "securitytoken": "Second-Session"}


def settings_for(**typed: t.Any) -> Settings:
    return read_request(MODULE, {"timeout": 10, "retries": 0, **typed}, {}, environment={}).settings


def client_for(settings: Settings, report: Report) -> Client:
    return Client(
        verify=settings.verify,
        proxy=settings.proxy,
        retries=settings.retries,
        agent="tests",
        report=report,
    )


def identity_for(recorded: RecordedReport | None = None, **typed: t.Any) -> Identity:
    settings = settings_for(**typed)
    recorded = recorded or RecordedReport()
    client = client_for(settings, recorded.report)
    try:
        return identify(settings, client, recorded.report, Deadline(settings.timeout))
    finally:
        client.close()


def refusal(**typed: t.Any) -> CceError:
    with pytest.raises(CceError) as caught:
        identity_for(**typed)
    assert str(caught.value).endswith((".", "?"))
    return caught.value


def login(body: t.Any = TOKEN_BODY, token: str = ISSUED) -> bytes:
    """A successful login."""
    return response(201, body, X_Subject_Token=token)


def temporary_key(credential: t.Any = None) -> bytes:
    """A temporary key, as IAM and the metadata service return one."""
    return response(201, {"credential": credential or {**KEY, "expires_at": "2026-01-01T00:00:00.000000Z"}})


def projects(*found: t.Any) -> bytes:
    """A list of projects."""
    return response(200, {"projects": list(found), "links": {}})


def check_signature(request: Request, secret_key: str = SECRET_KEY, access_key: str = ACCESS_KEY) -> set[str]:
    """Compute the signature again from the bytes that arrived, with code that shares nothing with the collection.

    Returns:
        The names of the signed headers.
    """
    headers = request.headers
    match = re.fullmatch(
        r"SDK-HMAC-SHA256 (?:Access=([^,]+)|Credential=([^/]+)/([^,]+)), "
        r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
        headers["authorization"],
    )
    assert match
    access, credential, scope, names, signature = match.groups()
    assert (access or credential) == access_key
    assert names.split(";") == sorted(names.split(";"))
    path, _mark, query = re.sub("^https?://[^/]+", "", request.target).partition("?")

    def encoded(text: str) -> str:
        return urllib.parse.quote(urllib.parse.unquote(text), safe="-_.~")

    pairs = [(encoded(key), encoded(value)) for key, _sign, value in (p.partition("=") for p in query.split("&") if p)]
    canonical = [
        request.method,
        "/".join(map(encoded, path.split("/"))).rstrip("/") + "/",
        "&".join(f"{key}={value}" for key, value in sorted(pairs)),
        *(f"{name}:{headers[name]}" for name in names.split(";")),
        "",
        names,
        hashlib.sha256(request.body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    moment = headers["x-sdk-date"]
    if scope is None:
        key, lines = secret_key.encode(), [moment, digest]
    else:
        assert scope == f"{moment[:8]}///sdk_request"
        key, lines = b"SDK" + secret_key.encode(), [moment, scope, digest]
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), "sha256").digest()
    text = "\n".join(["SDK-HMAC-SHA256", *lines])
    assert hmac.new(key, text.encode(), "sha256").hexdigest() == signature
    return set(names.split(";"))
