# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""An entry of clouds.yaml: its values complete the settings, and its login becomes the credential.

openstacksdk reads the files. This module is imported only where a cloud is named: compiling it takes 4.1 ms in each
task that is sent to a managed node, and openstacksdk takes half a second to import.
"""

from __future__ import annotations

import hashlib
import json
import os
import typing as t
from dataclasses import replace

from .._options.settings import CloudEntry, Settings, check_address
from .._options.validation import converted, option_error
from .._report import Report
from .clouds_entry import (
    PASSWORD_TYPES,
    Entry,
    check_profile,
    complete,
    drop_other_regions,
    normalize,
    override,
    project_keys,
    take_access_key,
)
from .clouds_file import read_files, secrets_in
from .clouds_login import CloudLogin
from .clouds_sdk import interpret


def read_entry(settings: Settings, credential: CloudEntry, report: Report) -> Settings:
    """The settings, completed with what the entry has and the user does not set elsewhere.

    The credential then is an access key, if the entry has one and no other login, or an entry that is ready to log in.

    Raises:
        CceError: of kind ``dependency`` or ``option``.
    """
    config, file = read_files(credential.name)
    source = f"cloud '{credential.name}' in {file}"
    entry: Entry | None = config.cloud_config["clouds"].get(credential.name)
    if entry is None:
        raise option_error(f"The name of {source} is not a string. Quote it.")
    for secret in secrets_in(entry):
        report.secret(secret)
    normalize(entry)
    check_profile(entry, source)
    drop_other_regions(entry, settings, source, report)
    override(entry, settings, credential)
    complete(entry)
    key = take_access_key(entry, credential, source)
    region = interpret(config, credential.name, settings, source, validate=key is None)
    for secret in secrets_in(region.config):
        # a profile may hold some as well
        report.secret(secret)
    settings = _completed(settings, credential, region, source)
    if key:
        settings = replace(settings, credential=key)
        check_address(settings)
        return settings
    if settings.agency:
        check_address(settings)
    login = _login(region, settings, source)
    whole = json.dumps(region.config, sort_keys=True, default=str)
    content = hashlib.sha256(whole.encode()).hexdigest()
    return replace(settings, credential=replace(credential, content=content, login=login))


def _completed(settings: Settings, credential: CloudEntry, region: t.Any, source: str) -> Settings:
    config, auth = region.config, region.config["auth"]

    def value(option: str, raw: t.Any) -> t.Any:
        return converted(option, f"{option} of {source}", raw) if raw else None

    project_id, project_name = settings.project_id, settings.project_name
    # with an agency, the entry names a project of another account
    if not project_id and not project_name and not settings.agency and not settings.projects:
        id_key, name_key = project_keys(config)
        project_id, project_name = value("project_id", auth.get(id_key)), value("project_name", auth.get(name_key))
    return replace(
        settings,
        region=settings.region or value("region", config.get("region_name")),
        endpoint=settings.endpoint or value("endpoint", config.get("cce_endpoint_override")),
        auth_url=value("auth_url", _with_scheme(auth.get("auth_url"))),
        project_id=project_id,
        project_name=project_name,
        verify=_verify(settings, credential, config, source),
    )


def _with_scheme(auth_url: t.Any) -> t.Any:
    """The SDK's own profile otc-swiss has none."""
    return f"https://{auth_url}" if isinstance(auth_url, str) and auth_url and "://" not in auth_url else auth_url


def _verify(settings: Settings, credential: CloudEntry, config: t.Mapping[str, t.Any], source: str) -> bool | str:
    if settings.verify is not True:
        return settings.verify
    checked = credential.verify_given or _flag(config.get("verify"), True)
    if not credential.verify_given and _flag(config.get("insecure"), False):
        checked = False
    return checked and (_path(config, "cacert", source) or True)


def _path(config: t.Mapping[str, t.Any], key: str, source: str) -> str | None:
    """The path in an entry, None when it is not set."""
    if not config.get(key):
        return None
    path = os.path.expanduser(str(config[key]))
    if not os.path.exists(path):
        raise option_error(f"File not found: {path} ({key} of {source}).")
    return path


def _flag(value: t.Any, default: bool) -> bool:
    """The value as a boolean. When in doubt, certificates are checked."""
    if value is None:
        return default
    if isinstance(value, str):
        return (value.strip().lower() not in ("false", "no", "off", "0")) if default else value.lower() == "true"
    return bool(value)


def _login(region: t.Any, settings: Settings, source: str) -> CloudLogin:
    plugin, config, auth = region.get_auth(), region.config, region.config["auth"]
    if config.get("auth_type") in PASSWORD_TYPES and not auth.get("password"):
        raise option_error(
            f"Incomplete credentials: add password to auth in {source}, or to that entry in secure.yaml."
        )
    if settings.auth_url and hasattr(plugin, "auth_url"):
        url = settings.auth_url
        plugin.auth_url = url if url.endswith("/v3") else url + "/v3"
    interfaces = config.get("interface") or "public"
    certificate, key = _path(config, "cert", source), _path(config, "key", source)
    return CloudLogin(
        plugin=plugin,
        source=source,
        project_id=settings.project_id,
        project_name=settings.project_name,
        project_keys=project_keys(config),
        interfaces=tuple(
            str(name).replace("URL", "") for name in ([interfaces] if isinstance(interfaces, str) else interfaces)
        ),
        certificate=(certificate, key) if certificate and key else certificate,
        sends_passcode=bool(auth.get("passcode")),
    )
