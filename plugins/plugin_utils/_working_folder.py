# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The folder in which relative paths begin: that of the playbook, as for a module on the controller."""

from __future__ import annotations

import contextlib
import os
import typing as t


@contextlib.contextmanager
def working_in(folder: str) -> t.Iterator[None]:
    """Make a folder the current one.

    Raises:
        OSError: when there is no way into the folder or, later, back.
    """
    # where there is O_PATH, no permission to read the current folder is needed
    before = os.open(".", getattr(os, "O_PATH", os.O_RDONLY))
    try:
        os.chdir(folder)
        yield
    finally:
        os.fchdir(before)
        os.close(before)
