"""Test of counts against stated shares, without a large-sample formula."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.exact import DRAWS, SLACK


def multinomial_test(counts: ArrayLike, shares: ArrayLike, draws: int = DRAWS, seed: int = 0) -> float | None:
    """Return the p-value of "the counts were drawn with these shares".

    The likelihood-ratio statistic of the counts is compared with those of ``draws`` multinomial samples; p = (k + 1) / (draws + 1).

    Parameters
    ----------
    counts : array_like of int, shape (groups,)
        Observed counts.
    shares : array_like of float, shape (groups,)
        Stated shares; they add up to 1.
    draws, seed : int
        Of the simulation.

    Returns
    -------
    float or None
        ``None`` where there are no counts, or only one group to choose from.

    Raises
    ------
    ValueError
        Shapes differ, or shares are negative or do not add up to 1.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics and
    Molecular Biology 9, 39.
    """
    observed, stated = np.asarray(counts, dtype=np.int64), np.asarray(shares, dtype=float)
    if observed.shape != stated.shape or observed.ndim != 1:
        raise ValueError(f"counts and shares are one row each, of one length; got {observed.shape} and {stated.shape}")
    if np.any(observed < 0) or np.any(stated < 0) or abs(float(stated.sum()) - 1) > 1e-6:
        raise ValueError("counts and shares are not negative, and shares add up to 1")
    n = int(observed.sum())
    if n == 0 or len(observed) < 2:
        return None
    stated = stated / stated.sum()
    statistic = float(_likelihood_ratio(observed[np.newaxis], stated)[0])
    drawn = _likelihood_ratio(np.random.default_rng(seed).multinomial(n, stated, size=draws), stated)
    # the statistic of a perfect fit is 0 but for rounding, hence the second term
    return float((np.sum(drawn >= statistic * (1 - SLACK) - 1e-12) + 1) / (draws + 1))


def _likelihood_ratio(tables: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.float64]:
    expected = tables.sum(axis=1, keepdims=True) * shares
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(tables > 0, tables * np.log(tables / expected), 0.0)
    return np.asarray(2 * terms.sum(axis=1))
