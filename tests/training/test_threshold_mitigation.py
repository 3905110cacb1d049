"""Thresholds by group: what they reach by fairlearn's own count, that they repeat, and when there are none."""

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from sklearn.metrics import recall_score

from audit.core.errors import UsageError
from training import mitigate
from training.mitigate.method import Scored

METHOD = mitigate.method("threshold_optimizer")


def scored(rows=6000, seed=0):
    """Group a is scored higher than group b and is more often positive; half the rows are for fitting."""
    rng = np.random.default_rng(seed)
    group = np.where(rng.random(rows) < 0.6, "a", "b").astype(object)
    positive = rng.random(rows) < np.where(group == "a", 0.6, 0.3)
    score = 1 / (1 + np.exp(-rng.normal(size=rows) - np.where(positive, 0.8, -0.8)))
    return Scored(score, positive, group, np.arange(rows) % 2 == 0)


def gap(metric, rows, prediction, where):
    frame = MetricFrame(metrics=metric, y_true=rows.positive[where], y_pred=prediction[where], sensitive_features=rows.group[where])
    return float(frame.difference())


def test_equal_selection_on_the_rows_it_was_fitted_on():
    rows = scored()
    corrected = METHOD.correct(rows, "demographic_parity", seed=0)
    before, after = (gap(selection_rate, rows, p, rows.fitting) for p in (rows.score > 0.5, corrected.prediction))
    assert before > 0.15
    assert after < 0.03
    assert corrected.reason == ""


def test_equal_true_positive_rates_on_the_rows_it_was_fitted_on():
    rows = scored()
    corrected = METHOD.correct(rows, "true_positive_rate_parity", seed=0)
    assert gap(recall_score, rows, corrected.prediction, rows.fitting) < 0.05


def test_the_other_rows_teach_it_nothing():
    rows = scored()
    turned = Scored(rows.score, np.where(rows.fitting, rows.positive, ~rows.positive), rows.group, rows.fitting)
    one, other = (METHOD.correct(r, "demographic_parity", seed=0) for r in (rows, turned))
    assert one.rule == other.rule
    assert (one.prediction == other.prediction).all()


def test_same_seed_same_predictions_and_the_rule_explains_them():
    rows = scored()
    one, again, other = (METHOD.correct(rows, "demographic_parity", seed=s) for s in (1, 1, 2))
    assert (one.prediction == again.prediction).all()
    assert (one.prediction != other.prediction).any()
    assert set(one.rule) == {"a", "b"}
    compare = {">": np.greater, "<": np.less}
    for name, rule in one.rule.items():
        inside = rows.group == name
        chance = sum(rule[f"p{k}"] * compare[rule[f"operation{k}"]["operator"]](rows.score, rule[f"operation{k}"]["threshold"]) for k in (0, 1))
        assert one.prediction[inside & (chance > 1 - 1e-9)].all()
        assert not one.prediction[inside & (chance < 1e-9)].any()
        assert one.prediction[inside].mean() == pytest.approx(chance[inside].mean(), abs=0.03)


def test_a_group_without_validation_rows_is_a_reason_not_a_crash():
    rows = scored(400)
    group = rows.group.copy()
    group[1] = "c"
    corrected = METHOD.correct(Scored(rows.score, rows.positive, group, rows.fitting), "demographic_parity", seed=0)
    assert corrected.prediction is None
    assert corrected.reason == "no threshold can be found for groups without validation rows: 'c' (1 row in all)"


def test_a_group_with_one_outcome_is_a_reason_not_a_crash():
    rows = scored(400)
    positive = rows.positive & (rows.group == "a")
    corrected = METHOD.correct(Scored(rows.score, positive, rows.group, rows.fitting), "equalized_odds", seed=0)
    assert corrected.prediction is None
    assert corrected.reason == "the validation rows of group 'b' have one outcome only, so that no threshold can be judged there"


def test_an_unknown_method_is_refused():
    with pytest.raises(UsageError) as refused:
        mitigate.method("threshold_optimiser")
    assert str(refused.value) == ("'training: mitigate: method' names 'threshold_optimiser', which is no method. Did you mean 'threshold_optimizer'?")
