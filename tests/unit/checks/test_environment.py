# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""If something is missing, ``make`` reports it in one sentence."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from checks import environment

PROGRAM = Path(environment.__file__)
HERE = "{}.{}".format(*sys.version_info)


def refused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def sentence(folder: Path, *arguments: str, **settings: str) -> str:
    """The one line that the program prints when it fails."""
    command = [sys.executable, str(PROGRAM), str(folder / "environment"), "requirements.txt", *arguments]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert not (folder / "environment").exists()
    [line] = done.stderr.splitlines()
    return line


def test_python_is_too_old(tmp_path: Path) -> None:
    line = sentence(tmp_path, "99", "1")
    assert "3.99" in line
    assert f"{sys.executable} is {HERE}." in line
    assert "PYTHON=" in line


def test_program_is_missing(tmp_path: Path) -> None:
    assert sentence(tmp_path, "9", "1", "git", PATH=str(tmp_path)).startswith("git ")


def test_space_is_missing(tmp_path: Path) -> None:
    line = sentence(tmp_path, "9", "123456789012")
    assert "123456789012 MB" in line
    assert str(tmp_path) in line


def test_module_venv_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in Debian's Python without the package python3-venv."""
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    with pytest.raises(SystemExit, match=r"ensurepip.*python3-venv"):
        environment.check_machine(str(tmp_path), 9, 1, [])


def test_nothing_is_missing(tmp_path: Path) -> None:
    environment.check_machine(str(tmp_path / "not" / "there"), 9, 1, ["sh"])


@pytest.mark.parametrize(
    ("setting", "value", "cause"),
    [
        ("PIP_INDEX_URL", "http://127.0.0.1:{port}/simple", "Connection refused"),
        ("PIP_INDEX_URL", "http://index.invalid/simple", "not a trusted or secure host"),
        ("PIP_INDEX_URL", "https://127.0.0.1:{port}/simple", "Connection refused"),
        ("PIP_NO_INDEX", "1", "requirement requests"),
    ],
)
def test_index_is_not_reached(monkeypatch: pytest.MonkeyPatch, setting: str, value: str, cause: str) -> None:
    pytest.importorskip("pip")
    for name in list(os.environ):
        if name.upper().startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv(setting, value.format(port=refused_port()))
    with pytest.raises(SystemExit, match=cause) as failure:
        environment.check_index(sys.executable)
    assert len(str(failure.value).splitlines()) == 1
    assert "<" not in str(failure.value)
