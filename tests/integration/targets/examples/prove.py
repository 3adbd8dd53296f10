# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the examples of the documentation unchanged, against the simulated cloud, and check their output.

These are the EXAMPLES of both plugins and all code blocks of the README and the guides:

* A YAML list is a playbook or a list of tasks. The next block shows its output, if it is a text or console block that
  starts with a task. Without such a block, each of its tasks must find jobs. Rulebooks are left to tests/eda.
* A block with a caption is written to the file of that name, which other blocks can use. In Markdown, the caption
  follows the language.
* In a console block, each command after a ``$`` runs and prints the lines below it.

``...`` in a documented output matches any number of lines.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import textwrap
import typing as t
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

CLOUD = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text(encoding="utf-8"))
COLLECTION = "opentelekomcloud.cce"
MODULE = f"{COLLECTION}.jobs_info"

# Variables that the reader of the examples must define
VARIABLES = {
    "my_cce_url": CLOUD["endpoint"],
    "my_token": CLOUD["token"],
    "my_access_key": CLOUD["access_key"],
    "my_secret_key": CLOUD["secret_key"],
    "my_project_id": CLOUD["project_id"],
    "my_temporary_key": {
        "access": CLOUD["temporary_access_key"],
        "secret": CLOUD["temporary_secret_key"],
        "securitytoken": CLOUD["security_token"],
    },
}

# The credentials that EXAMPLES require, and the URLs of the simulated cloud
ACCESS_KEY = {
    "OS_REGION_NAME": CLOUD["region"],
    "OS_PROJECT_ID": CLOUD["project_id"],
    "OS_ACCESS_KEY": CLOUD["access_key"],
    "OS_SECRET_KEY": CLOUD["secret_key"],
    "OS_AUTH_URL": CLOUD["auth_url"],
    "OS_CCE_ENDPOINT_OVERRIDE": CLOUD["endpoint"],
}

# The output of each task in EXAMPLES with -v, as a regular expression
SOME_JOBS = r'"total": [1-9]'
CAUSES = r"InstallNode node-pjz21g: Failed to install .*UpgradeMaster shop-batch: Failed to upgrade the master"
QUIET = "The cluster is idle"
EXPECTED = {
    "module": {
        "Get the failed jobs of a cluster": r'"by_status": \{"Failed": 9\}',
        "Show why they failed": CAUSES,
        "Get the failed jobs of all projects of the account": r'"by_project": \{"eu-de_shop": [1-9]',
        "Wait up to ten minutes until the cluster is idle, and fail if a job failed meanwhile": (
            r'"by_status": \{.*"Success": [1-9].*"waited_for": \['
        ),
        "Wait until a node is deleted, which may not have begun yet": r'"by_status": \{"Success": 1\}',
        "Set region, project, and credentials once for several tasks": "",
        "Get all jobs of the project": r'"total": 60\D',
        "Count the jobs of each cluster": r'"shop-batch": [1-9]',
        "Handle an error": "",
        "Misspell the name of a cluster": "FAILED!",
        "Show what went wrong": r"option: .*shop-bach.*shop-batch",
    },
    "timeline": {
        "Get the jobs of a night": SOME_JOBS,
        "Write the page": r'night.html"',
        "Write a page from a job list that was saved to a file": r'saved.html"',
    },
    "normalize_jobs": {
        "Show why jobs in a saved response failed": CAUSES,
    },
    "lookup": {
        "Show why jobs of a cluster failed": CAUSES,
        "Continue only if the cluster is idle": QUIET,
        "Show the resources of the newest ten jobs of the last day": "node-mlnv8u, node-xvhz0d, shop-next, node-pjz21g",
        "Fetch jobs and their steps once for all hosts and later tasks": '"cce_jobs": .*"InstallNode"',
        "Count the failed ones": r"[1-9]\d* of [1-9]\d* failed",
        "Share one fetch between many hosts, each of which looks for its own jobs": (
            r'(?=.*\[node-pjz21g\] => {\s*"msg": \[\s*"Scale)(?=.*\[node-1puauk\] => {\s*"msg": \[\s*"Delete)'
        ),
        "Set region, project, and credentials as variables": r"\[\s*\"\d{4}-\d\d-\d\dT",
    },
}
LOOKUP_HOSTS = ("node-pjz21g", "node-1puauk")

# Commands with effects outside the directory. The nox sessions demo and build run the same ones
NOT_RUN_HERE = (
    "ansible-builder",
    "ansible-galaxy",
    "ansible-rulebook",
    "cd",
    "echo",
    "git",
    "make",
    "pip",
    "terraform",
)

# Playbooks that need more than the collection requires. Unit tests run them
RUN_ELSEWHERE = ("awx.yml",)


class Block(t.NamedTuple):
    """A code block of a page."""

    position: str
    """File name and line."""
    language: str
    caption: str
    text: str


# ---------------------------------------------------------------------------------------------------------------------
# pages


def blocks_of(path: Path) -> list[Block]:
    """All code blocks of a guide (reStructuredText) or of the README (Markdown)."""
    text = path.read_text(encoding="utf-8")
    pattern = {
        ".rst": r"^\.\. code-block:: (?P<language>.+)\n(?:   :caption: (?P<caption>.+)\n)?\n(?P<text>(?:   .*\n|\n)+)",
        ".md": r"^```(?P<language>\w+)(?: (?P<caption>\S+))?\n(?P<text>(?:.*\n)*?)```$",
    }[path.suffix]
    found = [
        Block(
            f"{path.name}:{text.count(chr(10), 0, match.start()) + 1}",
            match["language"],
            match["caption"] or "",
            textwrap.dedent(match["text"]).strip("\n") + "\n",
        )
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]
    # includes notations that the pattern does not match
    written = re.findall(r"^ *\.\. (?:code|code-block|sourcecode):: |^(?! *\.\. ).*::$|^```\w", text, re.MULTILINE)
    if len(found) != len(written):
        sys.exit(f"{path.name}: only {len(found)} of {len(written)} code blocks have a known notation")
    return found


def is_play(item: dict[str, t.Any]) -> bool:
    return not item.keys().isdisjoint(("hosts", "import_playbook", "ansible.builtin.import_playbook"))


def tasks_in(node: t.Any) -> t.Iterator[dict[str, t.Any]]:
    """All tasks and blocks in plays or tasks, at any depth."""
    for item in node:
        if not is_play(item):
            yield item
        for key in ("tasks", "block", "rescue", "always"):
            yield from tasks_in(item.get(key, ()))


def examples_of(kind: str, plugin: str) -> str:
    """EXAMPLES of a plugin, as ansible-doc returns them."""
    command = ["ansible-doc", "--json", "--type", kind, plugin]
    shown = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(shown)[plugin]["examples"]


# ---------------------------------------------------------------------------------------------------------------------
# runs


def as_playbook(text: str, name: str, hosts: str = "localhost") -> str:
    """The text itself if it is a playbook, otherwise a playbook with these tasks, unchanged."""
    if all(map(is_play, yaml.safe_load(text))):
        return text
    tasks = re.sub(r"\A\s*---\n", "", text)
    head = f"- name: {json.dumps(name)}\n  hosts: {hosts}\n  gather_facts: false\n  tasks:\n"
    return head + textwrap.indent(tasks, "    ")


def run(command: list[str], directory: Path, environment: dict[str, str] | None = None) -> str:
    """Run a command and return its output. Exit if it fails."""
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, "PWD": str(directory), "ANSIBLE_NOCOLOR": "1", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{shlex.join(command)} ended with {done.returncode}")
    return done.stdout


def play(
    directory: Path, texts: dict[str, str], *arguments: str, environment: dict[str, str] | None = None
) -> list[str]:
    """The output of each of these playbooks. They run in one process, because starting it takes most of the time."""
    for name, text in texts.items():
        (directory / name).write_text(text, encoding="utf-8")
    command = ["ansible-playbook", "-e", json.dumps(VARIABLES), *arguments, *texts]
    printed = run(command, directory, environment)
    print(printed)
    sections = re.split(r"^PLAY RECAP .*$", printed, flags=re.MULTILINE)
    if len(sections) != len(texts) + 1:
        sys.exit(f"only {len(sections) - 1} of {len(texts)} playbooks ended")
    return sections[:-1]


def by_task(printed: str) -> dict[str, str]:
    """The output of each task of a playbook."""
    parts = re.split(r"^(?:TASK|RUNNING HANDLER) \[(.+)\] \*+$", printed, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


# ---------------------------------------------------------------------------------------------------------------------
# proofs


def prove_examples(kind: str, plugin: str, directory: Path, hosts: tuple[str, ...] = ()) -> list[str]:
    """Run EXAMPLES of a plugin and return the errors."""
    text, expected = examples_of(kind, plugin), EXPECTED[plugin.rpartition(".")[2] if kind == "filter" else kind]
    names = [task["name"] for task in tasks_in(yaml.safe_load(text))]
    if names != list(expected):
        return [f"EXAMPLES of {plugin} and EXPECTED differ: {set(names) ^ set(expected) or names}"]
    arguments = ["-v"]
    if hosts:
        python = "ansible_python_interpreter={{ ansible_playbook_python }}"
        lines = [*hosts, "[all:vars]", "ansible_connection=local", python, ""]
        (directory / f"{kind}.ini").write_text("\n".join(lines), encoding="utf-8")
        arguments += ["-i", f"{kind}.ini"]
    playbook = as_playbook(text, plugin, ",".join(hosts) or "localhost")
    others = dict.fromkeys([name for name in os.environ if name.startswith("OS_")], "")
    [printed] = play(directory, {f"{plugin}.yml": playbook}, *arguments, environment={**others, **ACCESS_KEY})
    outputs = by_task(printed)
    return [
        f"EXAMPLES of {plugin}, {name!r}: {pattern} does not match {outputs.get(name)}"
        for name, pattern in expected.items()
        if pattern and not re.search(pattern, outputs.get(name, ""), re.DOTALL)
    ]


def shows_tasks(block: Block | None) -> bool:
    return block is not None and block.language in ("console", "text") and block.text.startswith("TASK [")


def same(shown: str, printed: str) -> bool:
    """Whether the documented lines are consecutive lines of the output, except for other lines at a ``...``."""
    anything = "(?:.*\n)*?"
    pattern = "".join(anything if line.strip() == "..." else re.escape(line) + " *\n" for line in shown.splitlines())
    return re.search(f"^{pattern}", printed, re.MULTILINE) is not None


def commands_of(block: Block) -> list[tuple[str, str]]:
    """The commands of a console block or a pipeline, each with its documented output."""
    if block.language == "yaml" and block.caption.startswith("."):
        # the recipes that a pipeline runs
        return [(recipe, "") for recipe in re.findall(rf"ansible-playbook {COLLECTION}\..+", block.text)]
    if block.language != "console":
        return []
    entries = re.split(r"^\$ ", block.text.replace("\\\n", " "), flags=re.MULTILINE)[1:]
    return [(command, shown) for command, _end, shown in (entry.partition("\n") for entry in entries)]


def prove_playbooks(blocks: list[Block], directory: Path) -> list[str]:
    """Run the YAML blocks, except those that a command runs, and return the errors."""
    commands = [command for block in blocks for command, _shown in commands_of(block)]
    following = dict(zip(blocks, [*blocks[1:], None]))
    lists = [
        block
        for block in blocks
        if block.language.startswith("yaml")
        and isinstance(yaml.safe_load(block.text), list)
        and not any("sources" in item for item in yaml.safe_load(block.text))
        and not (block.caption and any(block.caption in command for command in commands))
        and block.caption not in RUN_ELSEWHERE
    ]
    shown = [block for block in lists if shows_tasks(following[block])]
    others = [block for block in lists if block not in shown]

    def texts(chosen: list[Block]) -> dict[str, str]:
        return {
            re.sub(r"\W", "_", block.position) + ".yml": as_playbook(block.text, block.position) for block in chosen
        }

    errors = [
        f"{block.position} has a different output:\n{printed}"
        for block, printed in zip(shown, play(directory, texts(shown)))
        if not same(following[block].text, printed)
    ]
    for block, printed in zip(others, play(directory, texts(others), "-v")):
        outputs = by_task(printed)
        for task in tasks_in(yaml.safe_load(block.text)):
            if MODULE in task and not re.search(SOME_JOBS, outputs[task["name"]]):
                errors.append(f"{block.position}, {task['name']!r}, does not find jobs: {outputs[task['name']]}")
            if "ansible.builtin.debug" in task and re.search(r'"msg": (?:""|\[\])', outputs[task["name"]]):
                errors.append(f"{block.position}, {task['name']!r}, has an empty message: {outputs[task['name']]}")
    return errors


def prove_commands(blocks: list[Block], directory: Path) -> list[str]:
    """Run the commands of the console blocks and return the errors."""
    errors = []
    proven = set()
    for block in blocks:
        for command, shown in commands_of(block):
            words = shlex.split(command)
            # several pages show the same command
            if words[0] in NOT_RUN_HERE or (command, shown) in proven:
                continue
            proven.add((command, shown))
            words[0] = {"python3": sys.executable}.get(words[0], words[0])
            if words[0] == "ansible-playbook":
                words += ["-e", json.dumps(VARIABLES)]
            printed = run([re.sub("^~(?=/)", str(directory), word) for word in words], directory)
            print(f"$ {command}\n{printed}")
            if not same(shown, printed):
                errors.append(f"{block.position}: {command} has a different output:\n{printed}")
    return errors


def save_response(file: Path) -> None:
    """Write the response of the API to a file that examples read."""
    url = f"{CLOUD['endpoint']}/api/v2/projects/{CLOUD['project_id']}/jobs"
    request = urllib.request.Request(url, headers={"X-Auth-Token": CLOUD["token"], "Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        file.write_bytes(response.read())


def main(root: Path) -> None:
    guides = sorted((root / "docs" / "docsite" / "rst").glob("*.rst"))
    pages = {path: blocks_of(path) for path in (root / "README.md", *guides)}
    blocks = [block for found in pages.values() for block in found]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(max_workers=2) as workers:
        directory = Path(name)
        # the commands are for a checkout
        for part in ("docs", "tests", "Makefile", "noxfile.py"):
            (directory / part).symlink_to(root / part)
        save_response(directory / "jobs.json")
        (directory / ".vault-password").write_text("from the reader\n", encoding="utf-8")
        for block in blocks:
            if block.caption:
                (directory / block.caption).parent.mkdir(parents=True, exist_ok=True)
                (directory / block.caption).write_text(block.text, encoding="utf-8")
        proofs = [
            workers.submit(prove_examples, "module", MODULE, directory),
            workers.submit(prove_playbooks, blocks, directory),
            workers.submit(prove_examples, "lookup", f"{COLLECTION}.jobs", directory, LOOKUP_HOSTS),
            workers.submit(prove_examples, "filter", f"{COLLECTION}.timeline", directory),
            workers.submit(prove_examples, "filter", f"{COLLECTION}.normalize_jobs", directory),
            workers.submit(prove_commands, blocks, directory),
        ]
        errors = [error for proof in proofs for error in proof.result()]
    if errors:
        sys.stdout.flush()
        sys.exit("\n".join(errors))
    print(f"{len(blocks)} code blocks of {len(pages)} pages work as documented")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
