# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs in the form of CCE: a job is planned from start to end, and shown as it is at the current time.

Shapes, state names and the nesting ScaleupCluster > CreateNode > [GetPSMCert, CreateNodeVM or CreateNodeBMS,
InstallNode] and CreateCluster > [CreatePSMCert, InstallMaster] are those of the OTC CCE API reference and of the
fixtures of gophertelekomcloud. The spelling of other types is not public; those here are plausible guesses.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .clock import NANOSECONDS

INITIALIZING, RUNNING, SUCCESS, FAILED = "Initializing", "Running", "Success", "Failed"
# The reason of the only failed job in the CCE API reference; it is generic, and the cause is in a subjob.
GENERIC_REASON = "Something bad happened at server, recycle resource"
ZERO_TIME = "0001-01-01 00:00:00 +0000 UTC"
_UUID_EPOCH = 0x01B21DD213814000  # 1582-10-15 to 1970-01-01, in steps of 100 ns
_UUID_NODE = "0255ac10003f"


def go_time(nanoseconds: int) -> str:
    """Go's ``time.String()`` in UTC, which drops trailing zeros of the fraction and with the last one the dot."""
    seconds, fraction = divmod(nanoseconds, NANOSECONDS)
    digits = f".{fraction:09d}".rstrip("0") if fraction else ""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds)) + f"{digits} +0000 UTC"


@dataclass(frozen=True)
class Step:
    """A job type with its subjobs, which run one after the other; ``weight`` is its share of the parent's time."""

    type: str
    weight: int = 1
    substeps: tuple[Step, ...] = ()
    failures: tuple[str, ...] = ()
    has_resource: bool = True
    extend_param: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """The cluster or node that a job works on."""

    cluster_uid: str
    resource_id: str
    resource_name: str


def _scaleup(machine: Step) -> Step:
    install = Step(
        "InstallNode",
        3,
        failures=(
            "Failed to install the node: node not ready after 30 minutes, kubelet stopped posting node status",
            "Failed to install the node: the node cannot resolve the address of the image repository",
        ),
    )
    node = Step("CreateNode", 1, (Step("GetPSMCert", 1, has_resource=False), machine, install))
    return Step("ScaleupCluster", 1, (node,), extend_param=("claimrollback", "node.zone", "nodepooluid", "orderID"))


SCALEUP_VM = _scaleup(
    Step(
        "CreateNodeVM",
        4,
        failures=(
            "Failed to create the node VM: quota of ECS exceeded, cores in use 796 of 800, required 8",
            "Failed to create the node VM: flavor s3.2xlarge.4 is sold out in eu-de-03",
            "Failed to create the node VM: the subnet has no free address",
        ),
        extend_param=("serverID",),
    )
)
SCALEUP_BMS = _scaleup(
    Step(
        "CreateNodeBMS",
        8,
        failures=("Failed to create the bare metal node: flavor physical.p3.large is sold out in eu-de-02",),
        extend_param=("serverID",),
    )
)
CREATE_CLUSTER = Step(
    "CreateCluster",
    1,
    (Step("CreatePSMCert", 1, has_resource=False), Step("InstallMaster", 9, extend_param=("serverID",))),
)
UPGRADE_CLUSTER = Step(
    "UpgradeCluster",
    1,
    (
        Step(
            "UpgradeMaster",
            3,
            failures=("Failed to upgrade the master: objects of the removed API policy/v1beta1 are still in use",),
        ),
        Step("UpgradeNode", 5),
    ),
)
RESIZE_CLUSTER = Step("ResizeCluster", 1, (Step("ResizeMaster", 1, has_resource=False),))
DELETE_NODE = Step(
    "DeleteNode",
    1,
    (
        Step("UninstallNode", 1),
        Step("DeleteNodeVM", 2, failures=("Failed to delete the node VM: the server is locked by another request",)),
    ),
)
NODE_WORK = (SCALEUP_VM, SCALEUP_VM, DELETE_NODE)


def failing_steps(step: Step) -> list[Step]:
    """The subjobs that have reasons to fail."""
    return [*([step] if step.failures else []), *(leaf for sub in step.substeps for leaf in failing_steps(sub))]


@dataclass(frozen=True)
class Job:
    """The plan of one job and its subjobs; times in nanoseconds since 1970."""

    uid: str
    type: str
    subject: Subject
    has_resource: bool
    extend_param: dict[str, str]
    created: int
    started: int
    finished: int
    outcome: str
    reason: str
    open_completion: str | None
    subjobs: list[Job] = field(default_factory=list)

    def moments(self) -> Iterator[int]:
        """All times at which this job or a subjob changes."""
        yield from (self.created, self.started, self.finished)
        for subjob in self.subjobs:
            yield from subjob.moments()

    def payload(self, now: int) -> dict[str, Any]:
        """The job as the API returns it at that time."""
        finished = now >= self.finished
        running = RUNNING if now >= self.started else INITIALIZING
        spec: dict[str, Any] = {
            "type": self.type,
            "clusteruid": self.subject.cluster_uid,
            "resourceid": self.subject.resource_id if self.has_resource else "",
            "resourcename": self.subject.resource_name if self.has_resource else "",
        }
        if self.extend_param:
            spec["extendparam"] = self.extend_param
        subjobs = [subjob.payload(now) for subjob in self.subjobs if subjob.created <= now]
        if subjobs:
            spec["subjobs"] = subjobs
        status = {"status": self.outcome if finished else running, "reason": self.reason if finished else ""}
        completion = go_time(self.finished) if finished else self.open_completion
        if completion is not None:
            status["completionTime"] = completion
        updated = max(moment for moment in self.moments() if moment <= now)
        return {
            "kind": "Job",
            "apiVersion": "v2",
            "metadata": {
                "uid": self.uid,
                "creationTimestamp": go_time(self.created),
                "updateTimestamp": go_time(updated),
            },
            "spec": spec,
            "status": status,
        }


class Planner:
    """Plans jobs from one random stream; the same stream gives the same jobs."""

    def __init__(self, stream: str) -> None:
        self.random = random.Random(stream)
        self._clock_sequence = self.random.getrandbits(14)

    def uid(self, moment: int) -> str:
        """A version 1 UUID whose time is slightly before the moment, as in the CCE API reference."""
        ticks = moment // 100 + _UUID_EPOCH - self.random.randrange(200, 800)
        self._clock_sequence = (self._clock_sequence + 1) & 0x3FFF
        return (
            f"{ticks & 0xFFFFFFFF:08x}-{ticks >> 32 & 0xFFFF:04x}-1{ticks >> 48 & 0xFFF:03x}"
            f"-{self._clock_sequence | 0x8000:04x}-{_UUID_NODE}"
        )

    def node(self, cluster_uid: str, moment: int) -> Subject:
        suffix = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=6))
        return Subject(cluster_uid, self.uid(moment), f"node-{suffix}")

    def job(
        self,
        step: Step,
        subject: Subject,
        created: int,
        length: int,
        *,
        queue: int | None = None,
        fails: bool = False,
        with_subjobs: bool = True,
    ) -> Job:
        """Plan a job that ends ``length`` nanoseconds after its creation, or earlier if it fails.

        It waits ``queue`` nanoseconds before it starts, a fiftieth of its length by default.
        """
        # Usually whole microseconds, as in the CCE API reference; other grains make Go print 0 to 9 digits.
        grain = self.random.choices((1000, 1, 1_000_000, NANOSECONDS), (85, 9, 3, 3))[0]
        if grain > length // 1000:
            grain = 1000
        failing = self.random.choice(failing_steps(step)) if fails else None
        return self._plan(step, subject, created - created % grain, length, queue, grain, failing, with_subjobs)

    def _plan(
        self,
        step: Step,
        subject: Subject,
        created: int,
        length: int,
        queue: int | None,
        grain: int,
        failing: Step | None,
        with_subjobs: bool,
    ) -> Job:
        def grained(duration: int) -> int:
            return max(duration - duration % grain, grain)

        gap = grained(length // 50)
        started = created + (gap if queue is None else grained(queue))
        finished = created + grained(length)
        reason = ""
        subjobs: list[Job] = []
        if step is failing:
            reason = self.random.choice(step.failures)
        elif not with_subjobs:
            reason = GENERIC_REASON if failing else ""
        elif step.substeps:
            available = finished - started - gap
            begins = started
            for substep in step.substeps:
                share = available * substep.weight // sum(each.weight for each in step.substeps)
                subjobs.append(self._plan(substep, subject, begins, share, None, grain, failing, True))
                begins = subjobs[-1].finished
                if subjobs[-1].outcome == FAILED:
                    reason = GENERIC_REASON
                    break
            finished = begins + gap
        return Job(
            uid=self.uid(created),
            type=step.type,
            subject=subject,
            has_resource=step.has_resource,
            extend_param=self._extend_param(step, created),
            created=created,
            started=started,
            finished=finished,
            outcome=FAILED if reason else SUCCESS,
            reason=reason,
            open_completion=self.random.choices(("", None, ZERO_TIME), (6, 2, 2))[0],
            subjobs=subjobs,
        )

    def _extend_param(self, step: Step, created: int) -> dict[str, str]:
        if not step.extend_param:
            return {}
        if "serverID" in step.extend_param:
            return {"serverID": self.uid(created)}
        order = time.strftime("CS%y%m%d%H%M", time.gmtime(created // NANOSECONDS))
        return {
            "claimrollback": "true",
            "node.zone": self.random.choice(("", "eu-de-01", "eu-de-02", "eu-de-03")),
            "nodepooluid": "",
            "orderID": order + "".join(self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=7)),
            "v3-scaleup": "true",
        }
