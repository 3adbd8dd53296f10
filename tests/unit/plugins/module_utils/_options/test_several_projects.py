# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several projects: which ones, in which regions, and which other values count then."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    ACCESS_KEY,
    CLOUD,
    INSTANCE,
    PASSWORD,
    TOKEN,
    Given,
    omitted,
    refusal,
    settings,
)

ID = "0123456789abcdef0123456789ABCDEF"
OTHER_ID = "f" * 32


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("eu-de_a,eu-nl_b", ("eu-de_a", "eu-nl_b")),
        (["eu-nl_b", " eu-de_a "], ("eu-nl_b", "eu-de_a")),
        (["eu-de_a", "eu-nl_b", "eu-de_a"], ("eu-de_a", "eu-nl_b")),
        ([ID, OTHER_ID, ID.lower()], (ID, OTHER_ID)),
        # names distinguish case
        (["eu-de_a", "eu-de_A"], ("eu-de_a", "eu-de_A")),
        ("all", ("all",)),
        (["all", "all"], ("all",)),
    ],
    ids=str,
)
def test_each_project_counts_once(given: t.Any, expected: tuple[str, ...]) -> None:
    assert settings({**PASSWORD, "region": "eu-de", "projects": given}).projects == expected


@pytest.mark.parametrize("nothing", [[], None, *omitted(), [omitted()[0]]], ids=repr)
def test_nothing_is_not_given(nothing: t.Any) -> None:
    one = {**TOKEN, "region": "eu-de", "project_name": "eu-de_a"}
    assert settings({**one, "projects": nothing}) == settings(one)
    assert settings(one, {"projects": nothing}) == settings(one)
    # and hides nothing
    several = settings({**TOKEN, "projects": nothing}, {"projects": ["eu-de_a", "eu-de_b"]})
    assert several.projects == ("eu-de_a", "eu-de_b")


@pytest.mark.parametrize(
    ("typed", "facts"),
    [
        ({"projects": ["eu-de_a"], "project_id": "p"}, ("projects", "project_id")),
        ({"projects": ["eu-de_a"], "project_name": "eu-de_a"}, ("projects", "project_name")),
        ({"projects": ["all", "eu-de_a"]}, ("projects", "all,eu-de_a")),
        ({"projects": [""]}, ("lement 1", "projects")),
        ({"projects": [None]}, ("lement 1", "projects")),
        ({"projects": {"a": 1}}, ("projects",)),
    ],
    ids=str,
)
def test_mistakes(typed: Given, facts: tuple[str, ...]) -> None:
    message = refusal(settings, {**PASSWORD, "region": "eu-de", **typed})
    assert all(fact in message for fact in facts)


def test_projects_of_a_higher_source_hide_the_project_of_a_lower_one() -> None:
    found = settings(
        {**PASSWORD, "projects": ["eu-de_a", "eu-nl_b"]},
        {"project_id": "p"},
        {"OS_PROJECT_NAME": "eu-de_c", "OS_TENANT_ID": "d"},
    )
    assert (found.projects, found.project_id, found.project_name) == (("eu-de_a", "eu-nl_b"), None, None)
    one = settings({**PASSWORD, "project_name": "eu-de_c"}, {"projects": ["eu-de_a"]})
    assert (one.projects, one.project_name) == ((), "eu-de_c")
    # a conflict that a higher source decides is none
    assert (
        settings({**PASSWORD, "project_name": "eu-de_c"}, {"projects": ["eu-de_a"], "project_id": "p"}).project_name
        == "eu-de_c"
    )


def regions(**typed: t.Any) -> list[str | None]:
    return [each.region for each in settings({**TOKEN, **typed}).of_named_projects()]


def test_names_set_the_region_of_their_project() -> None:
    assert regions(projects=["eu-de_a", "eu-nl_b"]) == ["eu-de", "eu-nl"]
    assert regions(projects=["eu-nl_b", ID, "somewhere_c"], region="eu-de") == ["eu-nl", "eu-de", "eu-de"]
    first, second = settings({**TOKEN, "projects": ["eu-de_a", ID], "region": "eu-nl"}).of_named_projects()
    assert (first.project_id, first.project_name, first.projects) == (None, "eu-de_a", ())
    assert (second.project_id, second.project_name, second.projects) == (ID.lower(), None, ())


@pytest.mark.parametrize(
    ("typed", "missing"),
    [
        ({**PASSWORD, "projects": "all"}, "IAM"),
        ({**PASSWORD, "projects": ["eu-de_a", ID]}, "IAM"),
        # a token for one project becomes one for another by a login with it
        ({**TOKEN, "projects": [ID], "endpoint": "https://cce"}, "IAM"),
        ({**ACCESS_KEY, "projects": [ID]}, "CCE"),
        ({**ACCESS_KEY, "projects": "all", "endpoint": "https://cce"}, "IAM"),
    ],
    ids=str,
)
def test_urls_must_be_known(typed: Given, missing: str) -> None:
    assert missing in refusal(settings, typed)
    assert settings({**typed, "region": "eu-de"}).projects


@pytest.mark.parametrize(
    "typed",
    [
        {**PASSWORD, "projects": "all", "auth_url": "https://iam"},
        {**PASSWORD, "projects": [ID], "auth_url": "https://iam"},
        {**ACCESS_KEY, "projects": [ID], "endpoint": "https://cce"},
        {**ACCESS_KEY, "projects": ["eu-de_a"]},
        # the metadata service reports the region of the server
        {**INSTANCE, "projects": "all"},
        # the entry may set anything
        {**CLOUD, "projects": "all"},
    ],
    ids=str,
)
def test_urls_that_are_enough(typed: Given) -> None:
    assert settings(typed).projects


def test_urls_of_other_regions_in_lower_sources_are_ignored() -> None:
    german = {"OS_AUTH_URL": "https://iam.eu-de.otc.t-systems.com", "OS_REGION_NAME": "eu-de"}
    found = settings({**PASSWORD, "projects": ["eu-de_a", "eu-nl_b"]}, environment=german)
    assert (found.auth_url, found.region) == (None, "eu-de")
    assert any("OS_AUTH_URL" in note for note in found.notes)
    for projects in (["eu-de_a", "eu-de_b"], [ID], "all"):
        found = settings({**PASSWORD, "projects": projects}, environment=german)
        assert found.auth_url == german["OS_AUTH_URL"]
        assert not found.notes
    endpoint = {"OS_CCE_ENDPOINT_OVERRIDE": "https://cce.eu-de.otc.t-systems.com"}
    found = settings({**PASSWORD, "projects": ["eu-nl_b"]}, environment=endpoint)
    assert found.endpoint is None
    assert any("OS_CCE_ENDPOINT_OVERRIDE" in note for note in found.notes)
    # those of the same source are meant, and private hosts serve any region
    both = {"projects": ["eu-nl_b"], "auth_url": german["OS_AUTH_URL"]}
    assert settings({**PASSWORD, **both}).auth_url == german["OS_AUTH_URL"]
    private = {"OS_AUTH_URL": "https://iam.example.com"}
    assert settings({**PASSWORD, "projects": ["eu-nl_b"]}, environment=private).auth_url == private["OS_AUTH_URL"]
