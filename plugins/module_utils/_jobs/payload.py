# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Input of the filters: payloads and lists of jobs that come from files, variables, and other modules."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from .._errors import CceError
from .._text import either, name_text, suggestion
from .normalize import Job
from .query import Query
from .select import in_order, select

_OF_A_JOB = frozenset(
    ("id", "type", "status", "finished", "root_cause", "cluster_id", "created_at", "completed_at", "subjobs")
)
_OF_A_RAW_JOB = ("metadata", "spec", "status")

# v2, v3, and Autopilot differ in this name; a result of jobs_info has the second one
_LISTS = ("items", "jobs")

CHOICES = {"subjobs": ("nested", "flat", "none"), "order": ("newest", "oldest")}
"""Options of ``normalize`` and their values; the first one is the default."""

_SHOWN_KEYS = 5


class Normalized(t.NamedTuple):
    """Jobs in the form that users get."""

    jobs: list[Job]
    warnings: list[str]
    """Complete sentences."""


def normalize_payload(payload: t.Any, options: t.Mapping[str, t.Any]) -> Normalized:
    """Return the jobs of a payload.

    Args:
        payload: a list of raw jobs, one raw job, or an object whose member ``items`` or ``jobs`` is such a list, in any
            spelling of the API and of its SDKs. Normalized jobs pass unchanged.
        options: values for the keys of ``CHOICES``.

    Raises ``CceError`` for unknown options and values, and for anything that is not a payload.
    """
    chosen = {name: values[0] for name, values in CHOICES.items()}
    for name, value in options.items():
        check_option(name, CHOICES)
        chosen[name] = check_choice(name, value, CHOICES[name])
    entries = _entries(payload)
    jobs = [entry for entry in entries if is_normalized(entry)]
    raw_jobs = [entry for entry in entries if not is_normalized(entry)]
    if entries and not jobs and not any(map(_is_raw, raw_jobs)):
        raise _not_a_payload(f"a list that starts with {describe(entries[0])}")
    subjobs = chosen["subjobs"]
    if subjobs != "nested":
        jobs = list(_without_subjobs(jobs, deep=subjobs == "flat"))
    selection = select(raw_jobs, Query(subjobs=subjobs))
    return Normalized(in_order([*jobs, *selection.jobs], chosen["order"]), selection.warnings)


def is_normalized(value: t.Any) -> bool:
    """Return whether a value has the keys of a job as users get it."""
    return isinstance(value, dict) and value.keys() >= _OF_A_JOB


def check_option(name: str, known: t.Collection[str]) -> None:
    """Raise ``CceError`` that suggests another name if an option is unknown."""
    if name not in known:
        raise CceError(f"Unsupported option {name_text(name)}. {suggestion(name, known)}", "option")


def check_choice(name: str, value: t.Any, choices: t.Sequence[str]) -> str:
    """Return the value of an option. Raise ``CceError`` if it is not one of these choices."""
    if not isinstance(value, str) or value not in choices:
        shown = f"'{name_text(value)}'" if isinstance(value, str) else f"(got {describe(value)})"
        raise CceError(f"Invalid {name} {shown}: use {either(choices)}.", "option")
    # not a subclass of str, as Ansible passes them
    return choices[choices.index(value)]


def describe(value: t.Any) -> str:
    """Describe a value for a message, such as ``a dictionary with the keys changed, failed``."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        if not value:
            return "an empty dictionary"
        keys = [name_text(str(key)) for key in value]
        more = ", ..." if len(keys) > _SHOWN_KEYS else ""
        return f"a dictionary with the keys {', '.join(sorted(keys)[:_SHOWN_KEYS])}{more}"
    if isinstance(value, str) and not value.strip():
        return "an empty string"
    # bool comes first because it is a subclass of int
    kinds = {bool: "a boolean", str: "a string", int: "an integer", float: "a number", list: "a list"}
    return next(
        (name for kind, name in kinds.items() if isinstance(value, kind)), f"an object ({type(value).__name__})"
    )


def _entries(payload: t.Any) -> list[t.Any]:
    if isinstance(payload, Mapping):
        # a result of ansible.builtin.uri has a status of its own
        if is_normalized(payload) or (_is_raw(payload) and "json" not in payload):
            return [payload]
        name = next((name for name in _LISTS if name in payload), None)
        if name is None:
            advice = "Use its key json." if isinstance(payload.get("json"), (list, dict)) else ""
            raise _not_a_payload(describe(payload), advice)
        members = payload[name]
        if members is None or isinstance(members, list):
            return list(members or ())
        raise _not_a_payload(f"a dictionary whose key {name} is {describe(members)}")
    # also what map() and select() of Jinja return, which are not lists
    if not isinstance(payload, Iterable) or isinstance(payload, (str, bytes)):
        is_text = isinstance(payload, str) and payload.strip()
        raise _not_a_payload(describe(payload), "Use from_json." if is_text else "")
    return list(payload)


def _is_raw(value: t.Any) -> bool:
    return isinstance(value, Mapping) and any(value.get(block) is not None for block in _OF_A_RAW_JOB)


def _not_a_payload(got: str, advice: str = "") -> CceError:
    expected = "a list of jobs, one job, or an object with such a list in items or jobs"
    return CceError(f"Cannot normalize jobs: expected {expected}, got {got}. {advice}".rstrip(), "option")


def _without_subjobs(jobs: t.Iterable[Job], deep: bool) -> t.Iterator[Job]:
    for job in jobs:
        yield {**job, "subjobs": []}
        if deep:
            subjobs = job["subjobs"] if isinstance(job["subjobs"], list) else ()
            yield from _without_subjobs(filter(is_normalized, subjobs), deep)
