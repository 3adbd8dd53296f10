# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several projects in the module, in-process and not, in the lookup, and in the lookup's cache."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible import constants
from ansible.errors import AnsibleLookupError

from ansible_collections.opentelekomcloud.cce.plugins.lookup import jobs as lookup

Options = dict[str, t.Any]
Run = t.Callable[..., t.Any]


@pytest.fixture(autouse=True)
def own_lookups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No sessions and no lists of other tests."""
    lookup.SESSIONS.clear()
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))


@pytest.fixture
def simulator(own_simulator: t.Any) -> t.Any:
    """A simulator whose number of jobs does not change."""
    own_simulator.control("DELETE", "")
    return own_simulator


@pytest.fixture
def access(simulator: t.Any) -> Options:
    """The user of both regions."""
    ready = simulator.ready
    return {
        "username": ready["traveler_username"],
        "password": ready["traveler_password"],
        "domain_id": ready["domain_id"],
        "auth_url": ready["auth_url"],
        "retries": 0,
    }


def fault(simulator: t.Any, project: str, **how: t.Any) -> None:
    path = f"/projects/{simulator.ready['traveler_projects'][project]}/jobs"
    simulator.control("POST", "/faults", {"path": path, "times": None, **how})


@pytest.mark.parametrize(
    "query", [{}, {"status": "Failed", "subjobs": "flat", "limit": 7}, {"order": "oldest"}], ids=str
)
@pytest.mark.parametrize("projects", ["all", ["eu-nl_shop", "eu-de_shop"]], ids=str)
def test_same_jobs(
    run_module: Run,
    run_action: Run,
    run_lookup: Run,
    simulator: t.Any,
    access: Options,
    projects: t.Any,
    query: Options,
) -> None:
    # unfinished jobs would change between the calls
    options = {**access, "projects": projects, "finished": True, "created_before": "1h", **query}
    result = run_module(options)
    assert result["jobs"] == run_lookup(**options)
    assert result["jobs"]
    assert (result["project_id"], [project["error"] for project in result["projects"]]) == (
        None,
        [None] * (4 if projects == "all" else 2),
    )
    assert sum(project["fetched"] for project in result["projects"]) == result["fetched"]
    assert sum(result["summary"]["by_project"].values()) == len(result["jobs"])
    here = run_action(options)
    assert {key: value for key, value in here.items() if key != "invocation"} == {
        key: value for key, value in result.items() if key != "invocation"
    }


def test_partial_result(run_module: Run, run_lookup: Run, simulator: t.Any, access: Options) -> None:
    options = {**access, "projects": ["eu-de_shop", "eu-nl_shop"]}
    complete = run_module({**options, "projects": ["eu-de_shop"]})
    fault(simulator, "eu-nl_shop", status=503)
    result = run_module(options)
    assert result["failed"] is True
    assert (result["error"]["kind"], result["error"]["http_status"]) == ("unavailable", 503)
    assert all(fact in result["msg"] for fact in ("eu-nl_shop", "1 of 2", "503"))
    for key in ("fetched", "summary"):
        assert result[key] == complete[key]
    assert {job["id"] for job in result["jobs"]} == {job["id"] for job in complete["jobs"]}
    assert [project["error"] and project["error"]["kind"] for project in result["projects"]] == [None, "unavailable"]
    with pytest.raises(AnsibleLookupError) as caught:
        run_lookup(**options)
    assert all(fact in str(caught.value) for fact in ("eu-nl_shop", "1 of 2", "503"))


def test_failed_wait_shows_the_project(run_module: Run, simulator: t.Any, access: Options) -> None:
    fault(simulator, "eu-nl_shop", status=403)
    result = run_module({**access, "projects": "all", "wait": True})
    assert (result["error"]["kind"], result["waited_for"] != []) == ("permission", True)
    assert [project["name"] for project in result["projects"] if project["error"]] == ["eu-nl_shop"]


def test_wait_over_all_projects(run_module: Run, simulator: t.Any, access: Options) -> None:
    clusters = {
        cluster["project_name"]: cluster["name"]
        for region in simulator.ready["regions"].values()
        for cluster in region["clusters"]
    }
    created = [
        simulator.control("POST", "/jobs", {"cluster": clusters[project], "type": "DeleteNode", "seconds": 0.5})["id"]
        for project in ("eu-de_lab", "eu-nl_shop")
    ]
    result = run_module({**access, "projects": "all", "id": created, "wait": True, "wait_interval": 0.1})
    assert not result.get("failed"), result["msg"]
    assert {job["id"]: job["status"] for job in result["waited_for"]} == dict.fromkeys(created, "Success")
    assert {job["project_name"] for job in result["waited_for"]} == {"eu-de_lab", "eu-nl_shop"}


@pytest.mark.parametrize("projects", ["all", ["eu-nl_shop", "eu-de_shop"]], ids=str)
def test_lists_of_all_projects_are_cached(run_lookup: Run, simulator: t.Any, access: Options, projects: t.Any) -> None:
    options = {**access, "projects": projects, "cache_ttl": 600, "created_before": "1h"}
    jobs = run_lookup("shop-batch", **options) if projects == "all" else run_lookup(**options)
    assert jobs
    lookup.SESSIONS.clear()
    simulator.control("DELETE", "/requests")
    again = run_lookup("shop-batch", **options) if projects == "all" else run_lookup(**options)
    assert simulator.control("GET", "/requests")["count"] == 0
    assert [job["id"] for job in again] == [job["id"] for job in jobs]
    assert {job["project_name"] for job in again} == {job["project_name"] for job in jobs}


def test_list_of_a_project_that_failed_is_not_cached(run_lookup: Run, simulator: t.Any, access: Options) -> None:
    options = {**access, "projects": ["eu-nl_shop", "eu-de_shop"], "cache_ttl": 600}
    fault(simulator, "eu-nl_shop", status=403)
    with pytest.raises(AnsibleLookupError, match="eu-nl_shop"):
        run_lookup(**options)
    simulator.control("DELETE", "/faults")
    simulator.control("DELETE", "/requests")
    assert len(run_lookup(**options)) == 72
    lists = [each for each in simulator.control("GET", "/requests")["requests"] if each["path"].endswith("/jobs")]
    assert len(lists) == 1


def test_lookups_of_a_template_share_the_login(query: Run, simulator: t.Any, access: Options) -> None:
    variables = {f"opentelekomcloud_cce_{name}": value for name, value in access.items() if name != "domain_id"}
    variables["opentelekomcloud_cce_user_domain_id"] = access["domain_id"]
    template = (
        "{% for number in range(3) %}"
        "{{ query('opentelekomcloud.cce.jobs', projects=['eu-de_shop', 'eu-nl_shop']) | length }} "
        "{% endfor %}"
    )
    assert str(query(template, **variables)).split() == ["72"] * 3
    requests = simulator.control("GET", "/requests")["requests"]
    assert sum(each["path"].endswith("/auth/tokens") for each in requests) == 3
