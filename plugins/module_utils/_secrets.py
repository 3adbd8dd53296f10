# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Masking of secrets, by ansible-core where it can do that, and in our own sentences everywhere."""

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

# Ansible masks a value wherever it stands: one as short as a passcode would take digits out of times and names, and is
# worth nothing a minute later
_SHORTEST_REGISTERED = 8

# What the cloud says is cut before it is shown, and a token is longer than that: so many characters of a long secret
# count as the whole
_LONG = 40
_TELLING = 12


class Mask:
    """Takes known secrets out of texts: the cloud's own words, which get into sentences, may repeat what was sent.

    Ansible masks as well, but in lookups only from ansible-core 2.22 on, and nowhere a secret that was cut short.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()

    def add(self, secret: str) -> None:
        """Learn a secret, and how it is written in JSON, in addresses and on one line."""
        forms = (secret, json.dumps(secret)[1:-1], quote(secret, safe=""), " ".join(secret.split()))
        self._forms.update(form for form in forms if form.strip())

    def __call__(self, text: str) -> str:
        # the longest first, since one may lie inside another
        for form in sorted(self._forms, key=len, reverse=True):
            text = _without(text, form)
        return text


def _without(text: str, secret: str) -> str:
    beginning = secret if len(secret) < _LONG else secret[:_TELLING]
    place = text.find(beginning)
    while place >= 0:
        length = len(beginning)
        while length < len(secret) and text[place + length : place + length + 1] == secret[length]:
            length += 1
        text = text[:place] + _MASKED + text[place + length :]
        place = text.find(beginning, place + len(_MASKED))
    return text


def masked(report: Report, mask: Mask) -> Report:
    """The report, with every secret that it hears of taken out of what it says."""

    def remember(secret: str) -> None:
        mask.add(secret)
        if len(secret) >= _SHORTEST_REGISTERED:
            report.secret(secret)

    return Report(
        warning=lambda text: report.warning(mask(text)), info=lambda text: report.info(mask(text)), secret=remember
    )
