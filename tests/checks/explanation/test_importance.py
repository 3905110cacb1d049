"""Importance and its bands, on models whose attributions are known."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from audit.checks.explanation.importance import bundled, importance, ranks
from audit.core.subject import Model


def frame(rows, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(rows, 3)), columns=["a", "b", "c"])


def test_mean_absolute_attribution_and_shares_by_hand():
    linear = LinearRegression().fit(frame(50), 3 * frame(50)["a"] - frame(50)["b"])
    rows, background = frame(40, 1), frame(100, 2)
    got = importance(Model("linear", "", estimator=linear, features=("a", "b", "c")), rows, background)
    expected = np.abs((rows - background.mean()) * [3, -1, 0]).mean().to_numpy()
    np.testing.assert_allclose(got.mean, expected, atol=1e-9)
    assert got.share(0)[0] == pytest.approx(expected[0] / expected.sum())
    assert got.order == [0, 1, 2]
    assert got.band(0)[0] < got.mean[0] < got.band(0)[1]
    assert got.doubts() == ""


def test_the_band_holds_what_other_rows_and_backgrounds_give():
    linear = LinearRegression().fit(frame(50), 3 * frame(50)["a"] - frame(50)["b"])
    model = Model("linear", "", estimator=linear, features=("a", "b", "c"))
    # the mean of |3 (a - m)| for normal a, and a background mean m that is 0 in truth
    truth = 3 * (2 / np.pi) ** 0.5
    held = [low <= truth <= high for i in range(150) for low, high in [importance(model, frame(60, 10 + i), frame(40, 500 + i)).band(0)]]
    assert np.mean(held) > 0.89  # of 150 at 95 %: less than 134 would be below three standard errors


def test_each_of_several_classes_counts_alike():
    three = np.array(["x", "y", "z"])[np.digitize(frame(200)["a"], [-0.5, 0.5])]
    fitted = LogisticRegression().fit(frame(200), three)
    rows, background = frame(40, 1), frame(100, 2)
    got = importance(Model("m", "", estimator=fitted, features=("a", "b", "c")), rows, background)
    centred = rows.to_numpy() - background.mean().to_numpy()
    np.testing.assert_allclose(got.mean, np.abs(fitted.coef_[:, None, :] * centred[None]).mean(axis=(0, 1)), atol=1e-9)
    assert {m.where["class"] for m in got.measurements() if "class" in m.where} == {"x", "y", "z"}


def test_refused_rows_and_approximate_values_are_told():
    def picky(rows):
        if (rows["a"] > 1.5).any():
            raise ValueError("no")
        return rows["a"] * 1.0

    got = importance(Model("picky", "", estimator=picky, features=("a", "b", "c")), frame(60, 1), frame(30, 2))
    refused = int((frame(60, 1)["a"] > 1.5).sum())
    assert refused > 1
    assert got.doubts() == f" {refused} rows could not be explained: picky raises ValueError on them."
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 9)), columns=list("abcdefghi"))
    mixed = importance(Model("mixed", "", estimator=lambda f: f["a"] * f["b"] * f["c"], features=tuple(wide.columns)), wide[:30], wide[30:])
    assert "are approximate (5 random orders of the columns" in mixed.doubts()
    assert "standard error of" in mixed.doubts()


def test_bundles_have_the_mean_and_the_spread_of_rows():
    size = np.random.default_rng(1).exponential(size=(20_000, 1))
    made = bundled(size)
    assert made.shape == (2_000, 1)
    assert made.mean() == pytest.approx(size.mean())
    assert made.std() / 2_000**0.5 == pytest.approx(size.std() / 20_000**0.5, rel=0.1)


def test_ranks_by_hand():
    assert ranks([0.1, 0.5, 0.2]).tolist() == [3, 1, 2]
    assert ranks([1, 1]).tolist() == [1, 2]
