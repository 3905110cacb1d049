"""Dependence, single rows, counterfactuals and proxies on frames and arrays at hand."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from audit.core.errors import UsageError
from audit.explain import chosen_rows, counterfactuals, dependence, proxies


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=400), "b": rng.integers(0, 4, 400)}, index=[f"r{i}" for i in range(400)])
    sex = np.where(X["a"] + rng.normal(size=400) > 0, "m", "f")
    y = np.where(X["a"] + 0.3 * X["b"] + rng.normal(size=400) > 0.4, "good", "bad")
    return X, y, sex, LogisticRegression().fit(X, y)


def test_dependence_of_a_function_of_an_array():
    found = dependence(lambda x: 0.1 * x["x0"].to_numpy(), np.repeat([[0.0, 5.0], [1.0, 6.0], [3.0, 7.0]], 20, axis=0))
    assert "rises from 0 % to 30.0 % as 'x0' goes from 0 to 3" in found.message
    assert found.frame["y"].head(3).tolist() == pytest.approx([0, 0.1, 0.3])
    assert "partial_dependence_change" in set(found.numbers["name"])
    assert "<table" in found._repr_html_()


def test_counterfactuals_come_with_their_rows_and_changes(data):
    X, _, sex, model = data
    found = counterfactuals(model, X, wanted="bad", immutable=["b"], sensitive={"sex": sex})
    assert list(found.rows.index) == [i for i, p in zip(X.index, model.predict(X), strict=True) if p == "good"]
    assert (model.predict(found.counterfactuals[found.found]) == "bad").all()
    assert set(found.frame["column"]) == {"a"}
    line = found.frame.iloc[0]
    assert found.rows.loc[line["row"], "a"] == line["from"]
    assert found.counterfactuals.loc[line["row"], "a"] == line["to"]
    # on a straight line the nearest point is where the margin is nought
    slope, rest = model.coef_[0]
    margin = model.intercept_[0] + rest * found.rows["b"] + slope * found.rows["a"]
    reached = found.found & (found.distance > 0)
    moved = (found.rows["a"] - found.counterfactuals["a"])[reached]
    assert np.allclose(moved, (margin / slope)[reached], atol=1e-3)
    assert "counterfactual_distance_difference" in set(found.numbers["name"])


def test_directions_ranges_and_lists(data):
    X, _, _, model = data
    found = counterfactuals(model, X, may_only={"a": "increase"}, ranges={"a": (-1, 1)}, listed={"b": [0, 3]})
    a = found.frame[found.frame["column"] == "a"]
    assert (a["to"] > a["from"]).all()
    assert (a["to"] <= 1).all()
    assert set(found.frame[found.frame["column"] == "b"]["to"]) <= {0, 3}


def test_single_rows_by_position(data):
    X, y, _, model = data
    found = chosen_rows(model, X, y, at=[7], each=1)
    chance = model.predict_proba(X)[:, 1]
    wrong = np.flatnonzero(model.predict(X) != y)
    assert found.frame["position"].tolist() == [wrong[np.argmax(np.abs(chance - 0.5)[wrong])], int(np.argmin(np.abs(chance - 0.5))), 7]
    assert found.frame["probability"].tolist() == pytest.approx(chance[found.frame["position"]])


def test_proxies_of_an_attribute_beside_the_features(data):
    X, y, sex, model = data
    found = proxies(model, X, y, sensitive={"sex": sex})
    assert "Its 'a' (AUC" in found.message
    assert {"accuracy_change", "selection_rate_gap_change"} <= set(found.numbers["name"])
    again = proxies(model, X, sensitive={"sex": sex})
    assert "Fitted again" not in again.message
    given = proxies(model, X, y, sensitive={"sex": sex}, train=(X, y, {"sex": sex}))
    assert "On 400 held-out rows." in given.message


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda X, y, m: counterfactuals(m, X, immutable=["A"]), "'immutable' names 'A', which the model does not take. Did you mean|Known: a, b"),
        (lambda X, y, m: counterfactuals(m, X, may_only={"a": "up"}), "'may_only' of 'a' is 'up'. Known: decrease, increase"),
        (lambda X, y, m: chosen_rows(m, X, y[:5]), "y has 5 values, and X has 400 rows"),
        (lambda X, y, m: chosen_rows(m, X, y, at=[400]), "'at' names position 400, and the rows are at 0 to 399"),
        (lambda X, y, m: proxies(m, X, y, sensitive="sex"), "'sensitive' names 'sex', which is no column"),
        (lambda X, y, m: dependence(m, X["a"]), r"X is an array of shape \(400,\)"),
        (lambda X, y, m: dependence(m, X, features=["a", "c"]), "'features' names 'c', which is no column"),
    ],
)
def test_what_is_wrong_is_told(data, call, said):
    X, y, _, model = data
    with pytest.raises(UsageError, match=said):
        call(X, y, model)
