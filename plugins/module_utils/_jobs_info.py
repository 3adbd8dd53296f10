# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""From settings to an answer: what the module and the lookup have in common between their two doors."""

from __future__ import annotations

import difflib
import gc
import typing as t
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ansible.module_utils.basic import missing_required_lib

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._cce import list_clusters, list_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._clouds import read_entry
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError, Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import REQUESTS_IMPORT_ERROR, Client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._identity import Identity, identify
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs import Job, Selection, name_clusters, select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options import CloudEntry, Settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask, masked


@dataclass(frozen=True)
class Answer:
    """What both plugins return, each in its way."""

    jobs: list[Job]
    fetched: int
    """Number of top-level jobs that the API returned."""
    project_id: str


def find_jobs(settings: Settings, agent: str, report: Report) -> Answer:
    """Log in where needed, fetch the list of jobs and return what the query of the settings leaves of it.

    Args:
        settings: what the user asked for.
        agent: who asks, for the User-Agent header.
        report: where warnings and notes go.

    Raises:
        CceError: whatever goes wrong.
    """
    if REQUESTS_IMPORT_ERROR:
        raise CceError(missing_required_lib("requests"), "dependency")
    mask = Mask()
    report = masked(report, mask)
    for secret in settings.secrets():
        report.secret(secret)
    try:
        if isinstance(settings.credential, CloudEntry):
            settings = read_entry(settings, settings.credential, report)
    except CceError as error:
        error.reword(mask)
        raise
    client = Client(
        verify=settings.verify,
        proxy=settings.proxy,
        timeout=settings.timeout,
        retries=settings.retries,
        agent=agent,
        report=report,
    )
    try:
        with _no_garbage_collection():
            project_id, selection = client.within_timeout(lambda: _fetch(settings, client, report))
    except CceError as error:
        error.reword(mask)
        raise
    finally:
        client.close()
    for warning in selection.warnings:
        report.warn(warning)
    return Answer(selection.jobs, selection.fetched, project_id)


@contextmanager
def _no_garbage_collection() -> t.Iterator[None]:
    """Parsing makes many objects and no cycles: looking for some would take more time than the parsing itself.

    It belongs around the wait and not into the thread that is waited for, which may be left behind in the middle.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _fetch(settings: Settings, client: Client, report: Report) -> tuple[str, Selection]:
    identity = identify(settings, client, report)
    try:
        return identity.project_id, _select(settings, client, identity)
    except CceError as error:
        if error.kind != "authentication" or not identity.renewable:
            raise
    report.note("The token was refused: logging in once more.")
    identity = identify(settings, client, report)
    return identity.project_id, _select(settings, client, identity)


def _select(settings: Settings, client: Client, identity: Identity) -> Selection:
    names: dict[str, str] = {}
    query = settings.query
    if any(settings.cluster_names):
        names = list_clusters(client, identity, autopilot=settings.autopilot)
        query = replace(
            query,
            cluster_id=query.cluster_id + _ids_of(settings.cluster_names.terms, names),
            cluster_id_of_name=_ids_of(settings.cluster_names.option, names),
        )
    selection = list_jobs(client, identity, lambda raw: select(raw, query), autopilot=settings.autopilot)
    name_clusters(selection.jobs, names)
    return selection


def _ids_of(wanted: t.Iterable[str], names: t.Mapping[str, str]) -> tuple[str, ...]:
    """The ids of the clusters with these names.

    Raises:
        CceError: when there is none of a name: a filter that is dropped would let all clusters through.
    """
    known = sorted(set(names.values()))
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3, cutoff=0.4) or known[:10]
            hint = f"did you mean {' or '.join(near)}?" if near else "the project has no cluster at all."
            raise CceError(f"No cluster has the name {name}: {hint}", "option")
    return tuple(cluster_id for cluster_id, name in names.items() if name in set(wanted))
