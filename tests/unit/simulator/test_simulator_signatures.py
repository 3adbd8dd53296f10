# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signature check against published and computed vectors."""

from __future__ import annotations

import datetime
import json
import urllib.parse
from pathlib import Path

import pytest
from simulator.signatures import (
    SignatureRefused,
    SignedRequest,
    canonical_query,
    canonical_request,
    parse_authorization,
    verify,
)

VECTORS = json.loads(
    Path(__file__)
    .resolve()
    .parents[1]
    .joinpath("plugins/module_utils/fixtures/signing-vectors.json")
    .read_text(encoding="utf-8")
)
ALL = [*VECTORS["published"], *VECTORS["access"], *VECTORS["scope"]]


def request_of(vector: dict) -> SignedRequest:
    described = vector["request"]
    query = urllib.parse.urlencode([tuple(pair) for pair in described["query"]])
    headers = {"Host": described["host"], "X-Sdk-Date": described["x_sdk_date"], **described["headers"]}
    if "x-sdk-content-sha256" in vector["expected"]["signed_headers"]:
        headers["X-Sdk-Content-Sha256"] = "UNSIGNED-PAYLOAD"
    return SignedRequest(
        described["method"],
        urllib.parse.quote(described["path"]) + (f"?{query}" if query else ""),
        {name.lower(): value for name, value in headers.items()},
        (described["body"] or "").encode(),
    )


def moment_of(vector: dict) -> datetime.datetime:
    moment = datetime.datetime.strptime(vector["request"]["x_sdk_date"], "%Y%m%dT%H%M%SZ")
    return moment.replace(tzinfo=datetime.timezone.utc)


def check(vector: dict, request: SignedRequest | None = None, minutes: float = 0, **changes: str) -> None:
    authorization = parse_authorization(changes.get("authorization", vector["expected"]["authorization"]))
    secret = changes.get("secret_key", vector["credentials"]["secret_key"])
    now = moment_of(vector) + datetime.timedelta(minutes=minutes)
    verify(request or request_of(vector), authorization, secret, now)


@pytest.mark.parametrize(
    "vector", ALL, ids=lambda vector: f"{vector['expected']['authorization'][16:22]}-{vector['name']}"
)
def test_vector_is_accepted_and_changes_are_refused(vector: dict) -> None:
    check(vector)
    request = request_of(vector)
    signed = parse_authorization(vector["expected"]["authorization"]).signed_headers
    assert canonical_request(request, signed) == vector["expected"]["canonical_request"]
    signature = vector["expected"]["signature"]
    changed = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    with pytest.raises(SignatureRefused):
        check(vector, authorization=vector["expected"]["authorization"].replace(signature, changed))
    with pytest.raises(SignatureRefused):
        check(vector, secret_key=vector["credentials"]["secret_key"] + "x")
    with pytest.raises(SignatureRefused):
        check(vector, SignedRequest("PUT", request.target, request.headers, request.body))
    with pytest.raises(SignatureRefused):
        check(vector, SignedRequest(request.method, "/other" + request.target, request.headers, request.body))
    with pytest.raises(SignatureRefused):
        headers = {**request.headers, "host": "elsewhere.example.com"}
        check(vector, SignedRequest(request.method, request.target, headers, request.body))


def test_number_of_vectors() -> None:
    assert (len(VECTORS["published"]), len(VECTORS["access"]), len(VECTORS["scope"])) == (4, 26, 42)


def test_canonical_query_of_the_guide() -> None:
    given = VECTORS["canonical_query_only"]
    text = urllib.parse.urlencode({**given["input"], "enable": "true"}, doseq=True)
    assert canonical_query(text) == given["expected"]


@pytest.mark.parametrize(("minutes", "accepted"), [(14.9, True), (-14.9, True), (15.1, False), (-15.1, False)])
def test_date_must_be_within_fifteen_minutes(minutes: float, accepted: bool) -> None:
    if accepted:
        check(ALL[0], minutes=minutes)
    else:
        with pytest.raises(SignatureRefused, match="15 minutes"):
            check(ALL[0], minutes=minutes)


@pytest.mark.parametrize("name", ["x-project-id", "x-security-token"])
def test_header_with_authority_must_be_signed(name: str) -> None:
    request = request_of(ALL[0])
    with pytest.raises(SignatureRefused, match=name):
        check(ALL[0], SignedRequest(request.method, request.target, {**request.headers, name: "x"}, request.body))


@pytest.mark.parametrize("name", ["content-type", "x-sdk-date"])
def test_signed_header_must_be_present(name: str) -> None:
    request = request_of(ALL[0])
    headers = {each: value for each, value in request.headers.items() if each != name}
    with pytest.raises(SignatureRefused, match=name):
        check(ALL[0], SignedRequest(request.method, request.target, headers, request.body))


@pytest.mark.parametrize("missing", ["host", "x-sdk-date"])
def test_host_and_date_must_be_signed(missing: str) -> None:
    text = ALL[0]["expected"]["authorization"].replace(f";{missing}", "")
    with pytest.raises(SignatureRefused, match=missing):
        check(ALL[0], authorization=text)


def test_scope_must_have_the_date_of_the_request() -> None:
    vector = VECTORS["scope"][0]
    with pytest.raises(SignatureRefused, match="scope"):
        check(vector, authorization=vector["expected"]["authorization"].replace("/20260102/", "/20260103/"))


@pytest.mark.parametrize("text", ["", "Basic Zm9v", "SDK-HMAC-SHA256 Access=A, SignedHeaders=host, Signature=12"])
def test_unreadable_header_is_refused(text: str) -> None:
    with pytest.raises(SignatureRefused):
        parse_authorization(text)
