# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The parts of the page that work without its script: counts, failures, and the table."""

from __future__ import annotations

import html
import typing as t
from collections import Counter
from datetime import datetime, timedelta

from .rows import Row, Rows, Step

MARKS = {"Failed": "failed", "Running": "running", "Initializing": "initializing", "Success": "success"}
"""The class for each documented status, in the order of the buttons; the class of any other is ``other``."""

_GROUPS_SHOWN = 4
_GROUPS = 50
_LINKS = 8
_RESERVED = "cce-"
_ZONE = '<span class="zone-name">UTC</span>'
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_EPOCH = datetime(1970, 1, 1)


def time_text(milliseconds: int) -> str:
    """Return a time in UTC down to seconds."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(" ", "seconds")


def duration_text(milliseconds: int) -> str:
    """Return a duration in its two largest units, such as ``1 h 5 min``."""
    seconds = max(0, milliseconds) // 1000
    for (size, unit), (smaller, name) in zip(_UNITS, _UNITS[1:]):
        if seconds >= size:
            rest = seconds % size // smaller
            return f"{seconds // size} {unit} {rest} {name}" if rest else f"{seconds // size} {unit}"
    return f"{seconds} s"


def plural(count: int, noun: str) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def subtitle(rows: Rows, now: int) -> str:
    """Return what the page shows, as HTML."""
    shown = rows.rows
    if not shown:
        return f"No jobs. As of {_time(now)} {_ZONE}."
    begins = [row.job.begin for row in shown if row.job.begin is not None]
    clusters = len({row.cluster for row in shown if row.cluster})
    projects = len({row.project for row in shown if row.project})
    text = plural(len(shown), "job")
    if rows.total > len(shown):
        text = f"The newest {len(shown):,} of {plural(rows.total, 'job')}; the older ones are left out"
    if clusters:
        text += f" in {plural(clusters, 'cluster')}"
    if projects > 1:
        text += f" of {plural(projects, 'project')}"
    if begins:
        text += f", created {_time(min(begins))} to {_time(max(begins))}"
    return f"{text}. As of {_time(now)} {_ZONE}."


def counts(rows: t.Sequence[Row]) -> str:
    """Return a button for each status. The script enables them."""
    by_status = Counter(row.job.status or "Unknown" for row in rows)
    first = list(MARKS)[:-1]
    others = sorted(set(by_status) - set(MARKS))
    order = [status for status in (*first, *others, "Success") if status in by_status]
    return "\n".join(
        f'<button type="button" class="count {mark(status)}" data-status="{_escaped(status)}" aria-pressed="false" '
        f'disabled><b>{by_status[status]:,}</b> <span class="mark"></span>{_escaped(status)}</button>'
        for status in order
    )


def failures(rows: t.Sequence[Row]) -> str:
    """Return the failures, grouped by root cause, the latest first."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.job.status == "Failed":
            groups.setdefault(_cause_of(row), []).append(row)
    if not groups:
        return ""
    entries = [_group(*cause, failed) for cause, failed in list(groups.items())[:_GROUPS]]
    first, rest = entries[:_GROUPS_SHOWN], entries[_GROUPS_SHOWN:]
    parts = ['<section class="failures" aria-labelledby="cce-failures">', '<h2 id="cce-failures">Failures</h2>']
    parts += ["<ul>", *first, "</ul>"]
    if rest:
        parts.append(f"<details><summary>{plural(len(rest), 'more root cause')}</summary><ul>")
        parts += [*rest, "</ul></details>"]
    if len(groups) > _GROUPS:
        parts.append(f"<p>{plural(len(groups) - _GROUPS, 'further root cause')}: see the table.</p>")
    return "\n".join([*parts, "</section>"])


def table(rows: t.Sequence[Row], now: int) -> str:
    """Return the table of all jobs. Its rows are in the order of the data of the script."""
    if not rows:
        return ""
    with_project = any(row.project for row in rows)
    heads = ["Status", "Type", "Resource", "Cluster", *(["Project"] if with_project else []), "Created", "Duration"]
    head = "".join(f'<th scope="col">{name}' for name in (*heads, "Root cause or reason"))
    seen: set[str] = set()
    body = "\n".join(_table_row(row, now, with_project, seen) for row in rows)
    caption = f"All jobs <small>times in {_ZONE}</small>"
    shape = "projects" if with_project else "plain"
    return (
        f'<table class="{shape}"><caption>{caption}</caption><thead><tr>{head}</thead><tbody>\n{body}\n</tbody></table>'
    )


def mark(status: str) -> str:
    """Return the class of a status."""
    return MARKS.get(status, "other")


def _table_row(row: Row, now: int, with_project: bool, seen: set[str]) -> str:
    job = row.job
    anchor = ""
    # the first job with an ID is the one that a link opens; the IDs of the page itself have a prefix
    if job.id and job.id not in seen and not job.id.startswith(_RESERVED):
        seen.add(job.id)
        anchor = f' id="{_escaped(job.id)}"'
    cells = [job.type, job.resource, row.cluster, *([row.project] if with_project else [])]
    cells += ["" if job.begin is None else time_text(job.begin), _duration_of(job, now), _why(row)]
    text = "<td>".join(map(_escaped, cells))
    return f'<tr{anchor}><td class="{mark(job.status)}">{_escaped(job.status or "Unknown")}<td>{text}</tr>'


def _duration_of(job: Step, now: int) -> str:
    if job.begin is None:
        return ""
    if job.end is not None:
        return duration_text(job.end - job.begin)
    return "" if job.finished else f"{duration_text(now - job.begin)} so far"


def _cause_of(row: Row) -> tuple[str, str]:
    """The type and the reason of a root cause."""
    cause = row.cause
    if cause and cause.reason:
        return cause.type, cause.reason
    return row.job.type, row.job.reason or "No reason given"


def _why(row: Row) -> str:
    if row.job.status != "Failed":
        return row.job.reason
    kind, reason = _cause_of(row)
    return f"{kind}: {reason}" if kind != row.job.type and kind else reason


def _group(kind: str, reason: str, rows: t.Sequence[Row]) -> str:
    latest = max((row.job.end or row.job.begin or 0 for row in rows), default=0)
    clusters = sorted({row.cluster for row in rows if row.cluster})
    where = clusters[0] if len(clusters) == 1 else plural(len(clusters), "cluster") if clusters else ""
    facts = [plural(len(rows), "job"), *([f"<bdi>{_escaped(where)}</bdi>"] if where else [])]
    if latest:
        facts.append(f"{'latest ' if len(rows) > 1 else ''}{_time(latest)} {_ZONE}")
    links = " ".join(_link(row) for row in rows[:_LINKS])
    more = f" <span>and {len(rows) - _LINKS:,} more</span>" if len(rows) > _LINKS else ""
    return (
        f'<li class="failed"><p class="cause"><span class="mark"></span><b><bdi>{_escaped(kind or "Job")}</bdi></b> '
        f'<bdi class="reason">{_escaped(reason)}</bdi></p>'
        f'<p class="facts">{" · ".join(facts)}</p><p class="links">{links}{more}</p></li>'
    )


def _link(row: Row) -> str:
    text = _escaped(row.job.resource or row.job.type or "job")
    if not row.job.id or row.job.id.startswith(_RESERVED):
        return f"<bdi>{text}</bdi>"
    return f'<a href="#{_escaped(_fragment(row.job.id))}"><bdi>{text}</bdi></a>'


def _fragment(text: str) -> str:
    # a browser decodes percent signs and drops tabs and line feeds
    return text.replace("%", "%25").replace("\t", "%09").replace("\n", "%0A")


def _time(milliseconds: int) -> str:
    shown = time_text(milliseconds)
    return f'<time datetime="{shown.replace(" ", "T")}Z">{shown[:16]}</time>'


def _escaped(text: str) -> str:
    return html.escape(text)
