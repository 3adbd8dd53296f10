# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option tables, argument spec, and documentation of both plugins agree.

The documentation is read with ``ansible-doc``, so Ansible itself merges the fragments.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.release import __version__

import ansible_collections.opentelekomcloud.cce as collection
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http.bodies import explain
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.normalize import JOB_KEYS, Origin
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.query import Query
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.select import select
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.summary import summarize
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import CONNECTION, Option
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import FILTERS
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import LOOKUP as LOOKUP_OPTIONS
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE as MODULE_OPTIONS

ROOT = Path(next(iter(collection.__path__)))
FIXTURES = ROOT / "tests" / "unit" / "plugins" / "module_utils" / "fixtures"
COLLECTION = "opentelekomcloud.cce"
ACTION_GROUP = f"{COLLECTION}.all"


def ansible_doc(*arguments: str) -> str:
    """The output of ansible-doc. A warning about the collection is a failure."""
    environment = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT.parents[2]),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        [sys.executable, "-m", "ansible.cli.doc", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert COLLECTION not in done.stderr, done.stderr
    return done.stdout


def documentation(kind: str, plugin: str) -> t.Any:
    found = json.loads(ansible_doc("--json", "--type", kind, plugin))
    assert list(found) == [plugin]
    return found[plugin]


# Read once, during collection, because ansible-test runs each test in a separate process
MODULE, LOOKUP = MODULE_OPTIONS.plugin, LOOKUP_OPTIONS.plugin
TABLES = {MODULE: MODULE_OPTIONS, LOOKUP: LOOKUP_OPTIONS}
DOCUMENTED = {MODULE: documentation("module", MODULE), LOOKUP: documentation("lookup", LOOKUP)}
SPEC = MODULE_OPTIONS.argument_spec()


def each(options: t.Iterable[Option]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("option", options, ids=lambda option: option.name)


each_plugin = pytest.mark.parametrize("plugin", [MODULE, LOOKUP])
each_plugin_and_option = pytest.mark.parametrize(
    ("plugin", "option"),
    [
        pytest.param(plugin, option, id=f"{plugin}-{option.name}")
        for plugin in (MODULE, LOOKUP)
        for option in TABLES[plugin].options
    ],
)


def documented_options(plugin: str) -> dict[str, dict[str, t.Any]]:
    options = dict(DOCUMENTED[plugin]["doc"]["options"])
    options.pop("_terms", None)
    return options


def text_of(description: str | list[str]) -> str:
    return description if isinstance(description, str) else " ".join(description)


def meaning(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The facts about an option, in the same form for an argument spec and for documentation."""
    return {
        "type": option.get("type", "str"),
        "elements": option.get("elements"),
        "default": option.get("default"),
        "choices": sorted(option.get("choices") or ()),
        "aliases": sorted(option.get("aliases") or ()),
        "required": bool(option.get("required", False)),
    }


def meaning_in_table(option: Option) -> dict[str, t.Any]:
    return {
        "type": option.type,
        "elements": option.elements,
        "default": option.default,
        "choices": sorted(option.choices),
        "aliases": sorted(option.aliases),
        "required": False,
    }


# ---------------------------------------------------------------------------------------------------------------------
# options


def test_argument_spec_has_the_options_of_the_table() -> None:
    assert sorted(SPEC) == sorted(option.name for option in TABLES[MODULE].options)


@each_plugin
def test_plugin_documents_the_options_of_the_table(plugin: str) -> None:
    assert sorted(documented_options(plugin)) == sorted(option.name for option in TABLES[plugin].options)


def test_only_the_lookup_has_terms() -> None:
    assert "_terms" not in DOCUMENTED[MODULE]["doc"]["options"]
    terms = meaning(DOCUMENTED[LOOKUP]["doc"]["options"]["_terms"])
    assert (terms["type"], terms["elements"], terms["required"]) == ("list", "str", False)


@each(TABLES[MODULE].options)
def test_argument_spec_of_an_option(option: Option) -> None:
    assert meaning(SPEC[option.name]) == meaning_in_table(option)
    assert bool(SPEC[option.name].get("no_log")) == option.secret


@each_plugin_and_option
def test_documentation_of_an_option(plugin: str, option: Option) -> None:
    assert meaning(documented_options(plugin)[option.name]) == meaning_in_table(option)


@each(TABLES[MODULE].options)
def test_module_documents_no_sources(option: Option) -> None:
    """Ansible ignores ``env`` and ``vars`` in the documentation of a module."""
    assert not {"env", "ini", "vars"} & set(documented_options(MODULE)[option.name])


@each(TABLES[LOOKUP].options)
def test_lookup_reads_the_environment_variables_of_the_table(option: Option) -> None:
    names = [entry["name"] for entry in documented_options(LOOKUP)[option.name].get("env", ())]
    assert names == list(option.environment)


@each(TABLES[LOOKUP].options)
def test_lookup_reads_the_ansible_variable_of_the_table(option: Option) -> None:
    names = [entry["name"] for entry in documented_options(LOOKUP)[option.name].get("vars", ())]
    assert names == ([option.variable] if option.variable else [])


@each(CONNECTION + FILTERS)
def test_description_names_the_environment_variables_in_order(option: Option) -> None:
    text = text_of(documented_options(MODULE)[option.name]["description"])
    named = [name for name in re.findall(r"E\((\w+)\)", text) if name in option.environment]
    assert named == list(option.environment)


def test_module_fits_into_a_terminal() -> None:
    """In lines of 79 columns, which is what ansible-doc prints without a terminal."""
    if __version__.startswith("2.16."):
        pytest.skip("ansible-core 2.16 prints more empty lines")
    assert len(ansible_doc(MODULE).splitlines()) <= 650


# ---------------------------------------------------------------------------------------------------------------------
# results


def returned_jobs(plugin: str) -> dict[str, t.Any]:
    """The documentation of the jobs that a plugin returns."""
    found: dict[str, t.Any] = DOCUMENTED[plugin]["return"][{MODULE: "jobs", LOOKUP: "_list"}[plugin]]
    return found


@each_plugin
def test_documented_keys_are_the_keys_of_a_job(plugin: str) -> None:
    assert sorted(returned_jobs(plugin)["contains"]) == sorted(JOB_KEYS)


@each_plugin
def test_sample_has_the_keys_of_a_job(plugin: str) -> None:
    assert [sorted(job) for job in returned_jobs(plugin)["sample"]] == [sorted(JOB_KEYS)]


def test_documented_keys_of_the_summary() -> None:
    assert sorted(DOCUMENTED[MODULE]["return"]["summary"]["contains"]) == sorted(summarize([]))


def test_what_a_failed_wait_returns_is_documented(
    run_module: t.Callable[..., dict[str, t.Any]], simulator: t.Any
) -> None:
    [job] = run_module({**simulator.access(), "status": "Failed", "limit": 1})["jobs"]
    result = run_module({**simulator.access(), "id": job["id"], "wait": True, "fail_on_failure": True})
    assert result["error"]["kind"] == "job_failed"
    when = {name: described["returned"] for name, described in DOCUMENTED[MODULE]["return"].items()}
    expected = {name for name, text in when.items() if text in ("always", "failure") or "O(wait)" in text}
    assert when.keys() & result.keys() == expected


def test_documented_keys_of_an_error() -> None:
    documented = DOCUMENTED[MODULE]["return"]["error"]
    assert sorted(documented["contains"]) == sorted(documented["sample"]) == sorted(CceError("", "option").as_dict())


def test_samples_are_the_published_list() -> None:
    """The list of one job in the API reference; see README.md in the same directory."""
    payload = json.loads((FIXTURES / "jobs" / "real-v2-list-otc-doc.json").read_text(encoding="utf-8"))
    returned = DOCUMENTED[MODULE]["return"]
    [project] = returned["projects"]["sample"]
    selection = select(payload, Query(), origin=Origin(project["id"], project["name"], project["region"]))
    assert returned["jobs"]["sample"] == selection.jobs


def test_sample_of_an_error_is_a_published_response() -> None:
    refusal = json.loads((FIXTURES / "errors" / "gateway-401-0307.json").read_text(encoding="utf-8"))
    sample = DOCUMENTED[MODULE]["return"]["error"]["sample"]
    assert (sample["code"], sample["message"], sample["request_id"]) == explain(refusal)
    assert (sample["kind"], sample["http_status"]) == ("authentication", 401)
    assert f"/projects/{DOCUMENTED[MODULE]['return']['project_id']['sample']}/" in sample["url"]


# ---------------------------------------------------------------------------------------------------------------------
# examples and groups


def values_of(key: str, node: t.Any) -> t.Iterator[t.Any]:
    """Every value of a key, at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values_of(key, value)
    elif isinstance(node, list):
        for element in node:
            yield from values_of(key, element)


def test_module_examples_use_only_options_that_exist() -> None:
    examples = yaml.safe_load(DOCUMENTED[MODULE]["examples"])
    uses = [*values_of(MODULE, examples), *values_of(f"group/{ACTION_GROUP}", examples)]
    assert len(uses) > 1
    assert {name for use in uses for name in use or ()} <= set(SPEC)


def test_lookup_examples_use_only_queries_and_variables_that_exist() -> None:
    text = DOCUMENTED[LOOKUP]["examples"]
    assert yaml.safe_load(text)
    assert text.count(f"query('{LOOKUP}'") == text.count(f"'{LOOKUP}'") > 0
    variables = set(re.findall(r"opentelekomcloud_cce_\w+", text))
    assert variables
    assert variables <= {option.variable for option in CONNECTION}


def test_module_documents_its_action_group() -> None:
    assert DOCUMENTED[MODULE]["doc"]["attributes"]["action_group"]["membership"] == [ACTION_GROUP]
