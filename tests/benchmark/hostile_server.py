# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that responds to each call with a list made to cost as much memory or time as possible.

usage: hostile_server.py BODY MEBIBYTES

It prints its URL when it is ready, and ends with its standard input.
"""

from __future__ import annotations

import gzip
import http.server
import sys
import threading
from collections.abc import Callable

MEBIBYTE = 1 << 20


def _repeated(unit: bytes) -> Callable[[int], bytes]:
    return lambda block: unit * (MEBIBYTE // len(unit))


def _jobs(*, status: bytes = b'"Failed"', extend_param: bytes = b'{"a":"b"}', time: str = "not a time") -> bytes:
    return (
        b'{"metadata":{"uid":"job","creationTimestamp":"%s"},"spec":{"type":"CreateNode","extendparam":%s},'
        b'"status":{"status":%s}},' % (time.encode(), extend_param, status)
    )


def _bad_times(block: int) -> bytes:
    return b"".join(_jobs(time=f"{block}-{number}") for number in range(6000))


# Nearly as many values as an entry may have, and nearly as much text
_DENSE = _jobs(extend_param=b'{"x":[' + b'{"":0},' * 49_000 + b"{}]}")
_LONG = _jobs(extend_param=b'{"x":"' + b"0" * (8 * MEBIBYTE - 1000) + b'"}')
_DEEP = _jobs(extend_param=b'{"x":' + b"[" * 900 + b"]" * 900 + b"}")

# The beginning and the end of a body, and what is in between, in blocks of one mebibyte or more
BODIES: dict[str, tuple[bytes, Callable[[int], bytes], bytes]] = {
    "empty objects": (b"[", _repeated(b"{},"), b"{}]"),
    "empty lists": (b"[", _repeated(b"[],"), b"[]]"),
    "numbers": (b"[", _repeated(b"1,"), b"1]"),
    "empty objects in an object": (b'{"items":[', _repeated(b"{},"), b"{}]}"),
    "members of an object": (b"{", _repeated(b'"a":{},'), b'"a":{}}'),
    "empty objects in one entry": (b"[[", _repeated(b"{},"), b"{}]]"),
    "jobs with a bad time": (b"[", _bad_times, b"{}]"),
    "entries of many values": (b"[", lambda block: _DENSE * (MEBIBYTE // len(_DENSE)), b"{}]"),
    "entries of much text": (b"[", lambda block: _LONG, b"{}]"),
    "deep entries": (b"[", _repeated(_DEEP), b"{}]"),
}


def packed(body: str, mebibytes: int) -> bytes:
    """The body, compressed. It has at least that many mebibytes."""
    begin, make, end = BODIES[body]
    parts = [gzip.compress(begin, 1)]
    size = block = 0
    cache: dict[bytes, bytes] = {}
    while size < mebibytes * MEBIBYTE:
        data = make(block)
        if data not in cache:
            cache = {data: gzip.compress(data, 1)}
        parts.append(cache[data])
        size += len(data)
        block += 1
    return b"".join([*parts, gzip.compress(end, 1)])


def main() -> None:
    content = packed(sys.argv[1], int(sys.argv[2]))

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except OSError:
                # the client has seen enough
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main()
