import pytest
from scipy import stats

from audit.stats.binomial import upper_tail


@pytest.mark.parametrize(("successes", "n", "chance"), [(0, 5, 0.1), (2, 2, 0.1), (3, 10, 0.5), (132, 132, 0.9), (1900, 2000, 0.9), (7, 1000, 0.001)])
def test_agrees_with_scipy(successes, n, chance):
    assert upper_tail(successes, n, chance) == pytest.approx(stats.binom.sf(successes - 1, n, chance), rel=1e-9)


def test_by_hand():
    assert upper_tail(2, 2, 0.1) == pytest.approx(0.01)
    assert upper_tail(1, 2, 0.5) == pytest.approx(0.75)


def test_chances_that_leave_nothing_open():
    assert upper_tail(1, 3, 0.0) == 0.0
    assert upper_tail(0, 3, 0.0) == 1.0
    assert upper_tail(3, 3, 1.0) == 1.0
    assert upper_tail(0, 0, 0.4) == 1.0


@pytest.mark.parametrize(("successes", "n", "chance"), [(3, 2, 0.1), (-1, 2, 0.1), (1, 2, 1.1)])
def test_impossible_counts(successes, n, chance):
    with pytest.raises(ValueError, match="expected 0 <= successes <= n"):
        upper_tail(successes, n, chance)
