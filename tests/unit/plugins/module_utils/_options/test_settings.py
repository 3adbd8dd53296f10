# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection settings: which source wins, which login method is meant, and what is missing."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.sources import OptionValue, read_options
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
    NEEDED_BESIDE,
    PASSWORD,
    PROXY,
    PROXY_SECRETS,
    SECRETS,
    TABLE,
    TOKEN,
    WHERE,
    WITH_SECRETS,
    Given,
    in_environment,
    omitted,
    recognizable,
    refusal,
    settings,
    with_enough,
)

# ---------------------------------------------------------------------------------------------------------------------
# options


def test_null_is_not_given() -> None:
    assert with_enough(**{o.name: None for o in CONNECTION if o.name not in ENOUGH}) == with_enough()
    assert settings(ENOUGH, {option.name: None for option in CONNECTION}) == with_enough()


@pytest.mark.parametrize("omit", omitted())
def test_omitted_is_not_given(omit: t.Any) -> None:
    nothing = {option.name: omit for option in CONNECTION if option.name not in ENOUGH}
    assert with_enough(**nothing) == with_enough()
    assert with_enough(domain_name=omit, user_domain_name="d") == with_enough(user_domain_name="d")
    assert settings(ENOUGH, {option.name: omit for option in CONNECTION}) == with_enough()
    # a lower source counts
    assert settings({**ENOUGH, "region": omit}, {"region": "eu-nl"}).region == "eu-nl"


def test_text_that_only_begins_like_an_omitted_value_is_a_value() -> None:
    for text in ("__omit_place_holder__", omitted()[0] + "0", "x" + omitted()[0], omitted()[0].upper()):
        assert with_enough(project_name=text).project_name == text


def test_aliases_stand_for_their_names() -> None:
    typed = {**WHERE, "username": "u", "password": "p"}
    for option in (option for option in CONNECTION if option.aliases):
        for alias in option.aliases:
            assert settings({**typed, alias: "d"}) == settings({**typed, option.name: "d"})


@pytest.mark.parametrize("option", [option for option in CONNECTION if option.aliases], ids=lambda option: option.name)
def test_name_and_alias_together(option: Option) -> None:
    names = (option.name, option.aliases[0])
    for first, second in (names, names[::-1]):
        text = refusal(settings, {**ENOUGH, first: "a", second: "a"})
        assert all(name in text for name in names)
    assert with_enough(**{option.name: "a", option.aliases[0]: None}) == with_enough(**{option.name: "a"})


@pytest.mark.parametrize(
    ("name", "near"),
    [("regoin", "region"), ("projectid", "project_id"), ("domain_nam", "domain_name"), ("pasword", "password")],
)
@pytest.mark.parametrize("value", [1, None])
def test_unsupported_option_with_a_near_name(name: str, near: str, value: t.Any) -> None:
    text = refusal(settings, {**ENOUGH, name: value})
    assert TABLE.plugin in text
    assert f"{name}. Did you mean {near}?" in text


@pytest.mark.parametrize("value", [1, None])
def test_unsupported_option_without_a_near_name(value: t.Any) -> None:
    text = refusal(settings, {**ENOUGH, "qqqqq": value})
    assert TABLE.plugin in text
    assert "qqqqq" in text
    assert ", ".join(option.name for option in CONNECTION) in text


def test_value_is_converted_on_first_use() -> None:
    given = read_options(TABLE, {"timeout": "soon"})["timeout"]
    assert given.raw == "soon"
    assert "timeout" in refusal(lambda: given.value)


# ---------------------------------------------------------------------------------------------------------------------
# sources


SAMPLES: dict[str, tuple[str, str, str]] = {
    "signature": ("access", "scope", "access"),
    "validate_certs": ("no", "yes", "no"),
    "autopilot": ("yes", "no", "yes"),
    "endpoint": ("https://a", "https://b", "https://c"),
    "auth_url": ("https://a", "https://b", "https://c"),
    "proxy": ("http://a", "http://b", "http://c"),
    "timeout": ("1", "2", "3"),
    "retries": ("1", "2", "3"),
}


def opposite(value: str) -> str:
    return {"yes": "no", "no": "yes"}[value]


def effective(option: Option, found: Settings) -> str:
    """The value that counts for an option, as text."""
    if option.type == "bool":
        return "yes" if (found.verify if option.name == "validate_certs" else getattr(found, option.name)) else "no"
    if option.name == "ca_cert":
        return Path(str(found.verify)).name
    if option.name == "cloud":
        return t.cast(CloudEntry, found.credential).name
    value = getattr(found.credential, option.name, None) or getattr(found, option.name, None)
    return f"{value:g}" if isinstance(value, float) else str(value)


def beside(option: Option) -> dict[str, str]:
    """What the option needs beside it to count."""
    needed = {**NEEDED_BESIDE.get(option.name, TOKEN), **WHERE}
    hidden_by = {"project_name": "project_id"}.get(option.name)
    return {name: value for name, value in needed.items() if name not in (option.name, hidden_by)}


@pytest.mark.parametrize("option", CONNECTION, ids=lambda option: option.name)
def test_option_beats_variable_beats_environment(option: Option, tmp_path: Path) -> None:
    values: t.Sequence[str] = SAMPLES.get(option.name, ("first", "second", "third"))
    folder = f"{tmp_path}/" if option.type == "path" else ""
    for value in values if folder else ():
        (tmp_path / value).touch()
    # in the lowest source, so that it decides nothing
    lowest = in_environment(beside(option))
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
    both = {**in_environment(beside(option)), first: "first", second: "second"}
    assert effective(option, settings(environment=both)) == "first"
    without = {name: value for name, value in {**both, first: empty}.items() if value is not None}
    assert effective(option, settings(environment=without)) == "second"


@pytest.mark.parametrize(
    ("text", "verify"), [("true", False), ("1", False), ("no", True), ("False", True), (" ", True)]
)
def test_os_insecure_is_the_opposite_of_validate_certs(text: str, verify: bool) -> None:
    assert settings(ENOUGH, environment={"OS_INSECURE": text}).verify is verify
    assert settings({**ENOUGH, "validate_certs": True}, {}, {"OS_INSECURE": text}).verify is True
    assert settings(ENOUGH, {"validate_certs": False}, {"OS_INSECURE": text}).verify is False


def test_os_insecure_that_is_not_a_boolean() -> None:
    assert "OS_INSECURE" in refusal(settings, ENOUGH, {}, {"OS_INSECURE": "perhaps"})


# where settings hold the value of an option, if not in a part that has its name
PARTS: dict[str, t.Callable[[Settings], t.Any]] = {
    "validate_certs": lambda found: found.verify,
    "ca_cert": lambda found: None if found.verify is True else found.verify,
    "token": lambda found: getattr(found.credential, "token", None),
    "cloud": lambda found: getattr(found.credential, "name", None),
}


@pytest.mark.parametrize("option", CONNECTION, ids=lambda option: option.name)
def test_defaults_are_those_of_the_table(option: Option) -> None:
    credential = ACCESS_KEY if option.name in ("access_key", "secret_key", "security_token", "signature") else PASSWORD
    complete = {**credential, **WHERE, "project_name": "eu-de_team", "user_domain_id": "d"}
    given = {name: value for name, value in complete.items() if name != option.name}
    if option.name in ("access_key", "secret_key", "username", "password"):
        # the login method is incomplete without it
        assert option.default is None
        assert option.name in refusal(settings, given)
        return
    found = settings(given)
    holder = found.credential if hasattr(found.credential, option.name) else found
    read = PARTS.get(option.name, lambda _: getattr(holder, option.name))
    assert read(found) == option.default


def test_environment_of_the_process_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.precedence import read_settings

    monkeypatch.setenv("OS_TOKEN", "from-the-process")
    assert read_settings(read_options(TABLE, WHERE), {}).credential == TokenCredential("from-the-process")


def test_wrong_value_is_named_by_its_source() -> None:
    assert "nvironment variable OS_AUTH_URL " in refusal(settings, ENOUGH, {}, {"OS_AUTH_URL": "nowhere"})
    assert f"ariable {VARIABLE_PREFIX}retries " in refusal(settings, ENOUGH, {"retries": "many"})
    assert f"ariable {VARIABLE_PREFIX}region is empty" in refusal(settings, TOKEN, {"region": ""})


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


METHODS: dict[str, dict[str, str]] = {"token": TOKEN, "access_key": ACCESS_KEY, "password": PASSWORD, "cloud": CLOUD}
CLASSES = {
    "token": TokenCredential,
    "access_key": AccessKeyCredential,
    "password": PasswordCredential,
    "cloud": CloudEntry,
}


@pytest.mark.parametrize("method", METHODS)
def test_each_method_from_each_source(method: str) -> None:
    given = {**METHODS[method], **WHERE}
    for found in (settings(given), settings({}, given), settings(environment=in_environment(given))):
        assert isinstance(found.credential, CLASSES[method])


def test_order_within_the_environment() -> None:
    environment = in_environment({**TOKEN, **ACCESS_KEY, **PASSWORD, **CLOUD, **WHERE})
    assert isinstance(settings(environment=environment).credential, TokenCredential)
    del environment["OS_TOKEN"]
    assert isinstance(settings(environment=environment).credential, AccessKeyCredential)
    del environment["OS_ACCESS_KEY"], environment["OS_SECRET_KEY"]
    assert isinstance(settings(environment=environment).credential, PasswordCredential)
    del environment["OS_USERNAME"], environment["OS_PASSWORD"]
    assert isinstance(settings(environment=environment).credential, CloudEntry)


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
    for names in (TOKEN, ACCESS_KEY, ("username", "password"), CLOUD):
        assert all(f"{name} " in text and CONNECTION_BY_NAME[name].environment[0] in text for name in names)


def test_user_without_an_account() -> None:
    text = refusal(settings, {**WHERE, "username": "u", "password": "p"})
    assert "user_domain_name (OS_USER_DOMAIN_NAME)" in text
    assert "user_domain_id (OS_USER_DOMAIN_ID)" in text


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


def test_iam_url_in_the_environment_is_not_for_a_cloud() -> None:
    environment = {"OS_AUTH_URL": "https://iam.example.com", "OS_REGION_NAME": "eu-de"}
    found = settings(CLOUD, environment=environment)
    assert (found.auth_url, found.region) == (None, "eu-de")
    assert settings(environment={**environment, "OS_CLOUD": "some-cloud"}) == found
    assert settings({**CLOUD, "auth_url": "https://a"}, environment=environment).auth_url == "https://a"


def test_cloud_needs_nothing_beside_it() -> None:
    found = settings(CLOUD)
    assert found.credential == CloudEntry("some-cloud", "scope", None, verify_given=False)
    assert found.project_id is found.project_name is found.region is None
    found = settings({**CLOUD, "passcode": "Zx9-passcode", "validate_certs": True, "signature": "access"})
    assert found.credential == CloudEntry("some-cloud", "access", "Zx9-passcode", verify_given=True)
    assert found.secrets() == ["Zx9-passcode"]
    assert "Zx9" not in repr(found)


def test_passcode_counts_from_every_source() -> None:
    for found in (
        settings({**WHERE, **PASSWORD}, environment={"OS_PASSCODE": "123456"}),
        settings({**WHERE, "passcode": "123456"}, PASSWORD, {"OS_PASSCODE": "000000"}),
    ):
        assert isinstance(found.credential, PasswordCredential)
        assert found.credential.passcode == "123456"


@pytest.mark.parametrize("names", [("project_id", "project_name"), ("user_domain_id", "user_domain_name")])
def test_alternatives_in_lower_sources_are_ignored(names: tuple[str, str]) -> None:
    both = {names[0]: "low-id", names[1]: "low-name"}
    needed = {"username": "u", "password": "p", "region": "eu-de", "project_id": "p", "user_domain_id": "d"}
    needed = {name: value for name, value in needed.items() if name not in both}
    for given in names:
        for found in (
            settings({**needed, given: "high"}, both),
            settings({**needed, given: "high"}, {}, in_environment(both)),
            settings(needed, {given: "high"}, in_environment(both)),
        ):
            assert {name: getattr(found, name) for name in names} == {**dict.fromkeys(names), given: "high"}
    lowest = settings(needed, {}, in_environment(both))
    assert {name: getattr(lowest, name) for name in names} == both


# ---------------------------------------------------------------------------------------------------------------------
# project and URLs


@pytest.mark.parametrize("name", ["ca.pem", "."])
def test_ca_cert_is_a_file_or_a_directory(tmp_path: Path, name: str) -> None:
    (tmp_path / "ca.pem").touch()
    path = str(tmp_path / name)
    assert with_enough(ca_cert=path).verify == path


@pytest.mark.parametrize("validate_certs", [True, False])
def test_ca_cert_that_is_not_found(tmp_path: Path, validate_certs: bool) -> None:
    path = str(tmp_path / "none.pem")
    typed = {**ENOUGH, "ca_cert": path, "validate_certs": validate_certs}
    if validate_certs:
        text = refusal(settings, typed)
        assert path in text
        assert "option ca_cert" in text
    else:
        assert settings(typed).verify is False


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD])
def test_no_project(credential: dict[str, str]) -> None:
    text = refusal(settings, {**credential, "region": "eu-de"})
    assert "project_id (OS_PROJECT_ID)" in text
    assert "project_name (OS_PROJECT_NAME)" in text


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY])
def test_no_endpoint(credential: dict[str, str]) -> None:
    text = refusal(settings, {**credential, "project_id": "p", "auth_url": "https://iam"})
    assert "endpoint (OS_CCE_ENDPOINT_OVERRIDE)" in text
    assert "region (OS_REGION_NAME)" in text


def test_no_iam_url() -> None:
    text = refusal(settings, {**PASSWORD, "project_id": "p", "endpoint": "https://cce"})
    assert "auth_url (OS_AUTH_URL)" in text
    assert "region (OS_REGION_NAME)" in text


@pytest.mark.parametrize(
    "typed",
    [
        {**TOKEN, "project_id": "p", "endpoint": "https://cce"},
        {**TOKEN, "project_id": "p", "region": "eu-de"},
        {**TOKEN, "project_name": "eu-de_team"},
        {**ACCESS_KEY, "project_name": "eu-de_team"},
        {**PASSWORD, "project_name": "eu-de_team"},
        {**PASSWORD, "project_id": "p", "auth_url": "https://iam"},
        {**PASSWORD, "project_id": "p", "region": "eu-de"},
    ],
)
def test_enough_to_make_a_call(typed: dict[str, str]) -> None:
    found = settings(typed)
    assert {name: getattr(found, name) for name in typed if hasattr(found, name)} == {
        name: value for name, value in typed.items() if hasattr(found, name)
    }


# ---------------------------------------------------------------------------------------------------------------------
# secrets


@pytest.mark.parametrize("credential", WITH_SECRETS)
def test_secrets_of_settings_are_complete_and_in_no_repr(credential: dict[str, str]) -> None:
    found = settings({**WHERE, "proxy": PROXY, **credential})
    used = {value for name, value in credential.items() if name in SECRETS}
    assert set(found.secrets()) == used | set(PROXY_SECRETS)
    for text in (repr(found), str(found), repr(found.credential)):
        assert "Zx9" not in text


def test_no_secret_in_the_repr_of_what_was_given() -> None:
    assert "Zx9" not in repr(OptionValue(CONNECTION_BY_NAME["token"], "option token", recognizable("token")))


def test_all_secret_options_are_tried_here() -> None:
    assert {name for credential in WITH_SECRETS for name in credential if name in SECRETS} == set(SECRETS)
