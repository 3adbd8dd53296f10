# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A method to get a result: a playbook or a program, and the workspace in which it runs."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processes import Cost, run
from simulators import Simulator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

Task = dict[str, Any]


class Workspace:
    """The directory of one benchmark: the installed collection, and settings independent of the user's."""

    def __init__(self, directory: Path, environment: Mapping[str, str], peers: Path) -> None:
        self.directory = directory
        collections = directory / "collections"
        installed = collections / "ansible_collections" / "opentelekomcloud" / "cce"
        # a copy, since Python writes bytecode next to the source
        for name in ("plugins", "meta"):
            shutil.copytree(ROOT / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
        ignored = ("ANSIBLE_", "OS_", "PYTHON")
        self.environment = {
            **{name: value for name, value in environment.items() if not name.startswith(ignored)},
            "ANSIBLE_CONFIG": str(self.file("ansible.cfg", "")),
            "ANSIBLE_HOME": str(directory / "home"),
            "ANSIBLE_LOCAL_TEMP": str(directory / "local"),
            "ANSIBLE_REMOTE_TEMP": str(directory / "remote"),
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}{os.pathsep}{peers}",
            "PYTHONPATH": str(collections),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def file(self, name: str, text: str) -> Path:
        """Write a file and return its path."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path


@dataclass(frozen=True)
class Method:
    """One method to get a result."""

    name: str
    command: Callable[[Workspace, Simulator], Sequence[str]]
    calls: Mapping[str, int] = field(default_factory=dict)
    """The number of logins, lists, and single jobs that it must request, where the comparison depends on it."""
    before: Callable[[Simulator], None] = lambda simulator: None
    """Prepares the simulator, whose jobs and rules are those of its start again."""
    jobs: int | None = None
    """Length of the list, if the methods of a comparison differ in it."""
    measures_itself: bool = False
    """Whether it reports its own cost, without the start of the interpreter and without imports."""

    prints_seconds: bool = False
    """Whether its output has the seconds that count, in place of those of the process."""

    def run(self, workspace: Workspace, simulator: Simulator) -> tuple[Cost, list[str] | None]:
        """Run it once; return the cost and the IDs of the jobs it found, or None if it prints no IDs."""
        simulator.control("DELETE", "")
        self.before(simulator)
        simulator.control("DELETE", "/requests")
        cost, output = run(self.command(workspace, simulator), workspace.environment)
        made = simulator.calls()
        if any(made[name] != number for name, number in self.calls.items()):
            sys.exit(f"{self.name}: expected the calls {dict(self.calls)}, got {dict(made)}.")
        if self.measures_itself:
            measured = json.loads(output.splitlines()[-1])
            cost = Cost(measured["seconds"], measured["cpu"], measured["kib"] / 1024, measured.get("late", 0.0))
            return cost, measured["ids"]
        if self.prints_seconds:
            printed = re.search(r"seconds=([\d.e-]+)", output)
            if not printed:
                sys.exit(f"{self.name} prints no seconds:\n{output[-4000:]}")
            cost = dataclasses.replace(cost, seconds=float(printed[1]))
        found = re.search(r"ids=([^\"\n]*)", output)
        return cost, found[1].split() if found else None


def play(
    name: str,
    tasks: Callable[[Simulator], list[Task]],
    *,
    variables: Callable[[Simulator], dict[str, Any]] = lambda simulator: {},
    hosts: int = 0,
    **more: Any,
) -> Method:
    """A playbook, on the implicit localhost or on this number of hosts with a local connection."""

    def command(workspace: Workspace, simulator: Simulator) -> list[str]:
        content = {
            "hosts": "all" if hosts else "localhost",
            "gather_facts": False,
            "vars": variables(simulator),
            "tasks": tasks(simulator),
        }
        # JSON is YAML
        playbook = workspace.file("playbook.yml", json.dumps([content], indent=1))
        options = []
        if hosts:
            names = "".join(f"host{number:03}\n" for number in range(hosts))
            settings = 'ansible_connection=local\nansible_python_interpreter="{{ ansible_playbook_python }}"\n'
            options = ["--forks", "10", "--inventory", str(workspace.file("hosts", f"{names}[all:vars]\n{settings}"))]
        return [str(Path(sys.executable).with_name("ansible-playbook")), *options, str(playbook)]

    return Method(name, command, **more)


def program(name: str, source: str, arguments: Callable[[Simulator], dict[str, Any]], **more: Any) -> Method:
    """A Python program that gets the simulator's ready line and further arguments as JSON, and measures itself."""

    def command(workspace: Workspace, simulator: Simulator) -> list[str]:
        facts = workspace.file("facts.json", json.dumps(simulator.facts))
        return [sys.executable, "-c", source, str(facts), json.dumps(arguments(simulator))]

    return Method(name, command, measures_itself=True, **more)
