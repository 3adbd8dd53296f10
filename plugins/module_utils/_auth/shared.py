# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""A login, a key, or a list that several projects share."""

from __future__ import annotations

import threading
import typing as t

from .._errors import CceError
from .._http.deadline import Deadline

T = t.TypeVar("T")


class Shared(t.Generic[T]):
    """Something that all projects need, fetched once, when it is first needed.

    Args:
        fetch: fetches it.
        renewable: whether it can be fetched again, when it has expired or after a failure.
    """

    def __init__(self, fetch: t.Callable[[Deadline], T], *, renewable: bool = True) -> None:
        self.renewable = renewable
        self._fetch = fetch
        self._lock = threading.Lock()
        self._found: list[T] = []
        self._failure: CceError | None = None

    def get(self, deadline: Deadline) -> T:
        """Return it.

        Raises:
            CceError: when it cannot be fetched. It fails the same way for all projects: a password that is refused for
                each of them would lock the user.
        """
        with self._lock:
            if self._failure:
                raise self._failure
            if not self._found:
                try:
                    self._found = [self._fetch(deadline)]
                except CceError as error:
                    self._failure = error
                    raise
            return self._found[0]

    def forget(self, used: T) -> None:
        """Fetch it again for the next call, unless another thread has done so already."""
        with self._lock:
            if self.renewable and self._found and self._found[0] == used:
                self._found = []

    def retry(self) -> None:
        """Allow another attempt after one that failed."""
        if self.renewable:
            self._failure = None
