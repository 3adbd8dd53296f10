# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparisons of waits."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from methods import Task, play
from playbooks import MODULE, PING, URI, Comparison, Ratio, jobs_info, uri
from simulators import Simulator

POLL_COUNT = 10


def _finish_at_the_last_poll(simulator: Simulator, call: str, job: Mapping[str, Any], others: list[Any]) -> None:
    """From the tenth response to this call on, the job has finished.

    Args:
        simulator: the simulator.
        call: "list" or "one_job".
        job: the running job as the API returns it.
        others: for "list", the other jobs.
    """
    finished = {**job, "status": {**job["status"], "status": "Success"}}
    rule = {
        "call": call,
        "after": POLL_COUNT - 1,
        "times": None,
        "body": json.dumps([*others, finished] if call == "list" else finished),
        "headers": {"Content-Type": "application/json"},
    }
    simulator.control("POST", "/faults", rule)


def waiting() -> Comparison:
    """A wait that polls the list, and other methods that poll it as often."""

    def finish_at_the_last_poll(simulator: Simulator) -> None:
        cluster = simulator.cluster("creating")
        jobs = simulator.jobs()
        (job,) = (job for job in jobs if job["spec"]["clusteruid"] == cluster)
        jobs.remove(job)
        _finish_at_the_last_poll(simulator, "list", job, jobs)

    def wait(simulator: Simulator) -> list[Task]:
        return [jobs_info(simulator, cluster_id=simulator.cluster("creating"), wait=True, wait_interval=0.1)]

    def until(task: Task, unfinished: str) -> list[Task]:
        return [{**task, "until": f"{unfinished} | length == 0", "retries": POLL_COUNT, "delay": 0}]

    def trying_uri(simulator: Simulator) -> list[Task]:
        mine = f"selectattr('spec.clusteruid', 'equalto', '{simulator.cluster('creating')}')"
        return until(uri(simulator), f"result.json | {mine} | rejectattr('status.status', 'in', ['Success', 'Failed'])")

    def trying(simulator: Simulator) -> list[Task]:
        return until(jobs_info(simulator, cluster_id=simulator.cluster("creating"), finished=False), "result.jobs")

    ours, theirs, own = (
        "wait over ten polls",
        f"{URI}, until with ten tries",
        f"{MODULE}, until with ten tries",
    )
    more: Mapping[str, Any] = {"calls": {"lists": POLL_COUNT}, "before": finish_at_the_last_poll}
    methods = (
        play(ours, wait, **more),
        play(theirs, trying_uri, **more),
        play(own, trying, **more),
        play(PING, lambda simulator: [{"ansible.builtin.ping": {}}]),
    )
    jobs = 1_000
    ratios = (
        Ratio(f"{ours}, {jobs:,} jobs, CPU", ours, theirs, 0.2, "cpu"),
        Ratio(f"{ours}, {jobs:,} jobs, CPU", ours, own, None, "cpu"),
        # for scale: starting Ansible and running one task is included in all of them
        Ratio("ping instead of a wait, CPU", PING, own, None, "cpu"),
    )
    return Comparison("wait", jobs, methods, ratios)
