# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sources of values: options by name and alias, null and omit, variables, environment variables."""

from __future__ import annotations

import re
import typing as t

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import TokenCredential
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.sources import read_options
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import (
    CONNECTION,
    VARIABLE_PREFIX,
    Option,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    ENOUGH,
    TABLE,
    TOKEN,
    WHERE,
    omitted,
    refusal,
    settings,
    with_enough,
)


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
        # one may be a part of the other
        assert {*names} <= {*re.findall(r"\w+", text)}
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


def test_unsupported_option_whose_name_is_not_a_string() -> None:
    # YAML reads 1, on, and null as keys, which cannot be compared with strings
    for name in (1, True, None):
        assert f": {name}." in refusal(settings, {**ENOUGH, name: "x"})


def test_value_is_converted_on_first_use() -> None:
    given = read_options(TABLE, {"timeout": "soon"})["timeout"]
    assert given.raw == "soon"
    assert "timeout" in refusal(lambda: given.value)


@pytest.mark.parametrize(
    ("text", "verify"), [("true", False), ("1", False), ("no", True), ("False", True), (" ", True)]
)
def test_os_insecure_is_the_opposite_of_validate_certs(text: str, verify: bool) -> None:
    assert settings(ENOUGH, environment={"OS_INSECURE": text}).verify is verify
    assert settings({**ENOUGH, "validate_certs": True}, {}, {"OS_INSECURE": text}).verify is True
    assert settings(ENOUGH, {"validate_certs": False}, {"OS_INSECURE": text}).verify is False


def test_os_insecure_that_is_not_a_boolean() -> None:
    assert "OS_INSECURE" in refusal(settings, ENOUGH, {}, {"OS_INSECURE": "perhaps"})


def test_environment_of_the_process_is_read_when_none_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.connection import read_settings

    monkeypatch.setenv("OS_TOKEN", "from-the-process")
    assert read_settings(read_options(TABLE, WHERE), {}).credential == TokenCredential("from-the-process")


def test_wrong_value_is_named_by_its_source() -> None:
    assert "nvironment variable OS_AUTH_URL " in refusal(settings, ENOUGH, {}, {"OS_AUTH_URL": "nowhere"})
    assert f"ariable {VARIABLE_PREFIX}retries " in refusal(settings, ENOUGH, {"retries": "many"})
    assert f"ariable {VARIABLE_PREFIX}region is empty" in refusal(settings, TOKEN, {"region": ""})
