"""Logistic recalibration against an optimiser, and its intervals."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import t
from sklearn.linear_model import LogisticRegression

from audit.stats.recalibration import recalibration


def drawn(rng: np.random.Generator, n: int, intercept: float, slope: float) -> tuple[np.ndarray, np.ndarray]:
    odds = np.sort(1.3 * rng.standard_normal(n))
    return 1 / (1 + np.exp(-odds)), rng.random(n) < 1 / (1 + np.exp(-(intercept + slope * odds)))


def test_agrees_with_sklearn_and_an_optimiser() -> None:
    x, y = drawn(np.random.default_rng(1), 1_500, 0.4, 0.7)
    odds = np.log(x / (1 - x))
    found = recalibration(x, ~y, y)
    assert found is not None
    fit = LogisticRegression(C=np.inf, tol=1e-10).fit(odds[:, None], y)
    assert found.slope == pytest.approx(fit.coef_[0, 0], abs=1e-4)

    def loss(a: float) -> float:
        return float(np.logaddexp(0, np.where(y, -1, 1) * (odds + a)).sum())

    best = minimize(lambda a: loss(float(a[0])), [0.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    assert found.intercept == pytest.approx(best.x[0], abs=1e-4)
    for end in found.intercept_interval:  # where the log likelihood is lower by half the quantile of chi-square
        assert loss(end) - best.fun == pytest.approx(t.ppf(0.975, 1_499) ** 2 / 2, abs=1e-3)


def test_intervals_hold_their_level() -> None:
    rng = np.random.default_rng(2)
    fits = [f for f in (recalibration(x, ~y, y) for x, y in (drawn(rng, 60, 0.0, 1.0) for _ in range(300))) if f]
    assert np.mean([f.slope_interval[0] <= 1 <= f.slope_interval[1] for f in fits]) >= 0.93
    assert np.mean([f.intercept_interval[0] <= 0 <= f.intercept_interval[1] for f in fits]) >= 0.93


@pytest.mark.parametrize(
    ("scores", "negatives", "positives"),
    [
        ([0.2, 0.8], [5, 5], [0, 0]),
        ([0.4], [5], [5]),
        ([0.2, 0.8], [5, 0], [0, 5]),
        ([0.2, 0.8], [0, 5], [5, 0]),
        ([], [], []),
    ],
)
def test_not_estimable(scores: list[float], negatives: list[int], positives: list[int]) -> None:
    assert recalibration(scores, negatives, positives) is None


def test_scores_of_0_or_1_have_no_log_odds() -> None:
    with pytest.raises(ValueError, match="above 0 and below 1"):
        recalibration([0.0, 0.5], [3, 2], [1, 2])


def test_a_negative_slope_is_found() -> None:
    found = recalibration([0.2, 0.4, 0.6, 0.8], [2, 4, 6, 8], [8, 6, 4, 2])
    assert found is not None
    assert found.slope < 0
    assert found.slope_interval[0] < found.slope < found.slope_interval[1]
