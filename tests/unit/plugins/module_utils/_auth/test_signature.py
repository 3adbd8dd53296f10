# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every step of both signature procedures against the collected vectors.

The file of vectors states where each number comes from (``provenance``, ``source``, ``reproduced_with``) and where the
published clients differ from each other (``known_differences``). Those differences and this code:

* gophertelekomcloud leaves X-Project-Id, X-Domain-Id and X-Security-Token unsigned; huaweicloudsdkcore signs them, and
  so does this code in both procedures. The vectors of procedure ``scope`` with these headers are signed that way.
* gophertelekomcloud squeezes spaces inside header values, sorts query keys without regard to case, keeps one value per
  key and hashes the query of a POST without body. This code follows huaweicloudsdkcore; for inputs where the two part
  there are vectors of procedure ``access`` only, and the canonical request is the same code for both.
* gophertelekomcloud and chnsz/golangsdk sign header names with an underscore, huaweicloudsdkcore and this code do not.
  What golangsdk publishes is therefore reproduced from the steps below, not from ``sign``.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth import signature as _signature

DOCUMENT = json.loads((Path(__file__).parents[1] / "fixtures" / "signing-vectors.json").read_text(encoding="utf-8"))
COMPUTED = [dict(vector, variant=variant) for variant in ("access", "scope") for vector in DOCUMENT[variant]]
VECTORS = DOCUMENT["published"] + COMPUTED

each_vector = pytest.mark.parametrize(
    "vector", [pytest.param(vector, id=f"{vector['variant']}-{vector['name']}") for vector in VECTORS]
)

MINIMAL = {
    "access_key": "EXAMPLEACCESSKEY0001",
    "secret_key": "ExampleSecretKey0000000000000000000000001",
    "method": "GET",
    "host": "cce.eu-de.otc.t-systems.com",
    "path": "/api/v2/projects/0123456789abcdef0123456789abcdef/jobs",
    "query": [],
    "headers": {},
    "body": b"",
    "timestamp": "20260102T030405Z",
}


def body_of(vector: dict) -> bytes:
    return (vector["request"]["body"] or "").encode()


def scope_of(vector: dict) -> str | None:
    if vector["variant"] == "access":
        return None
    return _signature.credential_scope(vector["request"]["x_sdk_date"], vector["region"], vector["service"])


def sign_vector(vector: dict) -> dict[str, str]:
    request = vector["request"]
    return _signature.sign(
        procedure=vector["variant"],
        access_key=vector["credentials"]["access_key"],
        secret_key=vector["credentials"]["secret_key"],
        method=request["method"],
        host=request["host"],
        path=request["path"],
        query=[tuple(pair) for pair in request["query"]],
        headers=request["headers"],
        body=body_of(vector),
        timestamp=request["x_sdk_date"],
        region=vector.get("region", ""),
        service=vector.get("service", ""),
    )


def headers_of(vector: dict) -> dict[str, str]:
    request = vector["request"]
    headers = {**request["headers"], "Host": request["host"], "X-Sdk-Date": request["x_sdk_date"]}
    if _signature.payload_hash(vector["variant"], headers, body_of(vector)) == "UNSIGNED-PAYLOAD":
        headers["X-Sdk-Content-Sha256"] = "UNSIGNED-PAYLOAD"
    return _signature.headers_to_sign(headers)


def test_no_vector_is_lost() -> None:
    counts = {group: len(DOCUMENT[group]) for group in ("published", "access", "scope")}
    assert counts == {"published": 4, "access": 26, "scope": 42}
    assert len({(vector["variant"], vector["name"]) for vector in VECTORS}) == 72
    assert len(DOCUMENT["known_differences"]) == 4


@each_vector
def test_signed_headers(vector: dict) -> None:
    assert _signature.signed_headers(headers_of(vector)) == vector["expected"]["signed_headers"]


@each_vector
def test_canonical_request(vector: dict) -> None:
    request = vector["request"]
    canonical = _signature.canonical_request(
        method=request["method"],
        path=request["path"],
        query=[tuple(pair) for pair in request["query"]],
        headers=headers_of(vector),
        hashed_payload=_signature.payload_hash(vector["variant"], request["headers"], body_of(vector)),
    )
    assert canonical == vector["expected"]["canonical_request"]
    assert hashlib.sha256(canonical.encode()).hexdigest() == vector["expected"]["canonical_request_sha256"]


@each_vector
def test_string_to_sign(vector: dict) -> None:
    text = _signature.string_to_sign(
        vector["expected"]["canonical_request"], vector["request"]["x_sdk_date"], scope_of(vector)
    )
    assert text == vector["expected"]["string_to_sign"]


@each_vector
def test_signature(vector: dict) -> None:
    key = _signature.signing_key(vector["credentials"]["secret_key"], scope_of(vector))
    assert _signature.signature_of(vector["expected"]["string_to_sign"], key) == vector["expected"]["signature"]


@each_vector
def test_authorization(vector: dict) -> None:
    expected = vector["expected"]
    header = _signature.authorization(
        vector["credentials"]["access_key"], scope_of(vector), expected["signed_headers"], expected["signature"]
    )
    assert header == expected["authorization"]


@each_vector
def test_sign(vector: dict) -> None:
    added = {"X-Sdk-Date": vector["request"]["x_sdk_date"], "Authorization": vector["expected"]["authorization"]}
    if "x-sdk-content-sha256" in vector["expected"]["signed_headers"]:
        added["X-Sdk-Content-Sha256"] = "UNSIGNED-PAYLOAD"
    assert sign_vector(vector) == added


def test_canonical_query_of_the_file() -> None:
    pairs = []
    for key, value in DOCUMENT["canonical_query_only"]["input"].items():
        for single in value if isinstance(value, list) else [value]:
            pairs.append((key, str(single).lower() if isinstance(single, bool) else str(single)))
    assert _signature.canonical_query(pairs) == DOCUMENT["canonical_query_only"]["expected"]


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        pytest.param([], "", id="none"),
        pytest.param([("a", "")], "a=", id="empty value"),
        pytest.param([("b", "1"), ("B", "2"), ("a", "3")], "B=2&a=3&b=1", id="upper case first"),
        pytest.param([("a", "2"), ("a", "10"), ("a", "2")], "a=10&a=2&a=2", id="repeated key"),
        pytest.param([("a b", "c d"), ("~", "-_.~")], "a%20b=c%20d&~=-_.~", id="space and unreserved"),
        pytest.param([("a/b", "c/d")], "a%2Fb=c%2Fd", id="slash"),
        # In encoded form "%7B" would come before "z".
        pytest.param([("{", "1"), ("z", "2")], "z=2&%7B=1", id="decoded order"),
    ],
)
def test_canonical_query(pairs: list[tuple[str, str]], expected: str) -> None:
    assert _signature.canonical_query(pairs) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "/"),
        ("/", "/"),
        ("/v3", "/v3/"),
        ("/v3/", "/v3/"),
        ("/a%2Fb", "/a%252Fb/"),
        ("/prefix//x", "/prefix//x/"),
        ("/ü", "/%C3%BC/"),
    ],
)
def test_canonical_uri(path: str, expected: str) -> None:
    assert _signature.canonical_uri(path) == expected


def test_headers_to_sign() -> None:
    headers = {"X-Project-Id": "\t X ", "accept": "a  b", "Authorization": "old", "X_Test": "1", "Content-Type": ""}
    assert list(_signature.headers_to_sign(headers).items()) == [
        ("accept", "a  b"),
        ("content-type", ""),
        ("x-project-id", "X"),
    ]


@pytest.mark.parametrize(
    ("procedure", "headers", "body", "unsigned"),
    [
        ("access", {"content-TYPE": "text/plain"}, b"x", True),
        ("access", {"Content-Type": "text/plain"}, b"", False),
        ("access", {"Content-Type": "Application/JSON; charset=utf-8"}, b"x", False),
        ("access", {"Content-Type": "application/bson"}, b"x", False),
        ("access", {}, b"x", False),
        ("scope", {"Content-Type": "text/plain"}, b"x", False),
    ],
)
def test_payload_hash(procedure: str, headers: dict[str, str], body: bytes, unsigned: bool) -> None:
    expected = "UNSIGNED-PAYLOAD" if unsigned else hashlib.sha256(body).hexdigest()
    assert _signature.payload_hash(procedure, headers, body) == expected


@pytest.mark.parametrize("procedure", ["access", "scope"])
def test_signing_again_gives_the_same(procedure: str) -> None:
    minimal = {**MINIMAL, "procedure": procedure, "body": b"x", "headers": {"Content-Type": "text/plain"}}
    first = _signature.sign(**minimal)
    stray = {**first, "HOST": "elsewhere.example.com", "x-sdk-date": "19990101T000000Z", **minimal["headers"]}
    assert _signature.sign(**{**minimal, "headers": stray}) == first


def test_region_and_service_do_not_count_for_access() -> None:
    plain = _signature.sign(**MINIMAL, procedure="access")
    assert _signature.sign(**MINIMAL, procedure="access", region="eu-de", service="cce") == plain


def test_sign_leaves_the_headers_alone() -> None:
    headers = {"X_Test": "1", "Accept": " a "}
    _signature.sign(**{**MINIMAL, "headers": headers}, procedure="scope")
    assert headers == {"X_Test": "1", "Accept": " a "}


@pytest.mark.parametrize("procedure", ["", "Scope", "hmac"])
def test_unknown_procedure(procedure: str) -> None:
    with pytest.raises(ValueError, match="scope or access"):
        _signature.sign(**MINIMAL, procedure=procedure)


@pytest.mark.parametrize("timestamp", ["", "2026-01-02T03:04:05Z", "20260102T030405", "20260102T030405Z\n"])
def test_unusable_timestamp(timestamp: str) -> None:
    with pytest.raises(ValueError, match="20260102T030405Z"):
        _signature.sign(**{**MINIMAL, "timestamp": timestamp}, procedure="scope")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 1, 2, 3, 4, 5, 999999, tzinfo=timezone.utc), "20260102T030405Z"),
        (datetime(2026, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "20251231T233000Z"),
        (datetime(999, 1, 1, tzinfo=timezone.utc), "09990101T000000Z"),
    ],
)
def test_timestamp_of(moment: datetime, expected: str) -> None:
    assert _signature.timestamp_of(moment) == expected


def test_timestamp_of_a_moment_without_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _signature.timestamp_of(datetime(2026, 1, 2))


@pytest.mark.parametrize(
    ("request_line", "headers", "body", "expected"),
    [
        pytest.param(
            {"method": "GET", "path": "/path", "query": [("limit", "1")]},
            {"test_underscore": "TEST_VALUE", "x-sdk-date": "20060102T150405Z"},
            b"",
            "daeadcf4a306599f7422401cc55d3718a23ef159fed370c62c551a2c45ae9655",
            id="get",
        ),
        pytest.param(
            {"method": "POST", "path": "/path", "query": [("key", "value")]},
            {"content-type": "application/json", "test_underscore": "TEST_VALUE", "x-sdk-date": "20060102T150405Z"},
            b'{"Name":"test","Id":1}',
            "0238c3bedddfe8bf113c7530f783322380dedf720d514861623cfe5f73aa8f64",
            id="post",
        ),
    ],
)
def test_golangsdk_which_signs_underscores_and_no_host(
    request_line: dict, headers: dict[str, str], body: bytes, expected: str
) -> None:
    canonical = _signature.canonical_request(
        **request_line, headers=headers, hashed_payload=_signature.payload_hash("access", headers, body)
    )
    text = _signature.string_to_sign(canonical, "20060102T150405Z", None)
    assert _signature.signature_of(text, _signature.signing_key("SecretKey", None)) == expected
