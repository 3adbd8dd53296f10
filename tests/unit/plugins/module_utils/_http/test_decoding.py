# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bodies: the same content and the same digest wherever the connection cuts them."""

from __future__ import annotations

import gzip
import typing as t
from types import SimpleNamespace

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import decoding
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.decoding import Body
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.examples import examples

MAGIC = b"\x1f\x8b"

thorough = examples(500)


@st.composite
def splits(draw: st.DrawFn) -> t.Callable[[bytes], list[bytes]]:
    """A function that cuts bytes into pieces, some of them of one byte."""
    source = draw(st.randoms(use_true_random=False))
    longest = draw(st.sampled_from((1, 3, 50, 100_000)))

    def cut(data: bytes) -> list[bytes]:
        pieces = []
        while data:
            size = source.randint(1, longest)
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    return cut


contents = st.lists(st.binary(max_size=300) | st.just(b"x" * 200_000), min_size=1, max_size=3)
trailers = st.binary(max_size=50).filter(lambda data: not data.startswith(MAGIC)) | st.sampled_from(
    (b"\x1f", b"\x1f\x1f\x8b", b"\x00" + gzip.compress(b"hidden"))
)


def body_of(pieces: t.Iterable[bytes], encoding: str = "gzip") -> Body:
    raw = SimpleNamespace(stream=lambda size, decode_content: iter(pieces))
    headers = {"Content-Encoding": encoding} if encoding else {}
    return Body(t.cast(requests.Response, SimpleNamespace(raw=raw, headers=headers)))


@thorough
@given(contents, trailers, splits())
@example([b"[1]"], b"\x1fx", lambda data: [data[:-1], data[-1:]])
@example([b"[1]"], b"x" + gzip.compress(b"2"), lambda data: [data[:24], data[24:]])
def test_content_of_all_members_whatever_follows(
    members: list[bytes], trailer: bytes, cut: t.Callable[[bytes], list[bytes]]
) -> None:
    packed = b"".join(map(gzip.compress, members)) + trailer
    pieces = list(body_of(cut(packed)))
    assert b"".join(pieces) == b"".join(members)
    assert max(map(len, pieces)) <= 2 * decoding._PIECE


@thorough
@given(contents, splits(), st.data())
def test_truncated_members(members: list[bytes], cut: t.Callable[[bytes], list[bytes]], data: st.DataObject) -> None:
    *complete, last = map(gzip.compress, members)
    # one byte of a further member could be anything
    size = data.draw(st.integers(2 if complete else 0, len(last) - 1))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        list(body_of(cut(b"".join(complete) + last[:size])))


@thorough
@given(st.binary(max_size=300), splits(), splits(), st.sampled_from(("", "identity", "gzip")))
def test_digest_depends_on_the_body_alone(
    data: bytes, cut: t.Callable[[bytes], list[bytes]], other: t.Callable[[bytes], list[bytes]], encoding: str
) -> None:
    sent = gzip.compress(data, mtime=0) if encoding == "gzip" else data
    body = body_of(cut(sent), encoding)
    digest = body.digest()
    assert digest is not None
    assert digest == body_of(other(sent), encoding).digest()
    # it does not take anything from the body
    assert b"".join(body) == data


def test_digest_differs() -> None:
    sent = [(b"[1]", ""), (b"[2]", ""), (b"", ""), (b"[1]", "identity"), (b"[1]", "gzip"), (b"", "gzip")]
    digests = [body_of([data], encoding).digest() for data, encoding in sent]
    assert None not in digests
    assert len(set(digests)) == len(sent)


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_large_body_has_no_digest_but_is_complete(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytes(range(256)) * 4
    sent = gzip.compress(data, 0) if encoding else data
    pieces = [sent[start : start + 100] for start in range(0, len(sent), 100)]
    monkeypatch.setattr(decoding, "MAX_AHEAD", len(sent))
    assert body_of(pieces, encoding).digest() is not None
    monkeypatch.setattr(decoding, "MAX_AHEAD", len(sent) - 1)
    body = body_of(pieces, encoding)
    assert body.digest() is None
    assert b"".join(body) == data


def test_large_body_is_not_read_to_its_end_for_a_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_AHEAD", 250)
    source = iter([b"x" * 100] * 1000)
    assert body_of(source, "").digest() is None
    assert len(list(source)) == 1000 - 3
