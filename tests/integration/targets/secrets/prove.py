# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the plugins in every way that might show a secret, then look for the secrets in all that is left of it.

Started by runme.sh beside the simulator; further arguments go to ansible-playbook.
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

# What a proxy's password may hold, and what then stands in the address
PROXY_PASSWORD = "Pr0xy:p@ss/w%rd+Und1sguised"
QUOTED = urllib.parse.quote(PROXY_PASSWORD, safe="")

SECRETS = {
    "wrong token": "MIIV" + "W7r0ngT0ken" * 12,
    "wrong secret_key": "wR0ngSecretKey00000000000000000000000000",
    "wrong security_token": "gWr0ngSecur1tyToken/with+characters==",
    "wrong password": 'Wr0ng-P@ssw0rd {with} "odd" & <characters>',
    "wrong passcode": "Wr0ng-Passcode-Unmistakable",
    "password in a proxy's address": PROXY_PASSWORD,
    "password in a broken address": "Unqu0ted/Pr0xy%zz-Passw0rd",
    "credentials of a proxy": f"sammy:{PROXY_PASSWORD}",
    "password in an endpoint's address": "3ndp0int-Passw0rd-M1splaced",
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

# Not an option of ansible-playbook's, and no case has it: it shows whether the search finds anything at all
CANARY = "C4nary-that-sings-0n-purpose-f0r-the-search"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def cases(cloud: dict[str, Any], echo: str) -> list[dict[str, Any]]:
    """Options for both plugins, and the kind of failure that they meet; None for success."""
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

    case("half a credential", "option", here, secret_key=SECRETS["wrong secret_key"])
    case("two credentials", "option", here, token, key)
    case("token with a blank", "option", here, token=SECRETS["wrong token"] + " " + SECRETS["wrong token"])
    case("key that is a list", "option", here, key, secret_key=[cloud["secret_key"]])
    case("password that is a dict", "option", here, user, password={"is": cloud["password"]})
    case("misspelt option", "option", here, token, pasword=SECRETS["misspelt option"])
    case("broken proxy", "option", here, token, proxy=f"socks9://sammy:{PROXY_PASSWORD}@{proxy}")
    case("proxy without scheme", "option", here, token, proxy=f"sammy:{QUOTED}@{proxy}")
    case("another option is wrong", "option", here, temporary, proxy=f"http://sammy:{QUOTED}@{proxy}", limit="many")
    misplaced = f"http://sammy:{SECRETS['password in an endpoint' + chr(39) + 's address']}@127.0.0.1:{nowhere}"
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
    case("wrong address", "not_found", here, token, endpoint=cloud["endpoint"] + "/nowhere")

    ways = {
        "cce": "response",
        "gateway": "authentication",
        "short": "permission",
        "object": "response",
        "anything": "not_found",
        "busy": "unavailable",
    }
    for way, kind in ways.items():
        for name, credential in (("token", token), ("temporary key", temporary), ("password", login)):
            retries = {"retries": 1} if way == "busy" else {}
            case(f"echo: {way}, {name}", kind, project, credential, retries, endpoint=f"{echo}/{way}")
    for way, kind in {
        "busy-later": "throttled",
        "redirect": "response",
        "redirect-host": "response",
        "page": "response",
        "page-502": "unavailable",
        "cut-list": "response",
    }.items():
        case(f"echo: {way}", kind, project, token, endpoint=f"{echo}/{way}")
    case("iam echoes the login", "authentication", by_name, user, auth_url=f"{echo}/iam-error")
    case(
        "iam echoes a passcode",
        "authentication",
        by_name,
        user,
        auth_url=f"{echo}/iam-error",
        passcode=SECRETS["wrong passcode"],
    )
    case("iam answers a page", "response", by_name, user, auth_url=f"{echo}/iam-page")
    case("iam's token is odd", "authentication", by_name, user, auth_url=f"{echo}/iam-odd")
    case("iam redirects", "response", by_name, token, auth_url=f"{echo}/redirect")

    case("no answer in time", "timeout", project, token, endpoint=f"{cloud['endpoint']}/hang", timeout=0.5)
    case("no TLS", "tls", project, token, endpoint=cloud["endpoint"].replace("http:", "https:"))
    case("nobody there", "connection", project, temporary, endpoint=f"http://127.0.0.1:{nowhere}")
    case("proxy not there", "connection", here, token, proxy=f"http://sammy:{QUOTED}@{proxy}")
    refusing = echo.replace("http://", f"http://sammy:{QUOTED}@")
    case("proxy refuses a tunnel", "connection", project, token, endpoint="https://cce.invalid", proxy=refusing)
    case("proxy echoes", "connection", project, token, endpoint="http://cce.invalid", proxy=refusing)
    broken = f"http://sammy:{SECRETS['password in a broken address']}@{proxy}"
    case("proxy, password not quoted", "option", here, token, proxy=broken)
    return found


class Stage:
    """A home of its own for each run, outside of which nothing may be left."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self._folder = folder
        self._arguments = arguments
        self.failed: list[str] = []

    def play(self, name: str, playbook: str, *arguments: str, **variables: str) -> None:
        """Run a playbook; what it prints lies beside what it leaves."""
        place = self._folder / name
        for part in ("home", "tmp", "results"):
            (place / part).mkdir(parents=True)
        environment = {
            # neither the developer's credentials nor proxies
            **{
                key: value
                for key, value in os.environ.items()
                if not key.startswith("OS_") and not key.lower().endswith("_proxy")
            },
            "HOME": str(place / "home"),
            "ANSIBLE_HOME": str(place / "home" / ".ansible"),
            "TMPDIR": str(place / "tmp"),
            # these do not follow HOME
            "ANSIBLE_REMOTE_TEMP": str(place / "home" / "remote"),
            "ANSIBLE_ASYNC_DIR": str(place / "home" / "async"),
            "ANSIBLE_LOG_PATH": str(place / "ansible.log"),
            "ANSIBLE_NOCOLOR": "1",
            "RESULTS": str(place / "results"),
            "SYSLOG_COPY": str(place / "syslog"),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE / "syslog_copy"), os.environ.get("PYTHONPATH")))),
            **variables,
        }
        command = ["ansible-playbook", playbook, *arguments, *self._arguments]
        done = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, check=False)
        if "ANSIBLE_DEBUG" in variables:
            # from 2.22 on, how a module tells Ansible what to mask; it shows in what debugging prints of its answer
            done.stdout = re.sub(rb'\\*"_ansible_new_secrets\\*": \[.*?\]', b"", done.stdout)
        (place / "stdout").write_bytes(done.stdout)
        (place / "stderr").write_bytes(done.stderr)
        if done.returncode:
            self.failed.append(name)
            print(f"{name}: {done.stdout[-6000:].decode()}\n{done.stderr[-3000:].decode()}")


def await_removal(folder: Path) -> None:
    """Give Ansible time to remove the files of tasks in the background: it looks every 5 s whether they are over."""
    end = time.monotonic() + 60
    while any(folder.glob("*")) and time.monotonic() < end:
        time.sleep(0.1)


def check_search(folder: Path) -> None:
    """Fail unless the search finds a canary in everything that it may hide in."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("arguments", CANARY + os.urandom(1000).hex())
    hidden = {
        "plain": CANARY.encode(),
        "begun": b"token " + CANARY[:14].encode() + b"...",
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
        raise SystemExit(f"the search misses a canary that is hidden as {missed}")
    if not leaks_below(folder, {"canary": CANARY}):
        raise SystemExit("the search misses the canary that a playbook printed")
    odd = {"canary": PROXY_PASSWORD}
    if not leaks_in("quoted", QUOTED.encode(), odd) or not leaks_in("signature", b"Signature=0a1b", {}):
        raise SystemExit("the search misses quoted passwords or signatures")


def main(arguments: list[str]) -> None:
    cloud = json.loads(Path(os.environ["CCE_SIMULATOR_FILE"]).read_text("utf-8"))
    echo = EchoServer(cloud["auth_url"])
    control = f"{cloud['url']}/simulator"

    def order(method: str, path: str, body: object) -> None:
        urllib.request.urlopen(urllib.request.Request(control + path, json.dumps(body).encode(), method=method)).close()

    # Names and ids are no secrets, and text from the API is no template
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

    with tempfile.TemporaryDirectory(prefix="cce-secrets-") as given, tempfile.TemporaryDirectory(prefix="cce-") as run:
        everything = {
            "cloud": cloud,
            "cases": cases(cloud, echo.url),
            "echo": echo.url,
            "reason": reason,
            "wrong_token": SECRETS["wrong token"],
        }
        file = Path(given, "given.json")
        file.write_text(json.dumps(everything), "utf-8")
        (Path(given, "without_requests")).mkdir()
        Path(given, "without_requests", "requests.py").write_text("raise ImportError('No module named requests')\n")
        stage = Stage(Path(run), arguments)
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
        # here only, since it shows the arguments of modules, whatever they are
        debug = {"ANSIBLE_DEBUG": "1"}
        path = os.pathsep.join([str(Path(given, "without_requests")), os.environ.get("PYTHONPATH", "")])
        # in an environment of its own, a module is in any case sent
        sent = ["-e", '{"environment_of_tasks": {"SENT": "yes"}}']
        runs = [
            # the first, since it leaves files that Ansible removes a few seconds later
            ("ways", "ways.yml", ["-vvvvv"], loud),
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
            list(pool.map(lambda each: stage.play(each[0], each[1], *each[2], **each[3]), runs))
        await_removal(Path(run, "ways", "home", "remote"))
        secrets = {**{name: cloud[name] for name in _OF_THE_SIMULATOR}, **SECRETS, **echo.caught}
        leaks = leaks_below(Path(run), secrets)
        stage.play("canary", "canary.yml", CANARY=CANARY)
        check_search(Path(run, "canary"))
    if leaks or stage.failed:
        raise SystemExit("\n".join([f"failed runs: {stage.failed}", f"{len(leaks)} leaks:", *leaks]))
    print(f"{len(secrets)} secrets leak nowhere")


if __name__ == "__main__":
    main(sys.argv[1:])
