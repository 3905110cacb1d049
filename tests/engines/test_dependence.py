"""Partial dependence, accumulated local effects and interactions of functions that are known in closed form, and scikit-learn as an oracle."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.inspection import partial_dependence as oracle

from audit.core.subject import Model
from audit.engines.asked_model import AskedModel
from audit.engines.dependence import accumulated, grid, joint, off_data, partial_dependence


def asked(function, frame):
    return AskedModel(Model("f", "p", "", function, tuple(frame.columns)))


def crossed(a, b):
    """Every value of one column with every value of the other: independent by construction."""
    return pd.DataFrame([(x, y) for x in a for y in b], columns=["a", "b"])


def ones(rows, draws=1):
    return np.ones((draws, rows))


def test_of_a_line_both_are_the_line():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(400, 2)), columns=["a", "b"]).assign(b=lambda d: 0.9 * d["a"] + 0.4 * d["b"])
    model = asked(lambda x: 3 * x["a"].to_numpy() - 2 * x["b"].to_numpy(), frame)
    at = grid(frame["a"], 20)
    curve = partial_dependence(model, frame, "a", at).mean(axis=0)
    assert np.allclose(curve, 3 * np.array(at) - 2 * frame["b"].mean())
    found = accumulated(model, frame, "a", 20)
    (effect,) = found.curves(ones(400))
    assert np.allclose(np.diff(effect), 3 * np.diff(found.edges))
    assert found.level == pytest.approx(3 * frame["a"].mean() - 2 * frame["b"].mean())


def test_of_a_product_of_independent_columns_both_have_the_slope_of_the_mean():
    frame = crossed(np.linspace(-1, 1, 21), np.array([1.0, 2.0, 6.0]))
    model = asked(lambda x: x["a"].to_numpy() * x["b"].to_numpy(), frame)
    assert np.allclose(partial_dependence(model, frame, "a", [-1, 0, 1]).mean(axis=0), [-3, 0, 3])  # the mean of b is 3
    assert np.allclose(partial_dependence(model, frame, "a", [1.0])[:3, 0], [1, 2, 6])  # each row its own curve
    found = accumulated(model, frame, "a", 10)
    (effect,) = found.curves(ones(len(frame)))
    assert np.allclose(np.diff(effect) / np.diff(found.edges), 3)


def test_of_equal_columns_only_local_effects_stay_on_the_data():
    """f = a · b with b = a: partial dependence has the slope of the mean of b, the local effect at a is a itself."""
    values = np.linspace(0, 1, 1001)
    frame = pd.DataFrame({"a": values, "b": values})
    model = asked(lambda x: x["a"].to_numpy() * x["b"].to_numpy(), frame)
    assert np.allclose(partial_dependence(model, frame, "a", [0.0, 1.0]).mean(axis=0), [0, 0.5])
    found = accumulated(model, frame, "a", 100)
    (effect,) = found.curves(ones(1001))
    # the integral of a from 0 to 1 is 1/2, half of it lies beyond the square root of 1/2
    assert effect[-1] - effect[0] == pytest.approx(0.5, abs=0.01)
    assert np.interp(np.sqrt(0.5), found.edges, effect) - effect[0] == pytest.approx(0.25, abs=0.01)


def test_local_effects_are_centred_on_their_own_rows():
    frame = pd.DataFrame({"a": [0.0, 1.0, 1.0, 2.0]})
    model = asked(lambda x: x["a"].to_numpy() ** 2, frame)
    found = accumulated(model, frame, "a", 5)
    assert found.edges.tolist() == [0, 1, 2]
    assert found.difference.tolist() == [1, 1, 1, 3]
    # by hand: 0, 1, 4 at the edges; the rows lie on them, at 0, 1, 1 and 4: mean 1.5
    assert found.curves(ones(4))[0].tolist() == [-1.5, -0.5, 2.5]
    # a draw that holds only the last row: the first bin keeps its effect
    assert found.curves(np.array([[0.0, 0, 0, 4]]))[0].tolist() == [-4, -3, 0]


def test_partial_dependence_is_that_of_scikit_learn():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(300, 3)), columns=["a", "b", "c"])
    trees = HistGradientBoostingClassifier(max_iter=20).fit(frame, frame["a"] * frame["b"] + frame["c"] > 0)
    at = grid(frame["a"], 15)
    expected = oracle(trees, frame, ["a"], custom_values={"a": np.array(at)}, kind="both", method="brute", response_method="predict_proba")
    model = AskedModel(Model("trees", "p", "", trees, ("a", "b", "c")))
    found = partial_dependence(model, frame, "a", at)
    assert np.allclose(found, expected["individual"][0])
    assert np.allclose(found.mean(axis=0), expected["average"][0])


def test_interactions_of_a_sum_are_none_and_those_of_a_product_all():
    frame = crossed(np.linspace(-1, 1, 9), np.linspace(-1, 1, 9)).assign(c=0.0)
    frame["c"] = np.random.default_rng(0).permutation(np.linspace(-1, 1, 81))
    model = asked(lambda x: x["a"].to_numpy() * x["b"].to_numpy() + x["c"].to_numpy(), frame)
    found = joint(model, frame, ["a", "b", "c"])
    share, size = found["a", "b"].strength(ones(81))
    assert share[0] == pytest.approx(1)
    # root mean square of a·b over the crossed grid: the mean of a² (5/12 on nine points from -1 to 1)
    assert size[0] == pytest.approx(5 / 12)
    for pair in (("a", "c"), ("b", "c")):
        share, size = found[pair].strength(ones(81))
        assert share[0] == pytest.approx(0, abs=1e-12)
        assert size[0] == pytest.approx(0, abs=1e-12)


def test_off_data_is_the_share_of_empty_cells():
    values = np.arange(80.0)
    assert off_data(pd.DataFrame({"a": values, "b": values}), "a", "b", bands=4) == pytest.approx(0.75)
    assert off_data(crossed(np.arange(8.0), np.arange(8.0)), "a", "b", bands=4) == 0


def test_grids():
    assert grid(pd.Series([3, 1, 1, 2]), 20) == [1, 2, 3]
    assert grid(pd.Series([1.0, np.nan, np.inf]), 20) == [1]
    assert len(grid(pd.Series(np.arange(1000)), 20)) == 20
    assert grid(pd.Series(["x"] * 9 + ["y"] * 6 + ["z"]), 20) == ["x", "y"]
