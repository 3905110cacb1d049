"""Distances, p-values and intervals of two periods, against scipy and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp, permutation_test

from audit.checks.shift.column_counts import ColumnCounts
from audit.checks.shift.comparison import compare, distances
from audit.checks.shift.s001_column_drift import ColumnDrift


def test_total_variation_by_hand():
    # shares 0.5, 0.5, 0 and 0.25, 0.5, 0.25: a quarter of the rows would have to move
    assert distances(np.array([2, 2, 0]), np.array([1, 2, 1]), ordered=False) == pytest.approx(0.25)


@given(st.lists(st.integers(0, 9), min_size=4, max_size=60), st.lists(st.integers(0, 9), min_size=4, max_size=60))
def test_kolmogorov_smirnov_is_scipys(before, after):
    early, late = np.bincount(before, minlength=10), np.bincount(after, minlength=10)
    assert float(distances(early, late, ordered=True)) == pytest.approx(ks_2samp(before, after, method="asymp").statistic, abs=1e-12)


def test_p_value_is_that_of_shuffled_rows():
    rng = np.random.default_rng(0)
    before, after = rng.choice(4, 60), rng.choice(4, 80, p=[0.35, 0.3, 0.2, 0.15])
    early, late = np.bincount(before, minlength=4), np.bincount(after, minlength=4)

    def shuffled(x, y):
        return float(distances(np.bincount(x, minlength=4), np.bincount(y, minlength=4), ordered=False))

    expected = permutation_test((before, after), shuffled, n_resamples=4_000, alternative="greater", vectorized=False, rng=1).pvalue
    # 20 draws beyond stop the drawing, so that the relative error is a fifth
    estimates = [compare(early, late, ordered=False, draws=4_000, seed=i, with_interval=False).p_value for i in range(20)]
    assert np.mean(estimates) == pytest.approx(expected, rel=0.2)


def test_p_value_is_never_zero_and_the_draws_are_told():
    got = compare(np.array([1_000, 0]), np.array([0, 1_000]), ordered=False, draws=999, seed=0)
    assert (got.distance, got.p_value, got.draws) == (1.0, 1 / 1_000, 999)
    assert got.beyond_chance == pytest.approx(1, abs=0.01)


def test_equal_periods():
    got = compare(np.array([50, 50]), np.array([50, 50]), ordered=True, draws=999, seed=0)
    assert (got.distance, got.beyond_chance, got.p_value) == (0.0, 0.0, 1.0)
    assert got.interval[0] == 0.0


def test_a_constant_column_and_an_empty_period():
    got = compare(np.array([7]), np.array([9]), ordered=True, draws=999, seed=0)
    assert (got.distance, got.p_value, got.interval) == (0.0, 1.0, (0.0, 0.0))
    assert compare(np.array([0, 0]), np.array([3, 4]), ordered=True, draws=999, seed=0) is None


def test_many_categories_are_not_apart_by_chance_alone():
    rng = np.random.default_rng(1)
    p = np.ones(200) / 200
    got = compare(rng.multinomial(800, p), rng.multinomial(800, p), ordered=False, draws=999, seed=0)
    assert got.distance > 0.2
    assert got.beyond_chance < 0.1
    assert got.interval[0] == 0.0


@pytest.mark.parametrize("ordered", [True, False])
def test_interval_holds_the_true_distance(ordered):
    p, q = np.array([0.25, 0.25, 0.25, 0.25]), np.array([0.4, 0.25, 0.25, 0.1])
    true = 0.15
    rng = np.random.default_rng(2)
    held = 0
    for seed in range(100):
        low, high = compare(rng.multinomial(500, p), rng.multinomial(700, q), ordered=ordered, draws=199, seed=seed).interval
        held += low <= true <= high
    assert held >= 88


def test_p_values_of_unchanged_columns_are_level():
    rng = np.random.default_rng(3)
    p = np.array([0.5, 0.2, 0.2, 0.1])
    values = [
        compare(rng.multinomial(300, p), rng.multinomial(300, p), ordered=True, draws=399, seed=i, with_interval=False).p_value for i in range(400)
    ]
    for level in (0.05, 0.1, 0.5):
        # a valid p-value is at most as often small as it says; three standard errors of 400 draws
        assert np.mean(np.array(values) <= level) <= level + 3 * (level * (1 - level) / 400) ** 0.5


def test_twenty_unchanged_columns_hardly_ever_hold_a_drifted_one():
    alarms = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        columns = [counts(i, rng.multinomial(800, np.ones(c) / c), rng.multinomial(800, np.ones(c) / c)) for i, c in enumerate([2, 5, 10, 40] * 5)]
        alarms.append(any(d.changed_values(0.0, 0.05) for d in ColumnDrift(seed=seed).drifts(columns, with_intervals=False)))
    # even without the floor: 5 %, and two standard errors of 60 runs
    assert np.mean(alarms) <= 0.05 + 2 * (0.05 * 0.95 / 60) ** 0.5


def counts(index, early, late):
    names = [str(i) for i in range(len(early))]
    return ColumnCounts(f"x{index}", index % 2 == 0, early, late, np.ones(len(early), dtype=np.int64), names, names, 0, 0)
