# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ready line: everything that a client needs to use the simulated cloud."""

from __future__ import annotations

from typing import Any

from .accounts import REGIONS, AccessKey, User
from .clock import rfc3339
from .cloud import Cloud
from .iam import FIRST_PASSCODE


def _region(cloud: Cloud, region: str, user: User, key: AccessKey) -> dict[str, Any]:
    """One region, as the user sees it whose key this is; the first project of the user is the default."""
    base = cloud.urls[region] + cloud.prefix
    projects = [project for project in user.projects if project.region == region]
    token = cloud.iam.issue(user, ("password",), projects[0])
    return {
        "region": region,
        "url": cloud.urls[region],
        "endpoint": base,
        "auth_url": base + "/v3",
        "domain_name": user.account.name,
        "domain_id": user.account.id,
        "project_name": projects[0].name,
        "project_id": projects[0].id,
        "projects": {project.name: project.id for project in projects},
        "username": user.name,
        "user_id": user.id,
        "password": user.password,
        "access_key": key.id,
        "secret_key": key.secret,
        "token": token.value,
        "token_expires_at": rfc3339(token.expires),
        "clusters": [
            {
                "name": cluster.name,
                "id": cluster.uid,
                "activity": cluster.activity,
                "project_name": cluster.project.name,
                "project_id": cluster.project.id,
            }
            for cluster in cloud.samples.clusters
            if cluster.project.region == region
        ],
    }


def ready_line(cloud: Cloud) -> dict[str, Any]:
    """The first region at the top level, all regions in ``regions``, and the other users of the first region."""
    directory = cloud.iam.directory
    owners = (directory.user, directory.key), (directory.second_user, directory.second_key)
    regions = {region: _region(cloud, region, *owner) for region, owner in zip(REGIONS, owners)}
    restricted, traveler = directory.restricted_user, directory.traveler
    agency = directory.agencies[0]
    first_project = directory.user.projects[0]
    return {
        **regions[REGIONS[0]],
        "temporary_access_key": directory.temporary_key.id,
        "temporary_secret_key": directory.temporary_key.secret,
        "security_token": directory.temporary_key.security_token,
        "mfa_username": directory.second_factor_user.name,
        "mfa_user_id": directory.second_factor_user.id,
        "mfa_password": directory.second_factor_user.password,
        "passcode": FIRST_PASSCODE,
        "restricted_username": restricted.name,
        "restricted_password": restricted.password,
        "restricted_access_key": directory.restricted_key.id,
        "restricted_secret_key": directory.restricted_key.secret,
        "restricted_token": cloud.iam.issue(restricted, ("password",), first_project).value,
        "guest_username": directory.guest.name,
        "guest_password": directory.guest.password,
        "traveler_username": traveler.name,
        "traveler_password": traveler.password,
        "traveler_access_key": directory.traveler_key.id,
        "traveler_secret_key": directory.traveler_key.secret,
        "traveler_projects": {project.name: project.id for project in traveler.projects},
        "manager_username": directory.manager.name,
        "manager_password": directory.manager.password,
        "manager_projects": {project.name: project.id for project in directory.manager.projects},
        "agency_name": agency.name,
        "agency_domain_name": agency.role.account.name,
        "agency_domain_id": agency.role.account.id,
        "agency_projects": {project.name: project.id for project in agency.role.projects},
        "metadata_url": cloud.urls[REGIONS[0]] + cloud.prefix,
        "regions": regions,
    }
