# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plugins in what people run Ansible with: ansible-runner, Mitogen, sudo, and SSH to another Python."""

from __future__ import annotations

import getpass
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from ansible_collections.opentelekomcloud.cce.tests.system import remote
from ansible_collections.opentelekomcloud.cce.tests.system.conftest import Simulator
from ansible_collections.opentelekomcloud.cce.tests.system.servers import PATIENCE, without_proxies

HERE = Path(__file__).parent
SUDO = ("sudo", "--non-interactive")
PASSWORD = "KqX9-a-password-Zw4"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can read."""
    with tempfile.TemporaryDirectory(prefix="cce-") as made:
        os.chmod(made, 0o755)
        yield Path(made)


@pytest.fixture
def given(simulator: Simulator) -> dict[str, Any]:
    """Options for module and lookup."""
    return {**simulator.options("endpoint", "project_id", "token"), "status": ["Failed"], "limit": 3}


def may_use_sudo() -> bool:
    return (
        bool(shutil.which("sudo")) and not subprocess.run([*SUDO, "true"], capture_output=True, check=False).returncode
    )


def needs_sudo() -> None:
    if not may_use_sudo():
        pytest.skip("sudo is not installed, or asks for a password")


def environment(folder: Path) -> dict[str, str]:
    return {
        **without_proxies(os.environ),
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "local"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "remote"),
        # before ansible-core 2.19, color would be in the way of comparing
        "ANSIBLE_NOCOLOR": "1",
    }


def prove(
    folder: Path,
    given: Mapping[str, Any],
    hosts: Mapping[str, Any],
    *,
    before: Sequence[str] = (),
    cwd: Path | None = None,
    verbosity: str = "-vvvvv",
    **variables: str,
) -> str:
    """Run the playbook, which must succeed on all of these hosts and show no secret. Return all output."""
    inventory, extra = folder / "inventory.json", folder / "variables.json"
    inventory.write_text(json.dumps({"all": {"hosts": dict(hosts)}}), encoding="utf-8")
    extra.write_text(json.dumps({"given": dict(given)}), encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(inventory), "-e", f"@{extra}", verbosity]
    done = subprocess.run(
        [*before, *command, str(HERE / "around.yml")],
        cwd=cwd or folder,
        env={**environment(folder), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    for host in hosts:
        assert f"proved on {host}" in done.stdout
    assert given["token"] not in done.stdout
    return done.stdout


def own(**variables: Any) -> dict[str, Any]:
    """Variables of a host that is this machine, with the Python interpreter of Ansible."""
    return {"ansible_connection": "local", "ansible_python_interpreter": sys.executable, **variables}


def test_ssh_to_another_python_and_become(folder: Path, given: dict[str, Any]) -> None:
    python = remote.other_python(folder)
    if not python:
        pytest.skip("no other Python interpreter on PATH can import requests")
    with remote.sshd(folder) as host:
        host["ansible_python_interpreter"] = str(python)
        hosts = {f"pipelining_{value}": {**host, "ansible_pipelining": value} for value in (False, True)}
        if may_use_sudo():
            hosts["become"] = {**host, "ansible_become": True, "ansible_become_user": getpass.getuser()}
        output = prove(folder, given, hosts, ANSIBLE_BECOME_ALLOW_SAME_USER="1")
    assert "SSH: EXEC ssh" in output


def test_become_another_user(folder: Path, given: dict[str, Any]) -> None:
    needs_sudo()
    # one who can use neither the environment nor the files of the user who runs Ansible, or else the user himself
    user = "daemon"
    python = remote.other_python(folder, *SUDO, "--user", user)
    if not python or os.geteuid():
        user, python = getpass.getuser(), Path(sys.executable)
    become = {"ansible_become": True, "ansible_become_user": user, "ansible_python_interpreter": str(python)}
    settings = {"ANSIBLE_BECOME_ALLOW_SAME_USER": "1", "ANSIBLE_REMOTE_TEMP": str(folder / "${USER}")}
    output = prove(folder, given, {"as_another": own(**become)}, **settings)
    assert "sudo " in output


def test_sudo_in_a_folder_that_cannot_be_read(folder: Path, given: dict[str, Any]) -> None:
    needs_sudo()
    if not shutil.which("setpriv"):
        pytest.skip("setpriv is not installed, and root can read every folder")
    closed = folder / "closed"
    closed.mkdir()
    # it may be entered, but not read
    closed.chmod(0o311)
    kept = [f"{name}={value}" for name, value in environment(folder).items() if name.startswith(("ANSIBLE", "PYTHON"))]
    before = [*SUDO, "env", f"PATH={os.environ['PATH']}", *kept, "setpriv"]
    before.append("--bounding-set=-dac_override,-dac_read_search")
    prove(folder, given, {"localhost": own()}, before=before, cwd=closed)


def test_mitogen(folder: Path, given: dict[str, Any]) -> None:
    found = importlib.util.find_spec("ansible_mitogen")
    if not found or not found.submodule_search_locations:
        pytest.skip("Mitogen is not installed: there is no strategy that replaces parts of Ansible")
    from ansible_mitogen.loaders import assert_supported_release

    try:
        assert_supported_release()
    except AnsibleError as error:
        pytest.skip(f"this Mitogen does not work with this ansible-core: {error}")
    [package] = found.submodule_search_locations
    strategies = str(Path(package, "plugins", "strategy"))
    settings = {"ANSIBLE_STRATEGY_PLUGINS": strategies, "ANSIBLE_STRATEGY": "mitogen_linear"}
    # with -v, the module sends messages through a folder
    prove(folder, given, {"localhost": own()}, verbosity="-v", **settings)


def test_runner(folder: Path, given: dict[str, Any]) -> None:
    if not importlib.util.find_spec("ansible_runner"):
        pytest.skip("ansible-runner is not installed: there are no job events")
    contents: dict[str, Any] = {
        "env/extravars": {"given": given},
        "env/envvars": {"OS_PASSWORD": PASSWORD},
        "env/cmdline": "-vvvvv",
        "inventory/hosts.json": {"all": {"hosts": {"localhost": own()}}},
    }
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    (folder / "project").mkdir()
    shutil.copy(HERE / "around.yml", folder / "project")
    done = subprocess.run(
        [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", "around.yml", "--ident", "test"],
        cwd=folder,
        env={**environment(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    events = list((folder / "artifacts" / "test" / "job_events").iterdir())
    assert any("proved on localhost" in event.read_text("utf-8") for event in events)
    # what the guide says: the runner keeps what it is given itself, and nothing else of a run has a secret
    assert files_with(given["token"], folder) == {"env/extravars"}
    assert files_with(PASSWORD, folder) == {"env/envvars", "artifacts/test/command"}
    assert given["token"] not in done.stdout and PASSWORD not in done.stdout


def files_with(secret: str, folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and secret.encode() in path.read_bytes()
    }
