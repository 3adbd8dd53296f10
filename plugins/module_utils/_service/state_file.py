# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The file in which an event source keeps what it knows about jobs, so that a restart goes on from there.

Each line is JSON. The first one is the header, then one line for each project has all of its jobs, and each further
line has one job that was reported since. So a report costs one line, however many jobs there are, and a line that was
cut short by a crash is a report that is repeated. At each start, and from time to time, the file is replaced.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import io
import json
import os
import tempfile
import typing as t

from .._errors import CceError
from .changes import Memory, State

_FORMAT = "opentelekomcloud.cce.jobs 1"

# Lines after which the file is replaced, in addition to the number of jobs
_MAX_LINES = 1000


class StateFile:
    """A state file that no other process uses at the same time.

    Attributes:
        memories: what is known, by project ID.
    """

    def __init__(self, path: str) -> None:
        """Open the file, or create it.

        Raises:
            CceError: of kind ``option``, if it cannot be used.
        """
        # os.replace() would replace a symbolic link, not the file that it leads to
        self._path = os.path.realpath(path)
        self._label = f"{path!r} (option state_file)"
        self.memories: dict[str, Memory] = {}
        self._lines = 0
        self._torn = False
        self._closed = False
        try:
            self._file = self._open()
            self._read()
            # now rather than later, so that a directory that cannot be written is an error
            self.replace()
        except OSError as error:
            raise CceError(f"Cannot use {self._label}: {error.strerror}. Check its directory.", "option") from None

    def close(self) -> None:
        """Let others use the file. Nothing is written any more."""
        self._closed = True
        self._file.close()

    def add(self, project_id: str, key: str, state: State) -> None:
        """Add a job that was reported.

        Raises:
            OSError: when it cannot be written. Then nothing is added until ``replace`` has written everything.
        """
        if self._torn or self._closed:
            return
        line = _encoded([project_id, key, *state])
        self._torn = True
        if self._file.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._torn = False
        self._lines += 1

    @property
    def is_due(self) -> bool:
        """Whether it is time to replace the file: it has too many lines of single jobs, or the last one is torn."""
        most = _MAX_LINES + sum(len(memory.histories) for memory in self.memories.values())
        return self._torn or self._lines > most

    def replace(self) -> None:
        """Write everything that is known.

        Raises:
            OSError: when it cannot be written. The file is as it was then, and nothing is added to it.
        """
        if self._closed:
            return
        self._torn = True
        descriptor, name = tempfile.mkstemp(prefix=os.path.basename(self._path), dir=os.path.dirname(self._path))
        file = io.FileIO(descriptor, "w")
        try:
            # before it has its name, so that no other process can be faster
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(descriptor, "wb", closefd=False) as buffered:
                for line in ({"format": _FORMAT}, *(_line(*pair) for pair in self.memories.items())):
                    buffered.write(_encoded(line))
            os.fsync(file.fileno())
            os.replace(name, self._path)
        except BaseException:
            file.close()
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise
        self._file.close()
        self._file, self._lines, self._torn = file, 0, False

    def _open(self) -> io.FileIO:
        while True:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            file = io.FileIO(descriptor, "r+")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.path.samestat(os.fstat(descriptor), os.stat(self._path)):
                    return file
            except BlockingIOError:
                file.close()
                raise CceError(f"{self._label} is in use. Set another state_file for each source.", "option") from None
            except BaseException:
                file.close()
                raise
            # another process has replaced it meanwhile
            file.close()

    def _read(self) -> None:
        try:
            lines = self._file.readall().decode("ascii").splitlines(keepends=True)
            if not lines:
                return
            header = json.loads(lines[0])
            if header["format"] != _FORMAT:
                raise ValueError(header["format"])
            for text in lines[1:]:
                # the last one may have been cut short
                if text.endswith("\n"):
                    self._add(json.loads(text))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            self._file.close()
            raise CceError(
                f"{self._label} is damaged, or the file of another program. Remove it, or set another one.", "option"
            ) from None

    def _add(self, line: t.Any) -> None:
        if isinstance(line, list):
            project_id, key, status, finished = line
            self.memories.setdefault(project_id, Memory()).learn(key, State(status, finished))
            return
        memory = self.memories[line["project"]] = Memory(line["filters"])
        histories = [[State(status, finished) for status, finished in history] for history in line["histories"]]
        for key, number in line["jobs"].items():
            for state in histories[number]:
                memory.learn(key, state)
        memory.absent = {key: float(since) for key, since in line["absent"].items() if key in memory.histories}


def _encoded(value: t.Any) -> bytes:
    return (json.dumps(value, separators=(",", ":")) + "\n").encode("ascii")


def _line(project_id: str, memory: Memory) -> dict[str, t.Any]:
    """The line with everything that is known about a project: thousands of jobs have one of a few histories."""
    numbers: dict[tuple[State, ...], int] = {}
    jobs = {key: numbers.setdefault(history, len(numbers)) for key, history in memory.histories.items()}
    return {
        "project": project_id,
        "filters": memory.filters,
        "histories": list(numbers),
        "jobs": jobs,
        "absent": memory.absent,
    }
