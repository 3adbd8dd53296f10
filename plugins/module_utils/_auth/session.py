# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""A login and a connection that serve more than one answer."""

from __future__ import annotations

import time
import typing as t
from contextlib import contextmanager

from .._http.client import Client
from .._options.settings import Settings
from .._report import Report
from .identity import Identity, identify

# Seconds: what lies between this process and the cloud may forget a connection that is idle for longer, without a word
_LONGEST_IDLE = 30.0

_MOST_KEPT = 8


class Session:
    """Who is calling, found out when that is first needed, and the client that has the connection.

    It is of no further use after a failure: the client may have run out of time, or the token may be void.
    """

    def __init__(self, settings: Settings, agent: str, report: Report) -> None:
        self.client = Client(
            verify=settings.verify,
            proxy=settings.proxy,
            timeout=settings.timeout,
            retries=settings.retries,
            agent=agent,
            report=report,
        )
        self.last_used = time.monotonic()
        self._settings = settings
        self._report = report
        self._identity: Identity | None = None
        self._secrets: list[str] = []

    def serve(self, report: Report) -> None:
        """Tell this one from now on, and let it know which secrets the login brought."""
        self._report = report
        self.client.tell(report)
        for secret in self._secrets:
            report.secret(secret)

    def identity(self) -> Identity:
        """Who is calling.

        Raises:
            CceError: as ``identify`` does.
        """
        if self._identity is None:
            self._secrets = []
            self._identity = identify(self._settings, self.client, self._report._replace(secret=self._hear))
        return self._identity

    def renewed_identity(self) -> Identity:
        """The same after another login."""
        self._identity = None
        return self.identity()

    def _hear(self, secret: str) -> None:
        self._secrets.append(secret)
        self._report.secret(secret)


Kept = dict[Settings, Session]
"""Sessions for later use, by the connection options that they were made from. It must not outlive a fork: a connection
that two processes write to gives each the answers of the other."""


@contextmanager
def session_for(settings: Settings, agent: str, report: Report, kept: Kept | None) -> t.Iterator[Session]:
    """A session for these settings: a kept one if there is one, which nobody else has in the meantime.

    Args:
        settings: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where warnings and notes go.
        kept: where to look for it, and where to leave it; without that it ends with the block.
    """
    session = kept.pop(settings, None) if kept else None
    if session and time.monotonic() - session.last_used > _LONGEST_IDLE:
        session.client.close()
        session = None
    session = session or Session(settings, agent, report)
    session.serve(report)
    try:
        yield session
    except BaseException:
        session.client.close()
        raise
    if kept is None:
        session.client.close()
        return
    session.last_used = time.monotonic()
    while len(kept) >= _MOST_KEPT:
        oldest = min(kept, key=lambda settings: kept[settings].last_used)
        kept.pop(oldest).client.close()
    kept[settings] = session
