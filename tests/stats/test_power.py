"""The difference that would have been seen: against published sample sizes and by simulation."""

import numpy as np
import pytest
from scipy.stats import norm

from audit.stats.power import detectable_difference


def test_against_the_sample_size_of_fleiss():
    # p1 = .75, p2 = .60, two-sided 5 %, power 80 %, equal groups: n = 152 each without continuity correction (Fleiss 2003, formula 4.14)
    found = detectable_difference(0.675, 152, 152)
    assert found == pytest.approx(0.15, abs=0.0005)


def test_by_simulation():
    rng = np.random.default_rng(2)
    n_a, n_b, rate = 400, 900, 0.3
    gap = detectable_difference(rate, n_a, n_b)
    low = rate - n_a / (n_a + n_b) * gap
    a, b = rng.binomial(n_a, low + gap, 40_000) / n_a, rng.binomial(n_b, low, 40_000) / n_b
    pooled = (a * n_a + b * n_b) / (n_a + n_b)
    z = np.abs(a - b) / np.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    assert np.mean(z > norm.ppf(0.975)) == pytest.approx(0.8, abs=0.02)


def test_more_rows_see_more_and_more_looks_less():
    assert detectable_difference(0.5, 1000, 1000) < detectable_difference(0.5, 100, 100)
    assert detectable_difference(0.5, 1000, 1000, level=0.999) > detectable_difference(0.5, 1000, 1000)


def test_too_few_rows_see_nothing():
    assert detectable_difference(0.5, 1, 1) is None
    assert detectable_difference(0.5, 0, 100) is None


@pytest.mark.parametrize("rate", [0.0, 1.0, 0.001])
def test_rates_at_the_edge(rate):
    found = detectable_difference(rate, 100, 50)
    assert found is not None
    assert 0 < found < 1
