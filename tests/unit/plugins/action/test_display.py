# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines that a waiting task prints without -v. The integration target ``wait`` watches it in a real terminal."""

from __future__ import annotations

import re
import sys
import typing as t

import pytest

Run = t.Callable[..., dict[str, t.Any]]
RUNNING = {"metadata": {"uid": "a"}, "spec": {"type": "ScaleupCluster"}, "status": {"status": "Running"}}


@pytest.fixture
def wait(
    run_action: Run, simulator: t.Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> t.Callable[..., tuple[str, str]]:
    """The output of a task that runs out of time, and its errors."""

    def run(colored: bool, forced: bool = False, core: str = "2.19.0", waits: object = True) -> tuple[str, str]:
        from ansible import constants
        from ansible.plugins.loader import action_loader

        # the plugin loader does not put it where an import would
        plugin = sys.modules[action_loader.get("opentelekomcloud.cce._jobs_info", class_only=True).__module__]
        monkeypatch.setattr(plugin, "ANSIBLE_COLOR", colored)
        monkeypatch.setattr(plugin, "core_version", core)
        monkeypatch.setattr(constants, "ANSIBLE_FORCE_COLOR", forced)
        simulator.control("PUT", "/jobs", [RUNNING])
        # where a message is expected, a slow machine needs time for the first poll
        seconds = 3 if (colored and not forced) or core < "2.19" else 0.3
        options = {**simulator.access(), "wait": waits, "wait_timeout": seconds, "wait_interval": 0.1}
        capsys.readouterr()
        run_action(options, inventory_hostname="here")
        return capsys.readouterr()

    return run


def test_progress_is_shown_in_a_terminal(wait: t.Callable[..., tuple[str, str]]) -> None:
    printed, _errors = wait(colored=True)
    assert "<here> Waiting for ScaleupCluster" in printed


@pytest.mark.parametrize(
    "situation",
    [{"colored": False}, {"colored": True, "forced": True}, {"colored": True, "waits": False}],
    ids=["no terminal", "colors in a file", "no wait"],
)
def test_progress_is_not_shown_elsewhere(wait: t.Callable[..., tuple[str, str]], situation: dict[str, bool]) -> None:
    assert "Waiting for" not in "".join(wait(**situation))


@pytest.mark.parametrize(("core", "times"), [("2.16.19", 1), ("2.18.0", 1), ("2.19.0b1", 0), ("2.22.0rc1", 0)])
def test_message_of_a_failure_is_printed_where_ansible_does_not(
    wait: t.Callable[..., tuple[str, str]], core: str, times: int
) -> None:
    _printed, errors = wait(colored=False, core=core)
    assert len(re.findall(r"<here> Not finished within [\d.]+ s", errors)) == times
