from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from sklearn.metrics import roc_curve as sklearn_roc_curve

from audit.stats.auc import roc_auc, roc_auc_interval, roc_curve

COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12).filter(
    lambda rows: sum(a for a, _ in rows) > 0 and sum(b for _, b in rows) > 0
)


def rows_of(counts: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    scores = np.repeat(np.arange(len(counts)), [a + b for a, b in counts])
    labels = np.concatenate([[0] * a + [1] * b for a, b in counts])
    return labels, scores


@given(COUNTS)
def test_area_agrees_with_sklearn(counts: list[tuple[int, int]]) -> None:
    labels, scores = rows_of(counts)
    negatives, positives = np.array(counts).T
    assert roc_auc(negatives, positives) == pytest.approx(roc_auc_score(labels, scores))


@given(COUNTS)
def test_curve_passes_through_sklearns_points(counts: list[tuple[int, int]]) -> None:
    labels, scores = rows_of(counts)
    negatives, positives = np.array(counts).T
    ours = {(round(x, 9), round(y, 9)) for x, y in zip(*roc_curve(negatives, positives), strict=True)}
    theirs = {(round(x, 9), round(y, 9)) for x, y in zip(*sklearn_roc_curve(labels, scores, drop_intermediate=False)[:2], strict=True)}
    assert ours == theirs


@given(COUNTS)
def test_interval_holds_the_area_and_turns_with_the_score(counts: list[tuple[int, int]]) -> None:
    negatives, positives = np.array(counts).T
    low, high = roc_auc_interval(negatives, positives) or (np.nan, np.nan)
    assert 0 <= low <= (roc_auc(negatives, positives) or 0) + 1e-9
    assert (roc_auc(negatives, positives) or 0) - 1e-9 <= high <= 1
    assert roc_auc_interval(negatives[::-1], positives[::-1]) == pytest.approx((1 - high, 1 - low), abs=1e-6)


def test_wholly_separated_scores_still_have_a_width() -> None:
    low, high = roc_auc_interval([10, 0], [0, 10]) or (0, 0)
    assert roc_auc([10, 0], [0, 10]) == 1
    assert high == 1
    assert 0.6 < low < 0.9


def test_one_class_has_no_area() -> None:
    assert roc_auc([1, 2], [0, 0]) is None
    assert roc_auc_interval([0], [3]) is None
    with pytest.raises(ValueError, match="each score"):
        roc_auc([1], [1, 2])


@pytest.mark.parametrize(("m", "n", "shift", "spread", "least"), [(50, 50, 0.0, 1, 0.92), (20, 200, 1.8, 1, 0.92), (15, 15, 2.7, 2, 0.92)])
def test_coverage(m: int, n: int, shift: float, spread: float, least: float) -> None:
    rng = np.random.default_rng(8)
    truth = NormalDist().cdf(shift / (1 + spread**2) ** 0.5)
    inside = 0
    for _ in range(250):
        scores = np.concatenate([rng.normal(size=m), rng.normal(shift, spread, size=n)])
        labels = np.repeat([0, 1], [m, n])[np.argsort(scores)]
        low, high = roc_auc_interval(1 - labels, labels) or (1, 0)
        inside += low <= truth <= high
    assert inside / 250 >= least
