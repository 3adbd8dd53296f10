# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The libraries requests and urllib3. Without them, ``find`` fails with a message before anything uses them."""

from __future__ import annotations

try:
    import requests
    import urllib3

    IMPORT_ERROR: Exception | None = None
    """Why the import failed."""
except Exception as error:  # pylint: disable=broad-exception-caught
    # an installation that is broken can raise anything
    IMPORT_ERROR = error
    requests = urllib3 = None  # type: ignore[assignment]

__all__ = ("IMPORT_ERROR", "requests", "urllib3")
