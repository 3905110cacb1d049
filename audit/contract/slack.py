"""How far beyond what was seen a bound must lie, so that fresh data of the same source stay inside."""

import math
from collections.abc import Mapping
from itertools import pairwise

#: How many powers of ten beyond the largest of the rows seen a value must be rarer before a bound may call it wrong.
DECADES = 4
#: The heaviest tail that is believed: a t distribution with about one degree of freedom.
HEAVIEST = 1.0
#: Spacings are estimates.
SAFETY = 1.25


def bounds(lowest: float, highest: float, quantiles: Mapping[float, float], n: int) -> tuple[float, float]:
    """Return bounds that about one in 10,000 fresh tables of the same size and source would break.

    The tail is extrapolated as that of a generalised Pareto distribution: beyond the last quantile that was seen, each further power of ten in
    rarity adds the last spacing between quantiles, times ``10^shape``; the shape is read from how the spacings grew.

    Parameters
    ----------
    lowest, highest : float
        Extremes of the values seen.
    quantiles : mapping of float to float
        At the probabilities .001, .01, .1, .5, .9, .99 and .999.
    n : int
        Number of values seen.

    References
    ----------
    Pickands, J. (1975). Statistical inference using extreme order statistics. Annals of Statistics 3.
    """
    low = -_beyond(-lowest, {1 - p: -q for p, q in quantiles.items()}, n)
    return low, _beyond(highest, quantiles, n)


def _beyond(extreme: float, quantiles: Mapping[float, float], n: int) -> float:
    known = {round(p, 6): q for p, q in quantiles.items()}  # 1 - .001 is not .999 to the last digit
    points = [(1.0, known[0.9]), (2.0, known[0.99])]
    if n >= 10_000:
        points.append((3.0, known[0.999]))
    if n >= 200:
        points.append((math.log10(n), extreme))
    steps = [((b - a) / (y - x), (x + y) / 2) for (x, a), (y, b) in pairwise(points) if y - x > 0.2]
    # from the median to ten times rarer is .7 of a decade
    steps.insert(0, ((known[0.9] - known[0.5]) / 0.7, 0.65))
    # the spacing at the extreme is one draw: the one before it counts as well
    spacing = max(step for step, _ in steps[-2:])
    (first, at), (_, to) = steps[0], steps[-1]
    shape = min(max(math.log10(spacing / first) / (to - at), 0.0), HEAVIEST) if first > 0 and spacing > 0 else 0.0
    if shape > 0.1:
        shape = min(shape + 0.15, HEAVIEST)  # what little is seen of a heavy tail makes it look lighter than it is
    return extreme + SAFETY * spacing * sum(10 ** (shape * step) for step in range(1, DECADES + 1))
