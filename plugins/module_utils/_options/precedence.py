# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Precedence: which of the values that the user gave in several places count."""

from __future__ import annotations

import os
import typing as t

from .settings import (
    AccessKeyCredential,
    CloudEntry,
    Credential,
    PasswordCredential,
    Settings,
    TokenCredential,
    check_address,
)
from .sources import OptionValue, Source, read_environment, read_variables
from .table import CONNECTION_BY_NAME
from .validation import option_error

# Options that mean the same: if a source has one of them, lower sources are ignored for the whole group
_ALTERNATIVES = (("project_id", "project_name"), ("user_domain_id", "user_domain_name"))

# The options that each login method requires. Any of them selects the method; the first method in this order wins.
_METHODS: dict[str, tuple[str, ...]] = {
    "token": ("token",),
    "access_key": ("access_key", "secret_key"),
    "password": ("username", "password"),
    "cloud": ("cloud",),
}


def read_settings(
    task: Source, variables: t.Mapping[str, t.Any], environment: t.Mapping[str, str] | None = None
) -> Settings:
    """Combine everything that the user gave about the connection.

    Args:
        task: the options of the task, as ``read_options`` returns them.
        variables: values of Ansible variables by option name, not converted.
        environment: the environment of the process, by default ``os.environ``.

    Raises:
        CceError: of kind ``option``, for the first fault.
    """
    environment = os.environ if environment is None else environment
    return _combine((task, read_variables(variables), read_environment(environment)))


def _combine(sources: t.Sequence[Source]) -> Settings:
    method = _method(sources)
    if method == "cloud":
        # a URL in the environment belongs to other credentials: those of the entry must not be sent to it
        sources = [*sources[:-1], {name: given for name, given in sources[-1].items() if name != "auth_url"}]
    winners = _winners(sources)

    def value(name: str) -> t.Any:
        return winners[name].value if name in winners else CONNECTION_BY_NAME[name].default

    settings = Settings(
        credential=_credential(method, winners, value),
        region=value("region"),
        endpoint=value("endpoint"),
        auth_url=value("auth_url"),
        project_id=value("project_id"),
        project_name=value("project_name"),
        user_domain_name=value("user_domain_name"),
        user_domain_id=value("user_domain_id"),
        verify=_verify(winners, value),
        proxy=value("proxy"),
        timeout=value("timeout"),
        retries=value("retries"),
        autopilot=value("autopilot"),
    )
    if method != "cloud":
        check_address(settings)
    return settings


def _winners(sources: t.Sequence[Source]) -> Source:
    """The value of each option from the highest source that has one."""
    winners: dict[str, OptionValue] = {}
    for source in reversed(sources):
        for group in _ALTERNATIVES:
            if any(name in source for name in group):
                for name in group:
                    winners.pop(name, None)
        if "access_key" in source:
            # a security token is valid only with its own access key
            winners.pop("security_token", None)
        winners.update(source)
    return winners


def _method(sources: t.Sequence[Source]) -> str:
    """The login method that the highest source with credentials selects."""
    environment = sources[-1]
    for source in sources:
        selected = [name for name, options in _METHODS.items() if any(option in source for option in options)]
        if len(selected) > 1 and source is not environment:
            first = [next(source[option].label for option in _METHODS[name] if option in source) for name in selected]
            raise option_error(f"Conflicting credentials: {' and '.join(first)} are both set. Keep one.")
        if selected:
            return selected[0]
    raise option_error(
        "No credentials found. Set token (OS_TOKEN), access_key and secret_key (OS_ACCESS_KEY, OS_SECRET_KEY), "
        "username and password (OS_USERNAME, OS_PASSWORD), or cloud (OS_CLOUD)."
    )


def _credential(method: str, winners: Source, value: t.Callable[[str], t.Any]) -> Credential:
    for name in _METHODS[method]:
        if name not in winners:
            given = next(winners[other].label for other in _METHODS[method] if other in winners)
            missing = f"{name} ({CONNECTION_BY_NAME[name].environment[0]})"
            raise option_error(f"Incomplete credentials: {given} is set but {missing} is missing.")
    if method == "token":
        return TokenCredential(value("token"))
    if method == "access_key":
        return AccessKeyCredential(
            value("access_key"), value("secret_key"), value("security_token"), value("signature")
        )
    if method == "cloud":
        return CloudEntry(value("cloud"), value("signature"), value("passcode"), "validate_certs" in winners)
    if "user_domain_name" not in winners and "user_domain_id" not in winners:
        raise option_error(
            "Incomplete credentials: username requires user_domain_name (OS_USER_DOMAIN_NAME) "
            "or user_domain_id (OS_USER_DOMAIN_ID)."
        )
    return PasswordCredential(value("username"), value("password"), value("passcode"))


def _verify(winners: Source, value: t.Callable[[str], t.Any]) -> bool | str:
    path = value("ca_cert")
    if not value("validate_certs") or not path:
        return bool(value("validate_certs"))
    if not os.path.exists(path):
        raise option_error(f"File not found: {path!r} ({winners['ca_cert'].label}).")
    return str(path)
