# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the two request signatures that share the name SDK-HMAC-SHA256.

Variant ``access`` is that of the API gateway (Huawei Cloud "API Request Signing Guide"; OTC API Gateway
documentation): ``Access=<AK>``, the secret key is the HMAC key. Variant ``scope`` is that of the Terraform provider
for OTC (gophertelekomcloud): ``Credential=<AK>/<day>/<region>/<service>/sdk_request``, the key is derived from the
scope, whose region and service may be empty. Both sign the same canonical request.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import re
import urllib.parse
from dataclasses import dataclass

ALGORITHM = "SDK-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
# Huawei Cloud signing guide: X-Sdk-Date must be within 15 minutes of the gateway's clock.
TOLERANCE = datetime.timedelta(minutes=15)
ALWAYS_SIGNED = ("host", "x-sdk-date")
SIGNED_WHEN_PRESENT = ("x-project-id", "x-security-token")

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} (?:Access=(?P<access>[^/,\s]+)|Credential=(?P<credential>[^/,\s]+)/(?P<scope>[^,\s]+)),\s*"
    r"SignedHeaders=(?P<headers>[^,\s]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


class SignatureRefused(Exception):
    """The signature is invalid; ``canonical_request`` is the server's version of it, if it was computed."""

    def __init__(self, reason: str, canonical_request: str | None = None) -> None:
        super().__init__(reason)
        self.canonical_request = canonical_request


@dataclass(frozen=True)
class Authorization:
    """The Authorization header; ``scope`` is None in the variant ``access``."""

    access_key: str
    scope: str | None
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def variant(self) -> str:
        return "access" if self.scope is None else "scope"


@dataclass(frozen=True)
class SignedRequest:
    """The parts of a request that a signature covers, as received."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def parse_authorization(value: str) -> Authorization:
    """Read the Authorization header. Raises SignatureRefused if it has neither of the two forms."""
    match = _AUTHORIZATION.fullmatch(value)
    if not match:
        raise SignatureRefused("the Authorization header has neither of the two forms")
    return Authorization(
        access_key=match["access"] or match["credential"],
        scope=match["scope"],
        signed_headers=tuple(match["headers"].split(";")),
        signature=match["signature"],
    )


def _encode(text: str) -> str:
    return urllib.parse.quote(text, safe="-_.~")


def canonical_uri(path: str) -> str:
    """Every segment decoded and encoded again, with a trailing slash whether or not the request has one."""
    encoded = "/".join(_encode(urllib.parse.unquote(segment)) for segment in path.split("/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def canonical_query(query: str) -> str:
    """All pairs, an empty value kept as ``key=``, sorted by key, then by value."""
    pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
    return "&".join(f"{_encode(key)}={_encode(value)}" for key, value in sorted(pairs))


def canonical_request(request: SignedRequest, signed_headers: tuple[str, ...]) -> str:
    path, _mark, query = request.target.partition("?")
    lines = [f"{name}:{request.headers[name].strip()}" for name in signed_headers]
    payload = request.headers.get("x-sdk-content-sha256")
    if payload != UNSIGNED_PAYLOAD:
        payload = hashlib.sha256(request.body).hexdigest()
    return "\n".join(
        [request.method, canonical_uri(path), canonical_query(query), *lines, "", ";".join(signed_headers), payload]
    )


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature(canonical: str, sdk_date: str, secret_key: str, scope: str | None) -> str:
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    if scope is None:
        return _hmac(secret_key.encode(), "\n".join([ALGORITHM, sdk_date, digest])).hex()
    key = ("SDK" + secret_key).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return _hmac(key, "\n".join([ALGORITHM, sdk_date, scope, digest])).hex()


def verify(request: SignedRequest, authorization: Authorization, secret_key: str, now: datetime.datetime) -> None:
    """Return if the signature is valid; raise SignatureRefused with the reason if not.

    Header names in ``request.headers`` are in lower case.
    """
    signed = authorization.signed_headers
    for name in (*ALWAYS_SIGNED, *(name for name in SIGNED_WHEN_PRESENT if name in request.headers)):
        if name not in signed:
            raise SignatureRefused(f"header {name} is not among the signed headers")
    for name in signed:
        if name not in request.headers:
            raise SignatureRefused(f"signed header {name} is missing")
    sdk_date = request.headers["x-sdk-date"]
    try:
        signed_at = datetime.datetime.strptime(sdk_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError as error:
        raise SignatureRefused(f"X-Sdk-Date is unreadable: {error}") from error
    if abs(now - signed_at) > TOLERANCE:
        raise SignatureRefused(f"X-Sdk-Date {sdk_date} is more than 15 minutes away from {now:%Y%m%dT%H%M%SZ}")
    if authorization.scope is not None:
        day, *others = authorization.scope.split("/")
        if day != sdk_date[:8] or len(others) != 3 or others[2] != "sdk_request":
            raise SignatureRefused(f"scope {authorization.scope} does not fit X-Sdk-Date {sdk_date}")
    canonical = canonical_request(request, signed)
    expected = signature(canonical, sdk_date, secret_key, authorization.scope)
    if not hmac.compare_digest(expected, authorization.signature):
        raise SignatureRefused("the signature differs from the one computed here", canonical)
