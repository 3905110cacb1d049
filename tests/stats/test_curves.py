"""The band of a ROC curve, and thinning that keeps corners."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stats.auc import roc_curve
from audit.stats.curves import roc_band, thinned


def test_band_by_hand() -> None:
    # wholly separated, 100 rows each: both bounds are sqrt(log(2 / (1 - sqrt .95)) / 200)
    reach = (np.log(2 / (1 - 0.95**0.5)) / 200) ** 0.5
    x, y, low, high = roc_band([100, 0], [0, 100])
    assert x.tolist() == [0, 0, 1]
    assert y.tolist() == [0, 1, 1]
    assert high.tolist() == [1, 1, 1]
    assert low[1] == 0  # to the left of no false positives there is no curve
    assert low[2] == pytest.approx(1 - reach)


def test_band_holds_the_whole_curve() -> None:
    rng = np.random.default_rng(1)
    at = np.linspace(0, 1, 2_001)
    from scipy.stats import norm

    truth = norm.cdf(norm.ppf(at) + 1)
    held = []
    for _ in range(200):
        y = np.repeat([False, True], [80, 60])
        y = y[np.argsort(rng.standard_normal(140) + y)]
        x, _, low, high = roc_band(~y, y)
        # between its points the band is read as it is drawn
        held.append(np.all(np.interp(x, at, truth) >= low - 1e-9) and np.all(np.interp(x, at, truth) <= high + 1e-9))
    assert np.mean(held) >= 0.95


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=60), st.integers(2, 20))
def test_thinning_keeps_ends_and_order(cells: list[tuple[int, int]], points: int) -> None:
    negatives, positives = zip(*cells, strict=True)
    if not sum(negatives) or not sum(positives):
        return
    x, y = roc_curve(negatives, positives)
    kept = thinned(x, y, points)
    assert len(kept) <= max(points, 2)
    assert kept[0] == 0
    assert kept[-1] == len(x) - 1
    assert np.all(np.diff(kept) > 0)


def test_corners_stay() -> None:
    corner = np.array([0.0, *np.linspace(0, 0, 500), *np.linspace(0, 1, 500)]), np.array([0.0, *np.linspace(0, 0.9, 500), *np.linspace(0.9, 1, 500)])
    kept = thinned(*corner, 3)
    assert len(kept) == 3
    assert (corner[0][kept[1]], corner[1][kept[1]]) == pytest.approx((0, 0.9))


def test_straight_lines_need_no_points_between() -> None:
    assert thinned(np.linspace(0, 1, 1_000), np.linspace(0, 1, 1_000), 50).size <= 50
