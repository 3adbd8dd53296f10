# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.
"""Lists that the processes of one Ansible run share: one of them fetches, the others wait and then read.

For each list there is a lock, which the operating system frees when its holder dies, and a file that is either whole
or not there. Neither names nor contents tell a credential: a name is a keyed hash, and the key lies in the same folder,
which is its owner's alone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import gzip
import hashlib
import hmac
import json
import os
import random
import secrets
import stat
import tempfile
import time
import typing as t
import zlib

from ..module_utils._api.cce import Chunks
from ..module_utils._errors import CceError
from ..module_utils._options.settings import CloudEntry, Settings
from ..module_utils._report import Report
from ..module_utils._service.find import Tap

T = t.TypeVar("T")

FOLDER = "opentelekomcloud.cce"
"""Name of the folder, to be put below one that ends with the run."""

# How they are asked for, and for how long, decides nothing about the jobs. All else does, also what is yet to come.
_NO_PART_OF_THE_NAME = ("timeout", "retries")

_KEY = "key"
_KEY_LENGTH = 32
_LIST, _LOCK, _PART = ".list", ".lock", ".part"

# Seconds between two looks of one who waits
_PAUSE = 0.05

_PIECE = 64 * 1024

# The first line of a list's file: when its fetch was started, and for how many seconds it was meant to be used
_LONGEST_HEADER = 100


class ListCache:
    """Lists that several processes use, as a ``Store``, for one search: its time begins now."""

    def __init__(self, folder: str, lifetime: int, settings: Settings, report: Report) -> None:
        """Not even the folder is touched before there is something to obtain."""
        self._folder = folder
        self._lifetime = lifetime
        self._settings = settings
        self._report = report
        self._end = time.monotonic() + settings.timeout

    def obtain(self, things: str, read: t.Callable[[Chunks], T], fetch: t.Callable[[Tap], T]) -> T:
        """What ``read`` makes of a list that is young enough, else what ``fetch`` returns; see ``Store``.

        A fetch that fails leaves nothing behind, and those who waited for it try for themselves, one after the other:
        what stood in its way, such as a proxy that is slow or a token that is void, need not stand in theirs.
        """
        try:
            _make_private(self._folder)
            name = self._name(self._key(), things)
            lock = self._open_lock(name)
        except OSError as error:
            raise _unusable(self._folder, f"cannot be used ({(error.strerror or 'unknown reason').lower()})") from None
        try:
            while True:
                # the lock before the look: a list can come between the two only in this order
                locked = _try_lock(lock)
                found = self._read(name, read)
                if found is not None:
                    return found
                if locked:
                    return self._fetch(things, name, fetch)
                self._wait()
        finally:
            _unlock(lock)

    # who comes to read

    def _read(self, name: str, read: t.Callable[[Chunks], T]) -> T | None:
        """What ``read`` makes of the list, None when there is none that is whole and young enough."""
        path = self._path(name, _LIST)
        # what cannot be opened is as good as not there
        with contextlib.suppress(OSError), open(path, "rb") as file:
            try:
                started, _lifetime = _header(file)
                if _is_young(started, self._lifetime):
                    with gzip.GzipFile(fileobj=file) as unpacked:
                        return read(iter(lambda: unpacked.read(_PIECE), b""))
            except (OSError, EOFError, ValueError, zlib.error):
                _remove_damaged(file, path)
        return None

    def _wait(self) -> None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise CceError(
                f"Could not list the jobs within {self._settings.timeout:.10g} s: all that time other processes were "
                "fetching the list that cache_ttl lets them share; check the network, or raise timeout.",
                "timeout",
            )
        # not all at the same moments
        time.sleep(min(left, random.uniform(_PAUSE / 2, _PAUSE)))

    # who comes to fetch

    def _fetch(self, things: str, name: str, fetch: t.Callable[[Tap], T]) -> T:
        self._tidy(name)
        recording = _Recording(self._folder, name, self._lifetime)
        try:
            found = fetch(recording)
            fault = recording.keep(self._path(name, _LIST))
        finally:
            recording.end()
        if fault:
            self._report.warning(f"The list of {things} could not be stored for cache_ttl in {self._folder} ({fault}).")
        return found

    def _tidy(self, own: str) -> None:
        """Remove what nobody will use any more, of each list that nobody is busy with."""
        with contextlib.suppress(OSError):
            for name in sorted({file.partition(".")[0] for file in os.listdir(self._folder)} - {_KEY, own}):
                lock = self._open_lock(name)
                try:
                    if _try_lock(lock):
                        self._remove_remains(name)
                finally:
                    _unlock(lock)
            self._remove_remains(own)

    def _remove_remains(self, name: str) -> None:
        """Remove what processes that died left half written, and the list once it is too old for its own purpose."""
        for file in os.listdir(self._folder):
            if file.startswith(name) and file.endswith(_PART):
                os.unlink(os.path.join(self._folder, file))
        path = self._path(name, _LIST)
        with contextlib.suppress(FileNotFoundError):
            with open(path, "rb") as stored:
                try:
                    of_use = _is_young(*_header(stored))
                except ValueError:
                    of_use = False
            if not of_use:
                os.unlink(path)

    # names

    def _path(self, name: str, suffix: str) -> str:
        return os.path.join(self._folder, name + suffix)

    def _open_lock(self, name: str) -> int:
        return os.open(self._path(name, _LOCK), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)

    def _key(self) -> bytes:
        """The key of the folder, which the first one to come makes."""
        file = os.open(os.path.join(self._folder, _KEY), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            while not _try_lock(file):
                self._wait()
            key = os.read(file, _KEY_LENGTH)
            if len(key) != _KEY_LENGTH:
                key = secrets.token_bytes(_KEY_LENGTH)
                os.pwrite(file, key, 0)
            return key
        finally:
            _unlock(file)

    def _name(self, key: bytes, things: str) -> str:
        """One name for all that decides which list would be fetched, and as whom."""
        settings, credential = self._settings, self._settings.credential
        if isinstance(credential, CloudEntry):
            # what has been made of the entry is no data; its content says it all
            settings = dataclasses.replace(settings, credential=dataclasses.replace(credential, login=None))
        options = dataclasses.asdict(settings)
        for option in _NO_PART_OF_THE_NAME:
            del options[option]
        options["things"] = things
        # two ways to log in have different names of their values, so that neither can pass for the other
        return hmac.new(key, json.dumps(options, sort_keys=True).encode(), hashlib.sha256).hexdigest()


class _Recording:
    """Stores the bytes of an answer as they pass by.

    Whatever goes wrong with that does no harm to the answer. A thread that is left behind, because it took too long,
    may go on passing bytes after the end; they go nowhere.
    """

    def __init__(self, folder: str, name: str, lifetime: int) -> None:
        self._folder = folder
        self._name = name
        # taken before anything is sent: what the list shows may be as old as that
        self._header = f"{time.time()!r} {lifetime}\n".encode()
        self._file: t.IO[bytes] | None = None
        self._path = ""
        self._packer = zlib.compressobj()
        self._whole = False
        self._ended = False
        self._fault = ""

    def __call__(self, chunks: Chunks) -> Chunks:
        """Pass on the bytes of one attempt; only those of the last one count."""
        self._try(self._begin)
        for chunk in chunks:
            self._try(self._write, chunk)
            yield chunk
        self._try(self._finish)

    def keep(self, path: str) -> str:
        """Put what was recorded in its place in one step; return what was in the way of that, if anything."""
        if self._whole:
            self._try(os.replace, self._path, path)
        return self._fault

    def end(self) -> None:
        """Record nothing more, and remove what was not kept."""
        self._ended = True
        self._discard()

    def _try(self, step: t.Callable[..., None], *arguments: t.Any) -> None:
        if self._ended or self._fault:
            return
        try:
            step(*arguments)
        except OSError as error:
            self._fault = (error.strerror or "unknown reason").lower()

    def _begin(self) -> None:
        self._discard()
        self._whole = False
        # a new name each time: whoever was left behind with an older one cannot write into this one
        handle, self._path = tempfile.mkstemp(_PART, self._name + ".", self._folder)
        self._file = os.fdopen(handle, "wb")
        # the wire has less, but the processor of the controller is what many forks compete for
        self._packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        self._file.write(self._header)

    def _write(self, chunk: bytes) -> None:
        if self._file:
            self._file.write(self._packer.compress(chunk))

    def _finish(self) -> None:
        if self._file:
            self._file.write(self._packer.flush())
            self._file.close()
            self._whole = True

    def _discard(self) -> None:
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._path)


# ---------------------------------------------------------------------------------------------------------------------
# files


def _make_private(folder: str) -> None:
    """Make the folder, unless it is there and its owner's alone."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    found = os.lstat(folder)
    if stat.S_ISLNK(found.st_mode):
        raise _unusable(folder, "is a link")
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(folder, "is no folder")
    if found.st_uid != os.geteuid():
        raise _unusable(folder, "belongs to somebody else")
    if found.st_mode & 0o077:
        raise _unusable(folder, "is open to others")


def _unusable(folder: str, why: str) -> CceError:
    return CceError(
        f"The folder {folder}, where cache_ttl keeps lists, {why}: remove it, let ANSIBLE_LOCAL_TEMP name another "
        "place, or leave cache_ttl out.",
        "option",
    )


def _try_lock(file: int) -> bool:
    """Whether the lock could be had at once; having it already counts."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(file: int) -> None:
    # said aloud, because closing alone does not free it while a child of this process has it open as well
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_UN)
    os.close(file)


def _header(file: t.IO[bytes]) -> tuple[float, float]:
    started, lifetime = map(float, file.readline(_LONGEST_HEADER).split())
    return started, lifetime


def _is_young(started: float, lifetime: float) -> bool:
    # one from the future is none: the clock was put back, and who knows by how much
    return 0 <= time.time() - started < lifetime


def _remove_damaged(file: t.IO[bytes], path: str) -> None:
    """Remove the file, unless another has taken its place."""
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(file.fileno()), os.lstat(path)):
            os.unlink(path)
