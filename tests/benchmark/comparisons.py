# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The comparisons: in each of them some methods run in turn, and their ratios count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from methods import Method, Task, play, program
from simulators import Simulator

SIZES = (1, 1_000, 10_000, 100_000, 300_000)
LARGEST_OF_OTHERS = 100_000
"""With longer lists, the methods of ansible-core take minutes."""

GROWTH = "growth"
"""The comparison that reads lists of several lengths in turn."""
GROWTH_SIZES = (SIZES[0], *SIZES[-2:])

PING = "ping"
MODULE = "jobs_info"
SENT = "jobs_info, sent"
"""The module in a separate process, as on other machines or with another Python interpreter."""
LOOKUP = "jobs lookup"
URI = "uri + selectattr"
URL = "url lookup + from_json + selectattr"


@dataclass(frozen=True)
class Ratio:
    """One line of the table: the cost of a method divided by that of another one in the same round."""

    measure: str
    ours: str
    theirs: str | None
    """None for an absolute amount of memory."""
    goal: float | None
    quantity: str = "seconds"
    """A field of ``Cost``."""


@dataclass(frozen=True)
class Comparison:
    """Methods that run in turn, round by round. Those that print the IDs of jobs must find the same ones."""

    name: str
    jobs: int
    methods: tuple[Method, ...]
    ratios: tuple[Ratio, ...]
    times: int = 1
    """Factor for the number of rounds: short methods are measured more often."""


# ---------------------------------------------------------------------------------------------------------------------
# building blocks of the playbooks


def _failed_of_one_cluster(simulator: Simulator) -> dict[str, Any]:
    return {"cluster_id": [simulator.cluster("failing")], "status": ["Failed"], "limit": 10}


def _token(simulator: Simulator) -> dict[str, Any]:
    """An existing token, so that the list is the only request."""
    return {name: simulator.facts[name] for name in ("endpoint", "project_id", "token")}


def _token_variables(simulator: Simulator) -> dict[str, Any]:
    return {f"opentelekomcloud_cce_{name}": value for name, value in _token(simulator).items()}


def _login_variables(simulator: Simulator) -> dict[str, Any]:
    login = {name: simulator.facts[name] for name in ("endpoint", "auth_url", "project_id", "username", "password")}
    login["user_domain_name"] = simulator.facts["domain_name"]
    return {f"opentelekomcloud_cce_{name}": value for name, value in login.items()}


def _print_ids(ids: str) -> Task:
    """Print the IDs that an expression returns, so that results can be compared."""
    return {"ansible.builtin.debug": {"msg": "ids={{ " + ids + " | join(' ') }}"}}


def _jobs_info(simulator: Simulator, **options: Any) -> Task:
    return {"opentelekomcloud.cce.jobs_info": {**_token(simulator), **options}, "register": "result"}


def _sent(task: Task) -> Task:
    # a task with an environment always runs the module in a separate process
    return {**task, "environment": {"SENT": "yes"}}


def _query(**options: Any) -> str:
    """The expression of a query."""
    arguments = "".join(f", {name}={value!r}" for name, value in options.items())
    return f"query('opentelekomcloud.cce.jobs'{arguments})"


def _uri(simulator: Simulator) -> Task:
    url = simulator.facts["endpoint"] + simulator.jobs_path
    return {
        "ansible.builtin.uri": {"url": url, "headers": {"X-Auth-Token": simulator.facts["token"]}},
        "register": "result",
    }


def _selected(jobs: str, simulator: Simulator) -> str:
    """The IDs of the same ten jobs, selected with filters of Jinja."""
    return (
        f"({jobs} | selectattr('spec.clusteruid', 'equalto', '{simulator.cluster('failing')}')"
        " | selectattr('status.status', 'equalto', 'Failed')"
        " | sort(attribute='metadata.creationTimestamp', reverse=true) | map(attribute='metadata.uid'))[:10]"
    )


# ---------------------------------------------------------------------------------------------------------------------
# ten jobs of many


def _by_module(name: str, jobs: int | None = None, *, sent: bool = False) -> Method:
    def tasks(simulator: Simulator) -> list[Task]:
        task = _jobs_info(simulator, **_failed_of_one_cluster(simulator))
        return [_sent(task) if sent else task, _print_ids("result.jobs | map(attribute='id')")]

    return play(name, tasks, calls={"lists": 1}, jobs=jobs)


def _by_lookup(name: str, jobs: int | None = None) -> Method:
    def tasks(simulator: Simulator) -> list[Task]:
        return [_print_ids(_query(**_failed_of_one_cluster(simulator)) + " | map(attribute='id')")]

    return play(name, tasks, variables=_token_variables, calls={"lists": 1}, jobs=jobs)


def of_length(method: str, jobs: int) -> str:
    """The name of a method in the comparison of lengths."""
    return f"{method}, {jobs:,} jobs"


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
        return [_print_ids(_selected(f"({body} | from_json)", simulator))]

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
            play(URI, lambda simulator: [_uri(simulator), _print_ids(_selected("result.json", simulator))]),
            play(URL, url_lookup),
        ]
    measure = f"10 of {jobs:,} jobs"
    if jobs == 100_000:
        ratios += [
            Ratio(f"module, {measure}, time", MODULE, PING, 1.6),
            Ratio(f"module, {measure}, largest process", MODULE, None, 80, "mebibytes"),
            Ratio(f"module that is sent, {measure}, time", SENT, PING, None),
            Ratio(f"module that is sent, {measure}, largest process", SENT, None, 80, "mebibytes"),
        ]
    if 1 < jobs <= LARGEST_OF_OTHERS:
        ratios += [
            Ratio(f"module, {measure}, time", MODULE, URI, 1 / 15 if jobs == 100_000 else 1),
            Ratio(f"lookup, {measure}, time", LOOKUP, URL, 1 / 6 if jobs == 100_000 else 1),
        ]
    return Comparison(f"filter-{jobs}", jobs, tuple(methods), tuple(ratios), times=3 if jobs <= 1_000 else 1)


_OWN_COST = """
import json, resource, sys, time
{imports}
facts = json.load(open(sys.argv[1]))
query = json.loads(sys.argv[2])
begin, cpu = time.perf_counter(), time.process_time()
{work}
seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({{"ids": ids, "seconds": seconds, "cpu": cpu, "kib": kib}}))
"""

_OURS = _OWN_COST.format(
    imports="""
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
""",
    work="""
typed = {name: facts[name] for name in ("endpoint", "project_id", "token")}
request = read_request(MODULE, {**typed, **query}, {}, environment={})
found = find_jobs(request, "benchmark", Report(warning=print, info=print, secret=lambda secret: None))
ids = [job["id"] for job in found.jobs]
""",
)

_BARE = _OWN_COST.format(
    imports="import requests",
    work="""
response = requests.get(
    facts["endpoint"] + "/api/v2/projects/" + facts["project_id"] + "/jobs", headers={"X-Auth-Token": facts["token"]}
)
jobs = [
    job
    for job in json.loads(response.content)
    if job["spec"]["clusteruid"] in query["cluster_id"] and job["status"]["status"] in query["status"]
]
jobs.sort(key=lambda job: job["metadata"]["creationTimestamp"], reverse=True)
ids = [job["metadata"]["uid"] for job in jobs[: query["limit"]]]
""",
)


def _own_process(jobs: int) -> Comparison:
    bare = "requests.get + json.loads"
    own = "the module's code"
    return Comparison(
        "process",
        jobs,
        (program(own, _OURS, _failed_of_one_cluster), program(bare, _BARE, _failed_of_one_cluster)),
        (
            Ratio(f"module's own process, 10 of {jobs:,} jobs, time", own, bare, 0.8),
            Ratio(f"module's own process, 10 of {jobs:,} jobs, memory", own, bare, 0.3, "mebibytes"),
        ),
        times=2,
    )


# ---------------------------------------------------------------------------------------------------------------------
# many calls


def _one_job(peers: Sequence[Method]) -> Comparison:
    methods = (
        play(PING, lambda simulator: [{"ansible.builtin.ping": {}}]),
        play(MODULE, lambda simulator: [_jobs_info(simulator)], calls={"lists": 1}),
        play(SENT, lambda simulator: [_sent(_jobs_info(simulator))], calls={"lists": 1}),
    )
    ratios = []
    for ours, measure, goal in ((MODULE, "module, 1 job, time", 1.1), (SENT, "module that is sent, 1 job, time", None)):
        ratios += [Ratio(measure, ours, PING, goal), *(Ratio(measure, ours, peer.name, 1) for peer in peers)]
    return Comparison("one-job", 1, (*methods, *peers), tuple(ratios), times=3)


def _fifty_tasks() -> Comparison:
    ours, sent, theirs = "50 tasks of jobs_info", "50 tasks of jobs_info, sent", "50 empty modules"
    methods = (
        play(ours, lambda simulator: [_jobs_info(simulator)] * 50, calls={"lists": 50}),
        play(sent, lambda simulator: [_sent(_jobs_info(simulator))] * 50, calls={"lists": 50}),
        play(theirs, lambda simulator: [{"empty": {}}] * 50),
    )
    ratios = (
        Ratio("50 module tasks, time", ours, theirs, 1.35),
        Ratio("50 tasks of a module that is sent, time", sent, theirs, 1.35),
    )
    return Comparison("tasks", 1, methods, ratios)


def _fifty_lookups() -> Comparison:
    def template(times: int, **options: Any) -> Any:
        reference = "{{ " + _query(limit=1, **options) + " | length }}"
        return lambda simulator: [{"ansible.builtin.debug": {"msg": reference * times}}]

    once, fifty, cached = "one lookup", "50 lookups in one template", "50 lookups with cache_ttl"
    methods = (
        play(once, template(1), variables=_login_variables, calls={"logins": 1, "lists": 1}),
        play(fifty, template(50), variables=_login_variables, calls={"logins": 1, "lists": 50}),
        play(cached, template(50, cache_ttl=300), variables=_login_variables, calls={"logins": 1, "lists": 1}),
    )
    ratios = (
        Ratio("50 lookups in one template with one login, time", fifty, once, 1.5),
        Ratio("the same with cache_ttl and one fetch, time", cached, once, 1.5),
    )
    return Comparison("lookups", 60, methods, ratios)


def _fleet(hosts: int) -> Comparison:
    def read_ten_times(jobs: str) -> Task:
        return {"ansible.builtin.assert": {"that": [f"{jobs} | length > {number}" for number in range(10)]}}

    ours, theirs = f"{hosts} hosts, 10 lookups each", f"{hosts} hosts, a uri task each"
    methods = (
        play(
            ours,
            lambda simulator: [read_ten_times(_query(cache_ttl=300))],
            variables=_login_variables,
            hosts=hosts,
            calls={"logins": 1, "lists": 1},
        ),
        play(
            theirs,
            lambda simulator: [_uri(simulator), read_ten_times("result.json")],
            hosts=hosts,
            calls={"lists": hosts},
        ),
    )
    return Comparison(
        "fleet", 60, methods, (Ratio(f"{hosts} hosts read the list 10 times, one request, time", ours, theirs, 1),)
    )


def _waiting() -> Comparison:
    polls = 10

    def finish_at_the_last_poll(simulator: Simulator) -> None:
        """From the tenth list on, the unfinished job of the wait has finished."""
        job = {
            "metadata": {"uid": "done", "creationTimestamp": "2026-01-02 03:04:05 +0000 UTC"},
            "spec": {"type": "CreateCluster", "clusteruid": simulator.cluster("creating")},
            "status": {"status": "Success"},
        }
        rule = {
            "path": simulator.jobs_path,
            "after": polls - 1,
            "times": None,
            "body": json.dumps([job]),
            "headers": {"Content-Type": "application/json"},
        }
        simulator.control("POST", "/faults", rule)

    def waiting(simulator: Simulator) -> list[Task]:
        return [_jobs_info(simulator, cluster_id=simulator.cluster("creating"), wait=True, wait_interval=0.1)]

    def until(task: Task, unfinished: str) -> list[Task]:
        return [{**task, "until": f"{unfinished} | length == 0", "retries": polls, "delay": 0}]

    def trying_uri(simulator: Simulator) -> list[Task]:
        mine = f"selectattr('spec.clusteruid', 'equalto', '{simulator.cluster('creating')}')"
        return until(
            _uri(simulator), f"result.json | {mine} | rejectattr('status.status', 'in', ['Success', 'Failed'])"
        )

    def trying(simulator: Simulator) -> list[Task]:
        return until(_jobs_info(simulator, cluster_id=simulator.cluster("creating"), finished=False), "result.jobs")

    ours, theirs, own = (
        "wait over ten polls",
        f"{URI}, until with ten tries",
        f"{MODULE}, until with ten tries",
    )
    more: Mapping[str, Any] = {"calls": {"lists": polls}, "before": finish_at_the_last_poll}
    methods = (
        play(ours, waiting, **more),
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


def _everything(jobs: int) -> Comparison:
    ours, theirs = f"jobs_info, all {jobs:,} jobs", f"uri, all {jobs:,} jobs"
    methods = (play(ours, lambda simulator: [_jobs_info(simulator)]), play(theirs, lambda simulator: [_uri(simulator)]))
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
        _waiting(),
    )
