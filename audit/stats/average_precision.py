"""Average precision, the area under the precision-recall curve, from counts of scores split by the true outcome."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.adverse_row import DRAWS, adverse_row_interval
from audit.stats.intervals import Interval
from audit.stats.merged_bins import finely_merged

#: Bins in which rows are weighted; the estimate itself is of all bins.
CELLS = 300


def average_precision(negatives: ArrayLike, positives: ArrayLike) -> float | None:
    """Return the mean, over the positive rows, of the precision at the row's own score; ``None`` where there is no positive row.

    Parameters
    ----------
    negatives, positives : array_like of int, shape (scores,)
        Counts at each distinct score, in ascending order of score.

    Returns
    -------
    float or None
        From 0 to 1; useless scores reach the share of positives.
    """
    n0, n1 = (np.asarray(a, dtype=float)[np.newaxis] for a in (negatives, positives))
    return float(_average_precision(n0, n1)[0]) if n1.any() else None


def average_precision_interval(negatives: ArrayLike, positives: ArrayLike, level: float = 0.95, draws: int = DRAWS, seed: int = 0) -> Interval | None:
    """Return the interval of the average precision of the population, or ``None`` where one of the outcomes is missing.

    One negative more above all rows and one positive more below them make the lower end, the reverse the upper one.

    Parameters
    ----------
    negatives, positives : array_like of int, shape (scores,)
        Counts at each distinct score, in ascending order of score.
    level : float
        Confidence level.
    draws, seed : int
        Of the weights.
    """
    estimate = average_precision(negatives, positives)
    _, n0, n1 = finely_merged(np.arange(len(np.asarray(negatives))), negatives, positives, CELLS)
    n0, n1 = (np.concatenate([[0.0], n, [0.0]]) for n in (n0, n1))
    ends = adverse_row_interval(_average_precision, n0, n1, (len(n0) - 1, 0), (0, len(n0) - 1), level, draws, seed, rises=True)
    if ends is None or estimate is None:
        return None
    # merging bins shifts the number a little, and both ends with it
    shift = estimate - float(_average_precision(n0[np.newaxis], n1[np.newaxis])[0])
    return min(max(ends[0] + shift, 0.0), estimate), max(min(ends[1] + shift, 1.0), estimate)


def _average_precision(n0: NDArray[np.float64], n1: NDArray[np.float64]) -> NDArray[np.float64]:
    above, all_above = (np.cumsum(n[:, ::-1], axis=1)[:, ::-1] for n in (n1, n0 + n1))
    precision = np.divide(above, all_above, out=np.zeros_like(above), where=all_above > 0)
    return np.asarray((precision * n1).sum(axis=1) / n1.sum(axis=1))
