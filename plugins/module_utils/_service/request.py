# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A request for jobs: everything that the user gave, checked and converted.

Module and lookup read their options here, so that the same input gives the same jobs or the same sentence.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime, timezone

from .._jobs.query import Query
from .._jobs.timestamps import parse_bound
from .._options.settings import Settings, read_options, read_settings
from .._options.table import OptionTable
from .._options.validation import encodable, option_error, plain_text, shown
from .options import LOOKUP


class Wait(t.NamedTuple):
    """How to wait until jobs are finished; all in seconds."""

    timeout: float
    interval: float


class ClusterNames(t.NamedTuple):
    """Names of clusters that have to be turned into ids before jobs can be filtered by them."""

    option: tuple[str, ...]
    """Values of the option, a filter of its own."""
    terms: tuple[str, ...]
    """Terms of the lookup, further alternatives to the ids in the query."""


class JobsRequest(t.NamedTuple):
    """Which jobs are wanted, and where they are."""

    settings: Settings
    query: Query
    cluster_names: ClusterNames
    wait: Wait | None
    """None to return the jobs as they are."""
    cache_ttl: int
    """Seconds for which a fetched list may be used again, 0 to fetch it in any case."""


def read_request(
    table: OptionTable,
    typed: t.Mapping[str, t.Any],
    variables: t.Mapping[str, t.Any],
    environment: t.Mapping[str, str] | None = None,
    terms: t.Sequence[t.Any] = (),
) -> JobsRequest:
    """Check, convert and combine everything that the user gave.

    Args:
        table: the options of the plugin.
        typed: options of the task or the lookup call, by name or alias, unconverted. None means not given.
        variables: values of Ansible variables by option name, unconverted.
        environment: the environment of the process, ``os.environ`` when left out.
        terms: positional terms of the lookup: further IDs or names of clusters.

    Raises:
        CceError: of kind ``option``, for the first fault.
    """
    task = read_options(table, typed)
    values = {name: given.value for name, given in task.items()}

    def value(name: str) -> t.Any:
        return values[name] if name in values else table.by_name[name].default if name in table.by_name else None

    cluster_ids, cluster_names = _cluster_terms(terms)
    return JobsRequest(
        settings=read_settings(task, variables, environment),
        query=_query(values, cluster_ids),
        cluster_names=ClusterNames(values.get("cluster_name", ()), cluster_names),
        wait=Wait(value("wait_timeout"), value("wait_interval")) if value("wait") else None,
        cache_ttl=value("cache_ttl") or 0,
    )


_UUID_LIKE = re.compile(r"[0-9a-fA-F-]{36}")


def _cluster_terms(terms: t.Sequence[t.Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids and the names among the terms of the lookup."""
    found = []
    for number, term in enumerate(terms, 1):
        text = (plain_text(term) or "").strip()
        if not text:
            raise option_error(
                f"Term {number} of the lookup has to be the id or the name of a cluster, "
                f"not {shown(LOOKUP.by_name['cluster_id'], term)}: correct it, "
                "and give a list to the option cluster_id or cluster_name."
            )
        found.append(encodable(f"term {number} of the lookup", text))
    return (
        tuple(text for text in found if _UUID_LIKE.fullmatch(text)),
        tuple(text for text in found if not _UUID_LIKE.fullmatch(text)),
    )


def _query(task: t.Mapping[str, t.Any], cluster_terms: tuple[str, ...]) -> Query:
    now = datetime.now(timezone.utc)
    return Query(
        status=task.get("status", ()),
        cluster_id=task.get("cluster_id", ()) + cluster_terms,
        type=task.get("type", ()),
        id=task.get("id", ()),
        resource_id=task.get("resource_id", ()),
        resource_name=task.get("resource_name", ()),
        finished=task.get("finished"),
        created_after=_bound("created_after", task, now),
        created_before=_bound("created_before", task, now),
        subjobs=task.get("subjobs", "nested"),
        order=task.get("order", "newest"),
        limit=task.get("limit"),
    )


def _bound(name: str, task: t.Mapping[str, t.Any], now: datetime) -> str | None:
    if name not in task:
        return None
    # Ansible puts a T into a time that stands unquoted in YAML when it hands it to a module
    text = re.sub(r"(?<=\d)T(?=\d\d:\d\d:\d\d$)", " ", task[name])
    try:
        return parse_bound(text, now)
    except ValueError as error:
        raise option_error(f"Invalid {name} {shown(LOOKUP.by_name[name], task[name])}. {error}.") from None
