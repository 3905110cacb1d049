"""Kendall's tau against scipy."""

import numpy as np
import pytest
from scipy import stats

from audit.stats.rank_correlation import kendall_tau


def test_by_hand():
    assert kendall_tau([1, 2, 3], [10, 20, 30]) == 1
    assert kendall_tau([1, 2, 3], [3, 2, 1]) == -1
    # of three pairs two agree and one does not
    assert kendall_tau([1, 2, 3], [1, 3, 2]) == pytest.approx(1 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_with_ties_it_is_scipys(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 5, 30), rng.integers(0, 4, 30)
    assert kendall_tau(a, b) == pytest.approx(stats.kendalltau(a, b).statistic, abs=1e-12)


def test_nothing_to_order():
    assert kendall_tau([1, 1, 1], [1, 2, 3]) is None
    assert kendall_tau([1], [1]) is None
    with pytest.raises(ValueError, match="got shapes"):
        kendall_tau([1, 2], [1, 2, 3])
