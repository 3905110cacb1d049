"""Welch's comparison of two means, with scipy as the oracle."""

import numpy as np
import pytest
from scipy import stats

from audit.stats.welch import mean_interval, welch_interval, welch_p_values


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
