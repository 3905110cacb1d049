"""What several kinds of chart share: rows as values, axes, wrapped labels, the reference rule, the encodings of series."""

import textwrap
from collections.abc import Sequence
from typing import Any

import altair as alt

from audit.core.exhibit import Exhibit
from audit.render.charts.palette import DASHES, INK, SERIES, SHAPES, cycle
from audit.render.figures import finite, interval, mark, number
from audit.render.wording import clean

#: Width in pixels of the whole picture that charts aim at.
WIDTH = 500
#: Width of a character of an axis label, about.
CHARACTER = 6.6
#: Splits labels that were wrapped in advance; nothing is cut.
SPLIT = "split(datum.label, '\\n')"


def records(exhibit: Exhibit) -> list[dict[str, Any]]:
    """Return the rows of an exhibit as dictionaries; numbers that are not finite become ``None`` and texts are cleaned."""
    return [{c: _value(v) for c, v in zip(exhibit.columns, row, strict=True)} for row in exhibit.rows]


def _value(value: Any) -> Any:
    return clean(value) if isinstance(value, str) else value if isinstance(value, bool) else finite(value)


def text_of(value: Any) -> str:
    """Return a label as text; a missing one is shown as missing."""
    return "(missing)" if value is None else number(value) if isinstance(value, (float, bool)) else str(value)


def wrapped(labels: Sequence[str], *, most: int = 46) -> list[str]:
    """Return labels with line breaks, nothing cut off: on two lines where that is enough, as rows are all as tall as the tallest label."""
    room = min(most, max(24, max((len(label) for label in labels), default=0) // 2 + 6))
    return ["\n".join(textwrap.wrap(label, room) or ["(empty)"]) for label in labels]


def distinct(labels: Sequence[str]) -> list[str]:
    """Return labels that differ from each other: a repeated one is numbered."""
    seen: dict[str, int] = {}
    result = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        result.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return result


def label_width(labels: Sequence[str]) -> float:
    """Return the width in pixels that wrapped labels take, about."""
    return max((len(part) for label in labels for part in label.split("\n")), default=0) * CHARACTER


def said(row: dict[str, Any], unit: str) -> str:
    """Return value, interval and number of rows of a row, for a tooltip."""
    parts = [number(row.get("value"), unit)]
    if row.get("low") is not None and row.get("high") is not None:
        parts.append(f"interval {interval((row['low'], row['high']), unit)}")
    if row.get("n") is not None:
        parts.append(f"n = {row['n']:,.0f}")
    return ", ".join(parts)


def axis(unit: str, values: Sequence[float | None] = (), *, upto: float | None = None, **options: Any) -> Any:
    """Return an axis whose ticks are written in a unit: shares as per cent, years and whole numbers without decimals.

    Parameters
    ----------
    unit : str
        As :func:`audit.render.figures.unit_of` gives it.
    values : sequence
        What stands on the axis.
    upto : float or None
        Where ticks and grid end, though the axis goes on.
    **options
        Further properties of the axis.
    """
    known = [v for v in values if v is not None]
    if unit:
        label = "format(datum.value * 100, '.4~g')" + (" + ' %'" if unit == "share" else "")
    else:
        label = "datum.label"
        if known and all(v == int(v) for v in known):
            options["tickMinStep"] = 1
            options["format"] = "d" if all(1000 <= v <= 2999 for v in known) else ",d"
    if upto is not None:
        options["gridOpacity"] = options["tickOpacity"] = {"condition": {"test": f"datum.value <= {upto}", "value": 1}, "value": 0}
        label = f"datum.value <= {upto} ? {label} : ''"
    return alt.Axis(labelExpr=label, labelOverlap=True, **({"tickCount": 5} | options))


def title(label: str, unit: str, fallback: str = "") -> str | None:
    """Return the title of an axis: its label, with the unit where the label does not say it."""
    text = clean(label) or fallback
    if unit == "share" and "%" not in text and "per cent" not in text:
        text = f"{text} (%)".strip()
    return text or None


def reference(exhibit: Exhibit, unit: str, *, across: str) -> list[Any]:
    """Return the layers of the reference rule and its label; none where there is no reference.

    Parameters
    ----------
    exhibit : Exhibit
        With ``reference`` and ``reference_label``.
    unit : str
        In which its value is written.
    across : {"x", "y"}
        Which axis the rule stands on.
    """
    value = finite(exhibit.reference)
    if value is None:
        return []
    label = clean(exhibit.reference_label)
    if not any(c.isdigit() for c in label):
        label = f"{label} {mark(value, unit)}".strip()
    base = alt.Chart(alt.Data(values=[{"at": value, "label": label}]))
    if across == "x":
        place = {"x": alt.X("at", type="quantitative")}
        text = base.mark_text(color=INK, baseline="bottom", dy=-5, fontStyle="italic").encode(
            y=alt.YValue(0), text=alt.Text("label", type="nominal"), **place
        )
    else:
        place = {"y": alt.Y("at", type="quantitative")}
        text = base.mark_text(color=INK, align="right", baseline="bottom", dy=-4, fontStyle="italic").encode(
            x=alt.XValue("width"), text=alt.Text("label", type="nominal"), **place
        )
    return [base.mark_rule(color=INK, strokeDash=[5, 4], strokeWidth=1.5).encode(**place), text]


def colour(series: Sequence[str], *, strokes: bool = False) -> Any:
    """Return the colour encoding of the field ``series``, its legend showing dots or, on demand, strokes."""
    scale = alt.Scale(domain=list(series), range=cycle(SERIES, len(series)))
    return alt.Color("series", type="nominal", title=None, scale=scale, legend=_legend(series, strokes=strokes))


def shape(series: Sequence[str]) -> Any:
    """Return the shape encoding of the field ``series``."""
    return alt.Shape(
        "series", type="nominal", title=None, scale=alt.Scale(domain=list(series), range=cycle(SHAPES, len(series))), legend=_legend(series)
    )


def dash(series: Sequence[str], *, legend: bool = True) -> Any:
    """Return the dash encoding of the field ``series``; without a legend where shapes tell the series apart as well."""
    scale = alt.Scale(domain=list(series), range=[list(d) for d in cycle(DASHES, len(series))])
    return alt.StrokeDash("series", type="nominal", title=None, scale=scale, legend=_legend(series, strokes=True) if legend else None)


def _legend(series: Sequence[str], *, strokes: bool = False) -> Any:
    symbols = {"symbolType": "stroke"} if strokes else {"symbolStrokeWidth": 0}
    longest = max(len(s) for s in series) * CHARACTER + 40
    return alt.Legend(orient="top", labelLimit=0, symbolOpacity=1, columns=max(1, int(WIDTH // longest)), **symbols)


def series_of(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Write the series of each row as text, in place, and return them in order of appearance; empty where there is none to tell apart."""
    for row in rows:
        row["series"] = text_of(row["series"]) if "series" in row else ""
    return [s for s in dict.fromkeys(row["series"] for row in rows) if s]
