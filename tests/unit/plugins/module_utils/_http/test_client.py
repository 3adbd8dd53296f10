# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP client against servers that misbehave, over real sockets: deadline, retries, bodies, TLS, proxies.

No test measures speed: where one looks at the clock, the deadline is what it tests, with a second of slack.
"""

from __future__ import annotations

import base64
import contextlib
import contextvars
import datetime
import email.utils
import gzip
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import typing as t
import warnings
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as _http
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import decoding
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.call import Call, no_auth
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.client import Client, Response
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.dates import retry_after
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    Wire,
    chunked,
    clear_environment,
    full_backlog,
    head,
    refusing_address,
    response,
    then_close,
    then_reset,
    tunnel,
)

ROOT = str(Path(_http.__file__).parents[6])
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
# What these servers do goes on for minutes, so that a limit that does not hold is seen even by a machine that stutters
SLACK = 10.0

# Nothing waits so long unless something is broken
PATIENCE = 60.0


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_http, "_FIRST_PAUSE", 0.01)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which then take no time."""
    taken: list[float] = []
    monkeypatch.setattr(_http.time, "sleep", taken.append)
    return taken


def client_for(recorded: RecordedReport | None = None, **options: t.Any) -> Client:
    settings = {"verify": True, "proxy": None, "retries": 0, "agent": "tests", **options}
    return Client(report=(recorded or RecordedReport()).report, **settings)


def whole(response: Response) -> bytes:
    return b"".join(response)


def get(url: str, client: Client | None = None, timeout: float = 10, **options: t.Any) -> bytes:
    """Fetch as the plugins do: within the timeout."""
    used = client or client_for(**options)
    deadline = Deadline(timeout)
    try:
        return used.run(lambda: used.fetch(Call("list the jobs", url, no_auth), whole, deadline), deadline)
    finally:
        if client is None:
            used.close()


def failure(url: str, client: Client | None = None, **options: t.Any) -> CceError:
    with pytest.raises(CceError) as caught:
        get(url, client, **options)
    sentence = str(caught.value)
    # on a slow machine, a short time can be over before the call begins
    assert sentence.startswith(("Could not list the jobs", "Could not connect within")) and "\n" not in sentence
    assert caught.value.__cause__ is None
    return caught.value


# ---------------------------------------------------------------------------------------------------------------------
# deadline


def dripped_gzip(wire: Wire) -> None:
    wire.send(head(200, Content_Length="100000", Content_Encoding="gzip"))
    wire.drip(gzip.compress(b"[" + b" " * 100_000))


def dripped_chunk(wire: Wire) -> None:
    wire.send(head(200, Transfer_Encoding="chunked") + b"fff\r\n")
    wire.drip(b" " * 4095)


def dripped_chunks(wire: Wire) -> None:
    wire.send(head(200, Transfer_Encoding="chunked"))
    wire.drip(b"1\r\n \r\n" * 1000)


def dripped_body(wire: Wire) -> None:
    wire.send(head(200, Content_Length="4095"))
    wire.drip(b" " * 4095)


def dripped_error(wire: Wire) -> None:
    wire.send(head(503, Content_Length="4095"))
    wire.drip(b" " * 4095)


SLOW: dict[str, t.Callable[[Wire], None]] = {
    "never responds": Wire.hang,
    "status line drips": lambda wire: wire.drip(head(200) * 100),
    "headers drip": lambda wire: (wire.send(b"HTTP/1.1 200 OK\r\n"), wire.drip(b"X-Slow: 1\r\n" * 100))[0],
    "body drips": dripped_body,
    "body stops": lambda wire: (wire.send(head(200, Content_Length="9") + b"["), wire.hang())[0],
    "chunk drips": dripped_chunk,
    "chunks drip": dripped_chunks,
    "gzip drips": dripped_gzip,
    "failure drips": dripped_error,
}


@contextlib.contextmanager
def in_time(timeout: float) -> t.Iterator[None]:
    begin = time.monotonic()
    yield
    assert time.monotonic() - begin < timeout + SLACK


@pytest.mark.parametrize("script", SLOW.values(), ids=SLOW)
def test_slow_server(script: t.Callable[[Wire], None]) -> None:
    with Server(script) as server, in_time(0.4):
        error = failure(server.url, timeout=0.4, retries=4)
        assert "within 0.4 s" in str(error) and "timeout" in str(error)
        assert error.kind == "timeout"
        # none if the time was over before the call began
        assert len(server.requests) <= 1 and error.url in (server.url, None)


@pytest.mark.parametrize("name", ["https", "proxy"])
def test_slow_handshake(name: str) -> None:
    with Server(greeting=Wire.hang) as server, in_time(0.4):
        if name == "https":
            error = failure(server.url.replace("http:", "https:"), timeout=0.4)
        else:
            error = failure("https://example.test/", proxy=server.url, timeout=0.4)
    assert error.kind == "timeout"


def test_address_that_does_not_response() -> None:
    with full_backlog() as host, in_time(0.4):
        assert failure(f"http://{host}/", timeout=0.4, retries=4).kind == "timeout"


def test_slow_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **more: over.wait())
    try:
        with in_time(0.4):
            assert failure("https://cce.example.test/", timeout=0.4).kind == "timeout"
    finally:
        over.set()


def test_retries_are_within_the_timeout() -> None:
    with Server(response(503, "")) as server, in_time(2):
        error = failure(server.url, timeout=2, retries=1000)
        assert error.kind == "unavailable"
        assert "not enough for another attempt" in str(error)
        # with pauses of at least 0.25 s, 0.5 s, 1 s
        assert 2 <= len(server.requests) <= 4


def test_waiting_as_told_is_within_the_timeout() -> None:
    with Server(response(429, "", Retry_After="0.6")) as server, in_time(2):
        error = failure(server.url, timeout=2, retries=1000)
        assert error.kind == "throttled"
        assert "the server asked to wait 0.6 s, but only 0." in str(error)
        assert 2 <= len(server.requests) <= 4


DRIPPING = {name: script for name, script in SLOW.items() if "never" not in name and "stops" not in name}


@contextlib.contextmanager
def nothing_left() -> t.Iterator[None]:
    """No threads are left of what happens in the context."""
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.name == "opentelekomcloud.cce":
            thread.join(PATIENCE)
            assert not thread.is_alive()


@pytest.mark.parametrize("script", DRIPPING.values(), ids=DRIPPING)
@pytest.mark.parametrize("times", [1, 20])
def test_nothing_is_left_of_a_response_that_took_too_long(script: t.Callable[[Wire], None], times: int) -> None:
    client = client_for()
    with nothing_left(), Server(script) as server:
        for _number in range(times):
            failure(server.url, client, timeout=0.05)
        client.close()
        assert server.is_idle(PATIENCE)


@pytest.mark.parametrize(
    "dripped", [head(200) * 100, b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 100], ids=["status line", "headers"]
)
def test_nothing_is_left_of_a_proxy_that_drips(dripped: bytes) -> None:
    client = client_for(proxy="placeholder")
    with nothing_left(), Server(lambda wire: wire.drip(dripped)) as server:
        client._proxies = {"https": server.url}
        failure("https://cce.example.test/", client, timeout=0.3)
        client.close()
        assert server.is_idle(PATIENCE)


def test_nothing_is_left_of_a_response_over_tls(authority: Authority) -> None:
    client = client_for(verify=authority.file)
    with nothing_left(), Server(SLOW["headers drip"], tls=authority.context("localhost")) as server:
        failure(server.url.replace("127.0.0.1", "localhost"), client, timeout=0.3)
        client.close()
        assert server.is_idle(PATIENCE)


@pytest.mark.parametrize("interim", [100, 102, 103, 199])
@pytest.mark.parametrize("times", [1, 3])
def test_interim_responses_are_ignored(interim: int, times: int) -> None:
    early = b"HTTP/1.1 %d Early\r\nLink: </a>; rel=preload\r\nContent-Length: 5\r\n\r\n" % interim
    with Server(early * times + response(200, b"[7]")) as server:
        assert get(server.url) == b"[7]"
        assert len(server.requests) == 1


def test_connection_is_used_again_after_an_interim_response() -> None:
    client = client_for()
    with Server(b"HTTP/1.1 103 Early Hints\r\n\r\n" + response(200, b"[7]")) as server:
        assert [get(server.url, client) for _number in range(3)] == [b"[7]"] * 3
        assert {request.connection for request in server.requests} == {1}
    client.close()


def test_interim_responses_without_an_end() -> None:
    def script(wire: Wire) -> None:
        with contextlib.suppress(OSError):
            while not wire.stopping.is_set():
                wire.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")

    with nothing_left(), Server(script) as server:
        assert failure(server.url, timeout=0.3).kind == "timeout"


LEFT_BEHIND = """
import socket, sys, threading
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as _http
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.call import Call, no_auth
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
if sys.argv[2] == "name":
    socket.getaddrinfo = lambda *arguments, **more: threading.Event().wait()
ignore = lambda text: None
client = _http.Client(
    verify=True, proxy=None, retries=0, agent="tests", report=Report(ignore, ignore, ignore)
)
deadline = Deadline(0.3)
try:
    client.run(lambda: client.fetch(Call("list", sys.argv[1], no_auth), b"".join, deadline), deadline)
except CceError as error:
    client.close()
    for thread in threading.enumerate():
        if thread.daemon and sys.argv[2] != "name":
            thread.join(60)
    print(error.kind, threading.active_count())
"""


def test_a_signature_is_a_temporary_secret() -> None:
    recorded = RecordedReport()
    signatures: list[str] = []
    recorded.report = recorded.report._replace(temporary=signatures.append)

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=0f1e2d"
        return request

    with Server(response(200, b"[]")) as server, contextlib.closing(client_for(recorded)) as client:
        assert client.fetch(Call("list the jobs", server.url, sign), whole, Deadline(PATIENCE)) == b"[]"
    assert (recorded.secrets, signatures) == ([], ["0f1e2d"])


@pytest.mark.parametrize("place", ["name", "head", "body"])
def test_interpreter_ends_whatever_is_left(place: str) -> None:
    scripts = {"head": lambda wire: wire.drip(head(200) * 1000), "body": dripped_body, "name": response()}
    with Server(scripts[place]) as server:
        done = subprocess.run(
            [sys.executable, "-c", LEFT_BEHIND, server.url, place],
            env={"PYTHONPATH": ROOT, "PATH": ""},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    # the main thread, and the one that a name server keeps
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["timeout", "2" if place == "name" else "1"], "")


def test_work_that_fails_or_returns_nothing() -> None:
    client, deadline = client_for(), Deadline(10)
    assert client.run(lambda: None, deadline) is None
    with pytest.raises(ZeroDivisionError):
        client.run(lambda: 1 // 0, deadline)
    with Server() as server, pytest.raises(OSError, match="a fault of the reader"):

        def read(response: Response) -> None:
            raise OSError("a fault of the reader is not a fault of the network")

        client.fetch(Call("list the jobs", server.url, no_auth), read, deadline)
    client.close()


def test_work_sees_the_context_of_the_caller() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("task")
    assert client_for().run(variable.get, Deadline(10)) == "task"


# ---------------------------------------------------------------------------------------------------------------------
# retries


def in_seconds(seconds: float) -> str:
    return email.utils.format_datetime(
        datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds), usegmt=True
    )


PASSING: dict[str, bytes | t.Callable[[Wire], None]] = {
    **{str(status): response(status, "") for status in (429, 500, 502, 503, 504)},
    "closed": Wire.close,
    "reset": Wire.reset,
    "chunk missing": then_close(chunked(b"[", b"{}")),
    "chunk cut": then_close(chunked(b"[", b"{}")[:-4]),
    "reset in a chunk": then_reset(chunked(b"[", b"{}")),
    "reset in an error": then_reset(head(502, Content_Length="9") + b"<"),
}


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("first", PASSING.values(), ids=PASSING)
def test_failures_that_pass(first: bytes | t.Callable[[Wire], None]) -> None:
    recorded = RecordedReport()
    with Server(first, first, response(body="[1]")) as server:
        assert get(server.url, recorded=recorded, retries=2) == b"[1]"
        assert len(server.requests) == 3
    assert len(recorded.notes) == 2
    assert recorded.notes[1].startswith("Attempt 3 of 3 to list the jobs starts in 0.0 s: Could not list the jobs: ")
    assert recorded.warnings == []


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("retries", [0, 1, 3])
def test_number_of_tries(retries: int) -> None:
    recorded = RecordedReport()
    with Server(response(500, "")) as server:
        assert failure(server.url, recorded=recorded, retries=retries).kind == "unavailable"
        assert len(server.requests) == 1 + retries
    assert len(recorded.notes) == retries


@pytest.mark.usefixtures("short_pauses")
def test_refused_connection() -> None:
    recorded = RecordedReport()
    with refusing_address() as host:
        error = failure(f"http://{host}/jobs?name=x", recorded=recorded, retries=2)
    assert f"no connection to {host} (connection refused)" in str(error)
    assert (error.kind, error.http_status, error.url) == ("connection", None, f"http://{host}/jobs")
    assert len(recorded.notes) == 2


@pytest.mark.usefixtures("short_pauses")
def test_name_that_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **more: object) -> t.NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    recorded = RecordedReport()
    error = failure("https://cce.example.test/", recorded=recorded, retries=1)
    assert "no connection to cce.example.test (name or service not known)" in str(error)
    assert (error.kind, len(recorded.notes)) == ("connection", 1)


ONCE = [300, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 407, 408, 409, 413, 418, 422, 451, 501, 505]


@pytest.mark.parametrize("status", ONCE)
@pytest.mark.parametrize("broken", [False, True], ids=["whole", "broken"])
def test_failures_that_stay(status: int, broken: bool, pauses: list[float]) -> None:
    # a response that is cut short after a refused signature must not send a second one: the key locks after five
    script = then_reset(head(status, Content_Length="9") + b"{") if broken else response(status, "{}")
    with Server(script) as server:
        error = failure(server.url, retries=4)
        assert error.http_status == status
        assert len(server.requests) == 1
    assert pauses == []


@pytest.mark.parametrize(
    ("header", "lowest", "highest"),
    [
        ("2", 2, 2),
        ("1.625", 1.625, 1.625),
        (" 3 ", 3, 3),
        ("DATE", 3, 5),
        # no figure, or none to go by: the usual pause
        ("0", 0.25, 0.5),
        ("Fri, 02 Jan 2015 03:04:05 GMT", 0.25, 0.5),
        ("soon", 0.25, 0.5),
        ("-5", 0.25, 0.5),
        ("1e3", 0.25, 0.5),
        (None, 0.25, 0.5),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_heeded(
    status: int, header: str | None, lowest: float, highest: float, pauses: list[float]
) -> None:
    headers = {"Retry-After": in_seconds(5) if header == "DATE" else header} if header else {}
    with Server(response(status, "", **headers), response()) as server:
        assert get(server.url, retries=4) == b"[]"
    assert len(pauses) == 1
    assert lowest <= pauses[0] <= highest


@pytest.mark.parametrize("figure", ["56.818", "86400", "1234567.5"])
def test_retry_after_that_is_too_long(figure: str, pauses: list[float]) -> None:
    with Server(response(429, "", Retry_After=figure)) as server:
        error = failure(server.url, retries=4, timeout=20)
        assert len(server.requests) == 1
    assert re.search(
        rf"\(the server asked to wait {re.escape(figure)} s, but only [0-9.]+ s of the timeout remain\)\.$", str(error)
    )
    assert (error.kind, error.http_status, pauses) == ("throttled", 429, [])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("56.818", 56.818),
        ("9" * 400, float("inf")),
        ("Fri, 02 Jan 2026 03:04:35 GMT", 30),
        ("Fri, 02 Jan 2026 03:04:35 -0000", 30),
        ("Fri, 02 Jan 2026 04:04:35 +0100", 30),
        ("Friday, 02-Jan-26 03:04:35 GMT", 30),
        ("Fri, 02 Jan 2026 03:04:00 GMT", 0),
        ("Fri, 02 Jan 99999 03:04:00 GMT", None),
        ("Fri, 02 Jan 99999999999999999999 03:04:00 GMT", None),
        ("Fri, 02 Jan 2026 03:04:00 +99999999999999999999", None),
        ("Fri, 99 Jan 2026 99:99:99 GMT", None),
        ("12 parsecs", None),
        ("\xff", None),
    ],
)
def test_reading_retry_after(text: str | None, seconds: float | None) -> None:
    assert retry_after(text, NOW) == seconds


def test_pauses_grow_and_vary(pauses: list[float]) -> None:
    with Server(response(503, "")) as server:
        for _run in range(2):
            failure(server.url, retries=12, timeout=1e6)
    longest = [0.5, 1, 2, 4, 8, 16] + [30] * 6
    assert len(pauses) == 2 * len(longest)
    assert all(limit / 2 <= pause <= limit for limit, pause in zip(longest * 2, pauses))
    assert len(set(pauses)) == len(pauses)


def test_very_many_tries(pauses: list[float]) -> None:
    with Server(response(503, "", Retry_After="0")) as server:
        failure(server.url, retries=1100, timeout=1e6)
        assert len(server.requests) == 1101
    assert max(pauses) <= 30


# ---------------------------------------------------------------------------------------------------------------------
# invalid responses


SENSELESS = {
    "another protocol": (then_close(b"SSH-2.0-OpenSSH_9.2\r\n"), "is not HTTP"),
    "endless status line": (then_close(b"HTTP/1.1 200 " + b"x" * 70_000), "is not HTTP"),
    "hundreds of headers": (then_close(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 300 + b"\r\n"), "is not HTTP"),
    "endless header": (then_close(b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 70_000), "is not HTTP"),
    "status 1000": (then_close(b"HTTP/1.1 1000 Whatever\r\n\r\n"), "is not HTTP"),
    "two lengths": (response(body="[]", content_length="3"), "is not HTTP"),
    "no gzip": (response(body="[]", Content_Encoding="gzip"), "could not be decompressed"),
    "another packing": (response(body=zlib.compress(b"[]"), Content_Encoding="deflate"), "could not be decompressed"),
    "cut gzip": (
        response(body=gzip.compress(b"[1]")[:6] + b"\xff" * 20, Content_Encoding="gzip"),
        "could not be decompressed",
    ),
    "unwanted packing": (response(body="[]", Content_Encoding="br"), "could not be decompressed"),
    "packed twice": (
        response(body=gzip.compress(gzip.compress(b"[]")), Content_Encoding="gzip, gzip"),
        "could not be decompressed",
    ),
}


@pytest.mark.parametrize(("script", "words"), SENSELESS.values(), ids=SENSELESS)
def test_senseless_response(script: bytes | t.Callable[[Wire], None], words: str, pauses: list[float]) -> None:
    with Server(script) as server:
        error = failure(server.url, retries=4)
        assert (error.kind, len(server.requests)) == ("response", 1)
        assert f"{server.host} {words}" in str(error)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, gzip.compress(b"[1]")),
        ({"Content-Encoding": "GZIP"}, gzip.compress(b"[1]")),
        ({"Content-Encoding": "x-gzip"}, gzip.compress(b"[") + gzip.compress(b"1]")),
        ({"Content-Encoding": "identity"}, b"[1]"),
        ({"Set-Cookie": "\xff=\xfe; Domain=[; Expires=never; Max-Age=abc"}, b"[1]"),
        ({"\x00": "1", "X-Empty": "", "Content-Type": "text/html; charset=nonsense"}, b"[1]"),
    ],
    ids=range(6),
)
def test_responses_that_are_fine(headers: dict[str, str], body: bytes) -> None:
    with Server(response(body=body, **headers)) as server:
        assert get(server.url) == b"[1]"


@pytest.mark.parametrize("coding", ["", "gzip"])
@pytest.mark.parametrize("in_chunks", [False, True])
def test_largest_body(coding: str, in_chunks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_BODY", 3 * 2**20)
    pack = gzip.compress if coding else bytes

    def script(size: int) -> bytes:
        data = pack(b"x" * size)
        if not in_chunks:
            return response(body=data, Content_Encoding=coding)
        return chunked(data, Content_Encoding=coding) + b"0\r\n\r\n"

    with Server(script(3 * 2**20), script(3 * 2**20 + 1)) as server:
        assert len(get(server.url)) == 3 * 2**20
        error = failure(server.url, retries=4)
        assert len(server.requests) == 2
    assert (error.kind, error.http_status) == ("response", 200)
    assert f"the response from {server.host} exceeds 3 MiB" in str(error)


@pytest.mark.parametrize("host", ["a..b", "a" * 70, "127.0.0.1:99999", "127.0.0.1:abc", ""])
def test_host_that_cannot_be(host: str, pauses: list[float]) -> None:
    error = failure(f"https://{host}/", retries=4)
    assert error.kind == "option"
    assert pauses == []


# ---------------------------------------------------------------------------------------------------------------------
# redirects, .netrc


LOCATIONS = {
    "same host": ("SERVER/elsewhere", "SERVER"),
    "other host": ("OTHER/", "OTHER"),
    "other protocol": ("ftp://example.test/", "example.test"),
    "relative": ("/elsewhere", "another URL"),
    "none": (None, "another URL"),
    "with a password": ("http://user:secret@example.test/", "example.test"),
    "no address": ("http://[", "another URL"),
    "no text": ("http://\xff\xfe/", "\xff\xfe"),
}


@pytest.mark.parametrize(("location", "shown"), LOCATIONS.values(), ids=LOCATIONS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_refused(status: int, location: str | None, shown: str) -> None:
    with Server() as other, Server() as server:
        text = (location or "").replace("SERVER", server.url).replace("OTHER", other.url)
        server.responses = [response(status, "", **({"Location": text} if location else {}))]
        error = failure(server.url, retries=4)
        assert (len(server.requests), other.accepted) == (1, 0)
        name = shown.replace("SERVER", server.host).replace("OTHER", other.host)
        assert f"{server.host} returned a redirect to {name};" in str(error)
        assert (error.kind, error.http_status) == ("response", status)


def test_body_of_a_redirect_is_not_read() -> None:
    def script(wire: Wire) -> None:
        wire.send(head(302, Content_Length="1000000000", Location="/elsewhere"))
        wire.hang()

    with Server(script) as server:
        assert failure(server.url, timeout=5).kind == "response"


@pytest.mark.parametrize("variable", ["HOME", "NETRC"])
def test_netrc_is_not_used(variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1\nlogin user\npassword secret\ndefault\nlogin user\npassword secret\n")
    monkeypatch.setenv(variable, str(tmp_path if variable == "HOME" else netrc))
    with Server() as server:
        get(server.url)
        assert "authorization" not in server.requests[0].headers


def test_password_in_an_address_is_not_used_and_not_shown() -> None:
    with Server(response(404, "")) as server:
        error = failure(server.url.replace("//", "//user:secret@") + "/path?key=secret")
        assert "authorization" not in server.requests[0].headers
    assert "secret" not in str(error)
    assert error.url == server.url + "/path"


# ---------------------------------------------------------------------------------------------------------------------
# TLS


class Authority:
    """A private authority, its certificates, and the file of certificates to trust."""

    def __init__(self, folder: Path, name: str) -> None:
        # not at the top: only these tests need it
        import trustme

        self._authority = trustme.CA()
        self.file = str(folder / name)
        self._authority.cert_pem.write_to_path(self.file)

    def context(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        end = datetime.datetime(2020, 1, 1) if expired else None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert(*names, not_after=end).configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "ours.pem")


@pytest.fixture(scope="module")
def other_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"), "other.pem")


def test_private_authority(authority: Authority) -> None:
    with Server(tls=authority.context("127.0.0.1")) as server:
        assert get(server.url, verify=authority.file) == b"[]"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("wrong authority", ("unable to get local issuer certificate", "self-signed", "self signed")),
        ("public authorities", ("unable to get local issuer certificate", "self-signed", "self signed")),
        ("wrong host", ("IP address mismatch, certificate is not valid for '127.0.0.1'", "'127.0.0.1' doesn't match")),
        ("expired", ("certificate has expired",)),
        ("no certificates in the file", ("no certificate or crl found",)),
        ("no TLS", ("wrong version number", "record layer failure")),
    ],
)
def test_tls_failures(
    name: str,
    words: tuple[str, ...],
    authority: Authority,
    other_authority: Authority,
    pauses: list[float],
    tmp_path: Path,
) -> None:
    verify: dict[str, t.Any] = {"wrong authority": other_authority.file, "public authorities": True}
    verify["no certificates in the file"] = str(tmp_path / "empty.pem")
    (tmp_path / "empty.pem").write_text("nothing\n")
    context = authority.context("other.test" if name == "wrong host" else "127.0.0.1", expired=name == "expired")
    greeting = (lambda wire: wire.send(response(400, ""))) if name == "no TLS" else None
    with Server(tls=context, greeting=greeting) as server:
        error = failure(server.url, verify=verify.get(name, authority.file), retries=4)
        assert server.accepted <= 1
    assert error.kind == "tls"
    assert str(error).startswith(f"Could not list the jobs: the TLS connection to {server.host} failed (")
    assert any(word in str(error) for word in words)
    assert "ca_cert" in str(error)
    assert "_ssl.c" not in str(error)
    assert pauses == []


@pytest.mark.usefixtures("short_pauses")
def test_handshake_that_breaks_off() -> None:
    # no refusal: this is what a server does that is just going down
    recorded = RecordedReport()

    def greeting(wire: Wire) -> None:
        wire.socket.recv(65536)
        wire.close()

    with Server(greeting=greeting) as server:
        error = failure(server.url.replace("http:", "https:"), recorded=recorded, retries=2)
        assert server.accepted == 3
    assert error.kind == "connection"


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_own_settings_beat_the_variables(
    variable: str, authority: Authority, other_authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server(tls=authority.context("127.0.0.1")) as server:
        monkeypatch.setenv(variable, other_authority.file)
        assert get(server.url, verify=False) == b"[]"
        assert get(server.url, verify=authority.file) == b"[]"
        monkeypatch.setenv(variable, authority.file)
        assert failure(server.url, verify=other_authority.file).kind == "tls"
        # with neither option the variable counts, as with every program that uses requests
        assert get(server.url, verify=True) == b"[]"
        monkeypatch.setenv(variable, "/nowhere/at/all.pem")
        error = failure(server.url, verify=True, retries=4)
        assert error.kind == "tls"
        assert all(
            word in str(error) for word in ("CA certificates", "ca_cert", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
        )
        assert get(server.url, verify=False) == b"[]"


def test_unchecked_certificates_without_noise(authority: Authority) -> None:
    with Server(tls=authority.context("other.test")) as server, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert get(server.url, verify=False) == b"[]"
        assert [str(each.message) for each in caught] == []
        warnings.warn("Unverified HTTPS request", stacklevel=1)
        assert len(caught) == 1


# ---------------------------------------------------------------------------------------------------------------------
# proxies


PASSWORD = "pass-word"
LOGIN = "Basic dXNlcjpwYXNzLXdvcmQ="


def with_login(url: str) -> str:
    return url.replace("//", f"//user:{PASSWORD}@")


@pytest.mark.parametrize("place", ["option", "variable", "lower-case variable"])
def test_proxy_for_plain_http(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = RecordedReport()
    with Server() as proxy:
        if place == "option":
            client = client_for(recorded, proxy=with_login(proxy.url))
            # does not apply to a proxy that is set explicitly
            monkeypatch.setenv("NO_PROXY", "*")
        else:
            monkeypatch.setenv("HTTP_PROXY" if place == "variable" else "http_proxy", with_login(proxy.url))
            client = client_for(recorded)
        for _call in range(2):
            assert get("http://example.test/jobs", client) == b"[]"
        client.close()
        assert [request.target for request in proxy.requests] == ["http://example.test/jobs"] * 2
        assert [request.headers["proxy-authorization"] for request in proxy.requests] == [LOGIN] * 2
    assert recorded.warnings == ["Credentials are sent to example.test unencrypted. Use an https:// URL."]


@pytest.mark.parametrize("place", ["option", "variable"])
def test_proxy_for_https(place: str, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(tunnel) as proxy, Server(tls=authority.context("127.0.0.1")) as server:
        options = {"proxy": with_login(proxy.url)} if place == "option" else {}
        if place == "variable":
            monkeypatch.setenv("HTTPS_PROXY", with_login(proxy.url))
        assert get(server.url, verify=authority.file, **options) == b"[]"
        [request] = proxy.requests
        assert (request.method, request.target) == ("CONNECT", server.host)
        # nothing of the call itself
        assert not {"user-agent", "accept-encoding"} <= set(request.headers)
        assert request.headers["proxy-authorization"] == LOGIN
        assert "proxy-authorization" not in server.requests[0].headers


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("password", ["gr\xfc\xdfe", "\u20ac\u4f60", "a:b@c/d%e"])
def test_password_of_a_proxy_is_sent_in_utf_8(scheme: str, password: str) -> None:
    with Server(response(407, "")) as proxy:
        url = proxy.url.replace("//", f"//us%C3%A9r:{quote(password, safe='')}@")
        assert failure(f"{scheme}://example.test/", proxy=url).kind == "connection"
        [request] = proxy.requests
    kind, sent = request.headers["proxy-authorization"].split()
    assert (kind, base64.b64decode(sent).decode()) == ("Basic", f"us\xe9r:{password}")


def test_proxy_over_tls_that_is_not_trusted(authority: Authority, other_authority: Authority) -> None:
    with Server(tls=other_authority.context("127.0.0.1")) as proxy:
        error = failure("https://example.test/", proxy=proxy.url, verify=authority.file, retries=4)
    assert error.kind == "tls"
    assert all(fact in str(error) for fact in ("example.test", "ca_cert", "certificate"))


def test_socks_proxy_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        # what requests raises without PySocks
        raise requests.exceptions.InvalidSchema("Missing dependencies for SOCKS support.")

    monkeypatch.setattr(requests.adapters, "SOCKSProxyManager", missing)
    error = failure("https://example.test/", proxy="socks5h://127.0.0.1:1080")
    assert error.kind == "dependency"
    assert all(fact in str(error) for fact in ("PySocks", "pip install", "requests[socks]"))


@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_no_proxy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as proxy, Server() as server:
        monkeypatch.setenv(name, proxy.url)
        get(server.url)
        assert (len(proxy.requests), len(server.requests)) == (1, 0)
        monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")
        get(server.url)
        assert (len(proxy.requests), len(server.requests)) == (1, 1)


def test_proxy_option_beats_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as proxy, Server() as other:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, other.url)
        get("http://example.test/", proxy=proxy.url)
        assert (len(proxy.requests), len(other.requests)) == (1, 0)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_wants_a_login(scheme: str, pauses: list[float]) -> None:
    with Server(response(407, "<html>Who are you?</html>")) as proxy:
        error = failure(f"{scheme}://example.test/", proxy=with_login(proxy.url), retries=4)
        assert len(proxy.requests) == 1
    assert error.kind == "connection"
    assert all(word in str(error) for word in ("the proxy responded with HTTP 407", "password", "HTTPS_PROXY"))
    assert PASSWORD not in repr(error) + str(error.as_dict())


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize(("status", "tries"), [(403, 1), (405, 1), (502, 3), (503, 3)])
def test_proxy_that_does_not_connect(status: int, tries: int) -> None:
    with Server(response(status, "")) as proxy:
        error = failure("https://example.test/", proxy=with_login(proxy.url), retries=2)
        assert len(proxy.requests) == tries
    assert f"the proxy responded with HTTP {status} instead of connecting to example.test" in str(error)
    assert "HTTPS_PROXY" in str(error)
    assert error.kind == "connection"


@pytest.mark.usefixtures("short_pauses")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_proxy_that_is_not_there(scheme: str) -> None:
    recorded = RecordedReport()
    with refusing_address() as host:
        error = failure(
            f"{scheme}://example.test/", recorded=recorded, proxy=f"http://user:{PASSWORD}@{host}", retries=2
        )
    assert "no connection to example.test through the proxy (connection refused)" in str(error)
    assert (error.kind, len(recorded.notes)) == ("connection", 2)
    assert PASSWORD not in repr(error) + str(error.as_dict()) + str(recorded.notes)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "address",
    ["ftp://127.0.0.1:1", "http://", "http://a..b:1", "http://[::1:3128", "http://127.0.0.1:port", "http://:1"],
)
@pytest.mark.parametrize("place", ["option", "variable"])
def test_proxy_that_cannot_be(
    scheme: str, address: str, place: str, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    if place == "variable":
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("HTTPS_PROXY", address)
    error = failure(f"{scheme}://example.test/", proxy=address if place == "option" else None, retries=4)
    assert error.kind == "option"
    assert "invalid proxy URL" in str(error)
    assert pauses == []


# ---------------------------------------------------------------------------------------------------------------------
# connections, plain http


def test_one_connection_for_all_calls() -> None:
    client = client_for(retries=1)
    with Server(response(), response(404, "{}"), response(), response(401, '{"error": {}}'), response()) as server:
        for number in range(5):
            if number in (1, 3):
                failure(server.url, client)
            else:
                get(server.url, client)
        assert (len(server.requests), server.accepted) == (5, 1)
    client.close()


def test_connections_are_closed() -> None:
    def script(wire: Wire) -> None:
        wire.send(response())
        wire.hang()

    client = client_for()
    with Server(script) as server:
        get(server.url, client)
        assert not server.gone.is_set()
        client.close()
        assert server.gone.wait(SLACK)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_plain_http_to_this_machine(host: str) -> None:
    recorded = RecordedReport()
    with Server(host="::1" if host == "::1" else "127.0.0.1") as server:
        client = client_for(recorded, proxy=server.url if host == "127.1.2.3" else None)
        shown = f"[{host}]" if ":" in host else host
        assert get(f"http://{shown}:{server.port}/", client) == b"[]"
        client.close()
    assert recorded.warnings == []


def test_warning_of_plain_http_comes_once_per_host() -> None:
    recorded = RecordedReport()
    with Server() as proxy:
        client = client_for(recorded, proxy=proxy.url)
        for url in ("http://a.test/1", "http://a.test/2", "http://A.test:8080/", "http://192.0.2.1/", "http://a.test/"):
            get(url, client)
        client.close()
    assert recorded.warnings == [
        "Credentials are sent to a.test unencrypted. Use an https:// URL.",
        "Credentials are sent to 192.0.2.1 unencrypted. Use an https:// URL.",
    ]


def test_warning_of_plain_http_comes_again_with_a_new_report() -> None:
    first, second = RecordedReport(), RecordedReport()
    with Server() as proxy:
        client = client_for(first, proxy=proxy.url)
        for recorded in (first, second):
            client.use_report(recorded.report)
            for _attempt in range(2):
                get("http://a.test/", client)
        client.close()
    assert first.warnings == second.warnings
    assert len(first.warnings) == 1
