import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, hypergeom

from audit.stats.moments import Moments, difference_of_means, larger_mean, mean_interval, normal_tail, t_tail
from audit.stats.one_sided import more_successes


def moments(values):
    return Moments(len(values), float(np.sum(values)), float(np.sum(np.square(values))))


@pytest.fixture
def samples():
    rng = np.random.default_rng(0)
    return rng.gamma(2, 1, 40), rng.gamma(2, 1.5, 75)


def test_moments_and_intervals_are_scipys(samples):
    a, b = samples
    assert moments(a).variance == pytest.approx(np.var(a, ddof=1))
    assert moments(np.r_[a, b]).less(moments(b)).mean == pytest.approx(a.mean())
    assert mean_interval(moments(a)) == pytest.approx(scipy.stats.t.interval(0.95, 39, a.mean(), scipy.stats.sem(a)), rel=1e-6)
    welch = scipy.stats.ttest_ind(a, b, equal_var=False)
    assert difference_of_means(moments(a), moments(b)) == pytest.approx(tuple(welch.confidence_interval()), rel=1e-6)
    for first, second in ((a, b), (b, a)):
        expected = scipy.stats.ttest_ind(first, second, equal_var=False, alternative="greater").pvalue
        assert larger_mean(moments(first), moments(second)) == pytest.approx(expected, rel=1e-6)


@given(st.floats(-6, 6), st.integers(1, 10_000))
def test_the_tail_of_student_is_scipys(t, freedom):
    assert t_tail(t, freedom) == pytest.approx(scipy.stats.t.sf(t, freedom), rel=1e-6)


def test_too_few_values_have_no_interval():
    one = Moments(1, 2.0, 4.0)
    assert mean_interval(one) is None
    assert difference_of_means(one, moments([1.0, 2.0])) is None
    assert larger_mean(one, moments([1.0, 2.0])) is None
    assert math.isnan(Moments(0, 0.0, 0.0).mean)


def test_values_without_spread():
    same, other = moments([1.0] * 4), moments([2.0] * 4)
    assert larger_mean(other, same) == 0.0
    assert larger_mean(same, other) == 1.0
    assert normal_tail(0) == 0.5


@given(st.integers(0, 40), st.integers(1, 40), st.integers(0, 40), st.integers(1, 40))
def test_one_sided_fisher_is_scipys(a, n, b, m):
    a, b = min(a, n), min(b, m)
    got = more_successes(a, n, a + b, n + m)
    assert got == pytest.approx(fisher_exact([[a, n - a], [b, m - b]], alternative="greater").pvalue, rel=1e-9, abs=1e-12)


def test_one_sided_fisher_on_many_rows():
    assert more_successes(700, 5_000, 3_000, 25_000) == pytest.approx(hypergeom.sf(699, 25_000, 3_000, 5_000), rel=1e-6)
    # beyond what a table of factorials would hold
    assert more_successes(100_700, 10**6, 10**7, 10**8) == pytest.approx(scipy.stats.norm.sf(699.5 / np.sqrt(1e6 * 0.1 * 0.9 * 0.99)), rel=0.01)
