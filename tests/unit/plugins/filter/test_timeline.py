# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter in templates of Ansible."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.errors import AnsibleError

from ansible_collections.opentelekomcloud.cce.plugins.filter import normalize_jobs, timeline
from ansible_collections.opentelekomcloud.cce.plugins.module_utils._jobs.payload import CHOICES
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.options import DEFAULT_TITLE, LANES, NAMES
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.rows import MAX_JOBS
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.plugin_utils.timeline.pages import NOW, job, page

FILTER = "opentelekomcloud.cce.timeline"

Query = t.Callable[..., t.Any]


def test_page_is_the_same_as_without_ansible(query: Query) -> None:
    jobs = [job("a"), job("b", "Failed")]
    made = query(f"{{{{ jobs | {FILTER}(title='Night', lanes='type', now=now) }}}}", jobs=jobs, now=NOW)
    assert made == page(jobs, title="Night", lanes="type")
    assert query(f"{{{{ jobs | {FILTER}('Night', 'type', now) }}}}", jobs=jobs, now=NOW) == made


def test_output_of_other_filters(query: Query) -> None:
    template = f"{{{{ jobs | rejectattr('finished') | {FILTER}(now=now) }}}}"
    jobs = [job("a"), job("b", "Running")]
    assert query(template, jobs=jobs, now=NOW) == page(jobs[1:])


def test_time_of_ansible(query: Query) -> None:
    assert "No jobs." in query(f"{{{{ [] | {FILTER}(now=now(utc=true)) }}}}")
    assert "No jobs." in query(f"{{{{ [] | {FILTER} }}}}")


def test_errors_reach_the_user(query: Query) -> None:
    for template, fact in (
        (f"{{{{ 'text' | {FILTER} }}}}", "a string"),
        (f"{{{{ [] | {FILTER}(title='') }}}}", "got an empty string"),
        (f"{{{{ [] | {FILTER}(title=' ') }}}}", "got an empty string"),
        (f"{{{{ [] | {FILTER}(titel='x') }}}}", "Did you mean title"),
        (f"{{{{ [] | {FILTER}('x', title='y') }}}}", "Too many arguments"),
        (f"{{{{ [] | {FILTER}(1, 2, 3, 4) }}}}", "Too many arguments"),
        (f"{{{{ missing_variable | {FILTER} }}}}", "missing_variable"),
    ):
        with pytest.raises(AnsibleError, match=fact):
            query(template)


def test_documentation_has_the_options_of_the_code() -> None:
    documented = yaml.safe_load(timeline.DOCUMENTATION)
    options = documented["options"]
    assert documented["positional"] == ", ".join(NAMES)
    assert sorted(options) == sorted(["_input", *NAMES])
    assert options["title"]["default"] == DEFAULT_TITLE
    assert tuple(options["lanes"]["choices"]) == LANES
    assert options["lanes"]["default"] == LANES[0]
    assert f"{MAX_JOBS:,}" in " ".join(options["_input"]["description"])


def test_documentation_of_normalize_jobs_has_the_options_of_the_code() -> None:
    options = yaml.safe_load(normalize_jobs.DOCUMENTATION)["options"]
    assert sorted(options) == sorted(["_input", *CHOICES])
    for name, choices in CHOICES.items():
        assert (tuple(options[name]["choices"]), options[name]["default"]) == (choices, choices[0])
