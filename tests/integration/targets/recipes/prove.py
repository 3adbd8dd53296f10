# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the recipes, by name as a user does, against the simulated cloud, and check their output.

The recipes that wait also run in a bad hour: lists fail, and jobs appear late, disappear and return. A job ends only
when the proof lets it, so a recipe that succeeds earlier did not wait.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

CLOUD = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text(encoding="utf-8"))

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


def by_name(recipe: Path) -> str:
    return f"opentelekomcloud.cce.{recipe.stem}"


def play(recipe: Path, *arguments: str, fails: bool = False, folder: Path | None = None, **environment: str) -> str:
    """Run a recipe and return its output. Exit if it unexpectedly fails or succeeds.

    Args:
        recipe: the playbook.
        arguments: further arguments of ansible-playbook.
        fails: whether the recipe is expected to fail.
        folder: the current directory.
        environment: variables that override ``CREDENTIALS``.
    """
    command = ["ansible-playbook", by_name(recipe), *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
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


def polls() -> int:
    """The number of requests for jobs since the request log was cleared."""
    by_path = control("GET", "/requests")["by_path"]
    return sum(count for path, count in by_path.items() if "/jobs" in path)


def play_with_events(recipe: Path, *arguments: str, events: list[Callable[[], object]], fails: bool = False) -> str:
    """Run a recipe and return its output. Each event happens after three more requests for jobs.

    Exit if the recipe ends before the last event, or unexpectedly fails or succeeds.
    """
    control("DELETE", "/requests")
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            ["ansible-playbook", by_name(recipe), "-e", "poll_seconds=0.2", *arguments],
            env={**os.environ, **CREDENTIALS},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        happened = 0
        for event in events:
            target = polls() + 3
            while polls() < target and process.poll() is None:
                time.sleep(0.05)
            if process.returncode is None:
                event()
                happened += 1
        returncode = process.wait()
        output.seek(0)
        printed = output.read()
    print(printed)
    if happened < len(events):
        sys.exit(f"{recipe.name} ended before the jobs did")
    if (returncode != 0) is not fails:
        sys.exit(f"{recipe.name} ended with {returncode}")
    return printed


def create(cluster: str, kind: str, fails: bool = False) -> str:
    """Create a job that runs for five minutes; return its ID."""
    job = {"cluster": cluster, "type": kind, "seconds": 300, "fails": fails}
    return str(control("POST", "/jobs", job)["id"])


def end_jobs() -> None:
    """Let all created jobs end."""
    control("POST", "/clock", {"advance": 310})


OUTAGE = ("Polling failed", "Polling works again")
"""Lines that a wait with -v prints about the HTML pages of ``disturb``. HTTP 503 is tried again at once."""


def nothing() -> None:
    """Let time pass."""


def disturb() -> None:
    """Let four lists fail from the second on: with HTTP 503, then as HTML pages."""
    for reply in ("unavailable", "html"):
        control("POST", "/faults", {"call": "list", "after": 1, "times": 2, "reply": reply})


def hide(job: str) -> None:
    """Leave the job out of three lists that come after two with it. The first may have been under way already."""
    control("POST", "/absences", {"job": job, "after": 2, "times": 3})


def delete(job: str) -> None:
    """Delete the job."""
    control("POST", "/absences", {"job": job, "deleted": True})


def expect(output: str, *texts: str) -> None:
    """Exit if a text is missing."""
    missing = [text for text in texts if text not in output]
    if missing:
        sys.exit(f"not in the output: {missing}")


def prove_gate(recipe: Path) -> None:
    expect(play(recipe, fails=True), "missing required arguments: cluster")
    expect(play(recipe, "-e", "cluster=shop-archive"), "shop-archive is idle. Waited for nothing.")
    output = play(recipe, "-e", "cluster=shop-next", "-e", "wait_seconds=1", fails=True)
    expect(output, "CreateCluster")
    if "shop-next is idle" in output:
        sys.exit("The gate opened in front of a busy cluster.")
    if "subjobs" in output:
        sys.exit("The sentence is lost among the jobs.")
    arguments = ("-e", "cluster=shop-archive", "-v")
    disturb()
    hide(create("shop-archive", "ScaleupCluster"))
    events = [nothing, nothing, nothing, end_jobs]
    expect(play_with_events(recipe, *arguments, events=events), *OUTAGE, "Waited for ScaleupCluster of node-")
    job = create("shop-archive", "ScaleupCluster")
    output = play_with_events(recipe, *arguments, events=[lambda: delete(job)])
    expect(output, f"{job}) was deleted", "shop-archive is idle")


def prove_fail_with_root_cause(recipe: Path) -> None:
    # an earlier failure does not count: shop-batch has some
    expect(play(recipe, "-e", "cluster=shop-batch"), "failed=0")
    arguments = ("-e", "cluster=shop-batch", "-v")
    disturb()
    hide(create("shop-batch", "ScaleupCluster", fails=True))
    events = [nothing, nothing, nothing, end_jobs]
    output = play_with_events(recipe, *arguments, events=events, fails=True)
    expect(output, *OUTAGE, "ScaleupCluster node-", "Failed to ")
    create("shop-batch", "ScaleupCluster")
    output = play(recipe, *arguments, "-e", "wait_seconds=1", "-e", "poll_seconds=0.2", fails=True)
    expect(output, "Not finished within 1 s: ScaleupCluster of node-")


def prove_wait_for_job(recipe: Path) -> None:
    expect(play(recipe, fails=True), "missing required arguments: job_id")
    job = create("shop-archive", "ScaleupCluster")
    # listed late, but it can be requested by its ID; then that returns HTML pages as well
    control("POST", "/absences", {"job": job, "times": 5})
    control("POST", "/faults", {"call": "one_job", "after": 1, "times": 6, "reply": "html"})
    control("POST", "/faults", {"call": "list", "after": 1, "times": 2, "reply": "html"})
    events = [nothing, nothing, nothing, nothing, nothing, end_jobs]
    output = play_with_events(recipe, "-e", f"job_id={job.upper()}", "-v", events=events)
    expect(output, *OUTAGE, "ScaleupCluster node-", " succeeded after ")
    job = create("shop-archive", "ScaleupCluster", fails=True)
    output = play_with_events(recipe, "-e", f"job_id={job}", events=[end_jobs], fails=True)
    expect(output, "Failed to ")
    job = create("shop-archive", "ScaleupCluster")
    output = play_with_events(recipe, "-e", f"job_id={job}", events=[lambda: delete(job)], fails=True)
    expect(output, f"{job}) was deleted")
    unknown = ("-e", "job_id=00000000-0000-4000-8000-000000000000", "-e", "appear_seconds=1", "-e", "poll_seconds=0.2")
    expect(play(recipe, *unknown, fails=True), "00000000-0000-4000-8000-000000000000 not found within 1 s")


def prove_new_nodes(recipe: Path) -> None:
    arguments = ("-e", "cluster=shop-archive", "-e", "new_nodes=2")

    def run(*outcomes: bool, fails: bool, deletes: bool = False) -> str:
        """Run the recipe in an outage.

        Args:
            outcomes: later polls find a job for each, which fails if it is true.
            fails: whether the recipe is expected to fail.
            deletes: whether the first job is deleted. Otherwise, it disappears for some polls.
        """
        jobs: list[str] = []

        def create_nodes() -> None:
            jobs.extend(create("shop-archive", "ScaleupCluster", outcome) for outcome in outcomes)
            hide(jobs[0])

        # the clock is ahead from the second run on, so that earlier jobs would count as new
        control("DELETE", "")
        disturb()
        events = [create_nodes, nothing, *([lambda: delete(jobs[0]), nothing] if deletes else []), nothing, end_jobs]
        return play_with_events(recipe, *arguments, "-v", events=events, fails=fails)

    expect(run(False, False, fails=False), *OUTAGE, "2 new nodes are ready.")
    expect(run(False, fails=True), "Only 1 of 2 new nodes")
    expect(run(False, True, fails=True), "Failed to ")
    expect(run(False, False, fails=True, deletes=True), "was deleted", "Only 1 of 2 new nodes")
    control("DELETE", "/jobs")
    none = ("-e", "appear_seconds=1", "-e", "poll_seconds=0.2")
    expect(play(recipe, *arguments, *none, fails=True), "not_found")
    # nodes that were ready before the recipe began
    for _number in range(2):
        create("shop-archive", "ScaleupCluster")
    end_jobs()
    expect(play(recipe, *arguments, "-e", "started=15m"), "2 new nodes are ready.")


def prove_watch_upgrade(recipe: Path) -> None:
    disturb()
    arguments = ("-e", "cluster=shop-archive", "-v")

    def begin() -> None:
        hide(create("shop-archive", "UpgradeCluster"))

    def continue_with_node() -> None:
        # it lasts longer than the upgrade
        control("POST", "/clock", {"advance": 150})
        hide(create("shop-archive", "ScaleupCluster"))
        control("POST", "/clock", {"advance": 160})

    # the third event is late enough only if the second wait goes on after the upgrade
    # and the last one, when the list shows the node again, as the last task needs it
    events = [begin, nothing, continue_with_node, nothing, nothing, nothing, end_jobs]
    output = play_with_events(recipe, *arguments, events=events)
    expect(output, *OUTAGE, "UpgradeCluster shop-archive: ", "ScaleupCluster node-")
    control("DELETE", "/jobs")
    events = [lambda: create("shop-archive", "UpgradeCluster", fails=True), end_jobs]
    expect(play_with_events(recipe, *arguments, events=events, fails=True), "Failed to upgrade the master")


def prove_daily_report(recipe: Path, folder: Path) -> None:
    report = folder / "failures.md"
    arguments = ("-e", f"report={report}")
    both = ("-e", "projects=eu-de_shop,eu-de_lab")
    # cron and systemd do not set PWD
    expect(play(recipe, *both, folder=folder, OS_PROJECT_NAME="", PWD=""), "failures.md is complete.")
    text = report.read_text(encoding="utf-8")
    expect(text, "## eu-de_shop: 3 of ", "## eu-de_lab: 0 of 12 jobs", "ScaleupCluster node-")
    report.unlink()
    projects = json.dumps({"projects": ["eu-de_nobody", "eu-de_shop"]})
    output = play(recipe, *arguments, "-e", projects, fails=True, OS_PROJECT_NAME="")
    expect(output, "failures.md has no data of eu-de_nobody.")
    expect(report.read_text(encoding="utf-8"), "## eu-de_nobody: no data", "## eu-de_shop: 3 of ")


def prove_account_report(recipe: Path, folder: Path) -> None:
    traveler = {
        "OS_USERNAME": CLOUD["traveler_username"],
        "OS_PASSWORD": CLOUD["traveler_password"],
        # each region has a host of its own
        "OS_CCE_ENDPOINT_OVERRIDE": "",
    }
    report = folder / "account.md"
    control("DELETE", "/requests")
    output = play(recipe, "-e", f"report={report.name}", "-e", "since=7d", folder=folder, **traveler)
    expect(output, "account.md has 8 failures in 4 projects.")
    text = report.read_text(encoding="utf-8")
    expect(text, "| eu-de_lab | | | | 12 jobs, none failed |", "| eu-nl_shop | ", "node not ready after 30 min")
    # one with the password, and one for each project
    logins = [path for path in control("GET", "/requests")["requests"] if path["path"].endswith("/auth/tokens")]
    if len(logins) != 5:
        sys.exit(f"There was not one login: {logins}")
    # the other one cannot be read, and one has text that would be markup
    markup = {
        "metadata": {"uid": "a"},
        "spec": {"type": "<b>|"},
        "status": {"status": "Failed", "completionTime": "2026-01-01T00:00:00Z"},
    }
    for name, rule in (("eu-nl_shop", {"status": 403}), ("eu-de_shop", {"body": json.dumps([markup])})):
        path = f"/projects/{CLOUD['traveler_projects'][name]}/jobs"
        control("POST", "/faults", {"path": path, "times": None, **rule})
    chosen = ("-e", "projects=eu-nl_shop,eu-de_shop", "-e", "since=3650d")
    for name, shown in (
        ("account.md", "| eu-nl_shop | | | | Could not"),
        ("account.html", "<td>eu-nl_shop</td><td></td>"),
    ):
        report = folder / name
        output = play(recipe, "-e", f"report={report}", *chosen, fails=True, **traveler)
        expect(output, f"{name} is incomplete.", "1 of 2", "eu-nl_shop")
        text = report.read_text(encoding="utf-8")
        expect(text, shown, "403")
        if "<b>" in text:
            sys.exit("The report has markup of the cloud.")


def prove_night_report(recipe: Path, folder: Path) -> None:
    page = folder / "night.html"
    expect(play(recipe, "-e", "since=7d", folder=folder), "changed=1")
    expect(page.read_text(encoding="utf-8"), "<title>Night shift</title>", "shop-batch", "node not ready after 30 min")
    arguments = ("-e", f"page={page}", "-e", "projects=all", "-e", "since=52w")
    expect(play(recipe, *arguments, OS_PROJECT_NAME=""), "night.html is complete.")
    expect(page.read_text(encoding="utf-8"), "eu-de_shop", "eu-de_lab")
    projects = json.dumps({"projects": ["eu-de_nobody", "eu-de_shop"]})
    arguments = ("-e", f"page={page}", "-e", "title=Shop", "-e", projects)
    output = play(recipe, *arguments, fails=True, OS_PROJECT_NAME="")
    expect(output, "night.html is incomplete", "eu-de_nobody")
    expect(page.read_text(encoding="utf-8"), "<title>Shop</title>", "eu-de_shop")
    expect(play(recipe, "-e", f"page={folder}/none.html", fails=True, OS_PASSWORD="wrong"), "authentication")
    if (folder / "none.html").exists():
        sys.exit("A page without data was written.")


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


def prove_runner_without_secrets(recipe: Path) -> None:
    stored = dict.fromkeys(CREDENTIALS, "")
    server = {"OS_METADATA_URL": CLOUD["metadata_url"], "OS_CCE_ENDPOINT_OVERRIDE": CLOUD["endpoint"]}
    output = play(recipe, "-e", "cluster=shop-batch", **{**stored, **server})
    expect(output, "jobs failed, and shop-batch is idle", "Failed to install the node")
    by_path = control("GET", "/requests")["by_path"]
    if any(path.endswith("/auth/tokens") for path in by_path) or "GET /openstack/latest/securitykey" not in by_path:
        sys.exit(f"There was a login: {by_path}")


def main(recipes: Path) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        proofs = {
            "daily_report.yml": lambda recipe: prove_daily_report(recipe, folder),
            "account_report.yml": lambda recipe: prove_account_report(recipe, folder),
            "night_report.yml": lambda recipe: prove_night_report(recipe, folder),
            "fleet.yml": lambda recipe: prove_fleet(recipe, folder),
            "credentials_once.yml": lambda recipe: expect(play(recipe), "InstallNode"),
            "token_once.yml": prove_token_once,
            "runner_without_secrets.yml": prove_runner_without_secrets,
            # these move the clock of the simulator
            "gate.yml": prove_gate,
            "fail_with_root_cause.yml": prove_fail_with_root_cause,
            "wait_for_job.yml": prove_wait_for_job,
            "new_nodes.yml": prove_new_nodes,
            "watch_upgrade.yml": prove_watch_upgrade,
        }
        if unproven := {path.name for path in recipes.glob("*.yml")} ^ set(proofs):
            sys.exit(f"recipes without a proof, or proofs without a recipe: {unproven}")
        for file, prove in proofs.items():
            control("DELETE", "")
            prove(recipes / file)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
