# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of a task, as results show them and as a mask knows their secrets."""

from __future__ import annotations

import datetime
import os
import typing as t

import pytest

pytest.importorskip("ansible")

from ansible.module_utils.common.parameters import remove_values

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.invocation import (
    HIDDEN,
    mask_of,
    secrets_in,
    shown_options,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.task import option_failure

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("OS_"):
            monkeypatch.delenv(name)


def test_options_that_were_not_given_have_their_defaults() -> None:
    shown = shown_options({"region": "eu-de", "retries": None})
    assert shown == {**{option.name: option.default for option in MODULE.options}, "region": "eu-de"}


@pytest.mark.parametrize("name", ["token", "secret_key", "security_token", "password", "passcode"])
def test_secrets_are_not_shown_and_are_masked(name: str) -> None:
    typed = {name: SECRET}
    # as where Ansible hides it
    assert shown_options(typed)[name] == remove_values(SECRET, {SECRET})
    assert secrets_in(typed) == [SECRET]
    assert SECRET not in mask_of({}, typed)(f"Wrong: {SECRET}.")


@pytest.mark.parametrize("value", [[SECRET], {"a": [SECRET]}, {SECRET: None}, (("a", SECRET),), SECRET.encode()])
@pytest.mark.parametrize("name", ["token", "password"])
def test_secrets_of_a_wrong_type_are_masked(name: str, value: t.Any) -> None:
    typed = {name: value, "limit": SECRET}
    assert shown_options(typed)[name] == HIDDEN
    assert SECRET in secrets_in(typed)
    assert SECRET not in str(option_failure(typed, CceError(f"Wrong: {SECRET}.", "option")))


def test_nothing_else_is_a_secret() -> None:
    assert secrets_in({"password": "", "token": None, "region": "eu-de"}) == []


def test_passwords_in_urls_are_secrets() -> None:
    typed = {"proxy": "http://user:horsebattery@a.b:8080"}
    assert "horsebattery" in secrets_in(typed)
    assert "a.b:8080" in shown_options(typed)["proxy"] and "horsebattery" not in shown_options(typed)["proxy"]


def test_what_should_be_a_url_and_is_no_text_may_hold_a_password() -> None:
    assert shown_options({"proxy": [f"http://user:{SECRET}@a.b"]})["proxy"] == HIDDEN


def test_secrets_in_the_environment_are_masked_even_if_they_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_PASSWORD", SECRET)
    monkeypatch.setenv("OS_REGION_NAME", "a region")
    masked = mask_of({})(f"{SECRET} in a region")
    assert SECRET not in masked and "a region" in masked


def test_aliases_count_as_the_option() -> None:
    shown = shown_options({"domain_name": "OTC"})
    assert shown["user_domain_name"] == "OTC" and "domain_name" not in shown


def test_unknown_options_are_not_shown() -> None:
    assert SECRET not in str(shown_options({"pasword": SECRET}))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, True),
        (3, 3),
        (1.5, 1.5),
        ("text", "text"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (["a", None, 1, ("b",)], ["a", None, 1, ["b"]]),
        ({"a": {1: datetime.date(2026, 1, 2)}}, {"a": {"1": "2026-01-02"}}),
    ],
)
def test_values_in_types_of_json(value: t.Any, shown: t.Any) -> None:
    found = shown_options({"type": value})["type"]
    assert found == shown and type(found) is type(shown)
