"""Inequality of benefits among people: generalized entropy, in all and split into what lies between groups and within them.

A benefit is a small whole number, so that everything follows from how many people of each group have each benefit.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.exact import DRAWS, HYPERGEOMETRIC_MAX, SLACK

Floats = NDArray[np.float64]


def generalized_entropy(counts: ArrayLike, alpha: float = 2.0) -> tuple[Floats, Floats, Floats]:
    """Return generalized entropy in all, between groups and within them; the last two add up to the first.

    Parameters
    ----------
    counts : array_like, shape (…, groups, benefits)
        People by group and benefit, the benefits being 0, 1, 2 and so on.
    alpha : float
        Weight of large benefits: 2 is half the squared coefficient of variation, 1 the Theil index.

    Returns
    -------
    tuple of three ndarrays, shape (…)
        NaN where nobody has a benefit.

    References
    ----------
    Shorrocks, A. F. (1980). The class of additively decomposable inequality measures. Econometrica 48, 613-625.
    Speicher, T. et al. (2018). A unified approach to quantifying algorithmic unfairness. KDD.
    """
    table = np.asarray(counts, dtype=float)
    benefits = np.arange(table.shape[-1])
    people = table.sum(axis=-1)
    everyone = people.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (table * benefits).sum(axis=(-2, -1)) / everyone
        of_group = np.where(people > 0, (table * benefits).sum(axis=-1) / people, 0.0)
        relative = benefits / mean[..., None]
        total = (table.sum(axis=-2) * _inequality(relative, alpha)).sum(axis=-1) / everyone
        between = (people * _inequality(of_group / mean[..., None], alpha)).sum(axis=-1) / everyone
    known = mean > 0
    total, between = np.where(known, total, np.nan), np.where(known, np.maximum(between, 0.0), np.nan)
    return total, between, np.where(known, np.maximum(total - between, 0.0), np.nan)


def benefits_alike(counts: ArrayLike, draws: int = DRAWS, seed: int = 0) -> float | None:
    """Return the p-value of "the mean benefit does not depend on the group", by permutation of the groups.

    Parameters
    ----------
    counts : array_like of int, shape (groups, benefits)
        People; groups without any are left out.
    draws, seed : int
        Of the permutation.

    Returns
    -------
    float or None
        ``None`` where fewer than two groups have people, or nobody has a benefit.
    """
    table = np.asarray(counts, dtype=np.int64)
    table = table[table.sum(axis=1) > 0]
    observed = float(generalized_entropy(table)[1])
    if len(table) < 2 or np.isnan(observed):
        return None
    drawn = generalized_entropy(_shuffled(table, draws, np.random.default_rng(seed)))[1]
    beyond = int(np.sum(drawn >= observed * (1 - SLACK) - 1e-15))
    return (beyond + 1) / (draws + 1)


def _inequality(relative: Floats, alpha: float) -> Floats:
    if alpha == 1:
        return np.where(relative > 0, relative * np.log(np.where(relative > 0, relative, 1.0)), 0.0)
    return np.asarray((relative**alpha - 1) / (alpha * (alpha - 1)))


def _shuffled(table: NDArray[np.int64], draws: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw tables with the same margins, shape (draws, groups, benefits)."""
    sizes, benefits = table.sum(axis=1), table.sum(axis=0)
    if sizes.sum() >= HYPERGEOMETRIC_MAX:
        return rng.multinomial(sizes, benefits / benefits.sum(), size=(draws, len(sizes)))
    drawn = np.zeros((draws, *table.shape), dtype=np.int64)
    left = np.broadcast_to(sizes, (draws, len(sizes))).copy()
    for benefit, people in enumerate(benefits):
        wanted = np.full(draws, people)
        for group in range(len(sizes)):
            others = left[:, group + 1 :].sum(axis=1)
            drawn[:, group, benefit] = rng.hypergeometric(left[:, group], others, wanted)
            wanted = wanted - drawn[:, group, benefit]
        left -= drawn[:, :, benefit]
    return drawn
