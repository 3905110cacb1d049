"""Two means compared without supposing that their spreads are alike."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval


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
    return np.array([2 * t_tail(abs(d) / e, f) if e > 0 else math.nan for d, e, f in pairs])


def t_tail(t: float, freedom: float) -> float:
    """Return the chance that Student's t exceeds ``t`` (not below 0)."""
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2


def t_quantile(level: float, freedom: float) -> float:
    """Return the half width, in standard errors, of a two-sided interval of this confidence level."""
    low, high = 0.0, 1.0
    while t_tail(high, freedom) > (1 - level) / 2:
        low, high = high, 2 * high
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if t_tail(middle, freedom) > (1 - level) / 2 else (low, middle)
    return high


def _moments(
    mean_a: ArrayLike, variance_a: ArrayLike, n_a: int, mean_b: ArrayLike, variance_b: ArrayLike, n_b: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the difference, its standard error, and Welch's degrees of freedom."""
    a, b = np.asarray(variance_a, dtype=float) / n_a, np.asarray(variance_b, dtype=float) / n_b
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = (a + b) ** 2 / (a**2 / (n_a - 1) + b**2 / (n_b - 1))
    return np.asarray(mean_a, dtype=float) - np.asarray(mean_b, dtype=float), np.sqrt(a + b), np.asarray(freedom)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / max(1 - (a + b) * x / (a + 1), tiny)
    result = d
    for m in range(1, 300):
        for step in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / (1 + step * d or tiny)
            c = 1 + step / c or tiny
            result *= d * c
        if abs(d * c - 1) < 1e-14:
            break
    return front * result
