# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of one project and their JSON."""

from __future__ import annotations

import gzip
import json
import threading
import zlib
from collections.abc import Callable, Collection
from typing import Any

from .jobs import Job

_GZIP = 31
_encoder = json.JSONEncoder(separators=(",", ":"))


def encoded(payload: object) -> bytes:
    return _encoder.encode(payload).encode()


def job_id(payload: object) -> str | None:
    """The ID of a job as the API sends it; None for anything else."""
    metadata = payload.get("metadata") if isinstance(payload, dict) else None
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return uid if isinstance(uid, str) else None


def find_job(payloads: list[Any], uid: str, depth: bool) -> Any:
    """The job of that ID, with ``depth`` at any level; None if there is none."""
    for payload in payloads:
        if job_id(payload) == uid:
            return payload
        spec = payload.get("spec") if depth and isinstance(payload, dict) else None
        subjobs = spec.get("subjobs") if isinstance(spec, dict) else None
        found = find_job(subjobs, uid, depth) if isinstance(subjobs, list) else None
        if found is not None:
            return found
    return None


class JobList:
    """The jobs of one project and their encoded list.

    Jobs that were finished at the start are encoded and compressed once; later responses append to that. The body is
    kept until the clock passes a moment that changes it. The order follows no rule, as the API promises none.
    """

    def __init__(
        self, history: list[Job], live: list[Job], start: int, arrival: Callable[[int], Job] | None = None
    ) -> None:
        self._settled = {job.uid: encoded(job.payload(start)) for job in history}
        self._head = b"[" + b",".join(self._settled.values())
        self._live = live
        self._added: list[Job] = []
        self._arrival = arrival
        self._arrivals = 0
        self._next = arrival(0) if arrival else None
        self._lock = threading.Lock()
        self._valid_from: float = 0
        self._valid_until: float = 0
        self._tail = b""
        self._plain = b""
        self._zipped = b""
        self._compressor = zlib.compressobj(6, zlib.DEFLATED, _GZIP)
        self._zipped_head = self._compressor.compress(self._head)

    def body(self, now: int, zipped: bool, without: Collection[str] = ()) -> bytes:
        """The list as JSON, plain or gzip; ``without`` are the IDs of jobs to leave out."""
        with self._lock:
            if without:
                plain = self._body_without(now, without)
                return gzip.compress(plain, mtime=0) if zipped else plain
            if not self._valid_from <= now < self._valid_until:
                self._encode(now)
            if not zipped:
                return self._plain
            if not self._zipped:
                compressor = self._compressor.copy()
                self._zipped = self._zipped_head + compressor.compress(self._tail) + compressor.flush()
            return self._zipped

    def job(self, uid: str, now: int, depth: bool = False) -> bytes | None:
        """One job as JSON; None if there is none. Subjobs are found with ``depth`` only."""
        with self._lock:
            self._let_arrive(now)
            if uid in self._settled:
                return self._settled[uid]
            found = find_job([job.payload(now) for job in self._unsettled(now)], uid, depth)
            if found is None and depth:
                quoted = encoded(uid)
                texts = [text for text in self._settled.values() if quoted in text]
                found = find_job([json.loads(text) for text in texts], uid, depth)
            return None if found is None else encoded(found)

    def has(self, uid: str, now: int) -> bool:
        """Whether a list at this time would contain a job of that ID, not a subjob."""
        with self._lock:
            self._let_arrive(now)
            return uid in self._settled or any(job.uid == uid for job in self._unsettled(now))

    def add(self, job: Job) -> None:
        with self._lock:
            self._added.append(job)
            self._valid_until = 0

    def remove_added(self) -> None:
        with self._lock:
            self._added.clear()
            self._valid_until = 0

    def _unsettled(self, now: int) -> list[Job]:
        # a thread may come here with a time before that of a job that another request has added meanwhile
        return [job for job in (*self._live, *self._added) if job.created <= now]

    def _let_arrive(self, now: int) -> None:
        while self._next and self._arrival and self._next.created <= now:
            self._live.append(self._next)
            self._arrivals += 1
            self._next = self._arrival(self._arrivals)

    def _body_without(self, now: int, without: Collection[str]) -> bytes:
        self._let_arrive(now)
        texts = [text for uid, text in self._settled.items() if uid not in without]
        texts += [encoded(job.payload(now)) for job in self._unsettled(now) if job.uid not in without]
        return b"[" + b",".join(texts) + b"]"

    def _encode(self, now: int) -> None:
        self._let_arrive(now)
        unsettled = self._unsettled(now)
        texts = [encoded(job.payload(now)) for job in unsettled]
        self._tail = (b"," if self._settled and texts else b"") + b",".join(texts) + b"]"
        self._plain = self._head + self._tail
        self._zipped = b""
        changes = [moment for job in (*self._live, *self._added) for moment in job.moments() if moment > now]
        self._valid_from = now
        self._valid_until = min([*changes, self._next.created if self._next else float("inf")], default=float("inf"))
