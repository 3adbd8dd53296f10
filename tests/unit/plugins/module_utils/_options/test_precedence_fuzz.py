# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever the sources hold: what is reported as ignored makes no difference, and no secret is shown."""

from __future__ import annotations

import re
import typing as t
from urllib.parse import urlsplit

import pytest

pytest.importorskip("ansible.module_utils")

from hypothesis import assume, example, given
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.regions import known_region, region_of_host
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import Settings
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.table import CONNECTION, Option
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._options.inputs import settings

REGIONS = ("eu-de", "eu-nl")
PLACES: dict[str, tuple[str, ...]] = {
    "region": (*REGIONS, "lab"),
    "project_name": (*(f"{region}_team" for region in REGIONS), "team"),
    "auth_url": (*(f"https://iam.{region}.otc.t-systems.com" for region in REGIONS), "https://iam.example.com", "bad"),
    "endpoint": (*(f"https://cce.{region}.otc.t-systems.com" for region in REGIONS), "https://10.0.0.1", "bad"),
    "proxy": ("http://user:Zx9-secret@proxy.example.com", "http://proxy.example.com"),
    "ca_cert": ("/", "/nowhere"),
    "signature": ("scope", "access"),
    "metadata_url": ("http://127.0.0.1", "http://169.254.0.1", "https://example.com"),
}
CREDENTIALS = {
    "token": ("token",),
    "access_key": ("access_key", "secret_key"),
    "password": ("username", "password", "user_domain_name"),
    "instance_agency": ("instance_agency",),
    "cloud": ("cloud",),
}
# what a cloud takes from the environment
BESIDE_CLOUD = ("OS_CLOUD", "OS_PASSCODE", "OS_CCE_ENDPOINT_OVERRIDE", "OS_CACERT", "OS_INSECURE")

Strings = dict[str, str]


def values_of(option: Option) -> st.SearchStrategy[str]:
    numbers = {"bool": ("yes", "no"), "int": ("1", "2"), "float": ("1", "2")}
    other = ("Zx9-secret-a", "Zx9-secret-b") if option.secret else ("a", "b")
    return st.sampled_from(PLACES.get(option.name) or numbers.get(option.type) or other)


def subset(values: t.Mapping[str, st.SearchStrategy[str]]) -> st.SearchStrategy[Strings]:
    names = st.sets(st.sampled_from(sorted(values)), max_size=8)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: values[name] for name in sorted(chosen)}))


given_options = subset({option.name: values_of(option) for option in CONNECTION})
environments = subset({name: values_of(option) for option in CONNECTION for name in option.environment})
sources = (given_options, given_options, environments)


def outcome(typed: Strings, variables: Strings, environment: Strings) -> Settings | str:
    """The settings, or the message of the error."""
    try:
        return settings(typed, variables, environment)
    except CceError as error:
        assert error.kind == "option"
        return str(error)


@given(*sources)
def test_ignored_variables_make_no_difference_and_no_secret_is_shown(
    typed: Strings, variables: Strings, environment: Strings
) -> None:
    found = outcome(typed, variables, environment)
    if isinstance(found, str):
        assert "Zx9" not in found
        return
    notes = "\n".join(found.notes)
    assert "Zx9" not in notes
    ignored = set(re.findall(r"(?:not|Ignoring) environment variable (OS_\w+)", notes))
    for names in re.findall(r"Ignoring (OS_[\w, ]+):", notes):
        ignored.update(names.split(", "))
    assert outcome(typed, variables, {n: v for n, v in environment.items() if n not in ignored}) == found
    ignored = set(re.findall(r"(?:not|Ignoring) variable opentelekomcloud_cce_(\w+)", notes))
    assert outcome(typed, {n: v for n, v in variables.items() if n not in ignored}, environment) == found


@given(*sources)
def test_sources_that_agree_or_stand_alone_need_no_note(
    typed: Strings, variables: Strings, environment: Strings
) -> None:
    for alone in ((typed, {}, {}), ({}, variables, {}), (typed, typed, {})):
        found = outcome(*alone)
        assert isinstance(found, str) or found.notes == ()


@given(given_options, given_options, environments, st.booleans())
def test_cloud_takes_nothing_about_user_project_or_region_from_the_environment(
    typed: Strings, variables: Strings, environment: Strings, in_environment: bool
) -> None:
    credentials = {"user_id", *(name for names in CREDENTIALS.values() for name in names)}
    typed, variables = ({n: v for n, v in s.items() if n not in credentials} for s in (typed, variables))
    if in_environment:
        environment = {**environment, "OS_CLOUD": "mine"}
    else:
        typed["cloud"] = "mine"
    kept = {name: value for name, value in environment.items() if name in BESIDE_CLOUD}
    assert outcome(typed, variables, environment) == outcome(typed, variables, kept)


@given(environments, st.sampled_from(sorted(CREDENTIALS)), st.sampled_from(REGIONS))
@example({"OS_USERNAME": "a", "OS_PASSWORD": "b"}, "token", "eu-de")
def test_complete_credential_in_the_environment_is_enough(environment: Strings, method: str, region: str) -> None:
    names = {option.name: option.environment[0] for option in CONNECTION if option.environment}
    complete = {names[name]: "yes" if name == "instance_agency" else f"mine-{name}" for name in CREDENTIALS[method]}
    found = outcome({"project_name": region}, {}, {**environment, **complete})
    assert not isinstance(found, str) or "redentials" not in found


@given(st.sampled_from(REGIONS), given_options, environments)
def test_project_of_the_task_leads_to_its_own_region(region: str, variables: Strings, environment: Strings) -> None:
    found = outcome({"token": "a", "project_name": f"{region}_team"}, variables, environment)
    assume(isinstance(found, Settings))
    assert isinstance(found, Settings)
    assert found.region == region or not known_region(found.region)
    for url in (found.auth_url, found.endpoint):
        assert region_of_host(urlsplit(url or "").hostname) in (None, region)
