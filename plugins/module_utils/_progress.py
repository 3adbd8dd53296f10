# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Live progress messages from a running module, which Ansible otherwise shows when the module has ended.

A module and its action plugin share a folder when both run on one machine. The action plugin creates a file there, and
the module appends its messages to the file if it exists.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import typing as t

_FILE = "opentelekomcloud_cce_progress"

# Seconds between two reads of the file. To a person, that is at once.
_PAUSE = 0.3


def send_message(folder: str | None, message: str) -> None:
    """Show a message if an action plugin follows in this folder.

    Args:
        folder: the path of the folder, None if there is none.
        message: the message.
    """
    if not folder:
        return
    try:
        with open(os.open(os.path.join(folder, _FILE), os.O_WRONLY | os.O_APPEND), "w", encoding="ascii") as file:
            file.write(json.dumps(message) + "\n")
    except OSError:
        # No action plugin follows. The result of the task contains the message in any case.
        return


@contextlib.contextmanager
def messages_shown(folder: str, on_message: t.Callable[[str], None]) -> t.Iterator[None]:
    """Pass on every message that is sent to this folder while the context lasts.

    Args:
        folder: the path of the folder.
        on_message: shows a message. It is called from a thread.

    Raises:
        OSError: when the file cannot be created.
    """
    over = threading.Event()

    def follow() -> None:
        line, ending = "", False
        while True:
            line += file.readline()
            if line.endswith("\n"):
                on_message(json.loads(line))
                line = ""
            elif ending:
                return
            else:
                # one more round after the end, for messages since the last read
                ending = over.wait(_PAUSE)

    with open(os.path.join(folder, _FILE), "w+", encoding="ascii") as file:
        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()
