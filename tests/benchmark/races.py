# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is compared: races, in each of which some ways are gone in turn, and the ratios that count."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clouds import Cloud
from ways import Task, Way, play, program

SIZES = (1, 1_000, 10_000, 100_000, 300_000)
LARGEST_OF_OTHERS = 100_000
"""The ways of Ansible itself take minutes for longer lists."""

GROWTH = "growth"
"""The race in which lists of several lengths are read in turn."""
GROWTH_SIZES = (SIZES[0], *SIZES[-2:])

PING = "ping"
MODULE = "jobs_info"
SENT = "jobs_info, sent"
"""As the module runs on other machines, or here by another Python: in a process of its own."""
LOOKUP = "jobs lookup"
URI = "uri + selectattr"
URL = "url lookup + from_json + selectattr"


@dataclass(frozen=True)
class Ratio:
    """One line of the table: what a way costs, divided by what another one costs in the same round."""

    measure: str
    ours: str
    theirs: str | None
    """None for an absolute amount of memory."""
    goal: float | None
    quantity: str = "seconds"
    """A field of ``Cost``."""


@dataclass(frozen=True)
class Race:
    """Ways that are gone in turn, round by round. Those that tell what they found have to find the same."""

    name: str
    jobs: int
    ways: tuple[Way, ...]
    ratios: tuple[Ratio, ...]
    times: int = 1
    """How many times as many rounds as usual: what is short is measured more often."""


# ---------------------------------------------------------------------------------------------------------------------
# what playbooks have in common


def _failed_of_one_cluster(cloud: Cloud) -> dict[str, Any]:
    return {"cluster_id": [cloud.cluster("failing")], "status": ["Failed"], "limit": 10}


def _token(cloud: Cloud) -> dict[str, Any]:
    """A token that is there already, so that nothing but the list is asked for."""
    return {name: cloud.facts[name] for name in ("endpoint", "project_id", "token")}


def _token_variables(cloud: Cloud) -> dict[str, Any]:
    return {f"opentelekomcloud_cce_{name}": value for name, value in _token(cloud).items()}


def _login_variables(cloud: Cloud) -> dict[str, Any]:
    login = {name: cloud.facts[name] for name in ("endpoint", "auth_url", "project_id", "username", "password")}
    login["user_domain_name"] = cloud.facts["domain_name"]
    return {f"opentelekomcloud_cce_{name}": value for name, value in login.items()}


def _tell(ids: str) -> Task:
    """Print the ids that an expression gives, so that answers can be compared."""
    return {"ansible.builtin.debug": {"msg": "ids={{ " + ids + " | join(' ') }}"}}


def _jobs_info(cloud: Cloud, **options: Any) -> Task:
    return {"opentelekomcloud.cce.jobs_info": {**_token(cloud), **options}, "register": "answer"}


def _sent(task: Task) -> Task:
    # in an environment of its own, a module always gets a process of its own
    return {**task, "environment": {"SENT": "yes"}}


def _query(**options: Any) -> str:
    """The expression of a lookup."""
    arguments = "".join(f", {name}={value!r}" for name, value in options.items())
    return f"query('opentelekomcloud.cce.jobs'{arguments})"


def _uri(cloud: Cloud) -> Task:
    address = cloud.facts["endpoint"] + cloud.jobs_path
    return {
        "ansible.builtin.uri": {"url": address, "headers": {"X-Auth-Token": cloud.facts["token"]}},
        "register": "answer",
    }


def _selected(jobs: str, cloud: Cloud) -> str:
    """The ids of the same ten jobs by Jinja's own filters."""
    return (
        f"({jobs} | selectattr('spec.clusteruid', 'equalto', '{cloud.cluster('failing')}')"
        " | selectattr('status.status', 'equalto', 'Failed')"
        " | sort(attribute='metadata.creationTimestamp', reverse=true) | map(attribute='metadata.uid'))[:10]"
    )


# ---------------------------------------------------------------------------------------------------------------------
# ten jobs out of many


def _by_module(name: str, jobs: int | None = None, *, sent: bool = False) -> Way:
    def tasks(cloud: Cloud) -> list[Task]:
        task = _jobs_info(cloud, **_failed_of_one_cluster(cloud))
        return [_sent(task) if sent else task, _tell("answer.jobs | map(attribute='id')")]

    return play(name, tasks, calls={"lists": 1}, jobs=jobs)


def _by_lookup(name: str, jobs: int | None = None) -> Way:
    def tasks(cloud: Cloud) -> list[Task]:
        return [_tell(_query(**_failed_of_one_cluster(cloud)) + " | map(attribute='id')")]

    return play(name, tasks, variables=_token_variables, calls={"lists": 1}, jobs=jobs)


def of_length(way: str, jobs: int) -> str:
    """The name of a way in the race of lengths."""
    return f"{way}, {jobs:,} jobs"


def _growing() -> Race:
    # in turn, since a machine that is busier by the next race would spoil how they compare
    ways = [
        make(of_length(name, size), size)
        for make, name in ((_by_module, MODULE), (_by_lookup, LOOKUP))
        for size in GROWTH_SIZES
    ]
    return Race(GROWTH, SIZES[-1], tuple(ways), (), times=2)


def _filtering(jobs: int) -> Race:
    def url_lookup(cloud: Cloud) -> list[Task]:
        address = cloud.facts["endpoint"] + cloud.jobs_path
        headers = {"X-Auth-Token": cloud.facts["token"]}
        body = f"lookup('ansible.builtin.url', '{address}', headers={headers!r}, split_lines=false)"
        return [_tell(_selected(f"({body} | from_json)", cloud))]

    ways = [
        # it prints as the others do, so that one task is all that they differ in
        play(PING, lambda cloud: [{"ansible.builtin.ping": {}}, {"ansible.builtin.debug": {"msg": "pong"}}]),
        _by_module(MODULE),
        _by_module(SENT, sent=True),
        _by_lookup(LOOKUP),
    ]
    ratios = []
    if jobs <= LARGEST_OF_OTHERS:
        ways += [
            play(URI, lambda cloud: [_uri(cloud), _tell(_selected("answer.json", cloud))]),
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
    return Race(f"filter-{jobs}", jobs, tuple(ways), tuple(ratios), times=3 if jobs <= 1_000 else 1)


_OWN_COST = """
import json, resource, sys, time
{imports}
cloud = json.load(open(sys.argv[1]))
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
typed = {name: cloud[name] for name in ("endpoint", "project_id", "token")}
request = read_request(MODULE, {**typed, **query}, {}, environment={})
answer = find_jobs(request, "benchmark", Report(warning=print, info=print, secret=lambda secret: None))
ids = [job["id"] for job in answer.jobs]
""",
)

_BARE = _OWN_COST.format(
    imports="import requests",
    work="""
answer = requests.get(
    cloud["endpoint"] + "/api/v2/projects/" + cloud["project_id"] + "/jobs", headers={"X-Auth-Token": cloud["token"]}
)
jobs = [
    job
    for job in json.loads(answer.content)
    if job["spec"]["clusteruid"] in query["cluster_id"] and job["status"]["status"] in query["status"]
]
jobs.sort(key=lambda job: job["metadata"]["creationTimestamp"], reverse=True)
ids = [job["metadata"]["uid"] for job in jobs[: query["limit"]]]
""",
)


def _own_process(jobs: int) -> Race:
    bare = "requests.get + json.loads"
    own = "the module's own work"
    return Race(
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


def _one_job(peers: Sequence[Way]) -> Race:
    ways = (
        play(PING, lambda cloud: [{"ansible.builtin.ping": {}}]),
        play(MODULE, lambda cloud: [_jobs_info(cloud)], calls={"lists": 1}),
        play(SENT, lambda cloud: [_sent(_jobs_info(cloud))], calls={"lists": 1}),
    )
    ratios = []
    for ours, measure, goal in ((MODULE, "module, 1 job, time", 1.1), (SENT, "module that is sent, 1 job, time", None)):
        ratios += [Ratio(measure, ours, PING, goal), *(Ratio(measure, ours, peer.name, 1) for peer in peers)]
    return Race("one-job", 1, (*ways, *peers), tuple(ratios), times=3)


def _fifty_tasks() -> Race:
    ours, sent, theirs = "50 tasks of jobs_info", "50 tasks of jobs_info, sent", "50 empty modules"
    ways = (
        play(ours, lambda cloud: [_jobs_info(cloud)] * 50, calls={"lists": 50}),
        play(sent, lambda cloud: [_sent(_jobs_info(cloud))] * 50, calls={"lists": 50}),
        play(theirs, lambda cloud: [{"empty": {}}] * 50),
    )
    ratios = (
        Ratio("50 module tasks, time", ours, theirs, 1.35),
        Ratio("50 tasks of a module that is sent, time", sent, theirs, 1.35),
    )
    return Race("tasks", 1, ways, ratios)


def _fifty_lookups() -> Race:
    def template(times: int, **options: Any) -> Any:
        reference = "{{ " + _query(limit=1, **options) + " | length }}"
        return lambda cloud: [{"ansible.builtin.debug": {"msg": reference * times}}]

    once, fifty, cached = "one lookup", "50 lookups in one template", "50 lookups with cache_ttl"
    ways = (
        play(once, template(1), variables=_login_variables, calls={"logins": 1, "lists": 1}),
        play(fifty, template(50), variables=_login_variables, calls={"logins": 1, "lists": 50}),
        play(cached, template(50, cache_ttl=300), variables=_login_variables, calls={"logins": 1, "lists": 1}),
    )
    ratios = (
        Ratio("50 lookups in one template with one login, time", fifty, once, 1.5),
        Ratio("the same with cache_ttl and one fetch, time", cached, once, 1.5),
    )
    return Race("lookups", 60, ways, ratios)


def _fleet(hosts: int) -> Race:
    def read_ten_times(jobs: str) -> Task:
        return {"ansible.builtin.assert": {"that": [f"{jobs} | length > {number}" for number in range(10)]}}

    ours, theirs = f"{hosts} hosts, 10 lookups each", f"{hosts} hosts, a uri task each"
    ways = (
        play(
            ours,
            lambda cloud: [read_ten_times(_query(cache_ttl=300))],
            variables=_login_variables,
            hosts=hosts,
            calls={"logins": 1, "lists": 1},
        ),
        play(theirs, lambda cloud: [_uri(cloud), read_ten_times("answer.json")], hosts=hosts, calls={"lists": hosts}),
    )
    return Race(
        "fleet", 60, ways, (Ratio(f"{hosts} hosts read the list 10 times, one request, time", ours, theirs, 1),)
    )


def _waiting() -> Race:
    polls = 10

    def finish_at_the_last_poll(cloud: Cloud) -> None:
        """From the tenth list on, the one unfinished job that is waited for is finished."""
        job = {
            "metadata": {"uid": "done", "creationTimestamp": "2026-01-02 03:04:05 +0000 UTC"},
            "spec": {"type": "CreateCluster", "clusteruid": cloud.cluster("creating")},
            "status": {"status": "Success"},
        }
        rule = {
            "path": cloud.jobs_path,
            "after": polls - 1,
            "times": None,
            "body": json.dumps([job]),
            "headers": {"Content-Type": "application/json"},
        }
        cloud.control("POST", "/faults", rule)

    def waiting(cloud: Cloud) -> list[Task]:
        return [_jobs_info(cloud, cluster_id=cloud.cluster("creating"), wait=True, wait_interval=0.1)]

    def until(task: Task, unfinished: str) -> list[Task]:
        return [{**task, "until": f"{unfinished} | length == 0", "retries": polls, "delay": 0}]

    def trying_uri(cloud: Cloud) -> list[Task]:
        ours = f"selectattr('spec.clusteruid', 'equalto', '{cloud.cluster('creating')}')"
        return until(_uri(cloud), f"answer.json | {ours} | rejectattr('status.status', 'in', ['Success', 'Failed'])")

    def trying(cloud: Cloud) -> list[Task]:
        return until(_jobs_info(cloud, cluster_id=cloud.cluster("creating"), finished=False), "answer.jobs")

    ours, theirs, own = (
        "wait over ten polls",
        f"{URI}, until with ten tries",
        f"{MODULE}, until with ten tries",
    )
    more: Mapping[str, Any] = {"calls": {"lists": polls}, "before": finish_at_the_last_poll}
    ways = (
        play(ours, waiting, **more),
        play(theirs, trying_uri, **more),
        play(own, trying, **more),
        play(PING, lambda cloud: [{"ansible.builtin.ping": {}}]),
    )
    jobs = 1_000
    ratios = (
        Ratio(f"{ours}, {jobs:,} jobs, CPU", ours, theirs, 0.2, "cpu"),
        Ratio(f"{ours}, {jobs:,} jobs, CPU", ours, own, None, "cpu"),
        # what Ansible itself takes to start and to run one task is in all of them
        Ratio("no wait at all, CPU", PING, own, None, "cpu"),
    )
    return Race("wait", jobs, ways, ratios)


def _everything(jobs: int) -> Race:
    ours, theirs = f"jobs_info, all {jobs:,} jobs", f"uri, all {jobs:,} jobs"
    ways = (play(ours, lambda cloud: [_jobs_info(cloud)]), play(theirs, lambda cloud: [_uri(cloud)]))
    return Race("all", jobs, ways, (Ratio(f"all {jobs:,} jobs returned, time", ours, theirs, 1),))


def races(many: int = 100_000, peers: Sequence[Way] = ()) -> tuple[Race, ...]:
    """All races.

    Args:
        many: length of the list in those that are about long lists and not about growth.
        peers: the same kind of play with the info modules of other collections.
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
