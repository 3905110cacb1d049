"""The interval of a bounded mean: against Clopper and Pearson, against weights that are really drawn, and by its coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from audit.stats.bounded_mean import bounded_mean, bounded_means


@pytest.mark.parametrize("n", [5, 20, 100, 1_000])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.9, 1.0])
def test_of_zeros_and_ones_it_is_clopper_pearson(n: int, share: float) -> None:
    k = round(share * n)
    exact = binomtest(k, n).proportion_ci(0.95, method="exact")
    low, high = bounded_mean([0, 1], [n - k, k], 0, 1) or (0, 0)
    assert low == pytest.approx(exact.low, rel=0.03)
    assert 1 - high == pytest.approx(1 - exact.high, rel=0.03)
    # where the approximation errs, it errs on the careful side
    assert low <= exact.low + 1e-5
    assert high >= exact.high - 1e-5


def test_agrees_with_weights_that_are_drawn() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(12) ** 3
    weights = rng.dirichlet(np.ones(13), 200_000)
    low, high = np.quantile(weights @ np.r_[values, 0], 0.025), np.quantile(weights @ np.r_[values, 1], 0.975)
    assert bounded_mean(values, np.ones(12), 0, 1) == pytest.approx((low, high), abs=0.004)


def test_holds_its_level_where_students_interval_does_not() -> None:
    rng = np.random.default_rng(1)
    values = np.where(rng.random((2_000, 20)) < 0.02, 0.95, 0.001)  # rare large losses
    truth = 0.02 * 0.95 + 0.98 * 0.001
    low, high = bounded_means(values, np.ones(values.shape), 0, 1, 0.95)
    assert np.mean((low <= truth) & (truth <= high)) >= 0.95
    half = 2.093 * values.std(axis=1, ddof=1) / 20**0.5
    assert np.mean(np.abs(values.mean(axis=1) - truth) <= half) < 0.5


cells = st.lists(st.tuples(st.floats(-3, 5), st.integers(0, 40)), min_size=1, max_size=12)


@given(cells=cells, level=st.floats(0.5, 0.999))
def test_holds_the_mean_and_stays_within_the_bounds(cells: list[tuple[float, int]], level: float) -> None:
    values, counts = (np.array(side, dtype=float) for side in zip(*cells, strict=True))
    found = bounded_mean(values, counts, -3, 5, level)
    if counts.sum() == 0:
        assert found is None
        return
    assert found is not None
    mean = float(values @ counts / counts.sum())
    assert -3 - 1e-9 <= found[0] <= mean + 1e-9
    assert mean - 1e-9 <= found[1] <= 5 + 1e-9


@given(cells=cells, scale=st.floats(0.01, 100), shift=st.floats(-10, 10))
def test_moves_with_the_unit(cells: list[tuple[float, int]], scale: float, shift: float) -> None:
    values, counts = (np.array(side, dtype=float) for side in zip(*cells, strict=True))
    if counts.sum() == 0:
        return
    plain = bounded_mean(values, counts, -3, 5)
    moved = bounded_mean(scale * values + shift, counts, scale * -3 + shift - 1e-9, scale * 5 + shift + 1e-9)
    assert plain is not None
    assert moved == pytest.approx((scale * plain[0] + shift, scale * plain[1] + shift), rel=1e-4, abs=1e-4 * scale + 1e-7)


def test_more_rows_narrow_it_and_splitting_a_cell_changes_nothing() -> None:
    few, many = bounded_mean([0.2, 0.7], [3, 5], 0, 1), bounded_mean([0.2, 0.7], [300, 500], 0, 1)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < (few[1] - few[0]) / 5
    assert bounded_mean([0.2, 0.2, 0.7], [1, 2, 5], 0, 1) == pytest.approx(few)
    assert bounded_mean([0.2, 0.7, 0.9], [3, 5, 0], 0, 1) == pytest.approx(few)


def test_many_at_once_are_each_alone() -> None:
    counts = np.array([[3, 5, 0], [0, 0, 7], [1, 1, 1], [0, 0, 0]])
    low, high = bounded_means([0.1, 0.5, 0.9], counts, 0, 1, 0.9)
    for i in range(3):
        assert (low[i], high[i]) == pytest.approx(bounded_mean([0.1, 0.5, 0.9], counts[i], 0, 1, 0.9))
    assert np.isnan([low[3], high[3]]).all()


def test_all_values_at_a_bound() -> None:
    assert bounded_mean([2.0], [9], 2, 2) == (2, 2)
    low, high = bounded_mean([1.0], [10], 0, 1) or (0, 0)
    assert high == 1
    assert low == pytest.approx(0.025**0.1, rel=0.01)  # Clopper-Pearson with ten of ten


def test_a_hundred_million_rows() -> None:
    low, high = bounded_mean([0.0, 0.25, 1.0], [6e7, 3e7, 1e7], 0, 1) or (0, 0)
    spread = (0.3 * 0.25**2 + 0.1 - 0.175**2) ** 0.5
    assert (low, high) == pytest.approx((0.175 - 1.96 * spread / 1e4, 0.175 + 1.96 * spread / 1e4), abs=1e-7)


def test_refuses_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="beyond the bounds"):
        bounded_mean([1.5], [1], 0, 1)
    with pytest.raises(ValueError, match="negative"):
        bounded_mean([0.5], [-1], 0, 1)
