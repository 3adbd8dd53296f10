# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Look-up of a project's ID by its name (OTC IAM API reference, "Querying Project Information")."""

from __future__ import annotations

import typing as t
from urllib.parse import quote, urlencode

from .._errors import CceError
from .._http.call import Auth, Call
from .._http.client import Client
from .._http.deadline import Deadline
from .._options.settings import Settings
from .._report import Report
from .endpoints import iam_url
from .iam import call_iam
from .json_values import dicts_in, text_or_none

_ADVICE = {
    "authentication": "check the credentials: a token expires, and a key needs the right signature",
    "permission": "set project_id, or allow the user to list projects",
    "not_found": "check auth_url",
    "response": "check auth_url",
}


def find_project_id(settings: Settings, auth: Auth, client: Client, report: Report, deadline: Deadline) -> str:
    """The ID of the project with the name ``settings.project_name``.

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not know exactly one such project.
    """
    purpose = f"look up project {settings.project_name}"
    call = Call(
        purpose,
        # a space as %20: not every server reads a plus sign as one, and both sides must sign the same
        f"{iam_url(settings)}/projects?{urlencode({'name': settings.project_name}, quote_via=quote)}",
        auth,
        headers={"Content-Type": "application/json"},
        advice=_ADVICE,
    )
    response = call_iam(client, call, report, deadline)[0]
    found = [
        project["id"]
        for project in dicts_in(response.get("projects"))
        # the filter of the API only saves time: nothing relies on it
        if project.get("name") == settings.project_name and text_or_none(project.get("id"))
    ]
    if len(found) != 1:
        count = f"{len(found)} projects have" if found else "no project has"
        raise CceError(f"Could not {purpose}: {count} that name. Check project_name, or set project_id.", "option")
    return t.cast(str, found[0])
