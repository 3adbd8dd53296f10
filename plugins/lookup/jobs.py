# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: jobs
short_description: List the jobs of Cloud Container Engine (CCE)
version_added: 1.0.0
description:
  - Lists the jobs of a project in Cloud Container Engine (CCE) of Open Telekom Cloud.
  - A job is a piece of work that CCE does in the background, for example the creation of a cluster or of a node.
  - The jobs can be filtered and sorted. A failed job comes with the cause of its failure.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
extends_documentation_fragment:
  - opentelekomcloud.cce._connection
  - opentelekomcloud.cce._connection.plugin
  - opentelekomcloud.cce._filters
options:
  _terms:
    description:
      - The ids or names of the clusters whose jobs are listed.
      - What has 36 characters, which are hexadecimal digits and dashes, is an id. Everything else is a name,
        which takes one more call as described for O(cluster_name).
      - They are alternatives, also to the values of O(cluster_id). With neither, the jobs of all clusters are listed.
    type: list
    elements: str
    required: false
  cache_ttl:
    description:
      - For how many seconds a list that was fetched may be used again, by all tasks, hosts and forks of one run of
        Ansible. With V(0), the default, every lookup fetches the jobs anew.
      - One process fetches the list, and the others wait for it, never longer than O(timeout).
        If the fetch fails, nothing is kept, and the next one tries for itself.
      - What is kept is the whole list of the project, and that of its clusters where names of clusters are given.
        Lookups with different filters share it, those with different credentials or another connection do not.
        O(timeout) and O(retries) may differ.
      - The age counts from the moment at which the fetch was started. Each lookup goes by its own O(cache_ttl).
      - The list is kept in a private folder among the temporary files of the run, which Ansible removes at its end.
        So no run gets to see a list from before it began. The folder holds no credentials.
      - Do not set it where a lookup waits for something to change.
    type: int
    default: 0
notes:
  - >-
    Use C(query), not C(lookup). What C(lookup) returns depends on the number of jobs.
    It is an empty list for no job, a dictionary for one, and a list for more than one. C(query) always returns a list.
  - >-
    A variable whose value is a query is evaluated at each use, and each time the jobs are fetched anew.
    With O(cache_ttl) they are fetched once for all uses and all hosts.
    Or store the result with M(ansible.builtin.set_fact), in a task with C(run_once: true) for all hosts.
  - >-
    Lookups of one template with equal options for the connection log in once and share one connection.
  - >-
    A lookup in the options of a task is evaluated once, so C(until) cannot wait with it.
    Use M(opentelekomcloud.cce.jobs_info) for that.
seealso:
  - module: opentelekomcloud.cce.jobs_info
    description: The same list as a module. It also counts the jobs and describes failures. It runs on the target.
  - name: Obtaining the Job List
    description: The call of the CCE API which is used here.
    link: https://docs.otc.t-systems.com/cloud-container-engine/api-ref/apis/job_management/obtaining_the_job_list.html
"""

EXAMPLES = r"""
---
# The first examples take region, project and credentials from environment variables of the controller,
# for example OS_REGION_NAME, OS_PROJECT_ID, OS_ACCESS_KEY and OS_SECRET_KEY.

- name: Show why jobs of a cluster failed
  ansible.builtin.debug:
    msg: >-
      {{ item.root_cause.type }} {{ item.root_cause.resource_name }}:
      {{ item.root_cause.reason or 'no reason given' }}
  loop: "{{ query('opentelekomcloud.cce.jobs', 'shop-batch', status=['Failed']) }}"
  loop_control:
    label: "{{ item.id }}"

- name: Go on only if nothing is running on the cluster
  ansible.builtin.assert:
    that:
      - query('opentelekomcloud.cce.jobs', 'shop-archive', finished=false) | length == 0
    fail_msg: There are jobs on the cluster that have not ended.
    success_msg: Nothing is running on the cluster.

- name: Name the resources of the newest ten jobs of the last day
  ansible.builtin.debug:
    msg: >-
      {{ query('opentelekomcloud.cce.jobs', created_after='24h', limit=10)
         | map(attribute='resource_name') | select | unique | join(', ') }}

- name: Fetch the jobs and their steps once for all hosts and all later tasks
  ansible.builtin.set_fact:
    cce_jobs: "{{ query('opentelekomcloud.cce.jobs', created_after='24h', subjobs='flat') }}"
  run_once: true

- name: Count those that failed
  ansible.builtin.debug:
    msg: "{{ cce_jobs | selectattr('status', 'equalto', 'Failed') | length }} of {{ cce_jobs | length }} failed"
  when: cce_jobs | length > 0

- name: Fetch the jobs once for many hosts, each of which looks for its own
  ansible.builtin.debug:
    msg: >-
      {{ query('opentelekomcloud.cce.jobs', resource_name=[inventory_hostname], cache_ttl=300)
         | map(attribute='type') }}

- name: Give region, project and credentials as variables
  ansible.builtin.debug:
    msg: "{{ query('opentelekomcloud.cce.jobs', order='oldest', limit=1) | map(attribute='created_at') }}"
  vars:
    opentelekomcloud_cce_region: eu-de
    opentelekomcloud_cce_project_name: eu-de_shop
    opentelekomcloud_cce_access_key: "{{ my_access_key }}"
    opentelekomcloud_cce_secret_key: "{{ my_secret_key }}"
"""

RETURN = r"""
---
_list:
  description:
    - The jobs that match the filters, in the order of O(order).
    - Every job has all of the keys below. A value that is not known is V(null).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the job.
      returned: always
      type: str
    type:
      description:
        - The type of the job, for example V(CreateCluster) or V(ScaleupCluster).
        - CCE has no complete list of its job types, so other values can appear at any time.
      returned: always
      type: str
    status:
      description:
        - The state of the job, V(Initializing), V(Running), V(Failed) or V(Success), always in this spelling.
        - A value that CCE may add in future is returned unchanged.
      returned: always
      type: str
    finished:
      description:
        - Whether the job has ended, well or badly. It is V(true) for the states V(Success) and V(Failed).
        - For an unknown state it is V(true) if the job has a completion time.
      returned: always
      type: bool
    reason:
      description: What CCE says about the state of the job, mostly why it failed. It is V(null) if CCE says nothing.
      returned: always
      type: str
    root_cause:
      description:
        - Why the job failed. This is the deepest failed subjob that gives a reason, or else the job itself.
        - It is V(null) for a job that has not failed.
      returned: always
      type: dict
      contains:
        id:
          description: The id of the failed job or subjob.
          returned: when the job has failed
          type: str
        type:
          description: The type of the failed job or subjob.
          returned: when the job has failed
          type: str
        resource_name:
          description: The name of the resource on which the failed job or subjob worked.
          returned: when the job has failed
          type: str
        reason:
          description: What CCE says about the failure.
          returned: when the job has failed
          type: str
    cluster_id:
      description: The id of the cluster to which the job belongs.
      returned: always
      type: str
    cluster_name:
      description:
        - The name of the cluster to which the job belongs, where it is known.
        - CCE itself reports it only for jobs that create a cluster. For others it is known if the clusters were listed,
          as for O(cluster_name). Otherwise it is V(null).
      returned: always
      type: str
    resource_id:
      description: The id of the resource on which the job works, for example a node.
      returned: always
      type: str
    resource_name:
      description: The name of the resource on which the job works, for example a node.
      returned: always
      type: str
    extend_param:
      description:
        - Further parameters of the job.
        - Keys and values are returned as they come from CCE, which does not document them.
        - It is an empty dictionary if there are none.
      returned: always
      type: dict
    created_at:
      description:
        - When the job was created.
        - All times are UTC and have the same length, so that sorting them as text sorts them by time.
        - A time that is missing or cannot be read is V(null).
      returned: always
      type: str
    updated_at:
      description: When the job was last changed, written as in RV(_list[].created_at).
      returned: always
      type: str
    completed_at:
      description: When the job ended, written as in RV(_list[].created_at). It is V(null) for a job that has not ended.
      returned: always
      type: str
    duration:
      description:
        - The seconds from RV(_list[].created_at) to RV(_list[].completed_at).
        - It is V(null) if one of them is missing.
      returned: always
      type: float
    parent_id:
      description: The id of the job of which this job is a step. It is V(null) if there is none.
      returned: always
      type: str
    subjobs:
      description:
        - The steps of the job. Each one is a job with the same keys as in RV(_list), and can have subjobs itself.
        - It is an empty list if there are none, and with O(subjobs=flat) and O(subjobs=none).
      returned: always
      type: list
      elements: dict
  sample:
    - id: e43c6f3b-87e6-11f0-be88-0255ac10003f
      type: ScaleupCluster
      status: Failed
      finished: true
      reason: Something bad happened at server, recycle resource
      root_cause:
        id: e43c6f3b-87e6-11f0-be88-0255ac10003f
        type: ScaleupCluster
        resource_name: node-iv28j9
        reason: Something bad happened at server, recycle resource
      cluster_id: 7ec8b73d-83db-11f0-8baa-0255ac10003e
      cluster_name: null
      resource_id: 3b4410fa-87e6-11f0-be88-0255ac10003f
      resource_name: node-iv28j9
      extend_param:
        claimrollback: "true"
        node.zone: ""
        nodepooluid: ""
        orderID: CS25090218238EI5V
        v3-scaleup: "true"
      created_at: "2025-09-02T10:23:38.987955Z"
      updated_at: "2025-09-02T11:26:03.218087Z"
      completed_at: "2025-09-02T11:26:03.218087Z"
      duration: 3744.230132
      parent_id: null
      subjobs: []
"""

import functools
import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._auth.session import SessionPool
from ..module_utils._errors import CceError
from ..module_utils._options.settings import Settings
from ..module_utils._options.table import CONNECTION
from ..module_utils._report import Report
from ..module_utils._secrets import register_secret
from ..module_utils._service.find import JobCache, find_jobs
from ..module_utils._service.options import LOOKUP
from ..module_utils._service.request import read_request

SESSIONS = SessionPool()
"""Logins and connections of this process, so that the many lookups of one template share them."""

# the workers of Ansible are forks: each has to log in and to connect for itself
os.register_at_fork(after_in_child=SESSIONS.clear)


class LookupModule(LookupBase):
    """Lists jobs. All the work is shared with the module."""

    def run(
        self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        """The jobs, as plain lists and dicts.

        Raises:
            AnsibleLookupError: with the sentence that the module would fail with.
        """
        display = Display()
        report = Report(warning=display.warning, info=display.v, secret=register_secret)
        # up to ansible-core 2.18, a loop by with_opentelekomcloud.cce.jobs adds this of its own accord
        kwargs.pop("wantlist", None)
        try:
            request = read_request(LOOKUP, kwargs, self._connection_variables(variables or {}), terms=terms)
            make_cache = functools.partial(self._cache, request.cache_ttl) if request.cache_ttl else None
            return find_jobs(request, "jobs", report, SESSIONS, make_cache).jobs
        except CceError as error:
            # "from None", because Ansible would append the same sentence once more
            raise AnsibleLookupError(str(error)) from None

    def _cache(self, lifetime: int, settings: Settings, report: Report) -> JobCache:
        # where it is used: Ansible compiles the files of a collection anew in each process
        from ..plugin_utils.list_cache import FOLDER, JobListCache

        return JobListCache(os.path.join(constants.DEFAULT_LOCAL_TMP, FOLDER), lifetime, settings, report)

    def _connection_variables(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The variables that stand for connection options, by option.

        Not through ``set_options()``, which does not evaluate what such a variable holds, mostly the name of a vaulted
        one, lets an empty environment variable win, and passes over arguments that it does not know.
        """
        return {
            option.name: self._templar.template(variables[option.variable])
            for option in CONNECTION
            if option.variable in variables
        }
