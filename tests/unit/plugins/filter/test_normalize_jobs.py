# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter in templates of Ansible."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.module_utils._jobs.raw_jobs import raw_job

FILTER = "opentelekomcloud.cce.normalize_jobs"

Query = t.Callable[..., t.Any]


def test_payload_becomes_jobs(query: Query) -> None:
    payload = {"items": [raw_job(id="a", status="failed"), raw_job(id="b")]}
    assert query(f"{{{{ (payload | {FILTER}(order='oldest'))[0].status }}}}", payload=payload) == "Failed"


def test_output_of_other_filters(query: Query) -> None:
    payload = [raw_job(id="a"), raw_job(id="b"), {"kind": "List"}]
    template = f"{{{{ payload | selectattr('metadata', 'defined') | {FILTER} | map(attribute='id') | join(' ') }}}}"
    assert query(template, payload=payload) == "b a"


def test_malformed_fields_become_warnings(query: Query, monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda self, text, *_, **__: warnings.append(text))
    template = f"{{{{ (payload | {FILTER})[0].type is none }}}}"
    assert query(template, payload=[raw_job(id="a", type=7)]) is True
    assert len(warnings) == 1
    assert "type" in warnings[0]


def test_errors_reach_the_user(query: Query) -> None:
    with pytest.raises(AnsibleError, match="a string"):
        query(f"{{{{ 'text' | {FILTER} }}}}")
    with pytest.raises(AnsibleError, match="Did you mean subjobs"):
        query(f"{{{{ [] | {FILTER}(subjob='flat') }}}}")
    with pytest.raises(AnsibleError, match="missing_variable"):
        query(f"{{{{ missing_variable | {FILTER} }}}}")
