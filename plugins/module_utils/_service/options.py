# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The options of the plugins that list jobs."""

from __future__ import annotations

from .._options.table import CONNECTION, Option, OptionTable


def _strings(name: str, *aliases: str) -> Option:
    return Option(name, type="list", elements="str", aliases=aliases)


FILTERS: tuple[Option, ...] = (
    _strings("status"),
    _strings("cluster_id"),
    _strings("cluster_name"),
    _strings("type"),
    _strings("id", "job_id"),
    _strings("resource_id"),
    _strings("resource_name"),
    Option("finished", type="bool"),
    Option("created_after"),
    Option("created_before"),
    Option("completed_after"),
    Option("completed_before"),
    Option("subjobs", default="nested", choices=("nested", "flat", "none")),
    Option("order", default="newest", choices=("newest", "oldest")),
    Option("limit", type="int", form="positive"),
    Option("resolve_cluster_names", type="bool", default=False),
)

CACHING: tuple[Option, ...] = (Option("cache_ttl", type="int", default=0, form="not_negative"),)

WAITING: tuple[Option, ...] = (
    Option("wait", type="bool", default=False),
    Option("wait_timeout", type="float", default=1800.0, form="seconds"),
    Option("wait_interval", type="float", default=10.0, form="seconds"),
    # without a default, since it depends on id
    Option("wait_appear", type="float", form="seconds_or_zero"),
    Option("fail_on_failure", type="bool", default=False),
)

POLLING: tuple[Option, ...] = (
    Option("interval", type="float", default=30.0, form="interval"),
    Option("since", default="now"),
    Option(
        "changes",
        type="list",
        elements="str",
        default=("appeared", "changed", "finished"),
        choices=("appeared", "changed", "finished"),
    ),
    Option("state_file", type="path"),
    Option("feedback", type="bool", default=False),
)

MODULE = OptionTable("opentelekomcloud.cce.jobs_info", CONNECTION + FILTERS + WAITING)
LOOKUP = OptionTable("opentelekomcloud.cce.jobs", CONNECTION + FILTERS + CACHING)
# events have an order of their own, and none of them is left out
EVENT_SOURCE = OptionTable(
    "opentelekomcloud.cce.jobs",
    CONNECTION + tuple(option for option in FILTERS if option.name not in ("order", "limit")) + POLLING,
)
