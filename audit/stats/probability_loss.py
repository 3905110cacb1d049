"""How far probabilities are from what happened: squared and logarithmic loss, from counts of scores split by the true outcome."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.adverse_row import adverse_row_interval
from audit.stats.bounded_mean import bounded_mean
from audit.stats.intervals import Interval
from audit.stats.merged_bins import finely_merged

#: Bins in which rows are weighted.
CELLS = 300


def brier_interval(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the interval of the mean squared distance between score and outcome; a row can lose at most 1.

    Parameters
    ----------
    means : array_like, shape (scores,)
        Scores, from 0 to 1.
    negatives, positives : array_like of int, shape (scores,)
        Counts.
    level : float
        Confidence level.
    """
    x = np.asarray(means, dtype=float)
    return bounded_mean(np.r_[x**2, (1 - x) ** 2], np.r_[negatives, positives], 0.0, 1.0, level)


def log_loss_interval(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, floor: float = 0.0, level: float = 0.95) -> Interval | None:
    """Return the interval of the mean of -log(probability given to what happened).

    The loss has no bound of its own. It is taken not to exceed what the most confident of these scores would have lost, had it been wrong.

    Parameters
    ----------
    means, negatives, positives, level
        As for :func:`brier_interval`.
    floor : float
        Smallest probability that is reckoned with; where it is 0, no score is 0 or 1.

    Raises
    ------
    ValueError
        A score is 0 or 1, and there is no floor.
    """
    x = np.asarray(means, dtype=float)
    least = float(np.minimum(x, 1 - x).min())
    if max(least, floor) <= 0:
        raise ValueError("the logarithmic loss has no upper bound where a score is 0 or 1; give a floor")
    losses = -np.log(np.maximum(np.r_[1 - x, x], max(floor, 1e-300)))
    return bounded_mean(losses, np.r_[negatives, positives], 0.0, max(-np.log(max(least, floor)), float(losses.max())), level)


def brier_skill(brier: float, n: int, positives: int) -> float | None:
    """Return by which share the squared loss is smaller than that of always answering with the share of positives; ``None`` for one outcome.

    References
    ----------
    Murphy, A. H. (1973). Hedging and skill scores for probability forecasts. Journal of Applied Meteorology 12, 215-223.
    """
    share = positives / n if n else 0.0
    return 1 - brier / (share * (1 - share)) if 0 < positives < n else None


def brier_skill_interval(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the interval of the Brier skill score, or ``None`` where one of the outcomes is missing.

    One row more of each outcome makes the ends: with the worst of these scores, or with none of the loss.
    """
    x, n0, n1 = finely_merged(means, negatives, positives, CELLS)
    if not len(x):
        return None
    low, high = float(x.min()), float(x.max())
    # two cells of no loss, for the rows that make the upper end
    loss0, loss1 = np.r_[x**2, high**2, 0.0], np.r_[(1 - x) ** 2, (1 - low) ** 2, 0.0]
    n0, n1 = (np.r_[n, 0.0, 0.0] for n in (n0, n1))

    def skill(weights0: NDArray[np.float64], weights1: NDArray[np.float64]) -> NDArray[np.float64]:
        share = weights1.sum(axis=1)
        return np.asarray(1 - (weights0 @ loss0 + weights1 @ loss1) / (share * (1 - share)))

    cells = len(x)
    return adverse_row_interval(skill, n0, n1, (cells, cells), (cells + 1, cells + 1), level)
