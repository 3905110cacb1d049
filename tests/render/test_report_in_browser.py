"""The report in a real browser: branches unfold by mouse and by key, cells tell their interval, and paper shows everything."""

from collections.abc import Iterator
from typing import Any

import pytest

from audit.render.html import html
from tests.browser import browser
from tests.runs import sample_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def report(chromium, tmp_path) -> Iterator[Any]:
    file = tmp_path / "report.html"
    file.write_text(html(sample_run()), encoding="utf-8")
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.goto(file.as_uri())
    yield page
    context.close()
    assert not complaints


def test_a_branch_unfolds_by_mouse_and_by_key(report):
    tree = report.locator(".branches").first
    summary = tree.locator("summary", has_text="employed = No")
    sentence = tree.get_by_text("51 rows with checks > 3 and employed = No: share wrong 43.1")
    assert summary.is_visible()
    assert not sentence.is_visible()
    summary.click()
    assert sentence.is_visible()
    keys = tree.get_by_text("00" * 16)
    assert not keys.is_visible()
    tree.locator(".names > summary", has_text="Misjudged rows in the leaves: 3").focus()
    report.keyboard.press("Enter")
    assert keys.is_visible()


def test_a_cell_tells_its_interval_when_pointed_at_and_when_reached_by_key(report):
    cell = report.locator(".heat td", has_text="43.1")
    more = cell.locator(".more")
    assert not more.is_visible()
    cell.hover()
    assert more.is_visible()
    assert more.inner_text().replace("\u00a0", " ") == "30.5 to 56.7 %, n = 51"
    report.mouse.move(0, 0)
    cell.focus()
    assert more.is_visible()
    assert report.locator(".heat td.empty .more").first.inner_text() == "n = 12"


def test_paper_shows_every_branch_and_every_interval(report):
    report.emulate_media(media="print")
    assert report.locator(".branches").get_by_text("60 rows with checks > 3 and employed = Yes").is_visible()
    assert report.locator(".heat td", has_text="43.1").locator(".more").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_page(report, width):
    report.set_viewport_size({"width": width, "height": 800})
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")
