# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Option tables, and the options for connection and credentials, which all plugins share.

Plugins add their own options: see ``_service/options.py``.
"""

from __future__ import annotations

import typing as t

VARIABLE_PREFIX = "opentelekomcloud_cce_"


class Option(t.NamedTuple):
    """One option of a plugin."""

    name: str
    type: str = "str"
    elements: str | None = None
    default: t.Any = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """Environment variables. The first one that is set and not empty counts."""
    environment_inverted: bool = False
    """Whether the environment variables mean the opposite of the option."""
    secret: bool = False
    variable: str | None = None
    """Name of the Ansible variable that the lookup reads."""
    form: str | None = None
    """A check beyond the type: a key of ``validation.FORMS``, or ``header`` for what is sent in an HTTP header."""


class OptionTable:
    """The options of one plugin.

    Attributes:
        plugin: the plugin's full name.
        options: all of its options.
        by_name: the options by name.
        canonical: option names by name and by alias.
    """

    def __init__(self, plugin: str, options: t.Sequence[Option]) -> None:
        self.plugin = plugin
        self.options = tuple(options)
        self.by_name = {option.name: option for option in options}
        self.canonical = {alias: option.name for option in options for alias in (option.name, *option.aliases)}

    def argument_spec(self) -> dict[str, dict[str, t.Any]]:
        """The ``argument_spec`` of ``AnsibleModule``, without ``fallback`` to the environment: see ``sources``."""
        spec: dict[str, dict[str, t.Any]] = {}
        for option in self.options:
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


def _connection(name: str, *environment: str, **more: t.Any) -> Option:
    return Option(name, environment=environment, variable=VARIABLE_PREFIX + name, **more)


CONNECTION: tuple[Option, ...] = (
    _connection("region", "OS_REGION_NAME"),
    _connection("endpoint", "OS_CCE_ENDPOINT_OVERRIDE", form="base_url"),
    _connection("auth_url", "OS_AUTH_URL", form="iam_url"),
    _connection("project_id", "OS_PROJECT_ID", "OS_TENANT_ID", form="header"),
    _connection("project_name", "OS_PROJECT_NAME", "OS_TENANT_NAME"),
    _connection("projects", type="list", elements="str", form="projects"),
    _connection("token", "OS_TOKEN", "OS_AUTH_TOKEN", secret=True, form="header"),
    _connection("access_key", "OS_ACCESS_KEY", form="header"),
    _connection("secret_key", "OS_SECRET_KEY", secret=True, form="header"),
    _connection("security_token", "OS_SECURITY_TOKEN", secret=True, form="header"),
    _connection("signature", default="scope", choices=("scope", "access")),
    _connection("username", "OS_USERNAME"),
    _connection("user_id", "OS_USER_ID"),
    _connection("password", "OS_PASSWORD", secret=True),
    _connection("passcode", "OS_PASSCODE", secret=True),
    _connection("user_domain_name", "OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME", aliases=("domain_name",)),
    _connection("user_domain_id", "OS_USER_DOMAIN_ID", "OS_DOMAIN_ID", aliases=("domain_id",), form="header"),
    _connection("agency_name", "OS_AGENCY_NAME"),
    _connection("agency_domain_name", "OS_AGENCY_DOMAIN_NAME"),
    _connection("agency_domain_id", "OS_AGENCY_DOMAIN_ID", form="header"),
    _connection("instance_agency", "OS_INSTANCE_AGENCY", type="bool", default=False),
    _connection("metadata_url", "OS_METADATA_URL", default="http://169.254.169.254", form="metadata_url"),
    _connection("cloud", "OS_CLOUD"),
    _connection("ca_cert", "OS_CACERT", type="path"),
    _connection("validate_certs", "OS_INSECURE", environment_inverted=True, type="bool", default=True),
    _connection("proxy", form="proxy_url"),
    _connection("timeout", type="float", default=60.0, form="seconds"),
    _connection("retries", type="int", default=4, form="not_negative"),
    _connection("autopilot", type="bool", default=False),
)

CONNECTION_BY_NAME = {option.name: option for option in CONNECTION}
