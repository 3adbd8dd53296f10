# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Look-up of a project's ID by its name (OTC IAM API reference, "Querying Project Information")."""

from __future__ import annotations

import typing as t
from collections import ChainMap
from urllib.parse import quote, urlencode

from .._errors import CceError
from .._http.call import Call
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import Settings
from .._options.validation import option_error
from .._report import Report
from .._text import either, nearest
from .access_key import SignatureAuth
from .endpoints import iam_url
from .iam import call_iam, is_project_id, unusable
from .json_values import dicts_in, text_or_none
from .token import TokenAuth

_ADVICE = {
    "permission": "set project_id, or allow the user to list projects",
    "not_found": "check auth_url",
    "response": "check auth_url",
}


def find_project_id(
    settings: Settings, auth: TokenAuth | SignatureAuth, client: Client, report: Report, deadline: Deadline
) -> str:
    """The ID of the project with the name ``settings.project_name``.

    Users who may not list all projects get 403 or an empty list, and still their own projects from another call (OTC
    IAM API reference, "Querying the List of Projects Accessible to Users").

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not know exactly one such project.
    """
    # a space as %20: not every server reads a plus sign as one, and both sides must sign the same
    query = urlencode({"name": settings.project_name}, quote_via=quote)
    refusal = None
    found = _Found([], [])
    try:
        found = _find(f"/projects?{query}", settings, auth, client, report, deadline)
    except CceError as error:
        if error.kind != "permission":
            raise
        refusal = error
    if not found.ids:
        try:
            found = _find("/auth/projects", settings, auth, client, report, deadline)
        except CceError as error:
            if refusal and error.kind in ("permission", "not_found"):
                # it is more informative: not every IAM has the other call
                raise refusal from None
            raise
    if len(found.ids) == 1:
        return found.ids[0]
    count = f"{len(found.ids)} projects have" if found.ids else "no project has"
    near = nearest(settings.project_name or "", found.other_names)
    hint = f" (did you mean {either(near)}?)" if near and not found.ids else ""
    raise option_error(
        f"Could not {_purpose(settings)}: {count} that name. Check project_name{hint}, or set project_id."
    )


class ListedProject(t.NamedTuple):
    """A project in a list of IAM."""

    id: str
    name: str
    enabled: bool


def list_own_projects(
    settings: Settings, auth: TokenAuth | SignatureAuth, client: Client, report: Report, deadline: Deadline
) -> list[ListedProject]:
    """The projects that the caller may use.

    Source: OTC IAM API reference, "Querying the List of Projects Accessible to Users".

    Raises:
        CceError: when IAM refuses or cannot be reached.
    """
    call = Call(
        "list the projects of the login",
        iam_url(settings) + "/auth/projects",
        auth,
        headers={"Content-Type": "application/json"},
        # not copied: the advice may become more precise with the response
        advice=ChainMap(auth.advice, {"not_found": "check auth_url", "response": "check auth_url"}),
    )
    found = []
    for project in dicts_in(call_iam(client, call, report, deadline)[0].get("projects")):
        name, project_id = text_or_none(project.get("name")), text_or_none(project.get("id"))
        if name and project_id and is_project_id(project_id):
            found.append(ListedProject(project_id, name, project.get("enabled") is not False))
    return found


def not_among(settings: Settings, projects: t.Sequence[ListedProject]) -> CceError | None:
    """The error for a project that is not in the list of those that the caller may use, None if it is there."""
    wanted = settings.project_id or settings.project_name or ""
    if any(wanted.lower() == each.id.lower() or wanted == each.name for each in projects):
        return None
    near = nearest(wanted, [each.name for each in projects])
    hint = f" Did you mean {either(near)}?" if near else " Check projects, or the permissions of the user."
    return option_error(f"Project {wanted} is not among the projects of the login.{hint}")


class _Found(t.NamedTuple):
    """The part of a list of projects that matters."""

    ids: list[str]
    """Of the projects with the name. The filter of the API only saves time: nothing relies on it."""
    other_names: list[str]


def _find(
    path: str, settings: Settings, auth: TokenAuth | SignatureAuth, client: Client, report: Report, deadline: Deadline
) -> _Found:
    headers = {"Content-Type": "application/json"}
    # not copied: the advice may become more precise with the response
    advice = ChainMap(auth.advice, _ADVICE)
    call = Call(_purpose(settings), iam_url(settings) + path, auth, headers=headers, advice=advice)
    response = call_iam(client, call, report, deadline)[0]
    found = _Found([], [])
    for project in dicts_in(response.get("projects")):
        name, project_id = text_or_none(project.get("name")), text_or_none(project.get("id"))
        if name and name != settings.project_name:
            found.other_names.append(name)
        elif name and project_id:
            if not is_project_id(project_id):
                raise unusable(call, "has an invalid project ID", "Set project_id")
            found.ids.append(project_id)
    return found


def _purpose(settings: Settings) -> str:
    return f"look up project {settings.project_name}"
