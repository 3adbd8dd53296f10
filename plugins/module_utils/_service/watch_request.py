# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The arguments of the event source, checked and converted."""

from __future__ import annotations

import typing as t

from .._jobs.timestamps import Age, parse_bound
from .._options.sources import read_options
from .._options.validation import invalid
from .options import EVENT_SOURCE
from .request import JobsRequest, read_request


class WatchRequest(t.NamedTuple):
    """The validated arguments of the event source."""

    jobs: JobsRequest
    interval: float
    """Seconds from the start of a poll to the start of the next one."""
    since: str | Age | None
    """Which jobs of the first poll to report: see ``FirstPoll``."""
    kinds: tuple[str, ...]
    """The kinds of changes to report."""
    state_file: str | None
    feedback: bool
    """Whether to wait until the rule engine confirms each event."""


def read_watch_request(typed: t.Mapping[str, t.Any], environment: t.Mapping[str, str] | None = None) -> WatchRequest:
    """Check and convert the arguments of the event source.

    Args:
        typed: arguments by name or alias, not converted.
        environment: the environment of the process, by default ``os.environ``.

    Raises:
        CceError: of kind ``option``, for the first fault.
    """
    given = read_options(EVENT_SOURCE, typed)

    def value(name: str) -> t.Any:
        return given[name].value if name in given else EVENT_SOURCE.by_name[name].default

    if not value("changes"):
        given_changes = given["changes"]
        advice = f"name at least one of {', '.join(given_changes.option.choices)}"
        raise invalid(given_changes.option, given_changes.label, given_changes.raw, advice)
    since = value("since")
    bound = None
    if since != "now":
        try:
            bound = parse_bound(since)
        except ValueError as error:
            raise invalid(given["since"].option, given["since"].label, since, f"use now. {error}") from None
    return WatchRequest(
        jobs=read_request(EVENT_SOURCE, typed, {}, environment),
        interval=value("interval"),
        since=bound,
        kinds=value("changes"),
        state_file=value("state_file"),
        feedback=value("feedback"),
    )
