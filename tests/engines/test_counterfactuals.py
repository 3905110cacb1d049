"""Counterfactuals of functions whose nearest ones are known, and the promises that they keep."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from audit.core.subject import Model
from audit.engines.asked_model import AskedModel
from audit.engines.counterfactual_space import Promises, space_of
from audit.engines.counterfactuals import search


def made(function, frame, **promises):
    asked = AskedModel(Model("f", "p", "", function, tuple(frame.columns)))
    rows, _ = asked.settle(frame)
    return asked, rows, space_of(frame, list(frame.columns), Promises(**promises))


@pytest.fixture(scope="module")
def normal():
    return pd.DataFrame(np.random.default_rng(0).normal(size=(500, 3)) * [1, 2, 4], columns=["a", "b", "c"])


def deviation(values):
    return float(np.median(np.abs(values - np.median(values))))


def test_of_a_line_it_is_the_nearest_point(normal):
    """Weighted by 1/MAD, the nearest point of a plane lies along the column with the largest coefficient times MAD."""
    weights = np.array([1.0, 1.0, 0.2])
    asked, rows, space = made(lambda x: 0.5 + 0.1 * (x.to_numpy() @ weights), normal)
    no = rows[asked.chances(rows) < 0.5].reset_index(drop=True)
    found = search(asked, no, space, wanted=True)
    margin = -(no.to_numpy() @ weights)
    scale = np.array([deviation(normal[c]) for c in normal])
    column = int(np.argmax(weights * scale))
    room = normal.to_numpy()[:, column].max() - no.to_numpy()[:, column]
    reached = margin / weights[column] <= room
    assert reached.mean() > 0.9
    assert found.found[reached].all()
    expected = margin / (weights * scale)[column]
    assert np.allclose(found.distance[reached], expected[reached], rtol=1e-4, atol=1e-5)
    assert (found.changed.sum(axis=1)[reached] == 1).all()
    moved = found.counterfactuals.to_numpy()[:, column] - no.to_numpy()[:, column]
    assert np.allclose(moved[reached], (margin / weights[column])[reached], rtol=1e-4, atol=1e-4)


def test_two_changes_where_one_is_not_enough():
    frame = pd.DataFrame({"a": [0, 1] * 50, "b": [0, 0, 1, 1] * 25, "c": [0, 0, 0, 0, 1, 1, 1, 1, 0, 1] * 10})
    asked, rows, space = made(lambda x: ((x["a"] == 1) & (x["b"] == 1)).to_numpy(dtype=float), frame)
    no = rows[(rows["a"] == 0) & (rows["b"] == 0)].reset_index(drop=True)
    found = search(asked, no, space, wanted=True)
    # no single change moves the answer, and the beam holds both columns
    assert found.found.all()
    assert (found.changed == [True, True, False]).all()
    assert np.allclose(found.distance, 2)
    assert (found.counterfactuals["c"] == no["c"]).all()
    assert not search(asked, no, space, wanted=True, most_changes=1).found.any()


def test_the_model_itself_confirms_each_of_them(normal):
    label = np.where(normal["a"] * normal["b"] + normal["c"] > 0, "good", "bad")
    model = LogisticRegression().fit(normal, label)
    asked = AskedModel(Model("line", "p", "", model, ("a", "b", "c")), "good")
    rows, _ = asked.settle(normal)
    no = rows[model.predict(rows) == "bad"].reset_index(drop=True)
    found = search(asked, no, space_of(normal, ["a", "b", "c"], Promises()), wanted=True)
    assert found.found.all()
    assert (model.predict(found.counterfactuals) == "good").all()
    back = search(asked, rows[model.predict(rows) == "good"].reset_index(drop=True), space_of(normal, ["a", "b", "c"], Promises()), wanted=False)
    assert (model.predict(back.counterfactuals) == "bad").all()


def test_what_is_declared_is_kept():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["f", "m"], 300),
            "years": rng.integers(0, 20, 300),
            "income": rng.normal(50, 10, 300).round(1),
            "town": rng.choice(["Ashford", "Bree", "Combe"], 300),
            "level": rng.choice([1, 2, 5], 300),
        }
    )

    def function(x):
        size = 3.0 * (x["sex"] == "m") + 0.1 * x["years"] - 0.05 * x["income"] + 0.3 * (x["town"] == "Bree") + 0.2 * x["level"]
        return 1 / (1 + np.exp(-(size.to_numpy(dtype=float) - 1.5)))

    asked, rows, space = made(
        function,
        frame,
        immutable={"sex": "sensitive"},
        high={"years": 15},
        low={"income": 30.0},
        listed={"town": ["Ashford", "Combe"], "level": [1, 2]},
        direction={"years": 1},
    )
    assert space.fixed == {"sex": "sensitive"}
    no = rows[asked.chances(rows) < 0.5].reset_index(drop=True)
    found = search(asked, no, space, wanted=True)
    after, moved = found.counterfactuals[found.found], no[found.found]
    assert len(after) > 30
    assert (asked.chances(after) >= 0.5).all()
    assert (after["sex"] == moved["sex"]).all()
    assert after["years"].dtype == frame["years"].dtype
    changed = after["years"] != moved["years"]
    assert (after["years"] >= moved["years"]).all()
    assert (after["years"][changed] <= 15).all()
    assert (after["income"][after["income"] != moved["income"]] >= 30).all()
    assert np.allclose(after["income"], after["income"].round(1))
    assert set(after["town"][after["town"] != moved["town"]]) <= {"Ashford", "Combe"}
    assert set(after["level"][after["level"] != moved["level"]]) <= {1, 2}


def test_nothing_can_be_found_where_nothing_may_change_or_nothing_helps(normal):
    asked, rows, space = made(lambda x: np.full(len(x), 0.2), normal)
    found = search(asked, rows.head(20), space, wanted=True, budget=100_000)
    assert not found.found.any()
    assert np.isnan(found.distance).all()
    asked, rows, space = made(lambda x: (x["a"] > 0).to_numpy(dtype=float), normal, immutable=dict.fromkeys("abc", "declared"))
    assert not space.mutable
    no = rows[rows["a"] <= 0].reset_index(drop=True)
    assert not search(asked, no, space, wanted=True).found.any()


def test_the_budget_is_kept_and_those_given_up_are_counted(normal):
    asked, rows, space = made(lambda x: np.full(len(x), 0.2), normal)
    found = search(asked, rows.head(50), space, wanted=True, budget=5_000)
    assert found.asked <= 5_000
    assert found.over_budget.all()


def test_missing_values_may_be_filled_and_are_not_made():
    frame = pd.DataFrame({"a": [1.0, 2.0, np.nan, 3.0] * 20, "b": ["x", "y", None, "y"] * 20})
    asked, rows, space = made(lambda x: ((x["a"] >= 3) | (x["b"] == "x")).to_numpy(dtype=float), frame)
    no = rows[asked.chances(rows) < 0.5].reset_index(drop=True)
    found = search(asked, no, space, wanted=True)
    assert found.found.all()
    assert found.counterfactuals["a"].isna().sum() <= no["a"].isna().sum()
    filled = no["a"].isna().to_numpy() & found.counterfactuals["a"].notna().to_numpy()
    assert np.allclose(found.distance[filled], 1)


def test_of_many_columns_those_that_matter_are_tried():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 2, size=(60, 2_000)), columns=[f"c{i}" for i in range(2_000)])
    asked, rows, space = made(lambda x: 0.2 + 0.5 * x["c1234"].to_numpy(), frame)
    no = rows[rows["c1234"] == 0].reset_index(drop=True)
    found = search(asked, no, space, wanted=True)
    assert found.found.all()
    assert found.changed[:, list(found.columns).index("c1234")].all()
    assert found.changed.sum() == len(no)
