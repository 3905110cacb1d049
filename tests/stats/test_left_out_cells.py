import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stats.left_out_cells import area, recalls, variance_explained


def test_recalls_by_hand():
    # rows of class 0 and 1 in three cells; a row alone in its cell is named by chance
    found = recalls([[3, 1], [1, 3], [0, 1]])
    assert found.n.tolist() == [4, 5]
    # in the first cell a row of 0 sees 2 of the 3 others of its class and 1 of 5; the one row of 1 sees 3 of 4 and none of 4
    assert found.hits.tolist() == [3, 3 + 0.5]
    assert found.balanced_accuracy == pytest.approx((3 / 4 + 3.5 / 5) / 2)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=25))
def test_counts_say_what_leaving_out_each_row_says(pairs):
    cells, classes = np.array(pairs).T
    counts = np.zeros((4, 3), dtype=int)
    np.add.at(counts, (cells, classes), 1)
    hits = np.zeros(3)
    for i in range(len(cells)):
        rest = counts.copy()
        rest[cells[i], classes[i]] -= 1
        likely = (rest[cells[i]] + 0.5) / (rest.sum(axis=0) + 2)
        if not rest[cells[i]].any():
            likely = np.ones(3)
        best = np.isclose(likely, likely.max(), rtol=1e-12)
        hits[classes[i]] += best[classes[i]] / best.sum()
    assert recalls(counts).hits == pytest.approx(hits)


def test_a_cell_of_its_own_for_each_row_says_nothing():
    ids = np.eye(2, dtype=int)[np.arange(100) % 2]
    assert recalls(ids).balanced_accuracy == 0.5
    assert area(ids) == 0.5


def test_a_copy_names_every_class():
    copy = np.diag([80, 14, 18])
    assert recalls(copy).balanced_accuracy == 1
    low, high = recalls(copy).interval(0.95)
    assert low < 1 == high
    assert area(copy[:2, :2]) == 1


def test_variance_explained():
    rng = np.random.default_rng(0)
    cells = rng.integers(0, 5, 4_000)
    values = cells + rng.normal(size=4_000)
    assert variance_explained(cells, values) == pytest.approx(2 / 3, abs=0.03)  # the variance of 0 to 4 is 2
    assert variance_explained(cells, rng.normal(size=4_000)) < 0.01
    assert variance_explained(np.arange(4_000), values) == 0
    assert variance_explained(cells, np.ones(4_000)) is None
    assert variance_explained([0], [1.0]) is None
    assert variance_explained([0, 0, 1, 1], [1, 1, 3, 3]) == 1


def test_counts_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\(cells, classes\); got \(2,\)"):
        recalls([1, 2])
