# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of several projects, against a simulated cloud with two regions: calls, results, and failures of some."""

from __future__ import annotations

import json
import threading
import typing as t
from collections import Counter

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api.cce import Cce
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import endpoints
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.project_sessions import (
    ProjectSession,
    ProjectSessions,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.session import SessionPool
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as _http
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.each_project import EachProject
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport

Options = dict[str, t.Any]

# a fault that lasts, without retries that take time
LASTING = {"times": None}


@pytest.fixture(autouse=True)
def fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_FIRST_PAUSE", 0.01)


class Account:
    """The user of both regions, and what the user finds."""

    def __init__(self, simulator: t.Any) -> None:
        self.simulator = simulator
        ready = self.ready = simulator.ready
        self.ids: dict[str, str] = ready["traveler_projects"]
        self.by_password = {
            "username": ready["traveler_username"],
            "password": ready["traveler_password"],
            "domain_id": ready["domain_id"],
            "auth_url": ready["auth_url"],
        }
        self.by_key = {"access_key": ready["traveler_access_key"], "secret_key": ready["traveler_secret_key"]}
        self.recorded = RecordedReport()

    def find(self, pool: SessionPool | None = None, **typed: t.Any) -> FoundJobs:
        self.recorded = RecordedReport()
        self.simulator.control("DELETE", "/requests")
        request = read_request(MODULE, {"timeout": 60, **typed}, {}, environment={})
        return find_jobs(request, "tests", self.recorded.report, pool)

    def calls(self) -> dict[str, int]:
        """The number of calls by kind."""
        kinds = {"tokens": "login", "projects": "projects", "jobs": "list", "clusters": "clusters"}
        entries = self.simulator.control("GET", "/requests")["requests"]
        last = [entry["path"].rpartition("/")[2] for entry in entries]
        return dict(Counter(kinds.get(name, name) for name in last))

    def refuse(self, project: str, call: str = "jobs", **how: t.Any) -> None:
        rule = {"path": f"/projects/{self.ids[project]}/{call}", "status": 403, **LASTING, **how}
        self.simulator.control("POST", "/faults", rule)


@pytest.fixture
def simulator(own_simulator: t.Any) -> t.Any:
    """A simulator whose number of jobs does not change."""
    own_simulator.control("DELETE", "")
    return own_simulator


@pytest.fixture
def account(simulator: t.Any) -> Account:
    return Account(simulator)


@pytest.fixture
def public_hosts(monkeypatch: pytest.MonkeyPatch, simulator: t.Any) -> None:
    """Each region has hosts of its own, which are public."""
    regions = simulator.ready["regions"]
    monkeypatch.setattr(endpoints, "public_url", lambda service, region: regions[region]["url"])


def read(found: FoundJobs) -> dict[str | None, int]:
    """The number of top-level jobs of each project, by name, or ID where there is none."""
    return {project["name"] or project["id"]: project["fetched"] for project in found.projects}


# ---------------------------------------------------------------------------------------------------------------------
# which projects, and with how many calls


def test_one_login_serves_projects_of_two_regions(account: Account) -> None:
    found = account.find(projects=["eu-nl_shop", "eu-de_shop"], **account.by_password)
    assert read(found) == {"eu-nl_shop": 12, "eu-de_shop": 60}
    assert (found.error, found.project_id, found.fetched, len(found.jobs)) == (None, None, 72, 72)
    # one with the password, and one for each project with the token
    assert account.calls() == {"login": 3, "list": 2}
    places = {(job["project_id"], job["project_name"], job["region"]) for job in found.jobs}
    assert places == {(account.ids[name], name, name[:5]) for name in ("eu-nl_shop", "eu-de_shop")}
    created = [job["created_at"] for job in found.jobs]
    assert created == sorted(created, reverse=True)


def test_all_projects(account: Account) -> None:
    found = account.find(projects="all", **account.by_password)
    assert read(found) == {"eu-de": 0, "eu-de_lab": 12, "eu-de_shop": 60, "eu-nl_shop": 12}
    assert account.calls() == {"login": 5, "projects": 1, "list": 4}


def test_one_of_one_is_still_several(account: Account) -> None:
    found = account.find(projects=["eu-de_lab"], **account.by_password)
    assert (read(found), found.project_id) == ({"eu-de_lab": 12}, account.ids["eu-de_lab"])


def test_filters_apply_to_all_and_limit_once(account: Account) -> None:
    everything = account.find(projects="all", status="Failed", **account.by_password).jobs
    found = account.find(projects="all", status="Failed", limit=5, order="oldest", **account.by_password)
    assert found.jobs == everything[:-6:-1]
    assert found.fetched == 84


def test_project_that_is_named_twice_is_read_once(account: Account) -> None:
    shop = account.ids["eu-de_shop"]
    for credential, calls in (
        (account.by_password, {"login": 4, "list": 2}),
        ({**account.by_key, "auth_url": account.ready["auth_url"], "endpoint": account.ready["endpoint"]}, None),
    ):
        found = account.find(projects=[shop.upper(), "eu-de_shop", "eu-de_lab"], region="eu-de", **credential)
        assert read(found) == {"eu-de_shop": 60, "eu-de_lab": 12}
        assert calls in (None, account.calls())


def test_access_key_needs_no_login(account: Account, public_hosts: None) -> None:
    names = ["eu-de_shop", "eu-nl_shop", "eu-de_lab"]
    assert read(account.find(projects=names, **account.by_key)) == {"eu-de_shop": 60, "eu-nl_shop": 12, "eu-de_lab": 12}
    # one list of projects for each region's IAM
    assert account.calls() == {"projects": 2, "list": 3}
    ids = [account.ids[name] for name in ("eu-de_shop", "eu-de_lab")]
    found = account.find(projects=ids, region="eu-de", **account.by_key)
    assert read(found) == dict(zip(ids, (60, 12)))
    assert account.calls() == {"list": 2}


def test_token_of_one_project_leads_to_others(account: Account) -> None:
    credential = {"token": account.ready["token"], "auth_url": account.ready["auth_url"]}
    found = account.find(projects=["eu-de_lab", account.ready["project_id"]], **credential)
    assert read(found) == {"eu-de_lab": 12, "eu-de_shop": 60}


def test_each_region_has_its_own_login(account: Account, public_hosts: None) -> None:
    credential = {**account.by_password, "auth_url": None}
    assert read(account.find(projects=["eu-de_shop", "eu-nl_shop", "eu-de_lab"], **credential))["eu-nl_shop"] == 12
    logins = [entry for entry in account.simulator.control("GET", "/requests")["requests"] if "tokens" in entry["path"]]
    assert Counter(entry["region"] for entry in logins) == {"eu-de": 3, "eu-nl": 2}


def test_passcode_is_used_once(account: Account, public_hosts: None) -> None:
    ready = account.ready
    credential = {
        "username": ready["mfa_username"],
        "password": ready["mfa_password"],
        "domain_id": ready["domain_id"],
        "passcode": account.simulator.control("POST", "/passcode")["passcode"],
    }
    found = account.find(projects=["eu-de_shop", "eu-de_lab", "eu-nl_shop"], **credential)
    errors = {project["name"]: project["error"] for project in found.projects}
    # the other region is tried with the token, which this one does not accept
    assert [name for name, error in errors.items() if error] == ["eu-nl_shop"]
    assert errors["eu-nl_shop"]["kind"] == "authentication"
    assert len(found.jobs) == 72


def test_projects_of_an_agency(account: Account) -> None:
    ready = account.ready
    agency = {name: ready[name] for name in ("agency_name", "agency_domain_name")}
    for projects in ("all", ["eu-nl", "eu-nl_lab"]):
        assert read(account.find(projects=projects, **account.by_password, **agency)) == {"eu-nl": 0, "eu-nl_lab": 12}
    assert account.calls() == {"login": 3, "list": 2}
    # one temporary key for all
    there = {"auth_url": ready["auth_url"], "endpoint": ready["regions"]["eu-nl"]["endpoint"]}
    assert read(account.find(projects="all", **account.by_key, **agency, **there)) == {"eu-nl": 0, "eu-nl_lab": 12}
    assert account.calls() == {"securitytokens": 1, "projects": 1, "list": 2}


def test_agency_of_the_server(account: Account, public_hosts: None) -> None:
    # the metadata service knows the region of the list of projects
    found = account.find(projects="all", instance_agency=True, metadata_url=account.ready["metadata_url"])
    assert read(found) == {"eu-de": 0, "eu-de_lab": 12, "eu-de_shop": 60, "eu-nl_shop": 12}
    assert account.calls()["securitykey"] == account.calls()["projects"] == 1


def test_key_that_has_expired_is_issued_again(account: Account) -> None:
    where = {**urls(account), "metadata_url": account.ready["metadata_url"]}
    request = read_request(MODULE, {"projects": "all", "instance_agency": True, **where}, {}, environment={})
    settings = request.settings
    sessions = ProjectSessions(settings, "tests", account.recorded.report)
    each = EachProject(settings, sessions)
    projects = [session for session in each.projects(Deadline(60)) if session.name != "eu-nl_shop"]

    def count_jobs(session: ProjectSession, deadline: Deadline) -> int:
        cce = Cce(session)
        for attempt in session.attempts("list the jobs", deadline):
            with attempt, cce.jobs(deadline) as listed:
                return len(list(listed))
        raise AssertionError

    assert sorted(outcome.value or 0 for outcome in each.run(projects, count_jobs, Deadline(60))) == [0, 12, 60]
    account.simulator.control("POST", "/keys/revoke")
    account.simulator.control("DELETE", "/requests")
    assert sorted(outcome.value or 0 for outcome in each.run(projects, count_jobs, Deadline(60))) == [0, 12, 60]
    assert account.calls()["securitykey"] == 1
    sessions.client.close()


# ---------------------------------------------------------------------------------------------------------------------
# failures


def test_project_whose_work_hangs(account: Account) -> None:
    request = read_request(MODULE, {"projects": ["eu-de_shop"], **account.by_password}, {}, environment={})
    sessions = ProjectSessions(request.settings, "tests", account.recorded.report)
    each = EachProject(request.settings, sessions)
    over = threading.Event()
    projects = each.projects(Deadline(60))
    [outcome] = each.run(projects, lambda session, deadline: over.wait(60), Deadline(0.05), log_in=False)
    over.set()
    assert outcome.error
    assert (outcome.error.kind, outcome.error.transient) == ("timeout", True)
    sessions.client.close()


def test_project_that_cannot_be_read(account: Account) -> None:
    account.refuse("eu-nl_shop", body=json.dumps({"errorCode": "CCE.01403001", "errorMessage": "Forbidden."}))
    found = account.find(projects="all", **account.by_password)
    assert len(found.jobs) == found.fetched == 72
    assert read(found) == {"eu-de": 0, "eu-de_lab": 12, "eu-de_shop": 60, "eu-nl_shop": 0}
    [error] = [project["error"] for project in found.projects if project["error"]]
    assert (error["kind"], error["http_status"], error["code"]) == ("permission", 403, "CCE.01403001")
    assert sorted(error) == ["code", "http_status", "kind", "message", "msg", "request_id", "url"]
    assert found.error
    assert found.error.as_dict() == {key: value for key, value in error.items() if key != "msg"}
    for fact in ("eu-nl_shop", "3 of 4", error["msg"]):
        assert fact in str(found.error)


def test_sessions_are_kept_unless_a_project_failed(account: Account) -> None:
    pool = SessionPool()
    for failing, kept in ((False, 1), (True, 0)):
        if failing:
            account.refuse("eu-nl_shop")
        account.find(pool, projects="all", **account.by_password)
        assert len(pool) == kept


class HangingCache:
    """A cache in which another process has not finished the lists."""

    def __init__(self, reason: str | None) -> None:
        self.reason = reason

    def open(self, *_arguments: t.Any) -> t.NoReturn:
        raise CceError("Could not list the jobs in time.", "timeout", transient=True)

    def abandon(self, _deadline: Deadline) -> None:
        if self.reason:
            raise CceError(self.reason, "timeout", transient=True)


@pytest.mark.parametrize("reason", ["Another process was fetching the list.", None])
def test_cache_explains_what_took_so_long(account: Account, reason: str | None) -> None:
    typed = {"projects": ["eu-de_shop", "eu-de_lab"], "retries": 0, **account.by_password}
    request = read_request(MODULE, typed, {}, environment={})
    found = find_jobs(request, "tests", account.recorded.report, make_cache=lambda *_arguments: HangingCache(reason))
    assert found.error
    assert (found.error.kind, str(found.error)) == ("timeout", reason or "Could not list the jobs in time.")


def test_project_that_does_not_exist(account: Account) -> None:
    found = account.find(projects=["eu-de_shop", "eu-nl_shp", "0" * 32], **account.by_password)
    assert [project["error"]["kind"] for project in found.projects if project["error"]] == ["option"] * 2
    assert "eu-nl_shop" in found.projects[1]["error"]["msg"]
    assert found.error
    assert all(fact in str(found.error) for fact in ("eu-nl_shp", "0" * 32, "1 of 3"))
    # looking for the reason costs no login
    assert account.calls()["login"] == 4
    by_key = account.find(projects=["eu-de_shop", "eu-de_shp"], **account.by_key, **urls(account))
    assert [project["error"] and project["error"]["kind"] for project in by_key.projects] == [None, "option"]


def urls(account: Account) -> Options:
    return {name: account.ready[name] for name in ("endpoint", "auth_url")}


def test_access_key_that_may_not_list_projects(account: Account) -> None:
    account.simulator.control("POST", "/faults", {"path": "/v3/auth/projects", "status": 403, **LASTING})
    found = account.find(projects=["eu-de_shop", "eu-de_lab"], **account.by_key, **urls(account))
    assert read(found) == {"eu-de_shop": 60, "eu-de_lab": 12}


def test_project_that_iam_only_finds_by_its_id(account: Account) -> None:
    """Keystone does not find one by its name without the account."""
    # the first login is that of the user
    account.simulator.control("POST", "/faults", {"path": "/v3/auth/tokens", "status": 400, "after": 1, "times": 1})
    found = account.find(projects=["eu-de_lab"], **account.by_password)
    assert (read(found), found.error) == ({"eu-de_lab": 12}, None)
    assert account.calls() == {"login": 3, "projects": 1, "list": 1}


def test_refused_password_is_sent_once(account: Account) -> None:
    wrong = {**account.by_password, "password": "wrong-password"}
    found = account.find(projects=["eu-de_shop", "eu-nl_shop", "eu-de_lab"], **wrong)
    assert (found.jobs, [project["error"]["kind"] for project in found.projects]) == ([], ["authentication"] * 3)
    assert found.error
    assert found.error.kind == "authentication"
    # it has nothing to do with a project
    assert "eu-de_shop" not in str(found.error)
    assert account.calls() == {"login": 1}
    found = account.find(projects="all", **wrong)
    assert (found.jobs, found.projects, found.error and found.error.kind) == ([], [], "authentication")
    assert account.calls() == {"login": 1}


def test_first_error_counts_if_all_fail(account: Account) -> None:
    account.refuse("eu-de_shop", status=404)
    account.refuse("eu-nl_shop")
    found = account.find(projects=["eu-nl_shop", "eu-de_shop"], **account.by_password)
    assert found.error
    assert (found.error.kind, found.error.http_status) == ("permission", 403)
    assert "0 of 2" in str(found.error)


def test_no_project_is_left(account: Account) -> None:
    listed = {"projects": [{"id": "a", "name": "elsewhere"}, {"id": "b", "name": "eu-de_off", "enabled": False}]}
    account.simulator.control(
        "POST", "/faults", {"path": "/v3/auth/projects", "status": 200, "body": json.dumps(listed)}
    )
    with pytest.raises(CceError) as caught:
        account.find(projects="all", **account.by_password)
    assert (caught.value.kind, "projects" in str(caught.value)) == ("option", True)


def test_expired_login_is_renewed_once(account: Account) -> None:
    for name in ("eu-de_shop", "eu-nl_shop", "eu-de_lab"):
        account.refuse(name, status=401, times=1)
    found = account.find(projects=["eu-de_shop", "eu-nl_shop", "eu-de_lab"], **account.by_password)
    assert (found.error, len(found.jobs)) == (None, 84)
    # the login itself was good: only the tokens of the projects were issued again
    assert account.calls()["login"] == 7


# ---------------------------------------------------------------------------------------------------------------------
# clusters and warnings


def test_cluster_must_be_in_one_of_them(account: Account) -> None:
    found = account.find(projects="all", cluster_name="shop-batch", **account.by_password)
    assert {job["cluster_name"] for job in found.jobs} == {"shop-batch"}
    # what cannot match is not even fetched
    assert account.calls()["list"] == 1
    with pytest.raises(CceError) as caught:
        account.find(projects="all", cluster_name=["shop-batch", "shop-bach"], **account.by_password)
    assert (caught.value.kind, "shop-batch" in str(caught.value)) == ("option", True)
    # it may be in the project whose clusters are not known
    account.refuse("eu-nl_shop", "clusters")
    found = account.find(projects="all", cluster_name=["shop-batch", "shop-bach"], **account.by_password)
    assert found.error
    assert found.error.kind == "permission"
    assert found.jobs


def test_names_of_clusters_are_resolved_in_each_project(account: Account) -> None:
    account.refuse("eu-nl_shop", "clusters")
    found = account.find(projects="all", resolve_cluster_names=True, **account.by_password)
    assert found.error is None
    named = {job["project_name"]: bool(job["cluster_name"]) for job in found.jobs}
    assert named["eu-de_shop"] and named["eu-de_lab"]
    [warning] = account.recorded.warnings
    assert "eu-nl_shop" in warning


@pytest.mark.parametrize("wait", [False, True])
def test_rejected_credentials_are_not_sent_again_for_the_list(account: Account, wait: bool) -> None:
    names = ["eu-de_shop", "eu-de_lab"]
    password = {**account.by_password, "password": "wrong-password"}
    found = account.find(projects=names, id="a", wait=wait, **password)
    assert found.error and found.error.kind == "authentication"
    assert account.calls() == {"login": 1}
    key = {**account.by_key, "secret_key": "wrong-secret-key", "endpoint": account.simulator.ready["endpoint"]}
    found = account.find(projects=[account.ids[name] for name in names], id="a", wait=wait, **key)
    assert found.error and found.error.kind == "authentication"
    assert [project["error"]["kind"] for project in found.projects] == ["authentication"] * 2
    # the same request in each project
    assert account.calls() == {"a": 2}


def test_job_by_its_id_takes_no_list(account: Account) -> None:
    [job] = account.find(projects=["eu-nl_shop"], limit=1, **account.by_password).jobs
    found = account.find(projects="all", id=job["id"].upper(), **account.by_password)
    assert [(each["id"], each["project_name"]) for each in found.jobs] == [(job["id"], "eu-nl_shop")]
    assert (found.fetched, account.calls().get("list")) == (1, None)
    # what is not found so may be a subjob of any project
    found = account.find(projects="all", id=[job["id"], "some-subjob"], **account.by_password)
    assert [each["id"] for each in found.jobs] == [job["id"]]
    assert account.calls()["list"] == 4
    account.refuse("eu-de_lab", status=503)
    found = account.find(projects="all", id=job["id"], retries=0, **account.by_password)
    assert [project["name"] for project in found.projects if project["error"]] == ["eu-de_lab"]
    assert [each["id"] for each in found.jobs] == [job["id"]]


def test_unencrypted_host_is_a_warning_once(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "is_loopback", lambda host: False)
    account.find(projects="all", **account.by_password)
    assert len(account.recorded.warnings) == 1


def test_warnings_are_about_all_projects_together(account: Account) -> None:
    options = {"projects": "all", "type": ["CreateNodes", "deletenode"], "created_after": "2100-01-01"}
    assert account.find(**options, **account.by_password).jobs == []
    unknown, future = sorted(account.recorded.warnings)
    assert "CreateNodes" in unknown
    assert "created_after" in future
