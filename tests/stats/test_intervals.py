import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from audit.stats.intervals import newcombe, normal_quantile, paired_difference, wilson


@st.composite
def rates(draw: st.DrawFn) -> tuple[int, int]:
    n = draw(st.integers(1, 5_000))
    return draw(st.integers(0, n)), n


@given(rates(), st.sampled_from([0.8, 0.95, 0.999]))
def test_wilson_agrees_with_scipy(rate: tuple[int, int], level: float) -> None:
    k, n = rate
    theirs = binomtest(k, n).proportion_ci(level, method="wilson")
    assert wilson(k, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_newcombe_printed_example() -> None:
    # Newcombe (1998), table II, examples a and g, method 10: 56/70 − 48/80 and 10/10 − 0/20
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(10, 10, 0, 20) == pytest.approx((0.6791, 1.0), abs=5e-5)


def test_paired_difference_by_hand() -> None:
    # (6 + 1) / 52 − (2 + 1) / 52 ± 1.959964 · sqrt((10/52 − (4/52)²) / 52)
    half = 1.959964 * math.sqrt((10 / 52 - (4 / 52) ** 2) / 52)
    assert paired_difference(6, 2, 50) == pytest.approx((4 / 52 - half, 4 / 52 + half), abs=1e-6)
    assert paired_difference(0, 0, 0) is None


@given(rates(), rates())
def test_intervals_hold_the_estimate_and_turn_with_the_sides(a: tuple[int, int], b: tuple[int, int]) -> None:
    low, high = newcombe(*a, *b) or (math.nan, math.nan)
    assert -1 <= low <= a[0] / a[1] - b[0] / b[1] <= high <= 1
    assert newcombe(*b, *a) == pytest.approx((-high, -low))
    ends = wilson(*a)
    assert ends is not None
    assert 0 <= ends[0] <= a[0] / a[1] <= ends[1] <= 1


def test_no_trials_give_no_interval() -> None:
    assert wilson(0, 0) is None
    assert newcombe(1, 2, 0, 0) is None


def test_ends_are_exact_at_the_edges() -> None:
    assert wilson(0, 7)[0] == 0
    assert wilson(7, 7)[1] == 1


@pytest.mark.parametrize("call", [lambda: wilson(3, 2), lambda: wilson(-1, 2), lambda: paired_difference(2, 2, 3), lambda: normal_quantile(1)])
def test_impossible_counts_are_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"needs|lies between"):
        call()


@pytest.mark.parametrize("n", [5, 20, 100])
@pytest.mark.parametrize("p", [0.02, 0.1, 0.5, 0.9, 0.99])
def test_coverage_of_one_rate_is_exact_arithmetic(n: int, p: float) -> None:
    chances = binom.pmf(np.arange(n + 1), n, p)
    ends = [wilson(k, n) for k in range(n + 1)]
    # Wilson's known dips near 0 and 1 stay above 0.83 (Brown, Cai and DasGupta 2001)
    assert sum(c for c, (low, high) in zip(chances, ends, strict=True) if low <= p <= high) >= 0.83
