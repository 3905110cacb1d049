"""How often each value, or bin of values, of a column occurs in either period: one grouped ask for each column, all of one shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.shift.periods import LATE
from audit.core.ask import Ask, Rows, rows
from audit.core.check import missing

#: Values beyond this many are binned: ordered ones in bins of equally many rows, others by putting the rare ones together.
BINS = 256
MISSING = -1


def ordered(column: ir.Column) -> bool:
    """Whether the values of a column have an order that a distribution function can follow."""
    kind = column.type()
    return bool(kind.is_numeric() and not kind.is_boolean()) or bool(kind.is_date() or kind.is_timestamp() or kind.is_time())


def column_counts(table: ir.Table, name: str) -> Ask:
    """Ask for the counts of a column by cell and period.

    Parameters
    ----------
    table : ibis table
        With the column and the boolean ``LATE``.
    name : str
        The column.

    Returns
    -------
    Ask
        Rows of ``(cell, early, late, distinct, low, high)``: cells in order, -1 for missing values; how many distinct values a cell
        holds, and the first and last of them as text.
    """
    column = table[name]
    in_order = ordered(column)
    value = ibis.ifelse(missing(column), ibis.null(column.type()), column) if column.type().is_floating() else column
    value = value if in_order else value.cast("string")
    pairs = table.select(value=value, late=table[LATE])
    by_value = pairs.group_by("value").aggregate(early=(~pairs.late).sum(), late=pairs.late.sum())
    known = by_value.value.notnull()
    n = by_value.early + by_value.late
    if in_order:
        window = ibis.window(group_by=known, order_by=by_value.value)
        so_far = n.sum().over(ibis.cumulative_window(group_by=known, order_by=by_value.value))
        total = n.sum().over(ibis.window(group_by=known))
        few = by_value.count().over(ibis.window(group_by=known)) <= BINS
        cell = ibis.ifelse(few, ibis.row_number().over(window), ((so_far - 1) * BINS) // total)
    else:
        window = ibis.window(group_by=known, order_by=[ibis.desc(n), by_value.value])
        cell = ibis.least(ibis.row_number().over(window), ibis.literal(BINS - 1, "int64"))
    placed = by_value.mutate(cell=ibis.ifelse(known, cell.cast("int64"), ibis.literal(MISSING, "int64")))
    summed = placed.group_by("cell").aggregate(
        early=placed.early.sum().cast("int64"),
        late=placed.late.sum().cast("int64"),
        distinct=placed.count(),
        low=placed.value.min().cast("string"),
        high=placed.value.max().cast("string"),
    )
    return rows(summed)


@dataclass(frozen=True)
class ColumnCounts:
    """Counts of one column.

    Parameters
    ----------
    name : str
        The column.
    ordered : bool
        Whether the cells have an order.
    early, late : array of int, shape (cells,)
        Rows with a value, by cell.
    distinct : array of int, shape (cells,)
        Distinct values in each cell.
    low, high : sequence of str
        First and last value of each cell.
    missing_early, missing_late : int
        Rows without a value.
    """

    name: str
    ordered: bool
    early: NDArray[np.int64]
    late: NDArray[np.int64]
    distinct: NDArray[np.int64]
    low: Sequence[str]
    high: Sequence[str]
    missing_early: int
    missing_late: int

    @classmethod
    def read(cls, name: str, in_order: bool, answer: Rows) -> "ColumnCounts":
        """Read an answer to :func:`column_counts`."""
        cells = sorted(answer, key=lambda row: row["cell"])
        known = [row for row in cells if row["cell"] != MISSING]
        gaps = [row for row in cells if row["cell"] == MISSING]
        early, late, distinct = (np.array([row[k] for row in known], dtype=np.int64) for k in ("early", "late", "distinct"))
        low, high = ([str(row[k]) for row in known] for k in ("low", "high"))
        return cls(name, in_order, early, late, distinct, low, high, sum(r["early"] for r in gaps), sum(r["late"] for r in gaps))

    @property
    def n(self) -> int:
        """Rows of both periods, with or without a value."""
        return int(self.early.sum() + self.late.sum()) + self.missing_early + self.missing_late
