import numpy as np
import pytest

from audit.checks.privacy.banded_sample import FOLDS
from audit.checks.privacy.telling_apart import alone, together


def folds(n):
    return np.arange(n) % FOLDS


def test_a_column_that_tells_all_and_one_that_tells_nothing():
    member = np.arange(100) < 30
    area, (low, high) = alone(member.astype(int), member, folds(100), 0.95)
    assert (area, high) == (1.0, 1.0)
    assert low < 1
    assert alone(np.zeros(100, dtype=int), member, folds(100), 0.95)[0] == 0.5


def test_by_hand():
    # ten rows, two in each fold: level 0 holds the group's 4 and one other, level 1 the other 5
    member = np.array([True] * 4 + [False] * 6)
    levels = np.array([0] * 5 + [1] * 5)
    # each fold's other folds give level 0 the higher share, so the pairs are 4 x 5 told apart and 4 x 1 ties but for the folds
    area, _ = alone(levels, member, np.array([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]), 0.95)
    # shares at level 0 without the row itself, shrunk by two rows of the base rate b = 3/8 or 4/8, less b:
    # the four members see (3 + 2b) / (4 + 2) - b with b = 3/8: 0.25; the other one sees (4 + 2b) / 6 - b with b = 1/2: 1/3, which is above them
    assert area == pytest.approx(20 / 24)


def test_no_group_or_no_rest():
    assert alone(np.zeros(4, dtype=int), np.zeros(4, dtype=bool), folds(4), 0.95) is None
    assert together([np.zeros(20, dtype=int)], [np.arange(20) == 0], folds(20), 0.95) == [None]


def test_what_is_not_learned_from_is_not_known_by_heart():
    rng = np.random.default_rng(1)
    areas = []
    for _ in range(40):
        member, fold = rng.random(400) < 0.3, rng.integers(0, FOLDS, 400)
        # 20 levels of about 20 rows each fit a chance outcome well, were they judged by the rows they were learned from
        areas.append((alone(rng.integers(0, 20, 400), member, fold, 0.95), together([rng.integers(0, 20, 400)] * 2, [member], fold, 0.95)[0]))
    for which in (0, 1):
        values = np.array([pair[which][0] for pair in areas])
        assert abs(values.mean() - 0.5) < 0.02
        assert values.max() < 0.62


def test_together_adds_up_what_single_columns_say():
    rng = np.random.default_rng(2)
    parts = [rng.integers(0, 2, 3_000) for _ in range(6)]
    member = np.sum(parts, axis=0) + rng.normal(0, 0.5, 3_000) > 3.5
    single = max(alone(p, member, folds(3_000), 0.95)[0] for p in parts)
    (joint,) = together(parts, [member], folds(3_000), 0.95)
    assert single < 0.75
    assert joint[0] > 0.93
    # the score is a sum, so an exclusive or is beyond it
    (xor,) = together(parts[:2], [parts[0] != parts[1]], folds(3_000), 0.95)
    assert abs(xor[0] - 0.5) < 0.06


def test_levels_and_rows_are_bounded():
    rng = np.random.default_rng(3)
    columns = [rng.integers(0, 20, 12_000) for _ in range(60)]
    member = columns[0] < 10
    ((area, _),) = together(columns, [member], folds(12_000), 0.95)
    assert area > 0.99
