# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option table: names, aliases, and what Ansible is recorded about each option."""

from __future__ import annotations

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import (
    CONNECTION,
    VARIABLE_PREFIX,
    Option,
    OptionTable,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.validation import FORMS
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import TABLE


def test_names_and_aliases_lead_to_the_option() -> None:
    table = OptionTable("a.b.c", [Option("first", aliases=("one", "uno")), Option("second")])
    assert table.canonical == {"first": "first", "one": "first", "uno": "first", "second": "second"}
    assert [table.by_name[name].name for name in table.by_name] == ["first", "second"]


def test_no_name_stands_for_two_options() -> None:
    names = [name for option in CONNECTION for name in (option.name, *option.aliases)]
    assert len(names) == len(set(names)) == len(TABLE.canonical)


def test_no_environment_variable_sets_two_options() -> None:
    names = [name for option in CONNECTION for name in option.environment]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("option", CONNECTION, ids=lambda option: option.name)
def test_connection_option_is_complete(option: Option) -> None:
    assert option.variable == VARIABLE_PREFIX + option.name
    assert option.form in (None, "header", *FORMS)
    assert not option.choices or option.default in option.choices
    assert all(name.startswith("OS_") for name in option.environment)
    assert option.type == "bool" or not option.environment_inverted


def test_argument_spec() -> None:
    table = OptionTable(
        "a.b.c",
        [
            Option("names", type="list", elements="str", aliases=("name",)),
            Option("key", secret=True),
            Option("mode", default="fast", choices=("fast", "slow")),
            Option("flag", type="bool", default=False, environment=("OS_FLAG",), variable="a_flag"),
        ],
    )
    assert table.argument_spec() == {
        "names": {"type": "list", "elements": "str", "aliases": ["name"], "no_log": False},
        "key": {"type": "str", "no_log": True},
        "mode": {"type": "str", "default": "fast", "choices": ["fast", "slow"], "no_log": False},
        "flag": {"type": "bool", "default": False, "no_log": False},
    }
