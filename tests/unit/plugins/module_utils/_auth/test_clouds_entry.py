# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login that an entry of clouds.yaml leads to, and what options change in it."""

from __future__ import annotations

import typing as t

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    CloudEntry,
    Settings,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.cloud_entries import (
    AUTH,
    PASSWORD,
    SECRET_KEY,
    Entry,
    read,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport


@pytest.mark.parametrize(
    "keys",
    [
        {"ak": "some-ak", "sk": SECRET_KEY},
        {"access_key": "some-ak", "secret-key": SECRET_KEY, "security_token": "Zx9-session"},
        {"ak": "some-ak", "sk": SECRET_KEY, "token": "Zx9-session"},
        {"sk": SECRET_KEY},
    ],
)
@pytest.mark.parametrize("in_auth", [True, False])
@pytest.mark.parametrize("login", [{}, {"auth_type": "v3password"}, {"auth_type": "v3totp", "passcode": "1"}])
def test_keys_beside_another_login(write: t.Callable[..., None], keys: Entry, in_auth: bool, login: Entry) -> None:
    # keys for object storage, as in the documentation of Open Telekom Cloud
    auth = {name: value for name, value in AUTH.items() if "passcode" not in login or name != "password"}
    write({"mine": {"auth": {**auth, **(keys if in_auth else {})}, **({} if in_auth else keys), **login}})
    recorded = RecordedReport()
    found = read(recorded)
    assert isinstance(found.credential, CloudEntry)
    assert found.credential.login.plugin
    assert {value for name, value in keys.items() if value != "some-ak"} <= set(recorded.secrets)


def test_password_outside_of_auth_beside_keys(write: t.Callable[..., None]) -> None:
    auth = {name: value for name, value in AUTH.items() if name != "password"}
    write({"mine": {"auth": {**auth, "ak": "some-ak", "sk": SECRET_KEY}, "password": PASSWORD}})
    assert plugin_of(read())


@pytest.mark.parametrize("domain", ["user_domain_name", "domain_name", "project_domain_name"])
def test_domain_beside_a_token(write: t.Callable[..., None], domain: str) -> None:
    # otc-auth writes that of the user
    auth = {"auth_url": AUTH["auth_url"], "token": "Zx9-token", "project_name": "eu-de_team", domain: "d"}
    write({"mine": {"auth": {**auth, "username": "u"}, "auth_type": "token"}})
    assert plugin_of(read())._project_domain_name == "d"


def plugin_of(settings: Settings) -> t.Any:
    assert isinstance(settings.credential, CloudEntry)
    return settings.credential.login.plugin


@pytest.mark.parametrize(
    ("login", "user"),
    [
        ({"auth_type": "password"}, {"password": PASSWORD}),
        ({"auth_type": "v3password"}, {"password": PASSWORD}),
        ({"auth_type": "v3totp"}, {"passcode": "1"}),
        (
            {"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]},
            {"password": PASSWORD, "passcode": "1"},
        ),
    ],
)
@pytest.mark.parametrize("domain", [{"user_domain_name": "d"}, {"user-domain-id": "d"}, {"domain_name": "d"}])
@pytest.mark.parametrize("project", [{"project_name": "eu-de_x"}, {"tenant-name": "eu-de_x"}])
def test_project_is_in_the_domain_of_the_user(
    write: t.Callable[..., None], login: Entry, user: Entry, domain: Entry, project: Entry
) -> None:
    auth = {"auth_url": "https://iam.example.com/v3", "username": "u", **user, **domain, **project}
    write({"mine": {"auth": auth, **login}})
    plugin = plugin_of(read())
    found = {getattr(plugin, f"_project_domain_{kind}", None) for kind in ("name", "id")}
    found |= {getattr(plugin, f"project_domain_{kind}", None) for kind in ("name", "id")}
    assert found == {None, "d"}


@pytest.mark.parametrize("place", ["auth", "entry"])
@pytest.mark.parametrize("name", ["project_domain_name", "project-domain-id"])
@pytest.mark.parametrize("typed", [{}, {"project_name": "eu-de_new"}])
def test_project_in_another_domain(write: t.Callable[..., None], place: str, name: str, typed: Entry) -> None:
    auth = {key: value for key, value in AUTH.items() if key != "project_domain_name"}
    other = {name: "other"}
    write({"mine": {"auth": {**auth, **(other if place == "auth" else {})}, **(other if place == "entry" else {})}})
    plugin = plugin_of(read(**typed))
    assert {plugin._project_domain_name, plugin._project_domain_id} == {None, "other"}
    assert plugin._user_domain_name == "d"


def test_options_override_the_account_of_the_user(write: t.Callable[..., None]) -> None:
    write({"mine": {"auth": AUTH}})
    plugin = plugin_of(read(user_domain_id="other"))
    assert (plugin._user_domain_id, plugin._user_domain_name) == ("other", None)


@pytest.mark.parametrize(
    ("login", "expected"),
    [
        ({"auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]}, True),
        ({"auth_type": "v3multifactor", "auth_methods": "v3password,v3totp"}, True),
        ({"auth_type": "v3multifactor", "auth_methods": ["v3password"]}, False),
        ({"auth_type": "v3totp"}, True),
        ({"auth_type": "v3password"}, False),
        ({}, False),
    ],
)
def test_passcode_goes_only_where_it_belongs(write: t.Callable[..., None], login: Entry, expected: bool) -> None:
    auth = {name: value for name, value in AUTH.items() if name != "password" or login != {"auth_type": "v3totp"}}
    write({"mine": {"auth": auth, **login}})
    found = read(passcode="Zx9-code")
    assert isinstance(found.credential, CloudEntry)
    assert found.credential.login.sends_passcode is expected


@pytest.mark.parametrize(
    ("entry", "typed", "expected"),
    [
        ({"region_name": "eu-de"}, {}, ("eu-nl", "https://iam.eu-nl.otc.t-systems.com")),
        ({"region_name": "eu-de", "profile": "otc"}, {}, ("eu-nl", "https://iam.eu-nl.otc.t-systems.com")),
        ({"region_name": "eu-nl"}, {}, ("eu-nl", "https://iam.eu-nl.otc.t-systems.com")),
        # an option for the region counts
        ({"region_name": "eu-de"}, {"region": "eu-ch2"}, ("eu-ch2", "https://iam.eu-de.otc.t-systems.com/v3")),
        # a private host may serve all regions, and an unknown region may be a name of the cloud's own
        ({"auth": {"auth_url": "https://iam.example.com"}}, {}, ("eu-nl", "https://iam.example.com")),
        ({"region_name": "RegionOne"}, {}, ("RegionOne", "https://iam.eu-nl.otc.t-systems.com")),
    ],
)
def test_project_of_the_task_fixes_the_region(
    write: t.Callable[..., None], entry: Entry, typed: Entry, expected: tuple[str, str]
) -> None:
    auth = {**AUTH, "auth_url": "https://iam.eu-de.otc.t-systems.com/v3", **entry.get("auth", {})}
    if "profile" in entry:
        del auth["auth_url"]
    override = "https://cce.eu-de.otc.t-systems.com"
    write({"mine": {"cce_endpoint_override": override, **entry, "auth": auth}})
    recorded = RecordedReport()
    found = read(recorded, project_name="eu-nl_lab", **typed)
    assert (found.region, (found.auth_url or "").replace("/v3", "")) == (expected[0], expected[1].replace("/v3", ""))
    assert found.endpoint == (override if typed else None)
    if not typed:
        # what the entry has is passed over, and the log shows that
        assert any("cce_endpoint_override" in note and "eu-nl" in note for note in recorded.notes)


def test_options_are_not_passed_over(write: t.Callable[..., None]) -> None:
    urls = {"auth_url": "https://iam.eu-de.otc.t-systems.com/v3", "endpoint": "https://cce.eu-de.otc.t-systems.com"}
    write({"mine": {"auth": AUTH, "region_name": "eu-de"}})
    found = read(project_name="eu-nl_lab", **urls)
    assert {name: getattr(found, name) for name in urls} == urls
    assert plugin_of(found).auth_url == urls["auth_url"]
