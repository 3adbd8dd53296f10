# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated clusters and jobs, as a function of the seed, the start time, and the current time.

Project ``eu-de_shop`` has one cluster of each kind (member ``activity`` of the ready line):

* ``shop-prod``     lively: a job now and then, one in four fails, idle in between
* ``shop-staging``  busy: has unfinished jobs at the start, none after ``busy_for`` seconds, and stays idle from then on
* ``shop-archive``  quiet: finished, successful jobs only, at all times
* ``shop-batch``    failing: finished jobs, many of them failed, among them its upgrade
* ``shop-next``     creating: its CreateCluster job runs for eight minutes

``eu-de_lab``, ``eu-nl_shop``, and ``eu-nl_lab`` have a dozen finished jobs each, ``eu-de`` and ``eu-nl`` have none.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .accounts import Project
from .clock import NANOSECONDS
from .job_list import JobList
from .jobs import (
    CREATE_CLUSTER,
    DELETE_NODE,
    NODE_WORK,
    RESIZE_CLUSTER,
    SCALEUP_BMS,
    SCALEUP_VM,
    UPGRADE_CLUSTER,
    Job,
    Planner,
    Step,
    Subject,
    failing_steps,
    go_time,
)

MOST_JOBS = 300_000
SMALL_PROJECT_JOBS = 12
_MINUTE = 60 * NANOSECONDS
_DAY = 1440 * _MINUTE
# Jobs older than the newest sixty have no subjobs: keeps a long history at the size of the documented sample.
_NESTED_HISTORY = 60
# Types of jobs that the control API can create.
_CREATABLE = {step.type: step for step in (CREATE_CLUSTER, DELETE_NODE, RESIZE_CLUSTER, SCALEUP_VM, UPGRADE_CLUSTER)}
_ON_CLUSTERS = (CREATE_CLUSTER, RESIZE_CLUSTER, UPGRADE_CLUSTER)


@dataclass(frozen=True)
class Cluster:
    """A cluster; ``ready`` is the time at which its creation is complete."""

    uid: str
    name: str
    project: Project
    activity: str
    created: int
    ready: int

    @property
    def itself(self) -> Subject:
        return Subject(self.uid, self.uid, self.name)

    def payload(self, now: int) -> dict[str, Any]:
        """Shape of the OTC CCE API reference, "Listing Clusters in a Specified Project"."""
        return {
            "kind": "Cluster",
            "apiVersion": "v3",
            "metadata": {
                "name": self.name,
                "uid": self.uid,
                "creationTimestamp": go_time(self.created),
                "updateTimestamp": go_time(self.ready if now >= self.ready else self.created),
            },
            "spec": {
                "type": "VirtualMachine",
                "flavor": "cce.s2.medium",
                "version": "v1.31",
                "platformVersion": "cce.8.0",
                "containerNetwork": {"mode": "vpc-router", "cidr": "172.16.0.0/16"},
                "kubernetesSvcIpRange": "10.247.0.0/16",
                "authentication": {"mode": "rbac", "authenticatingProxy": {}},
                "billingMode": 0,
            },
            "status": {"phase": "Available" if now >= self.ready else "Creating"},
        }


class SampleJobs:
    """Clusters and jobs of these projects. ``start`` is in nanoseconds since 1970, the other times are in seconds."""

    def __init__(
        self,
        seed: int,
        projects: Sequence[Project],
        start: int,
        jobs: int = 60,
        busy_for: float = 90,
        new_jobs_every: float = 240,
    ) -> None:
        self.seed = seed
        self.start = start
        self.job_count = jobs
        self._busy_for = int(busy_for * NANOSECONDS)
        self._new_jobs_every = int(new_jobs_every * NANOSECONDS)
        self._created = 0
        self._first = projects[0]
        shop, lab, empty, second_shop, second_lab, second_empty = projects
        planner = Planner(f"{seed}/clusters")
        self.clusters = [
            self._cluster(planner, shop, "shop-prod", "lively"),
            self._cluster(planner, shop, "shop-staging", "busy"),
            self._cluster(planner, shop, "shop-archive", "quiet"),
            self._cluster(planner, shop, "shop-batch", "failing"),
            self._cluster(planner, shop, "shop-next", "creating", age=2 * _MINUTE, creation=10 * _MINUTE),
            self._cluster(planner, lab, "lab-gpu", "quiet"),
            self._cluster(planner, lab, "lab-sandbox", "quiet"),
            self._cluster(planner, second_shop, "shop-nl", "failing"),
            self._cluster(planner, second_lab, "lab-nl", "quiet"),
        ]
        lab_work: dict[str, tuple[Step, ...]] = {"lab-gpu": (SCALEUP_BMS, DELETE_NODE), "lab-sandbox": NODE_WORK}
        self._jobs = {
            shop.id: self._shop_jobs(),
            lab.id: self._small_project("lab", lab_work),
            empty.id: JobList([], [], start),
            second_shop.id: self._small_project("second-shop", {"shop-nl": NODE_WORK}),
            second_lab.id: self._small_project("second-lab", {"lab-nl": NODE_WORK}),
            second_empty.id: JobList([], [], start),
        }

    def jobs_of(self, project_id: str) -> JobList:
        """A project of an IAM outside the simulator has the jobs of the first project."""
        return self._jobs.get(project_id, self._jobs[self._first.id])

    def clusters_of(self, project_id: str, now: int) -> dict[str, Any]:
        owner = project_id if project_id in self._jobs else self._first.id
        items = [cluster.payload(now) for cluster in self.clusters if cluster.project.id == owner]
        return {"kind": "Cluster", "apiVersion": "v3", "items": items}

    def create(self, cluster: str, type: str, now: int, seconds: float, fails: bool) -> Job:
        """Add a job to the cluster of that name or ID, which takes ``seconds``. Raises ValueError."""
        step = _CREATABLE.get(type)
        owner = next((each for each in self.clusters if cluster in (each.name, each.uid)), None)
        if not step or not owner:
            names = ", ".join(_CREATABLE) if not step else ", ".join(each.name for each in self.clusters)
            raise ValueError(f"unknown {'cluster' if step else 'type'}; there are {names}")
        if fails and not failing_steps(step):
            raise ValueError(f"a job of type {type} cannot fail")
        planner = Planner(f"{self.seed}/created/{self._created}")
        self._created += 1
        subject = owner.itself if step in _ON_CLUSTERS else planner.node(owner.uid, now)
        job = planner.job(step, subject, now, int(seconds * NANOSECONDS), fails=fails)
        self._jobs[owner.project.id].add(job)
        return job

    def remove_created(self) -> None:
        for job_list in self._jobs.values():
            job_list.remove_added()

    def _cluster(
        self, planner: Planner, project: Project, name: str, activity: str, age: int = 400 * _DAY, creation: int = 0
    ) -> Cluster:
        created = self.start - age
        return Cluster(planner.uid(created), name, project, activity, created, created + (creation or 9 * _MINUTE))

    def _named(self, name: str) -> Cluster:
        return next(cluster for cluster in self.clusters if cluster.name == name)

    def _shop_jobs(self) -> JobList:
        special = self._special_jobs()[: self.job_count]
        history = self._history(self.job_count - len(special))
        settled = [job for job in special if job.finished <= self.start]
        live = [job for job in special if job.finished > self.start]
        everything = history + settled
        random.Random(f"{self.seed}/order").shuffle(everything)
        return JobList(everything, live, self.start, self._arrival if self._new_jobs_every else None)

    def _special_jobs(self) -> list[Job]:
        """The jobs that give the clusters their documented activity, the most important first."""
        planner = Planner(f"{self.seed}/scenes")
        start, busy = self.start, self._busy_for
        staging, batch, archive = (self._named(f"shop-{name}") for name in ("staging", "batch", "archive"))
        soon = self._named("shop-next")

        def node(cluster: Cluster, age: int) -> Subject:
            return planner.node(cluster.uid, start - age)

        return [
            planner.job(SCALEUP_VM, node(staging, busy // 2), start - busy // 2, busy * 13 // 10),
            planner.job(DELETE_NODE, node(staging, _DAY), start - busy // 100, busy * 9 // 10, queue=busy // 3),
            planner.job(SCALEUP_VM, node(batch, 70 * _MINUTE), start - 70 * _MINUTE, 40 * _MINUTE, fails=True),
            planner.job(CREATE_CLUSTER, soon.itself, soon.created, soon.ready - soon.created),
            planner.job(UPGRADE_CLUSTER, batch.itself, start - 300 * _MINUTE, 90 * _MINUTE, fails=True),
            planner.job(CREATE_CLUSTER, archive.itself, archive.created, archive.ready - archive.created),
            planner.job(RESIZE_CLUSTER, archive.itself, start - 9 * _DAY, 20 * _MINUTE),
        ]

    def _history(self, count: int) -> list[Job]:
        """Finished jobs, the newest first: up to a year back, never nearer than two hours."""
        planner = Planner(f"{self.seed}/history")
        pick = planner.random
        clusters = [self._named(f"shop-{name}") for name in ("prod", "staging", "archive", "batch")]
        span = min(365 * _DAY, max(1, count) * _DAY // 4)
        jobs = []
        for number in range(count):
            created = self.start - 120 * _MINUTE - int(span * (number + pick.random()) / count)
            cluster = pick.choice(clusters)
            jobs.append(
                planner.job(
                    pick.choice(NODE_WORK),
                    planner.node(cluster.uid, created),
                    created,
                    pick.randrange(2 * _MINUTE, 60 * _MINUTE),
                    fails=cluster.activity == "failing" and pick.random() < 1 / 3,
                    with_subjobs=number < _NESTED_HISTORY,
                )
            )
        return jobs

    def _small_project(self, stream: str, work: Mapping[str, tuple[Step, ...]]) -> JobList:
        """One finished job a day; ``work`` has the kinds of jobs by the name of the cluster."""
        planner = Planner(f"{self.seed}/{stream}")
        jobs = []
        for number in range(SMALL_PROJECT_JOBS):
            cluster = self._named(planner.random.choice(sorted(work)))
            created = self.start - (number + 1) * _DAY
            step = planner.random.choice(work[cluster.name])
            node = planner.node(cluster.uid, created)
            fails = cluster.activity == "failing" and number % 3 == 0
            jobs.append(planner.job(step, node, created, 25 * _MINUTE, fails=fails))
        return JobList(jobs, [], self.start)

    def _arrival(self, number: int) -> Job:
        """The job of the lively cluster in the period of that number; the last fifth of every period is idle."""
        planner = Planner(f"{self.seed}/arrivals/{number}")
        period = self._new_jobs_every
        created = self.start + int(period * (number + 0.3 * planner.random.random()))
        length = int(period * planner.random.uniform(0.2, 0.5))
        cluster = self._named("shop-prod")
        step: Step = planner.random.choice(NODE_WORK)
        fails = planner.random.random() < 1 / 4
        return planner.job(step, planner.node(cluster.uid, created), created, length, fails=fails)
