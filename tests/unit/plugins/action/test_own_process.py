# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A task that Ansible does itself, without the module; ``test_same_answer.py`` compares the two."""

from __future__ import annotations

import datetime
import os
import typing as t
from pathlib import Path

import pytest

Run = t.Callable[..., dict[str, t.Any]]


def shown(result: dict[str, t.Any]) -> dict[str, t.Any]:
    options: dict[str, t.Any] = result["invocation"]["module_args"]
    return options


def test_all_options_are_shown_with_their_values(run_action: Run, run_module: Run, simulator: t.Any) -> None:
    options = {**simulator.access(), "job_id": ["a"], "limit": 3, "finished": False, "order": None}
    here, sent = shown(run_action(options)), shown(run_module(options))
    differing = {name for name in {*here, *sent} if here.get(name) != sent.get(name)}
    # which Ansible shows under both names, and masks in its own way
    assert differing <= {"job_id", "id", "token"}
    assert here["id"] == ["a"]
    assert simulator.ready["token"] not in here["token"]


class Vaulted:
    """Up to ansible-core 2.18, a vaulted value is no text, but turns into it."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "from a vault"


def test_options_are_shown_as_json_has_them(run_action: Run, simulator: t.Any) -> None:
    day = datetime.date(2026, 1, 2)
    options = {**simulator.access(), "created_after": day, "type": ("a", "b"), "region": Vaulted(), "id": {7: day}}
    values = shown(run_action(options))
    assert values["created_after"] == "2026-01-02"
    assert values["type"] == ["a", "b"]
    assert values["region"] == "from a vault"
    assert values["id"] == {"7": "2026-01-02"}


def test_options_are_not_shown_where_nobody_asks(run_action: Run, simulator: t.Any) -> None:
    from ansible import constants

    result = run_action(simulator.access(), ansible_inject_invocation=False)
    # before ansible-core 2.21 nobody is asked
    assert ("invocation" in result) != bool(constants.config.get_configuration_definition("INJECT_INVOCATION"))


def test_warnings_are_part_of_the_result(run_action: Run, simulator: t.Any) -> None:
    [warning] = run_action({**simulator.access(), "status": ["Stopped"]})["warnings"]
    assert "Stopped" in warning
    assert "warnings" not in run_action(simulator.access())


def test_a_secret_that_the_cloud_repeats_among_the_jobs(run_action: Run, simulator: t.Any) -> None:
    job = {"metadata": {"uid": "a"}, "status": {"status": "Failed", "reason": f"by {simulator.ready['token']}"}}
    simulator.control("PUT", "/jobs", [job])
    [found] = run_action(simulator.access())["jobs"]
    assert found["reason"].startswith("by ")
    assert simulator.ready["token"] not in str(found)


def test_check_mode_does_not_wait(run_action: Run, simulator: t.Any) -> None:
    job = {"metadata": {"uid": "a"}, "status": {"status": "Running"}}
    simulator.control("PUT", "/jobs", [job])
    waiting = {**simulator.access(), "wait": True, "wait_timeout": 0.3, "wait_interval": 0.1}
    assert [found["id"] for found in run_action(waiting, check_mode=True)["jobs"]] == ["a"]
    result = run_action(waiting)
    assert result["msg"].startswith("Not finished within 0.3 s")
    assert [found["id"] for found in result["jobs"]] == ["a"]


@pytest.mark.parametrize("name", ["there.pem", "nowhere.pem"])
def test_paths_begin_where_those_of_modules_do(
    run_action: Run, simulator: t.Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from ansible.parsing.dataloader import DataLoader

    (tmp_path / "there.pem").touch()
    monkeypatch.setattr(DataLoader, "get_basedir", lambda self: str(tmp_path))
    before = os.getcwd()
    result = run_action({**simulator.access(), "ca_cert": name})
    assert ("nowhere.pem" in result.get("msg", "")) == (name == "nowhere.pem")
    assert os.getcwd() == before


def test_on_a_mac_the_module_is_sent(run_action: Run, simulator: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(pytest.fail.Exception, match="the module is sent"):
        run_action(simulator.access())
