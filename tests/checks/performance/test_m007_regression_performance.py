from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from audit.checks.performance.m007_regression_performance import RegressionPerformance
from audit.core.check import Findings
from audit.core.errors import DataError, NotApplicable, UsageError
from audit.core.exhibit import Exhibit, Kind
from audit.core.limit import Limit
from audit.core.status import Status
from audit.stats.means import mean_interval
from tests.answers import findings, one, status, subject_of

#: Errors 1, -1, 2, 0, 3: mean 1, mean size 7/5, mean square 3, median size 1. Labels 0.5 to 8.5: mean 4.5, variance 8.
LABELS, PREDICTED = [0.5, 2.5, 4.5, 6.5, 8.5], [1.5, 1.5, 6.5, 6.5, 11.5]


def measured(labels: Any, predicted: Any, check: RegressionPerformance | None = None, **roles: Any) -> tuple[Findings, Status]:
    subject, engine = subject_of(pd.DataFrame({"y": labels, "p": predicted}), target="y", prediction="p", **roles)
    check = check or RegressionPerformance()
    found = findings(check, subject, engine)
    return found, status(check, found)


def exhibit(found: Findings, title: str) -> Exhibit:
    (only,) = [e for e in found.exhibits if e.title == title]
    return only


def test_by_hand() -> None:
    found, state = measured(LABELS, PREDICTED, RegressionPerformance(quantiles=(0.5, 0.9)))
    assert one(found, "mean_error").value == pytest.approx(1)
    assert one(found, "mean_absolute_error").value == pytest.approx(1.4)
    assert one(found, "root_mean_squared_error").value == pytest.approx(3**0.5)
    assert one(found, "median_absolute_error").value == pytest.approx(1)
    assert one(found, "median_absolute_error").interval is None  # five rows do not bound a median
    assert one(found, "r_squared").value == pytest.approx(1 - 3 / 8)
    assert one(found, "mean_absolute_percentage_error").value == pytest.approx((1 / 0.5 + 1 / 2.5 + 2 / 4.5 + 0 + 3 / 8.5) / 5)
    assert one(found, "pinball_loss", {"quantile": "0.5"}).value == pytest.approx(0.7)
    assert one(found, "pinball_loss", {"quantile": "0.9"}).value == pytest.approx((0.1 * (1 + 2 + 3) + 0.9 * 1) / 5)
    assert one(found, "share_at_most_prediction").value == pytest.approx(4 / 5)
    # always the median, 4.5, is off by 4, 2, 0, 2, 4
    assert one(found, "mean_absolute_error", {"baseline": "always the median"}).value == pytest.approx(12 / 5)
    assert one(found, "gain_over_median").value == pytest.approx(1 - 7 / 12)
    assert one(found, "root_mean_squared_error", {"baseline": "always the mean"}).value == pytest.approx(8**0.5)
    assert state is Status.UNDECIDED
    assert "off by 1.4 on average" in found.message
    assert "would be off by 2.4" in found.message
    assert "These rows cannot decide whether the model is better than always answering the mean; about" in found.message


@settings(max_examples=25, deadline=None)
@given(st.integers(3, 400), st.integers(0, 10**6), st.sampled_from(["normal", "prices", "whole"]))
def test_agrees_with_sklearn(n: int, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    y = rng.normal(50, 9, n) if kind == "normal" else rng.lognormal(9, 1.5, n).round(2) if kind == "prices" else rng.integers(-9, 9, n).astype(float)
    p = y + rng.standard_t(3, n) * np.std(y) * 0.3
    found, _ = measured(y, p, RegressionPerformance(quantiles=(0.25,)), task="regression")
    theirs = {
        "mean_absolute_error": sk.mean_absolute_error(y, p), "median_absolute_error": sk.median_absolute_error(y, p),
        "root_mean_squared_error": sk.root_mean_squared_error(y, p), "r_squared": sk.r2_score(y, p), "mean_error": np.mean(p - y),
    }  # fmt: skip
    for name, value in theirs.items():
        mine = one(found, name)
        assert mine.value == pytest.approx(value, rel=1e-8, abs=1e-10)
        assert mine.n == n
        if mine.interval is not None:
            assert mine.interval[0] <= value * (1 + 1e-9) + 1e-9
            assert mine.interval[1] >= value * (1 - 1e-9) - 1e-9
    assert one(found, "pinball_loss", {"quantile": "0.25"}).value == pytest.approx(sk.mean_pinball_loss(y, p, alpha=0.25))
    constant = np.full(n, np.median(y))
    assert one(found, "mean_absolute_error", {"baseline": "always the median"}).value == pytest.approx(sk.mean_absolute_error(y, constant))


def test_medians_of_many_rows_are_exact_though_bins_find_them() -> None:
    rng = np.random.default_rng(2)
    y = rng.lognormal(3, 1, 20_000)
    p = y * rng.lognormal(0, 0.3, 20_000)
    found, state = measured(y, p)
    sizes = np.sort(np.abs(p - y))
    middle = one(found, "median_absolute_error")
    assert middle.value == pytest.approx(np.median(sizes), rel=1e-9)
    # ranks 9861 and 10140, from the binomial with 20,000 trials
    assert middle.interval == pytest.approx((sizes[9860], sizes[10139]), rel=1e-9)
    assert state is Status.PASSED


def test_a_model_worse_than_the_mean_is_warned_about() -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(10, 1, 300)
    found, state = measured(y, 20 - y)
    assert state is Status.WARNED
    assert one(found, "r_squared").value < -1
    assert one(found, "gain_over_median").value < 0


def test_bias_is_said_with_its_direction() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(10, 3, 400)
    found, _ = measured(y, y + 2 + rng.normal(0, 0.5, 400))
    assert "They are too high by 2" in found.message
    found, _ = measured(y, y - 2 + rng.normal(0, 0.5, 400))
    assert "They are too low by 1.9" in found.message


def test_what_cannot_be_compared_is_counted_and_left_out() -> None:
    labels = [*LABELS, np.nan, 1.0, 2.0, np.inf, np.nan]
    predicted = [*PREDICTED, 1.0, np.nan, -np.inf, 1.0, np.nan]
    found, _ = measured(labels, predicted)
    assert one(found, "mean_absolute_error").value == pytest.approx(1.4)
    assert {m.name: m.value for m in found.measurements if m.unit == "rows"} == {
        "missing_labels": 2, "missing_predictions": 2, "infinite_labels": 1, "infinite_predictions": 1,
    }  # fmt: skip
    left_out = "2 rows have no label, 2 rows have no prediction, 1 row has an infinite label, 1 row has an infinite prediction"
    assert f"Left out: {left_out}." in found.message


def test_percentages_are_of_labels_that_are_not_0() -> None:
    found, _ = measured([0.0, 2.5, 4.0, 8.0], [1.0, 5.0, 4.0, 8.0])
    percentage = one(found, "mean_absolute_percentage_error")
    assert (percentage.value, percentage.n) == (pytest.approx(1 / 3), 3)
    found, _ = measured([0.0] * 9, [1.5] * 9, task="regression")
    assert one(found, "mean_absolute_percentage_error").value is None


def test_degenerate_models_and_labels_are_named() -> None:
    found, state = measured([1.5, 2.5, 4.5] * 5, [3.0] * 15)
    assert "The model predicts 3 for every row." in found.message
    assert state is Status.UNDECIDED
    found, state = measured([2.0] * 9, [1.5, 2.0, 2.5] * 3, task="regression")
    assert one(found, "r_squared").value is None
    assert "R² is not estimable: all labels are equal" in found.message
    assert state is Status.UNDECIDED
    found, state = measured([1.5, 2.5, 3.5] * 4, [1.5, 2.5, 3.5] * 4)
    assert one(found, "r_squared").value == 1
    assert one(found, "gain_over_median").value == 1
    assert "no interval" in one(found, "mean_absolute_error").method


@pytest.mark.parametrize(("n", "known"), [(1, False), (2, False), (3, True)])
def test_few_rows(n: int, known: bool) -> None:
    found, state = measured([1.5, 2.0, 4.0][:n], [2.0, 2.5, 3.0][:n], task="regression")
    assert (one(found, "r_squared").value is not None) is known
    assert one(found, "mean_absolute_error").n == n
    assert state is Status.UNDECIDED


def test_pictures_are_counts_of_all_rows() -> None:
    rng = np.random.default_rng(6)
    y = rng.lognormal(3, 1, 3_000)
    found, _ = measured(y, y * rng.lognormal(0.1, 0.3, 3_000))
    cells = exhibit(found, "Prediction and label")
    assert cells.kind is Kind.HEATMAP
    assert sum(int(row[2] or 0) for row in cells.rows) == 3_000
    assert len(cells.rows) == 144
    bars = exhibit(found, "Errors")
    assert sum(int(row[2]) for row in bars.rows) == 3_000
    assert all(a[1] == b[0] for a, b in zip(bars.rows, bars.rows[1:], strict=False))
    along = exhibit(found, "Error along the prediction")
    assert len([row for row in along.rows if row[4] == "mean error"]) == 10
    level = exhibit(found, "Mean label along the prediction")
    p, label = np.array([row[0] for row in level.rows if row[4] == "label"]), np.array([row[1] for row in level.rows if row[4] == "label"])
    assert p.mean() > label.mean()
    assert np.all(np.diff(p) > 0)


def test_predictions_in_few_values_make_few_bands() -> None:
    found, _ = measured([1.5, 2.5, 3.5, 4.5] * 20, [1.0, 4.0, 1.0, 4.0] * 20)
    along = [row for row in exhibit(found, "Error along the prediction").rows if row[4] == "mean error"]
    assert [row[0] for row in along] == [1.0, 4.0]
    assert [row[1] for row in along] == pytest.approx([-1.5, 0.5])


def test_numbers_far_from_0_keep_their_digits() -> None:
    y = 1e9 + np.arange(60) / 7
    p = y + np.sin(np.arange(60))
    found, _ = measured(y, p)
    assert one(found, "r_squared").value == pytest.approx(sk.r2_score(y, p), rel=1e-6)
    assert one(found, "median_absolute_error").value == pytest.approx(sk.median_absolute_error(y, p), rel=1e-6)


def test_only_the_test_split_counts() -> None:
    frame = pd.DataFrame({"y": [1.5, 2.5, 3.5, 9.0], "p": [2.0, 2.0, 4.0, 0.0], "part": ["test", "test", "test", "train"]})
    subject, engine = subject_of(frame, target="y", prediction="p", split="part")
    found = findings(RegressionPerformance(), subject, engine)
    assert one(found, "mean_absolute_error").value == pytest.approx(0.5)
    assert "3 held-out rows" in found.message


def test_what_is_no_regression_is_refused_in_words() -> None:
    with pytest.raises(NotApplicable, match="is of classes"):
        measured([0, 1, 0], [1, 1, 0])
    with pytest.raises(DataError, match="the prediction column 'p' is of type string; expected numbers"):
        measured([1.5, 2.5, 3.5], ["low", "high", "low"])
    with pytest.raises(NotApplicable, match="no held-out row has both a finite number in 'y' and one in 'p'"):
        measured([1.5, 2.5, 3.5, np.nan], [np.nan, np.nan, np.inf, 1.0])
    with pytest.raises(UsageError, match=r"'quantiles' are numbers between 0 and 1, such as 0\.9; got 90"):
        measured(LABELS, PREDICTED, RegressionPerformance(quantiles=(90,)))


def test_a_limit_of_its_own_is_judged_and_explained() -> None:
    rng = np.random.default_rng(7)
    y = rng.normal(size=40)
    p = 0.7 * y + rng.normal(0, 0.4, 40)
    check = RegressionPerformance(limit=Limit(low=0.6))
    found, state = measured(y, p, check)
    assert state is Status.UNDECIDED
    assert "cannot decide whether R² is above 0.6" in found.message
    check = RegressionPerformance(limit=Limit(high=5, measurement="mean_absolute_error"))
    found, state = measured(y, p, check)
    assert state is Status.PASSED
    assert "cannot decide" not in found.message


def test_intervals_of_ratios_are_those_of_leaving_rows_out() -> None:
    rng = np.random.default_rng(11)
    y = rng.exponential(5, 40)
    p = y + rng.exponential(2, 40) - 1.5
    found, _ = measured(y, p)

    def ends(ratio: float, contributions: np.ndarray) -> tuple[float, float]:
        away = contributions - contributions.mean()
        low, high = mean_interval(0.0, float((away**2).mean()), float((away**3).mean()), 40, 0.95)
        return 1 - ratio * np.exp(high), 1 - ratio * np.exp(low)

    without = np.array([sk.r2_score(np.delete(y, i), np.delete(p, i)) for i in range(40)])
    r2 = sk.r2_score(y, p)
    assert one(found, "r_squared").interval == pytest.approx(ends(1 - r2, 39 * (np.log(1 - r2) - np.log(1 - without))), rel=1e-6)
    a, b = np.abs(p - y), np.abs(y - np.median(y))
    assert one(found, "gain_over_median").interval == pytest.approx(ends(a.mean() / b.mean(), a / a.mean() - b / b.mean()), rel=1e-6)
