# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The event source under the real rule engine.

Starting the engine takes most of the time. So each run proves several things, and independent runs are concurrent.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import textwrap
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch_request import read_watch_request
from ansible_collections.opentelekomcloud.cce.tests.eda.engine import (
    COLLECTION,
    PATIENCE,
    ROOT,
    RULEBOOKS,
    SOURCES,
    Cloud,
    Engine,
    Hooks,
    shipped,
    simulated_cloud,
)
from ansible_collections.opentelekomcloud.cce.tests.system.servers import call, without_proxies

GUIDE = ROOT / "docs" / "docsite" / "rst" / "react.rst"
PAGE = GUIDE.with_name("event_source.rst")
# How the engine ends after SIGTERM, by itself or by the signal
TERMINATED = (128 + signal.SIGTERM, -signal.SIGTERM)

# How chat messages end; a failure has a reason
STATUSES = ("Initializing|Running", "Failed .+", "Success")


def ruleset(source: str, arguments: dict[str, Any], action: dict[str, Any], name: str = "own") -> dict[str, Any]:
    """A ruleset with one action for all events of one source."""
    return {
        "name": f"Ruleset {name}",
        "hosts": "localhost",
        "sources": [{"name": name, source: {"interval": 1, **arguments}}],
        "rules": [{"name": f"Rule {name}", "condition": "event.cce.change is defined", "action": action}],
    }


# ---------------------------------------------------------------------------------------------------------------------
# an installed collection


def run_installed(folder: Path) -> dict[str, Any]:
    """All shipped rulebooks and one of our own in one process, and after a stop the one that has a state file."""
    found: dict[str, Any] = {}
    with simulated_cloud(folder) as cloud, Hooks() as hooks:
        variables = {
            "interval": 1,
            "cluster": cloud.cluster["name"],
            "state_file": str(folder / "state.json"),
            **{f"{name}_url": f"{hooks.url}/{name}" for name in ("ticket", "chat", "release")},
        }
        (folder / "report.yml").write_text(json.dumps([playbook(f"{hooks.url}/playbook")]), encoding="utf-8")
        own = ruleset(
            f"{COLLECTION}.jobs",
            {"cluster_id": [cloud.cluster["id"]], "password": "{{ OS_PASSWORD }}"},
            {"run_playbook": {"name": "report.yml"}},
        )
        names = [path.stem for path in sorted(RULEBOOKS.glob("*.yml"))]
        [guide] = rulebook_in_the_guide()
        guide["sources"][0][f"{COLLECTION}.jobs"]["interval"] = 1
        rulesets = [own, guide, *(each for name in names for each in shipped(name))]
        options = ("--env-vars", "OS_PASSWORD", "-vv")
        with Engine(folder, rulesets, cloud, *options, variables=variables) as engine:
            cloud.wait_for_polls(len(rulesets), engine)
            failing, succeeding = cloud.create(1000, fails=True), cloud.create(2000)
            engine.wait_for(lambda: len(events_of(hooks, "appeared")) == 2, "two events for the playbook")
            cloud.advance(1001)
            engine.wait_for(lambda: tickets_of(hooks, failing), "the ticket")
            engine.wait_for(lambda: cloud.lists("jobs_info"), "the first look for unfinished jobs")
            cloud.advance(1000)
            engine.wait_for(lambda: hooks.got("release"), "the release")
            engine.wait_for(lambda: len(events_of(hooks, "finished")) == 2, "two more events for the playbook")
            engine.wait_for(lambda: all(messages_of(hooks, status) for status in STATUSES), "the chat messages")
            engine.wait_for(lambda: re.search(r"^ScaleupCluster failed: .+", engine.output(), re.M), "the message")
            found["status"], found["output"] = engine.terminate(), engine.output()
        missed = cloud.create(10, fails=True)
        cloud.advance(11)
        with Engine(folder, shipped("failed_job_ticket"), cloud, variables=variables) as engine:
            engine.wait_for(lambda: tickets_of(hooks, missed), "the ticket of the time between")
            found["second_status"] = engine.terminate()
        found.update(hooks=hooks, secrets=cloud.secrets, ids=[failing, succeeding, missed], cluster=cloud.cluster)
    return found


def blocks_in(text: str) -> dict[str, Any]:
    """The YAML blocks of a guide, by caption, or else by number."""
    pattern = r"^\.\. code-block:: yaml\n(?:   :caption: (.+)\n)?\n((?:   .*\n|\n)+)"
    found = re.findall(pattern, text, re.MULTILINE)
    return {
        caption or str(number): yaml.safe_load(textwrap.dedent(block)) for number, (caption, block) in enumerate(found)
    }


def rulebook_in_the_guide() -> list[dict[str, Any]]:
    rulesets: list[dict[str, Any]] = blocks_in(GUIDE.read_text(encoding="utf-8"))["rulebook.yml"]
    return rulesets


def playbook(url: str) -> dict[str, Any]:
    """A play that passes the event on."""
    post = {"url": url, "method": "POST", "body_format": "json", "body": "{{ ansible_eda.event }}", "status_code": 204}
    return {"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.uri": post}]}


def events_of(hooks: Hooks, change: str) -> list[dict[str, Any]]:
    return [event for event in hooks.got("playbook") if event["cce"]["change"] == change]


def tickets_of(hooks: Hooks, job_id: str) -> list[dict[str, Any]]:
    return [ticket for ticket in hooks.got("ticket") if ticket["job"] == job_id]


def messages_of(hooks: Hooks, status: str) -> list[str]:
    """The chat messages about adding nodes that report this status, a regular expression."""
    texts = (message["text"] for message in hooks.got("chat"))
    return [text for text in texts if re.fullmatch(rf"ScaleupCluster of \S+: (?:{status})\s*", text)]


# ---------------------------------------------------------------------------------------------------------------------
# a checkout


def run_checkout(folder: Path) -> dict[str, Any]:
    """With -S, feedback, and the persistence of the engine, which drops repeated events after a restart."""
    persistence = {
        "drools_db_type": "h2",
        "drools_db_file_path": str(folder / "engine"),
        "drools_deduplication_window_size": 1000,
    }
    source = {"since": "1970-01-01", "changes": ["finished"], "feedback": True}
    debug = {"debug": {"msg": "job {{ event.cce.job.id }} has {{ event.meta.uuid }}"}}
    rulesets = [ruleset("jobs", source, debug)]
    options = ("-S", str(SOURCES), "--persistence-id", "one")
    nothing_installed = {"ANSIBLE_COLLECTIONS_PATH": str(folder), "PYTHONPATH": ""}

    def printed(engine: Engine) -> list[tuple[str, str]]:
        return re.findall(r"^job (\S+) has (\S+)$", engine.output(), re.MULTILINE)

    with simulated_cloud(folder) as cloud:
        jobs = finished_jobs(cloud)
        with Engine(folder, rulesets, cloud, *options, variables=persistence, environment=nothing_installed) as engine:
            engine.wait_for(lambda: len(printed(engine)) >= len(jobs), "all finished jobs")
            first = printed(engine)
            status = engine.terminate()
        new = cloud.create(10)
        cloud.advance(11)
        with Engine(folder, rulesets, cloud, *options, variables=persistence, environment=nothing_installed) as engine:
            engine.wait_for(lambda: printed(engine), "the new job")
            engine.terminate()
            second = printed(engine)
    return {"jobs": jobs, "first": first, "second": second, "new": new, "status": status}


def finished_jobs(cloud: Cloud) -> set[str]:
    path = f"/api/v2/projects/{cloud.ready['project_id']}/jobs"
    listed = call("GET", cloud.url + path, X_Auth_Token=cloud.ready["token"], Content_Type="application/json").json()
    return {job["metadata"]["uid"] for job in listed if job["status"]["status"] in ("Success", "Failed")}


# ---------------------------------------------------------------------------------------------------------------------
# mistakes


def run_mistakes(folder: Path) -> dict[str, tuple[int, str, list[str]]]:
    """Runs that end by themselves."""
    found = {}
    nothing = {"none": None}
    wrong = "not-the-right-password"
    with simulated_cloud(folder) as cloud:
        for name, arguments in (("password", {"password": wrong}), ("argument", {"intervall": 5})):
            rulesets = [ruleset(f"{COLLECTION}.jobs", arguments, nothing)]
            with Engine(folder / name, rulesets, cloud) as engine:
                found[name] = (engine.wait(), engine.output(), [*cloud.secrets, wrong])
    return found


# ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Any]]]:
    """Everything runs at the same time."""
    with ThreadPoolExecutor() as workers:
        yield {
            work.__name__: workers.submit(work, tmp_path_factory.mktemp(work.__name__))
            for work in (run_installed, run_checkout, run_mistakes)
        }


@pytest.fixture(scope="module")
def installed(runs: dict[str, Future[Any]]) -> dict[str, Any]:
    found: dict[str, Any] = runs["run_installed"].result()
    return found


def test_events_reach_a_playbook_once_and_in_order(installed: dict[str, Any]) -> None:
    failing, succeeding, _missed = installed["ids"]
    events = [event for change in ("appeared", "finished") for event in events_of(installed["hooks"], change)]
    seen = {(event["cce"]["job"]["id"], event["cce"]["change"], event["cce"]["job"]["status"]) for event in events}
    assert len(events) == len(seen) == len({event["meta"]["uuid"] for event in events}) == 4
    assert {(failing, "finished", "Failed"), (succeeding, "finished", "Success")} <= seen


def test_a_failed_job_becomes_a_ticket_with_its_root_cause(installed: dict[str, Any]) -> None:
    [ticket] = tickets_of(installed["hooks"], installed["ids"][0])
    assert ticket["cluster"] == installed["cluster"]["id"]
    assert ticket["title"].startswith("ScaleupCluster of ")
    assert ticket["text"]
    assert ticket["step"]


def test_a_restart_opens_tickets_for_what_it_missed_and_none_twice(installed: dict[str, Any]) -> None:
    assert tickets_of(installed["hooks"], installed["ids"][2])
    jobs = [ticket["job"] for ticket in installed["hooks"].got("ticket")]
    assert len(jobs) == len(set(jobs))


def test_jobs_become_chat_messages(installed: dict[str, Any]) -> None:
    assert all(messages_of(installed["hooks"], status) for status in STATUSES)


def test_a_release_waits_until_the_cluster_is_idle(installed: dict[str, Any]) -> None:
    assert installed["hooks"].got("release") == [{"cluster": installed["cluster"]["name"]}]


def test_sigterm_ends_the_engine(installed: dict[str, Any]) -> None:
    assert installed["status"] in TERMINATED
    assert installed["second_status"] in TERMINATED


def test_no_secret_is_shown_with_vv(installed: dict[str, Any]) -> None:
    assert "ruleset define" in installed["output"]
    assert [secret for secret in installed["secrets"] if secret in installed["output"]] == []


def test_a_checkout_needs_no_installation(runs: dict[str, Future[Any]]) -> None:
    found = runs["run_checkout"].result()
    assert {job_id for job_id, _uuid in found["first"]} == found["jobs"]
    assert len(found["first"]) == len(found["jobs"]) > 5
    assert found["status"] in TERMINATED


def test_the_engine_drops_what_it_has_seen_before_a_restart(runs: dict[str, Future[Any]]) -> None:
    found = runs["run_checkout"].result()
    assert [job_id for job_id, _uuid in found["second"]] == [found["new"]]


@pytest.mark.parametrize(
    ("name", "facts"), [("password", ["401", "Check username"]), ("argument", ["intervall", "Did you mean interval?"])]
)
def test_a_mistake_ends_the_engine_with_one_sentence(runs: dict[str, Future[Any]], name: str, facts: list[str]) -> None:
    status, output, secrets = runs["run_mistakes"].result()[name]
    assert status == 1
    assert [fact for fact in facts if fact not in output] == []
    assert [secret for secret in secrets if secret in output] == []


# ---------------------------------------------------------------------------------------------------------------------
# documentation


def values_of(key: str, node: Any) -> Iterator[Any]:
    """Every value of a key, at any depth."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from values_of(key, value)
    elif isinstance(node, list):
        for element in node:
            yield from values_of(key, element)


@pytest.mark.parametrize("page", [GUIDE, PAGE], ids=lambda page: page.stem)
def test_documented_rulebooks_and_arguments_are_valid(page: Path) -> None:
    from ansible_rulebook.validators import Validate

    blocks = list(blocks_in(page.read_text(encoding="utf-8")).values())
    for block in blocks:
        if isinstance(block, list):
            Validate.rulebook(block)
    uses = list(values_of(f"{COLLECTION}.jobs", blocks))
    assert uses
    access = {"token": "t", "project_id": "p", "region": "eu-de"}
    for arguments in uses:
        read_watch_request({**access, **arguments}, {})


# ---------------------------------------------------------------------------------------------------------------------
# make try


@pytest.mark.skipif("CCE_ENVIRONMENT" not in os.environ, reason="no environment to use instead of making two")
def test_make_try_runs_a_rulebook(tmp_path: Path) -> None:
    """It ends at its first event."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".git"))
    for name in ("demo", "rulebook"):
        (tree / ".venv").mkdir(exist_ok=True)
        (tree / ".venv" / name).symlink_to(os.environ["CCE_ENVIRONMENT"])
    (tree / ".venv" / "demo" / "ready").touch()
    rulesets = [ruleset(f"{COLLECTION}.jobs", {"since": "1970-01-01"}, {"shutdown": {"message": "seen"}})]
    (tmp_path / "mine.yml").write_text(json.dumps(rulesets), encoding="utf-8")
    command = ["make", "--directory", str(tree), "try", f"RULEBOOK={tmp_path / 'mine.yml'}", "ARGS=--print-events"]
    environment = without_proxies(os.environ)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'change': 'finished'" in done.stdout
