# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Huawei Cloud's own library as an oracle for the signatures of procedure ``access``."""

from __future__ import annotations

import json
import random
import string
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import signature as _signature
from ansible_collections.opentelekomcloud.cce.tests.system.conftest import part
from ansible_collections.opentelekomcloud.cce.tests.system.servers import PATIENCE

SAFE = string.ascii_letters + string.digits
# characters that encoders treat in different ways, and letters of two to four bytes
DIFFICULT = SAFE + " -_.~!*'()+&=%$@,;:?#[]\"<>^`{|}\\" + "äßéжあ漢🙂"
HEADER = SAFE + " -_.~!*'()+&=%$@,;:?/"


def text(draw: random.Random, letters: str, shortest: int, longest: int) -> str:
    return "".join(draw.choices(letters, k=draw.randint(shortest, longest)))


def random_request(draw: random.Random) -> dict[str, Any]:
    """A request with everything that the signature covers."""
    segments = [text(draw, DIFFICULT, 0 if draw.random() < 0.1 else 1, 12) for _count in range(draw.randint(0, 6))]
    keys = [text(draw, DIFFICULT, 1, 8) for _count in range(draw.randint(0, 4))]
    body = draw.choice(["", text(draw, DIFFICULT, 1, 200)])
    content_types = ["application/json", "application/json;charset=utf8", "application/bson"]
    # the library does not sign a body of another type, and adds a header about that even without a body
    content_types += ["text/plain", "application/octet-stream"] if body else []
    headers = {
        "X-Sdk-Date": f"20{draw.randint(10, 60)}{draw.randint(1, 12):02}{draw.randint(1, 28):02}"
        f"T{draw.randint(0, 23):02}{draw.randint(0, 59):02}{draw.randint(0, 59):02}Z",
    }
    optional = {
        "Content-Type": draw.choice(content_types),
        "X-Project-Id": text(draw, string.hexdigits, 32, 32),
        "X-Security-Token": text(draw, HEADER, 1, 300),
        "X-Domain-Id": text(draw, HEADER, 1, 40),
        "x-lower-CASE": text(draw, HEADER, 0, 20),
        "X_With_Underscore": text(draw, HEADER, 0, 20),
    }
    headers.update({name: value for name, value in optional.items() if draw.random() < 0.6})
    return {
        "access_key": text(draw, SAFE, 1, 40),
        "secret_key": text(draw, SAFE + "+/=", 1, 60),
        "method": draw.choice(["GET", "POST", "PUT", "DELETE", "get"]),
        "host": f"{text(draw, SAFE, 1, 20)}.example.com" + draw.choice(["", ":8443"]),
        "path": "/" + "/".join(segments),
        # the same key with several values, too
        "query": [(key, text(draw, DIFFICULT, 0, 12)) for key in keys for _count in range(draw.randint(1, 2))],
        "headers": headers,
        "body": body,
    }


def own_authorization(request: dict[str, Any]) -> str:
    headers = dict(request["headers"])
    timestamp = headers.pop("X-Sdk-Date")
    signed = _signature.sign(
        procedure="access",
        access_key=request["access_key"],
        secret_key=request["secret_key"],
        method=request["method"],
        host=request["host"],
        path=request["path"],
        query=request["query"],
        headers=headers,
        body=request["body"].encode(),
        timestamp=timestamp,
    )
    return signed["Authorization"]


def test_same_signatures_as_the_library_of_the_cloud() -> None:
    python = part("CCE_ORACLE_PYTHON", "huaweicloudsdkcore")
    draw = random.Random(7)
    requests = [random_request(draw) for _count in range(500)]
    script = Path(__file__).with_name("huawei_signer.py")
    done = subprocess.run(
        [python, str(script)],
        input=json.dumps([{**request, "path": quote(request["path"])} for request in requests]),
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
        check=True,
    )
    for request, expected in zip(requests, json.loads(done.stdout)):
        assert own_authorization(request) == expected, request
