"""How many more rows would decide a question, if they are like those at hand."""

import math
from collections.abc import Callable

#: Multiples of the present size within which a decision is searched for.
MOST = 2.0**20
#: Ratio of the bounds at which the search stops.
CLOSE = 1.001


def rows_needed(decided: Callable[[float], bool], rows: float) -> int | None:
    """Return about how many more rows decide.

    Parameters
    ----------
    decided : callable
        Whether a multiple of the present counts, all taken by one factor, decides.
    rows : float
        How many rows there are.

    Returns
    -------
    int or None
        Rows to add, found by halving on a logarithmic scale; 0 where the present ones decide; ``None`` where a million times as many would not.
    """
    if decided(1.0):
        return 0
    if not decided(MOST):
        return None
    below, above = 1.0, MOST
    while above / below > CLOSE:
        middle = math.sqrt(below * above)
        below, above = (below, middle) if decided(middle) else (middle, above)
    return math.ceil((above - 1) * rows)
