# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparisons of waits, of polls for events, and of jobs that are asked for by ID."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from methods import Method, Task, play, program
from playbooks import LOOKUP, MODULE, PING, URI, Comparison, Ratio, jobs_info, query, token_variables, uri
from programs import EVENTS, POLLS
from simulators import Simulator

POLL_COUNT = 10


def _in_project_of(jobs: int, what: str) -> str:
    return f"{what} in a project of {jobs:,}"


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


def by_id(many: int) -> Comparison:
    """One job by its ID, in a project of many jobs and in a project of one."""

    def module(name: str, jobs: int) -> Method:
        def tasks(simulator: Simulator) -> list[Task]:
            return [jobs_info(simulator, id=simulator.job["metadata"]["uid"])]

        return play(name, tasks, jobs=jobs, before=Simulator.run_a_job, calls={"jobs": 1})

    def lookup(name: str, jobs: int) -> Method:
        def tasks(simulator: Simulator) -> list[Task]:
            job = query(id=simulator.job["metadata"]["uid"])
            return [{"ansible.builtin.assert": {"that": f"{job} | length == 1"}}]

        return play(name, tasks, variables=token_variables, jobs=jobs, before=Simulator.run_a_job, calls={"jobs": 1})

    methods = []
    ratios = []
    for make, plugin in ((module, MODULE), (lookup, LOOKUP)):
        ours, theirs = (_in_project_of(jobs, f"{plugin}, one job by ID") for jobs in (many, 1))
        methods += [make(ours, many), make(theirs, 1)]
        ratios.append(Ratio(f"{ours}, time", ours, theirs, 1.1))
    return Comparison("by-id", many, tuple(methods), tuple(ratios), times=3)


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


def _wait_for_one(name: str, jobs: int) -> Method:
    """A wait for one job by its ID, which has ended in the tenth poll."""

    def run_until_the_last_poll(simulator: Simulator) -> None:
        simulator.run_a_job()
        _finish_at_the_last_poll(simulator, "one_job", simulator.job, [])

    def wait(simulator: Simulator) -> list[Task]:
        return [jobs_info(simulator, id=simulator.job["metadata"]["uid"], wait=True, wait_interval=0.1)]

    return play(name, wait, jobs=jobs, calls={"jobs": POLL_COUNT}, before=run_until_the_last_poll)


def waiting_by_id(many: int) -> Comparison:
    """A wait for one job by its ID, in a project of many jobs and in a project of one."""
    ours, theirs = (_in_project_of(jobs, "wait by ID over ten polls") for jobs in (many, 1))
    methods = (_wait_for_one(ours, many), _wait_for_one(theirs, 1))
    ratio = Ratio(f"{ours}, CPU", ours, theirs, 1.1, "cpu")
    return Comparison("wait-by-id", many, methods, (ratio,), times=3)


def polling(many: int) -> Comparison:
    """Polls of a wait by themselves, of a list that stays the same and of one that changes."""

    def arguments(simulator: Simulator, changes: bool) -> dict[str, Any]:
        new_job = {"cluster": simulator.cluster("quiet"), "type": "UpgradeCluster", "seconds": 3600}
        return {"cluster_id": simulator.cluster("creating"), "new_job": new_job if changes else None}

    unchanged, changed = (f"poll of {kind} list of {many:,} jobs" for kind in ("an unchanged", "a changed"))
    methods = (
        program(unchanged, POLLS, lambda simulator: arguments(simulator, False), calls={"lists": 1 + POLL_COUNT}),
        program(changed, POLLS, lambda simulator: arguments(simulator, True), calls={"lists": 1 + POLL_COUNT}),
    )
    return Comparison("poll", many, methods, (Ratio(f"{unchanged}, CPU", unchanged, changed, 0.3, "cpu"),))


def growing(sizes: Sequence[int]) -> Comparison:
    """Ten polls in projects of several lengths, by a wait for one job and by an event source."""
    wait, source = "wait by ID over ten polls", "event source over ten polls of an unchanged list"
    methods: list[Method] = []
    for jobs in sizes:
        methods += [
            _wait_for_one(_in_project_of(jobs, wait), jobs),
            program(_in_project_of(jobs, source), EVENTS, lambda simulator: _events(simulator, 0), jobs=jobs),
        ]
    ratios = [
        Ratio(f"{ours}, CPU", ours, _in_project_of(sizes[0], what), None, "cpu")
        for what in (wait, source)
        for ours in (_in_project_of(jobs, what) for jobs in sizes[1:])
    ]
    return Comparison("polls-growth", sizes[-1], tuple(methods), tuple(ratios))


def _events(simulator: Simulator, count: int) -> dict[str, Any]:
    return {
        "new_job": {"cluster": simulator.cluster("quiet"), "type": "UpgradeCluster", "seconds": 3600},
        "events": count,
    }


def events(jobs: int) -> Comparison:
    """An event source that polls once a second."""

    def arguments(simulator: Simulator) -> dict[str, Any]:
        return _events(simulator, 5)

    name = f"event source, {jobs:,} jobs, interval 1 s"
    ratios = (
        Ratio(f"{name}, ten polls of an unchanged list, CPU", name, None, 0.8, "cpu"),
        Ratio(f"{name}, slowest of five events, time", name, None, 1.5),
        Ratio(f"{name}, memory", name, None, 40, "mebibytes"),
    )
    return Comparison("events", jobs, (program(name, EVENTS, arguments),), ratios)
