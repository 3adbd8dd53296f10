# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""From a value as the user gave it to one of the option's type, or to a sentence that says what is wrong with it."""

from __future__ import annotations

import base64
import math
import os
import re
import typing as t
from collections.abc import Iterable
from datetime import date
from urllib.parse import SplitResult, unquote, urlsplit

from ansible.module_utils.common.text.converters import to_text
from ansible.module_utils.parsing.convert_bool import boolean

from .._errors import CceError
from .table import CONNECTION, CONNECTION_BY_NAME, Option

MAX_SECONDS = 2_000_000
"""The longest time limit, 23 days: sockets count milliseconds in 31 bits."""

_URL_FORMS = ("base_url", "proxy_url")

_EXPECTED = {
    "str": "text",
    "path": "the path of a file",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "list": "a list of texts",
}


def option_error(sentence: str) -> CceError:
    """The refusal of something that the user gave."""
    return CceError(sentence, "option")


def shown(option: Option, value: t.Any) -> str:
    """The value as a sentence may show it: short, and never a secret."""
    # an undefined variable of Jinja, which lookups can be handed, says so itself here
    text = repr(_plain(value)) if isinstance(value, str) else to_text(value)
    if option.secret or (option.form in _URL_FORMS and "@" in text):
        return "something else"
    return text if len(text) <= 60 else text[:57] + "..."


def _wrong_type(option: Option, place: str, value: t.Any) -> CceError:
    return option_error(f"The {place} takes {_EXPECTED[option.type]}, not {shown(option, value)}.")


def _plain(value: t.Any) -> str:
    """Text without what Ansible's subclasses of text add to it."""
    return str.__str__(to_text(value))


def plain_text(value: t.Any) -> str | None:
    """Text, a number or a date, which YAML makes of unquoted ones, as plain text; None for anything else."""
    # up to ansible-core 2.18, vaulted values are no text but turn into it
    vaulted = getattr(value, "__ENCRYPTED__", False)
    if isinstance(value, bool) or not (vaulted or isinstance(value, (str, int, float, date))):
        return None
    return _plain(value)


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


def _to_list(option: Option, place: str, value: t.Any) -> tuple[str, ...]:
    text = plain_text(value)
    if text is not None:
        elements: list[t.Any] = text.split(",")
    elif isinstance(value, Iterable) and not isinstance(value, (dict, bytes)):
        # what Jinja's filters give is often no list
        elements = list(value)
    else:
        raise _wrong_type(option, place, value)
    found = []
    for number, element in enumerate(elements, 1):
        text = plain_text(element)
        if element is None or (text is not None and not text.strip()):
            raise option_error(
                f"Element {number} of {place} is empty. Remove it, or omit the option to disable the filter."
            )
        if text is None:
            raise option_error(f"Element {number} of the {place} has to be text, not {shown(option, element)}.")
        found.append(encodable(place, text.strip()))
    return tuple(found)


def encodable(place: str, text: str) -> str:
    """The text, which is part of a request or of the answer.

    Raises:
        CceError: of kind ``option``, when it holds bytes that are no text.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise option_error(f"The {place} holds bytes that are no UTF-8: check its source.") from None
    return text


def _to_clean_text(option: Option, place: str, text: str) -> str:
    # a token read from a file often ends in a line feed; a blank inside or around a password may be meant
    clean = text if option.name == "password" or option.choices else text.strip()
    if not clean:
        raise option_error(f"The {place} is empty: give it a value or leave it out.")
    if option.form == "header" and re.search(r"[^\x21-\x7e]", clean):
        raise option_error(f"The {place} holds blanks or other characters that it cannot have: check its source.")
    # names of files have no encoding
    return os.path.expanduser(os.path.expandvars(clean)) if option.type == "path" else encodable(place, clean)


def convert(option: Option, place: str, value: t.Any) -> t.Any:
    """The value as the option's type says, and as the option itself wants it.

    Args:
        option: what it is a value of.
        place: what to call it in a sentence, such as "environment variable OS_TOKEN".
        value: what the user gave; not None.

    Raises:
        CceError: of kind ``option``, when it cannot be read as such.
    """
    if option.type == "list":
        return _to_list(option, place, value)
    converted: t.Any
    if option.type == "bool":
        converted = _to_bool(value)
    elif option.type in ("int", "float"):
        converted = _to_number(value, int if option.type == "int" else float)
    else:
        converted = plain_text(value)
    if converted is None:
        raise _wrong_type(option, place, value)
    if isinstance(converted, str):
        converted = _to_clean_text(option, place, converted)
    if option.choices and converted not in option.choices:
        raise option_error(f"The {place} takes {' or '.join(option.choices)}, not {shown(option, value)}.")
    check = FORMS.get(option.form or "")
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
        raise option_error(f"The {place} holds a user name or password: give credentials by their own options.")
    if "?" in text or "#" in text:
        raise option_error(f"The {place} takes a base address: drop everything from the first ? or # on.")
    url = _parts(text)
    if not url or url.scheme not in ("http", "https"):
        example = "https://cce.eu-de.otc.t-systems.com"
        value = shown(CONNECTION_BY_NAME["endpoint"], text)
        raise option_error(f"The {place} takes a URL such as {example}, not {value}.")
    return text.rstrip("/")


def _proxy(place: str, text: str) -> str:
    url = _parts(text)
    if not url or url.scheme not in ("http", "https", "socks4", "socks4a", "socks5", "socks5h"):
        # not shown: it may hold a password
        raise option_error(f"The {place} takes an address such as http://proxy.example.com:3128: correct it.")
    return text


def _timeout(place: str, seconds: float) -> float:
    if not 0 < seconds <= MAX_SECONDS:
        raise option_error(f"The {place} takes seconds above 0 and up to {MAX_SECONDS}, not {seconds:g}.")
    return seconds


def _at_least(least: int) -> t.Callable[[str, int], int]:
    def check(place: str, number: int) -> int:
        if number < least:
            raise option_error(f"The {place} takes {least} or more, not {number}.")
        return number

    return check


FORMS: dict[str, t.Callable[[str, t.Any], t.Any]] = {
    "base_url": _base_url,
    "proxy_url": _proxy,
    "seconds": _timeout,
    "not_negative": _at_least(0),
    "positive": _at_least(1),
}
"""What a value must be beyond its type, by ``Option.form``. Each function returns the value to use."""


def converted(name: str, place: str, raw: t.Any) -> t.Any:
    """A value from some other place, checked and converted like that of the option of this name.

    Raises:
        CceError: of kind ``option``; its sentence begins with the place.
    """
    return convert(CONNECTION_BY_NAME[name], place, raw)


def passwords_in_urls(values: t.Mapping[str, t.Any]) -> list[str]:
    """The passwords inside those options that take an address, in whatever form they may appear.

    Only that of a proxy has a place there; the others are refused, and must not be shown all the same.
    """
    found = []
    for name in (option.name for option in CONNECTION if option.form in _URL_FORMS):
        # not by urlsplit(), which finds none where a password holds a slash; nor is a wrong type a reason to show one
        user = re.sub(r"^.*?://", "", to_text(values.get(name)).rpartition("@")[0])
        password = user.partition(":")[2]
        if password:
            # a proxy that is confused may repeat it
            sent = base64.b64encode(unquote(user).encode("latin-1", "replace")).decode()
            found += [password, unquote(password), sent]
    return found
