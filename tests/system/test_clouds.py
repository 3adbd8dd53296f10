# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entries of clouds.yaml: openstacksdk logs in to a real Keystone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system import fronts
from ansible_collections.opentelekomcloud.cce.tests.system.conftest import OTHER_REGION, REGION, Cloud
from ansible_collections.opentelekomcloud.cce.tests.system.fronts import Authorities
from ansible_collections.opentelekomcloud.cce.tests.system.identity import passcode
from ansible_collections.opentelekomcloud.cce.tests.system.plugins import ask, play
from ansible_collections.opentelekomcloud.cce.tests.system.servers import call
from ansible_collections.opentelekomcloud.cce.tests.system.test_keystone import TOKEN_START, keystone_of, revoking

pytest.importorskip("openstack.config")

Entry = dict[str, Any]


class Files:
    """The files of the SDK, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
            "OS_CLIENT_SECURE_FILE": str(folder / "secure.yaml"),
        }

    def write(self, entry: Entry, secret: Entry | None = None) -> None:
        # JSON is YAML as well
        (self.folder / "clouds.yaml").write_text(json.dumps({"clouds": {"mine": entry}}), encoding="utf-8")
        if secret:
            (self.folder / "secure.yaml").write_text(json.dumps({"clouds": {"mine": secret}}), encoding="utf-8")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    made = Files(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def by_password(cloud: Cloud, **changes: Any) -> Entry:
    """An entry to log in with; changes are to its auth."""
    account = cloud.account
    auth = {
        "auth_url": account.url,
        "username": account.user.name,
        "password": account.user.password,
        "domain_name": account.domain_name,
        "project_name": next(iter(account.projects)),
    }
    auth = {name: value for name, value in {**auth, **changes}.items() if value is not None}
    return {"auth": auth, "region_name": REGION}


def works(cloud: Cloud, project: int = 0, **options: Any) -> None:
    outcome = ask({"cloud": "mine", "retries": 0, **options})
    assert outcome.found().project_id == list(cloud.account.projects.values())[project]
    assert [request["status"] for request in cloud.cce.requests()] == [200]
    assert TOKEN_START not in outcome.text()
    assert outcome.warnings == []


@pytest.mark.parametrize("url", ["with version", "without version", "with slash"])
@pytest.mark.parametrize("auth_type", [None, "password", "v3password"])
def test_password(cloud: Cloud, files: Files, auth_type: str | None, url: str) -> None:
    base = cloud.account.url.removesuffix("/v3")
    entry = by_password(cloud, auth_url={"with version": f"{base}/v3", "with slash": f"{base}/v3/"}.get(url, base))
    files.write({**entry, "auth_type": auth_type} if auth_type else entry)
    works(cloud)


def test_secure_file(cloud: Cloud, files: Files) -> None:
    files.write(by_password(cloud, password=None), {"auth": {"password": cloud.account.user.password}})
    works(cloud)


@pytest.mark.parametrize("auth_type", ["token", "v3token"])
def test_token(cloud: Cloud, files: Files, auth_type: str) -> None:
    token = keystone_of(cloud, cloud.account.user).issue()
    entry = by_password(cloud, username=None, password=None, token=token)
    files.write({**entry, "auth_type": auth_type})
    works(cloud)


@pytest.mark.parametrize("by_option", [False, True])
def test_second_factor(cloud: Cloud, files: Files, by_option: bool) -> None:
    user = cloud.account.user_with_second_factor
    assert user.key
    code = passcode(user.key)
    entry = by_password(cloud, username=user.name, password=user.password, passcode=None if by_option else code)
    files.write({**entry, "auth_type": "v3multifactor", "auth_methods": ["v3password", "v3totp"]})
    works(cloud, **({"passcode": code} if by_option else {}))


def test_application_credential(cloud: Cloud, files: Files) -> None:
    token = keystone_of(cloud, cloud.account.user).issue()
    url = cloud.account.url
    user_id = call("GET", f"{url}/auth/tokens", X_Auth_Token=token, X_Subject_Token=token).json()["token"]["user"]["id"]
    made = call(
        "POST",
        f"{url}/users/{user_id}/application_credentials",
        {"application_credential": {"name": "tests"}},
        X_Auth_Token=token,
    ).json()["application_credential"]
    auth = {
        "auth_url": url,
        "application_credential_id": made["id"],
        "application_credential_secret": made["secret"],
    }
    files.write({"auth_type": "v3applicationcredential", "auth": auth, "region_name": REGION})
    works(cloud)


def test_options_beat_the_entry(cloud: Cloud, files: Files) -> None:
    files.write(by_password(cloud, project_id="0" * 32, user_domain_name=cloud.account.domain_name, domain_name=None))
    works(cloud, project=1, project_name="no-region", region=OTHER_REGION)
    [request] = cloud.cce.requests()
    assert request["headers"]["host"].partition(":")[0] == "localhost"


def test_environment_makes_no_cloud_and_moves_no_credential(
    cloud: Cloud, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write(by_password(cloud))
    environment = {"OS_CLOUD": "mine", "OS_AUTH_URL": "https://iam.example.com", "OS_USER_DOMAIN_NAME": "another"}
    for name, value in {**environment, "OS_PROJECT_DOMAIN_NAME": "another"}.items():
        monkeypatch.setenv(name, value)
    assert ask({"retries": 0}, environment).found()


@pytest.mark.parametrize(
    "changes", [{"password": "wrong-one"}, {"username": "unknown"}, {"project_name": f"{REGION}_closed"}]
)
def test_refused(cloud: Cloud, files: Files, changes: Entry) -> None:
    files.write(by_password(cloud, **changes))
    outcome = ask({"cloud": "mine", "retries": 0})
    error = outcome.failed("authentication")
    assert (error.http_status, cloud.cce.requests()) == (401, [])
    assert f"cloud 'mine' in {files.folder}" in str(error)
    assert error.url == f"{cloud.account.url}/auth/tokens"
    assert "wrong-one" not in outcome.text()
    assert cloud.account.user.password not in outcome.text()


def test_url_that_is_not_iam(cloud: Cloud, files: Files) -> None:
    files.write(by_password(cloud, auth_url=f"{cloud.account.url}/nothing"))
    assert "auth_url" in str(ask({"cloud": "mine", "retries": 0}).failed("not_found"))


def test_token_that_dies_after_the_login_is_renewed(cloud: Cloud, files: Files) -> None:
    files.write(by_password(cloud))
    with revoking(cloud, times=1) as endpoint:
        ask({"cloud": "mine", "endpoint": endpoint}).found()
    assert [request["status"] for request in cloud.cce.requests()] == [401, 200]


# ---------------------------------------------------------------------------------------------------------------------
# certificates


@pytest.fixture
def iam_by_tls(cloud: Cloud, certificates: Path, authorities: Authorities, tmp_path: Path) -> Iterator[str]:
    assert authorities
    (tmp_path / "front").mkdir()
    for name in ("good", "other-name", "expired"):
        (tmp_path / "front" / f"{name}.pem").write_bytes((certificates / f"{name}.pem").read_bytes())
    with fronts.tls_front(tmp_path / "front", cloud.account.url.removesuffix("/v3")) as front:
        yield f"{front.url}/v3"


def test_trust(cloud: Cloud, files: Files, iam_by_tls: str, authorities: Authorities) -> None:
    entry = by_password(cloud, auth_url=iam_by_tls)
    outcomes = [
        ({}, {}, False),
        ({"cacert": authorities.right}, {}, True),
        ({"cacert": authorities.wrong}, {}, False),
        ({"verify": False}, {}, True),
        ({"verify": False}, {"validate_certs": True}, False),
        ({"verify": False}, {"ca_cert": authorities.wrong}, False),
        ({"cacert": authorities.wrong}, {"ca_cert": authorities.right}, True),
        ({"cacert": authorities.wrong}, {"validate_certs": False}, True),
    ]
    for verification, options, fine in outcomes:
        files.write({**entry, **verification})
        outcome = ask({"cloud": "mine", "retries": 0, **options})
        if fine:
            outcome.found()
        else:
            outcome.failed("tls")


# ---------------------------------------------------------------------------------------------------------------------
# playbooks


def test_playbook(cloud: Cloud, files: Files, tmp_path: Path) -> None:
    files.write(by_password(cloud, password=None), {"auth": {"password": cloud.account.user.password}})
    output = play(tmp_path, {"cloud": "mine", "retries": 0}, "success", **files.environment)
    assert len(cloud.cce.requests()) == 2
    assert cloud.account.user.password not in output
    assert TOKEN_START not in output


def test_playbook_with_a_wrong_password(cloud: Cloud, files: Files, tmp_path: Path) -> None:
    files.write(by_password(cloud, password="wrong-one"))
    output = play(tmp_path, {"retries": 0}, "authentication", OS_CLOUD="mine", **files.environment)
    assert "wrong-one" not in output
    assert TOKEN_START not in output
