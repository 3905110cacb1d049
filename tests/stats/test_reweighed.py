import numpy as np
import pytest

from audit.stats.rates import weighted_bounds
from audit.stats.reweighed import weighed, worst_mixture


def test_the_worst_cells_by_hand():
    # cells of 20, 30 and 50 % of the rows, right on 50, 80 and 90 %; many rows, so that halves agree on the order
    n = np.array([20_000, 30_000, 50_000])
    right = np.array([10_000, 24_000, 45_000])
    quarter = worst_mixture(right, n, 0.25)
    # 0.2 / 0.25 = 0.8 from the first cell, 0.2 from the second
    assert quarter.value == pytest.approx(0.8 * 0.5 + 0.2 * 0.8, abs=0.003)
    assert quarter.weights == pytest.approx([0.8, 0.2, 0])
    assert quarter.effective_n == pytest.approx(1 / (0.8**2 / 20_000 + 0.2**2 / 30_000))
    assert worst_mixture(right, n, 0.1).value == pytest.approx(0.5, abs=0.003)
    assert worst_mixture(right, n, 1).value == pytest.approx(0.79, abs=0.001)
    assert worst_mixture(right, n, 1).effective_n == pytest.approx(100_000)


def test_cells_that_are_alike_look_alike():
    rng = np.random.default_rng(5)
    n = np.full(20, 30)
    found, naive = [], []
    for _ in range(200):
        right = rng.binomial(n, 0.8)
        found.append(worst_mixture(right, n, 0.25, seed=1).value)
        naive.append(np.sort(right)[:5].sum() / 150)
    # picking and measuring on the same rows is 9 points too low; here nothing is lost on average
    assert np.mean(naive) < 0.73
    assert np.mean(found) == pytest.approx(0.8, abs=0.01)


def test_interval_is_that_of_the_effective_rows():
    # the first cell is worse in every half
    one = worst_mixture([4_000, 9_000], [5_000, 10_000], 0.5)
    assert one.interval == pytest.approx([float(end) for end in weighted_bounds(one.value, one.effective_n)], abs=0.002)
    assert one.effective_n == pytest.approx(1 / ((2 / 3) ** 2 / 5_000 + (1 / 3) ** 2 / 10_000))
    # twenty cells of ten rows: the worst five on the same rows are below what half of the rows find
    few = worst_mixture([9, 10, 8, 7, 10] * 4, [10] * 20, 0.2)
    assert few.interval[0] < float(weighted_bounds(few.value, few.effective_n)[0]) - 0.02
    assert worst_mixture([0], [0], 0.5) is None
    assert worst_mixture([3], [3], 0.5).value == 1
    with pytest.raises(ValueError, match="above 0"):
        worst_mixture([1], [2], 0)


def test_weighed_rows_by_hand():
    rows = weighed([1, 0, 1, 1], [1, 1, 3, 0])
    assert rows.value == pytest.approx(4 / 5)
    assert rows.effective_n == pytest.approx(25 / 11)
    cells = weighed([8, 30], [2, 0.5], [10, 40])
    assert cells.value == pytest.approx((16 + 15) / 40)
    assert cells.effective_n == pytest.approx(40**2 / (4 * 10 + 0.25 * 40))
    assert weighed([1, 1], [0, 0]) is None
