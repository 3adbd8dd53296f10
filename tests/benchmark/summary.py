# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark in two minutes: some of the ratios as sentences."""

from __future__ import annotations

from collections.abc import Mapping

Medians = Mapping[tuple[str, str], float]
"""The median of each ratio, by measurement and what it is compared with, as in the table."""

Memory = Mapping[tuple[str, int], float]
"""The memory in MiB by method and length of the list."""

_WHERE = ("", " that is sent")
"""The module on the controller, and on other nodes."""


def sentences(medians: Medians, memory: Memory) -> list[str]:
    """A sentence for each subject that was measured."""
    found = (_many(medians, memory), _lookup(medians), _lookups(medians), _wait(medians), _one(medians))
    return [sentence for sentence in found if sentence]


def _times(median: float) -> str:
    return f"{1 / median:.0f} times as fast as"


def _many(medians: Medians, memory: Memory) -> str | None:
    here, sent = (medians.get((f"module{how}, 10 of 100,000 jobs, time", "uri + selectattr")) for how in _WHERE)
    ours, theirs = memory.get(("jobs_info", 100_000)), memory.get(("uri + selectattr", 100_000))
    if here is None or ours is None or theirs is None:
        return None
    elsewhere = f" ({1 / sent:.0f} times on other nodes)" if sent else ""
    return (
        f"Finding ten failed jobs out of 100,000 is {_times(here)} with `uri` and `selectattr`{elsewhere}, and takes "
        f"{ours:.0f} MiB of memory instead of {theirs:.0f} MiB."
    )


def _lookup(medians: Medians) -> str | None:
    median = medians.get(("lookup, 10 of 100,000 jobs, time", "url lookup + from_json + selectattr"))
    if median is None:
        return None
    return f"In an expression, the lookup `jobs` is {_times(median)} the lookup `url` with `selectattr`."


def _lookups(medians: Medians) -> str | None:
    together = medians.get(("50 lookups in one template with one login, time", "one lookup"))
    shared = medians.get(("50 tasks with a lookup each and cache_ttl, time", "50 tasks with a lookup each"))
    if together is None:
        return None
    sentence = f"Fifty lookups in one template take {together:.2f} times as long as one."
    if shared is None:
        return sentence
    return (
        f"{sentence} In fifty tasks, `cache_ttl` saves 49 logins and 49 lists, and takes {shared:.2f} of the time "
        "without it, on a network without latency."
    )


def _wait(medians: Medians) -> str | None:
    median = medians.get(("wait over ten polls, 1,000 jobs, CPU", "uri + selectattr, until with ten tries"))
    if median is None:
        return None
    return f"Waiting over ten polls takes {median:.2f} of the CPU time of `uri` in an `until` loop."


def _one(medians: Medians) -> str | None:
    here, sent = (medians.get((f"module{how}, 1 job, time", "ping")) for how in _WHERE)
    if here is None or sent is None:
        return None
    return (
        f"A task takes {here:.2f} of the time of `ping` on the controller, where it needs no process of its own, and "
        f"{sent:.2f} on other nodes."
    )
