# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the plugins in every way that might show a secret, and search all output and files for secrets.

runme.sh starts this with a simulator. Further arguments are passed to ansible-playbook.
"""

from __future__ import annotations

import base64
import concurrent.futures
import gzip
import io
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

from echo import EchoServer
from leaks import leaks_below, leaks_in

HERE = Path(__file__).resolve().parent

# A password of a proxy with special characters, and its form in a URL
PROXY_PASSWORD = "Pr0xy:p@ss/w%rd+Und1sguised"
QUOTED = urllib.parse.quote(PROXY_PASSWORD, safe="")

SECRETS = {
    "wrong token": "MIIV" + "W7r0ngT0ken" * 12,
    "wrong secret_key": "wR0ngSecretKey00000000000000000000000000",
    "wrong security_token": "gWr0ngSecur1tyToken/with+characters==",
    "wrong password": 'Wr0ng-P@ssw0rd {with} "odd" & <characters>',
    "wrong passcode": "Wr0ng-Passcode-Unmistakable",
    "password in a proxy URL": PROXY_PASSWORD,
    "password in an invalid URL": "Unqu0ted/Pr0xy%zz-Passw0rd",
    "credentials of a proxy": f"sammy:{PROXY_PASSWORD}",
    "password in an endpoint URL": "3ndp0int-Passw0rd-M1splaced",
    "misspelt option": "M1sspelt-Secret-Opti0n",
}
_OF_THE_SIMULATOR = (
    "token",
    "restricted_token",
    "secret_key",
    "temporary_secret_key",
    "restricted_secret_key",
    "security_token",
    "password",
    "mfa_password",
    "restricted_password",
)

# Only canary.yml prints it: it shows that the search finds secrets
CANARY = "C4nary-that-sings-0n-purpose-f0r-the-search"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def cases(cloud: dict[str, Any], echo: str) -> list[dict[str, Any]]:
    """Options for both plugins, and the expected kind of error, or None for success."""
    found: list[dict[str, Any]] = []
    project = {"project_id": cloud["project_id"]}
    here = {**project, "endpoint": cloud["endpoint"]}
    by_name = {"project_name": cloud["project_name"], "auth_url": cloud["auth_url"], "endpoint": cloud["endpoint"]}
    token = {"token": cloud["token"]}
    key = {"access_key": cloud["access_key"], "secret_key": cloud["secret_key"]}
    temporary = {
        "access_key": cloud["temporary_access_key"],
        "secret_key": cloud["temporary_secret_key"],
        "security_token": cloud["security_token"],
    }
    user = {"username": cloud["username"], "password": cloud["password"], "user_domain_name": cloud["domain_name"]}
    login = {**user, "auth_url": f"{echo}/iam/v3"}
    nowhere = free_port()
    proxy = f"127.0.0.1:{nowhere}"

    def case(name: str, kind: str | None, *options: dict[str, Any], **more: Any) -> None:
        merged = {"retries": 0}
        for part in (*options, more):
            merged.update(part)
        found.append({"name": name, "kind": kind, "options": merged})

    case("token", None, here, token)
    case("key, scope", None, here, key)
    case("key, access, project by name", None, by_name, key, signature="access")
    case("temporary key", None, here, temporary)
    case("password", None, here, login)

    case("incomplete credentials", "option", here, secret_key=SECRETS["wrong secret_key"])
    case("conflicting credentials", "option", here, token, key)
    case("token with a space", "option", here, token=SECRETS["wrong token"] + " " + SECRETS["wrong token"])
    case("key that is a list", "option", here, key, secret_key=[cloud["secret_key"]])
    case("password that is a dict", "option", here, user, password={"is": cloud["password"]})
    case("misspelt option", "option", here, token, pasword=SECRETS["misspelt option"])
    case("broken proxy", "option", here, token, proxy=f"socks9://sammy:{PROXY_PASSWORD}@{proxy}")
    case("proxy without scheme", "option", here, token, proxy=f"sammy:{QUOTED}@{proxy}")
    case("invalid other option", "option", here, temporary, proxy=f"http://sammy:{QUOTED}@{proxy}", limit="many")
    misplaced = f"http://sammy:{SECRETS['password in an endpoint URL']}@127.0.0.1:{nowhere}"
    case("credentials in the endpoint", "option", here, token, endpoint=misplaced)
    case("credentials in auth_url", "option", by_name, token, auth_url=misplaced)

    case("wrong password", "authentication", by_name, user, password=SECRETS["wrong password"])
    case("wrong passcode", "authentication", by_name, user, passcode=SECRETS["wrong passcode"])
    case("wrong token", "authentication", here, token=SECRETS["wrong token"])
    case("wrong token, project by name", "authentication", by_name, token=SECRETS["wrong token"])
    case("wrong secret key", "authentication", here, key, secret_key=SECRETS["wrong secret_key"])
    case("wrong temporary key", "authentication", here, temporary, secret_key=SECRETS["wrong secret_key"])
    case("restricted token", "permission", here, token=cloud["restricted_token"])
    restricted = {"access_key": cloud["restricted_access_key"], "secret_key": cloud["restricted_secret_key"]}
    case("restricted key", "permission", here, restricted, signature="access")
    case("wrong URL", "not_found", here, token, endpoint=cloud["endpoint"] + "/nowhere")

    responses = {
        "cce": "response",
        "gateway": "authentication",
        "short": "permission",
        "object": "response",
        "anything": "not_found",
        "busy": "unavailable",
    }
    for response, kind in responses.items():
        for name, credential in (("token", token), ("temporary key", temporary), ("password", login)):
            retries = {"retries": 1} if response == "busy" else {}
            case(f"echo: {response}, {name}", kind, project, credential, retries, endpoint=f"{echo}/{response}")
    for response, kind in {
        "busy-later": "throttled",
        "redirect": "response",
        "redirect-host": "response",
        "page": "response",
        "page-502": "unavailable",
        "cut-list": "response",
    }.items():
        case(f"echo: {response}", kind, project, token, endpoint=f"{echo}/{response}")
    case("iam echoes the login", "authentication", by_name, user, auth_url=f"{echo}/iam-error")
    case(
        "iam echoes a passcode",
        "authentication",
        by_name,
        user,
        auth_url=f"{echo}/iam-error",
        passcode=SECRETS["wrong passcode"],
    )
    case("iam returns a page", "response", by_name, user, auth_url=f"{echo}/iam-page")
    case("iam returns an invalid token", "authentication", by_name, user, auth_url=f"{echo}/iam-odd")
    case("iam redirects", "response", by_name, token, auth_url=f"{echo}/redirect")

    case("no response in time", "timeout", project, token, endpoint=f"{cloud['endpoint']}/hang", timeout=0.5)
    case("no TLS", "tls", project, token, endpoint=cloud["endpoint"].replace("http:", "https:"))
    case("connection refused", "connection", project, temporary, endpoint=f"http://127.0.0.1:{nowhere}")
    case("proxy connection refused", "connection", here, token, proxy=f"http://sammy:{QUOTED}@{proxy}")
    refusing = echo.replace("http://", f"http://sammy:{QUOTED}@")
    case("proxy rejects a tunnel", "connection", project, token, endpoint="https://cce.invalid", proxy=refusing)
    case("proxy echoes", "connection", project, token, endpoint="http://cce.invalid", proxy=refusing)
    broken = f"http://sammy:{SECRETS['password in an invalid URL']}@{proxy}"
    case("proxy, password not quoted", "option", here, token, proxy=broken)
    return found


class Runner:
    """Runs playbooks, each with its own home directory."""

    def __init__(self, directory: Path, arguments: list[str]) -> None:
        self._directory = directory
        self._arguments = arguments
        self.failed: list[str] = []

    def play(self, name: str, playbook: str, *arguments: str, **variables: str) -> None:
        """Run a playbook and save its output next to the files it leaves."""
        own = self._directory / name
        for part in ("home", "tmp", "results"):
            (own / part).mkdir(parents=True)
        environment = {
            # without the credentials and proxies of the developer
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith("OS_") and not key.lower().endswith("_proxy")
            },
            "HOME": str(own / "home"),
            "ANSIBLE_HOME": str(own / "home" / ".ansible"),
            "TMPDIR": str(own / "tmp"),
            # these do not depend on HOME
            "ANSIBLE_REMOTE_TEMP": str(own / "home" / "remote"),
            "ANSIBLE_ASYNC_DIR": str(own / "home" / "async"),
            "ANSIBLE_LOG_PATH": str(own / "ansible.log"),
            "ANSIBLE_NOCOLOR": "1",
            "RESULTS": str(own / "results"),
            "SYSLOG_COPY": str(own / "syslog"),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE / "syslog_copy"), os.environ.get("PYTHONPATH")))),
            **variables,
        }
        command = ["ansible-playbook", playbook, *arguments, *self._arguments]
        done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, check=False)
        if "ANSIBLE_DEBUG" in variables:
            # from 2.22 on, a module reports with this key what to mask, and debugging prints its raw result
            done.stdout = re.sub(rb'\\*"_ansible_new_secrets\\*": \[.*?\]', b"", done.stdout)
        (own / "stdout").write_bytes(done.stdout)
        (own / "stderr").write_bytes(done.stderr)
        if done.returncode:
            self.failed.append(name)
            print(f"{name}: {done.stdout[-6000:].decode()}\n{done.stderr[-3000:].decode()}")


def await_removal(directory: Path) -> None:
    """Wait until Ansible has removed the files of tasks in the background: it checks every 5 s whether they ended."""
    end = time.monotonic() + 60
    while any(directory.glob("*")) and time.monotonic() < end:
        time.sleep(0.1)


def check_search(directory: Path) -> None:
    """Exit unless the search finds a canary in every form in which it may be hidden."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arguments", CANARY + os.urandom(1000).hex())
    hidden = {
        "plain": CANARY.encode(),
        "truncated": b"token " + CANARY[:14].encode() + b"...",
        "wrapped": CANARY[:9].encode() + b"\n" + CANARY[9:].encode(),
        "percent": "".join(
            f"%{byte:02X}" if not chr(byte).isalnum() and chr(byte) != "-" else chr(byte) for byte in CANARY.encode()
        ).encode(),
        "gzip": gzip.compress(CANARY.encode()),
        "module": b"ZIPDATA = '" + base64.b64encode(packed.getvalue()) + b"'",
        **{f"base64 {number}": base64.b64encode(b"x" * number + CANARY.encode()) for number in range(3)},
    }
    missed = [name for name, data in hidden.items() if not leaks_in(name, data, {"canary": CANARY})]
    if missed:
        raise SystemExit(f"The search misses a canary hidden as {missed}.")
    if not leaks_below(directory, {"canary": CANARY}):
        raise SystemExit("The search misses the canary that a playbook printed.")
    special = {"canary": PROXY_PASSWORD}
    if not leaks_in("quoted", QUOTED.encode(), special) or not leaks_in("signature", b"Signature=0a1b", {}):
        raise SystemExit("The search misses quoted passwords or signatures.")


def main(arguments: list[str]) -> None:
    cloud = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text("utf-8"))
    echo = EchoServer(cloud["auth_url"])
    control = f"{cloud['url']}/simulator"

    def order(method: str, path: str, body: object) -> None:
        urllib.request.urlopen(urllib.request.Request(control + path, json.dumps(body).encode(), method=method)).close()

    # names and IDs are not secret, and strings from the API are not templates
    harmless = " ".join(
        str(cloud[name])
        for name in (
            "project_id",
            "project_name",
            "username",
            "region",
            "domain_name",
            "access_key",
            "temporary_access_key",
        )
    )
    reason = f"{harmless} {{{{ 6 * 7 }}}} {{% raw %}}"
    order(
        "PUT",
        "/jobs",
        [
            {
                "metadata": {
                    "uid": "91111111-87e6-11f0-be88-0255ac10003f",
                    "creationTimestamp": "2026-01-02T03:04:05.123456Z",
                },
                "spec": {"type": "CreateNode", "resourceName": "node-123456-a"},
                "status": {"status": "Failed", "reason": reason},
            }
        ],
    )
    order("POST", "/faults", {"path": "/hang", "hang": True, "times": None})

    with (
        tempfile.TemporaryDirectory(prefix="cce-secrets-") as inputs,
        tempfile.TemporaryDirectory(prefix="cce-") as run,
    ):
        given = {
            "cloud": cloud,
            "cases": cases(cloud, echo.url),
            "echo": echo.url,
            "reason": reason,
            "wrong_token": SECRETS["wrong token"],
        }
        file = Path(inputs, "given.json")
        file.write_text(json.dumps(given), "utf-8")
        broken = Path(inputs, "without_requests")
        broken.mkdir()
        (broken / "requests.py").write_text("raise ImportError('No module named requests')\n")
        runner = Runner(Path(run), arguments)
        loud = {"GIVEN": str(file), "ANSIBLE_DISPLAY_TRACEBACK": "always"}
        user = {
            "OS_AUTH_URL": f"{echo.url}/iam/v3",
            "OS_USERNAME": cloud["username"],
            "OS_PASSWORD": cloud["password"],
            "OS_USER_DOMAIN_NAME": cloud["domain_name"],
            "OS_PROJECT_ID": cloud["project_id"],
            "OS_CCE_ENDPOINT_OVERRIDE": "http://cce.invalid",
        }
        proxied = {"http_proxy": echo.url.replace("http://", f"http://sammy:{QUOTED}@"), "no_proxy": "127.0.0.1"}
        # only here, since it shows the arguments of all modules
        debug = {"ANSIBLE_DEBUG": "1"}
        path = os.pathsep.join([str(broken), os.environ.get("PYTHONPATH", "")])
        # a task with an environment always sends the module
        sent = ["-e", '{"environment_of_tasks": {"SENT": "yes"}}']
        runs = [
            # the first one, since Ansible removes some of its files a few seconds later
            ("usage", "usage.yml", ["-vvvvv"], loud),
            ("module", "module.yml", ["-vvvvv"], loud),
            ("module-sent", "module.yml", ["-vvvvv", *sent], loud),
            ("lookup", "lookup.yml", ["-vvvvv"], loud),
            (
                "environment",
                "environment.yml",
                ["-vvvvv", "-e", "kind=connection"],
                {**loud, **user, **proxied, **debug},
            ),
            (
                "environment-sent",
                "environment.yml",
                ["-vvvvv", "-e", "kind=connection", *sent],
                {**loud, **user, **proxied, **debug},
            ),
            (
                "dependency",
                "environment.yml",
                ["-vvvvv", "-e", "kind=dependency"],
                {**loud, **user, "PYTHONPATH": path},
            ),
            ("harmless", "harmless.yml", [], {"GIVEN": str(file)}),
            ("harmless-sent", "harmless.yml", sent, {"GIVEN": str(file)}),
        ]
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda each: runner.play(each[0], each[1], *each[2], **each[3]), runs))
        await_removal(Path(run, "usage", "home", "remote"))
        secrets = {**{name: cloud[name] for name in _OF_THE_SIMULATOR}, **SECRETS, **echo.recorded}
        leaks = leaks_below(Path(run), secrets)
        runner.play("canary", "canary.yml", CANARY=CANARY)
        check_search(Path(run, "canary"))
    if leaks or runner.failed:
        raise SystemExit("\n".join([f"Failed runs: {runner.failed}", f"{len(leaks)} leaks:", *leaks]))
    print(f"None of {len(secrets)} secrets leaks.")


if __name__ == "__main__":
    main(sys.argv[1:])
