# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: it can change at any time, without notice.
# Do not use it outside of opentelekomcloud.cce.

from __future__ import annotations


class ModuleDocFragment:
    """Options that choose jobs, and the order and number in which they come."""

    DOCUMENTATION = r"""
---
options:
  status:
    description:
      - Only jobs with one of these states. Upper and lower case are the same.
      - The known states are V(Initializing) (not yet started), V(Running), V(Failed) and V(Success).
      - Any other value is accepted. If no job has it, there is a warning that names the states which are there.
    type: list
    elements: str
  cluster_id:
    description:
      - Only jobs of the clusters with one of these ids.
    type: list
    elements: str
  cluster_name:
    description:
      - Only jobs of the clusters with one of these names.
      - This takes one more call, which lists the clusters of the project and needs the permission C(cce:cluster:list).
        It also fills in the cluster names of the jobs.
      - A name that no cluster has is an error which names the nearest ones. Jobs of a deleted cluster can be found by
        O(cluster_id) only.
    type: list
    elements: str
  type:
    description:
      - Only jobs of one of these types, for example V(CreateCluster) or V(ScaleupCluster).
        Upper and lower case are the same.
      - CCE has no complete list of its job types, so any value is accepted.
    type: list
    elements: str
  id:
    description:
      - Only jobs with one of these ids.
    type: list
    elements: str
    aliases: [job_id]
  resource_id:
    description:
      - Only jobs that work on a resource with one of these ids, for example a node. The id must match exactly.
    type: list
    elements: str
  resource_name:
    description:
      - Only jobs that work on a resource with one of these names, for example a node. The name must match exactly.
    type: list
    elements: str
  finished:
    description:
      - With V(true), only jobs that have ended, whether well or badly.
      - With V(false), only jobs that have not ended yet.
      - Without this option, both.
    type: bool
  created_after:
    description:
      - Only jobs created at this time or later.
      - A time is written in one of these forms, V(2025-09-02T10:00:00Z) (RFC 3339, any offset),
        V(2025-09-02) or V(2025-09-02 10:00:00). The last two are UTC.
      - An age counts back from now, for example V(90s), V(15m), V(24h), V(7d) or V(2w).
      - A job without a creation time is not among the results.
    type: str
  created_before:
    description:
      - Only jobs created before this time. A job created exactly at this time is left out.
      - The value is written as in O(created_after).
      - A job without a creation time is not among the results.
    type: str
  subjobs:
    description:
      - What happens to the steps of a job, its subjobs. Subjobs can have subjobs themselves.
      - With V(nested), each job carries its subjobs. The filters look at the outermost jobs only.
      - With V(flat), every job and every subjob is an item of its own, and is filtered on its own.
      - With V(none), subjobs are left out.
    type: str
    default: nested
    choices: [nested, flat, none]
  order:
    description:
      - The order of the jobs, by creation time and then by id.
        With V(newest), the newest job comes first. With V(oldest), the oldest job comes first.
      - Jobs without a creation time always come last.
    type: str
    default: newest
    choices: [newest, oldest]
  limit:
    description:
      - The largest number of jobs to return, V(1) or more. It is applied last, after filters and O(order).
      - Without this option, all jobs are returned.
    type: int
notes:
  - >-
    The values of one filter are alternatives: a job that matches any of them is chosen.
    Different filters must all match. An empty list is no filter. A null or empty element in a list is an error.
  - >-
    CCE itself cannot filter. The plugin fetches all jobs of the project in one request and then chooses among them.
    CCE does not document how long it keeps a job.
"""
