"""Curves of ranked rows: the ROC curve's band, and curves thinned so that their corners stay."""

import heapq
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.auc import roc_curve

Floats = NDArray[np.float64]


def roc_band(negatives: ArrayLike, positives: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats, Floats, Floats]:
    """Return false and true positive rates, and the band in which the whole true curve lies at once.

    Massart's inequality bounds how far either empirical distribution of scores lies from the true one, everywhere and at any size; the curve is moved
    by both bounds, to the lower right and to the upper left.

    Parameters
    ----------
    negatives, positives : array_like of int, shape (scores,)
        Counts at each distinct score, in ascending order of score; both kinds occur.
    level : float
        Confidence level of the band as a whole.

    Returns
    -------
    tuple of four ndarrays of shape (scores + 1,)
        False positive rates, true positive rates, lower and upper ends at those false positive rates.

    References
    ----------
    Massart, P. (1990). The tight constant in the Dvoretzky-Kiefer-Wolfowitz inequality. Annals of Probability 18, 1269-1283.
    Campbell, G. (1994). Advances in statistical methodology for the evaluation of diagnostic and laboratory tests.
    Statistics in Medicine 13, 499-508.
    """
    x, y = roc_curve(negatives, positives)
    each = 1 - math.sqrt(level)
    aside, up = (math.sqrt(math.log(2 / each) / (2 * float(np.sum(n)))) for n in (negatives, positives))
    # the curve is a staircase read between its points: the lower end looks to the left, the upper one to the right
    low = np.interp(x - aside, x, y, left=0.0) - up
    high = y[np.minimum(np.searchsorted(x, x + aside, side="right"), len(x) - 1)] + up
    return x, y, np.clip(np.minimum(low, y), 0, 1), np.clip(np.maximum(high, y), 0, 1)


def thinned(x: ArrayLike, y: ArrayLike, points: int) -> NDArray[np.intp]:
    """Return which points of a curve to keep so that straight lines between them stay as near to it as can be had by splitting greedily.

    Parameters
    ----------
    x, y : array_like, shape (points,)
        The curve.
    points : int
        The most points to keep; the first and the last are kept.

    Returns
    -------
    ndarray of int
        Positions, ascending.

    References
    ----------
    Douglas, D. H. and Peucker, T. K. (1973). Algorithms for the reduction of the number of points required to represent a digitized line.
    Cartographica 10, 112-122.
    """
    across, up = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(across) <= max(points, 2):
        return np.arange(len(across))
    kept = {0, len(across) - 1}
    waiting: list[tuple[float, int, int, int]] = []

    def split(start: int, end: int) -> None:
        if end - start < 2:
            return
        dx, dy = across[end] - across[start], up[end] - up[start]
        inner = slice(start + 1, end)
        away = np.abs((across[inner] - across[start]) * dy - (up[inner] - up[start]) * dx) / (math.hypot(dx, dy) or 1.0)
        if dx == dy == 0:
            away = np.hypot(across[inner] - across[start], up[inner] - up[start])
        farthest = int(np.argmax(away))
        heapq.heappush(waiting, (-float(away[farthest]), start, start + 1 + farthest, end))

    split(0, len(across) - 1)
    while waiting and len(kept) < points:
        away, start, middle, end = heapq.heappop(waiting)
        if away == 0:
            break
        kept.add(middle)
        split(start, middle)
        split(middle, end)
    return np.array(sorted(kept), dtype=np.intp)
