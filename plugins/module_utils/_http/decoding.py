# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The body of a response: read ahead, compared, and decompressed piece by piece."""

from __future__ import annotations

import hashlib
import itertools
import typing as t
import zlib

from .library import requests

if t.TYPE_CHECKING:
    from requests import Response

MAX_BODY = 256 * 1024 * 1024
"""Bytes of a body after decompression. 100,000 jobs are about 60 MB."""

MAX_AHEAD = 16 * 1024 * 1024
"""Bytes of a body, as sent, that are kept to compare it. 100,000 jobs are about 4 MB with gzip."""

# Bytes of a piece, at most
_PIECE = 64 * 1024

_GZIP = zlib.MAX_WBITS | 16
_GZIP_MAGIC = b"\x1f\x8b"


class Body:
    """The body of a response, which can be iterated over once: pieces of bounded size, decompressed.

    urllib3 does not decompress it: before 2.6 it decompresses all that it has read at once, which can be a thousand
    times as much, and a million times for nested encodings.
    """

    def __init__(self, response: Response) -> None:
        self._raw: t.Iterator[bytes] = response.raw.stream(_PIECE, decode_content=False)
        self._encoding = response.headers.get("Content-Encoding", "").strip().lower()

    def digest(self) -> bytes | None:
        """A hash of the body as it was sent, which is read for it. None when it is larger than ``MAX_AHEAD``."""
        ahead: list[bytes] = []
        size = 0
        digest = hashlib.blake2b(self._encoding.encode(), digest_size=32)
        for piece in self._raw:
            ahead.append(piece)
            digest.update(piece)
            size += len(piece)
            if size > MAX_AHEAD:
                self._raw = itertools.chain(ahead, self._raw)
                return None
        self._raw = iter(ahead)
        return digest.digest()

    def __iter__(self) -> t.Iterator[bytes]:
        """The pieces.

        Raises:
            requests.exceptions.ContentDecodingError: when the body is not encoded as its headers say.
            requests.exceptions.ChunkedEncodingError: when it is cut short.
        """
        if self._encoding in ("", "identity"):
            return self._raw
        if self._encoding in ("gzip", "x-gzip"):
            return _decompressed(self._raw)
        raise requests.exceptions.ContentDecodingError(self._encoding)


def _decompressed(raw: t.Iterable[bytes]) -> t.Iterator[bytes]:
    decompressor = zlib.decompressobj(_GZIP)
    rest = b""
    try:
        for piece in raw:
            rest += piece
            while rest and not (decompressor.eof and rest == _GZIP_MAGIC[:1]):
                if decompressor.eof:
                    if not rest.startswith(_GZIP_MAGIC):
                        # browsers and curl ignore what follows the last member
                        yield from (b"" for _ignored in raw)
                        return
                    decompressor = zlib.decompressobj(_GZIP)
                yield decompressor.decompress(rest, _PIECE)
                rest = decompressor.unconsumed_tail or decompressor.unused_data
        yield decompressor.flush()
    except zlib.error as error:
        raise requests.exceptions.ContentDecodingError(error) from None
    if not decompressor.eof:
        raise requests.exceptions.ChunkedEncodingError("gzip data is truncated")
