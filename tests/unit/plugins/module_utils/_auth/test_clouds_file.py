# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of openstacksdk: which ones are refused, and what messages say about them."""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

pytest.importorskip("ansible")

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._auth.clouds_file import secrets_in
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import MODULE
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._auth.cloud_entries import (
    AUTH,
    PASSWORD,
    Entry,
    refusal,
)
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils.http_server import RecordedReport


def test_secrets_are_found_at_every_level() -> None:
    region = {"name": "eu-de", "values": {"auth": {"password": "one"}}}
    entry = {"auth": {"user-password": "two", "username": "u"}, "regions": [region, "eu-nl"], "sk": ["three"]}
    assert {*secrets_in(entry)} == {"one", "two", "three"}


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("openstack", "openstack.config"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CceError) as caught:
        find_jobs(read_request(MODULE, {"cloud": "mine"}, {}, {}), "tests", RecordedReport().report)
    assert caught.value.kind == "dependency"
    assert "openstacksdk" in str(caught.value)
    assert sys.executable in str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        {"token": "t", "project_id": "p"},
        {"access_key": "a", "secret_key": "s", "project_id": "p"},
        {"username": "u", "password": "p", "user_domain_name": "d", "project_id": "p"},
    ],
)
def test_other_credentials_do_not_import_the_library(typed: Entry) -> None:
    # nothing listens on the discard port
    options = {**typed, "endpoint": "http://127.0.0.1:9", "auth_url": "http://127.0.0.1:9", "retries": 0}
    package = "ansible_collections.opentelekomcloud.cce.plugins.module_utils"
    program = f"""
import sys
from {package}._errors import CceError
from {package}._report import Report
from {package}._service.find import find_jobs
from {package}._service.options import MODULE
from {package}._service.request import read_request
try:
    find_jobs(read_request(MODULE, {options!r}, {{}}, {{}}), "tests", Report(print, print, lambda secret: None))
except CceError as error:
    print(error.kind)
print([name for name in sys.modules if name.partition(".")[0] in ("openstack", "keystoneauth1")])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "connection\n[]\n"


def test_unknown_name(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({"mint": {}, "other": {}, 7: {}})
    assert "not a string" in refusal(cloud="7")
    write({"mint": {}, "other": {}})
    for fact in ("'mine'", f"{tmp_path}/clouds.yaml", " mint?"):
        assert fact in refusal()
    assert "mint, other" in refusal(cloud="x")
    write({})
    assert "no clouds" in refusal()


def test_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    loader = pytest.importorskip("openstack.config.loader")
    monkeypatch.setattr(loader, "CONFIG_FILES", ["/missing/clouds.yaml"] * 2)
    monkeypatch.setattr(loader, "SECURE_FILES", [])
    monkeypatch.setenv("OS_USERNAME", "u")
    for name in ("mine", "envvars", "defaults"):
        text = refusal(cloud=name)
        assert f"'{name}'" in text
        # the SDK lists the folder of the user twice
        assert text.count("/missing/clouds.yaml") == 1


@pytest.mark.parametrize(
    "content",
    [
        f"clouds:\n  mine:\n    auth:\n      password: '{PASSWORD}\n",
        f"clouds: [{PASSWORD}",
        f"clouds:\n\tmine: {PASSWORD}",
        f"[{PASSWORD}]",
        PASSWORD,
        f"clouds: {PASSWORD}",
        f"clouds: {{mine: {PASSWORD}}}",
        f"clouds: {{mine: [{PASSWORD}]}}",
        f"clouds: {{mine: {{auth: {PASSWORD}}}}}",
        "clouds:",
        "clouds: {mine: }",
        "clouds: {mine: {auth: }}",
        "\x00",
        "password: \xff",
    ],
)
@pytest.mark.parametrize("file", ["clouds.yaml", "secure.yaml"])
def test_unusable_file(
    write: t.Callable[..., None], tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str, content: str
) -> None:
    write({"mine": {"auth": AUTH}})
    (tmp_path / file).write_text(content, encoding="latin-1")
    assert f"{tmp_path}/{file}" in refusal()
    assert capfd.readouterr() == ("", "")


def test_unreadable_file(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({"mine": {"auth": AUTH}})
    (tmp_path / "secure.yaml").mkdir()
    assert f"{tmp_path}/secure.yaml (is a directory)" in refusal()


def test_unusable_other_sections(write: t.Callable[..., None], tmp_path: Path) -> None:
    write({})
    (tmp_path / "clouds.yaml").write_text("clouds: {mine: {}}\ncache: 7\nclient: 7\nmetrics: 7\n", encoding="utf-8")
    assert f"{tmp_path}/clouds.yaml" in refusal()
