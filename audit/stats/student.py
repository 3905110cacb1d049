"""Tails of Student's t, and ranks that bound a quantile, all from the beta distribution."""

import math
from functools import cache

from audit.stats.beta import beta_cdf

#: Steps of the search for a quantile; few are needed.
STEPS = 200


@cache
def t_quantile(level: float, freedom: float) -> float:
    """Return the half width, in standard errors, of a two-sided interval by Student's t.

    Parameters
    ----------
    level : float
        Confidence level.
    freedom : float
        Degrees of freedom, above 0.
    """
    if not (0 < level < 1 and freedom > 0):
        raise ValueError(f"Student's t needs a level between 0 and 1 and degrees of freedom above 0; got {level}, {freedom}")
    outside = 1 - level
    low, high = 0.0, 1.0
    while t_tails(high, freedom) > outside:
        low, high = high, 2 * high
    t = (low + high) / 2
    for _ in range(STEPS):
        tails = t_tails(t, freedom)
        low, high = (t, high) if tails > outside else (low, t)
        # Newton's step on the logarithm of the tails, which is nearly straight
        step = t + math.log(tails / outside) * tails / (2 * _density(t, freedom)) if tails > 0 else low
        step = step if low < step < high else (low + high) / 2
        if abs(step - t) <= 1e-13 * t:
            break
        t = step
    return t


def _density(t: float, freedom: float) -> float:
    scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    return math.exp(scale - (freedom + 1) / 2 * math.log1p(t * t / freedom))


def t_tails(t: float, freedom: float) -> float:
    """Return the probability that Student's t lies further from 0 than ``t``, on either side."""
    return beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)


def quantile_ranks(n: int, share: float, level: float) -> tuple[int, int] | None:
    """Return the ranks of the two values, the smallest being 1, between which a quantile of the population lies, whatever the distribution.

    Parameters
    ----------
    n : int
        Number of values.
    share : float
        Which quantile, such as 0.5.
    level : float
        Confidence level, kept or exceeded.

    Returns
    -------
    tuple of two ints or None
        ``None`` where so few values cannot bound it on both sides.

    References
    ----------
    Thompson, W. R. (1936). On confidence ranges for the median and other expectation distributions for populations of unknown distribution
    form. Annals of Mathematical Statistics 7, 122-128.
    """
    tail = (1 - level) / 2
    # the value of rank r lies below the quantile exactly where at least r values do
    low = _first(n, share, 1 - tail) - 1
    high = _first(n, share, tail)
    return (low, high) if low >= 1 and high <= n else None


def _first(n: int, share: float, chance: float) -> int:
    """Return the smallest rank that fewer than this chance of samples reach: P(B >= rank) < chance, B binomial; n + 1 where all do."""
    below, above = 0, n + 1
    while above - below > 1:
        middle = (below + above) // 2
        reached = beta_cdf(share, middle, n - middle + 1)
        below, above = (middle, above) if reached >= chance else (below, middle)
    return above
