# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Search files for secrets."""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import json
import re
import urllib.parse
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

# The first characters of a long secret identify it: that many do not occur by chance
_LONG = 40
_PREFIX = 12
_SPACES = re.compile(rb"\s|\\+[nrt]")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{400,}={0,2}")
_SIGNATURE = re.compile(rb"Signature=[0-9a-f]")


def _in_base64(text: bytes) -> Iterator[bytes]:
    """The base64 characters that depend on this text only, for each offset in the encoded data."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + text + b"\0" * 3)
        first = -(-before * 8 // 6)
        part = encoded[first : (before + len(text)) * 8 // 6]
        yield part
        yield part.translate(bytes.maketrans(b"+/", b"-_"))


def forms(secret: str) -> set[bytes]:
    """All forms in which the secret may appear; of a long secret, those of its beginning."""
    parts = [secret[:_PREFIX]] if len(secret) >= _LONG else [secret]
    found = set()
    for part in parts:
        found |= {part.encode(), json.dumps(part)[1:-1].encode(), repr(part)[1:-1].encode()}
        found |= {
            quote(part, safe=safe).encode()
            for quote in (urllib.parse.quote, urllib.parse.quote_plus)
            for safe in ("", "/")
        }
        found |= set(_in_base64(part.encode()))
    # Ansible wraps long words at the width of the terminal, so the search ignores spaces
    return {_SPACES.sub(b"", form) for form in found}


def _layers(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The data, and the archives in it, such as the modules that Ansible sends."""
    yield name, data
    if data[:2] == b"\x1f\x8b":
        yield from _layers(f"{name}: unpacked", gzip.decompress(data))
    elif data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                yield from _layers(f"{name}: {member}", archive.read(member))
    for match in _BASE64.finditer(data):
        try:
            decoded = base64.b64decode(match[0])
        except binascii.Error:
            continue
        if decoded[:2] in (b"\x1f\x8b", b"PK"):
            yield from _layers(f"{name}: base64", decoded)


def leaks_in(name: str, data: bytes, secrets: Mapping[str, str]) -> list[str]:
    """A line for each secret in this data."""
    found = []
    wanted = [(label, form) for label, secret in secrets.items() for form in forms(secret)]
    for layer, content in _layers(name, data):
        compact = _SPACES.sub(b"", content)
        for label, form in wanted:
            position = compact.find(form)
            if position >= 0:
                found.append(f"{label} in {layer}: ...{compact[max(0, position - 200) : position + 60]!r}")
        signature = _SIGNATURE.search(compact)
        if signature:
            found.append(f"a signature in {layer}: ...{compact[max(0, signature.start() - 100) : signature.end()]!r}")
    return found


def leaks_below(directory: Path, secrets: Mapping[str, str]) -> list[str]:
    """A line for each secret in each file below this directory, file names included."""
    found = []
    for path in sorted(directory.rglob("*")):
        name = str(path.relative_to(directory))
        found += leaks_in("a file name", name.encode(), secrets)
        if path.is_file():
            found += leaks_in(name, path.read_bytes(), secrets)
    return found
