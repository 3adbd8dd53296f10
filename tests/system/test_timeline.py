# Copyright (c) 2026, opentelekomcloud.cce contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of the filter timeline in a real browser."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.opentelekomcloud.cce.tests.system.pages import Job, View, jobs_of_a_night
from ansible_collections.opentelekomcloud.cce.tests.timeline_page.browser import find_browser, running_browser
from ansible_collections.opentelekomcloud.cce.tests.unit.plugins.plugin_utils.timeline.pages import (
    HOSTILE,
    hostile_jobs,
)

MARKS = ("success", "other", "initializing", "running", "failed")

OpenPage = Callable[..., View]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests."""
    pytest.importorskip("playwright", reason="playwright is not installed: tests/requirements/system.txt has it")
    path = find_browser()
    if not path:
        pytest.skip("no browser is installed: the Debian package is chromium")
    with running_browser(path) as started:
        yield started


@pytest.fixture(scope="module")
def jobs() -> list[Job]:
    return jobs_of_a_night()


@pytest.fixture
def make(browser: Any, jobs: list[Job], tmp_path: Path) -> Iterator[OpenPage]:
    """Make a view that is not open yet. At the end of the test, none of them may have had a problem."""
    views: list[View] = []

    def create(shown: list[Job] | None = None, **settings: Any) -> View:
        file = tmp_path / f"page-{len(views)}.html"
        views.append(View(browser, file, jobs if shown is None else shown, **settings))
        return views[-1]

    yield create
    for view in views:
        assert view.problems == []
        view.context.close()


@pytest.fixture
def view(make: OpenPage) -> View:
    return make().open()


def failures(jobs: list[Job]) -> list[Job]:
    """Failed jobs in the order in which f shows them."""
    return sorted((job for job in jobs if job["status"] == "Failed"), key=lambda job: job["created_at"])


def title(job: Job) -> str:
    return f"{job['type']} {job['resource_name']}"


# ---------------------------------------------------------------------------------------------------------------------
# what is there


def test_bars(view: View, jobs: list[Job]) -> None:
    drawn = [len(lane[mark]) for lane in view.lanes() for mark in MARKS]
    assert sum(drawn) == len(jobs)
    assert len(view.lanes()) == len({job["cluster_id"] for job in jobs})
    assert view.texts(".count b") == [
        str(sum(job["status"] == status for job in jobs)) for status in ("Failed", "Running", "Initializing", "Success")
    ]


def test_colors_and_patterns(make: OpenPage) -> None:
    shown = {}
    for scheme in ("light", "dark"):
        view = make(color_scheme=scheme).open()
        shown[scheme] = view.page.evaluate(
            "[document.body, ...document.querySelectorAll('.bars path')].map((each) =>"
            " getComputedStyle(each).fill + getComputedStyle(each).backgroundColor).join()"
        )
    assert shown["light"] != shown["dark"]
    assert "cce-pattern-failed" in shown["dark"]


@pytest.mark.parametrize("width", [360, 768, 1280, 3840])
def test_nothing_is_wider_than_the_window(make: OpenPage, width: int) -> None:
    view = make(viewport={"width": width, "height": 900}).open()
    view.press("f")
    for selector in ("html", ".plot"):
        box = view.page.evaluate(
            f"(({{scrollWidth, clientWidth}}) => [scrollWidth, clientWidth])(document.querySelector('{selector}'))"
        )
        assert box[0] <= box[1] <= width
    chart = view.find(".axis svg").bounding_box()
    assert chart["width"] > width * 0.4


def test_no_bar_covers_another(make: OpenPage) -> None:
    view = make(jobs_of_a_night(1500, 72)).open()
    assert any("expanded" in (name.get_attribute("outerHTML") or "aria-expanded") for name in view.find(".name").all())
    while view.find(".name[aria-expanded=false]").count():
        view.find(".name[aria-expanded=false]").first.click()
    lanes = view.lanes()
    assert sum(len(lane[mark]) for lane in lanes for mark in MARKS) == 1500
    for lane in lanes:
        rows: dict[int, list[tuple[float, float]]] = {}
        for x, y, width, _height in itertools.chain.from_iterable(lane[mark] for mark in MARKS):
            rows.setdefault(int(y // 16), []).append((x, x + width))
        for boxes in rows.values():
            boxes.sort()
            assert not [pair for pair in itertools.pairwise(boxes) if pair[0][1] > pair[1][0]]


def test_dense_lanes_are_strips_that_open(make: OpenPage) -> None:
    view = make(jobs_of_a_night(1500, 72)).open()
    names = view.find(".name[aria-expanded=false]")
    strips = names.count()
    assert strips
    assert "Click one to open it" in view.texts(".note")[0]
    assert view.lanes()[0]["failed"]
    view.find(".lane .bars").first.click()
    view.wait(f"document.querySelectorAll('.name[aria-expanded=false]').length === {strips - 1}")
    view.find(".name[aria-expanded=true]").click()
    view.wait(f"document.querySelectorAll('.name[aria-expanded=false]').length === {strips}")


def test_an_old_job_does_not_squeeze_the_others(make: OpenPage, jobs: list[Job]) -> None:
    old = {**jobs[-1], "id": "old", "created_at": "2025-01-01T00:00:00.000000Z"}
    old["completed_at"] = "2025-01-01T00:10:00.000000Z"
    view = make([*jobs, old]).open()
    assert sum(len(lane[mark]) for lane in view.lanes() for mark in MARKS) == len(jobs)
    assert "1 outside" in view.texts(".note")[0]
    view.press("0")
    assert "outside" not in view.texts(".note")[0]


def test_no_jobs(make: OpenPage) -> None:
    view = make([]).open()
    assert "No jobs." in view.texts(".subtitle")[0]
    assert view.find(".empty").is_visible()
    view.press("f", "ArrowRight", "+", "0", "Escape")
    assert view.title_of_job is None


def test_hostile_text_is_text(make: OpenPage) -> None:
    view = make([job for text in HOSTILE for job in hostile_jobs(text)]).open()
    failed = sum(job["status"] == "Failed" for job in view.jobs)
    seen = set()
    for _number in range(failed):
        view.press("f")
        seen.add(view.texts(".job h2")[0])
    assert {text for text in HOSTILE if text.isascii() and text.isprintable()} <= seen
    assert view.find("img, iframe, object").count() == 0
    assert view.page.evaluate("document.scripts.length") == 2


@pytest.mark.parametrize("status", ["constructor", "__proto__"])
def test_a_status_can_be_the_name_of_what_each_object_has(make: OpenPage, jobs: list[Job], status: str) -> None:
    view = make([{**jobs[0], "status": status}, *jobs[1:]]).open()
    view.wait("document.querySelectorAll('tbody a').length > 0")
    assert status in view.texts("tbody tr:not([hidden]) td:first-child")


def test_accessibility(make: OpenPage) -> None:
    from axe_playwright_python.sync_playwright import Axe

    axe = Axe()
    for settings in ({}, {"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 740}}):
        view = make(jobs_of_a_night(25), **settings).open()
        view.press("f")
        view.find(".help summary").click()
        results = axe.run(view.page)
        assert {"color-contrast", "button-name", "aria-allowed-attr"} <= {
            each["id"] for each in results.response["passes"]
        }
        assert results.violations_count == 0, results.generate_report()


# ---------------------------------------------------------------------------------------------------------------------
# keys, links, filters


def test_keys_select_jobs(view: View, jobs: list[Job]) -> None:
    in_time = sorted(jobs, key=lambda job: job["created_at"])
    view.press("ArrowRight")
    assert view.title_of_job == title(in_time[0])
    view.press("ArrowRight", "ArrowRight", "ArrowLeft")
    assert view.title_of_job == title(in_time[1])
    assert sum(len(lane["selected"]) for lane in view.lanes()) == 1
    view.press("Escape")
    assert view.title_of_job is None
    assert "#" not in view.page.url


def test_f_finds_the_next_failure(view: View, jobs: list[Job]) -> None:
    first, second = failures(jobs)[:2]
    view.press("f")
    assert view.title_of_job == title(first)
    assert first["root_cause"]["reason"] in view.texts(".job .why")[0]
    view.press("f")
    assert view.title_of_job == title(second)
    view.press("F")
    assert view.title_of_job == title(first)
    assert view.page.url.endswith(f"#{first['id']}")


def test_steps_are_bars_in_the_panel(make: OpenPage, jobs: list[Job]) -> None:
    job = next(job for job in failures(jobs) if job["subjobs"])
    view = make().open(f"#{job['id']}")
    [node] = job["subjobs"]
    types = [node["type"], *(step["type"] for step in node["subjobs"])]
    assert view.texts(".steps .label") == types
    assert view.find(".steps rect").count() == len(types)
    assert view.find(".steps rect.failed").count() == 2


def test_a_link_opens_a_job(make: OpenPage, jobs: list[Job]) -> None:
    view = make().open(f"#{jobs[5]['id']}")
    assert view.title_of_job == title(jobs[5])
    assert view.page.evaluate("scrollY") == 0
    view.page.evaluate(f"location.hash = '{jobs[7]['id']}'")
    view.wait(f"document.querySelector('.job').textContent.includes('{jobs[7]['id']}')")
    other = make().open("#nothing%")
    assert other.title_of_job is None


def test_a_job_without_a_creation_time_is_only_in_the_table(make: OpenPage, jobs: list[Job]) -> None:
    timeless = {**jobs[3], "id": "timeless", "created_at": None, "resource_name": "node-timeless"}
    view = make([*jobs, timeless]).open("#timeless")
    assert view.title_of_job == title(timeless)
    assert "1 without a creation time" in view.texts(".note")[0]
    assert sum(len(lane[mark]) for lane in view.lanes() for mark in MARKS) == len(jobs)
    assert view.texts("tbody tr:last-child td:nth-child(3)") == ["node-timeless"]
    view.find('[data-action="previous"]').click()
    assert view.title_of_job != title(timeless)


def test_links_of_failures_and_of_the_table(view: View, jobs: list[Job]) -> None:
    view.find(".failures a").first.click()
    assert view.title_of_job is not None
    view.press("Escape")
    view.find("tbody tr").nth(3).locator("a").click()
    assert view.title_of_job == title(jobs[3])
    view.find(".job .close").click()
    assert view.title_of_job is None


def test_buttons_filter_by_status(view: View, jobs: list[Job]) -> None:
    failed = len(failures(jobs))
    button = view.find('.count[data-status="Failed"]')
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    assert view.visible_rows == failed
    assert sum(len(lane["failed"]) for lane in view.lanes()) == failed
    assert sum(len(lane["success"]) for lane in view.lanes()) == 0
    assert f"{failed} of {len(jobs)}" in view.texts(".note")[0]
    button.click()
    assert view.visible_rows == len(jobs)


def test_search(view: View, jobs: list[Job]) -> None:
    job = failures(jobs)[0]
    view.press("/")
    view.page.keyboard.type(job["resource_name"].upper())
    assert view.visible_rows == 1
    view.press("ArrowLeft", "f")
    assert view.title_of_job is None
    view.press("Escape")
    assert view.visible_rows == len(jobs)
    view.press("f")
    assert view.title_of_job == title(job)


def test_lanes_can_be_changed(view: View, jobs: list[Job]) -> None:
    view.find("select").select_option("type")
    assert sorted(view.texts(".name bdi")) == sorted({job["type"] for job in jobs})
    view.find("select").select_option("project")
    assert view.texts(".name bdi") == ["No project"]


def test_table_sorts(view: View, jobs: list[Job]) -> None:
    head = view.find(
        "th",
    ).filter(has_text="Resource")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    names = sorted(job["resource_name"] for job in jobs)
    assert view.texts("tbody td:nth-child(3)") == names
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert view.texts("tbody td:nth-child(3)") == names[::-1]


def test_local_time(make: OpenPage, jobs: list[Job]) -> None:
    view = make(timezone_id="Asia/Kolkata").open()
    [created] = view.texts("tbody tr:first-child td:nth-child(5)")
    assert created == jobs[0]["created_at"][:19].replace("T", " ")
    view.press("f")
    view.find(".zone").click()
    [local] = view.texts("tbody tr:first-child td:nth-child(5)")
    hours, minutes = (int(local[11:13]) - int(created[11:13])) % 24, (int(local[14:16]) - int(created[14:16])) % 60
    assert (hours * 60 + minutes) % 60 == 30
    assert "UTC" not in view.find(".job").text_content()
    assert view.texts(".day")[0].endswith("local")
    assert all(label.endswith(("00", "30")) or " " in label for label in view.axis)
    view.find(".zone").click()
    assert view.texts("tbody tr:first-child td:nth-child(5)") == [created]


# ---------------------------------------------------------------------------------------------------------------------
# pointer


def test_zoom_and_pan(view: View) -> None:
    everything = view.axis
    view.press("+")
    assert view.axis != everything
    view.press("0")
    assert view.axis == everything
    for selector in ('[data-zoom="0.625"]', '[data-span="3600000"]'):
        view.find(selector).click()
        assert view.axis != everything
        view.press("0")
        assert view.axis == everything
    view.press("+", "+")
    view.press("-", "-", "-")
    assert view.axis == everything
    for span in ("86400000", "604800000", "all"):
        view.find(f'[data-span="{span}"]').click()
        assert view.axis == everything


def axis_changes(view: View, action: Callable[[], Any]) -> None:
    """Do something and wait until the axis shows other times."""
    view.page.evaluate("window.before = document.querySelector('.axis').innerHTML")
    action()
    view.wait("document.querySelector('.axis').innerHTML !== window.before")


def test_wheel_and_drag(view: View) -> None:
    box = view.find(".plot").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 45
    mouse = view.page.mouse
    mouse.move(x, y)
    view.page.keyboard.down("Control")
    axis_changes(view, lambda: mouse.wheel(0, -400))
    view.page.keyboard.up("Control")
    axis_changes(view, lambda: mouse.wheel(150, 0))

    def drag() -> None:
        mouse.down()
        mouse.move(x + 60, y, steps=4)
        mouse.up()

    axis_changes(view, drag)
    assert view.title_of_job is None


def test_pinch(make: OpenPage) -> None:
    view = make(has_touch=True, viewport={"width": 360, "height": 740}).open()
    view.find(".plot").scroll_into_view_if_needed()
    box = view.find(".plot").bounding_box()
    session = view.context.new_cdp_session(view.page)

    def touch(kind: str, *places: float) -> None:
        points = [{"x": place, "y": box["y"] + 60, "id": number} for number, place in enumerate(places)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def pinch() -> None:
        touch("touchStart", 150, 200)
        for wider in range(10, 100, 10):
            touch("touchMove", 150 - wider, 200 + wider)
        touch("touchEnd")

    axis_changes(view, pinch)


def test_pointer_shows_and_selects_a_job(view: View) -> None:
    x, y, width, height = view.lanes()[0]["failed"][0]
    view.find(".lane .bars").first.scroll_into_view_if_needed()
    box = view.find(".lane .bars").first.bounding_box()
    place = (box["x"] + x + width / 2, box["y"] + y + height / 2)
    view.page.mouse.move(*place)
    view.find(".tip").wait_for(state="visible")
    shown = view.find(".tip b").text_content()
    view.page.mouse.click(*place)
    assert view.title_of_job == shown
    assert not view.find(".tip").is_visible()


# ---------------------------------------------------------------------------------------------------------------------
# without JavaScript, and on paper


def test_without_javascript(make: OpenPage, jobs: list[Job]) -> None:
    view = make(java_script_enabled=False).open(f"#{jobs[40]['id']}")
    assert view.find("tbody tr").count() == len(jobs)
    assert view.find("tbody tr").nth(40).bounding_box()["y"] < 900
    assert not view.find(".timeline").is_visible()
    assert view.find(".count:disabled").count() == view.find(".count").count()
    assert view.find(".failures a").count() > 0


def test_paper(view: View) -> None:
    before = view.axis
    pages = []
    for _print in range(2):
        document = view.page.pdf(prefer_css_page_size=True)
        assert b"/MediaBox [0 0 842" in document or b"/MediaBox [0 0 841" in document
        pages.append(document.count(b"/Type /Page\n"))
        view.find(".paper input").check()
    assert 1 <= pages[0] < pages[1]
    view.wait(f"document.querySelectorAll('.axis text').length === {len(before)}")
    assert view.axis == before
    view.page.emulate_media(media="print")
    assert not view.find(".tools").is_visible()
    assert view.find(".plot").is_visible()


def test_5000_jobs(make: OpenPage) -> None:
    view = make(jobs_of_a_night(5000, 168)).open()
    marks = view.page.evaluate("performance.getEntriesByType('mark').map((mark) => mark.name)")
    assert marks == ["drawn", "complete"]
    assert view.find("tbody tr").count() == 5000
