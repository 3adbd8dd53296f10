# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the recipes of the documentation as they stand, against the simulated cloud, and look at what they print."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path

CLOUD = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text(encoding="utf-8"))
CLUSTER_IDS = {cluster["name"]: cluster["id"] for cluster in CLOUD["clusters"]}

CREDENTIALS = {
    "OS_AUTH_URL": CLOUD["auth_url"],
    "OS_USERNAME": CLOUD["username"],
    "OS_PASSWORD": CLOUD["password"],
    "OS_USER_DOMAIN_NAME": CLOUD["domain_name"],
    "OS_PROJECT_NAME": CLOUD["project_name"],
}


def control(method: str, path: str, value: object = None) -> dict:
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(CLOUD["url"] + "/simulator" + path, body, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"{}")


def play(recipe: Path, *arguments: str, fails: bool = False, **environment: str) -> str:
    """What a recipe prints.

    Without the credentials where ``environment`` says so; an unexpected end of the recipe ends everything.
    """
    command = ["ansible-playbook", str(recipe), *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **CREDENTIALS, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    if (done.returncode != 0) is not fails:
        sys.exit(f"{recipe.name} ended with {done.returncode}")
    return done.stdout


def expect(output: str, *texts: str) -> None:
    missing = [text for text in texts if text not in output]
    if missing:
        sys.exit(f"not in the output: {missing}")


def failed_node() -> list[dict]:
    """A list in which the creation of a node has just failed for a reason that a subjob carries."""
    created = (datetime.now(timezone.utc) - timedelta(minutes=5)).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")

    def job(uid: str, kind: str, reason: str, *subjobs: dict) -> dict:
        return {
            "metadata": {"uid": uid, "creationTimestamp": created},
            "spec": {
                "type": kind,
                "clusteruid": CLUSTER_IDS["shop-batch"],
                "resourcename": "node-new",
                "subjobs": list(subjobs),
            },
            "status": {"status": "Failed", "reason": reason},
        }

    return [job("a", "ScaleupCluster", "Something bad happened", job("b", "CreateNodeVM", "the subnet is full"))]


def main(recipes: Path) -> None:
    tried = set()

    def recipe(name: str) -> Path:
        tried.add(name)
        return recipes / name

    expect(play(recipe("gate.yml"), "-e", "cluster=shop-archive"), "Nothing is running on shop-archive.")
    expect(play(recipe("gate.yml"), "-e", "cluster=shop-next", fails=True), "shop-next is busy", "CreateCluster")

    expect(play(recipe("new_nodes.yml"), "-e", "cluster=shop-staging"), "1 nodes are there.")
    control("PUT", "/jobs", failed_node())
    expect(play(recipe("new_nodes.yml"), "-e", "cluster=shop-batch", fails=True), "node-new: the subnet is full")
    control("DELETE", "/jobs")

    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "failures.md")
        play(recipe("daily_report.yml"), "-e", f"report={report}", OS_PROJECT_NAME="")
        text = report.read_text(encoding="utf-8")
        expect(text, "## eu-de_shop: 3 of ", "## eu-de_lab: 0 of 12 jobs", "ScaleupCluster of node-")

        inventory = Path(folder, "hosts")
        names = [f"node-{number}" for number in range(10)]
        inventory.write_text(
            "\n".join(names) + "\n[all:vars]\nansible_connection=local\n"
            "ansible_python_interpreter={{ ansible_playbook_python }}\n",
            encoding="utf-8",
        )
        control("DELETE", "/requests")
        expect(play(recipe("fleet.yml"), "-i", str(inventory), "-f", "5"), *(f"{name}: no job" for name in names))
        fetched = control("GET", "/requests")["by_path"]
        if [count for path, count in fetched.items() if path.endswith("/jobs")] != [1]:
            sys.exit(f"the list was not fetched once: {fetched}")

    expect(play(recipe("credentials_once.yml")), "InstallNode")
    expect(play(recipe("token_once.yml"), "-e", f"endpoint={CLOUD['endpoint']}"), '"msg": [')

    if untried := {path.name for path in recipes.glob("*.yml")} - tried:
        sys.exit(f"recipes that nobody tried: {untried}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
