# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The one list of options, and the way from what the user typed to typed settings.

Both plugins take their options from here: the module builds its argument spec from it, and both let it check and
convert the values, so that the same input gives the same answer or the same sentence. The environment is read here
too and not by Ansible, whose rules differ between modules and lookups: a lookup lets an empty variable win, and a
module cannot tell a value of the task from one of the environment, which decides here whose credential is meant.
"""

from __future__ import annotations

import base64
import functools
import math
import os
import re
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timezone
from urllib.parse import SplitResult, unquote, urlsplit

from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.opentelekomcloud.cce.plugins.module_utils import _timestamps
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import LONGEST_TIMEOUT
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs import Query

VARIABLE_PREFIX = "opentelekomcloud_cce_"

MODULE = "opentelekomcloud.cce.jobs_info"
LOOKUP = "opentelekomcloud.cce.jobs"


class Option(t.NamedTuple):
    """One option of both plugins."""

    name: str
    type: str = "str"
    elements: str | None = None
    default: t.Any = None
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    """Names of environment variables, the first one that is set and not empty counts."""
    secret: bool = False
    variable: str | None = None
    """Name of the Ansible variable that the lookup reads."""
    plugin: str | None = None
    """Full name of the one plugin that has it, None when both have."""


def _connection(name: str, *environment: str, **more: t.Any) -> Option:
    return Option(name, environment=environment, variable=VARIABLE_PREFIX + name, **more)


def _texts(name: str, *aliases: str) -> Option:
    return Option(name, type="list", elements="str", aliases=aliases)


CONNECTION: tuple[Option, ...] = (
    _connection("region", "OS_REGION_NAME"),
    _connection("endpoint", "OS_CCE_ENDPOINT_OVERRIDE"),
    _connection("auth_url", "OS_AUTH_URL"),
    _connection("project_id", "OS_PROJECT_ID", "OS_TENANT_ID"),
    _connection("project_name", "OS_PROJECT_NAME", "OS_TENANT_NAME"),
    _connection("token", "OS_TOKEN", "OS_AUTH_TOKEN", secret=True),
    _connection("access_key", "OS_ACCESS_KEY"),
    _connection("secret_key", "OS_SECRET_KEY", secret=True),
    _connection("security_token", "OS_SECURITY_TOKEN", secret=True),
    _connection("signature", default="scope", choices=("scope", "access")),
    _connection("username", "OS_USERNAME"),
    _connection("password", "OS_PASSWORD", secret=True),
    _connection("passcode", "OS_PASSCODE", secret=True),
    _connection("user_domain_name", "OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME", aliases=("domain_name",)),
    _connection("user_domain_id", "OS_USER_DOMAIN_ID", "OS_DOMAIN_ID", aliases=("domain_id",)),
    _connection("cloud", "OS_CLOUD"),
    _connection("ca_cert", "OS_CACERT", type="path"),
    _connection("validate_certs", type="bool", default=True),
    _connection("proxy"),
    _connection("timeout", type="float", default=60.0),
    _connection("retries", type="int", default=4),
    _connection("autopilot", type="bool", default=False),
)

FILTERS: tuple[Option, ...] = (
    _texts("status"),
    _texts("cluster_id"),
    _texts("cluster_name"),
    _texts("type"),
    _texts("id", "job_id"),
    _texts("resource_id"),
    _texts("resource_name"),
    Option("finished", type="bool"),
    Option("created_after"),
    Option("created_before"),
    Option("subjobs", default="nested", choices=("nested", "flat", "none")),
    Option("order", default="newest", choices=("newest", "oldest")),
    Option("limit", type="int"),
)

SHARING: tuple[Option, ...] = (Option("cache_ttl", type="int", default=0, plugin=LOOKUP),)

WAITING: tuple[Option, ...] = (
    Option("wait", type="bool", default=False, plugin=MODULE),
    Option("wait_timeout", type="float", default=1800.0, plugin=MODULE),
    Option("wait_interval", type="float", default=10.0, plugin=MODULE),
)

OPTIONS: tuple[Option, ...] = CONNECTION + FILTERS + WAITING + SHARING

_BY_NAME = {option.name: option for option in OPTIONS}
_CANONICAL = {alias: option.name for option in OPTIONS for alias in (option.name, *option.aliases)}


def options_of(plugin: str) -> list[Option]:
    """The options that a plugin has, by its full name."""
    return [option for option in OPTIONS if option.plugin in (None, plugin)]


def argument_spec() -> dict[str, dict[str, t.Any]]:
    """The argument spec of the module.

    It has no ``fallback`` to the environment: see the top of this file.
    """
    spec: dict[str, dict[str, t.Any]] = {}
    for option in options_of(MODULE):
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


# ---------------------------------------------------------------------------------------------------------------------
# settings


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


class Wait(t.NamedTuple):
    """How to wait until jobs are finished; all in seconds."""

    timeout: float
    interval: float


class ClusterNames(t.NamedTuple):
    """Names of clusters that have to be turned into ids before jobs can be filtered by them."""

    option: tuple[str, ...]
    """Values of the option, a filter of its own."""
    terms: tuple[str, ...]
    """Terms of the lookup, further alternatives to the ids in the query."""


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
    query: Query
    cluster_names: ClusterNames
    cache_ttl: int
    """Seconds for which a fetched list may be used again, 0 for not at all."""
    wait: Wait | None
    """None when the jobs are wanted as they are."""

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
        return [secret for secret in (*found, *passwords_in_addresses({"proxy": self.proxy})) if secret]


class Given:
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
        return _convert(self.option, self.place, self.raw)


Place = t.Mapping[str, Given]
"""What the user gave in the task, in variables or in the environment, by the option's own name."""


def settings_from(
    plugin: str,
    typed: t.Mapping[str, t.Any],
    variables: t.Mapping[str, t.Any],
    environment: t.Mapping[str, str] | None = None,
    terms: t.Sequence[t.Any] = (),
) -> Settings:
    """Check, convert and combine everything that the user gave.

    Args:
        plugin: full name of the plugin, for sentences.
        typed: options as they stand in the task or the lookup call, by name or alias, unconverted; None is not given.
        variables: values of Ansible variables by option name, unconverted.
        environment: the environment of the process, ``os.environ`` when left out.
        terms: positional terms of the lookup: further ids or names of clusters.

    Raises:
        CceError: of kind ``option``, for the first thing that is wrong.
    """
    task = _read_typed(plugin, typed)
    values = {name: given.value for name, given in task.items()}
    cluster_ids, cluster_names = _cluster_terms(terms)
    environment = os.environ if environment is None else environment
    return _combine(
        (task, _read_variables(variables), _read_environment(environment)),
        _query(values, cluster_ids),
        ClusterNames(values.get("cluster_name", ()), cluster_names),
    )


def converted(name: str, place: str, raw: t.Any) -> t.Any:
    """A value from some other place, checked and converted like that of the option of this name.

    Raises:
        CceError: of kind ``option``; its sentence begins with the place.
    """
    return _convert(_BY_NAME[name], place, raw)


def is_option(name: str) -> bool:
    """Whether an option has this name or alias."""
    return name in _CANONICAL


def passwords_in_addresses(values: t.Mapping[str, t.Any]) -> list[str]:
    """The passwords inside those options that take an address, in whatever form they may appear.

    Only that of a proxy has a place there; the others are refused, and must not be shown all the same.
    """
    found = []
    for name in _ADDRESSES:
        # not by urlsplit(), which finds none where a password holds a slash; nor is a wrong type a reason to show one
        user = re.sub(r"^.*?://", "", to_text(values.get(name)).rpartition("@")[0])
        password = user.partition(":")[2]
        if password:
            # a proxy that is confused may repeat it
            sent = base64.b64encode(unquote(user).encode("latin-1", "replace")).decode()
            found += [password, unquote(password), sent]
    return found


def _fail(sentence: str) -> CceError:
    return CceError(sentence, "option")


# ---------------------------------------------------------------------------------------------------------------------
# one value


_ADDRESSES = ("endpoint", "auth_url", "proxy")
_SENT_IN_HEADERS = ("token", "access_key", "secret_key", "security_token", "project_id", "user_domain_id")

_EXPECTED = {
    "str": "text",
    "path": "the path of a file",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list of texts",
}


def _shown(option: Option, value: t.Any) -> str:
    """The value as a sentence may show it: short, and never a secret."""
    # an undefined variable of Jinja, which lookups can be handed, says so itself here
    text = repr(_plain(value)) if isinstance(value, str) else to_text(value)
    if option.secret or (option.name in _ADDRESSES and "@" in text):
        return "something else"
    return text if len(text) <= 60 else text[:57] + "..."


def _wrong_type(option: Option, place: str, value: t.Any) -> CceError:
    return _fail(f"The {place} takes {_EXPECTED[option.type]}, not {_shown(option, value)}.")


def _plain(value: t.Any) -> str:
    """Text without what Ansible's subclasses of text add to it."""
    return str.__str__(to_text(value))


def _to_text(value: t.Any) -> str | None:
    """Text, a number or a date, which YAML makes of unquoted ones, as plain text; None for anything else."""
    # up to ansible-core 2.18, vaulted values are no text but turn into it
    vaulted = getattr(value, "__ENCRYPTED__", False)
    if isinstance(value, bool) or not (vaulted or isinstance(value, (str, int, float, date))):
        return None
    return _plain(value)


def _number_or_text(value: t.Any) -> t.Any:
    return value if isinstance(value, (int, float)) else _to_text(value)


def _to_number(value: t.Any, kind: type) -> t.Any:
    if isinstance(value, bool):
        return None
    value = _number_or_text(value)
    try:
        number = float(value)
        if not math.isfinite(number):
            return None
        if kind is float:
            return number
        return int(value) if number == int(number) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _to_bool(value: t.Any) -> bool | None:
    try:
        return bool(boolean(_number_or_text(value)))
    except TypeError:
        return None


def _to_list(option: Option, place: str, value: t.Any) -> tuple[str, ...]:
    text = _to_text(value)
    if text is not None:
        elements: list[t.Any] = text.split(",")
    elif isinstance(value, Iterable) and not isinstance(value, (dict, bytes)):
        # what Jinja's filters give is often no list
        elements = list(value)
    else:
        raise _wrong_type(option, place, value)
    found = []
    for number, element in enumerate(elements, 1):
        text = _to_text(element)
        if element is None or (text is not None and not text.strip()):
            raise _fail(f"Element {number} of the {place} is empty: remove it, or leave the option out for no filter.")
        if text is None:
            raise _fail(f"Element {number} of the {place} has to be text, not {_shown(option, element)}.")
        found.append(_encodable(place, text.strip()))
    return tuple(found)


def _encodable(place: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _fail(f"The {place} holds bytes that are no UTF-8: check its source.") from None
    return text


def _to_clean_text(option: Option, place: str, text: str) -> str:
    # a token read from a file often ends in a line feed; a blank inside or around a password may be meant
    clean = text if option.name == "password" or option.choices else text.strip()
    if not clean:
        raise _fail(f"The {place} is empty: give it a value or leave it out.")
    if option.name in _SENT_IN_HEADERS and re.search(r"[^\x21-\x7e]", clean):
        raise _fail(f"The {place} holds blanks or other characters that it cannot have: check its source.")
    # names of files have no encoding
    return os.path.expanduser(os.path.expandvars(clean)) if option.type == "path" else _encodable(place, clean)


def _convert(option: Option, place: str, value: t.Any) -> t.Any:
    if option.type == "list":
        return _to_list(option, place, value)
    converted: t.Any
    if option.type == "bool":
        converted = _to_bool(value)
    elif option.type in ("int", "float"):
        converted = _to_number(value, int if option.type == "int" else float)
    else:
        converted = _to_text(value)
    if converted is None:
        raise _wrong_type(option, place, value)
    if isinstance(converted, str):
        converted = _to_clean_text(option, place, converted)
    if option.choices and converted not in option.choices:
        raise _fail(f"The {place} takes {' or '.join(option.choices)}, not {_shown(option, value)}.")
    check = _CHECKS.get(option.name)
    return check(place, converted) if check else converted


# a name in any script, or an address of either kind, of IPv6 also with a zone
_HOST = re.compile(r"[\w.-]+|[0-9a-f:.]+(?:%\w+)?")


def _parts(text: str) -> SplitResult | None:
    """The parts of an address that a call can be made to, None for any other text."""
    try:
        url = urlsplit(text)
        host = url.hostname or ""
        usable = url.port != 0 and _HOST.fullmatch(host) and host.encode("idna")
    except ValueError:
        # a port that is no number, or a label that is empty or too long for a name server
        return None
    return url if usable and not re.search(r"[\s\x00-\x1f\x7f]", text) else None


def _base_url(place: str, text: str) -> str:
    """The address without a trailing slash."""
    if "@" in text:
        raise _fail(f"The {place} holds a user name or password: give credentials by their own options.")
    if "?" in text or "#" in text:
        raise _fail(f"The {place} takes a base address: drop everything from the first ? or # on.")
    url = _parts(text)
    if not url or url.scheme not in ("http", "https"):
        shown = _shown(_BY_NAME["endpoint"], text)
        raise _fail(f"The {place} takes an address such as https://cce.eu-de.otc.t-systems.com, not {shown}.")
    return text.rstrip("/")


def _proxy(place: str, text: str) -> str:
    url = _parts(text)
    if not url or url.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h"):
        # not shown: it may hold a password
        raise _fail(f"The {place} takes an address such as http://proxy.example.com:3128: correct it.")
    return text


def _timeout(place: str, seconds: float) -> float:
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise _fail(f"The {place} takes seconds above 0 and up to {LONGEST_TIMEOUT}, not {seconds:g}.")
    return seconds


def _at_least(least: int) -> t.Callable[[str, int], int]:
    def check(place: str, number: int) -> int:
        if number < least:
            raise _fail(f"The {place} takes {least} or more, not {number}.")
        return number

    return check


_CHECKS: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    "endpoint": _base_url,
    "auth_url": _base_url,
    "proxy": _proxy,
    "timeout": _timeout,
    "wait_timeout": _timeout,
    "wait_interval": _timeout,
    "retries": _at_least(0),
    "limit": _at_least(1),
    "cache_ttl": _at_least(0),
}
"""What a value has to be beyond its type; each gives the value to use."""


# ---------------------------------------------------------------------------------------------------------------------
# one place


def _read_typed(plugin: str, typed: t.Mapping[str, t.Any]) -> Place:
    found: dict[str, Given] = {}
    # sorted, so that of several things that are wrong both plugins name the same one
    for name, value in sorted(typed.items()):
        canonical = _CANONICAL.get(name)
        if canonical is None or _BY_NAME[canonical].plugin not in (None, plugin):
            raise _fail(_unknown(plugin, name))
        if value is None:
            continue
        if canonical in found:
            raise _fail(f"The {found[canonical].place} and the option {name} are the same: give one of them.")
        found[canonical] = Given(_BY_NAME[canonical], f"option {name}", value)
    return found


def _unknown(plugin: str, name: str) -> str:
    # as in other places: what only a failure needs is not loaded for each task
    import difflib

    options = options_of(plugin)
    near = difflib.get_close_matches(str(name), [alias for o in options for alias in (o.name, *o.aliases)], n=1)
    if near:
        return f"{plugin} has no option {name}: did you mean {near[0]}?"
    return f"{plugin} has no option {name}: remove it, or take one of {', '.join(option.name for option in options)}."


def _read_variables(variables: t.Mapping[str, t.Any]) -> Place:
    return {
        option.name: Given(option, f"variable {option.variable}", variables[option.name])
        for option in CONNECTION
        if variables.get(option.name) is not None
    }


def _read_environment(environment: t.Mapping[str, str]) -> Place:
    found = {}
    for option in CONNECTION:
        name = next((name for name in option.environment if environment.get(name, "").strip()), None)
        if name:
            found[option.name] = Given(option, f"environment variable {name}", environment[name])
    return found


# ---------------------------------------------------------------------------------------------------------------------
# filters


_UUID_LIKE = re.compile(r"[0-9a-fA-F-]{36}")


def _cluster_terms(terms: t.Sequence[t.Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids and the names among the terms of the lookup."""
    found = []
    for number, term in enumerate(terms, 1):
        text = (_to_text(term) or "").strip()
        if not text:
            shown = _shown(_BY_NAME["cluster_id"], term)
            raise _fail(
                f"Term {number} of the lookup has to be the id or the name of a cluster, not {shown}: correct it, "
                "and give a list to the option cluster_id or cluster_name."
            )
        found.append(_encodable(f"term {number} of the lookup", text))
    return (
        tuple(text for text in found if _UUID_LIKE.fullmatch(text)),
        tuple(text for text in found if not _UUID_LIKE.fullmatch(text)),
    )


def _query(task: t.Mapping[str, t.Any], cluster_terms: tuple[str, ...]) -> Query:
    now = datetime.now(timezone.utc)
    return Query(
        status=task.get("status", ()),
        cluster_id=task.get("cluster_id", ()) + cluster_terms,
        type=task.get("type", ()),
        id=task.get("id", ()),
        resource_id=task.get("resource_id", ()),
        resource_name=task.get("resource_name", ()),
        finished=task.get("finished"),
        created_after=_bound("created_after", task, now),
        created_before=_bound("created_before", task, now),
        subjobs=task.get("subjobs", _BY_NAME["subjobs"].default),
        order=task.get("order", _BY_NAME["order"].default),
        limit=task.get("limit"),
    )


def _bound(name: str, task: t.Mapping[str, t.Any], now: datetime) -> str | None:
    if name not in task:
        return None
    # Ansible puts a T into a time that stands unquoted in YAML when it hands it to a module
    text = re.sub(r"(?<=\d)T(?=\d\d:\d\d:\d\d$)", " ", task[name])
    try:
        return _timestamps.parse_bound(text, now)
    except ValueError as error:
        raise _fail(f"The option {name} cannot be {_shown(_BY_NAME[name], task[name])}: {error}.") from None


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


def _combine(places: t.Sequence[Place], query: Query, cluster_names: ClusterNames) -> Settings:
    method = _method(places)
    if method == "cloud":
        # the address there belongs to other credentials: those of the entry must not be sent to it
        places = [*places[:-1], {name: given for name, given in places[-1].items() if name != "auth_url"}]
    winners = _precedence(places)

    def value(name: str) -> t.Any:
        return winners[name].value if name in winners else _BY_NAME[name].default

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
        query=query,
        cluster_names=cluster_names,
        cache_ttl=value("cache_ttl"),
        wait=Wait(value("wait_timeout"), value("wait_interval")) if value("wait") else None,
    )
    if method != "cloud":
        check_address(settings)
    return settings


def _precedence(places: t.Sequence[Place]) -> Place:
    """What each option was given at the highest place that has it."""
    winners: dict[str, Given] = {}
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


def _method(places: t.Sequence[Place]) -> str:
    """The way to log in that the highest place announces."""
    environment = places[-1]
    for place in places:
        announced = [name for name, options in _METHODS.items() if any(option in place for option in options)]
        if len(announced) > 1 and place is not environment:
            first = [next(place[option].place for option in _METHODS[name] if option in place) for name in announced]
            raise _fail(f"Two credentials are given, by the {' and by the '.join(first)}: drop all but one of them.")
        if announced:
            return announced[0]
    raise _fail(
        "No credential is given: add token (or OS_TOKEN), access_key and secret_key (or OS_ACCESS_KEY, "
        "OS_SECRET_KEY), username and password (or OS_USERNAME, OS_PASSWORD), or cloud (or OS_CLOUD)."
    )


def _credential(method: str, winners: Place, value: t.Callable[[str], t.Any]) -> Credential:
    for name in _METHODS[method]:
        if name not in winners:
            given = next(winners[other].place for other in _METHODS[method] if other in winners)
            raise _fail(
                f"Half a credential is given: add {name} (or {_BY_NAME[name].environment[0]}), or drop the {given}."
            )
    if method == "token":
        return TokenCredential(value("token"))
    if method == "access_key":
        return AccessKeyCredential(
            value("access_key"), value("secret_key"), value("security_token"), value("signature")
        )
    if method == "cloud":
        return CloudEntry(value("cloud"), value("signature"), value("passcode"), "validate_certs" in winners)
    if "user_domain_name" not in winners and "user_domain_id" not in winners:
        raise _fail(
            "A user is known by name only within an account: add user_domain_name (or OS_USER_DOMAIN_NAME), "
            "or user_domain_id (or OS_USER_DOMAIN_ID)."
        )
    return PasswordCredential(value("username"), value("password"), value("passcode"))


def _verify(winners: Place, value: t.Callable[[str], t.Any]) -> bool | str:
    path = value("ca_cert")
    if not value("validate_certs") or not path:
        return bool(value("validate_certs"))
    if not os.path.exists(path):
        place = winners["ca_cert"].place
        raise _fail(f"The {place} names {path!r}, which is not there: give the path of a file that is.")
    return str(path)


def check_address(settings: Settings) -> None:
    """What can be missed before anything is sent: which project, and where it is asked about.

    Raises:
        CceError: of kind ``option``.
    """
    if not settings.project_id and not settings.project_name:
        raise _fail("No project is given: add project_id (or OS_PROJECT_ID), or project_name (or OS_PROJECT_NAME).")
    logs_in = isinstance(settings.credential, PasswordCredential)
    # a project's name begins with its region
    region = settings.region or settings.project_name
    if (logs_in or not settings.project_id) and not (settings.auth_url or region):
        raise _fail("No address of IAM is given: add auth_url (or OS_AUTH_URL), or region (or OS_REGION_NAME).")
    if not logs_in and not (settings.endpoint or region):
        raise _fail("No endpoint is given: add endpoint (or OS_CCE_ENDPOINT_OVERRIDE), or region (or OS_REGION_NAME).")
