# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Payloads in every form, and values that are not payloads."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.payload import describe, normalize_payload
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.test_samples import (
    EXPECTATION,
    PAYLOADS,
)

EARLY, LATE = (f"2025-09-02 {hour}:00:00 +0000 UTC" for hour in ("10", "11"))


def ids(payload: t.Any, **options: str) -> list[str | None]:
    return [job["id"] for job in normalize_payload(payload, options).jobs]


def pair() -> list[dict[str, t.Any]]:
    """Two raw jobs, the older one first and with a subjob."""
    child = raw_job(id="child", created_at=EARLY)
    early = raw_job(id="early", created_at=EARLY, status="Success", subjobs=[child])
    return [early, raw_job(id="late", created_at=LATE, status="Success")]


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda payload: str(payload.stem))
def test_published_payloads(payload: t.Any) -> None:
    """The same jobs and warnings as those of the API."""
    parsed = json.loads(payload.read_text(encoding="utf-8"))
    expected = json.loads(payload.with_name(payload.stem + EXPECTATION).read_text(encoding="utf-8"))
    assert normalize_payload(parsed, {})._asdict() == expected


@pytest.mark.parametrize("wrap", [list, tuple, iter, lambda jobs: {"items": jobs}, lambda jobs: {"jobs": jobs}])
def test_forms_of_a_list(wrap: t.Callable[[t.Any], t.Any]) -> None:
    assert ids(wrap(pair())) == ["late", "early"]


def test_one_job() -> None:
    assert ids(pair()[0]) == ["early"]
    for block in ("metadata", "spec", "status"):
        assert len(ids({block: {}})) == 1


@pytest.mark.parametrize("empty", [[], {"items": []}, {"items": None}])
def test_no_jobs(empty: t.Any) -> None:
    assert ids(empty) == []


def test_options() -> None:
    assert ids(pair(), order="oldest") == ["early", "late"]
    assert ids(pair(), order="oldest", subjobs="flat") == ["child", "early", "late"]
    assert [job["subjobs"] for job in normalize_payload(pair(), {"subjobs": "none"}).jobs] == [[], []]


@pytest.mark.parametrize("subjobs", ["nested", "flat", "none"])
def test_normalized_jobs_give_the_same_as_raw_ones(subjobs: str) -> None:
    normalized = normalize_payload(pair(), {}).jobs
    expected = normalize_payload(pair(), {"subjobs": subjobs}).jobs
    assert normalize_payload(normalized, {"subjobs": subjobs}).jobs == expected
    mixed = [normalized[0], pair()[0]]
    assert normalize_payload(mixed, {"subjobs": subjobs}).jobs == expected


@pytest.mark.parametrize("subjobs", [None, 5, True, "x", {}, [7]])
def test_normalized_jobs_with_other_subjobs(subjobs: t.Any) -> None:
    job = {**normalize_payload(pair()[0], {}).jobs[0], "subjobs": subjobs}
    assert normalize_payload([job], {"subjobs": "flat"}).jobs == [{**job, "subjobs": []}]


def test_normalized_jobs_keep_further_keys() -> None:
    [job] = normalize_payload({**normalize_payload(pair()[0], {}).jobs[0], "mine": 1}, {}).jobs
    assert job["mine"] == 1


def test_entries_that_are_not_jobs_become_warnings() -> None:
    found = normalize_payload([*pair(), 7, {}], {})
    assert [job["id"] for job in found.jobs] == ["late", "early"]
    assert len(found.warnings) == 2


@pytest.mark.parametrize(
    ("payload", "facts"),
    [
        (None, ("null",)),
        ("[]", ("a string", "from_json")),
        ("\n", ("an empty string",)),
        (7, ("an integer",)),
        ({}, ("an empty dictionary",)),
        ({"json": [], "status": None}, ("json, status", "Use its key json")),
        # a result of ansible.builtin.uri, whose status is not that of a job
        ({"json": [{"metadata": {"uid": "a"}}], "status": 200}, ("json, status", "Use its key json")),
        ({"items": "x"}, ("key items is a string",)),
        ({"jobs": 7}, ("key jobs is an integer",)),
        (["a"], ("a list", "a string")),
        ([{"a": 1}], ("a list", "the keys a")),
    ],
)
def test_errors_name_what_came(payload: t.Any, facts: tuple[str, ...]) -> None:
    with pytest.raises(CceError) as caught:
        normalize_payload(payload, {})
    assert caught.value.kind == "option"
    assert [fact for fact in facts if fact not in str(caught.value)] == []
    for advice in ("from_json", "Use its key json"):
        assert (advice in str(caught.value)) is (advice in facts)


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        ({"subjob": "flat"}, ("subjob", "subjobs?")),
        ({"limit": 3}, ("limit", "order or subjobs")),
        ({"subjobs": "deep"}, ("subjobs", "'deep'", "nested, flat, or none")),
        ({"order": 1}, ("order", "an integer", "newest or oldest")),
    ],
)
def test_wrong_options(options: dict[str, t.Any], facts: tuple[str, ...]) -> None:
    with pytest.raises(CceError) as caught:
        normalize_payload([], options)
    assert caught.value.kind == "option"
    assert [fact for fact in facts if fact not in str(caught.value)] == []


def test_description_of_a_large_dictionary_is_short() -> None:
    text = describe({f"key{number:02}": number for number in range(50)})
    assert "key00" in text
    assert "key05" not in text
    assert text.endswith("...")
    assert describe({"b": 1, "a": 2}) == "a dictionary with the keys a, b"
    assert describe(object()) == "an object (object)"
