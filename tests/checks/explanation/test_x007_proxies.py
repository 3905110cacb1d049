"""X007 where the model decides by one column that stands for the attribute in nine of ten rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

from audit.checks.explanation.telling_columns import telling
from audit.checks.explanation.x007_proxies import FlowThroughProxies
from audit.core.subject import Model
from audit.engines.left_out import blanked
from tests.answers import findings, one, subject_of

ROLES = {"target": "label", "positive": "yes", "prediction": "p", "sensitive": ("sex",), "key": ("row",), "split": "split"}


@pytest.fixture(scope="module")
def frame():
    rows = np.arange(2_000)
    sex = np.where(rows % 2 == 0, "f", "m")
    # of ten women nine live in the north, of ten men one
    north = np.where((rows // 2) % 10 == 0, sex == "m", sex == "f")
    made = pd.DataFrame({"row": rows, "sex": sex, "north": north.astype(int), "noise": np.random.default_rng(0).normal(size=2_000)})
    made["label"] = np.where(north, "no", "yes")
    made["split"] = np.where((rows // 20) % 2 == 0, "train", "test")
    return made


@pytest.fixture(scope="module")
def result(frame):
    features = ("north", "noise")
    model = DecisionTreeClassifier(max_depth=1).fit(frame[list(features)], frame["label"])
    subject, engine = subject_of(frame.assign(p=frame["label"]), [Model("tree", "p", "", model, features)], **ROLES)
    return findings(FlowThroughProxies(), subject, engine)


def test_the_proxy_is_found_and_noise_is_not(result):
    told = one(result, "proxy_roc_auc", {"model": "tree", "attribute": "sex", "group": "f", "feature": "north"})
    # nine of ten on either side: the area is the mean of sensitivity and specificity
    assert told.value == pytest.approx(0.9, abs=0.03)
    assert told.interval[0] < 0.9 < told.interval[1]
    assert told.n == 500
    assert all(m.value < 0.6 for m in result.measurements if m.where.get("feature") == "noise")
    assert "noise" not in result.message


def test_the_gap_flows_through_it(result):
    where = {"model": "tree", "attribute": "sex", "groups": "m less f"}
    assert one(result, "selection_rate_gap_difference", where).value == pytest.approx(0.8)
    cut = one(result, "selection_rate_gap_difference", {**where, "replaced": "north"})
    assert abs(cut.value) < 0.06
    assert cut.interval[0] < 0 < cut.interval[1]
    assert one(result, "attribution_share", {"model": "tree", "attribute": "sex"}).value == 1
    assert "tree says 'yes' 80.0 points" in result.message
    assert "Its 'north' (AUC 0.9" in result.message
    assert "It carries 100 % of all attribution" in result.message


def test_leaving_it_out_costs_half_of_the_right_answers_and_closes_the_gap(result):
    where = {"model": "tree", "attribute": "sex", "without": "north"}
    cost = one(result, "accuracy_change", where)
    assert cost.value == pytest.approx(-0.5, abs=0.03)
    assert cost.interval[0] < cost.value < cost.interval[1]
    assert one(result, "roc_auc_change", where).value == pytest.approx(-0.5, abs=0.05)
    gap = one(result, "selection_rate_gap_change", {**where, "groups": "m less f", "fitted": "again"})
    assert gap.value == pytest.approx(-0.8, abs=0.06)


def test_found_on_one_half_and_counted_on_the_other():
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"luck": rng.permutation(400) // 8, "sign": rng.normal(size=400)})
    member = np.arange(400) % 4 < 2
    rows["sign"] += 2.0 * member
    told = telling(rows, ["luck", "sign"], {"a": member, "b": ~member}, np.ones(400, dtype=bool))
    confirmed = {t.column for t in told if t.confirmed}
    assert confirmed == {"sign"}
    # two normals whose means differ by two standard deviations: the area is the normal distribution at the square root of two
    assert next(t for t in told if t.column == "sign").area == pytest.approx(0.921, abs=0.04)


def test_blanked_columns_have_one_value():
    rows = pd.DataFrame({"a": [1, 2, 2], "b": ["x", "y", "y"], "c": [1.0, 2.0, 3.0]})
    blank = blanked(rows, ["a", "b"], rows)
    assert blank["a"].tolist() == [2, 2, 2]
    assert blank["b"].tolist() == ["y", "y", "y"]
    assert blank["c"].tolist() == [1, 2, 3]
    assert blank["a"].dtype == rows["a"].dtype
