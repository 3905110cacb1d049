"""The gap between the highest and the lowest of several means, with an interval that can hold 0, and what would decide a verdict on it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval
from audit.stats.means import mean_bounds
from audit.stats.rows_needed import rows_needed

#: The smallest p-value told; intervals at a level beyond would be guesswork.
LEAST_P = 1e-9
#: Precision of the p-value and of the rows needed, as a factor.
CLOSE = 1.001

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RangeOfMeans:
    """Gap between the highest and the lowest mean.

    Parameters
    ----------
    value : float
        Highest minus lowest observed mean.
    interval : tuple of two floats
        Of the true gap, at ``level``; its lower end is 0 unless some pair of groups differs surely.
    level : float
        Confidence level, already adjusted for the number of looks.
    highest, lowest : int
        Positions of the two groups.
    p_value : float
        Of "all groups alike", not adjusted for the looks: the error rate at which the interval would begin to leave out 0.
    pairs : int
        How many pairs of groups share the level.
    looks : int
        How many gaps of one run share the error rate.
    """

    value: float
    interval: Interval
    level: float
    highest: int
    lowest: int
    p_value: float
    pairs: int
    looks: int


@dataclass(frozen=True)
class Groups:
    """Means of groups, with the second and third moments about them.

    Parameters
    ----------
    mean, second, third : ndarray of float, shape (groups,)
        Moments.
    n : ndarray, shape (groups,)
        Rows.
    """

    mean: Floats
    second: Floats
    third: Floats
    n: Floats

    @classmethod
    def of(cls, mean: ArrayLike, second: ArrayLike, third: ArrayLike, n: ArrayLike) -> "tuple[Groups, NDArray[np.intp]]":
        """Return the groups that show a spread, and their positions.

        A group whose values are all alike gets the spread that one value like those of the other groups would have brought.
        """
        parts = [np.asarray(part, dtype=float) for part in (mean, second, third, n)]
        places = np.flatnonzero(parts[3] >= 2)
        m, v, k, size = (part[places] for part in parts)
        alike = v <= 1e-24 * m * m
        pooled = float(np.sum(size * v) / np.sum(size)) if len(places) else 0.0
        return cls(m, np.where(alike, pooled / np.maximum(size, 1), v), np.where(alike, 0.0, k), size), places

    def gap_bounds(self, error: float, factor: float = 1.0) -> Interval:
        """Return the ends of the gap at an error rate shared by all pairs, were there so many times the rows."""
        first, second = np.triu_indices(len(self.mean), 1)
        low, high = mean_bounds(self.mean, self.second, self.third, self.n * factor, 1 - error / len(first))
        m = self.mean
        apart = m[first] - m[second]
        least = apart - np.hypot(m[first] - low[first], high[second] - m[second])
        most = apart + np.hypot(high[first] - m[first], m[second] - low[second])
        return float(np.maximum(np.maximum(least, -most), 0.0).max()), float(np.maximum(np.abs(least), np.abs(most)).max())


def range_of_means(mean: ArrayLike, second: ArrayLike, third: ArrayLike, n: ArrayLike, level: float = 0.95, looks: int = 1) -> RangeOfMeans | None:
    """Measure the gap between the highest and the lowest of several independent means.

    Intervals of all pairwise differences, with the error rate split evenly over looks and pairs (Bonferroni), hold all true differences at
    once. So the true gap lies between the largest lower end and the largest upper end of the absolute differences. Each difference is made
    of the intervals of its two means, whose distances are squared and added; these allow for skewness, where Welch's tests raise false
    alarms (one in two with forty small groups of lognormal numbers).

    Parameters
    ----------
    mean, second, third : array_like, shape (groups,)
        Mean, and second and third moment about it.
    n : array_like of int, shape (groups,)
        Rows; groups of fewer than two show no spread and are left out.
    level : float
        Confidence level for all looks together.
    looks : int
        How many such gaps one run looks at.

    Returns
    -------
    RangeOfMeans or None
        ``None`` where fewer than two groups are left. Positions are those of the arguments.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27, 1693-1702.
    """
    groups, places = Groups.of(mean, second, third, n)
    if len(places) < 2:
        return None
    error = (1 - level) / looks
    highest, lowest = int(np.argmax(groups.mean)), int(np.argmin(groups.mean))
    return RangeOfMeans(
        value=float(groups.mean[highest] - groups.mean[lowest]),
        interval=groups.gap_bounds(error),
        level=1 - error,
        highest=int(places[highest]),
        lowest=int(places[lowest]),
        p_value=_p_value(groups),
        pairs=len(places) * (len(places) - 1) // 2,
        looks=looks,
    )


def _p_value(groups: Groups) -> float:
    """Return the smallest error rate at which the gap is surely above 0."""
    if groups.gap_bounds(LEAST_P)[0] > 0:
        return LEAST_P
    if not groups.gap_bounds(0.999)[0] > 0:
        return 1.0
    below, above = LEAST_P, 0.999
    while above / below > CLOSE:
        middle = math.sqrt(below * above)
        below, above = (below, middle) if groups.gap_bounds(middle)[0] > 0 else (middle, above)
    return above


def more_rows_for_means(
    mean: ArrayLike, second: ArrayLike, third: ArrayLike, n: ArrayLike, limit: float, level: float = 0.95, looks: int = 1
) -> int | None:
    """Return about how many more rows would decide whether the gap is above a limit.

    The groups are taken to keep their moments and their shares of the rows; all sizes are multiplied by one factor, and the smallest at which
    the interval no longer straddles the limit is found by halving.

    Returns
    -------
    int or None
        Rows to add, over all groups; 0 where the interval does not straddle; ``None`` where a million times the rows would not decide.
    """
    groups, places = Groups.of(mean, second, third, n)
    if len(places) < 2:
        return None
    error = (1 - level) / looks

    def decided(factor: float) -> bool:
        low, high = groups.gap_bounds(error, factor)
        return low > limit or high <= limit

    return rows_needed(decided, float(groups.n.sum()))
