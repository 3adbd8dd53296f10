# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""HTTP: one session with a deadline, retries, TLS, a proxy, a size cap, and failures as one sentence.

Nothing here knows what the calls are about; who makes a call says it in a ``Call``.
"""

from __future__ import annotations

import contextlib
import contextvars
import http.client
import ipaddress
import json
import random
import re
import ssl
import threading
import time
import traceback
import typing as t
import warnings
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit, urlunsplit

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError, Report

try:
    import requests
    import urllib3

    REQUESTS_IMPORT_ERROR: str | None = None
except ImportError:
    REQUESTS_IMPORT_ERROR = traceback.format_exc()

if t.TYPE_CHECKING:
    import requests

T = t.TypeVar("T")
Auth = t.Callable[["requests.PreparedRequest"], "requests.PreparedRequest"]

COLLECTION_VERSION = "1.0.0"
"""The version in galaxy.yml, which is not at hand where modules run; a test compares the two."""

MAX_BODY = 256 * 1024 * 1024
"""Bytes of a body after decompression; 100,000 jobs are about 60 MB."""

MAX_ERROR_BODY = 64 * 1024
"""Bytes of a failure's body that are looked at; a gateway's page of HTML is cut there."""

# Bytes of a body that are handed on at once, at most
_PIECE = 64 * 1024

LONGEST_TIMEOUT = 2_000_000
"""Seconds, 23 days: sockets count milliseconds in 31 bits."""

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0

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


@dataclass(frozen=True)
class Call:
    """One request, and what there is to say about it."""

    purpose: str
    """What it is for, to follow "Could not ", such as "list the jobs"."""
    url: str
    auth: Auth
    method: str = "GET"
    json: t.Any = field(default=None, repr=False)
    headers: t.Mapping[str, str] = field(default_factory=dict)
    advice: t.Mapping[str, str] = field(default_factory=dict)
    """What the user can do about a failure, by its kind, where that is more than what ``_http`` knows itself."""
    more: t.Mapping[str, t.Any] = field(default_factory=dict, repr=False)
    """Further arguments of requests."""


def no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """For calls without credentials in their headers. Without any ``auth``, requests would look into ``.netrc``."""
    return request


class Client:
    """One session for all calls of a task."""

    def __init__(
        self, *, verify: bool | str, proxy: str | None, timeout: float, retries: int, agent: str, report: Report
    ) -> None:
        self._verify = verify
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._timeout = min(timeout, LONGEST_TIMEOUT)
        self._retries = retries
        self._report = report
        self._end = time.monotonic() + self._timeout
        self._call: Call | None = None
        self._response: requests.Response | None = None
        self._warned_hosts: set[str] = set()
        self._session = requests.Session()
        # requests would read the body of a redirect to its end, however long, and parse its address, whatever it is
        self._session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        name = f"opentelekomcloud.cce/{COLLECTION_VERSION} {agent} {requests.utils.default_user_agent()}"
        self._session.headers.update({"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": name})

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def tell(self, report: Report) -> None:
        """Report to this one from now on, which has heard no warning yet."""
        self._report = report
        self._warned_hosts.clear()

    def within_timeout(self, work: t.Callable[[], T], over: float = 0.0) -> T:
        """What ``work`` returns or raises, unless it takes longer than the timeout.

        Args:
            work: what to do.
            over: seconds of the timeout that are over already.

        The work runs in a thread of its own, because that is the one way to leave it in time whatever holds it up: a
        name server, a handshake, a server that sends one byte now and then. None of these heeds a socket's timeout.

        Raises:
            CceError: of kind ``timeout``. The client is of no further use then.
        """
        left = max(0.0, self._timeout - over)
        self._end = time.monotonic() + left
        self._call = None
        outcome: list[t.Any] = []
        failure: list[BaseException] = []

        def run() -> None:
            try:
                outcome.append(work())
            except BaseException as error:  # pylint: disable=broad-exception-caught
                # not swallowed: it is raised again below, in the thread that waits
                failure.append(error)

        # Ansible keeps what it knows of the running task in context variables; warnings need it
        thread = threading.Thread(target=contextvars.copy_context().run, args=(run,), daemon=True)
        with warnings.catch_warnings():
            # of validate_certs: false, which is the user's own choice
            warnings.filterwarnings("ignore", message="Unverified HTTPS request")
            thread.start()
            thread.join(left)
        if outcome:
            return t.cast(T, outcome[0])
        if failure:
            raise failure[0]
        self._cut_off()
        raise self._timed_out()

    def _cut_off(self) -> None:
        """End what is still being read, so that the thread left behind ends and its connection is closed.

        Where this does nothing (no answer has begun, or urllib3 is older than 2.3) both last until the server lets go
        or the process ends, which they do not hold up.
        """
        shutdown = getattr(getattr(self._response, "raw", None), "shutdown", None)
        if shutdown:
            # it may have ended by itself in this very moment
            with contextlib.suppress(OSError, RuntimeError, ValueError):
                shutdown()

    def send(self, call: Call, read: t.Callable[[t.Iterator[bytes], t.Mapping[str, str]], T]) -> T:
        """Make a call and read its answer, again when the failure is one that passes.

        Args:
            call: what to send.
            read: turns the pieces of the body, decompressed, and the headers into a result. It is called anew for
                every attempt, and may raise ``CceError`` itself.

        Raises:
            CceError: when no attempt succeeded.
        """
        self._warn_of_plain_http(call.url)
        self._call = call
        attempt = 0
        while True:
            try:
                return self._attempt(call, read)
            except CceError as error:
                if not error.transient or attempt >= self._retries:
                    raise
                pause = self._pause(error, attempt)
                attempt += 1
                tries = f"Try {attempt + 1} of {self._retries + 1}"
                self._report.note(f"{tries} to {call.purpose} in {pause:.1f} s: {error}")
            time.sleep(pause)

    def _attempt(self, call: Call, read: t.Callable[[t.Iterator[bytes], t.Mapping[str, str]], T]) -> T:
        try:
            with self._open(call) as response:
                self._response = response
                signature = re.search("Signature=([0-9a-f]+)", response.request.headers.get("Authorization", ""))
                if signature:
                    # the answer may repeat it, and it is good for the same call once more
                    self._report.secret(signature[1])
                if not 200 <= response.status_code < 300:
                    raise _failure(call, response)
                return read(self._chunks(call, response), response.headers)
        except (OSError, urllib3.exceptions.HTTPError) as error:
            # All that requests raises itself is an OSError, but some of urllib3 slips through. "from None": the texts
            # of both may repeat headers and proxy addresses
            raise self._broken(call, error) from None
        finally:
            # whoever holds an answer keeps its connection open
            self._response = None

    def _open(self, call: Call) -> requests.Response:
        remaining = self._remaining()
        try:
            return self._session.request(
                call.method,
                call.url,
                auth=call.auth,
                json=call.json,
                headers=dict(call.headers),
                # as an argument, since a session's own value loses to REQUESTS_CA_BUNDLE
                verify=self._verify,
                proxies=self._proxies,
                timeout=(remaining, remaining),
                # requests would send X-Auth-Token on to another host
                allow_redirects=False,
                stream=True,
                **call.more,
            )
        except requests.exceptions.RequestException:
            raise
        except ValueError as error:
            # requests before 2.28 stumbles over a proxy variable that is no address
            raise requests.exceptions.InvalidURL(error) from None

    def _chunks(self, call: Call, response: requests.Response) -> t.Iterator[bytes]:
        size = 0
        for chunk in _pieces(response):
            self._remaining()
            size += len(chunk)
            if size > MAX_BODY:
                raise CceError(
                    f"Could not {call.purpose}: the answer of {_host(call.url)} is larger than "
                    f"{MAX_BODY // 2**20} MiB; {_advice(call, 'response')}.",
                    "response",
                    http_status=response.status_code,
                    url=shown_url(call.url),
                )
            yield chunk

    def _remaining(self) -> float:
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise self._timed_out()
        return remaining

    def _timed_out(self) -> CceError:
        doing = self._call.purpose if self._call else "connect"
        return CceError(
            f"Could not {doing} within {self._timeout:.10g} s: check the network, or raise timeout.",
            "timeout",
            url=shown_url(self._call.url) if self._call else None,
        )

    def _pause(self, error: CceError, attempt: int) -> float:
        """Seconds until the next try.

        Raises:
            CceError: when that would be after the deadline.
        """
        remaining = self._remaining()
        # no time, or one that is over by this machine's clock, is no reason to try again without a pause
        if error.retry_after:
            if error.retry_after >= remaining:
                raise _given_up(
                    error, f"it asks to wait {error.retry_after:.10g} s, and timeout leaves {remaining:.1f} s"
                )
            return error.retry_after
        longest = min(_FIRST_PAUSE * 2 ** min(attempt, 10), _LONGEST_PAUSE)
        # between half and all of it, so that many who failed together do not come back together
        pause = random.uniform(longest / 2, longest)
        if pause >= remaining:
            raise _given_up(error, f"timeout leaves no time for another try: {remaining:.1f} s")
        return pause

    def _broken(self, call: Call, error: Exception) -> CceError:
        if time.monotonic() >= self._end:
            # whatever it was: the time is up, and most likely that is why
            return self._timed_out()
        found = _diagnosis(error, call)
        return CceError(
            f"Could not {call.purpose}: {found.what}; {found.advice}.",
            found.kind,
            url=shown_url(call.url),
            transient=found.transient,
        )

    def _warn_of_plain_http(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme == "http" and not _is_loopback(host) and host not in self._warned_hosts:
            self._warned_hosts.add(host)
            self._report.warn(f"Credentials travel unencrypted to {host}: use an https address.")


# ---------------------------------------------------------------------------------------------------------------------
# addresses


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _can_be_reached(url: str) -> bool:
    """Whether host and port are such that a connection can be tried."""
    try:
        parts = urlsplit(url)
        return parts.port != 0 and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        return False


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def shown_url(url: str) -> str:
    """The address as the user may see it: without credentials and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, _host(url), parts.path, "", ""))


# ---------------------------------------------------------------------------------------------------------------------
# failures


def _advice(call: Call, kind: str) -> str:
    return call.advice.get(kind) or _ADVICE[kind]


class _Diagnosis(t.NamedTuple):
    """What an exception of requests means, worded to follow "Could not list the jobs: "."""

    kind: str
    what: str
    advice: str
    transient: bool = False


def _diagnosis(error: Exception, call: Call) -> _Diagnosis:
    """What went wrong before there was an answer, or in the middle of it.

    The texts of requests and urllib3 stay out: they may repeat headers and the proxy's password. Those of the operating
    system and of the TLS library are safe.
    """
    host = _host(call.url)
    found = requests.exceptions
    wrong = urllib3.exceptions
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


def _given_up(error: CceError, why: str) -> CceError:
    """The failure with the reason why there is no other try."""
    error.args = (f"{str(error).rstrip('.')} ({why}).",)
    return error


def _failure(call: Call, response: requests.Response) -> CceError:
    """An answer that is no success, as an error."""
    status = response.status_code
    host = _host(call.url)
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
        return _presentable(_host(response.headers.get("Location", ""))) or "another address"
    except ValueError:
        return "another address"


def _pieces(response: requests.Response) -> t.Iterator[bytes]:
    """The body in pieces, decompressed.

    Not by urllib3: before 2.6 it unpacks all that it has read at once, which can be a thousand times as much, and for
    several layers a million times.
    """
    packed = response.raw.stream(_PIECE, decode_content=False)
    coding = response.headers.get("Content-Encoding", "").strip().lower()
    if coding in ("", "identity"):
        return t.cast("t.Iterator[bytes]", packed)
    if coding in ("gzip", "x-gzip"):
        return _unpacked(packed)
    raise requests.exceptions.ContentDecodingError(coding)


def _unpacked(packed: t.Iterable[bytes]) -> t.Iterator[bytes]:
    """What pieces of gzip hold, in pieces of a bounded size."""
    gzip = zlib.MAX_WBITS | 16
    decompressor = zlib.decompressobj(gzip)
    try:
        for rest in packed:
            while rest:
                if decompressor.eof:
                    decompressor = zlib.decompressobj(gzip)
                yield decompressor.decompress(rest, _PIECE)
                rest = decompressor.unconsumed_tail or decompressor.unused_data
        yield decompressor.flush()
    except zlib.error as error:
        raise requests.exceptions.ContentDecodingError(error) from None
    if not decompressor.eof:
        raise requests.exceptions.ChunkedEncodingError("the end of gzip is missing")


def _beginning(response: requests.Response) -> bytes:
    """As much of a failure's body as is worth looking at, and as can be had."""
    body = b""
    # the status says enough; a broken body must neither hide it nor make a refused credential be sent again
    with contextlib.suppress(OSError, urllib3.exceptions.HTTPError):
        for piece in _pieces(response):
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
