# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that are created, listed late, missing from lists, deleted, or back again; and GetOneJob about them."""

from __future__ import annotations

import gzip
import json

import pytest


def create(client, **changes: object) -> str:
    order = {"cluster": "shop-archive", "type": "ScaleupCluster", "seconds": 60, **changes}
    response = client.send("POST", "/simulator/jobs", order)
    assert response.status == 201
    return response.json["id"]


def listings(client, uid: str, count: int) -> list[bool]:
    """Whether each of the next lists has the job."""
    return [uid in client.job_ids() for _number in range(count)]


@pytest.fixture
def uid(client) -> str:
    """The ID of a job that is neither the first nor the last of the list."""
    return client.jobs()[30]["metadata"]["uid"]


def test_created_job_runs_and_ends(client) -> None:
    before = client.job_ids()
    uid = create(client)
    assert client.job_ids() - before == {uid}
    assert client.job(uid).json["status"]["status"] == "Initializing"
    client.advance(30)
    assert client.job(uid).json["status"]["status"] == "Running"
    client.advance(30)
    job = client.job(uid).json
    assert job["status"]["status"] == "Success"
    assert job["spec"]["clusteruid"] == next(c["id"] for c in client.ready["clusters"] if c["name"] == "shop-archive")
    assert client.send("DELETE", "/simulator/jobs").status == 204
    assert uid not in client.job_ids() and client.job(uid).status == 404


@pytest.mark.parametrize("kind", ["ScaleupCluster", "DeleteNode", "UpgradeCluster"])
def test_created_job_can_fail(client, kind: str) -> None:
    uid = create(client, type=kind, fails=True)
    client.advance(60)
    status = client.job(uid).json["status"]
    assert status["status"] == "Failed" and status["reason"]


def test_created_job_on_a_cluster(client) -> None:
    cluster = client.ready["clusters"][0]
    spec = client.job(create(client, cluster=cluster["id"], type="ResizeCluster")).json["spec"]
    assert (spec["clusteruid"], spec["resourcename"]) == (cluster["id"], cluster["name"])


@pytest.mark.parametrize(
    ("order", "hint"),
    [
        ({"cluster": "nowhere"}, "shop-prod"),
        ({"type": "Dance"}, "ScaleupCluster"),
        ({"type": "ResizeCluster", "fails": True}, "cannot fail"),
        ({"seconds": "60"}, "seconds"),
        ({"second": 60}, "unknown member second"),
    ],
)
def test_invalid_job(client, order: dict, hint: str) -> None:
    whole = {"cluster": "shop-archive", "type": "ScaleupCluster", "seconds": 60, **order}
    response = client.send("POST", "/simulator/jobs", whole)
    assert response.status == 400
    assert hint in response.json["error"]


def test_job_is_listed_late_by_number_of_lists(client) -> None:
    uid = create(client)
    client.absence(uid, times=2)
    assert client.job(uid).status == 200
    assert listings(client, uid, 4) == [False, False, True, True]


def test_job_is_listed_late_by_the_clock(client) -> None:
    uid = create(client)
    client.absence(uid, seconds=5)
    assert listings(client, uid, 3) == [False] * 3
    client.advance(4.9)
    assert uid not in client.job_ids() and client.job(uid).status == 200
    client.advance(0.1)
    assert uid in client.job_ids()


def test_job_is_missing_from_one_list(client, uid: str) -> None:
    others = client.job_ids() - {uid}
    client.absence(uid, after=1, times=1)
    assert uid in client.job_ids()
    assert client.job_ids() == others
    assert listings(client, uid, 2) == [True, True]


def test_job_is_missing_for_some_seconds(client, uid: str) -> None:
    client.absence(uid, after_seconds=10, seconds=5)
    present = []
    for _step in range(6):
        present.append(uid in client.job_ids())
        client.advance(3)
    assert present == [True, True, True, True, False, True]


def test_first_limit_ends_the_absence(client, uid: str) -> None:
    client.absence(uid, times=3, seconds=5)
    assert uid not in client.job_ids()
    client.advance(5)
    assert listings(client, uid, 2) == [True, True]


def test_deleted_job(client, uid: str) -> None:
    client.absence(uid, after=2, deleted=True)
    assert listings(client, uid, 1) == [True]
    assert client.job(uid).status == 200
    assert listings(client, uid, 3) == [True, False, False]
    response = client.job(uid)
    assert (response.status, response.json["errorCode"]) == (404, "CCE.01404001")


def test_deleted_job_that_returns(client, uid: str) -> None:
    client.absence(uid, times=2, deleted=True)
    assert client.job(uid).status == 404
    assert listings(client, uid, 3) == [False, False, True]
    assert client.job(uid).status == 200


def test_absences_follow_each_other(client, uid: str) -> None:
    client.absence(uid, after=1, times=1)
    client.absence(uid, after=3)
    assert listings(client, uid, 5) == [True, False, True, False, False]
    assert client.send("DELETE", "/simulator/absences").status == 204
    assert uid in client.job_ids()


def test_only_lists_of_the_project_count(client, uid: str) -> None:
    client.absence(uid, times=1)
    lab = client.ready["projects"]["eu-de_lab"]
    scope = client.project_scope(id=lab)
    token = client.login(scope=scope, **client.user()).headers["X-Subject-Token"]
    assert len(client.get(f"/api/v2/projects/{lab}/jobs", X_Auth_Token=token).json) == 12
    assert client.get(f"/api/v2/projects/{lab}/jobs/{uid}", X_Auth_Token=token).status == 404
    assert listings(client, uid, 2) == [False, True]


def test_absence_from_a_replaced_list(client) -> None:
    body = b'[ {"metadata": {"uid": "a"}}, {"metadata": {"uid": "b"}}, {"metadata": null}, 7 ]'
    assert client.send("PUT", "/simulator/jobs", body).status == 204
    client.absence("a", after=1, times=1)
    bodies = [client.get(client.jobs_path).body for _number in range(3)]
    assert (bodies[0], bodies[2]) == (body, body)
    assert json.loads(bodies[1]) == [{"metadata": {"uid": "b"}}, {"metadata": None}, 7]
    assert client.job("a").json == {"metadata": {"uid": "a"}}
    assert client.job("c").status == 404
    client.absence("a", deleted=True)
    assert client.send("DELETE", "/simulator/jobs").status == 204
    assert client.send("PUT", "/simulator/jobs", body).status == 204
    assert client.job("a").status == 200, "restoring the jobs removes absences"


def test_one_job_from_something_other_than_a_list(client) -> None:
    assert client.send("PUT", "/simulator/jobs?raw=1", b"<html>").status == 204
    assert client.job("a").status == 404


def test_list_without_a_job_in_gzip(client, uid: str) -> None:
    client.absence(uid)
    response = client.get(client.jobs_path, Accept_Encoding="gzip")
    assert len(json.loads(gzip.decompress(response.body))) == 59


@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.parametrize("age", ["new", "old"])
def test_subjobs_by_id(client, age: str, replaced: bool) -> None:
    """``new``: a job that still runs, ``old``: one that ended before the start."""
    parents = [job for job in client.jobs() if job["spec"].get("subjobs")]
    running = [job for job in parents if job["status"]["status"] == "Running"]
    finished = [job for job in parents if job["spec"]["subjobs"][0]["spec"].get("subjobs")]
    parent = (running if age == "new" else finished)[0]
    if replaced:
        assert client.send("PUT", "/simulator/jobs", [parent]).status == 204
    subjob = parent["spec"]["subjobs"][0]
    deepest = subjob["spec"].get("subjobs", [subjob])[-1]
    path = "/simulator/subjobs-by-id"
    for job in (subjob, deepest):
        uid = job["metadata"]["uid"]
        assert client.job(uid).status == 404
        assert client.send("PUT", path).status == 204
        assert client.job(uid).json == job
        assert client.send("DELETE", path).status == 204
        assert client.job(uid).status == 404
    assert client.send("PUT", path).status == 204
    assert client.job("nothing").status == 404


@pytest.mark.parametrize(
    ("absence", "hint"),
    [
        ({"times": 1}, "job"),
        ({"job": 7}, "job"),
        ({"job": "a", "time": 1}, "unknown member time"),
        ({"job": "a", "times": -1}, "times"),
        ({"job": "a", "seconds": True}, "seconds"),
        ({"job": "a", "deleted": 1}, "deleted"),
        ([], "JSON object"),
        (b"{", "not valid JSON"),
        (b'{"job": "a", "seconds": NaN}', "seconds"),
        (b'{"job": "a", "after_seconds": Infinity}', "after_seconds"),
    ],
)
def test_invalid_absence(client, absence: object, hint: str) -> None:
    response = client.send("POST", "/simulator/absences", absence)
    assert response.status == 400
    assert hint in response.json["error"]
