"""The gap between means: by hand, by properties, and by how often it raises a false alarm."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from audit.stats.range_of_means import LEAST_P, more_rows_for_means, range_of_means

Floats = NDArray[np.float64]


def moments(groups: list[Floats]) -> tuple[list[float], list[float], list[float], list[int]]:
    mean = [float(g.mean()) for g in groups]
    second, third = ([float(((g - g.mean()) ** power).mean()) for g in groups] for power in (2, 3))
    return mean, second, third, [len(g) for g in groups]


def test_two_groups_without_skewness_by_hand() -> None:
    """Each mean has Student's interval; the distances are squared and added."""
    mean, second, n = [10.0, 13.0], [4.0, 9.0], [20, 30]
    gap = range_of_means(mean, second, [0.0, 0.0], n)
    ends = [stats.t.isf(0.025, size - 1) * math.sqrt(v / (size - 1)) for v, size in zip(second, n, strict=True)]
    assert gap.value == pytest.approx(3)
    assert gap.interval == pytest.approx((3 - math.hypot(*ends), 3 + math.hypot(*ends)))
    assert (gap.lowest, gap.highest, gap.pairs, gap.level) == (0, 1, 1, 0.95)
    assert gap.p_value < 0.05


def test_the_level_is_shared_by_pairs_and_looks() -> None:
    mean, second, n = [0.0, 1.0, 2.0], [1.0, 1.0, 1.0], [50, 50, 50]
    gap = range_of_means(mean, second, [0.0] * 3, n, looks=4)
    half = stats.t.isf(0.05 / 4 / 3 / 2, 49) * math.sqrt(1 / 49) * math.sqrt(2)
    assert gap.interval == pytest.approx((2 - half, 2 + half))
    assert (gap.pairs, gap.looks, gap.level) == (3, 4, pytest.approx(1 - 0.05 / 4))


def test_the_p_value_is_where_the_interval_begins_to_leave_out_0() -> None:
    rng = np.random.default_rng(1)
    groups = [rng.normal(0.25 * i, 1, 40 + 10 * i) for i in range(4)]
    p = range_of_means(*moments(groups)).p_value
    assert LEAST_P < p < 1
    assert range_of_means(*moments(groups), level=1 - p * 1.01).interval[0] > 0
    assert range_of_means(*moments(groups), level=1 - p / 1.01).interval[0] == 0


def test_two_groups_far_apart_or_alike() -> None:
    rng = np.random.default_rng(2)
    far = [rng.normal(0, 1, 200), rng.normal(9, 1, 200)]
    assert range_of_means(*moments(far)).p_value == LEAST_P
    same = rng.normal(0, 1, 200)
    assert range_of_means(*moments([same, same])).p_value == 1
    assert range_of_means(*moments([same, same])).interval[0] == 0


def test_groups_without_a_spread() -> None:
    assert range_of_means([1.0, 2.0], [0.0, 1.0], [0.0, 0.0], [1, 30]) is None  # one row shows none
    gap = range_of_means([5.0, 1.0, 2.0], [0.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1, 30, 30])
    assert (gap.lowest, gap.highest, gap.pairs) == (1, 2, 1)
    # three equal values are no proof that all are: they get a share of the spread of the others
    gap = range_of_means([1.0, 2.0], [0.0, 1.0], [0.0, 0.0], [3, 30])
    alone = stats.t.isf(0.025, 29) / math.sqrt(29)
    assert gap.interval[1] - 1 > 1.5 * alone


def test_the_rows_that_decide_do() -> None:
    rng = np.random.default_rng(3)
    mean, second, third, n = moments([rng.exponential(1, 60), rng.exponential(1.3, 80), rng.exponential(1.5, 40)])
    limit = 0.1
    assert range_of_means(mean, second, third, n).interval[0] <= limit
    more = more_rows_for_means(mean, second, third, n, limit)
    factor = 1 + more / sum(n)
    assert range_of_means(mean, second, third, [math.ceil(size * factor * 1.02) for size in n]).interval[0] > limit
    assert range_of_means(mean, second, third, [math.floor(size * factor * 0.95) for size in n]).interval[0] <= limit
    assert more_rows_for_means(mean, second, third, n, 50.0) == 0
    assert more_rows_for_means(mean, second, third, n, max(mean) - min(mean)) is None
    assert more_rows_for_means([1.0], [1.0], [0.0], [9], 0.1) is None


@pytest.mark.parametrize("draw", [lambda rng, n: rng.normal(size=n), lambda rng, n: rng.lognormal(size=n)], ids=["normal", "lognormal"])
@pytest.mark.parametrize("groups", [2, 10])
def test_raises_no_more_false_alarms_than_it_says(draw, groups) -> None:
    rng = np.random.default_rng(4)
    alarms = [range_of_means(*moments([draw(rng, 12 if i % 2 else 40) for i in range(groups)])).interval[0] > 0 for _ in range(400)]
    assert np.mean(alarms) <= 0.06
