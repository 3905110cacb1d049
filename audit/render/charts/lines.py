"""Lines with bands: a course over numbers, dates or ordered labels."""

import re
from typing import Any

import altair as alt

from audit.core.exhibit import Exhibit
from audit.render.charts.palette import SERIES
from audit.render.charts.parts import SPLIT, WIDTH, axis, colour, dash, records, reference, series_of, shape, text_of, title, wrapped
from audit.render.figures import finite, number, unit_of

_DATE = re.compile(r"\d{4}-\d{2}(-\d{2}([T ].*)?)?")
FEW = 40


def lines(exhibit: Exhibit) -> Any:
    """Return a line chart, with a band from ``low`` to ``high`` where given and a line, dash and shape of its own for each series.

    Columns: ``x, y`` and optionally ``low, high, series``. ``x`` is numbers, ISO 8601 dates, or labels in the order given. The reference is a value
    on the y axis.
    """
    rows = records(exhibit)
    series = series_of(rows)
    unit = unit_of(exhibit.y_label, [row["y"] for row in rows])
    for row in rows:
        row["said"] = number(row["y"], unit)
    across, along = course(rows, exhibit.x_label)
    heights = [row["y"] for row in rows]
    up = alt.Y("y", type="quantitative", scale=alt.Scale(zero=False), axis=axis(unit, heights), title=title(exhibit.y_label, unit))
    base = alt.Chart(alt.Data(values=rows))
    many, dotted = len(series) > 1, len(rows) <= FEW * max(1, len(series))
    tint = {"color": colour(series, strokes=not dotted)} if many else {"color": alt.ColorValue(SERIES[0])}
    layers = []
    if {"low", "high"} <= set(exhibit.columns):
        band = [alt.Y("low", type="quantitative", title=title(exhibit.y_label, unit)), alt.Y2("high")]
        layers.append(base.mark_area(opacity=0.18, line=False).encode(across, *band, **tint))
    layers.append(base.mark_line(strokeWidth=2).encode(across, up, **tint, **({"strokeDash": dash(series, legend=not dotted)} if many else {})))
    if dotted:
        tips = [
            alt.Tooltip("x", type=along, title=exhibit.x_label or "x"),
            *([alt.Tooltip("series", type="nominal")] if many else []),
            alt.Tooltip("said", type="nominal", title="value"),
        ]
        layers.append(
            base.mark_point(filled=True, size=36, opacity=1).encode(across, up, tooltip=tips, **tint, **({"shape": shape(series)} if many else {}))
        )
    return alt.layer(*layers, *reference(exhibit, unit, across="y"), width=WIDTH - 80, height=230)


def course(rows: list[dict[str, Any]], label: str) -> tuple[Any, str]:
    """Return the x encoding for numbers, dates or labels, and its type; labels are written as text in place."""
    values = [row["x"] for row in rows]
    if all(finite(v) is not None for v in values):
        unit = unit_of(label, values)
        scale = alt.Scale(zero=False, nice=False)
        return alt.X(
            "x", type="quantitative", scale=scale, axis=axis(unit, values, grid=False, tickCount=8), title=title(label, unit)
        ), "quantitative"
    if all(isinstance(v, str) and _DATE.fullmatch(v) for v in values):
        plain = alt.Axis(grid=False, labelOverlap=True, tickCount=6)
        return alt.X("x", type="temporal", scale=alt.Scale(type="utc"), axis=plain, title=title(label, "")), "temporal"
    for row, name in zip(rows, wrapped([text_of(row["x"]) for row in rows], most=24), strict=True):
        row["x"] = name
    names = list(dict.fromkeys(row["x"] for row in rows))
    crowded = sum(len(n) for n in names) * 7 > WIDTH - 80
    plain = alt.Axis(grid=False, labelExpr=SPLIT, labelLimit=0, labelAngle=-40 if crowded else 0)
    return alt.X("x", type="ordinal", sort=None, scale=alt.Scale(domain=names), axis=plain, title=title(label, "")), "nominal"
