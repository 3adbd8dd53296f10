# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that run in the controller process; ``test_same_result.py`` compares their results with the module's."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

import ansible_collections.opentelekomcloud.cce as collection

Run = t.Callable[..., dict[str, t.Any]]
SWITCH = "opentelekomcloud_cce_in_process"
is_sent = pytest.raises(pytest.fail.Exception, match="the module is sent")


def shown(result: dict[str, t.Any]) -> dict[str, t.Any]:
    options: dict[str, t.Any] = result["invocation"]["module_args"]
    return options


def test_all_options_are_shown_with_their_values(run_action: Run, run_module: Run, simulator: t.Any) -> None:
    options = {**simulator.access(), "job_id": ["a"], "limit": 3, "finished": False, "order": None}
    here, sent = shown(run_action(options)), shown(run_module(options))
    differing = {name for name in {*here, *sent} if here.get(name) != sent.get(name)}
    # Ansible shows both names of an option, and masks secrets differently
    assert differing <= {"job_id", "id", "token"}
    assert here["id"] == ["a"]
    assert simulator.ready["token"] not in here["token"]


class Vaulted:
    """Up to ansible-core 2.18, a vaulted value is not a string, but converts to one."""

    __ENCRYPTED__ = True

    def __str__(self) -> str:
        return "from a vault"


def test_options_are_shown_in_types_of_json(run_action: Run, simulator: t.Any) -> None:
    day = datetime.date(2026, 1, 2)
    options = {**simulator.access(), "created_after": day, "type": ("a", "b"), "region": Vaulted(), "id": {7: day}}
    values = shown(run_action(options))
    assert values["created_after"] == "2026-01-02"
    assert values["type"] == ["a", "b"]
    assert values["region"] == "from a vault"
    assert values["id"] == {"7": "2026-01-02"}


def test_options_are_shown_on_request_only(run_action: Run, simulator: t.Any) -> None:
    from ansible import constants

    result = run_action(simulator.access(), ansible_inject_invocation=False)
    # always, before ansible-core 2.21
    assert ("invocation" in result) != bool(constants.config.get_configuration_definition("INJECT_INVOCATION"))


def test_warnings_are_part_of_the_result(run_action: Run, simulator: t.Any) -> None:
    [warning] = run_action({**simulator.access(), "status": ["Stopped"]})["warnings"]
    assert "Stopped" in warning
    assert "warnings" not in run_action(simulator.access())


def test_secret_that_a_job_repeats_is_masked(run_action: Run, simulator: t.Any) -> None:
    job = {"metadata": {"uid": "a"}, "status": {"status": "Failed", "reason": f"by {simulator.ready['token']}"}}
    simulator.control("PUT", "/jobs", [job])
    [found] = run_action(simulator.access())["jobs"]
    assert found["reason"].startswith("by ")
    assert simulator.ready["token"] not in str(found)


def test_check_mode_does_not_wait(run_action: Run, simulator: t.Any) -> None:
    job = {"metadata": {"uid": "a"}, "status": {"status": "Running"}}
    simulator.control("PUT", "/jobs", [job])
    waiting = {**simulator.access(), "wait": True, "wait_timeout": 3, "wait_interval": 0.1}
    assert [found["id"] for found in run_action(waiting, check_mode=True)["jobs"]] == ["a"]
    result = run_action(waiting)
    assert result["error"]["kind"] == "timeout"
    assert "3 s" in result["msg"]
    assert [found["id"] for found in result["jobs"]] == ["a"]


@pytest.mark.parametrize("name", ["there.pem", "nowhere.pem"])
def test_relative_paths_begin_at_the_playbook(
    run_action: Run, simulator: t.Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from ansible.parsing.dataloader import DataLoader

    (tmp_path / "there.pem").touch()
    monkeypatch.setattr(DataLoader, "get_basedir", lambda self: str(tmp_path))
    before = os.getcwd()
    result = run_action({**simulator.access(), "ca_cert": name})
    assert ("nowhere.pem" in result.get("msg", "")) == (name == "nowhere.pem")
    assert os.getcwd() == before


# ---------------------------------------------------------------------------------------------------------------------
# obstacles


@pytest.mark.parametrize("off", [False, "no", "{{ not true }}", "perhaps", "{{ nowhere_defined }}"])
def test_switch_turns_it_off(
    run_action: Run, simulator: t.Any, trusted: t.Callable[[t.Any], t.Any], off: t.Any
) -> None:
    assert run_action(simulator.access(), **{SWITCH: True})["jobs"]
    with is_sent:
        run_action(simulator.access(), **{SWITCH: trusted(off)})


def test_module_is_sent_on_macos(run_action: Run, simulator: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with is_sent:
        run_action(simulator.access())


def test_module_is_sent_to_another_python(run_action: Run, simulator: t.Any) -> None:
    with is_sent:
        run_action(simulator.access(), ansible_python_interpreter="/usr/bin/other-python")


def test_module_is_sent_from_a_folder_that_cannot_be_entered(
    run_action: Run, simulator: t.Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible.parsing.dataloader import DataLoader

    monkeypatch.setattr(DataLoader, "get_basedir", lambda self: str(tmp_path / "nowhere"))
    before = os.getcwd()
    with is_sent:
        run_action(simulator.access())
    assert os.getcwd() == before


def test_module_is_sent_if_ansible_lacks_something(
    run_action: Run, simulator: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible import constants

    def missing(*_arguments: t.Any, **_more: t.Any) -> t.NoReturn:
        raise KeyError("No config definition exists")

    monkeypatch.setattr(constants.config, "get_config_value", missing)
    with is_sent:
        run_action(simulator.access())


def test_module_is_sent_by_a_replacement_of_the_local_connection(
    run_action: Run, simulator: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As strategy plugins of mitogen do. It has no option named pipelining, and its temporary folder may not exist."""
    from ansible.plugins.connection import ConnectionBase
    from ansible.plugins.loader import connection_loader

    class Replacement(ConnectionBase):
        transport = "local"
        exec_command = put_file = fetch_file = close = _connect = None

    def replacement(_name: str, play_context: t.Any, *_more: t.Any) -> ConnectionBase:
        return Replacement(play_context, "/dev/null")

    monkeypatch.setattr(connection_loader, "get", replacement)
    monkeypatch.setattr("ansible.utils.display.Display.verbosity", 1, raising=False)
    with is_sent:
        run_action(simulator.access())


# ---------------------------------------------------------------------------------------------------------------------
# sending


def execute(monkeypatch: pytest.MonkeyPatch, command: str, in_data: bytes | None, module: str | None = None) -> str:
    """The output of a command that the action plugin executes with this input."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.play_context import PlayContext
    from ansible.playbook.task import Task
    from ansible.plugins.loader import action_loader, connection_loader

    play_context = PlayContext()
    connection = connection_loader.get("ansible.builtin.local", play_context, os.devnull)
    if module:
        monkeypatch.setattr(type(connection), "__module__", module)
    action = action_loader.get(
        "opentelekomcloud.cce._jobs_info",
        task=Task(),
        connection=connection,
        play_context=play_context,
        loader=DataLoader(),
        templar=None,
        shared_loader_obj=None,
    )
    result = action._low_level_execute_command(command, in_data=in_data)
    assert result["rc"] == 0, result
    return str(result["stdout"]).strip()


def test_python_does_not_read_a_module_byte_by_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    program = (
        b"# -*- coding: utf-8 -*-\nimport sys\nprint(__name__, sys.argv, sys.stdin.read(), '\xc3\xa4' == chr(0xe4))\n"
    )
    assert execute(monkeypatch, sys.executable, program) == "__main__ ['-c']  True"
    # environment variables of the task come first
    assert execute(monkeypatch, f"A=b {sys.executable}", b"import os; print(os.environ['A'])") == "b"


def test_other_commands_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert execute(monkeypatch, "echo a", None) == "a"
    program = b"import sys; print(sys.argv)"
    assert execute(monkeypatch, sys.executable, program, module="mitogen.connection") == "['']"


def test_current_folder_need_not_be_readable(tmp_path: Path) -> None:
    if not hasattr(os, "O_PATH"):
        pytest.skip("without O_PATH, the module is sent")
    as_user = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    if as_user and not shutil.which("setpriv"):
        pytest.skip("root can read every folder, and there is no setpriv to take that away")
    closed = tmp_path / "closed"
    closed.mkdir()
    program = f"""
import os
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._in_process import working_in
os.chdir({str(closed)!r})
os.chmod(".", 0o311)
try:
    os.listdir(".")
except PermissionError:
    with working_in({str(tmp_path)!r}):
        print(os.getcwd())
    print(os.getcwd())
"""
    root = Path(next(iter(collection.__path__))).parents[2]
    path = os.pathsep.join([str(root), *filter(None, sys.path)])
    done = subprocess.run(
        [*as_user, sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [str(tmp_path), str(closed)], done.stderr
