# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Masking of secrets: with ansible-core where it can do that, and always in our own messages."""

from __future__ import annotations

import json
import typing as t
from urllib.parse import quote

from ._report import Report


def _nothing(value: str) -> str:
    return value


try:
    # since ansible-core 2.22
    from ansible.module_utils.secrets import register_secret as _register

    ANSIBLE_MASKS = True
except ImportError:
    _register = _nothing
    ANSIBLE_MASKS = False

register_secret: t.Callable[[str], t.Any] = _register
"""Mask this value in everything that Ansible prints from now on; without effect before ansible-core 2.22."""

_MASKED = "********"

# Ansible masks a value wherever it appears: one as short as a passcode would remove digits from times and names, and
# expires within a minute
_SHORTEST_REGISTERED = 8

# Messages are truncated, so a long secret may appear only in part: its first 12 characters count as the secret
_LONG = 40
_MATCHED = 12


class Mask:
    """Replaces known secrets in texts: responses, which messages quote, may repeat what was sent.

    Ansible masks too, but in lookups only since ansible-core 2.22, and never a secret that was truncated.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, secret: str) -> None:
        """Replace this secret from now on, also as it is written in JSON, in URLs, and on one line."""
        forms = (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), " ".join(secret.split()))
        self._forms.update(form for form in forms if form.strip())

    def __call__(self, text: str) -> str:
        # the longest first, since one may be part of another
        for form in sorted(self._forms, key=len, reverse=True):
            text = _without(text, form)
        return text


def _without(text: str, secret: str) -> str:
    beginning = secret if len(secret) < _LONG else secret[:_MATCHED]
    start = text.find(beginning)
    while start >= 0:
        length = len(beginning)
        while length < len(secret) and text[start + length : start + length + 1] == secret[length]:
            length += 1
        text = text[:start] + _MASKED + text[start + length :]
        start = text.find(beginning, start + len(_MASKED))
    return text


def masked(report: Report, mask: Mask) -> Report:
    """The same report, but with every secret that it receives masked in its messages."""

    def remember(secret: str) -> None:
        mask.add(secret)
        if len(secret) >= _SHORTEST_REGISTERED:
            report.secret(secret)

    return Report(
        warning=lambda text: report.warning(mask(text)), info=lambda text: report.info(mask(text)), secret=remember
    )
