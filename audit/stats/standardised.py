"""A difference of two rates within strata: the crude one beside the one that Mantel-Haenszel weights standardise."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from audit.stats.intervals import Interval
from audit.stats.rates import difference_bounds


@dataclass(frozen=True)
class Standardised:
    """A difference of two rates, first minus second.

    Parameters
    ----------
    crude, within : float
        Over all rows, and as the weighted mean of the differences within strata.
    crude_interval, within_interval : tuple of two floats
        At ``level``.
    strata : int
        In how many strata both groups have rows; the others have no weight.
    level : float
        Confidence level of each interval.
    """

    crude: float
    within: float
    crude_interval: Interval
    within_interval: Interval
    strata: int
    level: float

    @property
    def paradox(self) -> bool:
        """Whether a difference that is there for sure in all rows is gone or turned round within strata, and that change is sure."""
        sign = 1 if self.crude > 0 else -1
        crude_end = min(sign * end for end in self.crude_interval)
        within_end = max(sign * end for end in self.within_interval)
        return crude_end > 0 and sign * self.within <= 0 and within_end < crude_end

    @property
    def turned(self) -> bool:
        """Whether the difference within strata is the other way round for sure."""
        low, high = self.within_interval
        return (high < 0) if self.crude > 0 else (low > 0)


def standardised(k_first: ArrayLike, n_first: ArrayLike, k_second: ArrayLike, n_second: ArrayLike, level: float = 0.95) -> Standardised | None:
    """Measure the difference of two rates over all rows and within strata.

    A stratum weighs ``n1 n2 / (n1 + n2)``. The interval within adds the squared distances from the differences to the ends of their own
    intervals, each times its weight.

    Parameters
    ----------
    k_first, n_first, k_second, n_second : array_like of int, shape (strata,)
        Successes and trials of the two groups.
    level : float
        Confidence level.

    Returns
    -------
    Standardised or None
        ``None`` where no stratum has rows of both groups.

    References
    ----------
    Mantel, N. and Haenszel, W. (1959). JNCI 22, 719-748.
    Yan, X. and Su, X. G. (2010). Stratified Wilson and Newcombe confidence intervals for multiple binomial proportions. Statistics in
    Biopharmaceutical Research 2, 329-335.
    """
    k1, n1, k2, n2 = (np.asarray(v, dtype=np.int64) for v in (k_first, n_first, k_second, n_second))
    both = (n1 > 0) & (n2 > 0)
    if not both.any():
        return None
    weights = n1[both] * n2[both] / (n1[both] + n2[both])
    weights = weights / weights.sum()
    differences = k1[both] / n1[both] - k2[both] / n2[both]
    low, high = difference_bounds(k1[both], n1[both], k2[both], n2[both], level)
    within = float((weights * differences).sum())
    below = float(np.sqrt(np.sum((weights * (differences - low)) ** 2)))
    above = float(np.sqrt(np.sum((weights * (high - differences)) ** 2)))
    ends = [float(end) for end in difference_bounds(k1.sum(), n1.sum(), k2.sum(), n2.sum(), level)]
    crude = float(k1.sum() / n1.sum() - k2.sum() / n2.sum())
    return Standardised(crude, within, (ends[0], ends[1]), (within - below, within + above), int(both.sum()), level)
