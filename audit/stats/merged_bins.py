"""Fine counts of scores made coarser."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def merged(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, bins: int) -> tuple[Floats, Floats, Floats]:
    """Merge neighbouring bins of scores into at most so many, each with about equally many rows; bins without rows are dropped.

    A bin goes where its middle row would go, so rows of one score stay together.

    Parameters
    ----------
    means : array_like, shape (scores,)
        Mean score of each bin, ascending.
    negatives, positives : array_like, shape (scores,)
        Counts.
    bins : int
        The most bins wanted.

    Returns
    -------
    tuple of three ndarrays
        Mean scores, negatives and positives of the new bins.
    """
    x, n0, n1 = (np.asarray(a, dtype=float) for a in (means, negatives, positives))
    n = n0 + n1
    x, n0, n1, n = (a[n > 0] for a in (x, n0, n1, n))
    if len(n) <= 1:
        return x, n0, n1
    place = np.minimum(np.floor(bins * (np.cumsum(n) - n / 2) / n.sum()), bins - 1)
    starts = np.flatnonzero(np.r_[True, np.diff(place) > 0])
    total, below, above = (np.add.reduceat(a, starts) for a in (n, n0, n1))
    # the mean of equal scores is that score, to the last digit
    same = np.maximum.reduceat(x, starts) == np.minimum.reduceat(x, starts)
    return np.where(same, x[starts], np.add.reduceat(x * n, starts) / total), below, above


def finely_merged(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, bins: int) -> tuple[Floats, Floats, Floats]:
    """Merge neighbouring bins so that the rarer outcome is not lumped together: by shares of both outcomes instead of by rows."""
    n0, n1 = np.asarray(negatives, dtype=float), np.asarray(positives, dtype=float)
    x = np.asarray(means, dtype=float)
    n = n0 + n1
    if (n > 0).sum() <= bins:
        return x[n > 0], n0[n > 0], n1[n > 0]
    shares = n0 / max(n0.sum(), 1) + n1 / max(n1.sum(), 1)
    place = np.minimum(np.floor(bins * (np.cumsum(shares) - shares / 2) / shares.sum()), bins - 1)
    starts = np.flatnonzero(np.r_[True, np.diff(place) > 0])
    total = np.add.reduceat(n, starts)
    return np.add.reduceat(x * n, starts) / np.maximum(total, 1), np.add.reduceat(n0, starts), np.add.reduceat(n1, starts)
