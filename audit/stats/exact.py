"""Tests of "all groups are alike" on a table of group × outcome counts, without a large-sample formula."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

DRAWS = 9_999
#: From here on numpy's hypergeometric generator refuses.
HYPERGEOMETRIC_MAX = 10**9
#: Relative slack when two statistics of the same table are compared.
SLACK = 1e-9


def alike(counts: ArrayLike, draws: int = DRAWS, seed: int = 0) -> float | None:
    """Return the p-value of "the outcome does not depend on the group".

    Two groups are tested by Fisher's exact test. More of them are tested by permutation: the labels of the groups are shuffled over the
    rows (margins fixed, by hypergeometric draws), Pearson's statistic is compared, and p = (k + 1) / (draws + 1).

    Parameters
    ----------
    counts : array_like of int, shape (groups, 2)
        Counts of the two outcomes; groups without any row are left out.
    draws, seed : int
        Of the permutation.

    Returns
    -------
    float or None
        ``None`` where fewer than two groups have rows. Where only one outcome occurred all groups are alike: 1.

    References
    ----------
    Phipson, B. and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics and
    Molecular Biology 9, 39.
    """
    table = np.asarray(counts, dtype=np.int64)
    if table.ndim != 2 or table.shape[1] != 2 or np.any(table < 0):
        raise ValueError(f"counts are a table of groups × two outcomes, none negative; got shape {table.shape}")
    table = table[table.sum(axis=1) > 0]
    if len(table) < 2:
        return None
    if not table.any(axis=0).all():
        return 1.0
    if len(table) == 2:
        return fisher(table)
    return _permuted(tuple(table.ravel().tolist()), draws, seed)


@lru_cache(maxsize=4096)
def _permuted(counts: tuple[int, ...], draws: int, seed: int) -> float:
    """Return the p-value of a table of two columns; remembered, because all checks of one run adjust theirs by those of the others."""
    table = np.array(counts, dtype=np.int64).reshape(-1, 2)
    observed = float(_pearson(table[np.newaxis])[0])
    drawn = _pearson(_shuffled(table, draws, np.random.default_rng(seed)))
    beyond = int(np.sum(drawn >= observed * (1 - SLACK)))
    return (beyond + 1) / (draws + 1)


def fisher(counts: ArrayLike) -> float:
    """Return the two-sided p-value of Fisher's exact test of a 2 × 2 table: the probability of all tables no likelier than this one.

    Tables further than 40 standard deviations from the mean are left out of the sum; their probability is below any float.

    References
    ----------
    Fisher, R. A. (1934). Statistical Methods for Research Workers, 5th edition.
    """
    (a, b), (c, d) = (tuple(int(v) for v in row) for row in np.asarray(counts))
    total, group, successes = a + b + c + d, a + b, a + c
    if group in (0, total) or successes in (0, total):
        return 1.0
    mean = group * successes / total
    sd = math.sqrt(mean * (1 - group / total) * (total - successes) / max(total - 1, 1))
    reach = 40 * sd + 40
    low = max(0, group + successes - total, math.floor(mean - reach))
    high = min(group, successes, math.ceil(mean + reach))
    if not low <= a <= high:
        return 0.0
    k = np.arange(low, high, dtype=float)
    ratios = np.log(group - k) + np.log(successes - k) - np.log(k + 1) - np.log(total - group - successes + k + 1)
    log_p = np.concatenate([[0.0], np.cumsum(ratios)])
    p = np.exp(log_p - log_p.max())
    return float(min(1.0, p[p <= p[a - low] * (1 + 1e-7)].sum() / p.sum()))


def _pearson(tables: NDArray[np.int64]) -> NDArray[np.float64]:
    rows, columns = tables.sum(axis=2, keepdims=True), tables.sum(axis=1, keepdims=True)
    expected = rows * (columns / tables.sum(axis=(1, 2), keepdims=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(expected > 0, (tables - expected) ** 2 / expected, 0.0)
    return np.asarray(terms.sum(axis=(1, 2)))


def _shuffled(table: NDArray[np.int64], draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    sizes, successes, total = table.sum(axis=1), int(table[:, 0].sum()), int(table.sum())
    if total >= HYPERGEOMETRIC_MAX:
        # at this size drawing each group from the pooled share gives the same distribution of the statistic
        drawn = rng.binomial(sizes, successes / total, size=(draws, len(sizes)))
    else:
        drawn = rng.multivariate_hypergeometric(sizes, successes, size=draws, method="marginals")
    return np.stack([drawn, sizes - drawn], axis=2)
