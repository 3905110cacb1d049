"""Columns cut into cells, alike in a frame and in the engine: bins of equally many rows for what has an order, else the frequent values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.plain import null_if_missing
from audit.core.check import missing
from audit.core.contract import Contract
from audit.core.subject import Subject

if TYPE_CHECKING:
    import pandas as pd

MOST_BINS, ROWS_A_BIN, MOST_WORDS = 20, 20, 50
MISSING, OTHER = "missing", "any other"


def kept_from_models(contract: Contract) -> tuple[str, ...]:
    """Return the columns that the contract keeps from models with ``feature: false``."""
    return tuple(c.name for c in contract.columns if str(c.custom.get("feature", True)).casefold() == "false")


def learnable(subject: Subject, barred: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the columns a rule could be learnt from: those of the model under audit where it is at hand, else all features, without nested ones."""
    own = next((tuple(m.features) for m in subject.models if m.chosen and m.features), ())
    schema, left_out = subject.table.schema(), set(barred)
    names = [c for c in own if c in schema.names] or list(subject.features)
    return tuple(c for c in names if c not in left_out and not (schema[c].is_nested() or schema[c].is_binary() or schema[c].is_json()))


def plain(column: ir.Column) -> ir.Column:
    """Return a column as a number (dates as seconds since 1970) or as text, missing values null."""
    kind = column.type()
    if kind.is_date() or kind.is_timestamp():
        return column.cast("timestamp").epoch_seconds().cast("float64")
    if kind.is_numeric() and not kind.is_boolean():
        return null_if_missing(column.cast("float64"))
    return column.cast("string")


def plain_columns(table: ir.Table, columns: Sequence[str]) -> dict[str, ir.Column]:
    """Return columns in the form that :func:`cut` reads, by name."""
    return {c: plain(table[c]) for c in columns}


@dataclass(frozen=True)
class Cut:
    """How a column is cut.

    Parameters
    ----------
    column : str
        Its name.
    edges : tuple of float
        For what has an order: the inner edges of the bins; a value on an edge lies above it.
    words : tuple of str
        For the rest: the values with a cell of their own; all others share one.
    ordered : bool
        Which of the two it is.
    """

    column: str
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    ordered: bool = False

    @property
    def size(self) -> int:
        """How many cells there are: the last but one holds all other values, or the highest bin; the last the missing ones."""
        return len(self.edges) + len(self.words) + 2

    def of_frame(self, values: "pd.Series") -> NDArray[np.int64]:
        """Return the cell of each value of a column in the form of :func:`plain`."""
        absent = values.isna().to_numpy()
        if self.ordered:
            placed = np.searchsorted(np.array(self.edges), values.to_numpy(dtype=float, na_value=np.nan), side="right")
        else:
            number = {word: i for i, word in enumerate(self.words)}
            placed = np.array([number.get(str(word), len(self.words)) for word in values], dtype=np.int64)
        return np.where(absent, self.size - 1, placed).astype(np.int64)

    def in_engine(self, table: ir.Table) -> ir.IntegerColumn:
        """Return the cell of each row of a table."""
        column = plain(table[self.column])
        place = ibis.literal(0, "int64")
        if self.ordered and self.edges:
            place = column.bucket(self.edges, include_under=True, include_over=True, close_extreme=False).cast("int64")
        elif self.words:
            place = column.cases(*((word, i) for i, word in enumerate(self.words)), else_=len(self.words)).cast("int64")
        return ibis.ifelse(missing(column), ibis.literal(self.size - 1, "int64"), place)

    def name(self, cell: int) -> str:
        """Return a cell in words, such as ``age from 20 to below 30`` or ``town 'Bree'``."""
        if cell == self.size - 1:
            return f"{self.column} {MISSING}"
        if not self.ordered:
            return f"{self.column} '{self.words[cell]}'" if cell < len(self.words) else f"{self.column} {OTHER}"
        low = f"{self.edges[cell - 1]:,.4g}" if cell > 0 else ""
        high = f"{self.edges[cell]:,.4g}" if cell < len(self.edges) else ""
        return f"{self.column} " + (f"from {low} to below {high}" if low and high else f"from {low}" if low else f"below {high}" if high else "known")


def cut(column: str, values: "pd.Series") -> Cut:
    """Cut a column by sampled values in the form of :func:`plain`."""
    import pandas as pd

    known = values.dropna()
    if not pd.api.types.is_numeric_dtype(values):
        return Cut(column, words=tuple(map(str, known.value_counts().index[:MOST_WORDS])))
    finite = known.to_numpy(dtype=float)
    finite = finite[np.isfinite(finite)]
    distinct = np.unique(finite)
    bins = min(MOST_BINS, len(finite) // ROWS_A_BIN)
    if len(distinct) < 2 or bins < 2:
        return Cut(column, ordered=True)
    edges = (distinct[1:] + distinct[:-1]) / 2 if len(distinct) <= bins else np.unique(np.quantile(finite, np.arange(1, bins) / bins))
    return Cut(column, edges=tuple(float(e) for e in edges if e > distinct[0]), ordered=True)
