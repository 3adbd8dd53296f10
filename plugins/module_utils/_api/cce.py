# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""The calls of CCE."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._auth.identity import Identity
from .._errors import CceError
from .._http.client import Call, Client, shown_url
from .json_stream import StreamFault, elements

T = t.TypeVar("T")
Chunks = t.Iterator[bytes]

# Members that hold the list where an answer is an object: not documented for this call, but the way of its neighbours
_WRAPPERS = ("items", "jobs")

_JOBS_ADVICE = {
    "authentication": "check the credentials: a token expires and is good for one region only, "
    "an access key needs its own secret key and the right signature",
    "permission": "check project_id, and that the user has the right cce:job:list, as in the role CCE ReadOnlyAccess",
    "not_found": "check endpoint and region",
    "response": "check endpoint",
}

_CLUSTERS_ADVICE = {
    **_JOBS_ADVICE,
    "permission": "give cluster_id instead of names, or let the user list clusters (right cce:cluster:list)",
}


def list_jobs(
    client: Client,
    identity: Identity,
    keep: t.Callable[[t.Iterator[t.Any]], T],
    *,
    autopilot: bool = False,
    tap: t.Callable[[Chunks], Chunks] = iter,
) -> T:
    """Fetch the list of jobs of a project (OTC CCE API reference, "Obtaining the Job List").

    Args:
        client: the session to use.
        identity: who asks.
        autopilot: whether the jobs of Autopilot clusters are meant (Huawei Cloud API reference, "ListAutopilotJobs").
        keep: gets the raw elements of the list one by one, whatever they are, and returns what to keep of them. It is
            called anew when an answer breaks off and is fetched again.
        tap: gets the bytes of the answer before they are read, and passes them on; it is called anew as well.

    Raises:
        CceError: when the list cannot be had.
    """

    def read(chunks: Chunks) -> T:
        return keep(raw_elements(tap(chunks)))

    return _list(client, identity, "list the jobs", f"{_root(autopilot)}/v2", "jobs", _JOBS_ADVICE, read)


def list_clusters(
    client: Client,
    identity: Identity,
    *,
    autopilot: bool = False,
    tap: t.Callable[[Chunks], Chunks] = iter,
) -> dict[str, str]:
    """Fetch the names of a project's clusters (OTC CCE API reference, "Listing Clusters in a Specified Project").

    Args:
        client: the session to use.
        identity: who asks.
        autopilot: whether Autopilot clusters are meant.
        tap: as for ``list_jobs``.

    Returns:
        Names by cluster id.

    Raises:
        CceError: when the list cannot be had.
    """

    def read(chunks: Chunks) -> dict[str, str]:
        return names_by_id(tap(chunks))

    return _list(client, identity, "list the clusters", f"{_root(autopilot)}/v3", "clusters", _CLUSTERS_ADVICE, read)


def names_by_id(chunks: Chunks) -> dict[str, str]:
    """The names in a list of clusters as CCE sends it, by cluster id.

    Raises:
        StreamFault: when it is none.
    """
    metadata = [raw.get("metadata") for raw in raw_elements(chunks) if isinstance(raw, dict)]
    named = [(item.get("uid"), item.get("name")) for item in metadata if isinstance(item, dict)]
    return {uid: name for uid, name in named if isinstance(uid, str) and isinstance(name, str)}


def _root(autopilot: bool) -> str:
    return "autopilot" if autopilot else "api"


def _list(
    client: Client,
    identity: Identity,
    purpose: str,
    version: str,
    things: str,
    advice: t.Mapping[str, str],
    read: t.Callable[[Chunks], T],
) -> T:
    call = Call(
        purpose,
        # no slash at the end: the gateway answers 404 to one
        f"{identity.endpoint}/{version}/projects/{quote(identity.project_id, safe='')}/{things}",
        identity.auth,
        headers={"Content-Type": "application/json"},
        advice=advice,
    )

    def read_body(chunks: Chunks, headers: t.Mapping[str, str]) -> T:
        try:
            return read(chunks)
        except StreamFault as fault:
            raise _unreadable(call, fault) from None

    return client.send(call, read_body)


def raw_elements(chunks: Chunks) -> t.Iterator[t.Any]:
    """The raw elements of a list as CCE sends it.

    Raises:
        StreamFault: when it is none.
    """
    return elements(chunks, _WRAPPERS)


def _unreadable(call: Call, fault: StreamFault) -> CceError:
    # where it is used: Ansible compiles a module's files anew for each task, and most succeed
    from .._http.errors import explain

    # some gateways report a failure with status 200
    code, message, request_id = explain(fault.value)
    words = ": ".join(part for part in (code, message) if part)
    return CceError(
        f"Could not {call.purpose}: the answer {fault}{f' ({words})' if words else ''}; {call.advice['response']}.",
        "response",
        http_status=200,
        code=code,
        message=message,
        request_id=request_id,
        url=shown_url(call.url),
        transient=fault.truncated,
    )
