"""Single numbers for a table of label × prediction with several classes, with intervals for the smallest and the most perfect tables too."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval

DRAWS = 2_000
#: Weights that are drawn at a time, to bound memory.
AT_ONCE = 2_000_000

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Margins:
    """What such numbers are made of; whatever axes come first are draws.

    Parameters
    ----------
    labels : ndarray, shape (…, classes)
        Rows of each class.
    predictions : ndarray, shape (…, predicted values)
        Rows predicted as each class, and then those predicted as no class of the target.
    right : ndarray, shape (…, classes)
        Rows of each class that are predicted right.
    """

    labels: Floats
    predictions: Floats
    right: Floats

    @classmethod
    def of(cls, tables: NDArray[np.generic]) -> "Margins":
        """Return the margins of tables of shape (…, classes, predicted values)."""
        weights = np.asarray(tables, dtype=float)
        return cls(weights.sum(axis=-1), weights.sum(axis=-2), np.diagonal(weights, axis1=-2, axis2=-1).copy())

    def with_row(self, label: int, prediction: int, weight: Floats | float) -> "Margins":
        """Return the margins with one row more in a cell, of some weight in each draw."""
        labels, predictions, right = self.labels.copy(), self.predictions.copy(), self.right.copy()
        labels[..., label] += weight
        predictions[..., prediction] += weight
        if label == prediction:
            right[..., label] += weight
        return Margins(labels, predictions, right)


Statistic = Callable[[Margins], Floats]


def f1_of_each(margins: Margins) -> Floats:
    """Return the F1 of each class: 0 where it neither occurs nor is predicted."""
    both = margins.labels + margins.predictions[..., : margins.labels.shape[-1]]
    return np.divide(2 * margins.right, both, out=np.zeros_like(both), where=both > 0)


def macro_f1(margins: Margins) -> Floats:
    """Return the plain mean of the F1 of the classes."""
    return np.asarray(f1_of_each(margins).mean(axis=-1))


def weighted_f1(margins: Margins) -> Floats:
    """Return the mean of the F1 of the classes, weighted by how often they occur."""
    return np.asarray((f1_of_each(margins) * margins.labels).sum(axis=-1) / margins.labels.sum(axis=-1))


def matthews_of_classes(margins: Margins) -> Floats:
    """Return Matthews' correlation for several classes, NaN where only one class occurs or only one is predicted.

    References
    ----------
    Gorodkin, J. (2004). Comparing two K-category assignments by a K-category correlation coefficient.
    Computational Biology and Chemistry 28, 367-374.
    """
    labels, predictions = margins.labels, margins.predictions
    n = labels.sum(axis=-1)
    above = n * margins.right.sum(axis=-1) - (labels * predictions[..., : labels.shape[-1]]).sum(axis=-1)
    spread = (n * n - (labels**2).sum(axis=-1)) * (n * n - (predictions**2).sum(axis=-1))
    # what rounding leaves of a difference of squares is no spread
    known = spread > 1e-12 * n**4
    return np.divide(above, np.sqrt(np.where(known, spread, 1.0)), out=np.full(np.shape(above), np.nan), where=known)


class WeighedRows:
    """A table of label × prediction whose rows are weighted at random, uniformly over all weights that sum to one.

    Weights alone know no other rows than those seen, and see no error where there is none; so each end of an interval is sought with one row
    more, in the cell where it hurts most. For a rate that gives the interval of Clopper and Pearson.

    Parameters
    ----------
    counts : array_like of int, shape (classes, predicted values)
        At least one row; classes that neither occur nor are predicted are left out beforehand.
    draws, seed : int
        Of the weights.

    References
    ----------
    Gaffke, N. (2005). Mathematical Methods of Statistics 14, 451-467.
    """

    def __init__(self, counts: ArrayLike, draws: int = DRAWS, seed: int = 0) -> None:
        self.counts = np.asarray(counts, dtype=float)
        if self.counts.ndim != 2 or np.any(self.counts < 0) or not self.counts.any():
            raise ValueError(f"a table of label × prediction needs two axes and rows, none negative; got shape {self.counts.shape}")
        rng = np.random.default_rng(seed)
        step = max(AT_ONCE // self.counts.size, 1)
        parts = [Margins.of(rng.standard_gamma(self.counts, size=(min(step, draws - i), *self.counts.shape))) for i in range(0, draws, step)]
        self.drawn = Margins(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("labels", "predictions", "right")))
        self.further = rng.standard_exponential(draws)

    def interval(self, statistic: Statistic, level: float = 0.95) -> Interval | None:
        """Return the interval of a number; ``None`` where it cannot be estimated, or not in more than one draw of twenty."""
        seen = Margins.of(self.counts)
        if np.isnan(statistic(seen)):
            return None
        cells = [(i, j) for i in range(self.counts.shape[0]) for j in range(self.counts.shape[1])]
        with_one = [float(statistic(seen.with_row(*cell, 1.0))) for cell in cells]
        ends = []
        for worst, tail in ((np.nanargmin, (1 - level) / 2), (np.nanargmax, (1 + level) / 2)):
            values = statistic(self.drawn.with_row(*cells[int(worst(with_one))], self.further))
            if np.mean(np.isnan(values)) > 0.05:
                return None
            ends.append(float(np.nanquantile(values, tail)))
        return ends[0], ends[1]
