# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connection settings: defaults, what is missing, and secrets."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible.module_utils")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import (
    Agency,
    InstanceCredential,
    Settings,
)
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.sources import OptionValue
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import (
    CONNECTION,
    CONNECTION_BY_NAME,
    Option,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import (
    ACCESS_KEY,
    CLOUD,
    ENOUGH,
    INSTANCE,
    PASSWORD,
    PROXY,
    PROXY_SECRETS,
    SECRETS,
    TOKEN,
    WHERE,
    WITH_SECRETS,
    in_environment,
    recognizable,
    refusal,
    settings,
    with_enough,
)

# where settings hold the value of an option, if not in a part that has its name
PARTS: dict[str, t.Callable[[Settings], t.Any]] = {
    "validate_certs": lambda found: found.verify,
    "ca_cert": lambda found: None if found.verify is True else found.verify,
    "token": lambda found: getattr(found.credential, "token", None),
    "cloud": lambda found: getattr(found.credential, "name", None),
    "instance_agency": lambda found: isinstance(found.credential, InstanceCredential),
    **{f"agency_{name}": lambda found: found.agency for name in ("name", "domain_name", "domain_id")},
    "projects": lambda found: found.projects or None,
}


@pytest.mark.parametrize("option", CONNECTION, ids=lambda option: option.name)
def test_defaults_are_those_of_the_table(option: Option) -> None:
    of_key = option.name in ("access_key", "secret_key", "security_token", "signature")
    credential = ACCESS_KEY if of_key else INSTANCE if option.name == "metadata_url" else PASSWORD
    urls = {"auth_url": "https://iam", "endpoint": "https://cce"}
    complete = {**credential, **urls, **WHERE, "project_name": "team", "user_domain_id": "d"}
    given = {name: value for name, value in complete.items() if name != option.name}
    if option.name in ("access_key", "secret_key", "username", "password"):
        # the login method is incomplete without it
        assert option.default is None
        assert option.name in refusal(settings, given)
        return
    found = settings(given)
    holder = found.credential if hasattr(found.credential, option.name) else found
    read = PARTS.get(option.name, lambda _: getattr(holder, option.name))
    assert read(found) == option.default


# ---------------------------------------------------------------------------------------------------------------------
# project and URLs


@pytest.mark.parametrize("name", ["ca.pem", "."])
def test_ca_cert_is_a_file_or_a_directory(tmp_path: Path, name: str) -> None:
    (tmp_path / "ca.pem").touch()
    path = str(tmp_path / name)
    assert with_enough(ca_cert=path).verify == path


@pytest.mark.parametrize("validate_certs", [True, False])
def test_ca_cert_that_is_not_found(tmp_path: Path, validate_certs: bool) -> None:
    path = str(tmp_path / "none.pem")
    typed = {**ENOUGH, "ca_cert": path, "validate_certs": validate_certs}
    if validate_certs:
        text = refusal(settings, typed)
        assert path in text
        assert "option ca_cert" in text
    else:
        assert settings(typed).verify is False


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD])
def test_no_project(credential: dict[str, str]) -> None:
    text = refusal(settings, {**credential, "region": "eu-de"})
    assert "project_id (OS_PROJECT_ID)" in text
    assert "project_name (OS_PROJECT_NAME)" in text


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY])
def test_no_endpoint(credential: dict[str, str]) -> None:
    text = refusal(settings, {**credential, "project_id": "p", "auth_url": "https://iam"})
    assert "endpoint (OS_CCE_ENDPOINT_OVERRIDE)" in text
    assert "region (OS_REGION_NAME)" in text


def test_no_iam_url() -> None:
    text = refusal(settings, {**PASSWORD, "project_id": "p", "endpoint": "https://cce"})
    assert "auth_url (OS_AUTH_URL)" in text
    assert "region (OS_REGION_NAME)" in text


@pytest.mark.parametrize(
    "typed",
    [
        {**TOKEN, "project_id": "p", "endpoint": "https://cce"},
        {**TOKEN, "project_id": "p", "region": "eu-de"},
        {**TOKEN, "project_name": "eu-de_team"},
        {**ACCESS_KEY, "project_name": "eu-de_team"},
        {**PASSWORD, "project_name": "eu-de_team"},
        {**PASSWORD, "project_id": "p", "auth_url": "https://iam"},
        {**PASSWORD, "project_id": "p", "region": "eu-de"},
    ],
)
def test_enough_to_make_a_call(typed: dict[str, str]) -> None:
    found = settings(typed)
    assert {name: getattr(found, name) for name in typed if hasattr(found, name)} == {
        name: value for name, value in typed.items() if hasattr(found, name)
    }


# ---------------------------------------------------------------------------------------------------------------------
# agencies

ACCOUNT = {"agency_domain_name": "account"}


@pytest.mark.parametrize("account", [ACCOUNT, {"agency_domain_id": "id"}, {**ACCOUNT, "agency_domain_id": "id"}])
@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD])
def test_agency(credential: dict[str, str], account: dict[str, str]) -> None:
    found = settings({**credential, **WHERE, **account, "agency_name": "reader"})
    assert found.agency == Agency("reader", account.get("agency_domain_name"), account.get("agency_domain_id"))
    # either half from elsewhere
    assert settings({**credential, **WHERE, "agency_name": "reader"}, {}, in_environment(account)) == found
    assert settings({**credential, **WHERE, **account}, {}, {"OS_AGENCY_NAME": "reader"}) == found


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD, CLOUD])
def test_agency_without_its_account(credential: dict[str, str]) -> None:
    for arguments, label in (
        (({**credential, **WHERE, "agency_name": "reader"},), "option agency_name "),
        (({**credential, **WHERE}, {"agency_name": "reader"}), "variable opentelekomcloud_cce_agency_name "),
        ((WHERE, {}, {**in_environment(credential), "OS_AGENCY_NAME": "reader"}), "variable OS_AGENCY_NAME "),
    ):
        if credential is CLOUD and "OS_" in label:
            # the environment adds nothing to a cloud
            assert settings(*arguments).agency is None
            continue
        text = refusal(settings, *arguments)
        assert label in text
        assert "agency_domain_name (OS_AGENCY_DOMAIN_NAME)" in text
        assert "agency_domain_id (OS_AGENCY_DOMAIN_ID)" in text


@pytest.mark.parametrize("name", ["agency_domain_name", "agency_domain_id"])
def test_account_without_its_agency(name: str) -> None:
    for arguments, label in (
        (({**ENOUGH, name: "account"},), f"option {name} "),
        ((ENOUGH, {name: "account"}), f"variable opentelekomcloud_cce_{name} "),
        ((ENOUGH, {}, in_environment({name: "account"})), f"variable {CONNECTION_BY_NAME[name].environment[0]} "),
    ):
        text = refusal(settings, *arguments)
        assert label in text
        assert "agency_name (OS_AGENCY_NAME)" in text


def test_server_needs_nothing_but_its_agency() -> None:
    found = settings(INSTANCE)
    assert found.credential == InstanceCredential("http://169.254.169.254", "scope")
    assert found.project_id is found.project_name is found.region is None
    found = settings({**INSTANCE, "signature": "access", "metadata_url": "http://[fe80::a9fe:a9fe]:8775/"})
    assert found.credential == InstanceCredential("http://[fe80::a9fe:a9fe]:8775", "access")
    assert found.secrets() == []


def test_project_of_the_server_is_not_one_of_another_agency() -> None:
    typed = {**INSTANCE, **ACCOUNT, "agency_name": "reader"}
    assert "project_id (OS_PROJECT_ID)" in refusal(settings, typed)
    assert settings({**typed, "project_name": "team"}).agency


@pytest.mark.parametrize("credential", [TOKEN, ACCESS_KEY, PASSWORD])
def test_agency_requires_iam(credential: dict[str, str]) -> None:
    typed = {**credential, **ACCOUNT, "agency_name": "reader", "project_id": "p", "endpoint": "https://cce"}
    assert "auth_url (OS_AUTH_URL)" in refusal(settings, typed)
    assert settings({**typed, "auth_url": "https://iam"}).agency


def test_agency_on_top_of_a_token_needs_no_endpoint() -> None:
    typed = {**ACCOUNT, "agency_name": "reader", "project_id": "p", "auth_url": "https://iam"}
    assert settings({**TOKEN, **typed}).endpoint is None
    assert "endpoint (OS_CCE_ENDPOINT_OVERRIDE)" in refusal(settings, {**ACCESS_KEY, **typed})


# ---------------------------------------------------------------------------------------------------------------------
# secrets


@pytest.mark.parametrize("credential", WITH_SECRETS)
def test_secrets_of_settings_are_complete_and_in_no_repr(credential: dict[str, str]) -> None:
    found = settings({**WHERE, "proxy": PROXY, **credential})
    used = {value for name, value in credential.items() if name in SECRETS}
    assert set(found.secrets()) == used | set(PROXY_SECRETS)
    for text in (repr(found), str(found), repr(found.credential)):
        assert "Zx9" not in text


def test_no_secret_in_the_repr_of_what_was_given() -> None:
    assert "Zx9" not in repr(OptionValue(CONNECTION_BY_NAME["token"], "option token", recognizable("token")))


def test_all_secret_options_are_tried_here() -> None:
    assert {name for credential in WITH_SECRETS for name in credential if name in SECRETS} == set(SECRETS)
