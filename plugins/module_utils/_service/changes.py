# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Changes of jobs from one poll to the next.

States are compared, not times: no clock and no list that lags behind can hide a change.
"""

from __future__ import annotations

import json
import re
import typing as t
import uuid

from .._jobs.diagnostics import Diagnostics
from .._jobs.filters import Filters
from .._jobs.normalize import Job, Origin, normalize
from .._jobs.query import Query
from .._jobs.raw_job import FINISHED, STATUSES, Candidate, candidates, is_finished, read_text, read_time
from .._secrets import Mask

REMEMBERED_SECONDS = 86_400.0
"""How long a job is remembered that lists do not show any more."""

MAX_REMEMBERED = 100_000
"""How many of these jobs are remembered."""

ABOUT_CHANGES: dict[str, t.Any] = {
    "status": (),
    "finished": None,
    "completed_after": None,
    "completed_before": None,
    "created_before": None,
}
"""Filters that an unfinished job may begin to match, and the values that match everything.

They decide which changes are reported. The other filters decide which jobs are compared.
"""

# A UUID, which is not a secret. Masking each ID of thousands would take longer than everything else.
_USUAL_ID = re.compile("[0-9a-f-]{36}")

# The first brace of what begins an expression, a statement, or a comment of Jinja
_TEMPLATE = re.compile(r"\{(?=[{%#])")


class State(t.NamedTuple):
    """The state of a job, as far as it is compared."""

    status: str | None
    finished: bool
    """For an undocumented status, and for a step of a finished job, the status does not imply that."""


class Change(t.NamedTuple):
    """A change to report."""

    kind: str
    """``appeared``, ``changed``, or ``finished``."""
    previous_status: str | None
    """None as well when the job is new."""
    state: State
    job: Job
    project_id: str
    key: str
    """The ID of the job, as ``Memory`` spells it."""

    def event(self) -> dict[str, t.Any]:
        """The event for the rule engine, which ignores a repetition of its UUID as far as it remembers it."""
        state = [self.state.status]
        if self.state.finished != FINISHED.get((self.state.status or "").lower(), False):
            state.append("finished")
        name = json.dumps(["opentelekomcloud.cce", self.project_id, self.key, *state])
        return {
            "cce": {"change": self.kind, "previous_status": _inert(self.previous_status), "job": _inert(self.job)},
            "meta": {"uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, name))},
        }


class Memory:
    """The known states of the jobs of one project.

    Attributes:
        filters: a description of the filters that selected these jobs. None before the first poll.
        histories: by lower-case ID, the different states in which a job was seen, the current one last.
        absent: by lower-case ID, since when lists do not show a job, in seconds since the epoch; the oldest first.
    """

    def __init__(self, filters: str | None = None) -> None:
        self.filters = filters
        self.histories: dict[str, tuple[State, ...]] = {}
        self.absent: dict[str, float] = {}
        # of thousands of jobs, most have one of a few histories
        self._same: dict[tuple[State, ...], tuple[State, ...]] = {}

    def learn(self, key: str, state: State) -> None:
        """Make this the current state of a job."""
        earlier = self.histories.get(key, ())
        if earlier[-1:] != (state,):
            history = (*(each for each in earlier if each != state), state)
            self.histories[key] = self._same.setdefault(history, history)

    def settle(self, present: t.Collection[str], now: float) -> None:
        """Note which jobs a list has shown, and forget those that lists have not shown for a long time.

        Args:
            present: lower-case IDs of the jobs in the list that were compared.
            now: seconds since the epoch.
        """
        for key in [key for key in self.absent if key in present]:
            del self.absent[key]
        for key in self.histories:
            if key not in present:
                self.absent.setdefault(key, now)
        too_many = len(self.absent) - MAX_REMEMBERED
        # the oldest first; a clock that was set back makes none of them older
        for number, (key, since) in enumerate(list(self.absent.items())):
            if number >= too_many and now - since <= REMEMBERED_SECONDS:
                break
            del self.absent[key], self.histories[key]


class FirstPoll(t.NamedTuple):
    """How to treat jobs that are unknown only because there was no poll before."""

    since: str | None
    """Report those that are unfinished, or have finished at or after this time. None to report none of them."""

    def is_news(self, candidate: Candidate, finished: bool, diagnostics: Diagnostics) -> bool:
        if self.since is None or not finished:
            return self.since is not None
        ended = read_time(candidate[0], "completed_at", diagnostics) or read_time(
            candidate[0], "updated_at", diagnostics
        )
        return (ended or "") >= self.since


class Poll(t.NamedTuple):
    """One list, compared with what was known before."""

    changes: list[Change]
    """Those to report, unordered. The memory must learn each of them when it has been reported."""
    silent: dict[str, State]
    """States to learn without a report, by lower-case ID."""
    present: t.Collection[str]
    """Lower-case IDs of all jobs that were compared."""
    warnings: list[str]
    """Complete sentences."""
    project_id: str
    checked: tuple[Filters, Filters] | None = None
    """At the first poll, the filters that saw all jobs: those for jobs, and those for changes."""


def compare(
    raw_jobs: t.Iterable[t.Any],
    query: Query,
    kinds: t.Collection[str],
    memory: Memory,
    origin: Origin,
    first: FirstPoll | None = None,
    mask: Mask | None = None,
) -> Poll:
    """Compare a list with what is known. This changes nothing, since the list may turn out to be truncated.

    Args:
        raw_jobs: elements of the API's list. Each is read once and released unless it has changed.
        query: the user's filters, without ages.
        kinds: the kinds of changes to report.
        memory: what is known.
        origin: where the list is from.
        first: how to treat unknown jobs when this is the first list of the project, or of these filters.
        mask: removes secrets from warnings, and from what is remembered.
    """
    project_id = origin.project_id or ""
    diagnostics = Diagnostics(mask)
    compared = Filters(query._replace(**ABOUT_CHANGES), diagnostics)
    reported = Filters(Query(**{name: getattr(query, name) for name in ABOUT_CHANGES}), diagnostics)
    looked = _Look(memory.histories, first, diagnostics, mask)
    for candidate in compared.over(candidates(raw_jobs, query.deep, diagnostics)):
        if first:
            # to find out about values that no job has
            reported.matches(candidate)
        looked.at(candidate)
    # the search through the subjobs has counted them all
    diagnostics.counts_not_jobs = not query.deep
    changes = []
    for key, candidate in looked.news.items():
        state = looked.present[key]
        change = _change(key, state, memory, project_id)
        if change.kind in kinds and reported.matches(candidate):
            changes.append(change._replace(job=normalize(candidate, query.subjobs, diagnostics, origin)))
        else:
            looked.silent[key] = state
    warnings = diagnostics.warnings()
    if looked.without_id:
        warnings.append(f"Ignoring {looked.without_id} jobs without an ID: they cannot be followed.")
    return Poll(
        changes, looked.silent, looked.present.keys(), warnings, project_id, (compared, reported) if first else None
    )


def in_order(changes: t.Iterable[Change]) -> list[Change]:
    """The changes in the order in which they are reported: by the time of the update, then by the job's ID."""

    def key(change: Change) -> tuple[str, str]:
        job = change.job
        return job["updated_at"] or job["completed_at"] or job["created_at"] or "", change.key

    return sorted(changes, key=key)


class _Look:
    """One look at all jobs of a list."""

    def __init__(
        self,
        histories: t.Mapping[str, tuple[State, ...]],
        first: FirstPoll | None,
        diagnostics: Diagnostics,
        mask: Mask | None,
    ) -> None:
        self._histories = histories
        self._mask = mask
        self._first = first
        self._diagnostics = diagnostics
        self._states: dict[tuple[str | None, bool], State] = {}
        self.present: dict[str, State] = {}
        self.news: dict[str, Candidate] = {}
        self.silent: dict[str, State] = {}
        self.without_id = 0

    def at(self, candidate: Candidate) -> None:
        job_id = read_text(candidate[0], "id", self._diagnostics)
        if not job_id:
            self.without_id += 1
            return
        key = job_id.lower()
        if self._mask and not _USUAL_ID.fullmatch(key):
            key = self._mask.result(key)
        state = self._state(candidate)
        other = self.present.get(key)
        if other and (state.finished or not other.finished):
            # of two states of a job in one list, the unfinished one counts
            return
        self.present[key] = state
        self.news.pop(key, None)
        self.silent.pop(key, None)
        history = self._histories.get(key)
        if history and history[-1] == state:
            return
        if history:
            is_news = state not in history
        else:
            is_news = not self._first or self._first.is_news(candidate, state.finished, self._diagnostics)
        if is_news:
            self.news[key] = candidate
        else:
            self.silent[key] = state

    def _state(self, candidate: Candidate) -> State:
        finished = is_finished(candidate, self._diagnostics)
        status = read_text(candidate[0], "status", self._diagnostics)
        state = self._states.get((status, finished))
        if not state:
            text = status or ""
            if self._mask:
                text = self._mask.result(text)
            state = State(STATUSES.get(text.lower(), text) or None, finished)
            self._states[status, finished] = state
        return state


def _change(key: str, state: State, memory: Memory, project_id: str) -> Change:
    earlier = memory.histories.get(key)
    kind = "finished" if state.finished else "changed" if earlier else "appeared"
    return Change(kind, earlier[-1].status if earlier else None, state, {}, project_id, key)


def _inert(value: t.Any) -> t.Any:
    """The value of JSON without anything that begins a template.

    ansible-rulebook passes events to playbooks as extra variables, whose text Ansible evaluates. The text of the cloud
    must not become code there.
    """
    if isinstance(value, str):
        return _TEMPLATE.sub("{ ", value)
    if isinstance(value, dict):
        return {_inert(key): _inert(each) for key, each in value.items()}
    return [_inert(each) for each in value] if isinstance(value, list) else value
