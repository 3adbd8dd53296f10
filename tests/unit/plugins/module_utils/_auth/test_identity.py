# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From settings to who is calling: what goes over the wire to IAM, and what its answers are taken for.

Signatures are computed again here, from the bytes that arrived, by code that shares nothing with the collection.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import typing as t
import urllib.parse
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.identity import (
    Identity,
    SignatureAuth,
    identify,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import Call, Client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    AccessKeyCredential,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    Request,
    Server,
    Told,
    answer,
    clear_environment,
)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "iam"
TOKEN_BODY: dict[str, t.Any] = json.loads((FIXTURES / "token-project.json").read_text(encoding="utf-8"))

PROJECT_ID = "0123456789abcdef0123456789abcdef"
TOKEN = "MIIF-the-token-of-the-user"
ISSUED = "MIIF-the-token-that-iam-issued"
ACCESS_KEY = "EXAMPLEACCESSKEY0001"
SECRET_KEY = "ExampleSecretKey0000000000000000000000001"
SECURITY_TOKEN = "ggpjbi1ub3J0aC0xT-the-session"
PASSWORD = "correct horse battery staple"
PASSCODE = "135790"

BY_TOKEN = {"token": TOKEN}
BY_KEY = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
BY_SESSION_KEY = {**BY_KEY, "security_token": SECURITY_TOKEN}
BY_PASSWORD = {"username": "ansible", "password": PASSWORD, "user_domain_name": "OTC00000000001000000000"}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


def identity_for(told: Told | None = None, **typed: t.Any) -> Identity:
    settings = read_request(MODULE, {"timeout": 10, "retries": 0, **typed}, {}, environment={}).settings
    told = told or Told()
    client = Client(
        verify=settings.verify,
        proxy=settings.proxy,
        timeout=settings.timeout,
        retries=settings.retries,
        agent="tests",
        report=told.report,
    )
    try:
        return identify(settings, client, told.report)
    finally:
        client.close()


def refusal(**typed: t.Any) -> CceError:
    with pytest.raises(CceError) as caught:
        identity_for(**typed)
    assert str(caught.value).endswith(".")
    return caught.value


def login(body: t.Any = TOKEN_BODY, token: str = ISSUED) -> bytes:
    return answer(201, body, X_Subject_Token=token)


# ---------------------------------------------------------------------------------------------------------------------
# login by password


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param(
            {**BY_PASSWORD, "project_name": "eu-de_test"},
            {
                "identity": {
                    "methods": ["password"],
                    "password": {
                        "user": {
                            "name": "ansible",
                            "password": PASSWORD,
                            "domain": {"name": "OTC00000000001000000000"},
                        }
                    },
                },
                "scope": {"project": {"name": "eu-de_test", "domain": {"name": "OTC00000000001000000000"}}},
            },
            id="project and domain by name",
        ),
        pytest.param(
            {"username": "ansible", "password": PASSWORD, "user_domain_id": "d1", "project_id": "p1"},
            {
                "identity": {
                    "methods": ["password"],
                    "password": {"user": {"name": "ansible", "password": PASSWORD, "domain": {"id": "d1"}}},
                },
                "scope": {"project": {"id": "p1"}},
            },
            id="project and domain by id",
        ),
        pytest.param(
            {
                "username": "ansible",
                "password": PASSWORD,
                "user_domain_id": "d1",
                "project_name": "eu-de",
                "passcode": PASSCODE,
            },
            {
                "identity": {
                    "methods": ["password", "totp"],
                    "password": {"user": {"name": "ansible", "password": PASSWORD, "domain": {"id": "d1"}}},
                    "totp": {"user": {"name": "ansible", "passcode": PASSCODE, "domain": {"id": "d1"}}},
                },
                "scope": {"project": {"name": "eu-de", "domain": {"id": "d1"}}},
            },
            id="second factor",
        ),
    ],
)
@pytest.mark.parametrize("path", ["", "/v3", "/prefix", "/prefix/v3/"])
def test_login_request(typed: dict[str, t.Any], expected: dict[str, t.Any], path: str) -> None:
    with Server(login()) as server:
        identity_for(**typed, auth_url=server.url + path)
        [request] = server.requests
    prefix = "/prefix" if "prefix" in path else ""
    assert request.line == f"POST {prefix}/v3/auth/tokens HTTP/1.1"
    assert request.json == {"auth": expected}
    assert request.headers["content-type"] == "application/json"
    assert not {"authorization", "x-auth-token"} & set(request.headers)


def test_login_answer() -> None:
    told = Told()
    with Server(login()) as server:
        identity = identity_for(told, **BY_PASSWORD, project_name="eu-de_test", auth_url=server.url)
    assert told.secrets == [ISSUED]
    assert (identity.project_id, identity.renewable) == (PROJECT_ID, True)
    assert identity.endpoint == "https://cce.eu-de.otc.t-systems.com"
    assert ISSUED not in repr(identity)


def test_project_of_the_login_counts() -> None:
    with Server(login({"token": {}})) as server:
        assert identity_for(**BY_PASSWORD, project_id="p1", region="eu-de", auth_url=server.url).project_id == "p1"
    with Server(login({"token": {"project": {"id": "p2"}}})) as server:
        assert identity_for(**BY_PASSWORD, project_name="eu-de", auth_url=server.url).project_id == "p2"


DOMAIN_TOKEN = json.loads((FIXTURES / "token-domain.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<html>Please log in</html>", "the answer of IAM is no JSON object; check auth_url."),
        ("[]", "the answer of IAM is no JSON object; check auth_url."),
        ("null", "the answer of IAM is no JSON object; check auth_url."),
        (b"\xff\xfe{}", "the answer of IAM is no JSON object; check auth_url."),
        ("[" * 200_000, "the answer of IAM is no JSON object; check auth_url."),
        ('{"a":' * 100_000 + "}", "the answer of IAM is no JSON object; check auth_url."),
        ({}, "the answer of IAM holds no project; check project_name, or give project_id."),
        ({"token": None}, "the answer of IAM holds no project; check project_name, or give project_id."),
        (
            {"token": {"project": {"id": 5}}},
            "the answer of IAM holds no project; check project_name, or give project_id.",
        ),
        (DOMAIN_TOKEN, "the answer of IAM holds no project; check project_name, or give project_id."),
    ],
    ids=range(10),
)
def test_login_answers_that_cannot_be_used(body: t.Any, words: str) -> None:
    told = Told()
    with Server(login(body)) as server:
        error = refusal(told=told, **BY_PASSWORD, project_name="eu-de", auth_url=server.url, retries=3)
        assert len(server.requests) == 1
        assert error.url == f"{server.url}/v3/auth/tokens"
    assert str(error) == f"Could not log in to IAM: {words}"
    assert error.kind == "response"
    # whatever else is wrong, this token exists
    assert told.secrets == [ISSUED]


def test_login_without_a_token_in_the_answer() -> None:
    told = Told()
    with Server(answer(201, TOKEN_BODY)) as server:
        error = refusal(told=told, **BY_PASSWORD, project_name="eu-de", auth_url=server.url)
    assert str(error) == "Could not log in to IAM: the answer of IAM holds no token; check auth_url."
    # masking an empty text would mask everything
    assert told.secrets == []


@pytest.mark.parametrize("body", ["", "{", '{"token": {"project": {"id": "', '{"token": {"project": {}}'])
def test_login_answer_that_is_cut(body: str) -> None:
    told = Told()
    with Server(login(body), login()) as server:
        typed = {**BY_PASSWORD, "project_name": "eu-de", "auth_url": server.url}
        if body.endswith("}"):
            assert refusal(told=told, **typed, retries=1).kind == "response"
        else:
            assert identity_for(told, **typed, retries=1).project_id == PROJECT_ID
            assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (401, "authentication", "check username, password and user_domain_name, and give passcode if the user"),
        (403, "permission", "check that the user may call the API and belongs to the project."),
        (404, "not_found", "check auth_url."),
        (302, "response", "check auth_url."),
        (400, "response", "check auth_url."),
    ],
)
def test_login_refused(status: int, kind: str, advice: str) -> None:
    with Server(answer(status, {"error": {"message": "No.", "code": status, "title": "No"}})) as server:
        error = refusal(**BY_PASSWORD, project_name="eu-de", auth_url=server.url, retries=4)
        assert len(server.requests) == 1
    assert str(error).startswith("Could not log in to IAM: ")
    assert f"; {advice}" in str(error)
    assert error.kind == kind
    assert PASSWORD not in str(error) + str(error.as_dict())


# ---------------------------------------------------------------------------------------------------------------------
# endpoints


def entry(kind: t.Any, *endpoints: t.Any) -> dict[str, t.Any]:
    return {"type": kind, "name": "any", "endpoints": list(endpoints)}


def place(url: t.Any, region: t.Any = "eu-de", interface: t.Any = "public") -> dict[str, t.Any]:
    return {"url": url, "region": region, "region_id": region, "interface": interface}


PUBLIC = "https://cce.eu-de.otc.t-systems.com"

CATALOGS: dict[str, tuple[t.Any, str]] = {
    "newer type first": ([entry("cce", place("https://old")), entry("ccev2.0", place("https://new"))], "https://new"),
    "older type": ([entry("cce", place("https://old/api/v1")), entry("compute", place("https://x"))], "https://old"),
    "older type of this region": (
        [entry("cce", place("https://old")), entry("ccev2.0", place("https://new", "eu-nl"), place("https://y", "x"))],
        "https://old",
    ),
    "path and query dropped": ([entry("ccev2.0", place("https://a:8443/p/$(tenant_id)s?x=1"))], "https://a:8443"),
    "plain http": ([entry("ccev2.0", place("http://a"))], "http://a"),
    "region": (
        [entry("ccev2.0", place("https://nl", "eu-nl"), place("https://de"), place("https://ch", "eu-ch2"))],
        "https://de",
    ),
    "any region": ([entry("ccev2.0", place("https://nl", "eu-nl"), place("https://all", "*"))], "https://all"),
    "region by id only": ([entry("ccev2.0", {"url": "https://de", "region_id": "eu-de"})], "https://de"),
    "region by name only": ([entry("ccev2.0", {"url": "https://de", "region": "eu-de"})], "https://de"),
    "no region": ([entry("ccev2.0", {"url": "https://de"}, {"url": "https://x"})], PUBLIC),
    "internal": ([entry("ccev2.0", place("https://x", interface="internal"), place("https://de"))], "https://de"),
    "only internal": ([entry("ccev2.0", place("https://x", interface="admin"))], PUBLIC),
    "other region only": ([entry("ccev2.0", place("https://nl", "eu-nl"), place("https://ch", "eu-ch2"))], PUBLIC),
    "empty": ([], PUBLIC),
    "none": (None, PUBLIC),
    "an object": ({"type": "cce"}, PUBLIC),
    "entries of other types": ([None, 5, "cce", ["cce"], {"type": ["ccev2.0"]}, entry(None)], PUBLIC),
    "endpoints of other types": ([{"type": "cce", "endpoints": {"url": "https://x"}}], PUBLIC),
    "addresses of other types": (
        [entry("cce", None, "https://x", place(None), place(5), place(["https://x"]), place({}))],
        PUBLIC,
    ),
    "regions of other types": (
        [entry("cce", place("https://x", ["eu-de"]), place("https://y", {"eu-de": 1}), place("https://z", 5))],
        PUBLIC,
    ),
    "interfaces of other types": ([entry("cce", place("https://x", interface=["public"]))], PUBLIC),
    "addresses that are none": (
        [entry("cce", place("https://["), place("https://"), place("ftp://x"), place("x"), place(""), place("//x"))],
        PUBLIC,
    ),
}


@pytest.mark.parametrize(("catalog", "endpoint"), CATALOGS.values(), ids=CATALOGS)
def test_endpoint_from_the_catalog(catalog: t.Any, endpoint: str) -> None:
    body = {"token": {"project": {"id": "p1", "name": "eu-de_test"}, "catalog": catalog}}
    with Server(login(body)) as server:
        assert identity_for(**BY_PASSWORD, region="eu-de", project_id="p1", auth_url=server.url).endpoint == endpoint
        assert (
            identity_for(**BY_PASSWORD, endpoint="https://own/prefix/", project_id="p1", auth_url=server.url).endpoint
            == "https://own/prefix"
        )


@pytest.mark.parametrize(
    ("typed", "project", "catalog", "endpoint"),
    [
        # the region stands in the project's name, given or answered
        (
            {"project_name": "eu-nl_team"},
            {},
            [entry("cce", place("https://de"), place("https://nl", "eu-nl"))],
            "https://nl",
        ),
        (
            {"project_id": "p1"},
            {"name": "eu-nl"},
            [entry("cce", place("https://de"), place("https://nl", "eu-nl"))],
            "https://nl",
        ),
        # a region that is only presumed does not stand against the only address there is
        ({"project_name": "Keystone"}, {}, [entry("ccev2.0", place("https://a", "RegionOne"))], "https://a"),
        ({"project_id": "p1"}, {}, [entry("ccev2.0", place("https://a", "RegionOne"))], "https://a"),
        # the option beats the name
        ({"project_name": "eu-de", "region": "eu-nl"}, {"name": "eu-de"}, [], "https://cce.eu-nl.otc.t-systems.com"),
        ({"project_name": "eu-ch2_x"}, {}, None, "https://cce.eu-ch2.sc.otc.t-systems.com"),
    ],
)
def test_region_of_the_project(typed: dict[str, str], project: dict[str, str], catalog: t.Any, endpoint: str) -> None:
    body = {"token": {"project": {"id": "p1", **project}, "catalog": catalog}}
    with Server(login(body)) as server:
        assert identity_for(**BY_PASSWORD, **typed, auth_url=server.url).endpoint == endpoint


def test_no_region_is_no_match_for_no_region() -> None:
    catalog = [entry("cce", {"url": "https://x", "region": "eu-nl"}, {"url": "https://y", "region": "eu-de"})]
    with Server(login({"token": {"project": {"id": "p1"}, "catalog": catalog}})) as server:
        error = refusal(**BY_PASSWORD, project_id="p1", auth_url=server.url)
    assert str(error) == "No address of CCE is known: add endpoint, or region."
    assert error.kind == "option"


HOSTS = {
    "eu-de": ("iam.eu-de.otc.t-systems.com", "cce.eu-de.otc.t-systems.com"),
    "eu-nl": ("iam.eu-nl.otc.t-systems.com", "cce.eu-nl.otc.t-systems.com"),
    "eu-ch2": ("iam-pub.eu-ch2.sc.otc.t-systems.com", "cce.eu-ch2.sc.otc.t-systems.com"),
    "eu-west-101": ("iam.eu-west-101.myhuaweicloud.eu", "cce.eu-west-101.myhuaweicloud.eu"),
    "cn-north-4": ("iam.cn-north-4.myhuaweicloud.com", "cce.cn-north-4.myhuaweicloud.com"),
    "ap-southeast-1": ("iam.ap-southeast-1.myhuaweicloud.com", "cce.ap-southeast-1.myhuaweicloud.com"),
}


@pytest.mark.parametrize("region", HOSTS)
@pytest.mark.parametrize("given", ["region", "project_name"])
def test_public_hosts(region: str, given: str) -> None:
    iam, cce = HOSTS[region]
    names = {"region": region, "project_name": "any"} if given == "region" else {"project_name": f"{region}_team"}
    assert identity_for(**BY_TOKEN, region=region, project_id="p1").endpoint == f"https://{cce}"
    # a proxy sees whom a call is meant for, and lets nothing through
    with Server(answer(403, "")) as proxy:
        for credential in (BY_PASSWORD, BY_TOKEN, BY_KEY):
            refusal(**credential, **names, proxy=proxy.url)
        assert [request.target for request in proxy.requests] == [f"{iam}:443"] * 3


@pytest.mark.parametrize("region", ["eu-dee", "EU-DE", "eu-west-102", "de", "cn", "cn-north-4.evil.example", "eu-de/x"])
def test_unknown_regions(region: str) -> None:
    with Server() as server:
        for credential in (BY_TOKEN, BY_KEY):
            error = refusal(**credential, region=region, project_name="x", auth_url=server.url)
            assert str(error) == f"The region {region} is not known: correct region, or add endpoint."
            assert error.kind == "option"
        error = refusal(**BY_PASSWORD, region=region, project_name="x", endpoint=server.url)
        assert str(error) == f"The region {region} is not known: correct region, or add auth_url."
        assert server.requests == []


# ---------------------------------------------------------------------------------------------------------------------
# projects by name


@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY], ids=["token", "key", "session key"])
def test_no_call_of_iam_with_a_project_id(credential: dict[str, str]) -> None:
    with Server() as server:
        identity = identity_for(**credential, project_id="p1", endpoint="https://x", auth_url=server.url)
        assert server.accepted == 0
    assert (identity.project_id, identity.endpoint, identity.renewable) == ("p1", "https://x", False)
    shown = repr(identity) + repr(identity.auth)
    assert not [secret for secret in (TOKEN, SECRET_KEY, SECURITY_TOKEN) if secret in shown]


def projects(*found: t.Any) -> bytes:
    return answer(200, {"projects": list(found), "links": {}})


@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY], ids=["token", "key", "session key"])
def test_project_by_name(credential: dict[str, str]) -> None:
    name = "eu-de_team & söhne"
    with Server(projects({"id": "other", "name": "eu-de"}, {"id": "p1", "name": name}, None, {"name": name})) as server:
        identity = identity_for(**credential, project_name=name, auth_url=server.url, user_domain_id="d1")
        [request] = server.requests
    assert identity.project_id == "p1"
    assert request.method == "GET"
    path, query = request.target.split("?")
    assert (path, urllib.parse.parse_qs(query)) == ("/v3/projects", {"name": [name]})
    if credential is BY_TOKEN:
        assert request.headers["x-auth-token"] == TOKEN
    else:
        assert request.headers["x-domain-id"] == "d1"
        assert "x-domain-id" in check_signature(request)


@pytest.mark.parametrize(
    ("answered", "words"),
    [
        (projects(), "no project has that name"),
        (projects({"id": "p1", "name": "eu-de"}), "no project has that name"),
        (projects({"id": 5, "name": "eu-de_x"}), "no project has that name"),
        (answer(200, {"projects": None}), "no project has that name"),
        (answer(200, {"projects": {"id": "p1", "name": "eu-de_x"}}), "no project has that name"),
        (projects({"id": "p1", "name": "eu-de_x"}, {"id": "p2", "name": "eu-de_x"}), "2 projects have that name"),
    ],
    ids=range(6),
)
def test_projects_that_do_not_fit(answered: bytes, words: str) -> None:
    with Server(answered) as server:
        error = refusal(**BY_TOKEN, project_name="eu-de_x", auth_url=server.url)
    assert str(error) == (f"Could not look up the project eu-de_x: {words}; check project_name, or give project_id.")
    assert error.kind == "option"


def test_published_answer() -> None:
    body = (FIXTURES / "projects.json").read_bytes()
    with Server(answer(200, body)) as server:
        identity = identity_for(**BY_TOKEN, project_name="region_name", auth_url=server.url, endpoint="https://x")
    assert identity.project_id == "e86737682ab64b2490c48f08bcc41914"


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY], ids=["token", "key"])
def test_look_up_refused(credential: dict[str, str], status: int) -> None:
    advice = {
        401: "check the credentials: a token expires, and a key needs the right signature",
        403: "give project_id instead, or let the user list projects",
        404: "check auth_url",
    }
    with Server(answer(status, "")) as server:
        error = refusal(**credential, project_name="eu-de_x", auth_url=server.url, retries=4)
        assert len(server.requests) == 1
        assert error.url == server.url + "/v3/projects"
    assert str(error).endswith(f"; {advice[status]}.")


# ---------------------------------------------------------------------------------------------------------------------
# signatures


def check_signature(request: Request, secret_key: str = SECRET_KEY) -> set[str]:
    """The names of the signed headers; fails when the signature is not that of the bytes that arrived."""
    headers = request.headers
    match = re.fullmatch(
        r"SDK-HMAC-SHA256 (?:Access=([^,]+)|Credential=([^/]+)/([^,]+)), "
        r"SignedHeaders=([^,]+), Signature=([0-9a-f]{64})",
        headers["authorization"],
    )
    assert match
    access, credential, scope, names, signature = match.groups()
    assert (access or credential) == ACCESS_KEY
    assert names.split(";") == sorted(names.split(";"))
    path, _mark, query = re.sub("^https?://[^/]+", "", request.target).partition("?")

    def encoded(text: str) -> str:
        return urllib.parse.quote(urllib.parse.unquote(text), safe="-_.~")

    pairs = [(encoded(key), encoded(value)) for key, _sign, value in (p.partition("=") for p in query.split("&") if p)]
    canonical = [
        request.method,
        "/".join(map(encoded, path.split("/"))).rstrip("/") + "/",
        "&".join(f"{key}={value}" for key, value in sorted(pairs)),
        *(f"{name}:{headers[name]}" for name in names.split(";")),
        "",
        names,
        hashlib.sha256(request.body).hexdigest(),
    ]
    digest = hashlib.sha256("\n".join(canonical).encode()).hexdigest()
    moment = headers["x-sdk-date"]
    if scope is None:
        key, lines = secret_key.encode(), [moment, digest]
    else:
        assert scope == f"{moment[:8]}///sdk_request"
        key, lines = b"SDK" + secret_key.encode(), [moment, scope, digest]
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), "sha256").digest()
    text = "\n".join(["SDK-HMAC-SHA256", *lines])
    assert hmac.new(key, text.encode(), "sha256").hexdigest() == signature
    return set(names.split(";"))


def signed_request(url: str, procedure: str = "scope", proxy: str | None = None, **more: t.Any) -> None:
    credential = AccessKeyCredential(ACCESS_KEY, SECRET_KEY, SECURITY_TOKEN, procedure)
    auth = SignatureAuth(credential, {"X-Project-Id": "p1"})
    client = Client(verify=True, proxy=proxy, timeout=10, retries=0, agent="tests", report=Told().report)
    call = Call("list", url, auth, headers={"Content-Type": "application/json"}, **more)
    client.send(call, lambda chunks, headers: b"".join(chunks))
    client.close()


@pytest.mark.parametrize("procedure", ["scope", "access"])
@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:PORT/api/v2/projects/p1/jobs", "127.0.0.1:PORT"),
        ("http://localhost:PORT/jobs", "localhost:PORT"),
        ("http://LocalHost:PORT/jobs", "localhost:PORT"),
        ("http://[::1]:PORT/jobs", "[::1]:PORT"),
        # these go through a proxy
        ("http://cce.example.test/jobs", "cce.example.test"),
        ("http://CCE.Example.TEST/jobs", "cce.example.test"),
        ("http://cce.example.test:80/jobs", "cce.example.test"),
        ("http://cce.example.test:443/jobs", "cce.example.test:443"),
        ("http://cce.example.test:8080/jobs", "cce.example.test:8080"),
        ("http://[2001:DB8::1]/jobs", "[2001:db8::1]"),
    ],
)
def test_signed_host_is_the_one_sent(url: str, host: str, procedure: str) -> None:
    here = "PORT" in url
    with Server(host="::1" if "::1]:PORT" in url else "127.0.0.1") as server:
        port = str(server.port)
        signed_request(url.replace("PORT", port), procedure, proxy=None if here else server.url)
        [request] = server.requests
        assert [value for name, value in request.header_list if name == "host"] == [host.replace("PORT", port)]
    signed = check_signature(request)
    assert signed == {"content-type", "host", "x-project-id", "x-sdk-date", "x-security-token"}
    assert (request.headers["x-project-id"], request.headers["x-security-token"]) == ("p1", SECURITY_TOKEN)


@pytest.mark.parametrize("procedure", ["scope", "access"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/jobs",
        "/jobs/",
        "/prefix%20of/j%C3%BCbs",
        "/prefix of/jübs",
        "/a+b/c:d@e/~f!$&'()*,;=",
        "/jobs?name=eu-de_x&b=2&a=1&a=0&empty=&flag",
        "/jobs?name=s%C3%B6hne+%26+co&x=a%2Fb&y=%7E",
        "/jobs?name=söhne",
    ],
)
def test_signed_path_is_the_one_sent(path: str, procedure: str) -> None:
    with Server() as server:
        if "+" in path.partition("?")[2]:
            # a plus is a blank to the one who encoded it here, and to the gateway
            signed_request(server.url + path.replace("+", "%20"), procedure)
        else:
            signed_request(server.url + path, procedure)
        check_signature(server.requests[0])


@pytest.mark.parametrize("procedure", ["scope", "access"])
def test_signed_body_is_the_one_sent(procedure: str) -> None:
    with Server() as server:
        signed_request(server.url, procedure, method="POST", json={"name": "ü"})
        assert server.requests[0].json == {"name": "ü"}
        check_signature(server.requests[0])


def test_a_second_try_is_signed_anew() -> None:
    with Server(answer(503, "", Retry_After="1.1"), answer()) as server:
        request = read_request(
            MODULE, {**BY_KEY, "project_id": "p1", "endpoint": server.url, "retries": 1}, {}, environment={}
        )
        find_jobs(request, "tests", Told().report)
        first, second = server.requests
    check_signature(first)
    check_signature(second)
    assert first.headers["x-sdk-date"] < second.headers["x-sdk-date"]


# ---------------------------------------------------------------------------------------------------------------------
# all together


def jobs(told: Told | None = None, **typed: t.Any) -> t.Any:
    request = read_request(MODULE, {"timeout": 10, "retries": 4, **typed}, {}, environment={})
    return find_jobs(request, "tests", (told or Told()).report)


def refused_token() -> bytes:
    return answer(401, {"error_code": "APIGW.0307", "error_msg": "The token must be updated", "request_id": "1"})


def test_login_is_renewed_once() -> None:
    told = Told()
    with Server(login(), refused_token(), login(token="second-token"), answer()) as server:
        found = jobs(told, **BY_PASSWORD, project_name="eu-de_test", auth_url=server.url, endpoint=server.url)
        assert [request.method for request in server.requests] == ["POST", "GET", "POST", "GET"]
        assert [server.requests[place].headers["x-auth-token"] for place in (1, 3)] == [ISSUED, "second-token"]
        # all of it over one connection
        assert server.accepted == 1
    assert (found.jobs, found.project_id) == ([], PROJECT_ID)
    assert told.notes == ["The token was refused: logging in once more."]
    assert told.secrets == [PASSWORD, ISSUED, "second-token"]
    assert told.warnings == []


def test_login_is_not_renewed_twice() -> None:
    with Server(login(), refused_token(), login(), refused_token(), login(), answer()) as server:
        with pytest.raises(CceError) as caught:
            jobs(**BY_PASSWORD, project_name="eu-de_test", auth_url=server.url, endpoint=server.url)
        assert len(server.requests) == 4
    assert (caught.value.kind, caught.value.code) == ("authentication", "APIGW.0307")


def test_login_that_fails_the_second_time() -> None:
    with Server(login(), refused_token(), answer(401, "")) as server:
        with pytest.raises(CceError) as caught:
            jobs(**BY_PASSWORD, project_name="eu-de_test", auth_url=server.url, endpoint=server.url)
        assert len(server.requests) == 3
    assert str(caught.value).startswith("Could not log in to IAM: ")


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY], ids=["token", "key", "session key"])
def test_nothing_is_sent_twice_with_what_was_refused(credential: dict[str, str], status: int) -> None:
    with Server(answer(status, {"error_code": "APIGW.0301", "error_msg": "No."})) as server:
        with pytest.raises(CceError) as caught:
            jobs(**credential, project_id="p1", endpoint=server.url, auth_url=server.url)
        assert len(server.requests) == 1
    assert caught.value.http_status == status


@pytest.mark.parametrize("variable", ["HOME", "NETRC"])
@pytest.mark.parametrize(
    "credential", [BY_TOKEN, BY_KEY, BY_SESSION_KEY, BY_PASSWORD], ids=["token", "key", "session key", "password"]
)
def test_netrc_is_never_used(
    credential: dict[str, str], variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1\nlogin user\npassword from-netrc\n")
    monkeypatch.setenv(variable, str(tmp_path if variable == "HOME" else netrc))
    first = login() if credential is BY_PASSWORD else projects({"id": "p1", "name": "eu-de_x"})
    with Server(first, answer()) as server:
        jobs(**credential, project_name="eu-de_x", auth_url=server.url, endpoint=server.url)
        assert len(server.requests) == 2
        for request in server.requests:
            assert not request.headers.get("authorization", "").startswith("Basic")
            if "access_key" in credential:
                check_signature(request)


def test_redirects_carry_nothing_away() -> None:
    for credential in (BY_TOKEN, BY_SESSION_KEY, BY_PASSWORD):
        with Server() as target, Server(answer(307, "", Location=target.url)) as server:
            with pytest.raises(CceError) as caught:
                jobs(**credential, project_name="eu-de_x", auth_url=server.url, endpoint=server.url)
            assert (len(server.requests), target.accepted) == (1, 0)
        assert caught.value.kind == "response"


def test_words_of_the_cloud_do_not_give_secrets_away() -> None:
    secrets = (TOKEN, SECRET_KEY, SECURITY_TOKEN, PASSWORD, PASSCODE, ISSUED)
    body = {"error_code": ISSUED, "error_msg": " / ".join(secrets), "request_id": TOKEN}
    for credential in (BY_TOKEN, BY_SESSION_KEY, {**BY_PASSWORD, "passcode": PASSCODE}):
        told = Told()
        with Server(login(), answer(503, body, Retry_After="0.01"), answer(403, body)) as server:
            if "password" not in credential:
                server.answers = server.answers[1:]
            with pytest.raises(CceError) as caught:
                jobs(told, **credential, project_id="p1", auth_url=server.url, endpoint=server.url)
            assert "********" in str(caught.value)
            assert len(told.notes) == 1
            said = str(caught.value) + str(caught.value.as_dict()) + str(told.notes) + str(told.warnings)
            sent = {*credential.values()} & {*secrets}
            assert not [secret for secret in (*sent, *told.secrets) if secret in said]
            # what is as short as a passcode would be masked in the midst of times and names
            assert sent - {PASSCODE} <= {*told.secrets}
            assert PASSCODE not in told.secrets
