# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page as text: what is in it, how large it is, and that no text can change it."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline import markup, rows
from ansible_collections.opentelekomcloud.cce.plugins.plugin_utils._timeline.page import assets
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.plugin_utils.timeline.pages import (
    HOSTILE,
    REASON,
    Page,
    failed_job,
    hostile_jobs,
    job,
    page,
    raw,
)

TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=()), min_size=1, max_size=40),
    st.text("<>&\"'/!-{} ", min_size=1),
)


def skeleton(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """The elements and the names of their attributes."""
    return [(each.name, tuple(each.attributes)) for each in Page(text).elements]


@given(TEXTS)
@settings(max_examples=60)
@example("</script>")
def test_text_cannot_change_the_page(text: str) -> None:
    made = page(hostile_jobs(text), title=f"1{text}")
    assert skeleton(made) == skeleton(page(hostile_jobs("x"), title="1x"))
    made.encode("utf-8")
    parsed = Page(made)
    shown = rows.page_text(text)
    assert f"1{shown}" in "".join(parsed.texts)
    assert parsed.data["jobs"][0][0] in (f"1{shown}", f"2{shown}")
    assert not re.search("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069]", made)


def test_long_text_is_complete() -> None:
    reason = "x" * 100_000
    assert f"<td>{reason}" in page([job("a", reason=reason)])


def test_policy_allows_what_is_in_the_page_and_nothing_else() -> None:
    parsed = Page(page([failed_job()]))
    [policy] = [each["content"] for each in parsed.all("meta") if each.get("http-equiv")]
    assert policy
    assert policy.startswith("default-src 'none'; ")
    assert not re.search("unsafe|https?:|data:|[*]", policy)
    allowed = re.findall(r"'(sha256-[^']+)'", policy)
    inline = [text for text in parsed.scripts if not text.startswith("{")]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline]
    assert allowed == [f"sha256-{value}" for value in hashes]
    names = {name for each in parsed.elements for name in each.attributes}
    assert not [name for name in names if name == "style" or name.startswith("on")]
    assert names & {"src", "href", "srcset", "action"} == {"href"}
    assert [each["href"] for each in parsed.all("a")] == ["#bad"]


def test_the_same_jobs_give_the_same_bytes() -> None:
    jobs = [job(f"job-{number}", begin=f"2026-03-14T0{number}:00:00Z") for number in range(5)]
    shuffled = random.Random(1).sample(jobs, len(jobs))
    assert page(jobs) == page(shuffled) == page(iter(jobs)) == page(tuple(jobs))
    assert page(jobs) != page(jobs, now="2026-03-15") != page(jobs, now="2026-03-15", title="x")


def test_every_job_is_in_the_table() -> None:
    parsed = Page(page([job("a", cluster_name="shop"), failed_job("b"), job("c", "Running", resource=None)]))
    by_id = {attributes["id"]: row for attributes, row in zip(parsed.all("tr")[1:], parsed.rows)}
    assert by_id["a"] == ["Success", "ScaleupCluster", "node-1", "shop", "2026-03-14 04:00:00", "31 min 5 s", ""]
    assert by_id["b"][-1] == f"InstallNode: {REASON}"
    assert by_id["c"][-2] == "2 h so far"


def test_projects_have_a_column_where_they_are_known() -> None:
    assert "Project" not in [text.strip() for text in Page(page([job()])).texts]
    parsed = Page(page([job("a", project_name="eu-de_shop"), job("b")]))
    assert sorted(row[4] for row in parsed.rows) == ["", "eu-de_shop"]


def test_failures_are_grouped_by_root_cause() -> None:
    jobs = [failed_job(f"bad-{number}", begin=f"2026-03-14T03:{number:02}:00Z") for number in range(12)]
    jobs.append(job("other", "Failed", type="DeleteNode", reason="Quota exceeded"))
    text = page(jobs).split('<section class="failures"')[1].split("</section>")[0]
    parsed = Page(text)
    assert Counter(parsed.texts)[REASON] == 1
    assert Counter(parsed.texts)["Quota exceeded"] == 1
    assert "12 jobs" in text
    assert "and 4 more" in text
    assert [each["href"] for each in parsed.all("a")] == ["#other", *(f"#bad-{number}" for number in range(11, 3, -1))]


def test_many_root_causes_are_folded_and_counted() -> None:
    jobs = [job(f"{number}", "Failed", reason=f"reason {number}") for number in range(70)]
    text = page(jobs)
    assert "46 more root causes" in text
    assert "20 further root causes" in text


def test_no_failures_section_without_failures() -> None:
    assert 'class="failures"' not in page([job()])


def test_buttons_count_each_status() -> None:
    jobs = [job("1"), job("2"), failed_job(), job("3", "Running"), job("4", "Paused"), job("5", "")]
    buttons = [each["data-status"] for each in Page(page(jobs)).all("button") if "data-status" in each]
    assert buttons == ["Failed", "Running", "Paused", "Unknown", "Success"]


def test_links_to_ids_with_special_characters() -> None:
    parsed = Page(page([job("50%25 a\n", "Failed")]))
    assert [each["href"] for each in parsed.all("a")] == ["#50%2525 a%0A"]


def test_ids_are_unique_and_not_those_of_the_page() -> None:
    parsed = Page(page([job("twice"), job("twice"), job("cce-timeline"), job(None)]))
    ids = [each.attributes["id"] for each in parsed.elements if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    assert [each.get("id") for each in parsed.all("tr")[1:]].count("twice") == 1


def test_clusters_of_the_same_name_differ() -> None:
    jobs = [
        job("a", cluster="c-1", cluster_name="shop", project_name="eu-de_x"),
        job("b", cluster="C-1"),
        job("c", cluster="c-2", cluster_name="shop", project_name="eu-nl_x"),
        job("d", cluster="c-3"),
    ]
    parsed = Page(page(jobs))
    by_id = {attributes["id"]: row[3] for attributes, row in zip(parsed.all("tr")[1:], parsed.rows)}
    assert by_id == {"a": "shop (eu-de_x)", "b": "shop (eu-de_x)", "c": "shop (eu-nl_x)", "d": "c-3"}


def test_cluster_that_was_created_again_differs_from_the_first() -> None:
    jobs = [
        job("a", cluster="c-1", cluster_name="shop", project_name="eu-de_x"),
        job("b", cluster="c-2", cluster_name="shop", project_name="eu-de_x"),
        job("c", cluster="c-3", cluster_name="shop", project_name="eu-nl_x"),
        job("d", cluster="c-4", cluster_name="other", project_name="eu-de_x"),
        job("e", cluster=None, cluster_name="shop", project_name="eu-de_x"),
        job("f", cluster="c-5", cluster_name="shop"),
    ]
    parsed = Page(page(jobs))
    assert {attributes["id"]: row[3] for attributes, row in zip(parsed.all("tr")[1:], parsed.rows)} == {
        "a": "shop (c-1)",
        "b": "shop (c-2)",
        "c": "shop (eu-nl_x)",
        "d": "other",
        "e": "shop",
        "f": "shop (c-5)",
    }


def test_no_jobs() -> None:
    text = page([])
    assert "No jobs." in text
    assert "<table" not in text
    assert len(text.encode()) <= 60_000


def test_5000_jobs_are_small() -> None:
    jobs = [
        failed_job(f"{number:08}-0000-4000-8000-000000000000", resource=f"node-{number:06}", cluster_name="shop-batch")
        for number in range(5_000)
    ]
    assert len(page(jobs).encode()) < 2_500_000


def test_more_jobs_than_a_page_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_JOBS", 3)
    parsed = Page(page([job(f"{number}", begin=f"2026-03-14T0{number}:00:00Z") for number in range(5)]))
    assert [each["id"] for each in parsed.all("tr")[1:]] == ["4", "3", "2"]
    assert "The newest 3 of 5 jobs" in "".join(parsed.texts)


def test_50000_jobs() -> None:
    one = job("a")
    text = page({**one, "id": str(number)} for number in range(50_000))
    assert "The newest 20,000 of 50,000 jobs" in text
    assert text.count("<tr id=") == 20_000


def test_times_of_the_data_are_relative() -> None:
    step = raw("step", "Failed", begin="2026-03-14T04:00:02Z", end="2026-03-14T04:00:05.5Z")
    jobs = [job("a", steps=[step]), job("b", "Running"), job("c", "Paused", begin=None), job("d", end=None)]
    data = Page(page(jobs, lanes="type")).data
    assert data["lanes"] == "type"
    assert data["now"] == 1_773_468_000_000
    found = {each[0]: each for each in data["jobs"]}
    begin = data["now"] - 7_200_000
    assert found["a"][3:5] == [begin, 1_865_000]
    assert found["a"][11][0][2:4] == [2_000, 3_500]
    assert found["b"][3:5] == [begin, None]
    assert found["c"][3:5] == [None, None]
    assert found["d"][3:5] == [begin, False]


def test_a_step_without_duration_keeps_its_times() -> None:
    """Zeros at the end of the list of values are not left out there."""
    step = raw("s", begin="2026-03-14T04:00:00Z", end="2026-03-14T04:00:00Z", type="", resource="")
    assert Page(page([job("a", steps=[step])])).data["jobs"][0][11][0][2:] == [0, 0]


def test_the_script_has_no_line_that_ends_its_element() -> None:
    parts = assets()
    assert "</" not in parts.script
    assert "</" not in parts.style


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (-5, "0 s"),
        (42_999, "42 s"),
        (60_000, "1 min"),
        (119_000, "1 min 59 s"),
        (3_900_000, "1 h 5 min"),
        (86_400_000, "1 d"),
        (90_000_000, "1 d 1 h"),
    ],
)
def test_a_duration_has_its_two_largest_units(milliseconds: int, text: str) -> None:
    assert markup.duration_text(milliseconds) == text
