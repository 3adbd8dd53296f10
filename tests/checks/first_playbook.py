# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the collection, install it in an empty home, and run the first playbook of the README against the simulator.

usage: python first_playbook.py

It uses the ansible-core of the environment of this Python, and fails if the output is not the documented one.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

if not __package__:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from checks import checkout

SIMULATOR = checkout.ROOT / "tests" / "simulator"
# A playbook with a name, and later the output that belongs to it
SHOWN = re.compile(
    r"^```yaml (\S+)\n(.+?)^```$.+?^```console\n\$ ansible-playbook \1\n(.+?)^```$", re.MULTILINE | re.DOTALL
)


def _command(name: str) -> str:
    # not resolved: in a virtual environment, the interpreter is a link
    return str(Path(sys.executable).parent / name)


def _run(*command: str, home: Path) -> str:
    """The output of a command for a user who has configured nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "OS_", "PYTHON"))}
    local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1")
    done = subprocess.run(
        command,
        cwd=home,
        env={**kept, **local, "HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(command)} ended with {done.returncode}")
    return done.stdout


def build(folder: Path) -> Path:
    """Build the archive of the checkout as it is."""
    galaxy = _command("ansible-galaxy")
    _run(galaxy, "collection", "build", "--output-path", str(folder), str(checkout.ROOT), home=folder)
    [built] = folder.glob("*.tar.gz")
    return built


def documented() -> tuple[str, str, list[str]]:
    """The file name of the README's first playbook, its text, and the lines of output that the README shows."""
    readme = (checkout.ROOT / "README.md").read_text(encoding="utf-8")
    found = SHOWN.search(readme)
    if not found:
        sys.exit("README.md has no playbook that is followed by its output")
    name, text, shown = found.groups()
    return name, text, [line for line in shown.splitlines() if line != "..."]


def check(archive: Path, home: Path) -> None:
    """Install an archive in an empty home, and run the playbook from there. Exit if its output is not the README's."""
    name, text, lines = documented()
    _run(_command("ansible-galaxy"), "collection", "install", "--offline", str(archive), home=home)
    (home / name).write_text(text, encoding="utf-8")
    simulator = (sys.executable, str(SIMULATOR), "--seed", "7", "--log-in", "--")
    printed = _run(*simulator, _command("ansible-playbook"), name, home=home)
    if not re.search(".*?".join(map(re.escape, lines)), printed, re.DOTALL):
        sys.exit(f"{printed}\nREADME.md shows another output:\n" + "\n".join(lines))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as built_in, tempfile.TemporaryDirectory() as empty:
        check(build(Path(built_in)), Path(empty))
