# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values that filters get from ansible-core, with and without templates in them."""

from __future__ import annotations

import typing as t

from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._plain_values import plain_values
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.plugin_utils.timeline.pages import NOW, job, page

FILTER = "opentelekomcloud.cce.timeline"

Query = t.Callable[..., t.Any]
Trust = t.Callable[[t.Any], t.Any]


class Wrapper(list[t.Any]):
    """A container of a new ansible-core, which counts how often it has to look for templates."""

    def __init__(self, values: list[t.Any]) -> None:
        super().__init__(values)
        self.read: list[int] = []

    def _non_lazy_copy(self) -> list[t.Any]:
        return list(self)

    def __getitem__(self, number: t.Any) -> t.Any:
        self.read.append(number)
        return super().__getitem__(number)


def test_values_without_templates_are_not_read_one_by_one() -> None:
    values = [job("a"), {"number": 1.5, "empty": None, "list": ["x", True]}]
    wrapper = Wrapper(values)
    assert plain_values(wrapper) == values
    assert wrapper.read == []


def test_what_may_be_a_template_is_left_to_ansible() -> None:
    other = object()
    wrapper = Wrapper([{"a": "plain"}, {"a": ["{{ name }}"]}, other])
    assert plain_values(wrapper) == [{"a": "plain"}, {"a": ["{{ name }}"]}, other]
    assert wrapper.read == [1, 2]


def test_values_of_an_older_ansible_are_the_same_objects() -> None:
    values = [job("a")]
    assert plain_values(values) is values


def test_templates_in_variables_are_evaluated(query: Query, trusted: Trust) -> None:
    changed = {**job("a"), "resource_name": trusted("{{ name }}")}
    made = query(f"{{{{ jobs | {FILTER}(now=now) }}}}", jobs=[changed, job("b")], name="node-9", now=NOW)
    assert made == page([{**changed, "resource_name": "node-9"}, job("b")])


def test_braces_in_results_stay(query: Query) -> None:
    jobs = [job("a", "Failed", reason='{"error": "quota"}'), job("b")]
    assert query(f"{{{{ jobs | {FILTER}(now=now) }}}}", jobs=jobs, now=NOW) == page(jobs)
