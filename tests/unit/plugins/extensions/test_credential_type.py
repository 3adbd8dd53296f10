# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The credential type for Event-Driven Ansible Controller is complete, and consistent with the options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

pytest.importorskip("ansible")

import ansible_collections.opentelekomcloud.cce as collection
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._options.settings import PasswordCredential
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.watch_request import read_watch_request

ROOT = Path(next(iter(collection.__path__)))
FOLDER = ROOT / "extensions" / "eda" / "credential_types" / "open_telekom_cloud"
INPUT, INJECTORS = (
    yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8")) for name in ("input", "injectors")
)


def filled_in(template: str, values: dict[str, str]) -> str:
    return re.sub(r"{{ (\w+) }}", lambda match: values[match[1]], template)


def test_each_field_is_injected_once() -> None:
    fields = [field["id"] for field in INPUT["fields"]]
    injected = [filled_in(template, {name: name for name in fields}) for template in INJECTORS["env"].values()]
    assert sorted(injected) == sorted(fields) == sorted(INPUT["required"])
    assert all(field["type"] == "string" and field["label"] for field in INPUT["fields"])


def test_only_the_password_is_secret() -> None:
    assert [field["id"] for field in INPUT["fields"] if field.get("secret")] == ["password"]


def test_the_event_source_needs_nothing_else() -> None:
    values = {"project_name": "eu-de_shop", "user_domain_name": "OTC1", "username": "eva", "password": "p-w"}
    environment = {name: filled_in(template, values) for name, template in INJECTORS["env"].items()}
    settings = read_watch_request({}, environment).jobs.settings
    assert isinstance(settings.credential, PasswordCredential)
    assert (settings.credential.username, settings.credential.password) == ("eva", "p-w")
    assert (settings.project_name, settings.region, settings.user_domain_name) == ("eu-de_shop", "eu-de", "OTC1")
