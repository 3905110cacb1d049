"""Gaps between groups in the rates of many classes, and the largest of them, with intervals that allow for the picking."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.exact import fisher
from audit.stats.intervals import Interval, newcombe_bounds
from audit.stats.rates import rate_bounds, square_and_add
from audit.stats.rows_needed import rows_needed

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GapsOfClasses:
    """Gaps between the highest and the lowest rate, one for each class.

    Parameters
    ----------
    value : ndarray, shape (classes,)
        Highest minus lowest observed rate; NaN where fewer than two groups have trials.
    low, high : ndarray, shape (classes,)
        Ends of the intervals of the true gaps, all of which hold together; NaN as above.
    lowest, highest : ndarray of int, shape (classes,)
        Positions of the groups with the lowest and the highest rate.
    level : float
        Confidence level of all gaps together, already adjusted for the number of looks.
    p_value : float
        Of "all groups alike in every class".
    differences : int
        How many pairs of groups, over all classes, share the level.
    """

    value: Floats
    low: Floats
    high: Floats
    lowest: NDArray[np.intp]
    highest: NDArray[np.intp]
    level: float
    p_value: float
    differences: int

    @property
    def widest(self) -> int:
        """Position of the class with the largest observed gap."""
        return int(np.nanargmax(self.value))

    @property
    def largest(self) -> tuple[float, Interval]:
        """The largest observed gap, and the interval of the largest true one."""
        return float(np.nanmax(self.value)), (float(np.nanmax(self.low)), float(np.nanmax(self.high)))


def gaps_of_classes(successes: ArrayLike, n: ArrayLike, level: float = 0.95, looks: int = 1) -> GapsOfClasses | None:
    """Measure the gaps of the rates of classes over groups.

    Intervals of all differences of all pairs of groups in all classes, with the error rate split evenly over these and over the looks
    (Bonferroni), hold all true differences at once, however the classes depend on each other. So each true gap lies between the largest lower
    and the largest upper end of its absolute differences, and the largest true gap between the largest of those. The p-value is Fisher's,
    of the pair that is least likely if all were alike, times their number.

    Parameters
    ----------
    successes, n : array_like of int, shape (classes, groups)
        Counts; groups without trials in a class are left out of its gap.
    level : float
        Confidence level for all looks together.
    looks : int
        How many such questions one run asks.

    Returns
    -------
    GapsOfClasses or None
        ``None`` where no class has two groups with trials.
    """
    k, total = np.asarray(successes, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if k.ndim != 2 or k.shape != total.shape:
        raise ValueError(f"gaps of classes need two tables of classes × groups; got shapes {k.shape} and {total.shape}")
    first, second = np.triu_indices(k.shape[1], 1)
    compared = (total[:, first] > 0) & (total[:, second] > 0)
    differences = int(compared.sum())
    if not differences:
        return None
    error = (1 - level) / looks
    rates = np.divide(k, total, out=np.full(k.shape, np.nan), where=total > 0)
    ends = rate_bounds(k, total, 1 - error / differences)
    low, high = square_and_add(rates[:, first], (ends[0][:, first], ends[1][:, first]), rates[:, second], (ends[0][:, second], ends[1][:, second]))
    least, most = _absolute(low, high, compared)
    some = compared.any(axis=1)
    known = np.where(np.isnan(rates), -1.0, rates), np.where(np.isnan(rates), 2.0, rates)
    highest, lowest = known[0].argmax(axis=1), known[1].argmin(axis=1)
    row = np.arange(len(k))
    return GapsOfClasses(
        value=np.where(some, rates[row, highest] - rates[row, lowest], np.nan),
        low=np.where(some, least, np.nan),
        high=np.where(some, most, np.nan),
        lowest=lowest,
        highest=highest,
        level=1 - error,
        p_value=_p_value(k, total, rates, first, second, differences),
        differences=differences,
    )


def _absolute(low: Floats, high: Floats, compared: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the ends of the largest absolute difference of each class."""
    least = np.where(compared, np.maximum(np.maximum(low, -high), 0.0), 0.0)
    most = np.where(compared, np.maximum(np.abs(low), np.abs(high)), 0.0)
    return least.max(axis=1), most.max(axis=1)


def _p_value(
    k: NDArray[np.int64], total: NDArray[np.int64], rates: Floats, first: NDArray[np.intp], second: NDArray[np.intp], differences: int
) -> float:
    """Return the smallest of Fisher's p-values, times how many there are; only pairs that may be the smallest are computed."""
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (k[:, first] + k[:, second]) / (total[:, first] + total[:, second])
        spread = pooled * (1 - pooled) * (1 / total[:, first] + 1 / total[:, second])
        apart = np.nan_to_num((rates[:, first] - rates[:, second]) ** 2 / spread, nan=0.0, posinf=0.0)
    # the order of the normal approximation is nearly that of the exact test: its first few hold the smallest
    order = np.argsort(-apart, axis=None)[:20]
    smallest = 1.0
    for c, pair in zip(*np.unravel_index(order, apart.shape), strict=True):
        if apart[c, pair] > 0:
            cells = [[int(k[c, g]), int(total[c, g] - k[c, g])] for g in (first[pair], second[pair])]
            smallest = min(smallest, fisher(cells))
    return min(1.0, smallest * differences)


def more_rows_for_classes(successes: ArrayLike, n: ArrayLike, limit: float, rows: int, level: float = 0.95, looks: int = 1) -> int | None:
    """Return about how many more rows would decide whether the largest gap is above a limit.

    Approximate, as :func:`audit.stats.range_of_rates.more_rows`: all counts are multiplied by one factor.

    Parameters
    ----------
    successes, n : array_like of int, shape (classes, groups)
        Counts.
    limit : float
        Highest gap allowed.
    rows : int
        Present rows, over all groups.
    level, looks : float, int
        As for :func:`gaps_of_classes`.

    Returns
    -------
    int or None
        Rows to add; 0 where the interval does not straddle; ``None`` where a million times the rows would not decide.
    """
    k, total = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    first, second = np.triu_indices(k.shape[1], 1)
    compared = (total[:, first] > 0) & (total[:, second] > 0)
    if not compared.any():
        return None
    each = 1 - (1 - level) / looks / int(compared.sum())

    def decided(factor: float) -> bool:
        # Newcombe's interval: counts need not be whole for it
        ends = newcombe_bounds(k[:, first] * factor, total[:, first] * factor, k[:, second] * factor, total[:, second] * factor, each)
        least, most = _absolute(*ends, compared)
        return bool(least.max() > limit or most.max() <= limit)

    return rows_needed(decided, rows)
