"""Bars with intervals: a pale bar to the value, a dot at it, and a line over its interval."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from audit.core.exhibit import Exhibit
from audit.render.charts.palette import INK, SERIES
from audit.render.charts.parts import (
    CHARACTER,
    SPLIT,
    WIDTH,
    axis,
    colour,
    distinct,
    label_width,
    records,
    reference,
    said,
    series_of,
    shape,
    text_of,
    title,
    wrapped,
)
from audit.render.figures import finite, number, unit_of

#: More bars than this are no picture; the table has them all.
MOST = 40
LINE = 15


def bars(exhibit: Exhibit) -> Any:
    """Return a bar chart: labels down the side, values across, intervals where given, series side by side.

    Columns: ``label, value`` and optionally ``low, high, n, series``. The reference is a value on the x axis.
    """
    rows = records(exhibit)
    names = [text_of(row["label"]) for row in rows]
    if "series" not in exhibit.columns:
        names = distinct(names)
    for row, name in zip(rows, wrapped(names), strict=True):
        row["label"] = name
    return row_chart(exhibit, rows)


def row_chart(exhibit: Exhibit, rows: list[dict[str, Any]], *, indented: bool = False) -> Any:
    """Return the picture of rows whose labels are already wrapped: one row a label, its value as a bar.

    Parameters
    ----------
    exhibit : Exhibit
        For titles and the reference.
    rows : list of dict
        ``label, value`` and optionally ``low, high, n, series``.
    indented : bool
        Whether labels are set flush left, so that leading spaces show a level.
    """
    unit = unit_of(exhibit.x_label, [row["value"] for row in rows])
    series = series_of(rows)
    labels = list(dict.fromkeys(row["label"] for row in rows))
    kept = set(labels[:MOST])
    left_out, labels = len(labels) - len(kept), labels[:MOST]
    rows = [row for row in rows if row["label"] in kept]
    whiskers = any(row.get("low") is not None and row.get("high") is not None for row in rows)
    for row in rows:
        row["said"], row["text"] = said(row, unit), number(row["value"], unit)

    base = alt.Chart(alt.Data(values=rows))
    place: dict[str, Any] = {"y": _side(labels, indented)}
    look: dict[str, Any] = {"color": alt.ColorValue(SERIES[0])}
    beside = len(series) > 1 and len(rows) > len(labels)  # a label with one bar only has it in the middle
    if beside:
        place["yOffset"] = alt.YOffset("series", type="nominal", bandPosition=0.5, scale=alt.Scale(domain=series, paddingInner=0.25))
    if len(series) > 1:
        look = {"color": colour(series)}
    tips = [
        alt.Tooltip("label", type="nominal"),
        *([alt.Tooltip("series", type="nominal")] if series else []),
        alt.Tooltip("said", type="nominal", title="value"),
    ]
    width = max(220.0, min(370.0, WIDTH - 30 - label_width(labels)))
    low, high = _ends(rows, exhibit.reference)
    # The numbers stand in a column of their own at the right, where neither bars nor the reference rule can cross them.
    column = max(len(row["text"]) for row in rows) * CHARACTER + 16
    full = low + (high - low) * width / (width - column)
    across = alt.X(
        "value",
        type="quantitative",
        scale=alt.Scale(domain=[low, full], nice=False),
        axis=axis(unit, [row["value"] for row in rows], upto=high + (high - low) * 1e-6),
        title=title(exhibit.x_label, unit),
    )
    height = {} if beside else {"height": alt.RelativeBandSize(0.72)}
    layers = [base.mark_bar(opacity=0.35 if whiskers or len(series) > 1 else 0.85, **height).encode(x=across, tooltip=tips, **place, **look)]
    if whiskers:
        layers.append(base.mark_rule(strokeWidth=2).encode(x=alt.X("low", type="quantitative"), x2=alt.X2("high"), tooltip=tips, **place, **look))
    if whiskers or len(series) > 1:
        dots = {"shape": shape(series)} if len(series) > 1 else {}
        layers.append(
            base.mark_point(filled=True, size=55, opacity=1).encode(x=alt.X("value", type="quantitative"), tooltip=tips, **place, **look, **dots)
        )
    layers.append(base.mark_text(align="right", color=INK).encode(x=alt.XValue("width"), text=alt.Text("text", type="nominal"), **place))
    tall = max(label.count("\n") + 1 for label in labels)
    step = max(26, tall * LINE + 8, (18 * len(series) if beside else 0) + 8)
    size = {"width": width, "height": step * len(labels)}
    note = {}
    if left_out:
        said_so = f"The first {MOST} of {MOST + left_out}; the table has them all."
        note = {"title": alt.Title(said_so, color=INK, fontSize=12, fontWeight="normal", anchor="start")}
    return alt.layer(*layers, *reference(exhibit, unit, across="x"), **size, **note)


def _side(labels: Sequence[str], indented: bool) -> Any:
    flush = {"labelAlign": "left", "labelPadding": label_width(labels) + 4} if indented else {"labelPadding": 8}
    plain = alt.Axis(
        labelExpr=SPLIT, labelLimit=0, labelLineHeight=LINE, labelOverlap=False, ticks=False, domain=False, labelBaseline="middle", **flush
    )
    return alt.Y("label", type="nominal", sort=None, scale=alt.Scale(domain=list(labels)), title=None, axis=plain)


def _ends(rows: Sequence[dict[str, Any]], mark: float | None) -> tuple[float, float]:
    values = [v for row in rows for v in (row["value"], row.get("low"), row.get("high")) if v is not None]
    values += [0.0] + ([mark] if mark is not None and finite(mark) is not None else [])
    low, high = min(values), max(values)
    span = high - low or 1.0
    return low - (0.04 * span if low < 0 else 0), low + span * 1.02
