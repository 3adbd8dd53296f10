# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins with entries of clouds.yaml: what is sent, and how responses are read."""

from __future__ import annotations

import json
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.cloud_entries import (
    AUTH,
    ISSUED,
    KEY,
    PASSWORD,
    Entry,
    ask,
    catalog_of,
    failure,
    issued,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import INVALID_IDS
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
    then_close,
)


@pytest.mark.parametrize("path", ["", "/", "/v3", "/v3/", "/identity/v3"])
@pytest.mark.parametrize("interface", ["public", "internalURL"])
def test_login_is_one_request(
    write: t.Callable[..., None], capfd: pytest.CaptureFixture[str], path: str, interface: str
) -> None:
    with Server() as server:
        server.responses = [issued(catalog_of(server.url, interface.replace("URL", ""))), response()]
        auth = {**AUTH, "auth_url": server.url + path}
        write({"mine": {"auth": auth, "interface": interface, "region_name": "eu-de"}})
        recorded = RecordedReport()
        assert ask(recorded).projects[0]["id"] == "p1"
    login, jobs = server.requests
    assert login.line == f"POST {path.rstrip('/').removesuffix('/v3') or ''}/v3/auth/tokens HTTP/1.1"
    assert json.loads(login.body)["auth"]["identity"]["password"]["user"]["password"] == PASSWORD
    assert login.headers["user-agent"].startswith("opentelekomcloud.cce/")
    assert jobs.line.startswith("GET /api/v2/projects/p1/jobs")
    assert jobs.headers["x-auth-token"] == ISSUED
    assert {ISSUED, PASSWORD} <= set(recorded.secrets)
    assert capfd.readouterr() == ("", "")


def test_access_key_needs_no_login(write: t.Callable[..., None]) -> None:
    with Server(response()) as server:
        write({"mine": {"auth": KEY, "cce_endpoint_override": server.url}})
        ask(RecordedReport())
    [request] = server.requests
    assert request.headers["authorization"].startswith("SDK-HMAC-SHA256 ")
    assert request.headers["x-project-id"] == "some-project"


def test_redirect_is_refused(write: t.Callable[..., None]) -> None:
    with Server(issued()) as other, Server(response(307, "", Location=f"{other.url}/v3/auth/tokens")) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        failure("response")
    assert (len(server.requests), other.requests) == (1, [])


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (
            response(401, {"error": {"code": 401, "message": f"{PASSWORD} is wrong"}}),
            "authentication",
            "cloud 'mine' in",
        ),
        (response(403, {}), "permission", "cloud 'mine' in"),
        (response(404, {}), "not_found", "auth_url"),
        (response(503, {}), "unavailable", "503"),
        (response(200, "<html>", X_Subject_Token=ISSUED), "response", "auth_url"),
        (response(200, {"token": 7}, X_Subject_Token=ISSUED), "response", "auth_url"),
        (response(201, [], X_Subject_Token=ISSUED), "response", "auth_url"),
        (issued(X_Other="x"), "response", "auth_url"),
    ],
)
def test_unusable_responses(write: t.Callable[..., None], reply: bytes, kind: str, words: str) -> None:
    with Server(reply) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        error = failure(kind, endpoint=server.url)
    assert words in str(error)
    assert len(server.requests) == 1


def test_unknown_endpoint(write: t.Callable[..., None]) -> None:
    with Server(issued(project={"id": "p1", "name": "team", "domain": {"id": "d"}})) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url, "project_name": "team"}}})
        assert "endpoint" in str(failure("option"))


@pytest.mark.parametrize("project_id", INVALID_IDS, ids=range(len(INVALID_IDS)))
def test_invalid_project_id(write: t.Callable[..., None], project_id: str) -> None:
    project = {"id": project_id, "name": "eu-de_team", "domain": {"id": "d", "name": "d"}}
    with Server(issued(project=project)) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        assert "cloud 'mine'" in str(failure("response", endpoint=server.url))
        assert len(server.requests) == 1


def test_token_that_names_no_project(write: t.Callable[..., None]) -> None:
    with Server() as server:
        server.responses = [issued(catalog_of(server.url), {"id": None, "name": None, "domain": {}}), response()]
        auth = {name: value for name, value in AUTH.items() if not name.startswith("project")}
        write({"mine": {"auth": {**auth, "auth_url": server.url, "project_id": "p1"}, "region_name": "eu-de"}})
        assert ask(RecordedReport()).projects[0]["id"] == "p1"


def test_only_endpoint_of_a_private_cloud(write: t.Callable[..., None]) -> None:
    # the name of this project does not begin with a region
    project = {"id": "p1", "name": "blue", "domain": {"id": "d", "name": "d"}}
    with Server() as server:
        server.responses = [issued(catalog_of(server.url), project), response()]
        write({"mine": {"auth": {**AUTH, "auth_url": server.url, "project_name": "blue"}}})
        assert ask(RecordedReport()).projects[0]["id"] == "p1"


def test_timeout_applies_to_the_login(write: t.Callable[..., None]) -> None:
    with Server(lambda wire: wire.hang()) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        assert "within 0.5 s" in str(failure("timeout", timeout=0.5))


def test_login_uses_the_proxy(write: t.Callable[..., None]) -> None:
    with Server(issued(), response()) as proxy:
        write({"mine": {"auth": {**AUTH, "auth_url": "http://iam.example.com/v3"}}})
        ask(RecordedReport(), proxy=proxy.url, endpoint="http://cce.example.com")
    assert proxy.requests[0].line == "POST http://iam.example.com/v3/auth/tokens HTTP/1.1"


def test_login_is_renewed_once(write: t.Callable[..., None]) -> None:
    second = "Zx9-second"
    with Server() as server:
        server.responses = [issued(), response(401, {}), issued(X_Subject_Token=second), response()]
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        ask(RecordedReport(), endpoint=server.url)
    assert [request.method for request in server.requests] == ["POST", "GET", "POST", "GET"]
    assert server.requests[-1].headers["x-auth-token"] == second


@pytest.mark.parametrize("place", ["option", "entry"])
@pytest.mark.parametrize(
    "login",
    [
        {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]},
        {"auth_type": "v3totp"},
    ],
)
@pytest.mark.parametrize(
    "failure_of",
    [issued(), response(503, "", Retry_After="0.01"), response(429, ""), then_close(b"")],
    ids=["renewal", "503", "429", "closed"],
)
def test_passcode_is_sent_once(write: t.Callable[..., None], place: str, login: Entry, failure_of: t.Any) -> None:
    with Server(failure_of, response(401, {})) as server:
        auth = {key: value for key, value in AUTH.items() if key != "password" or "auth_methods" in login}
        auth["auth_url"] = server.url
        write(
            {"mine": {"auth": auth, **login}},
            {"mine": {"auth": {"passcode": "Zx9-code"}}} if place == "entry" else None,
        )
        with pytest.raises(CceError):
            ask(
                RecordedReport(),
                endpoint=server.url,
                retries=3,
                **({"passcode": "Zx9-code"} if place == "option" else {}),
            )
        sent = [request for request in server.requests if b"Zx9-code" in request.body]
        assert len(sent) == 1
    assert sent[0].json["auth"]["identity"]["totp"]["user"]["passcode"] == "Zx9-code"


class Agency:
    """The loader of a substitute for the plugin of otcextensions: after a login with password, it assumes an agency."""

    def __init__(self) -> None:
        from keystoneauth1 import loading

        names = ("target-agency-name", "target-domain-name", "target-project-id", "target-project-name")
        self._password = loading.get_plugin_loader("v3password")
        self._options = [loading.Opt(name) for name in names]

    def get_options(self) -> list[t.Any]:
        return [*self._password.get_options(), *self._options]

    def load_from_options(self, **options: t.Any) -> t.Any:
        from keystoneauth1 import access
        from keystoneauth1.identity.v3 import Password

        target = {option.dest: options.pop(option.dest, None) for option in self._options}
        base: t.Any = Password

        class Plugin(base):
            def get_auth_ref(self, session: t.Any, **arguments: t.Any) -> t.Any:
                user = super().get_auth_ref(session, **arguments)
                project = {"id": target["target_project_id"], "name": target["target_project_name"]}
                role = {"domain_name": target["target_domain_name"], "xrole_name": target["target_agency_name"]}
                body = {
                    "identity": {"methods": ["assume_role"], "assume_role": role},
                    "scope": {"project": {key: value for key, value in project.items() if value}},
                }
                headers = {"Accept": "application/json", "X-Auth-Token": user.auth_token}
                response = session.post(
                    self.token_url, json={"auth": body}, headers=headers, authenticated=False, log=False
                )
                return access.AccessInfoV3(auth_token=response.headers["X-Subject-Token"], body=response.json())

        return self._password.load_from_options(**options) and Plugin(**options)


@pytest.fixture
def agency(monkeypatch: pytest.MonkeyPatch) -> None:
    loading = pytest.importorskip("keystoneauth1.loading")
    if "agency" not in loading.get_available_plugin_names():
        original = loading.get_plugin_loader
        monkeypatch.setattr(loading, "get_plugin_loader", lambda name: Agency() if name == "agency" else original(name))


@pytest.mark.parametrize(
    ("typed", "scope"),
    [
        ({}, {"name": "eu-de_theirs"}),
        ({"project_id": "p2"}, {"id": "p2"}),
        ({"project_name": "eu-de_p2"}, {"name": "eu-de_p2"}),
    ],
)
def test_agency_logs_in_to_the_project_that_is_listed(
    write: t.Callable[..., None], agency: None, typed: Entry, scope: Entry
) -> None:
    theirs = {"id": "p2", "name": scope.get("name", "eu-de_theirs"), "domain": {"id": "t", "name": "t"}}
    target = {
        "target_agency_name": "reader",
        "target_domain_name": "theirs",
        "target_project_name": "eu-de_theirs",
    }
    with Server() as server:
        server.responses = [issued(), issued(project=theirs, X_Subject_Token="Zx9-assumed"), response()]
        own = {key: value for key, value in AUTH.items() if key != "project_domain_name"}
        write({"mine": {"auth_type": "agency", "auth": {**own, **target, "auth_url": f"{server.url}/v3"}}})
        assert ask(RecordedReport(), endpoint=server.url, **typed).projects[0]["id"] == "p2"
    login, assumed, jobs = server.requests
    # the login of the user itself stays as it is in the entry
    assert login.json["auth"]["scope"]["project"]["name"] == "eu-de_team"
    assert assumed.json["auth"]["scope"] == {"project": scope}
    assert jobs.target.startswith("/api/v2/projects/p2/")
    assert jobs.headers["x-auth-token"] == "Zx9-assumed"


def test_agency_without_a_project(write: t.Callable[..., None], agency: None) -> None:
    target = {"target_agency_name": "reader", "target_domain_name": "theirs"}
    with Server(
        issued(), response(201, {"token": {"methods": ["assume_role"]}}, X_Subject_Token="Zx9-assumed")
    ) as server:
        write({"mine": {"auth_type": "agency", "auth": {**AUTH, **target, "auth_url": f"{server.url}/v3"}}})
        assert "target_project_name" in str(failure("option", endpoint=server.url))


@pytest.mark.parametrize("typed", [{"project_id": "p2"}, {"project_name": "eu-de_p2"}])
def test_login_that_belongs_to_another_project(write: t.Callable[..., None], typed: Entry) -> None:
    auth = {"application_credential_id": "a", "application_credential_secret": "Zx9-secret"}
    with Server(issued()) as server:
        auth["auth_url"] = server.url
        write({"mine": {"auth_type": "v3applicationcredential", "auth": auth}})
        error = failure("option", endpoint=server.url, **typed)
        assert len(server.requests) == 1
    for fact in ("cloud 'mine'", "eu-de_team", *typed, *typed.values()):
        assert fact in str(error)
