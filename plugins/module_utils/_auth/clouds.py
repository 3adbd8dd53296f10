# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""An entry of clouds.yaml: what it says goes into the settings, and openstacksdk logs in with it.

openstacksdk reads the files and knows the ways to log in; every request is made by the client of the collection, so
that time limit, trust, proxy, retries and refused redirects are the same for all. The library is imported where it is
used: it takes half a second, and only those need it who name a cloud.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import logging
import os
import re
import typing as t
import warnings
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from ansible.module_utils.basic import missing_required_lib

from .._errors import CceError
from .._http.call import Call, no_auth, shown_url
from .._http.client import Client, Response
from .._http.deadline import Deadline
from .._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    Settings,
    check_address,
)
from .._options.validation import converted, option_error
from .._report import Report

if t.TYPE_CHECKING:
    import requests

# Names of keys whose values nobody shall see, such as application_credential_secret; otcextensions and gophertelekom-
# cloud know "sk"
_SECRET_KEY = re.compile(r"pass(word|code|phrase)$|secret|(^|_)(token|sk)$|assertion|^(authorization_)?code$")

# The keys of an access key in the order in which they count (otcextensions, gophertelekomcloud, python-t-cloud)
_ACCESS_KEY = ("ak", "access_key")
_SECRET_ACCESS_KEY = ("sk", "secret_key")
_SECURITY_TOKEN = ("security_token", "token")
_KEYS = (*_ACCESS_KEY, *_SECRET_ACCESS_KEY, *_SECURITY_TOKEN)

_PROJECT_KEYS = ("project_id", "project_name", "tenant_id", "tenant_name")

# These take the code of a second factor, which is too short-lived for a file
_TAKE_PASSCODE = ("v3totp", "v3multifactor")

_TOKEN_TYPES = ("token", "v3token")
_PASSWORD_TYPES = ("password", "v3password", "v2password")


@dataclass(frozen=True)
class Login:
    """How to log in with an entry: what the SDK has made of it."""

    plugin: t.Any = field(repr=False)
    source: str
    """What to call the entry in a sentence."""
    project_id: str | None
    interfaces: tuple[str, ...]
    certificate: t.Any = field(repr=False)
    """File or files of a client's certificate."""
    renewable: bool


@dataclass(frozen=True)
class Access:
    """What a login gives."""

    token: str = field(repr=False)
    project_id: str | None
    project_name: str | None
    catalog: t.Any


# ---------------------------------------------------------------------------------------------------------------------
# files


def _read_files(name: str) -> tuple[t.Any, str]:
    """The SDK's view of all files, and the file that is responsible for clouds, of which one has to have this name.

    Raises:
        CceError: when the SDK or the cloud is missing, or when a file is of no use. The SDK would pass over such a
            file, with a warning that repeats lines of it.
    """
    try:
        from openstack.config import loader
    except ImportError:
        raise CceError(missing_required_lib("openstacksdk"), "dependency") from None
    # its loggers have no handler: Python would write their warnings to standard error
    for logger in map(logging.getLogger, ("keystoneauth", "openstack")):
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    # OpenStackConfig would read these two variables itself, but then also make a cloud of all other OS_ variables
    places = {
        kind: [*filter(None, [os.environ.get(variable)]), *known]
        for kind, variable, known in (
            ("config_files", "OS_CLIENT_CONFIG_FILE", loader.CONFIG_FILES),
            ("secure_files", "OS_CLIENT_SECURE_FILE", loader.SECURE_FILES),
            ("vendor_files", "", loader.VENDOR_FILES),
        )
    }
    files = {kind: next(filter(os.path.exists, paths), None) for kind, paths in places.items()}
    for kind, path in files.items():
        if path:
            _check_file(path, "public-clouds" if kind == "vendor_files" else "clouds")
    file = files["config_files"] or files["secure_files"]
    if not file:
        raise option_error(
            f"No clouds.yaml was found, so that there is no cloud {name}: add one of "
            f"{', '.join(places['config_files'])}, or name one in OS_CLIENT_CONFIG_FILE."
        )
    with warnings.catch_warnings():
        # outdated keys are the business of those who maintain the file
        warnings.simplefilter("ignore")
        try:
            config = loader.OpenStackConfig(load_envvars=False, **places)
        except Exception:  # pylint: disable=broad-exception-caught
            # whatever a section is that has another form than the SDK expects
            raise option_error("The clouds.yaml cannot be used: check its sections beside clouds.") from None
    known = [str(cloud) for cloud in config.cloud_config["clouds"]]
    if name not in known:
        raise _unknown(name, file, known)
    return config, file


def _check_file(path: str, section: str) -> None:
    """Raise an error for a file that the SDK would pass over or stumble on."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            content = json.load(file) if path.endswith("json") else yaml.safe_load(file)
    except OSError as error:
        raise option_error(
            f"The file {path} cannot be read ({(error.strerror or '').lower()}): check its rights."
        ) from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        # not its text, which may repeat a secret
        line = getattr(getattr(error, "problem_mark", None), "line", getattr(error, "lineno", 0) - 1) + 1
        where = f" in line {line}" if line else ""
        raise option_error(
            f"The file {path} is no valid {'JSON' if path.endswith('json') else 'YAML'}{where}: correct it."
        ) from None
    clouds = content.get(section, {}) if isinstance(content, dict) else content
    if content is not None and not (
        isinstance(clouds, dict)
        and all(isinstance(cloud, dict) and isinstance(cloud.get("auth", {}), dict) for cloud in clouds.values())
    ):
        raise option_error(
            f"The file {path} has another form than it should: check that {section} holds named entries."
        )


def _unknown(name: str, file: str, known: t.Sequence[str]) -> CceError:
    near = difflib.get_close_matches(name, known, n=3)
    if near:
        return option_error(f"The file {file} has no cloud {name}: did you mean {' or '.join(near)}?")
    return option_error(
        f"The file {file} has no cloud {name}: take one of {', '.join(sorted(known)[:20]) or 'those it shall hold'}."
    )


# ---------------------------------------------------------------------------------------------------------------------
# the entry


def read_entry(settings: Settings, entry: CloudEntry, report: Report) -> Settings:
    """The settings with all that the entry says where the user does not say it.

    The credential is then an access key, if the entry holds one, or an entry that is ready to log in.

    Raises:
        CceError: of kind ``dependency`` or ``option``.
    """
    config, file = _read_files(entry.name)
    source = f"cloud {entry.name} in {file}"
    raw = config.cloud_config["clouds"].get(entry.name)
    if raw is None:
        raise option_error(f"The {source} has no text for its name: put the name into quotation marks.")
    for secret in _secrets(raw):
        report.secret(secret)
    _check_profile(raw, source)
    _override(raw, settings, entry)
    key = _access_key(raw, entry, source)
    region = _region(config, settings, entry.name, source, validate=key is None)
    for secret in _secrets(region.config):
        # a profile may hold some as well
        report.secret(secret)
    auth = region.config["auth"]

    def said(option: str, value: t.Any) -> t.Any:
        return converted(option, f"{option} of the {source}", value) if value else None

    project = {} if settings.project_id or settings.project_name else auth
    settings = replace(
        settings,
        region=settings.region or said("region", region.config.get("region_name")),
        endpoint=settings.endpoint or said("endpoint", region.config.get("cce_endpoint_override")),
        auth_url=said("auth_url", _with_scheme(auth.get("auth_url"))),
        project_id=settings.project_id or said("project_id", project.get("project_id")),
        project_name=settings.project_name or said("project_name", project.get("project_name")),
        verify=_verify(settings, entry, region, source),
    )
    if key:
        settings = replace(settings, credential=key)
        check_address(settings)
        return settings
    login = _login(region, settings, entry, source)
    said_all = json.dumps(region.config, sort_keys=True, default=str)
    content = hashlib.sha256(said_all.encode()).hexdigest()
    return replace(settings, credential=replace(entry, content=content, login=login))


def _secrets(value: t.Any, name: str = "") -> t.Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _secrets(inner, str(key).replace("-", "_"))
    elif isinstance(value, (str, int)) and not isinstance(value, bool) and str(value) and _SECRET_KEY.search(name):
        yield str(value)


def _check_profile(raw: t.Mapping[str, t.Any], source: str) -> None:
    profile = raw.get("profile", raw.get("cloud"))
    if profile is not None and (not isinstance(profile, str) or urlsplit(profile).netloc):
        # the SDK would fetch it by itself, past time limit and proxy, and send the credentials to where it says
        raise option_error(
            f"The {source} takes its profile from an address: copy the profile into a clouds-public.yaml."
        )


def _override(raw: dict[str, t.Any], settings: Settings, entry: CloudEntry) -> None:
    """Put into the entry what the user gave elsewhere, before the SDK draws its conclusions."""
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
        # beside a token these do harm: keystoneauth refuses them, but tools write them (otc-auth)
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
    """The access key that an entry holds, which is taken out of it: the SDK does not know what it is."""
    parts = (raw, raw["auth"])
    values = {str(key).replace("-", "_"): value for part in parts for key, value in part.items()}

    def said(option: str, keys: t.Sequence[str]) -> t.Any:
        key = next((key for key in keys if values.get(key)), None)
        return converted(option, f"{key} of the {source}", values[key]) if key else None

    access_key, secret_key = said("access_key", _ACCESS_KEY), said("secret_key", _SECRET_ACCESS_KEY)
    if not access_key and not secret_key:
        return None
    if not access_key or not secret_key:
        raise option_error(f"Half a credential is given: add {'sk' if access_key else 'ak'} to the {source}.")
    security_token = said("security_token", _SECURITY_TOKEN)
    for part in parts:
        for key in [key for key in part if str(key).replace("-", "_") in _KEYS]:
            del part[key]
    return AccessKeyCredential(access_key, secret_key, security_token, entry.signature)


def _region(config: t.Any, settings: Settings, name: str, source: str, *, validate: bool) -> t.Any:
    """The entry as the SDK sees it, profile and region worked in, with its way to log in if ``validate``."""
    raw = config.cloud_config["clouds"][name]
    regions = [region.get("name") if isinstance(region, dict) else region for region in raw.get("regions") or ()]
    if settings.region and regions and settings.region not in regions:
        raise option_error(f"The {source} has no region {settings.region}: take one of {', '.join(map(str, regions))}.")
    wanted = [settings.region or ""]
    if not settings.region and not regions and not raw.get("region_name"):
        # a profile has several regions, and the SDK would take the first: the project's name knows better
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
                    f"The {source} has an auth_type {kind!r} that keystoneauth does not know here: correct it, "
                    "or install the library that brings it."
                ) from None
            except exceptions.MissingRequiredOptions as error:
                missing = " and ".join(str(option.name).replace("-", "_") for option in error.options)
                raise option_error(f"The {source} is not complete: add {missing} to its auth.") from None
            except Exception:  # pylint: disable=broad-exception-caught
                # what it raises for a key too many or a value of a wrong type is not foreseeable
                break
    raise option_error(f"The {source} cannot be used as it stands: check its auth, auth_type, profile and region_name.")


def _with_scheme(auth_url: t.Any) -> t.Any:
    """The SDK's own profile otc-swiss lacks it."""
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
        raise option_error(
            f"The cacert of the {source} names {path!r}, which is not there: give the path of a file that is."
        )
    return path


def _flag(value: t.Any, default: bool) -> bool:
    """As it is, unless it is a text that stands for the other one: in doubt what is checked remains checked."""
    if value is None:
        return default
    if isinstance(value, str):
        return (value.strip().lower() not in ("false", "no", "off", "0")) if default else value.lower() == "true"
    return bool(value)


def _login(region: t.Any, settings: Settings, entry: CloudEntry, source: str) -> Login:
    plugin, auth = region.get_auth(), region.config["auth"]
    if region.config.get("auth_type") in _PASSWORD_TYPES and not auth.get("password"):
        raise option_error(f"The {source} is not complete: add password to its auth, there or in secure.yaml.")
    if settings.auth_url and hasattr(plugin, "auth_url"):
        url = settings.auth_url
        plugin.auth_url = url if url.endswith("/v3") else url + "/v3"
    interfaces = region.config.get("interface") or "public"
    return Login(
        plugin,
        source,
        settings.project_id,
        tuple(str(name).replace("URL", "") for name in ([interfaces] if isinstance(interfaces, str) else interfaces)),
        region.get_requests_verify_args()[1],
        # a code of a second factor is good for one login
        bool(getattr(plugin, "reauthenticate", False)) and not auth.get("passcode"),
    )


# ---------------------------------------------------------------------------------------------------------------------
# login


def log_in(login: Login, client: Client, report: Report, deadline: Deadline) -> Access:
    """Log in anew.

    Raises:
        CceError: any kind, when IAM refuses or cannot be reached.
    """
    from keystoneauth1 import exceptions
    from keystoneauth1.session import Session

    plugin, transport = login.plugin, _Transport(login, client, report, deadline)
    session = Session(auth=plugin, session=transport, cert=login.certificate, redirect=False)
    try:
        plugin.invalidate()
        # first of all: asked for its token, the plugin would log in once more when that is about to expire
        access = plugin.get_access(session) if hasattr(plugin, "get_access") else None
        token = access.auth_token if access else plugin.get_token(session)
        catalog = access.service_catalog.catalog if access and access.has_service_catalog() else None
    except CceError:
        raise
    except exceptions.AuthPluginException:
        raise option_error(f"The {login.source} is not complete: check its auth and auth_type.") from None
    except Exception:  # pylint: disable=broad-exception-caught
        # texts of plugins may repeat what they sent; that they failed says that they got something else than expected
        raise transport.unusable("is not what it should be") from None
    if not token:
        raise transport.unusable("holds no token")
    report.secret(token)
    return Access(token, getattr(access, "project_id", None), getattr(access, "project_name", None), catalog)


class _Transport:
    """Stands where keystoneauth has a session of requests, and lets the client make its requests."""

    def __init__(self, login: Login, client: Client, report: Report, deadline: Deadline) -> None:
        self._client = client
        self._deadline = deadline
        self._report = report
        self._auth_url: str = getattr(login.plugin, "auth_url", None) or ""
        check = f"check the {login.source}"
        self._advice = dict.fromkeys(("authentication", "permission"), check)
        self._advice.update(dict.fromkeys(("not_found", "response"), f"{check}, first of all its auth_url"))

    def unusable(self, what: str) -> CceError:
        return CceError(
            f"Could not log in to IAM: its answer {what}; {self._advice['response']}.",
            "response",
            url=shown_url(self._auth_url) if self._auth_url else None,
        )

    def request(self, method: str, url: str, **arguments: t.Any) -> requests.Response:
        """What keystoneauth calls, with the arguments of requests."""
        if method == "GET" and url.rstrip("/") == self._auth_url:
            return _response(method, url, {"Content-Type": "application/json"}, self._versions())
        call = Call(
            "log in to IAM",
            url,
            arguments.get("auth") or no_auth,
            method=method,
            # one User-Agent for all
            headers={name: value for name, value in arguments["headers"].items() if name.lower() != "user-agent"},
            advice=self._advice,
            more={name: arguments[name] for name in ("data", "params", "cert") if arguments.get(name)},
        )

        def read(response: Response) -> requests.Response:
            token = response.headers.get("X-Subject-Token")
            if token:
                self._report.secret(token)
            return _response(method, url, response.headers, b"".join(response))

        return self._client.fetch(call, read, self._deadline)

    def _versions(self) -> bytes:
        """What IAM would say about its versions: it saves a request, and nobody can say another host."""
        link = {"rel": "self", "href": self._auth_url}
        return json.dumps({"version": {"id": "v3.0", "status": "stable", "links": [link]}}).encode()


def _response(method: str, url: str, headers: t.Mapping[str, str], body: bytes) -> requests.Response:
    import requests

    response = requests.Response()
    response.status_code = 200
    response.url = url
    response.headers.update(headers)
    response.request = requests.Request(method, url).prepare()
    # there is no other way to give it one that has been read
    response._content = body
    return response
