# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the recipes of the documentation unchanged, against the simulated cloud, and check their output."""

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
    # a token has no catalog, so that the plugins would call the public host of the region
    "OS_CCE_ENDPOINT_OVERRIDE": CLOUD["endpoint"],
}


def control(method: str, path: str, value: object = None) -> dict:
    """Call the control API of the simulator."""
    body = None if value is None else json.dumps(value).encode()
    request = urllib.request.Request(CLOUD["url"] + "/simulator" + path, body, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"{}")


def play(recipe: Path, *arguments: str, fails: bool = False, **environment: str) -> str:
    """Run a recipe and return its output. Exit if it unexpectedly fails or succeeds.

    Args:
        recipe: the playbook.
        arguments: further arguments of ansible-playbook.
        fails: whether the recipe is expected to fail.
        environment: variables that override ``CREDENTIALS``.
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
    """Exit if a text is missing."""
    missing = [text for text in texts if text not in output]
    if missing:
        sys.exit(f"not in the output: {missing}")


def raw_job(uid: str, kind: str, status: str, reason: str = "", *subjobs: dict) -> dict:
    """A job of the cluster shop-batch that is created after every recipe has started."""
    created = (datetime.now(timezone.utc) + timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")
    return {
        "metadata": {"uid": uid, "creationTimestamp": created},
        "spec": {
            "type": kind,
            "clusteruid": CLUSTER_IDS["shop-batch"],
            "resourcename": f"node-{uid}",
            "subjobs": list(subjobs),
        },
        "status": {"status": status, "reason": reason},
    }


def prove_gate(recipe: Path) -> None:
    expect(play(recipe, "-e", "cluster=shop-archive"), "shop-archive is idle")
    # busy when the wait begins, and idle before it ends
    expect(play(recipe, "-e", "cluster=shop-staging"), "shop-staging is idle")
    output = play(recipe, "-e", "cluster=shop-next", "-e", "wait_seconds=1", fails=True)
    expect(output, "CreateCluster")
    if "TASK [Deploy]" in output:
        sys.exit("The gate opened in front of a busy cluster.")


def prove_new_nodes(recipe: Path) -> None:
    arguments = ("-e", "cluster=shop-batch", "-e", "new_nodes=2")
    created = [raw_job("1", "ScaleupCluster", "Success"), raw_job("2", "ScaleupCluster", "Success")]
    control("PUT", "/jobs", created)
    expect(play(recipe, *arguments), "2 new nodes are ready.")
    control("PUT", "/jobs", created[:1])
    expect(play(recipe, *arguments, fails=True), "Only 1 of 2 new nodes")
    cause = raw_job("3", "CreateNodeVM", "Failed", "the subnet is full")
    control("PUT", "/jobs", [created[0], raw_job("3", "ScaleupCluster", "Failed", "Something bad happened", cause)])
    expect(play(recipe, *arguments, fails=True), "node-3: the subnet is full")
    control("DELETE", "/jobs")


def prove_daily_report(recipe: Path, folder: Path) -> None:
    report = folder / "failures.md"
    arguments = ("-e", f"report={report}")
    expect(play(recipe, *arguments, OS_PROJECT_NAME=""), "failures.md is complete.")
    text = report.read_text(encoding="utf-8")
    expect(text, "## eu-de_shop: 3 of ", "## eu-de_lab: 0 of 12 jobs", "ScaleupCluster node-")
    report.unlink()
    projects = json.dumps({"projects": ["eu-de_nobody", "eu-de_shop"]})
    output = play(recipe, *arguments, "-e", projects, fails=True, OS_PROJECT_NAME="")
    expect(output, "failures.md has no data of eu-de_nobody.")
    expect(report.read_text(encoding="utf-8"), "## eu-de_nobody: no data", "## eu-de_shop: 3 of ")


def prove_fleet(recipe: Path, folder: Path) -> None:
    inventory = folder / "hosts"
    names = [f"node-{number}" for number in range(10)]
    inventory.write_text(
        "\n".join(names) + "\n[all:vars]\nansible_connection=local\n"
        "ansible_python_interpreter={{ ansible_playbook_python }}\n",
        encoding="utf-8",
    )
    control("DELETE", "/requests")
    expect(play(recipe, "-i", str(inventory), "-f", "5"), *(f"{name}: no job" for name in names))
    fetched = control("GET", "/requests")["by_path"]
    if [count for path, count in fetched.items() if path.endswith("/jobs")] != [1]:
        sys.exit(f"The list was not fetched once: {fetched}")


def prove_token_once(recipe: Path) -> None:
    without_v3 = CLOUD["auth_url"].rpartition("/v3")[0]
    for auth_url in (CLOUD["auth_url"], f"{without_v3}/"):
        control("DELETE", "/requests")
        expect(play(recipe, OS_AUTH_URL=auth_url), '"msg": [')
        by_path = control("GET", "/requests")["by_path"]
        if [count for path, count in by_path.items() if path.endswith("/auth/tokens")] != [1]:
            sys.exit(f"There was not one login: {by_path}")
    expect(play(recipe, fails=True, OS_PASSWORD=""), "Set OS_AUTH_URL,")
    expect(play(recipe, fails=True, OS_PASSWORD="wrong"), "HTTP status 401")


def main(recipes: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        proofs = {
            "gate.yml": prove_gate,
            "new_nodes.yml": prove_new_nodes,
            "daily_report.yml": lambda recipe: prove_daily_report(recipe, folder),
            "fleet.yml": lambda recipe: prove_fleet(recipe, folder),
            "credentials_once.yml": lambda recipe: expect(play(recipe), "InstallNode"),
            "token_once.yml": prove_token_once,
        }
        if unproven := {path.name for path in recipes.glob("*.yml")} ^ set(proofs):
            sys.exit(f"recipes without a proof, or proofs without a recipe: {unproven}")
        for file, prove in proofs.items():
            prove(recipes / file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
