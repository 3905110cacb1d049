"""Blaker's exact interval of a rate: it holds the truth at least as often as it says, at any rate and any number of trials.

Wilson's interval covers as little as 90 % where it says 95 % (a rate of 0.95 among 50); Clopper and Pearson's never covers less than it
says, and is wider than it need be. Blaker's lies inside Clopper and Pearson's and never covers less either.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

#: Standard errors, beyond those of the level, within which outcomes are summed; what is outside has a chance below 1e-15.
REACH = 8.5
STEPS = 100
#: Relative width at which a search for an end stops.
CLOSE = 1e-11
#: How far an end is moved outward, relative to its distance from 0 and 1.
OUTWARD = 1e-10


@lru_cache(maxsize=65_536)
def blaker(successes: int, n: int, level: float) -> tuple[float, float]:
    """Return the ends of the interval.

    Parameters
    ----------
    successes, n : int
        Count of successes among ``n`` trials, at least one.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two floats
        The least and the greatest rate whose acceptability is above ``1 - level``. In between there may be rates that are not acceptable;
        they are taken in.

    References
    ----------
    Blaker, H. (2000). Confidence curves and improved exact confidence intervals for discrete distributions.
    Canadian Journal of Statistics 28, 783-798.
    """
    # a search that stops a rounding error inside an end would leave out a rate that the end stands for
    low, high = (end - OUTWARD * end * (1 - end) for end in (_lower(k, n, 1 - level) for k in (successes, n - successes)))
    return low, 1 - high


class _Outcomes:
    """Chances of the outcomes near ``k`` of ``n`` as a function of the log odds.

    Only ratios of binomial coefficients are needed, because the chances in the window sum to 1 but for rounding.
    """

    def __init__(self, k: int, n: int, z: float) -> None:
        rate = k / n
        spread = math.sqrt(max(n * rate * (1 - rate), 1.0))
        width = math.ceil((z + REACH) * spread + z * z + 40)
        first, last = max(0, k - width), min(n, k + width)
        self.j = np.arange(first, last + 1, dtype=float)
        ratios = np.log(n - self.j[:-1]) - np.log(self.j[1:])
        self.weight = np.concatenate([[0.0], np.cumsum(ratios)])
        self.weight -= self.weight[k - first]
        self.at = k - first

    def chances(self, log_odds: float) -> NDArray[np.float64]:
        size = self.weight + (self.j - self.j[self.at]) * log_odds
        size = np.exp(size - size.max())
        return np.asarray(size / size.sum())


def _lower(k: int, n: int, alpha: float) -> float:
    if k == 0:
        return 0.0
    z = -NormalDist().inv_cdf(alpha / 2)
    near = _Outcomes(k, n, z)
    at = near.at

    def above(log_odds: float) -> float:
        return float(near.chances(log_odds)[at:].sum())

    # with a rate of 1, or near it, the log odds are large but bounded: the lower end is below the rate itself
    outer = _log_odds(max((k - (z + REACH) * math.sqrt(k) - z * z) / n, alpha / 2 / n / 4))
    inner = _log_odds(min(k / n, 1 - 1e-16))
    if above(outer) > alpha / 2:
        outer = _log_odds(alpha / 2 / n / 4)
    clopper_pearson = _crossing(lambda t: above(t) - alpha / 2, outer, inner)
    below = np.cumsum(near.chances(clopper_pearson))
    # the largest j whose lower tail is no likelier than the upper tail of k
    j = int(np.searchsorted(below, alpha / 2 * (1 + 1e-9), side="right")) - 1
    if j + 1 >= at:
        return _rate(clopper_pearson)

    def lead(log_odds: float) -> float:
        chances = near.chances(log_odds)
        return float(chances[at:].sum() - chances[: j + 2].sum())

    step = _crossing(lead, clopper_pearson, inner)

    def acceptability(log_odds: float) -> float:
        chances = near.chances(log_odds)
        return float(chances[at:].sum() + chances[: j + 1].sum())

    # up to the step the acceptability is one falling and one rising tail; there it jumps above alpha
    if acceptability(step) < alpha:
        return _rate(step)
    return _rate(_crossing(lambda t: acceptability(t) - alpha, clopper_pearson, step))


def _crossing(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function that is below 0 at ``low`` and not below it at ``high`` crosses 0, by the Illinois method."""
    at_low, at_high = rising(low), rising(high)
    if at_low >= 0:
        return low
    side = 0
    for step in range(STEPS):
        middle = (low + high) / 2 if step % 4 == 3 else (low * at_high - high * at_low) / (at_high - at_low)
        value = rising(middle)
        if value < 0:
            low, at_low = middle, value
            at_high = at_high / 2 if side == -1 else at_high
            side = -1
        else:
            high, at_high = middle, value
            at_low = at_low / 2 if side == 1 else at_low
            side = 1
        if value == 0:
            return middle
        if high - low <= CLOSE * (1 + abs(high)):
            break
    return low


def _log_odds(rate: float) -> float:
    return math.log(rate) - math.log1p(-rate)


def _rate(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else math.exp(log_odds)
