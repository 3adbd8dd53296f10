# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state file: private, replaced as a whole, for one source at a time, and never silently dropped."""

from __future__ import annotations

import errno
import json
import os
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import state_file as state_file_module
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.changes import Memory, State
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.state_file import StateFile

RUNNING, SUCCESS = State("Running", False), State("Success", True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def filled(path: Path) -> StateFile:
    """A file with one project and two jobs."""
    opened = StateFile(str(path))
    memory = opened.memories["p1"] = Memory("filters")
    memory.learn("a", RUNNING)
    memory.learn("a", SUCCESS)
    memory.learn("b", RUNNING)
    memory.absent["b"] = 12.5
    opened.replace()
    return opened


def known(path: Path) -> dict[str, t.Any]:
    """The content of a file, as a restart reads it."""
    opened = StateFile(str(path))
    opened.close()
    return {project: (memory.filters, memory.histories, memory.absent) for project, memory in opened.memories.items()}


def test_a_restart_knows_everything(path: Path) -> None:
    opened = filled(path)
    opened.add("p1", "b", SUCCESS)
    opened.add("p1", "c", State(None, False))
    opened.close()
    histories = {"a": (RUNNING, SUCCESS), "b": (RUNNING, SUCCESS), "c": (State(None, False),)}
    assert known(path) == {"p1": ("filters", histories, {"b": 12.5})}


def test_a_line_that_was_cut_short_is_ignored(path: Path) -> None:
    opened = filled(path)
    opened.add("p1", "b", SUCCESS)
    opened.close()
    path.write_bytes(path.read_bytes()[:-4])
    assert known(path)["p1"][1]["b"] == (RUNNING,)
    # and what is added after that is not appended to it
    opened = StateFile(str(path))
    opened.add("p1", "c", RUNNING)
    opened.close()
    assert set(known(path)["p1"][1]) == {"a", "b", "c"}


def test_the_file_is_private(path: Path) -> None:
    old = os.umask(0)
    try:
        filled(path).close()
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_crash_while_it_is_replaced_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = filled(path)
    before = path.read_bytes()
    opened.memories["p1"].learn("c", RUNNING)

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(state_file_module.os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        opened.replace()
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]
    # nothing is added to a file that lacks what was before
    opened.add("p1", "c", SUCCESS)
    assert path.read_bytes() == before
    assert opened.is_due
    monkeypatch.undo()
    opened.replace()
    opened.close()
    assert set(known(path)["p1"][1]) == {"a", "b", "c"}


def test_a_full_disk_tears_no_line_in_the_middle(path: Path) -> None:
    opened = filled(path)
    real = opened._file

    class Full:
        def write(self, line: bytes) -> int:
            return int(real.write(line[:3]))

        def close(self) -> None:
            real.close()

    opened._file = Full()  # type: ignore[assignment]
    with pytest.raises(OSError, match="No space"):
        opened.add("p1", "b", SUCCESS)
    opened.memories["p1"].learn("b", SUCCESS)
    opened.add("p1", "c", RUNNING)
    assert opened.is_due
    opened.replace()
    opened.close()
    assert known(path)["p1"][1] == {"a": (RUNNING, SUCCESS), "b": (RUNNING, SUCCESS)}


def test_the_file_does_not_grow_without_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_file_module, "_MAX_LINES", 10)
    opened = filled(path)
    for _number in range(13):
        assert not opened.is_due
        opened.add("p1", "b", RUNNING)
    assert opened.is_due
    opened.replace()
    assert not opened.is_due
    assert len(path.read_text().splitlines()) == 2
    opened.close()


def test_one_file_serves_one_source(path: Path) -> None:
    opened = filled(path)
    with pytest.raises(CceError, match=r"state\.json.*state_file.*in use") as failure:
        StateFile(str(path))
    assert failure.value.kind == "option"
    # also after it was replaced
    opened.replace()
    with pytest.raises(CceError, match="in use"):
        StateFile(str(path))
    opened.close()
    # a poll that is still under way in a thread writes nothing any more
    before = path.read_bytes()
    opened.add("p1", "z", RUNNING)
    opened.replace()
    assert path.read_bytes() == before
    StateFile(str(path)).close()


@pytest.mark.parametrize(
    "content",
    [
        "garbage\n",
        "[" * 100_000,
        "[]\n",
        '{"format": "other"}\n',
        '{"format": "opentelekomcloud.cce.jobs 1"}\n[1]\n',
        "\x80",
    ],
)
def test_the_file_of_another_program_is_left_alone(path: Path, content: str) -> None:
    path.write_text(content, encoding="latin-1")
    with pytest.raises(CceError, match=r"state\.json.*Remove it") as failure:
        StateFile(str(path))
    assert failure.value.kind == "option"
    assert path.read_text(encoding="latin-1") == content


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.touch()
    assert known(path) == {}


def test_a_symbolic_link_stays_one(path: Path) -> None:
    target = path.with_name("target.json")
    path.symlink_to(target)
    filled(path).close()
    assert path.is_symlink()
    assert set(known(target)) == {"p1"}


@pytest.mark.parametrize("where", ["missing/state.json", ""])
def test_a_path_that_cannot_be_used_is_an_option_error(tmp_path: Path, where: str) -> None:
    with pytest.raises(CceError, match="state_file") as failure:
        StateFile(str(tmp_path / where))
    assert failure.value.kind == "option"


def test_histories_are_written_once(path: Path) -> None:
    opened = StateFile(str(path))
    memory = opened.memories["p1"] = Memory("filters")
    for number in range(1000):
        memory.learn(f"{number:036}", SUCCESS)
    opened.replace()
    opened.close()
    header, line = path.read_text().splitlines()
    assert json.loads(header)["format"]
    assert json.loads(line)["histories"] == [[["Success", True]]]
    assert len(line) < 1000 * 45
