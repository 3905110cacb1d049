"""Interval of the mean of numbers that lie between two known bounds, from counts of their values."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval, normal_quantile

HALVINGS = 60


def bounded_mean(values: ArrayLike, counts: ArrayLike, low: float, high: float, level: float = 0.95) -> Interval | None:
    """Return the interval of a mean, or ``None`` without rows.

    Parameters
    ----------
    values : array_like, shape (cells,)
        Distinct values, each between ``low`` and ``high``.
    counts : array_like, shape (cells,)
        How many rows have each.
    low, high : float
        Bounds that no value can lie beyond, seen or unseen.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two floats or None
    """
    lower, upper = bounded_means(values, np.atleast_2d(np.asarray(counts, dtype=float)), low, high, level)
    return None if np.isnan(lower[0]) else (float(lower[0]), float(upper[0]))


def bounded_means(
    values: ArrayLike, counts: ArrayLike, low: float | ArrayLike, high: float | ArrayLike, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of many means at once; NaN where there are no rows.

    Rows are weighted at random, uniformly over all weights that sum to one (the Bayesian bootstrap), with one row more at the bound that the end
    looks towards; the end is the quantile of the weighted mean. For values of 0 and 1 that is the interval of Clopper and Pearson; otherwise it
    is narrower, as the values are closer together. The quantile is found by a saddlepoint approximation instead of by drawing.

    Parameters
    ----------
    values : array_like, shape (cells,) or (means, cells)
        Distinct values.
    counts : array_like, shape (means, cells)
        How many rows have each.
    low, high : float or array_like of shape (means,)
        Bounds that no value can lie beyond.
    level : float
        Confidence level of each interval.

    Returns
    -------
    tuple of two ndarrays, shape (means,)
        Lower and upper ends.

    References
    ----------
    Gaffke, N. (2005). Three test statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable.
    Mathematical Methods of Statistics 14, 451-467.
    Barndorff-Nielsen, O. E. (1986). Inference on full or partial parameters based on the standardized signed log likelihood ratio.
    Biometrika 73, 307-322.
    """
    z = normal_quantile(level)
    n = np.asarray(counts, dtype=float)
    x = np.broadcast_to(np.asarray(values, dtype=float), n.shape)
    if np.any(n < 0):
        raise ValueError("counts cannot be negative")
    bounds = [np.broadcast_to(np.asarray(b, dtype=float), n.shape[:1]) for b in (low, high)]
    beyond = (n > 0) & ((x < bounds[0][:, None]) | (x > bounds[1][:, None]))
    if np.any(beyond):
        raise ValueError("a value lies beyond the bounds that no value can lie beyond")
    return -_upper(-x, n, -bounds[0], z), _upper(x, n, bounds[1], z)


def _upper(x: NDArray[np.float64], n: NDArray[np.float64], bound: NDArray[np.float64], z: float) -> NDArray[np.float64]:
    """Return where P(weighted mean <= t) reaches Φ(z).

    The weighted mean lies below t where a sum of gamma variables times (x - t) is negative. Its saddlepoint is written by c = t + 1 / θ, so that
    t follows from c without solving: it is the mean under weights n / (c - x).
    """
    rows = n.sum(axis=1)
    below = np.concatenate([np.where(n > 0, bound[:, None] - x, 0.0), np.zeros((len(n), 1))], axis=1)
    weights = np.concatenate([n, np.ones((len(n), 1))], axis=1)
    span = below.max(axis=1)
    flat = span == 0
    span = np.where(flat, 1.0, span)
    least, most = np.full(len(n), -40.0), np.full(len(n), 40.0)
    shift = np.zeros(len(n))
    for _ in range(HALVINGS):
        middle = (least + most) / 2
        beyond = span * np.exp(middle)
        gap = below + beyond[:, None]
        pull = weights / gap
        shift = (pull * below).sum(axis=1) / pull.sum(axis=1)
        tilted = gap / (shift + beyond)[:, None]
        signed = np.sqrt(2 * np.maximum((weights * np.log(tilted)).sum(axis=1), 1e-20))
        scale = np.sqrt((weights * ((shift[:, None] - below) / gap) ** 2).sum(axis=1))
        root = signed + np.log(np.maximum(scale, 1e-300) / signed) / signed
        # nearest the mean the correction is all rounding, and no end lies there
        far = (signed > z / 10) & (root > z)
        least, most = np.where(far, middle, least), np.where(far, most, middle)
    return np.where(rows == 0, np.nan, np.where(flat, bound, bound - shift))
