# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Regions: what is known of them, and where their public hosts are."""

from __future__ import annotations

import pytest

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.regions import (
    known_region,
    project_prefix,
    public_host,
    region_of_host,
    region_of_project,
    region_of_zone,
)

HOSTS = [
    ("eu-de", "cce.eu-de.otc.t-systems.com", "iam.eu-de.otc.t-systems.com"),
    ("eu-nl", "cce.eu-nl.otc.t-systems.com", "iam.eu-nl.otc.t-systems.com"),
    ("eu-ch2", "cce.eu-ch2.sc.otc.t-systems.com", "iam-pub.eu-ch2.sc.otc.t-systems.com"),
    ("eu-west-101", "cce.eu-west-101.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"),
    ("cn-north-4", "cce.cn-north-4.myhuaweicloud.com", "iam.cn-north-4.myhuaweicloud.com"),
    ("ap-southeast-1", "cce.ap-southeast-1.myhuaweicloud.com", "iam.ap-southeast-1.myhuaweicloud.com"),
]


@pytest.mark.parametrize(("region", "cce", "iam"), HOSTS)
def test_known_region_and_its_hosts(region: str, cce: str, iam: str) -> None:
    assert known_region(region)
    assert (public_host("cce", region), public_host("iam", region)) == (cce, iam)
    for host in (cce, iam, cce.upper(), f"{iam}.", f"other.service.{cce}"):
        assert region_of_host(host) == region


@pytest.mark.parametrize(
    "region", ["", None, "eu-dee", "eu", "EU-DE", "xx-north-4", "cn-north-", "cn-north-4x", "team"]
)
def test_unknown_region(region: str | None) -> None:
    assert not known_region(region)
    assert public_host("cce", region) is None
    assert region_of_project(region) is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "cce.example.com",
        "10.0.0.1",
        "eu-de.otc.t-systems.com",
        "cce.eu-xx.otc.t-systems.com",
        "cce.eu-de.otc.t-systems.com.example.com",
        "cce.noteu-de.otc.t-systems.com",
        "iam.myhuaweicloud.com",
        "cce.eu-de.myhuaweicloud.org",
    ],
)
def test_host_that_tells_no_region(host: str | None) -> None:
    assert region_of_host(host) is None


@pytest.mark.parametrize(
    ("name", "prefix", "region"),
    [
        ("eu-de", "eu-de", "eu-de"),
        ("eu-de_team", "eu-de", "eu-de"),
        ("eu-nl_a_b", "eu-nl", "eu-nl"),
        ("cn-north-4_x", "cn-north-4", "cn-north-4"),
        ("team", "team", None),
        ("team_eu-de", "team", None),
        ("_eu-de", None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_region_of_project(name: str | None, prefix: str | None, region: str | None) -> None:
    assert project_prefix(name) == prefix
    assert region_of_project(name) == region


@pytest.mark.parametrize(
    ("zone", "region"),
    [
        ("eu-de-01", "eu-de"),
        ("eu-de-03", "eu-de"),
        ("eu-nl-02", "eu-nl"),
        ("eu-ch2a", "eu-ch2"),
        ("eu-west-101a", "eu-west-101"),
        ("cn-north-4a", "cn-north-4"),
        ("ap-southeast-1c", "ap-southeast-1"),
        ("eu-de", None),
        ("eu-de-1", None),
        ("eu-de-001", None),
        ("eu-dea", None),
        ("xx-north-4a", None),
        ("lab-01", None),
        ("eu-de-01\n", None),
        ("", None),
        (None, None),
    ],
)
def test_region_of_zone(zone: str | None, region: str | None) -> None:
    assert region_of_zone(zone) == region
