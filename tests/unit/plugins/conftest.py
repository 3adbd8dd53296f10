# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Module, lookup, and in-process tasks as functions, and a simulated cloud.

Ansible is imported where it is used, because some tests also run without it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import typing as t
import urllib.request
from pathlib import Path

import pytest
from hypothesis import settings

# how long an example takes depends on the machine
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


def use_loader_of_ansible() -> None:
    """Have Ansible import the collection. Its plugin loader does not know collections that Python imported.

    Call this before the first import from the collection.
    """
    try:
        from ansible.plugins.loader import init_plugin_loader
        from ansible.utils.collection_loader import AnsibleCollectionConfig
    except ImportError:
        # without Ansible, or with the part of it that modules get
        return
    trees = importlib.util.find_spec("ansible_collections")
    # ansible-test has already done this
    if AnsibleCollectionConfig.collection_finder is None and trees and trees.submodule_search_locations:
        init_plugin_loader([str(Path(tree).parent) for tree in trees.submodule_search_locations])


use_loader_of_ansible()


class Simulator:
    """A simulated cloud in a separate process; ``ready`` is its ready line."""

    def __init__(self, ready: dict[str, t.Any]) -> None:
        self.ready = ready

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """Call the control API."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.ready['url']}/simulator{path}", data, method=method)
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as response:
            return json.loads(response.read() or b"null")

    def access(self, *names: str) -> dict[str, str]:
        """Options for this cloud: URLs, project, and the named credentials, by default a token."""
        return {name: self.ready[name] for name in ("endpoint", "auth_url", "project_id", *(names or ("token",)))}


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials and no proxy of the user who runs the tests."""
    for name in os.environ:
        if name.startswith("OS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@contextlib.contextmanager
def running_simulator(*options: str) -> t.Iterator[Simulator]:
    program = Path(__file__).resolve().parents[2] / "simulator"
    # no jobs that come by themselves: tests move the clock
    fixed = ["--port", "0", "--seed", "7", "--new-jobs-every", "0"]
    process = subprocess.Popen([sys.executable, str(program), *fixed, *options], stdout=subprocess.PIPE, text=True)
    try:
        yield Simulator(json.loads(t.cast(t.IO[str], process.stdout).readline()))
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="session")
def started_simulator() -> t.Iterator[Simulator]:
    with running_simulator() as started:
        yield started


@pytest.fixture(scope="module")
def own_simulator() -> t.Iterator[Simulator]:
    """A simulator for one file of tests, whose jobs hardly change: no other test moves its clock."""
    with running_simulator("--busy-for", "3000") as started:
        yield started


@pytest.fixture
def simulator(started_simulator: Simulator) -> Simulator:
    """The simulator in its initial state, except for its clock."""
    for path in ("/requests", "/jobs", "/faults"):
        started_simulator.control("DELETE", path)
    return started_simulator


@contextlib.contextmanager
def pass_arguments(arguments: dict[str, t.Any]) -> t.Iterator[None]:
    """Pass these arguments to the next AnsibleModule."""
    try:
        from ansible.module_utils.testing import patch_module_args
    except ImportError:
        # before ansible-core 2.19
        from ansible.module_utils import basic

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
            yield
    else:
        with patch_module_args(arguments):
            yield


@pytest.fixture
def module_arguments() -> t.Callable[[dict[str, t.Any]], t.ContextManager[None]]:
    """The function ``pass_arguments``."""
    return pass_arguments


def as_the_user_sees(printed: str) -> str:
    """The output of a module, masked like the controller of ansible-core 2.22 does it."""
    try:
        from ansible.module_utils.secrets import mask_secrets
    except ImportError:
        return printed
    result = json.loads(printed)
    result.pop("_ansible_new_secrets", None)
    shown: str = mask_secrets(json.dumps(result))
    return shown


@pytest.fixture
def run_module(capsys: pytest.CaptureFixture[str]) -> t.Callable[..., dict[str, t.Any]]:
    """The module as a function of its options and of Ansible's internal ones. Returns the result."""
    from ansible.module_utils.common import warnings
    from ansible.module_utils.common.parameters import PASS_VARS

    from ansible_collections.opentelekomcloud.cce.plugins.modules import jobs_info

    def run(options: dict[str, t.Any], **internal: t.Any) -> dict[str, t.Any]:
        capsys.readouterr()
        # a process of its own would have none of earlier runs
        warnings._global_warnings.clear()
        if "inject_invocation" in PASS_VARS:
            # from ansible-core 2.21 on, the invocation is only returned on request
            internal = {"inject_invocation": True, **internal}
        arguments = {**options, **{f"_ansible_{name}": value for name, value in internal.items()}}
        with pass_arguments(arguments), pytest.raises(SystemExit) as stopped:
            jobs_info.main()
        result: dict[str, t.Any] = json.loads(as_the_user_sees(capsys.readouterr().out))
        assert stopped.value.code == (1 if result.get("failed") else 0)
        return result

    return run


@pytest.fixture
def make_templar() -> t.Callable[[dict[str, t.Any]], t.Any]:
    """A Templar with these variables, which may be templates."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.template import Templar

    def make(variables: dict[str, t.Any]) -> t.Any:
        return Templar(DataLoader(), variables={name: trust(value) for name, value in variables.items()})

    return make


@pytest.fixture
def trusted() -> t.Callable[[t.Any], t.Any]:
    """The function ``trust``."""
    return trust


def trust(value: t.Any) -> t.Any:
    """A value as it comes from a playbook: from ansible-core 2.19 on, other strings are not templates."""
    try:
        from ansible.template import trust_as_template
    except ImportError:
        return value
    return trust_as_template(value) if isinstance(value, str) else value


@pytest.fixture
def run_action(make_templar: t.Callable[[dict[str, t.Any]], t.Any]) -> t.Callable[..., dict[str, t.Any]]:
    """A task of the module that runs in-process, as a function like ``run_module``."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.playbook.play_context import PlayContext
    from ansible.playbook.task import Task
    from ansible.plugins.loader import action_loader, connection_loader

    def run(options: dict[str, t.Any], check_mode: bool = False, **variables: t.Any) -> dict[str, t.Any]:
        task = Task()
        task.args = options
        task.check_mode = check_mode
        play_context = PlayContext()
        action = action_loader.get(
            "opentelekomcloud.cce._jobs_info",
            task=task,
            connection=connection_loader.get("ansible.builtin.local", play_context, os.devnull),
            play_context=play_context,
            loader=DataLoader(),
            templar=make_templar({}),
            shared_loader_obj=None,
        )
        action._execute_module = lambda **_: pytest.fail("the module is sent")
        here = {"ansible_python_interpreter": sys.executable, "ansible_inject_invocation": True}
        result: dict[str, t.Any] = json.loads(as_the_user_sees(json.dumps(action.run(task_vars={**here, **variables}))))
        return result

    return run


@pytest.fixture
def run_lookup(make_templar: t.Callable[[dict[str, t.Any]], t.Any]) -> t.Callable[..., t.Any]:
    """The lookup as a function of its terms, variables and options."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import lookup_loader

    def run(
        *terms: t.Any, variables: dict[str, t.Any] | None = None, folder: str | None = None, **options: t.Any
    ) -> t.Any:
        known = {name: trust(value) for name, value in (variables or {}).items()}
        loader = DataLoader()
        if folder:
            # that of the playbook
            loader.set_basedir(folder)
        lookup = lookup_loader.get("opentelekomcloud.cce.jobs", loader=loader, templar=make_templar(known))
        return lookup.run(list(terms), variables=known, **options)

    return run


@pytest.fixture
def query(make_templar: t.Callable[[dict[str, t.Any]], t.Any]) -> t.Callable[..., t.Any]:
    """The value of a template with these variables."""

    def evaluate(template: str, **variables: t.Any) -> t.Any:
        return make_templar(variables).template(trust(template))

    return evaluate
