# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Texts with their escapes decoded, where each character knows what it was decoded from."""

from __future__ import annotations

import re
import typing as t

MAX_DEPTH = 3
"""Escapes inside each other that are decoded, such as HTML in a URL in JSON."""

_JSON_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Way(t.NamedTuple):
    """A way of escaping."""

    mark: str
    """The character that each escape begins with."""
    escape: str
    """A pattern for an escape of one character. It is compiled only if there is a mark."""
    decoded: t.Callable[[str], str]
    """Decodes an escape."""

    def decode(self, text: str) -> str:
        """The text with all its escapes decoded."""
        return re.sub(self.escape, lambda match: self.decoded(match[0]), text)


class View(t.NamedTuple):
    """A decoded text. Its character at ``i`` comes from the original text from ``begins[i]`` to ``ends[i]``."""

    text: str
    begins: t.Sequence[int]
    ends: t.Sequence[int]


def decodings(text: str) -> dict[str, tuple[_Way, ...]]:
    """All texts that come of decoding a text in every way and order, itself included, each with how it came about."""
    found: dict[str, tuple[_Way, ...]] = {text: ()}
    latest = [text]
    for _level in range(MAX_DEPTH):
        earlier, latest = latest, []
        for each in earlier:
            for way in _WAYS:
                if way.mark in each:
                    decoded = way.decode(each)
                    if decoded not in found:
                        found[decoded] = (*found[each], way)
                        latest.append(decoded)
    return found


def view(text: str, ways: t.Iterable[_Way]) -> View:
    """The text decoded in these ways, one after the other."""
    seen = View(text, range(len(text)), range(1, len(text) + 1))
    for way in ways:
        seen = _decode(seen, way)
    return seen


def _decode(seen: View, way: _Way) -> View:
    parts: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    position = 0
    for match in re.finditer(way.escape, seen.text):
        start, end = match.span()
        characters = way.decoded(match[0])
        parts += (seen.text[position:start], characters)
        begins += seen.begins[position:start]
        ends += seen.ends[position:start]
        begins += [seen.begins[start]] * len(characters)
        ends += [seen.ends[end - 1]] * len(characters)
        position = end
    parts.append(seen.text[position:])
    begins += seen.begins[position:]
    ends += seen.ends[position:]
    return View("".join(parts), begins, ends)


def _from_html(escape: str) -> str:
    number = escape[2:].rstrip(";")
    if escape[1] != "#":
        # only for texts that have such an escape: its table of 2,231 names takes longer to import than all of this
        from html import unescape

        return unescape(escape)
    code = int(number[1:], 16) if number[0] in "xX" else int(number)
    # html.unescape() would replace characters that HTML forbids, but servers escape them, too
    return chr(code) if code <= 0x10FFFF else escape


def _from_json(escape: str) -> str:
    if escape[1] in "ux":
        units = b"".join(int(unit, 16).to_bytes(2, "big") for unit in re.findall(r"\\[ux]([0-9a-fA-F]+)", escape))
        return units.decode("utf-16-be", "surrogatepass")
    return _JSON_LETTERS.get(escape[1], escape[1])


def _from_url(escape: str) -> str:
    data = bytes.fromhex(escape.replace("%", ""))
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


_WAYS = (
    _Way("&", r"&(?:#[0-9]{1,9};?|#[xX][0-9a-fA-F]{1,8};?|[A-Za-z][A-Za-z0-9]{1,31};)", _from_html),
    _Way(
        "\\",
        r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
        r"|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\\[^ux]",
        _from_json,
    ),
    _Way(
        "%",
        # the bytes of one character in UTF-8, else any byte
        (
            r"%[c-dC-D][0-9a-fA-F]%[89abAB][0-9a-fA-F]|%[eE][0-9a-fA-F](?:%[89abAB][0-9a-fA-F]){2}"
            r"|%[fF][0-7](?:%[89abAB][0-9a-fA-F]){3}|%[0-9a-fA-F]{2}"
        ),
        _from_url,
    ),
)

MARKS = tuple(way.mark for way in _WAYS)
"""Characters without which a text has no escapes."""
