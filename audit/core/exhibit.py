"""Evidence worth looking at: a small table and the kind of picture it wants."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from audit.core.measurement import Scalar


class Kind(StrEnum):
    """What an exhibit looks like. Renderers draw by kind and know no check."""

    TABLE = "table"
    BARS = "bars"
    LINES = "lines"
    HISTOGRAM = "histogram"
    HEATMAP = "heatmap"
    TREE = "tree"
    SCATTER = "scatter"


#: Columns each kind must have, in any order; further columns are optional and listed with the kind in ``docs/exhibits.md``.
REQUIRED_COLUMNS: dict[Kind, tuple[str, ...]] = {
    Kind.TABLE: (),
    Kind.BARS: ("label", "value"),
    Kind.LINES: ("x", "y"),
    Kind.HISTOGRAM: ("low", "high", "count"),
    Kind.HEATMAP: ("x", "y", "value"),
    Kind.TREE: ("id", "parent", "label", "value"),
    Kind.SCATTER: ("x", "y"),
}

MAX_ROWS = 1_000


@dataclass(frozen=True)
class Exhibit:
    """A small table with the kind of picture that shows it.

    Parameters
    ----------
    kind : Kind
        How it is drawn.
    title : str
        What is seen, in words.
    columns : sequence of str
        Column names. ``bars`` knows ``label, value, low, high, n, series``; ``lines`` and ``scatter`` ``x, y, low, high, series``;
        ``histogram`` ``low, high, count, series``; ``heatmap`` ``x, y, value, n``; ``tree`` ``id, parent, label, value, n, low, high``.
    rows : sequence of sequences
        At most 1,000 rows of plain values: aggregates, never rows of the audited data.
    x_label, y_label : str
        What the axes measure, with the unit. For ``bars`` the value axis is ``x``.
    reference : float or None
        A value to draw as a rule across the picture: a limit, or the overall rate.
    reference_label : str
        What that rule is.
    note : str
        One sentence under the picture: what to see in it, or how it was made.

    Raises
    ------
    ValueError
        A required column is missing, a row has the wrong length, or there are too many rows.
    """

    kind: Kind
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Scalar]]
    x_label: str = ""
    y_label: str = ""
    reference: float | None = None
    reference_label: str = ""
    note: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        """Refuse a table that its kind cannot show."""
        object.__setattr__(self, "kind", Kind(self.kind))
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(tuple(row) for row in self.rows))
        missing = [c for c in REQUIRED_COLUMNS[self.kind] if c not in self.columns]
        if missing:
            raise ValueError(f"exhibit '{self.title}' of kind {self.kind} lacks the columns {missing}; it has {list(self.columns)}")
        if len(self.rows) > MAX_ROWS:
            raise ValueError(f"exhibit '{self.title}' has {len(self.rows)} rows; at most {MAX_ROWS} are shown, so aggregate it")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"exhibit '{self.title}' has rows that do not match its {len(self.columns)} columns")

    def column(self, name: str) -> list[Scalar]:
        """Return one column as a list."""
        index = list(self.columns).index(name)
        return [row[index] for row in self.rows]
