# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A login and a connection that serve more than one fetch."""

from __future__ import annotations

import threading
import time
import typing as t
from contextlib import contextmanager

from .._errors import CceError
from .._http.client import Attempt, Client
from .._http.deadline import Deadline
from .._options.regions import region_of_project
from .._options.settings import Settings
from .._report import Report
from .identity import Identity, Logins
from .login import identify

MAX_IDLE_SECONDS = 30.0
"""Firewalls and load balancers may drop a connection that is idle for longer, without notice."""

_MAX_KEPT = 8


class Project(t.NamedTuple):
    """A project, as far as it is known without another call."""

    id: str | None
    name: str | None
    region: str | None


class Session:
    """The caller's identity, found out when it is first needed, and the client that has the connection.

    Args:
        settings: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where messages go.
        client: has the connection, None for a new one.
    """

    def __init__(self, settings: Settings, agent: str, report: Report, client: Client | None = None) -> None:
        self.client = client or new_client(settings, agent, report)
        self.last_used = time.monotonic()
        self._settings = settings
        self._report = report
        self._identity: Identity | None = None
        self._logins = Logins()
        self._secrets: list[str] = []
        self._lock = threading.Lock()

    def use_report(self, report: Report) -> None:
        """Switch to a new report and register the secrets of the login again."""
        self._report = report
        self.client.use_report(report)
        for secret in self._secrets:
            report.secret(secret)

    def identity(self, deadline: Deadline) -> Identity:
        """The identity of the caller.

        Raises:
            CceError: as ``identify`` does.
        """
        with self._lock:
            if self._identity is None:
                self._secrets = []
                report = self._report._replace(secret=self._remember)
                self._identity = self._identify(report, deadline)
            return self._identity

    def _identify(self, report: Report, deadline: Deadline) -> Identity:
        return identify(self._settings, self.client, report, deadline, self._logins)

    @property
    def identified(self) -> bool:
        """Whether the identity of the caller is known: after a login if it takes one."""
        return self._identity is not None

    def project(self) -> Project:
        """The project that calls are about: after the first call with its ID."""
        known = self._identity or self._settings
        region = known.region or region_of_project(known.project_name)
        return Project(known.project_id, known.project_name, region)

    def attempts(self, purpose: str, deadline: Deadline, *, announce: bool = True) -> t.Iterator[Attempt]:
        """Attempts as those of ``Client.attempts``, and again after another login when the first login has expired.

        A key that was rejected is not used again: after some failures in a row, the cloud locks it. The metadata
        service of a server returns the same one until it is about to expire.
        """
        try:
            yield from self.client.attempts(purpose, deadline, announce=announce)
        except CceError as error:
            used = self._identity
            if error.kind != "authentication" or used is None or not used.renewable:
                raise
            rejected = error
        else:
            return
        self._report.info(
            "Access key rejected; getting another one." if used.key else "Token rejected; logging in again."
        )
        self._forget(used)
        if used.key and self.identity(deadline).key == used.key:
            raise rejected
        yield from self.client.attempts(purpose, deadline, announce=announce)

    def _forget(self, identity: Identity) -> None:
        """Log in again for the next call, unless another thread has done so already."""
        with self._lock:
            if self._identity is identity:
                self._identity = None

    def _remember(self, secret: str) -> None:
        self._secrets.append(secret)
        self._report.secret(secret)


def new_client(settings: Settings, agent: str, report: Report) -> Client:
    return Client(verify=settings.verify, proxy=settings.proxy, retries=settings.retries, agent=agent, report=report)


class Reusable(t.Protocol):
    """A session, or the sessions of several projects together."""

    client: Client
    last_used: float

    def use_report(self, report: Report) -> None:
        """Switch to a new report and register the secrets of the login again."""


R = t.TypeVar("R", bound=Reusable)


class SessionPool:
    """Sessions for later use, by the settings that they were made from.

    It must not outlive a fork: a connection that two processes write to gives each one the responses to the other.
    """

    def __init__(self) -> None:
        self._sessions: dict[Settings, t.Any] = {}
        self._rejected: dict[Settings, tuple[float, CceError]] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def take(self, settings: Settings) -> t.Any:
        """A session for these settings, for the caller alone until it is put back. None if there is none."""
        session = self._sessions.pop(settings, None)
        if session and time.monotonic() - session.last_used > MAX_IDLE_SECONDS:
            session.client.close()
            return None
        return session

    def put(self, settings: Settings, session: Reusable) -> None:
        """Keep a session, in place of the one that was used the longest time ago if there are too many."""
        session.last_used = time.monotonic()
        while len(self._sessions) >= _MAX_KEPT:
            oldest = min(self._sessions, key=lambda kept: self._sessions[kept].last_used)
            self._sessions.pop(oldest).client.close()
        self._sessions[settings] = session

    def failed(self, settings: Settings, error: CceError) -> None:
        """Note why a session failed, for ``check``."""
        if error.kind == "authentication":
            self._rejected[settings] = time.monotonic(), error

    def check(self, settings: Settings) -> None:
        """Check that these credentials were not rejected a moment ago.

        From ansible-core 2.19 on, a template with a lookup that fails evaluates its other lookups as well. Each of them
        would send the same password, and after some failures in a row, the cloud locks the user.

        Raises:
            CceError: the one that they were rejected with.
        """
        now = time.monotonic()
        self._rejected = {each: (at, why) for each, (at, why) in self._rejected.items() if now - at <= MAX_IDLE_SECONDS}
        if settings in self._rejected:
            raise self._rejected[settings][1]

    def clear(self) -> None:
        """Forget all sessions without closing their connections, which the parent of a fork still uses."""
        self._sessions.clear()
        self._rejected.clear()


def session_for(
    settings: Settings, agent: str, report: Report, pool: SessionPool | None = None
) -> t.ContextManager[Session]:
    """A session for these settings: see ``reused``."""
    return reused(Session, settings, agent, report, pool)


@contextmanager
def reused(
    make: t.Callable[[Settings, str, Report], R],
    settings: Settings,
    agent: str,
    report: Report,
    pool: SessionPool | None = None,
) -> t.Iterator[R]:
    """A session for these settings, or the sessions of several projects.

    It returns to the pool at the end of the context, but not after an exception: then the login may be void.

    Args:
        make: makes a new one from the next three arguments.
        settings: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where messages go.
        pool: sessions of earlier calls, None to keep none.

    Raises:
        CceError: when these credentials were rejected a moment ago.
    """
    if pool is not None:
        pool.check(settings)
    session: R = (pool.take(settings) if pool is not None else None) or make(settings, agent, report)
    session.use_report(report)
    try:
        yield session
    except BaseException as error:
        session.client.close()
        if pool is not None and isinstance(error, CceError):
            pool.failed(settings, error)
        raise
    if pool is None:
        session.client.close()
    else:
        pool.put(settings, session)
