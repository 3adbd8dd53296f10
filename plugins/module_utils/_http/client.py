# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""HTTP with a deadline, retries, TLS, a proxy, and a limit on the size of a body.

Nothing here knows what the calls are about: a ``Call`` describes itself.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import threading
import time
import typing as t
import warnings
from datetime import datetime
from urllib.parse import urlsplit

from .._errors import CacheMiss, CceError
from .._report import Report
from .._version import COLLECTION_VERSION
from . import connections, dates, decoding, errors
from .call import Call, is_loopback
from .deadline import Deadline, DeadlinePassed, Worker, run_in_turns
from .library import requests, urllib3

T = t.TypeVar("T")

_FIRST_PAUSE = 0.5
_MAX_PAUSE = 30.0

# requests takes a key with None as a proxy that is not to be used, whatever the environment says
_NO_PROXIES: dict[str, t.Any] = {"http": None, "https": None, "all": None}


class Response:
    """A successful response. Its body can be iterated over once, in decompressed pieces.

    Attributes:
        headers: the headers, whose names have no case.
        url: where it came from.
    """

    def __init__(self, call: Call, response: requests.Response, deadline: Deadline) -> None:
        self.headers: t.Mapping[str, str] = response.headers
        self.url = call.url
        self._call = call
        self._response = response
        self._deadline = deadline
        self._body = decoding.Body(response)

    @property
    def sent_at(self) -> datetime | None:
        """When it was sent, by the server's clock."""
        return dates.sent_at(self.headers)

    def digest(self) -> bytes | None:
        """A hash of the body as it was sent, which is read for it. None when it is too large for that.

        Raises:
            CceError: when it cannot be read.
        """
        with self._translated():
            return self._body.digest()

    def __iter__(self) -> t.Iterator[bytes]:
        size = 0
        with self._translated():
            for piece in self._body:
                if not self._deadline.remaining():
                    raise errors.timed_out(self._call, self._deadline)
                size += len(piece)
                if size > decoding.MAX_BODY:
                    raise errors.too_large(self._call, self._response, decoding.MAX_BODY)
                yield piece

    def beginning(self, limit: int) -> bytes:
        """The first bytes of the body, or all of it if it has no more than ``limit``."""
        body = bytearray()
        for piece in self:
            body += piece[: limit - len(body)]
            if len(body) == limit:
                break
        return bytes(body)

    def content(self, limit: int) -> bytes:
        """The whole body.

        Raises:
            CceError: when it has more than ``limit`` bytes, or cannot be read.
        """
        body = self.beginning(limit + 1)
        if len(body) > limit:
            raise errors.too_large(self._call, self._response, limit)
        return body

    @contextlib.contextmanager
    def _translated(self) -> t.Iterator[None]:
        """Turns exceptions of requests and urllib3 into our own."""
        try:
            yield
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise failure(self._call, error, self._deadline) from None


class Attempt:
    """One attempt of some work, as a context: it catches the failure, so that the loop around it can decide."""

    def __init__(self) -> None:
        self.error: CceError | None = None

    def __enter__(self) -> Attempt:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> bool:
        self.error = error if isinstance(error, CceError) else None
        return self.error is not None


class Client:
    """A pool of connections for all calls of a task. Threads may share it."""

    def __init__(self, *, verify: bool | str, proxy: str | None, retries: int, agent: str, report: Report) -> None:
        self._verify = verify
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._retries = retries
        self._agent = f"opentelekomcloud.cce/{COLLECTION_VERSION} {agent} {requests.utils.default_user_agent()}"
        self._report = report
        self._call: Call | None = None
        self._warned_hosts: set[str] = set()
        self._lock = threading.Lock()
        self._session = self._new_session()

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, connections.adapter())
        # requests would read the body of a redirect to its end, however long, and parse its URL, whatever it is
        session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
        session.headers.update(
            {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": self._agent},
        )
        return session

    def mask(self, text: str) -> str:
        """Return a text without the secrets that the current report knows of."""
        return self._report.mask(text)

    def close(self) -> None:
        """Close all connections."""
        self._session.close()

    def use_report(self, report: Report) -> None:
        """Switch to a new report and forget which warnings were shown."""
        self._report = report
        self._warned_hosts.clear()

    def run(self, work: t.Callable[[], T], deadline: Deadline) -> T:
        """Do some work that makes calls, and return its result by the deadline.

        Raises:
            CceError: of kind ``timeout`` when it takes longer.
        """
        self._call = None
        with _unverified_allowed():
            try:
                return Worker(work).result(deadline)
            except DeadlinePassed:
                self._abandon()
                raise errors.timed_out(self._call, deadline) from None

    def run_in_turns(
        self, tasks: t.Sequence[t.Sequence[t.Callable[[], T | None]]], deadline: Deadline, at_most: int
    ) -> list[T | None]:
        """Run tasks that make calls, as the function of the same name does."""
        with _unverified_allowed():
            results = run_in_turns(deadline, tasks, at_most)
        if None in results:
            self._abandon()
        return results

    def _abandon(self) -> None:
        """Give later calls connections of their own.

        The abandoned thread ends by itself, since no response can be read after the deadline. Only a name server can
        keep it for longer, but it does not keep the process from ending.
        """
        self._session.close()
        self._session = self._new_session()

    # -----------------------------------------------------------------------------------------------------------------
    # attempts

    def attempts(self, purpose: str, deadline: Deadline, *, announce: bool = True) -> t.Iterator[Attempt]:
        """Attempts of some work, until one succeeds. ::

            for attempt in client.attempts("list the jobs", deadline):
                with attempt:
                    return ...

        Args:
            purpose: what the work is for, worded to follow "to ".
            deadline: when all attempts and the pauses between them must be over.
            announce: whether to report each further attempt.

        Raises:
            CceError: the failure of the last attempt, when it is not retryable or there is no attempt left.
        """
        failures = itertools.count(1)
        while True:
            attempt = Attempt()
            yield attempt
            error = attempt.error
            if error is None:
                return
            if isinstance(error, CacheMiss):
                continue
            failed = next(failures)
            if not error.retryable or failed > self._retries:
                raise _final(error)
            pause = _pause(error, failed, deadline)
            if announce:
                self._report.info(
                    f"Attempt {failed + 1} of {self._retries + 1} to {purpose} starts in {pause:.1f} s: {error}"
                )
            time.sleep(pause)

    def fetch(
        self,
        call: Call,
        read: t.Callable[[Response], T],
        deadline: Deadline,
    ) -> T:
        """Make a call and read its response, again after a failure that may pass.

        Args:
            call: what to send.
            read: turns the response into a result. It may raise ``CceError``.
            deadline: when the result must be there.

        Raises:
            CceError: when no attempt succeeds.
        """
        for attempt in self.attempts(call.purpose, deadline):
            with attempt, self.open(call, deadline) as response:
                return read(response)
        raise AssertionError("the last attempt returns or raises")

    @contextlib.contextmanager
    def open(self, call: Call, deadline: Deadline) -> t.Iterator[Response]:
        """Make a call once. The connection is free for the next call when the context ends.

        Raises:
            CceError: when the call fails, also while the body is read.
        """
        if not call.on_link:
            self._warn_of_plain_http(call.url)
        self._call = call
        try:
            response = self._send(call, deadline)
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise failure(call, error, deadline) from None
        with contextlib.closing(response):
            self._mask_signature(response)
            if not 200 <= response.status_code < 300:
                from .diagnosis import bad_status

                refusal = bad_status(call, response, self._report.mask)
                # which of two threads notices first that the body comes too slowly must make no difference
                raise refusal if deadline.remaining() else errors.timed_out(call, deadline)
            yield Response(call, response, deadline)

    def _send(self, call: Call, deadline: Deadline) -> requests.Response:
        remaining = deadline.remaining()
        if not remaining:
            raise errors.timed_out(call, deadline)
        try:
            with connections.responses_by(deadline):
                return self._session.request(
                    call.method,
                    call.url,
                    auth=call.auth,
                    json=call.json,
                    headers=dict(call.headers),
                    # as an argument, since a session's own value loses to REQUESTS_CA_BUNDLE
                    verify=self._verify,
                    proxies=_NO_PROXIES if call.on_link else self._proxies,
                    timeout=(remaining, remaining),
                    # requests would send X-Auth-Token to the other host
                    allow_redirects=False,
                    stream=True,
                    **call.more,
                )
        except requests.exceptions.RequestException:
            raise
        except ValueError as error:
            # requests before 2.28 fails so on a proxy variable that is not a URL
            raise requests.exceptions.InvalidURL(error) from None

    def _mask_signature(self, response: requests.Response) -> None:
        # the response may repeat it, and it is valid for the same call again
        signature = re.search("Signature=([0-9a-f]+)", response.request.headers.get("Authorization", ""))
        if signature:
            (self._report.temporary or self._report.secret)(signature[1])

    def _warn_of_plain_http(self, url: str) -> None:
        host = urlsplit(url).hostname or ""
        if urlsplit(url).scheme != "http" or is_loopback(host):
            return
        with self._lock:
            is_new = host not in self._warned_hosts
            self._warned_hosts.add(host)
        if is_new:
            self._report.warning(f"Credentials are sent to {host} unencrypted. Use an https:// URL.")


@contextlib.contextmanager
def _unverified_allowed() -> t.Iterator[None]:
    with warnings.catch_warnings():
        # about validate_certs: false, which is the user's own choice
        warnings.filterwarnings("ignore", message="Unverified HTTPS request")
        yield


def failure(call: Call, error: Exception, deadline: Deadline) -> CceError:
    """The error for an exception of requests or urllib3. Once the time is over, that is most likely the reason."""
    if not deadline.remaining():
        return errors.timed_out(call, deadline)
    from .diagnosis import connection_failed

    return connection_failed(call, error)


def _final(error: CceError) -> CceError:
    """The failure, marked so that outer attempts do not repeat the work."""
    error.retryable = False
    return error


def _pause(error: CceError, failed: int, deadline: Deadline) -> float:
    """Seconds until the next attempt.

    Raises:
        CceError: when that would be after the deadline.
    """
    remaining = deadline.remaining()
    # with 0, or a time that has passed, there still is a pause
    if error.retry_after:
        if error.retry_after >= remaining:
            waits = f"the server asked to wait {error.retry_after:.10g} s"
            raise _gave_up(error, f"{waits}, but only {remaining:.1f} s of the timeout remain")
        return error.retry_after
    longest = min(_FIRST_PAUSE * 2 ** min(failed - 1, 10), _MAX_PAUSE)
    # between half and all of it, so that clients that failed together do not return together
    pause = random.uniform(longest / 2, longest)
    if pause >= remaining:
        raise _gave_up(error, f"only {remaining:.1f} s of the timeout remain, not enough for another attempt")
    return pause


def _gave_up(error: CceError, why: str) -> CceError:
    error.args = (f"{str(error).rstrip('.')} ({why}).",)
    return _final(error)
