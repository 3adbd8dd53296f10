# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Signatures of requests made with an access key and secret key (AK/SK).

Two different procedures share the name SDK-HMAC-SHA256. Both sign the same canonical request; they differ in the key,
in one line of the string to sign and in the ``Authorization`` header:

* ``access``: the secret key itself is the key, the header contains ``Access=<AK>``
  (Huawei Cloud API Request Signing Guide; Python package huaweicloudsdkcore).
* ``scope``: the key is derived over day, region, service and ``sdk_request``, the header contains
  ``Credential=<AK>/<scope>`` (gophertelekomcloud, the Go library under the Terraform provider for Open Telekom Cloud,
  where region and service are empty).

Pure functions: no clock, no network.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from urllib.parse import quote

ALGORITHM = "SDK-HMAC-SHA256"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"

_TERMINATOR = "sdk_request"
_TIMESTAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_HASHED_CONTENT_TYPES = ("application/json", "application/bson")


def sign(
    *,
    procedure: str,
    access_key: str,
    secret_key: str,
    method: str,
    host: str,
    path: str,
    query: Sequence[tuple[str, str]],
    headers: Mapping[str, str],
    body: bytes,
    timestamp: str,
    region: str = "",
    service: str = "",
) -> dict[str, str]:
    """Return the headers that sign a request; the caller adds them to the request as they are.

    ``procedure`` is ``scope`` or ``access``; ``region`` and ``service`` count for ``scope`` only. ``host`` is the value
    of the Host header on the wire, with the port when it is not the default one. ``path`` and ``query`` are decoded.
    ``headers`` are the further headers to sign, in any case. ``timestamp`` is UTC, ``YYYYMMDDTHHMMSSZ``, and
    must be within 15 minutes of the server's clock (Huawei Cloud API Request Signing Guide); see ``timestamp_of``.

    The result holds ``X-Sdk-Date`` and ``Authorization``, and ``X-Sdk-Content-Sha256`` where the body is not hashed,
    see ``payload_hash``.

    Raises ``ValueError`` for an unknown procedure or a timestamp of another form.
    """
    if procedure not in ("scope", "access"):
        raise ValueError(f"The signature procedure must be scope or access, not {procedure!r}.")
    if not _TIMESTAMP.fullmatch(timestamp):
        raise ValueError(f"The timestamp of a signature must look like 20260102T030405Z, not {timestamp!r}.")

    added = {"X-Sdk-Date": timestamp}
    hashed = payload_hash(procedure, headers, body)
    if hashed == UNSIGNED_PAYLOAD:
        added["X-Sdk-Content-Sha256"] = hashed

    signed = headers_to_sign({**_lower_names(headers), **added, "host": host})
    request = canonical_request(method=method, path=path, query=query, headers=signed, hashed_payload=hashed)
    scope = credential_scope(timestamp, region, service) if procedure == "scope" else None
    signature = signature_of(string_to_sign(request, timestamp, scope), signing_key(secret_key, scope))
    return {**added, "Authorization": authorization(access_key, scope, signed_headers(signed), signature)}


def timestamp_of(moment: datetime) -> str:
    """Return an aware moment as ``YYYYMMDDTHHMMSSZ`` in UTC, fractions of a second cut.

    Raises ``ValueError`` for a moment without a time zone: it would be read in the zone of the machine.
    """
    if moment.utcoffset() is None:
        raise ValueError("The moment of a signature needs a time zone.")
    whole_seconds = moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None)
    return whole_seconds.isoformat().replace("-", "").replace(":", "") + "Z"


def payload_hash(procedure: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return the last line of the canonical request: the SHA-256 of the body in hex, or ``UNSIGNED-PAYLOAD``.

    Procedure ``access`` does not hash a body whose content type is neither JSON nor BSON; the header
    ``X-Sdk-Content-Sha256`` of the request shows that (huaweicloudsdkcore). A body without a content type is hashed.
    """
    content_type = _lower_names(headers).get("content-type", "").strip().lower()
    if procedure == "access" and body and content_type and not content_type.startswith(_HASHED_CONTENT_TYPES):
        return UNSIGNED_PAYLOAD
    return hashlib.sha256(body).hexdigest()


def headers_to_sign(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are signed: names in lower case and sorted, values without leading and trailing spaces.

    Names with an underscore are left out, as huaweicloudsdkcore does: proxies tend to drop such headers, and a signed
    header that does not arrive invalidates the signature. ``Authorization`` is left out as well: a
    request that is signed again gets a new one.
    """
    return {
        name: value.strip(" \t")
        for name, value in sorted(_lower_names(headers).items())
        if "_" not in name and name != "authorization"
    }


def signed_headers(headers: Mapping[str, str]) -> str:
    """Return the names of the headers, in the order they have, as ``content-type;host;x-sdk-date``."""
    return ";".join(headers)


def canonical_uri(path: str) -> str:
    """Return a decoded path with every segment percent-encoded and a slash at its end.

    The slash at the end is for the signature only (Huawei Cloud API Request Signing Guide), it does not go on the wire.

    Raises ``ValueError`` for a path that cannot be encoded in UTF-8.
    """
    encoded = quote(path, safe="/")
    return encoded if encoded.endswith("/") else encoded + "/"


def canonical_query(pairs: Sequence[tuple[str, str]]) -> str:
    """Return decoded pairs as an encoded query: sorted by code point, ``key=`` for an empty value.

    A space becomes ``%20``; every pair of a repeated key counts (huaweicloudsdkcore).

    Raises ``ValueError`` for text that cannot be encoded in UTF-8.
    """
    return "&".join(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in sorted(pairs))


def canonical_request(
    *, method: str, path: str, query: Sequence[tuple[str, str]], headers: Mapping[str, str], hashed_payload: str
) -> str:
    """Return the text whose hash is signed; ``headers`` as ``headers_to_sign`` returns them.

    Every header line ends with a line feed, hence the empty line before the list of names.
    """
    header_lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    return "\n".join(
        (
            method.upper(),
            canonical_uri(path),
            canonical_query(query),
            header_lines,
            signed_headers(headers),
            hashed_payload,
        )
    )


def credential_scope(timestamp: str, region: str, service: str) -> str:
    """Return the scope of procedure ``scope``, such as ``20260102/eu-de/cce/sdk_request``."""
    return "/".join((timestamp[:8], region, service, _TERMINATOR))


def string_to_sign(request: str, timestamp: str, scope: str | None) -> str:
    """Return what is signed for a canonical request; ``scope`` is None in procedure ``access``."""
    hashed_request = hashlib.sha256(request.encode()).hexdigest()
    lines = (ALGORITHM, timestamp, hashed_request) if scope is None else (ALGORITHM, timestamp, scope, hashed_request)
    return "\n".join(lines)


def signing_key(secret_key: str, scope: str | None) -> bytes:
    """Return the key of the signature: the secret key, or the one derived from it over each part of the scope."""
    if scope is None:
        return secret_key.encode()
    key = b"SDK" + secret_key.encode()
    for part in scope.split("/"):
        key = _hmac_sha256(key, part)
    return key


def signature_of(text: str, key: bytes) -> str:
    """Return the signature of a string to sign, 64 hex digits in lower case."""
    return _hmac_sha256(key, text).hex()


def authorization(access_key: str, scope: str | None, header_names: str, signature: str) -> str:
    """Return the value of the ``Authorization`` header; ``scope`` is None in procedure ``access``."""
    credential = f"Access={access_key}" if scope is None else f"Credential={access_key}/{scope}"
    return f"{ALGORITHM} {credential}, SignedHeaders={header_names}, Signature={signature}"


def _lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _hmac_sha256(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
