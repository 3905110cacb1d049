"""The gap between estimates: by hand, and false alarms."""

import math

import numpy as np
import pytest

from audit.stats.intervals import normal_quantile
from audit.stats.range_of_estimates import range_of_estimates


def normal(values: np.ndarray, spread: float):
    return lambda level: (values - normal_quantile(level) * spread, values + normal_quantile(level) * spread)


def test_two_estimates_by_hand() -> None:
    values = np.array([0.3, 0.5])
    found = range_of_estimates(values, normal(values, 0.05))
    assert found is not None
    half = 1.959964 * 0.05 * math.sqrt(2)
    assert found.value == pytest.approx(0.2)
    assert found.interval == pytest.approx((0.2 - half, 0.2 + half), abs=1e-6)
    assert (found.highest, found.lowest, found.pairs, found.level) == (1, 0, 1, 0.95)
    # twice the share of a standard normal beyond 0.2 / (0.05 √2)
    assert found.p_value == pytest.approx(math.erfc(0.2 / 0.05 / math.sqrt(2) / math.sqrt(2)), rel=0.01)


def test_pairs_and_looks_share_the_error_rate() -> None:
    values = np.array([0.3, math.nan, 0.4, 0.5])
    found = range_of_estimates(values, normal(values, 0.05), looks=4)
    assert found is not None
    half = normal_quantile(1 - 0.05 / 4 / 3) * 0.05 * math.sqrt(2)
    assert found.interval == pytest.approx((max(0, 0.2 - half), 0.2 + half), abs=1e-6)
    assert (found.highest, found.lowest, found.pairs) == (3, 0, 3)
    assert found.level == pytest.approx(1 - 0.05 / 4)


def test_alike_estimates_have_a_lower_end_of_zero() -> None:
    values = np.array([0.4, 0.4, 0.41])
    found = range_of_estimates(values, normal(values, 0.05))
    assert found is not None
    assert found.interval[0] == 0
    assert found.p_value == 1


def test_fewer_than_two_estimates_have_no_gap() -> None:
    values = np.array([0.4, math.nan])
    assert range_of_estimates(values, normal(values, 0.1)) is None


@pytest.mark.parametrize("groups", [2, 10])
def test_false_alarms_keep_the_level(groups: int) -> None:
    rng = np.random.default_rng(1)
    found = [range_of_estimates(v, normal(v, 1.0)) for v in rng.standard_normal((400, groups))]
    assert np.mean([f is not None and f.interval[0] > 0 for f in found]) <= 0.08
    # the p-value says the same as the interval
    assert all(f is not None and (f.interval[0] > 0) == (f.p_value < 0.05) for f in found)
