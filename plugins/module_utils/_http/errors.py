# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Errors of a call that took too long or brought too much, and the sentence that all failures share."""

from __future__ import annotations

from .._errors import CceError
from .call import Call, host_of, shown_url
from .deadline import Deadline
from .library import requests

PROXY_LOGIN_ADVICE = "set the user and password of the proxy in proxy, or in the variable HTTPS_PROXY"

_ADVICE = {
    "authentication": "check the credentials",
    "permission": "check the permissions of the user",
    "not_found": "check the URL",
    "throttled": "try again later, or call less often",
    "unavailable": "try again later",
    "connection": PROXY_LOGIN_ADVICE,
    "response": "check the URL",
}


def could_not(call: Call, cause: str, advice: str) -> str:
    """The message of a failure."""
    return f"Could not {call.purpose}: {cause}. {advice[0].upper()}{advice[1:]}."


def advice_for(call: Call, kind: str) -> str:
    """Advice for the user about a failure of this kind."""
    return call.advice.get(kind) or _ADVICE[kind]


def timed_out(call: Call | None, deadline: Deadline) -> CceError:
    """The deadline has passed.

    Args:
        call: what was being done, None when it was not a call.
        deadline: what has passed.
    """
    advice = (call and call.advice.get("timeout")) or "check the network, or increase timeout"
    return CceError(
        f"Could not {call.purpose if call else 'connect'} within {deadline.seconds:.10g} s. "
        f"{advice[0].upper()}{advice[1:]}.",
        "timeout",
        url=shown_url(call.url) if call else None,
        transient=True,
    )


def too_large(call: Call, response: requests.Response, limit: int) -> CceError:
    """A response body of more than ``limit`` bytes."""
    return CceError(
        could_not(
            call, f"the response from {host_of(call.url)} exceeds {limit // 2**20} MiB", advice_for(call, "response")
        ),
        "response",
        http_status=response.status_code,
        url=shown_url(call.url),
    )
