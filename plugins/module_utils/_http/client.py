# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""HTTP: one session with a deadline, retries, TLS, a proxy and a size cap. What fails is for ``_failures`` to explain.

Nothing here knows what the calls are about; who makes a call says it in a ``Call``.
"""

from __future__ import annotations

import contextlib
import contextvars
import ipaddress
import random
import re
import threading
import time
import traceback
import typing as t
import warnings
import zlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from .._errors import CceError
from .._report import Report

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

# Bytes of a body that are handed on at once, at most
_PIECE = 64 * 1024

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0


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
        self._timeout = timeout
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
                self._report.info(f"{tries} to {call.purpose} in {pause:.1f} s: {error}")
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
                    # where it is used, as below: Ansible compiles a module's files anew for each task, and most succeed
                    from . import errors

                    raise errors.refused(call, response)
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
        for chunk in pieces(response):
            self._remaining()
            size += len(chunk)
            if size > MAX_BODY:
                from . import errors

                raise errors.too_large(call, response, MAX_BODY)
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
        from . import errors

        return errors.broken(call, error)

    def _warn_of_plain_http(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme == "http" and not _is_loopback(host) and host not in self._warned_hosts:
            self._warned_hosts.add(host)
            self._report.warning(f"Credentials travel unencrypted to {host}: use an https address.")


def _given_up(error: CceError, why: str) -> CceError:
    """The failure with the reason why there is no other try."""
    error.args = (f"{str(error).rstrip('.')} ({why}).",)
    return error


# ---------------------------------------------------------------------------------------------------------------------
# addresses


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(url: str) -> str:
    """Host and port of an address, without credentials."""
    return urlsplit(url).netloc.rpartition("@")[2]


def shown_url(url: str) -> str:
    """The address as the user may see it: without credentials and query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, host_of(url), parts.path, "", ""))


# ---------------------------------------------------------------------------------------------------------------------
# bodies


def pieces(response: requests.Response) -> t.Iterator[bytes]:
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
