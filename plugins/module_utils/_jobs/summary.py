# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Names of clusters, and counts over normalized jobs."""

from __future__ import annotations

import typing as t
from collections import Counter

from .._text import result_key, result_text
from .normalize import Job


def name_clusters(jobs: t.Iterable[Job], names: t.Mapping[str, str]) -> None:
    """Set the names of clusters, also in subjobs.

    Args:
        jobs: normalized jobs, which are changed.
        names: known names by cluster ID.
    """
    _set_names(jobs, {cluster_id.lower(): result_text(name) for cluster_id, name in names.items()})


def _set_names(jobs: t.Iterable[Job], names: dict[str, str]) -> None:
    for job in jobs:
        job["cluster_name"] = names.get((job["cluster_id"] or "").lower(), job["cluster_name"])
        _set_names(job["subjobs"], names)


def summarize(jobs: t.Iterable[Job]) -> dict[str, t.Any]:
    """Return counts over jobs: ``total``, ``finished``, and by status, type, cluster, and project, the largest first.

    A missing value is counted as ``unknown``, but ``by_cluster_name`` and ``by_project`` have known names only.
    """
    jobs = list(jobs)

    def count(key: str) -> dict[str, int]:
        return dict(Counter(result_key(job[key] or "unknown") for job in jobs).most_common())

    def count_known(key: str) -> dict[str, int]:
        return dict(Counter(result_key(job[key]) for job in jobs if job[key]).most_common())

    return {
        "total": len(jobs),
        "finished": sum(job["finished"] for job in jobs),
        "by_status": count("status"),
        "by_type": count("type"),
        "by_cluster": count("cluster_id"),
        "by_cluster_name": count_known("cluster_name"),
        "by_project": count_known("project_name"),
    }
