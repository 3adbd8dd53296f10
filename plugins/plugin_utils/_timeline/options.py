# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Options of the filter timeline."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timezone

from ...module_utils._errors import CceError
from ...module_utils._jobs import timestamps
from ...module_utils._jobs.payload import check_choice, check_option, describe
from ...module_utils._text import name_text

LANES = ("cluster", "project", "type", "resource")
NAMES = ("title", "lanes", "now")
DEFAULT_TITLE = "Jobs of Cloud Container Engine"


class Options(t.NamedTuple):
    """Validated options."""

    title: str
    lanes: str
    now: str
    """The time up to which unfinished jobs are drawn, in the form that ``timestamps.normalize`` returns."""


def read_options(options: t.Mapping[str, t.Any]) -> Options:
    """Return validated options; None is the same as not set. Raise ``CceError`` if one is unknown or wrong."""
    for name in options:
        check_option(name, NAMES)
    given = {name: value for name, value in options.items() if value is not None}
    title = given.get("title", DEFAULT_TITLE)
    if not isinstance(title, str) or not title.strip():
        raise CceError(f"Invalid title: expected a string that is not empty, got {describe(title)}.", "option")
    return Options(title, check_choice("lanes", given.get("lanes", LANES[0]), LANES), _time(given.get("now")))


def _time(value: t.Any) -> str:
    if value is None:
        return timestamps.written(datetime.now(timezone.utc))
    # what now() of Ansible returns; without an offset it is UTC, as everywhere in this collection
    if isinstance(value, datetime):
        return timestamps.written(value if value.tzinfo else value.replace(tzinfo=timezone.utc))
    # what YAML makes of a date
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00.000000Z"
    if isinstance(value, str):
        try:
            bound = timestamps.parse_bound(value)
        except ValueError:
            bound = None
        if isinstance(bound, str):
            return bound
        raise CceError(f"Invalid now '{name_text(value)}': use a time such as 2025-09-02T10:23:38Z.", "option")
    raise CceError(f"Invalid now (got {describe(value)}): use a time such as 2025-09-02T10:23:38Z.", "option")
