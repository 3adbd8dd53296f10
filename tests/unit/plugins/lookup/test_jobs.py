# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup, loaded and run by Ansible, against a simulated cloud."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError, AnsibleLookupError

Run = t.Callable[..., list[dict[str, t.Any]]]

CLUSTER = "7ec8b73d-83db-11f0-8baa-0255ac10003e"
OTHER_CLUSTER = "00000000-83db-11f0-8baa-0255ac10003e"
UNSAFE = "{{ 1 + 1 }}"
RAW_JOBS = [
    {
        "metadata": {"uid": "a", "creationTimestamp": "2025-09-02 10:23:38 +0000 UTC"},
        "spec": {"type": "ScaleupCluster", "clusterUID": CLUSTER, "extendParam": {"node.zone": ""}},
        "status": {"phase": "Failed", "reason": UNSAFE},
    },
    {
        "metadata": {"uid": "b", "creationTimestamp": "2025-09-02 11:23:38 +0000 UTC"},
        "spec": {"type": "DeleteNode", "clusterUID": OTHER_CLUSTER},
        "status": {"phase": "Success"},
    },
]


@pytest.fixture
def variables(simulator: t.Any) -> dict[str, t.Any]:
    """Variables for the connection to the simulator, which has two jobs."""
    simulator.control("PUT", "/jobs", RAW_JOBS)
    return {f"opentelekomcloud_cce_{name}": value for name, value in simulator.access().items()}


PLAIN = {str, int, float, bool, type(None)}


def is_plain(value: t.Any) -> bool:
    """Whether a value has only built-in types, and no subclasses of them, such as Ansible's."""
    kind = type(value)
    if kind is dict:
        return all(map(is_plain, (*value, *value.values())))
    return all(map(is_plain, value)) if kind is list else kind in PLAIN


def ids(jobs: list[dict[str, t.Any]]) -> list[str]:
    return [job["id"] for job in jobs]


def test_jobs_are_a_list_of_plain_dictionaries(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    jobs = run_lookup(variables=variables)
    assert is_plain(jobs)
    assert ids(jobs) == ["b", "a"]


def test_options_take_precedence_over_variables(run_lookup: Run, variables: dict[str, t.Any], simulator: t.Any) -> None:
    wrong = {**variables, "opentelekomcloud_cce_token": "wrong", "opentelekomcloud_cce_project_id": "wrong"}
    with pytest.raises(AnsibleLookupError):
        run_lookup(variables=wrong)
    options = {name: simulator.ready[name] for name in ("token", "project_id")}
    assert ids(run_lookup(variables=wrong, **options)) == ["b", "a"]


def test_variables_take_precedence_over_the_environment(
    run_lookup: Run, variables: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_TOKEN", "wrong")
    monkeypatch.setenv("OS_PROJECT_ID", "wrong")
    assert ids(run_lookup(variables=variables)) == ["b", "a"]


def test_environment_is_read_except_for_empty_variables(
    run_lookup: Run, variables: dict[str, t.Any], simulator: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_CCE_ENDPOINT_OVERRIDE", simulator.ready["endpoint"])
    monkeypatch.setenv("OS_TOKEN", "")
    monkeypatch.setenv("OS_AUTH_TOKEN", simulator.ready["token"])
    monkeypatch.setenv("OS_PROJECT_ID", "")
    monkeypatch.setenv("OS_TENANT_ID", simulator.ready["project_id"])
    assert ids(run_lookup()) == ["b", "a"]


def test_templates_in_variables_are_evaluated(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    token = variables.pop("opentelekomcloud_cce_token")
    variables["opentelekomcloud_cce_token"] = "{{ inner }}"
    variables["inner"] = "{{ innermost }}"
    variables["innermost"] = token
    variables["opentelekomcloud_cce_timeout"] = "{{ 10 * 2 }}"
    assert ids(run_lookup(variables=variables)) == ["b", "a"]


def test_null_variable_is_not_given(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    assert ids(run_lookup(variables={**variables, "opentelekomcloud_cce_region": None})) == ["b", "a"]


def test_undefined_variable_in_a_variable_is_named(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleError, match="nowhere_defined"):
        run_lookup(variables={**variables, "opentelekomcloud_cce_region": "{{ nowhere_defined }}"})


def test_filters_are_not_read_from_variables(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    assert ids(run_lookup(variables={**variables, "opentelekomcloud_cce_limit": 1})) == ["b", "a"]


@pytest.mark.parametrize(
    ("terms", "options", "expected"),
    [
        ((CLUSTER,), {}, ["a"]),
        ((CLUSTER, OTHER_CLUSTER), {}, ["b", "a"]),
        ((CLUSTER,), {"cluster_id": [OTHER_CLUSTER]}, ["b", "a"]),
        ((), {"cluster_id": OTHER_CLUSTER}, ["b"]),
        ((CLUSTER,), {"status": "success"}, []),
    ],
)
def test_positional_arguments_are_cluster_ids(
    run_lookup: Run,
    variables: dict[str, t.Any],
    terms: tuple[str, ...],
    options: dict[str, t.Any],
    expected: list[str],
) -> None:
    assert ids(run_lookup(*terms, variables=variables, **options)) == expected


def test_wantlist_is_ignored(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    """ansible-core up to 2.18 adds it in loops by with_opentelekomcloud.cce.jobs."""
    assert ids(run_lookup(CLUSTER, variables=variables, wantlist=True)) == ["a"]


# ---------------------------------------------------------------------------------------------------------------------
# in templates


def test_query_returns_a_list(query: t.Callable[..., t.Any], variables: dict[str, t.Any]) -> None:
    jobs = query("{{ query('opentelekomcloud.cce.jobs') }}", **variables)
    assert isinstance(jobs, list)
    assert ids(jobs) == ["b", "a"]
    assert query("{{ query('opentelekomcloud.cce.jobs', type='none') }}", **variables) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("cluster", ["a"]),
        ("*clusters", ["b", "a"]),
        ("cluster_id=clusters", ["b", "a"]),
        ("cluster_id=clusters | select('equalto', cluster)", ["a"]),
        ("cluster_id={cluster: 1}.keys()", ["a"]),
        ("cluster_id=(cluster,)", ["a"]),
        ("id='a,b', limit='1'", ["b"]),
        ("finished='yes', order=order", ["a", "b"]),
        ("created_after='2025-09-02 11:00:00'", ["b"]),
    ],
)
def test_values_from_templates(
    query: t.Callable[..., t.Any], variables: dict[str, t.Any], arguments: str, expected: list[str]
) -> None:
    template = f"{{{{ query('opentelekomcloud.cce.jobs', {arguments}) | map(attribute='id') | list }}}}"
    known = {**variables, "cluster": CLUSTER, "clusters": [CLUSTER, OTHER_CLUSTER], "order": "{{ 'oldest' }}"}
    assert query(template, **known) == expected


def test_response_is_not_evaluated(query: t.Callable[..., t.Any], variables: dict[str, t.Any]) -> None:
    found = query("{{ query('opentelekomcloud.cce.jobs', id='a') | map(attribute='reason') | list }}", **variables)
    assert found == [UNSAFE]


@pytest.mark.parametrize("argument", ["nope", "status=nope", "status=[nope]", "order=nope", "limit=nope", "token=nope"])
def test_undefined_argument_is_named(query: t.Callable[..., t.Any], variables: dict[str, t.Any], argument: str) -> None:
    with pytest.raises(Exception, match=r"'nope' is undefined"):
        query(f"{{{{ query('opentelekomcloud.cce.jobs', {argument}) }}}}", **variables)


def test_positional_arguments_can_be_names(run_lookup: Run, simulator: t.Any) -> None:
    variables = {f"opentelekomcloud_cce_{name}": value for name, value in simulator.access().items()}
    jobs = run_lookup("shop-archive", variables=variables)
    assert {job["cluster_name"] for job in jobs} == {"shop-archive"}
    assert jobs == run_lookup(variables=variables, cluster_name=["shop-archive"])
    with pytest.raises(AnsibleLookupError, match="shop-archive"):
        run_lookup("shop-archiv", variables=variables)


def test_errors_can_be_ignored(query: t.Callable[..., t.Any], variables: dict[str, t.Any]) -> None:
    assert query("{{ query('opentelekomcloud.cce.jobs', limit=0, errors='ignore') }}", **variables) == []


# ---------------------------------------------------------------------------------------------------------------------
# failures


@pytest.mark.parametrize(
    ("terms", "options", "named"),
    [
        ((), {"statsu": "Failed"}, "status"),
        ((), {"qqqqq": 1}, "qqqqq"),
        ((), {"limit": 0}, "limit"),
        ((), {"status": [None]}, "status"),
        ((), {"id": "a", "job_id": "b"}, "job_id"),
        (([CLUSTER],), {}, "cluster_id"),
        (("",), {}, "term 1"),
        ((CLUSTER, None), {}, "term 2"),
    ],
)
def test_wrong_option_is_named(
    run_lookup: Run,
    variables: dict[str, t.Any],
    simulator: t.Any,
    terms: tuple[t.Any, ...],
    options: dict[str, t.Any],
    named: str,
) -> None:
    with pytest.raises(AnsibleLookupError) as caught:
        run_lookup(*terms, variables=variables, **options)
    assert named in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert simulator.control("GET", "/requests")["count"] == 0


def test_error_of_the_cloud_is_one_message(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleLookupError, match=r"list.*401") as caught:
        run_lookup(variables=variables, token="KqX9-very-secret-Zw4")
    assert caught.value.__cause__ is None
    assert "KqX9" not in str(caught.value)


def test_wrong_variable_is_named(run_lookup: Run, variables: dict[str, t.Any]) -> None:
    with pytest.raises(AnsibleLookupError, match="opentelekomcloud_cce_retries"):
        run_lookup(variables={**variables, "opentelekomcloud_cce_retries": "many"})


def test_secrets_of_unused_credentials_are_masked(
    run_lookup: Run, variables: dict[str, t.Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible.utils.display import Display

    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, text, *more, **others: shown.append(text))
    monkeypatch.setenv("OS_SECRET_KEY", "secret-key-of-the-environment")
    run_lookup(variables=variables, cluster_id=["secret-key-of-the-environment"])
    (warning,) = shown
    assert "cluster_id" in warning
    assert "secret-key" not in warning


def test_warnings_are_shown(
    run_lookup: Run, variables: dict[str, t.Any], simulator: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible.utils.display import Display

    shown: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, text, *more, **others: shown.append(text))
    assert run_lookup(variables=variables, status="Stopped") == []
    assert len(shown) == 1
    assert "Stopped" in json.dumps(shown)


RELATIVE = {
    "clouds.yaml": {"cloud": "prod"},
    "file of a variable": {"cloud": "prod", "OS_CLIENT_CONFIG_FILE": "mine.yaml"},
    "ca_cert": {"cloud": "prod", "ca_cert": "authorities.pem"},
}


@pytest.mark.parametrize("case", RELATIVE)
def test_relative_paths_begin_at_the_playbook(
    run_lookup: Run,
    run_action: t.Callable[..., t.Any],
    simulator: t.Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    pytest.importorskip("openstack.config.loader", exc_type=ImportError)
    playbook, elsewhere = tmp_path / "playbook", tmp_path / "elsewhere"
    playbook.mkdir()
    elsewhere.mkdir()
    ready = simulator.ready
    auth = {name: ready[name] for name in ("auth_url", "username", "password", "project_id")}
    entry = {"auth": {**auth, "user_domain_name": ready["domain_name"]}, "cce_endpoint_override": ready["endpoint"]}
    (playbook / "clouds.yaml").write_text(json.dumps({"clouds": {"prod": entry}}), encoding="utf-8")
    (playbook / "mine.yaml").write_bytes((playbook / "clouds.yaml").read_bytes())
    (playbook / "authorities.pem").touch()
    # a module on the controller runs there
    monkeypatch.chdir(playbook)
    options = {name: value for name, value in RELATIVE[case].items() if name.islower()}
    for name in set(RELATIVE[case]) - set(options):
        monkeypatch.setenv(name, RELATIVE[case][name])
    # jobs that do not change between the two lists
    options = {**options, "finished": True, "limit": 3}
    expected = run_action(options)["jobs"]
    monkeypatch.chdir(elsewhere)
    assert run_lookup(folder=str(playbook), **options) == expected != []
    assert Path.cwd() == elsewhere


def test_folder_of_the_playbook_that_cannot_be_entered(run_lookup: Run, simulator: t.Any) -> None:
    assert len(run_lookup(folder="/nonexistent", **simulator.access(), limit=3)) == 3
