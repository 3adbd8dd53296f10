# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The files of openstacksdk: clouds.yaml, secure.yaml and clouds-public.yaml."""

from __future__ import annotations

import json
import logging
import os
import re
import typing as t
import warnings

from .._dependencies import import_failed
from .._errors import CceError
from .._options.validation import option_error
from .._text import either, nearest

# Names of keys whose values are secret, such as application_credential_secret; "sk" is a key of otcextensions and
# gophertelekomcloud
_SECRET_KEY = re.compile(r"pass(word|code|phrase)$|secret|(^|_)(token|sk)$|assertion|^(authorization_)?code$")


def read_files(name: str) -> tuple[t.Any, str]:
    """Read all files.

    Args:
        name: the cloud that they have to define.

    Returns:
        What the SDK makes of the files, and the path of the file that defines the clouds.

    Raises:
        CceError: when the SDK or the cloud is missing, or when a file cannot be used. The SDK would skip such a file,
            with a warning that repeats lines of it.
    """
    try:
        from openstack.config import loader
    except Exception as error:  # pylint: disable=broad-exception-caught
        # an installation that is broken can raise anything
        raise import_failed("openstacksdk", "openstack", error) from None
    # its loggers have no handler: Python would write their warnings to standard error
    for logger in map(logging.getLogger, ("keystoneauth", "openstack")):
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    paths = _paths(loader)
    file = _check_files(paths, name)
    with warnings.catch_warnings():
        # deprecated keys are a matter for those who maintain the file
        warnings.simplefilter("ignore")
        try:
            config = loader.OpenStackConfig(load_envvars=False, **paths)
        except Exception:  # pylint: disable=broad-exception-caught
            # sections other than "clouds" that do not have the structure that the SDK expects
            raise option_error(f"Cannot use {file}. Check its sections other than clouds.") from None
    known = [str(cloud) for cloud in config.cloud_config["clouds"]]
    if name not in known:
        raise _unknown(name, file, known)
    return config, file


def _paths(loader: t.Any) -> dict[str, list[str]]:
    """Where each kind of file may be."""
    # the folder that was the current one when the SDK was imported
    imported_in = loader.CONFIG_SEARCH_PATH[0]
    # OpenStackConfig would read these two variables itself, but then also make a cloud of all other OS_ variables
    return {
        kind: [
            *filter(None, [os.environ.get(variable)]),
            *(os.path.basename(path) if os.path.dirname(path) == imported_in else path for path in known),
        ]
        for kind, variable, known in (
            ("config_files", "OS_CLIENT_CONFIG_FILE", loader.CONFIG_FILES),
            ("secure_files", "OS_CLIENT_SECURE_FILE", loader.SECURE_FILES),
            ("vendor_files", "", loader.VENDOR_FILES),
        )
    }


def _check_files(paths: t.Mapping[str, t.Sequence[str]], name: str) -> str:
    """The path of the file that defines the clouds."""
    files = {kind: next(filter(os.path.exists, candidates), None) for kind, candidates in paths.items()}
    for kind, path in files.items():
        if path:
            _check_file(path, "public-clouds" if kind == "vendor_files" else "clouds")
    file = files["config_files"] or files["secure_files"]
    if not file:
        # the SDK lists the folder of the user twice on Linux
        candidates = ", ".join(dict.fromkeys(paths["config_files"]))
        raise option_error(
            f"No clouds.yaml found for cloud '{name}'. Create one of {candidates}, or set OS_CLIENT_CONFIG_FILE."
        )
    return file


def _check_file(path: str, section: str) -> None:
    """Refuse a file that the SDK would skip, or fail on."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file) if path.endswith("json") else yaml.safe_load(file)
    except OSError as error:
        raise option_error(f"Cannot read {path} ({(error.strerror or '').lower()}). Check its permissions.") from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        # without its text, which may repeat a secret
        line = getattr(getattr(error, "problem_mark", None), "line", getattr(error, "lineno", 0) - 1) + 1
        where = f" (line {line})" if line else ""
        raise option_error(f"Invalid {'JSON' if path.endswith('json') else 'YAML'} in {path}{where}.") from None
    clouds = content.get(section, {}) if isinstance(content, dict) else content
    if content is not None and not (
        isinstance(clouds, dict)
        and all(isinstance(cloud, dict) and isinstance(cloud.get("auth", {}), dict) for cloud in clouds.values())
    ):
        raise option_error(f"Unexpected structure of {path}. {section} must contain named entries.")


def _unknown(name: str, file: str, known: t.Sequence[str]) -> CceError:
    # the SDK adds this one to a file without clouds
    known = [cloud for cloud in known if cloud != "defaults"]
    near = nearest(name, known)
    if near:
        hint = f"Did you mean {either(near)}?"
    elif known:
        hint = f"Use one of: {', '.join(sorted(known)[:20])}."
    else:
        hint = "The file defines no clouds."
    return option_error(f"Cloud '{name}' not found in {file}. {hint}")


def secrets_in(value: t.Any, name: str = "") -> t.Iterator[str]:
    """Every value in an entry that must not appear anywhere."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from secrets_in(inner, str(key).replace("-", "_"))
    elif isinstance(value, list):
        for inner in value:
            yield from secrets_in(inner, name)
    elif isinstance(value, (str, int)) and not isinstance(value, bool) and str(value) and _SECRET_KEY.search(name):
        yield str(value)
