"""An exhibit in words, for readers who do not see its picture."""

from collections.abc import Sequence
from typing import Any

from audit.core.exhibit import Exhibit, Kind
from audit.render.figures import finite, interval, mark, number, unit_of
from audit.render.wording import count, line

#: How many rows are read out; the table has all.
SPOKEN = 8


def describe(exhibit: Exhibit) -> str:
    """Return what an exhibit shows, in a few sentences with its numbers."""
    rows = [dict(zip(exhibit.columns, row, strict=True)) for row in exhibit.rows]
    if not rows:
        return f"{line(exhibit.title)}: no rows."
    says = {
        Kind.BARS: _rows_with_values,
        Kind.TREE: _rows_with_values,
        Kind.LINES: _courses,
        Kind.SCATTER: _courses,
        Kind.HISTOGRAM: _bins,
        Kind.HEATMAP: _cells,
        Kind.TABLE: _table,
    }[exhibit.kind](exhibit, rows)
    rule = ""
    if (reference := finite(exhibit.reference)) is not None:
        rule = f" The dashed rule marks {line(exhibit.reference_label) or 'a reference'} at {mark(reference, _unit(exhibit, rows))}."
    return f"{says}{rule}"


def _unit(exhibit: Exhibit, rows: Sequence[dict[str, Any]]) -> str:
    if exhibit.kind in (Kind.LINES, Kind.SCATTER):
        return unit_of(exhibit.y_label, [r["y"] for r in rows])
    if exhibit.kind is Kind.HISTOGRAM:
        return unit_of(exhibit.x_label, [r[end] for r in rows for end in ("low", "high")])
    if exhibit.kind is Kind.HEATMAP:
        return unit_of(f"{exhibit.title} {exhibit.note}", [r["value"] for r in rows])
    return unit_of(exhibit.x_label, [r.get("value") for r in rows])


def _rows_with_values(exhibit: Exhibit, rows: Sequence[dict[str, Any]]) -> str:
    unit = _unit(exhibit, rows)
    spoken = []
    for row in rows[:SPOKEN]:
        name = line(row["label"]) + (f", {line(row['series'])}" if row.get("series") is not None else "")
        low, high = finite(row.get("low")), finite(row.get("high"))
        ends = f" ({interval((low, high), unit)})" if low is not None and high is not None else ""
        spoken.append(f"{name} {number(row['value'], unit)}{ends}")
    kind = "Tree with" if exhibit.kind is Kind.TREE else "Bar chart with"
    measured = f" of {line(exhibit.x_label)}" if exhibit.x_label else ""
    return f"{kind} {count(len(rows), 'row')}{measured}: {'; '.join(spoken)}{_more(rows)}."


def _courses(exhibit: Exhibit, rows: Sequence[dict[str, Any]]) -> str:
    unit = _unit(exhibit, rows)
    kind = "Line chart" if exhibit.kind is Kind.LINES else "Scatter plot"
    spoken = []
    for name in list(dict.fromkeys(row.get("series") for row in rows))[:SPOKEN]:
        own = [r for r in rows if r.get("series") == name]
        known = [v for v in (finite(r["y"]) for r in own) if v is not None]
        course = f"between {number(min(known), unit)} and {number(max(known), unit)}" if known else "not estimable"
        if exhibit.kind is Kind.LINES and known:
            course = f"from {number(known[0], unit)} at {line(own[0]['x'])} to {number(known[-1], unit)} at {line(own[-1]['x'])}"
        spoken.append(f"{line(name)} {course}" if name is not None else course)
    axes = " against ".join(line(label) for label in (exhibit.y_label, exhibit.x_label) if label)
    return f"{kind}{f' of {axes}' if axes else ''}, {count(len(rows), 'point')}: {'; '.join(spoken)}."


def _bins(exhibit: Exhibit, rows: Sequence[dict[str, Any]]) -> str:
    unit = _unit(exhibit, rows)
    tallest = max(rows, key=lambda r: finite(r["count"]) or 0.0)
    ends = [v for r in rows for v in (r["low"], r["high"]) if isinstance(v, (int, float))]
    across = f" from {number(min(ends), unit)} to {number(max(ends), unit)}" if ends else ""
    most = f"most in {number(tallest['low'], unit)} to {number(tallest['high'], unit)}: {number(tallest['count'])}"
    return f"Histogram{f' of {line(exhibit.x_label)}' if exhibit.x_label else ''} with {count(len(rows), 'bin')}{across}; {most}."


def _cells(exhibit: Exhibit, rows: Sequence[dict[str, Any]]) -> str:
    unit = _unit(exhibit, rows)
    spoken = [f"{line(row['y'])} and {line(row['x'])} {number(row['value'], unit)}" for row in rows[:SPOKEN]]
    axes = " by ".join(line(label) for label in (exhibit.y_label, exhibit.x_label) if label)
    return f"Heatmap{f' of {axes}' if axes else ''} with {count(len(rows), 'cell')}: {'; '.join(spoken)}{_more(rows)}."


def _table(exhibit: Exhibit, rows: Sequence[dict[str, Any]]) -> str:
    return f"Table with {count(len(rows), 'row')} and {count(len(exhibit.columns), 'column')}."


def _more(rows: Sequence[dict[str, Any]]) -> str:
    return f"; and {len(rows) - SPOKEN:,} more in the table" if len(rows) > SPOKEN else ""
