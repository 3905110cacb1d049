"""Logistic recalibration: which straight line in the log odds would turn scores into chances."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from audit.stats.intervals import Interval
from audit.stats.merged_bins import Floats, finely_merged
from audit.stats.student import t_quantile

CELLS = 2_000
STEPS = 100
#: Further out than this no end is sought: rows that are almost apart have a slope of any size.
FARTHEST = 1e3


@dataclass(frozen=True)
class Recalibration:
    """How outcomes follow the log odds of the scores.

    Parameters
    ----------
    slope : float
        1 where calibrated, below 1 where scores are too extreme, above 1 where they are too timid.
    slope_interval : tuple of two floats
        By profile likelihood.
    intercept : float
        What the log odds of all scores are short of, with the slope held at 1: 0 where calibrated in the large.
    intercept_interval : tuple of two floats
        By likelihood ratio.
    """

    slope: float
    slope_interval: Interval
    intercept: float
    intercept_interval: Interval


def recalibration(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, level: float = 0.95) -> Recalibration | None:
    """Fit the line; ``None`` where one outcome is missing, all scores are equal, or the scores separate the outcomes wholly.

    Parameters
    ----------
    means : array_like, shape (scores,)
        Scores above 0 and below 1, ascending.
    negatives, positives : array_like of int, shape (scores,)
        Counts.
    level : float
        Confidence level.

    References
    ----------
    Cox, D. R. (1958). Two further applications of a model for binary regression. Biometrika 45, 562-565.
    Van Calster, B. et al. (2019). Calibration: the Achilles heel of predictive analytics. BMC Medicine 17, 230.
    """
    x, n0, n1 = finely_merged(means, negatives, positives, CELLS)
    if np.any((x <= 0) | (x >= 1)):
        raise ValueError("log odds need scores above 0 and below 1")
    if len(x) < 2 or not n0.any() or not n1.any() or x[n0 > 0].max() <= x[n1 > 0].min() or x[n1 > 0].max() <= x[n0 > 0].min():
        return None
    odds = np.log(x) - np.log1p(-x)
    slope = _best_slope(odds, n0, n1)
    intercept, least = _fitted(odds, n0, n1)
    rows = float((n0 + n1).sum())
    # Student's quantile for the normal one: at a few dozen rows the likelihood ratio alone covers a little less than it should
    for_slope, for_intercept = (t_quantile(level, max(rows - fitted, 1.0)) ** 2 / 2 for fitted in (2, 1))
    best = _fitted(slope * odds, n0, n1)[1]
    return Recalibration(
        slope, _ends(lambda b: _fitted(b * odds, n0, n1)[1] - best - for_slope, slope),
        intercept, _ends(lambda a: _loss(odds + a, n0, n1) - least - for_intercept, intercept),
    )  # fmt: skip


def _loss(odds: Floats, n0: Floats, n1: Floats) -> float:
    return float((n0 * np.logaddexp(0, odds) + n1 * np.logaddexp(0, -odds)).sum())


def _fitted(offset: Floats, n0: Floats, n1: Floats) -> tuple[float, float]:
    """Return the intercept that fits best with these log odds as offset, and the loss it leaves."""
    low, high = -float(offset.max()) - 50, -float(offset.min()) + 50
    n, hits = n0 + n1, float(n1.sum())
    for _ in range(STEPS):
        middle = (low + high) / 2
        expected = float((n * _chance(offset + middle)).sum())
        low, high = (middle, high) if expected < hits else (low, middle)
    return middle, _loss(offset + middle, n0, n1)


def _best_slope(odds: Floats, n0: Floats, n1: Floats) -> float:
    """Return the slope at which the profile loss is least, by Newton's method on both parameters, halved where it would overshoot."""
    a, b = 0.0, 0.0
    n = n0 + n1
    loss = _loss(a + b * odds, n0, n1)
    for _ in range(STEPS):
        chance = _chance(a + b * odds)
        short, weight = n1 - n * chance, n * chance * (1 - chance)
        gradient = np.array([short.sum(), (short * odds).sum()])
        curvature = np.array([[weight.sum(), (weight * odds).sum()], [(weight * odds).sum(), (weight * odds**2).sum()]])
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        while (trial := _loss(a + step[0] + (b + step[1]) * odds, n0, n1)) > loss + 1e-12 * abs(loss) and np.abs(step).max() > 1e-12:
            step = step / 2
        a, b = a + float(step[0]), b + float(step[1])
        if abs(loss - trial) <= 1e-12 * abs(loss) and np.abs(step).max() < 1e-8:
            break
        loss = trial
    return b


def _chance(odds: Floats) -> Floats:
    return np.asarray(np.exp(-np.logaddexp(0, -odds)))


def _ends(excess: Callable[[float], float], centre: float) -> Interval:
    """Return where the loss exceeds its least by what is allowed, on either side."""
    ends = []
    for side in (-1.0, 1.0):
        far = 0.1
        while excess(centre + side * far) < 0 and far < FARTHEST:
            far *= 2
        near = 0.0
        for _ in range(50):
            middle = (near + far) / 2
            near, far = (middle, far) if excess(centre + side * middle) < 0 else (near, middle)
        ends.append(centre + side * near)
    return ends[0], ends[1]
