# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A night of jobs as raw payloads, for browser tests, measurements, and pictures of the page."""

from __future__ import annotations

import json
import random
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

END = datetime(2026, 3, 14, 6, tzinfo=timezone.utc)
CLUSTERS = ("shop-prod", "shop-batch", "shop-staging", "analytics", "shop-archive")

_TYPES = ("ScaleupCluster", "ScaleupCluster", "ScaleupCluster", "DeleteNode", "ResizeCluster")
_QUOTA = "Quota exceeded: the project has 4 of 16 requested vCPUs left"
_NOT_READY = "Failed to install the node: node not ready after 30 minutes, kubelet stopped posting node status"
_DRAIN = "Failed to drain the node: 2 pods are protected by a disruption budget"
_BUSY = (40, 28, 16, 12, 8)
"""Weights of the clusters."""


class Night:
    """The jobs of some clusters before ``END``."""

    def __init__(self, count: int, hours: float = 10, seed: int = 14) -> None:
        self._random = random.Random(seed)
        self.cluster_names = {self._id(): name for name in CLUSTERS}
        ids = list(self.cluster_names)
        begins = [*sorted(self._random.uniform(0.02, 0.97) for _number in range(count - 3)), 0.975, 0.985, 0.992]
        self.raw_jobs = [
            self._job(END - timedelta(hours=hours * (1 - begin)), self._random.choices(ids, _BUSY)[0])
            for begin in begins
        ]

    def _id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def _raw(self, kind: str, status: str, begin: datetime, end: datetime | None, **more: Any) -> dict[str, Any]:
        return {
            "kind": "Job",
            "apiVersion": "v3",
            "metadata": {"uid": self._id(), "creationTimestamp": begin.isoformat()},
            "spec": {"type": kind, "subjobs": [], **{key: value for key, value in more.items() if key != "reason"}},
            "status": {
                "status": status,
                "reason": more.get("reason"),
                "completionTime": end.isoformat() if end else None,
            },
        }

    def _job(self, begin: datetime, cluster: str) -> dict[str, Any]:
        kind = self._random.choice(_TYPES)
        minutes = self._random.choice((4, 8, 12, 16, 24)) * self._random.uniform(0.7, 1.3)
        # when one zone has no capacity for nodes, several jobs fail for one reason
        bad_hour = timedelta(hours=2.4) < END - begin < timedelta(hours=3.6)
        fails = self._random.random() < (0.6 if bad_hour else 0.05)
        cause = _DRAIN if kind != "ScaleupCluster" else _QUOTA if bad_hour else _NOT_READY
        reason = cause if fails else None
        if reason == _NOT_READY:
            minutes = 30 + self._random.random()
        if END - begin < timedelta(minutes=16):
            minutes = 20
        end = begin + timedelta(minutes=minutes)
        subject = {"clusteruid": cluster, "resourcename": f"node-{self._random.getrandbits(28):06x}"}
        status = "Failed" if fails else "Success"
        if end > END:
            status, reason = "Running" if END - begin > timedelta(minutes=6) else "Initializing", None
        finished = end if status in ("Failed", "Success") else None
        job = self._raw(kind, status, begin, finished, reason=reason, **subject)
        if kind == "ScaleupCluster" and status != "Initializing":
            job["spec"]["subjobs"] = [self._node(status, begin, end, reason, subject)]
            job["status"]["reason"] = reason and "Something bad happened at server, recycle resource"
        return job

    def _node(self, status: str, begin: datetime, end: datetime, reason: str | None, subject: Any) -> dict[str, Any]:
        finished = None if status == "Running" else end
        node = self._raw("CreateNode", status, begin + timedelta(seconds=2), finished, **subject)
        node["status"]["reason"] = reason and "Something bad happened at server, recycle resource"
        node["spec"]["subjobs"] = list(self._steps(status, begin, end, reason, subject))
        return node

    def _steps(
        self, status: str, begin: datetime, end: datetime, reason: str | None, subject: Any
    ) -> Iterator[dict[str, Any]]:
        """Three steps, of which the one that fails for lack of quota is not the last one."""
        failing = {_QUOTA: "CreateNodeVM", _NOT_READY: "InstallNode"}.get(reason or "")
        edges = [begin + (end - begin) * part for part in (0.01, 0.04, 0.45, 0.99)]
        for kind, first, last in zip(("GetPSMCert", "CreateNodeVM", "InstallNode"), edges, edges[1:]):
            if kind == failing:
                yield self._raw(kind, "Failed", first, end, reason=reason, **subject)
                return
            running = status == "Running" and last > END
            yield self._raw(kind, "Running" if running else "Success", first, None if running else last, **subject)
            if running:
                return


def main() -> None:
    """Print raw jobs as JSON: this number, in this number of hours."""
    count, hours = int(sys.argv[1]), float(sys.argv[2])
    json.dump(Night(count, hours).raw_jobs, sys.stdout)


if __name__ == "__main__":
    main()
