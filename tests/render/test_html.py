import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from audit.core.result import Result
from audit.core.serial import dumps, loads
from audit.core.status import Status as S
from audit.render import FORMATS
from audit.render.html import html
from audit.render.pictures import Pictures
from audit.render.wording import clean
from tests.render.awkward_runs import EXHIBITS, awkward_run, empty_run, large_run, run_with


class Page(HTMLParser):
    """The elements of a page in order, with a check that they nest."""

    VOID = {"meta", "br", "link", "img", "path", "line", "rect"}

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.words = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def awkward():
    return html(awkward_run())


def test_markup_of_the_data_is_text(awkward):
    assert "<script" not in awkward.lower()
    assert "&lt;script&gt;" in awkward
    assert "{{ 7*7 }}" in awkward
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", awkward)
    awkward.encode()


def test_every_result_has_one_place(awkward):
    page = Page(awkward)
    keys = [a["data-key"] for _, a in page.elements if "data-key" in a]
    assert sorted(keys) == sorted(clean(r.key) for r in awkward_run().results)


def test_links_lead_somewhere_and_identifiers_are_unique(awkward):
    page = Page(awkward)
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {a["href"].removeprefix("#") for a in page.all("a")} <= set(ids)


def test_needs_nothing_from_outside(awkward):
    page = Page(awkward)
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "img", "iframe", "object", "embed")
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
        assert "src" not in attributes
    assert "url(" not in re.sub(r"url\(#picture-", "", awkward)
    assert "@import" not in awkward
    assert set(re.findall(r"https?://[^\s\"'<]+", awkward)) <= {"http://www.w3.org/2000/svg"}


def test_every_picture_has_a_text_alternative_and_its_table(awkward):
    page = Page(awkward)
    pictures = page.all("svg")
    assert len(pictures) == len([k for k in EXHIBITS if k != "table"]) + 1  # and a learning curve
    ids = {a["id"] for _, a in page.elements if "id" in a}
    for picture in pictures:
        assert picture["role"] == "img"
        assert set(picture["aria-labelledby"].split()) <= ids
    assert awkward.count("The numbers in this picture") == len(pictures)


def test_order_and_landmarks():
    text = html(run_with(S.PASSED, S.FAILED, S.NOT_APPLICABLE))
    page = Page(text)
    assert page.elements[0] == ("html", {"lang": "en"})
    assert len(page.all("main")) == len(page.all("h1")) == len(page.all("nav")) == 1
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    order = ["verdict", "to-do", "examined", "family-quality", "not-examined", "provenance"]
    assert [a["id"] for a in page.all("section")] == order
    assert page.all("a")[0]["class"] == "skip"


def test_findings_are_open_and_what_holds_is_folded():
    page = Page(html(run_with(S.PASSED, S.FAILED, S.WARNED, S.UNDECIDED, S.ERROR)))
    following = [page.elements[i + 1][1] for i, (tag, _) in enumerate(page.elements) if tag == "article"]
    assert ["open" in a for a in following] == [True, True, True, True, False]


def test_states_are_said_in_words():
    words = " ".join(Page(html(awkward_run())).words)
    for word in ("Error", "Failed", "Undecided", "Warned", "Passed", "Not applicable", "Skipped"):
        assert word in words


def test_size_of_a_large_run():
    text = html(large_run())
    assert text.count("<svg") == 60
    assert len(text.encode()) < 2_000_000


def test_pictures_stop_where_there_is_no_more_room():
    pictures = Pictures(room=10)
    picture = pictures.picture(EXHIBITS["bars"])
    assert picture.svg is None
    assert "left out" in picture.lacking


def test_empty_run():
    words = " ".join(Page(html(empty_run())).words)
    assert "No verdict" in words
    assert "Nothing was examined" in words


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_without_the_drawing_libraries_tables_stand_in(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    for name in [n for n in sys.modules if n.startswith("audit.render.charts.") or n.startswith("altair.")]:
        monkeypatch.delitem(sys.modules, name)
    text = html(awkward_run())
    page = Page(text)
    assert not page.all("svg")
    assert text.count('pip install "assay-audit[report]"') + text.count("pip install &#34;assay-audit[report]&#34;") == 1
    assert len(page.all("table")) >= len(EXHIBITS)


def test_same_after_the_round_trip():
    run = run_with(S.FAILED, S.PASSED)
    assert html(loads(dumps(run))) == html(run)


@pytest.mark.parametrize("name", FORMATS)
def test_formats_are_pure(name):
    run = awkward_run()
    before = repr(run)
    assert FORMATS[name].render(run) == FORMATS[name].render(run)
    assert repr(run) == before


def test_many_measurements_are_folded_behind_the_pictures():
    run = large_run()
    few = [replace(r, measurements=r.measurements * n) for r, n in zip(run.results[:2], (1, 2), strict=True)]
    text = html(run.with_results(few))
    assert text.count("All 16 measurements") == 1
    assert "All 8 measurements" not in text


def test_what_to_do_about_several_places_of_one_check_is_said_once():
    about = [("F001", "a"), ("F001", "b"), ("F002", "a")]
    results = [Result(c, "Gap", "fairness", S.UNDECIDED, f"about {a}", where={"attribute": a}, advice="Bring more rows.") for c, a in about]
    page = html(replace(empty_run(), results=tuple(results)))
    steps = page[page.index('id="to-do"') : page.index('id="examined"')]
    assert steps.count("Bring more rows.") == 2
    assert steps.index("about a") < steps.index("about b") < steps.index("Bring more rows.")
