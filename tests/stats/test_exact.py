import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

from audit.stats.exact import alike, fisher

CELL = st.integers(0, 60)


@given(CELL, CELL, CELL, CELL)
def test_fisher_agrees_with_scipy(a: int, b: int, c: int, d: int) -> None:
    assert fisher([[a, b], [c, d]]) == pytest.approx(fisher_exact([[a, b], [c, d]]).pvalue, abs=1e-9)


def test_fisher_is_quick_and_right_on_millions() -> None:
    table = [[500_300, 499_700], [499_500, 500_500]]
    assert fisher(table) == pytest.approx(chi2_contingency(table, correction=False).pvalue, rel=1e-2)
    assert fisher([[10**9, 10**9], [10**9 + 10**6, 10**9 - 10**6]]) < 1e-100


def test_permutation_agrees_with_the_large_sample_test() -> None:
    table = [[50, 50], [60, 40], [45, 55]]
    assert alike(table) == pytest.approx(chi2_contingency(table).pvalue, abs=0.02)


def test_permutation_of_three_groups_is_exact_by_enumeration() -> None:
    # two successes among groups of 2, 1 and 1: six equally likely placings; the observed one (both in the first group) has a
    # Pearson statistic of 4, and so has only one other: the pair in the second and third groups
    assert alike([[2, 0], [0, 1], [0, 1]]) == pytest.approx(2 / 6, abs=0.02)


def test_nothing_to_compare() -> None:
    assert alike([[3, 4], [0, 0]]) is None
    assert alike([[3, 0], [4, 0], [1, 0]]) == 1.0
    assert alike(np.zeros((0, 2))) is None


def test_never_zero_and_the_same_for_the_same_seed() -> None:
    table = [[900, 100], [100, 900], [500, 500]]
    assert alike(table) == 1 / 10_000
    assert alike([[5, 6], [7, 3], [2, 9]], seed=4) == alike([[5, 6], [7, 3], [2, 9]], seed=4)


def test_billions_of_rows() -> None:
    table = [[10**9, 10**9], [10**9 + 60_000, 10**9], [10**9, 10**9]]
    assert alike(table) == pytest.approx(chi2_contingency(table).pvalue, abs=0.02)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(CELL, CELL), min_size=3, max_size=6), st.integers(0, 5))
def test_order_of_groups_does_not_matter_much(rows: list[tuple[int, int]], seed: int) -> None:
    first, second = alike(rows, 999, seed), alike(rows[::-1], 999, seed)
    assert (first is None) == (second is None)
    if first is not None and second is not None:
        assert abs(first - second) < 0.1


def test_false_alarms_under_the_null() -> None:
    rng = np.random.default_rng(11)
    for groups, p in ((3, 0.05), (5, 0.5)):
        k = rng.binomial(30, p, size=(400, groups))
        alarms = sum((alike(np.column_stack([row, 30 - row]), 499) or 1) <= 0.05 for row in k)
        # 400 tests at 5 %: 20 expected, 34 is more than three standard deviations above
        assert alarms <= 34


def test_refuses_what_is_no_table() -> None:
    for counts in ([1, 2, 3], [[1, 2, 3], [4, 5, 6]], [[1, -1], [2, 2]]):
        with pytest.raises(ValueError, match="groups × two outcomes"):
            alike(counts)
