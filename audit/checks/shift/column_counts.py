"""How often each value, or bin of values, of a column occurs in either period: one grouped ask for each column, all of one shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.shift.periods import LATE
from audit.core.ask import Ask, Rows, rows, scalar
from audit.core.check import missing

#: Values beyond this many are binned: ordered ones in bins of equally many rows, others by putting the rare ones together.
BINS = 256


def ordered(column: ir.Column) -> bool:
    """Whether the values of a column have an order that a distribution function can follow."""
    kind = column.type()
    return bool(kind.is_numeric() and not kind.is_boolean()) or bool(kind.is_date() or kind.is_timestamp() or kind.is_time())


def column_counts(table: ir.Table, name: str) -> dict[str, Ask]:
    """Ask for the counts of a column by cell and period.

    Parameters
    ----------
    table : ibis table
        With the column and the boolean ``LATE``.
    name : str
        The column.

    Returns
    -------
    dict of str to Ask
        ``known early`` and ``known late``: rows with a value. ``cells``: rows of ``(cell, early, late, distinct, low, high)``, for ordered
        values all cells in order, for others the most frequent values; how many distinct values a cell holds, the first and the last of them as text.
    """
    known = ~missing(table[name])
    return {
        "known early": scalar((known & ~table[LATE]).sum()),
        "known late": scalar((known & table[LATE]).sum()),
        "cells": rows(_ordered_cells(table.filter(known), name) if ordered(table[name]) else _frequent_values(table.filter(known), name)),
    }


def _by_value(table: ir.Table, value: ir.Column) -> ir.Table:
    pairs = table.select(value=value, late=table[LATE])
    counted = pairs.group_by("value").aggregate(early=(~pairs.late).sum(), late=pairs.late.sum())
    return counted.mutate(n=counted.early + counted.late)


def _ordered_cells(table: ir.Table, name: str) -> ir.Table:
    values = _by_value(table, table[name])
    so_far = values.n.sum().over(ibis.cumulative_window(order_by=values.value))
    few = values.count().over(ibis.window()) <= BINS
    rank = ibis.row_number().over(ibis.window(order_by=values.value))
    placed = values.mutate(cell=ibis.ifelse(few, rank, ((so_far - 1) * BINS) // values.n.sum().over(ibis.window())).cast("int64"))
    return placed.group_by("cell").aggregate(
        early=placed.early.sum().cast("int64"),
        late=placed.late.sum().cast("int64"),
        distinct=placed.count(),
        low=placed.value.min().cast("string"),
        high=placed.value.max().cast("string"),
    )


def _frequent_values(table: ir.Table, name: str) -> ir.Table:
    values = _by_value(table, table[name].cast("string"))
    frequent = values.order_by(values.n.desc(), values.value).limit(BINS - 1)
    one, none = ibis.literal(1, "int64"), ibis.literal(0, "int64")
    early, late = frequent.early.cast("int64"), frequent.late.cast("int64")
    return frequent.select(cell=none, early=early, late=late, distinct=one, low=frequent.value, high=frequent.value)


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
        Distinct values in each cell; 2 stands for more in the cell of the rare categories.
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
    def read(cls, name: str, in_order: bool, cells: Rows, known: tuple[int, int], total: tuple[int, int]) -> "ColumnCounts":
        """Read the answers to :func:`column_counts`.

        Parameters
        ----------
        name : str
            The column.
        in_order : bool
            Whether its values have an order.
        cells : Rows
            Its cells.
        known, total : tuple of two int
            Rows with a value, and all rows, early and late.
        """
        counted = sorted(cells, key=lambda row: (row["cell"], -row["early"] - row["late"], row["low"]))
        listed = [(row["early"], row["late"], row["distinct"], str(row["low"]), str(row["high"])) for row in counted]
        rest = (known[0] - sum(row[0] for row in listed), known[1] - sum(row[1] for row in listed))
        if any(rest):
            listed.append((*rest, 2, "", ""))
        early, late, distinct = (np.array([row[i] for row in listed], dtype=np.int64) for i in range(3))
        low, high = ([row[i] for row in listed] for i in (3, 4))
        return cls(name, in_order, early, late, distinct, low, high, total[0] - known[0], total[1] - known[1])

    @property
    def n(self) -> int:
        """Rows of both periods, with or without a value."""
        return int(self.early.sum() + self.late.sum()) + self.missing_early + self.missing_late
