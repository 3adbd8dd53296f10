# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: rules that change the responses to the next requests."""

from __future__ import annotations

import base64
import re
import threading
import zlib
from dataclasses import dataclass, field
from typing import Any

from .accounts import REGIONS
from .control_input import NUMBER, InvalidInput, Members, checked
from .messages import Response
from .replies import REPLIES
from .schedule import SCHEDULE_MEMBERS, Schedule, schedule

_PROJECT = r"/v\d/projects/[^/]+"
# Calls by name: method, and a regular expression for path and query.
CALLS = {
    "list": ("GET", rf"{_PROJECT}/jobs(\?|$)"),
    "one_job": ("GET", rf"{_PROJECT}/jobs/[^/?]+(\?|$)"),
    "clusters": ("GET", rf"{_PROJECT}/clusters(\?|$)"),
    "login": ("POST", r"/v3/auth/tokens(\?|$)"),
    "catalog": ("GET", r"/v3/auth/catalog(\?|$)"),
    "projects": ("GET", r"/v3/(auth/)?projects(\?|$)"),
    "temporary_key": ("POST", r"/v3\.0/OS-CREDENTIAL/securitytokens(\?|$)"),
    "session_token": ("PUT", r"/meta-data/latest/api/token(\?|$)"),
    "security_key": ("GET", r"/openstack/latest/securitykey(\?|$)"),
    "meta_data": ("GET", r"/openstack/latest/meta_data\.json(\?|$)"),
}
_MEMBERS: Members = {
    "path": (str, "a string: a prefix or a regular expression"),
    "call": (str, f"one of {', '.join(CALLS)}"),
    "method": (str, "a string"),
    "region": (str, f"one of {', '.join(REGIONS)}"),
    **SCHEDULE_MEMBERS,
    "reply": (str, f"one of {', '.join(REPLIES)}"),
    "status": (int, "an integer"),
    "headers": (dict, "an object with strings"),
    "body": (str, "a string"),
    "body_base64": (str, "a string"),
    "delay": (NUMBER, "a number of seconds"),
    "drip": (NUMBER, "a number of seconds"),
    "truncate": (int, "a number of bytes"),
    "reset": (bool, "true or false"),
    "refuse": (NUMBER, "a number of seconds"),
    "hang": (bool, "true or false"),
    "redirect": (str, "a URL"),
    "gzip_bomb": (int, "a number of bytes"),
}
# A rule may have one of these; ``status`` goes with any but the first.
_BODIES = ("reply", "body", "body_base64", "redirect", "gzip_bomb")
_CHOICES: dict[str, tuple[str, ...]] = {"call": tuple(CALLS), "region": REGIONS, "reply": tuple(REPLIES)}
_CHUNK = 1 << 20


def gzip_bomb(size: int) -> bytes:
    """A valid JSON list that is almost nothing compressed and ``size`` bytes when unpacked."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = b" " * _CHUNK
    spaces = max(size - 2, 0)
    parts = [compressor.compress(b"[")]
    parts += [compressor.compress(chunk) for _number in range(spaces // _CHUNK)]
    parts += [compressor.compress(b" " * (spaces % _CHUNK) + b"]"), compressor.flush()]
    return b"".join(parts)


@dataclass
class Rule:
    """One rule; members as in the control API."""

    schedule: Schedule
    path: str
    method: str | None = None
    region: str | None = None
    reply: str | None = None
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None
    delay: float = 0
    drip: float = 0
    truncate: int | None = None
    reset: bool = False
    refuse: float | None = None
    hang: bool = False
    redirect: str | None = None
    gzip_bomb: int | None = None

    def __post_init__(self) -> None:
        self._content: bytes | None = None
        if self.body_base64 is not None:
            self._content = base64.b64decode(self.body_base64, validate=True)
        elif self.body is not None:
            self._content = self.body.encode()
        elif self.gzip_bomb is not None:
            self._content = gzip_bomb(self.gzip_bomb)
            self.headers = {"Content-Encoding": "gzip", **self.headers}
        elif self.redirect is not None:
            self._content = b""
            self.headers = {"Location": self.redirect, **self.headers}
            self.status = self.status or 302
        elif self.status is not None:
            self._content = b""

    def fits(self, method: str, target: str, region: str) -> bool:
        if (self.method and self.method.upper() != method) or self.region not in (None, region):
            return False
        return target.startswith(self.path) or re.search(self.path, target) is not None

    def response(self, request_id: str) -> Response | None:
        """The response that replaces the real one; None if the real one is sent."""
        if self.reply is not None:
            return REPLIES[self.reply](request_id)
        return None if self._content is None else Response(self.status or 200, self._content)


def rule_from_json(value: object, now: int) -> Rule:
    """Read a rule. Raises InvalidInput for anything that is not understood, so that a typing error cannot hide."""
    members = checked(value, _MEMBERS, "a rule")
    if ("path" in members) == ("call" in members):
        raise InvalidInput("a rule needs the member path or the member call")
    for name, choices in _CHOICES.items():
        if name in members and members[name] not in choices:
            raise InvalidInput(f"{name} must be {_MEMBERS[name][1]}")
    bodies = [name for name in (*_BODIES, "status") if name in members]
    if len(bodies) - ("status" in bodies and "reply" not in bodies) > 1:
        raise InvalidInput(f"a rule cannot have {' and '.join(bodies)}")
    if not all(isinstance(text, str) for text in members.get("headers", {}).values()):
        raise InvalidInput("headers must be an object with strings")
    others: dict[str, Any] = {name: value for name, value in members.items() if name not in SCHEDULE_MEMBERS}
    if "call" in others:
        method, others["path"] = CALLS[others.pop("call")]
        others.setdefault("method", method)
    try:
        re.compile(others["path"])
        return Rule(schedule(now, members, default_times=1), **others)
    except (re.error, ValueError) as error:
        raise InvalidInput(f"the rule cannot be used: {error}") from error


class Faults:
    """The rules in force; the first that fits a request is used, and counted."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, method: str, target: str, region: str, now: int) -> Rule | None:
        with self._lock:
            for rule in self._rules:
                if rule.fits(method, target, region) and rule.schedule.take(now):
                    return rule
        return None
