"""A column of numbers in bins fine enough for its quantiles and few enough for any number of rows."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from audit.core.ask import Answers, Ask, Rows, rows, scalar

#: Bins for each factor e of the distance to the nearest point of interest: one per cent of it each.
FINENESS = 100


def ask_bins(column: ir.FloatingColumn, around: Sequence[float]) -> Ask:
    """Ask for the counts of a column in bins that get finer towards some points, where its values may crowd.

    Parameters
    ----------
    column : ibis column
        Numbers; nulls are left out.
    around : sequence of float
        Points, such as the smallest, the mean and the largest value.

    Returns
    -------
    Ask
        Rows of ``(least, most, n)``: the smallest and largest value in each bin.
    """
    (relation,) = column.op().relations
    part = relation.to_expr().select(value=column)
    part = part.filter(part["value"].notnull())
    points = sorted(set(around))
    zones = sorted({*points, *((a + b) / 2 for a, b in itertools.pairwise(points))})
    away = reduce(lambda a, b: ibis.ifelse(a < b, a, b), [(part["value"] - point).abs() for point in points])
    # the logarithm of 0 is an error in some engines
    step = ibis.ifelse(away > 0, (ibis.ifelse(away > 0, away, 1.0).ln() * FINENESS).floor().cast("int64"), -(10**6))
    binned = part.mutate(zone=place(part["value"], zones), step=step, on=away == 0)
    counted = binned.group_by(["zone", "step", "on"]).aggregate(least=binned["value"].min(), most=binned["value"].max(), n=binned.count())
    return rows(counted.select("least", "most", "n"))


def place(column: ir.FloatingColumn, cuts: Sequence[float]) -> ir.IntegerColumn:
    """Return how many of some values a column exceeds."""
    return reduce(lambda found, cut: found + ibis.ifelse(column > cut, 1, 0), cuts, ibis.literal(0))


@dataclass(frozen=True)
class FineBins:
    """Counts in bins, in order.

    Parameters
    ----------
    least, most : ndarray of float
        Smallest and largest value in each bin.
    n : ndarray of int
        Rows in each.
    """

    least: NDArray[np.float64]
    most: NDArray[np.float64]
    n: NDArray[np.int64]

    @classmethod
    def read(cls, answer: Rows) -> "FineBins":
        """Return the answer to :func:`ask_bins`."""
        least, most, n = zip(*sorted((float(row["least"]), float(row["most"]), int(row["n"])) for row in answer), strict=True)
        return cls(np.array(least), np.array(most), np.array(n, dtype=np.int64))

    def quantile(self, share: float) -> float:
        """Return a value that about this share of the rows does not exceed, to the width of a bin."""
        upto = np.cumsum(self.n)
        return float(self.most[min(int(np.searchsorted(upto, share * upto[-1])), len(upto) - 1)])

    def cuts(self, bands: int) -> list[float]:
        """Return the ascending values that cut the rows into at most so many bands of about equally many; equal values stay together."""
        found = dict.fromkeys(self.quantile(i / bands) for i in range(1, bands))
        return [cut for cut in found if cut < self.most[-1]]

    def ask_ranked(self, column: ir.FloatingColumn, ranks: Sequence[int]) -> dict[int, Ask]:
        """Ask for the values of some ranks, the smallest value being of rank 1: each is looked for among the rows of its bin alone."""
        asks: dict[int, Ask] = {}
        for rank in ranks:
            place, before = self._bin_of(rank)
            if self.least[place] != self.most[place]:
                inside = (column >= float(self.least[place])) & (column <= float(self.most[place]))
                asks[rank] = scalar(column.quantile((rank - before - 1) / (int(self.n[place]) - 1), where=inside))
        return asks

    def ranked(self, answers: Answers, name: str, ranks: Sequence[int]) -> list[float]:
        """Return the values of ranks, with the answers to :func:`ask_ranked` under this name."""
        found = []
        for rank in ranks:
            place, _ = self._bin_of(rank)
            least, most = float(self.least[place]), float(self.most[place])
            found.append(least if least == most else float(answers.scalar(f"{name} {rank}")))
        return found

    def _bin_of(self, rank: int) -> tuple[int, int]:
        """Return the bin that holds a rank, and how many rows lie before it."""
        upto = np.cumsum(self.n)
        place = int(np.searchsorted(upto, rank))
        return place, int(upto[place - 1]) if place else 0
