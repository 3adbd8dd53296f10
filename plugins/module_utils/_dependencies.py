# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Errors about a Python library that is missing or broken."""

from __future__ import annotations

import sys

from ansible.module_utils.basic import missing_required_lib

from ._errors import CceError

_MAX_CAUSE = 300


def import_failed(name: str, module: str, error: BaseException) -> CceError:
    """The error for an import that failed.

    Args:
        name: what pip calls the library.
        module: what Python calls it.
        error: what the import raised.
    """
    if isinstance(error, ModuleNotFoundError) and (error.name or module).partition(".")[0] == module:
        return CceError(missing_required_lib(name), "dependency")
    # the library is there, but another one that it needs is missing, or does not fit
    cause = f"{type(error).__name__}: {' '.join(str(error).split())}".rstrip(".: ")[:_MAX_CAUSE]
    return CceError(
        f"Could not import the Python library {name} with {sys.executable}: {cause}. "
        f"Repair its installation, for example with pip install --force-reinstall {name}.",
        "dependency",
    )
