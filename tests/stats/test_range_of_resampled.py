"""The gap of estimates that are resampled: it can hold 0, keeps its level, and finds what is there."""

import numpy as np
import pytest

from audit.stats.range_of_rates import range_of_rates
from audit.stats.range_of_resampled import range_of_resampled


def drawn(k: np.ndarray, n: np.ndarray, draws: int = 2_000, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).binomial(n, k / n, size=(draws, len(n))) / n


def test_agrees_with_the_closed_form_where_there_is_one():
    k, n = np.array([480, 610, 555]), np.array([1_000, 1_100, 1_050])
    exact, found = range_of_rates(k, n), range_of_resampled(k / n, drawn(k, n, 20_000))
    assert exact is not None
    assert found is not None
    assert (found.value, found.highest, found.lowest, found.compared) == (pytest.approx(exact.value), exact.highest, exact.lowest, 3)
    assert found.interval == pytest.approx(exact.interval, abs=0.004)
    assert found.ratio == pytest.approx(exact.ratio)
    assert found.ratio_interval == pytest.approx(exact.ratio_interval, abs=0.008)
    assert found.p_value == pytest.approx(exact.p_value, abs=0.002)


def test_alleges_nothing_where_there_is_nothing_and_covers():
    rng, alleged, covered = np.random.default_rng(2), 0, 0
    n = np.full(6, 300)
    for i in range(200):
        k = rng.binomial(n, 0.3)
        found = range_of_resampled(k / n, drawn(k, n, 500, i))
        assert found is not None
        alleged += found.interval[0] > 0
        assert (found.interval[0] > 0) <= (found.p_value <= 0.05)
    for i in range(200):
        k = rng.binomial(n, [0.3, 0.3, 0.3, 0.3, 0.3, 0.45])
        found = range_of_resampled(k / n, drawn(k, n, 500, i))
        assert found is not None
        covered += found.interval[0] <= 0.15 <= found.interval[1]
    # 5 % of 200 is 10; 20 would have a chance of 1 in 500
    assert alleged < 20
    assert covered > 180


def test_groups_without_an_estimate_take_no_part():
    k, n = np.array([30, 50, 40]), np.array([100, 100, 100])
    draws = drawn(k, n)
    with_nan = np.column_stack([draws, np.full(len(draws), np.nan)])
    found = range_of_resampled([*(k / n), np.nan], with_nan)
    assert found == range_of_resampled(k / n, draws)
    rarely = draws.copy()
    rarely[: len(draws) // 2, 1] = np.nan
    without = range_of_resampled(k / n, rarely)
    assert without is not None
    assert (without.highest, without.lowest, without.compared) == (2, 0, 2)
    assert range_of_resampled([0.1, np.nan], draws[:, :2]) is None


def test_ratio_needs_positive_estimates():
    draws = np.random.default_rng(3).normal([-0.1, 0.2], 0.02, size=(500, 2))
    found = range_of_resampled([-0.1, 0.2], draws)
    assert found is not None
    assert found.ratio is None
    assert found.ratio_interval is None
    assert found.interval[0] > 0.2


def test_refuses_what_does_not_belong_together():
    with pytest.raises(ValueError, match="got shapes"):
        range_of_resampled([0.1, 0.2], np.zeros((5, 3)))
