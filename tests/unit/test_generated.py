# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generated parts of the documentation are up to date, and docs/generate.py notices when they are not."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ansible_collections.opentelekomcloud.cce as collection

ROOT = Path(next(iter(collection.__path__)))


def generate(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(root / "docs" / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the files that the program reads, in a folder with a name of its own."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("docs", "extensions", "playbooks", "plugins"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    shutil.copy(ROOT / "README.md", tmp_path)
    return tmp_path


def edit(file: Path, old: str, new: str) -> str:
    """Replace the first occurrence; return the text before."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text


def test_documentation_is_up_to_date() -> None:
    checked = generate(ROOT, "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_stale_facts_are_found_and_mended(checkout: Path) -> None:
    connection, filters = "plugins/doc_fragments/_connection.py", "plugins/doc_fragments/_filters.py"
    source, guide = "extensions/eda/plugins/event_source/jobs.py", "docs/docsite/rst/event_source.rst"
    stale = [
        (connection, "    default: 60\n", "    default: 30\n"),
        (connection, "Environment variable E(OS_CACERT)", "Environment variable E(OS_CA)"),
        (connection, "      - name: OS_USERNAME\n", "      - name: OS_USER\n"),
        (connection, "    aliases: [domain_id]\n", ""),
        (filters, "choices: [nested, flat, none]", "choices: [nested, flat]"),
        ("plugins/modules/jobs_info.py", "    type: float\n    default: 1800\n", "    type: int\n    default: 1800\n"),
        ("plugins/lookup/jobs.py", "      description: ID of the job.\n", "      description: The ID of the job.\n"),
        ("plugins/lookup/jobs.py", "    type: int\n    default: 0\n", "    type: int\n"),
        (source, "    default: now\n", "    default: never\n"),
        (guide, "* Seconds from the start", "* Minutes from the start"),
        (guide, "interval: 10\n", "interval: 11\n"),
    ]
    names = {name for name, _old, _new in stale}
    before = {name: (checkout / name).read_text(encoding="utf-8") for name in names}
    for name, old, new in stale:
        edit(checkout / name, old, new)
    checked = generate(checkout, "--check")
    assert checked.returncode == 1
    assert [name for name in names if f"--- {name}\n" not in checked.stdout] == []
    assert generate(checkout).returncode == 0
    assert {name: (checkout / name).read_text(encoding="utf-8") for name in names} == before


def test_change_of_a_table_reaches_both_plugins(checkout: Path) -> None:
    edit(checkout / "plugins/module_utils/_options/table.py", '"OS_CACERT"', '"OS_CACERT", "OS_OTHER"')
    assert generate(checkout, "--check").returncode == 1
    assert generate(checkout).returncode == 0
    fragment = (checkout / "plugins/doc_fragments/_connection.py").read_text(encoding="utf-8")
    assert "Environment variables E(OS_CACERT), E(OS_OTHER)." in fragment
    assert "      - name: OS_OTHER\n" in fragment


def test_change_of_the_result_reaches_the_lookup(checkout: Path) -> None:
    edit(checkout / "plugins/modules/jobs_info.py", "ID of the job.", "ID of the RV(jobs[].type).")
    assert generate(checkout).returncode == 0
    assert "ID of the RV(_list[].type)." in (checkout / "plugins/lookup/jobs.py").read_text(encoding="utf-8")


def test_option_without_a_description_is_named(checkout: Path) -> None:
    edit(checkout / "plugins/module_utils/_options/table.py", '    _connection("cloud"', '    _connection("sky"')
    done = generate(checkout)
    assert done.returncode == 1
    assert "sky" in done.stderr


@pytest.mark.parametrize(
    ("name", "marks", "row"),
    [
        (
            "docs/docsite/rst/new.rst",
            (".. BEGIN GENERATED: connection-options\n", ".. END GENERATED\n"),
            "   * - :ansopt:`opentelekomcloud.cce.jobs_info#module:ca_cert`\n     - :ansenvvar:`OS_CACERT`\n",
        ),
        (
            "docs/new.md",
            ("<!-- BEGIN GENERATED: wait-options -->\n", "<!-- END GENERATED -->\n"),
            "| `wait_interval` | ",
        ),
    ],
)
def test_table_in_a_guide(checkout: Path, name: str, marks: tuple[str, str], row: str) -> None:
    begin, end = marks
    guide = checkout / name
    guide.write_text(f"Before\n\n{begin}stale\n{end}\nAfter\n", encoding="utf-8")
    assert generate(checkout, "--check").returncode == 1
    assert generate(checkout).returncode == 0
    text = guide.read_text(encoding="utf-8")
    assert row in text
    assert "stale" not in text
    assert text.startswith(f"Before\n\n{begin}")
    assert text.endswith(f"{end}\nAfter\n")
    assert generate(checkout, "--check").returncode == 0


@pytest.mark.parametrize(
    "text", [".. BEGIN GENERATED: nonsense\n.. END GENERATED\n", ".. BEGIN GENERATED: wait-options\n"]
)
def test_wrong_mark_in_a_guide_is_named(checkout: Path, text: str) -> None:
    (checkout / "docs/docsite/rst/new.rst").write_text(text, encoding="utf-8")
    done = generate(checkout)
    assert done.returncode == 1
    assert "docs/docsite/rst/new.rst" in done.stderr
