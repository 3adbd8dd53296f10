# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source finds the rest of its collection, wherever ansible-rulebook runs it from.

ansible-rulebook runs the file with runpy, in a process without a loader of collections.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

ROOT = Path(__file__).resolve().parents[4]
FILE = Path("extensions", "eda", "plugins", "event_source", "jobs.py")

# As the engine does it, for each file. A misspelled argument shows that everything is there, without any request.
PROGRAM = """
import asyncio, json, runpy, sys
hooks = [*sys.path_hooks]
{before}
messages = []
for file in sys.argv[1:]:
    try:
        main = runpy.run_path(file)["main"]
        assert asyncio.iscoroutinefunction(main)
        asyncio.run(main(None, {{"intervall": 1}}))
    except Exception as error:
        messages.append(str(error))
# nothing takes over the imports of the process, except for those of the library six below ansible.module_utils
assert hooks == sys.path_hooks
assert "CollectionFinder" not in str(sys.meta_path)
used = sys.modules.get("ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors")
{after}
print(json.dumps([messages, used and used.__file__]))
"""


def copy_of_the_collection(folder: Path) -> Path:
    for name in ("plugins", "extensions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in a tree of collections."""
    tree = tmp_path_factory.mktemp("installed")
    return copy_of_the_collection(tree / "ansible_collections" / "opentelekomcloud" / "cce")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in a folder of any name."""
    return copy_of_the_collection(tmp_path_factory.mktemp("checkout"))


def run(
    *files: Path | str, before: str = "", after: str = "", cwd: Path = ROOT, path: Path | None = None
) -> tuple[list[str], str | None]:
    """The messages of the failures, and the file of a module that was used."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = str(path)
    command = [sys.executable, "-c", PROGRAM.format(before=before, after=after), *map(str, files)]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    messages, used = json.loads(done.stdout)
    return messages, used


def expect(found: tuple[list[str], str | None], root: Path, times: int = 1) -> None:
    messages, used = found
    assert len(messages) == times
    assert all("Did you mean interval?" in message for message in messages), messages
    assert Path(t.cast(str, used)).resolve() == (root / "plugins" / "module_utils" / "_errors.py").resolve()


def test_installed_collection_that_python_does_not_know(installed: Path) -> None:
    expect(run(installed / FILE), installed)


def test_two_sources_in_one_process(installed: Path) -> None:
    expect(run(installed / FILE, installed / FILE), installed, times=2)


def test_collection_among_the_packages_of_python(installed: Path) -> None:
    expect(run(installed / FILE, path=installed.parents[2]), installed)


def test_checkout_by_a_relative_path(checkout: Path) -> None:
    expect(run(FILE, cwd=checkout), checkout)


def test_checkout_wins_over_an_installed_copy(checkout: Path, installed: Path) -> None:
    expect(run(checkout / FILE, path=installed.parents[2]), checkout)


def test_checkout_behind_a_symbolic_link(checkout: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(checkout)
    expect(run(link / FILE), checkout)


def test_other_collections_of_the_namespace_can_be_imported(installed: Path) -> None:
    other = installed.parent / "other"
    other.mkdir()
    (other / "module.py").touch()
    expect(run(installed / FILE, after="import ansible_collections.opentelekomcloud.other.module"), installed)


def test_top_level_package_with_an_init(installed: Path, tmp_path: Path) -> None:
    """As some packages of collections have it."""
    package = tmp_path / "ansible_collections" / "opentelekomcloud"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()
    expect(run(installed / FILE, path=tmp_path), installed)


def test_missing_ansible_core_is_named(installed: Path) -> None:
    messages, used = run(installed / FILE, before="sys.modules['ansible'] = None")
    assert used is None or "module_utils" in used
    [message] = messages
    assert "ansible-core" in message
    assert f"{sys.executable} -m pip install" in message


def test_the_collection_of_this_process_is_used() -> None:
    """Tests and Ansible itself have imported it already."""
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import event_source

    # not with runpy, which Ansible's loader of collections breaks
    spec = importlib.util.spec_from_file_location("jobs_source", ROOT / FILE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.run is event_source.run
