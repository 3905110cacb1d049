"""Matthews' correlation against scikit-learn, and its interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import matthews_corrcoef

from audit.stats.matthews import matthews, matthews_interval

few = st.integers(0, 30)


@given(tp=few, fp=few, fn=few, tn=few)
def test_agrees_with_sklearn_and_lies_in_its_interval(tp: int, fp: int, fn: int, tn: int) -> None:
    value = matthews(tp, fp, fn, tn)
    if 0 in (tp + fp, tp + fn, tn + fp, tn + fn):
        assert value is None
        return
    y, p = np.repeat([1, 0, 1, 0], [tp, fp, fn, tn]), np.repeat([1, 1, 0, 0], [tp, fp, fn, tn])
    assert value == pytest.approx(matthews_corrcoef(y, p))
    low, high = matthews_interval(tp, fp, fn, tn) or (1, -1)
    assert -1 <= low <= (value or 0) <= high <= 1


def test_one_class_has_no_interval() -> None:
    assert matthews_interval(5, 0, 3, 0) is None


def test_counts_of_billions() -> None:
    assert matthews(4 * 10**9, 10**9, 10**9, 4 * 10**9) == pytest.approx(0.6)


@pytest.mark.parametrize(("hit", "alarm", "rate", "n"), [(0.9, 0.1, 0.5, 20), (0.99, 0.02, 0.9, 30), (0.7, 0.4, 0.95, 200)])
def test_interval_holds_its_level(hit: float, alarm: float, rate: float, n: int) -> None:
    chances = [rate * hit, (1 - rate) * alarm, rate * (1 - hit), (1 - rate) * (1 - alarm)]
    truth = matthews(*(round(1e9 * c) for c in chances)) or 0
    held = []
    for row in np.random.default_rng(1).multinomial(n, chances, size=400):
        if matthews(*map(int, row)) is not None:
            low, high = matthews_interval(*map(int, row)) or (0, 0)
            held.append(low <= truth <= high)
    assert np.mean(held) >= 0.93
