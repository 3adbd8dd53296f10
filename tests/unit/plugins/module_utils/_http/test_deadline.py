# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deadlines: several works at the same time, and the end of waiting for those that are late."""

from __future__ import annotations

import contextvars
import threading
import time
import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import (
    Deadline,
    DeadlinePassed,
    run_by,
)

# No test waits that long unless something is broken
PATIENCE = 60.0


def fail_with(error: BaseException) -> t.Callable[[], t.NoReturn]:
    def work() -> t.NoReturn:
        raise error

    return work


@pytest.fixture
def hanging() -> t.Iterator[t.Callable[[], bool]]:
    """A work that ends with the test."""
    over = threading.Event()
    yield over.wait
    over.set()


def test_remaining_time_ends_at_zero() -> None:
    deadline = Deadline(0)
    assert (deadline.seconds, deadline.remaining()) == (0, 0.0)
    left = Deadline(PATIENCE).remaining()
    assert 0 < left <= PATIENCE


def test_works_run_at_the_same_time() -> None:
    # each one waits until all of them run
    together = threading.Barrier(3)
    assert len(run_by(Deadline(PATIENCE), *[lambda: together.wait(PATIENCE)] * 3)) == 3


def test_results_have_the_order_of_the_works() -> None:
    second_is_done = threading.Event()

    def first() -> str:
        assert second_is_done.wait(PATIENCE)
        return "first"

    def second() -> str:
        second_is_done.set()
        return "second"

    assert run_by(Deadline(PATIENCE), first, second) == ["first", "second"]


def test_nothing_to_do() -> None:
    assert run_by(Deadline(0)) == []


def test_none_is_a_result() -> None:
    assert run_by(Deadline(PATIENCE), lambda: None) == [None]


@pytest.mark.parametrize("error", [ValueError("a"), KeyboardInterrupt(), SystemExit(3)], ids=repr)
def test_exception_of_a_work(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught:
        run_by(Deadline(PATIENCE), lambda: None, fail_with(error), lambda: None)
    assert caught.value is error


def test_first_of_several_exceptions() -> None:
    first, second = ValueError("first"), OSError("second")
    with pytest.raises(ValueError, match="first") as caught:
        run_by(Deadline(PATIENCE), fail_with(first), fail_with(second))
    assert caught.value is first


def test_exception_does_not_wait_for_later_works(hanging: t.Callable[[], bool]) -> None:
    with pytest.raises(ValueError, match="a"):
        run_by(Deadline(PATIENCE), fail_with(ValueError("a")), hanging)


def test_late_work_is_abandoned(hanging: t.Callable[[], bool]) -> None:
    before = set(threading.enumerate())
    start = time.monotonic()
    with pytest.raises(DeadlinePassed):
        run_by(Deadline(0.1), lambda: 1, hanging, hanging)
    assert time.monotonic() - start >= 0.1
    abandoned = [thread for thread in threading.enumerate() if thread not in before]
    assert len(abandoned) == 2
    # the interpreter does not wait for them when it ends
    assert all(thread.daemon for thread in abandoned)


def test_exception_of_a_late_work_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    printed: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", printed.append)
    over = threading.Event()
    threads: list[threading.Thread] = []

    def late() -> t.NoReturn:
        threads.append(threading.current_thread())
        over.wait(PATIENCE)
        raise ValueError("too late")

    with pytest.raises(DeadlinePassed):
        run_by(Deadline(0.1), late)
    over.set()
    [thread] = threads
    thread.join(PATIENCE)
    assert not thread.is_alive()
    assert printed == []


def test_works_have_the_context_variables_of_the_caller() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("task")

    def work() -> str:
        before = variable.get()
        variable.set("changed by a work")
        return before

    assert run_by(Deadline(PATIENCE), work, work) == ["task", "task"]
    assert variable.get() == "task"
