# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Code that the sessions in ``noxfile.py`` share."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import nox
from checks import checkout
from checks.checkout import REPORTS
from checks.versions import CORES, CURRENT, PYTHONS, has_python, python_for


def interpreter(version: str | None) -> str | bool | None:
    """For nox: the Python that nox runs on, another one by its version, or that there is none and no environment."""
    return None if version == CURRENT else version if version and has_python(version) else False


def on_pythons(function: Callable[..., None]) -> Callable[..., None]:
    """Run a session for each Python; it is skipped if that is missing."""
    parameters = [nox.param(interpreter(version), version, id=version) for version in PYTHONS]
    return nox.parametrize("python,version", parameters)(function)


def on_cores(function: Callable[..., None]) -> Callable[..., None]:
    """Run a session for each ansible-core; it is skipped if every Python for it is missing."""
    parameters = [nox.param(interpreter(python_for(core)), core, id=core) for core in CORES]
    return nox.parametrize("python,core", parameters)(function)


def need_python(session: nox.Session, *any_of: str) -> None:
    if session.python is False:
        session.skip(f"needs Python {' or '.join(any_of)}, which is not on PATH")


def copy_tree(session: nox.Session) -> Path:
    """Copy the files that Git has or would add to where ansible-core looks for a collection; return the copy."""
    copy = Path(session.create_tmp(), "collections", "ansible_collections", "opentelekomcloud", "cce").resolve()
    checkout.copy_to(copy)
    return copy


def environment(copy: Path) -> dict[str, str | None]:
    """Settings under which only the copy is seen, and none of the developer's credentials."""
    credentials: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("OS_"))
    collections = str(copy.parents[2])
    return {**credentials, "ANSIBLE_COLLECTIONS_PATH": collections, "PYTHONPATH": collections}


def report_skipped(session: nox.Session, what: str) -> None:
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"{session.name}.txt").write_text(f"{what}\n", encoding="utf-8")


def pytest(session: nox.Session, *arguments: str, env: dict[str, str | None]) -> None:
    report = REPORTS / f"{session.name}.xml"
    session.run("pytest", "--quiet", f"--junit-xml={report}", *arguments, *session.posargs, env=env)
