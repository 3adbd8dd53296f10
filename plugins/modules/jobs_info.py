#!/usr/bin/python
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
# docs/generate.py keeps everything but the descriptions of options in step with the option table.
module: jobs_info
short_description: List the jobs of Cloud Container Engine (CCE)
version_added: 1.0.0
description:
  - Lists the jobs of one or several projects in Cloud Container Engine (CCE) of Open Telekom Cloud.
  - A job is an operation that CCE runs in the background, such as creating a cluster or a node.
  - Filters, sorts, and counts jobs, waits for them, and finds out why a job failed.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
extends_documentation_fragment:
  - opentelekomcloud.cce._attributes
  - opentelekomcloud.cce._connection
  - opentelekomcloud.cce._filters
options:
  wait:
    description:
      - Wait until all jobs selected by the filters have finished.
      - O(status), O(finished), O(completed_after), O(completed_before), and O(limit) only apply to the result.
      - Jobs that appear later are waited for as well. RV(waited_for) contains all of them.
      - Temporary errors are tolerated after the first response. A deleted job causes a warning, or with O(id) an error.
        Check mode does not wait.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum seconds for O(wait). Then, the task fails, and RV(jobs) are the unfinished ones.
    type: float
    default: 1800
  wait_interval:
    description:
      - Seconds between two requests of O(wait).
    type: float
    default: 10
  wait_appear:
    description:
      - Seconds for a job to appear, or with O(id) for all of them.
      - Defaults to V(60) with O(id), else to V(0), which requires no job.
    type: float
  fail_on_failure:
    description:
      - Fail if one of the jobs of RV(waited_for) failed.
    type: bool
    default: false
notes:
  - >-
    If the managed node cannot reach the cloud or lacks the requests library, use C(delegate_to: localhost).
seealso:
  - plugin: opentelekomcloud.cce.jobs
    plugin_type: lookup
    description: The same list as a lookup.
  - name: Guides
    description: Credentials, filters, waiting, recipes, and all messages.
    link: https://opentelekomcloud.github.io/ansible-collection-cce/latest/
  - name: Obtaining the Job List
    description: The API call that fetches the jobs.
    link: https://docs.otc.t-systems.com/cloud-container-engine/api-ref/apis/job_management/obtaining_the_job_list.html
"""

EXAMPLES = r"""
---
# Region, project, and credentials come from environment variables of the managed node unless an example sets them,
# such as OS_REGION_NAME, OS_PROJECT_ID, OS_ACCESS_KEY, and OS_SECRET_KEY.

- name: Get the failed jobs of a cluster
  opentelekomcloud.cce.jobs_info:
    cluster_name: shop-batch
    status: Failed
  register: failed_jobs

- name: Show why they failed
  ansible.builtin.debug:
    msg: >-
      {{ item.root_cause.type }} {{ item.root_cause.resource_name }}:
      {{ item.root_cause.reason or 'no reason given' }}
  loop: "{{ failed_jobs.jobs }}"
  loop_control:
    label: "{{ item.id }}"

- name: Get the failed jobs of all projects of the account
  opentelekomcloud.cce.jobs_info:
    projects: all
    status: Failed

- name: Wait up to ten minutes until the cluster is idle, and fail if a job failed meanwhile
  opentelekomcloud.cce.jobs_info:
    cluster_name: shop-staging
    wait: true
    wait_timeout: 600
    fail_on_failure: true

- name: Wait until a node is deleted, which may not have begun yet
  opentelekomcloud.cce.jobs_info:
    type: DeleteNode
    resource_name: node-mlnv8u
    created_after: 15m
    wait: true
    wait_appear: 120

- name: Set region, project, and credentials once for several tasks
  module_defaults:
    group/opentelekomcloud.cce.all:
      region: eu-de
      project_name: eu-de_shop
      access_key: "{{ my_access_key }}"
      secret_key: "{{ my_secret_key }}"
  block:
    - name: Get all jobs of the project
      opentelekomcloud.cce.jobs_info:
        resolve_cluster_names: true
      register: all_jobs

    - name: Count the jobs of each cluster
      ansible.builtin.debug:
        var: all_jobs.summary.by_cluster_name

- name: Handle an error
  block:
    - name: Misspell the name of a cluster
      opentelekomcloud.cce.jobs_info:
        cluster_name: shop-bach
  rescue:
    - name: Show what went wrong
      ansible.builtin.debug:
        msg: "{{ ansible_failed_result.error.kind }}: {{ ansible_failed_result.msg }}"
"""

RETURN = r"""
---
# docs/generate.py copies the description of jobs to RETURN of opentelekomcloud.cce.jobs.
jobs:
  description:
    - Jobs that match the filters, in the order that O(order) sets.
    - Every job has all of these keys. Unknown values are V(null).
    - If some of several projects cannot be read, the task fails and returns the jobs of the others.
  returned: success, or failure with O(projects) or O(wait)
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
summary:
  description: Number of jobs in RV(jobs). Missing values count as V(unknown).
  returned: success, or failure with O(projects) or O(wait)
  type: dict
  contains:
    total:
      description: Number of jobs.
      type: int
    finished:
      description: Number of finished jobs, successful or not.
      type: int
    by_status:
      description: Number of jobs for each RV(jobs[].status).
      type: dict
    by_type:
      description: Number of jobs for each RV(jobs[].type).
      type: dict
    by_cluster:
      description: Number of jobs for each RV(jobs[].cluster_id).
      type: dict
    by_cluster_name:
      description: Number of jobs for each known name.
      type: dict
    by_project:
      description: Number of jobs for each RV(jobs[].project_name) that is known.
      type: dict
fetched:
  description: Number of top-level jobs before filters and O(limit).
  returned: success, or failure with O(projects) or O(wait)
  type: int
project_id:
  description: ID of the project. V(null) for several projects.
  returned: success, or failure with O(projects) or O(wait)
  type: str
  sample: "00000000000000000000000000000001"
projects:
  description: Projects of RV(jobs), one or several. Unknown values are V(null).
  returned: success, or failure with O(projects) or O(wait)
  type: list
  elements: dict
  contains:
    id:
      description: ID of the project.
      type: str
    name:
      description: Name of the project, if it is known without another request.
      type: str
    region:
      description: Region of the project, if it is known without another request.
      type: str
    fetched:
      description: Number of top-level jobs that CCE returned for this project.
      type: int
    error:
      description:
        - Why the project could not be read, with the keys of RV(error), and its message as RV(ignore:msg).
        - V(null) if it was read.
      type: dict
  sample:
    - id: "00000000000000000000000000000001"
      name: eu-de_shop
      region: eu-de
      fetched: 12
      error: null
waited_for:
  description:
    - Jobs that were waited for, like RV(jobs), as they were last seen. The status of a deleted job is V(null).
    - Also returned if the task fails.
  returned: with O(wait)
  type: list
  elements: dict
log:
  description:
    - Messages about retries, repeated logins, and, with O(wait), what is waited for. V(-v) shows them.
  returned: always
  type: list
  elements: str
error:
  description: The error for use in conditions. RV(ignore:msg) explains it. Unknown values are V(null).
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - >-
          Kind of error. V(option), V(dependency), V(authentication), V(permission), V(not_found), V(throttled),
          V(unavailable), V(timeout), V(tls), V(connection), V(response), or V(job_failed).
      type: str
    http_status:
      description: HTTP status of the response.
      type: int
    code:
      description: Error code of the cloud.
      type: str
    message:
      description: Error message of the cloud.
      type: str
    request_id:
      description: ID of the request, for the cloud's support.
      type: str
    url:
      description: URL of the request.
      type: str
  sample:
    kind: authentication
    http_status: 401
    code: APIGW.0307
    message: The token must be updated
    request_id: 42267f32fa45019ba2565844108f0000
    url: https://cce.eu-de.otc.t-systems.com/api/v2/projects/00000000000000000000000000000001/jobs
"""

import atexit
import gc
import typing as t

from ..module_utils._archive import compile_files_once

if __name__ == "__main__":
    compile_files_once()
    # A task ends before there is garbage worth a collection. Collections would take time while modules are loaded,
    # while many jobs are returned, and when Python ends, unless all objects are exempt then.
    gc.disable()
    atexit.register(gc.freeze)

from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.text.converters import to_text

from ..module_utils._errors import CceError
from ..module_utils._options.validation import URL_FORMS, without_password
from ..module_utils._progress import send_message
from ..module_utils._report import Report
from ..module_utils._secrets import register_secret
from ..module_utils._service.options import MODULE
from ..module_utils._service.request import read_request
from ..module_utils._service.task import option_failure, run_task


class JobsInfoModule(AnsibleModule):
    """An AnsibleModule that keeps its options as they were given.

    Ansible converts options before a module sees them: a null in a list of strings becomes "None" or an empty string,
    depending on its version, and its messages about wrong types come without ``error``. So the options as given go
    through the same checks as those of the lookup.
    """

    def _load_params(self) -> None:
        super()._load_params()
        # the folder in which the action plugin may look for messages
        self.folder: str | None = self.params.get("_ansible_tmpdir")
        self.typed = {name: value for name, value in self.params.items() if not name.startswith("_ansible_")}
        for name, value in self.typed.items():
            # Ansible does not replace a null with the default
            if value is None:
                del self.params[name]
        # Ansible writes the options to the system log
        for option in MODULE.options:
            if option.form in URL_FORMS and isinstance(self.params.get(option.name), str):
                self.params[option.name] = without_password(self.params[option.name])

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        """Fail. If it is Ansible that found a wrong option, report it like all other errors."""
        if "error" not in kwargs:
            kwargs.update(option_failure(self.typed, self._option_error(msg)))
            msg = kwargs.pop("msg")
        super().fail_json(msg, **kwargs)

    def _return_formatted(self, kwargs: dict[str, t.Any]) -> None:
        # All secrets are masked by now. Ansible would also replace short and ordinary ones within other words.
        self.no_log_values.clear()
        super()._return_formatted(kwargs)

    def _option_error(self, msg: str) -> CceError:
        """Our own message about a wrong option instead of Ansible's, if there is one."""
        # ansible-lint checks templates, not values, and recognizes by Ansible's message that the type cannot be known
        if not any("{{" in to_text(value) for value in self.typed.values()):
            try:
                read_request(MODULE, self.typed, {})
            except CceError as error:
                return error
        return CceError(msg, "option")


def main() -> None:
    module = JobsInfoModule(argument_spec=MODULE.argument_spec(), supports_check_mode=True)
    report = Report(warning=module.warn, info=lambda text: send_message(module.folder, text), secret=register_secret)
    result = run_task(module.typed, module.check_mode, report)
    if "failed" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
