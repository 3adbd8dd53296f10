# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events about jobs of Cloud Container Engine, for Event-Driven Ansible."""

from __future__ import annotations

DOCUMENTATION = r"""
---
# docs/generate.py keeps everything but the descriptions of options in step with the option table.
short_description: Receive events about jobs of Cloud Container Engine (CCE)
version_added: 1.0.0
description:
  - Polls the jobs of one or several projects in Cloud Container Engine (CCE) of Open Telekom Cloud, and sends an event
    for each job that appears, changes its status, or finishes.
  - Each event holds the complete job, with the reason of a failure.
  - It compares the states of jobs from one poll to the next, so no clock can hide a change. If a job changes several
    times between two polls, there is one event with its latest status.
  - It logs in once and keeps its connection. A list that has not changed costs next to nothing.
  - During an outage it continues to poll, with growing pauses of up to ten intervals. It logs a warning when the outage
    begins and when it ends. The events of that time follow.
  - It ends only with an error that does not pass by itself, such as a wrong password. If one of several projects cannot
    be read, it logs that, and the events of the others go on.
author:
  - opentelekomcloud.cce contributors (@opentelekomcloud)
extends_documentation_fragment:
  - opentelekomcloud.cce._connection
  - opentelekomcloud.cce._filters
options:
  interval:
    description:
      - Seconds from the start of a poll to the start of the next one. Polls never overlap.
    type: float
    default: 30
  since:
    description:
      - The jobs of the first poll that cause events.
      - With V(now), none. The first poll is only the basis for comparison.
      - With a time or an age, such as V(2025-09-02T10:00:00+02:00) or V(15m), all unfinished jobs, and those that
        finished since then. Quote a date, since ansible-rulebook does not accept YAML's own type for it.
      - It has no effect on jobs that are known from O(state_file).
    type: str
    default: now
  changes:
    description:
      - The kinds of events to send.
      - V(appeared) for a new job, V(changed) for another status of a known job, and V(finished) for a job that
        succeeded or failed, even if it is new.
    type: list
    elements: str
    default: [appeared, changed, finished]
    choices: [appeared, changed, finished]
  state_file:
    description:
      - A file in which to remember the jobs that events were sent for, so that a restart continues there. Without it,
        what happens before the first poll of a restart causes no event, unless O(since) is set.
      - If the source is killed at the moment of sending an event, a restart sends this event again, with the same UUID.
      - The file contains no credentials. Its directory must exist and be writable. Each source needs its own file.
    type: path
  feedback:
    description:
      - Whether to send an event only after the engine has confirmed the previous one, and to consider it sent only
        then.
      - Requires C(ansible-rulebook) with C(--persistence-id). The source waits for up to ten intervals.
    type: bool
    default: false
  id:
    description:
      - Only jobs with one of these IDs. Subjobs are found as well.
    type: list
    elements: str
    aliases: [job_id]
  status:
    description:
      - Only events of jobs that are now in one of these states. Case does not matter.
    type: list
    elements: str
  finished:
    description:
      - V(true) for events of jobs that succeeded or failed, V(false) for all others.
    type: bool
  subjobs:
    description:
      - V(nested) includes the subjobs in each job, V(none) leaves them out.
      - With V(flat), subjobs have events of their own.
    type: str
    default: nested
    choices: [nested, flat, none]
"""

EXAMPLES = r"""
---
- name: Report failed jobs of Cloud Container Engine
  hosts: localhost
  sources:
    # With the OS_* environment variables of your openrc file
    - opentelekomcloud.cce.jobs:
        changes: [finished]
        status: [Failed]
  rules:
    - name: Name the root cause
      condition: event.cce.change == "finished"
      action:
        debug:
          msg: "{{ event.cce.job.type }} failed: {{ event.cce.job.root_cause.reason }}"

- name: Continue after a restart where the previous run stopped
  hosts: localhost
  sources:
    - opentelekomcloud.cce.jobs:
        project_name: eu-de_shop
        cluster_name: [shop]
        interval: 10
        since: 1h
        state_file: /var/lib/eda/shop.json
  rules:
    - name: Clean up after an upgrade
      condition: event.cce.change == "finished" and event.cce.job.type == "UpgradeCluster"
      action:
        run_playbook:
          name: after_upgrade.yml
"""

import importlib
import logging
import os
import sys
import types
import typing as t

_COLLECTION = "ansible_collections.opentelekomcloud.cce"


def _make_importable() -> None:
    """Make the rest of the collection importable.

    ansible-rulebook runs this file by its path, and has no loader of collections. Ansible's own would take over the
    imports of the whole process. The copy of the collection that is used is the one that this file is in.
    """
    root = os.path.abspath(__file__)
    for _level in range(5):
        root = os.path.dirname(root)
    loaded = sys.modules.get(_COLLECTION)
    # one of the two paths may lead through a symbolic link
    if os.path.realpath(root) in map(os.path.realpath, getattr(loaded, "__path__", ())):
        return
    above = root
    for _level in range(3):
        above = os.path.dirname(above)
    if os.path.join(above, *_COLLECTION.split(".")) == root and above not in sys.path:
        # for other collections of the namespace
        sys.path.append(above)
        importlib.invalidate_caches()
    top, namespace, name = _COLLECTION.split(".")
    for package in (top, f"{top}.{namespace}"):
        try:
            importlib.import_module(package)
        except ImportError:
            sys.modules[package] = _package(package)
    sys.modules[_COLLECTION] = _package(_COLLECTION, root)
    setattr(sys.modules[f"{top}.{namespace}"], name, sys.modules[_COLLECTION])


def _package(name: str, *path: str) -> types.ModuleType:
    module = types.ModuleType(name)
    module.__path__ = list(path)
    return module


_make_importable()

try:
    from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.event_source import Queue, run
except ModuleNotFoundError as error:
    if str(error.name).partition(".")[0] != "ansible":
        raise
    raise ModuleNotFoundError(
        "ansible-core is missing in the environment of ansible-rulebook. "
        f"Install it: {sys.executable} -m pip install ansible-core"
    ) from None


async def main(queue: Queue, args: dict[str, t.Any]) -> None:
    """Send events until the engine cancels it.

    Args:
        queue: where events go.
        args: the arguments in the rulebook, by name.

    Raises:
        CceError: for a failure that does not pass by itself.
    """
    await run(queue, args, logging.getLogger("opentelekomcloud.cce.jobs"))
