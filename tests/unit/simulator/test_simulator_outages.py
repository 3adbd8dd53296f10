# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Outages: which requests a fault rule is for, for how many of them and how long, and named replies."""

from __future__ import annotations

import http.client
import json
import time

import pytest

NO_SUCH_API = "APIGW.0101"


def statuses(client, count: int) -> list[int]:
    return [client.get(client.jobs_path).status for _number in range(count)]


def test_outage_from_the_third_list_on_for_four_lists(client) -> None:
    client.fault(call="list", after=2, times=4, reply="unavailable")
    assert statuses(client, 8) == [200, 200, 503, 503, 503, 503, 200, 200]


def test_outage_from_the_third_list_on_for_eight_seconds(client) -> None:
    client.fault(call="list", after=2, seconds=8, reply="bad_gateway")
    assert statuses(client, 2) == [200, 200]
    client.advance(60)
    assert statuses(client, 5) == [502] * 5
    client.advance(7.9)
    assert statuses(client, 1) == [502]
    client.advance(0.1)
    assert statuses(client, 3) == [200] * 3


def test_outage_by_the_clock_alone(client) -> None:
    client.fault(call="list", after_seconds=10, seconds=5, status=500)
    seen = []
    for _step in range(6):
        seen += statuses(client, 1)
        client.advance(3)
    assert seen == [200, 200, 200, 200, 500, 200]


def test_outage_after_a_number_of_lists_and_seconds(client) -> None:
    client.fault(call="list", after=1, after_seconds=10, times=2, status=500)
    assert statuses(client, 3) == [200] * 3
    client.advance(10)
    assert statuses(client, 3) == [500, 500, 200]
    client.fault(call="list", after=1, after_seconds=10, times=2, status=500)
    client.advance(20)
    assert statuses(client, 4) == [200, 500, 500, 200]


def test_outage_ends_with_the_first_limit(client) -> None:
    client.fault(call="list", times=2, seconds=8, status=500)
    assert statuses(client, 3) == [500, 500, 200]
    client.fault(call="list", times=3, seconds=8, status=500)
    assert statuses(client, 1) == [500]
    client.advance(8)
    assert statuses(client, 1) == [200]


def test_outages_follow_each_other(client) -> None:
    client.fault(call="list", after=1, times=1, reply="throttled")
    client.fault(call="list", after=2, times=2, reply="html")
    client.fault(call="list", after=2, reply="no_such_api")
    responses = [client.get(client.jobs_path) for _number in range(7)]
    assert [response.status for response in responses] == [200, 429, 200, 200, 200, 404, 200]
    assert [response.headers["Content-Type"] == "text/html" for response in responses[2:5]] == [False, True, True]


def requests_of_each_call(client) -> dict[str, int]:
    """Send one request of each call; return their statuses."""
    paths = {
        "list": client.jobs_path,
        "one_job": client.jobs_path + "/" + client.ready["some_job"],
        "clusters": f"/api/v3/projects/{client.ready['project_id']}/clusters",
        "catalog": "/v3/auth/catalog",
        "projects": "/v3/auth/projects",
    }
    found = {call: client.get(path).status for call, path in paths.items()}
    return {**found, "login": client.login(scope=client.project_scope(), **client.user()).status}


@pytest.mark.parametrize("call", ["list", "one_job", "clusters", "catalog", "projects", "login"])
def test_outage_of_one_call(client, call: str) -> None:
    client.ready = {**client.ready, "some_job": client.jobs()[0]["metadata"]["uid"]}
    healthy = requests_of_each_call(client)
    assert set(healthy.values()) == {200, 201}
    client.fault(call=call, times=None, reply="unavailable")
    assert requests_of_each_call(client) == {**healthy, call: 503}
    token = client.ready["token"]
    inspected = client.send("GET", "/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token})
    assert inspected.status == 200, "the same path as a login"


def test_call_under_a_prefix_and_with_a_query(start) -> None:
    client = start("--prefix", "/gateway")
    client.fault(call="list", times=2, status=500)
    paths = ("/gateway" + client.jobs_path, client.jobs_path + "?a=b", client.jobs_path)
    assert [client.get(path).status for path in paths] == [500, 500, 200]


def test_outage_of_one_region(client) -> None:
    second = client.region("eu-nl")
    client.fault(call="list", region="eu-nl", reply="unavailable")
    assert statuses(client, 1) == [200]
    assert statuses(second, 2) == [503, 200]


REFUSALS = {
    "bad_request": (400, "errorCode", "CCE.01400001"),
    "not_found": (404, "errorCode", "CCE.01404001"),
    "forbidden": (403, "errorCode", "CCE.01403001"),
    "no_such_api": (404, "error_code", NO_SUCH_API),
    "throttled": (429, "error_code", "APIGW.0308"),
    "token_expired": (401, "error_code", "APIGW.0307"),
    "error_with_200": (200, "error_code", "CCE_CM.0410"),
    "login_refused": (
        401,
        "error",
        {"message": "The username or password is wrong.", "code": 401, "title": "Unauthorized"},
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_of_one_job(client, name: str) -> None:
    uid = client.jobs()[0]["metadata"]["uid"]
    client.fault(call="one_job", times=None, reply=name)
    response = client.job(uid)
    status, member, value = REFUSALS[name]
    assert (response.status, response.json[member]) == (status, value)
    assert uid in client.job_ids()
    paths = [entry["path"] for entry in client.log()["requests"] if entry["fault"]]
    assert paths == [f"{client.jobs_path}/{uid}"]


def test_other_responses(client) -> None:
    uid = client.jobs()[0]["metadata"]["uid"]
    client.fault(call="one_job", reply="other_job")
    other = client.job(uid).json
    assert other["kind"] == "Job" and other["metadata"]["uid"] not in {uid, *client.job_ids()}
    client.fault(call="list", reply="empty_list")
    assert client.jobs() == []
    client.fault(call="list", reply="error_with_200")
    assert client.jobs()["items"] == []
    for name, status in (("html", 200), ("bad_gateway", 502), ("unavailable", 503)):
        client.fault(call="list", reply=name)
        response = client.get(client.jobs_path)
        assert (response.status, response.body[:6]) == (status, b"<html>")


def test_gateway_error_has_the_request_id_and_headers_of_the_rule(client) -> None:
    client.fault(call="list", reply="throttled")
    response = client.get(client.jobs_path)
    assert response.json["request_id"] == response.headers["X-Request-Id"]
    assert float(response.headers["Retry-After"]) > 0
    client.fault(call="list", reply="throttled", headers={"Retry-After": "56.818"})
    assert client.get(client.jobs_path).headers["Retry-After"] == "56.818"


def test_reply_can_be_delayed_and_truncated(client) -> None:
    client.fault(call="list", reply="error_with_200", delay=0.2, truncate=5)
    started = time.monotonic()
    with pytest.raises(http.client.IncompleteRead):
        client.get(client.jobs_path)
    assert time.monotonic() - started >= 0.2


def test_refused_connections(client) -> None:
    kept = client.region("eu-de")
    assert statuses(kept, 1) == [200]
    client.fault(call="list", after=1, refuse=3)
    assert statuses(client, 1) == [200]
    started = time.monotonic()
    with pytest.raises(ConnectionResetError):
        client.get(client.jobs_path)
    client.connection.close()
    with pytest.raises(ConnectionRefusedError):
        client.get(client.jobs_path)
    with pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        kept.get(client.jobs_path)
    assert statuses(client.region("eu-nl"), 1) == [200]
    log = client.region("eu-nl").log()["requests"]
    assert [entry["status"] for entry in log] == [200, 200, None, None, 200]
    while True:
        client.connection.close()
        try:
            assert statuses(client, 1) == [200]
            break
        except ConnectionRefusedError:
            assert time.monotonic() - started < 60
    assert time.monotonic() - started >= 3
    assert client.connection.port == int(client.ready["url"].rpartition(":")[2])


def test_stopping_while_connections_are_refused(start) -> None:
    client = start()
    client.fault(call="list", refuse=60)
    with pytest.raises(ConnectionResetError):
        client.get(client.jobs_path)
    # the fixture stops the server, which must not take the minute


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ({"call": "lists"}, "list, one_job"),
        ({"call": "list", "path": "/"}, "path"),
        ({"call": "list", "reply": "oops"}, "unavailable"),
        ({"call": "list", "region": "eu-fr"}, "eu-nl"),
        ({"call": "list", "reply": "html", "status": 500}, "reply and status"),
        ({"call": "list", "reply": "html", "body": ""}, "reply and body"),
        ({"call": "list", "redirect": "/", "body": ""}, "body and redirect"),
        ({"call": "list", "after": -1}, "after"),
        ({"call": "list", "seconds": "8"}, "seconds"),
    ],
)
def test_invalid_outage(client, rule: dict, hint: str) -> None:
    response = client.send("POST", "/simulator/faults", rule)
    assert response.status == 400
    assert hint in response.json["error"]
    assert json.dumps(statuses(client, 1)) == "[200]"
