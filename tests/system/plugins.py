# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run the plugins: the code that both share in this process, or both plugins in a playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.opentelekomcloud.cce.plugins.module_utils._errors import CceError
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._report import Report
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.find import FoundJobs, find_jobs
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.options import LOOKUP
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._service.request import read_request
from ansible_collections.opentelekomcloud.cce.tests.system.servers import PATIENCE, without_proxies

HERE = Path(__file__).parent


@dataclass
class Outcome:
    """The result of a call: jobs or an error, and all messages."""

    result: FoundJobs | None = None
    error: CceError | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def found(self) -> FoundJobs:
        """The result, which has to contain jobs."""
        assert self.error is None, str(self.error)
        assert self.result
        assert self.result.jobs
        return self.result

    def failed(self, kind: str) -> CceError:
        """The error, which must be of this kind."""
        assert self.error, "the call succeeded"
        assert self.error.kind == kind, f"{self.error.kind}: {self.error}"
        return self.error

    def text(self) -> str:
        """Everything that can become visible."""
        shown = [str(self.error), repr(self.error and self.error.as_dict()), repr(self.result)]
        return "\n".join([*shown, *self.warnings, *self.notes])


def ask(options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Outcome:
    """Call the code that the module and the lookup share, with this environment."""
    outcome = Outcome()
    report = Report(warning=outcome.warnings.append, info=outcome.notes.append, secret=lambda _secret: None)
    try:
        request = read_request(LOOKUP, options, {}, environment or {})
        outcome.result = find_jobs(request, "system-tests", report)
    except CceError as error:
        outcome.error = error
    return outcome


def play(folder: Path, options: Mapping[str, Any], expected: str, **environment: str) -> str:
    """Run both plugins in a playbook with the highest verbosity, and return all output.

    Args:
        folder: where to put files.
        options: options for both.
        expected: ``success``, or the kind of the error.
        environment: variables for ansible-playbook.
    """
    variables = folder / "variables.json"
    variables.write_text(json.dumps({"given": dict(options), "expected": expected}), encoding="utf-8")
    command = [sys.executable, "-m", "ansible", "playbook", "-vvvvv", "--extra-vars", f"@{variables}"]
    done = subprocess.run(
        [*command, str(HERE / "playbook.yml")],
        cwd=folder,
        env={
            **without_proxies(os.environ),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_REMOTE_TEMP": str(folder / "home" / "tmp"),
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout
