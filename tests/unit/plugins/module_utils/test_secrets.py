# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets are masked in messages."""

from __future__ import annotations

import base64
import json
import typing as t
from hashlib import sha256
from urllib.parse import quote

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.bodies import explain
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import MAX_TEMPORARY, Mask, masked

PASSWORD = 'pass "word"/ä %'
TOKEN = "MIIS" + "0123456789abcdef" * 100


def mask_of(*secrets: str) -> Mask:
    mask = Mask()
    for secret in secrets:
        mask.add(secret)
    return mask


@pytest.mark.parametrize(
    "written",
    [PASSWORD, json.dumps(PASSWORD)[1:-1], quote(PASSWORD, safe="")],
    ids=["as it is", "JSON", "URL"],
)
def test_a_secret_is_masked_in_every_encoding(written: str) -> None:
    assert mask_of(PASSWORD)(f"a {written} b {written}") == "a ******** b ********"


@pytest.mark.parametrize("shown", [len(TOKEN), 500, 40, 12])
def test_a_truncated_secret_is_masked(shown: int) -> None:
    assert mask_of(TOKEN)(f"token {TOKEN[:shown]}...") == "token ********..."


def test_a_short_part_of_a_long_secret_is_not_masked() -> None:
    assert mask_of(TOKEN)(f"token {TOKEN[:11]}") == f"token {TOKEN[:11]}"


@pytest.mark.parametrize(("length", "masked_by_its_beginning"), [(39, False), (40, True)])
def test_only_a_long_secret_is_known_by_its_beginning(length: int, masked_by_its_beginning: bool) -> None:
    shown = mask_of(TOKEN[:length])(f"token {TOKEN[:12]}...")
    assert (shown == "token ********...") is masked_by_its_beginning


def test_spaces_of_a_secret_may_be_merged() -> None:
    assert mask_of("correct  horse\tbattery")("a correct horse battery") == "a ********"


@pytest.mark.parametrize("text", ["(xe)", "(ex)", "(xex)", "ex", "xe"])
def test_a_short_secret_in_a_word_stays(text: str) -> None:
    assert mask_of("e")(text) == text
    assert mask_of("e")("e (e) e") == "******** (********) ********"


@pytest.mark.parametrize("secret", ["secret-\udcff-more", "\udcff\udcfe\udcfd-secret"])
def test_a_secret_that_is_not_unicode_is_masked(secret: str) -> None:
    assert mask_of(secret)(f"a {secret}") == "a ********"
    assert mask_of(secret).result([f"a {secret}"]) == ["a ********"]


def test_a_secret_that_is_part_of_another() -> None:
    assert mask_of("secret", "secret-and-more")("secret-and-more, secret") == "********, ********"


def test_only_the_latest_temporary_secrets_are_masked() -> None:
    mask = mask_of(TOKEN)
    registered: list[str] = []
    report = masked(Report(registered.append, registered.append, registered.append), mask)
    assert report.temporary
    signatures = [sha256(str(number).encode()).hexdigest() for number in range(MAX_TEMPORARY + 1)]
    for signature in (TOKEN, *signatures):
        report.temporary(signature)
    assert registered == [TOKEN, *signatures]
    assert mask(f"{TOKEN} {signatures[1]} {signatures[-1]}") == "******** ******** ********"
    assert mask.result([TOKEN, signatures[1], signatures[-1]]) == ["********"] * 3
    assert mask(f"signed {signatures[-1]}/by-me") == "signed ********/by-me"
    assert mask.finds(signatures[-1])
    # an event source that signs its polls for a year would otherwise get slower and slower
    assert mask(signatures[0]) == signatures[0]


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_secret_masks_nothing(empty: str) -> None:
    assert mask_of(empty)("a b (-)") == "a b (-)"


def test_a_report_masks_registered_secrets() -> None:
    shown: list[tuple[str, str]] = []
    report = masked(
        Report(
            warning=lambda text: shown.append(("warn", text)),
            info=lambda text: shown.append(("note", text)),
            secret=lambda text: shown.append(("secret", text)),
        ),
        Mask(),
    )
    report.info("token-of-mine")
    report.secret("token-of-mine")
    report.secret("123456")
    report.warning("token-of-mine and 123456")
    report.info("token-of-mine")
    # Ansible would mask a value as short as a passcode in times and names, too
    assert shown == [
        ("note", "token-of-mine"),
        ("secret", "token-of-mine"),
        ("warn", "******** and ********"),
        ("note", "********"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x secret-and-more", True),
        ("x secret%2Dand-more", True),
        ("secret-and-less", False),
        ("abc", False),
        ("", False),
    ],
)
def test_a_report_finds_secrets_that_are_not_short(text: str, found: bool) -> None:
    ignore: t.Callable[[str], None] = lambda text: None  # noqa: E731
    report = masked(Report(ignore, ignore, ignore), mask_of("secret-and-more", "other-secret", "abc"))
    assert report.finds_secret(text) is found


# ---------------------------------------------------------------------------------------------------------------------
# how a server may write a secret

LATIN = "p&ss <wörd> 'x'"


@pytest.mark.parametrize(
    "written",
    [
        "p&amp;ss &lt;w&ouml;rd&gt; &apos;x&apos;",
        "p&#38;ss &#60;w&#246;rd&#062; &#39x&#39;",
        "p&#x26;ss &#X3C;w&#xF6;rd&#x3e; &#x27;x&#x27;",
        r"p\u0026ss \u003Cw\u00f6rd> \'x\'",
        "p%26ss%20%3cw%c3%b6rd%3E%20%27x%27",
        "p%26ss+%3Cw%F6rd%3E+'x'",
        "p%26amp%3Bss &lt;wörd&gt; 'x'",
        r"p\u0026amp;ss %3Cwörd> 'x'",
        base64.b64encode(LATIN.encode()).decode(),
        base64.b64encode(f"me:{LATIN}".encode("latin-1")).decode(),
        base64.urlsafe_b64encode(f"them:{LATIN}?".encode()).decode(),
    ],
)
def test_escaped_secret_is_found(written: str) -> None:
    assert mask_of(LATIN)(f"a {written} b") == "a ******** b"
    assert mask_of(LATIN).result({f"a {written}": [written]}) == {"a ********": ["********"]}


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("p\x80ss-w\x01rd", "p&#128;ss-w&#1;rd"),
        ("secret-\U0010ffff", "secret-&#x10FFFF;"),
        ("secret-X-more", r"secret-\X-more"),
        ("secret\nand-more", r"secret\nand-more"),
        ("secret\rand-more", r"secret\rand-more"),
        ("secret\tand-more", r"secret\tand-more"),
        ("secret\band-more", r"secret\band-more"),
        ("secret\fand-more", r"secret\fand-more"),
        ("secret½and-more", "secret&frac12;and-more"),
        ("secretÄand-more", "secret&Auml;and-more"),
        ("secret≠and-more", "secret&NotEqual;and-more"),
        ("secret/and/more", "secret%2fand%2fmore"),
        ("secret/and/more", "secret%2Fand%2Fmore"),
    ],
)
def test_unusual_escapes_are_decoded(secret: str, written: str) -> None:
    assert mask_of(secret)(f"a {written} b") == "a ******** b"
    assert mask_of(secret).result([f"a {written} b"]) == ["a ******** b"]


# of each length in UTF-8 and in UTF-16, with each hexadecimal digit at each place
CHARACTERS = [
    chr(code)
    for block in (range(1, 0x80, 5), range(0x80, 0x800, 37), range(0x800, 0xD800, 997), range(0x10000, 0x110000, 9973))
    for code in block
]


def in_url(character: str, digits: str) -> str:
    return "".join(f"%{byte:02{digits}}" for byte in character.encode())


def in_json(character: str, digits: str) -> str:
    pairs = [f"{byte:02{digits}}" for byte in character.encode("utf-16-be")]
    return "".join(f"\\u{high}{low}" for high, low in zip(pairs[::2], pairs[1::2]))


def in_python(character: str, digits: str) -> str:
    return f"\\x{ord(character):02{digits}}" if character < "\u0100" else in_json(character, digits)


def in_html(character: str, digits: str) -> str:
    return f"&#x{ord(character):{digits}};"


def in_html_without_an_end(character: str, digits: str) -> str:
    return in_html(character, digits)[:-1]


@pytest.mark.parametrize("digits", ["x", "X"])
@pytest.mark.parametrize("write", [in_url, in_json, in_python, in_html, in_html_without_an_end])
def test_every_character_of_a_secret_may_be_escaped(write: t.Callable[[str, str], str], digits: str) -> None:
    for begin in range(0, len(CHARACTERS), 30):
        # below the length from which a secret is known by its beginning
        secret = f"x{''.join(CHARACTERS[begin : begin + 30])}x"
        written = "".join(write(character, digits) for character in secret)
        assert mask_of(secret)(f"a {written} b") == "a ******** b"
        assert mask_of(secret).result([written]) == ["********"]


@pytest.mark.parametrize("space", " +-\t\n\r")
def test_a_space_of_a_secret_may_be_written_in_other_ways(space: str) -> None:
    written = f"a correct{space}horse{space}battery"
    assert mask_of("correct horse battery")(written) == "a ********"
    assert mask_of("correct horse battery").result([written]) == ["a ********"]


def test_a_number_that_is_not_a_character_is_not_an_escape() -> None:
    assert mask_of("secret-and-more")("&#x110000; &#1114112; secret-and-more") == "&#x110000; &#1114112; ********"


@pytest.mark.parametrize("before", ["", "m", "me", "me:"])
@pytest.mark.parametrize("after", ["", "!", "!!", "!!!"])
@pytest.mark.parametrize("secret", ["secret7", "secret-8", "secret--9"])
def test_a_secret_is_found_in_base64_between_other_bytes(before: str, after: str, secret: str) -> None:
    encoded = base64.b64encode(f"{before}{secret}{after}".encode()).decode()
    assert mask_of(secret)(f"a {encoded} b") == "a ******** b"
    assert mask_of(secret).result([f"a {encoded} b"]) == ["a ******** b"]


@pytest.mark.parametrize("other", "AZaz09+/-_")
def test_nothing_of_the_base64_around_a_secret_stays(other: str) -> None:
    encoded = other * 4 + base64.b64encode(b"secret--9").decode() + other * 2 + "=="
    assert mask_of("secret--9")(f"a {encoded} b") == "a ******** b"


@pytest.mark.parametrize("secret", ["abc", "secret"])
def test_a_short_secret_in_base64_is_masked_in_sentences_only(secret: str) -> None:
    encoded = base64.b64encode(secret.encode()).decode()
    assert mask_of(secret)(f"a {encoded} b") == "a ******** b"
    assert mask_of(secret).result([encoded]) == [encoded]


def test_overlapping_secrets_are_all_found() -> None:
    assert mask_of("aaaaaaaa")("a" * 9).strip("*") == ""
    assert mask_of("abab1234ab")("abab1234abab1234ab").strip("*") == ""


def test_secret_is_masked_before_a_message_is_cut() -> None:
    secret = "correct-horse-battery-staple"
    for length in range(470, 510):
        code, message, request_id = explain(
            {"code": "x" * length + secret, "message": "x" * length + secret, "request_id": "x" * length + secret},
            mask_of(secret),
        )
        for shown in (code, message, request_id):
            assert shown and "corr" not in shown and len(shown) <= 500


# ---------------------------------------------------------------------------------------------------------------------
# results


def test_results_are_masked_in_values_keys_and_numbers() -> None:
    value = {
        "a": ["x secret-and-more", {"secret-and-more": None}],
        "n": 1234567890,
        "m": 123456789,
        "f": 0.5,
        "t": True,
    }
    found = mask_of("secret-and-more", "1234567890").result(value)
    assert found == {"a": ["x ********", {"********": None}], "n": "********", "m": 123456789, "f": 0.5, "t": True}


def test_a_number_is_a_secret_only_if_it_is_long() -> None:
    assert mask_of(" 1234567890\n").result({"n": 1234567890}) == {"n": "********"}
    assert mask_of("123456", "secret-and-more").result({"n": 123456}) == {"n": 123456}
    found = mask_of("00000001").result({"t": True})
    assert found["t"] is True


def test_long_objects_are_masked() -> None:
    value = {str(number): "secret-and-more" for number in range(600)}
    assert mask_of("secret-and-more").result(value) == dict.fromkeys(value, "********")


def test_results_without_secrets_are_not_copied() -> None:
    value = [{"a": ["b"]}]
    assert mask_of("secret-and-more").result(value) is value
    assert mask_of("b").result(value) is value


def test_long_lists_are_masked_everywhere() -> None:
    value = [{"reason": "secret-and-more" if number % 400 == 0 else "fine"} for number in range(2000)]
    found = mask_of("secret-and-more").result(value)
    assert [number for number, entry in enumerate(found) if entry["reason"] == "********"] == list(range(0, 2000, 400))
    assert {entry["reason"] for entry in found} == {"fine", "********"}


def test_values_of_other_types_are_masked() -> None:
    class Text(str):
        """Like the strings of Ansible."""

    assert mask_of("secret-and-more").result([Text("secret-and-more")]) == ["********"]


@pytest.mark.parametrize("secret", ["e", "a", "Success", "success", "CREATENODE", "1234567", "extend_param"])
def test_short_and_ordinary_secrets_do_no_harm_to_results(secret: str) -> None:
    mask = Mask(["Success", "CreateNode", "extend_param"])
    mask.add(secret)
    value = {"type": "CreateNode", "status": "Success", "id": "1234567e", "extend_param": {"a": secret}}
    assert mask.result(value) == value
    assert mask(f"The {secret}, {secret}x") == f"The ********, {secret}x"


def test_ordinary_words_stay_where_a_secret_is_a_part_of_them() -> None:
    mask = Mask(["extend_param"])
    mask.add("extend_p")
    assert mask.result({"extend_param": ["extend_params"]}) == {"extend_param": ["********arams"]}


@pytest.mark.parametrize("secret", ["e", "Success", "secret-and-more"])
def test_only_remarkable_secrets_are_registered(secret: str) -> None:
    registered: list[str] = []
    ignore: t.Callable[[str], None] = lambda text: None  # noqa: E731
    masked(Report(ignore, ignore, registered.append), Mask(["success"])).secret(secret)
    assert registered == (["secret-and-more"] if secret == "secret-and-more" else [])
