# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides agree with the code. The integration targets ``examples`` and ``recipes`` run what they show."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

import ansible_collections.opentelekomcloud.cce as collection
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as http_client
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.raw_job import FIELDS
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import CONNECTION
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service import find
from ansible_collections.opentelekomcloud.cce.plugins.modules import jobs_info

ROOT = Path(next(iter(collection.__path__)))
GUIDES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "docsite" / "rst").glob("*.rst")}
TEXTS = {**GUIDES, "README": (ROOT / "README.md").read_text(encoding="utf-8")}
RECIPES = ROOT / "playbooks"
REPOSITORY = "https://github.com/opentelekomcloud/ansible-collection-cce"

# The table of errors: the kind, and the cause with what to do
ERROR_ROWS = dict(
    re.findall(
        r"^   \* - :ansval:`(\w+)`\n((?:     .+\n)+)", GUIDES["troubleshoot"].split("\nHandle errors")[0], re.MULTILINE
    )
)

# How to provoke a failure of each kind: options, and the response of the simulated cloud in place of a list
FAILURES: dict[str, tuple[dict[str, t.Any], dict[str, t.Any]]] = {
    "option": ({"cluster_name": "shop-bach"}, {}),
    "dependency": ({}, {}),
    "authentication": ({"token": "expired"}, {}),
    "permission": ({"project_id": "another-project"}, {}),
    "not_found": ({"endpoint": "{url}/api"}, {}),
    "throttled": ({}, {"status": 429, "body": '{"error_code": "APIGW.0308"}'}),
    "unavailable": ({}, {"status": 503, "body": '{"error_code": "APIGW.0201"}'}),
    "timeout": ({"timeout": 0.3}, {"hang": True}),
    "tls": ({"endpoint": "{tls_url}"}, {}),
    "connection": ({"endpoint": "http://127.0.0.1:1"}, {}),
    "response": ({}, {"status": 200, "body": "<html>"}),
    "job_failed": ({"id": "{failed_job}", "wait": True, "fail_on_failure": True}, {}),
}


def test_the_table_of_errors_has_each_kind() -> None:
    described = yaml.safe_load(jobs_info.RETURN)["error"]["contains"]["kind"]["description"]
    assert list(ERROR_ROWS) == re.findall(r"V\((\w+)\)", "\n".join(described))
    assert list(ERROR_ROWS) == list(FAILURES)


@pytest.mark.parametrize("kind", FAILURES)
def test_the_table_of_errors_has_the_right_status(
    kind: str, run_module: t.Callable[..., dict[str, t.Any]], simulator: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, fault = FAILURES[kind]
    url = simulator.ready["url"]
    values = {"url": url, "tls_url": url.replace("http:", "https:")}
    if kind == "job_failed":
        [failed_job] = run_module({**simulator.access(), "status": "Failed", "limit": 1})["jobs"]
        values["failed_job"] = failed_job["id"]
    given = {name: value.format(**values) if isinstance(value, str) else value for name, value in options.items()}
    if fault:
        simulator.control("POST", "/faults", {"path": "/api/v2", "times": None, **fault})
    if kind == "dependency":
        monkeypatch.setattr(find, "IMPORT_ERROR", ModuleNotFoundError("No module named 'requests'"))
    monkeypatch.setattr(http_client, "_FIRST_PAUSE", 0.01)
    error = run_module({**simulator.access(), "retries": 1, **given})["error"]
    assert error["kind"] == kind
    statuses = re.findall(r"HTTP ([^)]+)\)", ERROR_ROWS[kind])
    if statuses:
        assert str(error["http_status"]) in statuses[0]
    else:
        assert error["http_status"] in (None, 200)


def test_texts_name_environment_variables_that_are_read() -> None:
    # openstacksdk reads that one
    known = {name for option in CONNECTION for name in option.environment} | {"OS_CLIENT_CONFIG_FILE"}
    named = {name for text in TEXTS.values() for name in re.findall(r"\bOS_[A-Z_]+\b", text)}
    assert named
    assert named <= known


def test_readme_has_the_environment_variable_of_each_option_that_it_names() -> None:
    pairs = re.findall(r"`(\w+)`\s\(`(OS_\w+)`\)", TEXTS["README"])
    assert len(pairs) > 8
    first = {option.name: option.environment[0] for option in CONNECTION if option.environment}
    assert dict(pairs).items() <= first.items()


def test_badges_are_true() -> None:
    core = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["requires_ansible"]
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    badges = [unquote(url) for url in re.findall(r"!\[[^]]*\]\((\S+)\)\]", TEXTS["README"])]
    facts = (
        f"{galaxy['repository']}/actions/workflows/ci.yml",
        f"/index/{galaxy['namespace']}/{galaxy['name']}/",
        f"ansible--core-{core.removeprefix('>=').removesuffix('.0')} or newer",
        f"license-{galaxy['license'][0].replace('-', '--')}-",
    )
    assert [fact for fact in facts if not any(fact in badge for badge in badges)] == []


def test_texts_name_variables_that_are_read() -> None:
    known = {option.variable for option in CONNECTION}
    for path in (ROOT / "plugins" / "action").glob("*.py"):
        known |= set(re.findall(r"\bopentelekomcloud_cce_[a-z_]+\b", path.read_text(encoding="utf-8")))
    named = {name for text in TEXTS.values() for name in re.findall(r"\bopentelekomcloud_cce_[a-z_]+\b", text)}
    assert named
    assert named <= known


@pytest.mark.parametrize(
    "file", sorted((ROOT / "extensions" / "eda" / "rulebooks").glob("*.yml")), ids=lambda file: file.stem
)
def test_commands_of_rulebooks_can_be_run(file: Path) -> None:
    """ansible-rulebook refuses actions that run something without an inventory."""
    text = file.read_text(encoding="utf-8")
    [command] = re.findall("^#   (ansible-rulebook .+)$", text, re.MULTILINE)
    assert f" opentelekomcloud.cce.{file.stem} " in command
    if re.search("^ +run_(module|playbook):", text, re.MULTILINE):
        assert " -i " in command


def test_every_guide_is_listed_and_linked() -> None:
    config = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text(encoding="utf-8"))
    listed = [name for section in config["sections"] for name in section["toctree"]]
    contents = TEXTS["README"].split("\n## Find your way\n")[1].split("\n## ")[0]
    assert sorted(listed) == sorted(GUIDES)
    # in the same order
    assert re.findall(r"/docsite/(\w+)\.html\)", contents) == listed


def test_the_developers_guide_names_every_package() -> None:
    module_utils = ROOT / "plugins" / "module_utils"
    packages = {path.parent.name for path in module_utils.glob("*/__init__.py")}
    assert packages
    assert packages == set(re.findall(r"``module_utils/(\w+)``", GUIDES["develop"]))
    files = {path.name for path in module_utils.glob("_*.py")}
    assert files == set(re.findall(r"``(?:module_utils/)?(_\w+\.py)``", GUIDES["develop"].split("\n.. _")[1]))


def tasks_that_wait() -> t.Iterator[dict[str, t.Any]]:
    """The options of each task in the documentation that waits."""
    recipes = [path.read_text(encoding="utf-8") for path in RECIPES.glob("*.yml")]
    blocks = [
        textwrap.dedent(block)
        for text in TEXTS.values()
        for block in re.findall(r"code-block:: yaml\+jinja\n\n((?: +.*\n|\n)+)", text)
        + re.findall(r"```yaml\n(.+?)```", text, re.S)
    ]

    def walk(value: t.Any) -> t.Iterator[dict[str, t.Any]]:
        if isinstance(value, dict):
            options = value.get("opentelekomcloud.cce.jobs_info") or {}
            if isinstance(options, dict) and options.get("wait"):
                yield options
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from walk(inner)

    for text in (jobs_info.EXAMPLES, *recipes, *blocks):
        yield from walk(yaml.safe_load(text))


def test_no_example_waits_only_for_jobs_that_began_lately() -> None:
    """A gate that a job passes by running for longer is none."""
    waiting = list(tasks_that_wait())
    assert len(waiting) > 10
    times = {"created_after", "created_before", "completed_after", "completed_before"}
    assert [options for options in waiting if times & options.keys() and "wait_appear" not in options] == []


def test_the_clouds_yaml_example_works(
    run_module: t.Callable[..., dict[str, t.Any]], simulator: t.Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("openstack")
    block = re.search(r":caption: clouds\.yaml\n\n((?:   .*\n)+)", GUIDES["provide_credentials"])
    assert block
    config = yaml.safe_load(block[1])
    ready = simulator.ready
    [(name, cloud)] = config["clouds"].items()
    assert sorted(cloud["auth"]) == ["auth_url", "project_name", "user_domain_name", "username"]
    cloud["auth"].update(auth_url=ready["auth_url"], username=ready["username"], user_domain_name=ready["domain_name"])
    secret = {"clouds": {name: {"auth": {"password": ready["password"]}}}}
    for kind, content in (("CONFIG", config), ("SECURE", secret)):
        file = tmp_path / f"{kind.lower()}.yaml"
        file.write_text(yaml.safe_dump(content), encoding="utf-8")
        monkeypatch.setenv(f"OS_CLIENT_{kind}_FILE", str(file))
    result = run_module({"cloud": name})
    assert result.get("project_id") == ready["project_id"], result["msg"]


def caption(guide: str, name: str) -> t.Any:
    """The YAML of the block with this caption."""
    block = re.search(rf"   :caption: {re.escape(name)}\n\n((?:   .*\n|\n)+)", GUIDES[guide])
    assert block, f"no block {name} in {guide}"
    return yaml.safe_load(block[1])


def test_the_openstack_credential_of_awx_works(
    run_module: t.Callable[..., dict[str, t.Any]], simulator: t.Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("openstack")
    ready = simulator.ready
    # what AWX writes for the fields that the guide fills in (_openstack_data in awx_plugins/credentials/injectors.py)
    auth = {
        "auth_url": ready["auth_url"],
        "username": ready["username"],
        "password": ready["password"],
        "project_name": ready["project_name"],
        "domain_name": ready["domain_name"],
    }
    file = tmp_path / "awx"
    file.write_text(yaml.safe_dump({"clouds": {"devstack": {"auth": auth, "verify": True}}}), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    [play] = caption("awx", "awx.yml")
    options = play["module_defaults"]["group/opentelekomcloud.cce.all"]
    [task] = play["tasks"]
    result = run_module({**options, **task["opentelekomcloud.cce.jobs_info"]})
    assert result.get("project_id") == ready["project_id"], result.get("msg")
    assert result["fetched"]


def test_the_credential_type_for_awx_works(
    run_module: t.Callable[..., dict[str, t.Any]], simulator: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    jinja2 = pytest.importorskip("jinja2")
    inputs, injectors = caption("awx", "inputs.yml"), caption("awx", "injectors.yml")
    fields = {field["id"]: field for field in inputs["fields"]}
    assert set(inputs["required"]) <= set(fields)
    assert [name for name, field in fields.items() if field.get("secret")] == ["secret_key"]
    values = {name: simulator.ready[name] for name in fields}
    assert injectors.keys() == {"env"}
    for name, template in injectors["env"].items():
        monkeypatch.setenv(name, jinja2.Template(template, undefined=jinja2.StrictUndefined).render(values))
    hosts = {name: simulator.ready[name] for name in ("auth_url", "endpoint")}
    result = run_module(hosts)
    assert result.get("project_id") == simulator.ready["project_id"], result.get("msg")


def test_the_keys_of_the_api_are_those_that_are_read() -> None:
    rows = re.findall(
        r"^   \* - ``([\w.]+)``\n     - :ansretval:`.*:jobs\[\]\.(\w+)`$", GUIDES["migrate"], re.MULTILINE
    )
    read = {key: f"{block}.{names[0]}" for key, (block, names) in FIELDS.items() if key != "message"}
    assert {ours: theirs for theirs, ours in rows} == read


def listed_messages() -> dict[str, re.Pattern[str]]:
    """The messages of the page, each as a pattern, from the most specific one on."""
    found = re.findall(r"^\* ``(.+)``$", GUIDES["messages"], re.MULTILINE)
    patterns = {text: re.compile(".*".join(map(re.escape, text.split("..."))), re.DOTALL) for text in found}
    return dict(sorted(patterns.items(), key=lambda item: -len(item[0])))


PROVOKED: dict[str, tuple[dict[str, t.Any], str]] = {
    "option": ({"limit": 0}, "use ... or more"),
    "unknown option": ({"stauts": "Failed"}, "Unsupported option for ...: ... ..."),
    "unknown cluster": ({"cluster_name": "shop-bach"}, "Cluster ... not found. Did you mean ...?"),
    "conflict": ({"access_key": "a", "secret_key": "b"}, "Conflicting credentials: ... are both set. Keep one."),
    "no host": ({"endpoint": "http://127.0.0.1:1"}, "no connection to ..."),
    "no API": ({"endpoint": "{url}/simulator"}, "... responded with HTTP ..."),
    "no list": ({"endpoint": "{url}/page"}, "is an HTML or XML page"),
    "no job": (
        {"id": "00000000-0000-4000-8000-000000000000", "wait": True, "wait_appear": 0.1, "wait_interval": 0.1},
        "... not found... Check id and the project, or increase wait_appear.",
    ),
}


@pytest.mark.parametrize("case", PROVOKED)
def test_messages_that_users_see_are_on_the_page(
    case: str, run_module: t.Callable[..., dict[str, t.Any]], simulator: t.Any
) -> None:
    options, expected = PROVOKED[case]
    given = {
        name: value.format(url=simulator.ready["url"]) if isinstance(value, str) else value
        for name, value in options.items()
    }
    if case == "no list":
        simulator.control("POST", "/faults", {"path": "/api/v2", "times": None, "status": 200, "body": "<html>"})
        given = {}
    message = run_module({**simulator.access(), "retries": 0, **given})["msg"]
    patterns = listed_messages()
    assert expected in patterns
    assert patterns[expected].search(message), message
