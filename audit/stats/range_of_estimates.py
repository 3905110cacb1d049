"""The gap between the highest and the lowest of several independent estimates of any kind, with an interval that can hold 0.

As for rates (:mod:`audit.stats.range_of_rates`): the intervals of all pairwise differences, with the error rate split evenly over looks and pairs,
hold all true differences at once, so the true gap lies between the largest lower and the largest upper end of the absolute differences.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval

#: Returns lower and upper ends of the intervals of all estimates at a confidence level.
Ends = Callable[[float], tuple[ArrayLike, ArrayLike]]

#: Halvings by which the p-value is found, on a logarithmic scale.
HALVINGS = 16
LEAST_P = 1e-9


@dataclass(frozen=True)
class RangeOfEstimates:
    """Gap between the highest and the lowest estimate.

    Parameters
    ----------
    value : float
        Highest minus lowest; biased upward.
    interval : tuple of two floats
        Of the true gap, at ``level``.
    level : float
        Confidence level, already adjusted for the number of looks.
    highest, lowest : int
        Positions of the two.
    p_value : float
        Of "all alike", adjusted for the pairs: the error rate at which the lower end of the gap leaves 0; not below 1e-9.
    pairs : int
        How many pairs share the level.
    """

    value: float
    interval: Interval
    level: float
    highest: int
    lowest: int
    p_value: float
    pairs: int


def range_of_estimates(estimates: ArrayLike, ends: Ends, level: float = 0.95, looks: int = 1) -> RangeOfEstimates | None:
    """Measure the gap between the highest and the lowest of several independent estimates.

    The interval of a difference is made of those of its two parts by squaring and adding the distances.

    Parameters
    ----------
    estimates : array_like, shape (groups,)
        NaN marks one that could not be made; it is left out.
    ends : callable
        Confidence level to the ends of the intervals of all estimates.
    level : float
        Confidence level for all looks together.
    looks : int
        How many such gaps one run looks at.

    Returns
    -------
    RangeOfEstimates or None
        ``None`` for fewer than two estimates. Positions are those of the arguments.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27, 1693-1702.
    """
    value = np.asarray(estimates, dtype=float)
    places = np.flatnonzero(~np.isnan(value))
    if len(places) < 2:
        return None
    value = value[places]
    pairs = len(places) * (len(places) - 1) // 2

    def bounds(alpha: float) -> Interval:
        low, high = (np.asarray(side, dtype=float)[places] for side in ends(1 - alpha / pairs))
        return _bounds(value, low, high)

    alpha = (1 - level) / looks
    low, high = bounds(alpha)
    highest, lowest = int(np.argmax(value)), int(np.argmin(value))
    return RangeOfEstimates(
        float(value[highest] - value[lowest]), (low, high), 1 - alpha, int(places[highest]), int(places[lowest]), _p_value(bounds), pairs
    )


def _bounds(value: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> Interval:
    first, second = np.triu_indices(len(value), 1)
    below, above = value - low, high - value
    middle = value[first] - value[second]
    least = middle - np.hypot(below[first], above[second])
    most = middle + np.hypot(above[first], below[second])
    return float(np.maximum(np.maximum(least, -most), 0.0).max()), float(np.maximum(np.abs(least), np.abs(most)).max())


def _p_value(bounds: Callable[[float], Interval]) -> float:
    """Return the smallest error rate at which the lower end of the gap is above 0."""
    if bounds(0.999)[0] <= 0:
        return 1.0
    if bounds(LEAST_P)[0] > 0:
        return LEAST_P
    near, far = np.log(LEAST_P), np.log(0.999)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if bounds(float(np.exp(middle)))[0] > 0 else (middle, far)
    return float(np.exp(far))
