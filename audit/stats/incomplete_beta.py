"""The regularised incomplete beta function, from which exact binomial intervals are made."""

import math

TINY = 1e-300
PRECISION = 1e-15
MAX_STEPS = 100_000


def incomplete_beta(x: float, a: float, b: float) -> float:
    """Return the probability that a Beta(a, b) variable is at most ``x``.

    Parameters
    ----------
    x : float
        From 0 to 1.
    a, b : float
        Shape parameters, above 0.

    Returns
    -------
    float
        From 0 to 1, with a relative error around 1e-12.

    Raises
    ------
    ValueError
        An argument is out of its range.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.17.22 (continued fraction), evaluated by Lentz's method.
    """
    if not 0 <= x <= 1 or a <= 0 or b <= 0:
        raise ValueError(f"incomplete_beta needs 0 <= x <= 1, a > 0 and b > 0; got x={x}, a={a}, b={b}")
    if x in (0.0, 1.0):
        return float(x)
    # the fraction converges fast only on the near side of the mean; the far side follows by symmetry
    if x > (a + 1) / (a + b + 2):
        return 1 - incomplete_beta(1 - x, b, a)
    front = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a
    return front * _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, MAX_STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away_from_zero(1 + step * d)
            c = _away_from_zero(1 + step / c)
            value *= c * d
        if abs(c * d - 1) < PRECISION:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY
