"""Welch's comparison of two means, with scipy as the oracle."""

import numpy as np
import pytest
from scipy import stats

from audit.stats.welch import mean_interval, t_quantile, t_tail, welch_interval, welch_p_values


@pytest.mark.parametrize("freedom", [1, 2.5, 7, 30, 1000])
@pytest.mark.parametrize("t", [0, 0.1, 1, 3, 12])
def test_tail_of_students_t(t, freedom):
    assert t_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("freedom", [1, 4.2, 29, 500])
def test_quantile_of_students_t(freedom):
    assert t_quantile(0.95, freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-9)


def test_two_means():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=23), rng.normal(0.4, 3, size=61)
    expected = stats.ttest_ind(a, b, equal_var=False)
    assert welch_interval(a, b) == pytest.approx(tuple(expected.confidence_interval(0.95)))
    (p,) = welch_p_values([a.mean()], [a.var(ddof=1)], 23, [b.mean()], [b.var(ddof=1)], 61)
    assert p == pytest.approx(expected.pvalue)
    assert mean_interval(a) == pytest.approx(stats.t.interval(0.95, 22, a.mean(), stats.sem(a)))


def test_what_cannot_be_told():
    assert welch_interval([1.0], [1, 2, 3]) is None
    assert mean_interval([1.0]) is None
    assert welch_interval([2.0, 2.0], [1.0, 1.0]) == (1, 1)
    assert np.isnan(welch_p_values([1.0], [0.0], 5, [2.0], [0.0], 5)).all()
