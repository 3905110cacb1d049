"""What ``from audit import explain`` gives, for models, functions, frames and arrays."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression

from audit import explain
from audit.core.errors import DataError, UsageError


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(900, 3)), columns=["a", "b", "c"], index=[f"r{i}" for i in range(900)])
    return frame, np.where(2 * frame["a"] + frame["b"] + rng.normal(size=900) > 0, "yes", "no")


@pytest.fixture(scope="module")
def linear(table):
    return LogisticRegression().fit(table[0][:600], table[1][:600])


def test_importance_of_a_linear_model_by_hand(table, linear):
    frame, _ = table
    got = explain.global_importance(linear, frame[600:], frame[:80], background_rows=80)
    expected = linear.coef_[0] * (frame.loc[got.values.index] - frame[:80].mean())
    pd.testing.assert_frame_equal(got.values, expected, check_exact=False, atol=1e-9)
    assert got.base == pytest.approx(float(linear.decision_function(frame[:80]).mean()))
    assert got.frame.index.tolist() == ["a", "b", "c"]
    assert got.frame.loc["a", "importance"] == pytest.approx(expected["a"].abs().mean())
    assert (got.unit, got.additivity_error < 1e-12) == ("log-odds", True)
    assert str(got).startswith("What moves the output of LogisticRegression most is 'a' (")
    assert "on 300 rows." in str(got)
    assert "<table" in got._repr_html_()


def test_labels_and_training_rows_put_more_beside_it(table, linear):
    frame, label = table
    got = explain.global_importance(linear, frame[600:], frame[:600], label[600:], train=(frame[:600], label[:600]), refits=4)
    assert got.frame.columns.tolist() == [
        *("importance", "low", "high", "share", "share_low", "share_high"), *("loss", "loss_low", "loss_high"),
        *("refit_low", "refit_high", "highest_rank", "lowest_rank"),
    ]  # fmt: skip
    assert got.frame.loc["a", "loss_low"] > 0
    assert got.frame.loc["a", "refit_low"] < got.frame.loc["a", "importance"] < got.frame.loc["a", "refit_high"]
    assert str(got).endswith("Trained again 4 times, the model keeps 'a' first in 4.")
    assert "Shuffling 'c' does not measurably raise the log loss." in str(got)


def test_a_function_of_arrays(table):
    frame, _ = table
    got = explain.global_importance(lambda rows: 3 * rows[:, 0] - rows[:, 2], frame.to_numpy(), background_rows=25)
    assert got.frame.index.tolist()[0] == "x0"
    assert got.frame.loc["x1", "importance"] == pytest.approx(0, abs=1e-12)
    assert got.unit == "output"
    assert "No column moves the output of the function" in str(explain.global_importance(lambda rows: np.zeros(len(rows)), frame.to_numpy()))


def test_other_frames_and_models_fitted_on_arrays(table, linear):
    frame, label = table
    by_array = LogisticRegression().fit(frame[:600].to_numpy(), label[:600])
    one = explain.global_importance(linear, pl.from_pandas(frame[600:]), pl.from_pandas(frame[:600]))
    other = explain.global_importance(by_array, frame[600:].to_numpy(), frame[:600].to_numpy())
    np.testing.assert_allclose(one.values.to_numpy(), other.values.to_numpy(), atol=1e-9)


def test_several_classes_each_have_their_values(table):
    frame, _ = table
    three = LogisticRegression().fit(frame, np.digitize(frame["a"], [-0.5, 0.5]))
    got = explain.global_importance(three, frame, rows=50)
    assert got.values.shape == (50, 9)
    assert got.values.columns.get_level_values(0).unique().tolist() == ["0", "1", "2"]
    assert got.base.index.tolist() == ["0", "1", "2"]
    assert "That is the mean over all 3 classes" in str(got)
    assert set(explain.local(three, frame[:2], frame).frame["class"]) == {"0", "1", "2"}


def test_single_rows_by_hand(table, linear):
    frame, _ = table
    got = explain.local(linear, frame[600:602], frame[:80], background_rows=80)
    expected = linear.coef_[0] * (frame[600:602] - frame[:80].mean())
    for row in ("r600", "r601"):
        lines = got.frame[got.frame["row"] == row].set_index("column")
        assert lines["added"].abs().is_monotonic_decreasing
        pd.testing.assert_series_equal(lines["added"].sort_index(), expected.loc[row], check_names=False, check_exact=False, atol=1e-9)
    first = got.frame.iloc[0]
    assert str(got).startswith(f"Row r600: log-odds {linear.decision_function(frame[600:601])[0]:.3g}, from ")
    assert f"{first['column']} = {first['value']:.4g} adds {first['added']:+.3g}" in str(got)
    assert "<table" in got._repr_html_()


def test_refused_rows_are_told(table):
    frame, _ = table

    def picky(rows):
        if (rows["a"] > 1).any():
            raise ValueError("no")
        return rows["b"]

    got = explain.local(picky, frame[:50], frame[50:90])
    refused = int((frame["a"][:50] > 1).sum())
    assert f"{refused} rows could not be explained: picky gives ValueError." in str(got)
    assert "r0" in set(got.frame["row"]) or frame["a"].iloc[0] > 1
    assert len(set(got.frame["row"])) == 50 - refused


def test_a_regression_on_boosted_trees_adds_up(table):
    frame, label = table
    boosted = HistGradientBoostingClassifier(max_iter=10).fit(frame, label)
    got = explain.global_importance(boosted, frame, rows=700)
    np.testing.assert_allclose(got.base + got.values.sum(axis=1), boosted.decision_function(frame.loc[got.values.index]), atol=1e-9)
    plain = LinearRegression().fit(frame, frame["a"])
    assert explain.global_importance(plain, frame).unit == "prediction"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m, x: explain.global_importance(m, x[:0]), UsageError, "X has 0 rows and 3 columns"),
        (lambda m, x: explain.global_importance(m, np.zeros(3)), DataError, r"X has the shape \(3,\)"),
        (lambda m, x: explain.global_importance(m, "a path"), DataError, "X is a str; expected"),
        (lambda m, x: explain.global_importance(m, x, features=["aa"]), UsageError, "names 'aa', which is no column"),
        (lambda m, x: explain.global_importance(m, x, y=[1, 2]), UsageError, "y has 2 values for 900 rows"),
        (lambda m, x: explain.global_importance(m, x, train=x), UsageError, "train is a pair"),
        (lambda m, x: explain.global_importance(m, x, positive="maybe"), DataError, "'maybe' is none of them"),
        (lambda m, x: explain.global_importance(lambda rows: np.zeros(2), x), DataError, r"array of shape \(2,\)"),
        (lambda m, x: explain.local(m, x[:1]), UsageError, "X is a single row"),
    ],
)
def test_bad_input(table, linear, call, error, message):
    with pytest.raises(error, match=message):
        call(linear, table[0])
