"""Tests of "the scores are the chances": what would be seen if each outcome were drawn with its score as the chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from audit.stats.merged_bins import merged

DRAWS = 1_999
#: Bins of scores in which outcomes are drawn.
CELLS = 300


@dataclass(frozen=True)
class Tested:
    """A statistic with its p-value.

    Parameters
    ----------
    value : float
        The statistic.
    p_value : float
        Share of draws at least as extreme, (k + 1) / (draws + 1).
    degrees : int
        Degrees of freedom, where it has any.
    """

    value: float
    p_value: float
    degrees: int = 0


def spiegelhalter(means: ArrayLike, negatives: ArrayLike, positives: ArrayLike, draws: int = DRAWS, seed: int = 0) -> Tested | None:
    """Return Spiegelhalter's z, which tests calibration by the Brier score; ``None`` where the scores leave nothing to chance.

    Parameters
    ----------
    means : array_like, shape (scores,)
        Scores from 0 to 1, ascending.
    negatives, positives : array_like of int, shape (scores,)
        Counts.
    draws, seed : int
        Of the outcomes.

    References
    ----------
    Spiegelhalter, D. J. (1986). Probabilistic prediction in patient management and clinical trials. Statistics in Medicine 5, 421-433.
    """
    x, n0, n1 = merged(means, negatives, positives, CELLS)
    n = n0 + n1
    variance = float((n * (1 - 2 * x) ** 2 * x * (1 - x)).sum())
    if variance <= 0:
        return None
    drawn = np.random.default_rng(seed).binomial(n.astype(np.int64), x, size=(draws, len(x)))
    z, chance = (((hits - n * x) * (1 - 2 * x)).sum(axis=-1) / variance**0.5 for hits in (n1, drawn))
    extreme = int((np.abs(chance) >= abs(float(z)) * (1 - 1e-12)).sum())
    return Tested(float(z), (extreme + 1) / (draws + 1))


def hosmer_lemeshow(scores: ArrayLike, n: ArrayLike, positives: ArrayLike, draws: int = DRAWS, seed: int = 0) -> Tested | None:
    """Return the chi-square of positives expected and seen in bins; ``None`` where the scores leave nothing to chance.

    On rows that the model has not learnt from each bin is a degree of freedom. The p-value is by drawing, so small bins do no harm.

    Parameters
    ----------
    scores : array_like, shape (bins,)
        Mean score of each bin.
    n, positives : array_like of int, shape (bins,)
        Counts.
    draws, seed : int
        Of the outcomes.

    References
    ----------
    Hosmer, D. W. and Lemeshow, S. (1980). Goodness of fit tests for the multiple logistic regression model.
    Communications in Statistics A 9, 1043-1069.
    """
    x, total, hits = (np.asarray(a, dtype=float) for a in (scores, n, positives))
    sure = (x <= 0) | (x >= 1)
    if np.any(sure & (hits != total * x)):
        return Tested(float("inf"), 1 / (draws + 1), len(x))
    x, total, hits = (a[~sure] for a in (x, total, hits))
    if not len(x):
        return None
    drawn = np.random.default_rng(seed).binomial(total.astype(np.int64), x, size=(draws, len(x)))
    seen, chance = (((h - total * x) ** 2 / (total * x * (1 - x))).sum(axis=-1) for h in (hits, drawn))
    extreme = int((chance >= float(seen) * (1 - 1e-12)).sum())
    return Tested(float(seen), (extreme + 1) / (draws + 1), len(x))
