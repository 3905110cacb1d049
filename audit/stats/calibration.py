"""Calibration: how far mean scores lie from the rates that came true, from counts of scores split by the true outcome."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.bounded_mean import bounded_mean, bounded_means
from audit.stats.intervals import Interval, normal_quantile
from audit.stats.merged_bins import Floats, merged

#: Bins of equal size, and the fewest rows that one is made for.
BINS = 10
ROWS_PER_BIN = 20
#: Cells kept apart within a bin when its spread is reckoned.
CELLS = 50
#: Standard errors by which a gap is taken to be smaller than seen when the bias is reckoned: of much noise none is a gap.
SHRUNK_BY = 2.0


@dataclass(frozen=True)
class CalibrationError:
    """Expected calibration error.

    Parameters
    ----------
    value : float
        Mean distance between mean score and rate over the bins, weighted by their rows; biased upward.
    interval : tuple of two floats
        Of the error of the population in as many bins.
    debiased : float
        The value less the part that noise alone adds to gaps of the size seen.
    scores, rates : ndarray, shape (bins,)
        Mean score and share of positives in each bin.
    n, positives : ndarray of int, shape (bins,)
        Rows and positive rows.
    """

    value: float
    interval: Interval
    debiased: float
    scores: Floats
    rates: Floats
    n: NDArray[np.int64]
    positives: NDArray[np.int64]


def mean_gap(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, level: float = 0.95) -> tuple[float, Interval] | None:
    """Return mean score less share of positives (calibration in the large) with its interval, or ``None`` without rows.

    Parameters
    ----------
    means : array_like, shape (scores,)
        Scores.
    negatives, positives : array_like of int, shape (scores,)
        Counts.
    level : float
        Confidence level.
    """
    x, n0, n1 = (np.asarray(a, dtype=float) for a in (means, negatives, positives))
    n = float((n0 + n1).sum())
    if not n:
        return None
    value = float((x * (n0 + n1)).sum() - n1.sum()) / n
    ends = bounded_mean(np.r_[x, x - 1], np.r_[n0, n1], float(x.min()) - 1, float(x.max()), level)
    assert ends is not None
    # rounding must not push an end past the number it belongs to
    return value, (min(ends[0], value), max(ends[1], value))


def calibration_error(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, bins: int = BINS, level: float = 0.95) -> CalibrationError | None:
    """Return the expected calibration error with an interval, or ``None`` without rows.

    Bins hold equally many rows, at least 20 each, so small tables have fewer. The plug-in is biased upward: a gap that is noise counts as much as
    one that is not. So the ends are sought apart. The sum of the absolute gaps is convex, hence above its tangent at the truth: at most a linear sum
    of errors, squared and added, lies between it and the upper end. The lower end takes off the bias and the spread that noise would have if
    the gaps were smaller than seen by two standard errors.

    Parameters
    ----------
    means : array_like, shape (scores,)
        Scores, ascending.
    negatives, positives : array_like of int, shape (scores,)
        Counts.
    bins : int
        The most bins.
    level : float
        Confidence level.

    References
    ----------
    Naeini, M. P., Cooper, G. F. and Hauskrecht, M. (2015). Obtaining well calibrated probabilities using Bayesian binning. AAAI, 2901-2907.
    Zou, G. Y. and Donner, A. (2008). Statistics in Medicine 27, 1693-1702: errors squared and added.
    """
    x, n0, n1 = merged(means, negatives, positives, bins * CELLS)
    rows = float((n0 + n1).sum())
    if not rows:
        return None
    wanted = max(1, min(bins, int(rows) // ROWS_PER_BIN))
    place = np.minimum(np.floor(wanted * (np.cumsum(n0 + n1) - (n0 + n1) / 2) / rows), wanted - 1).astype(int)
    _, place = np.unique(place, return_inverse=True)
    count = int(place.max()) + 1
    total, hits, summed = (np.bincount(place, w, minlength=count) for w in (n0 + n1, n1, x * (n0 + n1)))
    score, rate = summed / total, hits / total
    gap, weight = score - rate, total / rows
    low, high = _bin_ends(x, n0, n1, place, count, level)
    below, above = np.maximum(gap - low, 0), np.maximum(high - gap, 0)
    value = float((weight * np.abs(gap)).sum())
    upper = value + math.sqrt(float((weight**2 * np.maximum(below, above) ** 2).sum()))
    z = normal_quantile(level)
    spread = np.maximum((high - low) / (2 * z), 1e-12)
    shrunk = np.maximum(np.abs(gap) - SHRUNK_BY * spread, 0)
    mean, variance = _folded(shrunk, spread)
    lower = value - float((weight * (mean - shrunk)).sum()) - z * math.sqrt(float((weight**2 * variance).sum()))
    seen = np.maximum(np.abs(gap) - spread, 0)
    debiased = value - float((weight * (_folded(seen, spread)[0] - seen)).sum())
    if count == 1:  # one gap has its own interval
        lower, upper = max(float(low[0]), -float(high[0]), 0.0), max(-float(low[0]), float(high[0]))
    return CalibrationError(
        value,
        (min(max(lower, 0.0), value), max(value, min(upper, 1.0))),
        max(debiased, 0.0),
        score,
        rate,
        total.astype(np.int64),
        hits.astype(np.int64),
    )


def _bin_ends(x: Floats, n0: Floats, n1: Floats, place: NDArray[np.intp], count: int, level: float) -> tuple[Floats, Floats]:
    """Return the ends of the interval of mean score less rate in each bin."""
    starts = np.searchsorted(place, np.arange(count))
    column = np.arange(len(x)) - starts[place]
    width = int(column.max()) + 1
    values, counts = np.zeros((count, 2 * width)), np.zeros((count, 2 * width))
    for shift, away, n in ((0, x, n0), (width, x - 1, n1)):
        values[place, column + shift] = away
        counts[place, column + shift] = n
    lowest, highest = np.minimum.reduceat(x, starts), np.maximum.reduceat(x, starts)
    return bounded_means(values, counts, lowest - 1, highest, level)


def _folded(gap: Floats, spread: Floats) -> tuple[Floats, Floats]:
    """Return mean and variance of the absolute value of a normal variable."""
    ratio = gap / spread
    tail = np.array([math.erfc(r / math.sqrt(2)) for r in ratio])  # twice the share below 0
    mean = spread * math.sqrt(2 / math.pi) * np.exp(-(ratio**2) / 2) + gap * (1 - tail)
    return mean, np.maximum(gap**2 + spread**2 - mean**2, 0)
