"""Confidence intervals of rates and of differences of two rates."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Interval = tuple[float, float]


def normal_quantile(level: float) -> float:
    """Return the half width, in standard errors, of a two-sided normal interval of this confidence level."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1; got {level}")
    return -NormalDist().inv_cdf((1 - level) / 2)


def wilson_bounds(successes: ArrayLike, n: ArrayLike, level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Wilson intervals, elementwise; NaN where ``n`` is 0.

    Parameters
    ----------
    successes, n : array_like
        Counts of one shape.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two ndarrays
        Lower and upper ends.
    """
    z = normal_quantile(level)
    k, total = np.broadcast_arrays(np.asarray(successes, dtype=float), np.asarray(n, dtype=float))
    if np.any((k < 0) | (k > total)):
        raise ValueError("a rate needs 0 <= successes <= n")
    total = np.where(total > 0, total, np.nan)
    p = k / total
    centre = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * np.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    # rounding must not push an end past the rate it belongs to
    low, high = np.minimum(np.clip(centre - half, 0, 1), p), np.maximum(np.clip(centre + half, 0, 1), p)
    return np.where(k == 0, low * 0, low), np.where(k == total, high * 0 + 1, high)


def wilson(successes: float, n: float, level: float = 0.95) -> Interval | None:
    """Return the Wilson score interval of a rate, or ``None`` where ``n`` is 0.

    Parameters
    ----------
    successes, n : float
        Count of successes among ``n`` trials.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two floats or None

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. JASA 22, 209-212.
    """
    low, high = wilson_bounds(successes, n, level)
    return None if math.isnan(low) else (float(low), float(high))


def newcombe_bounds(
    successes_a: ArrayLike, n_a: ArrayLike, successes_b: ArrayLike, n_b: ArrayLike, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of Newcombe intervals of rate a minus rate b, elementwise; NaN where an ``n`` is 0."""
    low_a, high_a = wilson_bounds(successes_a, n_a, level)
    low_b, high_b = wilson_bounds(successes_b, n_b, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        p_a = np.asarray(successes_a, dtype=float) / np.asarray(n_a, dtype=float)
        p_b = np.asarray(successes_b, dtype=float) / np.asarray(n_b, dtype=float)
    low = p_a - p_b - np.hypot(p_a - low_a, high_b - p_b)
    high = p_a - p_b + np.hypot(high_a - p_a, p_b - low_b)
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def newcombe(successes_a: float, n_a: float, successes_b: float, n_b: float, level: float = 0.95) -> Interval | None:
    """Return the interval of the difference of two independent rates, a minus b, or ``None`` where one has no trials.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison of eleven methods.
    Statistics in Medicine 17, 873-890, method 10.
    """
    low, high = newcombe_bounds(successes_a, n_a, successes_b, n_b, level)
    return None if math.isnan(low) else (float(low), float(high))


def paired_difference(only_first: int, only_second: int, n: int, level: float = 0.95) -> Interval | None:
    """Return the interval of the difference of two rates measured on the same rows, or ``None`` without rows.

    Parameters
    ----------
    only_first, only_second : int
        Rows where only the first, or only the second, succeeded.
    n : int
        All rows.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two floats or None
        Interval of rate of the first minus rate of the second.

    References
    ----------
    Bonett, D. G. and Price, R. M. (2012). Adjusted Wald confidence interval for a difference of binomial proportions based on paired data.
    Journal of Educational and Behavioral Statistics 37, 479-488.
    """
    if only_first < 0 or only_second < 0 or only_first + only_second > n:
        raise ValueError(f"a paired difference needs 0 <= only_first + only_second <= n; got {only_first}, {only_second} of {n}")
    if n == 0:
        return None
    first, second = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    half = normal_quantile(level) * math.sqrt((first + second - (first - second) ** 2) / (n + 2))
    return max(-1.0, first - second - half), min(1.0, first - second + half)
