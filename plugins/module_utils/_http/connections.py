# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Connections whose responses end with the deadline.

The timeout of a socket is that of one read. A server that sends a byte now and then would keep a thread and a
connection for as long as it likes, long after the task that asked has failed.
"""

from __future__ import annotations

import base64
import contextlib
import contextvars
import functools
import http.client
import io
import socket
import typing as t

from .deadline import Deadline
from .library import requests

if t.TYPE_CHECKING:
    from requests.adapters import HTTPAdapter

_DEADLINE: contextvars.ContextVar[Deadline] = contextvars.ContextVar("opentelekomcloud_cce_deadline")

# Statuses of responses that are followed by the real one, apart from 100, which the standard library knows
_INTERIM = range(102, 200)


@contextlib.contextmanager
def responses_by(deadline: Deadline) -> t.Iterator[None]:
    """Let responses to the requests that this thread sends in the context end by the deadline."""
    token = _DEADLINE.set(deadline)
    try:
        yield
    finally:
        _DEADLINE.reset(token)


def adapter() -> HTTPAdapter:
    """An adapter for a session, with and without a proxy."""
    made = requests.adapters.HTTPAdapter()
    _use_timed_responses(made.poolmanager)
    make_manager = made.proxy_manager_for

    def proxy_manager_for(*arguments: t.Any, **options: t.Any) -> t.Any:
        manager = make_manager(*arguments, **options)
        _use_timed_responses(manager)
        return manager

    made.proxy_manager_for = proxy_manager_for  # type: ignore[method-assign]
    made.proxy_headers = _proxy_headers  # type: ignore[method-assign]
    return made


def _proxy_headers(proxy: str) -> dict[str, str]:
    """The headers for a proxy. requests would encode user and password in Latin-1, and fail if that is impossible."""
    user, password = requests.utils.get_auth_from_url(proxy)
    if not user:
        return {}
    # as curl and browsers send it (RFC 7617, section 2.1)
    return {"Proxy-Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


def _use_timed_responses(manager: t.Any) -> None:
    """Let a pool manager of urllib3 make such connections."""
    manager.pool_classes_by_scheme = {
        scheme: _timed(pool_class) for scheme, pool_class in manager.pool_classes_by_scheme.items()
    }


@functools.lru_cache(None)
def _timed(pool_class: t.Any) -> t.Any:
    """The class of a connection pool, whose connections read such responses."""
    connection_class = pool_class.ConnectionCls
    if getattr(connection_class, "response_class", None) is _TimedResponse:
        return pool_class
    timed = type(connection_class.__name__, (connection_class,), {"response_class": _TimedResponse})
    return type(pool_class.__name__, (pool_class,), {"ConnectionCls": timed})


class _TimedResponse(http.client.HTTPResponse):
    """A response that cannot be read after the deadline, also while its headers arrive.

    The standard library takes an interim response such as 103 for the real one.
    """

    def __init__(self, sock: socket.socket, *arguments: t.Any, **options: t.Any) -> None:
        super().__init__(sock, *arguments, **options)
        deadline = _DEADLINE.get(None)
        if deadline:
            self.fp: io.BufferedReader = io.BufferedReader(_TimedReader(self.fp.detach(), sock, deadline))

    def begin(self) -> None:
        super().begin()
        while self.status in _INTERIM:
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()


class _TimedReader(io.RawIOBase):
    """Reads from a socket until the deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._raw = raw
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: t.Any) -> int | None:
        try:
            remaining = self._deadline.remaining()
            if not remaining:
                raise socket.timeout("timed out")
            self._sock.settimeout(remaining)
            return t.cast("int | None", self._raw.readinto(buffer))
        except socket.timeout:
            # the exception may keep the response, and with it the socket, from being closed
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            self._raw.close()
            raise

    def close(self) -> None:
        self._raw.close()
        super().close()
