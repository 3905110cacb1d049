"""Counts in bins of a number."""

from statistics import median
from typing import Any

import altair as alt

from audit.core.exhibit import Exhibit
from audit.render.charts.palette import SERIES
from audit.render.charts.parts import WIDTH, axis, colour, dash, records, reference, series_of, title
from audit.render.figures import number, unit_of


def histogram(exhibit: Exhibit) -> Any:
    """Return a histogram: bars for one distribution, outlines of their own colour and dash for several.

    Columns: ``low, high, count`` and optionally ``series``. A bin that is open at one end is drawn as wide as the others. The reference is a value on
    the x axis.
    """
    rows = closed(records(exhibit))
    series = series_of(rows)
    edges = [row[end] for row in rows for end in ("low", "high")]
    unit = unit_of(exhibit.x_label, edges)
    tall = unit_of(exhibit.y_label, [row["count"] for row in rows])
    up = title(exhibit.y_label, tall, "rows")
    scale = alt.Scale(zero=False, nice=False)
    across = {"scale": scale, "axis": axis(unit, edges, grid=False, tickCount=8), "title": title(exhibit.x_label, unit)}
    if len(series) > 1:
        base = alt.Chart(alt.Data(values=_outlines(rows, series)))
        layer = base.mark_line(interpolate="step-after", strokeWidth=2).encode(
            alt.X("low", type="quantitative", **across),
            alt.Y("count", type="quantitative", axis=axis(tall), title=up),
            alt.Order("low", type="quantitative"),
            color=colour(series, strokes=True),
            strokeDash=dash(series),
        )
    else:
        for row in rows:
            row["said"] = f"{number(row['low'], unit)} to {number(row['high'], unit)}: {number(row['count'], tall)}"
        base = alt.Chart(alt.Data(values=rows))
        layer = base.mark_bar(color=SERIES[0], opacity=0.85, binSpacing=1).encode(
            alt.X("low", type="quantitative", bin="binned", **across),
            alt.X2("high"),
            alt.Y("count", type="quantitative", axis=axis(tall), title=up),
            tooltip=[alt.Tooltip("said", type="nominal", title="bin")],
        )
    return alt.layer(layer, *reference(exhibit, unit, across="x"), width=WIDTH - 80, height=220)


def closed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return bins with both ends known, and without those that have none; an open end is put one usual width away."""
    widths = [row["high"] - row["low"] for row in rows if row["low"] is not None and row["high"] is not None]
    usual = median(widths) if widths else 1.0
    result = []
    for row in rows:
        low, high = row["low"], row["high"]
        if low is not None or high is not None:
            result.append(row | {"low": low if low is not None else high - usual, "high": high if high is not None else low + usual})
    return result


def _outlines(rows: list[dict[str, Any]], series: list[str]) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    for name in series:
        bins = sorted((row for row in rows if row["series"] == name), key=lambda row: row["low"])
        # A step line needs an end, or its last bin has no width.
        points += [{"low": r["low"], "count": r["count"], "series": name} for r in bins] + [{"low": bins[-1]["high"], "count": 0, "series": name}]
    return points
