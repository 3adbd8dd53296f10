# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests for jobs: filters, terms, wait and cache from whatever Ansible passes on, or an error."""

from __future__ import annotations

import typing as t
from datetime import date, datetime, timedelta, timezone

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.timestamps import Age
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import CONNECTION, Option, OptionTable
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._secrets import Mask
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import (
    CACHING,
    FILTERS,
    LOOKUP,
    MODULE,
    WAITING,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import (
    JobsRequest,
    Wait,
    read_request,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    ENOUGH,
    PROXY,
    SECRETS,
    WHERE,
    WITH_SECRETS,
    WRONG_FOR_TYPE,
    Given,
    LazyList,
    Text,
    Vaulted,
    is_exactly,
    omitted,
    recognizable,
    refusal,
    settings,
)

OWN_OPTIONS = list({option.name: option for option in FILTERS + CACHING + WAITING}.values())
CLUSTER = "7ec8b73d-83db-11f0-8baa-0255ac10003e"
SECRET = "correct-horse-battery"


def request(
    typed: Given | None = None,
    variables: Given | None = None,
    environment: t.Mapping[str, str] | None = None,
    terms: t.Sequence[t.Any] = (),
) -> JobsRequest:
    # the lookup, unless there is an option that only the module has
    plugin = MODULE if {*(typed or ())} & (MODULE.by_name.keys() - LOOKUP.by_name.keys()) else LOOKUP
    return read_request(plugin, typed or {}, variables or {}, environment or {}, terms)


def with_enough(**typed: t.Any) -> JobsRequest:
    return request({**ENOUGH, **typed})


def message(**typed: t.Any) -> str:
    """The refusal of a request with this option, which it must name."""
    text = refusal(request, {**ENOUGH, **typed})
    assert any(name in text for name in typed)
    return text


def test_settings_are_those_of_the_connection_options() -> None:
    assert with_enough().settings == settings(ENOUGH)
    assert request({}, ENOUGH).settings == settings(ENOUGH)
    assert request(WHERE, {}, {"OS_TOKEN": "from-the-environment"}).settings == settings(
        {**WHERE, "token": "from-the-environment"}
    )


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("status", [], ()),
        ("status", "Failed, Success", ("Failed", "Success")),
        ("status", LazyList([Text(" Failed "), "Success"]), ("Failed", "Success")),
        ("status", [Vaulted("Failed")], ("Failed",)),
        ("id", [7, 1.5], ("7", "1.5")),
        ("job_id", "a", ("a",)),
        ("type", ["a,b"], ("a,b",)),
        ("cluster_id", CLUSTER, (CLUSTER,)),
        ("resource_id", ["a"], ("a",)),
        ("resource_name", ["a"], ("a",)),
        ("finished", True, True),
        ("finished", "no", False),
        ("limit", 1, 1),
        ("limit", "10", 10),
        ("limit", 10.0, 10),
        ("subjobs", "flat", "flat"),
        ("order", Text("oldest"), "oldest"),
        ("created_after", "2025-09-02", "2025-09-02T00:00:00.000000Z"),
        ("created_after", date(2025, 9, 2), "2025-09-02T00:00:00.000000Z"),
        ("created_before", "2025-09-02 10:00:00", "2025-09-02T10:00:00.000000Z"),
        ("completed_after", "2025-09-02 10:00:00", "2025-09-02T10:00:00.000000Z"),
        ("completed_before", "2025-09-02 10:00:00", "2025-09-02T10:00:00.000000Z"),
        # as a module gets a time that is not quoted in YAML, and as a lookup gets it
        ("created_before", "2025-09-02T10:00:00", "2025-09-02T10:00:00.000000Z"),
        ("created_before", datetime(2025, 9, 2, 10), "2025-09-02T10:00:00.000000Z"),
        ("created_before", "2025-09-02T12:00:00+02:00", "2025-09-02T10:00:00.000000Z"),
        (
            "created_before",
            datetime(2025, 9, 2, 12, tzinfo=timezone(timedelta(hours=2))),
            "2025-09-02T10:00:00.000000Z",
        ),
    ],
)
def test_filter_is_converted(name: str, value: t.Any, expected: t.Any) -> None:
    assert is_exactly(getattr(with_enough(**{name: value}).query, {"job_id": "id"}.get(name, name)), expected)


@pytest.mark.parametrize(
    ("age", "seconds"), [("90s", 90), ("15m", 900), ("24h", 86400), ("7d", 604800), ("2w", 1209600)]
)
def test_age_is_kept_for_the_clock_of_the_cloud(age: str, seconds: int) -> None:
    assert with_enough(created_after=age).query.created_after == Age(seconds)
    assert with_enough(completed_before=age).query.completed_before == Age(seconds)


def test_null_is_not_given() -> None:
    for table in (MODULE, LOOKUP):
        nothing = {option.name: None for option in table.options if option.name not in ENOUGH}
        assert read_request(table, {**nothing, **ENOUGH}, {}, {}) == read_request(table, ENOUGH, {}, {})


@pytest.mark.parametrize("omit", omitted())
def test_omitted_is_not_given(omit: t.Any) -> None:
    for table in (MODULE, LOOKUP):
        nothing = {option.name: omit for option in table.options if option.name not in ENOUGH}
        assert read_request(table, {**nothing, **ENOUGH}, {}, {}) == read_request(table, ENOUGH, {}, {})
    assert request(ENOUGH, terms=[omit]) == with_enough()
    assert request(ENOUGH, terms=[omit, "a", omit]) == request(ENOUGH, terms=["a"])
    # a wrong term keeps its number
    assert "erm 2 " in refusal(request, ENOUGH, {}, {}, [omit, ""])


# where a request holds what a filter selects, if not in a part of the query that has its name
PARTS: dict[str, t.Callable[[JobsRequest], t.Any]] = {
    "cluster_name": lambda found: found.cluster_names.option,
    "resolve_cluster_names": lambda found: found.resolve_cluster_names,
    "cache_ttl": lambda found: found.cache_ttl,
    "wait": lambda found: found.wait is not None,
    "wait_timeout": lambda found: found.wait.timeout,  # type: ignore[union-attr]
    "wait_interval": lambda found: found.wait.interval,  # type: ignore[union-attr]
    # none in the table, since it depends on id
    "wait_appear": lambda found: found.wait.appear or None,  # type: ignore[union-attr]
    "fail_on_failure": lambda found: found.wait.fail_on_failure,  # type: ignore[union-attr]
}


@pytest.mark.parametrize("option", OWN_OPTIONS, ids=lambda option: option.name)
def test_defaults_are_those_of_the_table(option: Option) -> None:
    found = with_enough(**({"wait": True} if option in WAITING and option.name != "wait" else {}))
    read = PARTS.get(option.name, lambda found: getattr(found.query, option.name))
    assert read(found) == (() if option.type == "list" else option.default)


def test_filters_are_read_from_options_only() -> None:
    assert request(ENOUGH, {"status": ["Failed"], "limit": 1}, {"OS_STATUS": "Failed"}) == with_enough()


def test_wait() -> None:
    assert with_enough(wait=False, wait_timeout=5, wait_appear=5, fail_on_failure=True).wait is None
    found = with_enough(wait="yes", wait_timeout="60", wait_interval=0.5, wait_appear=7, fail_on_failure="yes").wait
    assert found == Wait(timeout=60, interval=0.5, appear=7, fail_on_failure=True)


@pytest.mark.parametrize(
    ("typed", "appear"),
    [
        ({}, 0),
        ({"id": []}, 0),
        ({"id": "a"}, 60),
        ({"job_id": ["a"]}, 60),
        ({"id": "a", "wait_appear": 0}, 0),
        ({"id": "a", "wait_appear": 5}, 5),
        ({"wait_appear": "1.5"}, 1.5),
    ],
)
def test_jobs_named_by_id_have_a_minute_to_appear(typed: Given, appear: float) -> None:
    found = with_enough(wait=True, **typed).wait
    assert found
    assert found.appear == appear


def test_cache_ttl() -> None:
    assert with_enough(cache_ttl="60").cache_ttl == 60


# ---------------------------------------------------------------------------------------------------------------------
# invalid values


@pytest.mark.parametrize("option", OWN_OPTIONS, ids=lambda option: option.name)
def test_value_of_a_wrong_type(option: Option) -> None:
    for value in WRONG_FOR_TYPE[option.type]:
        assert option.name in message(**{option.name: value}), value


@pytest.mark.parametrize("option", [option for option in OWN_OPTIONS if option.type == "list"], ids=lambda o: o.name)
@pytest.mark.parametrize("value", [["a", None], ["a", " "], "a,", ["a", {"b": 1}]])
def test_wrong_element(option: Option, value: t.Any) -> None:
    assert "lement 2 " in message(**{option.name: value})


WRONG_VALUES: list[tuple[str, t.Any, str]] = [
    ("limit", 0, "1 or more"),
    ("cache_ttl", -1, "0 or more"),
    ("wait_timeout", 0, "above 0"),
    ("wait_interval", 2_000_001, "2000000"),
    ("wait_appear", -1, "-1"),
    ("wait_appear", 2_000_001, "2000000"),
    ("subjobs", "deep", "flat"),
    ("order", "random", "oldest"),
    ("created_after", "yesterday", "RFC 3339"),
    ("created_after", "2025-02-30", "2025-02-30"),
    ("created_before", "9" * 30 + "w", "RFC 3339"),
    ("status", ["\udcff"], "UTF-8"),
]


@pytest.mark.parametrize(("name", "value", "fact"), WRONG_VALUES)
def test_value_that_is_not_acceptable(name: str, value: t.Any, fact: str) -> None:
    assert fact in message(**{name: value})


def test_invalid_value_is_an_error_although_it_would_not_count() -> None:
    assert "timeout" in message(wait=False, wait_timeout=0)
    assert "passcode" in message(passcode=[])


def test_long_value_is_cut_in_the_message() -> None:
    assert len(message(created_after="x" * 10_000)) < 300


@pytest.mark.parametrize(("table", "other"), [(MODULE, LOOKUP), (LOOKUP, MODULE)])
def test_option_of_the_other_plugin(table: OptionTable, other: OptionTable) -> None:
    foreign = other.by_name.keys() - table.by_name.keys()
    assert foreign
    for name in foreign:
        text = refusal(read_request, table, {**ENOUGH, name: other.by_name[name].default}, {}, {})
        assert f"{table.plugin}: {name}" in text


# ---------------------------------------------------------------------------------------------------------------------
# time windows


@pytest.mark.parametrize(
    ("after", "before"),
    [
        ("1h", "2h"),
        ("2025-09-02", "2025-09-02"),
        ("2025-09-02T00:00:01Z", "2025-09-02"),
        ("1h", "1h"),
    ],
)
def test_empty_window(after: str, before: str) -> None:
    text = message(created_after=after, created_before=before)
    assert all(fact in text for fact in ("created_after", "created_before", repr(after), repr(before)))


@pytest.mark.parametrize(
    ("after", "before"),
    [("2h", "1h"), ("2025-09-02", "2025-09-02T00:00:00.000001Z"), ("2025-09-02", "1s"), (None, "2h"), ("1s", None)],
)
def test_window_that_is_not_empty(after: str | None, before: str | None) -> None:
    found = with_enough(created_after=after, created_before=before).query
    assert (found.created_after is None, found.created_before is None) == (after is None, before is None)


# ---------------------------------------------------------------------------------------------------------------------
# clusters


@pytest.mark.parametrize("values", [["shop-prod"], [CLUSTER, "shop-prod"], "shop-prod", [f"{CLUSTER}0"], [7]])
def test_cluster_id_that_does_not_look_like_one_is_a_warning(values: t.Any) -> None:
    found = with_enough(cluster_id=values)
    (warning,) = found.warnings
    named = values if isinstance(values, str) else str(values[-1])
    assert f"'{named}'" in warning
    assert "cluster_name" in warning
    assert found.query.cluster_id[-1] == named


def test_many_such_cluster_ids_are_one_short_warning() -> None:
    (warning,) = with_enough(cluster_id=[f"cluster-{number}-{'x' * 100}" for number in range(1000)]).warnings
    assert "995 more" in warning
    assert len(warning) < 800


@pytest.mark.parametrize("before", range(30, 64))
def test_sentences_contain_no_part_of_a_secret(before: int) -> None:
    # in the wrong place after other text, so that a part of it would not be recognized
    text = "x" * before + SECRET
    environment = {"OS_PASSWORD": SECRET, "OS_USERNAME": text, "OS_USER_DOMAIN_NAME": "d"}
    found = request({**ENOUGH, "cluster_id": [text]}, {}, environment)
    mask = Mask()
    mask.add(SECRET)
    (warning,), (note,) = found.warnings, found.settings.notes
    assert "cluster_id" in warning
    assert "OS_USERNAME" in note
    assert SECRET[:4] not in mask(warning) + mask(note)


def test_ids_and_names_of_clusters_need_no_warning() -> None:
    typed = {**ENOUGH, "cluster_id": [CLUSTER, CLUSTER.upper()], "cluster_name": ["shop-prod"]}
    assert request(typed, terms=["shop-prod", CLUSTER]).warnings == ()
    assert with_enough().warnings == ()


# ---------------------------------------------------------------------------------------------------------------------
# waits


def test_fail_on_failure_without_a_wait_is_a_warning() -> None:
    (warning,) = with_enough(fail_on_failure=True).warnings
    assert "fail_on_failure" in warning and "wait" in warning


@pytest.mark.parametrize("more", [{"wait": True}, {"wait": False}, {"fail_on_failure": False}, {"wait_timeout": 5}])
def test_options_for_waiting_without_a_warning(more: Given) -> None:
    assert with_enough(**{"fail_on_failure": "wait" in more, **more}).warnings == ()


# ---------------------------------------------------------------------------------------------------------------------
# terms


def test_terms_join_the_clusters_of_the_option() -> None:
    assert request(ENOUGH, terms=[CLUSTER, Text(CLUSTER.upper())]).query.cluster_id == (CLUSTER, CLUSTER.upper())
    assert request({**ENOUGH, "cluster_id": "a"}, terms=[f" {CLUSTER}\n"]).query.cluster_id == ("a", CLUSTER)


@pytest.mark.parametrize("term", ["shop-prod", CLUSTER[:-1], CLUSTER + "0", "g" * 36, 7])
def test_term_that_is_not_an_id_is_a_name(term: t.Any) -> None:
    found = request({**ENOUGH, "cluster_name": ["a"]}, terms=[CLUSTER, term])
    assert found.query.cluster_id == (CLUSTER,)
    assert found.cluster_names == (("a",), (str(term),))


@pytest.mark.parametrize("term", ["", " ", [CLUSTER], {}, None, True, b"a" * 36, "\udcff"])
def test_wrong_term(term: t.Any) -> None:
    assert "erm 2 " in refusal(request, ENOUGH, {}, {}, [CLUSTER, term])


def test_a_list_as_term_gets_the_advice_to_use_an_option() -> None:
    message = refusal(request, ENOUGH, {}, {}, [[CLUSTER]])
    assert all(option in message for option in ("cluster_id", "cluster_name"))


# ---------------------------------------------------------------------------------------------------------------------
# secrets


@pytest.mark.parametrize("credential", WITH_SECRETS)
def test_no_secret_in_any_message(credential: dict[str, str]) -> None:
    typed = {**WHERE, "proxy": PROXY, **credential}
    secret = recognizable("x")
    mistakes: list[dict[str, t.Any]] = [
        {option.name: value} for option in (*CONNECTION, *FILTERS) for value in WRONG_FOR_TYPE[option.type]
    ]
    for name in SECRETS:
        mistakes += [{name: wrong} for wrong in ([secret], {"a": secret}, secret.encode(), Vaulted(""))]
        mistakes += [{name: f"{secret} \udcff"}]
    for name in ("endpoint", "auth_url"):
        mistakes += [{name: url} for url in (PROXY, f"a:{secret}@b", [PROXY], {"a": PROXY})]
    mistakes += [{"proxy": wrong} for wrong in (PROXY[7:], PROXY.replace("%2F", "/"), PROXY + ":bad", [PROXY])]
    mistakes += [{"pasword": secret}, {"project_id": None}, {"region": None, "endpoint": None}]
    mistakes += [{name: None} for name in typed] + [dict(other) for other in WITH_SECRETS if other is not credential]
    failures = 0
    for mistake in mistakes:
        for sources in (({**typed, **mistake}, {}), (mistake, typed), (typed, mistake), (WHERE, {**typed, **mistake})):
            try:
                request(*sources)
            except CceError as error:
                failures += 1
                assert "Zx9" not in str(error)
                assert error.__cause__ is None
    assert failures > 200
