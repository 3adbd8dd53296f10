# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that repeats secrets: nothing of them is in a result, whichever way a plugin runs."""

from __future__ import annotations

import base64
import json
import typing as t
from urllib.parse import quote

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    BY_PASSWORD,
    ISSUED,
    PROJECT_ID,
    login,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import Server, response

Run = t.Callable[..., dict[str, t.Any]]
SECRET = 'Kq&X9-<very>"secret"-Zw4'
WAYS = ("run_action", "run_module")


def refused(simulator: t.Any, run: Run, message: str) -> dict[str, t.Any]:
    """The result when IAM responds with this message."""
    body = json.dumps({"error": {"code": 401, "message": message}})
    fault = {"path": "/v3/auth/tokens", "method": "POST", "status": 401, "body": body}
    simulator.control("POST", "/faults", fault)
    return run({**simulator.access("username", "domain_name"), "password": SECRET, "retries": 0})


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("offset", [0, 470, 490])
def test_password_at_the_cut(request: pytest.FixtureRequest, simulator: t.Any, way: str, offset: int) -> None:
    result = refused(simulator, request.getfixturevalue(way), f"{'p' * offset} {SECRET} wrong")
    assert result["error"]["kind"] == "authentication"
    assert "Kq" not in json.dumps(result)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("offset", [0, 470, 490])
def test_token_at_the_cut_of_a_failure_with_status_200(
    request: pytest.FixtureRequest, simulator: t.Any, way: str, offset: int
) -> None:
    token = "Kq-the-secret-token-Zw"
    body = json.dumps({"error_code": "APIGW.0101", "error_msg": f"{'p' * offset} {token} wrong"})
    simulator.control("POST", "/faults", {"path": ".*/jobs", "status": 200, "body": body})
    result = request.getfixturevalue(way)({**simulator.access(), "token": token, "retries": 0})
    assert result["error"]["kind"] == "response"
    assert "Kq" not in json.dumps(result)


@pytest.mark.parametrize("way", [*WAYS, "run_lookup"])
def test_token_of_a_login(request: pytest.FixtureRequest, way: str) -> None:
    run = request.getfixturevalue(way)
    with Server(login(), response(400, {"message": f"no {ISSUED} here"})) as server:
        options = {**BY_PASSWORD, "auth_url": server.url, "endpoint": server.url, "project_id": PROJECT_ID}
        if way == "run_lookup":
            with pytest.raises(AnsibleLookupError) as caught:
                run(**options)
            shown = str(caught.value)
        else:
            shown = json.dumps(run(options))
    assert "no ******** here" in shown
    assert ISSUED not in shown


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "written",
    [
        "Kq&amp;X9-&lt;very&gt;&quot;secret&quot;-Zw4",
        "Kq%26X9-%3cvery%3e%22secret%22-Zw4",
        r"Kq\u0026X9-<very>\"secret\"-Zw4",
        base64.b64encode(f"sammy:{SECRET}".encode()).decode(),
    ],
)
def test_escaped_password(request: pytest.FixtureRequest, simulator: t.Any, way: str, written: str) -> None:
    result = refused(simulator, request.getfixturevalue(way), f"no {written} here")
    assert result["error"]["message"] == "no ******** here"
    assert written not in json.dumps(result)


@pytest.mark.parametrize("way", WAYS)
def test_password_of_a_proxy_in_the_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    header = base64.b64encode(f"sammy:{SECRET}".encode()).decode()
    # this server is the proxy, too
    with Server(response(400, {"message": f"Proxy-Authorization: Basic {header}"})) as server:
        monkeypatch.setenv("http_proxy", f"http://sammy:{quote(SECRET, safe='')}@{server.host}")
        monkeypatch.setenv("no_proxy", "")
        options = {"endpoint": "http://127.0.0.2:1", "project_id": "abc", "token": "t" * 20}
        result = request.getfixturevalue(way)(options)
    assert header.encode() in server.requests[0].raw
    assert result["error"]["message"] == "Proxy-Authorization: Basic ********"


def echoing_jobs(simulator: t.Any, secret: str) -> None:
    simulator.control(
        "PUT",
        "/jobs",
        [
            {
                "metadata": {"uid": "a", "creationTimestamp": "2026-01-02T03:04:05Z"},
                "spec": {"type": "CreateNode", "extendparam": {secret: secret, "more": [{f"x {secret}": 1}]}},
                "status": {"status": "Failed", "reason": f"by {secret}"},
            }
        ],
    )


@pytest.mark.parametrize("way", WAYS)
def test_jobs_that_repeat_a_token(request: pytest.FixtureRequest, simulator: t.Any, way: str) -> None:
    token = simulator.ready["token"]
    echoing_jobs(simulator, token)
    result = request.getfixturevalue(way)(simulator.access())
    [job] = result["jobs"]
    assert job["extend_param"] == {"********": "********", "more": [{"x ********": 1}]}
    assert job["reason"] == job["root_cause"]["reason"] == "by ********"
    assert token not in json.dumps(result)


def test_jobs_of_a_lookup_that_repeat_a_token(run_lookup: Run, simulator: t.Any) -> None:
    echoing_jobs(simulator, simulator.ready["token"])
    [job] = run_lookup(**simulator.access())
    assert job["extend_param"] == {"********": "********", "more": [{"x ********": 1}]}
    assert job["reason"] == "by ********"


@pytest.mark.parametrize("way", [*WAYS, "run_lookup"])
@pytest.mark.parametrize("option", ["created_after", "limit", "endpoint", "region", "subjobs", "finished", "status"])
@pytest.mark.parametrize("offset", [0, 30, 45])
@pytest.mark.parametrize("place", ["option", "environment"])
def test_secret_in_the_value_of_another_option(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, way: str, option: str, offset: int, place: str
) -> None:
    """It is masked, also where the value is cut."""
    token = "Kq-the-secret-token-Zw"
    value: t.Any = f"{'x' * offset}{token}{'y' * 30}"
    options = {"project_id": "p", option: [{"x": value}] if option == "status" else value}
    if place == "option":
        options["token"] = token
    else:
        monkeypatch.setenv("OS_TOKEN", token)
    if way == "run_lookup":
        with pytest.raises(AnsibleLookupError) as caught:
            request.getfixturevalue(way)(**options)
        shown = str(caught.value)
    else:
        result = request.getfixturevalue(way)(options)
        assert result["error"]["kind"] == "option"
        shown = result["msg"]
    assert option in shown
    assert "Kq" not in shown


RESERVED = ["__ansible_type", "__ansible_vault", "__ansible_unsafe", "__ansible_anything"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", RESERVED)
def test_keys_that_ansible_reserves(request: pytest.FixtureRequest, simulator: t.Any, way: str, name: str) -> None:
    echoing_jobs(simulator, name)
    result = request.getfixturevalue(way)(simulator.access())
    [job] = result["jobs"]
    key = "\ufffd" + name[1:]
    assert job["extend_param"] == {key: name, "more": [{f"x {name}": 1}]}
    assert received(result) == result


def received(result: t.Any) -> t.Any:
    """The result as the controller reads what a module prints."""
    try:
        from ansible.module_utils.common.json import Direction, get_module_decoder
    except ImportError:
        # before ansible-core 2.19, where any JSON is read as it is
        return result
    decoder = get_module_decoder("legacy", Direction.MODULE_TO_CONTROLLER)
    return json.loads(json.dumps(result), cls=decoder)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("password", ["e", "a", "Success", "CreateNode"])
def test_short_and_ordinary_secrets_do_not_damage_results(
    request: pytest.FixtureRequest, way: str, password: str
) -> None:
    raw = {
        "metadata": {"uid": "eaea-1"},
        "spec": {"type": "CreateNode", "resourcename": "a-e", "extendparam": {"e": "a"}},
        "status": {"status": "Success", "reason": "a node"},
    }
    # this server is the proxy, too
    with Server(response(200, [raw])) as server:
        proxy = f"http://sammy:{password}@{server.host}"
        options = {"endpoint": "http://127.0.0.1:1", "project_id": "abc", "token": "t" * 20, "proxy": proxy}
        result = request.getfixturevalue(way)(options)
    [job] = result["jobs"]
    assert (job["id"], job["type"], job["status"]) == ("eaea-1", "CreateNode", "Success")
    assert (job["resource_name"], job["reason"], job["extend_param"]) == ("a-e", "a node", {"e": "a"})
    assert result["summary"]["by_type"] == {"CreateNode": 1}
    assert result["invocation"]["module_args"]["proxy"] == f"http://sammy:********@{server.host}"
