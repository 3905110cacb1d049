"""Intervals of numbers that depend on two samples, such as average precision, with one row more in each at the adverse end.

The rows of either sample are weighted at random, uniformly over all weights that sum to one (the Bayesian bootstrap), and the share of the second
sample is drawn as well. Where a sample is small, or all its rows are alike, its weights alone would know no other rows than those seen; so each end
is sought with one row more in each sample, where it hurts most. For a rate that gives the interval of Clopper and Pearson.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval

#: Takes weights of negatives and of positives, of shape (draws, cells), which sum to one over both, and returns a number for each draw.
Statistic = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
#: The cell of a further negative, and that of a further positive.
Cells = tuple[int, int]

DRAWS = 2_000


def adverse_row_interval(
    statistic: Statistic,
    negatives: ArrayLike,
    positives: ArrayLike,
    worst: Cells,
    best: Cells,
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    rises: bool = False,
) -> Interval | None:
    """Return the interval of a number that depends on how negatives and positives are spread over cells, and on the share of positives.

    Parameters
    ----------
    statistic : callable
        Weights to numbers.
    negatives, positives : array_like, shape (cells,)
        Counts.
    worst, best : pair of int
        Where one row more makes the number smallest, and where largest: the cell of a negative and that of a positive.
    level : float
        Confidence level.
    draws, seed : int
        Of the weights.
    rises : bool
        Whether the number rises with the share of positives, whatever else; the further row then counts for the share as well.

    Returns
    -------
    tuple of two floats or None
        ``None`` where one of the samples has no rows.

    References
    ----------
    Gaffke, N. (2005). Mathematical Methods of Statistics 14, 451-467.
    Fay, M. P., Proschan, M. A. and Brittain, E. (2015). Combining one-sample confidence procedures for inference in the two-sample case.
    Biometrics 71, 146-156.
    """
    n0, n1 = np.asarray(negatives, dtype=float), np.asarray(positives, dtype=float)
    if np.any(n0 < 0) or np.any(n1 < 0) or n0.shape != n1.shape:
        raise ValueError(f"needs one count of negatives and one of positives for each cell; got shapes {n0.shape} and {n1.shape}")
    if not n0.any() or not n1.any():
        return None
    rng = np.random.default_rng(seed)
    below, above = (rng.standard_gamma(n, size=(draws, len(n))) for n in (n0, n1))
    further = rng.standard_exponential((2, draws))
    ends = []
    for (negative, positive), tail, up in ((worst, (1 - level) / 2, 0.0), (best, (1 + level) / 2, 1.0)):
        more = up if rises else 0.5
        share = rng.beta(n1.sum() + more, n0.sum() + 1 - more, draws)
        weights0, weights1 = below.copy(), above.copy()
        weights0[:, negative] += further[0]
        weights1[:, positive] += further[1]
        weights0 *= ((1 - share) / weights0.sum(axis=1))[:, None]
        weights1 *= (share / weights1.sum(axis=1))[:, None]
        ends.append(float(np.quantile(statistic(weights0, weights1), tail)))
    return ends[0], ends[1]
