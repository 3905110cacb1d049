"""Metrics against scikit-learn's own, and which candidate they choose."""

import numpy as np
import pytest
from sklearn import metrics as sk

from audit.core.errors import UsageError
from training.evaluate import METRICS, Outcome, metric


@pytest.fixture(scope="module")
def two():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 150)
    p = np.clip(0.3 * truth + rng.random(150) * 0.7, 0.01, 0.99).round(2)
    return Outcome(truth, np.column_stack([1 - p, p]), 1)


@pytest.fixture(scope="module")
def three():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 3, 150)
    p = rng.dirichlet([1, 1, 1], 150) + 0.3 * np.eye(3)[truth]
    p /= p.sum(axis=1, keepdims=True)
    return Outcome(truth, p, None)


TWO = {
    "roc_auc": lambda o: sk.roc_auc_score(o.truth, o.probability[:, 1]),
    "average_precision": lambda o: sk.average_precision_score(o.truth, o.probability[:, 1]),
    "accuracy": lambda o: sk.accuracy_score(o.truth, o.prediction),
    "balanced_accuracy": lambda o: sk.balanced_accuracy_score(o.truth, o.prediction),
    "f1": lambda o: sk.f1_score(o.truth, o.prediction),
    "precision": lambda o: sk.precision_score(o.truth, o.prediction),
    "recall": lambda o: sk.recall_score(o.truth, o.prediction),
    "log_loss": lambda o: sk.log_loss(o.truth, o.probability),
    "brier_score": lambda o: sk.brier_score_loss(o.truth, o.probability[:, 1]),
}
THREE = TWO | {
    "roc_auc": lambda o: sk.roc_auc_score(o.truth, o.probability, multi_class="ovr"),
    "average_precision": lambda o: sk.average_precision_score(o.hot, o.probability),
    "f1": lambda o: sk.f1_score(o.truth, o.prediction, average="macro"),
    "precision": lambda o: sk.precision_score(o.truth, o.prediction, average="macro"),
    "recall": lambda o: sk.recall_score(o.truth, o.prediction, average="macro"),
    "brier_score": lambda o: sk.brier_score_loss(o.truth, o.probability, scale_by_half=False),
}


@pytest.mark.parametrize("name", METRICS)
def test_two_classes_agree_with_scikit_learn(name, two):
    assert metric(name).measure(two) == pytest.approx(TWO[name](two), abs=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_three_classes_agree_with_scikit_learn(name, three):
    assert metric(name).measure(three) == pytest.approx(THREE[name](three), abs=1e-12)


def test_the_first_class_can_be_the_positive_one(two):
    flipped = Outcome(two.truth, two.probability, 0)
    assert metric("roc_auc").measure(flipped) == pytest.approx(sk.roc_auc_score(two.truth == 0, two.probability[:, 0]))
    assert metric("recall").measure(flipped) == pytest.approx(sk.recall_score(two.truth, two.prediction, pos_label=0))


@pytest.mark.parametrize("name", METRICS)
def test_intervals_enclose_their_value(name, two, three):
    for outcome in (two, three):
        interval = metric(name).interval(outcome)
        if interval is not None:
            assert interval[0] < metric(name).measure(outcome) < interval[1]
    assert (metric(name).interval(two) is not None) == bool(metric(name).method)


@pytest.mark.parametrize(("name", "best"), [("roc_auc", "b"), ("log_loss", "a"), ("brier_score", "a")])
def test_the_best_is_the_highest_or_the_lowest_and_the_first_of_equals(name, best):
    assert metric(name).best({"a": 0.1, "b": 0.3, "c": 0.3, "d": 0.1}) == best


def test_an_unknown_metric_is_refused():
    with pytest.raises(UsageError) as refused:
        metric("roc-auc")
    assert str(refused.value) == "'training: metric' is 'roc-auc', which is no metric. Did you mean 'roc_auc'?"
