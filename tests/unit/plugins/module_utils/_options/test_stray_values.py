# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stray values, usually in the environment: which ones are ignored, and what is reported about them."""

from __future__ import annotations

import itertools
import typing as t

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    InstanceCredential,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import CONNECTION, CONNECTION_BY_NAME
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    ACCESS_KEY,
    CLOUD,
    ENOUGH,
    INSTANCE,
    PASSWORD,
    TOKEN,
    WHERE,
    Given,
    in_environment,
    refusal,
    settings,
)

PUBLIC = {
    "eu-de": {
        "region": "eu-de",
        "auth_url": "https://iam.eu-de.otc.t-systems.com/v3",
        "endpoint": "https://cce.eu-de.otc.t-systems.com",
    },
    "eu-nl": {
        "region": "eu-nl",
        "auth_url": "https://IAM.eu-nl.otc.t-systems.com:443",
        "endpoint": "https://cce.eu-nl.otc.t-systems.com/prefix",
    },
}
PRIVATE = {"region": "lab", "auth_url": "https://iam.example.com", "endpoint": "https://10.0.0.1"}

# everything that the environment can hold, with every name that it can have
WHOLE_ENVIRONMENT = {
    name: {"auth_url": "https://iam.example.com", "endpoint": "https://cce.example.com", "ca_cert": "/"}.get(
        option.name, "yes" if option.type == "bool" else f"stray-{name}"
    )
    for option in CONNECTION
    for name in option.environment
}


def same_but_for_notes(found: Settings, expected: Settings, *ignored: str) -> None:
    """The settings are equal, and the notes name everything that was ignored, and nothing else."""
    assert found == expected
    text = "\n".join(found.notes)
    for name in ignored:
        assert name in text


# ---------------------------------------------------------------------------------------------------------------------
# together with a cloud

WITH_CLOUD = ("OS_CCE_ENDPOINT_OVERRIDE", "OS_CACERT", "OS_INSECURE", "OS_PASSCODE")


@pytest.mark.parametrize("name", sorted(WHOLE_ENVIRONMENT.keys() - {"OS_CLOUD", *WITH_CLOUD}))
def test_environment_adds_nothing_to_a_cloud(name: str) -> None:
    stray = {name: WHOLE_ENVIRONMENT[name]}
    same_but_for_notes(settings(CLOUD, {}, stray), settings(CLOUD), name)
    same_but_for_notes(settings({}, CLOUD, stray), settings(CLOUD), name)
    same_but_for_notes(settings({}, {}, {**stray, "OS_CLOUD": "some-cloud"}), settings(CLOUD), name)


def test_all_of_the_environment_adds_only_what_says_nothing_of_user_project_and_region() -> None:
    expected = {name: WHOLE_ENVIRONMENT[name] for name in WITH_CLOUD}
    found = settings(CLOUD, {}, {**WHOLE_ENVIRONMENT, "OS_CLOUD": "other-cloud"})
    assert found == settings(CLOUD, {}, expected)
    assert (found.endpoint, found.verify) == ("https://cce.example.com", False)
    assert isinstance(found.credential, CloudEntry)
    assert (found.credential.passcode, found.credential.verify_given) == ("stray-OS_PASSCODE", True)
    assert settings(CLOUD, {}, {"OS_CACERT": "/"}).verify == "/"


@pytest.mark.parametrize("name", ["region", "auth_url", "project_id", "project_name", "user_domain_name"])
def test_options_and_variables_override_the_cloud(name: str) -> None:
    value = {"auth_url": "https://iam.example.com"}.get(name, "mine")
    for found in (settings({**CLOUD, name: value}), settings({name: value}, {}, {"OS_CLOUD": "some-cloud"})):
        assert getattr(found, name) == value
    assert getattr(settings({}, {name: value}, {"OS_CLOUD": "some-cloud"}), name) == value


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD, INSTANCE])
def test_explicit_credential_makes_os_cloud_void(credential: dict[str, str]) -> None:
    others = in_environment(WHERE)
    for found in (
        settings(credential, {}, {**others, "OS_CLOUD": "stray-cloud"}),
        settings({}, credential, {**others, "OS_CLOUD": "stray-cloud"}),
    ):
        same_but_for_notes(found, settings(credential, {}, others), "OS_CLOUD")


# ---------------------------------------------------------------------------------------------------------------------
# incomplete credentials

INCOMPLETE = [
    {"OS_ACCESS_KEY": "stray"},
    {"OS_SECRET_KEY": "stray"},
    {"OS_USERNAME": "stray"},
    {"OS_PASSWORD": "stray"},
    {"OS_USERNAME": "stray", "OS_PASSWORD": "stray"},
    {"OS_USER_ID": "stray"},
]


@pytest.mark.parametrize("stray", INCOMPLETE)
@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, {**PASSWORD, "user_domain_name": "d"}, INSTANCE, CLOUD])
def test_incomplete_credential_in_the_environment_is_ignored_beside_a_complete_one(
    stray: dict[str, str], credential: dict[str, str]
) -> None:
    complete = in_environment({**credential, **WHERE})
    if not stray.keys() & complete.keys() and not (credential.keys() & PASSWORD.keys() and "OS_USER_ID" in stray):
        # an account makes user and password complete, and a password makes a user ID complete
        expected = settings(environment=complete)
        same_but_for_notes(settings(environment={**complete, **stray}), expected, next(iter(stray)))


@pytest.mark.parametrize("stray", INCOMPLETE)
def test_incomplete_credential_alone_is_an_error(stray: dict[str, str]) -> None:
    text = refusal(settings, WHERE, {}, stray)
    assert text.startswith("Incomplete credentials: ")
    assert "OS_USER_DOMAIN_NAME" in text if len(stray) > 1 else next(iter(stray)) in text


def test_instance_agency_that_is_off_is_not_a_credential() -> None:
    off = {"instance_agency": False}
    for stray in ({}, {"OS_INSTANCE_AGENCY": "yes"}, {"OS_INSTANCE_AGENCY": "no"}, {"OS_INSTANCE_AGENCY": "perhaps"}):
        assert "No credentials" in refusal(settings, {**WHERE, **off}, {}, stray)
        noted = [name for name, value in stray.items() if value != "no"]
        same_but_for_notes(settings({**ENOUGH, **off}, {}, stray), settings(ENOUGH), *noted)
        assert len(settings({**ENOUGH, **off}, {}, stray).notes) == len(noted)
    for found in (settings({**WHERE, **off}, TOKEN), settings(TOKEN, off, in_environment(WHERE))):
        assert isinstance(found.credential, TokenCredential)
    assert isinstance(settings({}, INSTANCE, {"OS_INSTANCE_AGENCY": "no"}).credential, InstanceCredential)


def test_instance_agency_that_is_not_a_boolean() -> None:
    assert "OS_INSTANCE_AGENCY" in refusal(settings, {}, {}, {"OS_INSTANCE_AGENCY": "perhaps"})
    # another credential in the environment comes before it
    assert settings(WHERE, {}, {"OS_INSTANCE_AGENCY": "perhaps", "OS_TOKEN": "a"}) == settings({**WHERE, "token": "a"})


def test_user_and_password_without_an_account_are_not_more_complete_than_half_an_access_key() -> None:
    text = refusal(settings, WHERE, {}, {"OS_ACCESS_KEY": "a", "OS_USERNAME": "u", "OS_PASSWORD": "p"})
    assert "OS_ACCESS_KEY" in text


def test_account_from_elsewhere_completes_user_and_password() -> None:
    environment = {"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_ACCESS_KEY": "stray"}
    found = settings({**WHERE, "domain_name": "d"}, {}, environment)
    assert isinstance(found.credential, PasswordCredential)


# ---------------------------------------------------------------------------------------------------------------------
# one-time codes, security tokens, accounts


def test_passcode_in_the_environment_belongs_to_the_user_there() -> None:
    passcode = {"OS_PASSCODE": "123456"}
    for found in (
        settings({**WHERE, **PASSWORD}, {}, passcode),
        settings(WHERE, PASSWORD, passcode),
        settings({**WHERE, "username": "u"}, {}, {**in_environment(PASSWORD), **passcode}),
        settings({**WHERE, "user_id": "u"}, {}, {**in_environment(PASSWORD), **passcode}),
    ):
        assert isinstance(found.credential, PasswordCredential)
        assert found.credential.passcode is None
        assert any("OS_PASSCODE" in note for note in found.notes)
    for found in (
        settings(WHERE, {}, {**in_environment(PASSWORD), **passcode}),
        settings({**WHERE, "password": "p"}, {}, {**in_environment(PASSWORD), **passcode}),
        settings({**WHERE, "passcode": "123456"}, PASSWORD, {"OS_PASSCODE": "000000"}),
        settings(WHERE, {**PASSWORD, "passcode": "123456"}),
        settings(WHERE, {}, {"OS_USER_ID": "u", "OS_PASSWORD": "p", **passcode, "OS_PASSCODE": "123456"}),
    ):
        assert isinstance(found.credential, PasswordCredential)
        assert found.credential.passcode == "123456"


def test_security_token_of_a_lower_source_is_reported_when_it_is_ignored() -> None:
    found = settings({**WHERE, **ACCESS_KEY}, {}, {"OS_SECURITY_TOKEN": "stray"})
    assert isinstance(found.credential, AccessKeyCredential)
    same_but_for_notes(found, settings({**WHERE, **ACCESS_KEY}), "OS_SECURITY_TOKEN")


@pytest.mark.parametrize("names", list(itertools.product(["NAME", "ID"], repeat=2)))
def test_user_domain_variable_beats_domain_variable(names: tuple[str, str]) -> None:
    newer, older = f"OS_USER_DOMAIN_{names[0]}", f"OS_DOMAIN_{names[1]}"
    typed = {**WHERE, "username": "u", "password": "p"}
    same_but_for_notes(
        settings(typed, {}, {newer: "mine", older: "stray"}), settings(typed, {}, {newer: "mine"}), older
    )


@pytest.mark.parametrize("names", list(itertools.product(["NAME", "ID"], repeat=2)))
def test_project_variable_beats_tenant_variable(names: tuple[str, str]) -> None:
    newer, older = f"OS_PROJECT_{names[0]}", f"OS_TENANT_{names[1]}"
    typed = {**TOKEN, "region": "eu-de"}
    same_but_for_notes(
        settings(typed, {}, {newer: "mine", older: "stray"}), settings(typed, {}, {newer: "mine"}), older
    )


# ---------------------------------------------------------------------------------------------------------------------
# the region of the project


@pytest.mark.parametrize("credential", [TOKEN, PASSWORD, CLOUD])
@pytest.mark.parametrize("name", ["region", "auth_url", "endpoint"])
@pytest.mark.parametrize(("region", "other"), [("eu-de", "eu-nl"), ("eu-nl", "eu-de")])
def test_other_region_of_a_lower_source_is_ignored(
    credential: dict[str, str], name: str, region: str, other: str
) -> None:
    project = {"project_name": f"{region}_team"}
    expected = settings({**credential, **project})
    # an entry of clouds.yaml may name its region as it likes, and decides later
    assert expected.region == (None if credential is CLOUD else region)
    stray = {name: PUBLIC[other][name]}
    label = f"opentelekomcloud_cce_{name}"
    same_but_for_notes(settings({**credential, **project}, stray), expected, label, region)
    if credential is not CLOUD or name == "endpoint":
        environment = in_environment(stray)
        for found in (
            settings({**credential, **project}, {}, environment),
            settings(credential, project, environment),
        ):
            same_but_for_notes(found, expected, CONNECTION_BY_NAME[name].environment[0], region)


@pytest.mark.parametrize("name", ["region", "auth_url", "endpoint"])
@pytest.mark.parametrize("places", [PUBLIC["eu-nl"], PRIVATE])
def test_same_region_and_private_hosts_of_a_lower_source_stay(name: str, places: dict[str, str]) -> None:
    found = settings({**TOKEN, "project_name": "eu-nl_lab"}, {}, in_environment({name: places[name]}))
    assert getattr(found, name) == places[name]
    assert found.notes == ()


@pytest.mark.parametrize("name", ["region", "auth_url", "endpoint"])
def test_other_region_of_the_same_or_a_higher_source_stays(name: str) -> None:
    place, project = {name: PUBLIC["eu-de"][name]}, {"project_name": "eu-nl_lab"}
    for found in (
        settings({**TOKEN, **place, **project}),
        settings({**TOKEN, **place}, project),
        settings({**TOKEN, **place}, {}, in_environment(project)),
        settings(TOKEN, {}, in_environment({**place, **project})),
    ):
        assert getattr(found, name) == place[name]


def test_next_lower_source_counts_where_one_is_ignored() -> None:
    found = settings(
        {**TOKEN, "project_name": "eu-nl_lab"},
        {"auth_url": PUBLIC["eu-de"]["auth_url"]},
        {"OS_AUTH_URL": PRIVATE["auth_url"]},
    )
    assert found.auth_url == PRIVATE["auth_url"]


def test_project_id_or_a_name_without_a_known_region_fixes_no_region() -> None:
    for project in ({"project_id": "p"}, {"project_name": "team"}, {"project_name": "eu-dee_team"}):
        found = settings({**TOKEN, **project}, {}, in_environment(PUBLIC["eu-de"]))
        assert (found.region, found.endpoint) == ("eu-de", PUBLIC["eu-de"]["endpoint"])
    # the project of a lower source does not count together with another one
    found = settings({**TOKEN, "project_id": "p"}, {"project_name": "eu-nl_lab"}, in_environment(PUBLIC["eu-de"]))
    assert found.region == "eu-de"


def test_invalid_url_of_a_lower_source_is_an_error_only_if_it_counts() -> None:
    typed = {**TOKEN, "project_name": "eu-nl_lab"}
    assert "OS_AUTH_URL" in refusal(settings, typed, {}, {"OS_AUTH_URL": "nowhere"})
    assert settings({**typed, "auth_url": "https://a"}, {}, {"OS_AUTH_URL": "nowhere"}).auth_url == "https://a"


# ---------------------------------------------------------------------------------------------------------------------
# notes


@pytest.mark.parametrize(
    ("typed", "variables", "environment"),
    [
        (ENOUGH, {}, {}),
        ({}, ENOUGH, {}),
        ({}, {}, in_environment(ENOUGH)),
        # both count
        ({**TOKEN, "region": "eu-de"}, {}, {"OS_PROJECT_ID": "p", "OS_PROJECT_NAME": "x"}),
        # what they both say
        (ENOUGH, ENOUGH, in_environment(ENOUGH)),
        ({**ENOUGH, "validate_certs": "no", "retries": 3}, {"validate_certs": False, "retries": "3"}, {}),
        ({**ENOUGH, "endpoint": "https://a/"}, {"endpoint": "https://a"}, {}),
        ({**ENOUGH, "validate_certs": True}, {}, {"OS_INSECURE": "no"}),
        ({**WHERE, **PASSWORD}, {}, {"OS_USER_DOMAIN_NAME": "some-account", "OS_DOMAIN_NAME": "some-account"}),
        # each has a message of its own
        (TOKEN, {"region": "eu-de"}, {"OS_PROJECT_ID": "p", "OS_CCE_ENDPOINT_OVERRIDE": "https://a"}),
        # the same URL, which an option makes count although it is in another region than the project
        *[
            ({**TOKEN, "project_name": "eu-nl_lab", **place}, place, in_environment(place))
            for place in ({name: value} for name, value in PUBLIC["eu-de"].items())
        ],
        (CLOUD, {"region": "eu-de"}, {"OS_CACERT": "/", "OS_INSECURE": "no", "OS_PASSCODE": "1"}),
        # what does not matter for this login method
        (ENOUGH, {"signature": "access"}, {"OS_PASSCODE": "1", "OS_SECURITY_TOKEN": "a"}),
        ({**ENOUGH, "signature": "scope"}, {"signature": "access"}, {}),
        ({**ENOUGH, "security_token": "a"}, {"security_token": "b"}, {}),
        ({**ENOUGH, "metadata_url": "http://127.0.0.1"}, {"metadata_url": "http://[::1]"}, {}),
    ],
)
def test_no_note_where_nothing_disagrees(typed: Given, variables: Given, environment: t.Mapping[str, str]) -> None:
    assert settings(typed, variables, environment).notes == ()


@pytest.mark.parametrize(
    ("typed", "variables", "environment", "facts"),
    [
        (ENOUGH, {"region": "eu-nl"}, {}, ["option region ('eu-de')", "opentelekomcloud_cce_region ('eu-nl')"]),
        (ENOUGH, {}, {"OS_PROJECT_NAME": "x"}, ["option project_id ('some-project')", "OS_PROJECT_NAME ('x')"]),
        (ENOUGH, {}, {"OS_TOKEN": "other"}, ["option token", "OS_TOKEN"]),
        (ENOUGH, {}, {"OS_AUTH_TOKEN": "other"}, ["option token", "OS_AUTH_TOKEN"]),
        ({**ENOUGH, "timeout": 5}, {"timeout": "soon"}, {}, ["option timeout (5)", "timeout ('soon')"]),
        (
            {**WHERE, **ACCESS_KEY, "signature": "scope"},
            {"signature": "access"},
            {},
            ["option signature ('scope')", "signature ('access')"],
        ),
        *[
            ({**method, "signature": "scope"}, {"signature": "access"}, {}, ["signature ('scope')", "('access')"])
            for method in (INSTANCE, CLOUD)
        ],
        (
            {**INSTANCE, "metadata_url": "http://127.0.0.1"},
            {"metadata_url": "http://[::1]"},
            {},
            ["option metadata_url ('http://127.0.0.1')", "metadata_url ('http://[::1]')"],
        ),
        ({**WHERE, **PASSWORD, "passcode": "1"}, {"passcode": "2"}, {}, ["option passcode", "cce_passcode"]),
        ({**CLOUD, "passcode": "1"}, {}, {"OS_PASSCODE": "2"}, ["option passcode", "OS_PASSCODE"]),
        # the higher value would win in any case
        (
            {**TOKEN, **PUBLIC["eu-nl"], "project_name": "eu-nl_lab"},
            {"region": "eu-de"},
            {},
            ["option region ('eu-nl')", "cce_region ('eu-de')"],
        ),
        (ENOUGH, {"password": "p"}, {}, ["option token", "opentelekomcloud_cce_password"]),
        # the passcode of a user who does not log in does not matter
        (ENOUGH, {"username": "u"}, {"OS_PASSCODE": "1"}, ["option token", "opentelekomcloud_cce_username"]),
        ({**WHERE, **PASSWORD, "passcode": "1"}, {}, {"OS_PASSCODE": "2"}, ["option passcode", "OS_PASSCODE"]),
        (
            {**WHERE, **ACCESS_KEY, "security_token": "a"},
            {},
            {"OS_SECURITY_TOKEN": "b"},
            ["option security_token", "OS_SECURITY_TOKEN"],
        ),
        # an ID and a name that are spelled alike
        (ENOUGH, {}, {"OS_PROJECT_NAME": "some-project"}, ["option project_id", "OS_PROJECT_NAME"]),
    ],
)
def test_note_names_both_sources(
    typed: Given, variables: Given, environment: t.Mapping[str, str], facts: list[str]
) -> None:
    (note,) = settings(typed, variables, environment).notes
    assert all(fact in note for fact in facts)


def test_notes_do_not_make_other_settings() -> None:
    noted = settings(ENOUGH, {}, {"OS_TOKEN": "other"})
    assert noted.notes
    assert noted == settings(ENOUGH)
    assert hash(noted) == hash(settings(ENOUGH))
    assert noted.notes[0] not in repr(noted)
    assert isinstance(noted.credential, TokenCredential)
