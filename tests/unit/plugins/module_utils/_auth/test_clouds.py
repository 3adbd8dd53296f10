# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of clouds.yaml: what is taken from them, what goes over the wire, what is said when they are of no use."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.clouds import read_entry
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    Settings,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import Answer, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    Server,
    Told,
    answer,
    clear_environment,
)

Entry = dict[str, t.Any]

PASSWORD = "Zx9-password"
SECRET_KEY = "Zx9SecretKey"
ISSUED = "Zx9-issued-token"
AUTH = {
    "auth_url": "https://iam.example.com/v3",
    "username": "u",
    "password": PASSWORD,
    "user_domain_name": "d",
    "project_name": "eu-de_team",
    "project_domain_name": "d",
}
KEY = {"ak": "some-ak", "sk": SECRET_KEY, "project_id": "some-project"}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)
    for name in [name for name in os.environ if name.startswith("OS_")]:
        monkeypatch.delenv(name)
    for kind in ("config", "secure"):
        file = {"config": "clouds", "secure": "secure"}[kind]
        monkeypatch.setenv(f"OS_CLIENT_{kind.upper()}_FILE", str(tmp_path / f"{file}.yaml"))


@pytest.fixture
def write(tmp_path: Path) -> t.Callable[..., None]:
    """Write entries, and secret parts of them."""
    pytest.importorskip("openstack.config")

    def write(entries: t.Any, secure: t.Any = None) -> None:
        for name, clouds in (("clouds", entries), ("secure", secure)):
            if clouds is not None:
                (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump({"clouds": clouds}), encoding="utf-8")

    return write


def read(told: Told | None = None, **typed: t.Any) -> Settings:
    settings = read_request(MODULE, {"cloud": "mine", **typed}, {}, environment={}).settings
    assert isinstance(settings.credential, CloudEntry)
    return read_entry(settings, settings.credential, (told or Told()).report)


def refusal(kind: str = "option", **typed: t.Any) -> str:
    with pytest.raises(CceError) as caught:
        read(**typed)
    text = str(caught.value)
    assert caught.value.kind == kind
    assert re.fullmatch(r"[A-Z].*[.?]", text), text
    assert "Zx9" not in text
    return text


# ---------------------------------------------------------------------------------------------------------------------
# the library


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("openstack", "openstack.config"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CceError) as caught:
        find_jobs(read_request(MODULE, {"cloud": "mine"}, {}, {}), "tests", Told().report)
    assert caught.value.kind == "dependency"
    assert "openstacksdk" in str(caught.value)
    assert sys.executable in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        {"token": "t", "project_id": "p"},
        {"access_key": "a", "secret_key": "s", "project_id": "p"},
        {"username": "u", "password": "p", "user_domain_name": "d", "project_id": "p"},
    ],
)
def test_other_ways_do_not_import_the_library(typed: Entry) -> None:
    # nobody listens at the discard port
    options = {**typed, "endpoint": "http://127.0.0.1:9", "auth_url": "http://127.0.0.1:9", "retries": 0}
    package = "ansible_collections.opentelekomcloud.cce.plugins.module_utils"
    program = f"""
import sys
from {package}._errors import CceError
from {package}._report import Report
from {package}._service.find import find_jobs
from {package}._service.options import MODULE
from {package}._service.request import read_request
try:
    find_jobs(read_request(MODULE, {options!r}, {{}}, {{}}), "tests", Report(print, print, lambda secret: None))
except CceError as error:
    print(error.kind)
print([name for name in sys.modules if name.partition(".")[0] in ("openstack", "keystoneauth1")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "connection\n[]\n"


# ---------------------------------------------------------------------------------------------------------------------
# files


def test_unknown_name(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({"mint": {}, "other": {}, 7: {}})
    assert "put the name into quotation marks" in refusal(cloud="7")
    write({"mint": {}, "other": {}})
    assert refusal() == f"The file {tmp_path}/clouds.yaml has no cloud mine: did you mean mint?"
    assert refusal(cloud="x") == f"The file {tmp_path}/clouds.yaml has no cloud x: take one of mint, other."


def test_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = pytest.importorskip("openstack.config.loader")
    monkeypatch.setattr(loader, "CONFIG_FILES", ["/missing/clouds.yaml"])
    monkeypatch.setattr(loader, "SECURE_FILES", [])
    monkeypatch.setenv("OS_USERNAME", "u")
    for name in ("mine", "envvars", "defaults"):
        text = refusal(cloud=name)
        assert "No clouds.yaml was found" in text
        assert "/missing/clouds.yaml" in text


@pytest.mark.parametrize(
    "content",
    [
        f"clouds:\n  mine:\n    auth:\n      password: '{PASSWORD}\n",
        f"clouds: [{PASSWORD}",
        f"clouds:\n\tmine: {PASSWORD}",
        f"[{PASSWORD}]",
        PASSWORD,
        f"clouds: {PASSWORD}",
        f"clouds: {{mine: {PASSWORD}}}",
        f"clouds: {{mine: [{PASSWORD}]}}",
        f"clouds: {{mine: {{auth: {PASSWORD}}}}}",
        "clouds:",
        "clouds: {mine: }",
        "clouds: {mine: {auth: }}",
        "\x00",
        "password: \xff",
    ],
)
@pytest.mark.parametrize("file", ["clouds.yaml", "secure.yaml"])
def test_file_of_no_use(
    write: t.Callable[..., None], tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str, content: str
) -> None:
    write({"mine": {"auth": AUTH}})
    (tmp_path / file).write_text(content, encoding="latin-1")
    assert f"The file {tmp_path}/{file} " in refusal()
    assert capfd.readouterr() == ("", "")


def test_file_that_cannot_be_read(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({"mine": {"auth": AUTH}})
    (tmp_path / "secure.yaml").mkdir()
    assert f"The file {tmp_path}/secure.yaml cannot be read (is a directory)" in refusal()


def test_strange_sections_beside(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({})
    (tmp_path / "clouds.yaml").write_text("clouds: {mine: {}}\ncache: 7\nclient: 7\nmetrics: 7\n", encoding="utf-8")
    assert "cannot be used" in refusal()


# ---------------------------------------------------------------------------------------------------------------------
# the entry


def test_settings_from_an_entry(write: t.Callable[..., None], tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    write({"mine": {"auth": AUTH, "region_name": "eu-de", "cacert": str(authority), "interface": "internal"}})
    told = Told()
    found = read(told)
    assert (found.region, found.project_name, found.project_id) == ("eu-de", "eu-de_team", None)
    assert (found.auth_url, found.verify) == ("https://iam.example.com/v3", str(authority))
    assert isinstance(found.credential, CloudEntry)
    assert found.credential.login.interfaces == ("internal",)
    assert set(told.secrets) == {PASSWORD}
    assert "Zx9" not in repr(found)


def test_options_beat_the_entry(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({"mine": {"auth": {**AUTH, "project_id": "old"}, "region_name": "eu-de", "cacert": "/missing", "verify": 0}})
    authority = tmp_path / "ca.pem"
    authority.touch()
    typed = {
        "region": "eu-nl",
        "project_name": "eu-nl_new",
        "endpoint": "https://cce",
        "auth_url": "https://other/v3",
        "ca_cert": str(authority),
    }
    found = read(**typed)
    assert {**typed, "ca_cert": found.verify} == {
        **{name: getattr(found, name) for name in typed if name != "ca_cert"},
        "ca_cert": str(authority),
    }
    assert found.project_id is None
    plugin = t.cast(CloudEntry, found.credential).login.plugin
    assert plugin.auth_url == "https://other/v3"
    assert (plugin._project_id, plugin._project_name) == (None, "eu-nl_new")


@pytest.mark.parametrize(
    ("said", "typed", "expected"),
    [
        ({}, {}, True),
        ({"verify": False}, {}, False),
        ({"verify": "false"}, {}, False),
        ({"insecure": True}, {}, False),
        ({"verify": False}, {"validate_certs": True}, True),
        ({"insecure": True}, {"validate_certs": True}, True),
        ({"verify": True}, {"validate_certs": False}, False),
    ],
)
def test_trust(write: t.Callable[..., None], said: Entry, typed: Entry, expected: bool) -> None:
    write({"mine": {"auth": AUTH, **said}})
    assert read(**typed).verify is expected


@pytest.mark.parametrize(
    ("auth", "more", "typed", "region"),
    [
        ({}, {}, {}, "eu-de"),
        ({"project_name": "eu-nl_team"}, {}, {}, "eu-nl"),
        ({"project_name": "elsewhere"}, {}, {}, "eu-de"),
        ({"project_name": "eu-nl_team"}, {"region_name": "eu-de"}, {}, "eu-de"),
        ({}, {}, {"project_name": "eu-nl_team"}, "eu-nl"),
        ({}, {"region_name": "eu-de"}, {"region": "eu-nl"}, "eu-nl"),
    ],
)
def test_profile(write: t.Callable[..., None], auth: Entry, more: Entry, typed: Entry, region: str) -> None:
    whole = {name: value for name, value in {**AUTH, **auth}.items() if name != "auth_url"}
    write({"mine": {"profile": "otc", "auth": whole, **more}})
    found = read(**typed)
    assert (found.region, found.auth_url) == (region, f"https://iam.{region}.otc.t-systems.com/v3")


def test_profile_without_a_scheme(write: t.Callable[..., None]) -> None:
    whole = {name: value for name, value in AUTH.items() if name != "auth_url"}
    write({"mine": {"profile": "otc-swiss", "auth": whole}})
    assert read().auth_url == "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"auth": {name: value for name, value in AUTH.items() if name != "auth_url"}}, "add auth_url"),
        ({"auth": {name: value for name, value in AUTH.items() if name != "password"}}, "add password"),
        ({"auth": AUTH, "auth_type": "unknown"}, "'unknown'"),
        ({"auth": {**AUTH, "strange": PASSWORD}}, "check its auth"),
        ({"auth": {**AUTH, "auth_url": "{strange}"}}, "check its auth"),
        ({"auth": {**AUTH, "auth_url": f"https://u:{PASSWORD}@iam.example.com"}}, "auth_url"),
        ({"auth": {**AUTH, "auth_url": 7}}, "check its auth"),
        ({"auth": AUTH, "profile": "https://example.com"}, "clouds-public.yaml"),
        ({"auth": AUTH, "profile": 7}, "clouds-public.yaml"),
        ({"auth": AUTH, "cacert": "/missing"}, "'/missing'"),
        ({"auth": {"ak": "a"}}, "add sk"),
        ({"auth": {"sk": SECRET_KEY}}, "add ak"),
        ({"auth": {"ak": "a b", "sk": SECRET_KEY}}, "ak of the cloud mine"),
        ({"auth": {"ak": "a", "sk": SECRET_KEY}, "region_name": "eu-de"}, "project_id"),
        ({"auth": KEY}, "endpoint"),
    ],
)
def test_entry_of_no_use(write: t.Callable[..., None], entry: Entry, words: str) -> None:
    write({"mine": entry})
    assert words in refusal()


def test_unknown_region(write: t.Callable[..., None]) -> None:
    write({"mine": {"auth": AUTH, "regions": ["eu-de", {"name": "eu-nl"}]}})
    assert read(region="eu-nl").region == "eu-nl"
    assert "take one of eu-de, eu-nl." in refusal(region="eu-ch2")


@pytest.mark.parametrize(
    ("entry", "security_token"),
    [
        ({"auth": KEY}, None),
        ({**KEY, "auth": {}}, None),
        ({**KEY, "sk": SECRET_KEY, "auth": {}, "security-token": "Zx9{}{session"}, "Zx9{}{session"),
        ({"auth": {"project_id": "some-project"}, "access_key": "some-ak", "secret-key": SECRET_KEY}, None),
        ({"auth": {**KEY, "security_token": "Zx9-session"}}, "Zx9-session"),
        ({"auth": {**KEY, "token": "Zx9-session"}}, "Zx9-session"),
        ({"auth": {**AUTH, **KEY}}, None),
        ({"profile": "otc", "auth": KEY}, None),
    ],
)
def test_access_key(write: t.Callable[..., None], entry: Entry, security_token: str | None) -> None:
    write({"mine": {"region_name": "eu-de", **entry}})
    told = Told()
    found = read(told, signature="access")
    assert found.credential == AccessKeyCredential("some-ak", SECRET_KEY, security_token, "access")
    assert (found.project_id, found.region) == ("some-project", "eu-de")
    assert {SECRET_KEY, security_token} - {None} <= set(told.secrets)


# ---------------------------------------------------------------------------------------------------------------------
# over the wire


def issued(catalog: t.Any = None, project: t.Any = None, **headers: str) -> bytes:
    token = {
        "methods": ["password"],
        "expires_at": "2100-01-01T00:00:00.000000Z",
        "issued_at": "2025-01-01T00:00:00.000000Z",
        "user": {"id": "u", "name": "u", "domain": {"id": "d", "name": "d"}},
        "project": project or {"id": "p1", "name": "eu-de_team", "domain": {"id": "d", "name": "d"}},
        "catalog": catalog or [],
    }
    return answer(201, {"token": token}, **(headers or {"X_Subject_Token": ISSUED}))


def catalog_of(url: str, interface: str = "public") -> list[Entry]:
    endpoint = {"id": "e", "interface": interface, "region": "eu-de", "region_id": "eu-de", "url": f"{url}/api/v1"}
    return [{"type": "cce", "name": "cce", "id": "s", "endpoints": [endpoint]}]


def ask(told: Told, **typed: t.Any) -> Answer:
    return find_jobs(
        read_request(MODULE, {"cloud": "mine", "retries": 0, "timeout": 20, **typed}, {}, {}), "tests", told.report
    )


def failure(kind: str, **typed: t.Any) -> CceError:
    told = Told()
    with pytest.raises(CceError) as caught:
        ask(told, **typed)
    error = caught.value
    assert error.kind == kind, f"{error.kind}: {error}"
    assert "Zx9" not in f"{error} {error.as_dict()} {told.notes} {told.warnings}"
    assert error.__cause__ is None
    return error


@pytest.mark.parametrize("path", ["", "/", "/v3", "/v3/", "/identity/v3"])
@pytest.mark.parametrize("interface", ["public", "internalURL"])
def test_login_is_one_request(
    write: t.Callable[..., None], capfd: pytest.CaptureFixture[str], path: str, interface: str
) -> None:
    with Server() as server:
        server.answers = [issued(catalog_of(server.url, interface.replace("URL", ""))), answer()]
        auth = {**AUTH, "auth_url": server.url + path}
        write({"mine": {"auth": auth, "interface": interface, "region_name": "eu-de"}})
        told = Told()
        assert ask(told).project_id == "p1"
    login, jobs = server.requests
    assert login.line == f"POST {path.rstrip('/').removesuffix('/v3') or ''}/v3/auth/tokens HTTP/1.1"
    assert json.loads(login.body)["auth"]["identity"]["password"]["user"]["password"] == PASSWORD
    assert login.headers["user-agent"].startswith("opentelekomcloud.cce/")
    assert jobs.line.startswith("GET /api/v2/projects/p1/jobs")
    assert jobs.headers["x-auth-token"] == ISSUED
    assert {ISSUED, PASSWORD} <= set(told.secrets)
    assert capfd.readouterr() == ("", "")


def test_access_key_needs_no_login(write: t.Callable[..., None]) -> None:
    with Server(answer()) as server:
        write({"mine": {"auth": KEY, "cce_endpoint_override": server.url}})
        ask(Told())
    [request] = server.requests
    assert request.headers["authorization"].startswith("SDK-HMAC-SHA256 ")
    assert request.headers["x-project-id"] == "some-project"


def test_redirect_is_refused(write: t.Callable[..., None]) -> None:
    with Server(issued()) as other, Server(answer(307, "", Location=f"{other.url}/v3/auth/tokens")) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        failure("response")
    assert (len(server.requests), other.requests) == (1, [])


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (answer(401, {"error": {"code": 401, "message": f"{PASSWORD} is wrong"}}), "authentication", "cloud mine in"),
        (answer(403, {}), "permission", "cloud mine in"),
        (answer(404, {}), "not_found", "auth_url"),
        (answer(503, {}), "unavailable", "503"),
        (answer(200, "<html>", X_Subject_Token=ISSUED), "response", "auth_url"),
        (answer(200, {"token": 7}, X_Subject_Token=ISSUED), "response", "auth_url"),
        (answer(201, [], X_Subject_Token=ISSUED), "response", "auth_url"),
        (issued(X_Other="x"), "response", "auth_url"),
    ],
)
def test_answers_of_no_use(write: t.Callable[..., None], reply: bytes, kind: str, words: str) -> None:
    with Server(reply) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        error = failure(kind, endpoint=server.url)
    assert words in str(error)
    assert len(server.requests) == 1


def test_nobody_knows_the_endpoint(write: t.Callable[..., None]) -> None:
    with Server(issued(project={"id": "p1", "name": "team", "domain": {"id": "d"}})) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url, "project_name": "team"}}})
        assert "endpoint" in str(failure("option"))


def test_login_heeds_the_time_limit(write: t.Callable[..., None]) -> None:
    with Server(lambda wire: wire.hang()) as server:
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        assert "within 0.5 s" in str(failure("timeout", timeout=0.5))


def test_login_goes_through_the_proxy(write: t.Callable[..., None]) -> None:
    with Server(issued(), answer()) as proxy:
        write({"mine": {"auth": {**AUTH, "auth_url": "http://iam.example.com/v3"}}})
        ask(Told(), proxy=proxy.url, endpoint="http://cce.example.com")
    assert proxy.requests[0].line == "POST http://iam.example.com/v3/auth/tokens HTTP/1.1"


def test_login_is_renewed_once(write: t.Callable[..., None]) -> None:
    second = "Zx9-second"
    with Server() as server:
        server.answers = [issued(), answer(401, {}), issued(X_Subject_Token=second), answer()]
        write({"mine": {"auth": {**AUTH, "auth_url": server.url}}})
        ask(Told(), endpoint=server.url)
    assert [request.method for request in server.requests] == ["POST", "GET", "POST", "GET"]
    assert server.requests[-1].headers["x-auth-token"] == second


def test_code_of_a_second_factor_is_used_once(write: t.Callable[..., None]) -> None:
    with Server() as server:
        server.answers = [issued(), answer(401, {})]
        auth = {**AUTH, "auth_url": server.url}
        methods = {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]}
        write({"mine": {"auth": auth, **methods}})
        failure("authentication", endpoint=server.url, passcode="Zx9-code")
    assert [request.method for request in server.requests] == ["POST", "GET"]
    identity = json.loads(server.requests[0].body)["auth"]["identity"]
    assert identity["totp"]["user"]["passcode"] == "Zx9-code"
