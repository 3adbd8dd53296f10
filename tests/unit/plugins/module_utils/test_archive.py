# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports from an archive: each file is compiled once, and nothing else differs."""

from __future__ import annotations

import importlib
import sys
import typing as t
import warnings
import zipfile
import zipimport
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._archive import compile_files_once

pytestmark = pytest.mark.filterwarnings("ignore::SyntaxWarning")

# the compiler warns of this each time
SOURCE = "1 is 1\n"
FILES = {
    "in_archive": "in_archive/__init__.py",
    "in_archive.module": "in_archive/module.py",
    "in_archive.inner": "in_archive/inner/__init__.py",
    "in_archive.inner.module": "in_archive/inner/module.py",
}


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Path]:
    """An archive that can be imported from."""
    path = tmp_path / "archive.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name in FILES.values():
            file.writestr(name, SOURCE)
    monkeypatch.syspath_prepend(str(path))
    # restores the method at the end
    monkeypatch.setattr(zipimport.zipimporter, "get_filename", zipimport.zipimporter.get_filename)
    yield path
    for name in FILES:
        sys.modules.pop(name, None)


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_compiled_once(archive: Path, name: str) -> None:
    compile_files_once()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        importlib.import_module(name)
    parts = name.split(".")
    imported = {FILES[".".join(parts[:length])] for length in range(1, len(parts) + 1)}
    assert sorted(warning.filename for warning in caught) == sorted(str(archive / each) for each in imported)


@pytest.mark.parametrize("name", FILES)
def test_names_of_files_are_the_same(archive: Path, name: str) -> None:
    module = importlib.import_module(name)
    before = module.__file__, module.__spec__ and module.__spec__.origin
    for each in FILES:
        sys.modules.pop(each, None)
    compile_files_once()
    module = importlib.import_module(name)
    assert (module.__file__, module.__spec__ and module.__spec__.origin) == before
    assert before[0] == str(archive / FILES[name])


def test_unknown_names_are_errors(archive: Path) -> None:
    compile_files_once()
    with pytest.raises(ImportError, match=r"in_archive\.missing"):
        zipimport.zipimporter(str(archive)).get_filename("in_archive.missing")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("in_archive.missing")
