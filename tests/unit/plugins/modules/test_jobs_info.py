# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module, run as Ansible runs it, against a simulated cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
import uuid
from pathlib import Path

import pytest
import yaml

import ansible_collections.opentelekomcloud.cce as collection

ERROR_KEYS = ["code", "http_status", "kind", "message", "request_id", "url"]
# what no output may contain
SECRET = "KqX9-very-secret-Zw4"
OTHER_SECRET = "Vb7-also-secret-Jt2"


def fresh(options: dict[str, t.Any]) -> tuple[dict[str, t.Any], list[str]]:
    """The options with new secrets, and these secrets: what Ansible masked once stays masked."""
    secrets = {old: f"{old}-{uuid.uuid4().hex}" for old in (SECRET, OTHER_SECRET)}
    text = json.dumps(options)
    for old, new in secrets.items():
        text = text.replace(old, new)
    return json.loads(text), list(secrets.values())


Run = t.Callable[..., dict[str, t.Any]]


def test_result_has_the_documented_keys(run_module: Run, simulator: t.Any) -> None:
    from ansible_collections.opentelekomcloud.cce.plugins.modules import jobs_info

    documented = yaml.safe_load(jobs_info.RETURN)
    keys = {key for key, value in documented.items() if value["returned"].startswith(("always", "success"))}
    result = run_module(simulator.access())
    assert len(keys) > 4
    assert set(result) == keys | {"changed", "invocation"}
    assert result["changed"] is False
    assert result["log"] == []
    assert result["project_id"] == simulator.ready["project_id"]
    assert result["fetched"] == len(result["jobs"]) >= simulator.ready["jobs"]


def test_projects_and_jobs_show_as_much_of_the_project_as_is_known(run_module: Run, simulator: t.Any) -> None:
    project_id = simulator.ready["project_id"]
    by_id = {"id": project_id, "name": None, "region": None}
    by_name = {"id": project_id, "name": simulator.ready["project_name"], "region": "eu-de"}
    for credential, options, known in (
        ("token", {}, by_id),
        ("token", {"region": "somewhere"}, {**by_id, "region": "somewhere"}),
        ("token", {"project_id": None, "project_name": by_name["name"]}, by_name),
        # the login returns the name
        ("password", {"username": simulator.ready["username"], "domain_id": simulator.ready["domain_id"]}, by_name),
    ):
        result = run_module({**simulator.access(credential), **options})
        assert result["projects"] == [{**known, "fetched": result["fetched"], "error": None}]
        assert {(job["project_id"], job["project_name"], job["region"]) for job in result["jobs"]} == {
            (known["id"], known["name"], known["region"])
        }
        assert result["project_id"] == project_id
        by_project = result["summary"]["by_project"]
        assert by_project == ({known["name"]: len(result["jobs"])} if known["name"] else {})


def test_retries_are_in_the_log_and_not_in_the_warnings(run_module: Run, simulator: t.Any) -> None:
    simulator.control("POST", "/faults", {"path": "/api/v2/projects", "status": 503})
    result = run_module(simulator.access())
    [message] = result["log"]
    assert "2 of 5" in message
    assert "503" in message
    assert not result.get("warnings")
    simulator.control("POST", "/faults", {"path": "/api/v2/projects", "status": 503})
    failed = run_module({**simulator.access(), "retries": 0})
    assert (failed["error"]["kind"], failed["log"]) == ("unavailable", [])


def test_summary_counts_the_jobs_of_the_result(run_module: Run, simulator: t.Any) -> None:
    result = run_module({**simulator.access(), "status": "failed"})
    summary = result["summary"]
    assert summary["total"] == summary["finished"] == len(result["jobs"]) > 0
    assert summary["by_status"] == {"Failed": summary["total"]}
    assert sum(summary["by_type"].values()) == sum(summary["by_cluster"].values()) == summary["total"]
    assert result["fetched"] > summary["total"]


def test_empty_list_is_a_success(run_module: Run, simulator: t.Any) -> None:
    simulator.control("PUT", "/jobs", [])
    result = run_module(simulator.access())
    assert (result["jobs"], result["fetched"]) == ([], 0)
    assert result["summary"].pop("total") == result["summary"].pop("finished") == 0
    assert set(map(len, result["summary"].values())) == {0}


@pytest.mark.parametrize(
    "credential",
    [
        ("token",),
        ("access_key", "secret_key"),
        ("username", "password", "domain_name"),
        ("username", "password", "domain_id"),
    ],
    ids=lambda names: names[0] + "-" + names[-1],
)
def test_every_login_method_works(run_module: Run, simulator: t.Any, credential: tuple[str, ...]) -> None:
    result = run_module(simulator.access(*credential))
    assert result["fetched"] >= simulator.ready["jobs"]
    assert simulator.control("GET", "/requests")["count"] == (2 if "password" in credential else 1)


def test_temporary_access_key(run_module: Run, simulator: t.Any) -> None:
    ready = simulator.ready
    options = {
        **simulator.access("security_token"),
        "access_key": ready["temporary_access_key"],
        "secret_key": ready["temporary_secret_key"],
    }
    assert run_module(options)["fetched"] >= ready["jobs"]


def test_check_mode_returns_the_same(run_module: Run, simulator: t.Any) -> None:
    simulator.control("PUT", "/jobs", [{"metadata": {"uid": "a"}, "status": {"status": "Success"}}])
    plain = run_module(simulator.access())
    assert plain["jobs"]
    assert run_module(simulator.access(), check_mode=True) == plain


@pytest.mark.parametrize(
    ("options", "internal"),
    [
        ({}, {"check_mode": True}),
        ({"limit": "many"}, {}),
        ({"wait_timeout": -1}, {}),
        ({"endpoint": "http://127.0.0.1:9"}, {}),
        ({"cluster_name": "shop-arhive"}, {}),
    ],
    ids=str,
)
def test_waited_for_is_returned_whatever_happens(
    run_module: Run, simulator: t.Any, options: dict[str, t.Any], internal: dict[str, t.Any]
) -> None:
    given = {**simulator.access(), "retries": 0, **options}
    assert run_module({**given, "wait": "yes"}, **internal)["waited_for"] == []
    assert "waited_for" not in run_module(given, **internal)


def test_environment_is_read(run_module: Run, simulator: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = simulator.ready
    monkeypatch.setenv("OS_CCE_ENDPOINT_OVERRIDE", ready["endpoint"])
    monkeypatch.setenv("OS_PROJECT_ID", "")
    monkeypatch.setenv("OS_TENANT_ID", ready["project_id"])
    monkeypatch.setenv("OS_TOKEN", ready["token"])
    result = run_module({})
    assert result["project_id"] == ready["project_id"]
    assert not {name for name, value in result["invocation"]["module_args"].items() if value == ready["endpoint"]}


# ---------------------------------------------------------------------------------------------------------------------
# failures


BAD_OPTIONS: dict[str, dict[str, t.Any]] = {
    "unknown": {"statsu": ["Failed"]},
    "unknown and far from all": {"qqqqq": 1},
    "alias and name": {"id": ["a"], "job_id": ["b"]},
    "list with null": {"status": ["Failed", None]},
    "list with an empty string": {"status": ["Failed", ""]},
    "list with a list": {"status": [["Failed"]]},
    "list with a dictionary": {"type": [{"a": 1}]},
    "list is a dictionary": {"status": {"a": 1}},
    "list is a boolean": {"status": True},
    "string is a list": {"region": ["eu-de"]},
    "string is a dictionary": {"project_name": {"a": 1}},
    "secret is a dictionary": {"token": {"a": "some-long-text"}},
    "string is a boolean": {"region": True},
    "string is empty": {"region": ""},
    "path is a list": {"ca_cert": ["a"]},
    "boolean is a string": {"finished": "perhaps"},
    "boolean is a list": {"finished": []},
    "boolean is a number": {"validate_certs": 7},
    "number is a string": {"timeout": "long"},
    "number is a boolean": {"timeout": True},
    "number is not finite": {"timeout": "nan"},
    "number is infinite": {"timeout": "inf"},
    "number is zero": {"timeout": 0},
    "integer is a fraction": {"limit": 1.5},
    "integer is a list": {"retries": [1]},
    "limit of zero": {"limit": 0},
    "limit below zero": {"limit": -1},
    "retries below zero": {"retries": -1},
    "unknown choice": {"order": "random"},
    "choice in another case": {"subjobs": "FLAT"},
    "choice with a space": {"signature": " scope"},
    "invalid time": {"created_after": "yesterday"},
    "endpoint is not a URL": {"endpoint": "cce.example.com"},
    "missing file": {"ca_cert": "/nowhere/ca.pem"},
    "two credentials": {"access_key": "some-access-key", "secret_key": "some-secret-key"},
}


@pytest.mark.parametrize("bad", BAD_OPTIONS.values(), ids=BAD_OPTIONS)
def test_wrong_option_is_an_error_of_kind_option(run_module: Run, simulator: t.Any, bad: dict[str, t.Any]) -> None:
    result = run_module({**simulator.access(), **bad})
    assert result["failed"] is True
    assert sorted(result["error"]) == ERROR_KEYS
    assert result["error"]["kind"] == "option"
    assert any(name in result["msg"] for name in bad)
    assert "exception" not in result
    assert "Traceback" not in json.dumps(result)
    assert simulator.control("GET", "/requests")["count"] == 0


# ---------------------------------------------------------------------------------------------------------------------
# what ansible-lint does: it runs main() with the options of a task, until AnsibleModule has checked them


class Checked(Exception):
    """All checks of AnsibleModule passed."""


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> t.Callable[..., str]:
    """The message about the options of a task, or an empty string."""
    from ansible.module_utils.basic import AnsibleModule

    from ansible_collections.opentelekomcloud.cce.plugins.modules import jobs_info

    def stop(_module: AnsibleModule) -> None:
        raise Checked

    # the first thing that AnsibleModule does afterwards
    monkeypatch.setattr(AnsibleModule, "_log_invocation", stop)

    def run(module_arguments: t.Any, **options: t.Any) -> str:
        with module_arguments(options):
            try:
                jobs_info.main()
            except Checked:
                return ""
            except SystemExit:
                return str(json.loads(capsys.readouterr().out)["msg"])
        return pytest.fail("main() did not end")

    return run


def test_ansible_lint_finds_the_module() -> None:
    """It prefers an action plugin, which it cannot check."""
    from ansible.plugins.loader import action_loader, module_loader

    name = "opentelekomcloud.cce.jobs_info"
    assert not action_loader.find_plugin_with_context(name, check_aliases=True).resolved
    found = module_loader.find_plugin_with_context(name, check_aliases=True)
    assert found.resolved
    assert action_loader.has_plugin(found.action_plugin)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"stauts": "Failed"}, "stauts"),
        ({"subjobs": "deep"}, "deep"),
        ({"limit": "abc"}, "abc"),
        ({"limit": "{{ n }}"}, "'limit' is of type"),
        ({"finished": "{{ f }}"}, "'finished' is of type"),
        ({"subjobs": "{{ s }}"}, "value of subjobs must be one of:"),
        ({"stauts": "{{ s }}"}, "stauts"),
        ({"status": "{{ s }}", "created_after": "{{ c }}", "token": "{{ t }}", "timeout": 3}, ""),
    ],
)
def test_options_that_ansible_lint_checks(
    check: t.Callable[..., str], module_arguments: t.Any, options: dict[str, t.Any], expected: str
) -> None:
    """It ignores an error about a template if it recognizes Ansible's own words."""
    message = check(module_arguments, **options)
    assert (expected in message) if expected else message == ""


# ---------------------------------------------------------------------------------------------------------------------
# errors of the cloud


def test_error_of_the_cloud_contains_its_code(run_module: Run, simulator: t.Any) -> None:
    result = run_module({**simulator.access(), "token": SECRET})
    assert result["failed"] is True
    assert sorted(result["error"]) == ERROR_KEYS
    assert (result["error"]["kind"], result["error"]["http_status"]) == ("authentication", 401)
    assert result["error"]["code"]
    assert result["error"]["code"] in result["msg"]
    assert result["error"]["url"].startswith(simulator.ready["endpoint"])
    assert "exception" not in result
    assert "jobs" not in result


@pytest.mark.parametrize("verbosity", [0, 3])
def test_failure_contains_no_traceback(run_module: Run, simulator: t.Any, verbosity: int) -> None:
    simulator.control("POST", "/faults", {"path": "/api/", "reset": True, "times": None})
    result = run_module({**simulator.access(), "retries": 0}, verbosity=verbosity)
    assert result["error"]["kind"] == "connection"
    assert "Traceback" not in json.dumps(result)


def test_missing_library_is_named(simulator: t.Any) -> None:
    program = f"""
import importlib, json, sys
from ansible.module_utils import basic

class NoRequests:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "requests":
            raise ImportError("No module named 'requests'")

sys.meta_path.insert(0, NoRequests())
basic._ANSIBLE_ARGS = json.dumps({{"ANSIBLE_MODULE_ARGS": {simulator.access()!r}}}).encode()
basic._ANSIBLE_PROFILE = "legacy"
importlib.import_module("ansible_collections.opentelekomcloud.cce.plugins.modules.jobs_info").main()
"""
    path = [folder for folder in sys.path if folder]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(*collection.__path__).parents[2]), *path])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    result = json.loads(done.stdout)
    assert result["error"]["kind"] == "dependency"
    assert "requests" in result["msg"]
    assert simulator.control("GET", "/requests")["count"] == 0


# ---------------------------------------------------------------------------------------------------------------------
# secrets


SECRETS: dict[str, dict[str, t.Any]] = {
    "token": {"token": SECRET},
    "token with a line feed": {"token": SECRET + "\n"},
    "access key": {"token": None, "access_key": "AK", "secret_key": SECRET, "security_token": OTHER_SECRET},
    "password": {
        "token": None,
        "username": "some-user",
        "password": SECRET,
        "passcode": OTHER_SECRET,
        "user_domain_name": "some-account",
    },
    "proxy": {"token": "t-o-k-e-n", "proxy": f"http://some-user:{SECRET}@127.0.0.1:9"},
    "proxy, quoted": {"token": "t-o-k-e-n", "proxy": f"http://some-user:{SECRET}%2F{OTHER_SECRET}@127.0.0.1:9"},
    "proxy and a wrong option": {"proxy": f"http://some-user:{SECRET}@127.0.0.1:9", "timeout": "long"},
    "proxy in a list": {"proxy": [f"http://some-user:{SECRET}@127.0.0.1:9"]},
    "proxy without a scheme": {"proxy": f"some-user:{SECRET}@127.0.0.1:9"},
    "proxy that cannot be parsed": {"proxy": f"http://some-user:{SECRET}/{OTHER_SECRET}@127.0.0.1:9"},
    "endpoint": {"endpoint": f"https://some-user:{SECRET}@127.0.0.1"},
    "auth_url": {"auth_url": f"https://some-user:{SECRET}@127.0.0.1"},
    "misspelled option": {"pasword": SECRET},
    "misspelled option and a wrong one": {"pasword": SECRET, "limit": "many"},
    "list instead of a string": {"token": [SECRET]},
    "dictionary instead of a string": {"password": {"value": SECRET}},
    "string that a header cannot contain": {"token": f"{SECRET} {OTHER_SECRET}"},
    "with a wrong list": {"token": SECRET, "status": [None]},
}


def expect_failure_without_secrets(run: Run, simulator: t.Any, options: dict[str, t.Any], **internal: t.Any) -> None:
    given, secrets = fresh({**simulator.access(), "retries": 0, **options})
    result = run(given, **internal)
    assert result["failed"] is True
    assert "invocation" in result
    shown = json.dumps(result)
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.parametrize("options", SECRETS.values(), ids=SECRETS)
@pytest.mark.parametrize("verbosity", [0, 4])
def test_no_secret_in_a_failure(run_module: Run, simulator: t.Any, options: dict[str, t.Any], verbosity: int) -> None:
    expect_failure_without_secrets(run_module, simulator, options, verbosity=verbosity)


@pytest.mark.parametrize("options", SECRETS.values(), ids=SECRETS)
def test_no_secret_in_a_failure_without_the_module(
    run_action: Run, simulator: t.Any, options: dict[str, t.Any]
) -> None:
    expect_failure_without_secrets(run_action, simulator, options)


@pytest.mark.parametrize(
    "credential", [("token",), ("access_key", "secret_key"), ("username", "password", "domain_name")]
)
def test_no_secret_in_a_success(run_module: Run, simulator: t.Any, credential: tuple[str, ...]) -> None:
    shown = json.dumps(run_module(simulator.access(*credential), verbosity=4))
    for name in ("token", "secret_key", "password"):
        assert simulator.ready[name] not in shown
