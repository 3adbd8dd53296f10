# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option handling: from whatever Ansible hands over to settings, or to one sentence."""

from __future__ import annotations

import itertools
import typing as t
from base64 import b64encode
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options import settings as _settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import (
    CONNECTION,
    VARIABLE_PREFIX,
    Option,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.validation import passwords_in_urls
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import FILTERS, LOOKUP, MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import (
    JobsRequest,
    Wait,
    read_request,
)

PLUGIN = LOOKUP
OPTIONS = list({**MODULE.by_name, **LOOKUP.by_name}.values())
TOKEN = {"token": "some-token"}
ACCESS_KEY = {"access_key": "some-ak", "secret_key": "some-sk"}
PASSWORD = {"username": "some-user", "password": "some-password", "user_domain_name": "some-account"}
CLOUD = {"cloud": "some-cloud"}
PLACE = {"region": "eu-de", "project_id": "some-project"}
ENOUGH = {**TOKEN, **PLACE}
CLUSTER = "7ec8b73d-83db-11f0-8baa-0255ac10003e"

Given = t.Mapping[str, t.Any]


def settings(
    typed: Given | None = None,
    variables: Given | None = None,
    environment: t.Mapping[str, str] | None = None,
    terms: t.Sequence[t.Any] = (),
) -> Settings:
    return request(typed, variables, environment, terms).settings


def request(
    typed: Given | None = None,
    variables: Given | None = None,
    environment: t.Mapping[str, str] | None = None,
    terms: t.Sequence[t.Any] = (),
) -> JobsRequest:
    # the lookup, unless an option is asked about that the module alone has
    plugin = MODULE if {*(typed or ())} & (MODULE.by_name.keys() - LOOKUP.by_name.keys()) else LOOKUP
    return read_request(plugin, typed or {}, variables or {}, environment or {}, terms)


def with_enough(**typed: t.Any) -> Settings:
    return request_with_enough(**typed).settings


def request_with_enough(**typed: t.Any) -> JobsRequest:
    return request({**ENOUGH, **typed})


def sentence(
    typed: Given | None = None,
    variables: Given | None = None,
    environment: t.Mapping[str, str] | None = None,
    terms: t.Sequence[t.Any] = (),
) -> str:
    """The message of the failure."""
    with pytest.raises(CceError) as caught:
        settings(typed, variables, environment, terms)
    error, text = caught.value, str(caught.value)
    assert error.as_dict() == {
        "kind": "option",
        **dict.fromkeys(("http_status", "code", "message", "request_id", "url")),
    }
    assert error.__cause__ is None
    return text


# ---------------------------------------------------------------------------------------------------------------------
# values


class Text(str):
    """Like the subclasses of text that Ansible hands over: every method gives its own kind again."""

    def strip(self, *arguments: t.Any) -> Text:
        return Text(super().strip(*arguments))

    def split(self, *arguments: t.Any) -> t.Any:
        return [Text(part) for part in super().split(*arguments)]

    def __str__(self) -> str:  # pylint: disable=invalid-str-returned
        return self


class Vaulted:
    """Like the vaulted values of ansible-core up to 2.18: no text, but it turns into it."""

    __ENCRYPTED__ = True

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.text)


class LazyList(list[t.Any]):
    """Like the lists of ansible-core since 2.19."""


CONVERSIONS: list[tuple[str, t.Any, t.Any]] = [
    ("region", "eu-de", "eu-de"),
    ("region", " eu-de\n", "eu-de"),
    ("region", Text("eu-de"), "eu-de"),
    ("region", Text(" eu-de "), "eu-de"),
    ("region", Vaulted("eu-de"), "eu-de"),
    ("project_name", 7, "7"),
    ("project_name", 1.5, "1.5"),
    ("project_name", "ümlaut", "ümlaut"),
    ("project_id", "abc\n", "abc"),
    ("endpoint", "https://cce.example.com/", "https://cce.example.com"),
    ("endpoint", "https://cce.example.com:8443/prefix//", "https://cce.example.com:8443/prefix"),
    ("endpoint", "http://[::1]:80", "http://[::1]:80"),
    ("endpoint", "https://[fe80::1%eth0]", "https://[fe80::1%eth0]"),
    ("endpoint", "https://cce_internal.example.com.", "https://cce_internal.example.com."),
    ("endpoint", "HTTPS://CCE.example.com", "HTTPS://CCE.example.com"),
    ("endpoint", "https://bücher.example", "https://bücher.example"),
    ("auth_url", "https://iam.example.com/v3/", "https://iam.example.com/v3"),
    ("proxy", "http://proxy.example.com:3128", "http://proxy.example.com:3128"),
    ("proxy", "http://user:secret@proxy.example.com:3128/", "http://user:secret@proxy.example.com:3128/"),
    ("proxy", "socks5h://127.0.0.1:1080", "socks5h://127.0.0.1:1080"),
    ("timeout", 1, 1.0),
    ("timeout", 0.5, 0.5),
    ("timeout", "2.5", 2.5),
    ("timeout", Text("30"), 30.0),
    ("timeout", Vaulted("30"), 30.0),
    ("timeout", 2_000_000, 2_000_000.0),
    ("retries", 0, 0),
    ("retries", "3", 3),
    ("retries", 3.0, 3),
    ("retries", Vaulted("3"), 3),
    *[("validate_certs", value, True) for value in (True, "yes", "True", "on", "1", 1, 1.0, " true ", Text("y"))],
    *[("validate_certs", value, False) for value in (False, "no", "FALSE", "off", "0", 0, 0.0, Vaulted("n"))],
]

QUERY_CONVERSIONS: list[tuple[str, t.Any, t.Any]] = [
    ("status", [], ()),
    ("status", ["Failed"], ("Failed",)),
    ("status", "Failed", ("Failed",)),
    ("status", "Failed, Success", ("Failed", "Success")),
    ("status", ("Failed", "Success"), ("Failed", "Success")),
    ("status", LazyList([Text(" Failed "), "Success"]), ("Failed", "Success")),
    ("status", {"Failed": 1}.keys(), ("Failed",)),
    ("status", map(str.title, ["failed", "success"]), ("Failed", "Success")),
    ("status", Vaulted("Failed,Success"), ("Failed", "Success")),
    ("status", [Vaulted("Failed")], ("Failed",)),
    ("status", Text("Failed"), ("Failed",)),
    ("id", 7, ("7",)),
    ("id", [7, 1.5], ("7", "1.5")),
    ("job_id", "a", ("a",)),
    ("type", ["a,b"], ("a,b",)),
    ("finished", True, True),
    ("finished", "no", False),
    ("limit", 1, 1),
    ("limit", "10", 10),
    ("limit", 10.0, 10),
    ("subjobs", "flat", "flat"),
    ("order", Text("oldest"), "oldest"),
    ("created_after", "2025-09-02", "2025-09-02T00:00:00.000000Z"),
    ("created_after", date(2025, 9, 2), "2025-09-02T00:00:00.000000Z"),
    ("created_before", "2025-09-02 10:00:00", "2025-09-02T10:00:00.000000Z"),
    # as a module gets a time that stands unquoted in YAML, and as a lookup gets it
    ("created_before", "2025-09-02T10:00:00", "2025-09-02T10:00:00.000000Z"),
    ("created_before", datetime(2025, 9, 2, 10), "2025-09-02T10:00:00.000000Z"),
    ("created_before", "2025-09-02T12:00:00+02:00", "2025-09-02T10:00:00.000000Z"),
    ("created_before", datetime(2025, 9, 2, 12, tzinfo=timezone(timedelta(hours=2))), "2025-09-02T10:00:00.000000Z"),
]


def is_exactly(value: t.Any, expected: t.Any) -> bool:
    """Equal, and of no subclass, in its elements either."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, tuple):
        return len(value) == len(expected) and all(map(is_exactly, value, expected))
    return bool(value == expected)


@pytest.mark.parametrize(("name", "value", "expected"), CONVERSIONS)
def test_connection_option_is_converted(name: str, value: t.Any, expected: t.Any) -> None:
    found = with_enough(**{name: value})
    assert is_exactly(getattr(found, {"validate_certs": "verify"}.get(name, name)), expected)


@pytest.mark.parametrize(("name", "value", "expected"), QUERY_CONVERSIONS)
def test_filter_is_converted(name: str, value: t.Any, expected: t.Any) -> None:
    assert is_exactly(getattr(request_with_enough(**{name: value}).query, {"job_id": "id"}.get(name, name)), expected)


def test_null_is_not_given() -> None:
    assert with_enough(**{o.name: None for o in PLUGIN.options if o.name not in ENOUGH}) == with_enough()
    assert with_enough(wait=None, wait_timeout=None, wait_interval=None) == with_enough()


def test_aliases_stand_for_their_names() -> None:
    typed = {**PLACE, "username": "u", "password": "p"}
    assert settings({**typed, "domain_name": "d"}) == settings({**typed, "user_domain_name": "d"})
    assert settings({**typed, "domain_id": "d"}) == settings({**typed, "user_domain_id": "d"})


def test_blanks_of_a_password_are_its_own_and_those_of_other_secrets_are_not() -> None:
    assert settings({**PLACE, **PASSWORD, "password": Text(" a b ")}).credential.password == " a b "  # type: ignore
    assert settings({**PLACE, "token": " abc\n"}).credential == TokenCredential("abc")


def test_path_is_expanded(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        patch.setenv("SOMEWHERE", str(tmp_path))
        assert with_enough(ca_cert="~/ca.pem").verify == str(tmp_path / "ca.pem")
        assert with_enough(ca_cert="$SOMEWHERE/ca.pem").verify == str(tmp_path / "ca.pem")


@pytest.mark.parametrize(
    ("age", "seconds"), [("90s", 90), ("15m", 900), ("24h", 86400), ("7d", 604800), ("2w", 1209600)]
)
def test_age_counts_back_from_now(age: str, seconds: int) -> None:
    before = datetime.now(timezone.utc)
    bound = request_with_enough(created_after=age).query.created_after
    moment = datetime.fromisoformat(str(bound).replace("Z", "+00:00")) + timedelta(seconds=seconds)
    assert before <= moment <= datetime.now(timezone.utc)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_defaults_are_those_of_the_table(option: Option) -> None:
    found = with_enough()
    if option.name == "cluster_name":
        assert found.cluster_names == ((), ())
    elif option in FILTERS:
        default = () if option.type == "list" else option.default
        assert getattr(found.query, option.name) == default
    elif option.name in ("timeout", "retries", "autopilot", "proxy", "endpoint", "auth_url", "project_name"):
        assert getattr(found, option.name) == option.default
    elif option.name == "validate_certs":
        assert found.verify is option.default


# ---------------------------------------------------------------------------------------------------------------------
# values that are wrong


WRONG_FOR_TYPE: dict[str, list[t.Any]] = {
    "str": [[], ["a"], {"a": 1}, True, b"a", {"a"}, object()],
    "path": [[], {"a": 1}, False, b"a"],
    "bool": ["perhaps", "", 7, 0.5, [], {}, [True], b"yes"],
    "int": ["many", "", 1.5, "1.0", True, [1], {}, "nan", "inf", float("inf"), b"1"],
    "float": ["long", "", True, [1], {}, "nan", "-inf", float("nan"), float("inf"), 10**400, b"1"],
    "list": [{"a": 1}, True, b"a", object()],
}


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_value_of_a_wrong_type(option: Option) -> None:
    for value in WRONG_FOR_TYPE[option.type]:
        assert f"option {option.name} " in sentence({**ENOUGH, option.name: value}), value


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.type in ("str", "path")])
def test_empty_text(option: Option) -> None:
    for value in ("", Vaulted("")) if option.name == "password" or option.choices else ("", "  ", "\n", Vaulted("")):
        assert sentence({**ENOUGH, option.name: value}).startswith(f"The option {option.name} is empty: ")


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.type == "list"], ids=lambda o: o.name)
@pytest.mark.parametrize(
    ("value", "number", "problem"),
    [
        ([None], 1, "is empty"),
        (["a", None], 2, "is empty"),
        (["a", ""], 2, "is empty"),
        (["a", " "], 2, "is empty"),
        (["a", Vaulted("")], 2, "is empty"),
        ("", 1, "is empty"),
        ("a,,b", 2, "is empty"),
        ("a,", 2, "is empty"),
        ([["a"]], 1, "has to be text"),
        ([{"a": 1}], 1, "has to be text"),
        ([True], 1, "has to be text"),
        ([b"a"], 1, "has to be text"),
    ],
)
def test_wrong_element(option: Option, value: t.Any, number: int, problem: str) -> None:
    text = sentence({**ENOUGH, option.name: value})
    assert text.startswith(f"Element {number} of the option {option.name} {problem}")


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.choices], ids=lambda option: option.name)
def test_no_such_choice(option: Option) -> None:
    for value in ("other", option.choices[0].upper(), f" {option.choices[0]}"):
        text = sentence({**ENOUGH, option.name: value})
        assert f"option {option.name} takes {' or '.join(option.choices)}, not " in text


WRONG_VALUES: list[tuple[str, t.Any, str]] = [
    ("limit", 0, "1 or more, not 0"),
    ("limit", -1, "1 or more, not -1"),
    ("retries", -1, "0 or more, not -1"),
    ("timeout", 0, "above 0"),
    ("timeout", -1, "above 0"),
    ("timeout", 2_000_001, "up to 2000000"),
    ("created_after", "yesterday", "give RFC 3339"),
    ("created_after", "2025-02-30", "give RFC 3339"),
    ("created_before", "9" * 30 + "w", "give RFC 3339"),
    ("token", "a b", "blanks"),
    ("token", "a\u200bb", "blanks"),
    ("access_key", "a\nb", "blanks"),
    ("project_id", "a b", "blanks"),
    ("username", "\udcff", "UTF-8"),
    ("project_name", "a\udcff", "UTF-8"),
    ("status", ["\udcff"], "UTF-8"),
    ("region", "x" * 500, ""),
]


@pytest.mark.parametrize(("name", "value", "part"), WRONG_VALUES[:-1])
def test_wrong_value(name: str, value: t.Any, part: str) -> None:
    text = sentence({**ENOUGH, name: value})
    assert f"option {name} " in text
    assert part in text
    text.encode()


def test_long_value_is_cut_in_the_sentence() -> None:
    assert len(sentence({**ENOUGH, "created_after": "x" * 10_000})) < 300
    assert len(sentence({**ENOUGH, "endpoint": "x" * 10_000})) < 300
    assert len(sentence({**ENOUGH, "region": ["x"] * 10_000})) < 300


BAD_ADDRESSES = [
    "cce.example.com",
    "//cce.example.com",
    "https://",
    "https:///path",
    "ftp://cce.example.com",
    "https://cce.example.com:0",
    "https://cce.example.com:99999",
    "https://cce.example.com:port",
    "https://cce..example.com",
    f"https://{'x' * 64}.example.com",
    "https://[::1",
    "https://cce example.com",
    "https://cce.example.com/a b",
    "https://cce.exam\x00ple.com",
    "https://cce.exam\tple.com",
    "https://cce.exam%20ple.com",
    "https://<host>",
    'https://"cce.example.com"',
]


@pytest.mark.parametrize("name", ["endpoint", "auth_url", "proxy"])
@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_no_address(name: str, address: str) -> None:
    assert f"The option {name} takes an address such as http" in sentence({**ENOUGH, name: address})


@pytest.mark.parametrize("name", ["endpoint", "auth_url"])
@pytest.mark.parametrize("rest", ["?", "#", "?a=b", "#a", "/?a=b", "/path#"])
def test_address_with_query_or_fragment(name: str, rest: str) -> None:
    text = sentence({**ENOUGH, name: "https://cce.example.com" + rest})
    assert text == f"The option {name} takes a base address: drop everything from the first ? or # on."


@pytest.mark.parametrize("name", ["endpoint", "auth_url"])
@pytest.mark.parametrize("address", ["https://u:Zx9secret@cce.example.com", "u:Zx9secret@h", "https://Zx9secret@h:bad"])
def test_address_with_credentials_inside_is_refused_and_not_shown(name: str, address: str) -> None:
    text = sentence({**ENOUGH, name: address})
    assert f"option {name} " in text
    assert "Zx9secret" not in text


@pytest.mark.parametrize("validate_certs", [True, False])
def test_authorities_that_are_not_there(tmp_path: Path, validate_certs: bool) -> None:
    typed = {**ENOUGH, "ca_cert": str(tmp_path / "none.pem"), "validate_certs": validate_certs}
    if validate_certs:
        assert "The option ca_cert names " in sentence(typed)
    else:
        assert settings(typed).verify is False


# ---------------------------------------------------------------------------------------------------------------------
# names


@pytest.mark.parametrize(
    ("name", "near"),
    [("statsu", "status"), ("clusterid", "cluster_id"), ("job_ids", "job_id"), ("pasword", "password")],
)
def test_unknown_option_with_a_near_name(name: str, near: str) -> None:
    assert sentence({**ENOUGH, name: 1}) == f"{PLUGIN} has no option {name}: did you mean {near}?"


@pytest.mark.parametrize("value", [1, None])
def test_unknown_option_without_a_near_name(value: t.Any) -> None:
    text = sentence({**ENOUGH, "qqqqq": value})
    assert text.startswith(f"{PLUGIN} has no option qqqqq: ")
    assert text.endswith(f"take one of {', '.join(option.name for option in PLUGIN.options)}.")


@pytest.mark.parametrize("plugin", [MODULE, PLUGIN])
def test_option_of_the_other_plugin(plugin: str) -> None:
    for option in (option for option in OPTIONS if option.plugin not in (None, plugin)):
        with pytest.raises(CceError, match=f"has no option {option.name}"):
            read_request(plugin, {**ENOUGH, option.name: option.default}, {}, {})


def test_wait() -> None:
    assert with_enough(wait=False, wait_timeout=5).wait is None
    assert with_enough(wait=True).wait == Wait(1800, 10)
    assert with_enough(wait="yes", wait_timeout="60", wait_interval=0.5).wait == Wait(60, 0.5)
    for name in ("wait_timeout", "wait_interval"):
        assert f"The option {name} takes seconds above 0" in sentence({**ENOUGH, "wait": True, name: 0})


@pytest.mark.parametrize("option", [option for option in OPTIONS if option.aliases], ids=lambda option: option.name)
def test_name_and_alias_together(option: Option) -> None:
    first, second = sorted((option.name, option.aliases[0]))
    for typed in ({first: "a", second: "a"}, {second: "a", first: "a"}):
        text = sentence({**ENOUGH, **typed})
        assert text == f"The option {first} and the option {second} are the same: give one of them."
    with_enough(**{option.name: "a", option.aliases[0]: None})


def test_every_name_and_alias_is_an_option() -> None:
    known = {**MODULE.canonical, **LOOKUP.canonical}
    assert all(name in known for option in OPTIONS for name in (option.name, *option.aliases))
    assert "statsu" not in MODULE.canonical


# ---------------------------------------------------------------------------------------------------------------------
# terms


def test_terms_join_the_clusters_of_the_option() -> None:
    assert settings(ENOUGH, terms=[CLUSTER, Text(CLUSTER.upper())]).query.cluster_id == (CLUSTER, CLUSTER.upper())
    assert request({**ENOUGH, "cluster_id": "a"}, terms=[f" {CLUSTER}\n"]).query.cluster_id == ("a", CLUSTER)


@pytest.mark.parametrize("term", ["shop-prod", CLUSTER[:-1], CLUSTER + "0", "g" * 36, 7])
def test_a_term_that_is_no_id_is_a_name(term: t.Any) -> None:
    found = settings({**ENOUGH, "cluster_name": ["a"]}, terms=[CLUSTER, term])
    assert found.query.cluster_id == (CLUSTER,)
    assert found.cluster_names == (("a",), (str(term),))


@pytest.mark.parametrize("term", ["", " ", [CLUSTER], {}, None, True, b"a" * 36])
def test_wrong_term(term: t.Any) -> None:
    said = sentence(ENOUGH, terms=[CLUSTER, term])
    assert said.startswith("Term 2 of the lookup has to be the id or the name of a cluster")


# ---------------------------------------------------------------------------------------------------------------------
# places


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
NEEDED_BESIDE: dict[str, dict[str, str]] = {
    "access_key": {"secret_key": "s"},
    "secret_key": {"access_key": "a"},
    "security_token": ACCESS_KEY,
    "signature": ACCESS_KEY,
    "username": {"password": "p", "user_domain_name": "d"},
    "password": {"username": "u", "user_domain_name": "d"},
    "passcode": PASSWORD,
    "user_domain_name": {"username": "u", "password": "p"},
    "user_domain_id": {"username": "u", "password": "p"},
    "cloud": {},
}


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


@pytest.mark.parametrize("option", CONNECTION, ids=lambda option: option.name)
def test_option_beats_variable_beats_environment(option: Option, tmp_path: Path) -> None:
    values: t.Sequence[str] = SAMPLES.get(option.name, ("first", "second", "third"))
    folder = f"{tmp_path}/" if option.type == "path" else ""
    for value in values if folder else ():
        (tmp_path / value).touch()
    beside = {**NEEDED_BESIDE.get(option.name, TOKEN if option.name != "token" else {}), **PLACE}
    beside.pop(option.name, None)
    if option.name == "project_name":
        del beside["project_id"]
    typed, variable, environment = ({option.name: folder + value} for value in values)
    named = {name: value for name in option.environment[:1] for value in environment.values()}

    def found(typed: Given, variables: Given, variables_of_the_process: t.Mapping[str, str]) -> str:
        # what else is needed lies in the lowest place, so that it decides nothing
        lowest = {o.environment[0]: beside[o.name] for o in CONNECTION if o.name in beside}
        return effective(option, settings(typed, variables, {**lowest, **variables_of_the_process}))

    assert found(typed, variable, named) == values[0]
    assert found({}, variable, named) == values[1]
    if named:
        assert found({}, {}, named) == values[2]


@pytest.mark.parametrize("option", [o for o in CONNECTION if len(o.environment) > 1], ids=lambda option: option.name)
@pytest.mark.parametrize("empty", ["", " ", None])
def test_first_environment_variable_that_is_not_empty_counts(option: Option, empty: str | None) -> None:
    first, second = option.environment
    beside = {**NEEDED_BESIDE.get(option.name, TOKEN if option.name != "token" else {}), **PLACE}
    if option.name == "project_name":
        del beside["project_id"]
    environment = {o.environment[0]: beside[o.name] for o in CONNECTION if o.name in beside}
    both = {**environment, first: "first", second: "second"}
    assert effective(option, settings(environment=both)) == "first"
    without = {name: value for name, value in {**both, first: empty}.items() if value is not None}
    assert effective(option, settings(environment=without)) == "second"


def test_environment_of_the_process_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_TOKEN", "from-the-process")
    assert read_request(PLUGIN, PLACE, {}).credential == TokenCredential("from-the-process")


def test_filters_are_read_from_options_only() -> None:
    found = settings(ENOUGH, {"status": ["Failed"], "limit": 1}, {"OS_STATUS": "Failed"})
    assert found == with_enough()


def test_null_variable_is_not_given() -> None:
    assert settings(ENOUGH, dict.fromkeys((option.name for option in CONNECTION), None)) == with_enough()


def test_wrong_value_is_named_by_its_place() -> None:
    assert "environment variable OS_AUTH_URL " in sentence(ENOUGH, environment={"OS_AUTH_URL": "nowhere"})
    assert f"variable {VARIABLE_PREFIX}retries " in sentence(ENOUGH, {"retries": "many"})
    assert f"variable {VARIABLE_PREFIX}region is empty" in sentence(TOKEN, {"region": ""})


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
def test_what_is_not_used_spoils_nothing(typed: Given, environment: t.Mapping[str, str]) -> None:
    assert settings(typed, environment=environment) == settings(typed)


# ---------------------------------------------------------------------------------------------------------------------
# ways to log in


METHODS: dict[str, dict[str, str]] = {"token": TOKEN, "access_key": ACCESS_KEY, "password": PASSWORD, "cloud": CLOUD}
CLASSES = {
    "token": TokenCredential,
    "access_key": AccessKeyCredential,
    "password": PasswordCredential,
    "cloud": CloudEntry,
}


def in_environment(values: Given) -> dict[str, str]:
    return {option.environment[0]: values[option.name] for option in CONNECTION if option.name in values}


@pytest.mark.parametrize("method", METHODS)
def test_each_way_from_each_place(method: str) -> None:
    given = {**METHODS[method], **PLACE}
    for found in (settings(given), settings({}, given), settings(environment=in_environment(given))):
        assert isinstance(found.credential, CLASSES[method])


def test_order_within_the_environment() -> None:
    environment = in_environment({**TOKEN, **ACCESS_KEY, **PASSWORD, **CLOUD, **PLACE})
    assert isinstance(settings(environment=environment).credential, TokenCredential)
    del environment["OS_TOKEN"]
    assert isinstance(settings(environment=environment).credential, AccessKeyCredential)
    del environment["OS_ACCESS_KEY"], environment["OS_SECRET_KEY"]
    assert isinstance(settings(environment=environment).credential, PasswordCredential)
    del environment["OS_USERNAME"], environment["OS_PASSWORD"]
    assert isinstance(settings(environment=environment).credential, CloudEntry)


@pytest.mark.parametrize("higher", METHODS)
@pytest.mark.parametrize("lower", METHODS)
def test_higher_place_decides_the_way(higher: str, lower: str) -> None:
    for found in (
        settings({**METHODS[higher], **PLACE}, METHODS[lower]),
        settings({**METHODS[higher], **PLACE}, environment=in_environment(METHODS[lower])),
        settings(PLACE, METHODS[higher], in_environment(METHODS[lower])),
    ):
        assert isinstance(found.credential, CLASSES[higher])


@pytest.mark.parametrize("methods", list(itertools.combinations(METHODS, 2)))
@pytest.mark.parametrize("as_variables", [False, True])
def test_two_explicit_credentials(methods: tuple[str, str], as_variables: bool) -> None:
    given = {**METHODS[methods[0]], **METHODS[methods[1]]}
    text = sentence(PLACE, given) if as_variables else sentence({**PLACE, **given})
    place = f"variable {VARIABLE_PREFIX}" if as_variables else "option "
    first, second = (next(iter(METHODS[method])) for method in methods)
    assert (
        text
        == f"Two credentials are given, by the {place}{first} and by the {place}{second}: drop all but one of them."
    )


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("access_key", "secret_key"),
        ("secret_key", "access_key"),
        ("username", "password"),
        ("password", "username"),
    ],
)
def test_half_a_credential(given: str, missing: str) -> None:
    environment_of = {option.name: option.environment[0] for option in CONNECTION if option.environment}
    half = {given: "half"}
    add = f"Half a credential is given: add {missing} (or {environment_of[missing]}), or drop the "
    assert sentence({**PLACE, **half}) == f"{add}option {given}."
    assert sentence(PLACE, half) == f"{add}variable {VARIABLE_PREFIX}{given}."
    assert sentence(PLACE, {}, in_environment(half)) == f"{add}environment variable {environment_of[given]}."
    # a whole one in a lower place is another one
    assert sentence({**PLACE, **half}, {}, in_environment(TOKEN)) == f"{add}option {given}."
    # the other half may come from elsewhere
    other = {missing: "other", "user_domain_id": "d"}
    assert settings({**PLACE, **half}, {}, in_environment(other)) == settings({**PLACE, **half, **other})


@pytest.mark.parametrize("companions", [{}, {"security_token": "a", "passcode": "b", "user_domain_name": "c"}])
def test_no_credential(companions: dict[str, str]) -> None:
    text = sentence({**PLACE, **companions})
    assert text.startswith("No credential is given: add ")
    for names in METHODS.values():
        assert next(iter(names)) in text


def test_user_without_an_account() -> None:
    text = sentence({**PLACE, "username": "u", "password": "p"})
    assert "add user_domain_name (or OS_USER_DOMAIN_NAME), or user_domain_id (or OS_USER_DOMAIN_ID)." in text


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
    found = settings({**PLACE, **typed}, variables, in_environment(environment)).credential
    assert isinstance(found, AccessKeyCredential)
    assert found.security_token == expected


def test_address_of_iam_in_the_environment_is_not_for_an_entry() -> None:
    environment = {"OS_AUTH_URL": "https://iam.example.com", "OS_REGION_NAME": "eu-de"}
    found = settings(CLOUD, environment=environment)
    assert (found.auth_url, found.region) == (None, "eu-de")
    assert settings(environment={**environment, "OS_CLOUD": "some-cloud"}) == found
    assert settings({**CLOUD, "auth_url": "https://a"}, environment=environment).auth_url == "https://a"


def test_entry_needs_nothing_beside_it() -> None:
    found = settings(CLOUD)
    assert found.credential == CloudEntry("some-cloud", "scope", None, verify_given=False)
    assert found.project_id is found.project_name is found.region is None
    found = settings({**CLOUD, "passcode": "Zx9-passcode", "validate_certs": True, "signature": "access"})
    assert found.credential == CloudEntry("some-cloud", "access", "Zx9-passcode", verify_given=True)
    assert found.secrets() == ["Zx9-passcode"]
    assert "Zx9" not in repr(found)


def test_passcode_is_taken_from_wherever_it_is() -> None:
    for found in (
        settings({**PLACE, **PASSWORD}, environment={"OS_PASSCODE": "123456"}),
        settings({**PLACE, "passcode": "123456"}, PASSWORD, {"OS_PASSCODE": "000000"}),
    ):
        assert isinstance(found.credential, PasswordCredential)
        assert found.credential.passcode == "123456"


@pytest.mark.parametrize("names", [("project_id", "project_name"), ("user_domain_id", "user_domain_name")])
def test_alternatives_of_lower_places_are_dropped(names: tuple[str, str]) -> None:
    both = {names[0]: "low-id", names[1]: "low-name"}
    beside = {"username": "u", "password": "p", "region": "eu-de", "project_id": "p", "user_domain_id": "d"}
    beside = {name: value for name, value in beside.items() if name not in both}
    for given in names:
        for found in (
            settings({**beside, given: "high"}, both),
            settings({**beside, given: "high"}, {}, in_environment(both)),
            settings(beside, {given: "high"}, in_environment(both)),
        ):
            assert {name: getattr(found, name) for name in names} == {**dict.fromkeys(names), given: "high"}
    lowest = settings(beside, {}, in_environment(both))
    assert {name: getattr(lowest, name) for name in names} == both


# ---------------------------------------------------------------------------------------------------------------------
# which project, and where


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD])
def test_no_project(credential: dict[str, str]) -> None:
    text = sentence({**credential, "region": "eu-de"})
    assert "add project_id (or OS_PROJECT_ID), or project_name (or OS_PROJECT_NAME)." in text


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY])
def test_no_endpoint(credential: dict[str, str]) -> None:
    text = sentence({**credential, "project_id": "p", "auth_url": "https://iam"})
    assert "add endpoint (or OS_CCE_ENDPOINT_OVERRIDE), or region (or OS_REGION_NAME)." in text


def test_no_address_of_iam() -> None:
    text = sentence({**PASSWORD, "project_id": "p", "endpoint": "https://cce"})
    assert "add auth_url (or OS_AUTH_URL), or region (or OS_REGION_NAME)." in text


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
def test_address_enough(typed: dict[str, str]) -> None:
    assert settings(typed)


# ---------------------------------------------------------------------------------------------------------------------
# secrets


def recognisable(name: str) -> str:
    return f"Zx9-{name}-secret"


SECRET_VALUES = {option.name: recognisable(option.name) for option in OPTIONS if option.secret}
# as it is, as it is typed, and as requests sends it
PROXY_SECRETS = (recognisable("pro/xy"), "Zx9-pro%2Fxy-secret", b64encode(b"somebody:Zx9-pro/xy-secret").decode())
PROXY = f"http://somebody:{PROXY_SECRETS[1]}@proxy.example.com:3128"
WITH_SECRETS: list[dict[str, t.Any]] = [
    {**PLACE, "proxy": PROXY, "token": SECRET_VALUES["token"]},
    {
        **PLACE,
        "proxy": PROXY,
        "access_key": "ak",
        **{name: SECRET_VALUES[name] for name in ("secret_key", "security_token")},
    },
    {
        **PLACE,
        "proxy": PROXY,
        "username": "u",
        "user_domain_name": "d",
        **{name: SECRET_VALUES[name] for name in ("password", "passcode")},
    },
]


@pytest.mark.parametrize("typed", WITH_SECRETS)
def test_secrets_of_settings_are_complete_and_in_no_repr(typed: dict[str, t.Any]) -> None:
    found = settings(typed)
    used = {value for name, value in typed.items() if name in SECRET_VALUES}
    assert set(found.secrets()) == used | set(PROXY_SECRETS)
    for text in (repr(found), str(found), repr(found.credential), f"{found.query}"):
        assert "Zx9" not in text


def test_no_secret_in_the_repr_of_what_was_given() -> None:
    assert "Zx9" not in repr(_settings.Given(OPTIONS[0], "option token", recognisable("token")))


def test_all_secret_options_are_tried_here() -> None:
    assert {name for typed in WITH_SECRETS for name in typed if name in SECRET_VALUES} == set(SECRET_VALUES)


@pytest.mark.parametrize("typed", WITH_SECRETS)
def test_no_secret_in_any_sentence(typed: dict[str, t.Any]) -> None:
    mistakes: list[Given] = [{option.name: value} for option in OPTIONS for value in WRONG_FOR_TYPE[option.type]]
    mistakes += [{name: value} for name, value, _part in WRONG_VALUES[:-1]]
    mistakes += [
        {name: wrong}
        for name in SECRET_VALUES
        for wrong in ([recognisable("x")], {"a": recognisable("x")}, recognisable("x").encode(), Vaulted(""))
    ]
    mistakes += [{name: f"{recognisable('x')} \udcff"} for name in SECRET_VALUES]
    mistakes += [
        {name: address} for name in ("endpoint", "auth_url") for address in (PROXY, f"a:{recognisable('x')}@b")
    ]
    mistakes += [
        {"proxy": PROXY[7:]},
        {"proxy": PROXY.replace("%2F", "/")},
        {"proxy": PROXY + ":bad"},
        {"proxy": [PROXY]},
    ]
    mistakes += [{"pasword": recognisable("x")}, {"project_id": None}, {"region": None, "endpoint": None}]
    mistakes += [{name: None} for name in typed] + [dict(other) for other in WITH_SECRETS if other is not typed]
    failures = 0
    for mistake in mistakes:
        for places in (({**typed, **mistake}, {}), (mistake, typed), (typed, mistake), (PLACE, {**typed, **mistake})):
            try:
                settings(*places)
            except CceError as error:
                failures += 1
                assert "Zx9" not in str(error)
                assert error.__cause__ is None
    assert failures > 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://user:Zx9@proxy:3128", {"Zx9"}),
        ("user:Zx9@proxy:3128", {"Zx9"}),
        ("http://user:Zx9%21@proxy", {"Zx9%21", "Zx9!"}),
        ("http://user:Z/x@9@proxy", {"Z/x@9"}),
        ("http://user:Z://x9@proxy", {"Z://x9"}),
        ("http://user@proxy:3128", set()),
        ("http://proxy:3128", set()),
        ("http://user:@proxy:3128", set()),
        (["http://user:Zx9@proxy:3128"], {"Zx9"}),
        (7, set()),
        (None, set()),
    ],
)
def test_passwords_in_urls(address: t.Any, expected: set[str]) -> None:
    for name in ("proxy", "endpoint", "auth_url"):
        found = set(passwords_in_urls({name: address}))
        assert {secret for secret in found if not secret.startswith("dXNlcjp")} == expected
        # the beginning of "user:" in base 64
        assert bool(expected) == any(secret.startswith("dXNlcjp") for secret in found)
    assert passwords_in_urls({"region": address}) == []


# ---------------------------------------------------------------------------------------------------------------------
# what Ansible really hands over


def test_values_of_ansible_up_to_2_18() -> None:
    vaulted_kind = pytest.importorskip("ansible.parsing.yaml.objects").AnsibleVaultEncryptedUnicode
    unsafe = pytest.importorskip("ansible.utils.unsafe_proxy").AnsibleUnsafeText
    if not hasattr(vaulted_kind, "from_plaintext"):
        pytest.skip("newer ansible-core has other kinds")
    vaulted = vaulted_kind(b"ciphertext")
    vaulted.vault = type("Vault", (), {"decrypt": lambda self, text, obj=None: b"some-token"})()
    found = settings({**PLACE, "token": vaulted, "status": [unsafe("Failed")], "order": unsafe("oldest")})
    assert is_exactly(found.credential.token, "some-token")  # type: ignore[union-attr]
    assert is_exactly(found.query.status, ("Failed",))
    assert is_exactly(found.query.order, "oldest")
    found = settings({**PLACE, **PASSWORD, "password": vaulted, "project_name": unsafe("eu-de_x")})
    assert is_exactly(found.credential.password, "some-token")  # type: ignore[union-attr]
    assert is_exactly(found.project_name, "eu-de_x")


def test_values_of_ansible_since_2_19() -> None:
    tags = pytest.importorskip("ansible._internal._datatag._tags")
    tagged = tags.TrustedAsTemplate().tag
    found = settings(
        {**PLACE, **PASSWORD, "password": tagged("secret"), "status": [tagged("Failed")], "limit": tagged(3)}
    )
    assert is_exactly(found.credential.password, "secret")  # type: ignore[union-attr]
    assert is_exactly(found.query.status, ("Failed",))
    assert found.query.limit == 3
