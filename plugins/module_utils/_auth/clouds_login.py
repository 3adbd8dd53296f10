# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Login with an entry of clouds.yaml: openstacksdk knows the login methods, the collection's client sends the requests.

So the timeout, trust, proxy, retries and refused redirects are the same for all credentials.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field

from .._errors import CceError
from .._http.call import Call, no_auth, shown_url
from .._http.client import Client, Response
from .._http.deadline import Deadline
from .._options.validation import option_error
from .._report import Report
from .._text import either
from .iam import MAX_RESPONSE, is_project_id
from .token import IssuedToken, TokenAuth

if t.TYPE_CHECKING:
    import requests


@dataclass(frozen=True)
class CloudLogin:
    """How to log in with an entry, as openstacksdk interprets it."""

    plugin: t.Any = field(repr=False)
    """A plugin of keystoneauth."""
    source: str
    """How messages name the entry."""
    project_id: str | None
    project_name: str | None
    project_keys: tuple[str, str]
    """The keys of the entry for the project."""
    interfaces: tuple[str, ...]
    certificate: t.Any = field(repr=False)
    """File or files of a client certificate."""
    sends_passcode: bool
    """Whether it sends a passcode, which is valid for one login only."""

    def log_in(self, client: Client, report: Report, deadline: Deadline) -> IssuedToken:
        """Log in, again if that was done before.

        Raises:
            CceError: any kind, when IAM refuses, cannot be reached, or does not name a project.
        """
        transport = _Transport(self, client, report, deadline)
        token, access, catalog = self._access(transport)
        report.secret(token)
        project_id = self._project_id(getattr(access, "project_id", None), getattr(access, "project_name", None))
        if not is_project_id(project_id):
            raise transport.unusable("has an invalid project ID")
        return IssuedToken(
            TokenAuth(token, f"check {self.source}: a token expires, and is valid in one region only"),
            issuer=transport.auth_url,
            project_id=project_id,
            project_name=getattr(access, "project_name", None),
            catalog=catalog,
            renewable=bool(getattr(self.plugin, "reauthenticate", False)) and not self.sends_passcode,
            interfaces=self.interfaces,
        )

    def token(self, client: Client, report: Report, deadline: Deadline) -> str:
        """Log in, and return the token, whatever its scope.

        Raises:
            CceError: any kind, when IAM refuses or cannot be reached.
        """
        token = self._access(_Transport(self, client, report, deadline))[0]
        report.secret(token)
        return token

    def _project_id(self, issued_id: str | None, issued_name: str | None) -> str:
        """The project's ID, which must be that of the token if the token has one."""
        for option, wanted, issued in (
            ("project_id", self.project_id, issued_id),
            ("project_name", self.project_name, issued_name),
        ):
            if wanted and issued and wanted.lower() != issued.lower():
                raise option_error(
                    f"The login of {self.source} belongs to project {issued_name or issued_id}, "
                    f"not to {wanted} ({option}). Use another cloud, or remove {option}."
                )
        project_id = issued_id or self.project_id
        if not project_id:
            raise option_error(
                f"No project specified. Set project_id or project_name, or add {either(self.project_keys)} "
                f"to auth in {self.source}."
            )
        return project_id

    def _access(self, transport: _Transport) -> tuple[str, t.Any, t.Any]:
        """The token, what keystoneauth knows about it, if anything, and the catalog."""
        from keystoneauth1 import exceptions
        from keystoneauth1.session import Session

        session = Session(auth=self.plugin, session=transport, cert=self.certificate, redirect=False)
        try:
            self.plugin.invalidate()
            # not get_token(): it would log in again when the token is about to expire
            access = self.plugin.get_access(session) if hasattr(self.plugin, "get_access") else None
            token = access.auth_token if access else self.plugin.get_token(session)
            catalog = access.service_catalog.catalog if access and access.has_service_catalog() else None
        except CceError:
            raise
        except exceptions.AuthPluginException:
            raise option_error(f"Incomplete login in {self.source}. Check its auth and auth_type.") from None
        except Exception:  # pylint: disable=broad-exception-caught
            # without the text: it may repeat what was sent. A plugin fails so on a response that it did not expect
            raise transport.unusable("has an unexpected structure") from None
        if not token:
            raise transport.unusable("has no token")
        return token, access, catalog


class _Transport:
    """Takes the place of keystoneauth's session of requests, and lets the client send the requests."""

    def __init__(self, login: CloudLogin, client: Client, report: Report, deadline: Deadline) -> None:
        self._client = client
        self._deadline = deadline
        self._report = report
        self._source = login.source
        self._once = login.sends_passcode
        self.auth_url: str = getattr(login.plugin, "auth_url", None) or ""
        check = f"check {login.source}"
        self._advice = {
            "authentication": check,
            "permission": check,
            "not_found": f"check auth_url in {login.source}",
            "response": f"check auth_url in {login.source}",
        }

    def unusable(self, what: str) -> CceError:
        return CceError(
            f"Could not log in to IAM: the response {what}. Check auth_url in {self._source}.",
            "response",
            url=shown_url(self.auth_url) if self.auth_url else None,
        )

    def request(self, method: str, url: str, **arguments: t.Any) -> requests.Response:
        """Send a request for keystoneauth, which passes the arguments of requests."""
        if method == "GET" and url.rstrip("/") == self.auth_url:
            return _response(method, url, {"Content-Type": "application/json"}, self._versions())
        call = Call(
            "log in to IAM",
            url,
            arguments.get("auth") or no_auth,
            method=method,
            # one User-Agent for all
            headers={name: value for name, value in arguments["headers"].items() if name.lower() != "user-agent"},
            advice=self._advice,
            more={name: arguments[name] for name in ("data", "params", "cert") if arguments.get(name)},
            once=self._once,
        )

        def read(response: Response) -> requests.Response:
            token = response.headers.get("X-Subject-Token")
            if token:
                self._report.secret(token)
            return _response(method, url, response.headers, response.content(MAX_RESPONSE))

        return self._client.fetch(call, read, self._deadline)

    def _versions(self) -> bytes:
        """The list of API versions without asking IAM: saves a request and keeps discovery from naming another host."""
        link = {"rel": "self", "href": self.auth_url}
        return json.dumps({"version": {"id": "v3.0", "status": "stable", "links": [link]}}).encode()


def _response(method: str, url: str, headers: t.Mapping[str, str], body: bytes) -> requests.Response:
    import requests

    response = requests.Response()
    response.status_code = 200
    response.url = url
    response.headers.update(headers)
    response.request = requests.Request(method, url).prepare()
    # requests has no other way to build a response that has been read already
    response._content = body
    return response
