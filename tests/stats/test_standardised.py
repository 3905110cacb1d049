"""Differences within strata: by hand, on the Berkeley admissions, and by simulation."""

import numpy as np
import pytest

from audit.stats.standardised import standardised
from tests.berkeley import ADMITTED, APPLIED


def test_by_hand():
    found = standardised([8, 1], [10, 10], [3, 4], [5, 40])
    weights = np.array([10 * 5 / 15, 10 * 40 / 50])
    differences = np.array([0.8 - 0.6, 0.1 - 0.1])
    assert found.within == pytest.approx(float((weights * differences).sum() / weights.sum()))
    assert found.crude == pytest.approx(9 / 20 - 7 / 45)
    assert found.strata == 2


def test_strata_with_one_group_only_have_no_weight():
    both = standardised([8, 1], [10, 10], [3, 4], [5, 40])
    more = standardised([8, 1, 5], [10, 10, 5], [3, 4, 0], [5, 40, 0])
    assert more.within == both.within
    assert more.strata == 2
    assert standardised([1, 0], [2, 0], [0, 1], [0, 2]) is None


def test_one_stratum_is_the_crude_difference():
    found = standardised([30], [40], [10], [40])
    assert found.within == pytest.approx(found.crude)
    assert found.within_interval == pytest.approx(found.crude_interval)
    assert not found.paradox


def test_berkeley():
    """Bickel, Hammel and O'Connell (1975), the six largest departments: 44.5 % of men and 30.4 % of women, and nothing against women within."""
    men, women = np.array(ADMITTED["Male"]), np.array(ADMITTED["Female"])
    found = standardised(men, APPLIED["Male"], women, APPLIED["Female"])
    assert found.crude == pytest.approx(1198 / 2691 - 557 / 1835)
    assert found.within < 0
    assert found.paradox
    assert not found.turned
    swapped = standardised(women, APPLIED["Female"], men, APPLIED["Male"])
    assert swapped.within == pytest.approx(-found.within)
    assert swapped.paradox


def test_turned_round_for_sure():
    found = standardised([810, 20], [900, 100], [97, 270], [100, 900])
    assert found.crude > 0.4
    assert found.within < -0.05
    assert found.paradox
    assert found.turned


def test_a_gap_that_stays_is_no_paradox():
    found = standardised([60, 50], [100, 100], [40, 30], [100, 100])
    assert not found.paradox


def test_interval_within_holds_the_true_difference():
    rng = np.random.default_rng(7)
    n1, n2 = np.array([40, 80, 25]), np.array([60, 30, 50])
    p1, p2 = np.array([0.8, 0.5, 0.2]), np.array([0.7, 0.45, 0.1])
    weights = n1 * n2 / (n1 + n2)
    true = float((weights * (p1 - p2)).sum() / weights.sum())
    held = [standardised(rng.binomial(n1, p1), n1, rng.binomial(n2, p2), n2).within_interval for _ in range(400)]
    assert np.mean([low <= true <= high for low, high in held]) >= 0.93
