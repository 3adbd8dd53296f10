# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the pictures of the page for the README and the guide.

usage: python tests/timeline_page/picture.py

It needs the packages of tests/requirements/system.txt and an installed Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The checkout need not be in a folder named ansible_collections to run this
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
from timeline_page.browser import find_browser, running_browser  # noqa: E402
from timeline_page.night import END, Night  # noqa: E402

from plugins.module_utils._jobs.payload import normalize_payload  # noqa: E402
from plugins.module_utils._jobs.summary import name_clusters  # noqa: E402
from plugins.plugin_utils._timeline.page import timeline  # noqa: E402

WIDTH = 1100
MARGIN = 20
JOBS = 80


def main() -> None:
    path = find_browser()
    if not path:
        sys.exit("No browser found. Install chromium.")
    night = Night(JOBS)
    jobs = normalize_payload(night.raw_jobs, {}).jobs
    name_clusters(jobs, night.cluster_names)
    with tempfile.TemporaryDirectory() as folder, running_browser(path) as browser:
        file = Path(folder, "night.html")
        file.write_text(timeline(jobs, {"title": "Night shift", "now": END}), encoding="utf-8")
        for scheme in ("light", "dark"):
            page = browser.new_page(color_scheme=scheme, viewport={"width": WIDTH, "height": 1400})
            page.goto(file.as_uri())
            plot = page.locator(".plot").bounding_box()
            clip = {"x": 0, "y": 0, "width": WIDTH, "height": plot["y"] + plot["height"] + MARGIN}
            picture = ROOT / "docs" / f"timeline-{scheme}.png"
            page.screenshot(path=picture, clip=clip)
            print(f"{picture}: {picture.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
