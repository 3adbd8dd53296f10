# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No part of a secret gets out, however a server writes it, wherever it writes it, and wherever a text is cut."""

from __future__ import annotations

import base64
import json
import typing as t
from html import escape
from urllib.parse import quote

from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.bodies import explain
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import MASKED, Mask, masked
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

WINDOW = 8
"""Characters of a secret that must not be anywhere."""

# Nothing that surrounds a secret has a character of it, so that every trace is its own. The mask gives "*".
SURROUNDINGS = st.text("\u4e00\u4e01\u4e02 .,:()", max_size=520)
SECRETS = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="*\u4e00\u4e01\u4e02"),
    min_size=WINDOW,
    max_size=60,
).filter(lambda secret: len(secret.strip()) >= WINDOW and len(set(secret)) > 4)

Escape = t.Callable[[str], str]


def some(special: str, one: Escape) -> t.Callable[[t.Any], Escape]:
    """Escapes what it has to, and of the other characters those that are drawn."""

    def make(draw: t.Any) -> Escape:
        every = draw(st.integers(1, 5))
        return lambda text: "".join(
            one(character) if character in special or number % every == 0 else character
            for number, character in enumerate(text)
        )

    return make


def json_escape(character: str) -> str:
    return "".join(f"\\u{unit.hex()}" for unit in units(character))


def units(character: str) -> list[bytes]:
    data = character.encode("utf-16-be")
    return [data[place : place + 2] for place in range(0, len(data), 2)]


def percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode())


def in_base64(encode: t.Callable[[bytes], bytes]) -> t.Callable[[t.Any], Escape]:
    def make(draw: t.Any) -> Escape:
        user = draw(st.text("abc", max_size=4))
        return lambda text: encode(f"{user}:{text}".encode() if user else text.encode()).decode()

    return make


def fixed(function: Escape) -> t.Callable[[t.Any], Escape]:
    return lambda _draw: function


ESCAPES: dict[str, t.Callable[[t.Any], Escape]] = {
    "plain": fixed(str),
    "HTML": fixed(escape),
    "HTML decimal": some("&<>", lambda character: f"&#{ord(character)};"),
    "HTML hexadecimal": some("&<>", lambda character: f"&#x{ord(character):x};"),
    "HTML HEXADECIMAL": some("&<>", lambda character: f"&#X{ord(character):X};"),
    "JSON": fixed(lambda text: json.dumps(text)[1:-1]),
    "JSON, some": some('\\"', json_escape),
    "JSON, upper case": some('\\"', lambda character: json_escape(character).upper().replace("U", "u")),
    "URL": fixed(lambda text: quote(text, safe="")),
    "URL, some": some("%", percent),
    "URL, lower case": some("%", lambda character: percent(character).lower()),
    "form": fixed(lambda text: quote(text, safe=" ").replace(" ", "+")),
    "base64": in_base64(base64.b64encode),
    "base64 for URLs": in_base64(base64.urlsafe_b64encode),
}


@st.composite
def echoes(draw: t.Any) -> tuple[str, list[str], list[str]]:
    """A secret, three texts that contain it, and how it is written in them."""
    secret = draw(SECRETS)
    texts, written = [], []
    for _number in range(3):
        echo = secret.strip()
        # a server encodes what it was sent, and escapes what it shows
        first = draw(st.sampled_from(sorted(ESCAPES)))
        others = draw(st.lists(st.sampled_from([name for name in ESCAPES if "base64" not in name]), max_size=2))
        for name in (first, *others):
            echo = ESCAPES[name](draw)(echo)
        written.append(echo)
        texts.append(f"{draw(SURROUNDINGS)} {echo} {draw(SURROUNDINGS)}")
    return secret, texts, written


def error_of(body: t.Any, mask: Mask) -> CceError:
    code, message, request_id = explain(body, mask)
    error = CceError(
        f"Could not list the jobs: {code}: {message}, request {request_id}.",
        "response",
        code=code,
        message=message,
        request_id=request_id,
    )
    error.reword(mask)
    return error


def all_texts(value: t.Any) -> t.Iterator[str]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield key
            yield from all_texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from all_texts(entry)
    else:
        yield str(value)


def assert_no_trace(secret: str, written: t.Iterable[str], texts: t.Iterable[str]) -> None:
    # the result holds times and documented keys, which a secret of such characters can resemble by chance
    shown = "\n".join(
        text for text in texts if MASKED in text or "\u4e00" in text or not text.isascii() or secret in text
    )
    for form in {secret.strip(), *written}:
        for window in windows(form):
            # hypothesis draws words from the source, and the sentences are full of them
            assert window not in shown or window in OWN_WORDS, (form, window)


def windows(text: str) -> list[str]:
    return [text[place : place + WINDOW] for place in range(max(1, len(text) - WINDOW + 1))]


def shown_with(secret: str, first: str, second: str, third: str) -> list[str]:
    """Everything that a failed and a successful task would show of these texts."""
    said: list[str] = []
    mask = Mask()
    report = masked(Report(said.append, said.append, lambda secret: None), mask)
    report.secret(secret)

    error = error_of({"error": {"code": first, "message": second}, "request_id": third}, mask)
    report.info(f"Attempt 2: {error}")
    job = {
        "metadata": {"uid": first, "creationTimestamp": second},
        "spec": {
            "type": second,
            "clusteruid": third,
            "resourcename": first,
            "extendparam": {first: second, "list": [third, {second: 1}]},
            "subjobs": [{"metadata": {"uid": third}, "status": {"status": second, "reason": first}}],
        },
        "status": {"status": third, "reason": second, "message": first},
    }
    selection = select([job], Query(status=("none", "x")), mask)._replace(jobs=select([job], Query(), mask).jobs)
    for warning in selection.warnings:
        report.warning(warning)
    assert selection.jobs and selection.warnings and said
    return [*all_texts(error.as_dict()), str(error), *said, *all_texts(mask.result(selection.jobs))]


OWN_WORDS = "\n".join(shown_with("no-secret-of-any-kind", "\u4e00", "\u4e01", "\u4e02"))
"""Everything that is shown when nothing in the texts is secret."""


@given(echoes())
@examples(500)
@example(("p" * 4 + "-Secret&<" + "x" * 14, ["p" * 470 + " " + "pppp-Secret&<" + "x" * 14] * 3, ["pppp-Secret&<"]))
@example(("0nitializ", [" 0nitializ "] * 3, ["0nitializ"]))
def test_nothing_of_a_secret_gets_out(echo: tuple[str, list[str], list[str]]) -> None:
    secret, texts, written = echo
    assert_no_trace(secret, written, shown_with(secret, *texts))
