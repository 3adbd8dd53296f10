# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins by user ID, agencies, and the agency of a server, against a simulated cloud with two accounts."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import instance, session

Run = t.Callable[..., dict[str, t.Any]]
PROJECT = "eu-nl_lab"


@pytest.fixture
def cloud(simulator: t.Any, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Any]:
    # the machine that runs the tests may be slower than a metadata service
    monkeypatch.setattr(instance, "CALL_SECONDS", 60)
    simulator.control("DELETE", "")
    yield simulator
    simulator.control("DELETE", "")


def calls(cloud: t.Any) -> dict[str, int]:
    """The number of requests by the last part of their path, which is the ID of no project."""
    counts: dict[str, int] = {}
    for name, count in cloud.control("GET", "/requests")["by_path"].items():
        last = name.rpartition("/")[2]
        counts[last] = counts.get(last, 0) + count
    return counts


def logins(ready: dict[str, t.Any]) -> dict[str, dict[str, str]]:
    """The credentials of the user who may assume the agency."""
    user = {"username": ready["traveler_username"], "password": ready["traveler_password"]}
    return {
        "password": {**user, "user_domain_name": ready["domain_name"]},
        "key": {"access_key": ready["traveler_access_key"], "secret_key": ready["traveler_secret_key"]},
    }


def with_agency(cloud: t.Any, method: str) -> dict[str, str]:
    """Options for the project of the other account. Its region has hosts of its own."""
    place = {name: cloud.ready["regions"]["eu-nl"][name] for name in ("endpoint", "auth_url")}
    agency = {name: cloud.ready[name] for name in ("agency_name", "agency_domain_name")}
    return {**logins(cloud.ready)[method], **agency, **place, "project_name": PROJECT}


def in_server(cloud: t.Any, monkeypatch: pytest.MonkeyPatch, **service: t.Any) -> None:
    """The environment of a server. Only the simulated cloud has other hosts than the regions that are known."""
    cloud.control("PUT", "/metadata", service)
    monkeypatch.setenv("OS_INSTANCE_AGENCY", "true")
    monkeypatch.setenv("OS_METADATA_URL", cloud.ready["metadata_url"])
    monkeypatch.setenv("OS_CCE_ENDPOINT_OVERRIDE", cloud.ready["endpoint"])


def test_login_by_user_id(run_module: Run, cloud: t.Any) -> None:
    names = ("endpoint", "auth_url", "project_name", "user_id", "password")
    result = run_module({name: cloud.ready[name] for name in names})
    assert result["project_id"] == cloud.ready["project_id"]
    assert len(result["jobs"]) >= cloud.ready["jobs"]


@pytest.mark.parametrize("spelling", ["xrole_name", "agency_name"])
@pytest.mark.parametrize("method", ["password", "key"])
def test_agency(run_module: Run, cloud: t.Any, method: str, spelling: str) -> None:
    cloud.control("PUT", "/agencies", {"spelling": spelling})
    result = run_module(with_agency(cloud, method))
    assert result["project_id"] == cloud.ready["agency_projects"][PROJECT]
    assert len(result["jobs"]) == 12
    tries = 1 if spelling == "xrole_name" else 2
    made = calls(cloud)
    assert made["jobs"] == 1
    assert made.get("tokens", 0) == (1 + tries if method == "password" else 0)
    assert made.get("securitytokens", 0) == (tries if method == "key" else 0)


@pytest.mark.parametrize("method", ["password", "key"])
def test_agency_is_renewed(run_module: Run, cloud: t.Any, method: str) -> None:
    cloud.control("POST", "/faults", {"call": "list", "reply": "token_expired"})
    assert len(run_module(with_agency(cloud, method))["jobs"]) == 12
    assert calls(cloud)["jobs"] == 2


def test_agency_without_the_permission(run_module: Run, cloud: t.Any) -> None:
    agency = {name: cloud.ready[name] for name in ("agency_name", "agency_domain_name")}
    result = run_module({**cloud.access("access_key", "secret_key"), **agency})
    assert (result["failed"], result["error"]["kind"]) == (True, "permission")
    assert "Agent Operator" in result["msg"]
    assert "assume_role" in result["error"]["message"]


@pytest.mark.parametrize("session_tokens", ["none", "optional", "required"])
def test_task_without_any_option(
    run_module: Run, cloud: t.Any, monkeypatch: pytest.MonkeyPatch, session_tokens: str
) -> None:
    in_server(cloud, monkeypatch, session_tokens=session_tokens)
    result = run_module({})
    assert result["project_id"] == cloud.ready["project_id"]
    assert len(result["jobs"]) >= cloud.ready["jobs"]
    assert not result.get("warnings")
    assert calls(cloud) == {"token": 1, "securitykey": 1, "meta_data.json": 1, "jobs": 1}


def test_keys_of_the_server_are_renewed(run_lookup: t.Any, cloud: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_server(cloud, monkeypatch)
    # lookups of a process share a login, unless they are far apart
    monkeypatch.setattr(session, "MAX_IDLE_SECONDS", 3600)
    assert run_lookup()
    assert run_lookup()
    assert calls(cloud)["securitykey"] == 1
    cloud.control("POST", "/keys/revoke")
    assert run_lookup()
    assert calls(cloud)["securitykey"] == 2
    assert calls(cloud)["jobs"] == 4


def test_other_account_from_a_server(run_module: Run, cloud: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_server(cloud, monkeypatch)
    of_other = with_agency(cloud, "key")
    options = {name: value for name, value in of_other.items() if name not in ("access_key", "secret_key")}
    result = run_module({**options, "instance_agency": True})
    assert result["project_id"] == cloud.ready["agency_projects"][PROJECT]
    assert len(result["jobs"]) == 12


def test_server_without_an_agency(run_module: Run, cloud: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_server(cloud, monkeypatch, agency=False)
    result = run_module({})
    assert (result["failed"], result["error"]["kind"]) == (True, "authentication")
    assert "ttach an agency" in result["msg"]
    assert "cloud service agency" in result["error"]["message"]


@pytest.mark.parametrize(("method", "made"), [("password", {"tokens": 3}), ("key", {"securitytokens": 1})])
def test_several_projects_of_another_account(run_module: Run, cloud: t.Any, method: str, made: dict[str, int]) -> None:
    options = {name: value for name, value in with_agency(cloud, method).items() if name != "project_name"}
    result = run_module({**options, "projects": list(cloud.ready["agency_projects"])})
    assert [each["error"] for each in result["projects"]] == [None, None]
    assert {each["id"] for each in result["projects"]} == set(cloud.ready["agency_projects"].values())
    # one login, and with a password one more request for each project
    assert {name: count for name, count in calls(cloud).items() if name in ("tokens", "securitytokens")} == made


def test_several_projects_from_a_server(run_module: Run, cloud: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    in_server(cloud, monkeypatch)
    monkeypatch.setenv("OS_AUTH_URL", cloud.ready["auth_url"])
    result = run_module({"projects": ["eu-de_shop", "eu-de_lab"]})
    assert [each["error"] for each in result["projects"]] == [None, None]
    assert {job["project_name"] for job in result["jobs"]} == {"eu-de_shop", "eu-de_lab"}
    assert calls(cloud)["securitykey"] == 1
