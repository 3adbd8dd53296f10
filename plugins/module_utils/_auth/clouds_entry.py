# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""An entry of clouds.yaml before openstacksdk interprets it: one spelling of its keys, and what the user set elsewhere.

All functions change the entry in place, since the SDK reads it from there.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from .._options.regions import known_region, region_of_host, region_of_project
from .._options.settings import AccessKeyCredential, CloudEntry, Settings
from .._options.validation import converted, option_error
from .._report import Report
from .endpoints import public_url

Entry = dict[str, t.Any]

# The keys of an access key in their order of precedence (otcextensions, gophertelekomcloud, python-t-cloud)
_ACCESS_KEY = ("ak", "access_key")
_SECRET_ACCESS_KEY = ("sk", "secret_key")
_SECURITY_TOKEN = ("security_token", "token")

_PROJECT = ("project_id", "project_name")
# with an agency (otcextensions), the others are for the login before it
_AGENCY_PROJECT = ("target_project_id", "target_project_name")
_DOMAIN = ("domain_id", "domain_name")
_USER_DOMAIN = ("user_domain_id", "user_domain_name")
_PROJECT_DOMAIN = ("project_domain_id", "project_domain_name")

# The SDK reads these outside of auth too, where they take precedence
_AUTH_KEYS = (*_PROJECT, *_DOMAIN, *_USER_DOMAIN, *_PROJECT_DOMAIN, "passcode")

TOKEN_TYPES = ("token", "v3token")
PASSWORD_TYPES = ("password", "v3password", "v2password")


def normalize(entry: Entry) -> None:
    """Spell all keys with underscores, and move those of ``auth`` there."""
    auth: Entry = entry.setdefault("auth", {})
    for part in (entry, auth):
        for key in [key for key in part if isinstance(key, str)]:
            name = key.replace("-", "_").replace("tenant_id", "project_id").replace("tenant_name", "project_name")
            if name != key:
                part.setdefault(name, part.pop(key))
    auth.update({key: entry.pop(key) for key in _AUTH_KEYS if key in entry})


def check_profile(entry: Entry, source: str) -> None:
    """Refuse a profile that is a URL.

    The SDK would fetch it itself, ignoring timeout and proxy, and send the credentials to the host that it names.

    Raises:
        CceError: of kind ``option``.
    """
    profile = entry.get("profile", entry.get("cloud"))
    if profile is not None and (not isinstance(profile, str) or urlsplit(profile).netloc):
        raise option_error(f"The profile of {source} must be a name. Copy a remote profile into clouds-public.yaml.")


def project_keys(entry: Entry) -> tuple[str, str]:
    """The keys of ``auth`` for ID and name of the project whose jobs are meant."""
    return _AGENCY_PROJECT if entry.get("auth_type") == "agency" else _PROJECT


def override(entry: Entry, settings: Settings, credential: CloudEntry) -> None:
    """Set in the entry what the user set elsewhere."""
    auth = entry["auth"]
    # an application credential belongs to a project, and keystoneauth refuses to combine the two; with an agency, the
    # project is not one of the user's account
    if entry.get("auth_type") != "v3applicationcredential" and not settings.agency:
        _replace(auth, project_keys(entry), (settings.project_id, settings.project_name))
    _replace(auth, _USER_DOMAIN, (settings.user_domain_id, settings.user_domain_name))
    if settings.auth_url:
        auth["auth_url"] = settings.auth_url
    if settings.region and "regions" not in entry:
        entry["region_name"] = settings.region
    if credential.passcode and _takes_passcode(entry):
        auth["passcode"] = credential.passcode


def _replace(auth: Entry, keys: t.Sequence[str], values: t.Sequence[str | None]) -> None:
    """Set keys that mean the same thing, if any of them has a value."""
    if any(values):
        for key, value in zip(keys, values):
            auth.pop(key, None)
            if value:
                auth[key] = value


def _takes_passcode(entry: Entry) -> bool:
    # too short-lived for a file: the entry itself usually has none
    kind, methods = entry.get("auth_type"), entry.get("auth_methods") or ()
    return kind == "v3totp" or (kind == "v3multifactor" and "v3totp" in methods)


def drop_other_regions(entry: Entry, settings: Settings, source: str, report: Report) -> None:
    """Drop what leads to another region than that of a project that the user named elsewhere."""
    region = region_of_project(settings.project_name)
    if not region or settings.region not in (None, region):
        return
    auth = entry["auth"]
    for part, key, found, here in (
        (entry, "region_name", _region_of_name(entry.get("region_name")), region),
        (entry, "cce_endpoint_override", _region_of_url(entry.get("cce_endpoint_override")), None),
        (auth, "auth_url", _region_of_url(auth.get("auth_url")), public_url("iam", region)),
    ):
        if found and found != region:
            report.info(f"Ignoring {key} of {source}: project {settings.project_name} is in {region}, not in {found}.")
            part[key] = here


def _region_of_name(name: t.Any) -> str | None:
    return name if isinstance(name, str) and known_region(name) else None


def _region_of_url(url: t.Any) -> str | None:
    try:
        return region_of_host(urlsplit(url).hostname) if isinstance(url, str) else None
    except ValueError:
        # not a URL: its use will fail and report that
        return None


def complete(entry: Entry) -> None:
    """Add what keystoneauth requires although it follows from the rest, and remove what it refuses."""
    auth = entry["auth"]
    if entry.get("auth_type") in TOKEN_TYPES:
        # otc-auth writes these in addition to a token
        for user, both, project in zip(_USER_DOMAIN, _DOMAIN, _PROJECT_DOMAIN):
            of_user, of_both = auth.pop(user, None), auth.pop(both, None)
            if (of_user or of_both) and auth.get("project_name"):
                auth.setdefault(project, of_user or of_both)
        for name in ("username", "user_id", "password"):
            auth.pop(name, None)
    elif auth.get("project_name") and not any(auth.get(key) for key in (*_PROJECT_DOMAIN, *_DOMAIN)):
        # keystoneauth refuses the name of a project without its domain
        auth.update({key: auth[user] for key, user in zip(_PROJECT_DOMAIN, _USER_DOMAIN) if auth.get(user)})


def take_access_key(entry: Entry, credential: CloudEntry, source: str) -> AccessKeyCredential | None:
    """The access key of an entry that has no other login.

    The keys are removed in any case, since the SDK does not know them: with another login, they are for object storage
    (Open Telekom Cloud, documentation of otcextensions).

    Raises:
        CceError: of kind ``option``, for an incomplete or invalid key.
    """
    parts = (entry, entry["auth"])
    found = {key: value for part in parts for key, value in part.items() if value}
    option_keys = {
        option: next((key for key in keys if key in found), None)
        for option, keys in (
            ("access_key", _ACCESS_KEY),
            ("secret_key", _SECRET_ACCESS_KEY),
            ("security_token", _SECURITY_TOKEN),
        )
    }
    other_login = _has_other_login(entry)
    if not other_login and not option_keys["access_key"] and not option_keys["secret_key"]:
        return None
    for key in (*_ACCESS_KEY, *_SECRET_ACCESS_KEY, *_SECURITY_TOKEN):
        if key != "token" or entry.get("auth_type") not in TOKEN_TYPES:
            for part in parts:
                part.pop(key, None)
    if other_login:
        return None
    if not option_keys["access_key"] or not option_keys["secret_key"]:
        given, missing = ("ak", "sk") if option_keys["access_key"] else ("sk", "ak")
        raise option_error(f"Incomplete credentials: {source} has {given} but {missing} is missing.")
    values = {option: converted(option, f"{key} of {source}", found[key]) for option, key in option_keys.items() if key}
    return AccessKeyCredential(
        values["access_key"], values["secret_key"], values.get("security_token"), credential.signature
    )


def _has_other_login(entry: Entry) -> bool:
    kind, auth = entry.get("auth_type"), entry["auth"]
    if kind in (None, *PASSWORD_TYPES):
        return bool(auth.get("password") or entry.get("password"))
    # otc-auth writes this in addition to an access key
    return bool(kind != "aksk")
