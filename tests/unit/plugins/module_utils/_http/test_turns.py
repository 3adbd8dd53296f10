# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks in turns: how many at a time, in which order, and what is left when the deadline passes."""

from __future__ import annotations

import functools
import threading
import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline, run_in_turns

LIMIT = 60


def test_results_are_in_the_order_of_the_tasks() -> None:
    tasks = [[functools.partial(pow, number, 2)] for number in range(1, 30)]
    assert run_in_turns(Deadline(LIMIT), tasks, 4) == [number**2 for number in range(1, 30)]
    assert run_in_turns(Deadline(LIMIT), [], 4) == []


def test_as_many_as_allowed_run_at_the_same_time() -> None:
    running, most = [0], [0]
    lock = threading.Lock()
    # passes only when so many tasks have arrived there
    together = threading.Barrier(8)

    def task() -> bool:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        together.wait(LIMIT)
        with lock:
            running[0] -= 1
        return True

    assert run_in_turns(Deadline(LIMIT), [[task]] * 24, 8) == [True] * 24
    assert most == [8]


def test_first_steps_come_first() -> None:
    steps: list[str] = []

    def step(name: str, result: str | None) -> str | None:
        steps.append(name)
        return result

    tasks = [
        [functools.partial(step, f"{number} a", None), functools.partial(step, f"{number} b", str(number))]
        for number in range(3)
    ]
    assert run_in_turns(Deadline(LIMIT), tasks, 1) == ["0", "1", "2"]
    assert steps == ["0 a", "1 a", "2 a", "0 b", "1 b", "2 b"]


def test_step_with_a_result_ends_its_task() -> None:
    assert run_in_turns(Deadline(LIMIT), [[lambda: "early", lambda: pytest.fail("too late")]], 1) == ["early"]


class PassesWhen(Deadline):
    """A deadline that passes for the thread that waits as soon as an event occurs."""

    def __init__(self, event: threading.Event) -> None:
        super().__init__(LIMIT)
        self._event = event
        self._waiting = threading.current_thread()

    def remaining(self) -> float:
        if threading.current_thread() is self._waiting:
            assert self._event.wait(LIMIT)
            return 0.0
        return super().remaining()


def test_what_is_done_by_the_deadline_is_returned() -> None:
    done, end = threading.Event(), threading.Event()

    def hang() -> str:
        # as soon as the other task is done and this one has begun, time is over
        done.set()
        assert end.wait(LIMIT)
        return "late"

    try:
        found = run_in_turns(PassesWhen(done), [[lambda: "in time"], [hang], [hang]], 1)
    finally:
        end.set()
    assert found == ["in time", None, None]


def test_exceptions_are_raised() -> None:
    def fail() -> t.NoReturn:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_in_turns(Deadline(LIMIT), [[fail]], 1)
