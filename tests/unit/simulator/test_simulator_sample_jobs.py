# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated jobs: the same seed and time give the same jobs, and jobs progress plausibly."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator

import pytest
from simulator.accounts import Directory
from simulator.clock import NANOSECONDS, Clock, nanoseconds_of, parse_moment
from simulator.job_list import JobList
from simulator.jobs import Job, Subject, go_time
from simulator.sample_jobs import SampleJobs

START = nanoseconds_of(parse_moment("2026-01-02T03:04:05Z"))
ORDER = ["Initializing", "Running", "Success", "Failed"]


class Samples(SampleJobs):
    def __init__(self, seed: int = 7, **options: float) -> None:
        self.projects = Directory(seed).projects
        super().__init__(seed, self.projects, START, **options)


def listed(samples: Samples, seconds: float = 0, project: int = 0) -> list[dict]:
    return json.loads(samples.jobs_of(samples.projects[project].id).body(START + int(seconds * NANOSECONDS), False))


def tree(jobs: list[dict]) -> Iterator[tuple[dict, dict | None]]:
    """Every job with its parent."""
    for job in jobs:
        yield job, None
        for subjob, parent in tree(job["spec"].get("subjobs", [])):
            yield subjob, parent or job


def of_cluster(samples: Samples, name: str, jobs: list[dict]) -> list[dict]:
    uid = next(cluster.uid for cluster in samples.clusters if cluster.name == name)
    return [job for job in jobs if job["spec"]["clusteruid"] == uid]


def unfinished(jobs: list[dict]) -> list[dict]:
    return [job for job in jobs if job["status"]["status"] in ORDER[:2]]


def completion(job: dict) -> str | None:
    text = job["status"].get("completionTime")
    return text if text and not text.startswith("0001") else None


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "2026-01-02 03:04:05 +0000 UTC"),
        (100_000_000, "2026-01-02 03:04:05.1 +0000 UTC"),
        (987_955_000, "2026-01-02 03:04:05.987955 +0000 UTC"),
        (1, "2026-01-02 03:04:05.000000001 +0000 UTC"),
    ],
)
def test_go_time_drops_trailing_zeros(nanoseconds: int, text: str) -> None:
    assert go_time(START + nanoseconds) == text


def test_same_seed_and_time_give_the_same_jobs() -> None:
    stepped, jumped = Samples(), Samples()
    for seconds in range(0, 2000, 50):
        listed(stepped, seconds)
    assert listed(stepped, 2000) == listed(jumped, 2000)
    assert stepped.clusters == jumped.clusters
    other = Samples(8)
    assert other.projects != stepped.projects
    assert listed(other) != listed(Samples())


@pytest.mark.parametrize("count", [1, 2, 7, 60, 1000])
def test_number_of_jobs_at_the_start(count: int) -> None:
    samples = Samples(jobs=count)
    assert len(listed(samples)) == count
    assert unfinished(of_cluster(samples, "shop-staging", listed(samples)))


def test_ids_are_unique_and_hold_the_creation_time() -> None:
    samples = Samples(jobs=2000)
    everything = [job for job, _parent in tree(listed(samples, 3000) + listed(samples, project=1))]
    ids = [job["metadata"]["uid"] for job in everything]
    assert len(set(ids)) == len(ids) > 2000
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uid) for uid in ids)
    for job in everything:
        low, middle, high = job["metadata"]["uid"].split("-")[:3]
        ticks = int(high[1:] + middle + low, 16) - 0x01B21DD213814000
        text = job["metadata"]["creationTimestamp"].split(" +")[0].replace(" ", "T")[:19]
        assert abs(ticks // 10**7 - nanoseconds_of(parse_moment(text)) // NANOSECONDS) <= 1


def test_jobs_only_move_forward_and_parents_finish_last() -> None:
    samples = Samples(busy_for=60, new_jobs_every=100)
    seen: dict[str, int] = {}
    states: set[str] = set()
    for seconds in range(0, 1000, 3):
        jobs = listed(samples, seconds)
        current = {}
        for job, parent in tree(jobs):
            state = ORDER.index(job["status"]["status"])
            current[job["metadata"]["uid"]] = state
            states.add(f"{job['spec']['type']} {job['status']['status']}")
            if parent and completion(parent):
                assert completion(job), "a finished parent has finished subjobs only"
            if state < 2:
                assert completion(job) is None and not job["status"]["reason"]
            else:
                assert completion(job) == job["metadata"]["updateTimestamp"]
                assert bool(job["status"]["reason"]) == (ORDER[state] == "Failed")
        assert set(seen) <= set(current), "no job disappears"
        for uid, state in seen.items():
            assert state == current[uid] or (state < 2 and current[uid] > state)
        seen = current
    for state in ORDER[:3]:
        assert f"InstallNode {state}" in states


def test_unfinished_jobs_have_all_three_forms_of_a_missing_completion() -> None:
    samples = Samples(new_jobs_every=100)
    forms = set()
    for seconds in range(0, 4000, 20):
        for job, _parent in tree(listed(samples, seconds)):
            if job["status"]["status"] in ORDER[:2]:
                forms.add(job["status"].get("completionTime"))
    assert forms == {"", None, "0001-01-01 00:00:00 +0000 UTC"}


def test_subjobs_run_one_after_the_other() -> None:
    samples = Samples()
    chains = [job["spec"]["subjobs"] for job, _parent in tree(listed(samples, 5000)) if "subjobs" in job["spec"]]
    for chain in chains:
        for previous, following in zip(chain, chain[1:]):
            assert previous["status"]["status"] == "Success"
            assert following["metadata"]["creationTimestamp"] == previous["status"]["completionTime"]
    assert max(len(chain) for chain in chains) == 3


def test_busy_quiet_and_failing_clusters() -> None:
    samples = Samples(busy_for=40)
    assert unfinished(of_cluster(samples, "shop-staging", listed(samples)))
    for seconds in (0, 20, 41, 5000, 90000):
        jobs = listed(samples, seconds)
        quiet = of_cluster(samples, "shop-archive", jobs)
        assert quiet and {job["status"]["status"] for job in quiet} == {"Success"}
        if seconds > 40:
            assert not unfinished(of_cluster(samples, "shop-staging", jobs))
    failed = [job for job in of_cluster(samples, "shop-batch", listed(samples)) if job["status"]["status"] == "Failed"]
    assert {"UpgradeCluster", "ScaleupCluster"} <= {job["spec"]["type"] for job in failed}
    assert {job["status"]["reason"] for job in failed if "subjobs" in job["spec"]} == {
        "Something bad happened at server, recycle resource"
    }
    deep = [
        job for job, _parent in tree(failed) if "subjobs" not in job["spec"] and job["status"]["status"] == "Failed"
    ]
    assert deep and all(job["status"]["reason"].startswith("Failed to ") for job in deep)


def test_lively_cluster_is_busy_at_times() -> None:
    samples = Samples()
    busy = [bool(unfinished(of_cluster(samples, "shop-prod", listed(samples, at)))) for at in range(0, 5000, 10)]
    changes = sum(before != after for before, after in zip(busy, busy[1:]))
    assert changes > 20
    assert len(listed(Samples(new_jobs_every=0), 50000)) == 60
    assert len(listed(samples, 5000)) > 60 + 15


def test_cluster_becomes_available_when_its_job_ends() -> None:
    samples = Samples()
    shop = samples.projects[0].id

    def phase(seconds: int) -> str:
        items = samples.clusters_of(shop, START + seconds * NANOSECONDS)["items"]
        return next(item["status"]["phase"] for item in items if item["metadata"]["name"] == "shop-next")

    assert (phase(0), phase(481)) == ("Creating", "Available")
    (job,) = of_cluster(samples, "shop-next", listed(samples, 481))
    assert (job["spec"]["type"], job["status"]["status"]) == ("CreateCluster", "Success")
    assert (job["spec"]["resourcename"], job["spec"]["resourceid"]) == ("shop-next", job["spec"]["clusteruid"])


def test_other_projects() -> None:
    samples = Samples()
    assert len(listed(samples, project=1)) == 12
    assert listed(samples, project=2) == []
    assert {"CreateNodeBMS"} <= {job["spec"]["type"] for job, _parent in tree(listed(samples, project=1))}


def test_hundred_thousand_jobs_have_the_documented_size() -> None:
    samples = Samples(jobs=100_000)
    shop = samples.jobs_of(samples.projects[0].id)
    body = shop.body(START, False)
    jobs = json.loads(body)
    assert len(jobs) == 100_000
    assert 400 < len(body) / len(jobs) < 650
    assert gzip.decompress(shop.body(START, True)) == body
    assert shop.body(START + 1, False) is body, "encoded again without a change"
    later = START + 400 * NANOSECONDS
    assert gzip.decompress(shop.body(later, True)) == shop.body(later, False) != body
    assert len({job["metadata"]["uid"] for job in jobs}) == 100_000


def test_one_job_equals_its_list_entry() -> None:
    samples = Samples()
    shop = samples.jobs_of(samples.projects[0].id)
    for job in listed(samples, 300):
        assert json.loads(shop.job(job["metadata"]["uid"], START + 300 * NANOSECONDS)) == job
    assert shop.job("unknown", START) is None


def test_requests_served_at_the_same_time_may_come_in_any_order() -> None:
    samples = Samples()
    shop = samples.jobs_of(samples.projects[0].id)
    later = START + 300 * NANOSECONDS
    new = {job["metadata"]["uid"] for job in listed(samples, 300)} - {
        job["metadata"]["uid"] for job in listed(Samples())
    }
    assert new
    created = samples.create("shop-prod", "DeleteNode", later, 60, False).uid
    assert len(listed(samples)) == 60
    assert len(json.loads(shop.body(START, False, {"other"}))) == 60
    assert [shop.job(uid, START) for uid in (*new, created)] == [None] * (len(new) + 1)


def test_clock_never_goes_back() -> None:
    fixed = Clock(parse_moment("2026-01-02T03:04:05Z"))
    assert fixed.now() == fixed.now() == START
    fixed.advance(1.5)
    assert fixed.now() == START + 1_500_000_000
    with pytest.raises(ValueError, match="advance"):
        fixed.advance(-1)
    with pytest.raises(ValueError, match="advance"):
        fixed.advance(float("nan"))
    assert abs(Clock().now() - time.time_ns()) < NANOSECONDS


def test_a_job_is_listed_from_its_creation_on() -> None:
    """Also where a request that began before that is served after the job was added."""
    created = START + 2 * NANOSECONDS
    ends = created + NANOSECONDS, created + 2 * NANOSECONDS
    job_list = JobList([], [], START)
    job_list.add(Job("a", "CreateNode", Subject("c", "n", "node-1"), True, {}, created, *ends, "Success", "", None))
    for moment in (created - 1, created, created - 1, created + 1):
        is_listed = moment >= created
        assert job_list.has("a", moment) == is_listed
        assert [job["metadata"]["uid"] for job in json.loads(job_list.body(moment, False))] == ["a"] * is_listed
