# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A page in a real browser, as tests see it."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.payload import normalize_payload
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.summary import name_clusters
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.page import timeline
from ansible_collections.opentelekomcloud.cce.tests.timeline_page.browser import LIMIT
from ansible_collections.opentelekomcloud.cce.tests.timeline_page.night import END, Night

Job = dict[str, Any]

_BOX = re.compile(r"M(-?[\d.]+) (-?[\d.]+)h(-?[\d.]+)v(-?[\d.]+)h")


def jobs_of_a_night(count: int = 60, hours: float = 10) -> list[Job]:
    night = Night(count, hours)
    jobs = normalize_payload(night.raw_jobs, {}).jobs
    name_clusters(jobs, night.cluster_names)
    return jobs


class View:
    """A page of these jobs in a browser.

    ``problems`` has every error, message of the console, dialog, and request for anything but the file.
    """

    def __init__(self, browser: Any, file: Path, jobs: list[Job], **settings: Any) -> None:
        self.jobs = jobs
        self.problems: list[str] = []
        file.write_text(timeline(jobs, {"title": "Night shift", "now": END}), encoding="utf-8")
        self.url = file.as_uri()
        self.context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        self.context.set_default_timeout(LIMIT)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.problems.append(message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._record)

    def _dismiss(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _record(self, request: Any) -> None:
        if request.url.partition("#")[0] != self.url:
            self.problems.append(f"request: {request.url}")

    def open(self, fragment: str = "") -> View:
        self.page.goto(self.url + fragment)
        return self

    def wait(self, condition: str) -> None:
        """Wait until an expression of JavaScript is true."""
        deadline = time.monotonic() + LIMIT / 1000
        while not self.page.evaluate(condition):
            assert time.monotonic() < deadline, condition
            # Playwright's own wait_for_function evaluates text in the page, which the policy of the page forbids
            self.page.wait_for_timeout(20)

    def find(self, selector: str) -> Any:
        return self.page.locator(selector)

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.find(selector).all_text_contents()
        return found

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def axis(self) -> list[str]:
        return self.texts(".axis text")

    @property
    def title_of_job(self) -> str | None:
        """The type and resource of the job in the panel, None if it is closed."""
        if not self.find(".job").is_visible():
            return None
        return f"{self.texts('.job h2')[0]} {self.texts('.job dl dd')[0]}"

    @property
    def visible_rows(self) -> int:
        found: int = self.find("tbody tr:not([hidden])").count()
        return found

    def lanes(self) -> list[dict[str, list[tuple[float, ...]]]]:
        """For each lane, the boxes (x, y, width, height) of each class."""
        paths = self.page.evaluate(
            "[...document.querySelectorAll('.lane')].map((lane) =>"
            " [...lane.querySelectorAll('path')].map((path) => [path.getAttribute('class'), path.getAttribute('d')]))"
        )
        return [
            {kind: [tuple(map(float, found)) for found in _BOX.findall(shape or "")] for kind, shape in lane}
            for lane in paths
        ]
