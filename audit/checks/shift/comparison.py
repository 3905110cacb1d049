"""How far two periods are apart in one column, and how likely that is if nothing changed; from counts in the same cells."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from audit.checks.rate import LEVEL
from audit.stats.cells import percentile_interval, resample
from audit.stats.exact import HYPERGEOMETRIC_MAX, SLACK

Counts = NDArray[np.int64]

BOOTSTRAP = 1_000
#: Draws after which chance is known well enough to be subtracted; always made.
FIRST = 199
#: Draws beyond the observed distance after which a column is plainly unchanged and drawing stops.
ENOUGH = 20
#: Draws made at once.
BATCH = 800


@dataclass(frozen=True)
class Comparison:
    """Two periods compared.

    Parameters
    ----------
    distance : float
        Kolmogorov-Smirnov for ordered cells, total variation for others; from 0 to 1.
    beyond_chance : float
        The distance with what sampling alone gives taken out: ``sqrt(max(0, distance² - mean square of the distance if nothing changed))``.
    interval : tuple of two floats
        95 % interval of ``beyond_chance``, by resampling the cells of both periods.
    p_value : float
        Probability of such a distance or a larger one if the rows were dealt to the periods at random.
    draws : int
        Permutations made.
    """

    distance: float
    beyond_chance: float
    interval: tuple[float, float] | None
    p_value: float
    draws: int


def compare(early: Counts, late: Counts, *, ordered: bool, draws: int, seed: int, with_interval: bool = True) -> Comparison | None:
    """Compare two periods; ``None`` where one of them has no rows.

    The distance of two samples is never 0, and the more cells there are the further it is from 0 if nothing changed. So the mean square
    of the distance under no change is subtracted, as Bergsma does for Cramér's V. That is a little too much where a change is spread thinly over
    a hundred categories (0.13 for a true 0.15); see ``benchmarks/drift_false_alarms.py``. Drawing stops once ``ENOUGH`` draws are beyond the observed
    distance; the p-value stays valid.

    Parameters
    ----------
    early, late : array of int, shape (cells,)
        Counts.
    ordered : bool
        Whether the cells have an order.
    draws : int
        Permutations at most.
    seed : int
        Of permutations and resampling.
    with_interval : bool
        Whether to resample for the interval too.

    References
    ----------
    Besag, J. and Clifford, P. (1991). Sequential Monte Carlo p-values. Biometrika 78, 301-304.
    Bergsma, W. (2013). A bias-correction for Cramér's V and Tschuprow's T. Journal of the Korean Statistical Society 42, 323-328.
    """
    if not early.sum() or not late.sum():
        return None
    filled = (early + late) > 0
    early, late = early[filled], late[filled]
    distance = float(distances(early, late, ordered))
    p_value, chance, made = _permuted(early, late, distance, ordered, draws, np.random.default_rng(seed))
    beyond = float(np.sqrt(max(0.0, distance**2 - chance)))
    interval = None
    if with_interval:
        drawn = distances(resample(early, BOOTSTRAP, seed), resample(late, BOOTSTRAP, seed + 1), ordered)
        interval = _interval(beyond, p_value, drawn)
    return Comparison(distance, beyond, interval, p_value, made)


def distances(early: Counts, late: Counts, ordered: bool) -> NDArray[np.float64]:
    """Return the distance of each pair of count vectors, over the last axis; neither may be empty."""
    apart = early / early.sum(axis=-1, keepdims=True) - late / late.sum(axis=-1, keepdims=True)
    if ordered:
        return np.asarray(np.abs(np.cumsum(apart, axis=-1)).max(axis=-1))
    return np.asarray(np.abs(apart).sum(axis=-1) / 2)


def _interval(beyond: float, p_value: float, drawn: NDArray[np.float64]) -> tuple[float, float] | None:
    """Lay the spread of the resampled distances around the corrected one: resampling adds chance of its own, so the draws cannot be used as they are.

    Near 0 it is the square that varies evenly, far from 0 the distance itself; the wider of both is taken, and 0 is inside unless it is refuted.
    """
    plain = percentile_interval(beyond + drawn - drawn.mean(), LEVEL)
    square = percentile_interval(beyond**2 + drawn**2 - np.mean(drawn**2), LEVEL)
    if plain is None or square is None:
        return None
    low = min(max(plain[0], 0.0), np.sqrt(max(square[0], 0.0))) if p_value <= 1 - LEVEL else 0.0
    return float(low), float(min(1.0, max(plain[1], np.sqrt(max(square[1], 0.0)))))


def _permuted(early: Counts, late: Counts, distance: float, ordered: bool, draws: int, rng: np.random.Generator) -> tuple[float, float, int]:
    """Return p-value, mean square of the distance under no change, and draws made."""
    pooled, size = early + late, int(early.sum())
    beyond, made, chance = 0, 0, 0.0
    while made < draws:
        batch = min(FIRST if made == 0 else BATCH, draws - made)
        dealt = _dealt(pooled, size, batch, rng)
        drawn = distances(dealt, pooled - dealt, ordered)
        if made == 0:
            chance = float(np.mean(drawn**2))
        hits = np.cumsum(drawn >= distance * (1 - SLACK)) + beyond
        if hits[-1] >= ENOUGH:
            made += int(np.searchsorted(hits, ENOUGH)) + 1
            return ENOUGH / made, chance, made
        beyond, made = int(hits[-1]), made + batch
    return (beyond + 1) / (made + 1), chance, made


def _dealt(pooled: Counts, size: int, draws: int, rng: np.random.Generator) -> Counts:
    total = int(pooled.sum())
    if total >= HYPERGEOMETRIC_MAX:
        # at this size both periods vary as two samples from the pooled shares do; the second is what is left of the pool
        return np.minimum(rng.multinomial(size, pooled / total, size=draws), pooled)
    return rng.multivariate_hypergeometric(pooled, size, size=draws, method="marginals")
