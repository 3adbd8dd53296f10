# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: it can change at any time, without notice.
# Do not use it outside of opentelekomcloud.cce.

from __future__ import annotations


class ModuleDocFragment:
    """Options that select, order, and limit jobs."""

    DOCUMENTATION = r"""
---
# docs/generate.py keeps everything but the descriptions of options in step with the option table.
options:
  status:
    description:
      - Only jobs in one of these states, such as V(Initializing), V(Running), V(Failed), and V(Success).
      - Case does not matter. Another value that no job has causes a warning.
    type: list
    elements: str
  cluster_id:
    description:
      - Only jobs of clusters with one of these IDs. A value that is not an ID causes a warning.
    type: list
    elements: str
  cluster_name:
    description:
      - Only jobs of clusters with one of these names.
      - One more request lists the clusters, which requires V(cce:cluster:list).
      - For deleted clusters, use O(cluster_id).
    type: list
    elements: str
  type:
    description:
      - Only jobs of one of these types, such as V(ScaleupCluster).
      - Case does not matter. A value that no job has causes a warning.
    type: list
    elements: str
  id:
    description:
      - Only jobs with one of these IDs. Subjobs are found as well.
      - Up to eight jobs are fetched directly, without the list.
    type: list
    elements: str
    aliases: [job_id]
  resource_id:
    description:
      - Only jobs on resources with these IDs, such as nodes.
    type: list
    elements: str
  resource_name:
    description:
      - Only jobs on resources with these names.
    type: list
    elements: str
  finished:
    description:
      - V(true) for jobs that have ended, V(false) for others.
    type: bool
  created_after:
    description:
      - Only jobs created at or after this time. Jobs without that time never match.
      - A time, such as V(2025-09-02T10:00:00+02:00), V(2025-09-02), or V(2025-09-02 10:00:00). UTC without an offset.
      - Or an age, back from the response, such as V(90s), V(15m), V(24h), V(7d), or V(2w).
    type: str
  created_before:
    description:
      - Only jobs created before then. See O(created_after).
    type: str
  completed_after:
    description:
      - Only jobs that ended since. See O(created_after).
    type: str
  completed_before:
    description:
      - Only jobs that ended before. See O(created_after).
    type: str
  subjobs:
    description:
      - How to return the steps of jobs (subjobs), at any depth.
      - V(nested) returns them in their job, and filters top-level jobs only. V(flat) returns and filters them like
        top-level jobs. V(none) drops them.
    type: str
    default: nested
    choices: [nested, flat, none]
  order:
    description:
      - Which jobs come first, by creation time, then by ID.
    type: str
    default: newest
    choices: [newest, oldest]
  limit:
    description:
      - Maximum number of jobs, at least V(1), applied last.
    type: int
  resolve_cluster_names:
    description:
      - Look up all cluster names with one request.
    type: bool
    default: false
notes:
  - >-
    A job must match all filters, and one of the values of each. Names must match exactly. An empty list is ignored;
    a null or empty element is an error.
  - >-
    CCE cannot filter: one request fetches all jobs of the project, which are filtered while they are read.
    How long CCE keeps a job is not documented.
"""
