"""Gaps between groups in many rates at once, such as one rate for each column of a table.

A gap that was picked because it is the largest of hundreds needs an interval that allows for the picking. Here all differences of all pairs of
groups in all rates share one error rate, so that whatever is picked afterwards keeps its level.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.exact import fisher
from audit.stats.intervals import newcombe_bounds

#: Rates × pairs of groups that are worked on at a time, to bound memory.
AT_ONCE = 2_000_000


@dataclass(frozen=True)
class ManyGaps:
    """Gaps between the highest and the lowest rate, one for each row of counts.

    Parameters
    ----------
    value : ndarray, shape (rates,)
        Highest minus lowest observed rate.
    low, high : ndarray, shape (rates,)
        Ends of the intervals of the true gaps, all of which hold together.
    first, second : ndarray of int, shape (rates,)
        The two groups that are furthest apart for sure: the pair that gives the lower end, the higher rate first.
    pairs : int
        How many pairs of groups there are.
    """

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    pairs: int


def many_gaps(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> ManyGaps:
    """Measure the gaps of many rates over the same groups.

    Newcombe intervals of all pairwise differences of all rates, with the error rate split evenly (Bonferroni), hold all true differences at
    once, however the rates depend on each other. So each true gap lies between the largest lower end and the largest upper end of the absolute
    differences.

    Parameters
    ----------
    successes : array_like of int, shape (rates, groups)
        Counts.
    n : array_like of int, shape (groups,)
        Trials of each group, none of them 0; at least two groups.
    level : float
        Confidence level of all gaps together.
    """
    k, total = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    if k.ndim != 2 or k.shape[1] != len(total) or len(total) < 2 or np.any(total <= 0):
        raise ValueError(f"many gaps need counts of shape (rates, groups) and two groups with trials; got {k.shape} and {total.tolist()}")
    above, below = np.triu_indices(len(total), 1)
    pairs = len(above)
    each = 1 - (1 - level) / max(len(k) * pairs, 1)
    low, high, picked = np.empty(len(k)), np.empty(len(k)), np.empty(len(k), dtype=np.intp)
    step = max(AT_ONCE // pairs, 1)
    for start in range(0, len(k), step):
        part = slice(start, start + step)
        least, most = newcombe_bounds(k[part][:, above], total[above], k[part][:, below], total[below], each)
        away = np.maximum(least, -most)
        picked[part] = away.argmax(axis=1)
        low[part] = np.maximum(away.max(axis=1), 0.0)
        high[part] = np.maximum(np.abs(least), np.abs(most)).max(axis=1)
    rates = k / total
    row = np.arange(len(k))
    swapped = rates[row, above[picked]] < rates[row, below[picked]]
    first, second = np.where(swapped, below[picked], above[picked]), np.where(swapped, above[picked], below[picked])
    return ManyGaps(rates.max(axis=1, initial=0) - rates.min(axis=1, initial=1), low, high, first, second, pairs)


def pair_test(successes: ArrayLike, n: ArrayLike, first: int, second: int, pairs: int) -> float:
    """Return the p-value of two groups being alike that were picked as the furthest apart: Fisher's exact test, times the pairs to pick from.

    Parameters
    ----------
    successes, n : array_like of int, shape (groups,)
        Counts of one rate.
    first, second : int
        The groups picked.
    pairs : int
        From how many pairs.
    """
    k, total = np.asarray(successes, dtype=np.int64), np.asarray(n, dtype=np.int64)
    return min(1.0, pairs * fisher([[int(k[g]), int(total[g] - k[g])] for g in (first, second)]))
