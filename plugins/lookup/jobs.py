# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
# docs/generate.py keeps everything but the descriptions of options in step with the option table.
name: jobs
short_description: List the jobs of Cloud Container Engine (CCE)
version_added: 1.0.0
description:
  - Lists the jobs of one or several projects in Cloud Container Engine (CCE) of Open Telekom Cloud.
  - A job is an operation that CCE runs in the background, such as creating a cluster or a node.
  - Filters and sorts jobs, and finds out why a job failed.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
extends_documentation_fragment:
  - opentelekomcloud.cce._connection
  - opentelekomcloud.cce._connection.plugin
  - opentelekomcloud.cce._filters
options:
  _terms:
    description:
      - Positional arguments are IDs or names of clusters.
      - An argument of 36 hexadecimal digits and dashes is treated as an ID. Anything else is a name, which takes one
        more request, as with O(cluster_name).
      - They are alternatives, also to O(cluster_id). Without any, the jobs of all clusters are listed.
    type: list
    elements: str
    required: false
  cache_ttl:
    description:
      - For how many seconds a fetched list can be used again by all tasks, hosts, and forks of a run of Ansible.
        V(0) fetches the jobs with every lookup.
      - One process fetches the list while the others wait for it, at most for O(timeout). If it fails, nothing is
        cached, and the next one tries.
      - The complete lists of jobs and of clusters are cached for each project. Lookups with different filters,
        O(timeout), or O(retries) share them. Lookups with different credentials or any other connection option do not.
      - The age of a list counts from the start of its request. Each lookup applies its own O(cache_ttl).
      - The lists are stored without credentials in a private directory that Ansible removes at the end of the run.
        A run never sees a list that was fetched before it started.
      - Do not use it to wait for a change.
    type: int
    default: 0
notes:
  - >-
    Use C(query) instead of C(lookup), which returns a list only if there are several jobs.
    For one job, it returns a dictionary.
  - >-
    A variable that contains a query fetches the jobs every time it is used. To fetch them only once, set O(cache_ttl),
    or store the result with M(ansible.builtin.set_fact) (with C(run_once: true) for all hosts).
  - Lookups in one template log in once and share a connection if their connection options are equal.
  - >-
    Ansible evaluates a lookup in a task only once, so C(until) cannot wait for a change.
    Use M(opentelekomcloud.cce.jobs_info) to wait.
seealso:
  - module: opentelekomcloud.cce.jobs_info
    description: The same list as a module, which can also wait, counts jobs, and describes errors.
  - name: Guides
    description: Credentials, filters, waiting, recipes, and all messages.
    link: https://opentelekomcloud.github.io/ansible-collection-cce/latest/
  - name: Obtaining the Job List
    description: The API call that fetches the jobs.
    link: https://docs.otc.t-systems.com/cloud-container-engine/api-ref/apis/job_management/obtaining_the_job_list.html
"""

EXAMPLES = r"""
---
# Region, project, and credentials come from environment variables of the controller unless an example sets them,
# such as OS_REGION_NAME, OS_PROJECT_ID, OS_ACCESS_KEY, and OS_SECRET_KEY.

- name: Show why jobs of a cluster failed
  ansible.builtin.debug:
    msg: >-
      {{ item.root_cause.type }} {{ item.root_cause.resource_name }}:
      {{ item.root_cause.reason or 'no reason given' }}
  loop: "{{ query('opentelekomcloud.cce.jobs', 'shop-batch', status=['Failed']) }}"
  loop_control:
    label: "{{ item.id }}"

- name: Continue only if the cluster is idle
  ansible.builtin.assert:
    that: query('opentelekomcloud.cce.jobs', 'shop-archive', finished=false) | length == 0
    fail_msg: The cluster has unfinished jobs.
    success_msg: The cluster is idle.

- name: Show the resources of the newest ten jobs of the last day
  ansible.builtin.debug:
    msg: >-
      {{ query('opentelekomcloud.cce.jobs', created_after='24h', limit=10)
         | map(attribute='resource_name') | select | unique | join(', ') }}

- name: Fetch jobs and their steps once for all hosts and later tasks
  ansible.builtin.set_fact:
    cce_jobs: "{{ query('opentelekomcloud.cce.jobs', created_after='24h', subjobs='flat') }}"
  run_once: true

- name: Count the failed ones
  ansible.builtin.debug:
    msg: "{{ cce_jobs | selectattr('status', 'equalto', 'Failed') | length }} of {{ cce_jobs | length }} failed"

- name: Share one fetch between many hosts, each of which looks for its own jobs
  ansible.builtin.debug:
    msg: >-
      {{ query('opentelekomcloud.cce.jobs', resource_name=[inventory_hostname], cache_ttl=300)
         | map(attribute='type') }}

- name: Set region, project, and credentials as variables
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
# Generated by docs/generate.py from RETURN of opentelekomcloud.cce.jobs_info. Do not edit.
_list:
  description:
    - Jobs that match the filters, in the order that O(order) sets.
    - Every job has all of these keys. Unknown values are V(null).
    - If some of several projects cannot be read, the lookup fails.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the job.
      type: str
    type:
      description: Type of the job, such as V(ScaleupCluster), see O(type).
      type: str
    status:
      description: State of the job, see O(status).
      type: str
    finished:
      description:
        - Whether the job has ended, successfully or not. V(true) for all steps of a finished job.
        - In other states, whether it has a completion time.
      type: bool
    reason:
      description: Message of CCE, usually why the job failed.
      type: str
    root_cause:
      description:
        - Why the job failed, or V(null). Has the keys V(id), V(type), V(resource_name), and V(reason) of the deepest
          failed subjob with a reason, else of the job.
      type: dict
    project_id:
      description: ID of the project that the job was read in.
      type: str
    project_name:
      description: Name of the project, if it is known without another request.
      type: str
    region:
      description: Region of the project, if it is known without another request.
      type: str
    cluster_id:
      description: ID of the cluster that the job belongs to.
      type: str
    cluster_name:
      description:
        - Name of the cluster that the job belongs to.
        - CCE reports it only for jobs that create a cluster. For others, set O(cluster_name) or
          O(resolve_cluster_names).
      type: str
    resource_id:
      description: ID of the resource, such as a node.
      type: str
    resource_name:
      description: Name of the resource, such as a node.
      type: str
    extend_param:
      description: Further parameters as CCE returns them, not documented.
      type: dict
    created_at:
      description:
        - When the job was created. All times are in UTC and can be sorted as strings.
      type: str
    updated_at:
      description: When the job last changed.
      type: str
    completed_at:
      description: When the job finished.
      type: str
    duration:
      description: Seconds from creation to completion.
      type: float
    parent_id:
      description: ID of the job that this is a step of, or V(null).
      type: str
    subjobs:
      description:
        - Steps of the job, with the same keys. Empty with O(subjobs=flat) and O(subjobs=none).
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
      project_id: "00000000000000000000000000000001"
      project_name: eu-de_shop
      region: eu-de
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

import contextlib
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
from ..module_utils._service.find import find_jobs
from ..module_utils._service.invocation import mask_of
from ..module_utils._service.options import LOOKUP
from ..module_utils._service.request import read_request
from ..module_utils._service.search import JobCache
from ..plugin_utils._list_cache import FOLDER, JobListCache
from ..plugin_utils._working_folder import working_in

SESSIONS = SessionPool()
"""Logins and connections of this process, which the lookups of a template share."""

# forked workers must not use the connections of their parent
os.register_at_fork(after_in_child=SESSIONS.clear)


class LookupModule(LookupBase):
    """Lists jobs, with the same code as the module."""

    def run(
        self, terms: list[t.Any], variables: dict[str, t.Any] | None = None, **kwargs: t.Any
    ) -> list[dict[str, t.Any]]:
        """The jobs, as plain lists and dicts.

        Raises:
            AnsibleLookupError: with the message that the module would fail with.
        """
        display = Display()
        report = Report(warning=display.warning, info=display.v, secret=register_secret)
        # ansible-core up to 2.18 adds this in loops by with_opentelekomcloud.cce.jobs
        kwargs.pop("wantlist", None)
        known: dict[str, t.Any] = {}
        try:
            known = self._connection_variables(variables or {})
            with self._in_folder_of_playbook():
                request = read_request(LOOKUP, kwargs, known, terms=terms)
                make_cache = functools.partial(self._cache, request.cache_ttl) if request.cache_ttl else None
                found = find_jobs(request, "jobs", report, SESSIONS, make_cache, mask_of(kwargs, known))
            if found.error:
                raise found.error
            return found.jobs
        except CceError as error:
            # those of wrong options quote their values
            error.reword(mask_of(kwargs, known))
            # "from None", because Ansible would append the message of a cause
            raise AnsibleLookupError(str(error)) from None

    @contextlib.contextmanager
    def _in_folder_of_playbook(self) -> t.Iterator[None]:
        """Relative paths to files such as clouds.yaml begin where they begin for the module on the controller."""
        with contextlib.ExitStack() as stack:
            # nearly all that lookups need is elsewhere
            with contextlib.suppress(OSError):
                stack.enter_context(working_in(self._loader.get_basedir()))
            yield

    def _cache(self, lifetime: int, settings: Settings, report: Report) -> JobCache:
        return JobListCache(os.path.join(constants.DEFAULT_LOCAL_TMP, FOLDER), lifetime, settings, report)

    def _connection_variables(self, variables: dict[str, t.Any]) -> dict[str, t.Any]:
        """The values of the Ansible variables for connection options, by option.

        ``set_options()`` would not evaluate templates in them (usually the name of a vaulted variable), would let empty
        environment variables win, and would ignore unknown arguments.
        """
        return {
            option.name: self._templar.template(variables[option.variable])
            for option in CONNECTION
            if option.variable in variables
        }
