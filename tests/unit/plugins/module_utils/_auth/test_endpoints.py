# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where IAM and CCE are: public hosts by region, and catalogs of every shape."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.logins import (
    BY_KEY,
    BY_PASSWORD,
    BY_TOKEN,
    identity_for,
    login,
    refusal,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import (
    RecordedReport,
    Server,
    response,
)


def entry(kind: t.Any, *endpoints: t.Any) -> dict[str, t.Any]:
    return {"type": kind, "name": "any", "endpoints": list(endpoints)}


def at(url: t.Any, region: t.Any = "eu-de", interface: t.Any = "public") -> dict[str, t.Any]:
    return {"url": url, "region": region, "region_id": region, "interface": interface}


PUBLIC = "https://cce.eu-de.otc.t-systems.com"

CATALOGS: dict[str, tuple[t.Any, str]] = {
    "newer type first": ([entry("cce", at("https://old")), entry("ccev2.0", at("https://new"))], "https://new"),
    "older type": ([entry("cce", at("https://old/api/v1")), entry("compute", at("https://x"))], "https://old"),
    "older type of this region": (
        [entry("cce", at("https://old")), entry("ccev2.0", at("https://new", "eu-nl"), at("https://y", "x"))],
        "https://old",
    ),
    "path and query dropped": ([entry("ccev2.0", at("https://a:8443/p/$(tenant_id)s?x=1"))], "https://a:8443"),
    "plain http": ([entry("ccev2.0", at("http://a"))], "http://a"),
    "region": (
        [entry("ccev2.0", at("https://nl", "eu-nl"), at("https://de"), at("https://ch", "eu-ch2"))],
        "https://de",
    ),
    "any region": ([entry("ccev2.0", at("https://nl", "eu-nl"), at("https://all", "*"))], "https://all"),
    "region by id only": ([entry("ccev2.0", {"url": "https://de", "region_id": "eu-de"})], "https://de"),
    "region by name only": ([entry("ccev2.0", {"url": "https://de", "region": "eu-de"})], "https://de"),
    "no region": ([entry("ccev2.0", {"url": "https://de"}, {"url": "https://x"})], PUBLIC),
    "internal": ([entry("ccev2.0", at("https://x", interface="internal"), at("https://de"))], "https://de"),
    "only internal": ([entry("ccev2.0", at("https://x", interface="admin"))], PUBLIC),
    "other region only": ([entry("ccev2.0", at("https://nl", "eu-nl"), at("https://ch", "eu-ch2"))], PUBLIC),
    "empty": ([], PUBLIC),
    "none": (None, PUBLIC),
    "an object": ({"type": "cce"}, PUBLIC),
    "entries of other types": ([None, 5, "cce", ["cce"], {"type": ["ccev2.0"]}, entry(None)], PUBLIC),
    "endpoints of other types": ([{"type": "cce", "endpoints": {"url": "https://x"}}], PUBLIC),
    "URLs of other types": (
        [entry("cce", None, "https://x", at(None), at(5), at(["https://x"]), at({}))],
        PUBLIC,
    ),
    "regions of other types": (
        [entry("cce", at("https://x", ["eu-de"]), at("https://y", {"eu-de": 1}), at("https://z", 5))],
        PUBLIC,
    ),
    "interfaces of other types": ([entry("cce", at("https://x", interface=["public"]))], PUBLIC),
    "URLs that cannot be used": (
        [entry("cce", at("https://["), at("https://"), at("ftp://x"), at("x"), at(""), at("//x"))],
        PUBLIC,
    ),
    "hosts that cannot be used": (
        [
            entry(
                "ccev2.0",
                at("http://a b/"),
                at("http://a%20b/"),
                at("https://１２７.0.0.1"),
                at("https://cce.exämple.com"),
                at("https://user:secret@cce.example.com"),
                at("https://a..b"),
                at("https://a:0"),
                at("https://a:99999"),
                at("https://a:b"),
                at("https://\ud800"),
                at("https://a\\b"),
            )
        ],
        PUBLIC,
    ),
    "IPv6": ([entry("ccev2.0", at("https://[2001:db8::1]:8443/x"))], "https://[2001:db8::1]:8443"),
}


@pytest.mark.parametrize(("catalog", "endpoint"), CATALOGS.values(), ids=CATALOGS)
def test_endpoint_from_the_catalog(catalog: t.Any, endpoint: str) -> None:
    body = {"token": {"project": {"id": "p1", "name": "eu-de_test"}, "catalog": catalog}}
    with Server(login(body)) as server:
        assert identity_for(**BY_PASSWORD, region="eu-de", project_id="p1", auth_url=server.url).endpoint == endpoint
        assert (
            identity_for(**BY_PASSWORD, endpoint="https://own/prefix/", project_id="p1", auth_url=server.url).endpoint
            == "https://own/prefix"
        )


@pytest.mark.parametrize(
    ("typed", "project", "catalog", "endpoint"),
    [
        # the project's name begins with the region, in the options and in the response
        (
            {"project_name": "eu-nl_team"},
            {},
            [entry("cce", at("https://de"), at("https://nl", "eu-nl"))],
            "https://nl",
        ),
        (
            {"project_id": "p1"},
            {"name": "eu-nl"},
            [entry("cce", at("https://de"), at("https://nl", "eu-nl"))],
            "https://nl",
        ),
        # a region that is only presumed does not rule out the only URL in the catalog
        ({"project_name": "Keystone"}, {}, [entry("ccev2.0", at("https://a", "RegionOne"))], "https://a"),
        ({"project_id": "p1"}, {}, [entry("ccev2.0", at("https://a", "RegionOne"))], "https://a"),
        # the option takes precedence over the name
        ({"project_name": "eu-de", "region": "eu-nl"}, {"name": "eu-de"}, [], "https://cce.eu-nl.otc.t-systems.com"),
        ({"project_name": "eu-ch2_x"}, {}, None, "https://cce.eu-ch2.sc.otc.t-systems.com"),
    ],
)
def test_region_of_the_project(typed: dict[str, str], project: dict[str, str], catalog: t.Any, endpoint: str) -> None:
    body = {"token": {"project": {"id": "p1", **project}, "catalog": catalog}}
    with Server(login(body)) as server:
        assert identity_for(**BY_PASSWORD, **typed, auth_url=server.url).endpoint == endpoint


def test_no_region_does_not_match_a_missing_region() -> None:
    catalog = [entry("cce", {"url": "https://x", "region": "eu-nl"}, {"url": "https://y", "region": "eu-de"})]
    with Server(login({"token": {"project": {"id": "p1"}, "catalog": catalog}})) as server:
        error = refusal(**BY_PASSWORD, project_id="p1", auth_url=server.url)
    assert "endpoint" in str(error)
    assert "region" in str(error)
    assert error.kind == "option"


HOSTS = {
    "eu-de": ("iam.eu-de.otc.t-systems.com", "cce.eu-de.otc.t-systems.com"),
    "eu-nl": ("iam.eu-nl.otc.t-systems.com", "cce.eu-nl.otc.t-systems.com"),
    "eu-ch2": ("iam-pub.eu-ch2.sc.otc.t-systems.com", "cce.eu-ch2.sc.otc.t-systems.com"),
    "eu-west-101": ("iam.eu-west-101.myhuaweicloud.eu", "cce.eu-west-101.myhuaweicloud.eu"),
    "cn-north-4": ("iam.cn-north-4.myhuaweicloud.com", "cce.cn-north-4.myhuaweicloud.com"),
    "ap-southeast-1": ("iam.ap-southeast-1.myhuaweicloud.com", "cce.ap-southeast-1.myhuaweicloud.com"),
}


@pytest.mark.parametrize("region", HOSTS)
@pytest.mark.parametrize("given", ["region", "project_name"])
def test_public_hosts(region: str, given: str) -> None:
    iam, cce = HOSTS[region]
    names = {"region": region, "project_name": "any"} if given == "region" else {"project_name": f"{region}_team"}
    assert identity_for(**BY_TOKEN, region=region, project_id="p1").endpoint == f"https://{cce}"
    # this proxy shows the target of a call, and lets nothing through
    with Server(response(403, "")) as proxy:
        for credential in (BY_PASSWORD, BY_TOKEN, BY_KEY):
            refusal(**credential, **names, proxy=proxy.url)
        assert [request.target for request in proxy.requests] == [f"{iam}:443"] * 3


@pytest.mark.parametrize("region", ["eu-dee", "EU-DE", "eu-west-102", "de", "cn", "cn-north-4.evil.example", "eu-de/x"])
def test_unknown_regions(region: str) -> None:
    with Server() as server:
        for credential in (BY_TOKEN, BY_KEY):
            error = refusal(**credential, region=region, project_name="x", auth_url=server.url)
            assert f"'{region}'" in str(error)
            assert "endpoint" in str(error)
            assert error.kind == "option"
        error = refusal(**BY_PASSWORD, region=region, project_name="x", endpoint=server.url)
        assert f"'{region}'" in str(error)
        assert "auth_url" in str(error)
        assert server.requests == []


@pytest.mark.parametrize("credential", ["password", "cloud"])
def test_plain_http_from_the_catalog_of_an_https_login(
    credential: str, trusted: t.Any, write: t.Callable[..., None]
) -> None:
    with Server(tls=trusted.context) as iam:
        user = {"id": "u", "name": "u", "domain": {"id": "d", "name": "d"}}
        project = {"id": "p1", "name": "eu-de_x", "domain": {"id": "d", "name": "d"}}
        url = "http://cce.example.test"
        iam.responses = [login({"token": {"user": user, "project": project, "catalog": [entry("cce", at(url))]}})]
        typed: dict[str, t.Any] = {"ca_cert": trusted.authority, "retries": 0}
        if credential == "cloud":
            auth = {"auth_url": iam.url, "username": "u", "password": "Zx9-password", "user_domain_name": "d"}
            write({"mine": {"auth": {**auth, "project_name": "eu-de_x"}}})
            typed.update(cloud="mine")
        else:
            typed.update(**BY_PASSWORD, project_name="eu-de_x", auth_url=iam.url)
        recorded = RecordedReport()
        with pytest.raises(CceError) as caught:
            find_jobs(read_request(MODULE, typed, {}, {}), "tests", recorded.report)
        assert caught.value.kind == "response"
        for fact in (url, iam.url, "endpoint"):
            assert fact in str(caught.value)
        assert (len(iam.requests), recorded.warnings) == (1, [])


def test_plain_http_on_this_machine_is_no_loss(trusted: t.Any) -> None:
    with Server() as cce, Server(tls=trusted.context) as iam:
        project = {"id": "p1", "name": "eu-de_x"}
        iam.responses = [login({"token": {"project": project, "catalog": [entry("cce", at(cce.url))]}})]
        typed = {**BY_PASSWORD, "project_name": "eu-de_x", "auth_url": iam.url, "ca_cert": trusted.authority}
        assert find_jobs(read_request(MODULE, typed, {}, {}), "tests", RecordedReport().report).jobs == []
