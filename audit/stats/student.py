"""Tails of Student's t, of F and of the binomial, all from the incomplete beta function."""

import math
from functools import cache

#: Where the continued fraction counts as settled, and after how many steps it is given up (thousands only for millions of rows).
SETTLED, MOST_STEPS = 1e-15, 200_000


def incomplete_beta(a: float, b: float, x: float) -> float:
    """Return the regularised incomplete beta function I_x(a, b), by its continued fraction.

    References
    ----------
    Lentz, W. J. (1976). Generating Bessel functions in Mie scattering calculations using continued fractions. Applied Optics 15, 668-671.
    """
    if not (a > 0 and b > 0 and 0 <= x <= 1):
        raise ValueError(f"the incomplete beta function needs a > 0, b > 0 and 0 <= x <= 1; got {a}, {b}, {x}")
    if x in (0, 1):
        return float(x)
    # the fraction settles quickly only left of the mean
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(b, a, 1 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / _kept(1 - (a + b) * x / (a + 1), tiny)
    fraction = d
    for step in range(1, MOST_STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        change = 1.0
        for term in (even, odd):
            d, c = 1 / _kept(1 + term * d, tiny), _kept(1 + term / c, tiny)
            change = d * c
            fraction *= change
        if abs(change - 1) < SETTLED:
            break
    return min(1.0, front * fraction)


def _kept(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny


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
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_tails(middle, freedom) > outside else (low, middle)
    return (low + high) / 2


def t_tails(t: float, freedom: float) -> float:
    """Return the probability that Student's t lies further from 0 than ``t``, on either side."""
    return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def f_tail(f: float, above: float, below: float) -> float:
    """Return the probability that F with these degrees of freedom is at least ``f``."""
    return incomplete_beta(below / 2, above / 2, below / (below + above * f)) if f > 0 else 1.0


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
        reached = incomplete_beta(middle, n - middle + 1, share)
        below, above = (middle, above) if reached >= chance else (below, middle)
    return above
