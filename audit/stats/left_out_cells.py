"""How well the cells of one column tell classes apart, each row judged by all the others, from counts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.auc import roc_auc
from audit.stats.intervals import Interval
from audit.stats.rates import mean_of_rates


@dataclass(frozen=True)
class Recalls:
    """Rows of each class that their cell names rightly.

    Parameters
    ----------
    hits : ndarray of float, shape (classes,)
        Ties between classes count in parts.
    n : ndarray of int, shape (classes,)
        All rows of each class.
    """

    hits: NDArray[np.float64]
    n: NDArray[np.int64]

    @property
    def balanced_accuracy(self) -> float | None:
        """Mean recall of the classes; ``None`` where a class has no rows."""
        return float(np.mean(self.hits / self.n)) if np.all(self.n > 0) and len(self.n) else None

    def interval(self, level: float) -> Interval | None:
        """Return the interval of the balanced accuracy (Zou and Donner 2008)."""
        return mean_of_rates(self.hits.tolist(), self.n.tolist(), level)


def likelihoods(counts: ArrayLike) -> NDArray[np.float64]:
    """Return how likely a cell is in each class, as a row of it sees it that is itself left out.

    Parameters
    ----------
    counts : array_like of int, shape (cells, classes)
        Rows of each class.

    Returns
    -------
    ndarray of float, shape (cells, classes of the row, classes)
        Half a row is added to every count; a cell that nobody else is in is equally likely in all classes.
    """
    rows = _counts(counts)
    own = np.eye(rows.shape[1], dtype=np.int64)
    others = np.maximum(rows[:, None, :] - own, 0)
    totals = np.maximum(rows.sum(axis=0) - own, 0)
    likely = (others + 0.5) / (totals + 0.5 * len(rows))
    return np.where(others.sum(axis=2, keepdims=True) == 0, 1.0, likely)


def recalls(counts: ArrayLike) -> Recalls:
    """Return how many rows of each class are found by naming the class in which the other rows have their cell most often.

    Classes weigh alike whatever their sizes, so a column that knows nothing has a balanced accuracy of at most about 1 / classes.

    Parameters
    ----------
    counts : array_like of int, shape (cells, classes)
        Rows of each class.
    """
    rows, likely = _counts(counts), likelihoods(counts)
    best = likely >= likely.max(axis=2, keepdims=True) * (1 - 1e-12)
    named = best / best.sum(axis=2, keepdims=True)
    return Recalls((rows * np.einsum("icc->ic", named)).sum(axis=0), rows.sum(axis=0))


def area(counts: ArrayLike) -> float | None:
    """Return the area under the ROC curve of the likelihood ratio of two classes, each row judged by all the others.

    Parameters
    ----------
    counts : array_like of int, shape (cells, 2)
        Rows of each class.
    """
    rows, likely = _counts(counts), likelihoods(counts)
    ratio = np.log(likely[..., 1]) - np.log(likely[..., 0])
    scores, place = np.unique(ratio, return_inverse=True)
    place = place.reshape(ratio.shape)
    negatives, positives = (np.bincount(place[:, c], weights=rows[:, c], minlength=len(scores)) for c in (0, 1))
    return roc_auc(negatives, positives)


def variance_explained(cells: ArrayLike, values: ArrayLike) -> float | None:
    """Return the share of the variance of a number that the means of its cells explain, each row judged by all the others.

    Parameters
    ----------
    cells : array_like of int, shape (rows,)
        The cell of each row.
    values : array_like of float, shape (rows,)
        The number.

    Returns
    -------
    float or None
        Not below 0; ``None`` where there are fewer than two rows, or the number is constant.
    """
    cell, value = np.asarray(cells), np.asarray(values, dtype=float)
    if len(value) < 2 or np.ptp(value) == 0:
        return None
    n, sums = np.bincount(cell), np.bincount(cell, weights=value)
    alone = n[cell] == 1
    expected = np.where(alone, value.mean(), (sums[cell] - value) / np.maximum(n[cell] - 1, 1))
    return float(max(0.0, 1 - np.sum((value - expected) ** 2) / np.sum((value - value.mean()) ** 2)))


def _counts(counts: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(counts, dtype=np.int64)
    if array.ndim != 2 or array.size == 0 or np.any(array < 0):
        raise ValueError(f"needs counts of the shape (cells, classes); got {array.shape}")
    return array
