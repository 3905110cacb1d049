"""Numbers over several classes: held against scikit-learn, and how often their intervals hold the truth."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics as sk

from audit.stats.several_classes import Margins, WeighedRows, macro_f1, matthews_of_classes, weighted_f1


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 6), st.integers(5, 200), st.integers(0, 10**6))
def test_values_are_those_of_sklearn(classes: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    p = np.where(rng.random(n) < 0.6, y, rng.integers(0, classes, n))
    present = np.union1d(y, p)
    if len(present) < 2:
        return
    margins = Margins.of(sk.confusion_matrix(y, p, labels=present))
    assert macro_f1(margins) == pytest.approx(sk.f1_score(y, p, average="macro", zero_division=0))
    assert weighted_f1(margins) == pytest.approx(sk.f1_score(y, p, average="weighted", zero_division=0))
    if len(np.unique(y)) > 1 and len(np.unique(p)) > 1:
        assert matthews_of_classes(margins) == pytest.approx(sk.matthews_corrcoef(y, p))
    else:
        assert np.isnan(matthews_of_classes(margins))


def test_a_row_more_is_a_row_more() -> None:
    table = np.array([[3, 1, 0], [2, 5, 1]])
    more = table.copy()
    more[1, 1] += 1
    one, other = Margins.of(more), Margins.of(table).with_row(1, 1, np.float64(1))
    for name in ("labels", "predictions", "right"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()
    assert Margins.of(table).right.tolist() == [3, 5]  # what is predicted as no class is right for none


def test_of_a_rate_it_is_clopper_and_pearsons_interval() -> None:
    def accuracy(margins: Margins) -> np.ndarray:
        return margins.right.sum(axis=-1) / margins.labels.sum(axis=-1)

    for right, n in ((20, 20), (13, 20), (0, 9)):
        table = [[right, n - right], [0, 0]]
        low, high = WeighedRows(table, draws=60_000).interval(accuracy)
        theirs = stats.binomtest(right, n).proportion_ci(method="exact")
        assert (low, high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


def test_a_perfect_table_is_no_proof() -> None:
    rows = WeighedRows(np.diag([4, 3, 5]))
    for statistic in (macro_f1, weighted_f1, matthews_of_classes):
        low, high = rows.interval(statistic)
        assert low < 0.75
        assert high == pytest.approx(1)


def test_only_one_class_has_no_correlation() -> None:
    assert WeighedRows([[9, 0], [0, 0]]).interval(matthews_of_classes) is None
    with pytest.raises(ValueError, match="needs two axes and rows"):
        WeighedRows([[0, 0], [0, 0]])


def test_many_classes_are_drawn_in_parts() -> None:
    rng = np.random.default_rng(1)
    table = rng.multinomial(2_000, (np.eye(80) * 0.7 / 80 + 0.3 / 6400).ravel()).reshape(80, 80)
    low, high = WeighedRows(table, draws=700).interval(macro_f1)
    assert low < float(macro_f1(Margins.of(table))) < high


@pytest.mark.parametrize("n", [15, 60, 300])
@pytest.mark.parametrize("right", [0.5, 0.95])
def test_intervals_hold_the_truth_as_often_as_they_say(n: int, right: float) -> None:
    rng = np.random.default_rng(3)
    chance = np.array([0.5, 0.3, 0.2])
    truth = np.diag(chance) * right + np.outer(chance, [0.2, 0.5, 0.3]) * (1 - right)
    kept = dict.fromkeys((macro_f1, weighted_f1, matthews_of_classes), 0)
    for _ in range(150):
        table = rng.multinomial(n, truth.ravel()).reshape(3, 3)
        present = (table.sum(axis=0) + table.sum(axis=1)) > 0
        rows = WeighedRows(table[np.ix_(present, present)], draws=500)
        for statistic in kept:
            ends = rows.interval(statistic)
            kept[statistic] += ends is None or ends[0] <= statistic(Margins.of(truth)) <= ends[1]
    assert min(kept.values()) >= 150 * 0.91  # 2.5 standard errors below 0.95
