# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Error bodies: code, message and request ID out of the JSON that the services send with a failure."""

from __future__ import annotations

import json
import re
import typing as t

# Keystone, which IAM is derived from, names the kind of the fault; other services use "error"
_NESTED = ("error", "badRequest", "itemNotFound", "unauthorized", "forbidden")


MAX_VALUES = 500_000
"""Values in a body that is parsed as a whole. Each takes up to 300 bytes of memory."""


def parse(body: bytes) -> t.Any:
    """The JSON value of a body, None when it is something else: the HTML of a proxy, or nothing at all.

    A body with more than ``MAX_VALUES`` values is none that a service would send.
    """
    if sum(body.count(mark) for mark in (b"[", b"{", b",")) > MAX_VALUES:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def explain(value: t.Any, mask: t.Callable[[str], str] | None = None) -> tuple[str | None, str | None, str | None]:
    """Code, message and request ID of an error body, None for what it does not contain.

    CCE, IAM, the API gateway and Kubernetes each have a form of their own, and CCE has had several (OTC CCE API
    reference, "Error Codes"; issues of the Terraform provider for OTC). CCE's ``message`` describes the fault, while
    its ``errorMessage`` can be just the name of the class.

    Args:
        value: what ``parse`` returned.
        mask: replaces secrets, before any text is cut.
    """
    if not isinstance(value, dict):
        return None, None, None
    nested: dict[str, t.Any] = next((value[name] for name in _NESTED if isinstance(value.get(name), dict)), {})

    def first(*found: t.Any) -> str | None:
        # a code can be a number (IAM) or a string
        texts = (str(item).strip() for item in found if isinstance(item, (str, int)) and not isinstance(item, bool))
        return next((text for text in texts if text), None)

    code = first(
        value.get("errorCode"), value.get("error_code"), nested.get("code"), value.get("code"), value.get("Code")
    )
    specific = first(value.get("message"), nested.get("message"), value.get("Message"))
    general = first(value.get("errorMessage"), value.get("error_msg"), value.get("errorMsg"), nested.get("title"))
    message = specific or general
    if specific and general and specific.rstrip(".").lower() != general.rstrip(".").lower() and not nested:
        message = f"{general.rstrip('.')}: {specific}"
    request_id = first(value.get("request_id"))
    return presentable(code, mask), presentable(message, mask), presentable(request_id, mask)


def presentable(text: str | None, mask: t.Callable[[str], str] | None = None) -> str | None:
    """The text on one line and of limited length, without secrets and without the echo of a signed request.

    Some versions of the gateway repeat the canonical request, signed headers included, after ``canonicalRequest:``.
    """
    if text is None:
        return None
    if mask:
        text = mask(text)
    text = re.split(r"[\s,;]*canonical[\s_-]*request", text, maxsplit=1, flags=re.IGNORECASE)[0]
    # control characters could take over a terminal
    text = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return text if len(text) <= 500 else text[:497] + "..."
