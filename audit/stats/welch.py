"""Two means compared without supposing that their spreads are alike."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval
from audit.stats.student import t_quantile, t_tails


def welch_interval(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the interval of the mean of ``a`` less the mean of ``b``; ``None`` where one of them has fewer than two values.

    Parameters
    ----------
    a, b : array_like of float
        Independent values.
    level : float
        Confidence level.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem when several different population variances are involved. Biometrika 34.
    """
    x, y = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if min(len(x), len(y)) < 2:
        return None
    difference, error, freedom = _moments(x.mean(), x.var(ddof=1), len(x), y.mean(), y.var(ddof=1), len(y))
    half = t_quantile(level, float(freedom)) * float(error) if error > 0 else 0.0
    return float(difference) - half, float(difference) + half


def mean_interval(values: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return Student's interval of a mean; ``None`` where there are fewer than two values."""
    x = np.asarray(values, dtype=float)
    if len(x) < 2:
        return None
    half = t_quantile(level, len(x) - 1.0) * float(x.std(ddof=1)) / math.sqrt(len(x))
    return float(x.mean()) - half, float(x.mean()) + half


def welch_p_values(mean_a: ArrayLike, variance_a: ArrayLike, n_a: int, mean_b: ArrayLike, variance_b: ArrayLike, n_b: int) -> NDArray[np.float64]:
    """Return the two-sided p-value of each of many pairs of means, from means and variances (with n - 1); NaN where neither side varies.

    Parameters
    ----------
    mean_a, variance_a, mean_b, variance_b : array_like of shape (pairs,)
        Of the two sides.
    n_a, n_b : int
        Values on each side, at least two.
    """
    difference, error, freedom = _moments(mean_a, variance_a, n_a, mean_b, variance_b, n_b)
    pairs = zip(np.atleast_1d(difference), np.atleast_1d(error), np.atleast_1d(freedom), strict=True)
    return np.array([t_tails(abs(d) / e, f) if e > 0 else math.nan for d, e, f in pairs])


def _moments(
    mean_a: ArrayLike, variance_a: ArrayLike, n_a: int, mean_b: ArrayLike, variance_b: ArrayLike, n_b: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference, its standard error, and Welch's degrees of freedom."""
    a, b = np.asarray(variance_a, dtype=float) / n_a, np.asarray(variance_b, dtype=float) / n_b
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = (a + b) ** 2 / (a**2 / (n_a - 1) + b**2 / (n_b - 1))
    return np.asarray(mean_a, dtype=float) - np.asarray(mean_b, dtype=float), np.sqrt(a + b), np.asarray(freedom)
