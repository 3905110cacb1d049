"""The gap between the highest and the lowest of several rates, with an interval that can hold 0, and what would decide a verdict on it.

Highest minus lowest is never negative, so it is biased upward and resampling it gives intervals that cannot hold 0. The interval here is built
from all pairs of groups instead: the true gap is at least each true difference, and is the largest of them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.exact import DRAWS, alike
from audit.stats.intervals import Interval, newcombe_bounds
from audit.stats.rates import rate_bounds, square_and_add, square_and_add_logs
from audit.stats.rows_needed import rows_needed


@dataclass(frozen=True)
class RangeOfRates:
    """Gap between the highest and the lowest rate.

    Parameters
    ----------
    value : float
        Highest minus lowest observed rate.
    interval : tuple of two floats
        Of the true gap, at ``level``; its lower end is 0 unless the test of "all groups alike" rejects.
    level : float
        Confidence level, already adjusted for the number of looks.
    highest, lowest : int
        Positions of the two groups.
    ratio : float or None
        Lowest over highest rate; ``None`` where both are 0.
    ratio_interval : tuple of two floats
        Of the true ratio, at ``level``; its upper end is 1 unless the test of "all groups alike" rejects.
    p_value : float
        Of "all groups alike", not adjusted.
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
    ratio: float | None
    ratio_interval: Interval
    p_value: float
    pairs: int
    looks: int


def range_of_rates(successes: ArrayLike, n: ArrayLike, level: float = 0.95, looks: int = 1, draws: int = DRAWS, seed: int = 0) -> RangeOfRates | None:
    """Measure the gap between the highest and the lowest of several independent rates.

    Intervals of all pairwise differences, with the error rate split evenly over looks and pairs (Bonferroni), hold all true
    differences at once. So the true gap lies between the largest lower end and the largest upper end of the absolute differences.
    The ratio of lowest to highest rate is bounded in the same way, by the intervals of the pairwise ratios.

    Parameters
    ----------
    successes, n : array_like of int, shape (groups,)
        Counts by group; groups without trials are left out.
    level : float
        Confidence level for all looks together.
    looks : int
        How many such gaps one run looks at.
    draws, seed : int
        Of the permutation test; more draws are taken where the looks are so many that these could not reject.

    Returns
    -------
    RangeOfRates or None
        ``None`` where fewer than two groups have trials. Positions are those of the arguments.
    """
    k, total = np.asarray(successes, dtype=np.int64), np.asarray(n, dtype=np.int64)
    places = np.flatnonzero(total > 0)
    k, total = k[places], total[places]
    alpha = (1 - level) / looks
    # a permutation p-value is at least 1 / (draws + 1), so many looks need many draws
    p_value = alike(np.column_stack([k, total - k]), draws=max(draws, math.ceil(20 / alpha)), seed=seed)
    if p_value is None:
        return None
    rates = k / total
    highest, lowest = int(np.argmax(rates)), int(np.argmin(rates))
    first, second = np.triu_indices(len(k), 1)
    ends = rate_bounds(k, total, 1 - alpha / len(first))
    of_first, of_second = ((rates[side], (ends[0][side], ends[1][side])) for side in (first, second))
    low, high = _absolute(*square_and_add(*of_first, *of_second))
    ratio_low, ratio_high = _least_ratio(*square_and_add_logs(*of_first, *of_second))
    return RangeOfRates(
        value=float(rates[highest] - rates[lowest]),
        interval=(low if p_value <= alpha else 0.0, high),
        level=1 - alpha,
        highest=int(places[highest]),
        lowest=int(places[lowest]),
        ratio=float(rates[lowest] / rates[highest]) if rates[highest] > 0 else None,
        ratio_interval=(ratio_low, ratio_high if p_value <= alpha else 1.0),
        p_value=p_value,
        pairs=len(k) * (len(k) - 1) // 2,
        looks=looks,
    )


def more_rows(successes: ArrayLike, n: ArrayLike, limit: float, level: float = 0.95, looks: int = 1) -> int | None:
    """Return about how many more rows would decide whether the gap is above a limit.

    Approximate: the groups are taken to keep their rates and their shares of the rows, all counts are multiplied by one factor, and the
    smallest factor at which the interval no longer straddles the limit is found by halving. Since an observed gap is biased upward, a
    small true gap may need more rows.

    Parameters
    ----------
    successes, n : array_like of int, shape (groups,)
        Counts by group.
    limit : float
        Highest gap allowed.
    level, looks : float, int
        As for :func:`range_of_rates`.

    Returns
    -------
    int or None
        Rows to add, over all groups; 0 where the interval does not straddle; ``None`` where a million times the rows would not decide,
        as when the gap equals the limit.
    """
    k, total = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    k, total = k[total > 0], total[total > 0]
    if len(k) < 2:
        return None
    first, second = np.triu_indices(len(k), 1)
    each = 1 - (1 - level) / looks / len(first)

    def decided(factor: float) -> bool:
        # Newcombe's interval: counts need not be whole for it
        low, high = _absolute(*newcombe_bounds(k[first] * factor, total[first] * factor, k[second] * factor, total[second] * factor, each))
        return low > limit or high <= limit

    return rows_needed(decided, float(total.sum()))


def _absolute(low: NDArray[np.float64], high: NDArray[np.float64]) -> Interval:
    """Return the ends for the largest of several absolute differences from the ends for each difference."""
    least = np.maximum(np.maximum(low, -high), 0.0)
    most = np.maximum(np.abs(low), np.abs(high))
    return float(least.max()), float(most.max())


def _least_ratio(low: NDArray[np.float64], high: NDArray[np.float64]) -> Interval:
    """Return the ends for the least of several ratios, each taken the way round that is below 1, from the ends for each ratio."""
    with np.errstate(divide="ignore"):
        least = np.minimum(low, 1 / high)
        most = np.minimum(high, 1 / low)
    return float(least.min()), float(min(most.min(), 1.0))
