# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# This file is private to the collection: names in it may change at any time, do not import it from elsewhere.

"""Precedence: which of the values that the user gave in several places count.

Sources are ordered from the highest to the lowest: the task, Ansible variables, then the environment, in which the
older names of variables are a source below the newer ones.
"""

from __future__ import annotations

import typing as t
from urllib.parse import urlsplit

from .._errors import CceError
from .regions import known_region, region_of_host, region_of_project
from .sources import OptionValue, Source
from .validation import option_error, shown_whole

EXPLICIT = 2
"""The number of explicit sources, which are task and variables; the others are the environment."""

# Options that mean the same: if a source has one of them, lower sources are ignored for the whole group
_PROJECT = ("project_id", "project_name", "projects")
_ALTERNATIVES = (
    _PROJECT,
    ("username", "user_id"),
    ("user_domain_id", "user_domain_name"),
    ("agency_domain_id", "agency_domain_name"),
)

METHODS: dict[str, tuple[tuple[str, ...], ...]] = {
    "token": (("token",),),
    "access_key": (("access_key",), ("secret_key",)),
    "password": (("username", "user_id"), ("password",)),
    "instance_agency": (("instance_agency",),),
    "cloud": (("cloud",),),
}
"""The options that each login method requires, each with those that can replace it. Any of them selects the method."""

# Options that only these methods use in addition to those that they require
_COMPANIONS = {
    "access_key": ("security_token", "signature"),
    "password": ("passcode",),
    "instance_agency": ("metadata_url", "signature"),
    "cloud": ("passcode", "signature"),
}

# All that the environment may add to a cloud: nothing about user, project, or region, as in openstacksdk
_BESIDE_CLOUD = ("cloud", "passcode", "endpoint", "ca_cert", "validate_certs")


class Resolution(t.NamedTuple):
    """The part of the user's input that counts."""

    method: str
    """The login method: a key of ``METHODS``."""
    values: Source
    region: str | None
    """The region that the name of the project begins with, for when no value sets one."""
    notes: tuple[str, ...]
    """Sentences, without secrets, on which source won where two disagreed."""


def resolve(sources: t.Sequence[Source]) -> Resolution:
    """Determine the login method, and which value of each option counts.

    Args:
        sources: task, variables, and the environment, the highest first.

    Raises:
        CceError: of kind ``option``, for no credentials, for two explicit ones, or for conflicting or invalid projects.
    """
    return _Resolver(sources).resolve()


def _method(sources: t.Sequence[Source]) -> str:
    for source in sources[:EXPLICIT]:
        selected = _selected_by(source)
        if len(selected) > 1:
            first = [_first(method, source).label for method in selected]
            raise option_error(f"Conflicting credentials: {' and '.join(first)} are both set. Keep one.")
        if selected:
            return selected[0]
    selected = _selected_by({name for source in sources[EXPLICIT:] for name in source})
    if "cloud" in selected:
        # OS_CLOUD is set on purpose; the other variables may be stray, from a file for another one
        return "cloud"
    given = {name for source in sources for name in source}
    for method in (*(method for method in selected if _is_complete(method, given)), *selected):
        return method
    raise option_error(
        "No credentials found. Set token (OS_TOKEN), access_key and secret_key (OS_ACCESS_KEY, OS_SECRET_KEY), "
        "username and password (OS_USERNAME, OS_PASSWORD), cloud (OS_CLOUD), or on a server of the cloud "
        "instance_agency (OS_INSTANCE_AGENCY)."
    )


def _selected_by(names: t.Container[str]) -> list[str]:
    return [method for method in METHODS if any(name in names for name in _names(method))]


def _names(method: str) -> list[str]:
    return [name for required in METHODS[method] for name in required]


def _first(method: str, source: Source) -> OptionValue:
    return next(source[name] for name in _names(method) if name in source)


def _is_complete(method: str, given: t.Container[str]) -> bool:
    has_account = any(name in given for name in ("user_id", "user_domain_name", "user_domain_id"))
    has_all = all(any(name in given for name in required) for required in METHODS[method])
    return has_all and (method != "password" or has_account)


def _uses(method: str, name: str) -> bool:
    """Whether a value of the option makes a difference with this login method."""
    users = [other for other in METHODS if name in (*_names(other), *_COMPANIONS.get(other, ()))]
    return not users or method in users


class _Resolver:
    """Drops from the sources, one rule after the other, what does not count, and notes what that was."""

    def __init__(self, sources: t.Sequence[Source]) -> None:
        self._sources = [dict(source) for source in sources]
        self._notes: list[str] = []

    def resolve(self) -> Resolution:
        self._ignore_instance_agency_that_is_off()
        method = _method(self._sources)
        if method == "cloud":
            self._ignore_environment_of_others()
        elif method == "access_key":
            self._ignore_security_token_of_another_key()
        elif method == "password":
            self._ignore_passcode_of_another_user()
        self._note_other_methods(method)
        region = self._ignore_other_regions()
        values = self._winners()
        self._note_losers(method, values)
        return Resolution(method, values, region, tuple(self._notes))

    def _highest(self, *names: str) -> int:
        """The index of the highest source that has one of these options, that of the lowest if there is none."""
        levels = [level for level, source in enumerate(self._sources) if any(name in source for name in names)]
        return min(levels, default=len(self._sources) - 1)

    def _drop(self, level: int, name: str, reason: str) -> None:
        """Drop the option from all sources from this one on, unless a higher one overrides it anyway."""
        if any(name in source for source in self._sources[:level]):
            return
        for source in self._sources[level:]:
            if name in source:
                self._notes.append(f"Ignoring {_described(source.pop(name))}: {reason}.")

    def _ignore_instance_agency_that_is_off(self) -> None:
        """Drop ``instance_agency: false``, which selects no login, together with the values of lower sources."""
        level = self._highest("instance_agency")
        winner = self._sources[level].get("instance_agency")
        if not winner or _is_on(winner):
            return
        for source in self._sources[level:]:
            given = source.pop("instance_agency", None)
            if given and _is_on(given):
                self._notes.append(f"Using {_described(winner)}, not {_described(given)}.")

    def _ignore_environment_of_others(self) -> None:
        entry = self._sources[self._highest("cloud")]["cloud"]
        ignored = []
        for source in self._sources[EXPLICIT:]:
            for name in [name for name in source if name not in _BESIDE_CLOUD]:
                ignored.append(source.pop(name).label.rpartition(" ")[2])
        if ignored:
            reason = "nothing else in the environment sets user, project, or region"
            self._notes.append(f"Ignoring {', '.join(ignored)}: with {_described(entry)}, {reason}.")

    def _ignore_security_token_of_another_key(self) -> None:
        level = self._highest("access_key")
        if "access_key" in self._sources[level]:
            reason = f"it may belong to another access key than {_described(self._sources[level]['access_key'])}"
            self._drop(level + 1, "security_token", reason)

    def _ignore_passcode_of_another_user(self) -> None:
        level = self._highest("username", "user_id")
        if level < EXPLICIT:
            user = _first("password", self._sources[level])
            self._drop(EXPLICIT, "passcode", f"it may belong to another user than {_described(user)}")

    def _ignore_other_regions(self) -> str | None:
        level = self._highest(*_PROJECT)
        project, names = self._named(self._sources[level])
        regions = {region_of_project(name) for name in names} - {None}
        if not project or not regions:
            return None
        several = project.option.name == "projects"
        # with several projects, each name sets its own region, and an ID needs the option
        for name in ("auth_url", "endpoint") if several else ("region", "auth_url", "endpoint"):
            for at, source in enumerate(self._sources):
                # a value of the same source as the project, or of a higher one, is meant; so is the first that agrees
                if name in source and (at <= level or {_region_of(source[name])} in ({None}, regions)):
                    break
                if name in source:
                    there = " and ".join(sorted(filter(None, regions)))
                    ignored = _described(source.pop(name))
                    self._notes.append(f"Ignoring {ignored}: the region of {_described(project)} is {there}.")
        return None if several else next(iter(regions))

    @staticmethod
    def _named(source: Source) -> tuple[OptionValue | None, t.Sequence[str]]:
        """Return the option that sets the project or the projects in this source, and their names."""
        if "projects" in source:
            other = source.get("project_id") or source.get("project_name")
            if other:
                labels = f"{source['projects'].label} and {other.label}"
                raise option_error(f"Conflicting projects: {labels} are both set. Keep one.")
            return source["projects"], source["projects"].value
        project = source.get("project_name")
        return project, (project.value,) if project else ()

    def _winners(self) -> Source:
        winners: dict[str, OptionValue] = {}
        for source in reversed(self._sources):
            for group in _ALTERNATIVES:
                if any(name in source for name in group):
                    for name in group:
                        winners.pop(name, None)
            winners.update(source)
        return winners

    def _note_other_methods(self, method: str) -> None:
        winner = _first(method, self._sources[self._highest(*_names(method))])
        for other in (other for other in METHODS if other != method):
            for source in self._sources:
                if other in _selected_by(source):
                    self._notes.append(f"Using {_described(winner)}, not {_described(_first(other, source))}.")

    def _note_losers(self, method: str, winners: Source) -> None:
        for source in self._sources:
            for name, given in source.items():
                group = next((group for group in _ALTERNATIVES if name in group), (name,))
                winner = winners.get(name) or next(winners[other] for other in group if other in winners)
                if winner is not given and _uses(method, name) and not _agree(winner, given):
                    self._notes.append(f"Using {_described(winner)}, not {_described(given)}.")


def _described(given: OptionValue) -> str:
    text = shown_whole(given.option, given.raw)
    return f"{given.label} ({text})" if text else given.label


def _is_on(given: OptionValue) -> bool:
    try:
        return bool(given.value)
    except CceError:
        # it fails later, if it counts
        return True


def _region_of(given: OptionValue) -> str | None:
    """The known region of a region or a URL, None for any other."""
    try:
        value = given.value
    except CceError:
        # it fails later, unless a higher source makes that unnecessary
        return None
    if given.option.name == "region":
        return value if known_region(value) else None
    return region_of_host(urlsplit(value).hostname)


def _agree(winner: OptionValue, loser: OptionValue) -> bool:
    try:
        return winner.option is loser.option and bool(winner.value == loser.value)
    except CceError:
        return False
