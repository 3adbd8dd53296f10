# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports between the packages of the collection point down, and not in a circle."""

from __future__ import annotations

import ast
import typing as t
from pathlib import Path

import pytest

import ansible_collections.opentelekomcloud.cce as collection

PLUGINS = Path(next(iter(collection.__path__))) / "plugins"

# The packages that each package may import besides itself. "base" are the single files in module_utils.
MAY_IMPORT: dict[str, set[str]] = {
    "base": set(),
    "_jobs": {"base"},
    "_options": {"base"},
    "_http": {"base"},
    "_auth": {"base", "_options", "_http"},
    "_api": {"base", "_options", "_http", "_auth"},
    "_service": {"base", "_jobs", "_options", "_http", "_auth", "_api"},
    "plugin_utils": {"base", "_jobs", "_options", "_http", "_auth", "_api", "_service"},
    "modules": {"base", "_jobs", "_options", "_http", "_auth", "_api", "_service"},
    "lookup": {"base", "_jobs", "_options", "_http", "_auth", "_api", "_service", "plugin_utils"},
    "action": {"base", "plugin_utils"},
    "timeline": {"base", "_jobs"},
    "filter": {"base", "_jobs", "timeline", "plugin_utils"},
    "doc_fragments": set(),
}

# The packages that work without these libraries
WITHOUT = {"_jobs": {"ansible", "openstack", "requests", "urllib3"}, "_options": {"openstack", "requests", "urllib3"}}

# Imports inside of functions. Ansible compiles the files of a collection again in each process, which most tasks that
# do without these files should not have to wait for.
LAZY = {
    ("action._jobs_info", "plugin_utils._in_process"),
    ("module_utils._auth.login", "module_utils._auth.indirect"),
    ("module_utils._auth.login", "module_utils._auth.password"),
    ("module_utils._http.client", "module_utils._http.diagnosis"),
    ("module_utils._service.find", "module_utils._service.polled_search"),
    ("module_utils._service.find", "module_utils._service.projects"),
}
LAZY_PREFIX = "module_utils._auth.clouds"

# What a task with a token or a password, of one project, without a wait and without a failure, does without
UNUSUAL = {
    "module_utils._auth.access_key",
    "module_utils._auth.agency",
    "module_utils._auth.clouds",
    "module_utils._auth.indirect",
    "module_utils._auth.instance",
    "module_utils._auth.project_sessions",
    "module_utils._auth.projects",
    "module_utils._auth.signature",
    "module_utils._http.diagnosis",
    "module_utils._service.changes",
    "module_utils._service.event_source",
    "module_utils._service.observe",
    "module_utils._service.polled_search",
    "module_utils._service.projects",
    "module_utils._service.wait",
    "module_utils._service.wait_messages",
    "module_utils._service.wait_source",
}


class Import(t.NamedTuple):
    """An import of one file of the collection by another, both by dotted name below ``plugins``."""

    importer: str
    imported: str
    lazy: bool
    """Whether it is inside of a function."""
    for_types: bool
    """Whether it is for type checkers only."""


def name_of(path: Path) -> str:
    parts = path.relative_to(PLUGINS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(path): path for path in sorted(PLUGINS.rglob("*.py"))}


def package(name: str) -> str:
    """The key of a file in ``MAY_IMPORT``."""
    first, *others = name.split(".")
    if FILES[name].parent == PLUGINS / "plugin_utils" / "_timeline":
        return "timeline"
    if first != "module_utils":
        return first
    return others[0] if FILES[name].parent.name != first else "base"


def imports_in(
    node: ast.AST, lazy: bool = False, for_types: bool = False
) -> t.Iterator[tuple[ast.Import | ast.ImportFrom, bool, bool]]:
    """Every import statement, whether it is inside of a function, and whether it is for type checkers only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child, lazy, for_types
        yield from imports_in(
            child,
            lazy or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)),
            for_types or (isinstance(child, ast.If) and ast.unparse(child.test) == "t.TYPE_CHECKING"),
        )


def targets(importer: str, statement: ast.ImportFrom) -> t.Iterator[str]:
    """The files that ``from ... import ...`` imports."""
    is_package = FILES[importer].name == "__init__.py"
    parents = importer.split(".")[: None if is_package and statement.level == 1 else is_package - statement.level]
    module = ".".join([*parents, *([statement.module] if statement.module else [])])
    for alias in statement.names:
        inner = f"{module}.{alias.name}"
        yield inner if inner in FILES else module


def of_the_collection() -> t.Iterator[Import]:
    for importer, path in FILES.items():
        for statement, lazy, for_types in imports_in(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(statement, ast.ImportFrom) and statement.level:
                for imported in targets(importer, statement):
                    yield Import(importer, imported, lazy, for_types)


def libraries() -> t.Iterator[tuple[str, str]]:
    """Every file, and the top-level name of each absolute import in it."""
    for importer, path in FILES.items():
        for statement, *_kind in imports_in(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(statement, ast.Import):
                yield from ((importer, alias.name.partition(".")[0]) for alias in statement.names)
            elif not statement.level:
                yield importer, str(statement.module).partition(".")[0]


IMPORTS = list(of_the_collection())


def test_all_imports_are_understood() -> None:
    assert len(IMPORTS) > len(FILES)
    assert {each.imported for each in IMPORTS} <= set(FILES)


def test_every_package_has_its_rules() -> None:
    assert {package(name) for name in FILES} <= set(MAY_IMPORT)


def test_rules_allow_no_circle() -> None:
    left = {name: set(allowed) for name, allowed in MAY_IMPORT.items()}
    while left:
        lowest = {name for name, allowed in left.items() if not allowed & set(left)}
        assert lowest, left
        left = {name: allowed for name, allowed in left.items() if name not in lowest}


@pytest.mark.parametrize("name", FILES)
def test_imports_point_down(name: str) -> None:
    own = package(name)
    upward = {
        (name, each.imported)
        for each in IMPORTS
        if each.importer == name and package(each.imported) not in {own, *MAY_IMPORT[own]}
    }
    assert upward == set()


def circle_through(start: str) -> list[str]:
    """A circle of imports that begins and ends with this file, or an empty list."""
    path, seen = [start], {start}

    def search(name: str) -> bool:
        for imported in sorted({each.imported for each in IMPORTS if each.importer == name}):
            if imported == start:
                return True
            if imported not in seen:
                seen.add(imported)
                path.append(imported)
                if search(imported):
                    return True
                path.pop()
        return False

    return [*path, start] if search(start) else []


@pytest.mark.parametrize("name", FILES)
def test_imports_make_no_circle(name: str) -> None:
    circle = circle_through(name)
    assert not circle, " -> ".join(circle)


def test_jobs_import_pure_files_only() -> None:
    """Such as the exception: files that import nothing but the standard library."""
    found = {each.imported for each in IMPORTS if package(each.importer) == "_jobs" != package(each.imported)}
    assert any(package(name) == "_jobs" for name in FILES)
    assert [each for each in IMPORTS if each.importer in found] == []
    assert {library for importer, library in libraries() if importer in found} & WITHOUT["_jobs"] == set()


@pytest.mark.parametrize("name", WITHOUT)
def test_package_works_without_libraries(name: str) -> None:
    imported = {library for importer, library in libraries() if package(importer) == name}
    assert "__future__" in imported
    assert not imported & WITHOUT[name]


def test_imports_are_relative() -> None:
    assert [importer for importer, library in libraries() if library == "ansible_collections"] == []


def test_imports_are_at_the_top() -> None:
    lazy = {(each.importer, each.imported) for each in IMPORTS if each.lazy}
    clouds = {pair for pair in lazy if pair[1].startswith(LAZY_PREFIX)}
    assert lazy - clouds == LAZY


@pytest.mark.parametrize("entry_point", ["modules.jobs_info", "plugin_utils._in_process", "lookup.jobs"])
def test_usual_tasks_import_only_what_they_need(entry_point: str) -> None:
    reached, latest = {entry_point}, {entry_point}
    while latest:
        latest = {
            each.imported for each in IMPORTS if each.importer in latest and not each.lazy and not each.for_types
        } - reached
        reached |= latest
    assert "module_utils._http.client" in reached
    assert set(FILES) >= UNUSUAL
    assert reached & UNUSUAL == set()
