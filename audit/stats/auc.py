"""Area under the ROC curve from counts of scores, split by the true outcome."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval, normal_quantile

#: Rows of the rarer outcome at which a spread below the formula's counts half.
SHRINK = 50


def roc_auc(negatives: ArrayLike, positives: ArrayLike) -> float | None:
    """Return the chance that a positive row scores above a negative one, ties counted half; ``None`` where one kind is missing.

    Parameters
    ----------
    negatives, positives : array_like of int, shape (scores,)
        Counts at each distinct score, in ascending order of score.

    Returns
    -------
    float or None
        From 0 to 1; 0.5 is chance.

    References
    ----------
    Bamber, D. (1975). The area above the ordinal dominance graph and the area below the receiver operating characteristic graph.
    Journal of Mathematical Psychology 12, 387-415.
    """
    n0, n1 = _counts(negatives, positives)
    if n0.sum() == 0 or n1.sum() == 0:
        return None
    below = np.cumsum(n0) - n0 / 2
    return float(np.sum(n1 * below) / (n0.sum() * n1.sum()))


def roc_auc_interval(negatives: ArrayLike, positives: ArrayLike, level: float = 0.95) -> Interval | None:
    """Return the interval of the area: all areas that lie within z of their own standard error from the measured one.

    The standard error is Hanley and McNeil's at the candidate area, scaled by how DeLong's standard error of these scores compares with it,
    where that can be told. So the interval has a width even where the scores separate the outcomes wholly.

    Parameters
    ----------
    negatives, positives : array_like of int, shape (scores,)
        Counts at each distinct score, in ascending order of score.
    level : float
        Confidence level.

    Returns
    -------
    tuple of two floats or None

    References
    ----------
    Newcombe, R. G. (2006). Confidence intervals for an effect size measure based on the Mann-Whitney statistic, part 2.
    Statistics in Medicine 25, 559-573, method 5.
    DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Biometrics 44, 837-845.
    """
    n0, n1 = _counts(negatives, positives)
    area = roc_auc(n0, n1)
    if area is None:
        return None
    z, m, n = normal_quantile(level), float(n0.sum()), float(n1.sum())
    scale = _scale(n0, n1, area)

    def end(outer: float) -> float:
        near, far = area, outer
        for _ in range(60):
            middle = (near + far) / 2
            if abs(middle - area) <= z * math.sqrt(scale * _hanley_mcneil(middle, m, n)):
                near = middle
            else:
                far = middle
        return near

    return end(0.0), end(1.0)


def roc_curve(negatives: ArrayLike, positives: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return false and true positive rates as the threshold falls, from (0, 0) to (1, 1).

    Parameters
    ----------
    negatives, positives : array_like of int, shape (scores,)
        Counts at each distinct score, in ascending order of score; both kinds occur.

    Returns
    -------
    tuple of two ndarrays of shape (scores + 1,)
    """
    n0, n1 = _counts(negatives, positives)
    rates = [np.concatenate([[0.0], np.cumsum(side[::-1])]) / side.sum() for side in (n0, n1)]
    return rates[0], rates[1]


def _hanley_mcneil(area: float, m: float, n: float) -> float:
    others = (m + n) / 2 - 1
    return area * (1 - area) * (1 + others * ((1 - area) / (2 - area) + area / (1 + area))) / (m * n)


def _scale(n0: NDArray[np.float64], n1: NDArray[np.float64], area: float) -> float:
    m, n = n0.sum(), n1.sum()
    expected = _hanley_mcneil(area, float(m), float(n))
    if m < 2 or n < 2 or expected == 0:
        return 1.0
    placed1 = (np.cumsum(n0) - n0 / 2) / m
    placed0 = 1 - (np.cumsum(n1) - n1 / 2) / n
    spread1 = float(np.sum(n1 * (placed1 - area) ** 2)) / (n - 1)
    spread0 = float(np.sum(n0 * (placed0 - area) ** 2)) / (m - 1)
    measured = float(spread1 / n + spread0 / m) / expected
    if measured >= 1:
        return measured
    # few rows that happen to lie close together are no proof of a small spread, so they narrow the interval only in part
    weight = float(min(m, n) / (min(m, n) + SHRINK))
    return weight * measured + 1 - weight


def _counts(negatives: ArrayLike, positives: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n0, n1 = np.asarray(negatives, dtype=float), np.asarray(positives, dtype=float)
    if n0.shape != n1.shape or n0.ndim != 1 or np.any(n0 < 0) or np.any(n1 < 0):
        raise ValueError(f"needs one count of negatives and one of positives for each score; got shapes {n0.shape} and {n1.shape}")
    return n0, n1
