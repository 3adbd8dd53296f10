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
import warnings
from dataclasses import replace
from urllib.parse import urlsplit

from .._options.settings import AccessKeyCredential, CloudEntry, Settings, check_address
from .._options.validation import converted, option_error
from .._report import Report
from .clouds_file import read_files, secrets_in
from .clouds_login import CloudLogin

# The keys of an access key in their order of precedence (otcextensions, gophertelekomcloud, python-t-cloud)
_ACCESS_KEY = ("ak", "access_key")
_SECRET_ACCESS_KEY = ("sk", "secret_key")
_SECURITY_TOKEN = ("security_token", "token")
_KEYS = (*_ACCESS_KEY, *_SECRET_ACCESS_KEY, *_SECURITY_TOKEN)

_PROJECT_KEYS = ("project_id", "project_name", "tenant_id", "tenant_name")

# These take the passcode of a second factor, which is too short-lived for a file
_TAKE_PASSCODE = ("v3totp", "v3multifactor")

_TOKEN_TYPES = ("token", "v3token")
_PASSWORD_TYPES = ("password", "v3password", "v2password")


def read_entry(settings: Settings, entry: CloudEntry, report: Report) -> Settings:
    """The settings, completed with what the entry has and the user does not set elsewhere.

    The credential then is an access key, if the entry holds one, or an entry that is ready to log in.

    Raises:
        CceError: of kind ``dependency`` or ``option``.
    """
    config, file = read_files(entry.name)
    source = f"cloud '{entry.name}' in {file}"
    raw = config.cloud_config["clouds"].get(entry.name)
    if raw is None:
        raise option_error(f"The name of {source} is not a string. Quote it.")
    for secret in secrets_in(raw):
        report.secret(secret)
    _check_profile(raw, source)
    _override(raw, settings, entry)
    key = _access_key(raw, entry, source)
    region = _region(config, settings, entry.name, source, validate=key is None)
    for secret in secrets_in(region.config):
        # a profile may hold some as well
        report.secret(secret)
    settings = _complete(settings, entry, region, source)
    if key:
        settings = replace(settings, credential=key)
        check_address(settings)
        return settings
    login = _login(region, settings, source)
    whole = json.dumps(region.config, sort_keys=True, default=str)
    content = hashlib.sha256(whole.encode()).hexdigest()
    return replace(settings, credential=replace(entry, content=content, login=login))


def _complete(settings: Settings, entry: CloudEntry, region: t.Any, source: str) -> Settings:
    auth = region.config["auth"]

    def value(option: str, raw: t.Any) -> t.Any:
        return converted(option, f"{option} of {source}", raw) if raw else None

    project = {} if settings.project_id or settings.project_name else auth
    return replace(
        settings,
        region=settings.region or value("region", region.config.get("region_name")),
        endpoint=settings.endpoint or value("endpoint", region.config.get("cce_endpoint_override")),
        auth_url=value("auth_url", _with_scheme(auth.get("auth_url"))),
        project_id=settings.project_id or value("project_id", project.get("project_id")),
        project_name=settings.project_name or value("project_name", project.get("project_name")),
        verify=_verify(settings, entry, region, source),
    )


def _check_profile(raw: t.Mapping[str, t.Any], source: str) -> None:
    profile = raw.get("profile", raw.get("cloud"))
    if profile is not None and (not isinstance(profile, str) or urlsplit(profile).netloc):
        # the SDK would fetch it itself, ignoring timeout and proxy, and send the credentials to the host that it names
        raise option_error(f"The profile of {source} must be a name. Copy a remote profile into clouds-public.yaml.")


def _override(raw: dict[str, t.Any], settings: Settings, entry: CloudEntry) -> None:
    """Put into the entry what the user set elsewhere, before the SDK draws its conclusions."""
    auth = raw.setdefault("auth", {})
    given = {"project_id": settings.project_id, "project_name": settings.project_name}
    # an application credential belongs to a project, and naming one is refused
    if any(given.values()) and raw.get("auth_type") != "v3applicationcredential":
        for key in _PROJECT_KEYS:
            for part in (raw, auth):
                part.pop(key, None)
                part.pop(key.replace("_", "-"), None)
        auth.update({name: value for name, value in given.items() if value})
        if settings.project_name and not {"project_domain_name", "project_domain_id"} & {*auth, *raw}:
            domain = {f"project_{name}": auth.get(f"user_{name}") for name in ("domain_name", "domain_id")}
            auth.update({name: value for name, value in domain.items() if value})
    if raw.get("auth_type") in _TOKEN_TYPES:
        # keystoneauth refuses these beside a token, but tools write them (otc-auth)
        for name in ("domain_name", "domain_id"):
            of_user, of_all = auth.pop(f"user_{name}", None), auth.pop(name, None)
            if (of_user or of_all) and (auth.get("project_name") or raw.get("project_name")):
                auth.setdefault(f"project_{name}", of_user or of_all)
        for name in ("username", "user_id", "password"):
            auth.pop(name, None)
    if settings.auth_url:
        auth["auth_url"] = settings.auth_url
    if settings.region and "regions" not in raw:
        raw.pop("region-name", None)
        raw["region_name"] = settings.region
    if entry.passcode and raw.get("auth_type") in _TAKE_PASSCODE:
        auth["passcode"] = entry.passcode


def _access_key(raw: dict[str, t.Any], entry: CloudEntry, source: str) -> AccessKeyCredential | None:
    """The access key in an entry. It is removed from the entry, since the SDK does not know such keys."""
    parts = (raw, raw["auth"])
    values = {str(key).replace("-", "_"): value for part in parts for key, value in part.items()}

    def value(option: str, keys: t.Sequence[str]) -> t.Any:
        key = next((key for key in keys if values.get(key)), None)
        return converted(option, f"{key} of {source}", values[key]) if key else None

    access_key, secret_key = value("access_key", _ACCESS_KEY), value("secret_key", _SECRET_ACCESS_KEY)
    if not access_key and not secret_key:
        return None
    if not access_key or not secret_key:
        given, missing = ("ak", "sk") if access_key else ("sk", "ak")
        raise option_error(f"Incomplete credentials: {source} has {given} but {missing} is missing.")
    security_token = value("security_token", _SECURITY_TOKEN)
    for part in parts:
        for key in [key for key in part if str(key).replace("-", "_") in _KEYS]:
            del part[key]
    return AccessKeyCredential(access_key, secret_key, security_token, entry.signature)


def _region(config: t.Any, settings: Settings, name: str, source: str, *, validate: bool) -> t.Any:
    """The entry as the SDK sees it, with profile and region merged in, and with its login if ``validate``."""
    raw = config.cloud_config["clouds"][name]
    regions = [region.get("name") if isinstance(region, dict) else region for region in raw.get("regions") or ()]
    if settings.region and regions and settings.region not in regions:
        known = ", ".join(map(str, regions))
        raise option_error(f"Region '{settings.region}' not found in {source}. Use one of: {known}.")
    wanted = [settings.region or ""]
    if not settings.region and not regions and not raw.get("region_name"):
        # a profile has several regions, and the SDK would take the first: the project's name is more specific
        wanted.insert(0, str(raw["auth"].get("project_name") or "").partition("_")[0])
    from keystoneauth1 import exceptions
    from openstack.exceptions import ConfigException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for attempt in wanted:
            try:
                return config.get_one(cloud=name, region_name=attempt, validate=validate)
            except ConfigException:
                continue
            except exceptions.NoMatchingPlugin:
                kind = raw.get("auth_type")
                raise option_error(
                    f"Unknown auth_type {kind!r} in {source}. Correct it, or install the library that provides it."
                ) from None
            except exceptions.MissingRequiredOptions as error:
                missing = " and ".join(str(option.name).replace("-", "_") for option in error.options)
                raise option_error(f"Incomplete credentials: add {missing} to auth in {source}.") from None
            except Exception:  # pylint: disable=broad-exception-caught
                # what it raises for an unknown key or a value of a wrong type is not foreseeable
                break
    raise option_error(f"Cannot use {source}. Check its auth, auth_type, profile and region_name.")


def _with_scheme(auth_url: t.Any) -> t.Any:
    """The SDK's own profile otc-swiss has none."""
    return f"https://{auth_url}" if isinstance(auth_url, str) and auth_url and "://" not in auth_url else auth_url


def _verify(settings: Settings, entry: CloudEntry, region: t.Any, source: str) -> bool | str:
    if settings.verify is not True:
        return settings.verify
    checked = entry.verify_given or _flag(region.config.get("verify"), True)
    path = region.config.get("cacert")
    if not entry.verify_given and _flag(region.config.get("insecure"), False):
        checked = False
    if not checked or not path:
        return checked
    path = os.path.expanduser(str(path))
    if not os.path.exists(path):
        raise option_error(f"File not found: {path} (cacert of {source}).")
    return path


def _flag(value: t.Any, default: bool) -> bool:
    """The value as a boolean. When in doubt, certificates are checked."""
    if value is None:
        return default
    if isinstance(value, str):
        return (value.strip().lower() not in ("false", "no", "off", "0")) if default else value.lower() == "true"
    return bool(value)


def _login(region: t.Any, settings: Settings, source: str) -> CloudLogin:
    plugin, auth = region.get_auth(), region.config["auth"]
    if region.config.get("auth_type") in _PASSWORD_TYPES and not auth.get("password"):
        raise option_error(
            f"Incomplete credentials: add password to auth in {source}, or to that entry in secure.yaml."
        )
    if settings.auth_url and hasattr(plugin, "auth_url"):
        url = settings.auth_url
        plugin.auth_url = url if url.endswith("/v3") else url + "/v3"
    interfaces = region.config.get("interface") or "public"
    return CloudLogin(
        plugin,
        source,
        settings.project_id,
        tuple(str(name).replace("URL", "") for name in ([interfaces] if isinstance(interfaces, str) else interfaces)),
        region.get_requests_verify_args()[1],
        # a passcode is valid for one login only
        bool(getattr(plugin, "reauthenticate", False)) and not auth.get("passcode"),
    )
