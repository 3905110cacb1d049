"""Gaps of several classes at once: against the intervals of rates they are made of, and how often they raise a false alarm."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from audit.stats.gaps_of_classes import gaps_of_classes, more_rows_for_classes
from audit.stats.rates import difference_interval

K, N = np.array([[10, 25, 3], [40, 20, 30]]), np.array([[50, 50, 20], [60, 50, 40]])


def test_ends_are_those_of_the_differences_at_the_shared_level() -> None:
    gaps = gaps_of_classes(K, N, looks=2)
    each = 1 - 0.05 / 2 / 6  # two looks, two classes with three pairs each
    for c in range(2):
        ends = [difference_interval(int(K[c, a]), int(N[c, a]), int(K[c, b]), int(N[c, b]), each) for a, b in ((0, 1), (0, 2), (1, 2))]
        assert gaps.low[c] == pytest.approx(max(0.0, *(max(low, -high) for low, high in ends)))
        assert gaps.high[c] == pytest.approx(max(max(abs(low), abs(high)) for low, high in ends))
    assert gaps.value == pytest.approx([25 / 50 - 3 / 20, 30 / 40 - 20 / 50])
    assert (gaps.lowest.tolist(), gaps.highest.tolist()) == ([2, 1], [1, 2])
    assert gaps.widest == 0  # equal gaps: the first
    assert gaps.largest == (pytest.approx(0.35), (pytest.approx(gaps.low.max()), pytest.approx(gaps.high.max())))
    assert (gaps.level, gaps.differences) == (pytest.approx(0.975), 6)


def test_the_p_value_is_fishers_smallest_times_the_differences() -> None:
    smallest = min(
        stats.fisher_exact([[K[c, a], N[c, a] - K[c, a]], [K[c, b], N[c, b] - K[c, b]]]).pvalue for c in range(2) for a, b in ((0, 1), (0, 2), (1, 2))
    )
    assert gaps_of_classes(K, N).p_value == pytest.approx(min(1, 6 * smallest))
    assert gaps_of_classes([[5, 5]], [[10, 10]]).p_value == 1
    assert gaps_of_classes([[0, 0]], [[10, 12]]).p_value == 1


def test_groups_without_trials_are_left_out() -> None:
    gaps = gaps_of_classes([[5, 9, 0], [0, 7, 0]], [[10, 10, 0], [0, 9, 0]])
    assert gaps.value[0] == pytest.approx(0.4)
    assert (gaps.lowest[0], gaps.highest[0]) == (0, 1)
    assert np.isnan(gaps.value[1])
    assert np.isnan(gaps.low[1])
    assert gaps.differences == 1
    assert gaps.widest == 0
    assert gaps_of_classes([[0, 4]], [[0, 9]]) is None
    with pytest.raises(ValueError, match="two tables of classes"):
        gaps_of_classes([1, 2], [3, 4])


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 4), st.integers(2, 4), st.integers(0, 10**6))
def test_each_gap_lies_in_its_interval(classes: int, groups: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 30, (classes, groups))
    k = rng.binomial(n, rng.random((classes, groups)))
    gaps = gaps_of_classes(k, n)
    if gaps is None:
        assert np.all((n > 0).sum(axis=1) < 2)
        return
    known = ~np.isnan(gaps.value)
    assert np.all(gaps.low[known] <= gaps.value[known] + 1e-12)
    assert np.all(gaps.high[known] >= gaps.value[known] - 1e-12)
    assert np.array_equal(known, (n > 0).sum(axis=1) >= 2)


def test_the_rows_that_decide_do() -> None:
    k, n = np.array([[200, 230, 120], [90, 60, 70]]), np.array([[400, 400, 300], [400, 400, 300]])
    limit = 0.1
    low, high = gaps_of_classes(k, n).largest[1]
    assert low <= limit < high
    more = more_rows_for_classes(k, n, limit, 1_100)
    factor = math.ceil(1 + more / 1_100 * 1.1)
    assert gaps_of_classes(k * factor, n * factor).largest[1][0] > limit
    assert more_rows_for_classes(k, n, 0.9, 1_100) == 0
    assert more_rows_for_classes([[0, 4]], [[0, 9]], 0.1, 9) is None


@pytest.mark.parametrize(("classes", "groups"), [(3, 2), (5, 6)])
def test_raises_no_more_false_alarms_than_it_says(classes: int, groups: int) -> None:
    rng = np.random.default_rng(4)
    chance = rng.dirichlet(np.ones(classes))
    alarms = 0
    for _ in range(300):
        counts = np.array([rng.multinomial(40 + 30 * g, chance) for g in range(groups)]).T
        gaps = gaps_of_classes(counts, np.broadcast_to(counts.sum(axis=0), counts.shape))
        alarms += gaps.largest[1][0] > 0
    assert alarms <= 300 * 0.07
