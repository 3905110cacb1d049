"""How many more rows would decide whether the ratio of the lowest rate to the highest is below a limit."""

import numpy as np
from numpy.typing import ArrayLike

from audit.stats.intervals import wilson_bounds
from audit.stats.rates import square_and_add_logs
from audit.stats.rows_needed import rows_needed


def more_rows_for_ratio(successes: ArrayLike, n: ArrayLike, limit: float, level: float = 0.95, looks: int = 1) -> int | None:
    """Return about how many more rows would decide whether the ratio of lowest to highest rate is below a limit.

    As :func:`audit.stats.range_of_rates.more_rows`: all counts are multiplied by one factor, the rates staying as they are.

    Parameters
    ----------
    successes, n : array_like of int, shape (groups,)
        Counts by group.
    limit : float
        Lowest ratio allowed.
    level, looks : float, int
        As for :func:`audit.stats.range_of_rates.range_of_rates`.

    Returns
    -------
    int or None
        Rows to add, over all groups; 0 where nothing is undecided; ``None`` where a million times the rows would not decide.
    """
    k, total = np.asarray(successes, dtype=float), np.asarray(n, dtype=float)
    k, total = k[total > 0], total[total > 0]
    if len(k) < 2 or not k.any():
        return None
    first, second = np.triu_indices(len(k), 1)
    each = 1 - (1 - level) / looks / len(first)
    rates = k / total

    def decided(factor: float) -> bool:
        low, high = wilson_bounds(k * factor, total * factor, each)
        ends = square_and_add_logs(rates[first], (low[first], high[first]), rates[second], (low[second], high[second]))
        with np.errstate(divide="ignore"):
            least, most = np.minimum(ends[0], 1 / ends[1]).min(), np.minimum(ends[1], 1 / ends[0]).min()
        return bool(most < limit or least >= limit)

    return rows_needed(decided, float(total.sum()))
