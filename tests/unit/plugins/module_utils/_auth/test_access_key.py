# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signatures as they arrive at a server."""

from __future__ import annotations

import contextlib
import email.utils
import time
import typing as t
from datetime import datetime, timedelta, timezone

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.access_key import SignatureAuth
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.call import Call
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import Client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import AccessKeyCredential
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    ACCESS_KEY,
    BY_KEY,
    BY_SESSION_KEY,
    SECRET_KEY,
    SECURITY_TOKEN,
    check_signature,
    identity_for,
    refusal,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
)


def signed_request(
    url: str,
    procedure: str = "scope",
    proxy: str | None = None,
    auth: t.Any = None,
    refused: bool = False,
    **more: t.Any,
) -> None:
    credential = AccessKeyCredential(ACCESS_KEY, SECRET_KEY, SECURITY_TOKEN, procedure)
    auth = auth or SignatureAuth(credential, {"X-Project-Id": "p1"}, issued=False)
    client = Client(verify=True, proxy=proxy, retries=0, agent="tests", report=RecordedReport().report)
    call = Call("list", url, auth, headers={"Content-Type": "application/json"}, **more)
    with pytest.raises(CceError) if refused else contextlib.nullcontext():
        client.fetch(call, b"".join, Deadline(10))
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
def test_signed_host_is_the_one_that_is_sent(url: str, host: str, procedure: str) -> None:
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
            # requests and the gateway read a plus sign as a space
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


def test_retries_are_signed_again() -> None:
    with Server(response(503, "", Retry_After="1.1"), response()) as server:
        request = read_request(
            MODULE, {**BY_KEY, "project_id": "p1", "endpoint": server.url, "retries": 1}, {}, environment={}
        )
        find_jobs(request, "tests", RecordedReport().report)
        first, second = server.requests
    check_signature(first)
    check_signature(second)
    assert first.headers["x-sdk-date"] < second.headers["x-sdk-date"]


def http_date(seconds: float) -> str:
    """The time that many seconds from now, as in the header Date."""
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("ahead", "figure"),
    [
        (1200, "20 min behind"),
        (-1200, "20 min ahead of"),
        (-930, "16 min ahead of"),
        (86400, "24 h behind"),
        (-90000, "25 h ahead of"),
        (5400, "90 min behind"),
        (7200, "2 h behind"),
        (360000, "100 h behind"),
    ],
)
@pytest.mark.parametrize("call", ["look-up", "jobs"])
def test_clock_that_is_wrong(ahead: float, figure: str, call: str) -> None:
    body = {"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information: x-sdk-date expired"}
    with Server(response(401, body, Date=http_date(ahead))) as server:
        if call == "look-up":
            error = refusal(**BY_KEY, project_name="eu-de_x", auth_url=server.url)
            advice = str(error)
        else:
            identity = identity_for(**BY_KEY, project_id="p1", endpoint=server.url)
            signed_request(server.url, auth=identity.auth, refused=True)
            advice = identity.advice["authentication"]
        assert figure in advice
        assert server.host in advice.partition(figure)[2]
    assert "secret_key" not in advice


@pytest.mark.parametrize("date", [0, 870, -800, "", "yesterday", "Thu, 99 Foo", f"Thu, 01 Jan {'9' * 30} 00:00:00 GMT"])
@pytest.mark.parametrize("credential", [BY_KEY, BY_SESSION_KEY], ids=["key", "session key"])
def test_refused_signature(credential: dict[str, str], date: float | str) -> None:
    header = date if isinstance(date, str) else http_date(date)
    with Server(response(401, {"error_code": "APIGW.0301"}, Date=header)) as server:
        error = refusal(**credential, project_name="eu-de_x", auth_url=server.url)
    advised = ["access_key", "secret_key", "signature", "clock", *({*credential} & {"security_token"})]
    assert [word for word in advised if word not in str(error)] == []
    assert ("security_token" in str(error)) == ("security_token" in credential)


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=2)), timezone(timedelta(hours=-5))])
def test_time_zone_of_the_server_does_not_matter(zone: timezone | None) -> None:
    # without a zone, email.utils writes -0000
    header = email.utils.format_datetime(datetime.now(zone)) if zone else email.utils.formatdate(time.time())
    with Server(response(401, {"error_code": "APIGW.0301"}, Date=header)) as server:
        error = refusal(**BY_KEY, project_name="eu-de_x", auth_url=server.url)
    assert "secret_key" in str(error)


@pytest.mark.parametrize(("port", "host"), [(":443", ""), (":80", ":80"), ("", "")])
def test_default_port_of_https_is_not_signed(port: str, host: str) -> None:
    requests = pytest.importorskip("requests")
    auth = SignatureAuth(AccessKeyCredential(ACCESS_KEY, SECRET_KEY, None, "scope"), {}, issued=False)
    request = requests.Request("GET", f"https://cce.example.test{port}/jobs", auth=auth).prepare()
    assert request.headers["Host"] == f"cce.example.test{host}"


def test_clock_matters_only_after_a_refusal() -> None:
    with Server(response(403, {}, Date=http_date(1200))) as server:
        error = refusal(**BY_KEY, project_name="eu-de_x", auth_url=server.url)
        identity = identity_for(**BY_KEY, project_id="p1", endpoint=server.url)
        signed_request(server.url, auth=identity.auth, refused=True)
    assert "clock" not in str(error)
    assert "secret_key" in identity.advice["authentication"]
