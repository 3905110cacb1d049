import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chi2, power_divergence

from audit.stats.goodness_of_fit import multinomial_test


def test_two_equal_shares_are_tested_as_exactly_as_by_the_binomial_test():
    # with equal shares the likelihood ratio orders the tables as the exact test does
    exact = binomtest(14, 20).pvalue
    assert multinomial_test([14, 6], [0.5, 0.5], draws=99_999) == pytest.approx(exact, abs=0.005)


def test_three_shares_agree_with_the_large_sample_test():
    counts, shares = np.array([420, 330, 250]), np.array([0.4, 0.35, 0.25])
    statistic = power_divergence(counts, counts.sum() * shares, lambda_="log-likelihood").statistic
    assert multinomial_test(counts, shares) == pytest.approx(chi2.sf(statistic, 2), abs=0.02)


def test_what_cannot_happen_is_rejected_as_far_as_draws_go():
    assert multinomial_test([10, 1], [1.0, 0.0], draws=99) == 0.01
    assert multinomial_test([10, 0], [1.0, 0.0], draws=99) == 1.0


def test_nothing_to_test():
    assert multinomial_test([0, 0], [0.5, 0.5]) is None
    assert multinomial_test([5], [1.0]) is None


@pytest.mark.parametrize(("counts", "shares"), [([1, 2], [1.0]), ([-1, 2], [0.5, 0.5]), ([1, 2], [0.5, 0.6]), ([1, 2], [1.5, -0.5])])
def test_bad_input(counts, shares):
    with pytest.raises(ValueError, match="counts and shares"):
        multinomial_test(counts, shares)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=2, max_size=6).filter(lambda c: sum(c) > 0), st.integers(0, 3))
def test_the_observed_shares_themselves_are_never_rejected(counts, seed):
    shares = np.array(counts) / sum(counts)
    assert multinomial_test(counts, shares, draws=199, seed=seed) == 1.0


def test_false_alarms_stay_below_the_level():
    rng, shares = np.random.default_rng(1), [0.5, 0.3, 0.2]
    p_values = [multinomial_test(rng.multinomial(40, shares), shares, draws=199, seed=k) for k in range(400)]
    # 400 tries at 5 %: 20 expected, standard deviation 4.4
    assert sum(p <= 0.05 for p in p_values) <= 34
