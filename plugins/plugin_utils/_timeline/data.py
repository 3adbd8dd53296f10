# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Jobs as compact JSON for the script of the page. script/model.js reads it."""

from __future__ import annotations

import json
import typing as t

from .rows import Row, Step

# The only characters that could end the element or start a comment in it
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def page_data(rows: t.Iterable[Row], now: int, lanes: str) -> str:
    """Return JSON that is safe in a script element.

    Text that repeats is in ``texts``, where the first one is empty, and jobs have its index. Times are milliseconds
    since 1970, other times of the same job are relative to its beginning. The end of an unfinished job is null; false
    means that it is unknown. Empty values at the end of a list are left out.
    """
    texts: dict[str, int] = {"": 0}

    def index(text: str) -> int:
        return texts.setdefault(text, len(texts))

    def end(job: Step) -> int | bool | None:
        if job.end is not None:
            return job.end - (job.begin or 0)
        return False if job.finished else None

    def step(job: Step, origin: int) -> list[t.Any]:
        begin = None if job.begin is None else job.begin - origin
        steps = [step(inner, origin) for inner in job.steps]
        return _cut(
            [index(job.type), index(job.status), begin, end(job), index(job.resource), index(job.reason), steps],
            keep=4,
        )

    def whole(row: Row) -> list[t.Any]:
        job, cause = row.job, row.cause
        return _cut(
            [
                job.id,
                index(job.type),
                index(job.status),
                job.begin,
                end(job),
                index(row.cluster),
                index(row.project),
                index(job.resource),
                row.resource_id,
                index(job.reason),
                [index(cause.type), index(cause.resource), index(cause.reason), cause.id] if cause else 0,
                [step(inner, job.begin or 0) for inner in job.steps],
                row.parent_id,
            ],
            keep=5,
        )

    jobs = [whole(row) for row in rows]
    data = {"now": now, "lanes": lanes, "texts": list(texts), "jobs": jobs}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _cut(values: list[t.Any], keep: int) -> list[t.Any]:
    """Remove empty values at the end, but not the first ones, where zero is a time."""
    while len(values) > keep and values[-1] in ("", 0, []):
        values.pop()
    return values
