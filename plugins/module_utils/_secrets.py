# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Masking of secrets in sentences and results, because the cloud may repeat what was sent to it.

Ansible masks as well, but not the same on each version: never keys, nothing in lookups before ansible-core 2.22, only
what is printed from then on, and short values also in the middle of words.
"""

from __future__ import annotations

import base64
import collections
import contextlib
import functools
import marshal
import re
import typing as t

from ._escapes import MARKS, decodings, view
from ._report import Report


def _unchanged(value: str) -> str:
    return value


try:
    # since ansible-core 2.22
    from ansible.module_utils.secrets import register_secret as _register
except ImportError:
    _register = _unchanged

register_secret: t.Callable[[str], t.Any] = _register
"""Mask this value in everything that Ansible prints from now on; without effect before ansible-core 2.22."""

MASKED = "********"

MIN_LENGTH = 8
"""Characters of a secret that is masked wherever it is. A shorter one may by chance be a part of any word or number."""

# A server may cut a long secret: so many of its first characters count as the whole
_LONG = 40
_TELLING = 12

# URLs can have + for a space, base64 has an alphabet for URLs, and a line break may become a space
_FOLD = str.maketrans("+-_\t\n\r", "  /   ")
_FOLD_BYTES = bytes.maketrans(b"+-_\t\n\r", b"  /   ")

# three patterns, because one that begins with a certain byte is searched for many times as fast
_ESCAPES = [re.compile(pattern) for pattern in (rb"&[#A-Za-z]", rb"%[0-9a-fA-F]{2}", rb"\\[^\x00-\x1f]")]

_BASE64 = re.compile("[A-Za-z0-9+/_-]")
_BASE64_END = re.compile("[A-Za-z0-9+/_-]*={0,2}")

MAX_TEMPORARY = 500
"""Temporary secrets that are known at the same time, such as signatures: more than the requests of a usual poll."""

LONGEST_TRACE = 4096
"""Characters in which a secret can be recognized, however it is escaped: a long one by the first of its own."""

# Elements of a list that are searched at once
_CHUNK = 500


class _Needle(t.NamedTuple):
    """One form of a secret."""

    text: str
    head: str
    """The part that a match must contain: all of it, or the first characters of a long one."""
    alone: bool
    """Whether it counts only as a whole word, and in sentences only."""
    encoded: bool
    """Whether it is base64 without the characters that depend on what is before and after it."""


class Mask:
    """Replaces known secrets, however they are escaped.

    Args:
        ordinary: words that results are full of, in any case. They stay in results, even if one is a secret.
    """

    def __init__(self, ordinary: t.Iterable[str] = ()) -> None:
        self._ordinary = frozenset(word.lower() for word in ordinary)
        self._needles: dict[str, _Needle] = {}
        self._temporary: collections.deque[_Needle] = collections.deque(maxlen=MAX_TEMPORARY)
        self._numbers: set[int] = set()

    def add(self, secret: str) -> None:
        """Learn a secret."""
        secret = secret.strip()
        if not secret:
            return
        for text in (secret, " ".join(secret.split())):
            self._learn(text, alone=self.is_unremarkable(secret))
        if secret.isdecimal() and not self.is_unremarkable(secret):
            self._numbers.add(int(secret))
        for data in _as_bytes(secret):
            inner = [_inner_base64(data, offset) for offset in range(3)]
            if len(inner[1]) < MIN_LENGTH:
                self._learn(base64.b64encode(data).decode(), alone=True)
            else:
                for text in inner:
                    self._learn(text, alone=False, encoded=True)

    def add_temporary(self, secret: str) -> None:
        """Learn a long secret until ``MAX_TEMPORARY`` others have been added in this way."""
        self._temporary.append(_needle(secret, alone=False))

    def is_unremarkable(self, secret: str) -> bool:
        """Whether results contain such a text without repeating a secret: it is short, or an ordinary word."""
        return len(secret) < MIN_LENGTH or secret.lower() in self._ordinary

    def _learn(self, text: str, *, alone: bool, encoded: bool = False) -> None:
        needle = _needle(text, alone=alone, encoded=encoded)
        self._needles.setdefault(needle.text, needle)

    def _known(self) -> tuple[_Needle, ...]:
        # copies, because another thread may learn a secret meanwhile
        return (*tuple(self._needles.values()), *tuple(self._temporary))

    # -----------------------------------------------------------------------------------------------------------------
    # texts

    def __call__(self, text: str) -> str:
        """Return a sentence without secrets. Those that are short or ordinary are only replaced as whole words."""
        return _replaced(text, self._known())

    def finds(self, text: str) -> bool:
        """Whether there is a secret in a text. Those that are short or ordinary do not count."""
        heads = [needle.head for needle in self._known() if not needle.alone]
        return any(head in folded for folded in (each.translate(_FOLD) for each in decodings(text)) for head in heads)

    def result(self, value: t.Any) -> t.Any:
        """Return a value of JSON without secrets in its strings, numbers, and keys. Short and ordinary ones stay.

        What needs no change is not copied.
        """
        needles = [needle for needle in self._known() if not needle.alone]
        return _Walk(needles, self._ordinary, self._numbers).over(value) if needles else value


def masked(report: Report, mask: Mask) -> Report:
    """The report, with every secret that it hears of taken out of what it says."""

    def remember(secret: str) -> None:
        mask.add(secret)
        # Ansible masks also parts of words
        if not mask.is_unremarkable(secret):
            report.secret(secret)

    def remember_for_now(secret: str) -> None:
        mask.add_temporary(secret)
        report.secret(secret)

    return Report(
        warning=lambda text: report.warning(mask(text)),
        info=lambda text: report.info(mask(text)),
        secret=remember,
        mask=mask,
        finds_secret=mask.finds,
        temporary=remember_for_now,
    )


def _needle(text: str, *, alone: bool, encoded: bool = False) -> _Needle:
    folded = text.translate(_FOLD)
    return _Needle(folded, folded if len(folded) < _LONG else folded[:_TELLING], alone, encoded)


def _as_bytes(secret: str) -> set[bytes]:
    """How a secret may have been encoded before base64: proxies get it in Latin-1 where that is possible."""
    found = {secret.encode("utf-8", "surrogatepass")}
    with contextlib.suppress(UnicodeEncodeError):
        found.add(secret.encode("latin-1"))
    return found


def _inner_base64(data: bytes, offset: int) -> str:
    """The characters of base64 that these bytes alone determine, after this number of other bytes."""
    encoded = base64.b64encode(b"\0" * offset + data).decode()
    return encoded[-(-8 * offset // 6) : 8 * (offset + len(data)) // 6]


def _replaced(text: str, needles: t.Collection[_Needle]) -> str:
    spans: list[tuple[int, int]] = []
    for decoded, ways in decodings(text).items():
        folded = decoded.translate(_FOLD)
        there = [needle for needle in needles if needle.head in folded]
        if there:
            seen = view(text, ways)
            for needle in there:
                occurrences = _occurrences(needle, folded, decoded)
                spans += [(seen.begins[begin], seen.ends[end - 1]) for begin, end in occurrences]
    if not spans:
        return text
    parts: list[str] = []
    position = 0
    for begin, end in sorted(spans):
        if begin >= position:
            parts += (text[position:begin], MASKED)
        position = max(position, end)
    return "".join((*parts, text[position:]))


def _occurrences(needle: _Needle, text: str, unfolded: str) -> t.Iterator[tuple[int, int]]:
    begin = text.find(needle.head)
    while begin >= 0:
        end = begin + len(needle.head)
        length = len(needle.head)
        while length < len(needle.text) and text[end : end + 1] == needle.text[length]:
            end += 1
            length += 1
        if needle.encoded:
            # with all that is encoded together with it, such as the name of the user
            first = begin
            while first and _BASE64.match(unfolded, first - 1):
                first -= 1
            after = _BASE64_END.match(unfolded, end)
            begin = after.end() - 1 if after else end
            yield first, begin + 1
        elif not needle.alone or not _is_in_word(text, begin, end):
            yield begin, end
        # occurrences may overlap
        begin = text.find(needle.head, begin + 1)


def _is_in_word(text: str, begin: int, end: int) -> bool:
    around = text[begin - 1 : begin] if begin else "", text[end : end + 1]
    return any(character.isalnum() for character in around)


def _unfolded_pattern(folded: str) -> str:
    """Everything that is folded to this text."""
    return re.escape(folded).replace("\\ ", "[-+ \t\n\r]").replace("/", "[/_]")


class _Walk:
    """Masks values of JSON."""

    def __init__(self, needles: list[_Needle], ordinary: t.Collection[str], numbers: t.Collection[int]) -> None:
        self._ordinary = ordinary
        self._numbers = numbers
        self._heads = {needle.head: needle.head.encode("utf-8", "surrogatepass") for needle in needles}
        # many jobs have the same keys, and often the same reason
        self._replaced = functools.lru_cache(1000)(lambda text: _replaced(text, needles))
        self._mask_key = functools.lru_cache(1000)(self._mask_text)

    @functools.cached_property
    def _trace(self) -> re.Pattern[str]:
        # most values hold no secret and never need it
        return re.compile("|".join([*map(re.escape, MARKS), *map(_unfolded_pattern, self._heads)]))

    def over(self, value: t.Any) -> t.Any:
        if isinstance(value, list) and len(value) > _CHUNK:
            chunks = [self.over(value[begin : begin + _CHUNK]) for begin in range(0, len(value), _CHUNK)]
            return [element for chunk in chunks for element in chunk]
        return self._mask(value) if self._numbers or self._may_hold(value) else value

    def _may_hold(self, value: t.Any) -> bool:
        """Whether a secret could be anywhere in the value. Looking at each string would take many times as long."""
        try:
            # the fastest way to have all strings of a value next to each other
            data = marshal.dumps(value)
        except ValueError:
            # types that are not those of JSON
            return True
        folded = data.translate(_FOLD_BYTES)
        return any(head in folded for head in self._heads.values()) or any(escape.search(data) for escape in _ESCAPES)

    def _mask(self, value: t.Any) -> t.Any:
        if isinstance(value, str):
            return self._mask_text(value)
        if isinstance(value, dict):
            return {self._mask_key(key): self._mask(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self._mask(entry) for entry in value]
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return MASKED if is_number and value in self._numbers else value

    def _mask_text(self, text: str) -> str:
        if not self._trace.search(text) or text.lower() in self._ordinary:
            return text
        return self._replaced(text)
