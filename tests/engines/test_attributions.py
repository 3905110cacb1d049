"""SHAP values against closed forms, shap itself, and games small enough for paper."""

import numpy as np
import pandas as pd
import pytest
import shap
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler
from torch import nn

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.attributions import attribute, fold
from training.models.torch_mlp import TorchMLPClassifier

FEATURES = ("age", "checks", "colour")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {"age": rng.integers(18, 60, 400).astype(float), "checks": rng.poisson(2, 400), "colour": rng.choice(["red", "green", "blue"], 400)}
    )
    logit = 0.05 * (frame["age"] - 40) - 0.6 * frame["checks"] + 1.2 * (frame["colour"] == "red")
    frame["label"] = np.where(rng.random(400) < 1 / (1 + np.exp(-logit)), "Yes", "No")
    return frame


def pipeline(estimator, data, encoder=None, sparse=0.0):
    text = encoder or OneHotEncoder(handle_unknown="ignore", feature_name_combiner=lambda column, level: f"{column}={level}")
    preprocess = ColumnTransformer(
        [("number", StandardScaler(), ["age", "checks"]), ("text", text, ["colour"])], verbose_feature_names_out=False, sparse_threshold=sparse
    )
    return Pipeline([("preprocess", preprocess), ("model", estimator)]).fit(data[list(FEATURES)], data["label"])


def model(estimator, features=FEATURES):
    return Model("m", "prediction", estimator=estimator, features=features)


def test_logistic_regression_is_what_shap_says(data):
    fitted = pipeline(LogisticRegression(), data, sparse=1.0)
    rows, background = data[:50], data[100:200]
    got = attribute(model(fitted), rows, background)
    encode = fitted[:-1].transform
    dense = [np.asarray(m.toarray() if hasattr(m, "toarray") else m) for m in (encode(rows), encode(background))]
    expected = shap.LinearExplainer(fitted[-1], shap.maskers.Independent(dense[1], max_samples=100)).shap_values(dense[0])
    # age and checks are one column each, the colours are three
    np.testing.assert_allclose(got.values, np.column_stack([expected[:, :2], expected[:, 2:].sum(axis=1)]), atol=1e-12)
    assert got.unit == "log-odds"
    assert got.additivity_error < 1e-12


@pytest.mark.parametrize(
    ("estimator", "tolerance"),
    [(LogisticRegression(), 1e-6), (HistGradientBoostingClassifier(max_iter=20), 1e-6), (TorchMLPClassifier(hidden=(8,), max_epochs=3), 1e-3)],
    ids=["linear", "trees", "torch"],
)
def test_values_add_up_to_the_log_odds_of_the_pipeline(data, estimator, tolerance, capfd):
    fitted = pipeline(estimator, data)
    rows = data[:60]
    got = attribute(model(fitted), rows, data[100:150], positive="Yes")
    probability = fitted.predict_proba(rows[list(FEATURES)])[:, list(fitted.classes_).index("Yes")]
    log_odds = np.log(probability / (1 - probability))
    np.testing.assert_allclose(got.base + got.values.sum(axis=1), log_odds, atol=1e-4)
    assert got.unit == "log-odds"
    assert got.values.shape == (60, 3)
    assert got.additivity_error <= tolerance
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), HistGradientBoostingClassifier(max_iter=10), TorchMLPClassifier(hidden=(8,), max_epochs=40, learning_rate=0.02)],
    ids=["linear", "trees", "torch"],
)
def test_the_positive_class_may_come_first(data, estimator):
    fitted = model(pipeline(estimator, data))
    yes = attribute(fitted, data[:20], data[100:120], positive="Yes")
    no = attribute(fitted, data[:20], data[100:120], positive="No")
    np.testing.assert_allclose(no.values, -yes.values, atol=1e-9)
    assert no.base == pytest.approx(-yes.base)
    # 'No' is the first of the classes in order; fewer checks speak for 'Yes'
    assert np.corrcoef(data["checks"][:20], yes.values[:, 1])[0, 1] < -0.5


def test_a_forest_is_explained_in_probabilities(data):
    fitted = pipeline(RandomForestClassifier(10, max_depth=3, random_state=0), data)
    got = attribute(model(fitted), data[:20], data[100:120], positive="No")
    assert got.unit == "probability"
    # 'No' is the first class
    probability = fitted.predict_proba(data[:20][list(FEATURES)])[:, 0]
    np.testing.assert_allclose(got.base + got.values.sum(axis=1), probability, atol=1e-9)
    np.testing.assert_allclose(got.probability, probability, atol=1e-12)


def test_what_does_not_add_up_is_not_accepted(data):
    # shap reads the categorical splits of these trees as numeric ones; that shows in the sum
    estimator = HistGradientBoostingClassifier(max_iter=10, categorical_features=[2])
    fitted = pipeline(estimator, data, OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1))
    got = attribute(model(fitted), data[:120], data[200:220])
    assert got.method.startswith("permutations of the whole predictor")
    assert got.additivity_error < 1e-9
    assert len(got.values) == len(got.margin) == 100


def test_a_layer_that_is_not_known_is_explained_by_permutation(data):
    fitted = pipeline(TorchMLPClassifier(hidden=(8,), max_epochs=5), data)
    fitted[-1].net_.module_.layers[1] = nn.SiLU()
    got = attribute(model(fitted), data[:10], data[100:120])
    assert got.method.startswith("permutations")
    assert got.additivity_error < 1e-9


class Product:
    """Predicts from raw text and numbers: probability 0.8 where both count, else 0.2, else 0.1."""

    def predict_proba(self, features):
        both = (features["word"] == "yes") & (features["number"] > 1)
        either = (features["word"] == "yes") | (features["number"] > 1)
        p = np.where(both, 0.8, np.where(either, 0.2, 0.1))
        return np.column_stack([1 - p, p])


def test_any_predictor_by_the_shapley_value_of_a_game_on_paper():
    rows = pd.DataFrame({"word": ["yes", None], "number": [2.0, 5.0]})
    background = pd.DataFrame({"word": ["no"], "number": [0.0]})
    got = attribute(model(Product(), ("word", "number")), rows, background)
    # row 1: {} 0.1, {word} 0.2, {number} 0.2, both 0.8: each gets (0.1 + 0.6) / 2; row 2: word does nothing, number gives 0.1
    np.testing.assert_allclose(got.values, [[0.35, 0.35], [0.0, 0.1]], atol=1e-12)
    assert (got.base, got.unit) == (pytest.approx(0.1), "probability")


def test_permutations_of_an_additive_model_give_the_closed_form(data):
    linear = pipeline(LogisticRegression(), data)

    class Opaque:
        classes_ = linear.classes_

        def decision_function(self, frame):
            return linear.decision_function(frame)

    exact = attribute(model(linear), data[:30], data[100:120])
    drawn = attribute(model(Opaque()), data[:30], data[100:120], seed=5)
    np.testing.assert_allclose(drawn.values, exact.values, atol=1e-9)
    assert (drawn.unit, drawn.probability) == ("decision function", None)


def test_fold_by_hand():
    values = np.array([[1.0, 2.0, 4.0, 8.0]])
    folded = fold(values, ["age", "colour=red", "colour=a=b", "x=y"], ["age", "colour", "colour=a", "x=y"])
    np.testing.assert_array_equal(folded, [[1.0, 2.0, 4.0, 8.0]])
    np.testing.assert_array_equal(fold(values, ["age", "c=1", "c=2", "c=3"], ["c", "age"]), [[14.0, 1.0]])
    with pytest.raises(DataError, match="'height' belongs to none of the raw columns"):
        fold(values, ["age", "c=1", "c=2", "height"], ["c", "age"])


def test_the_input_is_left_as_it_was_and_missing_text_is_no_error(data):
    fitted = pipeline(HistGradientBoostingClassifier(max_iter=5), data)
    rows = data[:10].astype({"colour": object, "checks": "Int64"})
    rows.loc[0, "colour"] = None
    rows.loc[1, "checks"] = pd.NA
    before = rows.copy()
    got = attribute(model(fitted), rows, data[100:120])
    pd.testing.assert_frame_equal(rows, before)
    assert np.isfinite(got.values).all()


def test_labels_of_other_types_find_their_class(data):
    def values(labels, positive):
        return attribute(model(pipeline(LogisticRegression(), data.assign(label=labels))), data[:10], data[100:120], positive=positive).values

    expected, yes = values(data["label"], "Yes"), data["label"] == "Yes"
    for labels, positive, negative in ((yes, "True", "false"), (yes.astype(int), "1", "0"), (yes * 1.0, "1", "0.0")):
        np.testing.assert_allclose(values(labels, positive), expected, atol=1e-9)
        np.testing.assert_allclose(values(labels, negative), -expected, atol=1e-9)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"estimator": None}, NotApplicable, "came as predictions only"),
        ({"features": ("age", "height")}, DataError, "needs the columns \\['height'\\]"),
        ({"positive": "Maybe"}, DataError, "'Maybe' is none of them"),
        ({"rows": 0}, NotApplicable, "got 0 and 20"),
    ],
)
def test_bad_input(data, changed, error, message):
    fitted = pipeline(LogisticRegression(), data)
    given = {"estimator": fitted, "features": FEATURES, "positive": "Yes", "rows": 10} | changed
    with pytest.raises(error, match=message):
        attribute(model(given["estimator"], given["features"]), data[: given["rows"]], data[100:120], positive=given["positive"])


def test_three_classes_are_refused(data):
    three = data.assign(label=data["colour"])
    with pytest.raises(NotApplicable, match="has 3 classes"):
        attribute(model(pipeline(LogisticRegression(), three)), three[:10], three[10:20])
