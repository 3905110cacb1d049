"""Blaker's interval straight from its definition, by trying rates: slow, and independent of the product."""

from typing import NamedTuple

import numpy as np
from scipy.stats import binom


class Ends(NamedTuple):
    low: float
    high: float


def acceptability(k: int, n: int, p: float) -> float:
    """The smaller tail of k, and the largest tail of the other side that is no larger."""
    below, above = binom.cdf(np.arange(n + 1), n, p), binom.sf(np.arange(n + 1) - 1, n, p)
    near, far = (above[k], below) if above[k] <= below[k] else (below[k], above)
    other = far[far <= near * (1 + 1e-12)]
    return float(min(1.0, near + (other.max() if other.size else 0)))


def exact_interval(k: int, n: int, level: float = 0.95) -> Ends:
    """The least and the greatest acceptable rate, to 1e-9."""
    return Ends(_end(k, n, level), 1 - _end(n - k, n, level))


def _end(k: int, n: int, level: float) -> float:
    if k == 0:
        return 0.0
    tried = np.linspace(0, k / n, 2_001)[1:]
    first = next(i for i, p in enumerate(tried) if acceptability(k, n, p) > 1 - level)
    low, high = (tried[first - 1] if first else 0.0), tried[first]
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (low, middle) if acceptability(k, n, middle) > 1 - level else (middle, high)
    return float(high)
