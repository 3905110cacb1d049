"""F006, F007 and F008: against fairlearn and scikit-learn, and what they say where a number cannot be had."""

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, equalized_odds_difference, equalized_odds_ratio
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score

from audit.checks.fairness.f006_equalized_odds_gap import EqualizedOddsGap
from audit.checks.fairness.f007_predictive_parity_gap import PredictiveParityGap
from audit.checks.fairness.f008_accuracy_gap import AccuracyGap
from audit.core.status import Status
from tests.answers import findings, one, status, subject_of
from tests.checks.fairness.decided import table


def measured(kind, frame, **parameters):
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive="1")
    check = kind(attribute="g", **parameters)
    found = findings(check, subject, engine)
    return found, status(check, found)


COUNTS = st.lists(st.integers(1, 12), min_size=12, max_size=12)


@settings(max_examples=20, deadline=None)
@given(COUNTS)
def test_as_others_measure_it(numbers):
    frame = table(a=numbers[:4], b=numbers[4:8], c=numbers[8:])
    odds, _ = measured(EqualizedOddsGap, frame)
    theirs = equalized_odds_difference(frame.y, frame.p, sensitive_features=frame.g)
    judged = one(odds, "equalized_odds_difference")
    assert judged.value == pytest.approx(theirs)
    assert judged.interval[0] <= judged.value <= judged.interval[1]
    assert one(odds, "equalized_odds_ratio").value == pytest.approx(equalized_odds_ratio(frame.y, frame.p, sensitive_features=frame.g))
    for kind, rate, metric in (
        (PredictiveParityGap, "positive_predictive_value", precision_score),
        (PredictiveParityGap, "negative_predictive_value", lambda y, p: precision_score(y, p, pos_label=0)),
        (AccuracyGap, "accuracy", accuracy_score),
    ):
        found, _ = measured(kind, frame)
        by_group = MetricFrame(metrics=metric, y_true=frame.y, y_pred=frame.p, sensitive_features=frame.g)
        assert one(found, f"{rate}_difference").value == pytest.approx(by_group.difference())
        assert one(found, rate).value == pytest.approx(by_group.overall)
        for group, value in by_group.by_group.items():
            assert one(found, rate, {"g": group}).value == pytest.approx(value)


def test_equalized_odds_takes_the_larger_gap_and_says_which():
    found, state = measured(EqualizedOddsGap, table(a=(90, 10, 10, 90), b=(85, 15, 60, 40)))
    assert one(found, "equalized_odds_difference").value == pytest.approx(0.5)
    assert state is Status.WARNED
    assert "the gap in false positives, 50.0 points, is the larger of the two" in found.message
    assert "that in true positives is 5.0." in found.message


def test_equalized_odds_interval_has_the_larger_ends_of_the_two():
    found, _ = measured(EqualizedOddsGap, table(a=(30, 10, 20, 40), b=(20, 20, 10, 50)), looks=4)
    judged, *parts = (one(found, f"{name}_difference") for name in ("equalized_odds", "true_positive_rate", "false_positive_rate"))
    assert judged.interval == (max(p.interval[0] for p in parts), max(p.interval[1] for p in parts))
    assert judged.level == pytest.approx(1 - 2 * 0.05 / 4)


def test_equalized_odds_needs_both_rates():
    found, state = measured(EqualizedOddsGap, table(a=(5, 5, 5, 5), b=(0, 0, 5, 5)))
    assert state is Status.UNDECIDED
    assert one(found, "equalized_odds_difference").value is None
    assert "to count true positives among, so the two gaps cannot be compared" in found.message


def test_small_gaps_pass_and_few_rows_do_not_decide():
    assert measured(EqualizedOddsGap, table(a=(800, 200, 200, 800), b=(800, 200, 200, 800)))[1] is Status.PASSED
    found, state = measured(EqualizedOddsGap, table(a=(8, 2, 2, 8), b=(7, 3, 2, 8)))
    assert state is Status.UNDECIDED
    assert "Chance alone could explain it" in found.message


def test_predictive_values_of_a_group_that_is_never_selected_are_left_out():
    found, _ = measured(PredictiveParityGap, table(a=(8, 2, 4, 6), b=(6, 4, 2, 8), c=(0, 5, 0, 5)))
    assert one(found, "positive_predictive_value", {"g": "c"}).value is None
    assert one(found, "positive_predictive_value_difference").value == pytest.approx(6 / 8 - 8 / 12)
    assert "Not estimable for 'c'" in found.message
    assert one(found, "negative_predictive_value", {"g": "c"}).value == 0.5


@pytest.mark.parametrize("kind", [EqualizedOddsGap, PredictiveParityGap, AccuracyGap])
@pytest.mark.parametrize(("counts", "whom"), [((0, 50, 0, 50), "nobody"), ((50, 0, 50, 0), "everybody")])
def test_degenerate_models_are_not_praised(kind, counts, whom):
    found, state = measured(kind, table(a=counts, b=counts))
    assert state is Status.UNDECIDED
    assert f"for {whom}" in found.message
    assert one(found, kind.judged).value is None


def test_classes_of_any_type():
    numbers = table(a=(30, 10, 20, 40), b=(20, 20, 10, 50))
    expected = one(measured(EqualizedOddsGap, numbers)[0], "equalized_odds_difference")
    for frame, positive in (
        (numbers.assign(y=numbers.y == 1, p=numbers.p == 1), "true"),
        (numbers.assign(y=numbers.y.map({0: "no", 1: "yes"}), p=numbers.p.map({0: "no", 1: "yes"})), "yes"),
        (numbers.assign(y=numbers.y.astype(float), p=numbers.p == 1), "1"),
        (numbers.assign(y=numbers.y.astype(float) + 0.5, p=numbers.p.astype(float) + 0.5), "1.5"),
    ):
        subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive=positive)
        found = findings(EqualizedOddsGap(attribute="g"), subject, engine)
        assert one(found, "equalized_odds_difference") == expected


def test_predictions_that_are_no_class_are_counted_and_told():
    frame = table(a=(30, 10, 20, 40), b=(20, 20, 10, 50)).astype({"y": str, "p": str})
    frame.loc[frame.index[:3], "p"] = "maybe"
    subject, engine = subject_of(frame, target="y", prediction="p", sensitive=("g",), positive="1")
    found = findings(AccuracyGap(attribute="g"), subject, engine)
    assert one(found, "predictions_of_no_class").value == 3
    assert "3 rows predicted 'maybe', no class of the target, count as not selected." in found.message
    assert one(found, "accuracy", {"g": "a"}).value == pytest.approx(67 / 100)


def test_missing_values_are_counted_and_told():
    frame = table(a=(30, 10, 20, 40), b=(20, 20, 10, 50)).astype({"y": float, "p": float})
    extra = pd.DataFrame({"g": [None, "a", "b", "b"], "y": [1.0, np.nan, 1.0, 0.0], "p": [1.0, 1.0, np.nan, np.nan]})
    found, _ = measured(AccuracyGap, pd.concat([frame, extra]))
    assert one(found, "missing_labels").value == 1
    assert one(found, "missing_predictions").value == 2
    assert "1 row without a value of 'g' is shown and left out of the gap." in found.message
    assert "Not counted: 1 row without a label and 2 rows without a prediction." in found.message
