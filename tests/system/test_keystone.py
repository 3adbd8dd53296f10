# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Keystone as IAM, with the simulator as CCE behind it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system.conftest import OTHER_REGION, REGION, Cloud
from ansible_collections.opentelekomcloud.cce.tests.system.identity import Keystone, Member, passcode
from ansible_collections.opentelekomcloud.cce.tests.system.plugins import Outcome, ask, play
from ansible_collections.opentelekomcloud.cce.tests.system.servers import Front

# how every token of this Keystone begins
TOKEN_START = "gAAAA"


def keystone_of(cloud: Cloud, member: Member, url: str | None = None) -> Keystone:
    project = next(iter(cloud.account.projects))
    return Keystone(url or cloud.account.url, member.name, member.password, cloud.account.domain_name, project)


def by_token(cloud: Cloud, token: str, **changes: str | None) -> dict[str, Any]:
    """Options for a token that the user brings."""
    options = {
        "endpoint": cloud.cce.url,
        "auth_url": cloud.account.url,
        "token": token,
        "project_id": next(iter(cloud.account.projects.values())),
        "retries": 0,
    }
    return {**options, **changes}


def refused(outcome: Outcome, cloud: Cloud, status: int, kind: str) -> None:
    """The error of a refusal by IAM, not CCE, after a check that no message repeats a secret."""
    error = outcome.failed(kind)
    assert (error.http_status, cloud.cce.requests()) == (status, [])
    assert urlsplit(str(error.url)).netloc == urlsplit(cloud.account.url).netloc
    assert cloud.account.user.password not in outcome.text()


# ---------------------------------------------------------------------------------------------------------------------
# login


@pytest.mark.parametrize("account_by", ["user_domain_name", "user_domain_id", "domain_name", "domain_id"])
@pytest.mark.parametrize("project_by", ["project_name", "project_id"])
def test_login(cloud: Cloud, project_by: str, account_by: str) -> None:
    name, project_id = next(iter(cloud.account.projects.items()))
    account = cloud.account.domain_id if account_by.endswith("id") else cloud.account.domain_name
    options = cloud.login(project_name=None, user_domain_name=None)
    outcome = ask({**options, project_by: project_id if project_by == "project_id" else name, account_by: account})
    assert outcome.found().project_id == project_id
    assert [request["status"] for request in cloud.cce.requests()] == [200]
    assert TOKEN_START not in outcome.text()
    assert outcome.warnings == []


@pytest.mark.parametrize("project_by", ["project_name", "project_id"])
def test_login_by_user_id(cloud: Cloud, project_by: str) -> None:
    name, project_id = next(iter(cloud.account.projects.items()))
    options = cloud.login(username=None, user_id=cloud.account.user.id, project_name=None)
    if project_by == "project_id":
        # only to find a project by its name, Keystone needs an account
        del options["user_domain_name"]
    outcome = ask({**options, project_by: project_id if project_by == "project_id" else name})
    assert outcome.found().project_id == project_id
    assert TOKEN_START not in outcome.text()


def test_login_from_the_environment(cloud: Cloud) -> None:
    login = cloud.login()
    environment = {
        "OS_AUTH_URL": login["auth_url"],
        "OS_USERNAME": login["username"],
        "OS_PASSWORD": login["password"],
        "OS_USER_DOMAIN_NAME": login["user_domain_name"],
        "OS_PROJECT_NAME": login["project_name"],
    }
    assert ask({}, environment).found().jobs


@pytest.mark.parametrize("end", ["", "/"])
def test_auth_url_with_or_without_version(cloud: Cloud, end: str) -> None:
    for url in (cloud.account.url, cloud.account.url.removesuffix("/v3")):
        ask(cloud.login(auth_url=url + end)).found()


@pytest.mark.parametrize(
    ("region", "project", "host"),
    [
        (REGION, 1, "127.0.0.1"),
        (OTHER_REGION, 0, "localhost"),
        # presumed from the project's name, which comes from IAM if the user does not set it
        (None, 0, "127.0.0.1"),
    ],
)
@pytest.mark.parametrize("project_by", ["project_name", "project_id"])
def test_endpoint_from_the_catalog(cloud: Cloud, project_by: str, region: str | None, project: int, host: str) -> None:
    name, project_id = list(cloud.account.projects.items())[project]
    options = cloud.login(project_name=None, region=region)
    ask({**options, project_by: name if project_by == "project_name" else project_id}).found()
    [request] = cloud.cce.requests()
    assert request["headers"]["host"].partition(":")[0] == host
    assert request["path"] == f"/api/v2/projects/{project_id}/jobs"


def test_endpoint_that_cannot_be_determined(cloud: Cloud) -> None:
    error = ask(cloud.login(project_name="no-region")).failed("option")
    assert "endpoint" in str(error)


def test_endpoint_given_beats_the_catalog(cloud: Cloud) -> None:
    port = cloud.cce.url.rpartition(":")[2]
    ask(cloud.login(endpoint=f"http://localhost:{port}/")).found()
    [request] = cloud.cce.requests()
    assert request["headers"]["host"] == f"localhost:{port}"


@pytest.mark.parametrize(
    "changes",
    [
        {"password": "wrong"},
        {"username": "unknown"},
        {"user_domain_name": "unknown"},
        {"project_name": "unknown"},
        {"project_name": f"{REGION}_closed"},
        {"project_name": None, "project_id": "0" * 32},
    ],
    ids=lambda changes: " ".join(f"{name} {value}" for name, value in changes.items()),
)
def test_login_refused(cloud: Cloud, changes: dict[str, str]) -> None:
    outcome = ask(cloud.login(**changes))
    refused(outcome, cloud, 401, "authentication")


def test_login_at_a_url_that_is_not_iam(cloud: Cloud) -> None:
    error = ask(cloud.login(auth_url=cloud.account.url + "/nothing")).failed("not_found")
    assert "auth_url" in str(error)


# ---------------------------------------------------------------------------------------------------------------------
# second factor


def login_with_second_factor(cloud: Cloud, code: str | None, **user: str | None) -> Outcome:
    member = cloud.account.user_with_second_factor
    return ask(cloud.login(**{"username": member.name, "password": member.password, "passcode": code, **user}))


@pytest.mark.parametrize("by", ["username", "user_id"])
def test_second_factor(cloud: Cloud, by: str) -> None:
    member = cloud.account.user_with_second_factor
    assert member.key
    user = {"username": None, "user_id": member.id} if by == "user_id" else {}
    login_with_second_factor(cloud, passcode(member.key), **user).found()


def test_second_factor_missing(cloud: Cloud) -> None:
    outcome = login_with_second_factor(cloud, None)
    refused(outcome, cloud, 401, "authentication")
    assert "passcode" in str(outcome.error)


def test_second_factor_wrong(cloud: Cloud) -> None:
    # with letters, to distinguish it from the digits around it
    outcome = login_with_second_factor(cloud, "wrong1")
    refused(outcome, cloud, 401, "authentication")
    assert "wrong1" not in outcome.text()


# ---------------------------------------------------------------------------------------------------------------------
# tokens


def test_token_of_the_user(cloud: Cloud) -> None:
    token = keystone_of(cloud, cloud.account.user).issue()
    outcome = ask(by_token(cloud, token, auth_url=None))
    outcome.found()
    assert len(cloud.cce.requests()) == 1
    assert TOKEN_START not in outcome.text()


def test_token_of_another_project(cloud: Cloud) -> None:
    token = keystone_of(cloud, cloud.account.user).issue()
    error = ask(by_token(cloud, token, project_id=cloud.account.projects["no-region"])).failed("permission")
    assert error.http_status == 403


def test_token_expired(cloud: Cloud) -> None:
    token = keystone_of(cloud, cloud.account.user, cloud.account.short_lived_url).issue()
    outcome = ask(by_token(cloud, token))
    assert outcome.failed("authentication").http_status == 401
    # it cannot be renewed
    assert (len(cloud.cce.requests()), outcome.notes) == (1, [])
    assert TOKEN_START not in outcome.text()


def test_token_revoked(cloud: Cloud) -> None:
    keystone = keystone_of(cloud, cloud.account.user)
    token = keystone.issue()
    ask(by_token(cloud, token)).found()
    keystone.revoke(token)
    assert ask(by_token(cloud, token)).failed("authentication").http_status == 401


def test_login_that_issues_expired_tokens(cloud: Cloud) -> None:
    outcome = ask(cloud.login(auth_url=cloud.account.short_lived_url))
    outcome.failed("authentication")
    assert [request["status"] for request in cloud.cce.requests()] == [401, 401]


@contextlib.contextmanager
def revoking(cloud: Cloud, times: int) -> Iterator[str]:
    """The URL of a CCE where the first tokens are revoked just before they are checked."""
    keystone = keystone_of(cloud, cloud.account.user)
    left = [None] * times

    def revoke(headers: Mapping[str, str]) -> None:
        if left:
            left.pop()
            keystone.revoke(headers["X-Auth-Token"])

    front = Front(cloud.cce.url, revoke)
    with front.serving():
        yield f"http://127.0.0.1:{front.port}"


def test_token_that_dies_after_the_login_is_renewed(cloud: Cloud) -> None:
    with revoking(cloud, times=1) as endpoint:
        outcome = ask(cloud.login(endpoint=endpoint))
    outcome.found()
    assert [request["status"] for request in cloud.cce.requests()] == [401, 200]
    assert len(outcome.notes) == 1
    assert outcome.warnings == []


def test_token_is_renewed_only_once(cloud: Cloud) -> None:
    with revoking(cloud, times=3) as endpoint:
        outcome = ask(cloud.login(endpoint=endpoint))
    outcome.failed("authentication")
    assert [request["status"] for request in cloud.cce.requests()] == [401, 401]


# ---------------------------------------------------------------------------------------------------------------------
# the ID of a project


def test_project_of_a_token_by_name(cloud: Cloud) -> None:
    name, project_id = next(iter(cloud.account.projects.items()))
    token = keystone_of(cloud, cloud.account.administrator).issue()
    outcome = ask(by_token(cloud, token, project_id=None, project_name=name))
    assert outcome.found().project_id == project_id


@pytest.mark.parametrize("name", ["unknown", "no-region"], ids=["unknown", "ambiguous"])
def test_project_that_is_not_one(cloud: Cloud, name: str) -> None:
    token = keystone_of(cloud, cloud.account.administrator).issue()
    error = ask(by_token(cloud, token, project_id=None, project_name=name)).failed("option")
    assert name in str(error)
    assert "project_id" in str(error)


def test_project_by_name_without_the_right_to_list_all(cloud: Cloud) -> None:
    token = keystone_of(cloud, cloud.account.user).issue()
    name = f"{REGION}_system"
    outcome = ask(by_token(cloud, token, project_id=None, project_name=name))
    assert outcome.found().project_id == cloud.account.projects[name]


def test_project_by_name_with_a_dead_token(cloud: Cloud) -> None:
    token = keystone_of(cloud, cloud.account.administrator, cloud.account.short_lived_url).issue()
    outcome = ask(by_token(cloud, token, project_id=None, project_name=f"{REGION}_system"))
    refused(outcome, cloud, 401, "authentication")
    assert TOKEN_START not in outcome.text()


# ---------------------------------------------------------------------------------------------------------------------
# playbooks


def test_playbook(cloud: Cloud, tmp_path: Path) -> None:
    with revoking(cloud, times=1) as endpoint:
        output = play(tmp_path, cloud.login(endpoint=endpoint), "success")
    # the module's first token was revoked, the lookup's was not
    assert [request["status"] for request in cloud.cce.requests()] == [401, 200, 200]
    assert cloud.account.user.password not in output
    assert TOKEN_START not in output


def test_playbook_with_a_wrong_second_factor(cloud: Cloud, tmp_path: Path) -> None:
    user = cloud.account.user_with_second_factor
    options = cloud.login(username=user.name, password=user.password, passcode="wrong1")
    output = play(tmp_path, options, "authentication")
    assert user.password not in output
    assert "wrong1" not in output
