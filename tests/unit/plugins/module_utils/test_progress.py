# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Messages of a module are shown while it runs."""

from __future__ import annotations

import queue
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._progress import messages_shown, send_message


def test_a_message_is_shown_at_once(tmp_path: Path) -> None:
    shown: queue.Queue[str] = queue.Queue()
    with messages_shown(str(tmp_path), shown.put):
        for message in ("Waiting for a.", "Two\nlines, and \u00e4."):
            send_message(str(tmp_path), message)
            assert shown.get(timeout=60) == message


def test_nothing_is_lost_at_the_end(tmp_path: Path) -> None:
    shown: list[str] = []
    messages = [f"message {number}" for number in range(1000)]
    with messages_shown(str(tmp_path), shown.append):
        for message in messages:
            send_message(str(tmp_path), message)
    assert shown == messages


def test_an_incomplete_line_is_not_shown(tmp_path: Path) -> None:
    shown: list[str] = []
    with messages_shown(str(tmp_path), shown.append):
        send_message(str(tmp_path), "complete")
        [file] = tmp_path.iterdir()
        with file.open("a") as incomplete:
            incomplete.write('"in')
    assert shown == ["complete"]


def test_earlier_messages_are_not_shown_again(tmp_path: Path) -> None:
    shown: list[str] = []
    for message in ("first", "second"):
        with messages_shown(str(tmp_path), shown.append):
            send_message(str(tmp_path), message)
    assert shown == ["first", "second"]


def test_a_message_that_is_not_shown_leaves_no_file(tmp_path: Path) -> None:
    for folder in (None, str(tmp_path / "nowhere"), str(tmp_path)):
        send_message(folder, "not shown")
    assert list(tmp_path.iterdir()) == []


def test_the_last_message_of_a_module_that_fails_is_shown(tmp_path: Path) -> None:
    shown: list[str] = []
    with pytest.raises(ZeroDivisionError), messages_shown(str(tmp_path), shown.append):
        send_message(str(tmp_path), "last message")
        raise ZeroDivisionError
    assert shown == ["last message"]
