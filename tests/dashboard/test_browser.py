"""The dashboard as a reader meets it: a real server, a real browser."""

import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from audit.store import Store
from dashboard import looks
from dashboard.commands import arguments
from tests.browser import browser
from tests.runs import EARLIER_ID, SAMPLE_ID, earlier_run, passing_gate, sample_run

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE = 60_000

#: Where an address has a path, Streamlit first looks for its server below that path.
PROBE = re.compile(r"/_stcore/(health|host-config)$")


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    store = Store(folder / "reports")
    for run in (sample_run(), earlier_run(), passing_gate()):
        with store.writing(run.project, run.id) as unfinished:
            store.write_run(unfinished, run)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "server.log"
    with log.open("w") as output:
        # started in another folder: options must be found from anywhere
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        server = subprocess.Popen(arguments(store.root, port, browser=False), cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        _wait(f"http://localhost:{port}/_stcore/health", server, log)
        yield f"http://localhost:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)
    assert "Traceback" not in log.read_text()


def _wait(url: str, server: subprocess.Popen, log: Path) -> None:
    for _ in range(240):
        assert server.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"the server did not answer within a minute: {log.read_text()}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser() as opened:
        yield opened


@pytest.fixture
def visit(chromium, address) -> Iterator[Any]:
    """A function that opens a page; whatever goes wrong in the browser meanwhile fails the test at its end."""
    complaints: list[str] = []
    contexts = []

    def start(path: str = "", width: int = 1280, scheme: str = "light") -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("console", lambda m: complaints.append(m.text) if m.type == "error" and "Failed to load resource" not in m.text else None)
        page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else complaints.append(f"left the machine: {r.url}"))
        page.on("response", lambda r: complaints.append(f"{r.status}: {r.url}") if r.status >= 400 and not PROBE.search(r.url) else None)
        page.goto(f"{address}/{path}")
        settled(page)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not complaints


def settled(page: Any) -> None:
    page.wait_for_selector("[data-testid=stMain] h1")
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton], [data-testid=stStatusWidget]')")
    assert page.locator("[data-testid=stException]").count() == 0


def test_opens_on_the_verdict(visit):
    page = visit()
    assert page.get_by_text("Not passed", exact=True).first.is_visible()
    assert page.get_by_role("heading", name="What to do first").is_visible()
    assert page.url.endswith(f"run={SAMPLE_ID}")


def test_every_page_is_one_click_away(visit):
    page = visit()
    names = page.locator("[data-testid=stSidebar] a[data-testid=stPageLink-NavLink]").all_inner_texts()
    assert len(names) == 1 + len(looks.QUESTIONS) + 2 + 2
    for number, name in enumerate(names):
        page.locator("[data-testid=stSidebar] a[data-testid=stPageLink-NavLink]").nth(number).click()
        if name.split()[-1] != "Overview":
            page.get_by_role("heading", level=1, name=name.split("\n")[-1]).wait_for()
        settled(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_drawn(visit, scheme):
    page = visit("fairness", scheme=scheme)
    chart = page.locator("[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas").first
    chart.wait_for()
    box = chart.bounding_box()
    assert box["width"] > 300
    assert box["height"] > 80
    assert chart.locator("xpath=ancestor::*[@data-testid='stVegaLiteChart']").get_by_text("74.2 %", exact=True).count() == 1
    red, green, blue = (int(c) for c in re.findall(r"\d+", page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor"))[:3])
    assert (red + green + blue < 200) == (scheme == "dark")


def test_a_tree_is_clicked_through(visit):
    page = visit("errors")
    told = page.locator("[class*=-told]").first
    told.get_by_text("All rows (392 rows)").wait_for()
    page.get_by_role("button", name=re.compile("└ employed = No")).click()
    told.get_by_text("51 rows with checks > 3 and employed = No").wait_for()
    assert "43.1" in told.inner_text()
    told.locator("code", has_text="00" * 16).wait_for()
    # and by key alone
    page.get_by_role("button", name=re.compile("└ checks ≤ 3")).focus()
    page.keyboard.press("Enter")
    told.get_by_text("281 rows with checks ≤ 3").wait_for()
    settled(page)


def test_numbers_and_limit_are_shown_on_request(visit):
    page = visit("fairness")
    page.get_by_text("Limit, numbers and method").first.click()
    page.get_by_text("because: agreed with the review board").wait_for()
    page.get_by_role("cell", name="9.1 to 14.2 points").first.wait_for()
    page.get_by_text("Show the data behind it").first.click()
    page.locator("[data-testid=stDataFrame]").first.wait_for()
    settled(page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light")])
def test_fairness_is_a_matrix_that_leads_to_the_findings(visit, width, scheme):
    page = visit("fairness", width=width, scheme=scheme)
    assert page.get_by_text("Of 2 gaps between groups of colour and sex, 1 is beyond its limit and 1 is within its limit.").is_visible()
    table = page.get_by_role("region", name="Definitions of fairness by attribute")
    assert table.get_by_role("columnheader").all_inner_texts() == ["Definition", "colour", "sex"]
    state = table.get_by_role("link", name="Beyond limit")
    assert page.locator(state.get_attribute("href")).count() == 1
    # what says the state is legible: the contrast of its letters with its ground
    colours = [page.evaluate("([e, name]) => getComputedStyle(e)[name]", [state.element_handle(), name]) for name in ("color", "backgroundColor")]
    first, second = sorted((luminance(c) for c in colours), reverse=True)
    assert (first + 0.05) / (second + 0.05) >= 4.5
    before = page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop")
    state.click()
    page.wait_for_function("before => document.querySelector('[data-testid=stMain]').scrollTop > before", arg=before)
    page.get_by_text("F001 Selection-rate gap: colour").last.wait_for()
    groups = page.get_by_role("region", name="Groups of colour")
    assert groups.get_by_role("row").filter(has_text="Black").inner_text().split() == [
        "Black",
        "74.2",
        "%",
        "71.7",
        "to",
        "76.5",
        "%",
        "n",
        "=",
        "1,288",
    ]


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour as WCAG 2 defines it."""
    parts = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_filters_leave_what_matches(visit):
    page = visit("quality")
    page.get_by_role("button", name=re.compile("Failed")).click()
    page.get_by_text("1 of 4 results match").wait_for()
    page.get_by_text("D003 Value range").wait_for(state="detached")


def test_two_runs_are_compared(visit):
    page = visit("compare")
    page.get_by_role("heading", name="Changed state").wait_for()
    page.get_by_role("cell", name="11.6 points (9.1 to 14.2 points)").first.wait_for()


def test_a_link_names_its_run_and_a_list_opens_another(visit):
    page = visit(f"fairness?run={EARLIER_ID}")
    page.get_by_text("A gap of 8.1 points").first.wait_for()
    page.goto(page.url.split("/fairness")[0] + "/runs")
    settled(page)
    page.locator(f".st-key-open-loans-{passing_gate().id} button").click()
    page.get_by_role("heading", level=1, name="loans").wait_for()
    settled(page)


@pytest.mark.parametrize("path", ["", "fairness", "compare", "runs", "provenance"])
def test_works_on_a_phone(visit, path):
    page = visit(path, width=390)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth <= innerWidth")
    box = page.locator("[data-testid=stMain] h1").bounding_box()
    assert 0 <= box["x"] < 60
