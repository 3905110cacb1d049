"""How many more rows like these would decide whether a gap keeps to a limit."""

import math

import numpy as np
from numpy.typing import NDArray

from audit.by_group.cells import Cells
from audit.by_group.estimates import counts_of
from audit.by_group.gaps import Gap
from audit.by_group.metrics import Metric
from audit.stats.intervals import wilson_bounds
from audit.stats.range_of_rates import more_rows
from audit.stats.rates import square_and_add_logs
from audit.stats.rows_needed import MOST, rows_needed


def rows_to_decide(
    found: Gap, metric: Metric, cells: Cells, eligible: NDArray[np.bool_], limit: float, of: str, level: float, looks: int
) -> int | None:
    """Return about how many more rows would decide what these do not; ``None`` where hardly any number would.

    Approximate: the groups are taken to keep their rates and their shares of the rows. Where there is no closed form, the interval is taken to shrink
    with the square root of the rows.
    """
    if metric.kind == "rate" and cells.weights is None:
        k, n = (counts[eligible] for counts in counts_of(metric, cells))
        needed = more_rows(k, n, limit, level, looks) if of == "difference" else _for_ratio(k, n, limit, found.level)
    else:
        needed = _by_width(found, limit, of)
    # the interval by which this is estimated may be a little narrower than the one that was judged
    return needed if needed is None else max(needed, 1)


def _for_ratio(k: NDArray[np.int64], n: NDArray[np.int64], limit: float, level: float) -> int | None:
    k, n = k[n > 0], n[n > 0]
    if len(n) < 2:
        return None
    first, second = np.triu_indices(len(n), 1)
    each, rates = 1 - (1 - level) / len(first), k / n

    def decided(factor: float) -> bool:
        low, high = wilson_bounds(k * factor, n * factor, each)
        least, most = square_and_add_logs(rates[first], (low[first], high[first]), rates[second], (low[second], high[second]))
        with np.errstate(divide="ignore"):
            return bool(np.minimum(least, 1 / most).min() >= limit or np.minimum(most, 1 / least).min() < limit)

    return rows_needed(decided, float(n.sum()))


def _by_width(found: Gap, limit: float, of: str) -> int | None:
    value, ends = (found.value, found.interval) if of == "difference" else (found.ratio, found.ratio_interval)
    if value is None or ends is None or value == limit:
        return None
    reach = ends[1] - value if limit > value else value - ends[0]
    factor = (reach / (limit - value)) ** 2
    return math.ceil((factor - 1) * found.n) if factor < MOST else None
