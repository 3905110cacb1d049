import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from audit.stats.blaker import blaker
from tests.exact_rates import acceptability, exact_interval


@pytest.mark.parametrize(
    ("k", "n", "level"), [(0, 10, 0.95), (3, 10, 0.95), (5, 10, 0.95), (1, 1, 0.95), (7, 50, 0.99), (48, 50, 0.8), (130, 200, 0.95)]
)
def test_agrees_with_the_definition(k: int, n: int, level: float) -> None:
    assert blaker(k, n, level) == pytest.approx(exact_interval(k, n, level), abs=1e-8)


@settings(max_examples=60)
@given(st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.999]))
def test_ends_are_where_the_rate_stops_being_acceptable(rate: tuple[int, int], level: float) -> None:
    k, n = rate
    low, high = blaker(k, n, level)
    for end, away in ((low, -1), (high, 1)):
        if 0 < end < 1:
            # acceptable rates may begin with a sliver before a gap
            near = [acceptability(k, n, end - away * end * step) for step in (0, 1e-10, 2e-10, 1e-9, 1e-7)]
            assert max(near) > (1 - level) * (1 - 1e-6)
        for step in (1e-6, 1e-4, 1e-2, 0.1, 0.5):
            outside = end + away * step
            if 0 < outside < 1:
                assert acceptability(k, n, outside) <= 1 - level + 1e-9


@settings(max_examples=60)
@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, min(n, 2_000)), st.just(n))), st.sampled_from([0.9, 0.95, 0.99999]))
def test_inside_clopper_and_pearson_and_turned_with_the_kinds(rate: tuple[int, int], level: float) -> None:
    k, n = rate
    low, high = blaker(k, n, level)
    # the ends of Clopper and Pearson's are where the tails are half of what is left
    tail = (1 - level) / 2
    assert 0 <= low <= k / n <= high <= 1
    assert k == 0 or binom.sf(k - 1, n, low) >= tail * (1 - 1e-5)
    assert k == n or binom.cdf(k, n, high) >= tail * (1 - 1e-5)
    turned = blaker(n - k, n, level)
    assert (1 - turned[1], 1 - turned[0]) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize("n", [5, 10, 20, 30, 50, 200])
@pytest.mark.parametrize("p", [0.5, 0.9, 0.95, 0.99, 0.997])
def test_covers_at_least_its_level_counted_exactly(n: int, p: float) -> None:
    ends = np.array([blaker(k, n, 0.95) for k in range(n + 1)])
    inside = (ends[:, 0] <= p) & (p <= ends[:, 1])
    assert binom.pmf(np.arange(n + 1), n, p)[inside].sum() >= 0.95 - 1e-9


def test_narrower_than_clopper_and_pearson_where_it_matters() -> None:
    exact = [binomtest(k, 20).proportion_ci(0.95, method="exact") for k in range(21)]
    ours = [blaker(k, 20, 0.95) for k in range(21)]
    assert sum(high - low for low, high in ours) < 0.96 * sum(e.high - e.low for e in exact)
