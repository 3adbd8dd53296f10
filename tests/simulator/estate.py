# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account: projects, clusters and jobs, as a function of the seed, the start time and the present time.

Project ``eu-de_shop`` has a cluster for every occasion (the word in ``activity`` of the ready line):

* ``shop-prod``     lively: a job now and then, one in four fails, quiet in between
* ``shop-staging``  busy: has unfinished jobs at the start, none after ``busy_for`` seconds, and stays quiet then
* ``shop-archive``  quiet: finished, successful jobs only, at all times
* ``shop-batch``    failing: finished jobs, many of them failed, among them its upgrade
* ``shop-next``     creating: its CreateCluster job runs for eight minutes

``eu-de_lab`` has two clusters with a dozen finished jobs, ``eu-de`` has nothing.
"""

from __future__ import annotations

import json
import random
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .clock import NANOSECONDS
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
    go_time,
)

REGION = "eu-de"
PROJECT_NAMES = ("eu-de_shop", "eu-de_lab", "eu-de")
MOST_JOBS = 300_000
LAB_JOBS = 12
_MINUTE = 60 * NANOSECONDS
_DAY = 1440 * _MINUTE
# Jobs older than the newest sixty carry no subjobs: keeps a long history at the size of the documented sample.
_NESTED_HISTORY = 60
_GZIP = 31


@dataclass(frozen=True)
class Project:
    id: str
    name: str


@dataclass(frozen=True)
class Cluster:
    """A cluster; ``ready`` is the time from which on it is no longer being created."""

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


_encoder = json.JSONEncoder(separators=(",", ":"))


def _encoded(payload: object) -> bytes:
    return _encoder.encode(payload).encode()


class JobList:
    """The jobs of one project and their encoded list.

    Jobs that were finished at the start are encoded and compressed once; later answers append to that. The body is
    kept as long as the clock passes no moment that changes it. The order follows no rule, as the API promises none.
    """

    def __init__(self, history: list[Job], live: list[Job], start: int, arrival: Callable[[int], Job] | None) -> None:
        self._settled = {job.uid: _encoded(job.payload(start)) for job in history}
        self._head = b"[" + b",".join(self._settled.values())
        self._live = live
        self._arrival = arrival
        self._arrivals = 0
        self._next = arrival(0) if arrival else None
        self._lock = threading.Lock()
        self._valid_until: float = 0
        self._tail = b""
        self._plain = b""
        self._zipped = b""
        self._compressor = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        self._zipped_head = self._compressor.compress(self._head)

    def body(self, now: int, zipped: bool) -> bytes:
        """The list as JSON, plain or gzip."""
        with self._lock:
            if now >= self._valid_until:
                self._tell(now)
            if not zipped:
                return self._plain
            if not self._zipped:
                compressor = self._compressor.copy()
                self._zipped = self._zipped_head + compressor.compress(self._tail) + compressor.flush()
            return self._zipped

    def job(self, uid: str, now: int) -> bytes | None:
        with self._lock:
            self._let_arrive(now)
            for job in self._live:
                if job.uid == uid:
                    return _encoded(job.payload(now))
            return self._settled.get(uid)

    def _let_arrive(self, now: int) -> None:
        while self._next and self._arrival and self._next.created <= now:
            self._live.append(self._next)
            self._arrivals += 1
            self._next = self._arrival(self._arrivals)

    def _tell(self, now: int) -> None:
        self._let_arrive(now)
        live = [_encoded(job.payload(now)) for job in self._live]
        self._tail = (b"," if self._settled and live else b"") + b",".join(live) + b"]"
        self._plain = self._head + self._tail
        self._zipped = b""
        changes = [moment for job in self._live for moment in job.moments() if moment > now]
        self._valid_until = min([*changes, self._next.created if self._next else float("inf")], default=float("inf"))


class Estate:
    """All projects of the account. ``start`` is in nanoseconds since 1970, the other times are in seconds."""

    def __init__(
        self, seed: int, start: int, jobs: int = 60, busy_for: float = 90, new_jobs_every: float = 240
    ) -> None:
        self.seed = seed
        self.start = start
        self.job_count = jobs
        self._busy_for = int(busy_for * NANOSECONDS)
        self._new_jobs_every = int(new_jobs_every * NANOSECONDS)
        ids = random.Random(f"{seed}/projects")
        self.projects = [Project(f"{ids.getrandbits(128):032x}", name) for name in PROJECT_NAMES]
        shop, lab, empty = self.projects
        planner = Planner(f"{seed}/clusters")
        self.clusters = [
            self._cluster(planner, shop, "shop-prod", "lively"),
            self._cluster(planner, shop, "shop-staging", "busy"),
            self._cluster(planner, shop, "shop-archive", "quiet"),
            self._cluster(planner, shop, "shop-batch", "failing"),
            self._cluster(planner, shop, "shop-next", "creating", age=2 * _MINUTE, creation=10 * _MINUTE),
            self._cluster(planner, lab, "lab-gpu", "quiet"),
            self._cluster(planner, lab, "lab-sandbox", "quiet"),
        ]
        self._jobs = {
            shop.id: self._shop_jobs(),
            lab.id: JobList(self._lab_jobs(), [], start, None),
            empty.id: JobList([], [], start, None),
        }

    def knows_project(self, project_id: str) -> bool:
        return project_id in self._jobs

    def jobs_of(self, project_id: str) -> JobList:
        """A project of a foreign IAM has the jobs of the first project."""
        return self._jobs.get(project_id, self._jobs[self.projects[0].id])

    def clusters_of(self, project_id: str, now: int) -> dict[str, Any]:
        owner = project_id if self.knows_project(project_id) else self.projects[0].id
        items = [cluster.payload(now) for cluster in self.clusters if cluster.project.id == owner]
        return {"kind": "Cluster", "apiVersion": "v3", "items": items}

    def _cluster(
        self, planner: Planner, project: Project, name: str, activity: str, age: int = 400 * _DAY, creation: int = 0
    ) -> Cluster:
        created = self.start - age
        return Cluster(planner.uid(created), name, project, activity, created, created + (creation or 9 * _MINUTE))

    def _named(self, name: str) -> Cluster:
        return next(cluster for cluster in self.clusters if cluster.name == name)

    def _shop_jobs(self) -> JobList:
        scenes = self._scenes()[: self.job_count]
        history = self._history(self.job_count - len(scenes))
        settled = [job for job in scenes if job.finished <= self.start]
        live = [job for job in scenes if job.finished > self.start]
        everything = history + settled
        random.Random(f"{self.seed}/order").shuffle(everything)
        return JobList(everything, live, self.start, self._arrival if self._new_jobs_every else None)

    def _scenes(self) -> list[Job]:
        """The jobs that make the clusters what the module's text says, the most telling first."""
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

    def _lab_jobs(self) -> list[Job]:
        planner = Planner(f"{self.seed}/lab")
        work: dict[str, tuple[Step, ...]] = {"lab-gpu": (SCALEUP_BMS, DELETE_NODE), "lab-sandbox": NODE_WORK}
        jobs = []
        for number in range(LAB_JOBS):
            cluster = self._named(planner.random.choice(sorted(work)))
            created = self.start - (number + 1) * _DAY
            step = planner.random.choice(work[cluster.name])
            jobs.append(planner.job(step, planner.node(cluster.uid, created), created, 25 * _MINUTE))
        return jobs

    def _arrival(self, number: int) -> Job:
        """The job of the lively cluster in the period of that number; the last fifth of every period is quiet."""
        planner = Planner(f"{self.seed}/arrivals/{number}")
        period = self._new_jobs_every
        created = self.start + int(period * (number + 0.3 * planner.random.random()))
        length = int(period * planner.random.uniform(0.2, 0.5))
        cluster = self._named("shop-prod")
        step: Step = planner.random.choice(NODE_WORK)
        fails = planner.random.random() < 1 / 4
        return planner.job(step, planner.node(cluster.uid, created), created, length, fails=fails)
