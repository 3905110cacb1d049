"""Decisions of some groups, and one rate of them: its value, its rows, and the counts that intervals and tests are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL, rate
from audit.core.measurement import Measurement
from audit.stats.decision_rates import RATES, quotient
from audit.stats.rates import weighted_bounds

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class Counted:
    """One rate in some groups.

    Parameters
    ----------
    name : str
        Of the rate.
    values : ndarray, shape (groups,)
        The rates, weighted where rows have weights; NaN where there are no rows to count among.
    rows : ndarray of int, shape (groups,)
        Rows they are counted among.
    successes, trials : ndarray of int, shape (groups,)
        The counts; where rows have weights, those of an unweighted sample that tells as much (Kish's effective size).
    weighted : bool
        Whether rows have weights.
    """

    name: str
    values: Floats
    rows: Counts
    successes: Counts
    trials: Counts
    weighted: bool

    def measured(self, i: int, where: Mapping[str, str]) -> Measurement:
        """Return the rate of one group with its interval."""
        if not self.weighted:
            return rate(self.name, int(self.successes[i]), int(self.trials[i]), where)
        if np.isnan(self.values[i]):
            return Measurement(self.name, None, "share", where, int(self.rows[i]), method="not estimable: no weight to count among")
        value, effective = float(self.values[i]), int(self.trials[i])
        low, high = (float(end) for end in weighted_bounds(value, effective, LEVEL))
        method = f"weighted; korn-graubard with an effective n of {effective:,}"
        return Measurement(self.name, value, "share", where, int(self.rows[i]), (min(low, value), max(high, value)), LEVEL, method)


@dataclass(frozen=True)
class Grouped:
    """Counts of label × prediction by group.

    Parameters
    ----------
    attributes : tuple of str
        Whose values make the groups.
    names : tuple of tuple of str or None
        Values of each group; ``None`` where missing.
    cells : ndarray of int, shape (groups, 3, 3)
        Rows.
    sums, squares : ndarray, shape (groups, 3, 3), or None
        Of the weights, where rows have them.
    """

    attributes: tuple[str, ...]
    names: tuple[tuple[str | None, ...], ...]
    cells: Counts
    sums: Floats | None
    squares: Floats | None

    @property
    def known(self) -> "Grouped":
        """The groups in which no value is missing."""
        return self.only(np.array([None not in name for name in self.names], dtype=bool))

    @property
    def lost(self) -> int:
        """Rows that belong to no known group."""
        return int(self.cells[[None in name for name in self.names]].sum())

    @property
    def everyone(self) -> "Grouped":
        """All rows as one group."""
        sums = (None if t is None else t.sum(axis=0, keepdims=True) for t in (self.sums, self.squares))
        return Grouped((), ((),), self.cells.sum(axis=0, keepdims=True), *sums)

    def only(self, chosen: NDArray[np.bool_]) -> "Grouped":
        """Return some of the groups."""
        names = tuple(name for name, kept in zip(self.names, chosen.tolist(), strict=True) if kept)
        sums = (None if t is None else t[chosen] for t in (self.sums, self.squares))
        return Grouped(self.attributes, names, self.cells[chosen], *sums)

    def where(self, i: int, missing: str) -> dict[str, str]:
        """Return which group the i-th is."""
        return {a: missing if v is None else v for a, v in zip(self.attributes, self.names[i], strict=True)}

    def counted(self, name: str) -> Counted:
        """Return one of the rates of :data:`audit.stats.decision_rates.RATES`."""
        spec = RATES[name]
        hits, rows = spec.counts(self.cells)
        if self.sums is None or self.squares is None:
            return Counted(name, quotient(hits, rows), rows, hits, rows, weighted=False)
        values = spec.value(self.sums)
        total, squared = spec.counts(self.sums)[1], spec.counts(self.squares)[1]
        effective = np.nan_to_num(quotient(total * total, squared))
        # no more than the rows there are, and at least one wherever there is a rate
        trials = np.where(np.isnan(values), 0, np.clip(np.floor(effective + 1e-9), 1, np.maximum(rows, 1))).astype(np.int64)
        successes = np.rint(np.nan_to_num(values) * trials).astype(np.int64)
        return Counted(name, values, rows, successes, trials, weighted=True)

    def effective(self) -> Counts:
        """Return the cells themselves, or where rows have weights, cells of as many rows as tell as much, group by group."""
        if self.sums is None or self.squares is None:
            return self.cells
        total, squared = self.sums.sum(axis=(1, 2)), self.squares.sum(axis=(1, 2))
        factor = np.nan_to_num(quotient(total, squared))
        return np.rint(self.sums * factor[:, None, None]).astype(np.int64)
