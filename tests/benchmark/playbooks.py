# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of methods, ratios, and tasks that comparisons have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from methods import Method, Task
from simulators import Simulator

PING = "ping"
MODULE = "jobs_info"
SENT = "jobs_info, sent"
"""The module in a separate process, as on other machines or with another Python interpreter."""
LOOKUP = "jobs lookup"
URI = "uri + selectattr"
URL = "url lookup + from_json + selectattr"


@dataclass(frozen=True)
class Ratio:
    """One line of the table: the cost of a method divided by that of another one in the same round."""

    measure: str
    ours: str
    theirs: str | None
    """None for an absolute amount of memory or time."""
    goal: float | None
    quantity: str = "seconds"
    """A field of ``Cost``."""


@dataclass(frozen=True)
class Comparison:
    """Methods that run in turn, round by round. Those that print the IDs of jobs must find the same ones."""

    name: str
    jobs: int
    methods: tuple[Method, ...]
    ratios: tuple[Ratio, ...]
    times: int = 1
    """Factor for the number of rounds: short methods are measured more often."""


def failed_of_one_cluster(simulator: Simulator) -> dict[str, Any]:
    return {"cluster_id": [simulator.cluster("failing")], "status": ["Failed"], "limit": 10}


def _token(simulator: Simulator) -> dict[str, Any]:
    """An existing token, so that the list is the only request."""
    return {name: simulator.facts[name] for name in ("endpoint", "project_id", "token")}


def token_variables(simulator: Simulator) -> dict[str, Any]:
    return {f"opentelekomcloud_cce_{name}": value for name, value in _token(simulator).items()}


def login_variables(simulator: Simulator) -> dict[str, Any]:
    login = {name: simulator.facts[name] for name in ("endpoint", "auth_url", "project_id", "username", "password")}
    login["user_domain_name"] = simulator.facts["domain_name"]
    return {f"opentelekomcloud_cce_{name}": value for name, value in login.items()}


def print_ids(ids: str) -> Task:
    """Print the IDs that an expression returns, so that results can be compared."""
    return {"ansible.builtin.debug": {"msg": "ids={{ " + ids + " | join(' ') }}"}}


def jobs_info(simulator: Simulator, **options: Any) -> Task:
    return {"opentelekomcloud.cce.jobs_info": {**_token(simulator), **options}, "register": "result"}


def sending(task: Task) -> Task:
    # a task with an environment always runs the module in a separate process
    return {**task, "environment": {"SENT": "yes"}}


def query(**options: Any) -> str:
    """The expression of a query."""
    arguments = "".join(f", {name}={value!r}" for name, value in options.items())
    return f"query('opentelekomcloud.cce.jobs'{arguments})"


def uri(simulator: Simulator) -> Task:
    url = simulator.facts["endpoint"] + simulator.jobs_path
    return {
        "ansible.builtin.uri": {"url": url, "headers": {"X-Auth-Token": simulator.facts["token"]}},
        "register": "result",
    }


def selected(jobs: str, simulator: Simulator) -> str:
    """The IDs of the same ten jobs, selected with filters of Jinja."""
    return (
        f"({jobs} | selectattr('spec.clusteruid', 'equalto', '{simulator.cluster('failing')}')"
        " | selectattr('status.status', 'equalto', 'Failed')"
        " | sort(attribute='metadata.creationTimestamp', reverse=true) | map(attribute='metadata.uid'))[:10]"
    )


def of_length(method: str, jobs: int) -> str:
    """The name of a method in the comparison of lengths."""
    return f"{method}, {jobs:,} jobs"
