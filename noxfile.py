# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sessions of ``make test`` and ``make test-all`` that antsibull-nox does not have."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import antsibull_nox
import nox

CHECKS = Path(__file__).resolve().parent / "tests" / "checks"
sys.path.insert(0, str(CHECKS.parent))
from checks import guide_files, versions  # noqa: E402
from checks.checkout import REPORTS, ROOT  # noqa: E402
from checks.sessions import copy_tree, environment, need_python, on_cores, on_pythons, pytest, report_skipped  # noqa: E402
from checks.versions import CORES, CURRENT, java_version, newest_core  # noqa: E402

nox.options.envdir = ".venv/sessions"
nox.options.default_venv_backend = "virtualenv"
nox.options.download_python = "never"
nox.options.reuse_venv = "yes"
nox.options.allow_parallel = True

antsibull_nox.load_antsibull_nox_toml()

# What ansible-rulebook requires
OLDEST_JAVA = 17
REQUIREMENTS = ROOT / "tests" / "requirements"
CORE = newest_core(CURRENT) or next(reversed(CORES))
# The core whose sanity tests compile and import the code on each Python, which takes long
ON_EACH_PYTHON = next(filter(versions.python_for, reversed(CORES)), None)
# Targets that take longer than all others together, and the cores whose differences matter to them: how a core masks
# secrets, how it forks, what it prints, and what its templates make of results
LONG_TARGETS = {
    "examples": ("2.16", "2.22", CORE),
    # each of them would make `make test` 10 to 30 s longer
    "cache": ("2.16", "2.21"),
    "recipes": ("2.16", "2.21"),
    "secrets": ("2.16", "2.21"),
}
# The oldest pylint and the newest that can be installed: it takes twice the time of all other sanity tests together
PYLINT_CORES = ("2.16", "2.21")


@nox.session
def code(session: nox.Session) -> None:
    """Style and types of the Python code; style and sense of script and style of the page, and of the workflows."""
    session.install("-r", str(REQUIREMENTS / "code.txt"))
    session.run("ruff", "check", "--quiet")
    session.run("ruff", "format", "--check", "--quiet", "--diff")
    session.run("biome", "check", "--error-on-warnings", "--colors=off", silent=True)
    shown = Path(session.create_tmp(), "shown")
    guide_files.write_all(shown)
    workflows = [*Path(".github", "workflows").iterdir(), *shown.glob("*/.github/workflows/*")]
    schema = ("check-jsonschema", "--builtin-schema")
    session.run(*schema, "vendor.github-workflows", *map(str, sorted(workflows)))
    session.run(*schema, "vendor.gitlab-ci", *map(str, sorted(shown.glob("*/.gitlab-ci.yml"))))
    forms = sorted(Path(".github", "ISSUE_TEMPLATE").glob("[!c]*.yml"))
    session.run(*schema, "vendor.github-issue-forms", *map(str, forms))
    session.run("zizmor", "--offline", "--quiet", "--min-severity", "medium", ".github", str(shown))
    copy = copy_tree(session)
    session.chdir(copy)
    packages = [f"--package=ansible_collections.opentelekomcloud.cce.{name}" for name in ("plugins", "extensions")]
    session.run("mypy", *packages, env={"MYPYPATH": str(copy.parents[2])})


@nox.session
def build(session: nox.Session) -> None:
    """The artifact is clean and complete, it and a fresh clone install, and Galaxy would import it."""
    session.install("-r", str(REQUIREMENTS / "build.txt"), "pytest", "requests", CORES[CORE].requirement)
    pytest(session, "tests/package", env={"CCE_OLDEST_CORE": next(iter(CORES))})


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """`make demo` and `make try` in a copy of the tree: they work, and leave nothing behind that Git would see."""
    copy = copy_tree(session)
    session.run("git", "-C", str(copy), "add", "--all", external=True, log=False)
    make = ["make", "--directory", str(copy), f"PYTHON={sys.executable}"]
    session.run(*make, "demo", external=True)
    own = Path(session.create_tmp(), "own.yml")
    own.write_text("[{hosts: localhost, tasks: [{opentelekomcloud.cce.jobs_info: {limit: '{{ n }}'}}]}]\n", "utf-8")
    session.run(*make, "try", f"PLAYBOOK={own.resolve()}", "ARGS=-e n=1 -v", external=True)
    left = session.run("git", "-C", str(copy), "ls-files", "--others", "--exclude-standard", silent=True, external=True)
    page = copy / ".venv" / "demo.html"
    if "shop-batch" not in page.read_text("utf-8"):
        session.error(f"{page} does not show the jobs of the demo")
    if left:
        session.error(f"left behind: {left}")


@nox.session
@on_pythons
def units(session: nox.Session, version: str) -> None:
    """Unit tests on each Python, with the newest ansible-core for it; without any, what needs none of Ansible.

    Property tests try all their examples on the Python that nox runs on, and what only developers run is tested there.
    """
    need_python(session, version)
    core = newest_core(version)
    session.install("-r", str(REQUIREMENTS / "units.txt"), *([CORES[core].requirement] if core else []))
    copy = copy_tree(session)
    session.chdir(copy)
    settings = environment(copy)
    tests = "tests/unit"
    if version != CURRENT:
        tests, settings["CCE_EXAMPLES"] = "tests/unit/plugins", "0.2"
    if not core:
        tests = "tests/unit/plugins/module_utils"
        report_skipped(session, "tests that need ansible-core, which has no controller for this Python")
    pytest(session, "--numprocesses", "2", tests, env=settings)


@nox.session
@on_cores
def sanity(session: nox.Session, core: str) -> None:
    """Every sanity test."""
    need_python(session, *CORES[core].pythons)
    session.install(CORES[core].requirement)
    # in the project, so that the environments that ansible-test makes for single tests are kept between runs
    home = ROOT / ".venv" / "homes" / core
    session.run("python", str(CHECKS / "ansible_test_home.py"), str(home))
    copy = copy_tree(session)
    session.chdir(copy)
    # --local: nox's environment serves, where --venv would make one more
    command = ["ansible-test", "sanity", "--local", "--color", "no", "--junit"]
    if core not in PYLINT_CORES or CORES[core].is_prerelease:
        # the pre-release 2.22.0rc1 pins a library of it to a file outside the package index
        command += ["--skip-test", "pylint"]
        report_skipped(session, f"pylint: `make test-all` runs it with ansible-core {' and '.join(PYLINT_CORES)}")
    if core != ON_EACH_PYTHON or core == CORE:
        command += ["--python", str(session.python or CURRENT)]
    path = versions.without_shims([*session.bin_paths, *os.environ["PATH"].split(os.pathsep)])
    session.run(*command, *session.posargs, env={"PATH": path, "HOME": str(home)})
    reports = copy / "tests" / "output" / "junit"
    shutil.copytree(reports, REPORTS / session.name, dirs_exist_ok=True)


@nox.session
@on_cores
def integration(session: nox.Session, core: str) -> None:
    """Playbooks against the simulated cloud. Arguments select targets."""
    need_python(session, *CORES[core].pythons)
    session.install(CORES[core].requirement, "requests")
    session.chdir(copy_tree(session))
    command = ["ansible-test", "integration", "--local", "--color", "no", "--continue-on-error"]
    elsewhere = [target for target, cores in LONG_TARGETS.items() if core not in cores]
    if elsewhere:
        command += [word for target in elsewhere for word in ("--exclude", target)]
        report_skipped(session, f"{', '.join(elsewhere)}: `make test-all` runs them with other cores")
    session.run(*command, *session.posargs, env={"HOME": session.create_tmp()})
    if core in (next(iter(CORES)), next(reversed(CORES))) and not session.posargs:
        # not in the session's folder for temporary files: ansible-core 2.22 makes a socket, whose path must be short
        session.run("python", str(CHECKS / "first_playbook.py"), env={"TMPDIR": None})


@nox.session
@nox.parametrize("name", ["keystone", "oracle"], ids=["keystone", "oracle"])
def part(session: nox.Session, name: str) -> None:
    """Something real that ``system`` needs, in an environment of its own; where it cannot be installed, tests skip."""
    try:
        session.install("-r", str(REQUIREMENTS / f"{name}.txt"))
    except nox.command.CommandFailed:
        session.skip(f"tests/requirements/{name}.txt cannot be installed here")
    Path(session.virtualenv.location, "complete").touch()


@nox.session(requires=["part(keystone)", "part(oracle)"])
def system(session: nox.Session) -> None:
    """Real parts around the plugins: Keystone as IAM, TLS, a forward proxy, another signer."""
    session.install("-r", str(REQUIREMENTS / "system.txt"), CORES[CORE].requirement)
    # where distributions install servers, which not every user has on PATH
    settings = {"PATH": os.pathsep.join([*session.bin_paths, os.environ["PATH"], "/usr/local/sbin", "/usr/sbin"])}
    for name in ("keystone", "oracle"):
        folder = ROOT / ".venv" / "sessions" / f"part-{name}"
        if (folder / "complete").exists():
            settings[f"CCE_{name.upper()}_PYTHON"] = str(folder / "bin" / "python")
    copy = copy_tree(session)
    session.chdir(copy)
    pytest(session, "-rs", "tests/system", env={**environment(copy), **settings})


@nox.session
def eda(session: nox.Session) -> None:
    """The event source and the rulebooks under ansible-rulebook, and `make try RULEBOOK=...`."""
    if java_version() < OLDEST_JAVA:
        session.skip(f"needs Java {OLDEST_JAVA}, which is not on PATH")
    try:
        session.install("-r", str(REQUIREMENTS / "rulebook.txt"), "pytest", CORES[CORE].requirement)
    except nox.command.CommandFailed:
        session.skip("ansible-rulebook cannot be installed here")
    copy = copy_tree(session)
    session.chdir(copy)
    pytest(session, "tests/eda", env={**environment(copy), "CCE_ENVIRONMENT": session.virtualenv.location})


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation site, as Ansible's own shows it. The argument --release adds that of the newest release."""
    session.install("-r", str(REQUIREMENTS / "docs.txt"), CORES[CORE].requirement)
    site = Path(session.create_tmp(), "site")
    shutil.rmtree(site, ignore_errors=True)
    command = ["python", str(CHECKS / "docs_site.py"), str(site), *session.posargs]
    session.run(*command, env=environment(copy_tree(session)), silent=True)
    session.log(f"The site is {site / 'index.html'}")
