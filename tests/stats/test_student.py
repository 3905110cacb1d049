"""Tails of t and ranks of quantiles, held against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from audit.stats.student import quantile_ranks, t_quantile, t_tails


@given(st.floats(0.5, 1e7), st.sampled_from([0.5, 0.9, 0.95, 0.99, 0.9999, 1 - 1e-6]))
def test_t_quantile(freedom: float, level: float) -> None:
    assert t_quantile(level, freedom) == pytest.approx(stats.t.isf((1 - level) / 2, freedom), rel=1e-7)


@given(st.floats(0, 50), st.floats(0.5, 1e5))
def test_t_tails(t: float, freedom: float) -> None:
    assert t_tails(t, freedom) == pytest.approx(2 * stats.t.sf(t, freedom), rel=1e-7, abs=1e-12)


@pytest.mark.parametrize(("n", "ranks"), [(5, None), (6, (1, 6)), (10, (2, 9)), (20, (6, 15)), (50, (18, 33)), (100, (40, 61))])
def test_ranks_of_the_median(n: int, ranks: tuple[int, int] | None) -> None:
    """The pairs of the tables in textbooks (Conover, Practical Nonparametric Statistics)."""
    assert quantile_ranks(n, 0.5, 0.95) == ranks


@given(st.integers(1, 3_000), st.sampled_from([0.1, 0.25, 0.5, 0.9]), st.sampled_from([0.8, 0.95, 0.99]))
def test_ranks_hold_their_level_and_no_narrower_pair_does(n: int, share: float, level: float) -> None:
    tail = (1 - level) / 2
    ranks = quantile_ranks(n, share, level)
    below = stats.binom(n, share)
    if ranks is None:
        assert below.cdf(0) > tail * (1 - 1e-9) or below.sf(n - 1) > tail * (1 - 1e-9)
        return
    low, high = ranks
    assert below.cdf(low - 1) <= tail * (1 + 1e-9) < below.cdf(low) * (1 + 1e-6)
    assert below.sf(high - 1) <= tail * (1 + 1e-9) < below.sf(high - 2) * (1 + 1e-6)


def test_impossible_arguments_are_refused() -> None:
    for level, freedom in ((1.0, 3), (0.95, 0)):
        with pytest.raises(ValueError, match="Student's t"):
            t_quantile(level, freedom)
