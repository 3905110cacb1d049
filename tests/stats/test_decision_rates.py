"""Rates of decisions from cells, against scikit-learn and fairlearn, and by hand."""

import numpy as np
import pytest
from fairlearn.metrics import demographic_parity_difference, demographic_parity_ratio, equalized_odds_difference, equalized_odds_ratio
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_score, recall_score

from audit.stats.decision_rates import ABSENT, DERIVED, NEGATIVE, POSITIVE, RATES

ROWS = st.lists(st.tuples(st.sampled_from([POSITIVE, NEGATIVE, ABSENT]), st.sampled_from([POSITIVE, NEGATIVE, ABSENT])), max_size=50)


def cells(tp=0, fn=0, fp=0, tn=0, unlabelled=(0, 0)):
    return np.array([[tp, fn, 0], [fp, tn, 0], [*unlabelled, 0]])


def counted(rows):
    table = np.zeros((3, 3), dtype=np.int64)
    for place in rows:
        table[place] += 1
    return table


def test_every_rate_by_hand():
    table = cells(tp=6, fn=2, fp=3, tn=9, unlabelled=(4, 1))
    expected = {
        "selection_rate": (13, 25),
        "true_positive_rate": (6, 8),
        "false_positive_rate": (3, 12),
        "true_negative_rate": (9, 12),
        "false_negative_rate": (2, 8),
        "positive_predictive_value": (6, 9),
        "negative_predictive_value": (9, 11),
        "false_discovery_rate": (3, 9),
        "false_omission_rate": (2, 11),
        "accuracy": (15, 20),
        "base_rate": (8, 20),
        "false_negative_share": (2, 5),
    }
    assert {name: tuple(int(v) for v in rate.counts(table)) for name, rate in RATES.items()} == expected


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_rates_agree_with_scikit_learn(rows):
    table = counted(rows)
    both = [(label == POSITIVE, predicted == POSITIVE) for label, predicted in rows if ABSENT not in (label, predicted)]
    truth, guess = [t for t, _ in both], [g for _, g in both]
    theirs = {
        "true_positive_rate": recall_score(truth, guess, zero_division=np.nan) if both else np.nan,
        "true_negative_rate": recall_score(truth, guess, pos_label=False, zero_division=np.nan) if both else np.nan,
        "positive_predictive_value": precision_score(truth, guess, zero_division=np.nan) if both else np.nan,
        "negative_predictive_value": precision_score(truth, guess, pos_label=False, zero_division=np.nan) if both else np.nan,
        "accuracy": accuracy_score(truth, guess) if both else np.nan,
    }
    for name, value in theirs.items():
        np.testing.assert_allclose(RATES[name].value(table), value, err_msg=name)


def test_complements_add_up_to_one():
    table = cells(tp=6, fn=2, fp=3, tn=9)
    for one, other in (("true_positive_rate", "false_negative_rate"), ("true_negative_rate", "false_positive_rate")):
        assert RATES[one].value(table) + RATES[other].value(table) == pytest.approx(1)
    for one, other in (("positive_predictive_value", "false_discovery_rate"), ("negative_predictive_value", "false_omission_rate")):
        assert RATES[one].value(table) + RATES[other].value(table) == pytest.approx(1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=12, max_size=12))
def test_derived_agree_with_fairlearn(numbers):
    groups = np.array([cells(*numbers[i : i + 4]) for i in (0, 4, 8)])
    truth, guess, group = [], [], []
    for g, table in enumerate(groups):
        for label in (POSITIVE, NEGATIVE):
            for predicted in (POSITIVE, NEGATIVE):
                n = int(table[label, predicted])
                truth += [label == POSITIVE] * n
                guess += [predicted == POSITIVE] * n
                group += [g] * n
    theirs = {
        "demographic_parity_difference": demographic_parity_difference,
        "demographic_parity_ratio": demographic_parity_ratio,
        "equalized_odds_difference": equalized_odds_difference,
        "equalized_odds_ratio": equalized_odds_ratio,
    }
    for name, function in theirs.items():
        assert DERIVED[name].value(groups) == pytest.approx(function(np.array(truth, int), np.array(guess, int), sensitive_features=group)), name


def test_works_on_any_leading_axes():
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, 20, size=(7, 4, 3, 3))
    assert RATES["accuracy"].value(drawn).shape == (7, 4)
    assert DERIVED["equalized_odds_difference"].value(drawn).shape == (7,)
    one_by_one = [float(DERIVED["equalized_odds_difference"].value(table)) for table in drawn]
    np.testing.assert_allclose(DERIVED["equalized_odds_difference"].value(drawn), one_by_one)


def test_nothing_is_zero_because_a_denominator_was():
    nobody = cells(fp=3, tn=7)
    assert np.isnan(RATES["true_positive_rate"].value(nobody))
    groups = np.array([cells(8, 2, 1, 9), cells(6, 4, 1, 9), nobody])
    assert DERIVED["equal_opportunity_difference"].value(groups) == pytest.approx(0.2)
    assert np.isnan(DERIVED["equal_opportunity_difference"].value(groups[1:]))
    assert np.isnan(DERIVED["demographic_parity_ratio"].value(np.array([cells(fn=3, tn=4), cells(fn=1, tn=8)])))


def test_treatment_equality_leaves_out_groups_without_one_kind_of_error():
    groups = np.array([cells(fn=4, fp=2), cells(fn=3, fp=6), cells(fn=5)])
    assert DERIVED["treatment_equality_ratio"].value(groups) == pytest.approx(0.5 / 2)
    assert np.isnan(DERIVED["treatment_equality_ratio"].value(groups[1:]))


def test_cells_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"shape \(…, 3, 3\); got \(2, 2\)"):
        RATES["accuracy"].counts(np.zeros((2, 2)))
