"""Tests of calibration: values by hand, and false alarms."""

import numpy as np
import pytest
from scipy.stats import chi2

from audit.stats.calibration_tests import hosmer_lemeshow, spiegelhalter


def test_spiegelhalter_by_hand() -> None:
    # ten rows scored 0.2, three of them positive: (3 - 2)(0.6) / sqrt(10 · 0.36 · 0.16)
    found = spiegelhalter([0.2], [7], [3])
    assert found is not None
    assert found.value == pytest.approx(0.6 / (10 * 0.36 * 0.16) ** 0.5)
    # P(|k - 2| >= 1) of a binomial with 10 rows and 0.2 is 1 - P(k = 2)
    assert found.p_value == pytest.approx(1 - 45 * 0.2**2 * 0.8**8, abs=0.03)


def test_hosmer_lemeshow_by_hand() -> None:
    found = hosmer_lemeshow([0.2, 0.5], [100, 100], [26, 44])
    assert found is not None
    assert found.value == pytest.approx(6**2 / 16 + 6**2 / 25)
    assert found.degrees == 2
    assert found.p_value == pytest.approx(chi2.sf(found.value, 2), abs=0.03)


@pytest.mark.parametrize("n", [15, 300])
def test_false_alarms_keep_the_level(n: int) -> None:
    rng = np.random.default_rng(1)
    alarms = np.zeros(2)
    for _ in range(400):
        x = np.sort(rng.random(n))
        y = rng.random(n) < x
        found = (
            spiegelhalter(x, ~y, y, draws=199),
            hosmer_lemeshow(x[:: n // 3], np.full(len(x[:: n // 3]), 5), rng.binomial(5, x[:: n // 3]), draws=199),
        )
        alarms += [f is not None and f.p_value <= 0.05 for f in found]
    assert np.all(alarms / 400 <= 0.08)


def test_finds_scores_that_are_too_extreme() -> None:
    rng = np.random.default_rng(2)
    odds = np.sort(rng.standard_normal(2_000))
    y = rng.random(2_000) < 1 / (1 + np.exp(-odds))
    found = spiegelhalter(1 / (1 + np.exp(-2 * odds)), ~y, y)
    assert found is not None
    assert found.p_value == pytest.approx(1 / 2_000)


def test_certain_scores() -> None:
    assert spiegelhalter([0.0, 1.0], [5, 0], [0, 5]) is None
    assert spiegelhalter([0.5], [5], [5]) is None  # the Brier score of 0.5 is 0.25 whatever happens
    assert hosmer_lemeshow([0.0, 1.0], [5, 5], [0, 5]) is None
    wrong = hosmer_lemeshow([0.0, 1.0], [5, 5], [1, 5])
    assert wrong is not None
    assert wrong.value == float("inf")
    assert wrong.p_value < 0.001
