# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The connection settings that follow from everything that the user gave."""

from __future__ import annotations

import os
import typing as t

from .precedence import METHODS, Resolution, resolve
from .settings import (
    AccessKeyCredential,
    Agency,
    CloudEntry,
    Credential,
    InstanceCredential,
    PasswordCredential,
    Settings,
    TokenCredential,
    check_address,
)
from .sources import Source, read_environment, read_variables
from .table import CONNECTION_BY_NAME
from .validation import option_error


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
    found = resolve((task, read_variables(variables), *read_environment(environment)))

    def value(name: str) -> t.Any:
        return found.values[name].value if name in found.values else CONNECTION_BY_NAME[name].default

    settings = Settings(
        credential=_credential(found, value),
        # an entry of clouds.yaml may name its region as it likes
        region=value("region") or (None if found.method == "cloud" else found.region),
        endpoint=value("endpoint"),
        auth_url=value("auth_url"),
        project_id=value("project_id"),
        project_name=value("project_name"),
        projects=value("projects") or (),
        user_domain_name=value("user_domain_name"),
        user_domain_id=value("user_domain_id"),
        verify=_verify(found.values, value),
        proxy=value("proxy"),
        timeout=value("timeout"),
        retries=value("retries"),
        autopilot=value("autopilot"),
        agency=_agency(found, value),
        notes=found.notes,
    )
    if found.method != "cloud":
        check_address(settings)
    return settings


def _credential(found: Resolution, value: t.Callable[[str], t.Any]) -> Credential:
    for required in METHODS[found.method]:
        if not any(name in found.values for name in required):
            others = (name for names in METHODS[found.method] for name in names)
            given = next(found.values[other].label for other in others if other in found.values)
            missing = " or ".join(f"{name} ({CONNECTION_BY_NAME[name].environment[0]})" for name in required)
            raise option_error(f"Incomplete credentials: {given} is set but {missing} is missing.")
    if found.method == "token":
        return TokenCredential(value("token"))
    if found.method == "access_key":
        return AccessKeyCredential(
            value("access_key"), value("secret_key"), value("security_token"), value("signature")
        )
    if found.method == "instance_agency":
        # it can only be true here, or invalid, which is an error
        value("instance_agency")
        return InstanceCredential(value("metadata_url"), value("signature"))
    if found.method == "cloud":
        verify_given = "validate_certs" in found.values
        return CloudEntry(value("cloud"), value("signature"), value("passcode"), verify_given)
    if not any(name in found.values for name in ("user_id", "user_domain_name", "user_domain_id")):
        raise option_error(
            "Incomplete credentials: username requires user_domain_name (OS_USER_DOMAIN_NAME) "
            "or user_domain_id (OS_USER_DOMAIN_ID)."
        )
    return PasswordCredential(value("username"), value("user_id"), value("password"), value("passcode"))


def _agency(found: Resolution, value: t.Callable[[str], t.Any]) -> Agency | None:
    account = [found.values[name] for name in ("agency_domain_name", "agency_domain_id") if name in found.values]
    if "agency_name" not in found.values:
        if account:
            raise option_error(
                f"Incomplete agency: {account[0].label} is set but agency_name (OS_AGENCY_NAME) is missing."
            )
        return None
    name = found.values["agency_name"]
    if not account:
        raise option_error(
            f"Incomplete agency: {name.label} is set but agency_domain_name (OS_AGENCY_DOMAIN_NAME) or "
            "agency_domain_id (OS_AGENCY_DOMAIN_ID) is missing."
        )
    return Agency(name.value, value("agency_domain_name"), value("agency_domain_id"))


def _verify(values: Source, value: t.Callable[[str], t.Any]) -> bool | str:
    path = value("ca_cert")
    if not value("validate_certs") or not path:
        return bool(value("validate_certs"))
    if not os.path.exists(path):
        raise option_error(f"File not found: {path!r} ({values['ca_cert'].label}).")
    return str(path)
