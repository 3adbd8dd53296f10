# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit tests of how a module is heard before it ends."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._progress import followed, say


def test_a_sentence_is_heard_at_once(tmp_path: Path) -> None:
    heard: queue.Queue[str] = queue.Queue()
    with followed(str(tmp_path), heard.put):
        for sentence in ("Waiting for a.", "Two\nlines, and \u00e4."):
            say(str(tmp_path), sentence)
            assert heard.get(timeout=60) == sentence


def test_nothing_is_lost_at_the_end(tmp_path: Path) -> None:
    heard: list[str] = []
    sentences = [f"sentence {number}" for number in range(1000)]
    with followed(str(tmp_path), heard.append):
        for sentence in sentences:
            say(str(tmp_path), sentence)
    assert heard == sentences


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    heard: list[str] = []
    with followed(str(tmp_path), heard.append):
        say(str(tmp_path), "whole")
        [file] = tmp_path.iterdir()
        with file.open("a") as halved:
            halved.write('"ha')
    assert heard == ["whole"]


def test_each_follower_begins_anew(tmp_path: Path) -> None:
    heard: list[str] = []
    for sentence in ("first", "second"):
        with followed(str(tmp_path), heard.append):
            say(str(tmp_path), sentence)
    assert heard == ["first", "second"]


def test_nobody_needs_to_follow(tmp_path: Path) -> None:
    for folder in (None, str(tmp_path / "nowhere"), str(tmp_path)):
        say(folder, "to whom?")
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_the_module_is_the_end_of_following_also_when_it_fails(tmp_path: Path) -> None:
    heard: list[str] = []
    with pytest.raises(ZeroDivisionError), followed(str(tmp_path), heard.append):
        say(str(tmp_path), "last words")
        raise ZeroDivisionError
    assert heard == ["last words"]
