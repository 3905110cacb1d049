import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.stats.confident_learning import confident_joint, joint, label_errors, normalised_margin, self_confidence, thresholds

# three rows labelled 0, three labelled 1; the third is confidently a 1, the last is confidently a 0
LABELS = np.array([0, 0, 0, 1, 1, 1])
P1 = np.array([0.1, 0.2, 0.9, 0.8, 0.7, 0.05])
P = np.column_stack([1 - P1, P1])


def test_by_hand():
    # mean of .9, .8, .1 and of .8, .7, .05
    assert thresholds(LABELS, P) == pytest.approx([0.6, 1.55 / 3])
    assert self_confidence(LABELS, P) == pytest.approx([0.9, 0.8, 0.1, 0.8, 0.7, 0.05])
    assert normalised_margin(LABELS, P) == pytest.approx([0.8, 0.6, -0.8, 0.6, 0.4, -0.9])
    assert confident_joint(LABELS, P).tolist() == [[2, 1], [1, 2]]
    assert joint(LABELS, P) == pytest.approx(np.array([[2, 1], [1, 2]]) / 6)
    for method in ("noise_rate", "class", "both"):
        assert label_errors(LABELS, P, method).tolist() == [False, False, True, False, False, True]


def test_rows_that_are_confident_of_no_class_are_not_counted():
    p1 = np.array([0.5, 0.1, 0.5, 0.9])
    p = np.column_stack([1 - p1, p1])
    # thresholds .7 and .7: only the second and the fourth row reach one
    assert confident_joint([0, 0, 1, 1], p).tolist() == [[1, 0], [0, 1]]


def test_of_two_classes_within_reach_the_more_probable_counts():
    # thresholds: (.5 + .4) / 2 = .45 for 0, .3 for 1, .5 for 2; the second row reaches 0 not, 1 and 2 both
    p = np.array([[0.5, 0.3, 0.2], [0.4, 0.35, 0.25], [0.3, 0.3, 0.4], [0.1, 0.35, 0.55], [0.1, 0.45, 0.45]])
    labels = np.array([0, 0, 1, 2, 2])
    assert thresholds(labels, p) == pytest.approx([0.45, 0.3, 0.5])
    assert confident_joint(labels, p).tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 1]]


def test_a_class_without_rows_attracts_nothing():
    p = np.array([[0.6, 0.1, 0.3], [0.2, 0.2, 0.6]])
    assert confident_joint([0, 2], p).tolist() == [[1, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert joint([0, 2], p)[1].tolist() == [0, 0, 0]
    assert not label_errors([0, 2], p).any()


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 80))
def test_properties(seed, classes, rows):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(classes), rows)
    labels = rng.integers(0, classes, rows)
    estimate = joint(labels, p)
    assert estimate.sum() == pytest.approx(1)
    assert estimate.sum(axis=1) == pytest.approx(np.bincount(labels, minlength=classes) / rows)
    flagged = {method: label_errors(labels, p, method) for method in ("noise_rate", "class", "both")}
    assert not np.any(flagged["noise_rate"] & (p.argmax(axis=1) == labels))
    assert np.array_equal(flagged["both"], flagged["noise_rate"] & flagged["class"])
    # the flagged of a label are never more than the joint distribution says, rounded up
    for i in range(classes):
        assert flagged["class"][labels == i].sum() <= np.ceil((estimate[i].sum() - estimate[i, i]) * rows + 1e-9)
    renamed = rng.permutation(classes)
    assert np.array_equal(confident_joint(renamed[labels], p[:, np.argsort(renamed)])[np.ix_(renamed, renamed)], confident_joint(labels, p))


@pytest.mark.parametrize(
    ("labels", "p", "words"),
    [
        ([0, 1], [[0.5, 0.5]], "one label and one row"),
        ([], np.empty((0, 2)), "one label and one row"),
        ([2], [[0.5, 0.5]], "0 to 1"),
        ([0.5], [[0.5, 0.5]], "0 to 1"),
        ([0], [[7.0, 0.5]], "from 0 to 1"),
        ([0], [[np.nan, 0.5]], "from 0 to 1"),
    ],
)
def test_bad_input_is_refused(labels, p, words):
    with pytest.raises(ValueError, match=words):
        confident_joint(np.array(labels), p)


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "flagged"), [("mnist", 15), ("cifar10", 284)])
def test_the_published_test_sets(real_data, name, flagged):
    folder = real_data / "label_errors"
    labels = np.load(folder / f"{name}_test_set_original_labels.npy").astype(int)
    p = np.load(folder / f"{name}_test_set_pyx.npy")
    found = label_errors(labels, p)
    assert found.sum() == flagged
    # the rows that people were asked about had been chosen by other runs of the method, and most of ours are among them
    asked = {row["id"] for row in json.loads((folder / f"{name}_mturk.json").read_text())}
    assert np.mean([i in asked for i in np.flatnonzero(found)]) > 0.8
