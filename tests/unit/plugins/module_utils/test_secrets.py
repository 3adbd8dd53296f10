# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets are masked in messages."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask, masked

PASSWORD = 'pass "word"/ä %'
TOKEN = "MIIS" + "0123456789abcdef" * 100


def mask_of(*secrets: str) -> Mask:
    mask = Mask()
    for secret in secrets:
        mask.add(secret)
    return mask


@pytest.mark.parametrize(
    "written",
    [PASSWORD, json.dumps(PASSWORD)[1:-1], quote(PASSWORD, safe="")],
    ids=["as it is", "JSON", "URL"],
)
def test_a_secret_is_masked_in_every_encoding(written: str) -> None:
    assert mask_of(PASSWORD)(f"a {written} b {written}") == "a ******** b ********"


@pytest.mark.parametrize("shown", [len(TOKEN), 500, 40, 12])
def test_a_truncated_secret_is_masked(shown: int) -> None:
    assert mask_of(TOKEN)(f"token {TOKEN[:shown]}...") == "token ********..."


def test_a_short_part_of_a_long_secret_is_not_masked() -> None:
    assert mask_of(TOKEN)(f"token {TOKEN[:11]}") == f"token {TOKEN[:11]}"


def test_a_secret_that_is_part_of_another() -> None:
    assert mask_of("secret", "secret-and-more")("secret-and-more, secret") == "********, ********"


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_secret_masks_nothing(empty: str) -> None:
    assert mask_of(empty)("a b") == "a b"


def test_a_report_masks_registered_secrets() -> None:
    shown: list[tuple[str, str]] = []
    report = masked(
        Report(
            warning=lambda text: shown.append(("warn", text)),
            info=lambda text: shown.append(("note", text)),
            secret=lambda text: shown.append(("secret", text)),
        ),
        Mask(),
    )
    report.info("token-of-mine")
    report.secret("token-of-mine")
    report.secret("123456")
    report.warning("token-of-mine and 123456")
    report.info("token-of-mine")
    # Ansible would mask a value as short as a passcode in times and names, too
    assert shown == [
        ("note", "token-of-mine"),
        ("secret", "token-of-mine"),
        ("warn", "******** and ********"),
        ("note", "********"),
    ]
