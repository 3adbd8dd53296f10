# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Conversion of a value that the user gave to the option's type, or an error that names what is wrong with it."""

from __future__ import annotations

import base64
import math
import os
import re
import typing as t
from collections.abc import Iterable
from urllib.parse import unquote

from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.parsing.convert_bool import boolean

from .._errors import CceError
from .._secrets import MASKED
from .._text import either
from .ansible_values import is_omitted, plain, plain_text
from .table import CONNECTION, CONNECTION_BY_NAME, Option
from .urls import is_on_link, usable_parts

MAX_SECONDS = 2_000_000
"""The longest time limit, 23 days: sockets count milliseconds in 31 bits."""

ALL_PROJECTS = "all"
"""The element of ``projects`` that means all projects of the login."""

_BASE_URL_FORMS = ("base_url", "iam_url", "metadata_url")
URL_FORMS = (*_BASE_URL_FORMS, "proxy_url")

# Ansible's own words
_TYPES = {
    "str": "a string",
    "path": "a path",
    "bool": "true or false",
    "int": "an integer",
    "float": "a number",
    "list": "a list of strings",
}

_MAX_SHOWN = 60


def option_error(sentence: str) -> CceError:
    """An error about something that the user gave."""
    return CceError(sentence, "option")


def invalid(option: Option, label: str, value: t.Any, advice: str) -> CceError:
    """The error for a value that has the right type but is not acceptable.

    Args:
        option: the option.
        label: how messages refer to the value, such as "option limit".
        value: what the user gave. Its beginning is quoted unless it may hold a secret.
        advice: what to use instead, without a final period.
    """
    text = shown(option, value)
    name = label[len("option ") :] if label.startswith("option ") else label
    return _quoting(option_error(f"Invalid {name} {text or '(value hidden)'}: {advice}."), text, value)


def wrong_type(label: str, expected: str, option: Option, value: t.Any, advice: str = "") -> CceError:
    """The error for a value of the wrong type.

    Args:
        label: how messages refer to the value, such as "element 2 of option status".
        expected: what it must be, such as "a string".
        option: the option.
        value: as for ``invalid``.
        advice: a further sentence.
    """
    text = shown(option, value)
    found = f", not {text}" if text else " (value hidden)"
    end = "" if found.endswith("...") else "."
    sentence = _sentence(label, f"must be {expected}{found}{end}") + (f" {advice}" if advice else "")
    return _quoting(option_error(sentence), text, value)


def _quoting(error: CceError, text: str | None, value: t.Any) -> CceError:
    if text and "..." in text[-4:]:
        error.quoted = text, _whole(value)
    return error


def _sentence(label: str, predicate: str) -> str:
    if label.split(" ", 1)[0] not in ("option", "variable", "environment", "element", "lookup"):
        # it begins with a name, which has no capital letter: "auth_url of cloud prod"
        return f"The {label} {predicate}"
    return f"{label[0].upper()}{label[1:]} {predicate}"


def shown(option: Option, value: t.Any) -> str | None:
    """The beginning of the value for a message, None if it may hold a secret."""
    # an undefined variable of Jinja, which lookups can receive, raises its own error here
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    text = _whole(value)
    if option.secret or option.form == "proxy_url" or (option.form in _BASE_URL_FORMS and "@" in text):
        return None
    if len(text) <= _MAX_SHOWN:
        return text
    return text[: _MAX_SHOWN - 3] + "..." + (text[0] if isinstance(value, str) else "")


def shown_whole(option: Option, value: t.Any) -> str | None:
    """The value for a warning or a note, None if it may hold a secret, or is too long to be shown as a whole.

    Warnings and notes are masked later, and a part of a secret would not be recognized.
    """
    return shown(option, value) if len(_whole(value)) <= _MAX_SHOWN else None


def _whole(value: t.Any) -> str:
    return repr(plain(value)) if isinstance(value, str) else to_text(value)


def _number_or_text(value: t.Any) -> t.Any:
    return value if isinstance(value, (int, float)) else plain_text(value)


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


def _to_list(option: Option, label: str, value: t.Any) -> tuple[str, ...]:
    text = plain_text(value)
    if text is not None:
        elements: list[t.Any] = text.split(",")
    elif isinstance(value, Iterable) and not isinstance(value, (dict, bytes)):
        # the results of Jinja filters are often not lists
        elements = list(value)
    else:
        raise wrong_type(label, _TYPES["list"], option, value)
    found = []
    for number, element in enumerate(elements, 1):
        if is_omitted(element):
            continue
        part = f"element {number} of {label}"
        text = plain_text(element)
        if element is None or (text is not None and not text.strip()):
            raise option_error(_sentence(part, "is empty. Remove it, or omit the option to disable the filter."))
        if text is None:
            raise wrong_type(part, _TYPES["str"], option, element)
        if option.choices and text.strip() not in option.choices:
            raise invalid(option, part, text, f"use {either(option.choices)}")
        found.append(encodable(part, text.strip()))
    return tuple(found)


def encodable(label: str, text: str) -> str:
    """The string, which becomes part of a request or of the result.

    Raises:
        CceError: of kind ``option``, if the string holds bytes that could not be decoded.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise option_error(_sentence(label, "is not valid UTF-8.")) from None
    return text


def _to_clean_text(option: Option, label: str, text: str) -> str:
    # a token read from a file often ends in a line feed; spaces in or around a password may be intended
    clean = text if option.name == "password" or option.choices else text.strip()
    if not clean:
        raise option_error(_sentence(label, "is empty. Set a value or omit it."))
    if option.form == "header" and re.search(r"[^\x21-\x7e]", clean):
        raise option_error(
            _sentence(label, "contains spaces or non-ASCII characters, which HTTP headers do not allow.")
        )
    # file names have no encoding
    return os.path.expanduser(os.path.expandvars(clean)) if option.type == "path" else encodable(label, clean)


def convert(option: Option, label: str, value: t.Any) -> t.Any:
    """Convert a value to the option's type and check it.

    Args:
        option: the option.
        label: how messages refer to the value, such as "environment variable OS_TOKEN".
        value: what the user gave; not None.

    Returns:
        A str, bool, int or float of exactly that type, or a tuple of str for a list.

    Raises:
        CceError: of kind ``option``, for an invalid value.
    """
    converted: t.Any
    if option.type == "list":
        converted = _to_list(option, label, value)
    elif option.type == "bool":
        converted = _to_bool(value)
    elif option.type in ("int", "float"):
        converted = _to_number(value, int if option.type == "int" else float)
    else:
        converted = plain_text(value)
    if converted is None:
        raise wrong_type(label, _TYPES[option.type], option, value)
    if isinstance(converted, str):
        converted = _to_clean_text(option, label, converted)
    if option.type != "list" and option.choices and converted not in option.choices:
        raise invalid(option, label, value, f"use {either(option.choices)}")
    check = FORMS.get(option.form or "")
    return check(option, label, converted) if check else converted


def _base_url(option: Option, label: str, text: str) -> str:
    """The URL without a trailing slash."""
    if "@" in text:
        raise option_error(_sentence(label, "must not contain credentials; use the credential options."))
    if "?" in text or "#" in text:
        raise option_error(_sentence(label, "must be a base URL without query string or fragment."))
    url = usable_parts(text)
    if not url or url.scheme not in ("http", "https"):
        raise invalid(option, label, text, "use a URL such as https://cce.eu-de.otc.t-systems.com")
    return text.rstrip("/")


def _iam_url(option: Option, label: str, text: str) -> str:
    """The URL up to ``/v3``: some tools want the URL of the login itself, which is one of its resources."""
    url = _base_url(option, label, text)
    login = "/auth/tokens"
    return url[: -len(login)] if url.endswith("/v3" + login) else url


def _metadata_url(option: Option, label: str, text: str) -> str:
    url = _base_url(option, label, text)
    if not is_on_link(url):
        raise invalid(option, label, text, "use a link-local or loopback address, such as http://169.254.169.254")
    return url


def _proxy(option: Option, label: str, text: str) -> str:
    url = usable_parts(text)
    if not url or url.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h"):
        raise invalid(option, label, text, "use a URL such as http://proxy.example.com:3128")
    return text


def _seconds(option: Option, label: str, seconds: float) -> float:
    zero_allowed = option.form == "seconds_or_zero"
    if not (zero_allowed and seconds == 0) and not 0 < seconds <= MAX_SECONDS:
        least = "from 0 to" if zero_allowed else "above 0, at most"
        raise invalid(option, label, seconds, f"use a number of seconds {least} {MAX_SECONDS}")
    return seconds


def _interval(option: Option, label: str, seconds: float) -> float:
    if not 1 <= seconds <= MAX_SECONDS:
        raise invalid(option, label, seconds, f"use a number of seconds from 1 to {MAX_SECONDS}")
    return seconds


def _projects(option: Option, label: str, projects: tuple[str, ...]) -> tuple[str, ...]:
    """The projects, each once: case does not matter in an ID."""
    each_once: dict[str, str] = {}
    for name in projects:
        each_once.setdefault(name.lower() if is_project_id(name) else name, name)
    if ALL_PROJECTS in each_once and len(each_once) > 1:
        raise invalid(option, label, ",".join(projects), f"use either {ALL_PROJECTS} or names and IDs")
    return tuple(each_once.values())


def is_project_id(text: str) -> bool:
    """Whether an element of ``projects`` is an ID: 32 hexadecimal digits. Anything else is a name."""
    return re.fullmatch("[0-9A-Fa-f]{32}", text) is not None


def _at_least(least: int) -> t.Callable[[Option, str, int], int]:
    def check(option: Option, label: str, number: int) -> int:
        if number < least:
            raise invalid(option, label, number, f"use {least} or more")
        return number

    return check


FORMS: dict[str, t.Callable[[Option, str, t.Any], t.Any]] = {
    "base_url": _base_url,
    "iam_url": _iam_url,
    "metadata_url": _metadata_url,
    "proxy_url": _proxy,
    "projects": _projects,
    "seconds": _seconds,
    "seconds_or_zero": _seconds,
    "interval": _interval,
    "not_negative": _at_least(0),
    "positive": _at_least(1),
}
"""Checks beyond the type, by ``Option.form``. Each takes option, label and value, and returns the value to use."""


def converted(name: str, label: str, raw: t.Any) -> t.Any:
    """A value from another source, such as a file, converted and checked like the option of this name.

    Raises:
        CceError: of kind ``option``; its message contains the label.
    """
    return convert(CONNECTION_BY_NAME[name], label, raw)


def without_password(url: str) -> str:
    """The URL with its password replaced, if it contains one."""
    password = _user_of(url).partition(":")[2]
    end = url.rfind("@")
    return url[: end - len(password)] + MASKED + url[end:] if password else url


def _user_of(url: str) -> str:
    """User and password, also where ``urlsplit()`` does not find them, because the password contains a slash."""
    return re.sub(r"^.*?://", "", url.rpartition("@")[0])


def passwords_in_urls(values: t.Mapping[str, t.Any]) -> list[str]:
    """The passwords in URLs among these options, in every form in which they may appear.

    Only a proxy URL may contain one. The others are rejected, but their passwords must not be shown either.
    """
    found = []
    for name in (option.name for option in CONNECTION if option.form in URL_FORMS):
        # a value of a wrong type must not be shown either
        user = _user_of(to_text(values.get(name)))
        password = user.partition(":")[2]
        if password:
            # the header in which a proxy receives it, and which a faulty proxy may echo
            sent = base64.b64encode(unquote(user).encode("utf-8", "replace")).decode()
            found += [password, unquote(password), sent]
    return found
