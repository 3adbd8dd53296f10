# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""Jobs: from the API's raw objects to the facts that users get.

Filters work on the raw objects, and only what they leave is normalised: that is what makes ten jobs out of 100,000
cheap. A raw job is whatever the API sent, so nothing here relies on a key being there or on its type: the API
reference marks no member as mandatory, and published answers lack whole blocks.
"""

from __future__ import annotations

import heapq
import typing as t
from collections import Counter

from . import timestamps

Job = dict[str, t.Any]
Raw = dict[str, t.Any]
T = t.TypeVar("T")

MAX_LEVELS = 32
"""Levels of a tree of jobs that are read, the top one included; three are real (ScaleupCluster, CreateNode, ...)."""

MAX_WARNINGS = 5
"""Complaints about a payload that are spelled out; the others are counted."""

STATUSES = {"initializing": "Initializing", "running": "Running", "failed": "Failed", "success": "Success"}
"""The documented values by their lower-case spelling (OTC CCE API reference, "Obtaining the Job List")."""

_KINDS = {bool: "true or false", str: "text", list: "a list", dict: "an object", int: "a number", float: "a number"}
"""What JSON values are called in sentences; true and false count as numbers in Python, so that they come first."""

_FINISHED = {"initializing": False, "running": False, "failed": True, "success": True}

_FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    # our key: block of the raw job, and the names there, v2 first, then v3 ShowJob and Huawei Cloud's SDKs
    "id": ("metadata", ("uid",)),
    "type": ("spec", ("type",)),
    "status": ("status", ("status", "phase")),
    "reason": ("status", ("reason", "message")),
    "cluster_id": ("spec", ("clusteruid", "clusterUID", "cluster_uid", "clusterid", "clusterID")),
    "resource_id": ("spec", ("resourceid", "resourceID", "resource_id")),
    "resource_name": ("spec", ("resourcename", "resourceName", "resource_name")),
    "extend_param": ("spec", ("extendparam", "extendParam", "extend_param")),
    "created_at": ("metadata", ("creationTimestamp", "creation_timestamp")),
    "updated_at": ("metadata", ("updateTimestamp", "update_timestamp")),
    "completed_at": ("status", ("completionTime", "completion_time")),
    "parent_id": ("spec", ("ownerJob", "ownerjob", "owner_job")),
    "subjobs": ("spec", ("subjobs", "subJobs", "sub_jobs")),
}

JOB_KEYS = (
    "id",
    "type",
    "status",
    "finished",
    "reason",
    "root_cause",
    "cluster_id",
    "cluster_name",
    "resource_id",
    "resource_name",
    "extend_param",
    "created_at",
    "updated_at",
    "completed_at",
    "duration",
    "parent_id",
    "subjobs",
)
"""The keys that every job has, in the order in which they are returned."""


class Query(t.NamedTuple):
    """Which jobs, in which form and order. Values of one filter are alternatives, all filters must hold."""

    status: tuple[str, ...] = ()
    cluster_id: tuple[str, ...] = ()
    cluster_id_of_name: tuple[str, ...] = ()
    """The ids of the clusters that were asked for by name: a filter of its own beside ``cluster_id``."""
    type: tuple[str, ...] = ()
    id: tuple[str, ...] = ()
    resource_id: tuple[str, ...] = ()
    resource_name: tuple[str, ...] = ()
    finished: bool | None = None
    created_after: str | None = None
    """At or after this moment, written as ``timestamps.normalise`` writes it."""
    created_before: str | None = None
    """Before this moment."""
    subjobs: str = "nested"
    """``nested``, ``flat`` or ``none``."""
    order: str = "newest"
    """``newest`` or ``oldest`` first."""
    limit: int | None = None


class Selection(t.NamedTuple):
    """What a query leaves of a list."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    warnings: list[str]
    """Whole sentences."""


def select(raw_jobs: t.Iterable[t.Any], query: Query) -> Selection:
    """Filter, order, cut and normalise a list of jobs.

    Args:
        raw_jobs: the elements of the API's list; each is looked at once and let go unless it is selected.
        query: what is asked for.

    Whatever the elements are, they raise nothing: what cannot be understood is named in the warnings.
    """
    tally = _Tally(wanted=_unknown_statuses(query))
    candidates = _matching(_entries(raw_jobs, query, tally), query, tally)
    # none is normalised before the list has come to its end: normalised jobs are larger, and it may be refused yet
    found = list(candidates) if query.limit is None else _first(query.limit, candidates, query, tally)
    jobs = [_finish(candidate, query, tally) for candidate in found]
    # afterwards, since a time is read once then where all jobs are wanted
    newest = query.order == "newest"
    jobs.sort(key=lambda job: _place(job["created_at"], job["id"], newest), reverse=newest)
    return Selection(jobs, tally.fetched, _warn_of_statuses(tally) + tally.complaints())


class Watch:
    """Looks at a list on its way to ``select``: which of the jobs that a query is about are not finished?

    What the query says of ``status`` and ``finished`` does not count here, nor its limit.
    """

    def __init__(self, query: Query, awaited: t.Collection[str]) -> None:
        self._query = query._replace(status=(), finished=False, limit=None)
        self._awaited = frozenset(awaited)
        self.unfinished: list[Job] = []
        """Normalised, in the order of the list."""
        self.seen: set[str] = set()
        """The ids among the awaited ones that the list holds."""

    def over(self, raw_jobs: t.Iterable[t.Any]) -> t.Iterator[t.Any]:
        """The same elements, each looked at when it is taken."""
        # complaints are made by the selection that the elements go on to
        tally = _Tally(wanted={})
        tests = _tests(self._query, tally)
        for raw in raw_jobs:
            for candidate in _entries((raw,), self._query, tally):
                if self._awaited:
                    self.seen |= self._awaited & {_text(candidate[0], "id", tally)}
                if all(test(candidate) for test in tests):
                    self.unfinished.append(_finish(candidate, self._query, tally))
            yield raw


def name_clusters(jobs: t.Iterable[Job], names: t.Mapping[str, str]) -> None:
    """Fill in the names of clusters, in subjobs too.

    Args:
        jobs: normalised jobs, which are changed.
        names: the names that are known, by cluster id.
    """
    for job in jobs:
        job["cluster_name"] = names.get(job["cluster_id"], job["cluster_name"])
        name_clusters(job["subjobs"], names)


def summarise(jobs: t.Iterable[Job]) -> dict[str, t.Any]:
    """Counts over jobs: ``total``, ``finished``, and by status, type and cluster id, largest first.

    A missing value is counted under ``unknown``.
    """
    jobs = list(jobs)

    def count(key: str) -> dict[str, int]:
        return dict(Counter(job[key] or "unknown" for job in jobs).most_common())

    return {
        "total": len(jobs),
        "finished": sum(job["finished"] for job in jobs),
        "by_status": count("status"),
        "by_type": count("type"),
        "by_cluster": count("cluster_id"),
    }


# ---------------------------------------------------------------------------------------------------------------------
# what is noticed on the way


class _Tally:
    """What is counted and complained about while a list is read."""

    def __init__(self, wanted: dict[str, str]) -> None:
        self.wanted = wanted
        """Values of the filter on status that are none of the documented ones, by their lower-case spelling."""
        self.fetched = 0
        self.statuses: set[str] = set()
        """Statuses of the jobs read, as they came; filled only where ``wanted`` needs them."""
        self.texts: list[str] = []
        self.hashes: set[int] = set()

    def complain(self, text: str) -> None:
        # what the filters read is read again for the result, subjobs also with their parent: one complaint is enough.
        # Hashes, since memory must not grow by a sentence for each of 100,000 jobs
        if hash(text) not in self.hashes:
            self.hashes.add(hash(text))
            if len(self.texts) < MAX_WARNINGS:
                self.texts.append(text)

    def complaints(self) -> list[str]:
        more = len(self.hashes) - len(self.texts)
        return [*self.texts, f"More faults of this kind in the job list: {more}."] if more else self.texts


def _unknown_statuses(query: Query) -> dict[str, str]:
    return {text.lower(): text for text in query.status if text.lower() not in STATUSES}


def _warn_of_statuses(tally: _Tally) -> list[str]:
    seen = {text.lower() for text in tally.statuses}
    # only a payload that is not CCE's has more than a handful
    there = ", ".join(sorted(tally.statuses)[:10]) or "no status at all"
    return [
        f"No job has the status {text!r}: the known ones are {', '.join(STATUSES.values())}, and the fetched jobs have "
        f"{there}."
        for lower, text in tally.wanted.items()
        if lower not in seen
    ]


# ---------------------------------------------------------------------------------------------------------------------
# raw jobs


# A raw job, its parent's id and its level: a plain tuple, since a class with names adds a half to the time
# that it takes to look at a job and drop it
_Candidate = tuple[Raw, t.Optional[str], int]

_Test = t.Callable[[_Candidate], bool]


def _read(raw: Raw, key: str, kind: type[T], tally: _Tally) -> T | None:
    """The raw value of one of our keys; None when it is of another kind, or absent, null or empty under each name."""
    block_name, names = _FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        for name in names:
            value = block.get(name)
            if value is not None and value != "":
                if isinstance(value, kind):
                    return value
                tally.complain(f"{_name(raw)}: {key} is {_kind(value)} and not {_KINDS[kind]}: it is left out.")
                return None
    elif block is not None:
        tally.complain(f"{_name(raw)}: {block_name} is {_kind(block)} and not {_KINDS[dict]}: it is left out.")
    return None


def _text(raw: Raw, key: str, tally: _Tally) -> str | None:
    # what is usual comes first, since this is done for each of 100,000 jobs
    block_name, names = _FIELDS[key]
    block = raw.get(block_name)
    if isinstance(block, dict):
        usual = block.get(names[0])
        if isinstance(usual, str) and usual and usual.isascii():
            return usual
    text = _read(raw, key, str, tally)
    return text if text is None or text.isascii() else _clean(text)


def _time(raw: Raw, key: str, tally: _Tally) -> str | None:
    text = _read(raw, key, str, tally)
    if text is None:
        return None
    try:
        return timestamps.normalise(text)
    except ValueError as error:
        tally.complain(f"{_name(raw)}: {key} is left out, since {error}.")
        return None


def _name(raw: Raw) -> str:
    metadata = raw.get("metadata")
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return f"Job {_clean(uid)}" if uid and isinstance(uid, str) else "A job without an id"


def _kind(value: t.Any) -> str:
    """What a JSON value is, for a sentence."""
    return next((name for kind, name in _KINDS.items() if isinstance(value, kind)), "null")


def _entries(raw_jobs: t.Iterable[t.Any], query: Query, tally: _Tally) -> t.Iterator[_Candidate]:
    """The jobs that the query is applied to: those of the list, or with ``flat`` those of all trees in it."""
    flat = query.subjobs == "flat"
    for number, raw in enumerate(raw_jobs, 1):
        if not isinstance(raw, dict):
            tally.complain(f"Entry {number} of the job list is {_kind(raw)} and not {_KINDS[dict]}: it is left out.")
            continue
        tally.fetched += 1
        yield raw, None, 1
        if flat:
            yield from _descendants(raw, 1, tally)


def _descendants(raw: Raw, level: int, tally: _Tally) -> t.Iterator[_Candidate]:
    for subjob in _subjobs(raw, level, tally):
        yield subjob, _text(raw, "id", tally), level + 1
        yield from _descendants(subjob, level + 1, tally)


def _subjobs(raw: Raw, level: int, tally: _Tally) -> list[Raw]:
    """The subjobs of a job on that level, without what is none and without those that lie too deep."""
    subjobs = _read(raw, "subjobs", list, tally)
    if not subjobs:
        return []
    if level >= MAX_LEVELS:
        tally.complain(f"{_name(raw)}: its subjobs lie below level {MAX_LEVELS} and are left out.")
        return []
    jobs = [subjob for subjob in subjobs if isinstance(subjob, dict)]
    if len(jobs) < len(subjobs):
        tally.complain(f"{_name(raw)}: {len(subjobs) - len(jobs)} of its subjobs are no objects: they are left out.")
    return jobs


# ---------------------------------------------------------------------------------------------------------------------
# filter and order


def _matching(entries: t.Iterable[_Candidate], query: Query, tally: _Tally) -> t.Iterator[_Candidate]:
    if tally.wanted:
        entries = _noting_statuses(entries, tally)
    for test in _tests(query, tally):
        # no generator of our own: it would be gone through once for each job that is dropped
        entries = filter(test, entries)
    return iter(entries)


def _noting_statuses(entries: t.Iterable[_Candidate], tally: _Tally) -> t.Iterator[_Candidate]:
    for candidate in entries:
        status = _text(candidate[0], "status", tally)
        if status:
            tally.statuses.add(status)
        yield candidate


def _tests(query: Query, tally: _Tally) -> list[_Test]:
    """A predicate for each filter in use, the cheap ones first."""
    tests: list[_Test] = []
    for key in ("id", "cluster_id", "resource_id", "resource_name"):
        if getattr(query, key):
            tests.append(_equals(key, getattr(query, key), tally))
    if query.cluster_id_of_name:
        tests.append(_equals("cluster_id", query.cluster_id_of_name, tally))
    for key in ("status", "type"):
        if getattr(query, key):
            tests.append(_equals_ignoring_case(key, getattr(query, key), tally))
    if query.finished is not None:
        tests.append(lambda candidate: _is_finished(candidate[0], tally) is query.finished)
    if query.created_after or query.created_before:
        tests.append(_created_between(query.created_after, query.created_before, tally))
    return tests


def _equals(key: str, values: tuple[str, ...], tally: _Tally) -> _Test:
    wanted = frozenset(values)
    return lambda candidate: _text(candidate[0], key, tally) in wanted


def _equals_ignoring_case(key: str, values: tuple[str, ...], tally: _Tally) -> _Test:
    wanted = frozenset(value.lower() for value in values)
    return lambda candidate: (_text(candidate[0], key, tally) or "").lower() in wanted


def _created_between(start: str | None, end: str | None, tally: _Tally) -> _Test:
    def test(candidate: _Candidate) -> bool:
        created = _time(candidate[0], "created_at", tally)
        return created is not None and (start is None or created >= start) and (end is None or created < end)

    return test


def _is_finished(raw: Raw, tally: _Tally) -> bool:
    known = _FINISHED.get((_text(raw, "status", tally) or "").lower())
    return _time(raw, "completed_at", tally) is not None if known is None else known


def _first(limit: int, candidates: t.Iterable[_Candidate], query: Query, tally: _Tally) -> list[_Candidate]:
    """As many as the limit allows, in order; no more than these are ever kept."""
    newest = query.order == "newest"

    def key(candidate: _Candidate) -> str:
        raw = candidate[0]
        return _place(_time(raw, "created_at", tally), _text(raw, "id", tally), newest)

    return (heapq.nlargest if newest else heapq.nsmallest)(limit, candidates, key=key)


def _place(created: str | None, job_id: str | None, newest: bool) -> str:
    """What jobs are sorted by, in reverse for the newest first: creation, then id, those without a time last."""
    # one text, which is compared faster than a tuple; all times have the same length
    return f"{'1' if (created is not None) is newest else '0'}{created or ''}{job_id or ''}"


# ---------------------------------------------------------------------------------------------------------------------
# normalise


class _Cause(t.NamedTuple):
    level: int
    facts: dict[str, t.Any]


def _finish(candidate: _Candidate, query: Query, tally: _Tally) -> Job:
    job = _normalise(candidate, tally)[0]
    if query.subjobs != "nested":
        job["subjobs"] = []
    return job


def _normalise(candidate: _Candidate, tally: _Tally) -> tuple[Job, _Cause | None]:
    """The job, and the deepest failure in its tree that gives a reason."""
    raw, parent_id, level = candidate
    own_id = _text(raw, "id", tally)
    children = [_normalise((subjob, own_id, level + 1), tally) for subjob in _subjobs(raw, level, tally)]
    status = _text(raw, "status", tally) or ""
    job_type = _text(raw, "type", tally)
    resource_name = _text(raw, "resource_name", tally)
    created_at = _time(raw, "created_at", tally)
    completed_at = _time(raw, "completed_at", tally)
    finished = _FINISHED.get(status.lower())
    job: Job = {
        "id": own_id,
        "type": job_type,
        "status": STATUSES.get(status.lower(), status) or None,
        "finished": completed_at is not None if finished is None else finished,
        "reason": _text(raw, "reason", tally),
        "root_cause": None,
        "cluster_id": _text(raw, "cluster_id", tally),
        # the resource that this type of job works on is the cluster itself
        "cluster_name": resource_name if (job_type or "").lower() == "createcluster" else None,
        "resource_id": _text(raw, "resource_id", tally),
        "resource_name": resource_name,
        "extend_param": _mapping(raw, "extend_param", tally),
        "created_at": created_at,
        "updated_at": _time(raw, "updated_at", tally),
        "completed_at": completed_at,
        "duration": _duration(created_at, completed_at),
        "parent_id": _text(raw, "parent_id", tally) or parent_id,
        "subjobs": [child for child, cause in children],
    }
    deepest = None
    if children:
        # max() takes the first of equals: of two failures on one level the one that the API lists first
        deepest = max((cause for child, cause in children if cause), key=lambda cause: cause.level, default=None)
    if job["status"] == "Failed":
        own = _Cause(level, {key: job[key] for key in ("id", "type", "resource_name", "reason")})
        # a copy: what YAML finds in two places it writes as an anchor and an alias
        job["root_cause"] = dict((deepest or own).facts)
        if deepest is None and job["reason"]:
            deepest = own
    return job, deepest


def _duration(start: str | None, end: str | None) -> float | None:
    if start is None or end is None:
        return None
    seconds = timestamps.seconds_between(start, end)
    return seconds if seconds >= 0 else None


def _mapping(raw: Raw, key: str, tally: _Tally) -> dict[str, t.Any]:
    value = _read(raw, key, dict, tally) or {}
    try:
        if "".join((*value, *value.values())).isascii():
            return dict(value)
    except TypeError:
        # not only text
        pass

    def clean(value: t.Any, level: int) -> t.Any:
        if isinstance(value, str):
            return value if value.isascii() else _clean(value)
        if isinstance(value, (dict, list)) and level > MAX_LEVELS:
            # documented is a map of text to text, so nothing real is lost; Ansible fails on what nests far deeper
            tally.complain(f"{_name(raw)}: {key} nests deeper than {MAX_LEVELS} levels: what lies below is left out.")
            return None
        if isinstance(value, dict):
            return {_clean(name): clean(entry, level + 1) for name, entry in value.items()}
        if isinstance(value, list):
            return [clean(entry, level + 1) for entry in value]
        return value

    return t.cast("dict[str, t.Any]", clean(value, 1))


def _clean(text: str) -> str:
    """The text without halves of surrogate pairs: JSON can hold them, but no output of Ansible can."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
