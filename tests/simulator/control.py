# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under ``/simulator``: no authentication, JSON in and out, 400 with a sentence for a mistake.

==========================================  ==========================================================================
``GET /simulator``                          the ready line: address, dummy credentials, projects, clusters
``GET /simulator/requests``                 every request but these, with counts; no secrets. ``connection`` numbers the
                                            connections, ``detail`` says why a request was refused
``DELETE /simulator/requests``              forget them
``PUT /simulator/jobs``                     this JSON list, byte by byte, is the job list of every project; with
                                            ``?raw=1`` any bytes of any content type. ``DELETE`` brings the jobs back
``POST /simulator/clock``                   ``{"advance": seconds}`` moves the estate on (not the life of credentials);
                                            answers ``{"now": ...}``
``POST /simulator/faults``                  adds a rule, see below. ``DELETE`` removes all rules
``POST /simulator/tokens/revoke``           all issued tokens count as expired from now on
==========================================  ==========================================================================

A rule applies to requests whose path (with query) starts with, or as a regular expression contains, ``path``, and
whose ``method`` fits; the first ``after`` of them are spared, then it applies ``times`` times (1; null: always).
The oldest rule that applies is used. These give the answer in place of the real one: ``status``, ``body``,
``body_base64``, ``redirect`` (URL, status 302), ``gzip_bomb`` (bytes of a JSON list when unpacked). These change how
an answer is sent: ``headers`` (added), ``delay`` (seconds before it), ``drip`` (seconds before every byte of the
body), ``truncate`` (bytes of the body, then the connection closes), ``reset`` (the connection is torn down, after
``truncate`` bytes when that is given), ``hang`` (no answer until the client leaves).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from .clock import rfc3339
from .cloud import Answer, Cloud, Request, json_answer
from .faults import BadRule, Faults, rule_from_json
from .requestlog import RequestLog


class BadControl(Exception):
    """The control request cannot be carried out; the text says why."""


class Control:
    def __init__(self, cloud: Cloud, faults: Faults, log: RequestLog, ready: dict[str, Any]) -> None:
        self._cloud = cloud
        self._faults = faults
        self._log = log
        self._ready = ready
        self._routes: dict[tuple[str, str], Callable[[Request], Answer]] = {
            ("GET", "/simulator"): lambda _request: json_answer(200, self._ready),
            ("GET", "/simulator/requests"): self._requests,
            ("DELETE", "/simulator/requests"): self._forget_requests,
            ("PUT", "/simulator/jobs"): self._replace_jobs,
            ("DELETE", "/simulator/jobs"): self._restore_jobs,
            ("POST", "/simulator/clock"): self._advance,
            ("POST", "/simulator/faults"): self._add_fault,
            ("DELETE", "/simulator/faults"): self._clear_faults,
            ("POST", "/simulator/tokens/revoke"): self._revoke_tokens,
        }

    def answer(self, request: Request) -> Answer:
        respond = self._routes.get((request.method, request.path.rstrip("/")))
        if not respond:
            calls = ", ".join(f"{method} {path}" for method, path in self._routes)
            return json_answer(404, {"error": f"no such control call; there are {calls}"})
        try:
            return respond(request)
        except (BadControl, BadRule) as problem:
            return json_answer(400, {"error": str(problem)})

    @staticmethod
    def _json(request: Request) -> object:
        try:
            return json.loads(request.body)
        except ValueError as error:
            raise BadControl(f"the body is no JSON: {error}") from error

    def _requests(self, _request: Request) -> Answer:
        entries = self._log.entries()
        return json_answer(
            200,
            {
                "count": len(entries),
                "connections": len({entry["connection"] for entry in entries}),
                "by_path": Counter(f"{entry['method']} {entry['path']}" for entry in entries),
                "by_status": Counter(str(entry["status"]) for entry in entries),
                "requests": entries,
            },
        )

    def _forget_requests(self, _request: Request) -> Answer:
        self._log.clear()
        return Answer(204)

    def _replace_jobs(self, request: Request) -> Answer:
        content_type = request.headers.get("content-type", "application/json")
        if request.query.get("raw") != "1" and not isinstance(self._json(request), list):
            raise BadControl("the body is no JSON list; add ?raw=1 to have it sent all the same")
        self._cloud.replacement = (request.body, content_type)
        return Answer(204)

    def _restore_jobs(self, _request: Request) -> Answer:
        self._cloud.replacement = None
        return Answer(204)

    def _advance(self, request: Request) -> Answer:
        order = self._json(request)
        seconds = order.get("advance") if isinstance(order, dict) and set(order) == {"advance"} else None
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)):
            raise BadControl('the body must be {"advance": seconds}')
        try:
            self._cloud.clock.advance(seconds)
        except ValueError as error:
            raise BadControl(str(error)) from error
        return json_answer(200, {"now": rfc3339(self._cloud.clock.now())})

    def _add_fault(self, request: Request) -> Answer:
        self._faults.add(rule_from_json(self._json(request)))
        return Answer(204)

    def _clear_faults(self, _request: Request) -> Answer:
        self._faults.clear()
        return Answer(204)

    def _revoke_tokens(self, _request: Request) -> Answer:
        self._cloud.iam.revoke()
        return Answer(204)
