# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real sshd on loopback, and another Python interpreter for the modules that are sent through it."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system.servers import LOOPBACK, free_port, running

# requests, and what it imports
LIBRARIES = ("requests", "urllib3", "idna", "certifi", "charset_normalizer")
OTHERS = [f"python3.{minor}" for minor in range(9, 15) if minor != sys.version_info.minor]


def other_python(folder: Path, *before: str) -> Path | None:
    """A script that runs another Python interpreter than the one of Ansible, with requests and nothing else of it.

    The best one is another version; if there is none, it is the interpreter that the environment was made from.

    Args:
        folder: where to put the script.
        before: a command that must be able to run it, such as one that becomes another user.

    Returns:
        None if it can run none.
    """
    libraries = folder / "libraries"
    for name in LIBRARIES:
        module = sys.modules.get(name) or __import__(name)
        shutil.copytree(Path(str(module.__file__)).parent, libraries / name, dirs_exist_ok=True)
    base = Path(sys.base_prefix, "bin", f"python3.{sys.version_info.minor}")
    script = folder / "python"
    for candidate in (*filter(None, map(shutil.which, OTHERS)), str(base), "/usr/bin/python3"):
        script.write_text(
            f'#!/bin/sh\nPYTHONPATH="{libraries}" PYTHONDONTWRITEBYTECODE=1 exec "{candidate}" "$@"\n', encoding="utf-8"
        )
        script.chmod(0o755)
        command = [*before, str(script), "-c", "import requests"]
        if subprocess.run(command, capture_output=True, check=False, cwd=folder).returncode == 0:
            return script
    return None


@contextlib.contextmanager
def sshd(folder: Path) -> Iterator[dict[str, Any]]:
    """A server for the user who runs the tests. Yields the variables of a host that is reached through it."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if not program or not shutil.which("ssh"):
        pytest.skip("sshd is not installed: there is no real connection by SSH")
    port = free_port()
    for name in ("host_key", "user_key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    host_key = (folder / "host_key.pub").read_text("utf-8").split()[:2]
    (folder / "known_hosts").write_text(f"[{LOOPBACK}]:{port} {' '.join(host_key)}\n", encoding="utf-8")
    settings = {
        "Port": port,
        "ListenAddress": LOOPBACK,
        "HostKey": folder / "host_key",
        "AuthorizedKeysFile": folder / "user_key.pub",
        "PidFile": "none",
        # the keys are below a folder that all users may write to
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "KbdInteractiveAuthentication": "no",
        "PermitRootLogin": "prohibit-password",
    }
    config = folder / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
    control = f"-o ControlPath={folder / 'control'}"
    options = f"-F /dev/null -o UserKnownHostsFile={folder / 'known_hosts'} -o IdentitiesOnly=yes {control}"
    with _separation(), running([program, "-D", "-e", "-f", str(config)], folder / "sshd.log") as server:
        server.wait_for_port(port)
        try:
            yield {
                "ansible_connection": "ssh",
                "ansible_host": LOOPBACK,
                "ansible_port": port,
                "ansible_user": getpass.getuser(),
                "ansible_ssh_private_key_file": str(folder / "user_key"),
                "ansible_ssh_args": f"{options} -o ControlMaster=auto -o ControlPersist=60",
            }
        finally:
            # the connection that all tasks share
            subprocess.run(["ssh", *options.split(), "-O", "exit", LOOPBACK], capture_output=True, check=False)


@contextlib.contextmanager
def _separation() -> Iterator[None]:
    """The empty directory that sshd needs if root starts it. Distributions make it when they start the service."""
    directory = Path("/run/sshd")
    missing = os.geteuid() == 0 and not directory.exists()
    if missing:
        directory.mkdir(mode=0o755)
    try:
        yield
    finally:
        if missing:
            directory.rmdir()
