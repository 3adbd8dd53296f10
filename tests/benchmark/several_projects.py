# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparisons of several projects in one task with other ways to read them."""

from __future__ import annotations

from typing import Any

from methods import Method, Task, play, program
from playbooks import MODULE, Comparison, Ratio, failed_of_one_cluster, jobs_info
from programs import LOOP, OURS, TOGETHER
from simulators import TEAMS, Simulator

_LOOP = 12
_DELAY = 0.3
_LONG = 20

NOT_GIVEN = {"token": None, "project_id": None}


def _login(simulator: Simulator) -> dict[str, Any]:
    """The user of all teams, instead of a token for one project."""
    names = {"username": "manager_username", "password": "manager_password", "user_domain_name": "domain_name"}
    facts = simulator.facts
    return {**NOT_GIVEN, "auth_url": facts["auth_url"], **{name: facts[fact] for name, fact in names.items()}}


def _teams(simulator: Simulator, count: int) -> list[str]:
    return list(simulator.facts["manager_projects"])[:count]


def many_logins() -> Comparison:
    """Projects of a slow cloud, in one task and in a loop of tasks, which log in each time."""

    def slow_down(simulator: Simulator) -> None:
        simulator.control("POST", "/faults", {"path": "/", "delay": _DELAY, "times": None})

    def together(simulator: Simulator) -> list[Task]:
        return [jobs_info(simulator, **_login(simulator), projects=_teams(simulator, _LOOP))]

    def loop(simulator: Simulator) -> list[Task]:
        task = jobs_info(simulator, **_login(simulator), project_name="{{ item }}")
        return [{**task, "loop": _teams(simulator, _LOOP)}]

    def search_together(simulator: Simulator) -> dict[str, Any]:
        return {**_login(simulator), "projects": _teams(simulator, _LOOP)}

    def search_in_a_loop(simulator: Simulator) -> dict[str, Any]:
        return {**_login(simulator), "loop": _teams(simulator, _LOOP)}

    ours, theirs = f"{MODULE}, {_LOOP} projects", f"{MODULE}, loop over {_LOOP} projects"
    our_code, their_code = f"{_LOOP} projects, the module's code", f"loop over {_LOOP} projects, the module's code"
    methods = (
        program(our_code, TOGETHER, search_together, before=slow_down, calls={"logins": 1 + _LOOP}),
        program(their_code, LOOP, search_in_a_loop, before=slow_down, calls={"logins": _LOOP}),
        # one with the password, and the token of each project
        play(ours, together, before=slow_down, calls={"logins": 1 + _LOOP}),
        play(theirs, loop, before=slow_down, calls={"logins": _LOOP}),
    )
    measure = f"{_LOOP} projects of 100 jobs, {_DELAY} s a request, time"
    ratios = (
        Ratio(measure, our_code, their_code, 0.2),
        # with the start of ansible-playbook, which takes most of the time of one task
        Ratio(f"{measure} of the playbook", ours, theirs, None),
    )
    return Comparison("projects", 100, methods, ratios)


def long_lists() -> Comparison:
    """Ten jobs of several projects, and of one project that has as many jobs."""
    jobs = 10_000
    all_jobs = jobs * _LONG
    several, one = f"{_LONG} projects of {jobs:,} jobs", f"1 project of {all_jobs:,} jobs"

    def of_teams(simulator: Simulator) -> dict[str, Any]:
        return {**_login(simulator), "projects": _teams(simulator, _LONG), **failed_of_one_cluster(simulator)}

    def task(simulator: Simulator) -> list[Task]:
        return [jobs_info(simulator, **of_teams(simulator))]

    methods: tuple[Method, ...] = (
        program(several, OURS, of_teams, calls={"logins": 1 + _LONG}),
        program(one, OURS, failed_of_one_cluster, jobs=all_jobs),
        play(f"{MODULE}, {several}", task, calls={"logins": 1 + _LONG}),
    )
    ratios = (
        Ratio(f"10 of {several}, CPU", several, one, 1.3, "cpu"),
        Ratio(f"10 of {several}, largest process", f"{MODULE}, {several}", None, 80, "mebibytes"),
    )
    return Comparison("long-projects", jobs, methods, ratios)


def growing() -> Comparison:
    """All jobs that failed in 1 to 50 projects of an account."""
    jobs = 1_000

    def name(count: int) -> str:
        return f"{count} project{'s' * (count > 1)} of {jobs:,} jobs"

    def search(count: int) -> Method:
        def of_teams(simulator: Simulator) -> dict[str, Any]:
            return {**_login(simulator), "projects": _teams(simulator, count), "status": ["Failed"]}

        # with a length of its own, since more projects have more jobs
        return program(name(count), TOGETHER, of_teams, jobs=jobs, calls={"logins": 1 + count})

    counts = (1, 5, 20, TEAMS)
    ratios = [Ratio(f"{name(count)}, CPU", name(count), name(1), count, "cpu") for count in counts[1:]]
    return Comparison("projects-growth", jobs, tuple(map(search, counts)), tuple(ratios))
