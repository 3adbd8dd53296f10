#!/usr/bin/python
# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: jobs_info
short_description: List the jobs of Cloud Container Engine (CCE)
version_added: 1.0.0
description:
  - Lists the jobs of a project in Cloud Container Engine (CCE) of Open Telekom Cloud.
  - A job is a piece of work that CCE does in the background, for example the creation of a cluster or of a node.
  - The jobs can be filtered, sorted and counted. A failed job comes with the cause of its failure.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
extends_documentation_fragment:
  - opentelekomcloud.cce._attributes
  - opentelekomcloud.cce._connection
  - opentelekomcloud.cce._filters
options:
  wait:
    description:
      - With V(true), wait until every job is finished that the filters select, where O(status) and O(finished) do not
        count. Then return the jobs that all filters select.
      - The list is fetched again and again over one connection and with one login, which is renewed when it expires.
        An answer that there were too many requests counts as no news.
      - A job that vanishes from the list meanwhile is named in a warning and not waited for.
      - What it waits for, and how long already, stands in RV(log). With C(-v), a task that runs on the controller shows
        it while it waits; elsewhere Ansible hears of it at the end of the task.
      - In check mode, there is no wait.
    type: bool
    default: false
  wait_timeout:
    description:
      - How many seconds O(wait) may take at most. If the time is over, the task fails, and RV(jobs) holds the jobs
        that are not finished.
    type: float
    default: 1800
  wait_interval:
    description:
      - How many seconds O(wait) pauses before it fetches the list again.
    type: float
    default: 10
notes:
  - >-
    The requests are sent from the target. If the target has no access to the cloud or no requests library,
    run the task with C(delegate_to: localhost).
  - >-
    Where the target is the controller and its Python is the one that runs Ansible, there is mostly no process for the
    module. The task is done by Ansible itself, which is faster, and returns the same.
seealso:
  - plugin: opentelekomcloud.cce.jobs
    plugin_type: lookup
    description: The same list as a lookup, for loops and templates. It runs on the controller.
  - name: Obtaining the Job List
    description: The call of the CCE API which is used here.
    link: https://docs.otc.t-systems.com/cloud-container-engine/api-ref/apis/job_management/obtaining_the_job_list.html
"""

EXAMPLES = r"""
---
# The first examples take region, project and credentials from environment variables of the target,
# for example OS_REGION_NAME, OS_PROJECT_ID, OS_ACCESS_KEY and OS_SECRET_KEY.

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

- name: Get the jobs of a cluster that have not ended
  opentelekomcloud.cce.jobs_info:
    cluster_name: shop-archive
    finished: false
  register: running_jobs

- name: Go on only if nothing is running on the cluster
  ansible.builtin.assert:
    that:
      - running_jobs.jobs | length == 0
    fail_msg: "{{ running_jobs.summary.total }} jobs have not ended: {{ running_jobs.summary.by_type }}"
    success_msg: Nothing is running on the cluster.

- name: Get the newest ten jobs of the last week that created or deleted nodes
  opentelekomcloud.cce.jobs_info:
    type:
      - ScaleupCluster
      - DeleteNode
    created_after: 7d
    limit: 10
  register: recent_jobs

- name: Name these nodes if there are any
  ansible.builtin.debug:
    msg: "{{ recent_jobs.jobs | map(attribute='resource_name') | join(', ') }}"
  when: recent_jobs.jobs | length > 0

- name: Look at one of them again
  opentelekomcloud.cce.jobs_info:
    id: "{{ recent_jobs.jobs[0].id }}"
  register: one_job
  when: recent_jobs.jobs | length > 0

- name: Get every failed step of that time, however deep it is
  opentelekomcloud.cce.jobs_info:
    status: Failed
    created_after: 7d
    subjobs: flat
  register: failed_steps

- name: Wait until nothing is running on the cluster, up to ten minutes, and fail if a job failed
  opentelekomcloud.cce.jobs_info:
    cluster_name: shop-staging
    created_after: 1h
    wait: true
    wait_timeout: 600
  register: done_jobs
  failed_when: done_jobs is failed or done_jobs.summary.by_status.Failed | default(0) > 0

- name: Wait in the same way with the means of a task, where each try logs in again
  opentelekomcloud.cce.jobs_info:
    cluster_name: shop-staging
    finished: false
  register: running_jobs
  until:
    - running_jobs is succeeded
    - running_jobs.jobs | length == 0
  retries: 40
  delay: 15

- name: Do something about a failure
  block:
    - name: Mistype the name of a cluster
      opentelekomcloud.cce.jobs_info:
        cluster_name: shop-bach
  rescue:
    - name: Tell what went wrong
      ansible.builtin.debug:
        msg: "{{ ansible_failed_result.error.kind }}: {{ ansible_failed_result.msg }}"

- name: Give region, project and credentials once for all tasks of the block
  module_defaults:
    group/opentelekomcloud.cce.all:
      region: eu-de
      project_name: eu-de_shop
      access_key: "{{ my_access_key }}"
      secret_key: "{{ my_secret_key }}"
  block:
    - name: Get all jobs of the project
      opentelekomcloud.cce.jobs_info:
      register: all_jobs

    - name: Show how many jobs there are in each state
      ansible.builtin.debug:
        var: all_jobs.summary.by_status
"""

RETURN = r"""
---
jobs:
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
      description: When the job was last changed, written as in RV(jobs[].created_at).
      returned: always
      type: str
    completed_at:
      description: When the job ended, written as in RV(jobs[].created_at). It is V(null) for a job that has not ended.
      returned: always
      type: str
    duration:
      description:
        - The seconds from RV(jobs[].created_at) to RV(jobs[].completed_at).
        - It is V(null) if one of them is missing.
      returned: always
      type: float
    parent_id:
      description: The id of the job of which this job is a step. It is V(null) if there is none.
      returned: always
      type: str
    subjobs:
      description:
        - The steps of the job. Each one is a job with the same keys as in RV(jobs), and can have subjobs itself.
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
summary:
  description: How many jobs there are in RV(jobs). A value that is missing in a job is counted as V(unknown).
  returned: success
  type: dict
  contains:
    total:
      description: The number of jobs.
      returned: success
      type: int
    finished:
      description: The number of jobs that have ended, well or badly.
      returned: success
      type: int
    by_status:
      description: The number of jobs for each RV(jobs[].status).
      returned: success
      type: dict
    by_type:
      description: The number of jobs for each RV(jobs[].type).
      returned: success
      type: dict
    by_cluster:
      description: The number of jobs for each RV(jobs[].cluster_id).
      returned: success
      type: dict
  sample:
    total: 1
    finished: 1
    by_status:
      Failed: 1
    by_type:
      ScaleupCluster: 1
    by_cluster:
      7ec8b73d-83db-11f0-8baa-0255ac10003e: 1
fetched:
  description:
    - The number of jobs that CCE returned, before filters and O(limit).
    - Only outermost jobs are counted, no subjobs.
  returned: success
  type: int
  sample: 1
project_id:
  description: The id of the project whose jobs are listed.
  returned: success
  type: str
  sample: "00000000000000000000000000000001"
log:
  description:
    - What happened on the way, one sentence for each retry and each repeated login, empty where all went well.
    - With O(wait), also the jobs that were waited for and for how long already, at each change and once a minute.
    - With C(-v), Ansible shows it at the end of the task, and each sentence at once if the task runs on the controller.
  returned: always
  type: list
  elements: str
  sample: []
error:
  description: What went wrong, for use in conditions. The same in words is in C(msg).
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - The kind of the failure.
        - V(option) is a wrong, missing or contradictory option.
        - V(dependency) is a Python library that is not installed.
        - V(authentication) means that the credentials are refused (HTTP status 401).
        - V(permission) means that the credentials are valid, but do not allow this (403).
        - V(not_found) means that the address or the object does not exist (404).
        - V(throttled) means that there were too many requests (429).
        - V(unavailable) means that the service has a fault (5xx).
        - V(timeout) means that O(timeout) has passed.
        - V(tls) means that the connection is not trusted, for example because of an unknown certificate.
        - V(connection) means that the host cannot be reached, or that the connection broke.
        - V(response) means that the answer is not what the API promises, for example a web page or a redirect.
      returned: failure
      type: str
    http_status:
      description: The HTTP status of the answer. It is V(null) if there was no answer.
      returned: failure
      type: int
    code:
      description: The error code which the cloud sent. It is V(null) if there was none.
      returned: failure
      type: str
    message:
      description: The error message which the cloud sent. It is V(null) if there was none.
      returned: failure
      type: str
    request_id:
      description: The id of the request, which the support of the cloud may ask for. It is V(null) if there was none.
      returned: failure
      type: str
    url:
      description: The address that was called. It is V(null) if none was called.
      returned: failure
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

if __name__ == "__main__":
    # A task is over before there is garbage worth a search, which would take time while modules are loaded, while many
    # jobs are returned, and once more when Python ends, unless everything is exempt from it
    gc.disable()
    atexit.register(gc.freeze)

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._errors import CceError
from ..module_utils._options.validation import passwords_in_urls
from ..module_utils._progress import say
from ..module_utils._report import Report
from ..module_utils._secrets import register_secret
from ..module_utils._service.options import MODULE
from ..module_utils._service.request import read_request
from ..module_utils._service.task import failure, run_task


class JobsInfoModule(AnsibleModule):
    """An AnsibleModule that remembers what was typed.

    Ansible converts options before a module sees them: a null in a list of texts becomes the text "None" or an empty
    one, depending on its version, and its sentence about a wrong type lacks the fields of ``error``. What was typed
    goes through the same check as in the lookup.
    """

    def _load_params(self) -> None:
        super()._load_params()
        # the folder that the action plugin may follow
        self.folder: str | None = self.params.get("_ansible_tmpdir")
        self.typed = {name: value for name, value in self.params.items() if not name.startswith("_ansible_")}
        for name, value in self.typed.items():
            # Ansible has no default for a null; and it would show the value of a misspelt "password", which
            # read_request() refuses
            if value is None or name not in MODULE.canonical:
                del self.params[name]
        for password in passwords_in_urls(self.typed):
            self.mask(password)

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        """Fail, and where Ansible's own check of the options is what failed, with the sentence of ours."""
        if "error" not in kwargs:
            error = CceError(msg, "option")
            try:
                read_request(MODULE, self.typed, {})
            except CceError as ours:
                error = ours
            kwargs.update(failure(error, []))
            msg = kwargs.pop("msg")
        super().fail_json(msg, **kwargs)

    def mask(self, secret: str) -> None:
        """Let Ansible mask a value that it does not know to be a secret."""
        self.no_log_values.add(secret)
        register_secret(secret)


def main() -> None:
    module = JobsInfoModule(argument_spec=MODULE.argument_spec(), supports_check_mode=True)
    report = Report(warning=module.warn, info=lambda sentence: say(module.folder, sentence), secret=module.mask)
    result = run_task(module.typed, module.check_mode, report)
    if "failed" in result:
        module.fail_json(**result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
