"""What is missing in each column and group, as measurements, words and a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL, rate
from audit.checks.wording import span
from audit.core.exhibit import Exhibit, Kind
from audit.core.measurement import Measurement
from audit.core.wording import counted, listed, percent, points
from audit.stats.many_gaps import ManyGaps

#: So many columns, those with the largest gaps, are measured in the run; all are counted.
SHOWN = 30


@dataclass(frozen=True)
class MissingByGroup:
    """What is missing in columns that miss something, by group, and the gaps.

    Parameters
    ----------
    attribute : str
        Whose values are the groups.
    names : list of str
        The groups, the largest first.
    n : ndarray of int, shape (groups,)
        Rows.
    columns : list of str
        Names.
    empty : ndarray of int, shape (columns, groups)
        Rows in which a value is missing.
    gaps : ManyGaps
        One for each column.
    p : ndarray, shape (columns,)
        Adjusted p-values.
    looks : int
        How many attributes share the error rate.
    """

    attribute: str
    names: list[str]
    n: NDArray[np.int64]
    columns: list[str]
    empty: NDArray[np.int64]
    gaps: ManyGaps
    p: NDArray[np.float64]
    looks: int

    @property
    def total(self) -> int:
        """Rows with a group."""
        return int(self.n.sum())

    def gap(self, i: int) -> Measurement:
        """Return the gap of a column."""
        interval = (float(self.gaps.low[i]), float(self.gaps.high[i]))
        attributes = "" if self.looks == 1 else f" and {self.looks} attributes"
        method = f"newcombe, simultaneous over all pairs of groups, {counted(len(self.columns), 'column')}{attributes}"
        return Measurement("missing_share_gap", float(self.gaps.value[i]), "share", {"column": self.columns[i]}, self.total, interval, LEVEL, method)

    def test(self, i: int) -> Measurement:
        """Return the p-value of a column's groups being alike."""
        method = "Fisher's exact test of the two groups furthest apart, Bonferroni over pairs, Holm over columns"
        return Measurement("adjusted_p_value", float(self.p[i]), "probability", {"column": self.columns[i]}, self.total, method=method)

    def shares(self, i: int) -> list[Measurement]:
        """Return the share missing in each group."""
        column = self.columns[i]
        return [
            rate("missing_share", int(k), int(n), {"column": column, self.attribute: group})
            for k, n, group in zip(self.empty[i], self.n, self.names, strict=True)
        ]

    def said(self, i: int) -> str:
        """Return a column's gap in words, by its two extremes."""
        shares = self.empty[i] / self.n
        extremes = [int(shares.argmax()), int(shares.argmin())]
        rates = listed(f"{percent(float(shares[g]))} of {self.names[g]}" for g in extremes)
        return f"'{self.columns[i]}' in {rates} (a gap of {points(float(self.gaps.value[i]))} points, {span(self.gap(i))})"

    def exhibit(self, shown: Sequence[int]) -> Exhibit:
        """Return the shares of some columns as a heat map."""
        groups = range(min(len(self.names), SHOWN))
        cells = [(self.names[g], self.columns[i], float(self.empty[i][g] / self.n[g]), int(self.n[g])) for i in shown for g in groups]
        return Exhibit(
            Kind.HEATMAP,
            f"Share missing in each group of '{self.attribute}'",
            ("x", "y", "value", "n"),
            cells,
            x_label=self.attribute,
            y_label="column",
            note="Columns that are missing unevenly, the largest gap first; n is the number of rows of the group.",
        )
