"""Average precision: against scikit-learn, and the coverage of its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from audit.stats.average_precision import average_precision, average_precision_interval

counts = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=15)


@given(counts=counts)
def test_agrees_with_sklearn(counts: list[tuple[int, int]]) -> None:
    negatives, positives = zip(*counts, strict=True)
    if not sum(positives):
        assert average_precision(negatives, positives) is None
        return
    labels = np.concatenate([np.repeat([0, 1], pair) for pair in counts])
    scores = np.repeat(np.arange(len(counts)), [a + b for a, b in counts])
    assert average_precision(negatives, positives) == pytest.approx(average_precision_score(labels, scores))


@given(counts=counts)
def test_interval_holds_the_estimate(counts: list[tuple[int, int]]) -> None:
    negatives, positives = zip(*counts, strict=True)
    found = average_precision_interval(negatives, positives, draws=200)
    if not sum(positives) or not sum(negatives):
        assert found is None
        return
    value = average_precision(negatives, positives)
    assert found is not None
    assert value is not None
    assert 0 <= found[0] <= value <= found[1] <= 1


def test_wholly_separated_scores_leave_room_for_doubt() -> None:
    low, high = average_precision_interval([5, 0], [0, 5]) or (0, 0)
    assert high == 1
    assert low < 0.8


@pytest.mark.parametrize(("rate", "n", "shift"), [(0.5, 20, 1.2), (0.9, 50, 0.0), (0.1, 50, 1.2)])
def test_interval_holds_its_level(rate: float, n: int, shift: float) -> None:
    rng = np.random.default_rng(4)

    def ranked(rows: int) -> tuple[np.ndarray, np.ndarray]:
        y = rng.random(rows) < rate
        y = y[np.argsort(rng.standard_normal(rows) + shift * y)]
        return ~y, y

    truth = average_precision(*ranked(500_000)) or 0
    tables = [t for t in (ranked(n) for _ in range(150)) if t[0].any() and t[1].any()]
    held = [i[0] <= truth <= i[1] for t in tables if (i := average_precision_interval(*t, draws=400))]
    assert np.mean(held) >= 0.93


def test_many_scores_are_merged_without_moving_the_estimate() -> None:
    rng = np.random.default_rng(5)
    y = rng.random(20_000) < 0.02
    y = y[np.argsort(rng.standard_normal(20_000) + 2 * y)]
    value = average_precision(~y, y)
    low, high = average_precision_interval(~y, y) or (0, 0)
    assert low < (value or 0) < high
    assert high - low < 0.15
