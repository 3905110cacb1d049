"""Where one more value of the same kind will fall: a prediction interval, which is wider than the interval of a mean."""

import math

import numpy as np
from numpy.typing import ArrayLike

from audit.stats.intervals import Interval
from audit.stats.student import t_quantile


def fresh_value(values: ArrayLike, level: float = 0.95, low: float = -math.inf) -> Interval | None:
    """Return the interval in which one more value falls with the given probability, if all are drawn alike and about normally.

    Parameters
    ----------
    values : array_like
        Values seen, at least two.
    level : float
        Probability.
    low : float
        Least value there can be; the interval does not go below.

    Returns
    -------
    tuple of two floats or None
        ``mean ± t · s · √(1 + 1/n)`` with Student's t for n - 1 degrees of freedom; ``None`` for fewer than two values.
    """
    seen = np.asarray(values, dtype=float)
    n = len(seen)
    if n < 2:
        return None
    half = t_quantile(level, n - 1) * float(seen.std(ddof=1)) * math.sqrt(1 + 1 / n)
    mean = float(seen.mean())
    return max(low, mean - half), max(low, mean + half)
