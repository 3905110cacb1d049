import math

import numpy as np
import pytest

from audit.checks.near_duplicates.chance import floor_of, tail
from audit.checks.near_duplicates.columns import Compared
from audit.checks.near_duplicates.comparison import BOTH_MISSING, DIFFERS, EQUAL, ONE_MISSING, Bounds
from audit.checks.near_duplicates.profile import Profile
from audit.checks.near_duplicates.verdict import CROWD, above_the_crowd, declared, judged

PROFILES = [Profile(Compared(name, "category"), np.empty(0), 2.0**-10, 0.0) for name in "abcd"]


def judge(gaps, evidence, pairs, total=1_000, needed=20.0):
    return judged(np.array(gaps, dtype=float), np.array(evidence, dtype=float), np.array(pairs), PROFILES, needed, total)


def test_evidence_and_the_share_that_differs_both_decide():
    gaps = [[0, 0, 0, DIFFERS], [0, 0, 0, DIFFERS], [0, 0, DIFFERS, DIFFERS], [0, 0, 0, ONE_MISSING]]
    verdict = judge(gaps, [20.0, 19.9, 50.0, 20.0], [(0, 1), (2, 3), (4, 5), (6, 7)])
    assert verdict.near.tolist() == [True, False, False, True]


def test_a_column_in_which_all_pairs_differ_tells_them_apart():
    gaps = [[0, 0, 0, DIFFERS]] * 9 + [[0, 0, 0, 0.5]]
    verdict = judge(gaps, [30.0] * 10, [(2 * i, 2 * i + 1) for i in range(10)])
    assert (verdict.near.tolist(), list(verdict.telling), verdict.told_apart) == ([False] * 9 + [True], [3], 9)
    # four pairs are too few to call it a habit
    few = judge(gaps[:4], [30.0] * 4, [(2 * i, 2 * i + 1) for i in range(4)])
    assert few.near.all()


def test_crowds_are_left_out():
    crowd = [(0, i) for i in range(1, CROWD + 2)]
    verdict = judge([[0, 0, 0, 0.5]] * (len(crowd) + 1), [30.0] * (len(crowd) + 1), [*crowd, (500, 501)])
    assert verdict.crowded == CROWD + 1
    assert verdict.near.tolist() == [False] * len(crowd) + [True]


def test_where_every_third_row_has_a_twin_likeness_is_natural():
    pairs = [(2 * i, 2 * i + 1) for i in range(16)]
    gaps = [[0, 0, 0, 0.5]] * 16
    assert judge(gaps, [30.0] * 16, pairs, total=107).near.all()
    verdict = judge(gaps, [30.0] * 16, pairs, total=106)
    assert (verdict.near.any(), verdict.natural) == (False, 32)


def test_differences_cost_less_where_copies_often_differ():
    sure = [[0, 0, 0, DIFFERS if i < 30 else 0] for i in range(60)]
    pairs = [(2 * i, 2 * i + 1) for i in range(61)]
    # half of 60 sure copies differ in the last column, so a difference there costs log2(31/76) = -1.29 instead of -4 bits
    gain = math.log2(31 / 76) + 4 + 3 * math.log2(1 - 1 / 76)
    verdict = judge([*sure, [0, 0, 0, DIFFERS]], [40.0] * 60 + [20.0 - gain + 1e-9], pairs)
    assert verdict.near.all()
    assert not judge([*sure, [0, 0, 0, DIFFERS]], [40.0] * 60 + [20.0 - gain - 1e-9], pairs).near[-1]


def test_pairs_that_thicken_towards_the_threshold_are_the_thin_end_of_a_crowd():
    # 10 pairs in the 8 bits below, 2 above: at 23 none of them is within the band any more
    assert above_the_crowd(np.array([14.5] * 10 + [21.0, 60.0]), 20.0) == 23.0
    assert above_the_crowd(np.array([14.5] * 10 + [60.0] * 10), 20.0) == 20.0
    assert above_the_crowd(np.array([14.5] * 10), 20.0) == 23.0
    assert above_the_crowd(np.empty(0), 20.0) == 20.0


def test_declared_bounds_count_what_differs_or_is_missing_on_one_side():
    gaps = np.array([[EQUAL, 0.3, BOTH_MISSING], [DIFFERS, EQUAL, EQUAL], [DIFFERS, ONE_MISSING, EQUAL]])
    assert declared(gaps, Bounds(differing=0)).near.tolist() == [True, False, False]
    assert declared(gaps, Bounds(differing=1)).near.tolist() == [True, True, False]
    assert declared(gaps, Bounds(differing=2)).near.tolist() == [True, True, True]


def test_the_floor_allows_a_twentieth_of_a_pair_in_the_whole_table():
    # 45 pairs of 10 rows; a likelihood ratio of 900 is reached by at most 1 pair in 900
    assert floor_of(10) == pytest.approx(math.log2(45 / 0.05))


def test_independent_columns_leave_the_floor_alone_and_dependent_ones_raise_it():
    rng = np.random.default_rng(0)
    # evidence of pairs whose chance is exactly the bound: a share p above -log2(p)
    bound = -np.log2(rng.uniform(size=1_000_000)) - 0.1
    assert tail(bound, (0.1, 0.01, 0.001), 2.0**-40, 50) == -math.inf
    # three columns that always agree together count one agreement three times
    assert tail(3 * bound, (0.1, 0.01, 0.001), 2.0**-40, 50) == pytest.approx(120, rel=0.05)


def test_shares_that_few_pairs_stand_for_are_not_looked_at():
    scores = np.r_[np.full(960, -10.0), np.full(40, 80.0)]
    assert tail(scores, (0.1, 0.01), 2.0**-20, 50) == -math.inf
    assert tail(scores, (0.1, 0.01), 2.0**-20, 10) > 80
