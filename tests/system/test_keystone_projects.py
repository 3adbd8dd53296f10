# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several projects of a user of a real Keystone: one login, tokens for projects by that token, and their list."""

from __future__ import annotations

from typing import Any

from ansible_collections.opentelekomcloud.cce.tests.system.conftest import REGION, Cloud
from ansible_collections.opentelekomcloud.cce.tests.system.identity import passcode
from ansible_collections.opentelekomcloud.cce.tests.system.plugins import Outcome, ask
from ansible_collections.opentelekomcloud.cce.tests.system.test_keystone import TOKEN_START, keystone_of

SYSTEM, NO_REGION, CLOSED = f"{REGION}_system", "no-region", f"{REGION}_closed"


def several(cloud: Cloud, *projects: str, **changes: str | None) -> Outcome:
    options: dict[str, Any] = cloud.login(project_name=None, region=REGION, **changes)
    return ask({**options, "projects": list(projects)})


def by_token(cloud: Cloud, token: str, *projects: str) -> Outcome:
    where = {"auth_url": cloud.account.url, "region": REGION, "retries": 0}
    return ask({**where, "token": token, "projects": list(projects)})


def read(outcome: Outcome) -> list[tuple[str | None, str | None]]:
    """Name and ID of the projects that were read."""
    assert outcome.result, outcome.text()
    assert TOKEN_START not in outcome.text()
    return [(project["name"], project["id"]) for project in outcome.result.projects if not project["error"]]


def known(cloud: Cloud, *names: str) -> list[tuple[str, str]]:
    return [(name, cloud.account.projects[name]) for name in names]


def test_projects_by_name_and_by_id(cloud: Cloud) -> None:
    outcome = several(cloud, SYSTEM, cloud.account.projects[NO_REGION])
    assert read(outcome) == known(cloud, SYSTEM, NO_REGION)
    assert outcome.found().error is None
    paths = {request["path"] for request in cloud.cce.requests()}
    assert paths == {f"/api/v2/projects/{cloud.account.projects[name]}/jobs" for name in (SYSTEM, NO_REGION)}


def test_all_projects_in_known_regions(cloud: Cloud) -> None:
    # the user has no role on the closed one
    assert read(several(cloud, "all")) == known(cloud, SYSTEM)


def test_projects_that_the_user_may_not_use(cloud: Cloud) -> None:
    outcome = several(cloud, CLOSED, SYSTEM, "0" * 32)
    assert read(outcome) == known(cloud, SYSTEM)
    assert outcome.result and outcome.result.error
    assert all(fact in str(outcome.result.error) for fact in (CLOSED, "0" * 32, "1 of 3"))
    assert outcome.result.jobs


def test_second_factor_is_used_once(cloud: Cloud) -> None:
    user = cloud.account.user_with_second_factor
    assert user.key
    login = {"username": user.name, "password": user.password, "passcode": passcode(user.key)}
    assert read(several(cloud, SYSTEM, NO_REGION, **login)) == known(cloud, SYSTEM, NO_REGION)


def test_token_of_one_project(cloud: Cloud) -> None:
    token = keystone_of(cloud, cloud.account.user).issue()
    assert read(by_token(cloud, token, cloud.account.projects[NO_REGION])) == known(cloud, NO_REGION)
    # Keystone requires the account of a project that is specified by name, and the list of projects does without it
    assert read(by_token(cloud, token, SYSTEM, NO_REGION)) == known(cloud, SYSTEM, NO_REGION)
    assert read(by_token(cloud, token, "all")) == known(cloud, SYSTEM)


def test_tokens_that_have_expired(cloud: Cloud) -> None:
    outcome = several(cloud, SYSTEM, NO_REGION, auth_url=cloud.account.short_lived_url)
    assert read(outcome) == []
    assert outcome.result and outcome.result.error
    assert (outcome.result.error.kind, cloud.cce.requests()) == ("authentication", [])
    token = keystone_of(cloud, cloud.account.user, cloud.account.short_lived_url).issue()
    outcome = by_token(cloud, token, SYSTEM)
    assert read(outcome) == []
    assert outcome.result and outcome.result.error and outcome.result.error.kind == "authentication"


def test_wrong_password(cloud: Cloud) -> None:
    outcome = several(cloud, SYSTEM, NO_REGION, password="wrong-password")
    assert read(outcome) == []
    assert outcome.result and outcome.result.error
    assert (outcome.result.error.kind, cloud.cce.requests()) == ("authentication", [])
    assert SYSTEM not in str(outcome.result.error)
