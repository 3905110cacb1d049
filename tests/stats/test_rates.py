import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from audit.stats.blaker import blaker
from audit.stats.intervals import wilson
from audit.stats.rates import (
    difference_bounds,
    difference_interval,
    mean_of_rates,
    rate_bounds,
    rate_interval,
    rate_method,
    ratio_bounds,
    ratio_interval,
    weighted_bounds,
)

RATES = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_exact_where_few_wilson_where_many() -> None:
    assert rate_interval(7, 50) == pytest.approx(blaker(7, 50, 0.95))
    assert rate_interval(4_000, 9_000) == pytest.approx(wilson(4_000, 9_000))
    assert (rate_method(7, 50), rate_method(4_000, 9_000), rate_method(8_999, 9_000)) == ("blaker", "wilson", "blaker")
    # the two agree where one hands over to the other
    assert wilson(1_000, 2_000) == pytest.approx(rate_interval(1_000, 2_000), abs=2e-4)


def test_no_trials_give_no_interval() -> None:
    assert rate_interval(0, 0) is None
    assert difference_interval(1, 2, 0, 0) is None
    assert ratio_interval(0, 0, 1, 2) is None
    assert all(np.isnan(end) for end in rate_bounds(0, 0))


def test_bounds_keep_the_shape_and_repeat_for_equal_counts() -> None:
    low, high = rate_bounds([[0, 1], [0, 2]], [[5, 3], [0, 5]])
    assert low.shape == high.shape == (2, 2)
    assert (low[0, 0], math.isnan(low[1, 0])) == (0.0, True)
    assert high[0, 0] == pytest.approx(blaker(0, 5, 0.95)[1])


@pytest.mark.parametrize("counts", [(3, 2), (-1, 5)])
def test_impossible_counts_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="0 <= successes <= n"):
        rate_interval(*counts)


def test_difference_by_hand() -> None:
    (low_a, high_a), (low_b, high_b) = blaker(56, 70, 0.95), blaker(48, 80, 0.95)
    expected = (0.2 - math.hypot(0.8 - low_a, high_b - 0.6), 0.2 + math.hypot(high_a - 0.8, 0.6 - low_b))
    assert difference_interval(56, 70, 48, 80) == pytest.approx(expected)


def test_ratio_by_hand_and_without_successes() -> None:
    (low_a, high_a), (low_b, high_b) = blaker(30, 100, 0.95), blaker(60, 100, 0.95)
    below = math.hypot(math.log(0.3 / low_a), math.log(high_b / 0.6))
    above = math.hypot(math.log(high_a / 0.3), math.log(0.6 / low_b))
    assert ratio_interval(30, 100, 60, 100) == pytest.approx((0.5 * math.exp(-below), 0.5 * math.exp(above)))
    assert ratio_interval(0, 100, 60, 100) == pytest.approx((0.0, blaker(0, 100, 0.95)[1] / low_b))
    assert ratio_interval(60, 100, 0, 100) == pytest.approx((low_b / blaker(0, 100, 0.95)[1], math.inf))


@settings(max_examples=60)
@given(RATES, RATES)
def test_intervals_hold_the_estimate_and_turn_with_the_sides(a: tuple[int, int], b: tuple[int, int]) -> None:
    low, high = difference_interval(*a, *b) or (math.nan, math.nan)
    assert -1 <= low <= a[0] / a[1] - b[0] / b[1] + 1e-12
    assert a[0] / a[1] - b[0] / b[1] - 1e-12 <= high <= 1
    assert difference_interval(*b, *a) == pytest.approx((-high, -low))
    if a[0] and b[0]:
        low, high = ratio_interval(*a, *b) or (math.nan, math.nan)
        assert low <= a[0] / a[1] / (b[0] / b[1]) * (1 + 1e-9)
        assert a[0] / a[1] / (b[0] / b[1]) <= high * (1 + 1e-9)
        assert ratio_interval(*b, *a) == pytest.approx((1 / high, 1 / low), rel=1e-6)


@pytest.mark.parametrize("p", [0.5, 0.9, 0.95, 0.99])
@pytest.mark.parametrize(("n", "m"), [(5, 5), (10, 30), (20, 20), (50, 200)])
def test_coverage_of_differences_and_ratios_counted_exactly(p: float, n: int, m: int) -> None:
    k, other = np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij")
    for q in (0.5, 0.9, 0.95, 0.99):
        chance = binom.pmf(k, n, p) * binom.pmf(other, m, q)
        for (low, high), truth in ((difference_bounds(k, n, other, m), p - q), (ratio_bounds(k, n, other, m), p / q)):
            assert chance[(low <= truth + 1e-12) & (truth <= high + 1e-12)].sum() >= 0.943


def test_weighted_rates_with_equal_weights_are_clopper_and_pearson() -> None:
    low, high = weighted_bounds([0.3, 0.0, 1.0, 0.5], [10.0, 4.0, 4.0, 0.0])
    assert (low[0], high[0]) == pytest.approx((beta.ppf(0.025, 3, 8), beta.ppf(0.975, 4, 7)))
    assert (low[1], high[2]) == (0.0, 1.0)
    assert high[1] == pytest.approx(1 - 0.025 ** (1 / 4))
    assert low[2] == pytest.approx(0.025 ** (1 / 4))
    assert math.isnan(low[3])
    assert weighted_bounds(0.5, 10_000.0)[0] == pytest.approx((wilson(5_000, 10_000) or (0, 0))[0])


def test_mean_of_two_rates_is_their_difference_shifted() -> None:
    low, high = difference_interval(40, 50, 12, 60) or (0, 0)
    assert mean_of_rates([40, 48], [50, 60]) == pytest.approx(((1 + low) / 2, (1 + high) / 2))
    assert mean_of_rates([1, 0], [2, 0]) is None
    assert mean_of_rates([], []) is None
