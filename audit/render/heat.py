"""A heat map as a table whose cells tell their interval when they are pointed at or touched: for pages without scripts."""

from collections.abc import Sequence
from dataclasses import dataclass

from audit.core.exhibit import Exhibit, Kind
from audit.render.figures import finite, interval, number, unit_of
from audit.render.wording import line

#: Cells with an interval; without one there is nothing more to tell than a picture says.
NEEDED = {"low", "high"}


@dataclass(frozen=True)
class Cell:
    """A cell.

    Parameters
    ----------
    text : str
        Its value.
    part : float or None
        How far it lies between the smallest and the largest value, from 0 to 1; ``None`` where there is no value.
    more : str
        Rows and interval.
    """

    text: str
    part: float | None
    more: str


@dataclass(frozen=True)
class Heat:
    """The cells in lines.

    Parameters
    ----------
    across, down : sequence of str
        Labels of the columns and of the lines.
    lines : sequence of sequences of Cell or None
        ``None`` where the exhibit has no such cell.
    x, y : str
        What the two are.
    """

    across: Sequence[str]
    down: Sequence[str]
    lines: Sequence[Sequence[Cell | None]]
    x: str
    y: str


def heat(exhibit: Exhibit) -> Heat | None:
    """Return a heat map with intervals as a table of cells, or ``None`` for any other exhibit."""
    if exhibit.kind is not Kind.HEATMAP or not exhibit.rows or not set(exhibit.columns) >= NEEDED:
        return None
    rows = [dict(zip(exhibit.columns, row, strict=True)) for row in exhibit.rows]
    unit = unit_of(f"{exhibit.title} {exhibit.note}", [r["value"] for r in rows])
    known = [v for v in (finite(r["value"]) for r in rows) if v is not None]
    low, span = min(known, default=0.0), (max(known, default=0.0) - min(known, default=0.0)) or 1.0
    across, down = (list(dict.fromkeys(line(r[side]) for r in rows)) for side in ("x", "y"))
    cells: dict[tuple[str, str], Cell] = {}
    for row in rows:
        value, ends = finite(row["value"]), (finite(row["low"]), finite(row["high"]))
        told = [f"n = {row['n']:,.0f}"] if finite(row.get("n")) is not None else []
        if value is not None and ends[0] is not None and ends[1] is not None:
            told.insert(0, interval((ends[0], ends[1]), unit))
        text = "–" if value is None else number(value, unit)
        cells[line(row["x"]), line(row["y"])] = Cell(text, None if value is None else (value - low) / span, ", ".join(told))
    lines = [[cells.get((x, y)) for x in across] for y in down]
    return Heat(across, down, lines, line(exhibit.x_label), line(exhibit.y_label))
