"""The gap between the highest and the lowest of several estimates that have no exact interval, from resampled ones.

All differences are bounded at once by the distribution of the largest standardised deviation among them (max-t), so that the interval of the gap can
hold 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval

#: Share of draws in which an estimate must exist for it to be compared.
ESTIMABLE = 0.95


@dataclass(frozen=True)
class RangeOfResampled:
    """Gap between the highest and the lowest estimate.

    Parameters
    ----------
    value : float
        Highest minus lowest.
    interval : tuple of two floats
        Of the true gap; its lower end is 0 unless the test of "all alike" rejects.
    ratio : float or None
        Lowest over highest; ``None`` where an estimate is not positive.
    ratio_interval : tuple of two floats, or None
        Of the true ratio.
    highest, lowest : int
        Positions of the two.
    p_value : float
        Of "all alike": the share of draws with a deviation at least as large, (k + 1) / (draws + 1).
    compared : int
        How many estimates were compared.
    """

    value: float
    interval: Interval
    ratio: float | None
    ratio_interval: Interval | None
    highest: int
    lowest: int
    p_value: float
    compared: int


def range_of_resampled(observed: ArrayLike, drawn: ArrayLike, level: float = 0.95) -> RangeOfResampled | None:
    """Measure the gap between the highest and the lowest of several estimates.

    Parameters
    ----------
    observed : array_like, shape (groups,)
        Estimates; NaN where there is none.
    drawn : array_like, shape (draws, groups)
        The same from resampled data.
    level : float
        Confidence level of all differences together.

    Returns
    -------
    RangeOfResampled or None
        ``None`` where fewer than two groups have an estimate in nearly all draws. Positions are those of the arguments.

    References
    ----------
    Westfall, P. H. and Young, S. S. (1993). Resampling-Based Multiple Testing. Wiley, section 2.
    """
    estimates, draws = np.asarray(observed, dtype=float), np.asarray(drawn, dtype=float)
    if draws.ndim != 2 or estimates.shape != draws.shape[1:]:
        raise ValueError(f"one estimate a group, and draws of as many; got shapes {estimates.shape} and {draws.shape}")
    places = np.flatnonzero(~np.isnan(estimates) & (np.mean(~np.isnan(draws), axis=0) >= ESTIMABLE))
    if len(places) < 2:
        return None
    estimates, draws = estimates[places], draws[:, places]
    draws = draws[~np.isnan(draws).any(axis=1)]
    if len(draws) < 2:
        return None
    low, high, p_value = _bounds(estimates, draws, level)
    ratio, ratio_interval = None, None
    if np.all(estimates > 0) and np.all(draws > 0):
        least, most, _ = _bounds(np.log(estimates), np.log(draws), level)
        ratio, ratio_interval = float(estimates.min() / estimates.max()), (float(np.exp(-most)), float(np.exp(-least)))
    return RangeOfResampled(
        float(estimates.max() - estimates.min()), (low, high), ratio, ratio_interval,
        int(places[estimates.argmax()]), int(places[estimates.argmin()]), p_value, len(places),
    )  # fmt: skip


def _bounds(estimates: NDArray[np.float64], draws: NDArray[np.float64], level: float) -> tuple[float, float, float]:
    first, second = np.triu_indices(len(estimates), 1)
    apart = np.abs(estimates[first] - estimates[second])
    largest = np.zeros(len(draws))
    errors = np.empty(len(first))
    # one group against all after it at a time, so that memory holds groups and not pairs of them
    for group in range(len(estimates) - 1):
        deviations = draws[:, [group]] - draws[:, group + 1 :]
        deviations -= estimates[group] - estimates[group + 1 :]
        spread = np.sqrt(np.mean(deviations**2, axis=0))
        errors[first == group] = spread
        with np.errstate(divide="ignore", invalid="ignore"):
            standardised = np.where(spread > 0, np.abs(deviations) / spread, 0.0)
        largest = np.maximum(largest, standardised.max(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        standing_out = np.where(errors > 0, apart / errors, np.where(apart > 0, np.inf, 0.0)).max()
    p_value = float((np.sum(largest >= standing_out) + 1) / (len(draws) + 1))
    reach = float(np.quantile(largest, level)) * errors
    least = max(0.0, float((apart - reach).max())) if p_value <= 1 - level else 0.0
    return least, float((apart + reach).max()), p_value
