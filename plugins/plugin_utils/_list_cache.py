# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Lists that the processes of one Ansible run share: one of them fetches, the others wait and then read.

For each list there is a lock, which the operating system releases when its holder dies, and a file that is either
complete or missing. File names and contents reveal no credentials: a name is a keyed hash, and the key is in the same
directory, which only its owner can read.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
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
import threading
import time
import typing as t
import zlib

from ..module_utils._errors import CacheMiss, CceError
from ..module_utils._http.deadline import Deadline
from ..module_utils._http.decoding import MAX_BODY
from ..module_utils._options.settings import CloudEntry, Settings
from ..module_utils._report import Report
from ..module_utils._secrets import LONGEST_TRACE

Chunks = t.Iterable[bytes]
Fetch = t.Callable[[], t.ContextManager[Chunks]]

FOLDER = "opentelekomcloud.cce"
"""Name of the directory, below one that Ansible removes at the end of the run."""

# How a list is fetched and where settings come from do not decide which list it is. All others do, also those to come.
_NOT_IN_NAMES = ("timeout", "retries", "notes")

_KEY = "key"
_KEY_LENGTH = 32
_LIST, _LOCK, _PART = ".list", ".lock", ".part"

# Seconds between two attempts to get a lock
_PAUSE = 0.05

_PIECE = 64 * 1024

# What a process does with the list of another one, worded to follow "timed out "
_WAITING, _READING = "waiting for another process to fetch the shared list", "reading the shared list"

# The first line of a list's file: when its fetch began, and for how many seconds it was meant to be used
_MAX_HEADER = 100


class JobListCache:
    """Lists that several processes share.

    Args:
        folder: the path of the directory. It is created when a list is opened.
        lifetime: how many seconds a list may be used.
        settings: the connection, which decides which list it is.
        report: where messages go.
    """

    def __init__(self, folder: str, lifetime: int, settings: Settings, report: Report) -> None:
        self._folder = folder
        self._lifetime = lifetime
        self._settings = settings
        self._report = report
        self._held: _Lock | None = None
        self._recorder: _Recorder | None = None
        self._activity: str | None = None

    @contextlib.contextmanager
    def open(self, name: str, fetch: Fetch, deadline: Deadline) -> t.Iterator[Chunks]:
        """The bytes of a list: those of a file that is young enough, else those of ``fetch``, which are recorded.

        The list is stored when the context ends without an exception. A fetch that fails leaves nothing behind, and the
        processes that waited for it fetch for themselves, one after the other: what prevented it, such as a slow proxy
        or an expired token, may not affect them.

        Args:
            name: what is in the list, "jobs" or "clusters".
            fetch: opens the response of the API.
            deadline: how long to wait for a process that fetches the list.

        Raises:
            CceError: when the directory cannot be used, or the deadline passes.
        """
        try:
            _make_private(self._folder)
            hashed = self._hashed(self._key(deadline), name)
            self._held = lock = _Lock(self._path(hashed, _LOCK))
            try:
                file = self._wait_for(hashed, lock, deadline)
                with self._reading(file, hashed, deadline) if file else self._recording(name, hashed, fetch) as chunks:
                    yield chunks
            finally:
                lock.release()
        except OSError as error:
            raise _unusable(self._folder, f"cannot be used ({(error.strerror or 'unknown reason').lower()})") from None

    def abandon(self, deadline: Deadline) -> None:
        """Let other processes fetch. To be called when the deadline has passed, and the thread has been abandoned.

        Raises:
            CceError: when that thread did not fetch anything itself.
        """
        if self._activity:
            raise _took_too_long(self._activity, deadline)
        if self._recorder:
            self._recorder.end()
        if self._held:
            self._held.release()

    def _wait_for(self, hashed: str, lock: _Lock, deadline: Deadline) -> t.IO[bytes] | None:
        """The file of a list as soon as it is young enough, None as soon as this process may fetch it."""
        while True:
            # the lock before the file: only in this order, a list cannot be stored between the two
            locked = lock.take()
            file = self._stored(hashed)
            self._activity = _READING if file else None if locked else _WAITING
            if self._activity != _WAITING:
                return file
            _pause(deadline)

    # reading

    def _stored(self, hashed: str) -> t.IO[bytes] | None:
        """The file of a list, after its header, if it is young enough."""
        path = self._path(hashed, _LIST)
        try:
            # a FIFO in its place would block until another process writes
            file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb")
        except OSError:
            # a file that cannot be opened is as good as missing
            return None
        try:
            started, _lifetime = _header(file)
        except (OSError, ValueError):
            _remove_damaged(file, path)
        else:
            if _is_young(started, self._lifetime):
                return file
        file.close()
        return None

    @contextlib.contextmanager
    def _reading(self, file: t.IO[bytes], hashed: str, deadline: Deadline) -> t.Iterator[Chunks]:
        with file:
            try:
                yield _decompressed(file, deadline)
            except (CceError, OSError, EOFError, zlib.error) as error:
                self._activity = None
                if not deadline.remaining():
                    raise
                _remove_damaged(file, self._path(hashed, _LIST))
                raise CacheMiss(f"The cached list was damaged ({error}).", "response") from None

    # fetching

    @contextlib.contextmanager
    def _recording(self, name: str, hashed: str, fetch: Fetch) -> t.Iterator[Chunks]:
        self._tidy(hashed)
        self._recorder = recorder = _Recorder(self._folder, hashed, self._lifetime, self._report.finds_secret)
        try:
            with fetch() as chunks:
                yield recorder.copy(chunks)
            fault = recorder.keep(self._path(hashed, _LIST))
        finally:
            recorder.end()
        if fault:
            self._report.warning(f"Could not store the list of {name} in {self._folder} (cache_ttl): {fault}.")

    def _tidy(self, own: str) -> None:
        """Remove files that will not be used again, of each list that no process is working on."""
        with contextlib.suppress(OSError):
            for hashed in sorted({file.partition(".")[0] for file in os.listdir(self._folder)} - {_KEY, own}):
                lock = _Lock(self._path(hashed, _LOCK))
                try:
                    if lock.take():
                        self._remove_remains(hashed)
                finally:
                    lock.release()
            self._remove_remains(own)

    def _remove_remains(self, hashed: str) -> None:
        """Remove what dead processes left half written, and the list once it is too old for its own purpose."""
        for file in os.listdir(self._folder):
            if file.startswith(hashed) and file.endswith(_PART):
                os.unlink(os.path.join(self._folder, file))
        path = self._path(hashed, _LIST)
        with contextlib.suppress(FileNotFoundError):
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as stored:
                try:
                    usable = _is_young(*_header(stored))
                except (OSError, ValueError):
                    usable = False
            if not usable:
                os.unlink(path)

    # names

    def _path(self, hashed: str, suffix: str) -> str:
        return os.path.join(self._folder, hashed + suffix)

    def _key(self, deadline: Deadline) -> bytes:
        """The key of the directory, which the first process creates."""
        lock = _Lock(os.path.join(self._folder, _KEY))
        try:
            while not lock.take():
                _pause(deadline)
            key = os.pread(lock.file, _KEY_LENGTH, 0)
            if len(key) != _KEY_LENGTH:
                key = secrets.token_bytes(_KEY_LENGTH)
                os.pwrite(lock.file, key, 0)
            return key
        finally:
            lock.release()

    def _hashed(self, key: bytes, name: str) -> str:
        """A name for everything that decides which list would be fetched, and as whom."""
        settings, credential = self._settings, self._settings.credential
        if isinstance(credential, CloudEntry):
            # the login derived from the entry is not data, and the hash of the content covers the whole entry
            settings = dataclasses.replace(settings, credential=dataclasses.replace(credential, login=None))
        options = dataclasses.asdict(settings)
        for option in _NOT_IN_NAMES:
            del options[option]
        options["list"] = name
        # the values of two kinds of credentials have different names, so that they cannot be confused
        return hmac.new(key, json.dumps(options, sort_keys=True).encode(), hashlib.sha256).hexdigest()


class _Recorder:
    """Stores the bytes of a response while they are read.

    A fault in storing does not affect the reading. A thread that was abandoned because it took too long may still pass
    bytes after the end: they are ignored. A response that repeats a secret is not stored, and no part of the secret.
    """

    def __init__(self, folder: str, hashed: str, lifetime: int, finds_secret: t.Callable[[str], bool]) -> None:
        self._folder = folder
        self._hashed = hashed
        self._finds_secret = finds_secret
        self._unwritten = b""
        # taken before anything is sent, since the content may be as old as that
        self._header = f"{time.time()!r} {lifetime}\n".encode()
        self._file: t.IO[bytes] | None = None
        self._path = ""
        # the response was packed better, but the processor of the controller is what many forks compete for
        self._packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        self._complete = False
        self._ended = False
        self._fault = ""

    def copy(self, chunks: Chunks) -> t.Iterator[bytes]:
        """The same bytes, stored as they are taken."""
        self._try(self._begin)
        for chunk in chunks:
            self._try(self._write, chunk)
            yield chunk
        self._try(self._finish)

    def keep(self, path: str) -> str:
        """Move the file to its place in one step. Return the reason if something prevented it."""
        if self._complete:
            self._try(os.replace, self._path, path)
        return self._fault

    def end(self) -> None:
        """Record nothing more, and remove what was not kept."""
        self._ended = True
        if self._file:
            with contextlib.suppress(OSError):
                self._file.close()
            with contextlib.suppress(OSError):
                os.unlink(self._path)

    def _try(self, step: t.Callable[..., None], *arguments: t.Any) -> None:
        if self._ended or self._fault:
            return
        try:
            step(*arguments)
        except (OSError, ValueError) as error:
            # ValueError: closed by end() at this very moment
            self._fault = (getattr(error, "strerror", None) or "unknown reason").lower()

    def _begin(self) -> None:
        # a new name each time: an abandoned thread cannot write into this file
        handle, self._path = tempfile.mkstemp(_PART, self._hashed + ".", self._folder)
        self._file = os.fdopen(handle, "wb")
        self._file.write(self._header)

    def _write(self, chunk: bytes) -> None:
        self._unwritten += chunk
        if self._finds_secret(self._unwritten.decode("utf-8", "replace")):
            self._fault = "it repeats a secret"
        elif self._file:
            # the rest may be the beginning of a secret
            written, self._unwritten = self._unwritten[:-LONGEST_TRACE], self._unwritten[-LONGEST_TRACE:]
            self._file.write(self._packer.compress(written))

    def _finish(self) -> None:
        if self._file:
            self._file.write(self._packer.compress(self._unwritten) + self._packer.flush())
            self._file.close()
            self._complete = True


# ---------------------------------------------------------------------------------------------------------------------
# files


class _Lock:
    """A lock file, which is created where it is missing.

    Attributes:
        file: its descriptor.
    """

    def __init__(self, path: str) -> None:
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_NOFOLLOW, 0o600)
        self._released = threading.Lock()
        if not stat.S_ISREG(os.fstat(self.file).st_mode):
            os.close(self.file)
            raise OSError(errno.EINVAL, f"{os.path.basename(path)} is not a file")

    def take(self) -> bool:
        """Whether this process holds the lock now."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Release the lock. A second call does nothing."""
        if self._released.acquire(blocking=False):
            # closing alone does not release it while a child of this process has it open, too
            with contextlib.suppress(OSError):
                fcntl.flock(self.file, fcntl.LOCK_UN)
            os.close(self.file)


def _pause(deadline: Deadline) -> None:
    """Wait a moment for another process.

    Raises:
        CceError: of kind ``timeout`` when the deadline has passed.
    """
    left = deadline.remaining()
    if not left:
        raise _took_too_long(_WAITING, deadline)
    # not all processes at the same moments
    time.sleep(min(left, random.uniform(_PAUSE / 2, _PAUSE)))


def _took_too_long(activity: str, deadline: Deadline) -> CceError:
    return CceError(
        f"Could not list the jobs within {deadline.seconds:.10g} s: timed out {activity} (cache_ttl). "
        "Check the network, or increase timeout.",
        "timeout",
    )


def _decompressed(file: t.IO[bytes], deadline: Deadline) -> t.Iterator[bytes]:
    size = 0
    with gzip.GzipFile(fileobj=file) as content:
        for piece in iter(lambda: content.read(_PIECE), b""):
            if not deadline.remaining():
                raise _took_too_long(_READING, deadline)
            size += len(piece)
            if size > MAX_BODY:
                # a response of this size was not stored
                raise EOFError(f"more than {MAX_BODY >> 20} MiB")
            yield piece


def _make_private(folder: str) -> None:
    """Create the directory. One that exists must be a directory that only its owner can use."""
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
    found = os.lstat(folder)
    if stat.S_ISLNK(found.st_mode):
        raise _unusable(folder, "is a symbolic link")
    if not stat.S_ISDIR(found.st_mode):
        raise _unusable(folder, "is not a directory")
    if found.st_uid != os.geteuid():
        raise _unusable(folder, "is not owned by the current user")
    if found.st_mode & 0o077:
        raise _unusable(folder, "is accessible to other users")


def _unusable(folder: str, why: str) -> CceError:
    return CceError(
        f"The directory {folder} for cache_ttl {why}. Remove it, set ANSIBLE_LOCAL_TEMP to another directory, "
        "or unset cache_ttl.",
        "option",
    )


def _header(file: t.IO[bytes]) -> tuple[float, float]:
    started, lifetime = map(float, file.readline(_MAX_HEADER).split())
    return started, lifetime


def _is_young(started: float, lifetime: float) -> bool:
    # a list from the future is too old: the clock was set back by an unknown time
    return 0 <= time.time() - started < lifetime


def _remove_damaged(file: t.IO[bytes], path: str) -> None:
    """Remove the file, unless another has taken its place."""
    with contextlib.suppress(OSError):
        if os.path.samestat(os.fstat(file.fileno()), os.lstat(path)):
            os.unlink(path)
