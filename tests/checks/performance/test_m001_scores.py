"""What M001 measures of scores and of the correlation of label and prediction, beside scikit-learn."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from audit.checks.performance.m001_performance import Performance
from audit.core.check import Findings
from tests.answers import findings, one, subject_of


def measured(frame: pd.DataFrame, **roles: Any) -> Findings:
    subject, engine = subject_of(frame, target="y", prediction="p", score="s", **roles)
    return findings(Performance(), subject, engine)


def simulated(n: int, seed: int = 3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    odds = 1.5 * rng.normal(size=n)
    return pd.DataFrame({"y": (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(int), "p": (odds > 0.3).astype(int), "s": 1 / (1 + np.exp(-odds))})


@pytest.mark.parametrize("n", [300, 30_000, 150_000])
def test_agrees_with_sklearn_at_every_size(n: int) -> None:
    frame = simulated(n)
    found = measured(frame)
    y, s = frame.y.to_numpy(), frame.s.to_numpy()
    exact = {
        "brier_score": sk.brier_score_loss(y, s), "log_loss": sk.log_loss(y, s), "matthews_correlation": sk.matthews_corrcoef(y, frame.p),
        "brier_skill_score": 1 - sk.brier_score_loss(y, s) / (y.mean() * (1 - y.mean())),
    }  # fmt: skip
    for name, theirs in exact.items():
        mine = one(found, name)
        assert mine.value == pytest.approx(theirs, abs=1e-10)  # summed by the engine, however the scores are binned
        assert mine.interval is not None
        assert mine.interval[0] < theirs < mine.interval[1]
        assert mine.n == n
    precision = one(found, "average_precision")
    assert precision.value == pytest.approx(sk.average_precision_score(y, s), abs=1e-9 if n < 10_000 else 2e-4)
    assert ("bins" in precision.method) == (n > 10_000)


def test_log_loss_by_hand() -> None:
    found = measured(pd.DataFrame({"y": [1, 0, 1, 0], "p": [1, 0, 1, 1], "s": [0.8, 0.4, 0.5, 0.9]}))
    assert one(found, "log_loss").value == pytest.approx(-(np.log(0.8) + np.log(0.6) + np.log(0.5) + np.log(0.1)) / 4)
    assert one(found, "brier_score").value == pytest.approx((0.04 + 0.16 + 0.25 + 0.81) / 4)
    assert one(found, "brier_skill_score").value == pytest.approx(1 - 0.315 / 0.25)


def test_a_certain_score_that_is_wrong_makes_the_log_loss_infinite_and_is_said() -> None:
    frame = pd.DataFrame({"y": [1, 0, 1, 0], "p": [1, 0, 1, 1], "s": [0.8, 0.4, 0.0, 1.0]})
    found = measured(frame)
    loss, clipped = one(found, "log_loss"), one(found, "log_loss_clipped")
    assert loss.value is None
    assert loss.method == "not estimable: infinite, since 2 rows scored exactly 0 or 1 had the other outcome"
    assert clipped.value == pytest.approx(sk.log_loss(frame.y, frame.s))
    assert "clipped" in clipped.method


def test_a_certain_score_that_is_right_has_no_upper_end() -> None:
    frame = pd.DataFrame({"y": [1, 0, 1, 0], "p": [1, 0, 1, 1], "s": [0.8, 0.4, 1.0, 0.0]})
    found = measured(frame)
    assert one(found, "log_loss").value == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 4)
    assert one(found, "log_loss").interval is None
    assert "2 rows are scored exactly 0 or 1, and one wrong one makes it infinite" in one(found, "log_loss").method
    assert one(found, "log_loss_clipped").value == pytest.approx(sk.log_loss(frame.y, frame.s))


def test_tiny_chances_are_not_clipped() -> None:
    found = measured(pd.DataFrame({"y": [1, 0, 0, 1], "p": [1, 0, 0, 1], "s": [1e-300, 0.5, 1e-300, 0.5]}))
    assert one(found, "log_loss").value == pytest.approx((-np.log(1e-300) + 2 * np.log(2)) / 4)


@pytest.mark.parametrize("strange", [-0.2, 1.7, np.inf, -np.inf])
def test_scores_outside_0_to_1_keep_their_order_and_lose_what_needs_chances(strange: float) -> None:
    frame = simulated(300)
    frame.loc[5, "s"] = strange
    found = measured(frame)
    finite = np.clip(frame.s, -1e9, 1e9)
    assert one(found, "roc_auc").value == pytest.approx(sk.roc_auc_score(frame.y, finite))
    assert one(found, "average_precision").value == pytest.approx(sk.average_precision_score(frame.y, finite))
    for name in ("brier_score", "brier_skill_score", "log_loss"):
        assert one(found, name).value is None
        assert "1 score lies outside 0 to 1" in one(found, name).method
    assert one(found, "scores_outside_0_to_1").value == 1
    assert "1 score lies outside 0 to 1" in found.message
    assert [m.value for m in found.measurements if m.name == "infinite_scores"] == ([1] if np.isinf(strange) else [])


def test_missing_scores_are_counted_and_left_out() -> None:
    frame = simulated(300)
    frame.loc[[1, 2, 3], "s"] = np.nan
    found = measured(frame)
    assert one(found, "missing_scores").value == 3
    assert one(found, "missing_scores").n == 300
    assert one(found, "brier_score").n == 297
    assert one(found, "brier_score").value == pytest.approx(sk.brier_score_loss(frame.y.drop([1, 2, 3]), frame.s.drop([1, 2, 3])))
    assert one(found, "accuracy").n == 300
    assert "3 rows have no score and are left out" in found.message


def test_one_outcome_still_has_losses() -> None:
    found = measured(pd.DataFrame({"y": [1, 1, 1], "p": [1, 1, 0], "s": [0.9, 0.8, 0.4]}), positive="1")
    assert one(found, "brier_score").value == pytest.approx((0.01 + 0.04 + 0.36) / 3)
    for name in ("average_precision", "brier_skill_score", "matthews_correlation", "roc_auc"):
        assert one(found, name).value is None
        assert one(found, name).method.startswith("not estimable")


def test_no_usable_score_at_all() -> None:
    found = measured(pd.DataFrame({"y": [1, 0], "p": [1, 1], "s": [np.nan, np.nan]}))
    assert one(found, "brier_score").value is None
    assert "no row has both a label and a score" in one(found, "log_loss").method
    assert one(found, "missing_scores").value == 2
