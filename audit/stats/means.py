"""Confidence intervals of means of numbers of any shape, from their first three moments."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval
from audit.stats.student import t_quantile

Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]


def mean_bounds(mean: ArrayLike, variance: ArrayLike, third: ArrayLike, n: ArrayLike, level: float) -> Bounds:
    """Return the ends of intervals of means, elementwise; NaN where fewer than two values leave no spread to see.

    Each end is the outer of Student's and of Hall's, who undoes the skewness of the t-statistic. Hall's alone is too narrow where tails are
    heavy and even, Student's alone where they are not even.

    Parameters
    ----------
    mean, variance, third : array_like
        Mean, and second and third moment about it (divided by n).
    n : array_like of int
        Number of values.
    level : float
        Confidence level.

    References
    ----------
    Hall, P. (1992). On the removal of skewness by transformation. JRSS B 54, 221-228.
    """
    return _bounds(mean, variance, third, n, level, logarithm=False)


def positive_bounds(mean: ArrayLike, variance: ArrayLike, third: ArrayLike, n: ArrayLike, level: float) -> Bounds:
    """Return the ends of intervals of means of numbers that are never negative, elementwise.

    Each end is the outer of Hall's and of Student's on the logarithm, so that the lower end stays above 0.
    Parameters are those of :func:`mean_bounds`.
    """
    return _bounds(mean, variance, third, n, level, logarithm=True)


def mean_interval(mean: float, variance: float, third: float, n: int, level: float, *, positive: bool = False) -> Interval | None:
    """Return the interval of one mean, or ``None`` where there are fewer than two values."""
    low, high = (positive_bounds if positive else mean_bounds)(mean, variance, third, n, level)
    return None if np.isnan(low) else (float(low), float(high))


def _bounds(mean: ArrayLike, variance: ArrayLike, third: ArrayLike, n: ArrayLike, level: float, *, logarithm: bool) -> Bounds:
    m, v, k, size = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (mean, variance, third, n)))
    many = size >= 2
    size = np.where(many, size, np.nan)
    t = np.array([t_quantile(level, count - 1) if count >= 2 else np.nan for count in size.ravel()]).reshape(size.shape)
    # rounding may leave a spread of almost nothing where all values are equal
    v = np.where(v > 1e-24 * m * m, v, 0.0)
    error = np.sqrt(v / (size - 1))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        cubed = v**1.5
        skewness = np.where(cubed > 0, k / np.where(cubed > 0, cubed, 1.0), 0.0)
        low, high = m - _untangled(t, skewness, size) * error, m - _untangled(-t, skewness, size) * error
        if logarithm:
            ratio = np.where(error > 0, np.exp(t * error / m), 1.0)
            low, high = np.maximum(np.minimum(low, m / ratio), 0.0), np.maximum(high, m * ratio)
        else:
            low, high = np.minimum(low, m - t * error), np.maximum(high, m + t * error)
    return np.where(many, low, np.nan), np.where(many, high, np.nan)


def _untangled(q: NDArray[np.float64], skewness: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the t-statistic that Hall's monotone transformation takes to ``q``."""
    a = skewness / np.sqrt(n)
    flat = np.abs(a) < 1e-6
    a = np.where(flat, 1.0, a)
    return np.where(flat, q, 3 / a * (np.cbrt(1 + a * (q - a / 6)) - 1))
