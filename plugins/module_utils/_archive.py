# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Imports from the zip archive in which Ansible sends a module."""

from __future__ import annotations

import os
import zipimport


def compile_files_once() -> None:
    """Let this process compile each file that it imports from an archive once, not twice.

    Python compiles a file only to find its name, and again to run it (CPython 3.9 to 3.14, issue 141276). For a module
    that is sent, that was a sixth of its CPU time. This is only for a process that runs nothing but the module.
    """
    zipimport.zipimporter.get_filename = _get_filename  # type: ignore[assignment, method-assign]


def _get_filename(importer: zipimport.zipimporter, name: str) -> str:
    path = os.path.join(importer.archive, importer.prefix + name.rpartition(".")[2])
    return os.path.join(path, "__init__.py") if importer.is_package(name) else path + ".py"
