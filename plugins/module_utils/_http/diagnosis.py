# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Diagnosis of an exception or an error status: one sentence, and an error.

The messages of requests and urllib3 are left out: they may repeat headers and the password of a proxy. Those of the
operating system and of the TLS library are safe. Imported after a failure only, since most tasks see none.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import ssl
import typing as t
from urllib.parse import urlsplit

from .._errors import CceError
from .bodies import explain, parse, presentable
from .call import Call, host_of, shown_url
from .dates import retry_after, sent_at
from .decoding import Body
from .errors import PROXY_LOGIN_ADVICE, advice_for, could_not
from .library import requests, urllib3

MAX_ERROR_BODY = 64 * 1024
"""Bytes of a failure's body that are read. An HTML page of a gateway is cut there."""

_RETRYABLE_STATUSES = frozenset((429, 500, 502, 503, 504))

_KIND_OF_STATUS = {401: "authentication", 403: "permission", 404: "not_found", 407: "connection", 429: "throttled"}

# The gateway in front of CCE knows no such API, or no backend for it (API Gateway, "Error Codes"): it happens while the
# gateway is being changed, too
_GATEWAY_NOT_FOUND = "APIGW.01"

_PROXY_ADVICE = "check proxy, or the variables HTTPS_PROXY and NO_PROXY"


# ---------------------------------------------------------------------------------------------------------------------
# no response, or only a part of it


def connection_failed(call: Call, error: Exception) -> CceError:
    """An exception of requests or urllib3, before there was a response or in the middle of it."""
    found = _diagnose(error, call)
    return CceError(
        could_not(call, found.cause, found.advice),
        found.kind,
        url=shown_url(call.url),
        transient=found.transient,
        retryable=found.retryable and not call.once,
    )


class _Diagnosis(t.NamedTuple):
    """The cause of an exception of requests, worded to follow "Could not list the jobs: "."""

    kind: str
    cause: str
    advice: str
    retryable: bool = False
    transient: bool = False


def _diagnose(error: Exception, call: Call) -> _Diagnosis:
    host = host_of(call.url)
    causes = list(_causes(error))
    theirs, pool = requests.exceptions, urllib3.exceptions

    def among(*kinds: type[BaseException]) -> BaseException | None:
        return next((cause for cause in causes if isinstance(cause, kinds)), None)

    if isinstance(error, theirs.ProxyError):
        return _diagnose_proxy(host, causes)
    if isinstance(error, (theirs.InvalidURL, theirs.InvalidSchema, pool.LocationValueError)):
        return _diagnose_url(error, call)
    if among(pool.SSLError) and not among(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        reason = _in_parentheses(_tls_reason(among(pool.SSLError)))
        return _Diagnosis("tls", f"the TLS connection to {host} failed{reason}", "check the URL and ca_cert")
    response_advice = advice_for(call, "response")
    if isinstance(error, theirs.ContentDecodingError):
        cause = f"the response from {host} could not be decompressed (unexpected or invalid Content-Encoding)"
        return _Diagnosis("response", cause, response_advice, transient=True)
    if isinstance(error, (theirs.ChunkedEncodingError, pool.ProtocolError)):
        return _Diagnosis("response", f"the response from {host} was cut short", "try again later", retryable=True)
    nonsense = among(http.client.HTTPException, pool.InvalidHeader)
    if nonsense and not isinstance(nonsense, (http.client.RemoteDisconnected, http.client.IncompleteRead)):
        return _Diagnosis("response", f"the response from {host} is not HTTP", response_advice, transient=True)
    if isinstance(error, (theirs.RequestException, pool.HTTPError)):
        cause = f"no connection to {host}{_in_parentheses(_system_reason(causes))}"
        advice = call.advice.get("connection") or "check the URL and the network"
        return _Diagnosis("connection", cause, advice, retryable=True)
    # requests did not find a file at the path that it was given
    advice = "check ca_cert, or the variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE"
    return _Diagnosis("tls", "could not load CA certificates", advice)


def _diagnose_url(error: Exception, call: Call) -> _Diagnosis:
    """Why requests cannot use a URL: that of the call or that of the proxy."""
    if "SOCKS" in str(error):
        advice = "install PySocks, for example with pip install 'requests[socks]', or use an HTTP proxy"
        return _Diagnosis("dependency", "the Python library PySocks, which SOCKS proxies need, is missing", advice)
    if _is_usable(call.url):
        return _Diagnosis("option", "invalid proxy URL", _PROXY_ADVICE)
    return _Diagnosis("option", f"invalid host name {host_of(call.url)}", "check the URL")


def _is_usable(url: str) -> bool:
    """Whether host and port are such that a connection can be tried."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        return False


def _diagnose_proxy(host: str, causes: t.Sequence[BaseException]) -> _Diagnosis:
    """Why the proxy did not forward the call."""
    # the message of the standard library when the proxy refuses CONNECT
    refusals = (re.search(r"Tunnel connection failed: ([0-9]{3})", str(cause)) for cause in causes)
    status = next((int(refusal[1]) for refusal in refusals if refusal), None)
    untrusted = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if untrusted:
        reason = _in_parentheses(_tls_reason(untrusted))
        cause = f"the TLS connection to the proxy for {host} failed{reason}"
        return _Diagnosis("tls", cause, "check ca_cert and proxy, or the variable HTTPS_PROXY")
    if status is None:
        reason = _in_parentheses(_system_reason(causes))
        cause = f"no connection to {host} through the proxy{reason}"
        return _Diagnosis("connection", cause, _PROXY_ADVICE, retryable=True)
    return _Diagnosis(
        "connection",
        f"the proxy responded with HTTP {status} instead of connecting to {host}",
        PROXY_LOGIN_ADVICE if status == 407 else _PROXY_ADVICE,
        retryable=status in _RETRYABLE_STATUSES,
        transient=status >= 500,
    )


def _causes(error: BaseException) -> t.Iterator[BaseException]:
    """The exception and all of its causes, however it names them."""
    waiting: list[t.Any] = [error]
    seen: set[int] = set()
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            waiting += [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]


def _system_reason(causes: t.Iterable[BaseException]) -> str:
    """The message of the operating system, if there is one."""
    for cause in causes:
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and isinstance(cause.strerror, str):
            return cause.strerror.lower()
    return ""


def _tls_reason(error: BaseException | None) -> str:
    """The message of the TLS library, without its codes and places in its source."""
    words = re.sub(r"^\[[^]]*\] |certificate verify failed: | \(_ssl\.c:[0-9]+\)$", "", str(error))
    return (presentable(words) or "").rstrip(".")


def _in_parentheses(words: str) -> str:
    return f" ({words})" if words else ""


# ---------------------------------------------------------------------------------------------------------------------
# a response with an error status


def bad_status(call: Call, response: requests.Response, mask: t.Callable[[str], str] | None = None) -> CceError:
    """A response whose status is not a success.

    Args:
        call: what was being done.
        response: the response.
        mask: replaces secrets, which a response may repeat.
    """
    status = response.status_code
    if 300 <= status < 400:
        return _redirect(call, response, mask)
    code, message, request_id = explain(parse(_beginning(response)), mask)
    request_id = request_id or presentable(
        response.headers.get("X-Request-Id") or response.headers.get("X-IAM-Trace-Id"), mask
    )
    kind = _KIND_OF_STATUS.get(status) or ("unavailable" if status >= 500 else "response")
    # IAM repeats the status as its code
    words = ": ".join(part.rstrip(".") for part in (code, message) if part and part != str(status))
    details = _in_parentheses(", ".join(filter(None, (words, f"request {request_id}" if request_id else ""))))
    sender = "the proxy" if status == 407 else host_of(call.url)
    return CceError(
        could_not(call, f"{sender} responded with HTTP {status}{details}", advice_for(call, kind)),
        kind,
        http_status=status,
        code=code,
        message=message,
        request_id=request_id,
        url=shown_url(call.url),
        transient=status >= 500 or (status == 404 and (code or "").startswith(_GATEWAY_NOT_FOUND)),
        retryable=status in _RETRYABLE_STATUSES and not call.once,
        retry_after=retry_after(response.headers.get("Retry-After"), sent_at(response.headers)),
    )


def _redirect(call: Call, response: requests.Response, mask: t.Callable[[str], str] | None) -> CceError:
    cause = (
        f"{host_of(call.url)} returned a redirect to {_redirect_target(response, mask)}; redirects are not followed, "
        "to protect credentials"
    )
    return CceError(
        could_not(call, cause, advice_for(call, "response")),
        "response",
        http_status=response.status_code,
        url=shown_url(call.url),
    )


def _redirect_target(response: requests.Response, mask: t.Callable[[str], str] | None) -> str:
    try:
        return presentable(host_of(response.headers.get("Location", "")), mask) or "another URL"
    except ValueError:
        return "another URL"


def _beginning(response: requests.Response) -> bytes:
    """As much of a failure's body as is worth reading and can be read."""
    body = b""
    # the status is enough; a broken body must neither hide it nor cause a refused credential to be sent again
    with contextlib.suppress(OSError, urllib3.exceptions.HTTPError):
        for piece in Body(response):
            body += piece[: MAX_ERROR_BODY - len(body)]
            if len(body) >= MAX_ERROR_BODY:
                break
    return body
