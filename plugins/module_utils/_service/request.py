# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A request for jobs: everything that the user gave, checked and converted.

All plugins read their options here, so that the same input gives the same jobs or the same error.
"""

from __future__ import annotations

import re
import typing as t

from .._jobs.query import Query
from .._jobs.timestamps import Age, parse_bound
from .._options.ansible_values import is_omitted, plain_text
from .._options.connection import read_settings
from .._options.settings import Settings
from .._options.sources import Source, read_options
from .._options.table import OptionTable
from .._options.validation import encodable, invalid, option_error, shown, shown_whole, wrong_type
from .options import LOOKUP

_UUID_LIKE = re.compile(r"[0-9a-fA-F-]{36}")

_APPEAR_WITH_ID = 60.0
"""Seconds that jobs named by ID have to appear by default."""

_MAX_NAMED = 5


class Wait(t.NamedTuple):
    """How to wait until jobs have finished; all times in seconds."""

    timeout: float
    interval: float
    appear: float = 0.0
    """How long the first selected job, or each job that is named by ID, may take to appear."""
    fail_on_failure: bool = False
    """Whether a failed job fails the task."""


class ClusterNames(t.NamedTuple):
    """Names of clusters, which must be resolved to IDs before jobs can be filtered by them."""

    option: tuple[str, ...]
    """Values of the option, a filter of its own."""
    terms: tuple[str, ...]
    """Terms of the lookup, alternatives to the IDs in the query."""


class JobsRequest(t.NamedTuple):
    """Which jobs to return, and where they are."""

    settings: Settings
    query: Query
    cluster_names: ClusterNames
    resolve_cluster_names: bool
    """Whether to fill in the names of all clusters."""
    wait: Wait | None
    """None to return the jobs as they are."""
    cache_ttl: int
    """Seconds for which a fetched list may be used again, 0 to fetch it in any case."""
    warnings: tuple[str, ...] = ()
    """Sentences about what is probably a mistake."""


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
        typed: options of the task or the lookup call, by name or alias, not converted. None and
            ``omit`` mean not given.
        variables: values of Ansible variables by option name, not converted.
        environment: the environment of the process, by default ``os.environ``.
        terms: positional terms of the lookup: further IDs or names of clusters.

    Raises:
        CceError: of kind ``option``, for the first fault.
    """
    task = read_options(table, typed)
    # all of them, so that an invalid value is an error although another one wins
    values = {name: given.value for name, given in task.items()}

    def value(name: str) -> t.Any:
        return values[name] if name in values else table.by_name[name].default if name in table.by_name else None

    cluster_ids, cluster_names = _cluster_terms(terms)
    query = _query(task, cluster_ids)
    _check_windows(query, task)
    return JobsRequest(
        settings=read_settings(task, variables, environment),
        query=query,
        resolve_cluster_names=value("resolve_cluster_names"),
        cluster_names=ClusterNames(values.get("cluster_name", ()), cluster_names),
        wait=_wait(value) if value("wait") else None,
        cache_ttl=value("cache_ttl") or 0,
        warnings=(*_cluster_id_warnings(values.get("cluster_id", ())), *_wait_warnings(values)),
    )


def _wait(value: t.Callable[[str], t.Any]) -> Wait:
    appear = value("wait_appear")
    if appear is None:
        appear = _APPEAR_WITH_ID if value("id") else 0.0
    return Wait(value("wait_timeout"), value("wait_interval"), appear, value("fail_on_failure"))


def _wait_warnings(values: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    # a playbook that sets wait to false does so on purpose
    if values.get("fail_on_failure") and "wait" not in values:
        yield "fail_on_failure has no effect without a wait. Set wait to true."


def _cluster_id_warnings(cluster_ids: t.Sequence[str]) -> t.Iterator[str]:
    wrong = [text for text in cluster_ids if not _UUID_LIKE.fullmatch(text)]
    if wrong:
        option = LOOKUP.by_name["cluster_id"]
        named = ", ".join(shown_whole(option, text) or f"{len(text)} characters" for text in wrong[:_MAX_NAMED])
        more = f" and {len(wrong) - _MAX_NAMED} more" if len(wrong) > _MAX_NAMED else ""
        yield (
            f"cluster_id contains values that are not cluster IDs (36 hexadecimal digits and dashes): {named}{more}. "
            "To filter by name, use cluster_name."
        )


def _cluster_terms(terms: t.Sequence[t.Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The IDs and the names among the terms of the lookup."""
    found = []
    for number, term in enumerate(terms, 1):
        if is_omitted(term):
            continue
        label = f"lookup term {number}"
        text = (plain_text(term) or "").strip()
        if not text:
            advice = "To pass a list, use cluster_id or cluster_name."
            raise wrong_type(label, "a cluster ID or name", LOOKUP.by_name["cluster_id"], term, advice)
        found.append(encodable(label, text))
    return (
        tuple(text for text in found if _UUID_LIKE.fullmatch(text)),
        tuple(text for text in found if not _UUID_LIKE.fullmatch(text)),
    )


def _query(task: Source, cluster_terms: tuple[str, ...]) -> Query:
    def value(name: str, default: t.Any = None) -> t.Any:
        return task[name].value if name in task else default

    return Query(
        status=value("status", ()),
        cluster_id=value("cluster_id", ()) + cluster_terms,
        type=value("type", ()),
        id=value("id", ()),
        resource_id=value("resource_id", ()),
        resource_name=value("resource_name", ()),
        finished=value("finished"),
        created_after=_bound("created_after", task),
        created_before=_bound("created_before", task),
        completed_after=_bound("completed_after", task),
        completed_before=_bound("completed_before", task),
        subjobs=value("subjobs", "nested"),
        order=value("order", "newest"),
        limit=value("limit"),
    )


def _check_windows(query: Query, task: Source) -> None:
    names = query.empty_window()
    if names:
        begin, end = (f"{name} {shown(task[name].option, task[name].value)}" for name in names)
        raise option_error(f"Empty time window: {begin} is not before {end}. Correct one of them.")


def _bound(name: str, task: Source) -> str | Age | None:
    if name not in task:
        return None
    given = task[name]
    try:
        return parse_bound(given.value)
    except ValueError as error:
        raise invalid(given.option, given.label, given.value, str(error)) from None
