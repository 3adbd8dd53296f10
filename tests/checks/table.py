# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table at the end of ``make test``: what ran, for how long, and what was skipped for which reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

WORDS = {"success": "passed", "failed": "failed", "aborted": "failed", "skipped": "skipped"}
# What ansible-test writes about a test that has no files to look at
NOTHING_TO_TEST = "No tests applicable."


@dataclass(frozen=True)
class Result:
    """A session that has ended: its status in nox's words, the reason for it, and how long it took in seconds."""

    name: str
    status: str
    reason: str
    seconds: float


def read_results(report: Path) -> list[Result]:
    """The results in a report of nox; none if there is no report, because nox did not get as far."""
    if not report.exists():
        return []
    sessions = json.loads(report.read_text(encoding="utf-8"))["sessions"]
    return [
        Result((each["signatures"] or [each["name"]])[0], each["result"], each["reason"] or "", each["duration"])
        for each in sessions
    ]


def skipped_tests(report: Path) -> Iterator[tuple[str, int]]:
    """Why tests were skipped, and how many for this reason, from the JUnit files at this path."""
    reasons: Counter[str] = Counter()
    for file in sorted(report.rglob("*.xml")) if report.is_dir() else [report] if report.exists() else []:
        for case in ElementTree.parse(file).iter("testcase"):
            for skipped in case.iter("skipped"):
                reason = skipped.get("message") or skipped.text or f"{case.get('name')}: no reason given"
                if reason != NOTHING_TO_TEST:
                    reasons[reason] += 1
    yield from reasons.items()


def render(results: list[Result], before: list[str], elsewhere: list[str], reports: Path) -> str:
    """The table, then what was skipped, and as the last line how many sessions passed, failed and were skipped.

    ``before`` names the sessions that need not run again, ``elsewhere`` describes what other commands check.
    """
    width = max((len(name) for name in [*before, *(result.name for result in results)]), default=0)
    lines = ["", f"{'Check':{width}}  Result   Seconds"]
    lines += [f"{result.name:{width}}  {WORDS[result.status]:7}  {result.seconds:7.0f}" for result in results]
    lines += [f"{name:{width}}  passed before on this commit" for name in before]

    skipped = [f"{result.name}: {result.reason}" for result in results if result.status == "skipped"]
    for result in results:
        note = reports / f"{result.name}.txt"
        skipped += [f"{result.name}: {line}" for line in note.read_text("utf-8").splitlines()] if note.exists() else []
        for path in (reports / f"{result.name}.xml", reports / result.name):
            for reason, count in skipped_tests(path):
                skipped.append(f"{result.name}: {count} test{'s' if count > 1 else ''}: {reason}")
    skipped += elsewhere
    lines += ["", "Skipped:", *(f"  {line}" for line in skipped)] if skipped else ["", "Nothing was skipped."]
    counts = Counter(WORDS[result.status] for result in results)
    lines += ["", f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped"]
    return "\n".join(lines)
