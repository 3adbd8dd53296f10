# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From all that the user gave, at all places, to typed settings.

Both plugins let this check and convert what was typed, so that the same input gives the same answer or the same
sentence. The environment is read here too and not by Ansible, whose rules differ between modules and lookups: a lookup
lets an empty variable win, and a module cannot tell a value of the task from one of the environment, which decides
here whose credential is meant.
"""

from __future__ import annotations

import functools
import os
import typing as t
from dataclasses import dataclass, field

from .table import CONNECTION, CONNECTION_BY_NAME, Option, OptionTable
from .validation import convert, option_error, passwords_in_urls


@dataclass(frozen=True)
class TokenCredential:
    """A token that the user brought."""

    token: str = field(repr=False)


@dataclass(frozen=True)
class AccessKeyCredential:
    """An access key (AK/SK), permanent or temporary."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str | None = field(repr=False)
    signature: str


@dataclass(frozen=True)
class PasswordCredential:
    """A user of IAM."""

    username: str
    password: str = field(repr=False)
    passcode: str | None = field(repr=False)


@dataclass(frozen=True)
class CloudEntry:
    """An entry of clouds.yaml."""

    name: str
    signature: str
    """For the access key that it may hold."""
    passcode: str | None = field(repr=False)
    verify_given: bool
    """Whether the user said if certificates are checked, so that the entry has no say in it."""
    content: str = field(default="", repr=False)
    """A hash of all that the entry says, so that a name which means something else by now is another credential."""
    login: t.Any = field(default=None, repr=False, compare=False)
    """What ``_clouds`` has made of it."""


Credential = t.Union[TokenCredential, AccessKeyCredential, PasswordCredential, CloudEntry]


@dataclass(frozen=True)
class Settings:
    """Everything that the rooms behind need to know, checked and typed."""

    credential: Credential
    region: str | None
    endpoint: str | None
    auth_url: str | None
    project_id: str | None
    project_name: str | None
    user_domain_name: str | None
    user_domain_id: str | None
    verify: bool | str
    """Whether to check certificates, or the file that holds the authorities to trust."""
    proxy: str | None = field(repr=False)
    timeout: float
    retries: int
    autopilot: bool

    def secrets(self) -> list[str]:
        """Every value that must not appear anywhere."""
        credential = self.credential
        found: list[str | None] = []
        if isinstance(credential, TokenCredential):
            found = [credential.token]
        elif isinstance(credential, AccessKeyCredential):
            found = [credential.secret_key, credential.security_token]
        elif isinstance(credential, CloudEntry):
            found = [credential.passcode]
        else:
            found = [credential.password, credential.passcode]
        return [secret for secret in (*found, *passwords_in_urls({"proxy": self.proxy})) if secret]


class OptionValue:
    """A value as the user gave it, and where.

    It is converted when it is asked for: what loses against a higher place, or belongs to another way to log in, must
    not spoil anything.
    """

    def __init__(self, option: Option, place: str, raw: t.Any) -> None:
        self.option = option
        self.place = place
        """What to call it in a sentence: "option token", "environment variable OS_TOKEN"."""
        self.raw = raw

    @functools.cached_property
    def value(self) -> t.Any:
        """The value as the option's type says.

        Raises:
            CceError: when it cannot be read as such.
        """
        return convert(self.option, self.place, self.raw)


Source = t.Mapping[str, OptionValue]
"""What the user gave in the task, in variables or in the environment, by the option's own name."""


def read_options(table: OptionTable, typed: t.Mapping[str, t.Any]) -> Source:
    """The options of a task or a lookup call.

    Args:
        table: all options that the plugin has.
        typed: options by name or alias, unconverted. None means not given.

    Raises:
        CceError: of kind ``option``, for an option that the plugin does not have or that is given twice.
    """
    found: dict[str, OptionValue] = {}
    # sorted, so that both plugins name the same one of several faults
    for name, value in sorted(typed.items()):
        canonical = table.canonical.get(name)
        if canonical is None:
            raise option_error(_unknown(table, name))
        if value is None:
            continue
        if canonical in found:
            raise option_error(f"The {found[canonical].place} and the option {name} are the same: give one of them.")
        found[canonical] = OptionValue(table.by_name[canonical], f"option {name}", value)
    return found


def read_settings(
    task: Source, variables: t.Mapping[str, t.Any], environment: t.Mapping[str, str] | None = None
) -> Settings:
    """Combine everything that the user gave about the connection.

    Args:
        task: what ``read_options`` returned.
        variables: values of Ansible variables by option name, unconverted.
        environment: the environment of the process, ``os.environ`` when left out.

    Raises:
        CceError: of kind ``option``, for the first fault.
    """
    environment = os.environ if environment is None else environment
    return _combine((task, _read_variables(variables), _read_environment(environment)))


# ---------------------------------------------------------------------------------------------------------------------
# one place


def _unknown(table: OptionTable, name: str) -> str:
    # as in other places: what only a failure needs is not loaded for each task
    import difflib

    near = difflib.get_close_matches(str(name), list(table.canonical), n=1)
    if near:
        return f"{table.plugin} has no option {name}: did you mean {near[0]}?"
    return f"{table.plugin} has no option {name}: remove it, or take one of {', '.join(table.by_name)}."


def _read_variables(variables: t.Mapping[str, t.Any]) -> Source:
    return {
        option.name: OptionValue(option, f"variable {option.variable}", variables[option.name])
        for option in CONNECTION
        if variables.get(option.name) is not None
    }


def _read_environment(environment: t.Mapping[str, str]) -> Source:
    found = {}
    for option in CONNECTION:
        name = next((name for name in option.environment if environment.get(name, "").strip()), None)
        if name:
            found[option.name] = OptionValue(option, f"environment variable {name}", environment[name])
    return found


# ---------------------------------------------------------------------------------------------------------------------
# all places together


# the options that say, or help to say, one thing: where a higher place gives one of them, lower places are not asked
_ALTERNATIVES = (("project_id", "project_name"), ("user_domain_id", "user_domain_name"))

# what each way to log in needs, and what announces it, in the order in which they are tried
_METHODS: dict[str, tuple[str, ...]] = {
    "token": ("token",),
    "access_key": ("access_key", "secret_key"),
    "password": ("username", "password"),
    "cloud": ("cloud",),
}


def _combine(places: t.Sequence[Source]) -> Settings:
    method = _method(places)
    if method == "cloud":
        # the address there belongs to other credentials: those of the entry must not be sent to it
        places = [*places[:-1], {name: given for name, given in places[-1].items() if name != "auth_url"}]
    winners = _precedence(places)

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


def _precedence(places: t.Sequence[Source]) -> Source:
    """What each option was given at the highest place that has it."""
    winners: dict[str, OptionValue] = {}
    for place in reversed(places):
        for group in _ALTERNATIVES:
            if any(name in place for name in group):
                for name in group:
                    winners.pop(name, None)
        if "access_key" in place:
            # a session token belongs to its own access key: one left in the environment would spoil this one
            winners.pop("security_token", None)
        winners.update(place)
    return winners


def _method(places: t.Sequence[Source]) -> str:
    """The way to log in that the highest place announces."""
    environment = places[-1]
    for place in places:
        announced = [name for name, options in _METHODS.items() if any(option in place for option in options)]
        if len(announced) > 1 and place is not environment:
            first = [next(place[option].place for option in _METHODS[name] if option in place) for name in announced]
            raise option_error(f"Conflicting credentials: {' and '.join(first)} are both set. Keep one.")
        if announced:
            return announced[0]
    raise option_error(
        "No credential is given: add token (or OS_TOKEN), access_key and secret_key (or OS_ACCESS_KEY, "
        "OS_SECRET_KEY), username and password (or OS_USERNAME, OS_PASSWORD), or cloud (or OS_CLOUD)."
    )


def _credential(method: str, winners: Source, value: t.Callable[[str], t.Any]) -> Credential:
    for name in _METHODS[method]:
        if name not in winners:
            given = next(winners[other].place for other in _METHODS[method] if other in winners)
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
            "A user is known by name only within an account: add user_domain_name (or OS_USER_DOMAIN_NAME), "
            "or user_domain_id (or OS_USER_DOMAIN_ID)."
        )
    return PasswordCredential(value("username"), value("password"), value("passcode"))


def _verify(winners: Source, value: t.Callable[[str], t.Any]) -> bool | str:
    path = value("ca_cert")
    if not value("validate_certs") or not path:
        return bool(value("validate_certs"))
    if not os.path.exists(path):
        place = winners["ca_cert"].place
        raise option_error(f"The {place} names {path!r}, which is not there: give the path of a file that is.")
    return str(path)


def check_address(settings: Settings) -> None:
    """What can be missed before anything is sent: which project, and where it is asked about.

    Raises:
        CceError: of kind ``option``.
    """
    if not settings.project_id and not settings.project_name:
        raise option_error("No project specified. Set project_id (OS_PROJECT_ID) or project_name (OS_PROJECT_NAME).")
    logs_in = isinstance(settings.credential, PasswordCredential)
    # a project's name begins with its region
    region = settings.region or settings.project_name
    if (logs_in or not settings.project_id) and not (settings.auth_url or region):
        raise option_error("Cannot determine the IAM URL. Set region (OS_REGION_NAME) or auth_url (OS_AUTH_URL).")
    if not logs_in and not (settings.endpoint or region):
        raise option_error(
            "Cannot determine the CCE endpoint. Set region (OS_REGION_NAME) or endpoint (OS_CCE_ENDPOINT_OVERRIDE)."
        )
