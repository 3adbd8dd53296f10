# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Calls of IAM."""

from __future__ import annotations

import re
import typing as t

from .._errors import CceError
from .._http.bodies import parse
from .._http.call import Call, shown_url
from .._http.client import Client, Response
from .._http.deadline import Deadline
from .._report import Report
from .json_values import dict_or_empty, text_or_none
from .token import IssuedToken, TokenAuth

MAX_RESPONSE = 8 * 1024 * 1024
"""Bytes of a response of IAM. A token with its catalog has tens of thousands, a project some hundreds."""


def call_iam(client: Client, call: Call, report: Report, deadline: Deadline) -> tuple[dict[str, t.Any], str]:
    """Make a call whose response is a JSON object.

    Returns:
        The object, and the token in the response's headers, empty when there is none.

    Raises:
        CceError: when IAM refuses, cannot be reached, or sends something else.
    """

    def read(response: Response) -> tuple[dict[str, t.Any], str]:
        token = response.headers.get("X-Subject-Token", "")
        if token:
            # before anything else: it must not appear anywhere, whatever the body turns out to be
            report.secret(token)
        body = response.content(MAX_RESPONSE).strip()
        value = parse(body)
        if not isinstance(value, dict):
            truncated = not body or (body.startswith(b"{") and not body.endswith(b"}"))
            raise unusable(call, "is not a JSON object", "Check auth_url", retryable=truncated and not call.once)
        return value, token

    return client.fetch(call, read, deadline)


def call_for_token(client: Client, call: Call, report: Report, deadline: Deadline) -> tuple[dict[str, t.Any], str]:
    """Make a call that issues a token.

    Returns:
        What IAM says about the token, and the token itself.

    Raises:
        CceError: when IAM refuses, cannot be reached, or issues none.
    """
    response, token = call_iam(client, call, report, deadline)
    if not token:
        raise unusable(call, "has no token", "Check auth_url")
    return dict_or_empty(response.get("token")), token


def call_for_project_token(
    client: Client,
    call: Call,
    report: Report,
    deadline: Deadline,
    *,
    project_id: str | None,
    renewable: bool,
) -> IssuedToken:
    """Make a call that issues a token for a project.

    Args:
        client: sends the call.
        call: asks for the token.
        report: learns the token.
        deadline: when the token must be there.
        project_id: the project that was asked for, None if that was done by name.
        renewable: whether the same can be done again.

    Raises:
        CceError: when IAM refuses, cannot be reached, or does not name the project.
    """
    body, token = call_for_token(client, call, report, deadline)
    project = dict_or_empty(body.get("project"))
    issued_id = text_or_none(project.get("id")) or project_id
    if not issued_id:
        raise unusable(call, "has no project", "Check project_name, or set project_id")
    if not is_project_id(issued_id):
        raise unusable(call, "has an invalid project ID", "Check auth_url")
    return IssuedToken(
        # the token is new: what remains is that it was sent to the wrong place
        TokenAuth(token, "check region and endpoint: a token is valid in one region only"),
        issuer=call.url,
        project_id=issued_id,
        project_name=text_or_none(project.get("name")),
        catalog=body.get("catalog"),
        renewable=renewable,
    )


def is_project_id(text: str) -> bool:
    """Whether a URL and a header can hold this ID and keep it as it is. Those of OTC are 32 hex digits."""
    return re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}", text) is not None


def unusable(call: Call, what: str, advice: str, *, retryable: bool = False) -> CceError:
    """The error for a response of IAM that succeeded but cannot be used."""
    return CceError(
        f"Could not {call.purpose}: the response from IAM {what}. {advice}.",
        "response",
        url=shown_url(call.url),
        transient=True,
        retryable=retryable,
    )
