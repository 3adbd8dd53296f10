# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A JSON list as a stream: the same elements wherever it is cut, and a clear message about anything else."""

from __future__ import annotations

import json
import time
import tracemalloc
import typing as t
from itertools import chain, islice, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api.json_stream import (
    MAX_ENTRY,
    MAX_VALUES,
    StreamFault,
    elements,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

PIECE = 65536
WRAPPERS = ("items", "jobs")

# Every kind of token, in as few bytes as possible: it is cut everywhere
DOCUMENT = (
    '[ 1.5,-2e+10,1E-3,0 ,-0.0,12,true,false,null,"","aé€😀\\u00e9\\ud83d\\ude00\\ud83d\\n\\"\\\\",'
    '\r\n\t{"b" : [0.25e-3 , {}],"":-1},[],[[true ] ] ]\n '
).encode()


def read(*pieces: bytes) -> list[t.Any]:
    return list(elements(pieces, WRAPPERS))


def in_bytes(document: bytes) -> list[bytes]:
    return [document[position : position + 1] for position in range(len(document))]


def in_pieces(document: bytes) -> list[bytes]:
    return [document[start : start + PIECE] for start in range(0, len(document), PIECE)]


def fault_of(pieces: t.Iterable[bytes]) -> tuple[str, bool]:
    with pytest.raises(StreamFault) as caught:
        list(elements(pieces, WRAPPERS))
    return str(caught.value), caught.value.truncated


# ---------------------------------------------------------------------------------------------------------------------
# equality


def test_two_cuts_anywhere() -> None:
    expected = json.loads(DOCUMENT)
    for first in range(len(DOCUMENT) + 1):
        for second in range(first, len(DOCUMENT) + 1):
            assert read(DOCUMENT[:first], DOCUMENT[first:second], DOCUMENT[second:]) == expected, (first, second)


def test_one_byte_after_the_other() -> None:
    assert read(*in_bytes(DOCUMENT)) == json.loads(DOCUMENT)


numbers = ("-0", "0.1e-7", "1E5", "1e+5", "1e999", "-1e-999", "123456789012345678901234567890")
characters = st.characters(exclude_categories=()) | st.sampled_from('\\"/\u2028\ufeff\ud83d\ude00\x7f\x00')
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    scalars | st.text(characters, max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(characters, max_size=4), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    spaces = st.text(" \t\r\n", max_size=3)
    ascii_only = draw(st.booleans())
    written = values.map(
        lambda value: json.dumps(
            value,
            ensure_ascii=ascii_only,
            indent=draw(st.sampled_from((None, 1))),
            separators=draw(st.sampled_from((None, (",", ":")))),
        )
    )
    parts = draw(st.lists(written | st.sampled_from(numbers), max_size=5))
    separator = f"{draw(spaces)},{draw(spaces)}"
    text = f"{draw(spaces)}[{draw(spaces)}{separator.join(parts)}{draw(spaces)}]{draw(spaces)}"
    return draw(st.sampled_from((b"", b"\xef\xbb\xbf"))) + text.encode("utf-8", "replace")


@examples(500)
@given(st.data())
def test_any_list_in_any_pieces(data: st.DataObject) -> None:
    document = data.draw(documents())
    cuts = sorted(data.draw(st.lists(st.integers(0, len(document)), max_size=12)))
    pieces = [document[start:end] for start, end in zip([0, *cuts], [*cuts, len(document)])]
    assert read(*pieces) == json.loads(document.decode("utf-8-sig"))


# as the API writes it, and with everything inside that looks like the border between two jobs
borders = st.sampled_from(("},{", "},{]", "[", "]", "}", '"', "a"))
jobs = st.recursive(
    st.dictionaries(borders, borders, max_size=2),
    lambda inner: st.dictionaries(borders, st.lists(inner, max_size=3) | inner | borders, max_size=3),
    max_leaves=12,
)


def outcome(pieces: t.Iterable[bytes]) -> tuple[list[t.Any], str | None]:
    """The elements, and the fault that ends them."""
    found = []
    try:
        for element in elements(pieces):
            found.append(element)
    except StreamFault as fault:
        return found, f"{fault} {fault.truncated}"
    return found, None


@examples(500)
@given(st.lists(jobs, max_size=8), st.data())
def test_many_jobs_at_once_are_the_same_as_one_by_one(listed: list[t.Any], data: st.DataObject) -> None:
    document = json.dumps(listed, separators=(",", ":")).encode()
    assert outcome([document]) == (listed, None)
    # something is wrong somewhere
    start = data.draw(st.integers(0, len(document)))
    end = data.draw(st.integers(start, min(start + 2, len(document))))
    wrong = document[:start] + data.draw(st.sampled_from((b"", b",", b"[", b"]", b"{", b"}", b'"'))) + document[end:]
    assert outcome([wrong]) == outcome(in_bytes(wrong))


@pytest.mark.parametrize("document", [b"[]", b" [ ] ", b"\xef\xbb\xbf[]", b"\r\n\t[\n]\n" + b" " * 3 * PIECE])
def test_the_empty_list(document: bytes) -> None:
    assert read(document) == read(*in_pieces(document)) == []


def test_an_element_is_handed_out_as_soon_as_it_is_whole() -> None:
    pieces = iter([b"[{}", b',"a"', b",[]", b",1", b",2]"])
    stream = elements(pieces)
    assert [next(stream), next(stream), next(stream)] == [{}, "a", []]
    assert next(pieces) == b",1"


def test_integers_of_more_digits_than_python_reads() -> None:
    digits = b"9" * 5000
    for pieces in ([b"[1,", digits, b",2]"], [b"[1," + digits[:4999], digits[:1], b",2]"]):
        first, huge, last = read(*pieces)
        assert (first, last) == (1, 2)
        assert huge is None or huge == 10**5000 - 1


# ---------------------------------------------------------------------------------------------------------------------
# objects

RESPONSE = b' {"kind": "List", "items": [1, {"a": 2.5}], "more": null} \n'


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (RESPONSE, [1, {"a": 2.5}]),
        (b'{"jobs":[]}', []),
        (b'{"jobs":[1],"items":[2]}', [1]),
        (b'{"jobs":[],"items":[2],"items":[3]}', [2]),
        (b'{"error_code":"x","items":[1]}', [1]),
        (b'{"jobs":[1],"items":null}', [1]),
        (b'{"jobs":[1],"items":{}}', [1]),
    ],
)
def test_an_object_that_holds_the_list(document: bytes, expected: list[t.Any]) -> None:
    assert read(document) == read(*in_bytes(document)) == expected


@pytest.mark.parametrize("wrappers", [(), WRAPPERS])
@pytest.mark.parametrize("value", [{}, {"error_code": "APIGW.0101"}, {"items": {"a": []}, "jobs": "x"}])
def test_an_object_without_a_list_is_part_of_the_fault(wrappers: tuple[str, ...], value: dict[str, t.Any]) -> None:
    with pytest.raises(StreamFault, match=r"^is a JSON object, expected a list$") as caught:
        list(elements([json.dumps(value).encode()], wrappers))
    assert caught.value.value == value
    assert not caught.value.truncated


def test_without_wrappers_no_member_counts() -> None:
    with pytest.raises(StreamFault, match=r"^is a JSON object, expected a list$"):
        list(elements([RESPONSE]))


# ---------------------------------------------------------------------------------------------------------------------
# truncation


@pytest.mark.parametrize("document", [DOCUMENT, RESPONSE], ids=["list", "object"])
@pytest.mark.parametrize("cut", [lambda document: [document], in_bytes], ids=["one piece", "bytes"])
def test_a_truncated_text(document: bytes, cut: t.Callable[[bytes], list[bytes]]) -> None:
    expected = read(document)
    for length in range(len(document.rstrip())):
        handed_out = []
        with pytest.raises(StreamFault) as caught:
            for element in elements(cut(document[:length]), WRAPPERS):
                handed_out.append(element)
        message = "is truncated" if document[:length].strip() else "is empty"
        assert (str(caught.value), caught.value.truncated) == (message, True), document[:length]
        assert handed_out == expected[: len(handed_out)], document[:length]


@pytest.mark.parametrize(
    "pieces", [[], [b""], [b"", b""], [b" \n\t\r"], [b"\xef\xbb\xbf"], [b"\xef"], [b"\xef", b"\xbb"]]
)
def test_an_empty_text_is_a_truncated_one(pieces: list[bytes]) -> None:
    assert fault_of(pieces) == ("is empty", True)


# ---------------------------------------------------------------------------------------------------------------------
# anything but a list

INVALID = [
    b"[nope]",
    b"[tru]",
    b"[truE]",
    b"[1 2]",
    b"[1;2]",
    b"[,1]",
    b"[1,]",
    b"[1,,2]",
    b"[1}",
    b"[01]",
    b"[1.]",
    b"[.5]",
    b"[+1]",
    b"[-]",
    b"[1e]",
    b"[1e+]",
    b"[0x10]",
    b"[NaN]",
    b"[Infinity]",
    b"[-Infinity]",
    b'[{"a":NaN}]',
    b"['a']",
    b'["\\x"]',
    b'["\\u12"]',
    b'["\\u12g4"]',
    b'["\\ud83d\\u12"]',
    b'["a\nb"]',
    b'["a\x00b"]',
    b'[{"a" 1}]',
    b'[{"a":}]',
    b'[{"a":1,}]',
    b'[{"a":1 "b":2}]',
    b'[{"a":1.}]',
    b"[{a:1}]",
    b'[{"a":1]',
    b"[[1}]",
    b'{"items":[1,]}',
    b'{"items" [1]}',
    b"{]",
]

BEHIND_THE_END = [b"[]x", b"[1]]", b"[1],", b"[1] [2]", b"[1]\x00", b'{"items":[1]}}', b'{"items":[1]} []']

NO_LIST = [b"null", b" true", b"3", b"-1.5", b'"text"', b"]", b"Service Unavailable", b"\x1f\x08"]

PAGES = [b"<html></html>", b"\r\n <!DOCTYPE html>", b'\xef\xbb\xbf<?xml version="1.0"?>']

NOT_UTF_8 = [
    b'["\xff"]',
    b'["\xc3("]',
    b'["\xe2\x82"]',
    b'["\xc0\x80"]',
    b'["\xed\xa0\x80"]',
    b"\xff\xfe[\x00]\x00",
    b'{"items":["\xe9"]}',
]

FAULTS = [
    *((document, "is not valid JSON") for document in INVALID),
    *((document, "has trailing data") for document in BEHIND_THE_END),
    *((document, "is not a JSON list") for document in NO_LIST),
    *((document, "is an HTML or XML page") for document in PAGES),
    *((document, "is not UTF-8") for document in NOT_UTF_8),
]


@pytest.mark.parametrize(("document", "message"), FAULTS, ids=repr)
def test_a_fault_is_no_truncation(document: bytes, message: str) -> None:
    assert fault_of([document]) == (message, False)
    assert fault_of(in_bytes(document)) == (message, False)


@pytest.mark.parametrize(("document", "message"), FAULTS, ids=repr)
def test_a_fault_is_found_without_reading_everything(document: bytes, message: str) -> None:
    pieces = repeat(b' {"a": 1} ')
    counted = iter(range(10))
    assert fault_of(chain([document], (piece for piece, _count in zip(pieces, counted)))) == (message, False)
    assert next(counted, None) is not None


@pytest.mark.parametrize(
    "pieces",
    [
        [b"[" * 200_000],
        in_pieces(b"[" * 200_000 + b"]" * 200_000),
        [b"[" + b'{"a":' * 200_000 + b"1" + b"}" * 200_000 + b"]"],
        in_pieces(b'{"items":' * 200_000),
    ],
    ids=["open", "closed", "objects", "wrapped"],
)
def test_what_nests_too_deep(pieces: list[bytes]) -> None:
    assert fault_of(pieces) == ("is nested too deeply", False)


def test_what_nests_deep() -> None:
    document = b"[" * 300 + b"]" * 300
    assert read(*in_bytes(document)) == json.loads(document)


# ---------------------------------------------------------------------------------------------------------------------
# cost


def test_no_more_is_read_than_is_needed() -> None:
    pieces = iter([b"[", *[b'{"a":1},'] * 100])
    assert list(islice(elements(pieces), 3)) == [{"a": 1}] * 3
    assert len(list(pieces)) == 97


def peak_of(count: int, begin: bytes, end: bytes) -> int:
    element = b'{"a": ["' + b"x" * 200 + b'"]},'
    tracemalloc.start()
    try:
        pieces = chain([begin], repeat(element * 50, count // 50), [b"{}", end])
        assert sum(1 for _element in elements(pieces, WRAPPERS)) == count + 1
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("begin", "end"), [(b"[", b"]"), (b'{"items": [', b'], "kind": "List"}')])
def test_memory_does_not_grow_with_the_list(begin: bytes, end: bytes) -> None:
    # the elements are 4 MB; threads that other tests left behind may need some while this is measured
    assert peak_of(20_000, begin, end) < peak_of(500, begin, end) + 500_000


DENSE = [b'{"":{}}', b"[[]]", b"{}", b'{"":0}', b"0", b'"ab"']


@pytest.mark.parametrize("value", DENSE, ids=repr)
@pytest.mark.parametrize("begin", [b"[", b'[{"a":1},'], ids=["first", "second"])
def test_entry_of_very_many_values_is_refused_before_all_of_it_is_in_memory(value: bytes, begin: bytes) -> None:
    entry = b"[" + value + (b"," + value) * (MAX_ENTRY // (len(value) + 1) - 2) + b"]"
    assert len(json.loads(entry)) > MAX_VALUES
    tracemalloc.start()
    try:
        assert fault_of([begin, *in_pieces(entry), b"]"]) == (f"has an entry of more than {MAX_VALUES:,} values", False)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # the whole entry would take up to 300 million bytes
    assert peak < 80_000_000


def test_entry_with_as_many_values_as_allowed() -> None:
    assert [len(entry) for entry in elements([b"[[0" + b",       0" * (MAX_VALUES - 2) + b"],[]]"])] == [
        MAX_VALUES - 1,
        0,
    ]


def test_dense_entries_behind_a_large_one() -> None:
    """They are in the buffer together, but parsed only a few at a time."""
    dense = b",".join([b'{"":{}}'] * 30_000)
    document = b"[[" + b'"x"' + b" " * (MAX_ENTRY - 100) + b"]," + b",".join([b"[" + dense + b"]"] * 20) + b"]"
    tracemalloc.start()
    try:
        assert sum(1 for _element in elements(iter([document]))) == 21
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    # all of the dense ones would take 170 million bytes, and the buffer takes the size of the document a few times
    assert peak < 80_000_000


def test_large_members_beside_the_list_are_not_kept() -> None:
    pieces = chain([b'{"a": "', b"x" * 70_000, b'", "error_code": "late", "items": []}'])
    with pytest.raises(StreamFault) as caught:
        list(elements(pieces, WRAPPERS, ("error_code",)))
    assert caught.value.value == {"error_code": "late"}


def entry_of(kind: str, size: int) -> bytes:
    """A JSON value of that many bytes."""
    begin, end = {"text": (b'"', b'"'), "object": (b'{"a": "', b'"}'), "list": (b"[[0], ", b"]"), "number": (b"", b"")}[
        kind
    ]
    return begin + b"1" * (size - len(begin + end)) + end


@pytest.mark.parametrize("kind", ["text", "object", "list", "number"])
@pytest.mark.parametrize("before", [b"[", b"[{}, ", b'[{"a": 1}, {"a": 2},  '], ids=["first", "second", "third"])
@pytest.mark.parametrize("after", [b", {}]", b" , {}]", b"]"])
def test_size_of_an_entry(kind: str, before: bytes, after: bytes) -> None:
    for more in (0, 1):
        document = before + entry_of(kind, MAX_ENTRY + more) + after
        pieces = in_pieces(document)
        if more:
            assert fault_of(pieces) == ("has an entry larger than 8 MiB", False)
        else:
            assert sum(1 for _entry in elements(pieces)) == (before + after).count(b"{") + 1


def seconds_for(size: int) -> float:
    """Seconds of work for one element of that many bytes."""
    members = b'{"a":"' + b"x" * 1000 + b'"},'
    pieces = chain([b"[["], in_pieces(members * (size // len(members))), [b"{}]]"])
    # of this thread alone: other tests may have left some
    start = time.thread_time()
    assert sum(1 for _element in elements(pieces)) == 1
    return time.thread_time() - start


def test_time_grows_with_the_size_of_an_element_and_not_with_its_square() -> None:
    size = 1_000_000
    small, large = (min(seconds_for(size * factor) for _attempt in range(2)) for factor in (1, 8))
    # the square would be 64; what no longer fits into the processor's cache takes more than 8 as well
    assert large < 32 * small
