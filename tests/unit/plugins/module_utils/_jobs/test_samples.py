# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Published and constructed payloads, from bytes to the jobs that users get."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api.json_stream import elements
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select

FOLDER = Path(__file__).parents[1] / "fixtures" / "jobs"
EXPECTATION = ".expected.json"
EXPECTATIONS = sorted(FOLDER.glob(f"*{EXPECTATION}"))
PAYLOADS = sorted(set(FOLDER.glob("*.json")) - set(EXPECTATIONS))


def in_a_list(payload: bytes) -> bytes:
    """The payload, inside a list where it is the response to a call for a single job."""
    parsed = json.loads(payload)
    return b"[" + payload + b"]" if isinstance(parsed, dict) and parsed.get("kind") == "Job" else payload


def selected(payload: Path) -> dict[str, t.Any]:
    selection = select(elements([in_a_list(payload.read_bytes())], ("items", "jobs")), Query())
    return {"jobs": selection.jobs, "warnings": selection.warnings}


def test_there_are_payloads_and_each_has_its_expectation() -> None:
    names = [payload.stem for payload in PAYLOADS]
    assert names
    assert names == [expectation.name[: -len(EXPECTATION)] for expectation in EXPECTATIONS]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: str(payload.stem))
def test_the_payload_becomes_the_expected_jobs(payload: Path) -> None:
    expected = json.loads(payload.with_name(payload.stem + EXPECTATION).read_text(encoding="utf-8"))
    assert selected(payload) == expected
