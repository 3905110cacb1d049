"""X001 on two small models, against arithmetic on the coefficients."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from audit.checks.explanation.x001_global_feature_importance import GlobalFeatureImportance
from audit.core.errors import NotApplicable
from audit.core.exhibit import Kind
from audit.core.status import Status
from audit.core.subject import Model
from tests.answers import findings, one, status, subject_of

FEATURES = ("sex", "age", "noise")
ROLES = {"target": "label", "prediction": "p", "score": "s", "sensitive": ("sex",), "key": ("row",), "split": "split"}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(1)
    made = pd.DataFrame({"row": range(300), "sex": rng.integers(0, 2, 300), "age": rng.normal(40, 10, 300), "noise": rng.normal(size=300)})
    made["label"] = np.where(rng.random(300) < 1 / (1 + np.exp(-(made["sex"] + (made["age"] - 40) / 10))), "hired", "rejected")
    made["split"] = np.where(made["row"] < 200, "train", "test")
    return made


def fit(frame, estimator):
    same = FunctionTransformer(feature_names_out="one-to-one")
    return Pipeline([("preprocess", same), ("model", estimator)]).fit(frame[list(FEATURES)], frame["label"])


@pytest.fixture(scope="module")
def examined(frame):
    linear, trees = fit(frame, LogisticRegression()), fit(frame, HistGradientBoostingClassifier(max_iter=10))
    table = frame.assign(p=linear.predict(frame[list(FEATURES)]), s=linear.predict_proba(frame[list(FEATURES)])[:, 0], t=0.5)
    models = [
        Model("linear", "p", "s", linear, FEATURES),
        Model("trees", "p", "t", trees, FEATURES, chosen=False),
        Model("mitigated", "p", chosen=False),
    ]
    subject, engine = subject_of(table, models, positive="hired", **ROLES)
    check = GlobalFeatureImportance(background=200)
    return check, findings(check, subject, engine), linear


def test_mean_absolute_attribution_by_hand(frame, examined):
    _, found, linear = examined
    test, train = frame[frame["split"] == "test"], frame[frame["split"] == "train"]
    expected = np.abs(linear[-1].coef_[0] * (test[list(FEATURES)] - train[list(FEATURES)].mean())).mean()
    for feature in FEATURES:
        measured = one(found, "mean_absolute_attribution", {"model": "linear", "feature": feature})
        assert measured.value == pytest.approx(expected[feature], rel=1e-9)
        assert (measured.n, measured.unit, measured.level) == (100, "log-odds", 0.95)
        assert measured.interval[0] <= measured.value * (1 + 1e-9)
        assert measured.value <= measured.interval[1] * (1 + 1e-9)
    shares = [one(found, "attribution_share", {"model": "linear", "feature": f}).value for f in FEATURES]
    assert sum(shares) == pytest.approx(1)


def test_every_model_with_an_estimator_is_explained_and_adds_up(examined):
    check, found, _ = examined
    errors = {m.where["model"]: m.value for m in found.measurements if m.name == "additivity_error"}
    assert set(errors) == {"linear", "trees"}
    assert max(errors.values()) <= 1e-6
    assert status(check, found) is Status.PASSED
    bars, table = found.exhibits
    assert bars.kind is Kind.BARS
    assert set(bars.column("series")) == {"linear", "trees"}
    assert len(bars.rows) == 6
    assert table.columns[0] == "column"
    assert sorted(table.column("rank in trees")) == [1, 2, 3]


def test_message_names_the_columns_and_the_sensitive_one(examined):
    _, found, _ = examined
    assert found.message.startswith("What moves the output of linear most is 'age' (")
    assert "on 100 held-out rows." in found.message
    assert "The sensitive 'sex' (rank 2 of 3) is used directly and carries " in found.message


def test_scores_of_another_model_are_noticed(examined):
    _, found, _ = examined
    assert one(found, "score_difference", {"model": "linear"}).value < 1e-9
    assert one(found, "score_difference", {"model": "trees"}).value > 0.1
    assert found.message.endswith("The fitted trees gives other scores for these rows than the table holds, so it is not what made them.")


def test_same_numbers_twice(frame):
    linear = fit(frame, LogisticRegression())
    subject, engine = subject_of(frame.assign(p="hired", s=0.5), [Model("linear", "p", "", linear, FEATURES)], positive="hired", **ROLES)
    check = GlobalFeatureImportance(rows=40, background=20)
    first, second = (findings(check, subject, engine) for _ in range(2))
    assert first == second
    assert "on 40 of 100 held-out rows" in first.message


def test_an_explanation_that_does_not_add_up_warns(examined):
    check, found, _ = examined
    off = [replace(m, value=0.02) if m.name == "additivity_error" and m.where["model"] == "trees" else m for m in found.measurements]
    assert status(check, replace(found, measurements=off)) is Status.WARNED


def test_predictions_alone_are_not_applicable(frame):
    subject, engine = subject_of(frame.assign(p="hired", s=0.5), [Model("given", "p", "s")], **ROLES)
    with pytest.raises(NotApplicable, match="needs a fitted model, and only predictions are at hand"):
        findings(GlobalFeatureImportance(), subject, engine)
