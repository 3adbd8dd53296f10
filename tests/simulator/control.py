# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control API under ``/simulator``: no authentication, JSON in and out, 400 with a message for invalid input.

==========================================  ==========================================================================
``GET /simulator``                          the ready line: URLs, dummy credentials, projects, clusters, and the same
                                            for each region in ``regions``
``DELETE /simulator``                       clears the request log, removes faults and absences, restores the jobs, and
                                            resets ``subjobs-by-id``, ``agencies``, and ``metadata``; clock,
                                            credentials, and passcodes stay
``GET /simulator/clouds.yaml``              a clouds.yaml for this simulator, see module ``clouds_yaml``
``GET /simulator/requests``                 all requests except these, with counts; no secrets. ``connection`` numbers
                                            the connections, ``detail`` has the reason for a refusal
``DELETE /simulator/requests``              clears the request log
``PUT /simulator/jobs``                     this JSON list is the job list of every project, byte by byte, and GetOneJob
                                            finds its jobs; with ``?raw=1`` any bytes of any content type
``POST /simulator/jobs``                    creates a job: ``{"cluster": name or ID, "type": ..., "seconds": ...,
                                            "fails": false}``; returns ``{"id": ...}``
``DELETE /simulator/jobs``                  restores the generated jobs and removes all absences
``POST /simulator/absences``                hides a job from lists for a while, see below
``DELETE /simulator/absences``              removes all absences
``POST /simulator/clock``                   ``{"advance": seconds}`` moves the simulator's clock forward; returns
                                            ``{"now": ...}``. Credentials expire on the machine's clock
``POST /simulator/faults``                  adds a fault rule, see below
``DELETE /simulator/faults``                removes all rules
``PUT /simulator/subjobs-by-id``            from now on GetOneJob also finds subjobs; ``DELETE``: no longer
``POST /simulator/passcode``                returns ``{"passcode": ...}``, valid for one login; older ones are refused
``POST /simulator/tokens/revoke``           expires all tokens
``POST /simulator/keys/revoke``             expires all temporary access keys that were issued, not those of the ready
                                            line
``PUT /simulator/agencies``                 ``{"spelling": "xrole_name"}`` or ``agency_name``: how requests must name an
                                            agency; ``DELETE``: both are accepted
``PUT /simulator/metadata``                 the metadata service of a server: ``{"agency": true, "session_tokens":
                                            "none"}``; the latter can be ``optional`` or ``required``
==========================================  ==========================================================================

Every region's port serves the control API, for all regions.

**Schedules.** Absences and fault rules hold once ``after`` requests (0) and ``after_seconds`` (0) have passed, for
``times`` requests (a fault: 1, or no limit if ``seconds`` is set; an absence: no limit; null: no limit) and for
``seconds`` (no limit), whichever ends first. Seconds are those of the simulator's clock.

**Absences.** ``{"job": ID, "deleted": false}`` and a schedule. The requests that count are lists that could show the
job. GetOneJob still finds the job unless ``deleted`` is true. Without a limit, the job never returns.

**Fault rules** apply to requests whose path (with query) starts with ``path``, or in which the regular expression
``path`` matches. ``call`` can replace ``path``; it names a call: ``list``, ``one_job``, ``clusters``, ``login``,
``catalog``, ``projects``, ``temporary_key``, and of the metadata service ``session_token``, ``security_key``,
``meta_data``. ``method`` and ``region`` limit a rule further. The oldest rule that applies is used.

* Replace the response: ``reply`` (a name from module ``replies``), or ``status`` and one of ``body``,
  ``body_base64``, ``redirect`` (URL, status 302), ``gzip_bomb`` (bytes of a JSON list when unpacked).
* Change how the response is sent: ``headers`` (added), ``delay`` (seconds before it), ``drip`` (seconds before each
  byte of the body), ``truncate`` (bytes of the body, then the connection closes), ``reset`` (the connection is reset,
  after ``truncate`` bytes if that is set), ``hang`` (no response until the client leaves).
* Refuse connections: with ``refuse``, the connection is reset, and for that many seconds of the machine's clock the
  region's port refuses new connections and resets open ones, except for the control API.

For instance, this rule makes lists fail from the third on, for four lists or eight seconds::

    {"call": "list", "after": 2, "times": 4, "seconds": 8, "reply": "unavailable"}
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from .agencies import SPELLINGS
from .clock import rfc3339
from .cloud import Cloud
from .clouds_yaml import clouds_yaml
from .control_input import NUMBER, InvalidInput, Members, checked
from .faults import Faults, rule_from_json
from .listing import Replacement
from .messages import Request, Response, json_response
from .metadata import SESSION_TOKENS
from .request_log import RequestLog

_JOB_MEMBERS: Members = {
    "cluster": (str, "the name or ID of a cluster"),
    "type": (str, "a job type"),
    "seconds": (NUMBER, "a number of seconds"),
    "fails": (bool, "true or false"),
}
_AGENCIES_MEMBERS: Members = {"spelling": (str, f"one of {', '.join(SPELLINGS)}")}
_METADATA_MEMBERS: Members = {
    "agency": (bool, "true or false"),
    "session_tokens": (str, f"one of {', '.join(SESSION_TOKENS)}"),
}
_CLOCK_MEMBERS: Members = {"advance": (NUMBER, "a number of seconds")}


class Control:
    def __init__(self, cloud: Cloud, faults: Faults, log: RequestLog, ready: dict[str, Any]) -> None:
        self._cloud = cloud
        self._faults = faults
        self._log = log
        self._ready = ready
        self._routes: dict[tuple[str, str], Callable[[Request], Response]] = {
            ("GET", "/simulator"): lambda _request: json_response(200, self._ready),
            ("DELETE", "/simulator"): self._reset,
            ("GET", "/simulator/clouds.yaml"): lambda _request: json_response(200, clouds_yaml(self._ready)),
            ("GET", "/simulator/requests"): self._requests,
            ("DELETE", "/simulator/requests"): self._clear_requests,
            ("PUT", "/simulator/jobs"): self._replace_jobs,
            ("POST", "/simulator/jobs"): self._create_job,
            ("DELETE", "/simulator/jobs"): self._restore_jobs,
            ("POST", "/simulator/absences"): self._add_absence,
            ("DELETE", "/simulator/absences"): self._clear_absences,
            ("POST", "/simulator/clock"): self._advance,
            ("POST", "/simulator/faults"): self._add_fault,
            ("DELETE", "/simulator/faults"): self._clear_faults,
            ("PUT", "/simulator/subjobs-by-id"): lambda _request: self._find_subjobs(True),
            ("DELETE", "/simulator/subjobs-by-id"): lambda _request: self._find_subjobs(False),
            ("POST", "/simulator/passcode"): self._new_passcode,
            ("POST", "/simulator/tokens/revoke"): self._revoke_tokens,
            ("POST", "/simulator/keys/revoke"): self._revoke_keys,
            ("PUT", "/simulator/agencies"): self._set_agencies,
            ("DELETE", "/simulator/agencies"): self._reset_agencies,
            ("PUT", "/simulator/metadata"): self._set_metadata,
        }

    def respond(self, request: Request) -> Response:
        serve = self._routes.get((request.method, request.path.rstrip("/")))
        if not serve:
            calls = ", ".join(f"{method} {path}" for method, path in self._routes)
            return json_response(404, {"error": f"unknown control call; there are {calls}"})
        try:
            return serve(request)
        except InvalidInput as error:
            return json_response(400, {"error": str(error)})

    @staticmethod
    def _json(request: Request) -> object:
        try:
            return json.loads(request.body)
        except ValueError as error:
            raise InvalidInput(f"the body is not valid JSON: {error}") from error

    def _reset(self, request: Request) -> Response:
        for undo in (self._clear_requests, self._clear_faults, self._restore_jobs, self._reset_agencies):
            undo(request)
        self._cloud.metadata.reset()
        return self._find_subjobs(False)

    def _requests(self, _request: Request) -> Response:
        entries = self._log.entries()
        return json_response(
            200,
            {
                "count": len(entries),
                "connections": len({entry["connection"] for entry in entries}),
                "by_path": Counter(f"{entry['method']} {entry['path']}" for entry in entries),
                "by_status": Counter(str(entry["status"]) for entry in entries),
                "requests": entries,
            },
        )

    def _clear_requests(self, _request: Request) -> Response:
        self._log.clear()
        return Response(204)

    def _replace_jobs(self, request: Request) -> Response:
        content_type = request.headers.get("content-type", "application/json")
        if request.query.get("raw") != "1" and not isinstance(self._json(request), list):
            raise InvalidInput("the body is not a JSON list; add ?raw=1 to send it anyway")
        self._cloud.replacement = Replacement(request.body, content_type)
        return Response(204)

    def _create_job(self, request: Request) -> Response:
        order = checked(self._json(request), _JOB_MEMBERS, "a job", required=("cluster", "type", "seconds"))
        try:
            job = self._cloud.samples.create(
                order["cluster"], order["type"], self._cloud.clock.now(), order["seconds"], order.get("fails", False)
            )
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        return json_response(201, {"id": job.uid})

    def _restore_jobs(self, _request: Request) -> Response:
        self._cloud.replacement = None
        self._cloud.samples.remove_created()
        self._cloud.absences.clear()
        return Response(204)

    def _add_absence(self, request: Request) -> Response:
        self._cloud.absences.add(self._json(request), self._cloud.clock.now())
        return Response(204)

    def _clear_absences(self, _request: Request) -> Response:
        self._cloud.absences.clear()
        return Response(204)

    def _advance(self, request: Request) -> Response:
        order = checked(self._json(request), _CLOCK_MEMBERS, "the body", required=("advance",))
        try:
            self._cloud.clock.advance(order["advance"])
        except ValueError as error:
            raise InvalidInput(str(error)) from error
        return json_response(200, {"now": rfc3339(self._cloud.clock.now())})

    def _add_fault(self, request: Request) -> Response:
        self._faults.add(rule_from_json(self._json(request), self._cloud.clock.now()))
        return Response(204)

    def _clear_faults(self, _request: Request) -> Response:
        self._faults.clear()
        return Response(204)

    def _find_subjobs(self, wanted: bool) -> Response:
        self._cloud.finds_subjobs = wanted
        return Response(204)

    def _new_passcode(self, _request: Request) -> Response:
        return json_response(200, {"passcode": self._cloud.iam.new_passcode()})

    def _revoke_tokens(self, _request: Request) -> Response:
        self._cloud.iam.revoke()
        return Response(204)

    def _revoke_keys(self, _request: Request) -> Response:
        self._cloud.iam.access_keys.revoke()
        return Response(204)

    def _set_agencies(self, request: Request) -> Response:
        order = checked(self._json(request), _AGENCIES_MEMBERS, "the body", required=("spelling",))
        if order["spelling"] not in SPELLINGS:
            raise InvalidInput(f"spelling must be {_AGENCIES_MEMBERS['spelling'][1]}")
        self._cloud.iam.agencies.spellings = (order["spelling"],)
        return Response(204)

    def _reset_agencies(self, _request: Request) -> Response:
        self._cloud.iam.agencies.spellings = SPELLINGS
        return Response(204)

    def _set_metadata(self, request: Request) -> Response:
        order = checked(self._json(request), _METADATA_MEMBERS, "the body")
        service = self._cloud.metadata
        service.reset()
        if order.get("session_tokens", service.session_tokens) not in SESSION_TOKENS:
            raise InvalidInput(f"session_tokens must be {_METADATA_MEMBERS['session_tokens'][1]}")
        service.session_tokens = order.get("session_tokens", service.session_tokens)
        service.agency_attached = order.get("agency", True)
        return Response(204)
