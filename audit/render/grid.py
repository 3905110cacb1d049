"""An exhibit's rows as a table of texts, for the readers that show no picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.core.exhibit import Exhibit, Kind
from audit.render.figures import number, unit_of
from audit.render.wording import clean, plain_name

#: Rows shown on a page; run.json has them all.
SHOWN = 60

#: Which axis title names the numbers of a kind, and in which columns they stand.
_MEASURED: dict[Kind, tuple[str, tuple[str, ...]]] = {
    Kind.BARS: ("x_label", ("value", "low", "high")),
    Kind.TREE: ("x_label", ("value", "low", "high")),
    Kind.LINES: ("y_label", ("y", "low", "high")),
    Kind.SCATTER: ("y_label", ("y", "low", "high")),
    Kind.HISTOGRAM: ("x_label", ("low", "high")),
    Kind.HEATMAP: ("", ("value",)),
}


@dataclass(frozen=True)
class Grid:
    """A table of texts.

    Parameters
    ----------
    heads : sequence of str
        Column headings.
    numeric : sequence of bool
        Which columns hold numbers, to be set flush right.
    rows : sequence of sequences of str
        The cells.
    left_out : int
        Rows that were not taken.
    marked : frozenset of int
        Rows to be set off.
    """

    heads: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[str]]
    left_out: int = 0
    marked: frozenset[int] = frozenset()


def grid(exhibit: Exhibit) -> Grid:
    """Return an exhibit's rows as texts, numbers in the unit that its axis titles or column names give them."""
    shown = [c for c in exhibit.columns if not (exhibit.kind is Kind.TREE and c in ("id", "parent"))]
    columns = {c: exhibit.column(c) for c in shown}
    units = {c: _unit(exhibit, c, values) for c, values in columns.items()}
    numeric = [any(isinstance(v, (int, float)) and not isinstance(v, bool) for v in columns[c]) for c in shown]
    rows = [
        [_cell(columns[c][i], units[c], is_number) for c, is_number in zip(shown, numeric, strict=True)] for i in range(min(SHOWN, len(exhibit.rows)))
    ]
    return Grid([_head(exhibit, c) for c in shown], numeric, rows, max(0, len(exhibit.rows) - SHOWN))


def _unit(exhibit: Exhibit, column: str, values: Sequence[Any]) -> str:
    label, measured = _MEASURED.get(exhibit.kind, ("", ()))
    if column in measured:
        together = [v for c in measured if c in exhibit.columns for v in exhibit.column(c)]
        return unit_of(f"{exhibit.title} {exhibit.note}" if exhibit.kind is Kind.HEATMAP else getattr(exhibit, label), together)
    return unit_of(column, values) if column not in ("n", "count") else ""


def _cell(value: Any, unit: str, is_number: bool) -> str:
    return number(value, unit) if value is not None or is_number else "–"


def _head(exhibit: Exhibit, column: str) -> str:
    label, measured = _MEASURED.get(exhibit.kind, ("", ()))
    if measured and column == measured[0] and exhibit.kind not in (Kind.HISTOGRAM, Kind.HEATMAP):
        return clean(getattr(exhibit, label)) or column
    if exhibit.kind in (Kind.LINES, Kind.SCATTER, Kind.HEATMAP) and column in ("x", "y"):
        return clean(getattr(exhibit, f"{column}_label")) or column
    if exhibit.kind is not Kind.TABLE and column in ("low", "high"):
        return {"low": "from", "high": "to"}[column]
    return "rows" if column == "n" else plain_name(column)
