# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The options of a task, as its result shows them."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterable, Mapping

from ansible.module_utils.common.text.converters import to_text

from .._options.ansible_values import plain_text
from .._options.table import CONNECTION, Option
from .._options.validation import URL_FORMS, passwords_in_urls, without_password
from .._secrets import Mask
from .find import ORDINARY_WORDS
from .options import MODULE

HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
"""The text that Ansible itself shows instead of a secret."""


def secrets_in(typed: t.Mapping[str, t.Any]) -> list[str]:
    """All secrets among the options.

    Args:
        typed: options of the task, by name or alias, unconverted.
    """
    secrets = [text for option, value in _given(typed) if option.secret for text in _texts(value)]
    return [*secrets, *passwords_in_urls(typed)]


def mask_of(*given: t.Mapping[str, t.Any]) -> Mask:
    """A mask that knows all secrets among these options, and those in the environment.

    Args:
        given: options by name or alias, unconverted.
    """
    mask = Mask(ORDINARY_WORDS)
    for typed in given:
        for secret in secrets_in(typed):
            mask.add(secret)
    for option in CONNECTION:
        for variable in option.environment if option.secret else ():
            mask.add(os.environ.get(variable, ""))
    return mask


def shown_options(typed: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """All options with their values in types of JSON, without those that are secret.

    Args:
        typed: options of the task, by name or alias, unconverted.
    """
    values = {option.name: option.default for option in MODULE.options}
    for option, value in _given(typed):
        if option.secret:
            values[option.name] = HIDDEN
        elif option.form in URL_FORMS:
            values[option.name] = without_password(value) if isinstance(value, str) else HIDDEN
        else:
            values[option.name] = _as_json(value)
    return values


def _texts(value: t.Any) -> t.Iterator[str]:
    """All texts in a value: a secret is one even where it has a wrong type."""
    text = to_text(value) if isinstance(value, bytes) else plain_text(value)
    if text:
        yield text
    elif isinstance(value, Mapping):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _texts(element)


def _given(typed: t.Mapping[str, t.Any]) -> t.Iterator[tuple[Option, t.Any]]:
    for name, value in typed.items():
        # an unknown option may be a misspelled secret
        if name in MODULE.canonical and value is not None:
            yield MODULE.by_name[MODULE.canonical[name]], value


def _as_json(value: t.Any) -> t.Any:
    """The value in types of JSON, without the metadata of Ansible's own types."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {to_text(key): _as_json(each) for key, each in value.items()}
    text = plain_text(value)
    if text is None and isinstance(value, Iterable):
        return [_as_json(each) for each in value]
    return to_text(value) if text is None else text
