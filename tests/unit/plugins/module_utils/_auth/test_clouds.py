# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of clouds.yaml: what they add to the settings, and which ones are refused."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    AccessKeyCredential,
    CloudEntry,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.cloud_entries import (
    AUTH,
    KEY,
    PASSWORD,
    SECRET_KEY,
    Entry,
    read,
    refusal,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport


def test_settings_from_an_entry(write: t.Callable[..., None], tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    write({"mine": {"auth": AUTH, "region_name": "eu-de", "cacert": str(authority), "interface": "internal"}})
    recorded = RecordedReport()
    found = read(recorded)
    assert (found.region, found.project_name, found.project_id) == ("eu-de", "eu-de_team", None)
    assert (found.auth_url, found.verify) == ("https://iam.example.com/v3", str(authority))
    assert isinstance(found.credential, CloudEntry)
    assert found.credential.login.interfaces == ("internal",)
    assert set(recorded.secrets) == {PASSWORD}
    assert "Zx9" not in repr(found)


def test_options_override_the_entry(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({"mine": {"auth": {**AUTH, "project_id": "old"}, "region_name": "eu-de", "cacert": "/missing", "verify": 0}})
    authority = tmp_path / "ca.pem"
    authority.touch()
    typed = {
        "region": "eu-nl",
        "project_name": "eu-nl_new",
        "endpoint": "https://cce",
        "auth_url": "https://other/v3",
        "ca_cert": str(authority),
    }
    found = read(**typed)
    assert {**typed, "ca_cert": found.verify} == {
        **{name: getattr(found, name) for name in typed if name != "ca_cert"},
        "ca_cert": str(authority),
    }
    assert found.project_id is None
    plugin = t.cast(CloudEntry, found.credential).login.plugin
    assert plugin.auth_url == "https://other/v3"
    assert (plugin._project_id, plugin._project_name) == (None, "eu-nl_new")


@pytest.mark.parametrize(
    ("verification", "typed", "expected"),
    [
        ({}, {}, True),
        ({"verify": False}, {}, False),
        ({"verify": "false"}, {}, False),
        ({"insecure": True}, {}, False),
        ({"verify": False}, {"validate_certs": True}, True),
        ({"insecure": True}, {"validate_certs": True}, True),
        ({"verify": True}, {"validate_certs": False}, False),
    ],
)
def test_trust(write: t.Callable[..., None], verification: Entry, typed: Entry, expected: bool) -> None:
    write({"mine": {"auth": AUTH, **verification}})
    assert read(**typed).verify is expected


@pytest.mark.parametrize(
    ("auth", "more", "typed", "region"),
    [
        ({}, {}, {}, "eu-de"),
        ({"project_name": "eu-nl_team"}, {}, {}, "eu-nl"),
        ({"project_name": "elsewhere"}, {}, {}, "eu-de"),
        ({"project_name": "eu-nl_team"}, {"region_name": "eu-de"}, {}, "eu-de"),
        ({}, {}, {"project_name": "eu-nl_team"}, "eu-nl"),
        ({}, {"region_name": "eu-de"}, {"region": "eu-nl"}, "eu-nl"),
    ],
)
def test_profile(write: t.Callable[..., None], auth: Entry, more: Entry, typed: Entry, region: str) -> None:
    whole = {name: value for name, value in {**AUTH, **auth}.items() if name != "auth_url"}
    write({"mine": {"profile": "otc", "auth": whole, **more}})
    found = read(**typed)
    assert (found.region, found.auth_url) == (region, f"https://iam.{region}.otc.t-systems.com/v3")


def test_profile_without_a_scheme(write: t.Callable[..., None]) -> None:
    whole = {name: value for name, value in AUTH.items() if name != "auth_url"}
    write({"mine": {"profile": "otc-swiss", "auth": whole}})
    assert read().auth_url == "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"auth": {name: value for name, value in AUTH.items() if name != "auth_url"}}, "add auth_url"),
        ({"auth": {name: value for name, value in AUTH.items() if name != "password"}}, "add password"),
        ({"auth": AUTH, "auth_type": "unknown"}, "'unknown'"),
        ({"auth": {**AUTH, "auth_url": f"https://u:{PASSWORD}@iam.example.com"}}, "auth_url"),
        # the SDK's own reason: the key, the type, the missing options
        ({"auth": {**AUTH, "strange": PASSWORD}}, "strange"),
        ({"auth": {**AUTH, "strange": PASSWORD}, "auth_type": "v3password"}, "strange"),
        ({"auth": {**AUTH, "strange": PASSWORD}, "auth_type": "v3multifactor", "auth_methods": ["v3totp"]}, "strange"),
        ({"auth": {**AUTH, "auth_url": "{strange}"}}, "strange"),
        ({"auth": {**AUTH, "auth_url": 7}}, "auth_url"),
        ({"auth": {**AUTH, "auth_url": [PASSWORD]}}, "auth_url"),
        ({"auth": AUTH, "auth_type": 7}, "auth_type '7'"),
        ({"auth": AUTH, "auth_type": "v3multifactor"}, "methods"),
        ({"auth": AUTH, "auth_type": "v3multifactor", "auth_methods": [PASSWORD]}, "********"),
        ({"auth": AUTH, "external_network": "a", "networks": []}, "external_network"),
        ({"auth": AUTH, "cert": "/missing"}, "/missing (cert"),
        ({"auth": AUTH, "cert": "~/missing", "key": "/other"}, "missing (cert"),
        ({"auth": AUTH, "cert": __file__, "key": "/missing"}, "/missing (key"),
        ({"auth": AUTH, "profile": "https://example.com"}, "clouds-public.yaml"),
        ({"auth": AUTH, "profile": 7}, "clouds-public.yaml"),
        ({"auth": AUTH, "cacert": "/missing"}, "/missing (cacert"),
        ({"auth": {"ak": "a"}}, "sk is missing"),
        ({"auth": {"sk": SECRET_KEY}}, "ak is missing"),
        ({"auth": {"ak": "a b", "sk": SECRET_KEY}}, "ak of cloud 'mine'"),
        ({"auth": {"ak": "a", "sk": SECRET_KEY}, "region_name": "eu-de"}, "project_id"),
        ({"auth": KEY}, "endpoint"),
    ],
)
def test_unusable_entry(write: t.Callable[..., None], entry: Entry, words: str) -> None:
    write({"mine": entry})
    assert words in refusal()


def test_unknown_region(write: t.Callable[..., None]) -> None:
    write({"mine": {"auth": AUTH, "regions": ["eu-de", {"name": "eu-nl"}]}})
    assert read(region="eu-nl").region == "eu-nl"
    assert "eu-de, eu-nl" in refusal(region="eu-ch2")


@pytest.mark.parametrize(
    ("entry", "security_token"),
    [
        ({"auth": KEY}, None),
        ({**KEY, "auth": {}}, None),
        ({**KEY, "sk": SECRET_KEY, "auth": {}, "security-token": "Zx9{}{session"}, "Zx9{}{session"),
        ({"auth": {"project_id": "some-project"}, "access_key": "some-ak", "secret-key": SECRET_KEY}, None),
        ({"auth": {**KEY, "security_token": "Zx9-session"}}, "Zx9-session"),
        ({"auth": {**KEY, "token": "Zx9-session"}}, "Zx9-session"),
        ({"profile": "otc", "auth": KEY}, None),
        ({"auth": KEY, "auth_type": "password"}, None),
        ({"auth": {**KEY, "username": "u", "user_domain_name": "d"}}, None),
        # written by otc-auth
        ({"auth": {**AUTH, **KEY}, "auth_type": "aksk"}, None),
    ],
)
def test_access_key(write: t.Callable[..., None], entry: Entry, security_token: str | None) -> None:
    write({"mine": {"region_name": "eu-de", **entry}})
    recorded = RecordedReport()
    found = read(recorded, signature="access")
    assert found.credential == AccessKeyCredential("some-ak", SECRET_KEY, security_token, "access")
    assert (found.project_id, found.region) == ("some-project", "eu-de")
    assert {SECRET_KEY, security_token} - {None} <= set(recorded.secrets)


def test_the_environment_is_not_a_cloud(write: t.Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK would make one of it, with a name of its own."""
    write({"mine": {"auth": AUTH}})
    for name, value in AUTH.items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    assert "mine" in refusal(cloud="envvars")
