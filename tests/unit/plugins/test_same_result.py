# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module, in-process tasks, and lookup return the same jobs for the same options, and the same message on errors."""

from __future__ import annotations

import typing as t
import urllib.request
from json import loads

import pytest
from ansible.errors import AnsibleLookupError

Options = dict[str, t.Any]


@pytest.fixture
def raw_jobs(simulator: t.Any) -> list[dict[str, t.Any]]:
    """The jobs of the simulator, which do not change from now on."""
    address = f"{simulator.ready['endpoint']}/api/v2/projects/{simulator.ready['project_id']}/jobs"
    request = urllib.request.Request(address, headers={"X-Auth-Token": simulator.ready["token"]})
    with urllib.request.urlopen(request) as response:
        jobs: list[dict[str, t.Any]] = loads(response.read())
    jobs += [{}, {"status": {"phase": "RUNNING"}}, {"spec": {"type": 7}}]
    simulator.control("PUT", "/jobs", jobs)
    return jobs


def own(result: Options) -> Options:
    """The part of a result that Ansible does not change: it masks options, and collects warnings of a process."""
    return {key: value for key, value in result.items() if key not in ("invocation", "warnings")}


# functions compute the value from the jobs
QUERIES: dict[str, Options] = {
    "everything": {},
    "status": {"status": ["failed"]},
    "several statuses": {"status": "Failed,running"},
    "unknown status": {"status": ["Stopped"]},
    "cluster_id": {"cluster_id": lambda jobs: [jobs[0]["spec"]["clusteruid"]]},
    "several clusters": {"cluster_id": lambda jobs: sorted({job["spec"]["clusteruid"] for job in jobs[:-3]})[:2]},
    "type": {"type": ["deletenode", "CreateCluster"]},
    "id": {"id": lambda jobs: [job["metadata"]["uid"] for job in jobs[:3]]},
    "job_id": {"job_id": lambda jobs: jobs[0]["metadata"]["uid"]},
    "resource_id": {"resource_id": lambda jobs: jobs[0]["spec"]["resourceid"]},
    "resource_name": {"resource_name": lambda jobs: [jobs[1]["spec"]["resourcename"]]},
    "finished": {"finished": True},
    "finished as a string": {"finished": "yes"},
    "not finished": {"finished": False},
    "created_after an age": {"created_after": "36h"},
    "created_before an age": {"created_before": "7d"},
    "created_before a day": {"created_before": "2030-01-01"},
    "created between": {"created_after": "2020-01-01T00:00:00+02:00", "created_before": "1s"},
    "nested": {"subjobs": "nested", "status": "Failed"},
    "flat": {"subjobs": "flat"},
    "flat and filtered": {"subjobs": "flat", "status": "Failed", "type": "InstallNode"},
    "none": {"subjobs": "none"},
    "newest": {"order": "newest", "limit": 5},
    "oldest": {"order": "oldest", "limit": "5"},
    "flat, oldest, few": {"order": "oldest", "subjobs": "flat", "limit": 7},
    "limit beyond all": {"limit": 100_000},
    "empty lists": {"status": [], "cluster_id": [], "type": [], "id": [], "resource_id": [], "resource_name": []},
    "nothing": {"id": "none"},
    "nulls": dict.fromkeys(("status", "finished", "limit", "order", "subjobs", "timeout", "retries", "validate_certs")),
}
EMPTY = {"unknown status", "nothing"}


@pytest.mark.parametrize("name", QUERIES)
def test_same_jobs(
    name: str,
    run_module: t.Callable[..., Options],
    run_action: t.Callable[..., Options],
    run_lookup: t.Callable[..., list[Options]],
    simulator: t.Any,
    raw_jobs: list[Options],
) -> None:
    wanted = {option: value(raw_jobs) if callable(value) else value for option, value in QUERIES[name].items()}
    options = {**simulator.access("access_key", "secret_key"), **wanted}
    result = run_module(options)
    jobs = run_lookup(**options)
    assert result.get("jobs") == jobs, result.get("msg")
    assert result["summary"]["total"] == len(jobs)
    assert bool(jobs) == (name not in EMPTY)
    assert own(run_action(options)) == own(result)


@pytest.mark.parametrize("credential", [("token",), ("username", "password", "domain_name")])
def test_same_jobs_with_every_login_method(
    credential: tuple[str, ...],
    run_module: t.Callable[..., Options],
    run_lookup: t.Callable[..., list[Options]],
    simulator: t.Any,
    raw_jobs: list[Options],
) -> None:
    options = simulator.access(*credential)
    assert run_module(options)["jobs"] == run_lookup(**options)


MISTAKES: dict[str, Options] = {
    "far unknown option": {"qqqqq": 1},
    "alias and name": {"id": "a", "job_id": "b"},
    "null element": {"status": [None]},
    "null element behind others": {"type": ["a", "b", None]},
    "empty element": {"cluster_id": ["a", ""]},
    "empty element of a string": {"cluster_id": "a,,b"},
    "empty string for a list": {"status": ""},
    "list in a list": {"status": [["a"]]},
    "dictionary in a list": {"status": [{"a": 1}]},
    "boolean in a list": {"status": [True]},
    "boolean for a list": {"status": False},
    "dictionary for a list": {"status": {"a": 1}},
    "list for a string": {"region": ["a", "b"]},
    "dictionary for a string": {"project_name": {"a": 1}},
    "boolean for a string": {"username": True},
    "list for a secret": {"token": ["some-long-text"]},
    "string for a boolean": {"finished": "perhaps"},
    "empty string for a boolean": {"finished": ""},
    "number for a boolean": {"finished": 2},
    "list for a boolean": {"finished": [True]},
    "string for a number": {"limit": "ten"},
    "empty string for a number": {"limit": ""},
    "fraction for an integer": {"limit": 1.5},
    "fraction as a string for an integer": {"limit": "4.0"},
    "boolean for an integer": {"limit": True},
    "list for a number": {"timeout": [1]},
    "boolean for a number": {"timeout": True},
    "infinite": {"timeout": "inf"},
    "limit of zero": {"limit": 0},
    "timeout of zero": {"timeout": 0},
    "endless timeout": {"timeout": 1e12},
    "negative retries": {"retries": -1},
    "unknown choice": {"order": "random"},
    "choice in upper case": {"order": "Newest"},
    "choice with a space": {"subjobs": "flat "},
    "list for a choice": {"subjobs": ["flat"]},
    "boolean for a choice": {"subjobs": False},
    "invalid time": {"created_before": "tomorrow"},
    "dictionary for a time": {"created_after": {}},
    "empty region": {"region": ""},
    "endpoint is not a URL": {"endpoint": "nowhere"},
    "invalid port": {"auth_url": "https://iam.example.com:port"},
    "credentials in a URL": {"endpoint": "https://some-user:some-password@cce.example.com"},
    "proxy is not a URL": {"proxy": "proxy.example.com"},
    "unsupported proxy": {"proxy": "ftp://proxy.example.com"},
    "missing file": {"ca_cert": "/nowhere/ca.pem"},
    "list for a file": {"ca_cert": ["/nowhere/ca.pem"]},
    "incomplete credentials": {"token": None, "access_key": "some-key"},
    "conflicting credentials": {"username": "some-user"},
    "no credentials": {"token": None},
    "no project": {"project_id": None},
    "no endpoint": {"endpoint": None},
    "several at once": {"status": [None], "limit": 0, "order": "random"},
    "unknown region": {"endpoint": None, "region": "eu-xx"},
    "refused token": {"token": "wrong-token"},
    "wrong project": {"project_id": "wrong-project"},
}
FROM_THE_CLOUD = {"unknown region", "refused token", "wrong project"}


@pytest.mark.parametrize("name", MISTAKES)
def test_same_message(
    name: str,
    run_module: t.Callable[..., Options],
    run_action: t.Callable[..., Options],
    run_lookup: t.Callable[..., list[Options]],
    simulator: t.Any,
) -> None:
    options = {**simulator.access(), "retries": 0, **MISTAKES[name]}
    # responses have different request IDs
    simulator.control("POST", "/faults", {"path": "/", "headers": {"X-Request-Id": "the-same"}, "times": None})
    with pytest.raises(AnsibleLookupError) as caught:
        run_lookup(**options)
    result = run_module(options)
    message, same = str(caught.value), str(result["msg"])
    here = run_action(options)
    assert (here["failed"], here["error"]["kind"], here["log"]) == (True, result["error"]["kind"], [])
    assert here["msg"].partition("request ")[0] == same.partition("request ")[0]
    if name in FROM_THE_CLOUD:
        message, same = (text.partition("request ")[0] for text in (message, same))
    # a message that lists all options lists those of the plugin
    message, same = (text.partition("Supported options: ")[0] for text in (message, same))
    assert same == message.replace("opentelekomcloud.cce.jobs:", "opentelekomcloud.cce.jobs_info:")
    assert name in FROM_THE_CLOUD or result["error"]["kind"] == "option"


def test_same_message_about_the_environment(
    run_module: t.Callable[..., Options],
    run_lookup: t.Callable[..., list[Options]],
    simulator: t.Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OS_AUTH_URL", "nowhere")
    options = {**simulator.access(), "auth_url": None}
    with pytest.raises(AnsibleLookupError, match="OS_AUTH_URL") as caught:
        run_lookup(**options)
    assert run_module(options)["msg"] == str(caught.value)
