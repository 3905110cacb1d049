"""Intervals of means: by hand, against scipy, by properties, and by how often they hold the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats

from audit.stats.means import mean_bounds, mean_interval, positive_bounds


def moments(x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    mean = x.mean(axis=-1)
    away = x - mean[..., np.newaxis]
    return mean, (away**2).mean(axis=-1), (away**3).mean(axis=-1)


def test_without_skewness_it_is_students() -> None:
    x = np.array([-3.0, -1.0, 0.0, 1.0, 3.0]) + 10
    low, high = mean_interval(*(float(m) for m in moments(x)), 5, 0.95)
    ours = stats.t.interval(0.95, 4, loc=10, scale=stats.sem(x))
    assert (low, high) == pytest.approx(ours)


def test_ends_solve_halls_equation_where_it_is_the_wider_one() -> None:
    """Hall's statistic T + g T²/3 + g² T³/27 + g/6, with g the skewness over the root of n, equals Student's quantile at each end."""
    x = np.array([0.1, 0.2, 0.2, 0.4, 0.7, 1.1, 1.9, 4.0])
    mean, second, third = (float(m) for m in moments(x))
    n = len(x)
    error, g = math.sqrt(second / (n - 1)), third / second**1.5 / math.sqrt(n)
    t = float(stats.t.isf(0.025, n - 1))

    def solved(q: float) -> float:
        return optimize.brentq(lambda s: s + g * s**2 / 3 + g**2 * s**3 / 27 + g / 6 - q, -1e3, 1e3)

    low, high = mean_interval(mean, second, third, n, 0.95)
    assert high == pytest.approx(mean - solved(-t) * error)
    assert low == pytest.approx(mean - t * error)  # Hall's lower end lies higher here, so Student's stands
    low, _ = mean_interval(mean, second, third, n, 0.95, positive=True)
    assert low == pytest.approx(min(mean * math.exp(-t * error / mean), mean - solved(t) * error))


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=40), st.floats(-1e3, 1e3), st.floats(0.01, 1e3))
def test_moves_and_stretches_with_the_numbers(values: list[float], shift: float, factor: float) -> None:
    x = np.array(values)
    if np.std(x) < 1e-3 * (1 + np.abs(x).max()):
        return
    low, high = mean_interval(*(float(m) for m in moments(x)), len(x), 0.95)
    moved = mean_interval(*(float(m) for m in moments(factor * x + shift)), len(x), 0.95)
    assert low < x.mean() < high
    assert moved == pytest.approx((factor * low + shift, factor * high + shift), rel=1e-6, abs=1e-6 * factor * (high - low))


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=40))
def test_of_what_is_never_negative_no_end_is(values: list[float]) -> None:
    x = np.array(values)
    low, high = positive_bounds(*moments(x), len(x), 0.95)
    assert 0 <= low <= x.mean() * (1 + 1e-12)
    assert high >= x.mean() * (1 - 1e-12)


def test_one_value_has_no_interval_and_equal_values_no_width() -> None:
    assert mean_interval(3.0, 0.0, 0.0, 1, 0.95) is None
    assert mean_interval(3.0, 0.0, 0.0, 9, 0.95) == (3.0, 3.0)
    low, high = mean_bounds([1.0, 2.0], [1.0, 1.0], [0.0, 0.0], [1, 10], 0.95)
    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False]


@pytest.mark.parametrize(
    ("draw", "truth", "least"),
    [
        (lambda rng, shape: rng.normal(size=shape), 0.0, 0.94),
        (lambda rng, shape: rng.exponential(size=shape), 1.0, 0.93),
        (lambda rng, shape: rng.standard_t(3, size=shape), 0.0, 0.94),
    ],
    ids=["normal", "skewed", "heavy tails"],
)
def test_holds_the_truth_as_often_as_it_says(draw, truth, least) -> None:
    rng = np.random.default_rng(8)
    for n in (10, 30, 200):
        low, high = mean_bounds(*moments(draw(rng, (4_000, n))), n, 0.95)
        assert np.mean((low <= truth) & (truth <= high)) > least
