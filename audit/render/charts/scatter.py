"""Points of two numbers, with intervals where given."""

from typing import Any

import altair as alt

from audit.core.exhibit import Exhibit
from audit.render.charts.lines import course
from audit.render.charts.palette import SERIES
from audit.render.charts.parts import WIDTH, axis, colour, records, reference, series_of, shape, title
from audit.render.figures import number, unit_of


def scatter(exhibit: Exhibit) -> Any:
    """Return a scatter plot, each series with a colour and shape of its own, and upright lines from ``low`` to ``high`` where given.

    Columns: ``x, y`` and optionally ``low, high, series``. The reference is a value on the y axis.
    """
    rows = records(exhibit)
    series = series_of(rows)
    unit = unit_of(exhibit.y_label, [row["y"] for row in rows])
    for row in rows:
        row["said"] = number(row["y"], unit)
    across, along = course(rows, exhibit.x_label)
    many = len(series) > 1
    tint = {"color": colour(series)} if many else {"color": alt.ColorValue(SERIES[0])}
    up = alt.Y("y", type="quantitative", scale=alt.Scale(zero=False), axis=axis(unit, [row["y"] for row in rows]), title=title(exhibit.y_label, unit))
    tips = [
        alt.Tooltip("x", type=along, title=exhibit.x_label or "x"),
        *([alt.Tooltip("series", type="nominal")] if many else []),
        alt.Tooltip("said", type="nominal", title=exhibit.y_label or "y"),
    ]
    base = alt.Chart(alt.Data(values=rows))
    layers = [
        base.mark_point(filled=True, size=50, opacity=0.75).encode(across, up, tooltip=tips, **tint, **({"shape": shape(series)} if many else {}))
    ]
    if {"low", "high"} <= set(exhibit.columns):
        ends = [alt.Y("low", type="quantitative", title=title(exhibit.y_label, unit)), alt.Y2("high")]
        layers.insert(0, base.mark_rule(opacity=0.7).encode(across, *ends, **tint))
    return alt.layer(*layers, *reference(exhibit, unit, across="y"), width=WIDTH - 80, height=260)
