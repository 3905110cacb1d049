"""Quotients of two counts, and the ratio of the lowest to the highest."""

import numpy as np
import pytest

from audit.stats.range_of_odds import odds_bounds, range_of_odds
from audit.stats.rates import rate_bounds


def test_bounds_are_the_odds_of_the_share():
    low, high = odds_bounds([12, 0], [8, 5], 0.95)
    share = rate_bounds([12, 0], [20, 5], 0.95)
    np.testing.assert_allclose(low, share[0] / (1 - share[0]))
    np.testing.assert_allclose(high, share[1] / (1 - share[1]))
    assert low[1] == 0


def test_without_the_second_kind_there_is_no_quotient():
    low, high = odds_bounds([5, 0], [0, 0])
    assert np.isnan([low, high]).all()


def test_ratio_by_hand():
    found = range_of_odds([30, 10], [15, 20])  # 2 and 0.5
    assert found.ratio == pytest.approx(0.25)
    assert (found.lowest, found.highest, found.pairs) == (1, 0, 1)
    assert found.interval[0] < 0.25 < found.interval[1] < 1


def test_groups_with_one_kind_of_error_only_are_left_out():
    found = range_of_odds([30, 9, 10], [15, 0, 20])
    assert (found.lowest, found.highest) == (2, 0)
    assert range_of_odds([30, 9], [15, 0]) is None


def test_upper_end_is_one_unless_chance_is_excluded():
    assert range_of_odds([10, 9], [9, 10]).interval[1] == 1
    assert range_of_odds([300, 90], [90, 300]).interval[1] < 1
    assert range_of_odds([14, 6], [6, 14], looks=50).interval[1] == 1


def test_intervals_hold_the_true_ratio():
    rng = np.random.default_rng(11)
    shares, n = np.array([0.4, 0.5, 0.6]), np.array([80, 60, 90])
    odds = shares / (1 - shares)
    held = 0
    for i in range(300):
        k = rng.binomial(n, shares)
        found = range_of_odds(k, n - k, draws=199, seed=i)
        held += found.interval[0] <= odds.min() / odds.max() <= found.interval[1]
    assert held >= 0.93 * 300
