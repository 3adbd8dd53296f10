# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: serving until a signal, and running a command."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SIMULATOR = Path(__file__).resolve().parents[2] / "simulator"


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(SIMULATOR), "--seed", "7", *arguments]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=20, cwd=cwd, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_a_signal(number: int, tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("--port", "0", "--now", "2026-01-02T03:04:05Z"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
    )
    try:
        ready = json.loads(process.stdout.readline())
        connection = http.client.HTTPConnection(ready["url"].removeprefix("http://"), timeout=10)
        path = f"/api/v2/projects/{ready['project_id']}/jobs"
        connection.request("GET", path, headers={"X-Auth-Token": ready["token"]})
        assert len(json.loads(connection.getresponse().read())) == ready["jobs"] == 60
        assert ready["pid"] == process.pid
        process.send_signal(number)
        rest, errors = process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, rest, errors) == (0, "", "")


def test_command_gets_the_url_and_its_status_is_returned(tmp_path: Path) -> None:
    script = (
        "import json, os, sys, urllib.request as r;"
        "ready = json.load(open(os.environ['CCE_SIMULATOR_FILE']));"
        "same = json.load(r.urlopen(os.environ['CCE_SIMULATOR_URL'] + '/simulator'));"
        "print(ready == same, os.environ['CCE_SIMULATOR_FILE']);"
        "sys.exit(int(sys.argv[1]))"
    )
    done = run("--", sys.executable, "-c", script, "5", cwd=tmp_path)
    same, _space, path = done.stdout.strip().partition(" ")
    assert (done.returncode, same, done.stderr) == (5, "True", "")
    assert path and not os.path.exists(path)


def test_command_gets_a_login_and_no_stray_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_TOKEN", "stray")
    script = (
        "import json, os;"
        "print(json.dumps([json.load(open(os.environ['CCE_SIMULATOR_FILE'])),"
        "{name: value for name, value in os.environ.items() if name.startswith('OS_')}]))"
    )
    done = run("--log-in", "--", sys.executable, "-c", script, cwd=tmp_path)
    ready, login = json.loads(done.stdout)
    assert login == {
        "OS_AUTH_URL": ready["auth_url"],
        "OS_USERNAME": ready["username"],
        "OS_PASSWORD": ready["password"],
        "OS_USER_DOMAIN_NAME": ready["domain_name"],
        "OS_PROJECT_NAME": ready["project_name"],
        "OS_REGION_NAME": ready["region"],
        "OS_CCE_ENDPOINT_OVERRIDE": ready["endpoint"],
        "OS_METADATA_URL": ready["metadata_url"],
    }
    without = run("--", sys.executable, "-c", script, cwd=tmp_path)
    assert json.loads(without.stdout)[1]["OS_TOKEN"] == "stray"
    assert run("--log-in", cwd=tmp_path).returncode == 2


def test_signal_reaches_the_command(tmp_path: Path) -> None:
    script = (
        "import signal, sys;"
        "signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(9));"
        "print('up', flush=True);"
        "signal.pause()"
    )
    process = subprocess.Popen(
        command("--", sys.executable, "-c", script), stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    try:
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 9
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_commands_that_cannot_be_run(tmp_path: Path) -> None:
    absent = run("--", "/no/such", cwd=tmp_path)
    assert (absent.returncode, "No such file" in absent.stderr) == (127, True)
    nothing = run("--", cwd=tmp_path)
    assert nothing.returncode == 2
    killed = run("--", sys.executable, "-c", "import os; os.kill(os.getpid(), 9)", cwd=tmp_path)
    assert killed.returncode == 137


@pytest.mark.parametrize("count", ["0", "300001", "many"])
def test_number_of_jobs_out_of_bounds(count: str, tmp_path: Path) -> None:
    done = run("--jobs", count, cwd=tmp_path)
    assert (done.returncode, "--jobs" in done.stderr) == (2, True)
