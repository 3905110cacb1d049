"""How large a difference of two rates would have been seen."""

import math
from statistics import NormalDist

from audit.stats.intervals import normal_quantile

#: Halvings of the range of differences.
STEPS = 50


def detectable_difference(rate: float, n_a: float, n_b: float, level: float = 0.95, power: float = 0.8) -> float | None:
    """Return the smallest difference of two rates that a test at this level finds with this chance, or ``None`` where none is large enough.

    The two rates lie around ``rate``, as far from it as their sizes make them for it to stay their mean. Normal approximation, pooled under the
    null and not pooled beside it.

    Parameters
    ----------
    rate : float
        Rate of both together.
    n_a, n_b : float
        Trials.
    level : float
        One minus the two-sided error rate of the test.
    power : float
        The chance.

    References
    ----------
    Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical Methods for Rates and Proportions, 3rd edition, section 4.3.
    """
    if n_a <= 0 or n_b <= 0:
        return None
    null, beside = normal_quantile(level), NormalDist().inv_cdf(power)
    share = n_b / (n_a + n_b)
    # the mean stays where it is while the rates move apart, as long as neither leaves 0 to 1
    middle = min(max(rate, 0.0), 1.0)

    def seen(difference: float) -> bool:
        low = middle - (1 - share) * difference
        low = min(max(low, 0.0), 1 - difference)
        high = low + difference
        pooled = (1 - share) * high + share * low
        chance = null * math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
        alternative = beside * math.sqrt(high * (1 - high) / n_a + low * (1 - low) / n_b)
        return difference >= chance + alternative

    if not seen(1.0):
        return None
    below, above = 0.0, 1.0
    for _ in range(STEPS):
        half = (below + above) / 2
        below, above = (below, half) if seen(half) else (half, above)
    return above
