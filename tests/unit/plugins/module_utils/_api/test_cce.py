# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The call that lists the jobs: the request, and all kinds of responses."""

from __future__ import annotations

import gc
import gzip
import json
import random
import re
import subprocess
import sys
import threading
import typing as t
import zlib
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api import cce as _cce
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api.cce import Cce
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api.json_stream import MAX_ENTRY, elements
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.session import session_for
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as _http
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.deadline import Deadline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import find
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    Wire,
    chunked,
    clear_environment,
    head,
    response,
    then_close,
    then_reset,
)

ROOT = Path(_http.__file__).parents[6]
COLLECTION = Path(_http.__file__).parents[3]
BY_TOKEN = {"token": "the-token", "project_id": "p1"}
BY_KEY = {"access_key": "AK", "secret_key": "the-secret-key", "security_token": "the-session", "project_id": "p1"}

KEPT = {"metadata": {"uid": "job-1"}, "spec": {"type": "CreateCluster"}, "status": {"status": "Success"}}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setattr(_http, "_FIRST_PAUSE", 0.01)


def jobs(url: str, recorded: RecordedReport | None = None, **typed: t.Any) -> FoundJobs:
    options = {**BY_TOKEN, "endpoint": url, "timeout": 10, "retries": 2, **typed}
    return find_jobs(read_request(MODULE, options, {}, environment={}), "tests", (recorded or RecordedReport()).report)


def failure(url: str, **options: t.Any) -> CceError:
    with pytest.raises(CceError) as caught:
        jobs(url, **options)
    sentence = str(caught.value)
    assert sentence.startswith("Could not list the jobs") and sentence.isprintable()
    return caught.value


# ---------------------------------------------------------------------------------------------------------------------
# the request


@pytest.mark.parametrize("credential", [BY_TOKEN, BY_KEY], ids=["token", "key"])
@pytest.mark.parametrize(("prefix", "path"), [("", ""), ("/", ""), ("/gateway/cce", "/gateway/cce"), ("/x/", "/x")])
def test_request(credential: dict[str, str], prefix: str, path: str) -> None:
    with Server(response(body=[KEPT])) as server:
        recorded = RecordedReport()
        request = read_request(MODULE, {**credential, "endpoint": server.url + prefix}, {}, environment={})
        found = find_jobs(request, "jobs_info", recorded.report)
        [sent] = server.requests
        host = server.host
    assert sent.line == f"GET {path}/api/v2/projects/p1/jobs HTTP/1.1"
    headers = sent.headers
    assert headers["host"] == host
    assert headers["content-type"] == "application/json"
    assert headers["accept-encoding"] == "gzip"
    assert headers["accept"] == "application/json"
    assert "content-length" not in headers and sent.body == b""
    assert ("authorization" in headers) is ("x-project-id" in headers) is ("x-auth-token" not in headers)
    assert ([job["id"] for job in found.jobs], found.fetched, found.projects[0]["id"]) == (["job-1"], 1, "p1")
    assert recorded.notes == recorded.warnings == []


def test_user_agent() -> None:
    galaxy = (COLLECTION / "galaxy.yml").read_text(encoding="utf-8")
    version = re.search(r"^version: *(\S+)$", galaxy, re.MULTILINE)
    assert version
    with Server() as server:
        jobs(server.url)
        agent = server.requests[0].headers["user-agent"]
    assert agent.startswith(f"opentelekomcloud.cce/{version[1]} tests python-requests/")


def test_project_id_in_the_path() -> None:
    with Server() as server:
        options = {"token": "t", "project_id": "a/b?c#d%e", "endpoint": server.url}
        settings = read_request(MODULE, options, {}, environment={}).settings
        with (
            session_for(settings, "tests", RecordedReport().report) as session,
            Cce(session).jobs(Deadline(10)) as raw_jobs,
        ):
            assert list(raw_jobs) == []
        assert server.requests[0].target == "/api/v2/projects/a%2Fb%3Fc%23d%25e/jobs"


# ---------------------------------------------------------------------------------------------------------------------
# bodies with status 200


LISTS: dict[str, tuple[bytes, int]] = {
    "empty": (b"[]", 0),
    "white space": (b" \r\n\t[ \n ] \n", 0),
    "byte order mark": (b"\xef\xbb\xbf[]", 0),
    "items": (b'{"kind": "List", "items": [{}, {}]}', 2),
    "jobs": (b'{"total": 1, "jobs": [{}]}', 1),
    "entries of other types": (b'[null, 1, "x", [], {}, true]', 1),
    "nested": (b"[" + b'{"spec": {"subjobs": [' * 100 + b"]}}" * 100 + b"]", 1),
}


@pytest.mark.parametrize(("body", "fetched"), LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_lists(body: bytes, fetched: int, packed: bool) -> None:
    headers = {"Content-Encoding": "gzip"} if packed else {}
    with Server(response(body=gzip.compress(body) if packed else body, **headers)) as server:
        assert jobs(server.url).fetched == fetched


NO_LISTS: dict[str, tuple[bytes, str]] = {
    "html": (b"<!DOCTYPE html><html><body>Welcome to the portal</body></html>", "is an HTML or XML page"),
    "xml": (b"\n  <?xml version='1.0'?>", "is an HTML or XML page"),
    "null": (b"null", "is not a JSON list"),
    "number": (b"5", "is not a JSON list"),
    "text": (b'"jobs"', "is not a JSON list"),
    "nonsense": (b"OK", "is not a JSON list"),
    "zero bytes": (b"\0" * 100, "is not a JSON list"),
    "invalid JSON": (b"[{'a': 1}, {}, {}, {}, {}, {}]", "is not valid JSON"),
    "no number": (b"[NaN]", "is not valid JSON"),
    "comma missing": (b"[{} {}]", "is not valid JSON"),
    "comma at the end": (b"[{},]                   ", "is not valid JSON"),
    "invalid UTF-8": (b'["\xff\xfe"]', "is not UTF-8"),
    "UTF-16": ('["x"]'.encode("utf-16"), "is not UTF-8"),
    "two lists": (b"[][]", "has trailing data"),
    "deep list": (b"[" * 200_000 + b"]" * 200_000, "is nested too deeply"),
    "deep object": (b'[{"spec":' * 200_000, "is nested too deeply"),
    "deep wrapper": (b'{"items":' * 200_000, "is nested too deeply"),
    "object": (b"{}", "is a JSON object, expected a list"),
    "object with other members": (b'{"items": {"a": 1}, "jobs": null}', "is a JSON object, expected a list"),
}


@pytest.mark.parametrize(("body", "words"), NO_LISTS.values(), ids=NO_LISTS)
def test_no_lists(body: bytes, words: str) -> None:
    with Server(response(body=body)) as server:
        error = failure(server.url)
        assert len(server.requests) == 1
        assert error.url == f"{server.url}/api/v2/projects/p1/jobs"
    assert str(error) == f"Could not list the jobs: the response {words}. Check endpoint."
    assert (error.kind, error.http_status, error.code, error.message) == ("response", 200, None, None)


@pytest.mark.parametrize(
    ("body", "words", "code", "message", "request_id"),
    [
        (
            {"error_code": "APIGW.0301", "error_msg": "No entry.", "request_id": "r1"},
            "APIGW.0301: No entry",
            "APIGW.0301",
            "No entry.",
            "r1",
        ),
        ({"error": {"code": 401, "message": "Unauthorized."}}, "401: Unauthorized", "401", "Unauthorized.", None),
        ({"message": "x" * 5000}, "x" * 497, None, "x" * 497 + "...", None),
        ({"error_msg": "No. canonicalRequest:GET|secret"}, "No", None, "No.", None),
    ],
)
def test_error_object_with_status_200(
    body: t.Any, words: str, code: str | None, message: str, request_id: str | None
) -> None:
    with Server(response(body=body)) as server:
        error = failure(server.url)
    assert f"the response is a JSON object, expected a list ({words}). " in str(error)

    assert (error.kind, error.code, error.message, error.request_id) == ("response", code, message, request_id)


WHOLE = json.dumps([KEPT] * 50).encode()

CUT: dict[str, bytes | t.Callable[[Wire], None]] = {
    "nothing": response(body=b""),
    "no content": response(204, b""),
    "half a head": then_close(b"HTTP/1.1 200 OK\r\nContent-Type"),
    "length": then_close(head(200, Content_Length=str(len(WHOLE))) + WHOLE[:-100]),
    "length, by a reset": then_reset(head(200, Content_Length=str(len(WHOLE))) + WHOLE[:-100]),
    "length, nothing came": then_close(head(200, Content_Length="9")),
    "chunks": then_close(chunked(WHOLE[:100], WHOLE[100:200])),
    "chunks, by a reset": then_reset(chunked(WHOLE[:100], WHOLE[100:200])),
    "no end of chunks": then_close(chunked(WHOLE)),
    "gzip": then_close(
        head(200, Content_Length=str(len(gzip.compress(WHOLE))), Content_Encoding="gzip") + gzip.compress(WHOLE)[:-20]
    ),
    "until the end of the connection": then_close(head(200) + WHOLE[:-100]),
    "in order: in a text": response(body=WHOLE[: WHOLE.rindex(b"Success") + 3]),
    "in order: behind an element": response(body=WHOLE[:-1]),
    "in order: behind a comma": response(body=WHOLE[: WHOLE.rindex(b", {") + 1]),
    "in order: in an object": response(body=b'{"items": [{}'),
    "in order: in gzip": response(body=gzip.compress(WHOLE)[:-20], Content_Encoding="gzip"),
    "in order: gzip of a cut list": response(body=gzip.compress(WHOLE[:-1]), Content_Encoding="gzip"),
}


@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
def test_cut_lists(cut: bytes | t.Callable[[Wire], None]) -> None:
    recorded = RecordedReport()
    with Server(cut, cut, response(body=WHOLE)) as server:
        found = jobs(server.url, recorded)
        assert len(server.requests) == 3
    # none of the elements that came before the cut counts twice
    assert (len(found.jobs), found.fetched) == (50, 50)
    assert len(recorded.notes) == 2
    assert recorded.warnings == []


@pytest.mark.parametrize("cut", CUT.values(), ids=CUT)
def test_cut_lists_for_good(cut: bytes | t.Callable[[Wire], None]) -> None:
    with Server(cut) as server:
        error = failure(server.url, retries=1)
        assert len(server.requests) == 2
    assert error.kind == "response"


# ---------------------------------------------------------------------------------------------------------------------
# too much


def bomb(beginning: bytes, filling: bytes, size: int = 2 << 30) -> bytes:
    """A gzip stream of ``size`` bytes; a block that ends in a full flush can be repeated."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = compressor.compress(beginning) + compressor.flush(zlib.Z_FULL_FLUSH)
    block = compressor.compress(filling * (2**20 // len(filling))) + compressor.flush(zlib.Z_FULL_FLUSH)
    return packed + block * (size >> 20)


BOMBED = """
import resource, sys
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
ignore = lambda text: None
typed = {"token": "some-token", "project_id": "p1", "endpoint": sys.argv[1], "retries": 0}
try:
    find_jobs(read_request(MODULE, typed, {}, environment={}), "tests", Report(ignore, ignore, ignore))
except CceError as error:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, error)
"""


ELEMENT = b', {"a": "%s"}'


@pytest.mark.parametrize(
    ("beginning", "filling", "in_chunks", "fault"),
    [
        pytest.param(b"[{}", ELEMENT % (b"0" * 65_536), False, " from SERVER exceeds 256 MiB", id="large elements"),
        pytest.param(b"[{}", ELEMENT % (b"0" * 1_000), True, " from SERVER exceeds 256 MiB", id="small elements"),
        pytest.param(b'["', b"0", True, " has an entry larger than 8 MiB", id="one text"),
        pytest.param(
            b'{"items": [{}', ELEMENT % (b"0" * 1_000), False, " from SERVER exceeds 256 MiB", id="one object"
        ),
    ],
)
def test_bomb(beginning: bytes, filling: bytes, in_chunks: bool, fault: str) -> None:
    data = bomb(beginning, filling)
    scripted = response(body=data, Content_Encoding="gzip")
    if in_chunks:
        scripted = chunked(data, Content_Encoding="gzip") + b"0\r\n\r\n"
    with Server(scripted) as server:
        done = subprocess.run(
            [sys.executable, "-c", BOMBED, server.url],
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        megabytes, _space, sentence = done.stdout.partition(" ")
        fault = fault.replace("SERVER", server.host)
        assert sentence == f"Could not list the jobs: the response{fault}. Check endpoint.\n"
    assert int(megabytes) < 400


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_entry_that_is_too_large(coding: str) -> None:
    entry = {**KEPT, "spec": {"type": "CreateCluster", "extendparam": {"x": "0" * MAX_ENTRY}}}
    body = json.dumps([KEPT, entry, KEPT]).encode()
    recorded = RecordedReport()
    with Server(response(body=gzip.compress(body) if coding else body, Content_Encoding=coding)) as server:
        error = failure(server.url, recorded=recorded)
        # the same list would come again
        assert len(server.requests) == 1
    assert (error.kind, error.http_status) == ("response", 200)
    assert "8 MiB" in str(error)
    assert recorded.warnings == recorded.notes == []


def test_call_for_one_job_that_is_too_large() -> None:
    fitting, large = ({**KEPT, "reason": "0" * size} for size in (0, MAX_ENTRY))

    def respond(wire: Wire) -> None:
        one_job = wire.request.target.endswith("/job-1")
        wire.send(response(body=large if one_job else [fitting]))

    with Server(respond) as server:
        assert [job["id"] for job in jobs(server.url, id=["job-1"]).jobs] == ["job-1"]
        assert len(server.requests) == 2


def test_bomb_in_a_failure() -> None:
    with Server(response(403, bomb(b"{", b" ", 256 << 20), Content_Encoding="gzip")) as server:
        assert failure(server.url).kind == "permission"


# ---------------------------------------------------------------------------------------------------------------------
# what is left behind


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize(
    "script",
    [response(), response(403, ""), response(body="<html>"), Wire.hang],
    ids=["a list", "refused", "no list", "no response"],
)
def test_garbage_collection_is_as_before(enabled: bool, script: bytes | t.Callable[[Wire], None]) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with Server(script) as server:
            if script == response():
                jobs(server.url)
            else:
                failure(server.url, timeout=0.3)
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if before else gc.disable)()


def test_no_garbage_collection_while_a_list_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    enabled: list[bool] = []

    def observed(*arguments: t.Any) -> t.Iterator[t.Any]:
        for element in elements(*arguments):
            enabled.append(gc.isenabled())
            yield element

    monkeypatch.setattr(_cce, "elements", observed)
    before = gc.isenabled()
    gc.enable()
    try:
        with Server(response(body=[KEPT, KEPT])) as server:
            jobs(server.url)
    finally:
        (gc.enable if before else gc.disable)()
    assert enabled == [False, False]


def test_garbage_collection_after_a_response_that_took_too_long() -> None:
    # the thread that reads it is left behind in the middle of the list
    release = threading.Event()

    def script(wire: Wire) -> None:
        wire.send(head(200, Content_Length="100000") + b"[{}, ")
        release.wait(5)

    with Server(script) as server:
        assert failure(server.url, timeout=0.3).kind == "timeout"
        assert gc.isenabled()
        release.set()
    assert gc.isenabled()


def test_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "IMPORT_ERROR", ModuleNotFoundError("No module named 'requests'", name="requests"))
    with pytest.raises(CceError, match=r"\(requests\)") as caught:
        jobs("http://127.0.0.1:1")
    assert caught.value.kind == "dependency"


BROKEN = {
    "needs what is missing": ("import charset_normalizer_of_another_age", "charset_normalizer_of_another_age"),
    "needs what is not in there": ("from os import nothing_like_that", "nothing_like_that"),
    "raises": ("raise AttributeError('module has no attribute X509_V_FLAG')", "X509_V_FLAG"),
    "is not Python": ("def", "SyntaxError"),
}

IMPORTING_BROKEN = """
import sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
typed = {"project_id": "p1", "region": "eu-de", "token": "t"} if sys.argv[2] == "requests" else {"cloud": "prod"}
try:
    find_jobs(read_request(MODULE, typed, {}, environment={}), "tests", Report(print, print, str))
except CceError as error:
    print(error.kind, error)
"""


@pytest.mark.parametrize(("library", "name"), [("requests", "requests"), ("openstack", "openstacksdk")])
@pytest.mark.parametrize("fault", BROKEN)
def test_library_that_cannot_be_imported(tmp_path: Path, library: str, name: str, fault: str) -> None:
    source, fact = BROKEN[fault]
    (tmp_path / library).mkdir()
    (tmp_path / library / "__init__.py").write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING_BROKEN, str(tmp_path), library],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("dependency ")
    assert all(text in done.stdout for text in (f" {name} ", fact, sys.executable))


WITHOUT_REQUESTS = """
import sys
sys.modules["requests"] = None
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client, library
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import find, task
print(bool(library.IMPORT_ERROR))
"""


def test_files_import_without_the_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_REQUESTS],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("True\n", "")


# ---------------------------------------------------------------------------------------------------------------------
# anything at all


def mangled(source: random.Random) -> bytes:
    """A real response with a few bytes changed, dropped, repeated or put in."""
    packed = source.random() < 0.3
    body = json.dumps([KEPT] * source.randint(0, 3)).encode()
    options = {"Content_Encoding": "gzip"} if packed else {}
    # without the time, so that a seed gives the same each time
    data = gzip.compress(body, mtime=0) if packed else body
    if source.random() < 0.4:
        whole = chunked(data, **options) + b"0\r\n\r\n"
    else:
        whole = response(
            source.choice([200, 200, 302, 401, 429, 500]), data, Retry_After="0.01", Location="/x", **options
        )
    for _change in range(source.randint(1, 4)):
        place = source.randrange(len(whole))
        change = source.choice([b"", bytes((source.randrange(256),)), whole[place : place + 40], b"\r\n", b"[" * 50])
        whole = whole[:place] + change + whole[place + source.randint(0, 3) :]
    return whole


@pytest.mark.parametrize("seed", range(8))
def test_nothing_but_our_own_error_comes_out(seed: int) -> None:
    source = random.Random(seed)
    for _example in range(40):
        whole = mangled(source)
        with Server(then_close(whole)) as server:
            try:
                assert isinstance(jobs(server.url, retries=1, timeout=5), FoundJobs), whole
            except CceError as error:
                assert str(error).startswith("Could not list the jobs") and str(error).isprintable(), whole
                assert error.kind != "option", whole
