# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparisons: in each of them some methods run in turn, and their ratios count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hostile import hostile_growth, hostile_memory, hostile_time, masking
from methods import Method, Task, play, program
from pages import pages
from playbooks import (
    LOOKUP,
    MODULE,
    PING,
    SENT,
    URI,
    URL,
    Comparison,
    Ratio,
    failed_of_one_cluster,
    jobs_info,
    login_variables,
    of_length,
    print_ids,
    query,
    selected,
    sending,
    token_variables,
    uri,
)
from programs import BARE, OURS, SCANNER
from several_projects import growing as projects_growing
from several_projects import long_lists, many_logins
from simulators import Simulator
from waits import by_id, events, polling, waiting, waiting_by_id
from waits import growing as polls_growing

SIZES = (1, 1_000, 10_000, 100_000, 300_000)
LARGEST_OF_OTHERS = 100_000
"""With longer lists, the methods of ansible-core take minutes."""

GROWTH = "growth"
"""The comparison that reads lists of several lengths in turn."""
GROWTH_SIZES = (SIZES[0], *SIZES[-2:])


# ---------------------------------------------------------------------------------------------------------------------
# ten jobs of many

# The goals of the module by length of the list
_OF_URI = {1_000: 0.5, 10_000: 0.2, 100_000: 1 / 22}


def _by_module(name: str, jobs: int | None = None, *, sent: bool = False) -> Method:
    def tasks(simulator: Simulator) -> list[Task]:
        task = jobs_info(simulator, **failed_of_one_cluster(simulator))
        return [sending(task) if sent else task, print_ids("result.jobs | map(attribute='id')")]

    return play(name, tasks, calls={"lists": 1}, jobs=jobs)


def _by_lookup(name: str, jobs: int | None = None) -> Method:
    def tasks(simulator: Simulator) -> list[Task]:
        return [print_ids(query(**failed_of_one_cluster(simulator)) + " | map(attribute='id')")]

    return play(name, tasks, variables=token_variables, calls={"lists": 1}, jobs=jobs)


def _growing() -> Comparison:
    # in one comparison, since the machine may be busier during the next one
    methods = [
        make(of_length(name, size), size)
        for make, name in ((_by_module, MODULE), (_by_lookup, LOOKUP))
        for size in GROWTH_SIZES
    ]
    return Comparison(GROWTH, SIZES[-1], tuple(methods), (), times=2)


def _filtering(jobs: int) -> Comparison:
    def url_lookup(simulator: Simulator) -> list[Task]:
        url = simulator.facts["endpoint"] + simulator.jobs_path
        headers = {"X-Auth-Token": simulator.facts["token"]}
        body = f"lookup('ansible.builtin.url', '{url}', headers={headers!r}, split_lines=false)"
        return [print_ids(selected(f"({body} | from_json)", simulator))]

    methods = [
        # it prints a message like the others, so that they differ in one task only
        play(PING, lambda simulator: [{"ansible.builtin.ping": {}}, {"ansible.builtin.debug": {"msg": "pong"}}]),
        _by_module(MODULE),
        _by_module(SENT, sent=True),
        _by_lookup(LOOKUP),
    ]
    ratios = []
    if jobs <= LARGEST_OF_OTHERS:
        methods += [
            play(URI, lambda simulator: [uri(simulator), print_ids(selected("result.json", simulator))]),
            play(URL, url_lookup),
        ]
    measure = f"10 of {jobs:,} jobs"
    if jobs == 100_000:
        ratios += [
            Ratio(f"module, {measure}, time", MODULE, PING, 1.35),
            Ratio(f"module, {measure}, largest process", MODULE, None, 80, "mebibytes"),
            Ratio(f"module that is sent, {measure}, time", SENT, PING, 1.6),
            Ratio(f"module that is sent, {measure}, largest process", SENT, None, 80, "mebibytes"),
            Ratio(f"module that is sent, {measure}, time", SENT, URI, None),
        ]
    if 1 < jobs <= LARGEST_OF_OTHERS:
        ratios += [
            Ratio(f"module, {measure}, time", MODULE, URI, _OF_URI[jobs]),
            Ratio(f"lookup, {measure}, time", LOOKUP, URL, 1 / 6 if jobs == 100_000 else 1),
        ]
    return Comparison(f"filter-{jobs}", jobs, tuple(methods), tuple(ratios), times=3 if jobs <= 1_000 else 1)


def _own_process(jobs: int) -> Comparison:
    bare = "requests.get + json.loads"
    least = "requests, gunzip, and CPython's JSON scanner"
    own = "the module's code"
    sources = {own: OURS, bare: BARE, least: SCANNER}
    return Comparison(
        "process",
        jobs,
        tuple(program(name, source, failed_of_one_cluster) for name, source in sources.items()),
        (
            Ratio(f"module's own process, 10 of {jobs:,} jobs, time", own, bare, 0.44),
            Ratio(f"module's own process, 10 of {jobs:,} jobs, memory", own, bare, 0.1, "mebibytes"),
            Ratio(f"module's own process, 10 of {jobs:,} jobs, time", own, least, 1.3),
        ),
        times=2,
    )


# ---------------------------------------------------------------------------------------------------------------------
# many calls


def _one_job(peers: Sequence[Method]) -> Comparison:
    methods = (
        play(PING, lambda simulator: [{"ansible.builtin.ping": {}}]),
        play(MODULE, lambda simulator: [jobs_info(simulator)], calls={"lists": 1}),
        play(SENT, lambda simulator: [sending(jobs_info(simulator))], calls={"lists": 1}),
    )
    ratios = []
    for ours, measure, goal in ((MODULE, "module, 1 job, time", 0.75), (SENT, "module that is sent, 1 job, time", 1.1)):
        ratios += [Ratio(measure, ours, PING, goal), *(Ratio(measure, ours, peer.name, 1) for peer in peers)]
    return Comparison("one-job", 1, (*methods, *peers), tuple(ratios), times=3)


def _fifty_tasks() -> Comparison:
    ours, sent, theirs = "50 tasks of jobs_info", "50 tasks of jobs_info, sent", "50 empty modules"
    methods = (
        play(ours, lambda simulator: [jobs_info(simulator)] * 50, calls={"lists": 50}),
        play(sent, lambda simulator: [sending(jobs_info(simulator))] * 50, calls={"lists": 50}),
        play(theirs, lambda simulator: [{"empty": {}}] * 50),
    )
    ratios = (
        Ratio("50 module tasks, time", ours, theirs, 1.35),
        Ratio("50 tasks of a module that is sent, time", sent, theirs, 1.35),
    )
    return Comparison("tasks", 1, methods, ratios)


def _fifty_lookups() -> Comparison:
    def template(times: int, **options: Any) -> Any:
        reference = "{{ " + query(limit=1, **options) + " | length }}"
        return lambda simulator: [{"ansible.builtin.debug": {"msg": reference * times}}]

    def tasks(expression: str) -> Any:
        return lambda simulator: [{"ansible.builtin.debug": {"msg": "{{ " + expression + " }}"}}] * 50

    once, fifty, cached = "one lookup", "50 lookups in one template", "50 lookups with cache_ttl"
    none, apart, shared = "50 tasks without a lookup", "50 tasks with a lookup each", "50 tasks with cache_ttl"
    methods = (
        play(once, template(1), variables=login_variables, calls={"logins": 1, "lists": 1}),
        play(fifty, template(50), variables=login_variables, calls={"logins": 1, "lists": 50}),
        play(cached, template(50, cache_ttl=300), variables=login_variables, calls={"logins": 1, "lists": 1}),
        # each task runs in a process of its own, which has to log in
        play(none, tasks("1"), variables=login_variables),
        play(apart, tasks(query(limit=1)), variables=login_variables, calls={"logins": 50, "lists": 50}),
        play(shared, tasks(query(limit=1, cache_ttl=300)), variables=login_variables, calls={"logins": 1, "lists": 1}),
    )
    ratios = (
        Ratio("50 lookups in one template with one login, time", fifty, once, 1.5),
        Ratio("the same with cache_ttl and one fetch, time", cached, once, 1.5),
        Ratio("50 tasks with a lookup each, time", apart, none, None),
        Ratio("50 tasks with a lookup each and cache_ttl, time", shared, apart, None),
    )
    return Comparison("lookups", 60, methods, ratios)


def _fleet(hosts: int) -> Comparison:
    def read_ten_times(jobs: str) -> Task:
        return {"ansible.builtin.assert": {"that": [f"{jobs} | length > {number}" for number in range(10)]}}

    ours, theirs = f"{hosts} hosts, 10 lookups each", f"{hosts} hosts, a uri task each"
    methods = (
        play(
            ours,
            lambda simulator: [read_ten_times(query(cache_ttl=300))],
            variables=login_variables,
            hosts=hosts,
            calls={"logins": 1, "lists": 1},
        ),
        play(
            theirs,
            lambda simulator: [uri(simulator), read_ten_times("result.json")],
            hosts=hosts,
            calls={"lists": hosts},
        ),
    )
    return Comparison(
        "fleet", 60, methods, (Ratio(f"{hosts} hosts read the list 10 times, one request, time", ours, theirs, 1),)
    )


def _everything(jobs: int) -> Comparison:
    ours, theirs = f"jobs_info, all {jobs:,} jobs", f"uri, all {jobs:,} jobs"
    methods = (play(ours, lambda simulator: [jobs_info(simulator)]), play(theirs, lambda simulator: [uri(simulator)]))
    return Comparison("all", jobs, methods, (Ratio(f"all {jobs:,} jobs returned, time", ours, theirs, 1),))


def comparisons(many: int = 100_000, peers: Sequence[Method] = ()) -> tuple[Comparison, ...]:
    """All comparisons.

    Args:
        many: length of the list in the comparisons of long lists, except that of growth.
        peers: playbooks of one task with the info modules of other collections.
    """
    return (
        _one_job(peers),
        *map(_filtering, SIZES),
        _growing(),
        _own_process(many),
        _everything(many),
        _fifty_tasks(),
        _fifty_lookups(),
        _fleet(200),
        by_id(many),
        waiting(),
        waiting_by_id(many),
        polling(many),
        events(min(many, 20_000)),
        hostile_memory(),
        hostile_time(),
        hostile_growth(),
        masking(),
        pages(),
        polls_growing(SIZES),
        many_logins(),
        long_lists(),
        projects_growing(),
    )
