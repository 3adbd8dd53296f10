# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that processes share by the option cache_ttl."""

from __future__ import annotations

import base64
import errno
import fcntl
import gzip
import itertools
import json
import os
import re
import signal
import socket
import stat
import time
import typing as t
from pathlib import Path

import pytest
from ansible import constants
from ansible.errors import AnsibleLookupError

from ansible_collections.opentelekomcloud.cce.plugins.lookup import jobs as lookup
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils import _list_cache as _cache

Run = t.Callable[..., list[dict[str, t.Any]]]

LISTS = ".*/jobs"
RAW_JOBS = [
    {"metadata": {"uid": uid}, "spec": {"type": "CreateCluster"}, "status": {"phase": "Success"}} for uid in ("a", "b")
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the lists lie: below a temporary folder that looks like the one of a new run."""
    lookup.SESSIONS.clear()
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    return tmp_path / _cache.FOLDER


@pytest.fixture
def cached(folder: Path, run_lookup: Run, simulator: t.Any) -> Run:
    """The lookup with a simulator that has two jobs; it keeps lists for a minute."""
    simulator.control("PUT", "/jobs", RAW_JOBS)

    def run(*terms: t.Any, **options: t.Any) -> list[dict[str, t.Any]]:
        return run_lookup(*terms, **{**simulator.access(), "cache_ttl": 60, "retries": 0, **options})

    return run


@pytest.fixture
def count(simulator: t.Any) -> t.Callable[[], int]:
    return lambda: t.cast(int, simulator.control("GET", "/requests")["count"])


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[float], None]:
    """Moves the clock, in seconds, also back."""
    true = time.time
    moved = 0.0

    def move(seconds: float) -> None:
        nonlocal moved
        moved += seconds

    monkeypatch.setattr(_cache.time, "time", lambda: true() + moved)
    return move


def ids(jobs: list[dict[str, t.Any]]) -> list[str]:
    return sorted(job["id"] for job in jobs)


def files(folder: Path, suffix: str) -> list[Path]:
    return sorted(folder.glob(f"*{suffix}"))


def in_child(work: t.Callable[[], t.Any]) -> int:
    """Do it in a fork; the id of that process, whose status is 0 when the work came to an end."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    finally:
        os._exit(status)


def status_of(child: int) -> int:
    return os.waitpid(child, 0)[1]


def until(condition: t.Callable[[], t.Any]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


# ---------------------------------------------------------------------------------------------------------------------
# what is shared


def test_off_by_default(cached: Run, count: t.Callable[[], int], folder: Path) -> None:
    for options in ({"cache_ttl": None}, {"cache_ttl": 0}):
        cached(**options)
    assert count() == 2
    assert not folder.exists()


def test_other_queries_share_a_list(cached: Run, count: t.Callable[[], int]) -> None:
    assert ids(cached()) == ["a", "b"]
    assert ids(cached(id="a")) == ["a"]
    assert ids(cached(type="none")) == []
    assert ids(cached(retries=1, timeout=30, cache_ttl=50)) == ["a", "b"]
    assert count() == 1


def test_unused_sources_make_no_difference(
    cached: Run, count: t.Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    cached()
    # a note says that the option took precedence
    monkeypatch.setenv("OS_PROJECT_ID", "another")
    cached()
    assert count() == 1


def test_names_of_clusters_are_shared_as_well(cached: Run, simulator: t.Any, count: t.Callable[[], int]) -> None:
    simulator.control("DELETE", "/jobs")
    first, second = (cluster["name"] for cluster in simulator.ready["clusters"][:2])
    found = [cached(first), cached(cluster_name=[second]), cached(cluster_name=[first])]
    assert count() == 2
    assert found[0] == found[2] == cached(first, cache_ttl=0) != found[1]
    assert {job["cluster_name"] for job in found[1]} == {second}


def test_name_that_a_shared_list_has_not(cached: Run, count: t.Callable[[], int]) -> None:
    for _try in range(2):
        with pytest.raises(AnsibleLookupError, match="Cluster 'nowhere' not found"):
            cached("nowhere")
    assert count() == 1


def test_stored_list_gives_the_same_response(cached: Run, simulator: t.Any, count: t.Callable[[], int]) -> None:
    simulator.control("DELETE", "/jobs")
    assert cached(subjobs="flat") == cached(subjobs="flat") == cached(subjobs="flat", cache_ttl=0) != []
    assert count() == 2


@pytest.mark.parametrize(
    "other",
    [
        {"token": "KqX9-very-wrong-Zw4"},
        {"project_id": "another"},
        {"endpoint": "http://127.0.0.1:9"},
        {"proxy": "http://127.0.0.1:9"},
        {"token": None, "access_key": "AK", "secret_key": "KqX9-very-wrong-Zw4"},
    ],
)
def test_who_has_other_credentials_or_goes_elsewhere_gets_nothing(cached: Run, other: dict[str, t.Any]) -> None:
    cached()
    with pytest.raises(AnsibleLookupError):
        cached(**other)


def test_every_option_of_the_connection_is_part_of_the_name(cached: Run, folder: Path, count: t.Any) -> None:
    names = ("validate_certs", "region", "auth_url", "user_domain_id", "user_domain_name", "signature")
    values = (False, "eu-nl", "https://iam.eu-nl.otc.t-systems.com", "d", "D", "access")
    cached()
    for name, value in zip(names, values):
        cached(**{name: value})
    # the signature belongs to an access key, which is not used here
    assert count() == len(files(folder, ".list")) == len(names)


def test_no_secret_in_names_and_contents(cached: Run, simulator: t.Any, folder: Path) -> None:
    ready = simulator.ready
    cached()
    cached(token=None, **{name: ready[name] for name in ("access_key", "secret_key")})
    by_password = {name: ready[name] for name in ("username", "password")}
    cached(token=None, user_domain_name=ready["domain_name"], **by_password)
    secrets = [ready[name].encode() for name in ("token", "access_key", "secret_key", "password")]
    found = list(folder.iterdir())
    assert len(files(folder, ".list")) == 3
    for path in found:
        content = path.read_bytes()
        if path.suffix == ".list":
            content += gzip.decompress(content.partition(b"\n")[2])
        assert not [secret for secret in secrets if secret in content or secret in str(path).encode()]


def test_names_differ_from_run_to_run(cached: Run, folder: Path) -> None:
    cached()
    [before] = files(folder, ".list")
    for path in folder.iterdir():
        path.unlink()
    cached()
    assert files(folder, ".list") != [before]


def test_workers_with_temporary_folders_of_their_own(
    cached: Run, count: t.Callable[[], int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two", "one"):
        (tmp_path / name).mkdir(exist_ok=True)
        monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path / name))
        assert ids(cached()) == ["a", "b"]
    assert count() == 2


# ---------------------------------------------------------------------------------------------------------------------
# age


def test_list_expires(cached: Run, count: t.Callable[[], int], later: t.Callable[[float], None]) -> None:
    cached()
    later(59)
    cached()
    assert count() == 1
    later(1.1)
    cached()
    assert count() == 2


def test_each_lookup_goes_by_its_own_age(cached: Run, count: t.Any, later: t.Callable[[float], None]) -> None:
    cached(cache_ttl=10)
    later(30)
    cached(cache_ttl=60)
    assert count() == 1
    cached(cache_ttl=20)
    assert count() == 2


def test_age_counts_from_the_start_of_the_fetch(
    cached: Run, simulator: t.Any, count: t.Callable[[], int], later: t.Callable[[float], None]
) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "delay": 0.5})
    cached(cache_ttl=10)
    later(9.7)
    cached(cache_ttl=10)
    assert count() == 2


def test_clock_that_is_put_back(cached: Run, count: t.Callable[[], int], later: t.Callable[[float], None]) -> None:
    cached()
    later(-3600)
    cached()
    cached()
    assert count() == 2


def test_expired_lists_and_remains_are_removed(cached: Run, folder: Path, later: t.Callable[[float], None]) -> None:
    cached(cache_ttl=10)
    cached(cache_ttl=1000, region="eu-nl")
    old, young = sorted(files(folder, ".list"), key=lambda path: path.stat().st_mtime_ns)
    (folder / f"{old.stem}.dead.part").write_bytes(b"half")
    later(20)
    cached(region="eu-de")
    assert young in files(folder, ".list")
    assert old not in files(folder, ".list")
    assert files(folder, ".part") == []


# ---------------------------------------------------------------------------------------------------------------------
# several processes


def test_many_at_once_make_one_request(cached: Run, simulator: t.Any, count: t.Callable[[], int]) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "delay": 0.5})
    children = [in_child(cached) for _number in range(10)]
    assert [status_of(child) for child in children] == [0] * 10
    assert count() == 1


def test_death_of_the_one_that_fetches(cached: Run, simulator: t.Any, count: t.Callable[[], int], folder: Path) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "hang": True})
    first = in_child(cached)
    until(lambda: count() == 1)
    others = [in_child(lambda: cached(timeout=20)) for _number in range(3)]
    time.sleep(0.2)
    assert count() == 1
    os.kill(first, signal.SIGKILL)
    assert status_of(first) == signal.SIGKILL
    assert [status_of(other) for other in others] == [0] * 3
    assert count() == 2
    assert files(folder, ".part") == []


def test_wait_ends_with_the_timeout(cached: Run, simulator: t.Any, count: t.Callable[[], int]) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "hang": True})
    first = in_child(cached)
    try:
        until(lambda: count() == 1)
        began = time.monotonic()
        with pytest.raises(AnsibleLookupError, match=r"within 0\.5 s: timed out waiting for another process"):
            cached(timeout=0.5)
        # the other one hangs for a minute
        assert 0.5 <= time.monotonic() - began < 10
    finally:
        os.kill(first, signal.SIGKILL)
        status_of(first)


def test_time_spent_waiting_counts(cached: Run, simulator: t.Any, count: t.Callable[[], int]) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "hang": True, "times": 2})
    first = in_child(cached)
    until(lambda: count() == 1)
    began = time.monotonic()
    second = in_child(lambda: cached(timeout=5))
    time.sleep(4)
    os.kill(first, signal.SIGKILL)
    status_of(first)
    assert status_of(second) != 0
    # 9 s, if it did not count
    assert time.monotonic() - began < 8
    assert count() == 2


def test_failure_is_not_stored_and_does_not_block(
    cached: Run, simulator: t.Any, count: t.Callable[[], int], folder: Path
) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "status": 403})
    with pytest.raises(AnsibleLookupError, match="HTTP 403"):
        cached()
    simulator.control("POST", "/faults", {"path": LISTS, "hang": True})
    with pytest.raises(AnsibleLookupError, match=r"Could not list the jobs within 0\.5 s\. "):
        cached(timeout=0.5)
    simulator.control("POST", "/faults", {"path": LISTS, "truncate": 30})
    with pytest.raises(AnsibleLookupError, match=r"cut short|truncated"):
        cached()
    assert files(folder, ".list") == files(folder, ".part") == []
    assert ids(cached()) == ["a", "b"]
    assert count() == 4


def test_response_that_breaks_off_is_stored_once_it_is_whole(
    cached: Run, simulator: t.Any, count: t.Callable[[], int], folder: Path
) -> None:
    simulator.control("POST", "/faults", {"path": LISTS, "truncate": 30})
    assert ids(cached(retries=1)) == ["a", "b"]
    [stored] = files(folder, ".list")
    assert json.loads(gzip.decompress(stored.read_bytes().partition(b"\n")[2])) == RAW_JOBS
    assert ids(cached()) == ["a", "b"]
    assert count() == 2
    assert files(folder, ".part") == []


# ---------------------------------------------------------------------------------------------------------------------
# files


@pytest.mark.parametrize("umask", [0, 0o022, 0o077])
def test_nobody_else_can_read(cached: Run, folder: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        cached()
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    found = {path.suffix or path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert found == {"key": 0o600, ".lock": 0o600, ".list": 0o600}


@pytest.mark.parametrize("kind", ["link", "file", "open"])
def test_folder_that_is_not_private(
    cached: Run, count: t.Callable[[], int], folder: Path, tmp_path: Path, kind: str
) -> None:
    if kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to(tmp_path / "elsewhere")
    elif kind == "file":
        folder.touch()
    else:
        folder.mkdir()
        folder.chmod(0o755)
    with pytest.raises(AnsibleLookupError, match=rf"{folder} .* is (a symbolic|not a directory|accessible to other)"):
        cached()
    assert count() == 0


def test_folder_of_somebody_else(cached: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached()
    monkeypatch.setattr(_cache.os, "geteuid", lambda: 12345)
    with pytest.raises(AnsibleLookupError, match="not owned by the current user"):
        cached()


def test_no_place_for_the_folder(cached: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", "/nonexistent/tmp")
    with pytest.raises(AnsibleLookupError, match=r"cannot be used \(no such file or directory\)"):
        cached()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: b"no header\n" + content,
        lambda content: b"\x80 \xff\n",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1],
        lambda content: content[:-8] + bytes(8),
        lambda content: content[:-20] + bytes(20),
        lambda content: content.partition(b"\n")[0] + b"\nno gzip",
        lambda content: content.partition(b"\n")[0] + b"\n" + gzip.compress(b"[{]"),
        lambda content: content.partition(b"\n")[0] + b"\n" + gzip.compress(b'{"message": "no list"}'),
        lambda content: b"nan inf\n" + content.partition(b"\n")[2],
    ],
)
def test_damaged_list_is_fetched_anew(
    cached: Run, count: t.Callable[[], int], folder: Path, damage: t.Callable[[bytes], bytes]
) -> None:
    cached()
    [stored] = files(folder, ".list")
    stored.write_bytes(damage(stored.read_bytes()))
    for _number in range(2):
        assert ids(cached()) == ["a", "b"]
    assert count() == 2


def test_damaged_list_of_another_project_does_no_harm(cached: Run, folder: Path) -> None:
    cached()
    [stored] = files(folder, ".list")
    stored.write_bytes(b"no header\n")
    assert ids(cached(region="eu-nl")) == ["a", "b"]
    assert stored not in files(folder, ".list")


def test_damaged_list_is_removed_by_whoever_finds_it(cached: Run, simulator: t.Any, folder: Path) -> None:
    """Those who wait for another one to be fetched need not read it again and again."""
    cached()
    [stored] = files(folder, ".list")
    stored.write_bytes(stored.read_bytes()[:-1])
    simulator.control("POST", "/faults", {"path": LISTS, "status": 403})
    with pytest.raises(AnsibleLookupError, match="HTTP 403"):
        cached()
    assert files(folder, ".list") == []


@pytest.mark.parametrize("key", [b"", b"short"])
def test_key_that_was_cut_is_made_anew(cached: Run, count: t.Callable[[], int], folder: Path, key: bytes) -> None:
    cached()
    (folder / "key").write_bytes(key)
    for _number in range(2):
        assert ids(cached()) == ["a", "b"]
    assert count() == 2
    assert len((folder / "key").read_bytes()) == 32


def test_full_disk_does_no_harm_to_the_response(cached: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible.utils.display import Display

    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, text, *more, **others: shown.append(text))

    def full(*arguments: t.Any) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_cache.os, "replace", full)
    assert ids(cached()) == ["a", "b"]
    [warning] = shown
    assert all(fact in warning for fact in ("no space left on device", "cache_ttl", str(folder)))
    assert files(folder, ".list") == files(folder, ".part") == []


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.ENOTSUP, errno.EIO, errno.EACCES, errno.EPERM])
@pytest.mark.parametrize("first", [1, 2, 3])
def test_file_system_without_locks(cached: Run, monkeypatch: pytest.MonkeyPatch, fault: int, first: int) -> None:
    """Of the key, of the list, or, while another process fetches, of the list again."""
    calls = itertools.count(1)

    def without(*_arguments: t.Any) -> None:
        if next(calls) >= first:
            raise OSError(fault, os.strerror(fault))
        if first == 3 and next(calls) > 2:
            raise BlockingIOError

    monkeypatch.setattr(fcntl, "flock", without)
    with pytest.raises(AnsibleLookupError, match=re.escape(f"cannot be used ({os.strerror(fault).lower()})")) as caught:
        cached()
    assert all(fact in str(caught.value) for fact in ("cache_ttl", "ANSIBLE_LOCAL_TEMP"))


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # a path of a socket has at most 107 bytes
        here = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)


def huge(path: Path) -> None:
    with open(path, "wb") as file:
        file.truncate(1 << 40)


# a mebibyte
BLOCK = gzip.compress(b'{"a":"%s"},' % (b"0" * (2**20 - 9)))

OBSTACLES: dict[str, t.Callable[[Path], t.Any]] = {
    "FIFO": os.mkfifo,
    "directory": Path.mkdir,
    "full directory": lambda path: (path / "inside").mkdir(parents=True),
    "socket": listen,
    "dangling link": lambda path: path.symlink_to("nowhere"),
    "link to itself": lambda path: path.symlink_to(path),
    "link to a file": lambda path: path.symlink_to(__file__),
    "link to a device": lambda path: path.symlink_to("/dev/zero"),
    "empty": Path.touch,
    "garbage": lambda path: path.write_bytes(bytes(range(256)) * 1000),
    "huge": huge,
    "long line": lambda path: path.write_bytes(b"1" * 1_000_000),
    "bomb": lambda path: path.write_bytes(b"%r 60\n" % time.time() + gzip.compress(b"[") + BLOCK * 300),
}


@pytest.mark.parametrize("place", ["key", ".lock", ".list", ".part"])
@pytest.mark.parametrize("kind", OBSTACLES)
def test_whatever_is_in_the_folder(
    cached: Run, folder: Path, capfd: pytest.CaptureFixture[str], place: str, kind: str
) -> None:
    """The jobs come, or a sentence, within the timeout."""
    cached(timeout=30)
    [stored] = files(folder, ".list")
    path = folder / "key" if place == "key" else stored.with_suffix(place)
    path.unlink(missing_ok=True)
    OBSTACLES[kind](path)
    try:
        assert ids(cached(timeout=30)) == ["a", "b"]
    except AnsibleLookupError as error:
        assert str(folder) in str(error) and "cache_ttl" in str(error)
        assert place in ("key", ".lock")
    assert "Traceback" not in "".join(capfd.readouterr())


def test_fifo_that_somebody_writes_to(cached: Run, folder: Path) -> None:
    cached()
    [stored] = files(folder, ".list")
    stored.unlink()
    os.mkfifo(stored)
    writer = os.open(stored, os.O_RDWR)
    try:
        assert ids(cached(timeout=5)) == ["a", "b"]
    finally:
        os.close(writer)


@pytest.mark.parametrize("place", ["key", ".lock", ".list"])
def test_file_without_permissions(cached: Run, folder: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cached()
    true = os.open

    def refuse(path: str, *arguments: t.Any) -> int:
        # root, who runs these tests in some containers, may open everything
        if path.startswith(str(folder)) and path.endswith(place):
            raise PermissionError(errno.EACCES, "Permission denied")
        return true(path, *arguments)

    monkeypatch.setattr(_cache.os, "open", refuse)
    try:
        assert ids(cached()) == ["a", "b"]
    except AnsibleLookupError as error:
        assert "permission denied" in str(error)
        assert place != ".list"


def test_list_that_repeats_a_secret_is_not_stored(cached: Run, simulator: t.Any, folder: Path, count: t.Any) -> None:
    token = simulator.ready["token"]
    escaped = "".join(f"&#{ord(character)};" for character in token)
    for echo in (token, escaped, base64.b64encode(f"user:{token}".encode()).decode()):
        job = {**RAW_JOBS[0], "spec": {"type": "x" * 70_000, "extendparam": {"y": echo}}}
        simulator.control("PUT", "/jobs", [*RAW_JOBS, job])
        assert ids(cached()) == ["a", "a", "b"]
        assert files(folder, ".list") == files(folder, ".part") == []
    assert count() == 3


@pytest.mark.parametrize("cut", [30, 4096, 65536])
def test_no_part_of_a_secret_is_written(tmp_path: Path, cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "Kq-the-secret-token-Zw"
    mask = Mask()
    mask.add(secret)
    body = b"x" * 9_990 + secret.encode() + b"y" * 70_000
    monkeypatch.setattr(_cache.zlib, "compressobj", lambda *_: PassThrough())
    recorder = _cache._Recorder(str(tmp_path), "hash", 60, mask.finds)
    pieces = (body[place : place + cut] for place in range(0, len(body), cut))
    for _piece in recorder.copy(pieces):
        [part] = tmp_path.iterdir()
        assert b"Kq" not in part.read_bytes()
    assert "secret" in recorder.keep(str(tmp_path / "kept"))
    recorder.end()
    assert list(tmp_path.iterdir()) == []


class PassThrough:
    """Compresses nothing."""

    def compress(self, data: bytes) -> bytes:
        return data

    def flush(self) -> bytes:
        return b""


@pytest.mark.parametrize("value", [-1, 1.5, "soon", True])
def test_bad_value(cached: Run, count: t.Callable[[], int], value: t.Any) -> None:
    with pytest.raises(AnsibleLookupError, match="cache_ttl"):
        cached(cache_ttl=value)
    assert count() == 0
