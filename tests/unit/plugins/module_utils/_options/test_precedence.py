# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Precedence: which source wins, and which login method is meant."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

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
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import (
    CONNECTION,
    CONNECTION_BY_NAME,
    VARIABLE_PREFIX,
    Option,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    ACCESS_KEY,
    CLOUD,
    ENOUGH,
    INSTANCE,
    NEEDED_BESIDE,
    PASSWORD,
    TOKEN,
    WHERE,
    Given,
    in_environment,
    refusal,
    settings,
)

SAMPLES: dict[str, tuple[str, str, str]] = {
    "signature": ("access", "scope", "access"),
    "validate_certs": ("no", "yes", "no"),
    "autopilot": ("yes", "no", "yes"),
    "endpoint": ("https://a", "https://b", "https://c"),
    "auth_url": ("https://a", "https://b", "https://c"),
    "proxy": ("http://a", "http://b", "http://c"),
    "timeout": ("1", "2", "3"),
    "retries": ("1", "2", "3"),
    "instance_agency": ("no", "yes", "no"),
    "metadata_url": ("http://127.0.0.1", "http://169.254.0.1", "http://[fe80::1]"),
}


def opposite(value: str) -> str:
    return {"yes": "no", "no": "yes"}[value]


def effective(option: Option, found: Settings) -> str:
    """The value that counts for an option, as text."""
    if option.type == "bool" and option.name != "instance_agency":
        return "yes" if (found.verify if option.name == "validate_certs" else getattr(found, option.name)) else "no"
    if option.name == "ca_cert":
        return Path(str(found.verify)).name
    if option.name == "cloud":
        return t.cast(CloudEntry, found.credential).name
    if option.name == "instance_agency":
        return "yes" if isinstance(found.credential, InstanceCredential) else "no"
    if option.name.startswith("agency_"):
        return str(getattr(found.agency, option.name[len("agency_") :]))
    value = getattr(found.credential, option.name, None) or getattr(found, option.name, None)
    if isinstance(value, tuple):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def requirements(option: Option) -> dict[str, str]:
    """The other options that the option requires to count."""
    needed = {**NEEDED_BESIDE.get(option.name, TOKEN), **WHERE}
    hidden_by = {"project_name": "project_id", "projects": "project_id"}.get(option.name)
    return {name: value for name, value in needed.items() if name not in (option.name, hidden_by)}


@pytest.mark.parametrize("option", CONNECTION, ids=lambda option: option.name)
def test_option_beats_variable_beats_environment(option: Option, tmp_path: Path) -> None:
    values: t.Sequence[str] = SAMPLES.get(option.name, ("first", "second", "third"))
    folder = f"{tmp_path}/" if option.type == "path" else ""
    for value in values if folder else ():
        (tmp_path / value).touch()
    # in the lowest source, so that it decides nothing
    lowest = in_environment(requirements(option))
    typed, variable, environment = ({option.name: folder + value} for value in values)
    named = {
        name: opposite(value) if option.environment_inverted else value
        for name in option.environment[:1]
        for value in environment.values()
    }
    assert effective(option, settings(typed, variable, {**lowest, **named})) == values[0]
    assert effective(option, settings({}, variable, {**lowest, **named})) == values[1]
    if named:
        assert effective(option, settings({}, {}, {**lowest, **named})) == values[2]


@pytest.mark.parametrize("option", [o for o in CONNECTION if len(o.environment) > 1], ids=lambda option: option.name)
@pytest.mark.parametrize("empty", ["", " ", None])
def test_first_environment_variable_that_is_not_empty_counts(option: Option, empty: str | None) -> None:
    first, second = option.environment
    both = {**in_environment(requirements(option)), first: "first", second: "second"}
    assert effective(option, settings(environment=both)) == "first"
    without = {name: value for name, value in {**both, first: empty}.items() if value is not None}
    assert effective(option, settings(environment=without)) == "second"


@pytest.mark.parametrize(
    ("typed", "environment"),
    [
        ({**ENOUGH, "endpoint": "https://a"}, {"OS_CCE_ENDPOINT_OVERRIDE": "nowhere"}),
        (ENOUGH, {"OS_TOKEN": "a b"}),
        (ENOUGH, {"OS_ACCESS_KEY": "a b"}),
        (ENOUGH, {"OS_USERNAME": "\udcff"}),
        ({**ENOUGH, "project_id": "p"}, {"OS_PROJECT_ID": "a b"}),
        ({**ENOUGH, "project_id": "p"}, {"OS_PROJECT_NAME": "\udcff"}),
        ({**ENOUGH, **ACCESS_KEY, "token": None}, {"OS_SECURITY_TOKEN": "a b"}),
    ],
)
def test_value_that_is_not_used_does_no_harm(typed: Given, environment: t.Mapping[str, str]) -> None:
    assert settings(typed, environment=environment) == settings(typed)


# ---------------------------------------------------------------------------------------------------------------------
# login methods


METHODS: dict[str, dict[str, str]] = {
    "token": TOKEN,
    "access_key": ACCESS_KEY,
    "password": PASSWORD,
    "instance_agency": INSTANCE,
    "cloud": CLOUD,
}
CLASSES = {
    "token": TokenCredential,
    "access_key": AccessKeyCredential,
    "password": PasswordCredential,
    "instance_agency": InstanceCredential,
    "cloud": CloudEntry,
}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_from_each_source(method: str) -> None:
    given = {**METHODS[method], **WHERE}
    for found in (settings(given), settings({}, given), settings(environment=in_environment(given))):
        assert isinstance(found.credential, CLASSES[method])


def test_order_within_the_environment() -> None:
    environment = in_environment({**TOKEN, **ACCESS_KEY, **PASSWORD, **INSTANCE, **CLOUD, **WHERE})
    for method, names in (
        ("cloud", ["OS_CLOUD"]),
        ("token", ["OS_TOKEN"]),
        ("access_key", ["OS_ACCESS_KEY", "OS_SECRET_KEY"]),
        ("password", ["OS_USERNAME", "OS_PASSWORD"]),
        ("instance_agency", ["OS_INSTANCE_AGENCY"]),
    ):
        assert isinstance(settings(environment=environment).credential, CLASSES[method])
        for name in names:
            del environment[name]
    assert "No credentials" in refusal(settings, {}, {}, environment)


@pytest.mark.parametrize("higher", METHODS)
@pytest.mark.parametrize("lower", METHODS)
def test_higher_source_decides_the_method(higher: str, lower: str) -> None:
    for found in (
        settings({**METHODS[higher], **WHERE}, METHODS[lower]),
        settings({**METHODS[higher], **WHERE}, environment=in_environment(METHODS[lower])),
        settings(WHERE, METHODS[higher], in_environment(METHODS[lower])),
    ):
        assert isinstance(found.credential, CLASSES[higher])


@pytest.mark.parametrize("methods", list(itertools.combinations(METHODS, 2)))
@pytest.mark.parametrize("as_variables", [False, True])
def test_two_explicit_credentials(methods: tuple[str, str], as_variables: bool) -> None:
    given = {**METHODS[methods[0]], **METHODS[methods[1]]}
    text = refusal(settings, WHERE, given) if as_variables else refusal(settings, {**WHERE, **given})
    assert text.startswith("Conflicting credentials: ")
    for method in methods:
        name = next(iter(METHODS[method]))
        assert (f"variable {VARIABLE_PREFIX}{name} " if as_variables else f"option {name} ") in text


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("access_key", "secret_key"),
        ("secret_key", "access_key"),
        ("username", "password"),
        ("password", "username"),
        ("password", "user_id"),
        ("user_id", "password"),
    ],
)
def test_incomplete_credential(given: str, missing: str) -> None:
    half = {given: "half"}
    variable = {name: CONNECTION_BY_NAME[name].environment[0] for name in (given, missing)}
    for arguments, label in (
        (({**WHERE, **half},), f"option {given} "),
        ((WHERE, half), f"variable {VARIABLE_PREFIX}{given} "),
        ((WHERE, {}, in_environment(half)), f"environment variable {variable[given]} "),
        # a complete one in a lower source is another one
        (({**WHERE, **half}, {}, in_environment(TOKEN)), f"option {given} "),
    ):
        text = refusal(settings, *arguments)
        assert text.startswith("Incomplete credentials: ")
        assert label in text
        assert f"{missing} ({variable[missing]})" in text
    # the other half may come from elsewhere
    other = {missing: "other", "user_domain_id": "d"}
    assert settings({**WHERE, **half}, {}, in_environment(other)) == settings({**WHERE, **half, **other})


@pytest.mark.parametrize("companions", [{}, {"security_token": "a", "passcode": "b", "user_domain_name": "c"}])
def test_no_credentials(companions: dict[str, str]) -> None:
    text = refusal(settings, {**WHERE, **companions})
    for names in (TOKEN, ACCESS_KEY, ("username", "password"), INSTANCE, CLOUD):
        assert all(f"{name} " in text and CONNECTION_BY_NAME[name].environment[0] in text for name in names)


def test_user_without_an_account() -> None:
    text = refusal(settings, {**WHERE, "username": "u", "password": "p"})
    assert "user_domain_name (OS_USER_DOMAIN_NAME)" in text
    assert "user_domain_id (OS_USER_DOMAIN_ID)" in text


@pytest.mark.parametrize("account", [{}, {"user_domain_name": "d"}, {"user_domain_id": "d"}])
def test_user_by_id_needs_no_account(account: dict[str, str]) -> None:
    typed = {**WHERE, "user_id": "i", "password": "p", **account}
    for found in (settings(typed), settings({}, typed), settings(environment=in_environment(typed))):
        assert found.credential == PasswordCredential(None, "i", "p", None)


@pytest.mark.parametrize(
    "user",
    [{"user_id": "i"}, {"username": "u", "user_domain_id": "d"}, {"username": "u", "user_domain_name": "d"}],
)
def test_user_in_the_environment_is_complete(user: dict[str, str]) -> None:
    environment = {"OS_ACCESS_KEY": "stray", **in_environment({**WHERE, **user, "password": "p"})}
    assert isinstance(settings(environment=environment).credential, PasswordCredential)


@pytest.mark.parametrize(
    ("typed", "variables", "environment", "expected"),
    [
        ({}, {}, {**ACCESS_KEY, "security_token": "st"}, "st"),
        (ACCESS_KEY, {}, {**ACCESS_KEY, "security_token": "st"}, None),
        ({}, ACCESS_KEY, {"security_token": "st"}, None),
        (ACCESS_KEY, {"security_token": "st"}, {}, None),
        ({**ACCESS_KEY, "security_token": "st"}, {}, {"security_token": "other"}, "st"),
        ({"security_token": "st"}, ACCESS_KEY, {}, "st"),
        ({"security_token": "st"}, {}, ACCESS_KEY, "st"),
    ],
)
def test_security_token_belongs_to_its_access_key(
    typed: Given, variables: Given, environment: Given, expected: str | None
) -> None:
    found = settings({**WHERE, **typed}, variables, in_environment(environment)).credential
    assert isinstance(found, AccessKeyCredential)
    assert found.security_token == expected


def test_cloud_needs_nothing_beside_it() -> None:
    found = settings(CLOUD)
    assert found.credential == CloudEntry("some-cloud", "scope", None, verify_given=False)
    assert found.project_id is found.project_name is found.region is None
    found = settings({**CLOUD, "passcode": "Zx9-passcode", "validate_certs": True, "signature": "access"})
    assert found.credential == CloudEntry("some-cloud", "access", "Zx9-passcode", verify_given=True)
    assert found.secrets() == ["Zx9-passcode"]
    assert "Zx9" not in repr(found)


@pytest.mark.parametrize(
    "names",
    [
        ("project_id", "project_name"),
        ("user_id", "username"),
        ("user_domain_id", "user_domain_name"),
        ("agency_domain_id", "agency_domain_name"),
    ],
)
def test_alternatives_in_lower_sources_are_ignored(names: tuple[str, str]) -> None:
    both = {names[0]: "low-id", names[1]: "low-name"}
    needed = {"username": "u", "password": "p", "region": "eu-de", "project_id": "p", "user_domain_id": "d"}
    needed.update({"agency_name": "a"} if "agency_domain_id" in names else {})
    needed = {name: value for name, value in needed.items() if name not in both}

    def found_values(found: Settings) -> dict[str, t.Any]:
        if found.agency:
            return {name: getattr(found.agency, name[len("agency_") :]) for name in names}
        return {name: getattr(found.credential if hasattr(found.credential, name) else found, name) for name in names}

    for given in names:
        for found in (
            settings({**needed, given: "high"}, both),
            settings({**needed, given: "high"}, {}, in_environment(both)),
            settings(needed, {given: "high"}, in_environment(both)),
        ):
            assert found_values(found) == {**dict.fromkeys(names), given: "high"}
    assert found_values(settings(needed, {}, in_environment(both))) == both
