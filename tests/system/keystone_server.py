# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Serve a real Keystone on loopback: ``keystone_server.py DIRECTORY [LIFETIME]``, with Keystone's own interpreter.

The directory gets the database and the keys when it has none; a second server on the same directory shares them.
LIFETIME is that of tokens in seconds; with 0 they have expired when they arrive. When the server accepts requests, it
prints one line of JSON with its URL and the administrator's password. It serves until SIGTERM.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

CONFIGURATION = """\
[auth]
methods = password,token,totp,application_credential
[cache]
enabled = true
backend = dogpile.cache.memory
[credential]
key_repository = {directory}/credential
[database]
connection = sqlite:///{directory}/keystone.db
sqlite_synchronous = false
[fernet_receipts]
key_repository = {directory}/receipts
[fernet_tokens]
key_repository = {directory}/fernet
[identity]
password_hash_rounds = 4
[token]
expiration = {lifetime}
provider = fernet
"""


def make_keys(repository: Path) -> None:
    """Create what ``keystone-manage fernet_setup`` creates, but faster: a staged key and a primary one."""
    repository.mkdir(mode=0o700)
    for number in ("0", "1"):
        key = repository / number
        key.touch(mode=0o600)
        key.write_bytes(base64.urlsafe_b64encode(os.urandom(32)))


def set_up(directory: Path, configuration: Path, password: str) -> None:
    for name in ("fernet", "receipts", "credential"):
        make_keys(directory / name)
    manage = [str(Path(sys.executable).with_name("keystone-manage")), "--config-file", str(configuration)]
    for step in (["db_sync"], ["bootstrap", "--bootstrap-password", password]):
        subprocess.run(manage + step, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def main(arguments: list[str]) -> None:
    directory = Path(arguments[0]).resolve()
    lifetime = int(arguments[1]) if len(arguments) > 1 else 86400
    configuration = directory / f"keystone-{lifetime}.conf"
    configuration.write_text(CONFIGURATION.format(directory=directory, lifetime=lifetime), encoding="utf-8")
    password_file = directory / "password"
    if not password_file.exists():
        password = secrets.token_hex(12)
        set_up(directory, configuration, password)
        password_file.write_text(password, encoding="utf-8")

    os.environ["OS_KEYSTONE_CONFIG_FILES"] = str(configuration)
    # Keystone reads the options of its process when it is imported, and would take ours for its own
    sys.argv[1:] = []
    from keystone.wsgi.api import application
    from waitress import create_server

    server = create_server(application, host="127.0.0.1", port=0, threads=4)
    # the port is bound: from here on, calls wait until they are served
    ready = {"url": f"http://127.0.0.1:{server.effective_port}/v3", "password": password_file.read_text("utf-8")}
    print(json.dumps(ready), flush=True)
    server.run()


if __name__ == "__main__":
    main(sys.argv[1:])
