# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparisons of bodies that are made to cost as much as possible, and of masking."""

from __future__ import annotations

from typing import Any

from hostile_server import BODIES
from methods import HERE, Method, program
from playbooks import Comparison, Ratio
from programs import HOSTILE, MASKING
from simulators import Simulator

_SIZE = 32
"""Mebibytes of a body."""
_MAX_MEMORY = 250
"""Mebibytes that any body may take, above those at the start."""
_TIMEOUT, _MAX_LATE = 1, 2
"""Seconds."""
_ENDS_EARLY = ("empty objects in one entry",)
"""Bodies that are refused at their beginning, so that their size does not matter."""


def _fetch(name: str, body: str, mebibytes: int, timeout: float) -> Method:
    def arguments(_simulator: Simulator) -> dict[str, Any]:
        server = [str(HERE / "hostile_server.py"), body, str(mebibytes)]
        return {"server": server, "query": {"status": ["Failed"], "limit": 10, "timeout": timeout}}

    return program(name, HOSTILE, arguments)


def hostile_memory() -> Comparison:
    """The memory for each kind of body."""
    methods = {body: _fetch(f"{_SIZE} MiB of {body}", body, _SIZE, 600) for body in BODIES}
    ratios = tuple(
        Ratio(f"{method.name}, memory above the start", method.name, None, _MAX_MEMORY, "mebibytes")
        for method in methods.values()
    )
    return Comparison("hostile-memory", 1, tuple(methods.values()), ratios)


def hostile_time() -> Comparison:
    """By how much a fetch is late that takes longer than its timeout."""
    methods = {body: _fetch(f"250 MiB of {body}", body, 250, _TIMEOUT) for body in BODIES if body not in _ENDS_EARLY}
    ratios = tuple(
        Ratio(f"{method.name}, time after a timeout of {_TIMEOUT} s", method.name, None, _MAX_LATE, "late")
        for method in methods.values()
    )
    return Comparison("hostile-time", 1, tuple(methods.values()), ratios)


def hostile_growth() -> Comparison:
    """Whether the time grows with the size of a body, and not with its square."""
    methods, ratios = [], []
    for body in BODIES:
        if body not in _ENDS_EARLY:
            small, large = (_fetch(f"{size} MiB of {body}", body, size, 600) for size in (_SIZE // 4, _SIZE))
            methods += [small, large]
            # linear is 4
            ratios.append(Ratio(f"{large.name}, CPU", large.name, small.name, 5, "cpu"))
    return Comparison("hostile-growth", 1, tuple(methods), tuple(ratios))


def masking(jobs: int = 20_000) -> Comparison:
    """The cost of masking, also where each job has text that may hide a secret."""

    def mask(name: str, reason: str, what: str, different: bool) -> Method:
        arguments = {"jobs": jobs, "reason": reason, "what": what, "different": different}
        return program(name, MASKING, lambda _simulator: arguments)

    plain, escaped = "The node could not be installed", 'Node "a&amp;b" says \\u003c5%25\\u003e'
    bare = "encoding the jobs as JSON"
    names = {
        f"masking {jobs:,} jobs": (plain, "mask", False),
        f"masking {jobs:,} jobs with escapes in each reason": (escaped, "mask", False),
        f"masking {jobs:,} jobs with different escapes in each reason": (escaped, "mask", True),
    }
    methods = [mask(bare, plain, "encode", False), *(mask(name, *values) for name, values in names.items())]
    ratios = tuple(Ratio(f"{name}, CPU", name, bare, None, "cpu") for name in names)
    return Comparison("masking", 1, tuple(methods), ratios)
