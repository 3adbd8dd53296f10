# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The source of a wait: the jobs at one time, and more about jobs and clusters that are missing there."""

from __future__ import annotations

import typing as t

from .._errors import CceError
from .._jobs.normalize import Job
from .._jobs.select import Combined, Selection


class Poll(t.NamedTuple):
    """The jobs at the time of one poll."""

    selection: Selection | Combined
    """The jobs that the whole query selects."""
    jobs: dict[str, Job]
    """By lower-case ID: selected jobs that are unfinished or have appeared since the first poll, and followed jobs.

    Filters that depend on the outcome of a job do not count here, nor does ``limit``.
    """
    without_id: list[Job]
    """Selected and unfinished jobs that have no ID."""
    selects_any: bool
    """Whether the filters select any job."""
    newest: str | None
    """When the newest selected job was created. For the first poll, see ``Source.poll``."""
    failure: CceError | None = None
    """Why a part of the jobs, those of a project, could not be fetched. Results of that part are as last seen."""
    unknown: t.Collection[str] = frozenset()
    """Lower-case IDs of jobs that this part may have, which are not in ``jobs``: nothing is known about them."""


class JobState(t.NamedTuple):
    """The response of CCE about one job."""

    job: Job | None
    """None when CCE does not return it."""
    deleted: bool
    """Whether CCE says that there is no such job."""


class Source(t.Protocol):
    """Where a wait gets its jobs from."""

    def poll(self, followed: t.Collection[str], newer_than: str | None, seconds: float) -> Poll:
        """Fetch the jobs.

        Args:
            followed: lower-case IDs of jobs to return in any case.
            newer_than: return selected jobs that were created after this time, even if they have ended. None for the
                first poll, which returns none of these. It only determines what is new later: what was created after
                its ``newest``.
            seconds: how long it may take.

        Raises:
            CceError: when they cannot be fetched.
        """

    def ask(self, job_ids: t.Collection[str], seconds: float) -> dict[str, JobState]:
        """Ask about jobs that a poll does not show. The result may leave out some.

        Raises:
            CceError: when CCE does not respond.
        """

    def look_up_clusters(self, seconds: float) -> bool:
        """Look up the clusters that the user named, unless that has been done since the last poll began.

        A cluster that was deleted and created again has another ID.

        Returns:
            Whether there are more of them now, so that the next poll may select more jobs.

        Raises:
            CceError: when they cannot be looked up.
        """
