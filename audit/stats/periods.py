"""Whether a rate or a mean stays the same over an ordered series of groups: apart at all, rising or falling, or changed at one place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.stats.exact import HYPERGEOMETRIC_MAX, SLACK
from audit.stats.moments import Moments
from audit.stats.multiplicity import holm

DRAWS = 4_999
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """What a series says, each p-value adjusted by Holm over the three.

    Parameters
    ----------
    apart : float
        p-value of "all groups are alike".
    trend : float
        p-value of "no rise and no fall over the groups".
    change : float
        p-value of "no place at which the mean before differs from the mean after", the place having been looked for.
    at : int
        The group with which the largest change begins.
    """

    apart: float
    trend: float
    change: float
    at: int


def course(groups: Sequence[Moments], *, binary: bool, draws: int = DRAWS, seed: int = 0) -> Course | None:
    """Test a series of groups against the null that all are alike.

    Rates are tested by permutation: outcomes are shuffled over the rows of all groups (margins fixed). Means are tested by drawing them from
    normal distributions with the standard error that each was measured with. p = (k + 1) / (draws + 1).

    Parameters
    ----------
    groups : sequence of Moments
        In order; those of a mean have at least two values, or are left out of every statistic.
    binary : bool
        Whether the values are 0 and 1.
    draws, seed : int
        Of the permutation.

    Returns
    -------
    Course or None
        ``None`` with fewer than two groups, or where the values do not differ at all.

    References
    ----------
    Armitage, P. (1955). Tests for linear trends in proportions and frequencies. Biometrics 11, 375-386.
    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics and Molecular Biology
    9, 39.
    """
    drawn = _null(groups, binary, draws, seed)
    if drawn is None:
        return None
    means, weights, null_means = drawn
    seen, at = _statistics(means[np.newaxis], weights)
    null, _ = _statistics(null_means, weights)
    p = holm([_p_value(null[i], float(seen[i][0])) for i in range(3)])
    return Course(float(p[0]), float(p[1]), float(p[2]), int(at[0]))


def apart(groups: Sequence[Moments], *, binary: bool, draws: int = DRAWS, seed: int = 0) -> float | None:
    """Return the p-value of "all groups are alike" alone, as :func:`course` tests it, for groups in any order."""
    drawn = _null(groups, binary, draws, seed)
    if drawn is None:
        return None
    means, weights, null_means = drawn
    return _p_value(_statistics(null_means, weights)[0][0], float(_statistics(means[np.newaxis], weights)[0][0][0]))


def _p_value(null: Floats, seen: float) -> float:
    return (float(np.sum(null >= seen * (1 - SLACK))) + 1) / (len(null) + 1)


def _null(groups: Sequence[Moments], binary: bool, draws: int, seed: int) -> tuple[Floats, Floats, Floats] | None:
    """Return the means of the groups, their weights, and draws of the means were all groups alike; ``None`` where nothing can be told."""
    n = np.array([g.n for g in groups], dtype=np.int64)
    total = np.array([g.total for g in groups])
    usable = n > (0 if binary else 1)
    if usable.sum() < 2:
        return None
    rng = np.random.default_rng(seed)
    if binary:
        successes, every = round(float(total.sum())), int(n.sum())
        if successes in (0, every):
            return None
        weights = n.astype(float)
        drawn = (
            rng.binomial(n, successes / every, size=(draws, len(n)))
            if every >= HYPERGEOMETRIC_MAX
            else rng.multivariate_hypergeometric(n, successes, size=draws, method="marginals")
        ) / np.maximum(n, 1)
    else:
        variance = np.array([g.variance for g in groups])
        if not np.nanmax(variance) > 0:
            return None
        # a group without spread of its own is as sure as the least sure of the others; the spread takes no part in the weights, because where
        # values are skewed a group of small ones would weigh most
        variance = np.where(usable & (variance > 0), variance, np.nanmax(variance))
        weights = np.where(usable, n, 0).astype(float)
        drawn = rng.normal(0.0, np.sqrt(variance / np.maximum(n, 1)), size=(draws, len(n)))
    return total / np.maximum(n, 1), weights, np.asarray(drawn)


def _statistics(means: Floats, weights: Floats) -> tuple[list[Floats], NDArray[np.intp]]:
    """Return the three statistics of each line of means, and with which group the largest change begins."""
    whole = weights.sum()
    away = means - (means * weights).sum(axis=1, keepdims=True) / whole
    place = np.arange(len(weights)) - (np.arange(len(weights)) * weights).sum() / whole
    slope = (away * place * weights).sum(axis=1) ** 2
    before = np.cumsum(weights)[:-1]
    summed = np.cumsum(away * weights, axis=1)[:, :-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        # away adds up to nothing, so what lies before a place tells what lies after it
        change = np.where((before > 0) & (before < whole), summed**2 * whole / (before * (whole - before)), 0.0)
    return [(away**2 * weights).sum(axis=1), slope, change.max(axis=1)], change.argmax(axis=1) + 1
