"""Cells of a column: its values, or bins of equally many rows, with one for missing values; the same in a sample and in the engine."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.checks.leakage.sampled import Sample
from audit.checks.plain import null_if_missing, plain

MOST_BINS, ROWS_A_BIN, MOST_WORDS = 64, 20, 1_000
MISSING, OTHER = "missing", "other"


@dataclass(frozen=True)
class Cells:
    """How a column is cut.

    Parameters
    ----------
    column : str
        Its name.
    edges : tuple of float
        For numbers: the inner edges of the bins; a value on an edge lies above it.
    words : tuple of str
        For words: those with a cell of their own; all others share one.
    """

    column: str
    edges: tuple[float, ...] = ()
    words: tuple[str, ...] = ()

    def of_sample(self, sample: Sample) -> NDArray[np.int64]:
        """Return the cell of each sampled row, counted from 0, where missing values have the last one."""
        values = sample.rows[self.column]
        absent = values.isna().to_numpy()
        if sample.is_number(self.column):
            placed = np.searchsorted(np.array(self.edges), values.to_numpy(), side="right").astype(np.int64)
        else:
            number = {word: i for i, word in enumerate(self.words)}
            placed = np.array([number.get(word, len(self.words)) for word in values], dtype=np.int64)
        return np.where(absent, self.size - 1, placed)

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.edges) + len(self.words) + 2

    def in_engine(self, table: ir.Table) -> ir.StringValue:
        """Return the name of the cell of each row; the names mean nothing but themselves."""
        column = plain(null_if_missing(table[self.column]))
        if column.type().is_numeric():
            place = ibis.literal(0, "int64")
            if self.edges:
                place = column.bucket(self.edges, include_under=True, include_over=True, close_extreme=False).cast("int64")
            return ibis.ifelse(column.isnull(), ibis.literal(MISSING), place.cast("string"))
        listed = column.isin(self.words) if self.words else ibis.literal(False)
        named = ibis.ifelse(listed, ibis.literal("=") + column, ibis.literal(OTHER))
        return ibis.ifelse(column.isnull(), ibis.literal(MISSING), named)


def cells_of(sample: Sample, column: str) -> Cells:
    """Cut a column by its sampled values: numbers into bins of equally many rows, words into the most frequent ones."""
    values = sample.rows[column].dropna()
    if not sample.is_number(column):
        return Cells(column, words=tuple(map(str, values.value_counts().index[:MOST_WORDS])))
    finite = values[np.isfinite(values)]
    bins = min(MOST_BINS, len(finite) // ROWS_A_BIN)
    if bins < 2:
        return Cells(column, edges=tuple(_between(finite.to_numpy())))
    distinct = np.unique(finite)
    edges = _between(distinct) if len(distinct) <= bins else np.unique(np.quantile(finite, np.arange(1, bins) / bins))
    return Cells(column, edges=tuple(float(e) for e in edges))


def _between(values: NDArray[np.float64]) -> NDArray[np.float64]:
    distinct = np.unique(values)
    if len(distinct) > MOST_BINS:
        return np.array([float(np.median(distinct))])
    return np.asarray((distinct[1:] + distinct[:-1]) / 2)
