# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on request: rules that change how the next requests are answered."""

from __future__ import annotations

import base64
import re
import threading
import zlib
from dataclasses import dataclass, field, fields
from typing import Any


class BadRule(Exception):
    """The rule cannot be used; the text says why."""


_CHECKS: dict[str, tuple[Any, str]] = {
    "path": (str, "a string: a prefix or a regular expression"),
    "method": (str, "a string"),
    "times": (int, "a whole number, or null for always"),
    "after": (int, "a whole number"),
    "status": (int, "a whole number"),
    "headers": (dict, "an object with strings"),
    "body": (str, "a string"),
    "body_base64": (str, "a string"),
    "delay": ((int, float), "a number of seconds"),
    "drip": ((int, float), "a number of seconds"),
    "truncate": (int, "a number of bytes"),
    "reset": (bool, "true or false"),
    "hang": (bool, "true or false"),
    "redirect": (str, "a URL"),
    "gzip_bomb": (int, "a number of bytes"),
}
_CHUNK = 1 << 20


def gzip_bomb(size: int) -> bytes:
    """A valid JSON list that is almost nothing compressed and ``size`` bytes when unpacked."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    chunk = b" " * _CHUNK
    blanks = max(size - 2, 0)
    parts = [compressor.compress(b"[")]
    parts += [compressor.compress(chunk) for _number in range(blanks // _CHUNK)]
    parts += [compressor.compress(b" " * (blanks % _CHUNK) + b"]"), compressor.flush()]
    return b"".join(parts)


@dataclass
class Rule:
    """One rule; members as in the control API. ``answer`` is the body it sends in place of the real one."""

    path: str
    method: str | None = None
    times: int | None = 1
    after: int = 0
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    body_base64: str | None = None
    delay: float = 0
    drip: float = 0
    truncate: int | None = None
    reset: bool = False
    hang: bool = False
    redirect: str | None = None
    gzip_bomb: int | None = None

    def __post_init__(self) -> None:
        self.answer: bytes | None = None
        if self.body_base64 is not None:
            self.answer = base64.b64decode(self.body_base64, validate=True)
        elif self.body is not None:
            self.answer = self.body.encode()
        elif self.gzip_bomb is not None:
            self.answer = gzip_bomb(self.gzip_bomb)
            self.headers = {"Content-Encoding": "gzip", **self.headers}
        elif self.redirect is not None:
            self.answer = b""
            self.headers = {"Location": self.redirect, **self.headers}
            self.status = self.status or 302
        elif self.status is not None:
            self.answer = b""

    def fits(self, method: str, target: str) -> bool:
        if self.method and self.method.upper() != method:
            return False
        return target.startswith(self.path) or re.search(self.path, target) is not None

    @property
    def spent(self) -> bool:
        return self.times is not None and self.times <= 0


def rule_from_json(value: object) -> Rule:
    """Read a rule. Raises BadRule for anything that is not understood, so that a typing error cannot hide."""
    if not isinstance(value, dict):
        raise BadRule("a rule is a JSON object")
    known = [each.name for each in fields(Rule)]
    unknown = sorted(set(value) - set(known))
    if unknown:
        raise BadRule(f"unknown member {', '.join(unknown)}; a rule may have {', '.join(known)}")
    if "path" not in value:
        raise BadRule("a rule needs the member path")
    for name, given in value.items():
        expected, meaning = _CHECKS[name]
        if name == "times" and given is None:
            continue
        if not isinstance(given, expected) or (isinstance(given, bool) and expected is not bool):
            raise BadRule(f"{name} must be {meaning}")
    if not all(isinstance(text, str) for text in value.get("headers", {}).values()):
        raise BadRule("headers must be an object with strings")
    try:
        re.compile(value["path"])
        return Rule(**value)
    except (re.error, ValueError) as error:
        raise BadRule(f"the rule cannot be used: {error}") from error


class Faults:
    """The rules in force; the first that fits a request is used, and counted down."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()

    def take(self, method: str, target: str) -> Rule | None:
        with self._lock:
            for rule in self._rules:
                if rule.spent or not rule.fits(method, target):
                    continue
                if rule.after > 0:
                    rule.after -= 1
                    continue
                if rule.times is not None:
                    rule.times -= 1
                return rule
        return None
