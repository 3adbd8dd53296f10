# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
---
name: timeline
short_description: Show CCE jobs as a timeline on an HTML page
version_added: 1.0.0
description:
  - Returns an HTML page that shows jobs as bars on a timeline, with counts, root causes of failures, the steps of each
    job, and a table of all jobs.
  - The page is a single file. It needs no network access, and its Content-Security-Policy allows none. Without
    JavaScript, it shows the counts, the failures, and the table.
  - All text in jobs is escaped, so that names and reasons cannot change the page.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
positional: title, lanes, now
options:
  _input:
    description:
      - A list of jobs as returned by M(opentelekomcloud.cce.jobs_info), P(opentelekomcloud.cce.jobs#lookup), or
        P(opentelekomcloud.cce.normalize_jobs#filter).
      - The page shows the newest 20,000 jobs, and how many there are in all.
    type: list
    elements: dict
    required: true
  title:
    description:
      - The title of the page.
    type: str
    default: Jobs of Cloud Container Engine
  lanes:
    description:
      - Which jobs share a lane. The page can change it.
    type: str
    choices: [cluster, project, type, resource]
    default: cluster
  now:
    description:
      - The time up to which unfinished jobs are drawn, and to which the page refers as the present. The default is the
        current time.
      - With the same jobs and the same value, the page is the same, byte for byte.
      - ISO 8601, with UTC as the default time zone, or a result of C(now(utc=true)).
    type: raw
seealso:
  - module: opentelekomcloud.cce.jobs_info
  - plugin: opentelekomcloud.cce.jobs
    plugin_type: lookup
  - plugin: opentelekomcloud.cce.normalize_jobs
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Get the jobs of a night
  opentelekomcloud.cce.jobs_info:
    created_after: 12h
  register: cce

- name: Write the page
  ansible.builtin.copy:
    dest: night.html
    content: "{{ cce.jobs | opentelekomcloud.cce.timeline(title='Night shift') }}"
    mode: "0644"

- name: Write a page from a job list that was saved to a file
  ansible.builtin.copy:
    dest: saved.html
    content: >-
      {{ lookup('ansible.builtin.file', 'jobs.json') | from_json
         | opentelekomcloud.cce.normalize_jobs
         | opentelekomcloud.cce.timeline(lanes='type', now='2025-09-02T12:00:00Z') }}
    mode: "0644"
"""

RETURN = r"""
---
_value:
  description:
    - The text of the HTML file, in UTF-8.
  type: str
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._errors import CceError
from ..module_utils._garbage import collection_paused
from ..plugin_utils._plain_values import plain_values
from ..plugin_utils._timeline.options import NAMES
from ..plugin_utils._timeline.page import timeline as page_of


def timeline(jobs: t.Any, *positional: t.Any, **options: t.Any) -> str:
    """Return the page; see DOCUMENTATION."""
    given = dict(zip(NAMES, positional))
    try:
        if len(positional) > len(NAMES) or given.keys() & options.keys():
            raise CceError(f"Too many arguments. Use at most one value for each of {', '.join(NAMES)}.", "option")
        # the collector would search all variables of the run again and again
        with collection_paused():
            return page_of(plain_values(jobs), {**given, **options})
    except CceError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"timeline": timeline}
