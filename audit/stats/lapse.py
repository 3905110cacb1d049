"""How often a label disagrees even where a model is sure: wrong labels told from classes that merely overlap.

Where classes overlap, the chance that a label agrees with the prediction rises with the model's log-odds towards 1. Wrong labels hold it down:
it levels off at 1 - rate. Psychometrics knows the same curve, where the rate is that of an observer's lapses.

References
----------
Wichmann, F. A. and Hill, N. J. (2001). The psychometric function I: fitting, sampling and goodness of fit. Perception & Psychophysics 63,
1293-1313.
Self, S. G. and Liang, K.-Y. (1987). Asymptotic properties of maximum likelihood estimators and likelihood ratio tests under nonstandard
conditions. JASA 82, 605-610.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

DRAWS, MOST_BINS, ROWS_A_BIN = 200, 60, 20
#: Chance of agreement from which overlap leaves next to nothing to explain.
SURE = 0.98


@dataclass(frozen=True)
class Lapse:
    """What a group of rows with one prediction says.

    Parameters
    ----------
    rate : float
        Share of labels that disagree beyond what overlap explains.
    rates : ndarray of float, shape (draws,)
        The same of samples drawn from the fitted curve, for intervals.
    p_value : float
        Of "no label disagrees but by overlap", one-sided.
    intercept, slope : float
        Of the log-odds of agreement by overlap alone.
    overlap_only : tuple of two floats
        Intercept and slope where no label is taken for wrong.
    """

    rate: float
    rates: Array
    p_value: float
    intercept: float
    slope: float
    overlap_only: tuple[float, float]

    def agreement(self, log_odds: ArrayLike) -> Array:
        """Return the chance that a right label agrees with the prediction."""
        return _sigmoid(self.intercept + self.slope * np.asarray(log_odds, dtype=float))

    def chance(self, log_odds: ArrayLike, *, overlap_only: bool = False) -> Array:
        """Return the chance that a label agrees with the prediction, by the curve with a ceiling or by the one without."""
        if overlap_only:
            intercept, slope = self.overlap_only
            return _sigmoid(intercept + slope * np.asarray(log_odds, dtype=float))
        return np.asarray((1 - self.rate) * self.agreement(log_odds))

    def error_given_disagreement(self, log_odds: ArrayLike) -> Array:
        """Return the chance that a label which disagrees with the prediction is wrong."""
        wrong = self.rate
        by_overlap = (1 - wrong) * (1 - self.agreement(log_odds))
        return np.asarray(wrong / np.maximum(wrong + by_overlap, 1e-300))


def lapse(log_odds: ArrayLike, agrees: ArrayLike, draws: int = DRAWS, seed: int = 0) -> Lapse:
    """Fit the curve of agreement with and without a ceiling, and test the ceiling.

    The two are compared by their likelihood ratio, which under the null is 0 in half of the cases and chi-squared with one degree of freedom in
    the others (Self and Liang 1987), since a rate cannot be negative.

    Parameters
    ----------
    log_odds : array_like, shape (rows,)
        Of the predicted class by the model, out of sample.
    agrees : array_like of bool, shape (rows,)
        Whether the label is the predicted class.
    draws, seed : int
        Of the parametric bootstrap of the rate.

    Raises
    ------
    ValueError
        Fewer than 40 rows.
    """
    z, right = np.asarray(log_odds, dtype=float), np.asarray(agrees, dtype=bool)
    if z.shape != right.shape or len(z) < 2 * ROWS_A_BIN:
        raise ValueError(f"needs log-odds and agreement of at least {2 * ROWS_A_BIN} rows; got {len(z)} and {len(right)}")
    parts = np.array_split(np.argsort(z, kind="stable"), min(MOST_BINS, len(z) // ROWS_A_BIN))
    middle = np.array([z[part].mean() for part in parts])
    n = np.array([len(part) for part in parts], dtype=float)
    k = np.array([right[part].sum() for part in parts], dtype=float)[None]
    plain = _overlap(middle, k, n)
    intercept, slope, rate = _with_ceiling(middle, k, n, plain)
    gain = _log_likelihood(middle, k, n, intercept, slope, rate) - _log_likelihood(middle, k, n, *plain, np.zeros(1))
    statistic = 2 * float(gain[0])
    p_value = ceiling_p_value(statistic / 2, 1)
    chance = (1 - rate[0]) * _sigmoid(intercept[0] + slope[0] * middle)
    drawn = np.random.default_rng(seed).binomial(n.astype(np.int64), np.clip(chance, 0, 1), size=(draws, len(n))).astype(float)
    rates = _with_ceiling(middle, drawn, n, (np.full(draws, intercept[0]), np.full(draws, slope[0])), start=max(rate[0], 0.01))[2]
    return Lapse(float(rate[0]), rates, p_value, float(intercept[0]), float(slope[0]), (float(plain[0][0]), float(plain[1][0])))


def ceiling_p_value(gain: float, groups: int) -> float:
    """Return the p-value of "no ceiling in any group" where ceilings gain so much log-likelihood over all groups.

    Twice the gain is the sum of one variable for each group that is 0 or chi-squared with one degree of freedom, with even chances.

    >>> round(ceiling_p_value(1.3528, 1), 3), ceiling_p_value(0.0, 3)
    (0.05, 1.0)
    """
    if gain <= 0:
        return 1.0
    return sum(math.comb(groups, j) * _chi_squared_tail(2 * gain, j) for j in range(1, groups + 1)) / 2**groups


def _chi_squared_tail(value: float, freedom: int) -> float:
    half = value / 2
    tail, start = (math.erfc(math.sqrt(half)), 1) if freedom % 2 else (math.exp(-half), 2)
    for df in range(start, freedom, 2):
        tail += math.exp(df / 2 * math.log(half) - half - math.lgamma(df / 2 + 1))
    return tail


def _sigmoid(t: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(t, -40, 40))))


def _curve(z: Array, intercept: Array, slope: Array) -> Array:
    return _sigmoid(intercept[:, None] + slope[:, None] * z)


def _log_likelihood(z: Array, k: Array, n: Array, intercept: Array, slope: Array, rate: Array) -> Array:
    p = np.clip((1 - rate[:, None]) * _curve(z, intercept, slope), 1e-12, 1 - 1e-12)
    return np.asarray((k * np.log(p) + (n - k) * np.log(1 - p)).sum(axis=1))


def _step(z: Array, k: Array, n: Array, intercept: Array, slope: Array) -> tuple[Array, Array]:
    """Return intercept and slope after one step of Newton's method, held back where it is long; the slope leans very slightly towards 1."""
    q = _curve(z, intercept, slope)
    weight, residual = n * q * (1 - q) + 1e-9, k - n * q
    g0, g1 = residual.sum(axis=1), (residual * z).sum(axis=1) - 1e-3 * (slope - 1)
    h00, h01, h11 = weight.sum(axis=1) + 1e-6, (weight * z).sum(axis=1), (weight * z * z).sum(axis=1) + 1e-3
    determinant = h00 * h11 - h01**2
    up, steeper = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
    held = np.minimum(1, 2 / np.maximum(np.maximum(np.abs(up), np.abs(steeper)), 1e-9))
    return intercept + held * up, slope + held * steeper


def _overlap(z: Array, k: Array, n: Array) -> tuple[Array, Array]:
    intercept, slope = np.zeros(len(k)), np.ones(len(k))
    for _ in range(30):
        intercept, slope = _step(z, k, n, intercept, slope)
    return intercept, slope


def _with_ceiling(z: Array, k: Array, n: Array, begin: tuple[Array, Array], start: float = 0.05) -> tuple[Array, Array, Array]:
    """Fit by expectation and maximisation: each disagreement is in part a wrong label, in part overlap."""
    intercept, slope = begin
    rate = np.full(len(k), start)
    for _ in range(80):
        q = _curve(z, intercept, slope)
        wrong = (n - k) * rate[:, None] / (rate[:, None] + (1 - rate[:, None]) * (1 - q))
        rate = np.clip(wrong.sum(axis=1) / n.sum(), 1e-9, 0.5)
        for _ in range(2):
            intercept, slope = _step(z, k, n - wrong, intercept, slope)
    return intercept, slope, rate
