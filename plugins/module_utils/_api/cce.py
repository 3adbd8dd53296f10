# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The calls of CCE, as iterators of raw jobs."""

from __future__ import annotations

import contextlib
import typing as t
from collections import ChainMap
from datetime import datetime
from urllib.parse import quote

from .._auth.session import Session
from .._errors import CceError
from .._http.bodies import explain, parse
from .._http.call import Call, shown_url
from .._http.client import Response
from .._http.deadline import Deadline
from .json_stream import MAX_ENTRY, StreamFault, elements

MAX_DIRECT_JOBS = 8
"""Jobs that are asked for one by one, at the same time. More are looked for in the list."""

MAX_CLUSTERS = 100_000
"""Clusters of a project, whose names are all kept in memory."""

# Members that contain the list where a response is an object: not documented for this call, but usual for others of CCE
_WRAPPERS = ("items", "jobs")
_FAULTS = ("error_code", "errorCode")

_JOBS_ADVICE = {
    "authentication": "check the credentials: a token expires and is valid in one region only; "
    "an access key requires its own secret key and the right signature",
    "permission": "check project_id, and that the user has the permission cce:job:list, as in the role "
    "CCE ReadOnlyAccess",
    "not_found": "check endpoint and region",
    "response": "check endpoint",
}

_CLUSTERS_ADVICE = {
    **_JOBS_ADVICE,
    "permission": "specify cluster_id instead of names, or grant the user the permission cce:cluster:list",
}

# Statuses after which to look in the list instead: CCE rejects the ID, the user lacks the permission cce:job:get, or
# there is no such job or no such call
_LIST_AFTER = (400, 403, 404)

# Segments of a path that a URL does not keep
_FOLDED = ("", ".", "..")


class ByteCache(t.Protocol):
    """Lists that were fetched before. The module has no such cache."""

    def open(
        self, name: str, fetch: t.Callable[[], t.ContextManager[t.Iterable[bytes]]], deadline: Deadline
    ) -> t.ContextManager[t.Iterable[bytes]]:
        """The bytes of a list.

        Args:
            name: what is in the list, "jobs" or "clusters".
            fetch: opens the response of the API.
            deadline: how long to wait for another process that fetches it.

        Raises:
            CceError: when the list cannot be fetched.
        """


class DirectResult(t.NamedTuple):
    """The result of the call for one job."""

    job: dict[str, t.Any] | None
    """The raw job, None when the call does not return it."""
    deleted: bool
    """Whether CCE reports that the job does not exist."""
    sent_at: datetime | None


class _Resource(t.NamedTuple):
    """The resource that a call reads."""

    purpose: str
    path: str
    """Path below the root of the API, with a placeholder for the project ID."""
    advice: t.Mapping[str, str]


_JOBS = _Resource("list the jobs", "v2/projects/{}/jobs", _JOBS_ADVICE)
_ONE_JOB = _Resource("get a job", "v2/projects/{}/jobs", _JOBS_ADVICE)
_CLUSTERS = _Resource("list the clusters", "v3/projects/{}/clusters", _CLUSTERS_ADVICE)


class RawList:
    """The raw elements of a list, which can be iterated over once.

    Attributes:
        sent_at: when the response was sent, by the server's clock. None for a cached list.
    """

    def __init__(self, resource: _Resource, chunks: t.Iterable[bytes], mask: t.Callable[[str], str]) -> None:
        self._resource = resource
        self._chunks = chunks
        self._mask = mask
        self._response = chunks if isinstance(chunks, Response) else None
        self.sent_at = self._response.sent_at if self._response else None

    def digest(self) -> bytes | None:
        """A hash of the response, None when it is too large for that, or when the list was cached."""
        return self._response.digest() if self._response else None

    def __iter__(self) -> t.Iterator[t.Any]:
        try:
            yield from elements(self._chunks, _WRAPPERS, _FAULTS)
        except StreamFault as fault:
            url = shown_url(self._response.url) if self._response else None
            raise _unreadable(self._resource, fault, url, self._mask) from None


class Cce:
    """CCE in one project.

    Args:
        session: the caller and the connection.
        autopilot: whether to ask about Autopilot clusters (Huawei Cloud API reference, "ListAutopilotJobs").
        cache: lists that were fetched before, None to fetch every list.
    """

    def __init__(self, session: Session, *, autopilot: bool = False, cache: ByteCache | None = None) -> None:
        self._session = session
        self._root = "autopilot" if autopilot else "api"
        self._cache = cache

    def jobs(self, deadline: Deadline) -> t.ContextManager[RawList]:
        """The jobs of the project (OTC CCE API reference, "Obtaining the Job List").

        Raises:
            CceError: when the list cannot be fetched, also while it is iterated over.
        """
        return self._open_list("jobs", _JOBS, deadline)

    def cluster_names(self, deadline: Deadline, *, announce: bool = True) -> dict[str, str]:
        """Names of the project's clusters by ID (OTC CCE API reference, "Listing Clusters in a Specified Project").

        Args:
            deadline: when the names must be there.
            announce: whether to report further attempts.

        Raises:
            CceError: when the list cannot be fetched.
        """
        for attempt in self._session.attempts(_CLUSTERS.purpose, deadline, announce=announce):
            with attempt, self._open_list("clusters", _CLUSTERS, deadline) as clusters:
                return _names_by_id(clusters)
        raise AssertionError("the last attempt returns or raises")

    def job(self, job_id: str, deadline: Deadline, *, announce: bool = True) -> DirectResult:
        """One job by its ID (OTC CCE API reference, "Obtaining Job Details").

        Args:
            job_id: the ID, in any case.
            deadline: when the result must be there.
            announce: whether to report further attempts.

        Raises:
            CceError: when the call fails for a reason that has nothing to do with this job.
        """
        if job_id in _FOLDED:
            # a URL with such a segment is another URL
            return DirectResult(None, False, None)
        for attempt in self._session.attempts(_ONE_JOB.purpose, deadline, announce=announce):
            with attempt:
                return self._job(job_id, deadline)
        raise AssertionError("the last attempt returns or raises")

    def _job(self, job_id: str, deadline: Deadline) -> DirectResult:
        call = self._call(_ONE_JOB, deadline, quote(job_id, safe=""))
        try:
            with self._session.client.open(call, deadline) as response:
                job = _one_job(response, job_id)
                return DirectResult(job, False, response.sent_at)
        except CceError as error:
            if error.http_status not in _LIST_AFTER:
                raise
            # a gateway without this call has error codes of its own
            deleted = error.http_status == 404 and (error.code or "").startswith("CCE")
            return DirectResult(None, deleted, None)

    @contextlib.contextmanager
    def _open_list(self, name: str, resource: _Resource, deadline: Deadline) -> t.Iterator[RawList]:
        def fetch() -> t.ContextManager[Response]:
            return self._session.client.open(self._call(resource, deadline), deadline)

        with self._cache.open(name, fetch, deadline) if self._cache else fetch() as chunks:
            yield RawList(resource, chunks, self._session.client.mask)

    def _call(self, resource: _Resource, deadline: Deadline, *segments: str) -> Call:
        identity = self._session.identity(deadline)
        path = resource.path.format(quote(identity.project_id, safe=""))
        return Call(
            resource.purpose,
            # no slash at the end: the gateway responds with 404 to one
            "/".join((identity.endpoint, self._root, path, *segments)),
            identity.auth,
            headers={"Content-Type": "application/json"},
            # not a copy: the identity's advice changes when a refused signature shows that a clock is wrong
            advice=ChainMap(identity.advice, resource.advice),  # type: ignore[arg-type]
        )


def _one_job(response: Response, job_id: str) -> dict[str, t.Any] | None:
    """The raw job in a response, None when the response is anything else."""
    body = response.beginning(MAX_ENTRY + 1)
    value = parse(body) if len(body) <= MAX_ENTRY else None
    metadata = value.get("metadata") if isinstance(value, dict) else None
    uid = metadata.get("uid") if isinstance(metadata, dict) else None
    return value if isinstance(uid, str) and uid.lower() == job_id.lower() else None


def _names_by_id(clusters: t.Iterable[t.Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for raw in clusters:
        metadata = raw.get("metadata") if isinstance(raw, dict) else None
        if isinstance(metadata, dict):
            uid, name = metadata.get("uid"), metadata.get("name")
            if isinstance(uid, str) and isinstance(name, str):
                found[uid] = name
        if len(found) > MAX_CLUSTERS:
            raise _unreadable(_CLUSTERS, StreamFault(f"has more than {MAX_CLUSTERS:,} clusters"), None, str)
    return found


def _unreadable(resource: _Resource, fault: StreamFault, url: str | None, mask: t.Callable[[str], str]) -> CceError:
    # some gateways report a failure with status 200
    code, message, request_id = explain(fault.value, mask)
    words = ": ".join(part.rstrip(".") for part in (code, message) if part)
    advice = resource.advice["response"]
    return CceError(
        f"Could not {resource.purpose}: the response {fault}{f' ({words})' if words else ''}. "
        f"{advice[0].upper()}{advice[1:]}.",
        "response",
        http_status=200,
        code=code,
        message=message,
        request_id=request_id,
        url=url,
        transient=True,
        retryable=fault.truncated,
    )
