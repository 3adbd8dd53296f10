# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: normalize_jobs
short_description: Turn raw job payloads of CCE into jobs
version_added: 1.0.0
description:
  - Returns jobs in the form of M(opentelekomcloud.cce.jobs_info), with normalized times and status, and the root cause
    of each failure.
  - Use it for job lists that were saved to a file, fetched with M(ansible.builtin.uri), or returned by an SDK.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
options:
  _input:
    description:
      - A list of jobs, one job, or an object with such a list in C(items) or C(jobs), as returned by the API in any
        version, or by an SDK.
      - Jobs that are normalized already are returned unchanged.
      - Malformed fields are V(null) in the result, and reported in warnings.
    type: raw
    required: true
  subjobs:
    description:
      - V(nested) keeps the subjobs of a job in RV(_value[].subjobs).
      - V(flat) returns jobs and subjobs at every level in one list.
      - V(none) drops all subjobs. RV(_value[].root_cause) is still determined from them.
    type: str
    choices: [nested, flat, none]
    default: nested
  order:
    description:
      - The order by creation time and then by ID. Jobs without a creation time come last.
    type: str
    choices: [newest, oldest]
    default: newest
seealso:
  - module: opentelekomcloud.cce.jobs_info
  - plugin: opentelekomcloud.cce.timeline
    plugin_type: filter
"""

EXAMPLES = r"""
---
- name: Show why jobs in a saved response failed
  ansible.builtin.debug:
    msg: "{{ item.root_cause.type }} {{ item.root_cause.resource_name }}: {{ item.root_cause.reason }}"
  loop: >-
    {{ lookup('ansible.builtin.file', 'jobs.json') | from_json
       | opentelekomcloud.cce.normalize_jobs | selectattr('status', 'equalto', 'Failed') }}
  loop_control:
    label: "{{ item.id }}"
"""

RETURN = r"""
---
_value:
  description:
    - Jobs with the same keys as in RV(opentelekomcloud.cce.jobs_info#module:jobs).
  type: list
  elements: dict
  contains:
    root_cause:
      description:
        - Why a job failed. See RV(opentelekomcloud.cce.jobs_info#module:jobs[].root_cause).
      type: dict
      returned: always, V(null) unless the job failed
    subjobs:
      description:
        - The jobs that this job consists of, with the same keys.
      type: list
      elements: dict
      returned: always
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ..module_utils._errors import CceError
from ..module_utils._garbage import collection_paused
from ..module_utils._jobs.payload import normalize_payload
from ..plugin_utils._plain_values import plain_values


def normalize_jobs(payload: t.Any, **options: t.Any) -> list[dict[str, t.Any]]:
    """Return the jobs of a payload; see DOCUMENTATION."""
    try:
        # the collector would search all variables of the run again and again
        with collection_paused():
            normalized = normalize_payload(plain_values(payload), options)
    except CceError as error:
        raise AnsibleFilterError(str(error)) from error
    for warning in normalized.warnings:
        Display().warning(warning)
    return normalized.jobs


class FilterModule:
    """The filter, as Ansible finds it."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"normalize_jobs": normalize_jobs}
