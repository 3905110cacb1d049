"""The beta distribution, whose quantiles are Clopper and Pearson's ends of a rate, for counts that need not be whole."""

import math

#: Steps of the continued fraction, and of the search for a quantile.
STEPS = 10_000
HALVINGS = 60
TINY = 1e-300
CLOSE = 1e-14


def beta_cdf(x: float, a: float, b: float) -> float:
    """Return the chance that a beta variable is at most ``x``: the regularised incomplete beta function.

    Parameters
    ----------
    x : float
        From 0 to 1.
    a, b : float
        Shapes, above 0.

    References
    ----------
    Lentz, W. J. (1976). Generating Bessel functions in Mie scattering calculations using continued fractions. Applied Optics 15, 668-671.
    """
    if not (a > 0 and b > 0):
        raise ValueError(f"a beta distribution needs two shapes above 0; got {a} and {b}")
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        # the fraction converges fast on this side of the mean only
        return 1 - beta_cdf(1 - x, b, a)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)) / a
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, STEPS):
        for numerator in (m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)), -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))):
            d = 1 / _away_from_zero(1 + numerator * d)
            c = _away_from_zero(1 + numerator / c)
            fraction *= d * c
        if abs(d * c - 1) < CLOSE:
            break
    return front * fraction


def beta_quantile(chance: float, a: float, b: float) -> float:
    """Return the value that a beta variable is at most with this chance, by halving."""
    if not 0 < chance < 1:
        raise ValueError(f"a quantile is of a chance between 0 and 1; got {chance}")
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if beta_cdf(middle, a, b) < chance:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
