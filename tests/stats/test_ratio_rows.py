"""Rows that would decide whether a ratio of rates is below a limit."""

import numpy as np
import pytest

from audit.stats.range_of_rates import range_of_rates
from audit.stats.ratio_rows import more_rows_for_ratio


def test_so_many_rows_do_decide():
    k, n = np.array([35, 50]), np.array([100, 100])
    more = more_rows_for_ratio(k, n, 0.8)
    assert more > 0
    factor = 1 + more / n.sum()
    grown = range_of_rates(np.ceil(k * factor), np.ceil(n * factor))
    assert grown.ratio_interval[1] < 0.8
    less = 1 + 0.8 * more / n.sum()
    assert range_of_rates(np.ceil(k * less), np.ceil(n * less)).ratio_interval[1] > 0.8


def test_what_is_decided_needs_none():
    assert more_rows_for_ratio([100, 500], [1000, 1000], 0.8) == 0
    assert more_rows_for_ratio([500, 500], [1000, 1000], 0.8) == 0


@pytest.mark.parametrize(("k", "n"), [([5], [10]), ([0, 0], [10, 10]), ([4, 5], [10, 0])])
def test_nothing_to_decide(k, n):
    assert more_rows_for_ratio([min(a, b) for a, b in zip(k, n, strict=True)], n, 0.8) is None


def test_a_ratio_at_the_limit_is_never_decided():
    assert more_rows_for_ratio([40, 50], [100, 100], 0.8) is None
