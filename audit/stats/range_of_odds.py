"""The odds of a share, and the ratio of the lowest to the highest of several odds, such as false negatives per false positive."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.exact import DRAWS, alike
from audit.stats.intervals import Interval
from audit.stats.rates import rate_bounds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RangeOfOdds:
    """Ratio of the lowest odds to the highest.

    Parameters
    ----------
    ratio : float
        Of the observed odds.
    interval : tuple of two floats
        Of the true ratio, at ``level``; its upper end is 1 unless the test of "all groups alike" rejects.
    level : float
        Confidence level, already adjusted for the number of looks.
    highest, lowest : int
        Positions of the two groups.
    p_value : float
        Of "all groups alike", not adjusted.
    pairs : int
        How many pairs of groups share the level.
    """

    ratio: float
    interval: Interval
    level: float
    highest: int
    lowest: int
    p_value: float
    pairs: int


def odds_bounds(above: ArrayLike, below: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the ends of the intervals of the quotients of two counts that share their rows, elementwise; NaN where ``below`` is 0.

    The quotient is the odds of the share ``above / (above + below)``, so the exact interval of that share gives its ends.

    Parameters
    ----------
    above, below : array_like of int
        Counts, such as false negatives and false positives.
    level : float
        Confidence level.
    """
    k, other = np.asarray(above), np.asarray(below)
    low, high = rate_bounds(k, k + other, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = low / (1 - low), high / (1 - high)
    return np.where(other > 0, ends[0], np.nan), np.where(other > 0, ends[1], np.nan)


def range_of_odds(above: ArrayLike, below: ArrayLike, level: float = 0.95, looks: int = 1, draws: int = DRAWS, seed: int = 0) -> RangeOfOdds | None:
    """Measure the ratio of the lowest odds to the highest among groups in which both counts are above 0.

    Intervals of the logarithms of all pairwise quotients, with the error rate split evenly over looks and pairs, hold all true ones at once.

    Parameters
    ----------
    above, below : array_like of int, shape (groups,)
        Counts by group.
    level : float
        Confidence level for all looks together.
    looks : int
        How many looks one run takes.
    draws, seed : int
        Of the permutation test; more draws are taken where the looks are so many that these could not reject.

    Returns
    -------
    RangeOfOdds or None
        ``None`` where fewer than two groups have both. Positions are those of the arguments.
    """
    k, other = np.asarray(above, dtype=np.int64), np.asarray(below, dtype=np.int64)
    places = np.flatnonzero((k > 0) & (other > 0))
    if len(places) < 2:
        return None
    alpha = (1 - level) / looks
    first, second = np.triu_indices(len(places), 1)
    odds = np.log(k[places] / other[places])
    with np.errstate(divide="ignore"):
        low, high = (np.log(end) for end in odds_bounds(k[places], other[places], 1 - alpha / len(first)))
    middle = odds[first] - odds[second]
    least = middle - np.hypot(odds[first] - low[first], high[second] - odds[second])
    most = middle + np.hypot(high[first] - odds[first], odds[second] - low[second])
    p_value = alike(np.column_stack([k[places], other[places]]), max(draws, math.ceil(20 / alpha)), seed)
    assert p_value is not None
    ends = float(np.exp(np.minimum(least, -most).min())), float(np.exp(np.minimum(most, -least).min()))
    lowest, highest = int(np.argmin(odds)), int(np.argmax(odds))
    of_lowest, of_highest = (float(k[places[g]] / other[places[g]]) for g in (lowest, highest))
    ratio = of_lowest / of_highest
    upper = min(ends[1], 1.0) if p_value <= alpha else 1.0
    return RangeOfOdds(ratio, (min(ends[0], ratio), max(upper, ratio)), 1 - alpha, int(places[highest]), int(places[lowest]), p_value, len(first))
