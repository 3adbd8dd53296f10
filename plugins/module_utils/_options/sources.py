# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The user's input in the task, in Ansible variables, and in the environment, before any of it is converted.

The environment is read here and not by Ansible, whose rules differ between modules and lookups: a lookup lets an empty
variable win, and a module cannot distinguish values of the task from those of the environment. That decides which
credentials are meant.
"""

from __future__ import annotations

import functools
import typing as t

from .._errors import CceError
from .._text import nearest
from .ansible_values import is_given
from .table import CONNECTION, Option, OptionTable
from .validation import convert, option_error


class OptionValue:
    """A raw value of an option, and where it was set.

    The value is converted on first use. A value that is overridden, or that belongs to a login method that is not
    used, is never converted and cannot fail.
    """

    def __init__(self, option: Option, label: str, raw: t.Any, inverted: bool = False) -> None:
        self.option = option
        self.label = label
        """How messages refer to it: "option token", "environment variable OS_TOKEN"."""
        self.raw = raw
        self._inverted = inverted

    @functools.cached_property
    def value(self) -> t.Any:
        """The value, converted to the option's type.

        Raises:
            CceError: of kind ``option``, for an invalid value.
        """
        value = convert(self.option, self.label, self.raw)
        return not value if self._inverted else value


Source = t.Mapping[str, OptionValue]
"""The user's input in one source (the task, Ansible variables, or the environment), by option name."""


def read_options(table: OptionTable, typed: t.Mapping[str, t.Any]) -> Source:
    """Read the options of a task or a lookup call.

    Args:
        table: all options of the plugin.
        typed: options by name or alias, not converted. None and ``omit`` mean not given.

    Raises:
        CceError: of kind ``option``, for an unsupported option, or one that is given by name and by alias.
    """
    found: dict[str, OptionValue] = {}
    names: dict[str, str] = {}
    # sorted, so that both plugins report the same one of several faults; a rulebook can have names that are not strings
    for name, value in sorted(typed.items(), key=lambda given: str(given[0])):
        canonical = table.canonical.get(name)
        if canonical is None:
            raise option_error(_unsupported(table, name))
        if not is_given(value):
            continue
        if canonical in found:
            raise option_error(f"Options {names[canonical]} and {name} are aliases; set only one.")
        names[canonical] = name
        found[canonical] = OptionValue(table.by_name[canonical], f"option {name}", value)
    return _without_empty(found)


def read_variables(variables: t.Mapping[str, t.Any]) -> Source:
    """Read Ansible variables, given by option name, not converted. None and ``omit`` mean not given."""
    found = {
        option.name: OptionValue(option, f"variable {option.variable}", variables[option.name])
        for option in CONNECTION
        if is_given(variables.get(option.name))
    }
    return _without_empty(found)


def _without_empty(source: Source) -> Source:
    """The source without an empty list of projects, which counts as not given."""

    def is_empty(given: OptionValue) -> bool:
        try:
            return not given.value
        except CceError:
            # an error only if nothing overrides it
            return False

    return {name: given for name, given in source.items() if name != "projects" or not is_empty(given)}


def read_environment(environment: t.Mapping[str, str]) -> list[Source]:
    """Read environment variables. An empty one counts as unset.

    Returns:
        Sources, the highest first: what the first environment variables of all options set, then the second ones, and
        so on. So OS_USER_DOMAIN_NAME overrides OS_DOMAIN_ID.
    """
    most = max(len(option.environment) for option in CONNECTION)
    sources: list[dict[str, OptionValue]] = [{} for _number in range(most)]
    for option in CONNECTION:
        for source, name in zip(sources, option.environment):
            raw = environment.get(name, "")
            if raw.strip():
                label = f"environment variable {name}"
                source[option.name] = OptionValue(option, label, raw, option.environment_inverted)
    return list(sources)


def _unsupported(table: OptionTable, name: str) -> str:
    near = nearest(str(name), table.canonical, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"Supported options: {', '.join(table.by_name)}."
    return f"Unsupported option for {table.plugin}: {name}. {hint}"
