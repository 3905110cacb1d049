import xml.etree.ElementTree as ET

import pytest

from audit.core.exhibit import REQUIRED_COLUMNS, Exhibit, Kind
from audit.render.branches import ordered
from audit.render.charts import chart
from audit.render.charts.histogram import closed
from audit.render.describe import describe
from audit.render.svg import svg
from tests.render.awkward_runs import EXHIBITS

DRAWN = [k for k in Kind if k is not Kind.TABLE]


def drawn(exhibit):
    return svg(chart(exhibit), title=exhibit.title, description=describe(exhibit), name="p1")


def texts(exhibit):
    return [" ".join(t.itertext()) for t in ET.fromstring(drawn(exhibit)).iter("{http://www.w3.org/2000/svg}text")]


def bars(rows, columns=("label", "value"), **options):
    return Exhibit(Kind.BARS, "t", columns, rows, **options)


def test_a_table_has_no_chart():
    assert chart(EXHIBITS[Kind.TABLE]) is None
    assert chart(bars([])) is None


@pytest.mark.parametrize("kind", DRAWN)
def test_chart_is_valid_vega_lite(kind):
    chart(EXHIBITS[kind]).to_dict(validate=True)


@pytest.mark.parametrize("kind", DRAWN)
def test_svg_is_xml_with_a_text_alternative_and_nothing_from_outside(kind):
    text = drawn(EXHIBITS[kind])
    root = ET.fromstring(text)
    assert root.get("role") == "img"
    named = [root.find(f"*[@id='{i}']").text for i in root.get("aria-labelledby").split()]
    assert all(named)
    assert "<script" not in text
    assert "href" not in text
    assert "NaN" not in text
    assert "Infinity" not in text


@pytest.mark.parametrize("kind", DRAWN)
def test_one_row_and_no_numbers(kind):
    values = {"label": "a", "value": None, "x": None, "y": None, "low": None, "high": None, "count": 1, "id": 1, "parent": None}
    names = REQUIRED_COLUMNS[kind]
    ET.fromstring(drawn(Exhibit(kind, "t", names, [[values[c] for c in names]])))


def test_shares_are_per_cent_and_labels_are_whole():
    long = "a label of many words that no chart should ever cut off however little room there seems to be for it"
    found = texts(bars([(long, 0.742), ("b", None)], x_label="share of rows"))
    assert "74.2 %" in found
    assert "not estimable" in found
    assert any(t.endswith(" %") and t != "74.2 %" for t in found)
    assert "share of rows (%)" in found
    assert long in found


def test_reference_has_a_rule_and_a_label():
    assert "limit 10 %" in texts(bars([("a", 0.2)], x_label="share", reference=0.1, reference_label="limit"))
    assert "limit (0.1)" in texts(bars([("a", 0.2)], x_label="share", reference=0.1, reference_label="limit (0.1)"))


def test_repeated_labels_stay_apart():
    assert {"a", "a (2)"} <= set(texts(bars([("a", 1), ("a", 2)])))


def test_series_differ_by_shape_or_dash_too():
    rows = [(e, e / 10, s) for e in range(5) for s in ("train", "test")]
    spec = chart(Exhibit(Kind.LINES, "t", ("x", "y", "series"), rows)).to_dict()
    encodings = [layer["encoding"] for layer in spec["layer"]]
    assert any("strokeDash" in e for e in encodings)
    assert any("shape" in e for e in encodings)
    spec = chart(bars([("a", 1, "s"), ("a", 2, "t")], ("label", "value", "series"))).to_dict()
    assert any("shape" in layer["encoding"] for layer in spec["layer"])


def test_more_bars_than_a_picture_holds_are_said_to_be_left_out():
    found = texts(bars([(f"g{i}", i) for i in range(100)]))
    assert "The first 40 of 100; the table has them all." in found
    assert "g39" in found
    assert "g40" not in found


def test_heatmap_writes_its_values():
    found = texts(Exhibit(Kind.HEATMAP, "Counts", ("x", "y", "value"), [("a", "b", 12), ("c", "b", 34567)]))
    assert {"12", "34,567"} <= set(found)


def test_open_bins_are_as_wide_as_the_others():
    rows = [
        {"low": None, "high": 0, "count": 1},
        {"low": 0, "high": 5, "count": 1},
        {"low": 5, "high": None, "count": 1},
        {"low": None, "high": None},
    ]
    assert [(r["low"], r["high"]) for r in closed(rows)] == [(-5, 0), (0, 5), (5, 10)]


def test_tree_is_in_order_and_loses_no_row():
    rows = [{"id": i, "parent": p} for i, p in [(3, 1), (1, 0), (0, None), (2, 0), (7, 8), (8, 7), (9, 9), (5, 99)]]
    assert [(r["id"], r["level"]) for r in ordered(rows)] == [(0, 0), (1, 1), (3, 2), (2, 1), (9, 0), (5, 0), (7, 0), (8, 0)]


def test_years_have_no_thousands_separator():
    rows = [(year, 0.5) for year in range(1997, 2003)]
    assert "1,997" not in texts(Exhibit(Kind.LINES, "t", ("x", "y"), rows))
    assert "1999" in texts(Exhibit(Kind.LINES, "t", ("x", "y"), rows))


def test_identifiers_are_told_apart():
    first, second = (svg(chart(EXHIBITS[Kind.LINES]), title="t", description="d", name=n) for n in ("p1", "p2"))
    ids = [[e.get("id") for e in ET.fromstring(text).iter() if e.get("id")] for text in (first, second)]
    assert not set(ids[0]) & set(ids[1])


@pytest.mark.parametrize("kind", list(Kind))
def test_description_has_words_for_every_kind(kind):
    assert len(describe(EXHIBITS[kind])) > 20
    assert "no rows" in describe(Exhibit(kind, "t", EXHIBITS[kind].columns, []))


def test_description_reads_the_numbers_out():
    exhibit = bars(
        [("Black", 0.742, 0.717, 0.765)], ("label", "value", "low", "high"), x_label="share released", reference=0.829, reference_label="all"
    )
    assert describe(exhibit) == "Bar chart with 1 row of share released: Black 74.2 % (71.7 to 76.5 %). The dashed rule marks all at 82.9 %."
