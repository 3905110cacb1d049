"""Prediction intervals by hand, and by drawing one more value."""

import numpy as np
import pytest

from audit.stats.fresh_value import fresh_value


def test_by_hand():
    # mean 2, variance 1, t for two degrees of freedom 4.302653
    assert fresh_value([1, 2, 3]) == pytest.approx((2 - 4.302653 * (4 / 3) ** 0.5, 2 + 4.302653 * (4 / 3) ** 0.5), abs=1e-5)
    assert fresh_value([1, 2, 3], low=0.0)[0] == 0
    assert fresh_value([5, 5]) == (5, 5)
    assert fresh_value([5]) is None


def test_one_more_value_falls_inside_as_often_as_said():
    drawn = np.random.default_rng(4).normal(3, 2, size=(4_000, 9))
    held = [low <= row[-1] <= high for row in drawn for low, high in [fresh_value(row[:-1])]]
    assert np.mean(held) == pytest.approx(0.95, abs=0.012)  # three standard errors
