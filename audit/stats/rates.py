"""Intervals of rates, and of the difference and the ratio of two independent rates, that hold their level at any size."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.beta import beta_quantile
from audit.stats.blaker import blaker
from audit.stats.intervals import Interval, wilson_bounds

#: With more successes and more failures than this, Wilson's interval is as good and takes no time.
MANY = 1_000
#: What intervals of several rates at once are made by.
METHOD = "blaker; wilson beyond 1,000 of each kind"

Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]


def rate_bounds(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the ends of the intervals of rates, elementwise; NaN where ``n`` is 0.

    Blaker's exact interval; Wilson's where there are more than 1,000 successes and as many failures.

    Parameters
    ----------
    successes, n : array_like of int
        Counts of one shape.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two ndarrays
        Lower and upper ends.

    References
    ----------
    Blaker, H. (2000). Canadian Journal of Statistics 28, 783-798.
    Wilson, E. B. (1927). JASA 22, 209-212.
    """
    k, total = np.broadcast_arrays(np.asarray(successes), np.asarray(n))
    if np.any((k < 0) | (k > total)):
        raise ValueError("a rate needs 0 <= successes <= n")
    low, high = wilson_bounds(k, total, level)
    exact = np.atleast_1d((total > 0) & (np.minimum(k, total - k) <= MANY))
    if exact.any():
        pairs, of = np.unique(np.stack([np.atleast_1d(k)[exact], np.atleast_1d(total)[exact]]), axis=1, return_inverse=True)
        ends = np.array([blaker(int(s), int(t), level) for s, t in pairs.T])
        low, high = np.atleast_1d(low).copy(), np.atleast_1d(high).copy()
        low[exact], high[exact] = ends[of.ravel(), 0], ends[of.ravel(), 1]
    return low.reshape(k.shape), high.reshape(k.shape)


def rate_interval(successes: int, n: int, level: float = 0.95) -> Interval | None:
    """Return the interval of a rate, as :func:`rate_bounds`, or ``None`` where ``n`` is 0."""
    return None if n == 0 else _interval(rate_bounds(successes, n, level))


def rate_method(successes: int, n: int) -> str:
    """Return the name of the method that :func:`rate_bounds` takes."""
    return "blaker" if min(successes, n - successes) <= MANY else "wilson"


def weighted_bounds(rate: ArrayLike, effective_n: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the ends of the intervals of weighted rates, elementwise; NaN where there are no rows.

    Clopper and Pearson's interval with the effective number of rows, ``sum(w) ** 2 / sum(w ** 2)``, in place of the number of rows.

    Parameters
    ----------
    rate : array_like of float
        Weight of the successes over the weight of all.
    effective_n : array_like of float
        Effective number of rows; it may be a fraction.
    level : float
        Confidence level.

    References
    ----------
    Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data. Survey Methodology 24, 193-201.
    """
    p, n = np.broadcast_arrays(np.asarray(rate, dtype=float), np.asarray(effective_n, dtype=float))
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    tail = (1 - level) / 2
    for place in np.ndindex(p.shape):
        share, size = float(p[place]), float(n[place])
        if not size > 0 or math.isnan(share):
            continue
        k = min(max(share * size, 0.0), size)
        if min(k, size - k) > MANY:
            ends = wilson_bounds(k, size, level)
            low[place], high[place] = float(ends[0]), float(ends[1])
        else:
            low[place] = 0.0 if k <= 0 else beta_quantile(tail, k, size - k + 1)
            high[place] = 1.0 if k >= size else beta_quantile(1 - tail, k + 1, size - k)
    return low, high


def difference_bounds(successes_a: ArrayLike, n_a: ArrayLike, successes_b: ArrayLike, n_b: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the ends of the intervals of rate a minus rate b, elementwise; NaN where an ``n`` is 0.

    The distances from the rates to the ends of their own intervals are squared and added, as in Newcombe's method 10.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison of eleven methods.
    Statistics in Medicine 17, 873-890.
    Zou, G. Y. and Donner, A. (2008). Construction of confidence limits about effect measures: a general approach.
    Statistics in Medicine 27, 1693-1702.
    """
    p_a, p_b = _rates(successes_a, n_a), _rates(successes_b, n_b)
    return square_and_add(p_a, rate_bounds(successes_a, n_a, level), p_b, rate_bounds(successes_b, n_b, level))


def square_and_add(a: NDArray[np.float64], ends_a: Bounds, b: NDArray[np.float64], ends_b: Bounds) -> Bounds:
    """Return the ends of the intervals of rate a minus rate b from the intervals of the two."""
    low = a - b - np.hypot(a - ends_a[0], ends_b[1] - b)
    high = a - b + np.hypot(ends_a[1] - a, b - ends_b[0])
    return np.clip(low, -1, 1), np.clip(high, -1, 1)


def difference_interval(successes_a: int, n_a: int, successes_b: int, n_b: int, level: float = 0.95) -> Interval | None:
    """Return the interval of rate a minus rate b, as :func:`difference_bounds`, or ``None`` where one has no trials."""
    return None if n_a == 0 or n_b == 0 else _interval(difference_bounds(successes_a, n_a, successes_b, n_b, level))


def ratio_bounds(successes_a: ArrayLike, n_a: ArrayLike, successes_b: ArrayLike, n_b: ArrayLike, level: float = 0.95) -> Bounds:
    """Return the ends of the intervals of rate a over rate b, elementwise; NaN where an ``n`` is 0.

    As :func:`difference_bounds`, of the logarithms. A rate of 0 has no logarithm; the outermost ends of the two rates bound the ratio then,
    and the upper end is infinite where rate b may be 0.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
    """
    p_a, p_b = _rates(successes_a, n_a), _rates(successes_b, n_b)
    return square_and_add_logs(p_a, rate_bounds(successes_a, n_a, level), p_b, rate_bounds(successes_b, n_b, level))


def square_and_add_logs(a: NDArray[np.float64], ends_a: Bounds, b: NDArray[np.float64], ends_b: Bounds) -> Bounds:
    """Return the ends of the intervals of rate a over rate b from the intervals of the two."""
    with np.errstate(divide="ignore", invalid="ignore"):
        log_a, log_b = np.log(a), np.log(b)
        low = np.exp(log_a - log_b - np.hypot(log_a - np.log(ends_a[0]), np.log(ends_b[1]) - log_b))
        high = np.exp(log_a - log_b + np.hypot(np.log(ends_a[1]) - log_a, log_b - np.log(ends_b[0])))
        zero = (a == 0) | (b == 0)
        low = np.where(zero, ends_a[0] / ends_b[1], low)
        high = np.where(zero, ends_a[1] / ends_b[0], high)
    return low, high


def ratio_interval(successes_a: int, n_a: int, successes_b: int, n_b: int, level: float = 0.95) -> Interval | None:
    """Return the interval of rate a over rate b, as :func:`ratio_bounds`, or ``None`` where one has no trials."""
    return None if n_a == 0 or n_b == 0 else _interval(ratio_bounds(successes_a, n_a, successes_b, n_b, level))


def mean_of_rates(successes: ArrayLike, n: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the interval of the plain mean of independent rates, such as balanced accuracy, or ``None`` where one has no trials.

    References
    ----------
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702.
    """
    k, total = np.asarray(successes), np.asarray(n)
    if not total.size or np.any(total == 0):
        return None
    low, high = rate_bounds(k, total, level)
    rates = _rates(k, total)
    mean, parts = float(rates.mean()), rates.size
    below = float(np.sqrt(np.sum((rates - low) ** 2))) / parts
    above = float(np.sqrt(np.sum((high - rates) ** 2))) / parts
    return max(0.0, mean - below), min(1.0, mean + above)


def _rates(successes: ArrayLike, n: ArrayLike) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.asarray(successes, dtype=float) / np.asarray(n, dtype=float))


def _interval(bounds: Bounds) -> Interval:
    return float(bounds[0]), float(bounds[1])
