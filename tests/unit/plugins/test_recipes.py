# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recipes document and check their variables. The integration target ``recipes`` runs them."""

from __future__ import annotations

import re
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from jinja2 import Environment

import ansible_collections.opentelekomcloud.cce as collection

ROOT = Path(next(iter(collection.__path__)))
sys.path.insert(0, str(ROOT / "docs"))
import catalog  # noqa: E402

RECIPES = catalog.recipes()
CHECK = "ansible.builtin.validate_argument_spec"

recipes = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)


def play_of(recipe: catalog.Recipe) -> dict[str, t.Any]:
    [play] = yaml.safe_load(recipe.file.read_text(encoding="utf-8"))
    return play


def spec_of(recipe: catalog.Recipe) -> dict[str, dict[str, t.Any]]:
    first = play_of(recipe)["tasks"][0]
    assert CHECK in first, "the first task does not check the variables"
    return first[CHECK]["argument_spec"]


def documented(recipe: catalog.Recipe) -> dict[str, bool]:
    """The variables that the play documents, and whether they are required."""
    variables = re.search(r"^  vars:\n(.+?)^  \w", recipe.file.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert variables
    found = {
        name: text.endswith(" (required)") for name, text in re.findall(r"^    # (\w+): (.+)$", variables[1], re.M)
    }
    # each variable with a default has its own comment
    entries = re.findall(r"^    # .+\n    (\w+):", variables[1], re.MULTILINE)
    assert entries == list(play_of(recipe).get("vars") or ())
    return {**found, **dict.fromkeys(entries, False)}


@recipes
def test_variables_are_documented_and_checked(recipe: catalog.Recipe) -> None:
    required = {name: spec.get("required", False) for name, spec in spec_of(recipe).items()}
    assert documented(recipe) == required


@recipes
def test_defaults_pass_the_check(recipe: catalog.Recipe) -> None:
    spec = spec_of(recipe)
    given = {name: "x" for name, option in spec.items() if option.get("required")}
    assert ArgumentSpecValidator(spec).validate({**given, **(play_of(recipe).get("vars") or {})}).error_messages == []


@recipes
def test_bad_values_are_named(recipe: catalog.Recipe) -> None:
    spec = spec_of(recipe)
    wrong: dict[str, t.Any] = {"bool": "perhaps", "float": "soon", "int": "many", "list": {}, "dict": "x"}
    for name, option in spec.items():
        if option["type"] in ("str", "path"):
            # Ansible turns everything into a string
            continue
        given = {**dict.fromkeys(spec, "1"), name: wrong[option["type"]]}
        [message] = ArgumentSpecValidator(spec).validate(given).error_messages
        assert name in message


@recipes
def test_command_sets_what_is_required(recipe: catalog.Recipe) -> None:
    assert f"ansible-playbook opentelekomcloud.cce.{recipe.name}" in re.sub(r" -i \S+", "", recipe.command)
    shown = set(re.findall(r" -e (\w+)=", recipe.command))
    required = {name for name, is_required in documented(recipe).items() if is_required}
    assert required <= shown <= spec_of(recipe).keys()


@recipes
def test_names_can_be_run(recipe: catalog.Recipe) -> None:
    """Ansible finds playbooks of a collection only if their names are identifiers."""
    assert recipe.name.isidentifier()


def tasks_of(tasks: list[dict[str, t.Any]], *conditions: str) -> t.Iterator[tuple[dict[str, t.Any], tuple[str, ...]]]:
    """Each task, also those of blocks, with all of its conditions."""
    for task in tasks:
        when = task.get("when", [])
        own = (*conditions, *([when] if isinstance(when, str) else when))
        if "block" in task:
            yield from tasks_of(task["block"], *own)
        else:
            yield task, own


@recipes
def test_check_mode_claims_nothing_about_jobs(recipe: catalog.Recipe) -> None:
    """In check mode, the module does not wait: jobs may be running, and it has waited for none."""
    in_check_mode = {"waited_for": [], "jobs": [{"status": "Running"}]}
    variables: dict[str, t.Any] = {"ansible_check_mode": True}
    waits = False
    for task, conditions in tasks_of(play_of(recipe)["tasks"]):
        options = task.get("opentelekomcloud.cce.jobs_info")
        if options is not None:
            waits |= bool(options.get("wait"))
            variables[task.get("register", "")] = in_check_mode
        # a loop over jobs that were not waited for shows nothing
        elif waits and "loop" not in task:
            assert not all(Environment().compile_expression(each)(**variables) for each in conditions), task["name"]


@recipes
def test_tasks_use_no_result_that_check_mode_leaves_out(recipe: catalog.Recipe) -> None:
    for task, _conditions in tasks_of(play_of(recipe)["tasks"]):
        # it makes no request in check mode
        if "ansible.builtin.uri" in task and "register" in task:
            assert task.get("check_mode") is False, task["name"]


@pytest.mark.parametrize("name", ["account_report", "daily_report", "night_report"])
def test_reports_that_fail_say_why(name: str, query: t.Callable[..., t.Any]) -> None:
    [recipe] = [recipe for recipe in RECIPES if recipe.name == name]
    last = play_of(recipe)["tasks"][-1]
    variables = {"report": "x", "page": "x", **last.get("vars", {})}
    unread = {"item": "eu-de_shop", "msg": "Cannot read it."}
    message = last["ansible.builtin.assert"]["fail_msg"]
    assert "Cannot read it." in query(message, **variables, cce={**unread, "results": [unread]})
    # Ansible evaluates it in any case
    assert query(message, **variables, cce={"results": [{"item": "eu-de_shop", "jobs": []}]})


@pytest.mark.parametrize("name", ["account_report", "daily_report"])
def test_text_of_the_cloud_is_one_line_without_markup(name: str, query: t.Callable[..., t.Any]) -> None:
    [recipe] = [recipe for recipe in RECIPES if recipe.name == name]
    [content] = [
        task["ansible.builtin.copy"]["content"] for task in play_of(recipe)["tasks"] if "ansible.builtin.copy" in task
    ]
    reason = "<b>it failed</b>\n\n## eu-de_lab: 0 of 12 jobs"
    job = {"project_id": "p", "completed_at": "", "type": "a", "resource_name": "b", "root_cause": {"reason": reason}}
    project = {"id": "p", "name": "eu-de_shop", "error": None, "fetched": 1}
    found = {"jobs": [job], "projects": [project], "results": [{"item": "eu-de_shop", "jobs": [job], "fetched": 1}]}
    [line] = [line for line in query(content, cce=found, since="1d", report="x.md").splitlines() if "it failed" in line]
    assert "0 of 12 jobs" in line
    assert "<b>" not in line


def test_there_is_one_directory_of_recipes() -> None:
    assert len(RECIPES) > 5
    assert not (ROOT / "docs" / "recipes").exists()
