# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""An entry of clouds.yaml as openstacksdk interprets it, and why it refuses one."""

from __future__ import annotations

import re
import typing as t
import warnings

from .._errors import CceError
from .._options.regions import region_of_project
from .._options.settings import Settings
from .._options.validation import option_error
from .._secrets import Mask
from .clouds_entry import Entry, project_keys
from .clouds_file import secrets_in

_MAX_REASON = 200


def interpret(config: t.Any, name: str, settings: Settings, source: str, *, validate: bool) -> t.Any:
    """The entry with its profile and region merged in, and with a login if ``validate``.

    Args:
        config: what ``read_files`` returned.
        name: the cloud.
        settings: what the user set elsewhere.
        source: how messages name the entry.
        validate: whether to load the login, a plugin of keystoneauth.

    Raises:
        CceError: of kind ``option``, when the SDK refuses the entry.
    """
    from openstack.exceptions import ConfigException

    entry: Entry = config.cloud_config["clouds"][name]
    regions = [region.get("name") if isinstance(region, dict) else region for region in entry.get("regions") or ()]
    if settings.region and regions and settings.region not in regions:
        known = ", ".join(map(str, regions))
        raise option_error(f"Region '{settings.region}' not found in {source}. Use one of: {known}.")
    wanted = [settings.region or ""]
    project_name = entry["auth"].get(project_keys(entry)[1]) or settings.project_name
    if not settings.region and not regions and not entry.get("region_name"):
        # a profile has several regions, and the SDK would take the first one
        wanted.insert(0, region_of_project(project_name) or "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, region in enumerate(wanted, 1):
            try:
                return config.get_one(cloud=name, region_name=region, validate=validate)
            except Exception as error:  # pylint: disable=broad-exception-caught
                # what the SDK and plugins raise for an unknown key or a value of a wrong type is not foreseeable
                if not isinstance(error, ConfigException) or number == len(wanted):
                    raise _refusal(error, entry, source) from None
    raise AssertionError("the last region returns or raises")


def _refusal(error: Exception, entry: Entry, source: str) -> CceError:
    """Why the SDK refuses an entry."""
    from keystoneauth1 import exceptions

    mask = Mask()
    for secret in secrets_in(entry):
        mask.add(secret)
    if isinstance(error, exceptions.NoMatchingPlugin):
        # of auth_type, or one of auth_methods
        name = mask(repr(error.name))
        library = "otcextensions" if error.name == "agency" else "the library that provides it"
        return option_error(f"Unknown auth_type {name} in {source}. Correct it, or install {library}.")
    if isinstance(error, exceptions.MissingRequiredOptions):
        missing = " and ".join(str(option.name).replace("-", "_") for option in error.options)
        return option_error(f"Incomplete credentials: add {missing} to {source}.")
    reason = _reason(error, entry, mask)
    return option_error(f"Cannot use {source}: {reason}. Check its auth, auth_type, profile, and region_name.")


def _reason(error: Exception, entry: Entry, mask: Mask) -> str:
    text = " ".join(mask(str(error)).split()).rstrip(".")
    unexpected = re.search("unexpected keyword argument '([^']*)'", text)
    unknown = [unexpected[1]] if unexpected else _unknown_keys(entry) if isinstance(error, AssertionError) else []
    if unknown:
        return f"auth_type {entry.get('auth_type') or 'password'} does not know {mask(', '.join(unknown))} in auth"
    if not isinstance(entry["auth"].get("auth_url", ""), str):
        return "auth_url is not a string"
    text = text if len(text) <= _MAX_REASON else f"{text[: _MAX_REASON - 3]}..."
    # built-in exceptions say little without their names, such as KeyError
    return text if text and type(error).__module__ != "builtins" else f"{type(error).__name__} {text}".rstrip()


def _unknown_keys(entry: Entry) -> list[str]:
    """The keys that a login with several methods does not take: keystoneauth refuses them without naming them."""
    from keystoneauth1 import loading

    methods = entry.get("auth_methods") or ()
    kinds = ["v3multifactor", *(methods.split(",") if isinstance(methods, str) else methods)]
    known = {option.dest for kind in kinds for option in loading.get_plugin_options(kind)}
    return [str(key) for key in entry["auth"] if key not in known]
