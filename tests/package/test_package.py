# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The artifact and its environment: what the session ``build`` of nox checks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from checks import checkout, first_playbook, guide_files

NAME = "opentelekomcloud.cce"
LARGEST_FILE = 200_000
# Galaxy publishes none of these
FOR_DEVELOPERS = (".", "tests/output/")
BUILT = {"MANIFEST.json", "FILES.json"}


def run(*command: str | Path, cwd: Path = checkout.ROOT, collections: Path | None = None) -> str:
    """The standard output of a command, which sees only these collections, and no credentials."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections or cwd)
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built in the checkout as it is, with all that git ignores."""
    folder = tmp_path_factory.mktemp("artifact")
    run("ansible-galaxy", "collection", "build", "--output-path", folder, checkout.ROOT)
    [built] = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def contents(artifact: Path) -> dict[str, bytes]:
    with tarfile.open(artifact) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone of the tree under test."""
    origin, clone = (tmp_path_factory.mktemp(name) for name in ("origin", "clone"))
    checkout.copy_to(origin)
    identity = ("-c", "user.name=test", "-c", "user.email=test@localhost", "-c", "commit.gpgsign=false")
    run("git", "add", "--all", cwd=origin)
    run("git", *identity, "commit", "--quiet", "--message", "the tree under test", cwd=origin)
    run("git", "clone", "--quiet", origin, clone)
    return clone


@pytest.fixture(scope="module", params=["clone", "artifact"])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of collections after the installation from a folder or a tarball.

    Of the collection, only the folders that Ansible knows and the metadata are left.
    """
    collections = tmp_path_factory.mktemp("collections")
    source = request.getfixturevalue(request.param)
    run("ansible-galaxy", "collection", "install", "--offline", "--collections-path", collections, source)
    for path in collections.joinpath("ansible_collections", *NAME.split(".")).iterdir():
        if path.is_dir() and path.name not in ("meta", "playbooks", "plugins"):
            shutil.rmtree(path)
    return collections


def test_files(contents: dict[str, bytes]) -> None:
    known_files = set(checkout.known_files())
    needed = {name for name in known_files if name.startswith(("plugins/", "extensions/", "meta/", "changelogs/"))}
    assert contents.keys() <= known_files | BUILT
    assert contents.keys() >= needed | BUILT | {"README.md", "COPYING"}
    assert not [name for name in contents if name.startswith(FOR_DEVELOPERS)]


def test_no_file_is_large_or_binary(contents: dict[str, bytes]) -> None:
    assert not [name for name, content in contents.items() if len(content) > LARGEST_FILE]
    assert not [name for name, content in contents.items() if b"\0" in content]


def test_oldest_ansible_core_is_the_tested_one(contents: dict[str, bytes]) -> None:
    required = yaml.safe_load(contents["meta/runtime.yml"])["requires_ansible"]
    assert required == f">={os.environ['CCE_OLDEST_CORE']}.0"


@pytest.mark.parametrize(
    ("kind", "plugin"), [("module", f"{NAME}.jobs_info"), ("lookup", f"{NAME}.jobs"), ("filter", f"{NAME}.timeline")]
)
def test_documentation_of_an_installed_plugin(installed: Path, kind: str, plugin: str) -> None:
    # ansible-doc succeeds, with an empty object, when there is no such plugin
    assert plugin in json.loads(run("ansible-doc", "--type", kind, "--json", plugin, collections=installed))


def test_recipes_of_an_installed_collection(installed: Path) -> None:
    """Ansible finds them by name."""
    names = [f"{NAME}.{path.stem}" for path in (checkout.ROOT / "playbooks").glob("*.yml")]
    listed = run("ansible-playbook", "--syntax-check", *names, collections=installed)
    assert listed.count("playbook: ") == len(names) > 0


def test_first_playbook_of_the_readme(artifact: Path, tmp_path: Path) -> None:
    """It runs from the artifact in an empty home. The session integration does this with the oldest and newest core."""
    first_playbook.check(artifact, tmp_path)


def test_execution_environment(artifact: Path, installed: Path, tmp_path: Path) -> None:
    """ansible-builder finds what the collection requires, and makes the build context that the guide for AWX shows."""
    found = run("ansible-builder", "introspect", installed)
    assert re.search(rf"^- 'requests\b.* from collection {NAME}'$", found, re.MULTILINE), found
    definition = yaml.safe_load(guide_files.files_of("awx")["execution-environment.yml"])
    [shown] = definition["dependencies"]["galaxy"]["collections"]
    assert shown["name"] == NAME
    definition["dependencies"]["galaxy"]["collections"] = [{"name": artifact.name, "type": "file"}]
    definition["additional_build_files"] = [{"src": str(artifact), "dest": "."}]
    (tmp_path / "execution-environment.yml").write_text(json.dumps(definition), encoding="utf-8")
    run("ansible-builder", "create", "--context", "context", cwd=tmp_path)


def test_decision_environment(tmp_path: Path) -> None:
    """ansible-builder accepts the file in the guide."""
    guide = (checkout.ROOT / "docs" / "docsite" / "rst" / "react.rst").read_text(encoding="utf-8")
    block = re.search(r"^   :caption: decision-environment\.yml\n\n((?:   .*\n|\n)+)", guide, re.MULTILINE)
    (tmp_path / "decision-environment.yml").write_text(textwrap.dedent(block[1]), encoding="utf-8")
    run("ansible-builder", "create", "--file", "decision-environment.yml", "--context", "context", cwd=tmp_path)
    assert "ansible-rulebook" in (tmp_path / "context" / "_build" / "requirements.txt").read_text(encoding="utf-8")


def test_changelog(clone: Path) -> None:
    """Fragments and the list of changes are valid, and the changelog contains that list and nothing else."""
    run("antsibull-changelog", "lint", cwd=clone)
    run("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml", cwd=clone)
    run("antsibull-changelog", "generate", cwd=clone)
    run("git", "diff", "--exit-code", cwd=clone)


def test_import_by_galaxy(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what only makes Galaxy warn fails."""
    # the session ansible-lint checks more than this would
    monkeypatch.setenv("GALAXY_IMPORTER_RUN_ANSIBLE_LINT", "no")
    command = [sys.executable, "-m", "galaxy_importer.main", artifact.name]
    done = subprocess.run(
        command, cwd=artifact.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    complaints = [line for line in done.stdout.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]
    assert (done.returncode, complaints) == (0, []), done.stdout
    assert "Loading module jobs_info" in done.stdout
    # it writes its result into the current directory
    imported = json.loads((artifact.parent / "importer_result.json").read_text(encoding="utf-8"))
    [source] = [
        each for each in imported["docs_blob"]["contents"] if each["content_type"] == "eda/plugins/event_source"
    ]
    assert source["content_name"] == "jobs"
    options = {option["name"] for option in source["doc_strings"]["doc"]["options"]}
    assert options >= {"interval", "state_file", "token", "status"}
