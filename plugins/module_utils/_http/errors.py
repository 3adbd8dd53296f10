# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""What went wrong with a call, as one sentence and as an error: loaded only when something did.

The texts of requests and urllib3 stay out of it: they may repeat headers and the proxy's password. Those of the
operating system and of the TLS library are safe.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import ssl
import typing as t
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .._errors import CceError
from .client import Call, host_of, pieces, shown_url

if t.TYPE_CHECKING:
    import requests

MAX_ERROR_BODY = 64 * 1024
"""Bytes of a failure's body that are looked at; a gateway's page of HTML is cut there."""

_RETRIED_STATUSES = frozenset((429, 500, 502, 503, 504))

_KIND_OF_STATUS = {401: "authentication", 403: "permission", 404: "not_found", 407: "connection", 429: "throttled"}

_PROXY_ADVICE = "check proxy, or the variables HTTPS_PROXY and NO_PROXY"
_PROXY_LOGIN_ADVICE = "give its user and password in proxy, or in the variable HTTPS_PROXY"

_ADVICE = {
    "authentication": "check the credentials",
    "permission": "check the rights of the user",
    "not_found": "check the address",
    "throttled": "try again later, or call less often",
    "unavailable": "try again later",
    "connection": _PROXY_LOGIN_ADVICE,
    "response": "check the address",
}


def _advice(call: Call, kind: str) -> str:
    return call.advice.get(kind) or _ADVICE[kind]


def broken(call: Call, error: Exception) -> CceError:
    """An exception of requests or urllib3, before there was an answer or in the middle of it."""
    found = _diagnosis(error, call)
    return CceError(
        f"Could not {call.purpose}: {found.what}; {found.advice}.",
        found.kind,
        url=shown_url(call.url),
        transient=found.transient,
    )


def too_large(call: Call, response: requests.Response, most: int) -> CceError:
    """An answer of more bytes than these."""
    return CceError(
        f"Could not {call.purpose}: the answer of {host_of(call.url)} is larger than {most // 2**20} MiB; "
        f"{_advice(call, 'response')}.",
        "response",
        http_status=response.status_code,
        url=shown_url(call.url),
    )


# ---------------------------------------------------------------------------------------------------------------------
# without an answer


class _Diagnosis(t.NamedTuple):
    """What an exception of requests means, worded to follow "Could not list the jobs: "."""

    kind: str
    what: str
    advice: str
    transient: bool = False


def _diagnosis(error: Exception, call: Call) -> _Diagnosis:
    from requests import exceptions as found
    from urllib3 import exceptions as wrong

    host = host_of(call.url)
    causes = list(_causes(error))

    def among(*kinds: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if isinstance(error, found.ProxyError):
        return _proxy_diagnosis(host, causes)
    if isinstance(error, (found.InvalidURL, found.InvalidSchema, wrong.LocationValueError)):
        if _can_be_reached(call.url):
            return _Diagnosis("option", "the address of the proxy cannot be used", _PROXY_ADVICE)
        return _Diagnosis("option", f"{host} is no valid host", "check the address")
    if among(wrong.SSLError) and not among(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        reason = _in_brackets(_tls_words(among(wrong.SSLError)))
        return _Diagnosis("tls", f"the TLS connection to {host} failed{reason}", "check the address and ca_cert")
    if isinstance(error, found.ContentDecodingError):
        return _Diagnosis(
            "response",
            f"the answer of {host} is not packed as its Content-Encoding says, or as was asked for",
            _advice(call, "response"),
        )
    if isinstance(error, (found.ChunkedEncodingError, wrong.ProtocolError)):
        return _Diagnosis("response", f"the answer of {host} broke off", "try again later", transient=True)
    nonsense = among(http.client.HTTPException, wrong.InvalidHeader)
    if nonsense and not isinstance(nonsense, (http.client.RemoteDisconnected, http.client.IncompleteRead)):
        return _Diagnosis("response", f"the answer of {host} is not HTTP", _advice(call, "response"))
    if isinstance(error, (found.RequestException, wrong.HTTPError)):
        reason = _in_brackets(_system_words(causes))
        advice = "check the address and the network"
        return _Diagnosis("connection", f"no connection to {host}{reason}", advice, transient=True)
    # requests found no file at the path that it was given
    return _Diagnosis(
        "tls",
        "the authorities to trust cannot be read",
        "check ca_cert, or the variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE",
    )


def _can_be_reached(url: str) -> bool:
    """Whether host and port are such that a connection can be tried."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        return False


def _proxy_diagnosis(host: str, causes: t.Sequence[BaseException]) -> _Diagnosis:
    """Why the proxy did not let the call through."""
    # the standard library's words for what the proxy said
    refusals = (re.search(r"Tunnel connection failed: ([0-9]{3})", str(cause)) for cause in causes)
    status = next((int(refusal[1]) for refusal in refusals if refusal), None)
    if status is None:
        reason = _in_brackets(_system_words(causes))
        return _Diagnosis("connection", f"no connection to {host} through the proxy{reason}", _PROXY_ADVICE, True)
    return _Diagnosis(
        "connection",
        f"the proxy answered HTTP {status} instead of connecting to {host}",
        _PROXY_LOGIN_ADVICE if status == 407 else _PROXY_ADVICE,
        status in _RETRIED_STATUSES,
    )


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The exception and all that it names as its reason, in whatever way."""
    waiting: list[t.Any] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]


def _system_words(causes: t.Iterable[BaseException]) -> str:
    """What the operating system said, if it said anything."""
    for cause in causes:
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and isinstance(cause.strerror, str):
            return cause.strerror.lower()
    return ""


def _tls_words(error: BaseException | None) -> str:
    """What the TLS library said, without its own codes and places in its source."""
    words = re.sub(r"^\[[^]]*\] |certificate verify failed: | \(_ssl\.c:[0-9]+\)$", "", str(error))
    return (_presentable(words) or "").rstrip(".")


def _in_brackets(words: str) -> str:
    return f" ({words})" if words else ""


# ---------------------------------------------------------------------------------------------------------------------
# with an answer


def refused(call: Call, response: requests.Response) -> CceError:
    """An answer that is no success."""
    status = response.status_code
    host = host_of(call.url)
    if 300 <= status < 400:
        return CceError(
            f"Could not {call.purpose}: {host} redirects to {_redirect_target(response)}, and credentials are not sent "
            f"on; {_advice(call, 'response')}.",
            "response",
            http_status=status,
            url=shown_url(call.url),
        )
    code, message, request_id = explain(_parsed(_beginning(response)))
    request_id = request_id or _presentable(
        response.headers.get("X-Request-Id") or response.headers.get("X-IAM-Trace-Id")
    )
    kind = _KIND_OF_STATUS.get(status) or ("unavailable" if status >= 500 else "response")
    # IAM repeats the status as its code
    words = ": ".join(part for part in (code, message) if part and part != str(status))
    details = _in_brackets(", ".join(part for part in (words, f"request {request_id}" if request_id else "") if part))
    return CceError(
        f"Could not {call.purpose}: {'the proxy' if status == 407 else host} answered HTTP {status}{details}; "
        f"{_advice(call, kind)}.",
        kind,
        http_status=status,
        code=code,
        message=message,
        request_id=request_id,
        url=shown_url(call.url),
        transient=status in _RETRIED_STATUSES,
        retry_after=retry_after(response.headers.get("Retry-After"), datetime.now(timezone.utc)),
    )


def _redirect_target(response: requests.Response) -> str:
    try:
        return _presentable(host_of(response.headers.get("Location", ""))) or "another address"
    except ValueError:
        return "another address"


def _beginning(response: requests.Response) -> bytes:
    """As much of a failure's body as is worth looking at, and as can be had."""
    from urllib3.exceptions import HTTPError

    body = b""
    # the status says enough; a broken body must neither hide it nor make a refused credential be sent again
    with contextlib.suppress(OSError, HTTPError):
        for piece in pieces(response):
            body += piece[: MAX_ERROR_BODY - len(body)]
            if len(body) >= MAX_ERROR_BODY:
                break
    return body


def _parsed(body: bytes) -> t.Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        # HTML of a proxy, or nothing at all: the status has to do
        return None


def explain(value: t.Any) -> tuple[str | None, str | None, str | None]:
    """Code, text and request id out of the JSON body of a failure, None for what it does not hold.

    CCE, IAM, the API gateway and Kubernetes each have a shape of their own, and CCE has had several (OTC CCE API
    reference, "Error Codes"; issues of the Terraform provider for OTC). CCE's ``message`` says what is wrong where its
    ``errorMessage`` is only the name of the class.
    """
    if not isinstance(value, dict):
        return None, None, None
    nested = value["error"] if isinstance(value.get("error"), dict) else {}

    def first(*found: t.Any) -> str | None:
        # a code can be a number (IAM) or a text
        texts = (str(item).strip() for item in found if isinstance(item, (str, int)) and not isinstance(item, bool))
        return next((text for text in texts if text), None)

    code = first(value.get("errorCode"), value.get("error_code"), nested.get("code"), value.get("code"))
    specific = first(value.get("message"), nested.get("message"))
    general = first(value.get("errorMessage"), value.get("error_msg"), nested.get("title"))
    message = specific or general
    if specific and general and specific.rstrip(".").lower() != general.rstrip(".").lower() and not nested:
        message = f"{general.rstrip('.')}: {specific}"
    return _presentable(code), _presentable(message), _presentable(first(value.get("request_id")))


def _presentable(text: str | None) -> str | None:
    """The text on one line and of a bearable length, without the echo of the signed request.

    Some versions of the gateway repeat the canonical request, signed headers and all, behind ``canonicalRequest:``.
    """
    if text is None:
        return None
    text = re.split(r"[\s,;]*canonical[\s_-]*request", text, maxsplit=1, flags=re.IGNORECASE)[0]
    # control characters could take over a terminal
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= 500 else text[:497] + "..."


def retry_after(text: str | None, now: datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for.

    It holds seconds, also fractions of them (seen at Huawei Cloud), or a date. None when there is no header or when it
    cannot be read.
    """
    if not text:
        return None
    if re.fullmatch(r"\s*[0-9]+(\.[0-9]+)?\s*", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - now).total_seconds())
