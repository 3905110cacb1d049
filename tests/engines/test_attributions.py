"""SHAP values against closed forms, shap itself, and games small enough for paper."""

import numpy as np
import pandas as pd
import pytest
import shap
import torch
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer, make_column_transformer
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeClassifier
from torch import nn
from xgboost import XGBClassifier

from audit.core.errors import DataError, NotApplicable
from audit.core.subject import Model
from audit.engines.attributions import attribute, classes_of, fold
from audit.engines.explanation.permutation import sizes
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
    assert got.method == "all 8 coalitions of the columns, 20 background rows"
    assert got.additivity_error < 1e-9
    assert len(got.values) == len(got.margin) == 100
    np.testing.assert_array_equal(got.rows, np.arange(100))


class Normed(nn.Module):
    """A layer that no rule of single units knows."""

    def __init__(self):
        super().__init__()
        self.first, self.norm, self.last = nn.Linear(2, 8), nn.LayerNorm(8), nn.Linear(8, 1)

    def forward(self, x):
        return self.last(torch.tanh(self.norm(self.first(x))))


def test_a_layer_that_is_not_known_is_explained_by_gradients(data):
    torch.manual_seed(0)
    module = Normed()
    got = attribute(model(module, ("age", "checks")), data[:30], data[100:120])
    assert got.method.startswith("expected gradients, 20 background rows")
    assert not got.exact
    assert 1e-12 < got.additivity_error <= 1e-3
    with torch.no_grad():
        own = module.double()(torch.tensor(data[["age", "checks"]][:30].to_numpy(dtype=float))).numpy().ravel()
    np.testing.assert_allclose(got.margin, own, atol=1e-12)


def test_the_rescale_rule_is_what_shap_says(data):
    fitted = pipeline(TorchMLPClassifier(hidden=(8, 4), max_epochs=5), data)
    fitted[-1].net_.module_.layers[4] = nn.SiLU()
    rows, background = data[:40], data[100:125]
    got = attribute(model(fitted), rows, background)
    assert got.method == "rescale rule through 5 layers, 25 background rows"
    assert got.additivity_error < 1e-12
    fitted[-1].net_.module_.layers[4] = nn.Tanh()  # shap does not know SiLU
    got = attribute(model(fitted), rows, background)
    module = fitted[-1].net_.module_.double().eval()
    encoded = [torch.tensor(np.asarray(fitted[:-1].transform(part), dtype=float)) for part in (rows, background)]
    expected = shap.DeepExplainer(module, encoded[1]).shap_values(encoded[0], check_additivity=False)
    # two logits: the margin is their difference; age and checks are one column each, the colours are three
    margin = expected[:, :, 1] - expected[:, :, 0]
    np.testing.assert_allclose(got.values, np.column_stack([margin[:, :2], margin[:, 2:].sum(axis=1)]), atol=1e-6)


# shap says that it once gave a list here
@pytest.mark.filterwarnings("ignore:LightGBM binary classifier with TreeExplainer:UserWarning")
@pytest.mark.parametrize("size", [5, 600], ids=["few rows", "many rows"])
@pytest.mark.parametrize(
    "estimator",
    [
        RandomForestClassifier(10, max_depth=12, random_state=0), ExtraTreesClassifier(5, random_state=0), DecisionTreeClassifier(max_depth=4),
        GradientBoostingClassifier(n_estimators=15), HistGradientBoostingClassifier(max_iter=15), LGBMClassifier(n_estimators=15, verbose=-1),
        XGBClassifier(n_estimators=15), RandomForestRegressor(5, random_state=0), HistGradientBoostingRegressor(max_iter=10),
    ],
    ids=lambda e: type(e).__name__,
)  # fmt: skip
def test_all_kinds_of_trees_are_what_shap_says(estimator, size):
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(rng.normal(size=(700, 5)), columns=list("abcde")).astype(np.float32).astype(float)
    label = (frame["a"] * frame["b"] + frame["c"] + rng.normal(size=700) > 0).astype(int)
    if not type(estimator).__name__.startswith("GradientBoosting"):
        frame = frame.mask(rng.random(frame.shape) < 0.05)
    fitted = estimator.fit(frame, label)
    got = attribute(model(fitted, tuple("abcde")), frame[:size], frame[:20])
    assert ("once for each pattern" in got.method) == (size == 600)
    explained = shap.TreeExplainer(fitted, feature_perturbation="tree_path_dependent").shap_values(frame[:size], check_additivity=False)
    np.testing.assert_allclose(got.values, explained[..., 1] if explained.ndim == 3 else explained, atol=1e-5 if "XGB" in str(fitted) else 1e-9)
    assert got.additivity_error < 1e-6


def test_each_of_several_classes_is_explained(data):
    three = data.assign(label=np.select([data["age"] > 45, data["checks"] > 2], ["old", "known"], "other"))
    for estimator in (LogisticRegression(), HistGradientBoostingClassifier(max_iter=5), TorchMLPClassifier(hidden=(8,), max_epochs=3)):
        fitted = pipeline(estimator, three)
        assert classes_of(model(fitted)) == ("known", "old", "other")
        found = [attribute(model(fitted), three[:30], three[100:120], positive=c) for c in classes_of(model(fitted))]
        margins = np.column_stack([f.base + f.values.sum(axis=1) for f in found])
        softmax = np.exp(margins) / np.exp(margins).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(softmax, fitted.predict_proba(three[:30][list(FEATURES)]), atol=1e-5)
        assert {f.unit for f in found} == {"logit"}


def test_columns_encoded_by_others_are_folded_by_trying_what_changes_what(data):
    preprocess = make_column_transformer((OneHotEncoder(), ["colour"]), (StandardScaler(), ["age", "checks"]))
    fitted = make_pipeline(preprocess, LogisticRegression()).fit(data[list(FEATURES)], data["label"])
    got = attribute(model(fitted), data[:30], data[100:200])
    ours = attribute(model(pipeline(LogisticRegression(), data)), data[:30], data[100:200])
    assert got.method == "closed form of a linear model"
    np.testing.assert_allclose(got.values, ours.values, atol=1e-9)


def test_columns_that_mix_raw_ones_are_not_folded(data):
    fitted = make_pipeline(PolynomialFeatures(2), LinearRegression()).fit(data[["age", "checks"]], data["age"] * data["checks"])
    got = attribute(model(fitted, ("age", "checks")), data[:20], data[100:101])
    assert got.method == "all 4 coalitions of the columns, 1 background rows"
    age, checks = (data[c][:20].to_numpy() for c in ("age", "checks"))
    other_age, other_checks = (float(data[c][100]) for c in ("age", "checks"))
    # the Shapley value of a product of two: the step in one, times the mean of the other
    np.testing.assert_allclose(got.values[:, 0], (age - other_age) * (checks + other_checks) / 2, atol=1e-6)


def test_rows_that_a_function_refuses_are_counted_and_the_others_explained(data):
    def picky(frame):
        if (frame["age"] < 20).any():
            raise KeyError("too young")
        return np.where(frame["age"] > 55, np.nan, frame["age"] * 2.0)

    young, old = data["age"][:60] < 20, data["age"][:60] > 55
    assert young.any()
    assert old.any()
    got = attribute(model(picky, ("age", "checks")), data[:60], data[100:150])
    assert (got.refused, got.refusal) == (int((young | old).sum()), "KeyError")
    np.testing.assert_array_equal(got.rows, np.flatnonzero(~(young | old)))
    np.testing.assert_allclose(got.base + got.values.sum(axis=1), 2 * data["age"][:60][~(young | old)], atol=1e-9)
    np.testing.assert_allclose(got.values[:, 1], 0, atol=1e-12)


def test_many_columns_are_walked_within_bounds_and_the_draw_tells_its_error():
    rng = np.random.default_rng(2)
    wide = pd.DataFrame(rng.normal(size=(120, 40)), columns=[f"c{i}" for i in range(40)])
    got = attribute(model(lambda f: f["c0"] * f["c1"] * f["c2"] + f["c3"], tuple(wide.columns)), wide[:100], wide[100:])
    assert not got.exact
    assert 0 < got.sampling_error < 0.05
    np.testing.assert_allclose(got.values[:, 4:], 0, atol=1e-12)
    np.testing.assert_allclose(got.values[:, 3], wide["c3"][:100] - wide["c3"][100:].mean(), atol=1e-9)
    assert sizes(100, 25, 2_000).background * sizes(100, 25, 2_000).rows * (2 * sizes(100, 25, 2_000).pairs * 1_999 + 2) <= 1_000_000


def test_values_against_parts_of_the_background_average_to_the_values(data):
    for estimator in (LogisticRegression(), TorchMLPClassifier(hidden=(8,), max_epochs=3)):
        got = attribute(model(pipeline(estimator, data)), data[:20], data[100:150])
        assert got.by_background.shape == (10, 20, 3)
        np.testing.assert_allclose(got.by_background.mean(axis=0), got.values, atol=1e-9)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda f: np.zeros(3), r"answers 10 rows with an array of shape \(3,\); expected \(10,\)"),
        (lambda f: np.zeros((len(f), 2, 2)), r"array of shape \(10, 2, 2\)"),
        (lambda f: ["high"] * len(f), "answers with text, which holds no numbers"),
        (lambda f: np.full(len(f), np.nan), "gives no number for all 10 rows to explain"),
        (lambda f: f["height"], "gives KeyError for all 10 rows"),
        ("a path", "is a str; expected predict_proba, decision_function, predict, or a function of a frame"),
    ],
)
def test_what_is_no_model_is_told(data, answer, message):
    with pytest.raises(DataError, match=message):
        attribute(model(answer), data[:10], data[100:120])


def test_constant_predictions_and_one_feature(data):
    constant = attribute(model(lambda f: np.full(len(f), 0.4), ("age",)), data[:10], data[100:120])
    np.testing.assert_array_equal(constant.values, np.zeros((10, 1)))
    assert constant.additivity_error < 1e-12
    one = attribute(model(lambda f: f["age"] / 100, ("age",)), data[:10], data[100:120])
    np.testing.assert_allclose(one.values[:, 0], (data["age"][:10] - data["age"][100:120].mean()) / 100, atol=1e-12)


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
    with pytest.raises(NotApplicable, match="has 3 classes; name the one to explain"):
        attribute(model(pipeline(LogisticRegression(), three)), three[:10], three[10:20])


def test_the_text_of_a_models_error_is_not_told():
    rows = pd.DataFrame({"name": ["Ada Lovelace"] * 20})

    def refusing(asked):
        raise ValueError(f"could not convert {asked['name'].iloc[0]}")

    with pytest.raises(DataError, match="gives ValueError") as told:
        attribute(Model("refusing", "p", estimator=refusing, features=("name",)), rows, rows)
    assert "Ada" not in str(told.value)
