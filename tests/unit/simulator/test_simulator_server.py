# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job calls, the control API, the faults, and how the simulator starts and stops."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

SIMULATOR = Path(__file__).resolve().parents[2] / "simulator"


def test_one_job_and_the_autopilot_list(client) -> None:
    jobs = client.jobs()
    for job in (jobs[0], jobs[-1]):
        assert client.get(f"{client.jobs_path}/{job['metadata']['uid']}").json == job
    assert client.get(client.jobs_path.replace("/api/", "/autopilot/")).json == jobs
    missing = client.get(f"{client.jobs_path}/nothing")
    assert (missing.status, missing.json["errorCode"]) == (404, "CCE.01404001")


def test_clusters(client) -> None:
    answer = client.get(f"/api/v3/projects/{client.ready['project_id']}/clusters").json
    assert (answer["kind"], answer["apiVersion"]) == ("Cluster", "v3")
    told = {(item["metadata"]["name"], item["metadata"]["uid"]) for item in answer["items"]}
    ready = client.ready
    assert told == {(c["name"], c["id"]) for c in ready["clusters"] if c["project_id"] == ready["project_id"]}
    assert {item["status"]["phase"] for item in answer["items"]} == {"Available", "Creating"}


@pytest.mark.parametrize("change", ["{}/", "/x{}", "{}/a/b"])
def test_a_wrong_path(client, change: str) -> None:
    answer = client.get(change.format(client.jobs_path))
    assert (answer.status, answer.json["error_code"]) == (404, "APIGW.0101")
    assert client.send("POST", client.jobs_path, b"").status == 404


def test_a_path_prefix(start: Callable) -> None:
    client = start("--prefix", "/gateway/")
    assert client.ready["endpoint"] == client.ready["url"] + "/gateway"
    path = "/gateway" + client.jobs_path
    assert client.get(path).json == client.jobs()
    assert client.get(path, **client.signed(path, scope="/")).status == 200
    assert client.send("POST", "/gateway/v3/auth/tokens", b"").status == 400


@pytest.mark.parametrize(
    ("offer", "taken"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("gzip;q=0.0", False),
    ],
)
def test_gzip_when_accepted(client, offer: str, taken: bool) -> None:
    plain = client.get(client.jobs_path)
    answer = client.get(client.jobs_path, Accept_Encoding=offer)
    assert plain.headers["Content-Encoding"] is None
    assert answer.headers["Content-Encoding"] == ("gzip" if taken else None)
    assert (gzip.decompress(answer.body) if taken else answer.body) == plain.body
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    error = client.get("/nowhere", Accept_Encoding=offer)
    assert json.loads(gzip.decompress(error.body) if taken else error.body)["error_code"] == "APIGW.0101"


def test_keep_alive_and_the_request_log(client) -> None:
    for _number in range(3):
        client.get(client.jobs_path + "?a=b", Content_Type="application/json", User_Agent="test")
    headers = client.signed(client.jobs_path, scope="/")
    client.get(client.jobs_path, **headers)
    log = client.log()
    assert (log["count"], log["connections"]) == (4, 1)
    assert log["by_path"] == {f"GET {client.jobs_path}": 4}
    assert log["by_status"] == {"200": 4}
    first, *_others, last = log["requests"]
    assert (first["query"], first["status"], first["authentication"]) == ("a=b", 200, "token")
    assert (first["headers"]["content-type"], first["headers"]["user-agent"]) == ("application/json", "test")
    assert (last["authentication"], last["signed_headers"]) == ("scope", ["host", "x-sdk-date"])
    text = json.dumps(log)
    for secret in (client.ready["token"], client.ready["secret_key"], headers["Authorization"].rpartition("=")[2]):
        assert secret not in text
    assert client.send("DELETE", "/simulator/requests").status == 204
    assert client.log()["count"] == 0


def test_it_can_play_the_proxy(client) -> None:
    answer = client.get("http://cce.example.com" + client.jobs_path)
    assert (answer.status, client.log()["requests"][0]["via_proxy"]) == (200, True)
    assert client.log()["requests"][0]["path"] == client.jobs_path


def test_the_clock_moves_on_when_told(client) -> None:
    def staging() -> set[str]:
        uid = next(c["id"] for c in client.ready["clusters"] if c["activity"] == "busy")
        return {job["status"]["status"] for job in client.jobs() if job["spec"]["clusteruid"] == uid}

    assert {"Running", "Initializing"} <= staging()
    assert client.send("POST", "/simulator/clock", {"advance": 90}).json == {"now": "2026-01-02T03:05:35.000000Z"}
    assert staging() == {"Success"}
    for wrong in ({"advance": -1}, {"advance": "1"}, {"forward": 1}, [], b"{"):
        assert client.send("POST", "/simulator/clock", wrong).status == 400


def test_the_job_list_can_be_replaced(client) -> None:
    jobs = client.jobs()
    assert client.send("PUT", "/simulator/jobs", b'[ {"a":1} ]').status == 204
    assert client.get(client.jobs_path).body == b'[ {"a":1} ]'
    assert client.send("PUT", "/simulator/jobs", b"{}").status == 400
    page = {"Content-Type": "text/html"}
    assert client.send("PUT", "/simulator/jobs?raw=1", b"<html>", page).status == 204
    answer = client.get(client.jobs_path, Accept_Encoding="gzip")
    assert (gzip.decompress(answer.body), answer.headers["Content-Type"]) == (b"<html>", "text/html")
    assert client.send("DELETE", "/simulator/jobs").status == 204
    assert client.jobs() == jobs


def test_an_unknown_control_call_and_the_ready_line(client) -> None:
    assert client.send("GET", "/simulator").json == client.ready
    answer = client.send("GET", "/simulator/nothing")
    assert answer.status == 404 and "POST /simulator/faults" in answer.json["error"]


# Faults


def test_fault_status_headers_body_times_and_after(client) -> None:
    client.fault(path=client.jobs_path, method="GET", status=429, headers={"Retry-After": "1.5"}, times=2, after=1)
    answers = [client.get(client.jobs_path) for _number in range(4)]
    assert [answer.status for answer in answers] == [200, 429, 429, 200]
    assert (answers[1].headers["Retry-After"], answers[1].body) == ("1.5", b"")
    client.fault(path="/jobs$", status=500, body="<html>oops</html>", times=None)
    client.fault(path="/v3/", body_base64=base64.b64encode(b"\xff\x00").decode())
    assert [client.get(client.jobs_path).body for _number in range(3)] == [b"<html>oops</html>"] * 3
    assert client.get("/v3/projects").body == b"\xff\x00"
    assert [entry["fault"] for entry in client.log()["requests"]] == [False, True, True, False] + [True] * 4
    assert client.send("DELETE", "/simulator/faults").status == 204
    assert client.get(client.jobs_path).status == 200


def test_fault_headers_alone_keep_the_real_answer(client) -> None:
    client.fault(path="/api", headers={"X-Test": "1"})
    answer = client.get(client.jobs_path)
    assert (answer.status, answer.headers["X-Test"], len(answer.json)) == (200, "1", 60)


def test_fault_delay_and_drip(client) -> None:
    client.fault(path="/api", delay=0.3)
    begun = time.monotonic()
    assert client.get(client.jobs_path).status == 200
    assert time.monotonic() - begun >= 0.3
    client.fault(path="/api", body="abcdefgh", drip=0.05)
    begun = time.monotonic()
    assert client.get(client.jobs_path).body == b"abcdefgh"
    assert time.monotonic() - begun >= 8 * 0.05


def test_fault_truncate(client) -> None:
    client.fault(path="/api", truncate=100)
    with pytest.raises(http.client.IncompleteRead) as broken:
        client.get(client.jobs_path)
    assert len(broken.value.partial) == 100
    client.connection.close()
    assert client.get(client.jobs_path).status == 200


@pytest.mark.parametrize("truncate", [None, 10])
def test_fault_reset(client, truncate: int | None) -> None:
    client.fault(path="/api", reset=True, **({} if truncate is None else {"truncate": truncate}))
    with pytest.raises(ConnectionResetError):
        client.get(client.jobs_path)
    client.connection.close()
    assert client.log()["requests"][0]["status"] is None


def test_fault_hang(client) -> None:
    client.fault(path="/api", hang=True)
    client.connection.sock.settimeout(0.3)
    with pytest.raises(socket.timeout):
        client.get(client.jobs_path)
    client.connection.close()
    assert client.get(client.jobs_path).status == 200


def test_fault_redirect(client) -> None:
    client.fault(path="/api", redirect="http://elsewhere.example.com/")
    client.fault(path="/api", redirect="/there", status=308)
    answers = [client.get(client.jobs_path) for _number in range(2)]
    told = [(answer.status, answer.headers["Location"]) for answer in answers]
    assert told == [(302, "http://elsewhere.example.com/"), (308, "/there")]


def test_fault_gzip_bomb(client) -> None:
    client.fault(path="/api", gzip_bomb=20_000_001)
    answer = client.get(client.jobs_path)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.body) < 100_000
    unpacked = zlib.decompress(answer.body, 31)
    assert (len(unpacked), json.loads(unpacked)) == (20_000_001, [])


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ({"path": "/", "statsu": 503}, "unknown member statsu"),
        ({"status": 503}, "needs the member path"),
        ({"path": "/", "status": "503"}, "status must be a whole number"),
        ({"path": "/", "status": True}, "status must be a whole number"),
        ({"path": "/", "headers": {"Retry-After": 1}}, "headers must be"),
        ({"path": "("}, "cannot be used"),
        ({"path": "/", "body_base64": "?"}, "cannot be used"),
        ([], "a JSON object"),
    ],
)
def test_a_rule_that_is_not_understood(client, rule: object, hint: str) -> None:
    answer = client.send("POST", "/simulator/faults", rule)
    assert answer.status == 400
    assert hint in answer.json["error"]


# Starting and stopping


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(SIMULATOR), "--seed", "7", *arguments]


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(*arguments), capture_output=True, text=True, timeout=20, cwd=cwd, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_line_serves_and_stops_cleanly(number: int, tmp_path: Path) -> None:
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


def test_a_command_gets_the_address_and_its_status_is_kept(tmp_path: Path) -> None:
    script = (
        "import json, os, sys, urllib.request as r;"
        "ready = json.load(open(os.environ['CCE_SIMULATOR_FILE']));"
        "same = json.load(r.urlopen(os.environ['CCE_SIMULATOR_URL'] + '/simulator'));"
        "print(ready == same, os.environ['CCE_SIMULATOR_FILE']);"
        "sys.exit(int(sys.argv[1]))"
    )
    done = run("--", sys.executable, "-c", script, "5", cwd=tmp_path)
    told, _blank, path = done.stdout.strip().partition(" ")
    assert (done.returncode, told, done.stderr) == (5, "True", "")
    assert path and not os.path.exists(path)


def test_a_command_gets_a_login_and_nobody_elses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OS_TOKEN", "somebody's")
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
    }
    without = run("--", sys.executable, "-c", script, cwd=tmp_path)
    assert json.loads(without.stdout)[1]["OS_TOKEN"] == "somebody's"
    assert run("--log-in", cwd=tmp_path).returncode == 2


def test_a_signal_reaches_the_command(tmp_path: Path) -> None:
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
def test_a_number_of_jobs_out_of_bounds(count: str, tmp_path: Path) -> None:
    done = run("--jobs", count, cwd=tmp_path)
    assert (done.returncode, "--jobs" in done.stderr) == (2, True)
