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
import gc
import json
import re
import typing as t
from contextlib import contextmanager

_WHITESPACE = re.compile(r"[ \t\n\r]*")

# What stands at the place that the scanner names when a token is cut: nothing, the beginning of a number or a constant,
# the rest of a number whose beginning is a number as well, the rest of an escape. Strings have an error of their own.
_CUT_TOKEN = re.compile(r"|-|t(ru?)?|f(a(ls?)?)?|n(ul?)?|\.|[eE][+-]?|u[0-9a-fA-F]{0,4}")

# Enough to step back out of subjobs and theirs; many more would cost what they are to save
_GUESSES = 3


class StreamFault(ValueError):
    """Why a text is no JSON list, worded to follow "the answer ".

    Attributes:
        truncated: whether it only ends too early.
        value: the JSON object that stands where a list was expected, if that is the fault.
    """

    def __init__(self, what: str, *, truncated: bool = False, value: dict[str, t.Any] | None = None) -> None:
        super().__init__(what)
        self.truncated = truncated
        self.value = value


def elements(chunks: t.Iterable[bytes], wrappers: t.Sequence[str] = ()) -> t.Iterator[t.Any]:
    """The elements of the list that the bytes hold; an integer of more digits than Python reads comes out as None.

    Args:
        chunks: UTF-8 text in pieces of any size.
        wrappers: where the text is an object instead of a list, the members of it that may hold the list.

    Raises:
        StreamFault: when the text is anything else. Elements before the fault have been handed out by then.
    """
    text = _Text(chunks)
    first = text.next_character()
    if first == "":
        raise StreamFault("is empty", truncated=True)
    if first == "[":
        text.position += 1
        yield from _list_elements(text)
    elif first == "{":
        yield from _wrapped_elements(text, wrappers)
    elif first == "<":
        raise StreamFault("is an HTML or XML page")
    else:
        raise StreamFault("is no JSON list")


class _Text:
    """The part of the text that is at hand, and the way to more of it."""

    def __init__(self, chunks: t.Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        # a byte order mark is not JSON, but harmless
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._decoder = json.JSONDecoder(parse_int=_integer, parse_constant=_refuse_constant)
        self.at_hand = ""
        self.position = 0
        self.ended = False
        # whether no run has been tried in what is at hand: one that went wrong is not tried again for each element
        self._untried = False

    def more(self, characters: int = 1) -> bool:
        """Read on by at least that many characters, if there are so many; False when there is nothing left."""
        parts = [self.at_hand[self.position :]]
        wanted = characters
        while wanted > 0 and not self.ended:
            chunk = next(self._chunks, None)
            self.ended = chunk is None
            try:
                parts.append(self._decode(chunk or b"", final=self.ended))
            except UnicodeDecodeError:
                # all that the end can bring to light is a character that lacks its last bytes
                raise (_ends_too_early() if self.ended else StreamFault("is not UTF-8")) from None
            wanted -= len(parts[-1])
        self.at_hand = "".join(parts)
        self.position = 0
        self._untried = True
        return wanted < characters

    def next_character(self) -> str:
        """The next character that is no white space, without taking it; empty at the end."""
        while True:
            blank = _WHITESPACE.match(self.at_hand, self.position)
            self.position = blank.end() if blank else self.position
            if self.position < len(self.at_hand):
                return self.at_hand[self.position]
            if not self.more():
                return ""

    def run(self) -> t.Iterator[t.Any]:
        """Take the elements of a list, many at once, as long as that goes well; those that are left stand here then.

        Together they are parsed in two thirds of the time, since the parser makes the names of their members once.
        """
        while self._untried:
            self._untried = False
            values = self._values()
            if not values:
                return
            yield from values
            if self.at_hand.endswith(("}", "]")):
                # perhaps one that is whole
                return
            self.more()

    def _values(self) -> list[t.Any]:
        """Take all elements at hand up to the last place where one ends and another begins; none is no wrong answer.

        That place is guessed by its looks: what is cut anywhere else is no list, and is left.
        """
        text, begin, end = self.at_hand, self.position, len(self.at_hand)
        for _attempt in range(_GUESSES):
            cut = text.rfind("},{", begin, end)
            if cut < 0:
                return []
            end = text.rfind("[", begin, cut)
            if end < 0 or text.count("[", begin, cut) == text.count("]", begin, cut):
                break
            # else that was between two elements of an inner list, which begins before
        else:
            return []
        listed = f"[{text[begin : cut + 1]}]"
        try:
            values, parsed = self._decoder.raw_decode(listed)
        except (ValueError, RecursionError):
            # taken one by one, what is wrong is found
            return []
        if parsed < len(listed):
            return []
        # behind the comma
        self.position = cut + 2
        return t.cast("list[t.Any]", values)

    def value(self) -> t.Any:
        """Take the value that stands here; enough behind it has been read as well to know that it is whole."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self.at_hand, self.position)
            except json.JSONDecodeError as error:
                if not error.msg.startswith("Unterminated string") and not self._is_cut(error.pos):
                    raise StreamFault("is not valid JSON") from None
            except RecursionError:
                raise StreamFault("nests too deep") from None
            except ValueError:
                # a constant such as NaN
                raise StreamFault("is not valid JSON") from None
            else:
                # what ends with a bracket or a quote is whole
                if isinstance(value, (dict, list, str)) or not self._is_cut(end):
                    self.position = end
                    return value
            if self.ended:
                raise _ends_too_early()
            # twice as much each time, so that one huge element is not parsed again for every piece of it
            self.more(len(self.at_hand) - self.position)

    def _is_cut(self, position: int) -> bool:
        """Whether more text could turn what stands there into something else."""
        return _CUT_TOKEN.fullmatch(self.at_hand, position) is not None


def _ends_too_early() -> StreamFault:
    return StreamFault("ends too early", truncated=True)


def _integer(digits: str) -> int | None:
    try:
        return int(digits)
    except ValueError:
        # valid JSON, but Python reads no more than some thousand digits
        return None


def _refuse_constant(name: str) -> t.NoReturn:
    raise ValueError(name)


def _list_elements(text: _Text) -> t.Iterator[t.Any]:
    if text.next_character() == "]":
        text.position += 1
    else:
        while True:
            yield from text.run()
            yield text.value()
            separator = text.next_character()
            text.position += 1
            if separator == "]":
                break
            if separator == "":
                raise _ends_too_early()
            if separator != ",":
                raise StreamFault("is not valid JSON")
            text.next_character()
    if text.next_character() != "":
        raise StreamFault("goes on behind its end")


def _wrapped_elements(text: _Text, wrappers: t.Sequence[str]) -> t.Iterator[t.Any]:
    value = text.value()
    if text.next_character() != "":
        raise StreamFault("goes on behind its end")
    for name in wrappers:
        if isinstance(value.get(name), list):
            yield from value[name]
            return
    raise StreamFault("is an object and no list", value=value)


@contextmanager
def no_garbage_collection() -> t.Iterator[None]:
    """Meanwhile, look for no garbage: parsing makes many objects and no cycles, and a search takes longer than that.

    It belongs around the wait and not into the thread that is waited for, which may be left behind in the middle.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
