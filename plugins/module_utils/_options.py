# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The one list of options: both plugins, their documentation and the settings take them from here."""

from __future__ import annotations

import typing as t

VARIABLE_PREFIX = "opentelekomcloud_cce_"

MODULE = "opentelekomcloud.cce.jobs_info"
LOOKUP = "opentelekomcloud.cce.jobs"


class Option(t.NamedTuple):
    """One option of both plugins."""

    name: str
    type: str = "str"
    elements: str | None = None
    default: t.Any = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """Names of environment variables, the first one that is set and not empty counts."""
    secret: bool = False
    variable: str | None = None
    """Name of the Ansible variable that the lookup reads."""
    plugin: str | None = None
    """Full name of the one plugin that has it, None when both have."""


def _connection(name: str, *environment: str, **more: t.Any) -> Option:
    return Option(name, environment=environment, variable=VARIABLE_PREFIX + name, **more)


def _texts(name: str, *aliases: str) -> Option:
    return Option(name, type="list", elements="str", aliases=aliases)


CONNECTION: tuple[Option, ...] = (
    _connection("region", "OS_REGION_NAME"),
    _connection("endpoint", "OS_CCE_ENDPOINT_OVERRIDE"),
    _connection("auth_url", "OS_AUTH_URL"),
    _connection("project_id", "OS_PROJECT_ID", "OS_TENANT_ID"),
    _connection("project_name", "OS_PROJECT_NAME", "OS_TENANT_NAME"),
    _connection("token", "OS_TOKEN", "OS_AUTH_TOKEN", secret=True),
    _connection("access_key", "OS_ACCESS_KEY"),
    _connection("secret_key", "OS_SECRET_KEY", secret=True),
    _connection("security_token", "OS_SECURITY_TOKEN", secret=True),
    _connection("signature", default="scope", choices=("scope", "access")),
    _connection("username", "OS_USERNAME"),
    _connection("password", "OS_PASSWORD", secret=True),
    _connection("passcode", "OS_PASSCODE", secret=True),
    _connection("user_domain_name", "OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME", aliases=("domain_name",)),
    _connection("user_domain_id", "OS_USER_DOMAIN_ID", "OS_DOMAIN_ID", aliases=("domain_id",)),
    _connection("cloud", "OS_CLOUD"),
    _connection("ca_cert", "OS_CACERT", type="path"),
    _connection("validate_certs", type="bool", default=True),
    _connection("proxy"),
    _connection("timeout", type="float", default=60.0),
    _connection("retries", type="int", default=4),
    _connection("autopilot", type="bool", default=False),
)

FILTERS: tuple[Option, ...] = (
    _texts("status"),
    _texts("cluster_id"),
    _texts("cluster_name"),
    _texts("type"),
    _texts("id", "job_id"),
    _texts("resource_id"),
    _texts("resource_name"),
    Option("finished", type="bool"),
    Option("created_after"),
    Option("created_before"),
    Option("subjobs", default="nested", choices=("nested", "flat", "none")),
    Option("order", default="newest", choices=("newest", "oldest")),
    Option("limit", type="int"),
)

SHARING: tuple[Option, ...] = (Option("cache_ttl", type="int", default=0, plugin=LOOKUP),)

WAITING: tuple[Option, ...] = (
    Option("wait", type="bool", default=False, plugin=MODULE),
    Option("wait_timeout", type="float", default=1800.0, plugin=MODULE),
    Option("wait_interval", type="float", default=10.0, plugin=MODULE),
)

OPTIONS: tuple[Option, ...] = CONNECTION + FILTERS + WAITING + SHARING

BY_NAME = {option.name: option for option in OPTIONS}
CANONICAL = {alias: option.name for option in OPTIONS for alias in (option.name, *option.aliases)}


def options_of(plugin: str) -> list[Option]:
    """The options that a plugin has, by its full name."""
    return [option for option in OPTIONS if option.plugin in (None, plugin)]


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the module.

    It has no ``fallback`` to the environment: see the top of ``_settings``.
    """
    spec: dict[str, dict[str, t.Any]] = {}
    for option in options_of(MODULE):
        entry: dict[str, t.Any] = {"type": option.type, "no_log": option.secret}
        if option.elements:
            entry["elements"] = option.elements
        if option.default is not None:
            entry["default"] = option.default
        if option.choices:
            entry["choices"] = list(option.choices)
        if option.aliases:
            entry["aliases"] = list(option.aliases)
        spec[option.name] = entry
    return spec


def is_option(name: str) -> bool:
    """Whether an option has this name or alias."""
    return name in CANONICAL
