"""Calibration error: by hand, against scikit-learn's curve, and how its ends hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from audit.stats.bounded_mean import bounded_mean
from audit.stats.calibration import calibration_error, mean_gap

table = st.lists(st.tuples(st.integers(0, 100), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=15, unique_by=lambda t: t[0])


def test_by_hand() -> None:
    # 40 rows scored 0.2 of which 12 positive, 40 scored 0.7 of which 20 positive: gaps 0.1 and 0.2
    found = calibration_error([0.2, 0.7], [28, 20], [12, 20], bins=2)
    assert found is not None
    assert found.value == pytest.approx(0.15)
    assert found.scores == pytest.approx([0.2, 0.7])
    assert found.rates == pytest.approx([0.3, 0.5])
    assert found.n.tolist() == [40, 40]
    gap, _ = mean_gap([0.2, 0.7], [28, 20], [12, 20]) or (0, 0)
    assert gap == pytest.approx(0.45 - 0.4)


def test_bins_agree_with_sklearns_quantiles() -> None:
    rng = np.random.default_rng(1)
    x = np.sort(rng.random(5_000))
    y = rng.random(5_000) < x**1.5
    rates, scores = calibration_curve(y, x, n_bins=10, strategy="quantile")
    found = calibration_error(x, ~y, y)
    assert found is not None
    assert found.n.tolist() == [500] * 10
    assert found.rates == pytest.approx(rates, abs=0.005)
    assert found.scores == pytest.approx(scores, abs=0.002)
    assert found.value == pytest.approx(np.mean(np.abs(rates - scores)), abs=0.003)


def test_few_rows_have_few_bins() -> None:
    x = np.linspace(0.1, 0.9, 59)
    sizes = {n: len(found.n) for n in (1, 19, 40, 59) if (found := calibration_error(x[:n], np.ones(n), np.zeros(n)))}
    assert sizes == {1: 1, 19: 1, 40: 2, 59: 2}


def test_one_bin_has_the_interval_of_its_gap() -> None:
    found = calibration_error([0.5], [3], [9])
    gap, (low, high) = mean_gap([0.5], [3], [9]) or (0, (0, 0))
    assert gap == -0.25
    assert found is not None
    assert found.interval == pytest.approx((max(0, -high), -low), abs=1e-9)
    # mean score less rate: a shifted rate, so Clopper and Pearson up to the saddlepoint
    assert (low, high) == pytest.approx(bounded_mean([0.5, -0.5], [3, 9], -0.5, 0.5))


@given(cells=table, bins=st.integers(1, 12))
def test_ends_lie_around_the_value(cells: list[tuple[int, int, int]], bins: int) -> None:
    x, n0, n1 = (np.array(side, dtype=float) for side in zip(*sorted(cells), strict=True))
    found = calibration_error(x / 100, n0, n1, bins)
    if not (n0 + n1).sum():
        assert found is None
        assert mean_gap(x / 100, n0, n1) is None
        return
    assert found is not None
    assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1
    assert 0 <= found.debiased <= found.value + 1e-12
    assert found.n.sum() == (n0 + n1).sum()
    assert found.positives.sum() == n1.sum()
    gap, _ = mean_gap(x / 100, n0, n1) or (0, 0)
    assert abs(gap) <= found.value + 1e-9  # the mean of gaps is no larger than that of their sizes


@pytest.mark.parametrize(("shift", "n"), [(0.0, 20), (0.0, 500), (0.8, 50), (0.8, 500)])
def test_interval_holds_its_level(shift: float, n: int) -> None:
    rng = np.random.default_rng(3)

    def drawn(rows: int) -> tuple[np.ndarray, np.ndarray]:
        odds = np.sort(1.5 * rng.standard_normal(rows))
        return 1 / (1 + np.exp(-odds)), rng.random(rows) < 1 / (1 + np.exp(shift - odds))

    bins = max(1, min(10, n // 20))
    x, y = drawn(1_000_000)
    truth = np.mean([abs((x[part] - y[part]).mean()) for part in np.array_split(np.arange(len(x)), bins)])
    ends = [found.interval for x, y in (drawn(n) for _ in range(300)) if (found := calibration_error(x, ~y, y))]
    assert np.mean([low <= truth <= high for low, high in ends]) >= 0.93


def test_of_calibrated_scores_the_value_is_biased_and_the_lower_end_is_zero() -> None:
    rng = np.random.default_rng(6)
    x = np.sort(rng.random(400))
    found = calibration_error(x, *(lambda y: (~y, y))(rng.random(400) < x))
    assert found is not None
    assert found.value > 0.02
    assert found.interval[0] == 0
    assert found.debiased < found.value / 2
