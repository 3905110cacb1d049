"""Cells of two kinds of label, shaded by value and with the value written in them."""

from typing import Any

import altair as alt

from audit.core.exhibit import Exhibit
from audit.render.charts.palette import BELOW, HIGH, INK, LOW, MIDDLE, ON_DARK, ON_LIGHT
from audit.render.charts.parts import SPLIT, WIDTH, label_width, records, said, text_of, title, wrapped
from audit.render.figures import number, unit_of

#: In more cells than this the numbers would not be legible; the table has them.
WRITTEN = 150


def heatmap(exhibit: Exhibit) -> Any:
    """Return a heatmap. Values are written in the cells, so that nothing hangs on colour; values on both sides of zero are shaded in two colours.

    Columns: ``x, y, value`` and optionally ``n``. Shares are told from counts by the exhibit's title and note, as the axes have labels of their own.
    """
    rows = records(exhibit)
    unit = unit_of(f"{exhibit.title} {exhibit.note}", [row["value"] for row in rows])
    sides = (wrapped([text_of(row[name]) for row in rows], most=24) for name in ("x", "y"))
    for row, x, y in zip(rows, *sides, strict=True):
        row["x"], row["y"] = x, y
        row["text"], row["said"] = number(row["value"], unit) if row["value"] is not None else "–", said(row, unit)
    across, down = (list(dict.fromkeys(row[name] for row in rows)) for name in ("x", "y"))
    values = [row["value"] for row in rows if row["value"] is not None] or [0.0]
    low, high = min(values), max(values)
    if low < 0 < high:
        size = max(-low, high)
        scale, dark = alt.Scale(domain=[-size, 0, size], range=[BELOW, MIDDLE, HIGH]), [-0.55 * size, 0.55 * size]
    else:
        span = (high - low) or 1.0
        scale, dark = alt.Scale(domain=[low, low + span], range=[LOW, HIGH]), [low - 1, low + 0.5 * span]
    cell = max(30.0, min(90.0, (WIDTH - 40 - label_width(down)) / len(across)))
    crowded = label_width(across) > cell
    plain = {"labelExpr": SPLIT, "labelLimit": 0, "labelLineHeight": 15, "labelPadding": 6, "ticks": False, "domain": False}
    place = {
        "x": alt.X(
            "x",
            type="nominal",
            sort=None,
            scale=alt.Scale(domain=across),
            title=title(exhibit.x_label, ""),
            axis=alt.Axis(labelAngle=-40 if crowded else 0, **plain),
        ),
        "y": alt.Y(
            "y",
            type="nominal",
            sort=None,
            scale=alt.Scale(domain=down),
            title=title(exhibit.y_label, ""),
            axis=alt.Axis(labelBaseline="middle", **plain),
        ),
    }
    tips = [alt.Tooltip("x", type="nominal"), alt.Tooltip("y", type="nominal"), alt.Tooltip("said", type="nominal", title="value")]
    base = alt.Chart(alt.Data(values=rows))
    known = base.transform_filter("isValid(datum.value)")
    layers = [
        base.mark_rect(filled=False, stroke=INK, strokeWidth=0.5).encode(tooltip=tips, **place),
        known.mark_rect().encode(color=alt.Color("value", type="quantitative", scale=scale, legend=None), tooltip=tips, **place),
    ]
    if len(rows) <= WRITTEN:
        on_cell = f"!isValid(datum.value) ? '{INK}' : datum.value < {dark[0]} || datum.value > {dark[1]} ? '{ON_DARK}' : '{ON_LIGHT}'"
        layers.append(base.mark_text(color=alt.ExprRef(on_cell)).encode(text=alt.Text("text", type="nominal"), **place))
    step = max(34, max(label.count("\n") + 1 for label in down) * 15 + 8)
    return alt.layer(*layers, width=cell * len(across), height=step * len(down))
