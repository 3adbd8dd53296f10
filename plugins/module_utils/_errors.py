# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The one exception of the collection."""

from __future__ import annotations

import typing as t


class CceError(Exception):
    """A failure, as one sentence for the user and as fields for a playbook.

    The entry points turn it into their own failure. No other exception of the collection reaches the user.

    Attributes:
        kind: one of ``option``, ``dependency``, ``authentication``, ``permission``, ``not_found``, ``throttled``,
            ``unavailable``, ``timeout``, ``tls``, ``connection``, ``response``, ``job_failed``.
        http_status: status of the response, or None when there was none.
        code: the cloud's own error code, such as ``APIGW.0301``.
        message: the cloud's own message.
        request_id: the ID of the request, which the support of the cloud asks for.
        url: URL of the call, without credentials and query.
        transient: whether the failure may pass by itself. A wait tolerates it.
        retryable: whether to repeat the request at once. Every retryable failure is transient.
        retry_after: seconds that the server asked to wait, or None.
        quoted: a long value as the sentence shows it, and as a whole. None if it shows none.
    """

    def __init__(
        self,
        sentence: str,
        kind: str,
        *,
        http_status: int | None = None,
        code: str | None = None,
        message: str | None = None,
        request_id: str | None = None,
        url: str | None = None,
        transient: bool = False,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.http_status = http_status
        self.code = code
        self.message = message
        self.request_id = request_id
        self.url = url
        self.transient = transient or retryable
        self.retryable = retryable
        self.retry_after = retry_after
        self.quoted: tuple[str, str] | None = None

    def reword(self, change: t.Callable[[str], str]) -> None:
        """Change all text in it: the sentence and what the cloud sent."""
        sentence = str(self)
        if self.quoted and change(self.quoted[1]) != self.quoted[1]:
            # a part of a secret may be left of it
            sentence = sentence.replace(self.quoted[0], "(value hidden)")
        self.args = (change(sentence),)
        self.code, self.message, self.request_id = (
            text if text is None else change(text) for text in (self.code, self.message, self.request_id)
        )

    def as_dict(self) -> dict[str, t.Any]:
        """The ``error`` of a failed task: always the same six keys."""
        return {
            "kind": self.kind,
            "http_status": self.http_status,
            "code": self.code,
            "message": self.message,
            "request_id": self.request_id,
            "url": self.url,
        }


class CacheMiss(CceError):
    """A cached list turned out to be damaged and was removed. The next attempt fetches it, and does not count."""
