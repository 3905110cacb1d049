"""Metrics by group: the numbers of fairlearn and of a calculation by hand, whatever the data are held in."""

import ibis
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from fairlearn import metrics as fl
from scipy.stats import fisher_exact
from sklearn import metrics as sk

from audit import fairness
from audit.core.errors import DataError, UsageError

NAMES = {
    "selection_rate": fl.selection_rate,
    "true_positive_rate": fl.true_positive_rate,
    "false_positive_rate": fl.false_positive_rate,
    "true_negative_rate": fl.true_negative_rate,
    "false_negative_rate": fl.false_negative_rate,
    "positive_predictive_value": sk.precision_score,
    "accuracy": sk.accuracy_score,
    "balanced_accuracy": sk.balanced_accuracy_score,
    "f1_score": sk.f1_score,
    "matthews_correlation": sk.matthews_corrcoef,
}


def drawn(rows: int = 3_000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"sex": rng.choice(["F", "M"], rows), "race": rng.choice(["A", "B", "C"], rows, p=[0.6, 0.3, 0.1])})
    score = 1 / (1 + np.exp(-(rng.normal(size=rows) + 0.4 * (frame["sex"] == "M") - 0.5 * (frame["race"] == "B"))))
    frame["y"] = (rng.random(rows) < score).astype(int)
    frame["pred"] = (score + 0.1 * rng.normal(size=rows) > 0.55).astype(int)
    frame["score"] = score
    return frame


FRAME = drawn()


def measured(frame: pd.DataFrame = FRAME, features: list[str] | None = None, **options) -> fairness.GroupMetrics:
    return fairness.by_group(frame["y"], frame["pred"], sensitive_features=frame[features or ["sex", "race"]], **options)


@pytest.mark.parametrize("features", [["sex"], ["sex", "race"]])
def test_values_are_those_of_fairlearn(features):
    theirs = fl.MetricFrame(metrics=NAMES, y_true=FRAME["y"], y_pred=FRAME["pred"], sensitive_features=FRAME[features])
    ours = measured(features=features, metrics=list(NAMES))
    pd.testing.assert_series_equal(ours.overall["value"], theirs.overall, check_names=False)
    pd.testing.assert_frame_equal(ours.values, theirs.by_group, check_names=False, check_index_type=False, check_column_type=False)
    rates = [n for n in NAMES if n != "matthews_correlation"]
    for name in ("difference", "ratio", "group_min", "group_max"):
        pd.testing.assert_series_equal(getattr(ours, name)()["value"][rates], getattr(theirs, name)()[rates], check_names=False, check_dtype=False)


def test_functions_of_fairlearn_and_scikit_learn_are_known_by_their_names():
    ours = measured(metrics={"hired": fl.selection_rate, "right": sk.accuracy_score, "recall": "tpr"})
    assert list(ours.overall.index) == ["hired", "right", "recall"]
    assert ours.overall.loc["right", "value"] == pytest.approx(sk.accuracy_score(FRAME["y"], FRAME["pred"]))


def test_single_quantities_are_those_of_fairlearn():
    given = {"sensitive_features": FRAME["race"]}
    for name in ("demographic_parity_difference", "demographic_parity_ratio", "equal_opportunity_difference", "equalized_odds_difference",
                 "equalized_odds_ratio"):  # fmt: skip
        ours = getattr(fairness, name)(FRAME["y"], FRAME["pred"], **given)
        assert ours["value"] == pytest.approx(getattr(fl, name)(FRAME["y"], FRAME["pred"], **given)), name
        assert ours["low"] <= ours["value"] <= ours["high"], name


def in_a_file(frame: pd.DataFrame, folder) -> str:
    frame.to_parquet(folder / "scored.parquet")
    return str(folder / "scored.parquet")


def in_duckdb(frame: pd.DataFrame, _) -> ibis.Table:
    backend = ibis.duckdb.connect()
    backend.con.register("scored", pa.Table.from_pandas(frame, preserve_index=False))
    return backend.table("scored")


TABLES = {
    "pandas": lambda f, _: f.set_index(f.index[::-1]),
    "polars": lambda f, _: pl.from_pandas(f),
    "lazy": lambda f, _: pl.from_pandas(f).lazy(),
    "arrow": lambda f, _: pa.Table.from_pandas(f),
    "ibis": in_duckdb,
    "parquet": in_a_file,
}


@pytest.mark.parametrize("form", TABLES)
def test_tables_in_every_form_give_the_same(form, tmp_path):
    table = TABLES[form](FRAME, tmp_path)
    ours = fairness.of(table, target="y", prediction="pred", sensitive=["sex", "race"])
    pd.testing.assert_frame_equal(ours.by_group, measured().by_group)
    pd.testing.assert_frame_equal(ours.difference(), measured().difference())


ARRAYS = {
    "numpy": lambda s: s.to_numpy(),
    "list": list,
    "tuple": tuple,
    "series": lambda s: s.set_axis(s.index[::-1]),
    "polars": pl.from_pandas,
    "arrow": pa.Array.from_pandas,
    "column": lambda s: s.to_numpy().reshape(-1, 1),
    "categorical": lambda s: pd.Categorical(s),
    "objects": lambda s: s.to_numpy().astype(object),
}


@pytest.mark.parametrize("form", ARRAYS)
def test_arrays_in_every_form_give_the_same(form):
    made = ARRAYS[form]
    ours = fairness.by_group(made(FRAME["y"]), made(FRAME["pred"]), sensitive_features={"sex": made(FRAME["sex"]), "race": made(FRAME["race"])})
    pd.testing.assert_frame_equal(ours.by_group, measured().by_group)


def test_features_are_named_as_the_user_or_as_fairlearn_names_them():
    given = FRAME[["sex", "race"]]
    names = {
        "frame": given, "polars": pl.from_pandas(given), "arrow": pa.Table.from_pandas(given), "dict": {"sex": given["sex"], "race": given["race"]},
    }  # fmt: skip
    for features in names.values():
        assert fairness.by_group(FRAME["y"], FRAME["pred"], sensitive_features=features).attributes == ("sex", "race")
    unnamed = {"array": given.to_numpy(), "lists": given.to_numpy().tolist()}
    for features in unnamed.values():
        assert fairness.by_group(FRAME["y"], FRAME["pred"], sensitive_features=features).attributes == ("sensitive_feature_0", "sensitive_feature_1")
    assert fairness.by_group(FRAME["y"], FRAME["pred"], sensitive_features=given["sex"]).attributes == ("sex",)
    assert fairness.by_group(FRAME["y"], FRAME["pred"], sensitive_features=list(given["sex"])).attributes == ("sensitive_feature_0",)


CLASSES = {
    "booleans": (lambda y: y == 1, None),
    "floats": (lambda y: y.astype(float), None),
    "small integers": (lambda y: y.astype(np.int8), None),
    "text": (lambda y: y.map({0: "no", 1: "yes"}), "yes"),
    "signs": (lambda y: y * 2 - 1, None),
    "written numbers": (lambda y: y.astype(str), 1),
    "gaps": (lambda y: y.astype("Int64"), 1.0),
}


@pytest.mark.parametrize("form", CLASSES)
def test_classes_of_every_type_give_the_same(form):
    made, positive = CLASSES[form]
    ours = fairness.by_group(made(FRAME["y"]), made(FRAME["pred"]), sensitive_features=FRAME[["sex", "race"]], positive=positive)
    pd.testing.assert_frame_equal(ours.by_group, measured().by_group)


def test_labels_and_predictions_of_different_types_are_one_class():
    ours = fairness.by_group(FRAME["y"] == 1, FRAME["pred"].astype(float), sensitive_features=FRAME[["sex", "race"]])
    pd.testing.assert_frame_equal(ours.by_group, measured().by_group)


def test_other_positive_turns_everything_round():
    turned = measured(positive=0, metrics=["selection_rate", "true_positive_rate"]).values
    straight = measured(metrics=["selection_rate", "true_negative_rate"]).values
    np.testing.assert_allclose(turned["selection_rate"], 1 - straight["selection_rate"])
    np.testing.assert_allclose(turned["true_positive_rate"], straight["true_negative_rate"])


def test_more_classes_than_two_need_a_positive_one_and_are_told():
    y = ["a", "b", "c", "a", "b", "c"]
    with pytest.raises(UsageError, match="positive='c': there are 'a', 'b' and 'c'"):
        fairness.by_group(y, y, sensitive_features=[0, 0, 0, 1, 1, 1])
    ours = fairness.by_group(y, ["a", "b", "b", "a", "a", "c"], sensitive_features=[0, 0, 0, 1, 1, 1], positive="a")
    assert ours.by_group["true_positive_rate"]["value"].tolist() == [1.0, 1.0]
    assert ours.by_group["false_positive_rate"]["value"].tolist() == [0.0, 0.5]
    assert "3 classes; everything here is about 'a'" in ours.notices[0]


def test_what_cannot_be_estimated_is_nan_with_a_reason_and_takes_no_part():
    # group c has no positives: fairlearn gives it a true positive rate of 0, and makes a difference of 0.75 of that
    y = [1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0]
    p = [1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1]
    group = ["a"] * 6 + ["b"] * 6 + ["c"] * 3
    assert fl.MetricFrame(metrics=fl.true_positive_rate, y_true=y, y_pred=p, sensitive_features=group).difference() == 0.75
    ours = fairness.by_group(y, p, sensitive_features=group, metrics="true_positive_rate")
    rates = ours.by_group["true_positive_rate"]
    assert rates["value"].tolist()[:2] == [0.75, 0.5]
    assert np.isnan(rates.loc["c", ["value", "low", "high"]].astype(float)).all()
    assert rates.loc["c", "method"] == "not estimable: no rows to count among"
    gap = ours.difference().loc["true_positive_rate"]
    assert (gap["value"], gap["groups"], gap["n"]) == (0.25, 2, 8)
    assert (gap["low"], gap["highest"], gap["lowest"]) == (0.0, "a", "b")
    assert gap["p_value"] == pytest.approx(fisher_exact([[3, 1], [2, 2]])[1])


def test_missing_labels_predictions_and_groups_are_counted_and_shown():
    y = pd.Series([1, 0, None, 1, 0, 1])
    p = pd.Series([1, 0, 1, None, 0, 0])
    group = pd.Series(["a", "a", "a", "b", "b", None])
    ours = fairness.by_group(y, p, sensitive_features=group.rename("g"), metrics=["selection_rate", "accuracy"])
    assert ours.missing.to_dict() == {
        "rows": 6, "without label": 1, "without prediction": 1, "without g": 1, "in groups too small to compare": 0,
    }  # fmt: skip
    assert ours.by_group["selection_rate"]["n"].to_dict() == {"a": 3, "b": 1, "(missing)": 1}
    assert ours.by_group["accuracy"]["n"].to_dict() == {"a": 2, "b": 1, "(missing)": 1}
    assert ours.difference().loc["selection_rate", "groups"] == 2


def test_small_groups_are_shown_and_take_no_part():
    ours = measured(min_n=1_000, features=["race"])
    assert len(ours.by_group) == 3
    assert np.isnan(ours.difference()["value"]).all()
    assert "fewer than two groups" in ours.difference()["method"].iloc[0]
    some = measured(min_n=500, features=["race"])
    assert some.difference().loc["selection_rate", "groups"] == 2
    assert some.missing["in groups too small to compare"] == (FRAME["race"] == "C").sum()


def test_a_model_that_answers_alike_is_not_called_fair():
    ours = fairness.by_group([1, 0, 1, 0], [1, 1, 1, 1], sensitive_features=["a", "a", "b", "b"])
    assert np.isnan(ours.difference().loc["selection_rate", "value"])
    assert "answers the same for every row" in ours.difference().loc["selection_rate", "method"]
    assert ours.verdict()["verdict"]["selection_rate"] == "undecided"
    assert ours.test()["alike"].isna()["selection_rate"]


def test_bins_make_groups_of_a_continuous_attribute():
    age = np.arange(len(FRAME)) % 80 + 10.5
    ours = fairness.by_group(FRAME["y"], FRAME["pred"], sensitive_features={"age": age}, bins={"age": [25, 45]}, metrics="selection_rate")
    by_hand = FRAME["pred"].groupby(np.select([age < 25, age < 45], ["< 25", "25 to < 45"], ">= 45")).mean()
    assert ours.values["selection_rate"].to_dict() == pytest.approx(by_hand.to_dict())
    assert list(ours.values.index) == ["< 25", "25 to < 45", ">= 45"]


def test_groups_keep_their_values():
    ours = fairness.by_group(FRAME["y"], FRAME["pred"], sensitive_features={"site": np.arange(len(FRAME)) % 12}, metrics="accuracy")
    assert list(ours.values.index) == list(range(12))
    assert ours.against(3).index.get_level_values("site").tolist() == [0, 1, 2, *range(4, 12)]


def test_weights_count():
    y, p, w = [1, 1, 0, 0, 1, 1], [1, 0, 1, 0, 1, 1], [2.0, 1, 1, 1, 1, 3]
    group = ["a"] * 4 + ["b"] * 2
    ours = fairness.by_group(y, p, sensitive_features=group, sample_weight=w, metrics=["selection_rate", "true_positive_rate"])
    assert ours.by_group["selection_rate"]["value"].to_dict() == {"a": 3 / 5, "b": 1.0}
    assert ours.by_group["true_positive_rate"]["value"].to_dict() == {"a": 2 / 3, "b": 1.0}
    assert ours.by_group["selection_rate"].loc["a", "method"] == f"clopper-pearson, effective n = {25 / 7:.1f}"
    assert ours.overall.loc["selection_rate", "value"] == pytest.approx(7 / 9)


def test_unequal_weights_widen_intervals_and_equal_ones_hardly_change_them():
    plain, level = measured(metrics="selection_rate"), "selection_rate"
    ones = measured(metrics="selection_rate", sample_weight=np.full(len(FRAME), 3.0))
    uneven = measured(metrics="selection_rate", sample_weight=np.random.default_rng(1).exponential(size=len(FRAME)))

    def width(result: fairness.GroupMetrics) -> np.ndarray:
        return (result.by_group[level]["high"] - result.by_group[level]["low"]).to_numpy()

    np.testing.assert_allclose(ones.values, plain.values)
    np.testing.assert_allclose(width(ones), width(plain), rtol=0.06)
    assert (width(uneven) > 1.25 * width(plain)).all()
    gaps = [r["sex"].difference().loc[level, "high"] - r["sex"].difference().loc[level, "low"] for r in (plain, ones, uneven)]
    assert gaps[1] == pytest.approx(gaps[0], rel=0.1)
    # the weights have mean 1 and mean square 2
    assert gaps[2] == pytest.approx(2**0.5 * gaps[0], rel=0.1)


def test_scores():
    ours = measured(features=["race"], y_score=FRAME["score"], metrics=["roc_auc", "mean_score", "calibration_gap"])
    for race, part in FRAME.groupby("race"):
        assert ours.values.loc[race, "roc_auc"] == pytest.approx(sk.roc_auc_score(part["y"], part["score"]), abs=5e-4)
        assert ours.values.loc[race, "mean_score"] == pytest.approx(part["score"].mean())
        assert ours.values.loc[race, "calibration_gap"] == pytest.approx((part["score"] - part["y"]).mean())
        half = (ours.by_group["calibration_gap"].loc[race, "high"] - ours.by_group["calibration_gap"].loc[race, "low"]) / 2
        assert half == pytest.approx(1.96 * (part["score"] - part["y"]).std() / np.sqrt(len(part)), rel=0.01)
    gap = ours.difference().loc["mean_score"]
    means = FRAME.groupby("race")["score"].mean()
    assert gap["value"] == pytest.approx(means.max() - means.min())
    assert gap["low"] > 0
    assert gap["p_value"] < 0.001
    assert ours.difference().loc["roc_auc", "low"] == 0
    assert ours.difference().loc["roc_auc", "p_value"] > 0.05


def test_scores_alone_are_enough():
    ours = fairness.by_group(FRAME["y"], None, y_score=FRAME["score"], sensitive_features=FRAME["sex"])
    assert ours.names == ["mean_score", "roc_auc"]
    assert fairness.by_group(None, None, y_score=FRAME["score"], sensitive_features=FRAME["sex"]).names == ["mean_score"]


def test_input_is_left_as_it_was():
    before = FRAME.copy(deep=True)
    measured(y_score=FRAME["score"], sample_weight=np.ones(len(FRAME))).difference()
    pd.testing.assert_frame_equal(FRAME, before)


GOOD = {"y_true": [1, 0, 1, 0], "y_pred": [1, 0, 0, 0], "sensitive_features": ["a", "a", "b", "b"]}
BAD = {
    "lengths": ({"y_pred": [1, 0, 1]}, UsageError, "y_true has 4, y_pred has 3, the sensitive feature 'sensitive_feature_0' has 4. Give one"),
    "empty": ({"y_true": [], "y_pred": [], "sensitive_features": []}, UsageError, "there are no rows"),
    "no labels at all": ({"y_true": [np.nan] * 4}, DataError, "y_true has no value in any row"),
    "no row with both": ({"y_true": [1, 0, None, None], "y_pred": [None, None, 1, 0]}, DataError, "no row has both a label and a prediction"),
    "no groups at all": ({"sensitive_features": [None] * 4}, DataError, "'sensitive_feature_0' has no value in any row"),
    "unknown positive": ({"positive": "yes"}, UsageError, "positive='yes' is no class of the labels or predictions. Known: 0, 1."),
    "other classes": ({"y_pred": ["high", "low", "low", "low"]}, DataError, "no prediction is a class of the labels: predicted are 'high' and 'low'"),
    "5,000 groups": (
        {"y_true": [1, 0] * 2500, "y_pred": [1, 0] * 2500, "sensitive_features": {"post code": [f"P{i}" for i in range(5000)]}},
        DataError, "'post code' has 5,000 groups, more than 100 that can be compared; merge groups first",
    ),
    "ages": (
        {"y_true": [1, 0] * 200, "y_pred": [1, 0] * 200, "sensitive_features": {"age": np.arange(400) / 7}},
        DataError, r"'age' has 400 groups, more than 100 that can be compared; give bins=\{'age': \[25, 45, 65\]\}",
    ),
    "scores as predictions": (
        {"y_true": [1, 0] * 200, "y_pred": np.linspace(0, 1, 400), "sensitive_features": ["a", "b"] * 200},
        DataError, "y_pred has 400 different values, so they are no classes. If these are scores, give them as scores",
    ),
    "probabilities": ({"y_pred": np.ones((4, 2))}, UsageError, r"y_pred has the shape \(4, 2\).*the column of the positive class as y_score"),
    "scores beyond 1": ({"y_score": [0.1, 1.2, 0.3, -4]}, UsageError, "y_score goes from -4 to 1.2"),
    "scores of text": ({"y_score": ["a", "b", "c", "d"]}, UsageError, "the scores are no numbers: y_score has the type string"),
    "scores missing": ({"y_score": [np.nan] * 4}, DataError, "y_score has no value in any row"),
    "negative weights": ({"sample_weight": [1, 1, -1, 1]}, UsageError, "weights are numbers from 0 on"),
    "missing weights": ({"sample_weight": [1, 1, np.nan, 1]}, UsageError, "weights are numbers from 0 on"),
    "a word": ({"y_pred": "pred"}, UsageError, "y_pred is a str; expected an array"),
    "no features": ({"sensitive_features": None}, UsageError, "give 'sensitive_features'"),
    "nothing to compare": ({"y_pred": None}, UsageError, "give predictions or scores"),
    "unknown metric": ({"metrics": "selection_rat"}, UsageError, "Did you mean 'selection_rate'?"),
    "own function": ({"metrics": lambda a, b: 0}, UsageError, "no metric '<lambda>' is made of counts by group"),
    "metric of scores": ({"metrics": "roc_auc"}, UsageError, "'roc_auc' is about scores"),
    "metric of labels": ({"y_true": None, "metrics": "fpr"}, UsageError, "'false_positive_rate' needs the true outcomes"),
    "no metrics": ({"metrics": []}, UsageError, "'metrics' names none"),
    "bins of no feature": ({"bins": {"age": [3]}}, UsageError, "'bins' names 'age', which is no sensitive attribute here"),
    "bins of text": ({"bins": {"sensitive_feature_0": [3]}}, UsageError, "whose values are no numbers"),
    "bins that fall": ({"sensitive_features": {"age": [1, 2, 3, 4]}, "bins": {"age": [3, 2]}}, UsageError, "edges of bins ascend"),
    "level": ({"level": 95}, UsageError, "a confidence level lies between 0 and 1"),
    "least rows": ({"min_n": 0}, UsageError, "min_n is a number of rows"),
    "mixed types": ({"sensitive_features": ["a", 1, "b", 2]}, DataError, "cannot be read as one column"),
    "infinite weights": ({"sample_weight": [1, 1, np.inf, 1]}, UsageError, "weights are numbers from 0 on"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_told(case):
    change, error, said = BAD[case]
    with pytest.raises(error, match=said):
        fairness.by_group(**{**GOOD, **change})


def test_unknown_columns_and_tables_are_told(tmp_path):
    with pytest.raises(UsageError, match=r"no column 'predd'\. Did you mean 'pred'\?"):
        fairness.of(FRAME, target="y", prediction="predd", sensitive="sex")
    with pytest.raises(DataError, match="cannot count the groups of a dict"):
        fairness.of({"y": [1]}, prediction="y", sensitive="sex")
    with pytest.raises(DataError, match="there is no file"):
        fairness.of(str(tmp_path / "none.parquet"), prediction="y", sensitive="sex")
    with pytest.raises(UsageError, match="'sex' is named twice"):
        fairness.of(FRAME, prediction="pred", sensitive=["sex", "sex"])
    with pytest.raises(DataError, match="the table has no rows"):
        fairness.of(FRAME.head(0), prediction="pred", sensitive="sex")


def test_some_predictions_that_no_label_has_are_told():
    ours = fairness.by_group([1, 0, 1, 0], [1, 0, 0, 2], sensitive_features=["a", "a", "b", "b"], positive=1)
    assert ours.notices[0] == "1 row has a prediction that no label has: 2; it counts as not positive."


def test_one_group_has_metrics_and_no_gap():
    ours = fairness.by_group([1, 0], [1, 0], sensitive_features=["a", "a"])
    assert ours.by_group["accuracy"].loc["a", "value"] == 1
    assert np.isnan(ours.difference()["value"]).all()
    assert ours.difference()["method"].str.contains("fewer than two groups").all()
    assert np.isnan(ours.equalized_odds()["value"]).all()
    with pytest.raises(UsageError, match="there is no other group"):
        ours.against("a")


def test_one_class_only():
    assert fairness.by_group([0, 0], [0, 0], sensitive_features=["a", "b"]).positive == "1"
    with pytest.raises(UsageError, match="there is one class only, 'no'"):
        fairness.by_group(["no", "no"], ["no", "no"], sensitive_features=["a", "b"])
