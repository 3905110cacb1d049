import numpy as np
import pytest
from scipy.stats import chi2_contingency

from audit.stats.moments import Moments
from audit.stats.periods import apart, course


def rates(successes, n):
    return [Moments(m, float(k), float(k)) for k, m in zip(successes, n, strict=True)]


def test_apart_is_about_the_chi_squared_test():
    k, n = [30, 42, 25, 39], [200, 210, 190, 205]
    expected = chi2_contingency([k, np.subtract(n, k)]).pvalue
    assert apart(rates(k, n), binary=True) == pytest.approx(expected, abs=0.02)


def test_the_change_is_named_and_a_trend_is_told():
    found = course(rates([20, 22, 19, 21, 45, 44, 47], [200] * 7), binary=True)
    assert found.at == 4
    assert max(found.apart, found.trend, found.change) < 0.01
    up_and_down = course(rates([20, 60, 20, 60, 20, 60, 20], [200] * 7), binary=True)
    assert up_and_down.apart < 0.01
    assert up_and_down.trend > 0.5


def test_nothing_to_tell():
    assert course(rates([5], [10]), binary=True) is None
    assert course(rates([0, 0], [10, 20]), binary=True) is None
    assert course(rates([10, 20], [10, 20]), binary=True) is None
    assert course([Moments(5, 5.0, 5.0)] * 3, binary=False) is None
    assert apart([Moments(0, 0.0, 0.0), Moments(9, 3.0, 3.0)], binary=True) is None


@pytest.mark.parametrize("binary", [True, False])
def test_alike_groups_are_hardly_ever_told_apart(binary):
    rng = np.random.default_rng(0)
    alarms = []
    for _ in range(200):
        groups = [(rng.random(60) < 0.1).astype(float) if binary else rng.gamma(1.0, 2.0, 60) for _ in range(12)]
        found = course([Moments(60, float(g.sum()), float((g**2).sum())) for g in groups], binary=binary, draws=499)
        alarms.append(found is not None and min(found.apart, found.trend, found.change) <= 0.05)
    # 5 %, and twice the standard error of 200 runs
    assert np.mean(alarms) <= 0.08


def test_means_that_rise_are_found():
    rng = np.random.default_rng(1)
    groups = [rng.normal(level, 1, 100) for level in (0, 0.1, 0.2, 0.3, 0.4, 0.5)]
    found = course([Moments(100, float(g.sum()), float((g**2).sum())) for g in groups], binary=False)
    assert found.trend < 0.01
