# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An event source that ends after some polls, and a queue for its events."""

from __future__ import annotations

import asyncio
import logging
import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.event_source import run
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch import Watcher


class EnoughPolls(Exception):
    """Ends the endless loop of an event source."""


class Queue:
    """Where events go."""

    def __init__(self) -> None:
        self.events: list[dict[str, t.Any]] = []

    async def put(self, event: dict[str, t.Any]) -> None:
        self.events.append(event)


def end_after(polls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let event sources raise ``EnoughPolls`` after so many polls, without pauses between them."""
    left = [polls]

    def pause(_watcher: Watcher) -> float:
        left[0] -= 1
        if not left[0]:
            raise EnoughPolls
        return 0.0

    monkeypatch.setattr(Watcher, "pause", pause)


def run_polls(cloud: t.Any, polls: int, monkeypatch: pytest.MonkeyPatch, **options: t.Any) -> list[dict[str, t.Any]]:
    """The events of so many polls of a cloud, which has a ``server`` and options to ``access`` it."""
    end_after(polls, monkeypatch)
    queue = Queue()
    with cloud.server, pytest.raises(EnoughPolls):
        asyncio.run(run(queue, cloud.access(**options), logging.getLogger("test")))
    return queue.events
