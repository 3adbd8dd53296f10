# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What makes a way to an answer: a playbook or a program, and where it is run."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clouds import Cloud
from processes import Cost, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

Task = dict[str, Any]


class Workplace:
    """A folder for one benchmark: the collection as it would be installed, and settings that nobody else changes."""

    def __init__(self, folder: Path, environment: Mapping[str, str], peers: Path) -> None:
        self.folder = folder
        collections = folder / "collections"
        installed = collections / "ansible_collections" / "opentelekomcloud" / "cce"
        # a copy, since Python keeps what it compiles beside the source
        for name in ("plugins", "meta"):
            shutil.copytree(ROOT / name, installed / name, ignore=shutil.ignore_patterns("__pycache__"))
        foreign = ("ANSIBLE_", "OS_", "PYTHON")
        self.environment = {
            **{name: value for name, value in environment.items() if not name.startswith(foreign)},
            "ANSIBLE_CONFIG": str(self.file("ansible.cfg", "")),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
            "ANSIBLE_LIBRARY": str(HERE / "library"),
            "ANSIBLE_COLLECTIONS_PATH": f"{collections}{os.pathsep}{peers}",
            "PYTHONPATH": str(collections),
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }

    def file(self, name: str, text: str) -> Path:
        """Write a file; its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@dataclass(frozen=True)
class Way:
    """One way to an answer."""

    name: str
    command: Callable[[Workplace, Cloud], Sequence[str]]
    calls: Mapping[str, int] = field(default_factory=dict)
    """How many logins and lists it has to ask of the cloud, where that is part of what is claimed."""
    before: Callable[[Cloud], None] = lambda cloud: None
    jobs: int | None = None
    """Length of the list, where the ways of a race differ in it."""
    measures_itself: bool = False
    """Whether it tells its own cost, without the start of the interpreter and without imports."""

    def go(self, workplace: Workplace, cloud: Cloud) -> tuple[Cost, list[str] | None]:
        """Go it once; what that cost, and the ids of the jobs that it found, None when it tells none."""
        cloud.control("DELETE", "/faults")
        cloud.control("DELETE", "/requests")
        self.before(cloud)
        cost, output = run(self.command(workplace, cloud), workplace.environment)
        made = cloud.calls()
        if any(made[name] != number for name, number in self.calls.items()):
            sys.exit(f"{self.name}: the cloud should have served {dict(self.calls)}, and served {dict(made)}.")
        if self.measures_itself:
            told = json.loads(output.splitlines()[-1])
            return Cost(told["seconds"], told["cpu"], told["kib"] / 1024), told["ids"]
        found = re.search(r"ids=([^\"\n]*)", output)
        return cost, found[1].split() if found else None


def play(
    name: str,
    tasks: Callable[[Cloud], list[Task]],
    *,
    variables: Callable[[Cloud], dict[str, Any]] = lambda cloud: {},
    hosts: int = 0,
    **more: Any,
) -> Way:
    """A playbook, on the implicit localhost or on so many hosts with a local connection."""

    def command(workplace: Workplace, cloud: Cloud) -> list[str]:
        content = {
            "hosts": "all" if hosts else "localhost",
            "gather_facts": False,
            "vars": variables(cloud),
            "tasks": tasks(cloud),
        }
        # JSON is YAML
        book = workplace.file("playbook.yml", json.dumps([content], indent=1))
        options = []
        if hosts:
            names = "".join(f"host{number:03}\n" for number in range(hosts))
            settings = 'ansible_connection=local\nansible_python_interpreter="{{ ansible_playbook_python }}"\n'
            options = ["--forks", "10", "--inventory", str(workplace.file("hosts", f"{names}[all:vars]\n{settings}"))]
        return [str(Path(sys.executable).with_name("ansible-playbook")), *options, str(book)]

    return Way(name, command, **more)


def program(name: str, source: str, arguments: Callable[[Cloud], dict[str, Any]]) -> Way:
    """A Python program that gets the cloud's facts and further arguments in JSON, and measures itself."""

    def command(workplace: Workplace, cloud: Cloud) -> list[str]:
        facts = workplace.file("facts.json", json.dumps(cloud.facts))
        return [sys.executable, "-c", source, str(facts), json.dumps(arguments(cloud))]

    return Way(name, command, measures_itself=True)
