# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sign requests with Huawei Cloud's own library, in its own interpreter.

Standard input is a JSON list of objects with ``access_key``, ``secret_key``, ``method``, ``host``, ``path`` (encoded),
``query``, ``headers`` and ``body``; standard output is the list of the ``Authorization`` headers.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.sdk_request import SdkRequest
from huaweicloudsdkcore.signer.signer import Signer


def authorization(request: dict[str, Any]) -> str:
    unsigned = SdkRequest(
        method=request["method"],
        schema="https",
        host=request["host"],
        resource_path=request["path"],
        query_params=[tuple(pair) for pair in request["query"]],
        header_params=dict(request["headers"]),
        body=request["body"],
    )
    signed = Signer(BasicCredentials(request["access_key"], request["secret_key"])).sign(unsigned)
    value: str = signed.header_params["Authorization"]
    return value


if __name__ == "__main__":
    json.dump([authorization(request) for request in json.load(sys.stdin)], sys.stdout)
