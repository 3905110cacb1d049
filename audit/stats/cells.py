"""Resampling of cell counts: the row bootstrap, in distribution, of anything that is a function of counts.

Drawing n rows with replacement and counting them in cells gives a multinomial vector; so the vector is drawn at once, whatever n is.
"""

from collections.abc import Callable
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval

#: Takes counts of shape (draws, …cells) and returns one number for each draw, NaN where it cannot be estimated.
Statistic = Callable[[NDArray[np.int64]], NDArray[np.float64]]

DRAWS = 4_000
#: Share of draws that must be estimable for an interval to be given.
ESTIMABLE = 0.95


def resample(counts: ArrayLike, draws: int = DRAWS, seed: int = 0) -> NDArray[np.int64]:
    """Draw tables of counts as the bootstrap of the rows would.

    Parameters
    ----------
    counts : array_like of int
        Observed counts, any shape.
    draws : int
        Number of tables.
    seed : int
        Same seed, same tables.

    Returns
    -------
    ndarray of shape (draws, …cells)
    """
    observed = _counts(counts)
    total = int(observed.sum())
    if total == 0:
        return np.zeros((draws, *observed.shape), dtype=np.int64)
    flat = np.random.default_rng(seed).multinomial(total, observed.ravel() / total, size=draws)
    return flat.reshape(draws, *observed.shape)


def percentile_interval(values: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the percentile interval of resampled values, or ``None`` where more than 5 % of them could not be estimated."""
    known = _estimable(np.asarray(values, dtype=float))
    if known is None:
        return None
    tail = (1 - level) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def bca_interval(statistic: Statistic, counts: ArrayLike, level: float = 0.95, draws: int = DRAWS, seed: int = 0) -> Interval | None:
    """Return the bias-corrected and accelerated interval of a statistic of counts.

    The jackknife that the acceleration needs leaves out one row of each cell in turn, weighted by the cell's count, so it costs as many
    evaluations as there are filled cells.

    Parameters
    ----------
    statistic : callable
        Counts of shape (draws, …cells) to values of shape (draws,).
    counts : array_like of int
        Observed counts.
    level : float
        Confidence level.
    draws, seed : int
        Of the resampling.

    Returns
    -------
    tuple of two floats or None
        ``None`` where the statistic cannot be estimated, or in more than 5 % of the draws.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. JASA 82, 171-185.
    """
    observed = _counts(counts)
    estimate = float(statistic(observed[np.newaxis])[0])
    if np.isnan(estimate):
        return None
    known = _estimable(statistic(resample(observed, draws, seed)))
    if known is None:
        return None
    normal = NormalDist()
    # half of the ties count as below: counts are lumpy
    below = float((known < estimate).mean() + (known == estimate).mean() / 2)
    bias = normal.inv_cdf(min(max(below, 0.5 / known.size), 1 - 0.5 / known.size))
    acceleration = _acceleration(statistic, observed)
    ends = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        z = bias + normal.inv_cdf(tail)
        ends.append(normal.cdf(bias + z / (1 - acceleration * z)))
    low, high = np.quantile(known, ends)
    return float(low), float(high)


def _estimable(drawn: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the draws that could be estimated, or ``None`` where too few could."""
    known = drawn[~np.isnan(drawn)]
    return known if known.size and known.size >= ESTIMABLE * drawn.size else None


def _acceleration(statistic: Statistic, observed: NDArray[np.int64]) -> float:
    cells = np.flatnonzero(observed)
    left_out = np.repeat(observed.ravel()[np.newaxis], len(cells), axis=0)
    left_out[np.arange(len(cells)), cells] -= 1
    values = statistic(left_out.reshape(len(cells), *observed.shape))
    weights = observed.ravel()[cells].astype(float)
    estimable = ~np.isnan(values)
    values, weights = values[estimable], weights[estimable]
    if weights.sum() == 0:
        return 0.0
    away = np.average(values, weights=weights) - values
    spread = float(np.sum(weights * away**2))
    return 0.0 if spread == 0 else float(np.sum(weights * away**3)) / (6 * spread**1.5)


def _counts(counts: ArrayLike) -> NDArray[np.int64]:
    observed = np.asarray(counts, dtype=np.int64)
    if np.any(observed < 0):
        raise ValueError("counts cannot be negative")
    return observed
