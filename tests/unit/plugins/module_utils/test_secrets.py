# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit tests of the masking of secrets in our own sentences."""

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
    ids=["as it is", "JSON", "address"],
)
def test_a_secret_is_found_as_it_may_be_written(written: str) -> None:
    assert mask_of(PASSWORD)(f"a {written} b {written}") == "a ******** b ********"


@pytest.mark.parametrize("shown", [len(TOKEN), 500, 40, 12])
def test_a_long_secret_is_found_where_it_was_cut(shown: int) -> None:
    assert mask_of(TOKEN)(f"token {TOKEN[:shown]}...") == "token ********..."


def test_little_of_a_long_secret_is_none() -> None:
    assert mask_of(TOKEN)(f"token {TOKEN[:11]}") == f"token {TOKEN[:11]}"


def test_a_secret_inside_another() -> None:
    assert mask_of("secret", "secret-and-more")("secret-and-more, secret") == "********, ********"


@pytest.mark.parametrize("nothing", ["", " "])
def test_nothing_is_no_secret(nothing: str) -> None:
    assert mask_of(nothing)("a b") == "a b"


def test_a_report_masks_what_it_has_heard_of() -> None:
    heard: list[tuple[str, str]] = []
    report = masked(
        Report(
            warning=lambda text: heard.append(("warn", text)),
            info=lambda text: heard.append(("note", text)),
            secret=lambda text: heard.append(("secret", text)),
        ),
        Mask(),
    )
    report.info("token-of-mine")
    report.secret("token-of-mine")
    report.secret("123456")
    report.warning("token-of-mine and 123456")
    report.info("token-of-mine")
    # a value as short as a passcode is not given to Ansible, which would take it out of times and names
    assert heard == [
        ("note", "token-of-mine"),
        ("secret", "token-of-mine"),
        ("warn", "******** and ********"),
        ("note", "********"),
    ]
