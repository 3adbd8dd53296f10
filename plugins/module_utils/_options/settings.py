# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""The connection settings: typed, checked, and complete enough to make a call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from .._errors import CceError
from .regions import region_of_project
from .validation import ALL_PROJECTS, is_project_id, option_error, passwords_in_urls


@dataclass(frozen=True, repr=False)
class TokenCredential:
    """An IAM token that the user already has."""

    token: str


@dataclass(frozen=True, repr=False)
class AccessKeyCredential:
    """An access key (AK/SK), permanent or temporary."""

    access_key: str
    secret_key: str
    security_token: str | None
    signature: str


@dataclass(frozen=True, repr=False)
class PasswordCredential:
    """An IAM user with a password."""

    username: str | None
    user_id: str | None
    """It identifies the user without an account, and takes precedence over the name."""
    password: str
    passcode: str | None


@dataclass(frozen=True, repr=False)
class InstanceCredential:
    """The agency of the server that this runs on."""

    metadata_url: str
    """Where the metadata service is, which hands out temporary access keys."""
    signature: str


class Agency(t.NamedTuple):
    """An agency: another account lets the user's account act in its projects."""

    name: str
    domain_name: str | None
    domain_id: str | None
    """The account that delegates. It takes precedence over the name."""


@dataclass(frozen=True, repr=False)
class CloudEntry:
    """An entry of clouds.yaml."""

    name: str
    signature: str
    """Used if the entry holds an access key."""
    passcode: str | None
    verify_given: bool
    """Whether the user set ``validate_certs``, which then overrides the entry."""
    content: str = ""
    """A hash of the whole entry: if the entry changes, it is another credential although its name is the same."""
    login: t.Any = field(default=None, compare=False)
    """The login that ``_auth.clouds`` derives from the entry."""


Credential = t.Union[TokenCredential, AccessKeyCredential, PasswordCredential, InstanceCredential, CloudEntry]


@dataclass(frozen=True, repr=False)
class Settings:
    """Validated connection settings."""

    credential: Credential
    region: str | None
    endpoint: str | None
    auth_url: str | None
    project_id: str | None
    project_name: str | None
    projects: tuple[str, ...]
    """Names and IDs of several projects, or only ``all``. Empty if there is one project."""
    user_domain_name: str | None
    user_domain_id: str | None
    verify: bool | str
    """Whether to verify certificates, or the path of the CA certificates to verify them with."""
    proxy: str | None
    timeout: float
    retries: int
    autopilot: bool
    agency: Agency | None = None
    """The agency to assume. The project is one of its account."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """Sentences for ``Report.info`` on which source won where two disagreed."""

    def secrets(self) -> list[str]:
        """All values that must never be shown."""
        names = ("token", "secret_key", "security_token", "password", "passcode")
        found = [getattr(self.credential, name, None) for name in names]
        return [secret for secret in (*found, *passwords_in_urls({"proxy": self.proxy})) if secret]

    def of_project(self, project_id: str | None, project_name: str | None) -> Settings:
        """The settings for one of several projects. The region is that of its name, if it begins with a known one."""
        region = region_of_project(project_name) or self.region
        return replace(self, project_id=project_id, project_name=project_name, region=region, projects=())

    def of_named_projects(self) -> list[Settings]:
        """The settings for each of ``projects``, unless these are all."""
        return [
            self.of_project(project.lower(), None) if is_project_id(project) else self.of_project(None, project)
            for project in self.projects
        ]


def check_address(settings: Settings) -> None:
    """Check that the settings specify a project and lead to the URLs that will be called.

    Raises:
        CceError: of kind ``option``.
    """
    by_key = isinstance(settings.credential, AccessKeyCredential)
    # the metadata service knows the project and the region of the server
    by_server = isinstance(settings.credential, InstanceCredential)
    if settings.projects:
        if not by_server:
            _check_projects(settings, by_key=by_key)
        return
    if not settings.project_id and not settings.project_name and not (by_server and not settings.agency):
        raise option_error("No project specified. Set project_id (OS_PROJECT_ID) or project_name (OS_PROJECT_NAME).")
    if not by_server:
        # a login returns the catalog, in which CCE is
        logs_in = not by_key if settings.agency else isinstance(settings.credential, PasswordCredential)
        _check_urls(settings, logs_in=logs_in)


def _check_projects(settings: Settings, *, by_key: bool) -> None:
    if settings.projects == (ALL_PROJECTS,):
        if not (settings.auth_url or settings.region):
            raise _no_iam_url()
        return
    for each in settings.of_named_projects():
        # a token for one project becomes one for another by a login with it
        _check_urls(each, logs_in=not by_key)


def _check_urls(settings: Settings, *, logs_in: bool) -> None:
    calls_iam = logs_in or settings.agency or not settings.project_id
    # the prefix of a project name is its region
    region = settings.region or settings.project_name
    if calls_iam and not (settings.auth_url or region):
        raise _no_iam_url()
    if not logs_in and not (settings.endpoint or region):
        raise option_error(
            "Cannot determine the CCE endpoint. Set region (OS_REGION_NAME) or endpoint (OS_CCE_ENDPOINT_OVERRIDE)."
        )


def _no_iam_url() -> CceError:
    return option_error("Cannot determine the IAM URL. Set region (OS_REGION_NAME) or auth_url (OS_AUTH_URL).")
