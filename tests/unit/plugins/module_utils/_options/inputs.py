# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Input of users: sample values, the kinds of values that Ansible passes on, and how settings are read from them."""

from __future__ import annotations

import contextlib
import typing as t
from base64 import b64encode

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.connection import read_settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import Settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.sources import read_options
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import CONNECTION, OptionTable

TABLE = OptionTable("opentelekomcloud.cce.some_plugin", CONNECTION)

TOKEN = {"token": "some-token"}
ACCESS_KEY = {"access_key": "some-ak", "secret_key": "some-sk"}
PASSWORD = {"username": "some-user", "password": "some-password", "user_domain_name": "some-account"}
INSTANCE = {"instance_agency": "yes"}
CLOUD = {"cloud": "some-cloud"}
WHERE = {"region": "eu-de", "project_id": "some-project"}
ENOUGH = {**TOKEN, **WHERE}

Given = t.Mapping[str, t.Any]

# the other options that an option requires to count
NEEDED_BESIDE: dict[str, dict[str, str]] = {
    "token": {},
    "access_key": {"secret_key": "s"},
    "secret_key": {"access_key": "a"},
    "security_token": ACCESS_KEY,
    "signature": ACCESS_KEY,
    "username": {"password": "p", "user_domain_name": "d"},
    "user_id": {"password": "p"},
    "password": {"username": "u", "user_domain_name": "d"},
    "passcode": PASSWORD,
    "user_domain_name": {"username": "u", "password": "p"},
    "user_domain_id": {"username": "u", "password": "p"},
    "agency_name": {**TOKEN, "agency_domain_name": "d"},
    "agency_domain_name": {**TOKEN, "agency_name": "a"},
    "agency_domain_id": {**TOKEN, "agency_name": "a"},
    "metadata_url": INSTANCE,
    "cloud": {},
}

WRONG_FOR_TYPE: dict[str, list[t.Any]] = {
    "str": [[], ["a"], {"a": 1}, True, b"a", {"a"}, object()],
    "path": [[], {"a": 1}, False, b"a"],
    "bool": ["perhaps", "", 7, 0.5, [], {}, [True], b"yes"],
    "int": ["many", "", 1.5, "1.0", True, [1], {}, "nan", "inf", float("inf"), b"1"],
    "float": ["long", "", True, [1], {}, "nan", "-inf", float("nan"), float("inf"), 10**400, b"1"],
    "list": [{"a": 1}, True, b"a", object()],
}


def recognizable(name: str) -> str:
    return f"Zx9-{name}-secret"


# as it is, as it is typed, and as requests sends it
PROXY_SECRETS = (recognizable("pro/xy"), "Zx9-pro%2Fxy-secret", b64encode(b"some-user:Zx9-pro/xy-secret").decode())
PROXY = f"http://some-user:{PROXY_SECRETS[1]}@proxy.example.com:3128"
SECRETS = {option.name: recognizable(option.name) for option in CONNECTION if option.secret}
WITH_SECRETS: list[dict[str, str]] = [
    {"token": SECRETS["token"]},
    {"access_key": "ak", **{name: SECRETS[name] for name in ("secret_key", "security_token")}},
    {"username": "u", "user_domain_name": "d", **{name: SECRETS[name] for name in ("password", "passcode")}},
]


class Text(str):
    """Like Ansible's subclasses of str: every method returns its own kind."""

    def strip(self, *arguments: t.Any) -> Text:
        return Text(super().strip(*arguments))

    def split(self, *arguments: t.Any) -> t.Any:
        return [Text(part) for part in super().split(*arguments)]

    def __str__(self) -> str:  # pylint: disable=invalid-str-returned
        return self


class Vaulted:
    """Like the vaulted values of ansible-core up to 2.18: not a string, but it converts to one."""

    __ENCRYPTED__ = True

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    def __iter__(self) -> t.Iterator[str]:
        return iter(self.text)


class LazyList(list[t.Any]):
    """Like the lists of ansible-core since 2.19."""


def omitted() -> list[t.Any]:
    """The values of ``omit`` in a template: in ansible-core up to 2.18, and since 2.19 if this is such a version."""
    values: list[t.Any] = ["__omit_place_holder__" + "0123456789abcdef" * 2 + "01234567"]
    values.append(Text(values[0]))
    with contextlib.suppress(ImportError):
        from ansible._internal._templating._utils import Omit

        values.append(Omit)
    return values


def is_exactly(value: t.Any, expected: t.Any) -> bool:
    """Equal, and not of a subclass; the same for its elements."""
    if type(value) is not type(expected):
        return False
    if isinstance(value, tuple):
        return len(value) == len(expected) and all(map(is_exactly, value, expected))
    return bool(value == expected)


def in_environment(values: Given) -> dict[str, str]:
    """The options as environment variables."""
    return {option.environment[0]: values[option.name] for option in CONNECTION if option.name in values}


def settings(
    typed: Given | None = None, variables: Given | None = None, environment: t.Mapping[str, str] | None = None
) -> Settings:
    return read_settings(read_options(TABLE, typed or {}), variables or {}, environment or {})


def with_enough(**typed: t.Any) -> Settings:
    return settings({**ENOUGH, **typed})


def refusal(call: t.Callable[..., t.Any], *arguments: t.Any) -> str:
    """The message of the option error that the call raises."""
    with pytest.raises(CceError) as caught:
        call(*arguments)
    nothing = dict.fromkeys(("http_status", "code", "message", "request_id", "url"))
    assert caught.value.as_dict() == {"kind": "option", **nothing}
    assert caught.value.__cause__ is None
    text = str(caught.value)
    assert text.endswith((".", "?"))
    assert not text.endswith(("....", "?."))
    return text
