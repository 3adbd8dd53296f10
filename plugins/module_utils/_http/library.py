# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The libraries requests and urllib3. Without them, ``find`` fails with a message before anything uses them."""

from __future__ import annotations

import importlib
import threading

_failures: list[Exception] = []


def _import_requests() -> None:
    try:
        importlib.import_module("requests")
    except Exception as error:  # pylint: disable=broad-exception-caught
        # an installation that is broken can raise anything
        _failures.append(error)


# A thread starts with an empty stack. CPython 3.11 to 3.13 maps memory at each call that is made from certain depths of
# the stack, and unmaps it when the call returns (issue 142183). From the depth at which a module that is sent imports
# this file, the import of requests took 22 ms longer.
_thread = threading.Thread(target=_import_requests, name="opentelekomcloud.cce")
_thread.start()
_thread.join()

IMPORT_ERROR = _failures[0] if _failures else None
"""Why the import failed, None if it did not."""

if IMPORT_ERROR is None:
    import requests
    import urllib3
else:
    requests = urllib3 = None  # type: ignore[assignment]

__all__ = ("IMPORT_ERROR", "requests", "urllib3")
