# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""How a module is heard before it ends: Ansible passes on what a module says only then.

A module and the action plugin beside it share a folder when both run on one machine. Who wants to hear the module puts
a file there, and the module adds its sentences to a file that it finds.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import typing as t

_FILE = "opentelekomcloud_cce_progress"

# Seconds between two looks at the file: what a person takes for "at once"
_PAUSE = 0.3


def say(folder: str | None, sentence: str) -> None:
    """Tell whoever follows in this folder; nobody has to, and there need not be a folder."""
    if not folder:
        return
    try:
        with open(os.open(os.path.join(folder, _FILE), os.O_WRONLY | os.O_APPEND), "w", encoding="ascii") as file:
            file.write(json.dumps(sentence) + "\n")
    except OSError:
        # Nobody follows, or cannot be reached: it is told in the result of the task all the same
        return


@contextlib.contextmanager
def followed(folder: str, tell: t.Callable[[str], None]) -> t.Iterator[None]:
    """Meanwhile, pass on every sentence that is said in this folder, from a thread.

    Raises:
        OSError: when the folder takes no file.
    """
    over = threading.Event()

    def follow() -> None:
        line, ending = "", False
        while True:
            line += file.readline()
            if line.endswith("\n"):
                tell(json.loads(line))
                line = ""
            elif ending:
                return
            else:
                # one more round after the end, for what was said between the last look and the end
                ending = over.wait(_PAUSE)

    with open(os.path.join(folder, _FILE), "w+", encoding="ascii") as file:
        follower = threading.Thread(target=follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            over.set()
            follower.join()
