# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The checks behind ``make test``, on every interpreter and ansible-core the machine can run."""

from __future__ import annotations

import functools
import json
import os
import queue
import re
import shutil
import subprocess
import tarfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import antsibull_nox
import nox

nox.options.envdir = ".venv/sessions"
nox.options.default_venv_backend = "virtualenv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"
nox.options.sessions = [
    "code",
    "lint",
    "docs-check",
    "license-check",
    "extra-checks",
    "ansible-lint",
    "docs",
    "build",
    "demo",
    "units",
    "sanity",
    "integration",
    "system",
]

antsibull_nox.load_antsibull_nox_toml()

ROOT = Path(__file__).resolve().parent
NAME = "opentelekomcloud.cce"
TREE = Path("ansible_collections", "opentelekomcloud", "cce")
REQUIREMENTS = ROOT / "tests" / "requirements"
PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
LARGEST_FILE = 200_000


class Core(NamedTuple):
    """An ansible-core: what pip installs, and the Python versions its controller runs on, the one to take first."""

    requirement: str
    pythons: tuple[str, ...]


# The order of the Python versions differs so that between them the cores meet old and new ones
CORES = {
    "2.16": Core("ansible-core~=2.16.0", ("3.10", "3.11", "3.12")),
    "2.18": Core("ansible-core~=2.18.0", ("3.11", "3.12", "3.13")),
    "2.19": Core("ansible-core~=2.19.0", ("3.13", "3.12", "3.11")),
    "2.20": Core("ansible-core~=2.20.0", ("3.12", "3.13", "3.14")),
    "2.21": Core("ansible-core~=2.21.0", ("3.14", "3.13", "3.12")),
    "2.22": Core("ansible-core~=2.22.0rc1", ("3.13", "3.14")),
}

# The cores between which it matters to the sanity tests what ansible-test is: the oldest, a current one, the newest
SANITY_CORES = ("2.16", "2.20", "2.22")

# Targets that take longer than all others together, and the cores between which it matters to them what Ansible does:
# how it masks secrets, how it forks, and what it prints
LONG_TARGETS = {
    "secrets": ("2.16", "2.19", "2.21", "2.22"),
    "cache": ("2.16", "2.22"),
    "examples": ("2.16", "2.20", "2.22"),
}

# What depends on versions: CI runs it for each entry of the matrix, and then with all that the choices above leave out
MATRIX_SESSIONS = ("units", "sanity", "integration")


def matrix() -> list[dict[str, str]]:
    """Each ansible-core with the lowest and the highest Python of its controller, for CI."""
    return [
        {"core": core, "python": python}
        for core, each in CORES.items()
        for python in (min(each.pythons, key=PYTHONS.index), max(each.pythons, key=PYTHONS.index))
    ]


# One entry of the matrix, such as 2.16/3.10, or "rest" for everything else
if entry := os.environ.get("CCE_MATRIX"):
    if entry == "rest":
        oldest = f"units({PYTHONS[0]})"  # older than the Python of any controller
        nox.options.sessions = [name for name in nox.options.sessions if name not in MATRIX_SESSIONS] + [oldest]
    else:
        core, python = entry.split("/")
        CORES = {core: CORES[core]._replace(pythons=(python,))}
        PYTHONS = (python,)
        SANITY_CORES = (core,)
        LONG_TARGETS = dict.fromkeys(LONG_TARGETS, (core,))
        nox.options.sessions = MATRIX_SESSIONS


@functools.cache
def runs(python: str | Path) -> bool:
    """Whether this interpreter is there and answers: the shim of a version manager can lie on PATH and not run."""
    command = shutil.which(python)
    return command is not None and subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0


def python_for(core: str) -> str | None:
    """The Python to run this ansible-core with, None when the machine has none that it supports."""
    return next((python for python in CORES[core].pythons if runs(f"python{python}")), None)


def newest_here() -> str:
    """The newest ansible-core that the machine can run; the newest of all when it can run none."""
    return next(filter(python_for, reversed(CORES)), next(reversed(CORES)))


def newest_core(python: str) -> str | None:
    """The newest ansible-core whose controller runs on this Python, None when all are too new."""
    return next((core for core in reversed(CORES) if python in CORES[core].pythons), None)


def on_cores(*cores: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a session once for each ansible-core; one without an interpreter still appears, to be skipped."""
    return nox.parametrize("python,core", [nox.param(python_for(core) or False, core, id=core) for core in cores])


def need_python(session: nox.Session, core: str) -> None:
    """Skip the session when no interpreter runs this ansible-core."""
    if not session.python:
        session.skip(f"ansible-core {core} needs one of Python {', '.join(CORES[core].pythons)}: none is here")


def empty_folder(session: nox.Session, name: str) -> Path:
    """A folder of the session's, without what an earlier run left in it."""
    folder = Path(session.create_tmp(), name).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def known_files() -> list[str]:
    """Paths, from the checkout's root, of the files that git has or would add."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"]
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    # git still lists what was deleted without telling it
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def copy_tree(session: nox.Session, name: str = "collections") -> Path:
    """Copy the known files to where ansible-core looks for a collection; return the copy."""
    copy = empty_folder(session, name) / TREE
    for name in known_files():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, copy / name)
    # Without a repository of its own ansible-test asks the checkout's, which ignores this folder: it would test nothing
    session.run("git", "init", "--quiet", str(copy), external=True, log=False)
    return copy


def environment(collections: Path) -> dict[str, str | None]:
    """Settings under which only the given collections are seen, and none of the developer's credentials."""
    credentials: dict[str, str | None] = dict.fromkeys(name for name in os.environ if name.startswith("OS_"))
    return {**credentials, "ANSIBLE_COLLECTIONS_PATH": str(collections), "PYTHONPATH": str(collections)}


def path_without_shims(session: nox.Session) -> str:
    """PATH without folders of interpreters that do not run: ansible-test uses each one it finds and fails on those."""
    folders = [*session.bin_paths, *os.environ["PATH"].split(os.pathsep)]
    versioned = re.compile(r"python\d\.\d+")
    return os.pathsep.join(
        folder
        for folder in folders
        if all(runs(file) for file in Path(folder).glob("python*") if versioned.fullmatch(file.name))
    )


@nox.session
def code(session: nox.Session) -> None:
    """Style and types of the Python code; sense and safety of the workflows for GitHub."""
    session.install("-r", str(REQUIREMENTS / "code.txt"))
    session.run("ruff", "check", "--quiet")
    session.run("ruff", "format", "--check", "--quiet", "--diff")
    workflows = map(str, sorted(Path(".github", "workflows").iterdir()))
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    session.run("zizmor", "--offline", "--quiet", "--min-severity", "medium", ".github")
    copy = copy_tree(session)
    session.chdir(copy)
    session.run(
        "mypy",
        "--package",
        f"ansible_collections.{NAME}.plugins",
        env={"MYPYPATH": str(copy.parents[2])},
    )


@nox.session
@on_cores(newest_here())
def build(session: nox.Session, core: str) -> None:
    """The artefact, made in the checkout as it stands, is clean and complete; it and a fresh clone install.

    Galaxy would import it, an execution environment would get what it needs, and its changelog is up to date.
    """
    need_python(session, core)
    session.install("-r", str(REQUIREMENTS / "build.txt"), CORES[core].requirement, "requests")

    artefacts = empty_folder(session, "artefacts")
    session.run("ansible-galaxy", "collection", "build", "--output-path", str(artefacts), str(ROOT), silent=True)
    [artefact] = artefacts.iterdir()
    with tarfile.open(artefact) as archive:
        files = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    check_artefact(session, files)

    copy = copy_tree(session)
    clone = empty_folder(session, "clone")
    identity = ["-c", "user.name=nox", "-c", "user.email=nox@localhost", "-c", "commit.gpgsign=false"]
    for arguments in (
        ["add", "--all"],
        [*identity, "commit", "--quiet", "--message", "the tree under test"],
        ["clone", "--quiet", ".", str(clone)],
    ):
        session.run("git", "-C", str(copy), *arguments, external=True, log=False)
    for source in (clone, artefact):
        installed = check_installation(session, source)
    check_execution_environment(session, artefact, installed)
    check_changelog(session, clone)
    check_import(session, artefact)


def check_artefact(session: nox.Session, contents: dict[str, bytes]) -> None:
    """Fail when the artefact holds what only developers need, or lacks what users need."""
    print(*sorted(contents), sep="\n")
    files = set(contents)
    known = set(known_files())
    built = {"MANIFEST.json", "FILES.json"}
    if strangers := sorted(files - known - built):
        session.error(f"the artefact holds files that git does not know: {strangers}")
    if surplus := sorted(name for name in files if name.startswith((".", "tests/output/"))):
        session.error(f"the artefact holds files for developers only: {surplus}")
    needed = {name for name in known if name.startswith(("plugins/", "meta/", "changelogs/"))}
    if missing := sorted((needed | {"README.md", "COPYING"}) - files):
        session.error(f"the artefact lacks {missing}")
    if large := sorted(name for name, content in contents.items() if len(content) > LARGEST_FILE):
        session.error(f"the artefact holds files of more than {LARGEST_FILE} bytes: {large}")
    if binary := sorted(name for name, content in contents.items() if b"\0" in content):
        session.error(f"the artefact holds files that are no text: {binary}")
    oldest = f'requires_ansible: ">={next(iter(CORES))}.0"'
    if oldest not in contents["meta/runtime.yml"].decode():
        session.error(f"the oldest ansible-core that is tested is another than meta/runtime.yml tells: not {oldest}")


def check_installation(session: nox.Session, source: Path) -> Path:
    """Install the collection from a tarball or a folder, and read the documentation of both plugins.

    Nothing but the folders that Ansible knows, and the metadata, is there for them. Return the tree of collections.
    """
    installed = empty_folder(session, "installed")
    settings = {**environment(installed), "PYTHONPATH": None}
    install = ["ansible-galaxy", "collection", "install", "--offline", "--collections-path", str(installed)]
    session.run(*install, str(source), env=settings, silent=True)
    for path in (installed / TREE).iterdir():
        if path.is_dir() and path.name not in ("meta", "plugins"):
            shutil.rmtree(path)
    for kind, plugin in (("module", f"{NAME}.jobs_info"), ("lookup", f"{NAME}.jobs")):
        # Standard error stays apart: a warning there must not spoil the JSON
        shown = session.run(
            "ansible-doc", "--type", kind, "--json", plugin, env=settings, silent=True, stderr=None, log=False
        )
        # ansible-doc succeeds, with an empty answer, when there is no such plugin
        if plugin not in json.loads(str(shown)):
            session.error(f"installed from {source}, ansible-doc does not find the {kind} {plugin}")
    return installed


def check_execution_environment(session: nox.Session, artefact: Path, installed: Path) -> None:
    """Make the build context of an execution environment with this artefact; ansible-builder finds its requirements."""
    found = session.run("ansible-builder", "introspect", str(installed), silent=True, log=False)
    if not re.search(rf"^- 'requests\b.* from collection {NAME}'$", str(found), re.MULTILINE):
        session.error(f"ansible-builder does not find that the collection needs requests:\n{found}")

    folder = empty_folder(session, "execution-environment")
    definition = {
        "version": 3,
        "dependencies": {"galaxy": {"collections": [{"name": artefact.name, "type": "file"}]}},
        "additional_build_files": [{"src": str(artefact), "dest": "."}],
    }
    (folder / "execution-environment.yml").write_text(json.dumps(definition), encoding="utf-8")
    with session.chdir(folder):
        session.run("ansible-builder", "create", "--context", "context", silent=True)


def check_changelog(session: nox.Session, clone: Path) -> None:
    """Fail when a fragment or the list of changes is wrong, or the changelog says anything else than that list."""
    with session.chdir(clone):
        session.run("antsibull-changelog", "lint")
        session.run("antsibull-changelog", "lint-changelog-yaml", "--strict", "changelogs/changelog.yaml")
        session.run("antsibull-changelog", "generate")
        session.run("git", "diff", "--exit-code", external=True)


def check_import(session: nox.Session, artefact: Path) -> None:
    """Import the artefact as Galaxy does, and fail also where that only warns, which antsibull-nox lets pass."""
    with session.chdir(artefact.parent):
        told = str(session.run("python", "-m", "galaxy_importer.main", artefact.name, silent=True))
    if complaints := [line for line in told.splitlines() if line.startswith(("WARNING", "ERROR", "CRITICAL"))]:
        session.error("\n".join(["galaxy-importer complains:", *complaints]))


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """The demo of the README in a copy of the tree: it works, and leaves nothing behind that git would see."""
    copy = copy_tree(session)
    session.run("git", "-C", str(copy), "add", "--all", external=True, log=False)
    session.run("make", "--directory", str(copy), "demo", external=True)
    left = session.run("git", "-C", str(copy), "ls-files", "--others", "--exclude-standard", silent=True, external=True)
    if left:
        session.error(f"the demo left {left}")


@nox.session
@nox.parametrize(
    "python,version", [nox.param(runs(f"python{version}") and version, version, id=version) for version in PYTHONS]
)
def units(session: nox.Session, version: str) -> None:
    """Unit tests on each Python, with the newest ansible-core for it; without any, what needs none of Ansible."""
    if not session.python:
        session.skip(f"Python {version} is not here")
    core = newest_core(version)
    ansible = [CORES[core].requirement] if core else []
    session.install("-r", str(REQUIREMENTS / "units.txt"), *ansible)
    copy = copy_tree(session)
    session.chdir(copy)
    tests = "tests/unit" if core else "tests/unit/plugins/module_utils"
    session.run("pytest", "--quiet", "--numprocesses", "2", tests, *session.posargs, env=environment(copy.parents[2]))


@nox.session
@on_cores(*SANITY_CORES)
def sanity(session: nox.Session, core: str) -> None:
    """Every sanity test, on the oldest ansible-core, a current one and the newest."""
    need_python(session, core)
    session.install(CORES[core].requirement)
    session.chdir(copy_tree(session))
    # 2.22.0rc1 pins a library of pylint's to an archive outside the package index, which not every network reaches
    left_out = ["--skip-test", "pylint"] if core == "2.22" else []
    # --local: nox's environment serves, where --venv would make one more. Each sanity test that needs libraries gets
    # an environment of its own from ansible-test in both cases, kept between runs below ~/.ansible/test
    session.run("ansible-test", "sanity", "--local", *left_out, env={"PATH": path_without_shims(session)}, silent=True)


@nox.session
@on_cores(*CORES)
def integration(session: nox.Session, core: str) -> None:
    """Playbooks against the simulated cloud, on every ansible-core; two targets at a time.

    With arguments, one ansible-test gets these.
    """
    need_python(session, core)
    session.install(CORES[core].requirement, "requests")
    # --local: nox's environment holds all that is needed, and making another takes longer than the tests
    command = ["ansible-test", "integration", "--local", "--color", "no"]
    if session.posargs:
        session.chdir(copy_tree(session))
        session.run(*command, *session.posargs)
        return

    found = {Path(name).parts[3] for name in known_files() if name.startswith("tests/integration/targets/")}
    chosen = [target for target in found if core in LONG_TARGETS.get(target, CORES)]
    # the long ones first, so that neither of the two processes waits for the other in the end
    chosen.sort(key=lambda target: (target not in LONG_TARGETS, target))
    # each with a tree and a home of its own: ansible-test writes into both
    trees: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for name in ("left", "right"):
        trees.put(copy_tree(session, name))
    path = os.pathsep.join([*session.bin_paths, os.environ["PATH"]])

    def run(target: str) -> subprocess.CompletedProcess[str]:
        tree = trees.get()
        try:
            return subprocess.run(
                [*command, target],
                cwd=tree,
                env={**os.environ, "PATH": path, "HOME": str(tree.parents[2])},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        finally:
            trees.put(tree)

    failed = {}
    with ThreadPoolExecutor(trees.qsize()) as pool:
        for target, done in zip(chosen, pool.map(run, chosen)):
            session.log(f"{target}: {'failed' if done.returncode else 'passed'}")
            if done.returncode:
                failed[target] = done.stdout
    if failed:
        print(*failed.values(), sep="\n", flush=True)
        session.error(f"failed with ansible-core {core}: {', '.join(failed)}")


def side_environment(session: nox.Session, name: str) -> str | None:
    """The interpreter of an environment for what ``tests/requirements/<name>.txt`` lists, apart from everything else.

    It is made once and kept until that file changes. None when it cannot be made here, which skips tests.
    """
    requirements = REQUIREMENTS / f"{name}.txt"
    folder = Path(session.virtualenv.location).resolve() / name
    python, installed = folder / "bin" / "python", folder / requirements.name
    if installed.exists() and installed.read_bytes() == requirements.read_bytes():
        return str(python)
    install = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    try:
        session.run("python", "-m", "venv", "--clear", str(folder))
        session.run(*install, "-r", str(requirements), external=True)
    except nox.command.CommandFailed:
        session.warn(f"{requirements} cannot be installed here")
        return None
    shutil.copyfile(requirements, installed)
    return str(python)


@nox.session
@on_cores(newest_here())
def system(session: nox.Session, core: str) -> None:
    """Real parts around the plugins: Keystone as IAM, TLS, a forward proxy, another signer. Skips name what lacks."""
    need_python(session, core)
    session.install("-r", str(REQUIREMENTS / "system.txt"), CORES[core].requirement)
    parts = {f"CCE_{name.upper()}_PYTHON": side_environment(session, name) for name in ("keystone", "oracle")}
    copy = copy_tree(session)
    session.chdir(copy)
    # not --quiet: the header tells which programs stand for the parts that can be one or the other
    session.run("pytest", "-rs", "tests/system", *session.posargs, env={**environment(copy.parents[2]), **parts})


# Pages of Ansible's own documentation that ours refers to, by label
ANSIBLE_PAGES = {
    "action_plugins": "plugins/action.html#action-plugins",
    "ansible_configuration_settings": "reference_appendices/config.html#ansible-configuration-settings",
    "common_return_values": "reference_appendices/common_return_values.html#common-return-values",
    **{
        f"ansible_collections.ansible.builtin.{module}_module": f"collections/ansible/builtin/{module}_module.html"
        for module in ("set_fact", "uri")
    },
}


@nox.session
@on_cores(newest_here())
def docs(session: nox.Session, core: str) -> None:
    """The documentation site, as the one of Ansible shows it. Each warning is an error, and no network is needed."""
    need_python(session, core)
    session.install("-r", str(REQUIREMENTS / "docs.txt"), CORES[core].requirement)
    settings = environment(copy_tree(session).parents[2])

    site = empty_folder(session, "site")
    # antsibull-docs refuses to write where others can
    site.chmod(0o755)
    new = ["--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(site), NAME]
    session.run("antsibull-docs", "sphinx-init", *new, env=settings, silent=True)
    # The inventory of Ansible's documentation, reduced to what is used, in place of a download
    labels = "".join(f"{label} std:label -1 {page} {label}\n" for label, page in ANSIBLE_PAGES.items())
    head = b"# Sphinx inventory version 2\n# Project: Ansible\n# Version: devel\n# The rest is compressed with zlib.\n"
    (site / "ansible.inv").write_bytes(head + zlib.compress(labels.encode()))
    mapping = {"ansible_devel": ("https://docs.ansible.com/projects/ansible/devel/", "../ansible.inv")}
    with (site / "conf.py").open("a", encoding="utf-8") as conf:
        conf.write(f"\nintersphinx_mapping = {mapping}\n")
    session.run(str(site / "build.sh"), env=settings, external=True, silent=True)
    session.log(f"The site is {site / 'build' / 'html' / 'index.html'}")
