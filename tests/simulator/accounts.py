# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts, regions, projects, users, and access keys, generated from the seed.

Account ``first`` owns the projects eu-de_shop, eu-de_lab, eu-de, and eu-nl_shop; account ``second`` owns eu-nl_lab and
eu-nl. Each user is known to the IAM of some regions and may use some projects of their account:

==================  =============  =========================================  ========================================
user                regions        projects                                   limits
==================  =============  =========================================  ========================================
``ansible``         eu-de          eu-de_shop, eu-de_lab, eu-de
``ansible-mfa``     eu-de          the same                                   needs a passcode to log in
``auditor``         eu-de          the same                                   may not list jobs
``guest``           eu-de          eu-de_lab                                  may not list projects
``traveler``        eu-de, eu-nl   all of account ``first``
``operator``        eu-nl          eu-nl_lab, eu-nl (account ``second``)
``manager``         eu-de          eu-de_team01 and so on, as many as ``teams``, with the jobs of eu-de_shop
==================  =============  =========================================  ========================================

Account ``second`` delegates its projects to account ``first`` by the agency ``cce-reader``. Of the users, only
``traveler`` may assume agencies. A server of account ``first`` has an agency of its own, see module ``metadata``; its
role may assume agencies, too.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterable
from dataclasses import dataclass

REGIONS = ("eu-de", "eu-nl")
FIRST_REGION, SECOND_REGION = REGIONS


@dataclass(frozen=True)
class Account:
    """An account, which IAM calls a domain."""

    id: str
    name: str


@dataclass(frozen=True)
class Project:
    id: str
    name: str
    region: str
    account: Account


@dataclass(frozen=True)
class User:
    """A user; ``regions`` are those whose IAM knows the user."""

    id: str
    name: str
    password: str
    account: Account
    regions: tuple[str, ...]
    projects: tuple[Project, ...]
    second_factor: bool = False
    may_list_jobs: bool = True
    may_list_projects: bool = True
    may_assume_agencies: bool = False

    def may_use(self, project_id: str) -> bool:
        return any(project.id == project_id for project in self.projects)


@dataclass(frozen=True)
class AccessKey:
    """An access key; a temporary one has a security token. It expires at that time in nanoseconds since 1970."""

    id: str
    secret: str
    user: User
    security_token: str | None = None
    expires: int | None = None


@dataclass(frozen=True)
class Agency:
    """Account ``delegate`` may assume ``role``, a user without a password in the account that delegates."""

    name: str
    delegate: Account
    role: User


class _Draw:
    """Random identifiers and secrets; the same stream gives the same ones."""

    def __init__(self, stream: str) -> None:
        self._random = random.Random(stream)

    def hexadecimal(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def digits(self, count: int) -> str:
        return f"{self._random.randrange(10**count):0{count}d}"

    def characters(self, alphabet: str, count: int) -> str:
        return "".join(self._random.choices(alphabet, k=count))

    def user(
        self, name: str, account: Account, regions: tuple[str, ...], projects: Iterable[Project], **limits: bool
    ) -> User:
        identifier = self.hexadecimal()
        password = f"Dummy-Password-{self.hexadecimal()[:12]}"
        return User(identifier, name, password, account, regions, tuple(projects), **limits)

    def key(self, owner: User, security_token: str | None = None) -> AccessKey:
        identifier = self.characters(string.ascii_uppercase + string.digits, 20)
        secret = self.characters(string.ascii_letters + string.digits, 40)
        return AccessKey(identifier, secret, owner, security_token)


class Directory:
    """All accounts with everything that belongs to them.

    Add new entries after the old ones or draw them from a stream of their own: documented examples show the values
    that a seed gives.
    """

    def __init__(self, seed: int, teams: int = 0) -> None:
        draw, more = _Draw(f"{seed}/iam"), _Draw(f"{seed}/iam/second-region")
        first = Account(draw.hexadecimal(), f"OTC000000000010000{draw.digits(5)}")
        second = Account(more.hexadecimal(), f"OTC-EU-NL-0000000000100000{more.digits(4)}")
        ids = _Draw(f"{seed}/projects")
        self.projects = [
            Project(ids.hexadecimal(), name, name.partition("_")[0], account)
            for name, account in (
                ("eu-de_shop", first),
                ("eu-de_lab", first),
                ("eu-de", first),
                ("eu-nl_shop", first),
                ("eu-nl_lab", second),
                ("eu-nl", second),
            )
        ]
        here, there = REGIONS[:1], REGIONS[1:]
        home = self.projects[:3]
        self.user = draw.user("ansible", first, here, home)
        self.second_factor_user = draw.user("ansible-mfa", first, here, home, second_factor=True)
        self.restricted_user = draw.user("auditor", first, here, home, may_list_jobs=False)
        self.key = draw.key(self.user)
        self.temporary_key = draw.key(self.user, f"gAAAAA{draw.hexadecimal()}/with+characters==")
        self.restricted_key = draw.key(self.restricted_user)
        self.guest = more.user("guest", first, here, self.projects[1:2], may_list_projects=False)
        self.traveler = more.user("traveler", first, REGIONS, self.projects[:4], may_assume_agencies=True)
        self.second_user = more.user("operator", second, there, self.projects[4:])
        self.second_key = more.key(self.second_user)
        self.traveler_key = more.key(self.traveler)
        roles = _Draw(f"{seed}/agencies")
        reader = roles.user(f"{second.name}/cce-reader", second, REGIONS, self.projects[4:])
        self.agencies = (Agency("cce-reader", first, reader),)
        self.server_role = roles.user(
            f"{first.name}/ecs-cce-reader", first, REGIONS, self.projects[:4], may_assume_agencies=True
        )
        of_teams = _Draw(f"{seed}/teams")
        self.teams = [
            Project(of_teams.hexadecimal(), f"eu-de_team{number:02}", FIRST_REGION, first)
            for number in range(1, teams + 1)
        ]
        self.manager = _Draw(f"{seed}/manager").user("manager", first, here, self.teams)
        self.users = (
            self.manager,
            self.user,
            self.second_factor_user,
            self.restricted_user,
            self.guest,
            self.traveler,
            self.second_user,
        )
        self.keys = (self.key, self.temporary_key, self.restricted_key, self.second_key, self.traveler_key)

    def project(self, project_id: str) -> Project | None:
        return next((project for project in (*self.projects, *self.teams) if project.id == project_id), None)
