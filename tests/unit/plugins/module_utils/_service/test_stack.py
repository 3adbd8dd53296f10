# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way from an entry point to a job is short: few calls of the collection are on the stack when a job is read."""

from __future__ import annotations

import contextlib
import sys
import threading
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api.cce import Cce

PLUGINS = str(Path(sys.modules[Cce.__module__].__file__ or "").parents[2])
# Calls of both threads together, from where the options are known to the first read of a job.
MAX_CALLS = 10

ACCESS = {"endpoint": "https://cce.example.com", "project_id": "p1", "token": "t-o-k-e-n"}

Run = t.Callable[..., t.Any]


def own_calls(ident: int) -> list[str]:
    """The functions of the collection that are on the stack of a thread, the outermost first."""
    frame = sys._current_frames()[ident]
    calls = []
    while frame:
        if frame.f_code.co_filename.startswith(PLUGINS):
            calls.insert(0, f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}")
        frame = t.cast(t.Any, frame.f_back)
    return calls


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The calls on the stacks of both threads when the only job in the list was read for the first time."""
    found: list[str] = []

    class Raw(dict[str, t.Any]):
        def get(self, key: t.Any, default: t.Any = None) -> t.Any:
            if not found:
                main = own_calls(t.cast(int, threading.main_thread().ident))
                found.extend(main + own_calls(threading.get_ident()))
            return super().get(key, default)

    class Listed:
        sent_at = None

        def __iter__(self) -> t.Iterator[t.Any]:
            yield Raw({"metadata": {"uid": "a"}, "spec": {}, "status": {"status": "Failed"}})

    monkeypatch.setattr(Cce, "jobs", lambda self, deadline: contextlib.nullcontext(Listed()))
    return found


def test_few_calls_from_the_module_to_a_job(run_action: Run, calls: list[str]) -> None:
    assert [job["id"] for job in run_action({**ACCESS, "status": ["Failed"]})["jobs"]] == ["a"]
    # before that, the action decides whether to run in its own process
    own = calls[calls.index("_in_process.run_in_process") :]
    assert len(own) <= MAX_CALLS, own


def test_few_calls_from_the_lookup_to_a_job(run_lookup: Run, calls: list[str]) -> None:
    assert [job["id"] for job in run_lookup(**ACCESS, status=["Failed"])] == ["a"]
    own = calls[calls.index("jobs.run") :]
    assert len(own) <= MAX_CALLS, own
