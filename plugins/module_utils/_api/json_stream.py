# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""A JSON list as a stream: pieces of bytes in, one element after the other out.

The whole list never exists, neither as text nor as objects: memory stays at one piece and one element, whatever the
length of the list.
"""

from __future__ import annotations

import codecs
import json
import re
import typing as t

_WHITESPACE = re.compile(r"[ \t\n\r]*")

# What is at the position that the scanner reports when a token is cut: nothing, the beginning of a number or constant,
# the rest of a number whose beginning is a number too, the rest of an escape. Strings have an error of their own.
_CUT_TOKEN = re.compile(r"|-|t(ru?)?|f(a(ls?)?)?|n(ul?)?|\.|[eE][+-]?|u[0-9a-fA-F]{0,4}")

# Enough to step back out of subjobs and their subjobs. Many more would cost more time than they save.
_GUESSES = 3

MAX_ENTRY = 8 * 1024 * 1024
"""Characters of one element of a list. Jobs have hundreds."""


class StreamFault(ValueError):
    """Why a text is not a JSON list, worded to follow "the response ".

    Attributes:
        truncated: whether the end is missing and nothing else is wrong.
        value: the JSON object in place of a list, if that is the fault.
    """

    def __init__(self, what: str, *, truncated: bool = False, value: dict[str, t.Any] | None = None) -> None:
        super().__init__(what)
        self.truncated = truncated
        self.value = value


def elements(
    chunks: t.Iterable[bytes], wrappers: t.Sequence[str] = (), faults: t.Sequence[str] = ()
) -> t.Iterator[t.Any]:
    """The elements of a JSON list. An integer of more digits than Python reads becomes None.

    Args:
        chunks: UTF-8 text in pieces of any size.
        wrappers: where the text is an object instead of a list, its members that may contain the list.
        faults: members of such an object that report a failure. They count if the list is empty.

    Raises:
        StreamFault: when the text is anything else. Elements before the fault have been returned by then.
    """
    text = _Text(chunks)
    first = text.next_character()
    if first == "":
        raise StreamFault("is empty", truncated=True)
    if first == "[":
        text.position += 1
        yield from _list_elements(text)
    elif first == "{":
        yield from _wrapped_elements(text, wrappers, faults)
    elif first == "<":
        raise StreamFault("is an HTML or XML page")
    else:
        raise StreamFault("is not a JSON list")


class _Text:
    """Buffered reader over the decoded chunks."""

    def __init__(self, chunks: t.Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        # a byte order mark is not JSON, but harmless
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._decoder = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse_constant)
        self.buffer = ""
        self.position = 0
        self.ended = False
        # whether to try a run in the buffer: one that failed is not tried again for each element
        self._untried = False

    def more(self, characters: int = 1) -> bool:
        """Read at least that many characters, or all that are left. Return False when there is nothing left."""
        parts = [self.buffer[self.position :]]
        wanted = characters
        while wanted > 0 and not self.ended:
            chunk = next(self._chunks, None)
            self.ended = chunk is None
            try:
                parts.append(self._decode(chunk or b"", final=self.ended))
            except UnicodeDecodeError:
                # at the end, the only possible fault is a character whose last bytes are missing
                raise (_truncated() if self.ended else StreamFault("is not UTF-8")) from None
            wanted -= len(parts[-1])
        self.buffer = "".join(parts)
        self.position = 0
        self._untried = True
        return wanted < characters

    def next_character(self) -> str:
        """The next character that is not white space, without taking it. Empty at the end."""
        while True:
            space = _WHITESPACE.match(self.buffer, self.position)
            self.position = space.end() if space else self.position
            if self.position < len(self.buffer):
                return self.buffer[self.position]
            if not self.more():
                return ""

    def run(self) -> t.Iterator[t.Any]:
        """Take elements of a list, many at once, as long as that succeeds. The position is then before the rest.

        Parsing them together takes two thirds of the time, since the parser creates the names of their members once.
        """
        while self._untried:
            self._untried = False
            values = self._values()
            if not values:
                return
            yield from values
            if self.buffer.endswith(("}", "]")):
                # the last element may be complete
                return
            self.more()

    def _values(self) -> list[t.Any]:
        """Take all elements up to the last position in the buffer where one ends and another begins.

        Returning nothing is always correct.

        That position is guessed from a few characters. The parser rejects a wrong guess.
        """
        text, begin, end = self.buffer, self.position, len(self.buffer)
        for _attempt in range(_GUESSES):
            cut = text.rfind("},{", begin, end)
            if cut < 0:
                return []
            end = text.rfind("[", begin, cut)
            if end < 0 or text.count("[", begin, cut) == text.count("]", begin, cut):
                break
            # that was between two elements of an inner list, which begins before it
        else:
            return []
        listed = f"[{text[begin : cut + 1]}]"
        try:
            values, parsed = self._decoder.raw_decode(listed)
        except (ValueError, RecursionError):
            # taking the elements one by one finds what is wrong
            return []
        if parsed < len(listed):
            return []
        # after the comma
        self.position = cut + 2
        return t.cast("list[t.Any]", values)

    def value(self, limit: int | None = None) -> t.Any:
        """Take the value at the position. Enough is read after it to know that it is complete.

        Args:
            limit: how many characters the value may have, None for any number.
        """
        while True:
            try:
                value, end = self._decoder.raw_decode(self.buffer, self.position)
            except json.JSONDecodeError as error:
                if not error.msg.startswith("Unterminated string") and not self._is_cut(error.pos):
                    raise StreamFault("is not valid JSON") from None
            except RecursionError:
                raise StreamFault("is nested too deeply") from None
            except ValueError:
                # a constant such as NaN
                raise StreamFault("is not valid JSON") from None
            else:
                # a value that ends with a bracket or a quote is complete
                if isinstance(value, (dict, list, str)) or not self._is_cut(end):
                    _check_size(end - self.position, limit)
                    self.position = end
                    return value
            if self.ended:
                raise _truncated()
            _check_size(len(self.buffer) - self.position, limit)
            # twice as much each time, so that one huge element is not parsed again for every piece of it
            self.more(len(self.buffer) - self.position)

    def _is_cut(self, position: int) -> bool:
        """Whether more text could change the token at this position."""
        return _CUT_TOKEN.fullmatch(self.buffer, position) is not None


def _check_size(characters: int, limit: int | None) -> None:
    if limit is not None and characters > limit:
        raise StreamFault(f"has an entry larger than {limit >> 20} MiB")


def _truncated() -> StreamFault:
    return StreamFault("is truncated", truncated=True)


def _integer(digits: str) -> int | None:
    try:
        return int(digits)
    except ValueError:
        # valid JSON, but Python reads only some thousand digits
        return None


def _refuse_constant(name: str) -> t.NoReturn:
    raise ValueError(name)


def _list_elements(text: _Text) -> t.Iterator[t.Any]:
    if text.next_character() == "]":
        text.position += 1
    else:
        while True:
            yield from text.run()
            yield text.value(MAX_ENTRY)
            separator = text.next_character()
            text.position += 1
            if separator == "]":
                break
            if separator == "":
                raise _truncated()
            if separator != ",":
                raise StreamFault("is not valid JSON")
            text.next_character()
    if text.next_character() != "":
        raise StreamFault("has trailing data")


def _wrapped_elements(text: _Text, wrappers: t.Sequence[str], faults: t.Sequence[str]) -> t.Iterator[t.Any]:
    value = text.value()
    if text.next_character() != "":
        raise StreamFault("has trailing data")
    for name in wrappers:
        found = value.get(name)
        if isinstance(found, list) and (found or not any(value.get(fault) for fault in faults)):
            yield from found
            return
    raise StreamFault("is a JSON object, expected a list", value=value)
