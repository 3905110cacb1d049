"""How far apart two distributions are, from counts in the same bins."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def kolmogorov_smirnov(reference: ArrayLike, current: ArrayLike) -> float | None:
    """Return the largest difference of the two cumulative shares over ordered bins, from 0 to 1; ``None`` where a side is empty.

    With one bin for each distinct value this is the two-sample Kolmogorov-Smirnov statistic; with wider bins it is at most that.
    """
    shares = _shares(reference, current)
    return None if shares is None else float(np.max(np.abs(np.cumsum(shares[0]) - np.cumsum(shares[1]))))


def total_variation(reference: ArrayLike, current: ArrayLike) -> float | None:
    """Return the share of rows that would have to change bin to make the two alike, from 0 to 1; ``None`` where a side is empty."""
    shares = _shares(reference, current)
    return None if shares is None else float(np.abs(shares[0] - shares[1]).sum() / 2)


def population_stability_index(reference: ArrayLike, current: ArrayLike, smoothing: float = 0.5) -> float | None:
    """Return the population stability index; ``None`` where a side is empty.

    Parameters
    ----------
    reference, current : array_like of int
        Counts in the same bins.
    smoothing : float
        Added to every count of both sides, so that an empty bin gives a large but finite index. 0 gives the plain index, infinite where
        a bin is empty on one side only.

    Returns
    -------
    float or None
        Sum over bins of (current − reference) · ln(current / reference); the symmetrised Kullback-Leibler divergence in nats.

    References
    ----------
    Siddiqi, N. (2006). Credit Risk Scorecards. Wiley.
    """
    if smoothing < 0:
        raise ValueError(f"smoothing cannot be negative; got {smoothing}")
    if _shares(reference, current) is None:
        return None
    shares = _shares(np.asarray(reference, dtype=float) + smoothing, np.asarray(current, dtype=float) + smoothing)
    assert shares is not None
    before, now = shares
    filled = (before > 0) | (now > 0)
    before, now = before[filled], now[filled]
    with np.errstate(divide="ignore"):
        return float(np.sum((now - before) * (np.log(now) - np.log(before))))


def jensen_shannon(reference: ArrayLike, current: ArrayLike) -> float | None:
    """Return the Jensen-Shannon distance with base 2, from 0 to 1; ``None`` where a side is empty.

    References
    ----------
    Endres, D. M. and Schindelin, J. E. (2003). A new metric for probability distributions. IEEE Transactions on Information Theory 49.
    """
    shares = _shares(reference, current)
    if shares is None:
        return None
    middle = (shares[0] + shares[1]) / 2
    divergence = sum(float(np.sum(s[s > 0] * np.log2(s[s > 0] / middle[s > 0]))) for s in shares) / 2
    return float(np.sqrt(min(max(divergence, 0.0), 1.0)))


def _shares(reference: ArrayLike, current: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    before, now = np.asarray(reference, dtype=float), np.asarray(current, dtype=float)
    if before.shape != now.shape or before.ndim != 1:
        raise ValueError(f"both sides need counts in the same bins; got shapes {before.shape} and {now.shape}")
    if np.any(before < 0) or np.any(now < 0):
        raise ValueError("counts cannot be negative")
    if before.sum() == 0 or now.sum() == 0:
        return None
    return before / before.sum(), now / now.sum()
