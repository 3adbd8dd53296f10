# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A moment by which work must be done, and a way to stop waiting for work that is late."""

from __future__ import annotations

import collections
import contextlib
import contextvars
import threading
import time
import typing as t

T = t.TypeVar("T")


class Deadline:
    """A moment in the future.

    Attributes:
        seconds: the time limit that it was made from.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds that are left, 0 when it has passed."""
        return max(0.0, self._end - time.monotonic())


class DeadlinePassed(Exception):
    """The work was not done by the deadline."""


def run_by(deadline: Deadline, *works: t.Callable[[], T]) -> list[T]:
    """Run functions at the same time, and return their results.

    Each one runs in a thread of its own, because nothing else stops waiting in time for whatever delays it: a name
    server, a TLS handshake, a server that sends a byte now and then. None of these respects the timeout of a socket.

    Raises:
        DeadlinePassed: when they are not done by the deadline. Their threads are abandoned.
        BaseException: what a function raises.
    """
    workers = [Worker(work) for work in works]
    return [worker.result(deadline) for worker in workers]


def run_in_turns(
    deadline: Deadline, tasks: t.Sequence[t.Sequence[t.Callable[[], T | None]]], at_most: int
) -> list[T | None]:
    """Run tasks of several steps, each in order, and return the results of their last steps.

    Only so many steps run at the same time. The first steps of all tasks come first, so that short ones, such as
    logins, do not wait for long ones.

    Args:
        deadline: when to stop waiting. Steps that are running then are abandoned, and later ones are not begun.
        tasks: for each task, its steps. A step that returns something other than None ends its task.
        at_most: how many steps may run at the same time.

    Returns:
        For each task, its result, None if it has none by the deadline.

    Raises:
        BaseException: what a step raises.
    """
    results: list[T | None] = [None] * len(tasks)
    waiting = collections.deque((number, iter(steps)) for number, steps in enumerate(tasks))

    def work() -> None:
        # the thread that adds a step takes it or leaves it to another one, so none is forgotten
        while waiting and deadline.remaining():
            try:
                number, steps = waiting.popleft()
            except IndexError:
                return
            step = next(steps, None)
            if step:
                results[number] = step()
                if results[number] is None:
                    waiting.append((number, steps))

    workers = [Worker(work) for _number in range(min(at_most, len(tasks)))]
    with contextlib.suppress(DeadlinePassed):
        for worker in workers:
            worker.result(deadline)
    # a copy, because a thread that was abandoned may still add its result
    return list(results)


class Worker(threading.Thread, t.Generic[T]):
    """A thread that keeps what its function returns or raises."""

    def __init__(self, work: t.Callable[[], T]) -> None:
        super().__init__(daemon=True, name="opentelekomcloud.cce")
        self._work = work
        # Ansible keeps what it knows about the running task in context variables, and warnings need it
        self._context = contextvars.copy_context()
        self._outcome: list[T] = []
        self._failure: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            self._outcome.append(self._context.run(self._work))
        except BaseException as error:  # pylint: disable=broad-exception-caught
            # raised again by result(), in the thread that waits
            self._failure = error

    def result(self, deadline: Deadline) -> T:
        """Return what the function returned, or raise what it raised."""
        self.join(deadline.remaining())
        if self._failure is not None:
            raise self._failure
        if not self._outcome:
            raise DeadlinePassed
        return self._outcome[0]
