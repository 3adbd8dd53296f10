# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text of the cloud, over all of Unicode."""

from __future__ import annotations

import typing as t
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._text import (
    either,
    name_text,
    result_text,
    sentence_text,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

EVERY_CHARACTER = [chr(number) for number in range(0x110000)]
TEXTS = st.text(st.characters(exclude_categories=()), max_size=300)


def is_control(character: str) -> bool:
    # "Cc" is C0, DEL, and C1; "Cs" is surrogates
    return unicodedata.category(character) in ("Cc", "Cs")


def is_bidirectional(character: str) -> bool:
    # the class of the implicit marks is that of the letters that they imitate
    embedding = unicodedata.bidirectional(character) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
    return embedding or unicodedata.name(character, "") in (
        "LEFT-TO-RIGHT MARK",
        "RIGHT-TO-LEFT MARK",
        "ARABIC LETTER MARK",
    )


def test_results_keep_every_character_that_does_no_harm() -> None:
    kept = {character for character in EVERY_CHARACTER if result_text(character) == character}
    assert kept == {character for character in EVERY_CHARACTER if not is_control(character) or character in "\t\n"}
    assert {result_text(character) for character in EVERY_CHARACTER if character not in kept} == {"\ufffd"}


def test_sentences_keep_every_character_that_does_no_harm() -> None:
    kept = {character for character in EVERY_CHARACTER if sentence_text(character) == character}
    harmful = {character for character in EVERY_CHARACTER if is_control(character) or is_bidirectional(character)}
    assert kept == set(EVERY_CHARACTER) - harmful
    assert {sentence_text(character) for character in harmful} == {"\ufffd"}


@examples(1000)
@given(TEXTS)
@example("a\ud83d\ude00b")
@example("\x1b]0;title\x07\x1b[2J\u202e")
@example("line\r\n\tnext")
def test_every_character_is_replaced_on_its_own(text: str) -> None:
    for clean in (result_text, sentence_text):
        assert clean(text) == "".join(clean(character) for character in text)
        assert clean(clean(text)) == clean(text)
        clean(text).encode("utf-8")


@examples(1000)
@given(TEXTS)
@example("x" * 100)
@example("x" * 101)
def test_names_are_cut(text: str) -> None:
    name = name_text(text)
    assert len(name) <= 100
    assert name == sentence_text(text) if len(text) <= 100 else name == sentence_text(text[:97]) + "..."


@pytest.mark.parametrize("before", range(80, 100))
def test_a_secret_is_masked_before_the_name_is_cut(before: int) -> None:
    name = name_text("x" * before + "secret-password", lambda text: text.replace("secret-password", "********"))
    assert "s" not in name


@pytest.mark.parametrize(("names", "expected"), [(["a"], "a"), (["a", "b"], "a or b"), (("a", "b", "c"), "a, b, or c")])
def test_alternatives(names: t.Sequence[str], expected: str) -> None:
    assert either(names) == expected
