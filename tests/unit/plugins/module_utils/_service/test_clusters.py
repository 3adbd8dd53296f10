# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Unit tests of what the plugins know about clusters: their names, and the Autopilot kind of them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

pytest.importorskip("requests")
pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._api import cce as _cce
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._http import client as _http
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    clear_environment,
    response,
)

PROD, STAGING, GONE = (digit * 8 + "-87e6-11f0-be88-0255ac10003f" for digit in "123")

CLUSTERS = {
    "kind": "Cluster",
    "items": [
        {"metadata": {"uid": PROD, "name": "shop-prod"}},
        {"metadata": {"uid": STAGING, "name": "shop-staging"}},
        # nothing that the API documents, and nothing that may break the others
        {"metadata": {"uid": None, "name": "without an ID"}},
        {"metadata": {"uid": GONE, "name": None}},
        {"metadata": None},
        7,
    ],
}


def job(uid: str, cluster: str, *subjobs: t.Any) -> dict[str, t.Any]:
    return {"metadata": {"uid": uid}, "spec": {"type": "DeleteNode", "clusteruid": cluster, "subjobs": list(subjobs)}}


JOBS = [job("a", PROD, job("a1", PROD)), job("b", STAGING), job("c", GONE)]


def test_too_many_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_cce, "MAX_CLUSTERS", 1)
    with Server(response(body=CLUSTERS)) as server, pytest.raises(CceError, match="more than 1 clusters") as caught:
        ask(server, cluster_name=["shop-prod"])
    assert caught.value.kind == "response"


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    clear_environment(monkeypatch, tmp_path)
    monkeypatch.setattr(_http, "_FIRST_PAUSE", 0.01)


def ask(server: Server, terms: t.Sequence[str] = (), **options: t.Any) -> FoundJobs:
    typed = {"token": "the-token", "project_id": "p1", "endpoint": server.url, "timeout": 10, **options}
    return find_jobs(read_request(MODULE, typed, {}, environment={}, terms=terms), "tests", RecordedReport().report)


def found(result: FoundJobs) -> dict[str, str | None]:
    return {job["id"]: job["cluster_name"] for job in result.jobs}


@pytest.mark.parametrize(
    ("terms", "options", "expected"),
    [
        ([], {"cluster_name": "shop-prod"}, {"a": "shop-prod"}),
        ([], {"cluster_name": ["shop-staging", "shop-prod"]}, {"a": "shop-prod", "b": "shop-staging"}),
        (["shop-prod"], {}, {"a": "shop-prod"}),
        # terms and cluster_id are alternatives, also of each other
        (["shop-prod", GONE], {}, {"a": "shop-prod", "c": None}),
        (["shop-prod"], {"cluster_id": [STAGING]}, {"a": "shop-prod", "b": "shop-staging"}),
        # the two options are different filters: both must hold
        ([], {"cluster_name": "shop-prod", "cluster_id": [PROD, STAGING]}, {"a": "shop-prod"}),
        ([], {"cluster_name": "shop-prod", "cluster_id": STAGING}, {}),
        (["shop-prod"], {"cluster_name": "shop-staging"}, {}),
    ],
)
def test_clusters_by_name(terms: list[str], options: dict[str, t.Any], expected: dict[str, str | None]) -> None:
    with Server(response(body=CLUSTERS), response(body=JOBS)) as server:
        assert found(ask(server, terms, **options)) == expected
        assert [request.target for request in server.requests] == [
            "/api/v3/projects/p1/clusters",
            "/api/v2/projects/p1/jobs",
        ]
        assert [request.headers["x-auth-token"] for request in server.requests] == ["the-token"] * 2
        assert server.accepted == 1


def test_the_names_reach_subjobs() -> None:
    with Server(response(body=CLUSTERS), response(body=JOBS)) as server:
        [parent] = ask(server, cluster_name="shop-prod").jobs
    assert parent["subjobs"][0]["cluster_name"] == "shop-prod"


@pytest.mark.parametrize("options", [{}, {"cluster_id": [PROD]}, {"cluster_name": []}])
def test_no_call_for_names_that_nobody_gave(options: dict[str, t.Any]) -> None:
    with Server(response(body=JOBS)) as server:
        ask(server, [PROD], **options)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("name", "clusters", "words"),
    [
        ("shop-prodd", CLUSTERS, "Did you mean shop-prod"),
        ("qqq", CLUSTERS, "Did you mean shop-prod or shop-staging?"),
        ("shop-prod", {"items": []}, "has no clusters"),
        ("SHOP-PROD", CLUSTERS, "Did you mean shop-prod"),
    ],
)
@pytest.mark.parametrize("as_term", [True, False], ids=["term", "option"])
def test_unknown_names(name: str, clusters: dict[str, t.Any], words: str, as_term: bool) -> None:
    with Server(response(body=clusters)) as server:
        with pytest.raises(CceError) as caught:
            ask(server, [name] if as_term else [], **({} if as_term else {"cluster_name": ["shop-prod", name]}))
        # the jobs are not even asked for: without the filter they would be those of all clusters
        assert len(server.requests) == 1
    assert caught.value.kind == "option"
    assert str(caught.value).startswith(f"Cluster {name!r} not found. ")
    assert words in str(caught.value)


def test_clusters_that_may_not_be_listed() -> None:
    refusal = response(403, {"errorCode": "CCE.01403001", "message": "Action forbidden"})
    with Server(refusal) as server, pytest.raises(CceError) as caught:
        ask(server, cluster_name="shop-prod")
    assert caught.value.kind == "permission"
    assert str(caught.value).startswith("Could not list the clusters: ")
    assert "cluster_id" in str(caught.value)


def test_names_that_may_not_be_resolved_are_missing() -> None:
    refusal = response(403, {"errorCode": "CCE.01403001", "message": "Action forbidden"})
    with Server(refusal, response(body=JOBS)) as server:
        result = ask(server, resolve_cluster_names=True)
    assert found(result) == {"a": None, "b": None, "c": None}


BY_KEY = {"token": None, "access_key": "the-key", "secret_key": "the-secret"}
BY_PASSWORD = {"token": None, "project_id": "p1", "username": "u", "password": "wrong-password", "user_domain_id": "d"}


@pytest.mark.parametrize(
    ("credential", "status"),
    [
        ({}, 401),
        (BY_KEY, 401),
        (BY_PASSWORD, 401),
        # whatever became of a passcode, it may be used up
        ({**BY_PASSWORD, "passcode": "123456"}, 503),
    ],
    ids=["token", "key", "password", "passcode"],
)
def test_names_to_resolve_send_no_rejected_credential_again(credential: dict[str, t.Any], status: int) -> None:
    with Server(response(status, {"error": {"message": "no"}}), response(body=JOBS)) as server:
        with pytest.raises(CceError):
            ask(server, **{**credential, "auth_url": server.url, "retries": 0, "resolve_cluster_names": True})
        assert len(server.requests) == 1


@pytest.mark.parametrize("clusters", [b'{"items": {}}', b"<html>", b"[[", b'{"jobs": 1}'])
def test_clusters_that_are_no_list(clusters: bytes) -> None:
    with Server(response(body=clusters)) as server, pytest.raises(CceError) as caught:
        ask(server, cluster_name="shop-prod", retries=0)
    assert caught.value.kind == "response"
    assert str(caught.value).startswith("Could not list the clusters: ")


def test_autopilot_has_paths_of_its_own() -> None:
    with Server(response(body=CLUSTERS), response(body=JOBS)) as server:
        assert found(ask(server, cluster_name="shop-prod", autopilot=True)) == {"a": "shop-prod"}
        assert [request.target for request in server.requests] == [
            "/autopilot/v3/projects/p1/clusters",
            "/autopilot/v2/projects/p1/jobs",
        ]


# ---------------------------------------------------------------------------------------------------------------------
# clusters that are created again during a wait

AGAIN = "4" * 8 + "-87e6-11f0-be88-0255ac10003f"
CREATED_AGAIN = {"items": [{"metadata": {"uid": AGAIN, "name": "shop-prod"}}]}
NO_CLUSTERS: dict[str, t.Any] = {"items": []}


def jobs_with(**statuses: str) -> dict[str, t.Any]:
    """A list of jobs by ID. Those of the first cluster begin with "d", those of the second with "c"."""
    clusters = {"d": PROD, "c": AGAIN}
    return {"items": [{**job(uid, clusters[uid[0]]), "status": {"status": status}} for uid, status in statuses.items()]}


def wait_for_cluster(*bodies: t.Any, **options: t.Any) -> tuple[FoundJobs, list[str]]:
    """The result of a wait with these responses, and what was called."""
    responses = [body if isinstance(body, bytes) else response(body=body) for body in bodies]
    with Server(*responses) as server:
        waiting = {"wait": True, "wait_interval": 0.01, "wait_timeout": 5, "retries": 0}
        result = ask(server, cluster_name="shop-prod", **{**waiting, **options})
        return result, [request.target.rpartition("/")[2] for request in server.requests]


def test_wait_includes_the_cluster_that_was_created_again() -> None:
    result, calls = wait_for_cluster(
        CLUSTERS,
        jobs_with(d="Running"),
        jobs_with(d="Success", c="Running"),
        CREATED_AGAIN,
        # an unchanged list, in which another job is selected now
        jobs_with(d="Success", c="Running"),
        jobs_with(d="Success", c="Failed"),
        CREATED_AGAIN,
    )
    assert calls == ["clusters", "jobs", "jobs", "clusters", "jobs", "jobs", "clusters"]
    assert result.error is None
    assert {each["id"]: each["status"] for each in result.waited_for or []} == {"d": "Success", "c": "Failed"}
    assert {each["id"]: each["cluster_name"] for each in result.jobs} == {"d": "shop-prod", "c": "shop-prod"}


@pytest.mark.parametrize("clusters", [CLUSTERS, NO_CLUSTERS], ids=["still there", "deleted"])
def test_wait_ends_if_there_is_no_other_cluster(clusters: dict[str, t.Any]) -> None:
    result, calls = wait_for_cluster(CLUSTERS, jobs_with(d="Running"), jobs_with(d="Success"), clusters)
    assert calls == ["clusters", "jobs", "jobs", "clusters"]
    assert result.error is None
    assert [each["status"] for each in result.waited_for or []] == ["Success"]
    assert [each["cluster_name"] for each in result.jobs] == ["shop-prod"]


def test_wait_looks_up_an_idle_cluster_once() -> None:
    result, calls = wait_for_cluster(CLUSTERS, jobs_with(d="Success"))
    assert calls == ["clusters", "jobs"]
    assert (result.error, result.waited_for) == (None, [])


def test_wait_does_not_end_while_clusters_cannot_be_looked_up() -> None:
    down = response(503, {"message": "down"})
    first, ended = (CLUSTERS, jobs_with(d="Running")), jobs_with(d="Success")
    result, calls = wait_for_cluster(*first, ended, down, ended, down, ended, NO_CLUSTERS)
    assert calls == ["clusters", "jobs"] + ["jobs", "clusters"] * 3
    assert result.error is None


def test_wait_fails_if_clusters_may_not_be_looked_up_any_more() -> None:
    refusal = response(403, {"errorCode": "CCE.01403001", "message": "Action forbidden"})
    result, _calls = wait_for_cluster(CLUSTERS, jobs_with(d="Running"), jobs_with(d="Success"), refusal)
    assert result.error
    assert result.error.kind == "permission"
    assert str(result.error).startswith("Could not list the clusters: ")
    assert [each["status"] for each in result.waited_for or []] == ["Success"]


def test_wait_without_names_looks_up_nothing() -> None:
    with Server(response(body=jobs_with(d="Running")), response(body=jobs_with(d="Success"))) as server:
        ask(server, cluster_id=[PROD], wait=True, wait_interval=0.01, wait_timeout=5)
        assert [request.target.rpartition("/")[2] for request in server.requests] == ["jobs", "jobs"]
