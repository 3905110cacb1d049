"""Accuracy on other mixtures of the same rows: the worst one, and one towards which the rows are weighed."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.stats.intervals import Interval
from audit.stats.rates import weighted_bounds

SPLITS = 50


@dataclass(frozen=True)
class Reweighed:
    """An accuracy on weighed rows.

    Parameters
    ----------
    value : float
        Weight of the rows predicted right over the weight of all.
    effective_n : float
        How many rows without weights would say as much.
    interval : tuple of two floats
        Of the value.
    weights : ndarray of float
        Of each cell or row, adding up to 1.
    """

    value: float
    effective_n: float
    interval: Interval
    weights: NDArray[np.float64]


def worst_mixture(right: ArrayLike, n: ArrayLike, share: float, level: float = 0.95, splits: int = SPLITS, seed: int = 0) -> Reweighed | None:
    """Return the accuracy on the worst population that consists of whole cells, none more frequent than ``1 / share`` times what it is now.

    The worst cells look worse than they are, since they are picked by their errors. So they are picked in one half of the rows and measured on the
    other, both ways, in many random halves, of which the mean is taken. Half of the rows do not always find the worst cells, so the mean is rather
    too high; the lower end of the interval is that of the worst cells picked and measured on all rows, which is too low if anything.

    Parameters
    ----------
    right, n : array_like of int, shape (cells,)
        Rows predicted right, and all rows.
    share : float
        Smallest share of the rows that the population may be, above 0 and at most 1.
    level : float
        Confidence level.
    splits, seed : int
        Random halves.

    Returns
    -------
    Reweighed or None
        ``None`` without rows.

    References
    ----------
    Subbaswamy, A., Adams, R. and Saria, S. (2021). Evaluating model robustness and stability to dataset shift. AISTATS.
    Duchi, J., Hashimoto, T. and Namkoong, H. (2023). Distributionally robust losses for latent covariate mixtures. Operations Research 71, 649-664.
    """
    k, total = np.asarray(right, dtype=np.int64), np.asarray(n, dtype=np.int64)
    if not 0 < share <= 1:
        raise ValueError(f"a share lies above 0 and is at most 1; got {share}")
    if not total.sum():
        return None
    k, total = k[total > 0], total[total > 0]
    mass, overall = total / total.sum(), k.sum() / total.sum()
    rng = np.random.default_rng(seed)
    first_right, first_wrong = rng.binomial(k, 0.5, (splits, len(k))), rng.binomial(total - k, 0.5, (splits, len(k)))
    picked = np.concatenate([first_right, k - first_right]), np.concatenate([first_wrong, total - k - first_wrong])
    judged = np.roll(picked[0], splits, axis=0), np.roll(picked[1], splits, axis=0)
    # one row of the overall kind steadies the order of small cells
    looks = (picked[0] + overall) / (picked[0] + picked[1] + 1)
    weights = _worst_first(looks, mass, share)
    rows = judged[0] + judged[1]
    is_right = np.where(rows > 0, judged[0] / np.maximum(rows, 1), overall)
    value = float(np.clip((weights * is_right).sum(axis=1).mean(), 0, 1))
    found = _measured(value, float(1 / np.mean(np.sum(weights**2 / total, axis=1))), weights.mean(axis=0), level)
    # half of the rows find less than the worst, and picking and measuring on the same rows finds more: the worst lies between the two
    same = _worst_first((k / total)[np.newaxis], mass, share)[0]
    below = _measured(float(np.clip(same @ (k / total), 0, 1)), float(1 / np.sum(same**2 / total)), same, level)
    return replace(found, interval=(min(found.interval[0], below.interval[0]), found.interval[1]))


def _worst_first(looks: NDArray[np.float64], mass: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Fill the population with cells in the order of their accuracy, each at most its mass over the share."""
    order = np.argsort(looks, axis=1, kind="stable")
    sorted_mass = mass[order] / share
    before = np.cumsum(sorted_mass, axis=1) - sorted_mass
    taken = np.clip(1 - before, 0, sorted_mass)
    weights = np.zeros_like(looks)
    np.put_along_axis(weights, order, taken, axis=1)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def weighed(right: ArrayLike, weights: ArrayLike, n: ArrayLike = 1, level: float = 0.95) -> Reweighed | None:
    """Return the accuracy on weighed rows, or on cells of rows that share a weight.

    Parameters
    ----------
    right : array_like, shape (cells,)
        Rows predicted right.
    weights : array_like of float, shape (cells,)
        Weight of each row of a cell.
    n : array_like, shape (cells,) or a number
        Rows of each cell.
    level : float
        Confidence level.

    Returns
    -------
    Reweighed or None
        ``None`` where nothing has a weight.
    """
    k, w, size = np.broadcast_arrays(np.asarray(right, dtype=float), np.asarray(weights, dtype=float), np.asarray(n, dtype=float))
    whole = float(np.sum(w * size))
    if not whole > 0:
        return None
    effective = whole**2 / float(np.sum(w**2 * size))
    return _measured(float(np.sum(w * k)) / whole, effective, w * size / whole, level)


def _measured(value: float, effective_n: float, weights: NDArray[np.float64], level: float) -> Reweighed:
    low, high = weighted_bounds(value, effective_n, level)
    return Reweighed(value, effective_n, (float(low), float(high)), weights)
