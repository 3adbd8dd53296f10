# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs for the tests of the page, and a parser of pages."""

from __future__ import annotations

import functools
import json
import typing as t
from html.parser import HTMLParser

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.payload import normalize_payload
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.page import timeline

NOW = "2026-03-14T06:00:00Z"
BEGIN = "2026-03-14T04:00:00Z"
END = "2026-03-14T04:31:05Z"
REASON = "Failed to install the node: node not ready after 30 minutes"


HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]>",
    "\"' onclick='alert(1)",
    "{{ style }}",
    "&lt;b&gt;&amp;",
    "\u2028\u2029",
    "\u202eabc\u2066",
    "\x00\x1b[31m\x7f\x9b\ud800",
    "cce-timeline",
)


def raw(
    id: str | None = "job-1", status: str = "Success", begin: str | None = BEGIN, **more: t.Any
) -> dict[str, t.Any]:
    """A raw job.

    Args:
        id: its ID.
        status: its status.
        begin: when it was created.
        more: ``end``, ``type``, ``cluster``, ``resource``, ``reason``, and ``steps``.
    """
    finished = status in ("Success", "Failed")
    return {
        "metadata": {"uid": id, "creationTimestamp": begin},
        "spec": {
            "type": more.get("type", "ScaleupCluster"),
            "clusteruid": more.get("cluster", "cluster-1"),
            "resourcename": more.get("resource", "node-1"),
            "subjobs": more.get("steps", []),
        },
        "status": {
            "status": status,
            "reason": more.get("reason"),
            "completionTime": more.get("end", END) if finished else None,
        },
    }


def job(*arguments: t.Any, **changes: t.Any) -> dict[str, t.Any]:
    """A normalized job; arguments are those of ``raw``, and keys of jobs override them."""
    keys = {key: changes.pop(key) for key in list(changes) if key in ("cluster_name", "project_name", "root_cause")}
    return {**normalize_payload(raw(*arguments, **changes), {}).jobs[0], **keys}


def failed_job(id: str = "bad", **more: t.Any) -> dict[str, t.Any]:
    """A job that failed in a step of a step."""
    install = raw(f"{id}-install", "Failed", type="InstallNode", reason=REASON)
    node = raw(f"{id}-node", "Failed", type="CreateNode", steps=[raw(f"{id}-vm", type="CreateNodeVM"), install])
    return job(id, "Failed", steps=[node], reason="Something bad happened", **more)


def page(jobs: t.Any, **options: t.Any) -> str:
    return timeline(jobs, {"now": NOW, **options})


class Element(t.NamedTuple):
    """A start tag."""

    name: str
    attributes: dict[str, str | None]


class Page(HTMLParser):
    """The elements, texts, and data of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self.scripts: list[str] = []
        self._row: list[str] | None = None
        self._script: list[str] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, dict(attrs)))
        if tag in ("script", "style"):
            self._script = []
        elif tag == "tbody":
            self.rows = []
        elif tag == "tr":
            self._row = []
            self.rows.append(self._row)
        elif tag == "td" and self._row is not None:
            self._row.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self.scripts.append("".join(self._script or ()))
            self._script = None
        elif tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._script.append(data)
            return
        self.texts.append(data)
        if self._row:
            self._row[-1] += data

    @functools.cached_property
    def data(self) -> dict[str, t.Any]:
        """The data that the script reads."""
        [text] = [each for each in self.scripts if each.startswith("{")]
        found: dict[str, t.Any] = json.loads(text)
        return found

    def all(self, name: str) -> list[dict[str, str | None]]:
        """The attributes of each element of this name."""
        return [each.attributes for each in self.elements if each.name == name]


def hostile_jobs(text: str) -> list[dict[str, t.Any]]:
    """A job that failed and one that did not, with this text everywhere."""
    more = {"type": text, "cluster": text, "resource": text, "reason": text}
    step = raw(text, "Failed", **more)
    named = {"cluster_name": text, "project_name": text}
    return [job("1" + text, "Failed", steps=[step], **more, **named), job("2" + text, "2" + text, **more, **named)]
