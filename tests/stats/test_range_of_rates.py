import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from audit.stats.intervals import newcombe
from audit.stats.range_of_rates import more_rows, range_of_rates
from audit.stats.rates import difference_interval, ratio_interval

GROUPS = st.lists(st.integers(0, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=0, max_size=6)


def test_two_groups_are_one_difference_and_fisher() -> None:
    gap = range_of_rates([30, 60], [100, 100])
    assert gap is not None
    assert gap.value == pytest.approx(0.3)
    assert gap.interval == pytest.approx(difference_interval(60, 100, 30, 100))
    assert gap.ratio_interval == pytest.approx(ratio_interval(30, 100, 60, 100))
    assert gap.p_value == pytest.approx(fisher_exact([[30, 70], [60, 40]]).pvalue)
    assert gap.ratio == pytest.approx(0.5)
    assert (gap.lowest, gap.highest, gap.pairs, gap.level) == (0, 1, 1, 0.95)


def test_positions_skip_groups_without_trials() -> None:
    gap = range_of_rates([0, 9, 0, 2], [0, 10, 0, 10])
    assert gap is not None
    assert (gap.highest, gap.lowest, gap.pairs) == (1, 3, 1)


def test_looks_share_the_error_rate() -> None:
    gap = range_of_rates([30, 60], [100, 100], looks=5)
    assert gap is not None
    assert gap.level == pytest.approx(0.99)
    assert gap.interval == pytest.approx(difference_interval(60, 100, 30, 100, 0.99), abs=1e-9)


def test_interval_holds_zero_unless_the_test_rejects() -> None:
    # the pairs alone would say more than 0 for 0 of 2 against 2 of 2; Fisher's p is 1/3
    gap = range_of_rates([0, 2], [2, 2])
    assert gap is not None
    assert gap.value == 1
    assert gap.interval == (0.0, 1.0)
    assert gap.ratio_interval[1] == 1.0


def test_fewer_than_two_groups_have_no_gap() -> None:
    assert range_of_rates([1, 0], [5, 0]) is None
    assert range_of_rates([], []) is None
    assert more_rows([1, 0], [5, 0], 0.1) is None


def test_nobody_selected() -> None:
    gap = range_of_rates([0, 0, 0], [50, 60, 70])
    assert gap is not None
    assert gap.value == 0
    assert gap.ratio is None
    assert gap.p_value == 1
    assert gap.interval[0] == 0


@settings(max_examples=60, deadline=None)
@given(GROUPS)
def test_interval_holds_the_gap_and_the_order_of_groups_does_not_matter(groups: list[tuple[int, int]]) -> None:
    k, n = [g[0] for g in groups], [g[1] for g in groups]
    gap, turned = range_of_rates(k, n), range_of_rates(k[::-1], n[::-1])
    assert (gap is None) == (turned is None) == (sum(total > 0 for total in n) < 2)
    if gap is not None and turned is not None:
        assert 0 <= gap.interval[0] <= gap.value + 1e-12
        assert gap.value <= gap.interval[1] + 1e-12 <= 1 + 1e-11
        if gap.ratio is not None:
            assert 0 <= gap.ratio_interval[0] <= gap.ratio + 1e-12
            assert gap.ratio <= gap.ratio_interval[1] + 1e-12
        assert gap.value == pytest.approx(turned.value)
        assert gap.interval[1] == pytest.approx(turned.interval[1])


def test_more_rows_decides_when_they_come() -> None:
    k, n, limit = np.array([60, 78]), np.array([100, 100]), 0.10
    rows = more_rows(k, n, limit)
    assert rows is not None
    assert rows > 0
    factor = 1 + rows / n.sum()
    for less, decided in ((1.01, True), (0.9, False)):
        low, high = newcombe(78 * factor * less, 100 * factor * less, 60 * factor * less, 100 * factor * less) or (0, 0)
        assert (low > limit or high <= limit) is decided


def test_more_rows_where_none_or_no_number_would_do() -> None:
    assert more_rows([10, 900], [1000, 1000], 0.1) == 0
    assert more_rows([50, 60], [100, 100], 0.1) is None


@pytest.mark.slow
@pytest.mark.parametrize("groups", [2, 5, 10])
@pytest.mark.parametrize("p", [0.05, 0.5])
def test_alarms_under_the_null_are_rare(groups: int, p: float) -> None:
    rng = np.random.default_rng(groups)
    size = np.linspace(20, 200, groups).astype(int)
    alarms = rejections = 0
    repeats = 200
    for k in rng.binomial(size, p, size=(repeats, groups)):
        gap = range_of_rates(k, size, draws=499)
        assert gap is not None
        alarms += gap.interval[0] > 0.10
        rejections += gap.interval[0] > 0
    # at most 5 % with room for three standard deviations of 200 draws on "any gap at all", and far fewer above the limit of 10 points
    assert rejections <= 0.05 * repeats + 9
    assert alarms <= 0.05 * repeats


@pytest.mark.slow
@pytest.mark.parametrize("rates", [(0.3, 0.45), (0.02, 0.1, 0.05), (0.5, 0.5, 0.6, 0.7, 0.9)])
def test_interval_covers_the_true_gap(rates: tuple[float, ...]) -> None:
    rng = np.random.default_rng(len(rates))
    size = np.full(len(rates), 60)
    inside = 0
    for k in rng.binomial(size, rates, size=(200, len(rates))):
        gap = range_of_rates(k, size, draws=499)
        assert gap is not None
        inside += gap.interval[0] <= max(rates) - min(rates) <= gap.interval[1]
    assert inside / 200 >= 0.93
