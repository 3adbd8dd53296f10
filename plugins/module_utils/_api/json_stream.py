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

MAX_VALUES = 100_000
"""Values in one element of a list, each up to 300 bytes of memory. Jobs have tens, and as many for each subjob."""

# Characters that are parsed at once. So few cannot contain more than MAX_VALUES.
_WINDOW = 128 * 1024

# The same for one element in a buffer that is longer than that
_FIRST = 4 * 1024

# By how many characters the text that is parsed grows, at most, while an element is incomplete
_STEP = 2 * 1024 * 1024

# Characters of members of an object in place of a list that are kept, because they may describe a failure
_MAX_KEPT = 64 * 1024


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
        wrappers: where the text is an object instead of a list, its members that may contain the list. The first one
            that is not empty counts.
        faults: members of such an object that report a failure. They count if the list is empty.

    Raises:
        StreamFault: when the text is anything else. Elements before the fault have been returned by then.
    """
    text = _Text(chunks)
    first = text.next_character()
    if first == "":
        raise StreamFault("is empty", truncated=True)
    if first == "[":
        yield from _list_elements(text)
        text.check_end()
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

    def take(self, *expected: str) -> str:
        """Take the next character that is not white space, which must be one of these."""
        found = self.next_character()
        if found == "":
            raise _truncated()
        if found not in expected:
            raise StreamFault("is not valid JSON")
        self.position += 1
        return found

    def check_end(self) -> None:
        """Check that nothing follows."""
        if self.next_character() != "":
            raise StreamFault("has trailing data")

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
            if len(self.buffer) - self.position > _WINDOW:
                self._untried = True
            elif self.buffer.endswith(("}", "]")):
                # the last element may be complete
                return
            else:
                self.more()

    def _values(self) -> list[t.Any]:
        """Take all elements up to the last position in the window where one ends and another begins.

        Returning nothing is always correct.

        That position is guessed from a few characters. The parser rejects a wrong guess.
        """
        text, begin = self.buffer, self.position
        end = min(len(text), begin + _WINDOW)
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

    def value(self) -> tuple[t.Any, int]:
        """Take the value at the position. Enough is read after it to know that it is complete.

        Returns:
            The value, and how many characters it has in the text.
        """
        # not all of a long buffer: a large value takes many times as much memory as its text
        size = _WINDOW if len(self.buffer) - self.position <= _WINDOW else _FIRST
        while True:
            left = len(self.buffer) - self.position
            text, begin = self.buffer, self.position
            if left > size:
                text, begin = text[begin : begin + size], 0
            parsed = len(text) - begin
            found = self._parse(text, begin)
            if found:
                value, end = found
                _check_size(text, begin, end)
                self.position += end - begin
                return value, end - begin
            if self.ended and parsed == left:
                raise _truncated()
            _check_size(text, begin, len(text))
            # twice as much each time, so that one large element is not parsed again for every piece of it
            wanted = parsed + min(parsed, _STEP)
            size = max(size, wanted)
            if left < wanted:
                self.more(wanted - left)

    def _parse(self, text: str, begin: int) -> tuple[t.Any, int] | None:
        """The value that begins there, and where it ends. None if it is cut."""
        try:
            value, end = self._decoder.raw_decode(text, begin)
        except json.JSONDecodeError as error:
            if error.msg.startswith("Unterminated string") or _is_cut(text, error.pos):
                return None
            raise StreamFault("is not valid JSON") from None
        except RecursionError:
            raise StreamFault("is nested too deeply") from None
        except ValueError:
            # a constant such as NaN
            raise StreamFault("is not valid JSON") from None
        # a value that ends with a bracket or a quote is complete
        return (value, end) if isinstance(value, (dict, list, str)) or not _is_cut(text, end) else None


def _is_cut(text: str, position: int) -> bool:
    """Whether more text could change the token at this position."""
    return _CUT_TOKEN.fullmatch(text, position) is not None


def _check_size(text: str, begin: int, end: int) -> None:
    """Refuse an element that takes too much memory."""
    if end - begin > MAX_ENTRY:
        raise StreamFault(f"has an entry larger than {MAX_ENTRY >> 20} MiB")
    if end - begin > _WINDOW and sum(text.count(mark, begin, end) for mark in "[{,") > MAX_VALUES:
        raise StreamFault(f"has an entry of more than {MAX_VALUES:,} values")


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
    """The elements of the list at the position."""
    text.take("[")
    if text.next_character() == "]":
        text.position += 1
        return
    while True:
        yield from text.run()
        yield text.value()[0]
        if text.take(",", "]") == "]":
            return
        text.next_character()


def _wrapped_elements(text: _Text, wrappers: t.Sequence[str], faults: t.Sequence[str]) -> t.Iterator[t.Any]:
    """The elements of the list in the object at the position, which is never in memory as a whole either."""
    others: dict[str, t.Any] = {}
    kept = 0
    has_list = has_elements = has_failed = False
    for name in _names(text):
        if name in wrappers and text.next_character() == "[":
            counts, has_list = not has_elements, True
            for element in _list_elements(text):
                if counts:
                    has_elements = True
                    yield element
        else:
            value, size = text.value()
            has_failed |= name in faults and bool(value)
            if kept + len(name) + size <= _MAX_KEPT:
                kept += len(name) + size
                others[name] = value
    text.check_end()
    if not has_elements and (has_failed or not has_list):
        raise StreamFault("is a JSON object, expected a list", value=others)


def _names(text: _Text) -> t.Iterator[str]:
    """The names of the members of the object at the position, each with the position at its value."""
    text.take("{")
    if text.next_character() == "}":
        text.position += 1
        return
    while True:
        if text.next_character() not in ('"', ""):
            raise StreamFault("is not valid JSON")
        name, _size = text.value()
        text.take(":")
        text.next_character()
        yield name
        if text.take(",", "}") == "}":
            return
