# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Sessions for several projects, which share connections and logins.

There is one login for each host of IAM. The tokens of the projects come from its token, so that a password is sent once
and a passcode is used once. An access key needs no login at all.
"""

from __future__ import annotations

import time
import typing as t
from dataclasses import replace

from .._errors import CceError
from .._http.client import Attempt
from .._http.deadline import Deadline
from .._options.regions import region_of_project
from .._options.settings import (
    AccessKeyCredential,
    CloudEntry,
    InstanceCredential,
    PasswordCredential,
    Settings,
    TokenCredential,
)
from .._options.validation import ALL_PROJECTS, option_error
from .._report import Report
from .access_key import SignatureAuth
from .agency import agency_account_token, agency_token
from .endpoints import iam_url
from .identity import Identity, identity_of_token, uses_passcode
from .indirect import iam_auth, identity_without_login, issue_key
from .password import log_in_to_account
from .projects import ListedProject, list_own_projects, not_among
from .rescope import rescope
from .session import Session, new_client
from .shared import Shared
from .token import IssuedToken, TokenAuth

_TOKEN_ADVICE = "check the credentials: a token expires and is valid in one region only"


class _Key(t.NamedTuple):
    """The access key for all projects."""

    credential: AccessKeyCredential
    issued: bool
    """Whether it is temporary, and another one can be issued."""
    region: str | None
    """The region of the server that it comes from."""
    domain_id: str | None
    """The account that it belongs to."""


class ProjectSession(Session):
    """A session for one of several projects.

    Attributes:
        settings: the settings for this project alone.
        name: the name or the ID of the project, as the user wrote it.
    """

    def __init__(self, settings: Settings, sessions: ProjectSessions) -> None:
        super().__init__(settings, "", sessions.report, sessions.client)
        self.settings = settings
        self.name = settings.project_name or settings.project_id or ""
        self._sessions = sessions
        self._key: _Key | None = None

    def attempts(self, purpose: str, deadline: Deadline, *, announce: bool = True) -> t.Iterator[Attempt]:
        return super().attempts(f"{purpose} of project {self.name}", deadline, announce=announce)

    def _identify(self, report: Report, deadline: Deadline) -> Identity:
        if not uses_key(self.settings):
            return identity_of_token(self._sessions.issue(self.settings, report, deadline), self.settings)
        if self._key and self._key.issued:
            # another identity is needed because the key has expired
            self._sessions.forget_key(self._key)
        settings, self._key = self._sessions.with_key(self.settings, deadline)
        return identity_without_login(
            settings, self._key.credential, self.client, report, deadline, issued=self._key.issued
        )


class ProjectSessions:
    """The sessions for all projects of the settings.

    Threads may share it. Like ``Session``, it can serve many fetches.

    Args:
        settings: names several projects.
        agent: who asks, for the User-Agent header.
        report: where messages go.

    Attributes:
        client: has the connections.
        report: where messages go.
    """

    def __init__(self, settings: Settings, agent: str, report: Report) -> None:
        self.client = new_client(settings, agent, report)
        self.last_used = time.monotonic()
        self._settings = settings
        self._secrets: list[str] = []
        self._logins: dict[str, Shared[str]] = {}
        self._lists: dict[str, Shared[list[ListedProject]]] = {}
        self._key = Shared(self._issue_key)
        self._sessions: dict[tuple[str | None, str | None], ProjectSession] = {}
        self.use_report(report)

    def use_report(self, report: Report) -> None:
        """Switch to a new report and register the secrets of the logins again."""
        self.report = report._replace(secret=self._remember)
        self.client.use_report(report)
        self._register = report.secret
        for secret in self._secrets:
            report.secret(secret)
        for session in self._sessions.values():
            session.use_report(report)
        self.start_again()

    def start_again(self) -> None:
        """Allow another login after one that failed, unless that used a passcode. To be called before each fetch."""
        all_shared: list[Shared[t.Any]] = [self._key, *self._logins.values(), *self._lists.values()]
        for shared in all_shared:
            shared.retry()

    def named(self) -> list[ProjectSession]:
        """A session for each project that the settings name, in their order. It takes no call."""
        return [self._session(settings) for settings in self._settings.of_named_projects()]

    def all(self, projects: t.Iterable[ListedProject]) -> list[ProjectSession]:
        """A session for each enabled project of a list that is in a known region, by name.

        Raises:
            CceError: of kind ``option``, when there is none.
        """
        usable = [each for each in projects if each.enabled and region_of_project(each.name)]
        if not usable:
            raise option_error(
                "No project left: the login has no enabled project whose name begins with a known region. "
                "Set projects to names or IDs, or check the user."
            )
        return [self._session(self._settings.of_project(each.id, each.name)) for each in sorted(usable, key=_name)]

    def list_projects(self, deadline: Deadline) -> list[ListedProject]:
        """All projects that the login may use.

        Raises:
            CceError: when IAM refuses or cannot be reached.
        """
        settings = self._settings
        if uses_key(settings):
            key = self._key.get(deadline)
            settings = replace(settings, region=settings.region or key.region, user_domain_id=key.domain_id)
        return self._own_projects(settings, deadline)

    # -----------------------------------------------------------------------------------------------------------------
    # for the sessions

    def issue(self, settings: Settings, report: Report, deadline: Deadline) -> IssuedToken:
        """A token for the project of the settings.

        Raises:
            CceError: when IAM refuses or cannot be reached.
        """
        login = self._login(settings)
        corrected = None
        while True:
            token = login.get(deadline)
            try:
                return self._scoped(corrected or settings, token, login, report, deadline)
            except CceError as error:
                again = self._corrected(settings, token, login, error, deadline, is_first=corrected is None)
                if corrected:
                    raise
                corrected = again

    def with_key(self, settings: Settings, deadline: Deadline) -> tuple[Settings, _Key]:
        """The access key, and the settings with what it comes with.

        They have the ID of the project if the list of projects has its name: one list replaces a look-up of each.

        Raises:
            CceError: when the metadata service or IAM refuses or cannot be reached.
        """
        key = self._key.get(deadline)
        settings = replace(settings, region=settings.region or key.region, user_domain_id=key.domain_id)
        if settings.project_id:
            return settings, key
        try:
            projects = self._own_projects(settings, deadline)
        except CceError as error:
            if error.kind not in ("permission", "not_found"):
                raise
            projects = []
        ids = [each.id for each in projects if each.name == settings.project_name]
        return (replace(settings, project_id=ids[0]) if len(ids) == 1 else settings), key

    def forget_key(self, key: _Key) -> None:
        """Issue another key, unless that was done already."""
        self._key.forget(key)

    def _issue_key(self, deadline: Deadline) -> _Key:
        settings = self._settings.of_project(None, ALL_PROJECTS)
        if isinstance(settings.credential, AccessKeyCredential):
            # without a project; where IAM is may follow from the name of one
            regions = [each.region for each in self._settings.of_named_projects() if each.region]
            settings = replace(settings, project_name=None, region=settings.region or next(iter(regions), None))
        settings, credential, issued = issue_key(settings, self.client, self.report, deadline)
        if not isinstance(credential, AccessKeyCredential):
            raise AssertionError("only for credentials that lead to a key")
        region = settings.region if isinstance(self._settings.credential, InstanceCredential) else None
        return _Key(credential, issued, region, settings.user_domain_id)

    def _scoped(
        self, settings: Settings, token: str, login: Shared[str], report: Report, deadline: Deadline
    ) -> IssuedToken:
        if settings.agency:
            auth = TokenAuth(token, _TOKEN_ADVICE)
            return agency_token(settings, settings.agency, auth, self.client, report, deadline)
        issued = rescope(settings, token, self.client, report, deadline, renewable=login.renewable)
        credential = settings.credential
        return issued._replace(interfaces=credential.login.interfaces) if isinstance(credential, CloudEntry) else issued

    def _corrected(
        self,
        settings: Settings,
        token: str,
        login: Shared[str],
        error: CceError,
        deadline: Deadline,
        *,
        is_first: bool,
    ) -> Settings:
        """The settings to ask IAM with again, after it refused a token for the project.

        The response of IAM is the same for a project that does not exist and for a token that has expired. The list of
        projects shows which of the two it is.

        Raises:
            CceError: of kind ``option``, when there is no such project; the error, when there is nothing to correct.
        """
        if error.kind not in ("authentication", "permission", "not_found") and error.http_status != 400:
            raise error
        try:
            projects = list_own_projects(settings, TokenAuth(token, _TOKEN_ADVICE), self.client, self.report, deadline)
        except CceError as other:
            if other.kind != "authentication":
                raise error from None
            if not login.renewable or not is_first:
                # more precise: the response of Keystone to a login with an expired token has status 404
                raise other from None
            self.report.info("Token rejected; logging in again.")
            login.forget(token)
            return settings
        # with an agency, these are the projects of another account
        missing = not_among(settings, projects) if not settings.agency else None
        if missing:
            raise missing from None
        ids = [each.id for each in projects if each.name == settings.project_name]
        if error.http_status == 400 and not settings.project_id and len(ids) == 1:
            # Keystone does not find a project by name without its account
            return replace(settings, project_id=ids[0])
        raise error

    def _own_projects(self, settings: Settings, deadline: Deadline) -> list[ListedProject]:
        """The list of the settings' IAM, fetched once."""

        def fetch(deadline: Deadline) -> list[ListedProject]:
            auth = self._list_auth(settings, deadline)
            return list_own_projects(settings, auth, self.client, self.report, deadline)

        return self._lists.setdefault(iam_url(settings), Shared(fetch)).get(deadline)

    def _list_auth(self, settings: Settings, deadline: Deadline) -> TokenAuth | SignatureAuth:
        if uses_key(settings):
            key = self._key.get(deadline)
            return iam_auth(key.credential, settings, issued=key.issued)
        auth = TokenAuth(self._login(settings).get(deadline), _TOKEN_ADVICE)
        if not settings.agency:
            return auth
        token = agency_account_token(settings, settings.agency, auth, self.client, self.report, deadline)
        return TokenAuth(token, _TOKEN_ADVICE)

    def _login(self, settings: Settings) -> Shared[str]:
        """The login at the settings' IAM. Its token is for no project, or for any one."""

        def fetch(deadline: Deadline) -> str:
            credential = settings.credential
            if isinstance(credential, TokenCredential):
                return credential.token
            if isinstance(credential, PasswordCredential):
                return log_in_to_account(settings, credential, self.client, self.report, deadline)
            if isinstance(credential, CloudEntry):
                token: str = credential.login.token(self.client, self.report, deadline)
                return token
            raise AssertionError("access keys do not log in")

        once = uses_passcode(settings)
        # a passcode is valid for one login, and an entry of clouds.yaml has one host
        has_hosts = isinstance(settings.credential, PasswordCredential) and not once
        renewable = not once and not isinstance(settings.credential, TokenCredential)
        return self._logins.setdefault(iam_url(settings) if has_hosts else "", Shared(fetch, renewable=renewable))

    def _session(self, settings: Settings) -> ProjectSession:
        key = (settings.project_id, settings.project_name)
        if key not in self._sessions:
            self._sessions[key] = ProjectSession(settings, self)
        return self._sessions[key]

    def _remember(self, secret: str) -> None:
        self._secrets.append(secret)
        self._register(secret)


def uses_key(settings: Settings) -> bool:
    return isinstance(settings.credential, (AccessKeyCredential, InstanceCredential))


def _name(project: ListedProject) -> str:
    return project.name
