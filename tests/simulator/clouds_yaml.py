# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of clouds.yaml for the simulated users. They are JSON, which every YAML parser reads.

==================  =================================================================================================
entry               what it shows
==================  =================================================================================================
``simulator``       a login by password
``second-region``   the same in the second region
``object-storage``  a login by password, and keys for object storage that CCE refuses, as OTC's documentation shows
                    them (python-otcextensions, issues 47 and 617)
``second-factor``   ``v3multifactor`` without the domain of the project; the passcode is to be added
``token``           ``v3token``, as tools write it that log in once
==================  =================================================================================================
"""

from __future__ import annotations

from typing import Any

_OBJECT_STORAGE_KEY = {"ak": "OBJECTSTORAGEONLY000", "sk": "Dummy-Secret-Of-A-Key-For-Object-Storage"}


def _by_password(region: dict[str, Any]) -> dict[str, Any]:
    return {
        "auth": {
            "auth_url": region["auth_url"],
            "username": region["username"],
            "password": region["password"],
            "user_domain_name": region["domain_name"],
            "project_name": region["project_name"],
            "project_domain_name": region["domain_name"],
        },
        "region_name": region["region"],
    }


def clouds_yaml(ready: dict[str, Any]) -> dict[str, Any]:
    """The file's content, from the ready line."""
    by_password = _by_password(ready)
    second_factor = {
        "auth_url": ready["auth_url"],
        "username": ready["mfa_username"],
        "password": ready["mfa_password"],
        "user_domain_name": ready["domain_name"],
        "project_name": ready["project_name"],
    }
    token = {"auth_url": ready["auth_url"], "token": ready["token"], "project_id": ready["project_id"]}
    return {
        "clouds": {
            "simulator": by_password,
            "second-region": _by_password(list(ready["regions"].values())[1]),
            "object-storage": {**by_password, **_OBJECT_STORAGE_KEY},
            "second-factor": {
                "auth_type": "v3multifactor",
                "auth_methods": ["v3password", "v3totp"],
                "auth": second_factor,
                "region_name": ready["region"],
            },
            "token": {"auth_type": "v3token", "auth": token, "region_name": ready["region"]},
        }
    }
