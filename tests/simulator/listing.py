# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that lists leave out for a while: listed late, missing from a list, deleted, or back again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from .control_input import Members, checked
from .job_list import encoded, find_job, job_id
from .schedule import SCHEDULE_MEMBERS, Schedule, schedule

_MEMBERS: Members = {
    "job": (str, "the ID of a job"),
    "deleted": (bool, "true or false"),
    **SCHEDULE_MEMBERS,
}


@dataclass
class Absence:
    """A job that lists leave out as scheduled; a deleted one is unknown to GetOneJob as well."""

    job: str
    deleted: bool
    schedule: Schedule


class Absences:
    """The absences in force. Each counts the lists that could show its job."""

    def __init__(self) -> None:
        self._absences: list[Absence] = []
        self._lock = threading.Lock()

    def add(self, value: object, now: int) -> None:
        """Add an absence from JSON. Raises InvalidInput."""
        members = checked(value, _MEMBERS, "an absence", required=("job",))
        absence = Absence(members["job"], members.get("deleted", False), schedule(now, members, default_times=None))
        with self._lock:
            self._absences.append(absence)

    def clear(self) -> None:
        with self._lock:
            self._absences.clear()

    def take(self, now: int, is_listed: Callable[[str], bool]) -> set[str]:
        """Count a list, and return the IDs that it leaves out.

        Args:
            now: the time of the list.
            is_listed: whether the list would contain the job of an ID.
        """
        with self._lock:
            return {each.job for each in self._absences if is_listed(each.job) and each.schedule.take(now)}

    def deleted(self, uid: str, now: int) -> bool:
        with self._lock:
            return any(each.job == uid and each.deleted and each.schedule.holds(now) for each in self._absences)


class Replacement:
    """A body that replaces every job list, byte by byte unless a job must be left out."""

    def __init__(self, body: bytes, content_type: str) -> None:
        self._body = body
        self.content_type = content_type
        try:
            value = json.loads(body)
        except ValueError:
            value = None
        self._jobs = value if isinstance(value, list) else []
        self.ids = {uid for uid in map(job_id, self._jobs) if uid is not None}

    def body(self, without: set[str]) -> bytes:
        if not without:
            return self._body
        return encoded([job for job in self._jobs if job_id(job) not in without])

    def job(self, uid: str, depth: bool) -> bytes | None:
        found = find_job(self._jobs, uid, depth)
        return None if found is None else encoded(found)
